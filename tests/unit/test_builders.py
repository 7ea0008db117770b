"""Builders give a valid record of every kind, with what a test says."""

import attrs
import pytest

from koschuso.codec import decode, encode
from koschuso.model import RECORD_TYPES, Headcount, Occupancy
from koschuso.testing import builders


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_there_is_a_builder_for_every_kind_and_it_is_valid_and_storable(kind):
    first, second = builders.record(kind), builders.BUILDERS[kind]()
    assert type(first) is RECORD_TYPES[kind]
    assert first.id != second.id
    assert attrs.evolve(first, id=second.id) == second
    assert decode(kind, encode(first)) == first
    assert builders.record(kind, id="x", extras={"muster:feld": 1}).extras == {"muster:feld": 1}


def test_what_belongs_together_follows():
    assert builders.position(holder_id="person-1").occupancy is Occupancy.BESETZT
    assert builders.participation(headcounts=(Headcount(count=3),)).person_id == ""
    assert builders.school(ags="05974040").school.schulform == "gesamtschule"


def test_a_field_that_does_not_exist_is_an_error():
    with pytest.raises(TypeError):
        builders.person(geburtstag="1.1.")
