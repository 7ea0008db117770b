"""What the source files of a plugin tell without running them: private imports, and data kept outside the store.

Reading the syntax tree finds what is written; the watcher (`koschuso.plugin.checks.watching`) finds what happens.
"""

from __future__ import annotations

import ast
from importlib import import_module, util
from typing import TYPE_CHECKING, Final

from koschuso.guard import guarded
from koschuso.plugin.checks.clause import Shortfall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["DECLARATION", "PUBLIC_MODULES", "check_sources", "is_public", "kept_outside"]

PUBLIC_MODULES: Final = frozenset(
    {
        "koschuso",
        "koschuso.codec",
        "koschuso.errors",
        "koschuso.interchange.ical",
        "koschuso.interchange.vcard",
        "koschuso.model",
        "koschuso.plugin",
        "koschuso.query",
        "koschuso.store",
        "koschuso.store.chain",
        "koschuso.store.conditions",
        "koschuso.store.driver",
        "koschuso.store.indexing",
        "koschuso.store.location",
        "koschuso.store.locks",
        "koschuso.store.storable",
        "koschuso.store.url",
        "koschuso.testing",
    }
)
"""What a plugin may import of koschuso; below ``koschuso.testing`` everything without an underscore."""

DECLARATION: Final = "KEEPS_PERSONAL_DATA"
"""Name of the constant in a plugin's module that says whether it keeps personal data of its own."""

_ROOT = "koschuso"
_KIT = "koschuso.testing"


def is_public(module: str) -> bool:
    """Tell whether a plugin may import a module of koschuso.

    >>> is_public("koschuso.plugin"), is_public("koschuso.plugin.registry"), is_public("koschuso_muster")
    (True, False, True)
    """
    if module != _ROOT and not module.startswith(f"{_ROOT}."):
        return True
    if any(part.startswith("_") for part in module.split(".")):
        return False
    return module in PUBLIC_MODULES or module.startswith(f"{_KIT}.") or module == "koschuso.interchange"


def check_sources(files: Iterable[Path]) -> Iterator[Shortfall]:
    """Check the source files of a plugin for imports of what is private to koschuso (I1)."""
    for path in files:
        tree = parsed(path)
        if tree is None:
            continue
        for line, name in _imports(tree):
            yield Shortfall(
                clause="I1",
                message=f"»{name}« gehört koschuso allein und kann sich jederzeit ändern. Bitte nehmen Sie, was in "
                "koschuso.plugin steht, oder bitten Sie darum, dass es öffentlich wird.",
                place=f"{path.name}, Zeile {line}",
            )


def parsed(path: Path) -> ast.Module | None:
    """Read a source file; ``None`` for one that is no Python, which the import tells better."""
    return guarded(lambda: ast.parse(path.read_bytes())).value


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give line and name of every import of something private."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if not is_public(alias.name))
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield from (
                (node.lineno, name) for name in private_names(node.module, [alias.name for alias in node.names])
            )
        elif isinstance(node, ast.Call) and _called(node.func) in {"import_module", "__import__", "find_spec"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and not is_public(first.value):
                yield node.lineno, first.value


def private_names(module: str, names: Iterable[str]) -> Iterator[str]:
    """Give what of ``from module import names`` is private to koschuso."""
    if module != _ROOT and not module.startswith(f"{_ROOT}."):
        return
    if not is_public(module):
        yield module
        return
    for name in names:
        full = f"{module}.{name}"
        if name == "*" or (is_public(full) and not name.startswith("_") and _is_module(full)):
            continue
        hidden = name.startswith("_") and not (name.startswith("__") and name.endswith("__"))
        if hidden or _is_module(full) or name not in _public_names(module):
            yield full


def _is_module(name: str) -> bool:
    return guarded(lambda: util.find_spec(name)).value is not None


def _public_names(module: str) -> frozenset[str]:
    found = guarded(lambda: import_module(module)).value
    names = getattr(found, "__all__", None)
    return frozenset(names if names is not None else dir(found)) | {"__version__"}


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
