"""Watches what a plugin does while it is imported and asked: imports, files, connections, and changes of what is shared.

For the child process of a check only: an audit hook cannot be taken away again.
"""

from __future__ import annotations

import builtins
import importlib
import os
import signal
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from koschuso.plugin.checks.reaching import is_public, private_names

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEAVY", "ImportCost", "Watch", "changes_between", "state"]

HEAVY: Final = frozenset(
    {
        "IPython", "PIL", "PyQt5", "PyQt6", "aiohttp", "asyncpg", "boto3", "botocore", "cryptography", "django", "docx",
        "fastapi", "flask", "httpx", "hypothesis", "icalendar", "ldap3", "lxml", "matplotlib", "numba", "numpy",
        "openpyxl", "pandas", "playwright", "polars", "psycopg", "psycopg2", "pyarrow", "pydantic", "pytest",
        "reportlab", "requests", "scipy", "selenium", "sklearn", "sqlalchemy", "sympy", "tensorflow", "tkinter",
        "torch", "transformers", "vobject", "weasyprint", "xlsxwriter", "yaml",
    }
)  # fmt: skip
"""Libraries that nobody should pay for who does not use them."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_EVENTS: Final = {
    "os.mkdir": "legt einen Ordner an",
    "os.remove": "löscht eine Datei",
    "os.rename": "benennt eine Datei um",
    "os.rmdir": "löscht einen Ordner",
    "os.symlink": "legt eine Verknüpfung an",
    "os.link": "legt eine Verknüpfung an",
    "os.truncate": "kürzt eine Datei",
    "os.system": "startet ein Programm",
    "os.exec": "startet ein Programm",
    "os.fork": "startet ein Programm",
    "os.posix_spawn": "startet ein Programm",
    "subprocess.Popen": "startet ein Programm",
    "socket.connect": "baut eine Verbindung auf",
    "socket.bind": "öffnet einen Anschluss",
    "socket.getaddrinfo": "fragt nach einem Rechner im Netz",
    "sqlite3.connect": "öffnet eine Datenbank",
}
_HARMLESS: Final = (os.devnull, "/dev/tty", "NUL")


class ImportCost:
    """What importing a plugin costs.

    Attributes:
        milliseconds: Time that it took.
        new: Modules that came with it, its own among them.
    """

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self.new: frozenset[str] = frozenset()

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what happens in the block."""
        before = frozenset(sys.modules)
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.milliseconds = (time.perf_counter() - begin) * 1000
            self.new = frozenset(sys.modules) - before

    def foreign(self, own: str) -> tuple[str, ...]:
        """Name the top-level packages that are neither Python's, koschuso's nor the plugin's."""
        tops = {name.partition(".")[0] for name in self.new} - {own, "koschuso", "__mp_main__"}
        return tuple(sorted(top for top in tops if top not in sys.stdlib_module_names and not top.startswith("_")))

    def heavy(self) -> tuple[str, ...]:
        """Name the heavy libraries that came with it."""
        return tuple(sorted({name.partition(".")[0] for name in self.new} & HEAVY))


