"""The published conformance kit: what plugin authors test with. Nothing of koschuso itself imports it.

Names are imported when they are first used: ``from koschuso.testing import StoreConformance, StoreUnderTest``.
"""

from __future__ import annotations

# Not imported from typing, and nothing else: pytest loads this package at every start where koschuso is installed.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from koschuso.testing.examples import full_records
    from koschuso.testing.format_conformance import FormatConformance
    from koschuso.testing.plugin_conformance import PluginConformance
    from koschuso.testing.renderer_conformance import RendererConformance
    from koschuso.testing.store.conformance import StoreConformance
    from koschuso.testing.store.golden import write_golden
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = [
    "FormatConformance",
    "PluginConformance",
    "RendererConformance",
    "StoreConformance",
    "StoreUnderTest",
    "full_records",
    "write_golden",
]

_HOMES = {
    "FormatConformance": "koschuso.testing.format_conformance",
    "PluginConformance": "koschuso.testing.plugin_conformance",
    "RendererConformance": "koschuso.testing.renderer_conformance",
    "StoreConformance": "koschuso.testing.store.conformance",
    "StoreUnderTest": "koschuso.testing.store.under_test",
    "full_records": "koschuso.testing.examples",
    "write_golden": "koschuso.testing.store.golden",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - as above

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
