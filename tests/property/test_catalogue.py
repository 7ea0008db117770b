"""Laws that hold for every catalogue: the tree, the way to the shared keys and the finding of names."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.errors import InvalidRecord
from koschuso.model.catalogue import Catalogue, Entry
from koschuso.model.folding import fold

SEGMENTS = st.sampled_from(["a", "b", "c", "d1", "x_y"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map(tuple)


@st.composite
def trees(draw: st.DrawFn) -> Catalogue:
    """A catalogue whose keys form a tree, with labels that are all different."""
    paths = draw(st.sets(PATHS, min_size=1, max_size=12))
    whole = sorted({path[:length] for path in paths for length in range(1, len(path) + 1)})
    order = draw(st.permutations(whole))
    entries = [Entry(key=".".join(path), label=f"Eintrag Nr. {number}") for number, path in enumerate(order)]
    return Catalogue(name="baum", title="Baum", version="1", entries=entries)


@st.composite
def extended_trees(draw: st.DrawFn) -> tuple[Catalogue, Catalogue]:
    """A catalogue and the same with a municipality's own entries."""
    shared = draw(trees())
    keys = [entry.key for entry in shared]
    count = draw(st.integers(1, 6))
    entries = []
    for number in range(count):
        target = draw(st.sampled_from([*keys, *(entry.key for entry in entries)]))
        below = draw(st.booleans())
        path = target.rpartition(":")[2]
        key = f"soest:{path}.eigen{number}" if below else f"soest:eigen{number}"
        entries.append(Entry(key=key, label=f"Eigener {number}", maps_to=target))
    own = Catalogue(name="soest:baum", title="Eigene", version="1", extends="baum", entries=entries)
    return shared, shared.extended_with(own)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_folding_does_not_mind_case_and_blanks_between(one, other):
    assert fold(f" {one}\t{other} ") == fold(f"{one}-{other}")


@given(trees())
def test_parents_and_children_agree(tree):
    for entry in tree:
        parent = tree.parent(entry.key)
        assert entry in tree.children("" if parent is None else parent.key)
    reached = [*tree.children()]
    for entry in reached:
        reached.extend(tree.children(entry.key))
    assert sorted(entry.key for entry in reached) == sorted(entry.key for entry in tree)


@given(trees())
def test_an_entry_is_within_exactly_itself_and_its_ancestors(tree):
    for entry in tree:
        above = {entry.key, *(ancestor.key for ancestor in tree.ancestors(entry.key))}
        assert {other.key for other in tree if tree.is_within(entry.key, other.key)} == above


@given(trees(), st.sampled_from([str.upper, str.lower, str.title, lambda text: f"  {text}\n", fold]))
def test_every_label_finds_its_entry_however_it_is_typed(tree, spelling):
    for entry in tree:
        assert tree.find(spelling(entry.label)) == entry


@given(extended_trees())
def test_every_own_entry_that_maps_to_something_counts_under_a_shared_key(pair):
    shared, extended = pair
    for entry in extended:
        assert extended.shared_key(entry.key) in shared


@given(extended_trees())
def test_an_extension_changes_nothing_about_the_shared_entries(pair):
    shared, extended = pair
    assert extended.entries[: len(shared)] == shared.entries
    for entry in shared:
        assert extended.shared_key(entry.key) == entry.key
        assert extended.ancestors(entry.key) == shared.ancestors(entry.key)
        assert extended.find(entry.label) == entry


@given(trees(), st.data())
def test_a_repeated_key_is_always_refused(tree, data):
    twin = attrs.evolve(data.draw(st.sampled_from(tree.entries)), label="Doppelt")
    with pytest.raises(InvalidRecord, match="mehrfach"):
        attrs.evolve(tree, entries=(*tree.entries, twin))


@given(trees(), st.data())
def test_a_missing_level_is_always_refused(tree, data):
    inner = [entry for entry in tree if tree.children(entry.key)]
    if not inner:
        return
    gone = data.draw(st.sampled_from(inner))
    with pytest.raises(InvalidRecord, match="fehlt der Eintrag"):
        attrs.evolve(tree, entries=tuple(entry for entry in tree if entry != gone))