class Watch:
    """Records what is done between `start` and `stop`.

    Args:
        package: Top-level package of the plugin: imports are recorded that its modules ask for.

    Attributes:
        acts: What was done to files, programs and connections, each once.
        private: Private modules and names of koschuso that the plugin's own modules imported.
    """

    def __init__(self, package: str) -> None:
        self.acts: dict[str, None] = {}
        self.private: dict[str, None] = {}
        self._package = package
        self._on = False
        self._plain_import = builtins.__import__
        self._plain_import_module = importlib.import_module
        sys.addaudithook(self._audit)

    def start(self) -> None:
        """Begin to record."""
        builtins.__import__ = self._import  # type: ignore[assignment]  # the names of the arguments differ
        importlib.import_module = self._import_module
        self._on = True

    def stop(self) -> None:
        """End recording."""
        self._on = False
        # What the plugin put in their place is not ours to take away.
        if builtins.__import__ == self._import:
            builtins.__import__ = self._plain_import
        if importlib.import_module == self._import_module:
            importlib.import_module = self._plain_import_module

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open":
            self._opened(*arguments)
        elif event in _EVENTS:
            self.acts[_EVENTS[event]] = None

    def _opened(self, path: object, mode: str | None, flags: int) -> None:
        if path in _HARMLESS or isinstance(path, int):
            return
        if (mode and set(mode) & set("wax+")) or (mode is None and flags & _WRITING):
            name = os.path.basename(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else "?"  # noqa: PTH119 - an audit hook does as little as it can
            self.acts[f"schreibt die Datei »{name}«"] = None

    def _import(self, name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        importer = str((globals_ or {}).get("__name__", ""))
        if self._on and not level and self._is_own(importer):
            if fromlist:
                self.private.update(dict.fromkeys(private_names(name, fromlist)))
            elif not is_public(name):
                self.private[name] = None
        return self._plain_import(name, globals_, locals_, fromlist or (), level)

    def _import_module(self, name: str, package: str | None = None) -> ModuleType:
        frame = sys._getframe(1)  # noqa: SLF001 - who asks is told by no public means
        if self._on and self._is_own(str(frame.f_globals.get("__name__", ""))) and not is_public(name):
            self.private[name] = None
        return self._plain_import_module(name, package)

    def _is_own(self, module: str) -> bool:
        return module == self._package or module.startswith(f"{self._package}.")


def state() -> dict[str, Any]:
    """Take down what every part of the program shares; equal states mean that nothing was changed."""
    import decimal  # noqa: PLC0415 - for checks only
    import locale  # noqa: PLC0415 - as above
    import logging  # noqa: PLC0415 - as above
    import socket  # noqa: PLC0415 - as above

    root = logging.getLogger()
    shared: dict[str, Any] = {
        "den Arbeitsordner": os.getcwd(),  # noqa: PTH109 - compared, not used
        "die Umgebungsvariablen": dict(os.environ),
        "sys.path": tuple(sys.path),
        "sys.meta_path": tuple(map(id, sys.meta_path)),
        "die Ländereinstellung (locale)": locale.setlocale(locale.LC_ALL),
        "das Rechnen mit Decimal": _decimal(decimal.getcontext()),
        "die Behandlung von Signalen": tuple(signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)),
        "die Warnungen": tuple(warnings.filters),
        "die laufenden Threads": frozenset(thread.ident for thread in threading.enumerate()),
        "das Protokoll (logging)": (tuple(map(id, root.handlers)), root.level, root.disabled),
        "die Ein- und Ausgabe": (id(sys.stdout), id(sys.stderr), id(sys.stdin), id(sys.excepthook)),
        "die Wartezeit von Verbindungen": socket.getdefaulttimeout(),
    }
    for name, module in list(sys.modules.items()):
        if name == "koschuso" or name.startswith("koschuso."):
            shared |= {f"koschuso selbst ({name}.{key})": value for key, value in _content(module).items()}
    shared |= {
        f"Python selbst ({name})": id(value)
        for name, value in vars(builtins).items()
        if name not in {"__import__", "_"}
    }
    return shared


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """Name what was there before and is not the same afterwards."""
    gone = object()
    return tuple(name for name, value in before.items() if after.get(name, gone) != value)


def _decimal(context: Any) -> tuple[Any, ...]:
    # Flags are raised by ordinary arithmetic.
    return context.prec, context.rounding, context.Emin, context.Emax, tuple(map(str, context.traps.items()))


def _content(module: ModuleType) -> dict[str, Any]:
    """Take down the values of a module's names, the functions of its classes, and what its public collections hold."""
    found: dict[str, Any] = {}
    for name, value in list(vars(module).items()):
        if name in {"__builtins__", "__warningregistry__", "__cached__"}:
            continue
        if isinstance(value, dict | list | set) and not name.startswith("_"):
            found[name] = (id(value), type(value)(value))
        else:
            found[name] = id(value)
        if isinstance(value, type) and value.__module__ == module.__name__:
            found |= {
                f"{name}.{key}": id(part)
                for key, part in vars(value).items()
                if isinstance(part, FunctionType | classmethod | staticmethod | property)
            }
    return found
