"""A catalogue finds its entries, knows its tree, takes a municipality's own entries and refuses contradictions."""

import copy
import pickle

import attrs
import pytest

from koschuso.errors import InvalidRecord, NotFound, Refused
from koschuso.model.catalogue import Catalogue, Column, Entry
from koschuso.model.folding import fold


def catalogue(*entries: Entry, **changes: object) -> Catalogue:
    return Catalogue(**{"name": "profil", "title": "Profil", "version": "1", "entries": entries, **changes})


@pytest.fixture
def profile() -> Catalogue:
    return catalogue(
        Entry(key="beratung", label="Beratung und Unterstützung", aliases=("Beratung",)),
        Entry(key="beratung.traeger", label="Beratung von Trägern", aliases=("Trägerberatung",)),
        Entry(key="beratung.traeger.freie", label="Freie Träger"),
        Entry(key="konzept", label="Konzeptarbeit"),
        Entry(key="konzept.alt", label="Alte Konzepte", deprecated_since="1", replaced_by="konzept.neu"),
        Entry(key="konzept.neu", label="Konzepte"),
    )


def own(*entries: Entry, **changes: object) -> Catalogue:
    return catalogue(*entries, **{"name": "soest:profil", "extends": "profil", "version": "7", **changes})


def findings_of(refusal: pytest.ExceptionInfo[InvalidRecord]) -> list[tuple[str, str, str]]:
    return [(finding.rule, finding.field, finding.value) for finding in refusal.value.findings]


# -- folding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Förderschule", "FOERDERSCHULE"),
        ("Förderschule", "Fo\u0308rder schule"),
        ("Straße", "strasse"),
        ("Koordinator:in", "Koordinator*in"),
        ("Koordinator:in", "KoordinatorIn"),
        ("Café-Runde", "cafe runde"),
        ("AG § 78", "ag78"),
    ],
)
def test_spellings_of_the_same_name_fold_together(one, other):
    assert fold(one) == fold(other)


def test_signs_alone_fold_to_nothing():
    assert fold(" – / * ") == ""


# -- look-up ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["beratung.traeger", "Beratung von Trägern", "beratung von traegern", "TRÄGERBERATUNG", " Träger-Beratung "]
)
def test_an_entry_is_found_by_key_label_and_alias_however_it_is_typed(profile, text):
    assert profile.find(text).key == "beratung.traeger"


@pytest.mark.parametrize("text", ["", "–", "Fachtag", "beratung.unbekannt"])
def test_a_text_that_means_no_entry_finds_nothing(profile, text):
    assert profile.find(text) is None


def test_an_ambiguous_text_is_refused_and_the_candidates_are_named():
    twice = catalogue(
        Entry(key="a", label="Bereich A"),
        Entry(key="a.sonstige", label="Sonstiges"),
        Entry(key="b", label="Bereich B"),
        Entry(key="b.sonstige", label="sonstiges"),
    )
    with pytest.raises(Refused, match=r"mehrdeutig.*a\.sonstige, b\.sonstige"):
        twice.find("Sonstiges")
    assert twice.find("b.sonstige").key == "b.sonstige"


def test_an_entry_in_use_wins_over_a_deprecated_one_of_the_same_label():
    renamed = catalogue(
        Entry(key="alt", label="Fachtag", deprecated_since="2", replaced_by="neu"), Entry(key="neu", label="Fachtag")
    )
    assert renamed.find("Fachtag").key == "neu"
    assert [entry.key for entry in renamed.offered()] == ["neu"]


def test_an_unknown_key_is_shown_as_it_is_and_refused_only_when_it_must_exist(profile):
    assert profile.label("soest:hotline") == "soest:hotline"
    assert profile.get("soest:hotline") is None
    with pytest.raises(NotFound, match="soest:hotline"):
        profile.entry("soest:hotline")


def test_entries_are_found_by_the_value_of_a_column():
    forms = catalogue(
        Entry(key="grundschule", label="Grundschule", attributes={"code": "02", "next": "a b"}),
        Entry(key="hauptschule", label="Hauptschule", attributes={"code": "04"}),
        columns=(Column(key="code", title="Schlüssel"), Column(key="next", title="Danach")),
    )
    assert [entry.key for entry in forms.with_attribute("code", "02")] == ["grundschule"]
    assert [entry.key for entry in forms.with_attribute("next", "b")] == ["grundschule"]
    assert forms.with_attribute("code", "2") == ()
    assert forms.entry("hauptschule").values("next") == ()


def test_a_flag_is_true_false_or_not_said():
    def flag(**attributes: str) -> bool | None:
        return Entry(key="a", label="A", attributes=attributes).flag("zaehlt")

    assert (flag(zaehlt="true"), flag(zaehlt="false"), flag()) == (True, False, None)
    with pytest.raises(Refused, match="true oder false"):
        flag(zaehlt="ja")


def test_an_assumption_is_told_for_the_entry_and_for_single_attributes():
    assumed = Entry(key="a", label="A", inferred=True)
    partly = Entry(key="b", label="B", inferred_attributes=("schulaufsicht",))
    assert assumed.is_inferred()
    assert assumed.is_inferred("schulaufsicht")
    assert not partly.is_inferred()
    assert partly.is_inferred("schulaufsicht")


