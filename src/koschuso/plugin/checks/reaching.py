"""How a plugin's source reaches into koschuso: by import, by a module's name as text, or by attributes (I1).

A static look sees what is written: texts that are put together of constants, other names for a module, attributes of
modules and of what was imported from them. What is only known when the program runs the watcher sees
(`koschuso.plugin.checks.watching`); attributes of values that come from elsewhere nobody sees.
"""

from __future__ import annotations

import ast
from importlib import import_module, util
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from koschuso.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["PUBLIC_MODULES", "is_public", "private_names", "private_reaches"]

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

_ROOT = "koschuso"
_KIT = "koschuso.testing"
_LOADERS: Final = frozenset({"import_module", "__import__", "find_spec", "resolve_name", "run_module", "get_loader"})
_RUNNERS: Final = frozenset({"exec", "eval", "compile"})
_GETTERS: Final = frozenset({"getattr", "setattr", "delattr"})
_MODULES: Final = "sys.modules"
_TAKERS: Final = frozenset({"get", "pop", "setdefault"})
_OF_PYTHON: Final = frozenset({"_asdict", "_field_defaults", "_fields", "_make", "_missing_", "_replace"})
"""Names of named tuples and enumerations that are public all the same."""

_MOST_TEXTS = 50

Scope = dict[str, "str | None"]
"""What names stand for: a dotted path, ``None`` for anything that is not known."""


def is_public(module: str) -> bool:
    """Tell whether a plugin may import a module of koschuso.

    >>> is_public("koschuso.plugin"), is_public("koschuso.plugin.registry"), is_public("koschuso_muster")
    (True, False, True)
    """
    if not _is_ours(module):
        return True
    if any(part.startswith("_") for part in module.split(".")):
        return False
    return module in PUBLIC_MODULES or module.startswith(f"{_KIT}.") or module == "koschuso.interchange"


def private_names(module: str, names: Iterable[str]) -> Iterator[str]:
    """Give what of ``from module import names`` is private to koschuso."""
    if not _is_ours(module):
        return
    if not is_public(module):
        yield module
        return
    for name in names:
        full = f"{module}.{name}"
        if name == "*" or (is_public(full) and not name.startswith("_") and _is_module(full)):
            continue
        if _is_hidden(name) or _is_module(full) or name not in _public_names(module):
            yield full


