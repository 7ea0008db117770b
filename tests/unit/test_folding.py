"""Lines to bytes: `join` is the same as folding each line, whatever stands in it; and writing large files needs one copy."""

import tracemalloc

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.interchange.contentline import parse_line
from koschuso.interchange.folding import fold, join, put_together
from koschuso.interchange.ical.attendee import attendee_line, read_attendee
from koschuso.interchange.ical.scope import CalendarScope
from koschuso.interchange.notes import Notes
from koschuso.interchange.unfolding import unfold
from koschuso.model import ParticipationStatus

TEXTS = st.text(st.sampled_from('abc:;,\\\\ ="äß🎪€\n\rN'), max_size=260)


def unfolded(data):
    return data.decode().replace("\r\n ", "")


@given(st.lists(TEXTS, max_size=8))
@settings(deadline=None)
def test_joining_is_folding_each_line(lines):
    assert join(lines) == b"".join(map(fold, lines))


@given(TEXTS.filter(lambda text: not set(text) & set("\r\n")))
@settings(deadline=None)
def test_no_physical_line_is_too_long_and_no_character_or_escape_is_cut(text):
    data = fold(text)
    pieces = data[:-2].split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert unfolded(data) == f"{text}\r\n"
    for piece in pieces[:-1]:
        whole = piece.decode()
        assert (len(whole) - len(whole.rstrip("\\"))) % 2 == 0


def test_a_quoted_printable_line_gets_soft_breaks_where_the_version_has_them():
    line = "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=C3=BC" * 20
    assert all(piece.endswith(b"=") for piece in join([line], soft=True).split(b"\r\n")[:-2])


@given(st.text(st.sampled_from("=C3aä\\,;🎪 "), max_size=400))
@settings(deadline=None)
def test_a_quoted_printable_line_is_folded_like_every_other_and_never_looks_softly_broken(value):
    line = f"NOTE;ENCODING=QUOTED-PRINTABLE:{value}x"
    data = join([line])
    assert not any(piece.endswith(b"=") for piece in data.split(b"\r\n"))
    assert unfolded(data) == f"{line}\r\n"
    assert unfold(data) == [(1, line)]
    if "==" not in value:
        assert all(len(piece) <= 75 for piece in data.split(b"\r\n"))


def test_quoted_printable_is_not_cut_within_a_character_code():
    pieces = join(["NOTE;ENCODING=QUOTED-PRINTABLE:" + "=C3=BC" * 40]).split(b"\r\n")
    assert len(pieces) > 3
    assert all(b"=" not in piece[-2:] for piece in pieces)


def test_folding_nothing_but_equals_signs_ends_soon():
    assert fold("NOTE;ENCODING=QUOTED-PRINTABLE:" + "=" * 200_000).endswith(b"=\r\n")


def test_parts_are_put_together_in_one_copy():
    parts = [bytes(100_000) for _ in range(200)]
    tracemalloc.start()
    try:
        whole = put_together(parts)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(whole) == 20_000_000
    assert parts == []
    assert peak < 1.4 * len(whole)


ATTENDEE = 'ATTENDEE;CUTYPE=INDIVIDUAL;RSVP=TRUE;CN="Muster, Eva";PARTSTAT=ACCEPTED:mailto:eva@kreis.example'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Muster, Ewa"),
        ("email", "ewa@kreis.example"),
        ("status", ParticipationStatus.ABGEMELDET),
        ("role", "moderation"),
        ("workshop", "w-1"),
        ("registered_by", "p-1"),
    ],
)
def test_a_kept_attendee_stays_until_something_about_the_participation_changes(field, value):
    scope = CalendarScope(Notes(), lambda tzid, _name, _number: tzid, default_zone="Europe/Berlin")
    participation = read_attendee(parse_line(ATTENDEE), "e-1", scope)
    assert attendee_line(participation, scope) == ATTENDEE
    changed = attrs.evolve(participation, **{field: value})
    written = attendee_line(changed, scope)
    assert written != ATTENDEE
    again = read_attendee(parse_line(written), "e-1", scope)
    assert getattr(again, field) == value
