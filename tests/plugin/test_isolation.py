"""Whatever a plugin does wrong stays its own affair: the stage and cause are told, everything else goes on working."""

import sys
from types import SimpleNamespace

import pytest

from koschuso import Office, privacy
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


SHIFTY = """
class Shifty(Renderer):
    asked = 0
    @property
    def suffix(self):
        type(self).asked += 1
        if type(self).asked > 1:
            raise OSError("spaeter")
        return ".x"

@hookimpl
def koschuso_renderers():
    made = Shifty.__new__(Shifty)
    for name in ("name", "title", "media_type", "render"):
        object.__setattr__(made, name, "krank:x")
    return [made]
"""

ODD = {
    "suffix that is a list": (
        "renderers",
        "@hookimpl\ndef koschuso_renderers(): return [Renderer(name='krank:x', title='X', suffix=['.x'], media_type='a/b', render=bytes)]",
        "suffix",
    ),
    "targets that are no texts": (
        "formats",
        "@hookimpl\ndef koschuso_formats(): return [Format(name='krank:x', title='X', suffixes=('.x',), targets=([],), recognise=bool)]",
        "targets",
    ),
    "name that cannot be hashed": (
        "fields",
        "@hookimpl\ndef koschuso_fields(): return [ExtraField(name=['krank:x'], record_kind='person', label='F')]",
        "TypeError",
    ),
    "name that cannot be hashed, in a report": (
        "reports",
        "@hookimpl\ndef koschuso_reports(): return [Report(name=['krank:x'], title='X', build=print)]",
        "krank:",
    ),
    "name that is more than a text": (
        "reports",
        (
            "class Name(str):\n    def __hash__(self): raise OSError\n"
            "@hookimpl\ndef koschuso_reports(): return [Report(name=Name('krank:x'), title='X', build=print)]"
        ),
        "",
    ),
    "half a record": (
        "fields",
        (
            "@hookimpl\ndef koschuso_fields():\n    half = ExtraField.__new__(ExtraField)\n"
            "    object.__setattr__(half, 'name', 'krank:x')\n    return [half]"
        ),
        "AttributeError",
    ),
    "record with a life of its own": ("renderers", SHIFTY, "suffix"),
    "class instead of a record": (
        "fields",
        "@hookimpl\ndef koschuso_fields(): return [ExtraField]",
        "statt ExtraField",
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_record_fails_where_it_is_offered_and_nowhere_else(site, case):
    offers, code, cause = ODD[case]
    site.install("krank", code)
    registry = Registry.load(["gesund", "krank"], distributions=site.distributions)
    assert not [name for name in getattr(registry, offers) if str(name).startswith("krank")]
    assert "gesund:feld" in registry.fields
    assert [(failure.plugin, failure.stage) for failure in registry.failures] == [("krank", Stage.CALL)]
    assert cause in registry.failures[0].cause
    assert {info.name: info.state for info in registry.plugins}["gesund"] is PluginState.ACTIVE


def test_what_a_plugin_prints_does_not_reach_standard_output(site, capsys):
    site.install(
        "laut",
        f"""
        print("beim Laden")
        @hookimpl
        def koschuso_fields():
            print("beim Abfragen")
            yield {FIELD.replace("krank", "laut")}
            print("am Ende")
        """,
    )
    registry = Registry.load(["laut"], distributions=site.distributions)
    assert "laut:feld" in registry.fields
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.split("\n") == ["beim Laden", "beim Abfragen", "am Ende", ""]


def test_a_plugin_that_keeps_its_list_cannot_change_what_it_offered(site):
    site.install(
        "spaet", f"offered = [{FIELD.replace('krank', 'spaet')}]\n@hookimpl\ndef koschuso_fields(): return offered"
    )
    registry = Registry.load(["spaet"], distributions=site.distributions)
    assert "spaet:feld" in registry.fields
    sys.modules[site.modules[-1]].offered.clear()
    assert "spaet:feld" in registry.fields
    with pytest.raises(TypeError):
        registry.fields["spaet:noch_eins"] = None


@pytest.mark.parametrize(
    "name", ["RECORD_TYPES", "FIELD_LABELS", "EVENT_TRANSITIONS", "TASK_TRANSITIONS", "PARTICIPATION_TRANSITIONS"]
)
def test_a_plugin_cannot_change_the_tables_that_all_share(site, name):
    site.install("krank", f"import koschuso.plugin\nkoschuso.plugin.{name}['krank'] = None")
    registry = Registry.load(["gesund", "krank"], distributions=site.distributions)
    assert [(failure.plugin, failure.stage) for failure in registry.failures] == [("krank", Stage.IMPORT)]


@pytest.mark.parametrize(
    ("access", "cause"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("(_ for _ in [1 / 0])", "ZeroDivisionError"),
        ("(n for n in __import__('itertools').count())", "TypeError"),
        ("object()", "TypeError"),
        ("type('Odd', (), {'__bool__': lambda self: 1 / 0})()", "TypeError"),
        ("(_ for _ in ()).throw(SystemExit)", "SystemExit"),
    ],
)
def test_a_data_holder_that_fails_makes_the_answer_incomplete_and_the_others_answer(site, access, cause):
    hook = "@hookimpl\ndef koschuso_data_holders(): return [DataHolder(name='NAME:h', access=lambda p: CALL, erase=lambda p: 0)]"
    site.install("krank", hook.replace("NAME", "krank").replace("CALL", access))
    site.install(
        "wach",
        hook.replace("NAME", "wach").replace("CALL", "iter([{'brief': __import__('datetime').date(2025, 9, 2)}])"),
    )
    registry = Registry.load(["krank", "wach"], distributions=site.distributions)
    told = privacy.access("p-1", SimpleNamespace(records=lambda _type: ()), registry.data_holders.values())
    assert dict(told.holders) == {"wach:h": [{"brief": "2025-09-02"}]}
    assert [failure.plugin for failure in told.failures] == ["krank"]
    assert cause in told.failures[0].message
    with pytest.raises(ExceptionGroup):
        told.require_complete()


def test_installed_is_not_enabled_in_a_real_office(site):
    """A real distribution on the path: seen, not imported, until the office switches it on."""
    module = site.install("still", f"@hookimpl\ndef koschuso_fields(): return [{FIELD.replace('krank', 'still')}]")
    place = site.folder / "buero"
    Office.init(place, name="Büro", ags="05974").close()
    with Office.open(place) as office:
        assert "still:feld" not in office.registry.fields
        assert module not in sys.modules
        assert {info.name: info.state for info in office.registry.plugins}["still"] is PluginState.DISABLED
    settings = place / "koschuso.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("aktiv = []", 'aktiv = ["still"]'), encoding="utf-8"
    )
    with Office.open(place) as office:
        assert "still:feld" in office.registry.fields
        assert module in sys.modules
