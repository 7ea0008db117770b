"""koschuso: the coordination office for school social work as a library.

    from koschuso import Office

    with Office.open("soest") as office:
        document = office.report("stellenuebersicht", schuljahr="2024/25")

Importing koschuso is cheap: every public name is loaded when it is first used.
"""

from __future__ import annotations

# Not imported from typing: that alone would double the time that `import koschuso` takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from koschuso.errors import KoschusoError
    from koschuso.office import ExportResult, ImportResult, Office, SaveResult, Settings

__version__ = "0.1.0"

__all__ = ["ExportResult", "ImportResult", "KoschusoError", "Office", "SaveResult", "Settings", "__version__"]


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - as above

    if name == "KoschusoError":
        return import_module("koschuso.errors").KoschusoError
    if name in __all__:
        return getattr(import_module("koschuso.office"), name)
    raise AttributeError(f"module 'koschuso' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
