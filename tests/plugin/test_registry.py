"""What a registry offers, where it comes from, and who gets what only one can have."""

import json
import subprocess
import sys
from types import SimpleNamespace

import attrs
import pytest

import koschuso.model
import koschuso.plugin
from koschuso.errors import PluginFailed, Refused, WrongUse
from koschuso.model import Catalogue, Entry, ExtraField, FieldType, Goal, Person
from koschuso.plugin import Format, Reading, Renderer, StoreBackend, Writing, hookimpl
from koschuso.plugin.failure import PluginState, Stage
from koschuso.plugin.hookspecs import HOOKS
from koschuso.plugin.registry import Registry


def giving(records):
    """Make a hook implementation that returns these records."""
    return hookimpl(lambda: records)


def plugin(**hooks):
    """Make a plugin object of hooks and what they return."""
    return SimpleNamespace(**{f"koschuso_{name}": giving(records) for name, records in hooks.items()})


def backend(name, *schemes):
    return StoreBackend(name=name, schemes=schemes, open=lambda _url: None)


def format_(name, suffix, *, writes=True, targets=()):
    return Format(
        name=name,
        title=name,
        suffixes=(suffix,),
        recognise=lambda _data: False,
        read=lambda _data, _options: Reading(),
        write=(lambda _records, _options: Writing(data=b"")) if writes else None,
        targets=targets,
    )


def renderer(name, suffix):
    return Renderer(name=name, title=name, suffix=suffix, media_type="text/plain", render=lambda _document: b"")


def test_what_koschuso_brings_comes_through_the_same_hooks():
    registry = Registry.load()
    assert {"koschuso:memory", "koschuso:sqlite"} <= set(registry.stores)
    assert {"koschuso:stellenuebersicht", "koschuso:kennzahlen"} <= set(registry.reports)
    assert {"koschuso:html", "koschuso:csv", "koschuso:markdown"} <= set(registry.renderers)
    assert {"koschuso:f1", "koschuso:f8"} <= set(registry.rules)
    assert {"schulform", "taetigkeitsprofil"} <= set(registry.catalogues)
    assert registry.failures == ()
    assert all(registry.stores.origin(name).distribution == "koschuso" for name in registry.stores)
    assert {getattr(registry, hook.offers).label for hook in HOOKS.values()} == {hook.label for hook in HOOKS.values()}


def test_registries_know_nothing_of_each_other():
    own = plugin(fields=[ExtraField(name="eins:feld", record_kind="person", label="F")])
    assert "eins:feld" in Registry.load(given={"eins": own}).fields
    assert "eins:feld" not in Registry.load().fields


def test_two_fields_of_one_name_in_calendars_are_both_left_out_and_named():
    """`a:b_c` and `a-b:c` would be the same line of an address book."""
    names = {"a": "a:b_c", "a-b": "a-b:c"}
    fields = {
        owner: plugin(
            fields=[
                ExtraField(name=name, record_kind="person", label="F"),
                ExtraField(name=f"{owner}:eigenes", record_kind="person", label="F"),
            ]
        )
        for owner, name in names.items()
    }
    registry = Registry.load(given=fields)

    assert list(registry.fields) == ["a:eigenes", "a-b:eigenes"]
    assert sorted((failure.plugin, failure.stage) for failure in registry.failures) == [
        ("a", "clash"),
        ("a-b", "clash"),
    ]
    assert all("X-KOSCHUSO-A-B-C" in failure.cause for failure in registry.failures)


def test_offers_stand_in_an_order_that_does_not_hang_on_installation():
    fields = {
        name: plugin(fields=[ExtraField(name=f"{name}:feld", record_kind="person", label="F")])
        for name in ("zwei", "eins")
    }
    assert list(Registry.load(given=fields).fields) == ["eins:feld", "zwei:feld"]


def test_an_unknown_name_is_told_with_the_known_ones_and_the_plugins_that_were_left_out():
    registry = Registry.load(["fort"], distributions=[])
    with pytest.raises(WrongUse, match=r"stellenuebersicht.*fort"):
        registry.reports.require("soest:bericht")
    assert registry.report("kennzahlen").name == "koschuso:kennzahlen"


