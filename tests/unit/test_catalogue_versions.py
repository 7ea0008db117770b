"""Entries come, go, merge and split between versions; figures count under the keys of any version, and none is lost.

The catalogue is an example of our own: it says nothing about the Tätigkeitsprofil of the Arbeitskreis NRW.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso import catalogues
from koschuso.errors import InvalidRecord, NotFound
from koschuso.model import NOT_ASSIGNED, Catalogue, Entry, sum_by_key

BEISPIEL = Catalogue(
    name="beispiel",
    title="Beispielprofil",
    version="2026",
    entries=(
        Entry(key="beratung", label="Beratung", since="2022"),
        Entry(
            key="beratung.telefon", label="Telefon", since="2022", deprecated_since="2026", replaced_by="beratung.fern"
        ),
        Entry(key="beratung.brief", label="Brief", since="2022", deprecated_since="2026", replaced_by="beratung.fern"),
        Entry(key="beratung.fern", label="Fernberatung", since="2026"),
        Entry(
            key="beratung.schulen",
            label="Schulen",
            since="2022",
            deprecated_since="2026",
            split_into=("beratung.leitung", "beratung.kollegium"),
        ),
        Entry(key="beratung.leitung", label="Schulleitungen", since="2026"),
        Entry(key="beratung.kollegium", label="Kollegien", since="2026"),
        Entry(key="netz", label="Netz", since="2022"),
        Entry(key="netz.kreis", label="Kreis", since="2022"),
        Entry(
            key="papier",
            label="Papiere",
            since="2022",
            deprecated_since="2026",
            split_into=("konzept.papier", "netz.rundbrief"),
        ),
        Entry(key="konzept", label="Konzept", since="2022"),
        Entry(key="konzept.papier", label="Konzeptpapiere", since="2026"),
        Entry(key="netz.rundbrief", label="Rundbriefe", since="2026"),
        Entry(key="netz.digital", label="Digitale Plattform", since="2026"),
        Entry(key="digital", label="Digitales", since="2026"),
        Entry(key="feier", label="Feiern", since="2022", deprecated_since="2026"),
        Entry(key="netz.stammtisch", label="Stammtisch", since="2022", deprecated_since="2026"),
    ),
)
KEYS = [entry.key for entry in BEISPIEL]


@pytest.mark.parametrize(
    ("version", "key", "expected"),
    [
        ("2022", "beratung.telefon", "beratung.telefon"),
        ("2026", "beratung.telefon", "beratung.fern"),
        ("2026", "beratung.brief", "beratung.fern"),  # merged
        ("2022", "beratung.fern", "beratung"),  # of two: what stands above both
        ("2026", "beratung.schulen", "beratung"),  # split: likewise
        ("2022", "beratung.leitung", "beratung.schulen"),
        ("2022", "beratung.kollegium", "beratung.schulen"),
        ("2026", "papier", None),  # split over two branches: nobody knows
        ("2022", "konzept.papier", "papier"),
        ("2022", "netz.rundbrief", "papier"),
        ("2022", "netz.digital", "netz"),  # new: what stands above it
        ("2022", "digital", None),
        ("2026", "feier", None),
        ("2026", "netz.stammtisch", "netz"),
        ("2022", "netz.kreis", "netz.kreis"),
        ("2026", "netz.gibtesnicht", "netz"),
        ("2026", "fort:eigenes", None),
    ],
)
def test_a_key_counts_under_what_stood_for_it_in_a_version(version, key, expected):
    assert BEISPIEL.key_in(version, key) == expected


def test_the_catalogue_of_a_version_is_what_it_was():
    then, now = BEISPIEL.as_of("2022"), BEISPIEL.as_of("2026")
    assert BEISPIEL.versions == ("2022", "2026")
    assert then.version == "2022"
    assert "beratung.fern" not in then
    assert {entry.key for entry in then.offered()} == {entry.key for entry in then}
    assert then.entry("beratung.schulen").split_into == ()
    assert now.entries == BEISPIEL.entries
    assert BEISPIEL.as_of("2024").version == "2022"  # in between: the one in force


@pytest.mark.parametrize("version", ["2030", "2019", "neu"])
def test_a_version_that_never_was_is_refused_with_those_there_are(version):
    with pytest.raises(NotFound, match="2022, 2026"):
        BEISPIEL.as_of(version)
    with pytest.raises(NotFound):
        BEISPIEL.key_in(version, "netz")


def test_what_was_there_from_the_beginning_needs_no_version():
    catalogue = Catalogue(
        name="k",
        title="K",
        version="2026",
        entries=(
            Entry(key="alt", label="Alt", deprecated_since="2026", replaced_by="neu"),
            Entry(key="neu", label="Neu", since="2026"),
        ),
    )
    assert [entry.key for entry in catalogue.as_of("2022")] == ["alt"]
    assert (catalogue.key_in("2022", "neu"), catalogue.key_in("2026", "alt")) == ("alt", "neu")


def test_a_new_entry_may_be_called_what_the_old_one_was_called():
    catalogue = Catalogue(
        name="k",
        title="K",
        version="2026",
        entries=(
            Entry(key="alt", label="Sprechstunde", aliases=("Telefon",), deprecated_since="2026", replaced_by="neu"),
            Entry(key="neu", label="Fernsprechstunde", aliases=("Sprechstunde", "Telefon"), since=""),
        ),
    )
    assert catalogue.find("Sprechstunde").key == "neu"
    then = catalogue.as_of("2022")
    assert (then.find("Sprechstunde").key, then.find("Telefon")) == ("alt", None)


def test_the_shipped_profile_has_one_version_and_can_be_named_by_its_year():
    profile = catalogues.load("taetigkeitsprofil")
    assert profile.as_of("2022") == profile
    with pytest.raises(NotFound, match=r"tp-2022\.11"):
        profile.as_of("2021")


def test_own_entries_of_a_plugin_have_versions_of_their_own():
    profile = catalogues.load("taetigkeitsprofil")
    own = Catalogue(
        name="muster:profil",
        title="Eigene Tätigkeiten",
        version="2026",
        extends="taetigkeitsprofil",
        entries=(
            Entry(
                key="muster:hotline",
                label="Hotline",
                maps_to="beratung.fachkraefte",
                since="2022",
                deprecated_since="2026",
                replaced_by="muster:chat",
            ),
            Entry(key="muster:chat", label="Chat", maps_to="beratung.fachkraefte", since="2026"),
            Entry(key="muster:ausflug", label="Ausflug"),
        ),
    )
    merged = profile.extended_with(own)
    assert merged.versions == ("2022", "tp-2022.11+koschuso.1", "2026")
    assert [key for key in ("muster:hotline", "muster:chat") if key in merged.as_of("2022")] == ["muster:hotline"]
    assert merged.key_in("2022", "muster:chat") == "muster:hotline"
    assert merged.key_in("2026", "muster:hotline") == "muster:chat"
    assert merged.key_in("2026", "beratung.fachkraefte") == "beratung.fachkraefte"
    assert merged.as_of("2026").version == "tp-2022.11+koschuso.1"
    hours = [("muster:hotline", 2), ("muster:chat", 3), ("beratung", 1), ("muster:ausflug", 4)]
    for version in ("2022", "2026"):
        sums = sum_by_key(merged, hours, version=version, shared=True, top=True)
        assert sums.rows() == (("Beratung und Unterstützung", 6), (NOT_ASSIGNED, 4))
        assert sums.unassigned_keys == ("muster:ausflug",)


@given(st.lists(st.tuples(st.sampled_from([*KEYS, "fort:x", "netz.unbekannt"]), st.integers(0, 500)), max_size=30))
def test_every_way_of_summing_gives_the_same_total(figures):
    total = sum(number for _, number in figures)
    for version in ("", "2022", "2024", "2026"):
        for top in (False, True):
            for shared in (False, True):
                sums = sum_by_key(BEISPIEL, figures, version=version, top=top, shared=shared)
                assert sums.total == total
                assert sum((value for _, value in sums.rows()), Fraction()) == total
                assert all(key in sums.catalogue for key in sums.by_key)


@given(st.sampled_from(KEYS), st.sampled_from(["2022", "2026"]))
def test_a_key_counts_only_under_what_was_offered_in_that_version(key, version):
    found = BEISPIEL.key_in(version, key)
    assert found is None or found in {entry.key for entry in BEISPIEL.as_of(version).offered()}
    assert found is None or BEISPIEL.key_in(version, found) == found


def catalogue(*entries):
    return Catalogue(name="k", title="K", version="2026", entries=(Entry(key="a", label="A"), *entries))


@pytest.mark.parametrize(
    ("entries", "rule", "words"),
    [
        (
            [Entry(key="b", label="B", split_into=("a", "c")), Entry(key="c", label="C")],
            "katalog.ersetzt_veraltet",
            "seit",
        ),
        (
            [
                Entry(key="b", label="B", deprecated_since="2", replaced_by="a", split_into=("a", "c")),
                Entry(key="c", label="C"),
            ],
            "katalog.ersetzt_oder_geteilt",
            "nur eines",
        ),
        (
            [Entry(key="b", label="B", deprecated_since="2", split_into=("a",))],
            "katalog.geteilt_in_mehrere",
            "mindestens zwei",
        ),
        ([Entry(key="b", label="B", deprecated_since="2", split_into=("a", "x"))], "katalog.split_into_bekannt", "»x«"),
        ([Entry(key="b", label="B", since="2026", deprecated_since="2022")], "katalog.fassung_reihenfolge", "bevor"),
        (
            [
                Entry(key="b", label="B", deprecated_since="2022", replaced_by="c"),
                Entry(key="c", label="C", since="2026"),
            ],
            "katalog.nachfolger_spaeter",
            "erst mit Version 2026",
        ),
        (
            [Entry(key="b", label="B", since="2026"), Entry(key="b.c", label="C", since="2022")],
            "katalog.ebene_spaeter",
            "erst seit 2026",
        ),
        (
            [
                Entry(key="b", label="B", deprecated_since="2", split_into=("a", "c")),
                Entry(key="c", label="C", deprecated_since="3", replaced_by="b"),
            ],
            "katalog.verweis_im_kreis",
            "im Kreis",
        ),
    ],
)
def test_a_catalogue_whose_changes_contradict_each_other_is_refused(entries, rule, words):
    with pytest.raises(InvalidRecord, match=words) as refused:
        catalogue(*entries)
    assert rule in {finding.rule for finding in refused.value.findings}


def test_a_split_entry_counts_beyond_the_office_where_its_parts_meet():
    split = catalogue(
        Entry(key="a.b", label="B", deprecated_since="2", split_into=("a.c", "a.d")),
        Entry(key="a.c", label="C"),
        Entry(key="a.d", label="D"),
    )
    assert split.shared_key("a.b") == "a"


def test_a_file_can_say_that_an_entry_was_split():
    text = (
        'name = "k"\ntitle = "K"\nversion = "2"\n[[entry]]\nkey = "a"\nlabel = "A"\ndeprecated_since = "2"\n'
        'split_into = ["b", "c"]\n[[entry]]\nkey = "b"\nlabel = "B"\nsince = "2"\n[[entry]]\nkey = "c"\nlabel = "C"\n'
        'since = "2"\n'
    )
    assert catalogues.parse(text).entry("a").split_into == ("b", "c")
