"""What the source files of a plugin tell without running them: what of koschuso they use, and data kept outside the store.

Reading the syntax tree finds what is written; the watcher (`koschuso.plugin.checks.watching`) finds what happens.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from koschuso.guard import guarded
from koschuso.plugin.checks.clause import Shortfall
from koschuso.plugin.checks.reaching import private_reaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["DECLARATION", "check_sources", "declared", "kept_outside", "parsed"]

DECLARATION: Final = "KEEPS_PERSONAL_DATA"
"""Name of the constant in a plugin's module that says whether it keeps personal data of its own."""


def check_sources(files: Iterable[Path]) -> Iterator[Shortfall]:
    """Check the source files of a plugin for what is private to koschuso (I1)."""
    for path in files:
        tree = parsed(path)
        if tree is None:
            continue
        for line, name in private_reaches(tree):
            yield Shortfall(
                clause="I1",
                message=f"»{name}« gehört koschuso allein und kann sich jederzeit ändern. Bitte nehmen Sie, was in "
                "koschuso.plugin steht, oder bitten Sie darum, dass es öffentlich wird.",
                place=f"{path.name}, Zeile {line}",
            )


def parsed(path: Path) -> ast.Module | None:
    """Read a source file; ``None`` for one that is no Python, which the import tells better."""
    return guarded(lambda: ast.parse(path.read_bytes())).value


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


# -- data kept outside the store (D2) ----------------------------------------------------------------------------------

_WRITERS: Final = frozenset(
    {"write_text", "write_bytes", "savefig", "to_pickle", "sendmail", "send_message", "urlopen"}
)
_KEEPERS: Final = frozenset(
    {"sqlite3", "shelve", "dbm", "smtplib", "ftplib", "psycopg", "sqlalchemy", "requests", "httpx"}
)
_FILLING: Final = frozenset({"add", "append", "extend", "insert", "setdefault", "update"})
_MODES: Final = frozenset("wax+")


def kept_outside(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Give place and kind of everything that looks like keeping or sending data elsewhere than in the store."""
    for path in files:
        tree = parsed(path)
        for node in () if tree is None else ast.walk(tree):
            what = _keeps(node)
            if what:
                yield f"{path.name}, Zeile {node.lineno}", what  # type: ignore[attr-defined]
        if tree is not None:
            yield from ((f"{path.name}, Zeile {line}", f"der Sammlung {name}") for line, name in _filled(tree))


def _filled(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give collections of the module that its functions fill: what they gather stays there."""
    collections = set()
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_empty_collection(statement.value):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            collections |= {target.id for target in targets if isinstance(target, ast.Name)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            held: ast.expr | None = None
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                held = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING:
                held = node.func.value
            if isinstance(held, ast.Name) and held.id in collections:
                yield held.lineno, held.id


def _is_empty_collection(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List):
        return not value.elts
    return isinstance(value, ast.Call) and _called(value.func) in {
        "dict",
        "list",
        "set",
        "defaultdict",
        "OrderedDict",
        "deque",
    }


def declared(files: Iterable[Path]) -> bool | None:
    """Read what a plugin declares in ``KEEPS_PERSONAL_DATA``; ``None`` where it declares nothing."""
    for path in files:
        tree = parsed(path)
        for node in () if tree is None else tree.body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            named = any(isinstance(target, ast.Name) and target.id == DECLARATION for target in targets)
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if named and isinstance(value, ast.Constant):
                return bool(value.value)
    return None


def _keeps(node: ast.AST) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        return next((name for name in names if name.partition(".")[0] in _KEEPERS), "")
    if not isinstance(node, ast.Call):
        return ""
    name = _called(node.func)
    if name in _WRITERS:
        return name
    if name == "open":
        # The mode comes second for the function, first for a path's method.
        position = 0 if isinstance(node.func, ast.Attribute) and not _is_library(node.func) else 1
        given = node.args[position] if len(node.args) > position else None
        mode = next((keyword.value for keyword in node.keywords if keyword.arg == "mode"), given)
        if isinstance(mode, ast.Constant) and isinstance(mode.value, str) and _MODES & set(mode.value):
            return f"open(…, {mode.value!r})"
    return ""


def _is_library(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id in {
        "io",
        "os",
        "gzip",
        "bz2",
        "lzma",
        "codecs",
        "zipfile",
    }