def test_two_plugins_that_claim_one_scheme_both_lose_it_and_are_both_named():
    registry = Registry.load(
        given={
            "eins": plugin(stores=[backend("eins:speicher", "wolke", "eins")]),
            "zwei": plugin(stores=[backend("zwei:speicher", "wolke")]),
            "drei": plugin(stores=[backend("drei:speicher", "regal")]),
        }
    )
    assert registry.stores["eins:speicher"].schemes == ("eins",)
    assert "zwei:speicher" not in registry.stores
    assert "drei:speicher" in registry.stores
    assert {(failure.plugin, failure.stage) for failure in registry.failures} == {
        ("eins", Stage.CLASH),
        ("zwei", Stage.CLASH),
    }
    assert all("eins:speicher" in failure.cause and "zwei:speicher" in failure.cause for failure in registry.failures)


def test_no_plugin_can_stand_between_an_office_and_its_sqlite_file():
    registry = Registry.load(given={"frech": plugin(stores=[backend("frech:speicher", "sqlite", "memory")])})
    assert "frech:speicher" not in registry.stores
    assert registry.stores["koschuso:sqlite"].schemes == ("sqlite",)
    assert {failure.plugin for failure in registry.failures} == {"frech"}


def test_two_formats_that_write_one_ending_stay_reachable_by_name_only():
    registry = Registry.load(
        given={
            "eins": plugin(formats=[format_("eins:liste", ".liste")]),
            "zwei": plugin(
                formats=[format_("zwei:liste", ".liste"), format_("zwei:nur-lesen", ".liste", writes=False)]
            ),
        }
    )
    assert registry.formats["eins:liste"].suffixes == registry.formats["zwei:liste"].suffixes == ()
    assert registry.formats["zwei:nur-lesen"].suffixes == (".liste",)
    assert len(registry.failures) == 2


def test_a_format_for_one_program_leaves_the_ending_to_others():
    everybody, outlook = format_("eins:tabelle", ".csv"), format_("zwei:tabelle", ".csv", targets=("outlook",))
    google = format_("drei:tabelle", ".csv", targets=("google", "apple"))
    other = format_("vier:tabelle", ".csv", targets=("google",))
    given = {f.name.partition(":")[0]: plugin(formats=[f]) for f in (everybody, outlook, google, other)}

    registry = Registry.load(given=given)

    formats = registry.formats
    assert formats["eins:tabelle"].suffixes == (".csv",)
    # koschuso itself writes lists for Outlook, and two plugins want the ones for Google
    assert formats["zwei:tabelle"].suffixes == ()
    assert (formats["drei:tabelle"].targets, formats["drei:tabelle"].suffixes) == (("apple",), (".csv",))
    assert formats["vier:tabelle"].suffixes == ()
    assert {failure.plugin for failure in registry.failures} == {"zwei", "drei", "vier"}


def test_two_renderers_of_one_ending_are_both_left_out():
    registry = Registry.load(
        given={
            "eins": plugin(renderers=[renderer("eins:pdf", ".pdf")]),
            "zwei": plugin(renderers=[renderer("zwei:pdf", ".pdf"), renderer("zwei:odt", ".odt")]),
            "drei": plugin(renderers=[renderer("drei:html", ".html")]),
        }
    )
    assert [name for name in registry.renderers if not name.startswith("koschuso:")] == ["zwei:odt"]
    assert {failure.plugin for failure in registry.failures} == {"eins", "zwei", "drei"}


def catalogue(name, *entries, extends="taetigkeitsprofil"):
    return Catalogue(name=name, title=name, version="1", extends=extends, entries=entries)


