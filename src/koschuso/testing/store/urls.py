"""From a URL on the command line to a store under test: finds the backend among the core's and all installed ones.

Naming the URL is enough here; the plugin that opens it need not be switched on in an office.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

import pytest

from koschuso.errors import KoschusoError, WrongUse
from koschuso.plugin.discovery import installed_plugins
from koschuso.plugin.registry import BUILTIN, Registry
from koschuso.store.url import parse_store_url
from koschuso.testing.store.under_test import StoreUnderTest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["require_stores", "store_of"]


def require_stores(urls: Iterable[str]) -> None:
    """Try to open a fresh store for each URL, so that a wrong one is told in one sentence and not by every test.

    Raises:
        UsageError: A scheme is unknown, or the place cannot be used.
    """
    for url in urls:
        store = None
        try:
            store = store_of(url)
            store.open().close()
        except KoschusoError as error:
            raise pytest.UsageError(f"--store: {error}") from None
        except Exception:  # noqa: BLE001, S110 - whatever else a driver does wrong is for the tests to tell
            pass
        finally:
            if store is not None:
                store.clean()


def store_of(url: str) -> StoreUnderTest:
    """Make a store under test of a URL.

    Raises:
        WrongUse: No backend opens the scheme; names the known ones and the plugins that were left out.
    """
    registry = _registry()
    backends = {scheme: backend for backend in registry.stores.values() for scheme in backend.schemes}
    try:
        scheme = parse_store_url(url, backends).scheme
    except WrongUse as error:
        left_out = sorted({failure.plugin for failure in registry.failures_so_far})
        hint = (
            f" Weggelassen wurden Plugins: {', '.join(left_out)} (koschuso plugins nennt die Gründe)."
            if left_out
            else ""
        )
        raise WrongUse(f"{error}{hint}") from None
    backend = backends[scheme]
    origin = registry.stores.origin(backend.name)
    return StoreUnderTest.of(backend, url, distribution=origin.distribution, version=origin.version)


@cache
def _registry() -> Registry:
    # What is installed does not change while the tests run. Warnings of plugins are for their own tests: made errors
    # by somebody's configuration, they would leave the plugin out.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry = Registry.load(enabled=[entry.name for entry in installed_plugins() if entry.name != BUILTIN])
        _ = registry.stores
    return registry