# -- tree ------------------------------------------------------------------------------------------------------------


def test_the_tree_follows_the_dots_of_the_keys(profile):
    assert [entry.key for entry in profile.children()] == ["beratung", "konzept"]
    assert [entry.key for entry in profile.children("beratung")] == ["beratung.traeger"]
    assert [entry.key for entry in profile.ancestors("beratung.traeger.freie")] == ["beratung.traeger", "beratung"]
    assert profile.top("beratung.traeger.freie") == "beratung"
    assert profile.parent("beratung") is None
    assert profile.is_within("beratung.traeger.freie", "beratung")
    assert profile.is_within("beratung", "beratung")
    assert not profile.is_within("beratung", "beratung.traeger")
    assert not profile.is_within("konzept", "beratung")


@pytest.mark.parametrize("key", ["beratung.traeger.neu", "soest:beratung.traeger.neu.tief", "beratung.x.y"])
def test_a_key_whose_catalogue_is_missing_keeps_its_place_in_the_tree(profile, key):
    assert profile.is_within(key, "beratung")
    assert profile.top(key) == "beratung"
    assert profile.shared_key(key) in {"beratung", "beratung.traeger"}


def test_a_foreign_key_without_a_place_counts_nowhere_else(profile):
    assert profile.shared_key("soest:hotline") is None
    assert profile.top("soest:hotline") == "soest:hotline"


# -- extension -------------------------------------------------------------------------------------------------------


def test_own_entries_join_the_tree_and_count_under_a_shared_key(profile):
    extended = profile.extended_with(
        own(
            Entry(key="soest:sprechstunde", label="Digitale Sprechstunde", maps_to="beratung.traeger"),
            Entry(key="soest:beratung.telefon", label="Telefon"),
            Entry(key="soest:beratung.telefon.abend", label="Abendtelefon"),
            Entry(key="beratung.post", label="Briefe"),
            Entry(key="soest:beratung.eilig", label="Eilt", maps_to="soest:sprechstunde"),
            Entry(key="soest:sonderaufgabe", label="Sonderaufgabe"),
        )
    )
    assert [entry.key for entry in extended.children("beratung")] == [
        "beratung.traeger",
        "soest:beratung.telefon",
        "beratung.post",
        "soest:beratung.eilig",
    ]
    assert extended.parent("soest:beratung.telefon.abend").key == "soest:beratung.telefon"
    shared = {entry.key: extended.shared_key(entry.key) for entry in extended if entry.origin}
    assert shared == {
        "soest:sprechstunde": "beratung.traeger",
        "soest:beratung.telefon": "beratung",
        "soest:beratung.telefon.abend": "beratung",
        "beratung.post": "beratung",
        "soest:beratung.eilig": "beratung.traeger",
        "soest:sonderaufgabe": None,
    }
    assert extended.version == "1"
    assert extended.extensions == ("soest:profil 7",)
    assert extended.entry("beratung.post").origin == "soest:profil"


def test_shared_keys_count_as_themselves_and_deprecated_ones_as_their_successor(profile):
    assert profile.shared_key("beratung.traeger") == "beratung.traeger"
    assert profile.shared_key("konzept.alt") == "konzept.neu"


def test_an_extension_leaves_the_original_as_it_was(profile):
    before = attrs.evolve(profile)
    profile.extended_with(own(Entry(key="soest:x", label="X")))
    assert profile == before
    assert "soest:x" not in profile


def test_two_extensions_can_be_added_one_after_the_other(profile):
    extended = profile.extended_with(own(Entry(key="soest:x", label="X"))).extended_with(
        own(Entry(key="hamm:x", label="Auch X", maps_to="soest:x"), name="hamm:profil", version="2")
    )
    assert extended.extensions == ("soest:profil 7", "hamm:profil 2")
    assert extended.entry("hamm:x").origin == "hamm:profil"


def test_an_extension_may_bring_columns_of_its_own(profile):
    extended = profile.extended_with(
        own(
            Entry(key="soest:x", label="X", attributes={"kostenstelle": "4711"}),
            columns=(Column(key="kostenstelle", title="Kostenstelle"),),
        )
    )
    assert extended.entry("soest:x").values("kostenstelle") == ("4711",)