def private_reaches(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give what of koschuso's private parts a source reaches for, with the line where it does so first."""
    lines: dict[str, int] = {}
    for line, name in sorted(_Look(tree).found()):
        lines.setdefault(name, line)
    yield from ((line, name) for name, line in lines.items())


class _Look:
    """One look at one source file."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._texts = _texts_of_names(tree)
        self._found: list[tuple[int, str]] = []

    def found(self) -> list[tuple[int, str]]:
        self._in_scope(self._tree, ())
        return self._found

    def _in_scope(self, owner: ast.AST, outer: tuple[Scope, ...]) -> None:
        """Look at everything in a module, class or function, whose names are its own."""
        scopes = (*outer, {})
        own = list(_own_nodes(owner))
        bound: Scope = scopes[-1]
        for name in _bound_names(owner, own):
            bound[name] = None
        # Twice, so that a name that stands for a name is known whatever the order.
        for _ in range(2):
            bound |= self._bindings(own, scopes)
        visible = outer if isinstance(owner, ast.ClassDef) else scopes
        for node in own:
            self._at(node, scopes)
            if _opens_scope(node):
                self._in_scope(node, visible)

    def _bindings(self, nodes: list[ast.AST], scopes: tuple[Scope, ...]) -> Scope:
        meant: dict[str, set[str | None]] = {}
        for node in nodes:
            for name, path in self._bound_by(node, scopes):
                meant.setdefault(name, set()).add(path)
        # A name that may be something else, such as a parameter, says nothing.
        return {name: next(iter(paths)) for name, paths in meant.items() if len(paths) == 1}

    def _bound_by(self, node: ast.AST, scopes: tuple[Scope, ...]) -> Iterator[tuple[str, str | None]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            yield from self._assigned(node, scopes)
        elif isinstance(node, ast.arg):
            yield node.arg, None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, None
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            yield from ((inner.id, None) for inner in ast.walk(node.target) if isinstance(inner, ast.Name))

    def _assigned(
        self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, scopes: tuple[Scope, ...]
    ) -> Iterator[tuple[str, str | None]]:
        # ``store = None`` beside an import is the way of saying that there may be none.
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            return
        path = self._path(node.value, scopes)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for inner in ast.walk(target):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    yield inner.id, path if inner is target else None

    # -- what an expression stands for ---------------------------------------------------------------------------------

    def _path(self, node: ast.expr, scopes: tuple[Scope, ...]) -> str | None:
        """Give the dotted path of what an expression stands for, such as ``koschuso.store``; ``None`` where unknown."""
        if isinstance(node, ast.Name):
            builtin = f"builtins.{node.id}" if node.id in _LOADERS else None
            return next((scope[node.id] for scope in reversed(scopes) if node.id in scope), builtin)
        if isinstance(node, ast.Attribute):
            base = self._path(node.value, scopes)
            return None if base is None else f"{base}.{node.attr}"
        if isinstance(node, ast.Call):
            for name in self._loaded(node, scopes):
                # ``__import__("a.b")`` gives a, all others give b.
                whole = _called(node.func) != "__import__" or len(node.args) > 3  # noqa: PLR2004 - fromlist
                return name if whole else name.partition(".")[0]
            for base, name in self._asked(node, scopes):
                return f"{base}.{name}"
        if isinstance(node, ast.Subscript) and self._path(node.value, scopes) == _MODULES:
            return next(iter(self._texts_in(node.slice)), None)
        return None

    def _loaded(self, node: ast.Call, scopes: tuple[Scope, ...]) -> Iterator[str]:
        """Give the modules that a call loads by their names."""
        written, meant = _called(node.func), (self._path(node.func, scopes) or "").rpartition(".")[2]
        of_modules = isinstance(node.func, ast.Attribute) and self._path(node.func.value, scopes) == _MODULES
        if written not in (_TAKERS if of_modules else _LOADERS) and meant not in _LOADERS:
            return
        package = next(iter(self._texts_in(_argument(node, 1, "package"))), "")
        for text in self._texts_in(_argument(node, 0, "name")):
            name = text.partition(":")[0]
            yield guarded(lambda name=name: util.resolve_name(name, package)).value or name  # type: ignore[misc]

    def _asked(self, node: ast.Call, scopes: tuple[Scope, ...]) -> Iterator[tuple[str, str]]:
        """Give path and name of ``getattr(path, "name")`` and the like."""
        if isinstance(node.func, ast.Name) and node.func.id in _GETTERS and node.args:
            base = self._path(node.args[0], scopes)
            if base is not None:
                yield from ((base, text) for text in self._texts_in(_argument(node, 1, "name")))

    def _texts_in(self, node: ast.expr | None) -> list[str]:
        return [] if node is None else _texts(node, self._texts)

    # -- what is private -----------------------------------------------------------------------------------------------

    def _at(self, node: ast.AST, scopes: tuple[Scope, ...]) -> None:
        line = getattr(node, "lineno", 0)
        self._found.extend((line, name) for name in self._private(node, scopes))

    def _private(self, node: ast.AST, scopes: tuple[Scope, ...]) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if not is_public(alias.name))
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield from private_names(node.module, [alias.name for alias in node.names])
        elif isinstance(node, ast.Attribute):
            yield from _private_attribute(self._path(node.value, scopes), node.attr)
        elif isinstance(node, ast.Call):
            yield from self._private_call(node, scopes)
        elif isinstance(node, ast.Subscript):
            yield from self._private_item(node, scopes)

    def _private_call(self, node: ast.Call, scopes: tuple[Scope, ...]) -> Iterator[str]:
        yield from (name for name in self._loaded(node, scopes) if not is_public(name))
        for base, name in self._asked(node, scopes):
            yield from _private_attribute(base, name)
        if isinstance(node.func, ast.Name) and node.func.id in _RUNNERS:
            for text in self._texts_in(_argument(node, 0, "source")):
                inner = guarded(lambda text=text: ast.parse(text)).value  # type: ignore[misc]
                yield from () if inner is None else (name for _, name in private_reaches(inner))

    def _private_item(self, node: ast.Subscript, scopes: tuple[Scope, ...]) -> Iterator[str]:
        names = self._texts_in(node.slice)
        base = self._path(node.value, scopes)
        if base == _MODULES:
            yield from (name for name in names if not is_public(name))
            return
        if isinstance(node.value, ast.Call) and _called(node.value.func) == "vars" and node.value.args:
            base = self._path(node.value.args[0], scopes)
        elif base is not None and base.endswith(".__dict__"):
            base = base.removesuffix(".__dict__")
        else:
            return
        for name in names:
            yield from _private_attribute(base, name)


def _private_attribute(base: str | None, name: str) -> Iterator[str]:
    """Give the full name of an attribute that is private to koschuso."""
    if base is None or not _is_ours(base) or (name.startswith("__") and name.endswith("__")):
        return
    if not is_public(base) and _is_module(base):
        return  # whoever got hold of the module was told already
    if isinstance(_object(base), ModuleType):
        yield from private_names(base, [name])
    elif _is_hidden(name) and name not in _OF_PYTHON:
        yield f"{base}.{name}"


# -- names and scopes --------------------------------------------------------------------------------------------------

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _opens_scope(node: ast.AST) -> bool:
    return isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef))


def _own_nodes(owner: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a scope, with those that open a scope of their own but not what is in them."""
    waiting = list(ast.iter_child_nodes(owner))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not _opens_scope(node):
            waiting[:0] = ast.iter_child_nodes(node)


def _bound_names(owner: ast.AST, nodes: list[ast.AST]) -> Iterator[str]:
    elsewhere = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in elsewhere:
            yield node.id
        elif isinstance(node, ast.arg) and isinstance(owner, _FUNCTIONS):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


# -- texts -------------------------------------------------------------------------------------------------------------


def _texts_of_names(tree: ast.Module) -> Mapping[str, list[str]]:
    """Give the texts that names may stand for, wherever in the file they are assigned."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).extend(_texts(value, found))
    return found


def _texts(node: ast.expr, names: Mapping[str, list[str]]) -> list[str]:
    """Give the texts that an expression of constants may be; a list or tuple gives those of its elements."""
    found: list[str] = []
    if isinstance(node, ast.Constant):
        found = [node.value] if isinstance(node.value, str) else []
    elif isinstance(node, ast.Name):
        found = list(names.get(node.id, ()))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found = [left + right for left in _texts(node.left, names) for right in _texts(node.right, names)]
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        found = [text for element in node.elts for text in _texts(element, names)]
    elif isinstance(node, ast.FormattedValue):
        found = _texts(node.value, names)
    elif isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            found = [before + text for before in found for text in _texts(part, names)][:_MOST_TEXTS]
    elif (
        isinstance(node, ast.Call)
        and _called(node.func) == "join"
        and isinstance(node.func, ast.Attribute)
        and node.args
    ):
        parts = node.args[0].elts if isinstance(node.args[0], ast.List | ast.Tuple) else []
        each = [_texts(part, names) for part in parts]
        if each and all(each):
            found = [between.join(texts[0] for texts in each) for between in _texts(node.func.value, names)]
    return found[:_MOST_TEXTS]


def _argument(node: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(node.args) > position:
        return node.args[position]
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


# -- koschuso ----------------------------------------------------------------------------------------------------------


def _is_ours(path: str) -> bool:
    return path == _ROOT or path.startswith(f"{_ROOT}.")


def _is_hidden(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _is_module(name: str) -> bool:
    return guarded(lambda: util.find_spec(name)).value is not None


def _public_names(module: str) -> frozenset[str]:
    found = guarded(lambda: import_module(module)).value
    names = getattr(found, "__all__", None)
    return frozenset(names if names is not None else dir(found)) | {"__version__"}


def _object(path: str) -> Any:
    """Find what a dotted path names; ``None`` where there is nothing of that name."""
    found: Any = guarded(lambda: import_module(_ROOT)).value
    name = _ROOT
    for part in path.split(".")[1:]:
        name = f"{name}.{part}"
        inner = guarded(lambda found=found, part=part: getattr(found, part)).value  # type: ignore[misc]
        found = inner if inner is not None else guarded(lambda name=name: import_module(name)).value  # type: ignore[misc]
    return found