def test_a_plugin_adds_entries_to_a_shared_catalogue():
    entry = Entry(key="soest:sprechstunde", label="Sprechstunde", maps_to="beratung")
    registry = Registry.load(given={"soest": plugin(catalogues=[catalogue("soest:profil", entry)])})
    profile = registry.catalogues["taetigkeitsprofil"]
    assert profile.label("soest:sprechstunde") == "Sprechstunde"
    assert profile.shared_key("soest:sprechstunde") == "beratung"
    assert "soest:profil" in registry.plugins[-1].offers
    assert registry.failures == ()


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        (catalogue("eins:profil", Entry(key="zwei:x", label="X")), "Präfix"),
        (catalogue("eins:profil", Entry(key="eins:x", label="X"), extends="gibtesnicht"), "gibtesnicht"),
        (catalogue("eins:profil", Entry(key="eins:x", label="X", maps_to="gibtesnicht")), "gibtesnicht"),
    ],
)
def test_an_extension_that_does_not_fit_is_left_out_alone(bad, cause):
    good = catalogue("gut:profil", Entry(key="gut:x", label="X"))
    registry = Registry.load(given={"eins": plugin(catalogues=[bad]), "gut": plugin(catalogues=[good])})
    assert "gut:x" in registry.catalogues["taetigkeitsprofil"]
    assert [(failure.plugin, failure.stage) for failure in registry.failures] == [("eins", Stage.CLASH)]
    assert cause in registry.failures[0].cause


def test_two_plugins_that_add_one_key_both_lose_and_are_both_named():
    entry = Entry(key="beratung.telefon", label="Telefon")
    registry = Registry.load(
        given={name: plugin(catalogues=[catalogue(f"{name}:profil", entry)]) for name in ("eins", "zwei")}
    )
    assert "beratung.telefon" not in registry.catalogues["taetigkeitsprofil"]
    assert [failure.plugin for failure in registry.failures] == ["eins", "zwei"]
    assert all("eins:profil und zwei:profil" in failure.cause for failure in registry.failures)


def test_a_failure_in_use_names_the_plugin_and_not_the_data():
    registry = Registry.load()
    with pytest.raises(PluginFailed) as failed, registry.using("soest:bericht"):
        raise KeyError("Erika Muster")
    assert (failed.value.plugin, failed.value.stage) == ("soest", "use")
    assert "Muster" not in str(failed.value)
    with pytest.raises(Refused, match="so nicht"), registry.using("soest:bericht"):
        raise Refused("so nicht")


def test_the_list_of_plugins_can_be_written_as_json():
    registry = Registry.load(["fort"], distributions=[])
    infos = json.loads(json.dumps([attrs.asdict(info) for info in registry.plugins]))
    assert infos[0]["name"] == "koschuso"
    assert (infos[1]["name"], infos[1]["state"]) == ("fort", PluginState.LEFT_OUT.value)
    assert "nicht installiert" in infos[1]["causes"][0]


def test_values_of_a_missing_plugin_are_shown_raw_and_those_of_a_present_one_with_labels():
    fields = [
        ExtraField(name="eins:form", record_kind="goal", label="Form", type=FieldType.KEY, catalogue="schulform"),
        ExtraField(name="eins:offen", record_kind="goal", label="Offen", type=FieldType.BOOLEAN),
    ]
    registry = Registry.load(given={"eins": plugin(fields=fields)})
    goal = Goal(id="1", title="Z", extras={"eins:form": "grundschule", "eins:offen": True, "fort:x": 7})
    shown = [(extra.label, extra.text) for extra in registry.declared.shown(goal)]
    assert shown == [("Form", "Grundschule"), ("Offen", "ja"), ("fort:x", "7")]


def test_the_single_import_has_every_record_of_the_model_and_every_hook_record():
    assert set(koschuso.model.__all__) <= set(koschuso.plugin.__all__)
    for name in koschuso.plugin.__all__:
        assert getattr(koschuso.plugin, name) is not None
    for hook in HOOKS.values():
        assert getattr(koschuso.plugin, hook.type_name) is hook.record_type()
    assert koschuso.plugin.Person is Person
    with pytest.raises(AttributeError):
        _ = koschuso.plugin.Registry


def test_one_field_costs_neither_reports_nor_stores_nor_formats():
    code = (
        "import sys; from koschuso.plugin import ExtraField, hookimpl; "
        "print([name for name in sys.modules if name.startswith('koschuso.') and "
        "name.split('.')[1] in {'reporting', 'store', 'interchange', 'rules', 'privacy', 'nrw'}], 'icalendar' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "False"]


def test_opening_an_office_asks_for_stores_only():
    code = (
        "import sys; from koschuso.plugin.registry import Registry; Registry.load().stores; "
        "print([name for name in ('koschuso.reporting', 'koschuso.nrw', 'koschuso.privacy', 'packaging', 'icalendar') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
