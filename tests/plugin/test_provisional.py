"""A plugin's author is told what may still change; an office is not bothered, and koschuso does not warn of itself."""

import warnings
from types import SimpleNamespace

from koschuso.plugin import ExtraField, hookimpl
from koschuso.plugin.registry import Registry
from koschuso.stability import ProvisionalWarning


@hookimpl
def koschuso_reports():
    return []


@hookimpl
def koschuso_fields():
    return [ExtraField(name="muster:feld", record_kind="person", label="Feld")]


def told(action, **plugin):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)
        registry = Registry.load(given={"muster": SimpleNamespace(**plugin)} if plugin else {})
    return registry, [warning for warning in caught if issubclass(warning.category, ProvisionalWarning)]


def test_a_provisional_hook_is_named_at_the_line_of_the_plugin():
    _, warned = told("always", koschuso_reports=koschuso_reports)

    assert [str(warning.message).split(" is ")[0] for warning in warned] == ["The hook koschuso_reports"]
    assert warned[0].filename == __file__


def test_a_stable_hook_and_koschuso_itself_give_no_warning():
    assert told("always", koschuso_fields=koschuso_fields)[1] == []
    assert told("always")[1] == []


def test_with_warnings_as_errors_the_plugin_is_left_out_and_says_why():
    registry, _ = told("error", koschuso_reports=koschuso_reports)

    assert [failure.stage for failure in registry.failures] == ["register"]
    assert "koschuso_reports" in registry.failures[0].cause
