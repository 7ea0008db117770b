"""URLs of stores: what is read from them, and that their secrets are not shown."""

import pickle
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from koschuso.errors import Refused, WrongUse
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index, OneOf, Prefix, Range, meets
from koschuso.store.driver import StoreBackend
from koschuso.store.memory import MemoryDriver
from koschuso.store.url import parse_store_url, sqlite_url

SCHEMES = ("memory", "sqlite", "postgresql", "files")


@pytest.mark.parametrize(
    ("text", "scheme", "path"),
    [
        ("memory:", "memory", ""),
        ("memory://", "memory", ""),
        ("MEMORY:", "memory", ""),
        ("sqlite:///koschuso.db", "sqlite", "koschuso.db"),
        ("sqlite:///daten/b%C3%BCro%201.db", "sqlite", "daten/büro 1.db"),
        ("sqlite:////srv/koschuso.db", "sqlite", "/srv/koschuso.db"),
        ("sqlite:///C:/Daten/koschuso.db", "sqlite", "C:/Daten/koschuso.db"),
        (r"sqlite:///C:\Daten\koschuso.db", "sqlite", r"C:\Daten\koschuso.db"),
        ("sqlite:///a%3Fb%23c%25.db", "sqlite", "a?b#c%.db"),
        ("koschuso.db", "sqlite", "koschuso.db"),
        ("./a:b.db", "sqlite", "./a:b.db"),
        ("a?b%20.db", "sqlite", "a?b%20.db"),
        (r"C:\Daten\koschuso.db", "sqlite", r"C:\Daten\koschuso.db"),
        ("C:/Daten/koschuso.db", "sqlite", "C:/Daten/koschuso.db"),
        (r"\\server\freigabe\koschuso.db", "sqlite", r"\\server\freigabe\koschuso.db"),
        (Path("ordner") / "sqlite:" / "x.db", "sqlite", "ordner/sqlite:/x.db"),
        ("files:///ordner", "files", "ordner"),
        ("postgresql://db.example:5432/office?sslmode=verify-full", "postgresql", "office"),
    ],
)
def test_urls_and_paths_are_read(text, scheme, path):
    url = parse_store_url(text, SCHEMES)
    assert (url.scheme, url.path) == (scheme, path)


@pytest.mark.parametrize(
    "text",
    ["", ":memory:", "sqlite:", "sqlite://", "sqlite:///", "sqlite://server/x.db", "sqlite:///:memory:", "memory:name",
     "sqlite:///a%00b", "a\0b", "sqlite:///%ff", "sqlite:///a?x=1&x=2", "oracle://x", "mailto:x"],
)  # fmt: skip
def test_what_names_no_store_is_refused(text):
    with pytest.raises(WrongUse):
        parse_store_url(text, SCHEMES)


def test_an_unknown_scheme_lists_the_known_ones():
    with pytest.raises(WrongUse) as caught:
        open_driver("oracle://anna:geheim@db/x")
    assert str(caught.value).startswith(
        "Einen Speicher mit dem Schema »oracle« gibt es nicht. Bekannt sind: memory, sqlite."
    )
    assert "geheim" not in str(caught.value)


def test_options_are_read_and_unknown_ones_refused_without_their_values():
    url = parse_store_url("sqlite:///a.db?ort=geprueft&wartezeit=3&passwort=geheim", SCHEMES)
    assert url.options == {"ort": "geprueft", "wartezeit": "3", "passwort": "geheim"}
    with pytest.raises(WrongUse, match="'passwort'") as caught:
        url.require_options(("ort", "wartezeit"))
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://anna:geheim@db.example:5432/office", "postgresql://***@db.example:5432/office"),
        ("postgresql://anna@db.example/office?password=geheim", "postgresql://***@db.example/office?***"),
        ("postgresql://db1:5432,db2:5433/office", "postgresql://db1:5432,db2:5433/office"),
        ("postgresql://[::1]:5432/office", "postgresql://[::1]:5432/office"),
        ("postgresql://anna:ge@heim@db/office", "postgresql:***"),
        ("postgresql://anna:ge/heim@db/office", "postgresql:***"),
        ("postgresql://anna:ge?heim@db/office", "postgresql:***"),
        ("postgresql://anna:ge#heim@db/office", "postgresql:***"),
        ("postgresql://anna:geheim", "postgresql:***"),
        ("memory:", "memory:"),
        ("sqlite:///koschuso.db?ort=geprueft", "sqlite:///koschuso.db?***"),
    ],
)
def test_only_what_is_certainly_no_secret_is_shown(text, shown):
    url = parse_store_url(text, SCHEMES)
    assert str(url) == f"{url}" == shown
    assert repr(url) == f"StoreUrl({shown!r})"


@given(st.text(min_size=1), st.sampled_from(["@db.example/office", "@db.example/office?sslmode=require", "@db:1/x@y"]))
@example("1234", "@db.example/office")
@example("b", "@db.example/office?a@b")
def test_a_password_is_never_shown_however_it_is_written(password, rest):
    secret = f"Kanarienvogel{password}7f3a"
    shown = repr(parse_store_url(f"postgresql://anna:{secret}{rest}", SCHEMES))
    assert "Kanarienvogel" not in shown
    assert "7f3a" not in shown


@given(st.text(min_size=1).filter(lambda text: "\0" not in text and text != ":memory:"))
def test_every_path_survives_the_way_through_a_url(path):
    assert parse_store_url(sqlite_url(path, ort="geprueft"), SCHEMES).path == path


def test_a_url_can_be_handed_to_another_process():
    url = parse_store_url("sqlite:///a.db?ort=geprueft", SCHEMES)
    assert pickle.loads(pickle.dumps(url)) == url  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "fields",
    [{"name": "ohne-doppelpunkt"}, {"name": "A:b"}, {"schemes": ()}, {"schemes": ("C",)}, {"schemes": ("Sqlite",)}],
)
def test_a_backend_needs_a_name_and_schemes(fields):
    with pytest.raises(WrongUse):
        StoreBackend(**{"name": "muster:eigen", "schemes": ("eigen",), "open": lambda _: MemoryDriver(), **fields})


def test_a_plugins_backend_is_found_by_its_scheme():
    backend = StoreBackend(name="muster:eigen", schemes=["eigen"], open=lambda _: MemoryDriver())
    with open_driver("eigen://ort", [backend]) as driver:
        assert isinstance(driver, MemoryDriver)


@given(st.text(max_size=4), st.text(max_size=6))
def test_the_span_of_a_prefix_holds_exactly_what_begins_with_it(text, value):
    condition = Prefix("place", text)
    beyond = condition.beyond
    assert condition.accepts(value) == (value >= text and (beyond is None or value < beyond))


def test_conditions_say_what_they_mean():
    index = Index(type="schule", begin="2025-08-27")
    assert meets("a", index, [OneOf("type", ["schule"]), Range("begin", "2025", "2026"), Prefix("id", "a")])
    assert not meets("a", index, [Range("end", "2025")])
    assert meets("a", index, [Range("end", "2025", missing=True)])
    assert not meets("a", index, [Prefix("place", "")])
    with pytest.raises(WrongUse):
        OneOf("type", "schule")
    for make in (lambda: OneOf("type", ["\ud800"]), lambda: Range("begin", "\ud800"), lambda: Prefix("id", "\ud800")):
        with pytest.raises(Refused):
            make()
