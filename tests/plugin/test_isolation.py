"""Whatever a plugin does wrong stays its own affair: the stage and cause are told, everything else goes on working."""

import sys

import pytest

from koschuso.guard import MOST_RECORDS
from koschuso.plugin.failure import PluginState, Stage
from koschuso.plugin.registry import Registry

FIELD = 'ExtraField(name="krank:feld", record_kind="person", label="Feld")'

TRAP = """
class Trap(ExtraField):
    def __getattribute__(self, name):
        if name == "name":
            raise OSError("Falle")
        return super().__getattribute__(name)

@hookimpl
def koschuso_fields():
    return [Trap.__new__(Trap)]
"""

CASES = {
    "import error": (Stage.IMPORT, "import a_module_that_is_not_there", "ModuleNotFoundError"),
    "syntax error": (Stage.IMPORT, "def (", "SyntaxError"),
    "exit while importing": (Stage.IMPORT, "raise SystemExit(3)", "SystemExit"),
    "strange exception while importing": (Stage.IMPORT, "class Strange(BaseException): pass\nraise Strange", "Strange"),
    "misspelt hook": (Stage.REGISTER, "@hookimpl\ndef koschuso_feilds(): return []", "koschuso_fields"),
    "forgotten marker": (Stage.REGISTER, "def koschuso_fields(): return []", "@hookimpl"),
    "no hook at all": (Stage.REGISTER, "x = 1", "keinen Hook"),
    "hook with arguments": (Stage.REGISTER, "@hookimpl\ndef koschuso_fields(office): return []", "office"),
    "wrapper": (Stage.REGISTER, "@hookimpl(wrapper=True)\ndef koschuso_fields():\n    yield", "wrapper"),
    "exception in the hook": (Stage.CALL, "@hookimpl\ndef koschuso_fields(): return 1 / 0", "ZeroDivisionError"),
    "exit in the hook": (Stage.CALL, "@hookimpl\ndef koschuso_fields(): raise SystemExit", "SystemExit"),
    "exception later in a generator": (
        Stage.CALL,
        f"@hookimpl\ndef koschuso_fields():\n    yield {FIELD}\n    raise KeyError('spaet')",
        "spaet",
    ),
    "endless generator": (
        Stage.CALL,
        f"@hookimpl\ndef koschuso_fields():\n    while True:\n        yield {FIELD}",
        str(MOST_RECORDS),
    ),
    "no iterable": (Stage.CALL, "@hookimpl\ndef koschuso_fields(): return 7", "TypeError"),
    "text instead of records": (Stage.CALL, "@hookimpl\ndef koschuso_fields(): return 'feld'", "str"),
    "record of another hook": (
        Stage.CALL,
        "@hookimpl\ndef koschuso_fields(): return [Catalogue(name='krank:k', title='K', version='1')]",
        "Catalogue statt ExtraField",
    ),
    "name of another plugin": (
        Stage.CALL,
        "@hookimpl\ndef koschuso_fields(): return [ExtraField(name='gesund:feld', record_kind='person', label='F')]",
        "krank:",
    ),
    "name without plugin": (
        Stage.CALL,
        "@hookimpl\ndef koschuso_catalogues(): return [Catalogue(name='schulform', title='S', version='1')]",
        "krank:",
    ),
    "one name twice": (Stage.CALL, f"@hookimpl\ndef koschuso_fields(): return [{FIELD}, {FIELD}]", "zweimal"),
    "invalid record": (
        Stage.CALL,
        "@hookimpl\ndef koschuso_fields(): return [ExtraField(name='krank:feld', record_kind='person', label='')]",
        "InvalidRecord",
    ),
    "exception whose text fails": (
        Stage.CALL,
        "class Broken(Exception):\n    def __str__(self): raise ValueError\n@hookimpl\ndef koschuso_fields(): raise Broken",
        "Broken",
    ),
    "record whose name fails": (
        Stage.CALL,
        TRAP,
        "Falle",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_plugin_is_left_out_with_stage_and_cause_and_the_healthy_one_works(site, case):
    stage, code, cause = CASES[case]
    site.install("krank", code)
    registry = Registry.load(["gesund", "krank"], distributions=site.distributions)
    assert "gesund:feld" in registry.fields
    assert [failure.plugin for failure in registry.failures] == ["krank"]
    failure = registry.failures[0]
    assert failure.stage is stage
    assert cause in failure.cause
    assert (failure.distribution, failure.version) == ("koschuso-krank", "1.0")
    states = {info.name: info.state for info in registry.plugins}
    assert states["gesund"] is PluginState.ACTIVE
    assert states["krank"] in {PluginState.LEFT_OUT, PluginState.PARTIAL}


def test_a_failing_hook_leaves_the_other_hooks_of_the_plugin_alone(site):
    site.install(
        "halb",
        f"""
        @hookimpl
        def koschuso_fields(): return [{FIELD.replace("krank", "halb")}]
        @hookimpl
        def koschuso_rules(): raise RuntimeError
        """,
    )
    registry = Registry.load(["halb"], distributions=site.distributions)
    assert "halb:feld" in registry.fields
    assert [(failure.hook, failure.stage) for failure in registry.failures] == [("koschuso_rules", Stage.CALL)]
    assert registry.plugins[-1].state is PluginState.PARTIAL


def test_the_persons_own_interrupt_is_not_swallowed(site):
    site.install("krank", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Registry.load(["krank"], distributions=site.distributions)


@pytest.mark.parametrize("requires", ["koschuso>=99", "koschuso<0.0.1", "Koschuso == 12.*", "koschuso >=> 3"])
def test_an_unmet_requirement_is_found_before_anything_is_imported(site, requires):
    module = site.install("krank", "raise AssertionError('imported')", requires=[requires])
    registry = Registry.load(["gesund", "krank"], distributions=site.distributions)
    assert [(failure.plugin, failure.stage) for failure in registry.failures] == [("krank", Stage.REQUIREMENT)]
    assert module not in sys.modules
    assert "gesund:feld" in registry.fields


@pytest.mark.parametrize(
    "requires", [["koschuso>=0.1"], ["koschuso>=9; extra == 'test'"], ["attrs"], ["koschuso-andere>=7"]]
)
def test_requirements_that_hold_or_are_about_something_else_do_not_keep_a_plugin_out(site, requires):
    site.install("wach", "@hookimpl\ndef koschuso_fields(): return []", requires=requires)
    registry = Registry.load(["wach"], distributions=site.distributions, version="0.1.0")
    assert registry.failures == ()


def test_installed_is_not_enabled_and_not_imported(site):
    module = site.install("still", "raise AssertionError('imported')")
    registry = Registry.load(["gesund"], distributions=site.distributions)
    assert module not in sys.modules
    info = {info.name: info for info in registry.plugins}["still"]
    assert (info.enabled, info.state, info.distribution) == (False, PluginState.DISABLED, "koschuso-still")
    assert registry.failures == ()


def test_enabled_but_not_installed_is_told(site):
    registry = Registry.load(["fort"], distributions=site.distributions)
    assert [(failure.plugin, failure.stage) for failure in registry.failures] == [("fort", Stage.INSTALLATION)]
    assert {info.name: info.state for info in registry.plugins}["fort"] is PluginState.LEFT_OUT


@pytest.mark.parametrize("name", ["koschuso", "Gross", "mit leer", "a:b"])
def test_a_plugin_cannot_have_any_name(site, name):
    site.install(name, f"@hookimpl\ndef koschuso_fields(): return [{FIELD}]", distribution="koschuso-namen")
    registry = Registry.load([name], distributions=site.distributions)
    assert registry.failures[0].stage is Stage.INSTALLATION
    assert not registry.fields


def test_two_distributions_of_one_name_lose_both_and_are_both_named(site):
    code = f"@hookimpl\ndef koschuso_fields(): return [{FIELD}]"
    site.install("krank", code, distribution="koschuso-eins")
    site.install("krank", code, distribution="koschuso-zwei")
    registry = Registry.load(["gesund", "krank"], distributions=site.distributions)
    assert list(registry.fields) == ["gesund:feld"]
    assert {failure.distribution for failure in registry.failures} == {"koschuso-eins", "koschuso-zwei"}
    assert all("koschuso-eins" in failure.cause and "koschuso-zwei" in failure.cause for failure in registry.failures)


@pytest.mark.parametrize("entry_points", ["[koschuso]\nkaputt\n", "[koschuso]\nkrank = \n"])
def test_damaged_metadata_do_not_hide_the_other_plugins(site, entry_points):
    site.install("krank", entry_points=entry_points)
    registry = Registry.load(["gesund", "krank"], distributions=site.distributions)
    assert list(registry.fields) == ["gesund:feld"]
    assert "krank" in {failure.plugin for failure in registry.failures}


def test_a_hook_of_a_later_version_may_be_marked_as_optional(site):
    site.install(
        "neu",
        f"""
        @hookimpl(optionalhook=True)
        def koschuso_wunder(): return []
        @hookimpl
        def koschuso_fields(): return [{FIELD.replace("krank", "neu")}]
        """,
    )
    registry = Registry.load(["neu"], distributions=site.distributions)
    assert registry.failures == ()
    assert "neu:feld" in registry.fields


def test_what_is_not_asked_for_is_not_called(site):
    site.install("krank", "@hookimpl\ndef koschuso_reports(): raise AssertionError")
    registry = Registry.load(["krank"], distributions=site.distributions)
    assert registry.fields is registry.fields
    assert registry.failures_so_far == ()
    assert len(registry.failures) == 1
