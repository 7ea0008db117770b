"""What koschuso reads in real cards is what vobject reads, or the difference is decided in peer_differences."""

import re
from collections import Counter

import pytest
from peer_differences import VOBJECT
from peers import cards

from koschuso.interchange import vcard

pytestmark = pytest.mark.shared

NAMES = ("n", "adr", "org", "email", "tel", "fn", "note", "title", "categories")


def values_of(card, name):
    """The values of a property, as texts with their parts."""
    for line in card.contents.get(name, []):
        value = line.value
        if hasattr(value, "__dict__"):
            value = tuple(joined(part) for part in vars(value).values())
        elif isinstance(value, list):
            value = tuple(joined(part) for part in value)
        yield value


def joined(part):
    return " ".join(part) if isinstance(part, list | tuple) else part


def plain(value):
    """A value without what only differs in spelling."""
    return re.sub(r"\\(.)|\s+", lambda found: found[1] or " ", " ".join(filter(None, [joined(value)]))).strip()


def kind_of(ours, theirs):
    """The kind of difference between the values of one property."""
    (mine, peer) = (sorted(map(str, values)) for values in (ours, theirs))
    if mine == peer:
        return ""
    left = list((Counter(map(plain, ours)) - Counter(map(plain, theirs))).elements())
    others = list((Counter(map(plain, theirs)) - Counter(map(plain, ours))).elements())
    if not left and not others:
        return "escaped-colon" if any("\\:" in str(value) for value in theirs) else "own-spelling"
    if len(left) == len(others) and all(any(a.startswith(b) and "," in a for b in others) for a in left):
        return "cut-at-comma"
    if any(isinstance(value, tuple) for value in theirs):
        return "structure"
    return "?"


def differences(file):
    try:
        text = file.data.decode()
    except UnicodeDecodeError:
        yield "unreadable", "UnicodeDecodeError"
        return
    peers, error = cards(text)
    if error:
        yield "unreadable", error
        return
    # the card with all that was read, as it is handed to programs that live in vobject
    version = "4.0" if "VERSION:4.0" in text.upper().replace(" ", "") else "3.0"
    ours = vcard.to_vobject(vcard.read(file.data), version=version)
    peers = [card for card in peers if card.name == "VCARD"]
    if len(ours) != len(peers):
        yield "?", f"{len(peers)} cards, not {len(ours)}"
        return
    for mine, peer in zip(ours, peers, strict=True):
        for name in NAMES:
            if name in peer.contents:
                yield kind_of([*values_of(mine, name)], [*values_of(peer, name)]), name


def test_structured_values_and_texts_are_those_of_vobject_or_the_difference_is_decided(sound_cards):
    seen, unknown = set(), []
    for file in sound_cards:
        for kind, where in differences(file):
            if kind == "?":
                unknown.append((file.path, where))
            elif kind:
                seen.add(kind)
    assert unknown == [], "\n".join(map(str, unknown))
    assert seen == set(VOBJECT)


def test_records_hold_the_mail_addresses_and_numbers_that_vobject_reads(sound_cards):
    """Those that are a field; private and second ones are kept as lines."""
    for file in sound_cards:
        try:
            peers, _ = cards(file.data.decode())
        except UnicodeDecodeError:
            continue
        told = {str(value).strip().lower() for card in peers for value in values_of(card, "email")}
        for record in vcard.read(file.data).records if peers else ():
            email = getattr(record, "email", "")
            assert not email or email.lower() in told, file.path
