"""Address books read in portions give what reading them whole gives, and passing over known cards changes nothing."""

from collections import Counter
from io import BytesIO

from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.interchange import vcard
from koschuso.interchange.format import ReadOptions
from koschuso.model import Relation

LINES = st.sampled_from(
    [
        "ORG:Schule am See", "ORG:Schule am See;Büro", "ORG:Kreis", "RELATED;X-KOSCHUSO-ART=arbeitet_an:schule",
        "RELATED;X-KOSCHUSO-ART=angestellt_bei:urn:uuid:kreis", "RELATED;X-KOSCHUSO-ART=abgeordnet_zu:eva", "MEMBER:urn:uuid:eva",
        "MEMBER:adam", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:eva", "EMAIL;TYPE=HOME:eva@privat.example", "EMAIL:kein", "NOTE:Haus 1",
        "TEL;TYPE=WORK,VOICE:1", "TEL;TYPE=CELL:2", "ADR;TYPE=WORK:;;Weg 1;Soest;;594;", "TITLE:Schulleiter", "X-KOSCHUSO-ART:rbb",
        "ohne Doppelpunkt", "CATEGORIES:Gesamtschule", "item1.TEL:7", "item1.X-ABLabel:Privat", "NICK\n NAME:Evi", "KI\n ND:org",
        "PRODID:-//koschuso//koschuso//DE", "N;ENCODING=QUOTED-PRINTABLE:M=FCller;Eva", "AGENT:\nBEGIN:VCARD\nUID:adam\nEND:VCARD",
    ]
)  # fmt: skip
HEADS = st.sampled_from(
    [
        ["UID:eva", "N:Muster;Eva;;;", "FN:Eva Muster"],
        ["UID:adam", "N:Muster;Adam;;;", "FN:Adam Muster"],
        ["UID:adam", "N:;;;;", "FN:Adam Muster"],
        ["N:Muster;Ohne;;;", "FN:Ohne Muster"],
        ["UID:schule", "FN:Schule am See", "ORG:Schule am See"],
        ["UID:zweite", "KIND:org", "FN:Schule am See"],
        ["UID:schule", "KIND:org", "FN:Kreis", "X-KOSCHUSO-SCHULNUMMER:123456", "X-KOSCHUSO-SCHULFORM:gesamtschule"],
        ["UID:kreis", "KIND:org", "FN:Kreis"],
        ["UID:circle", "KIND:group", "FN:Arbeitskreis"],
        ["UID:eva", "KIND:group", "FN:Gleiche Kennung"],
    ]
)


@st.composite
def cards(draw):
    lines = [draw(st.sampled_from(["VERSION:3.0", "VERSION:4.0"])), *draw(HEADS), *draw(st.lists(LINES, max_size=5))]
    if draw(st.integers(0, 5)) == 0:
        lines = draw(st.permutations(lines))
    return "\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""])


BOOKS = st.lists(cards(), max_size=6)


def whole(text):
    return vcard.read(text.encode())


def in_portions(text, known=None):
    return list(vcard.portions(BytesIO(text.encode()), ReadOptions(known=known)))


def gathered(portions, part):
    return [item for portion in portions for item in getattr(portion, part)]


def by_key(records):
    return {f"{record.KIND}/{record.id}": record for record in records}


def said(findings):
    return Counter((finding.rule, finding.line, finding.message) for finding in findings)


@given(BOOKS)
@settings(deadline=None, max_examples=examples(150))
def test_portions_have_what_the_whole_reading_has(book):
    text = "".join(book)
    reading, portions = whole(text), in_portions(text)
    records = gathered(portions, "records")
    assert by_key(records) == by_key(reading.records)
    assert len(records) == len(reading.records)
    assert said(gathered(portions, "findings")) == said(reading.findings)
    assert said(gathered(portions, "left_out")) == said(reading.left_out)
    assert Counter(key for source in gathered(portions, "sources") for key in source.records) == Counter(
        list(by_key(records))
    )
    assert portions[-1].position == len(text.encode())