def test_an_extension_for_another_catalogue_is_refused(profile):
    with pytest.raises(Refused, match="passt nicht zu »profil«"):
        profile.extended_with(own(Entry(key="soest:x", label="X"), extends="schulform"))
    with pytest.raises(Refused, match="keinen anderen"):
        profile.extended_with(own(Entry(key="soest:x", label="X"), extends=""))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry(key="neu", label="Neu"), ("katalog.eigener_schluessel", "key", "neu")),
        (Entry(key="soest:fehlt.neu", label="Neu"), ("katalog.ebene_darueber", "key", "soest:fehlt.neu")),
        (Entry(key="beratung.fehlt.neu", label="Neu"), ("katalog.ebene_darueber", "key", "beratung.fehlt.neu")),
        (Entry(key="beratung.traeger", label="Neu"), ("katalog.schluessel_einmalig", "key", "beratung.traeger")),
        (Entry(key="soest:x", label="X", maps_to="fehlt"), ("katalog.maps_to_bekannt", "maps_to", "fehlt")),
        (
            Entry(key="soest:x", label="X", aliases=("Konzeptarbeit",)),
            ("katalog.alias_eindeutig", "aliases", "Konzeptarbeit"),
        ),
        (Entry(key="soest:x", label="X", attributes={"kst": "1"}), ("katalog.spalte_bekannt", "kst", "1")),
    ],
)
def test_an_own_entry_that_does_not_fit_is_refused(profile, entry, expected):
    with pytest.raises(InvalidRecord) as refusal:
        profile.extended_with(own(entry))
    assert expected in findings_of(refusal)


# -- contradictions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([Entry(key="Fachtag", label="Fachtag")], ("katalog.schluesselform", "key", "Fachtag")),
        ([Entry(key="träger", label="Träger")], ("katalog.schluesselform", "key", "träger")),
        ([Entry(key="a..b", label="B")], ("katalog.schluesselform", "key", "a..b")),
        ([Entry(key="", label="B")], ("katalog.schluesselform", "key", "")),
        ([Entry(key="a", label=" ")], ("katalog.bezeichnung", "label", " ")),
        (
            [Entry(key="a", label="A"), Entry(key="a", label="B")],
            ("katalog.schluessel_einmalig", "key", "a"),
        ),
        ([Entry(key="a.b", label="B")], ("katalog.ebene_darueber", "key", "a.b")),
        ([Entry(key="a", label="A"), Entry(key="a.b.c", label="C")], ("katalog.ebene_darueber", "key", "a.b.c")),
        ([Entry(key="a", label="A", maps_to="x")], ("katalog.maps_to_bekannt", "maps_to", "x")),
        (
            [Entry(key="a", label="A", deprecated_since="2", replaced_by="x")],
            ("katalog.replaced_by_bekannt", "replaced_by", "x"),
        ),
        (
            [Entry(key="a", label="A", replaced_by="b"), Entry(key="b", label="B")],
            ("katalog.ersetzt_veraltet", "deprecated_since", ""),
        ),
        ([Entry(key="a", label="A", maps_to="a")], ("katalog.verweis_im_kreis", "maps_to", "a")),
        (
            [Entry(key="a", label="A", maps_to="b"), Entry(key="b", label="B", maps_to="a")],
            ("katalog.verweis_im_kreis", "maps_to", "b"),
        ),
        ([Entry(key="a", label="A", attributes={"cod": "1"})], ("katalog.spalte_bekannt", "cod", "1")),
        (
            [Entry(key="a", label="A", aliases=("GS",)), Entry(key="b", label="B", aliases=("g s",))],
            ("katalog.alias_eindeutig", "aliases", "GS"),
        ),
        ([Entry(key="a", label="A", aliases=("–",))], ("katalog.alias_eindeutig", "aliases", "–")),
    ],
)
def test_a_contradiction_is_refused_with_field_value_and_rule(entries, expected):
    with pytest.raises(InvalidRecord) as refusal:
        catalogue(*entries)
    assert expected in findings_of(refusal)


def test_an_own_entry_cannot_lead_in_a_circle(profile):
    circle = own(
        Entry(key="soest:a", label="A", maps_to="soest:a.b"),
        Entry(key="soest:a.b", label="B"),
    )
    with pytest.raises(InvalidRecord, match="im Kreis"):
        profile.extended_with(circle)


@pytest.mark.parametrize(
    ("changes", "field"), [({"name": ""}, "name"), ({"title": " "}, "title"), ({"version": ""}, "version")]
)
def test_a_catalogue_needs_name_title_and_version(changes, field):
    with pytest.raises(InvalidRecord) as refusal:
        catalogue(Entry(key="a", label="A"), **changes)
    assert refusal.value.findings[0].field == field


def test_every_contradiction_is_told_at_once():
    with pytest.raises(InvalidRecord) as refusal:
        catalogue(Entry(key="A", label=""), Entry(key="b.c", label="C", maps_to="x"))
    assert {rule for rule, _, _ in findings_of(refusal)} == {
        "katalog.schluesselform",
        "katalog.bezeichnung",
        "katalog.ebene_darueber",
        "katalog.maps_to_bekannt",
    }


def test_catalogues_are_values_that_cannot_change(profile):
    entry = Entry(key="a", label="A", attributes={"code": "02"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        entry.label = "B"
    with pytest.raises(TypeError):
        entry.attributes["code"] = "04"
    assert hash(profile) == hash(attrs.evolve(profile))
    assert bool(catalogue()), "an empty catalogue is a catalogue"


def test_catalogues_can_be_copied_and_sent_to_another_process(profile):
    assert copy.deepcopy(profile) == profile
    assert pickle.loads(pickle.dumps(profile)) == profile  # noqa: S301 - bytes that the test has just made