@given(BOOKS)
@settings(deadline=None, max_examples=examples(100))
def test_the_same_file_again_is_recognised_without_a_record(book):
    text = "".join(book)
    sources = gathered(in_portions(text), "sources")
    again = in_portions(text, {source.digest: source for source in sources}.get)
    assert gathered(again, "recognised") == sources
    assert gathered(again, "records") == []


@given(BOOKS, BOOKS, st.randoms(use_true_random=False), st.sets(st.integers(0, 5), max_size=3))
@settings(deadline=None, max_examples=examples(250))
def test_passing_over_known_cards_leaves_the_others_as_they_are(before, added, random, removed):
    kept = [card for number, card in enumerate(before) if number not in removed]
    after = [*kept, *added]
    random.shuffle(after)
    text = "".join(after)
    first = "".join(before)
    stored = by_key(whole(first).records)
    sources = gathered(in_portions(first), "sources")
    portions = in_portions(text, {source.digest: source for source in sources}.get)
    expected = by_key(whole(text).records)
    read = by_key(gathered(portions, "records"))
    recognised = [key for source in gathered(portions, "recognised") for key in source.records]
    assert {key: expected[key] for key in read} == read
    # what was passed over is as it was read before
    assert {key: stored[key] for key in recognised} == {key: expected[key] for key in recognised}
    assert set(read) | set(recognised) == set(expected)
    assert not set(read) & set(recognised)


def test_a_file_is_read_in_many_portions_and_every_relation_comes_with_its_card():
    book = "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nUID:p-{number}\nN:Muster;Eva {number};;;\nFN:Eva {number} Muster\nORG:Schule {number % 7}\n"
        "END:VCARD\n"
        for number in range(2500)
    ) + "".join(f"BEGIN:VCARD\nVERSION:3.0\nUID:s-{n}\nKIND:org\nFN:Schule {n}\nEND:VCARD\n" for n in range(6))
    portions = in_portions(book)
    assert len(portions) > 2
    relations = [record for record in gathered(portions, "records") if isinstance(record, Relation)]
    assert len(relations) == 2500 - 2500 // 7
    assert any(isinstance(record, Relation) for record in portions[0].records)


def test_only_what_depends_on_an_organisation_is_read_anew_when_it_changes():
    people = [
        f"BEGIN:VCARD\nVERSION:3.0\nUID:p-{name}\nN:Muster;{name};;;\nFN:{name} Muster\nORG:{school}\nEND:VCARD\n"
        for name, school in (("Eva", "Seeschule"), ("Adam", "Bergschule"))
    ]
    seeschule = "BEGIN:VCARD\nVERSION:3.0\nUID:s\nKIND:org\nFN:Seeschule\nEND:VCARD\n"
    bergschule = "BEGIN:VCARD\nVERSION:3.0\nUID:b\nKIND:org\nFN:Bergschule\nEND:VCARD\n"
    sources = gathered(in_portions("".join([*people, seeschule, bergschule])), "sources")
    portions = in_portions("".join([*people, seeschule]), {source.digest: source for source in sources}.get)
    assert [record.id for record in gathered(portions, "records")] == ["p-Adam"]
    assert [source.records[0] for source in gathered(portions, "recognised")] == ["person/p-Eva", "organisation/s"]


def test_reading_begins_where_the_stream_stands():
    data = b"vorweg\nBEGIN:VCARD\nVERSION:3.0\nUID:a\nN:Muster;Eva;;;\nFN:Eva Muster\nEND:VCARD\n"
    stream = BytesIO(data)
    stream.seek(7)
    portions = list(vcard.portions(stream))
    assert [record.id for record in gathered(portions, "records")] == ["a"]
    assert gathered(portions, "findings") == []
    assert portions[-1].position == len(data) - 7
