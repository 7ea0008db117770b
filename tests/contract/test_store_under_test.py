"""One URL becomes many fresh stores, and all of them are taken away again."""

from pathlib import Path

import pytest

from koschuso.errors import WrongUse
from koschuso.store.backends import CORE_BACKENDS
from koschuso.store.driver import StoreBackend
from koschuso.store.memory import MemoryDriver
from koschuso.store.url import parse_store_url
from koschuso.testing import StoreUnderTest

MEMORY, SQLITE = CORE_BACKENDS


class FolderDriver(MemoryDriver):
    """A memory store that also makes a folder, a file in it and one beside it."""

    def __init__(self, path, opened):
        super().__init__()
        opened.append(path)
        path.mkdir()
        (path / "inhalt.txt").write_text("inhalt")
        path.with_name(f"{path.name}.lock").write_text("")


@pytest.fixture
def opened():
    return []


@pytest.fixture
def folder_backend(opened):
    return StoreBackend(
        name="muster:ordner", schemes=("ordner",), open=lambda url: FolderDriver(Path(url.path), opened)
    )


def test_a_token_is_put_into_the_path_and_everything_under_it_is_deleted(folder_backend, opened, tmp_path):
    (tmp_path / "akten").mkdir()
    store = StoreUnderTest.of(folder_backend, f"ordner:///{tmp_path}/akten?x=1")

    with store.open(), store.other():
        assert store.outlives
        assert len({path.name for path in opened}) == 2
        assert all(path.name.startswith("akten-k") for path in opened)
    store.clean()

    assert [path.name for path in tmp_path.iterdir()] == ["akten"]


def test_the_suffix_of_a_file_stays(folder_backend, opened, tmp_path):
    store = StoreUnderTest.of(folder_backend, f"ordner:///{tmp_path}/amt.kiste")

    store.open().close()
    store.clean()

    assert opened[0].suffix == ".kiste"


def test_a_placeholder_in_the_url_is_filled():
    urls = []
    backend = StoreBackend(
        name="muster:server",
        schemes=("server",),
        open=lambda url: urls.append(url.secret_text) or MemoryDriver(),
        sibling=lambda url, token: f"{url.secret_text}-{token}",
    )
    store = StoreUnderTest.of(backend, "server://anna:geheim@db.example/amt_{name}?tls=ja")

    store.open()
    store.other()

    assert len(set(urls)) == 2
    assert all("{name}" not in url and url.endswith("?tls=ja") for url in urls)
    store.open_with_secret("wort")
    store.more_secrets[0]("wort")
    assert "passwort=wort" in urls[2]
    assert "nutzer:wort@db.example/amt_" in urls[3]


def test_a_placeholder_that_is_no_part_of_the_path_deletes_nothing(tmp_path):
    (tmp_path / "amt.kiste").write_text("unberührt")
    (tmp_path / "amt.kiste.lock").write_text("unberührt")
    backend = StoreBackend(name="muster:kiste", schemes=("kiste",), open=lambda _: MemoryDriver())
    store = StoreUnderTest.of(backend, f"kiste:///{tmp_path}/amt.kiste?fach={{name}}")

    store.open()
    assert store.content() == b""
    store.clean()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["amt.kiste", "amt.kiste.lock"]


def test_a_placeholder_that_is_a_folder_is_deleted_with_the_folder(folder_backend, tmp_path):
    store = StoreUnderTest.of(folder_backend, f"ordner:///{tmp_path}/{{name}}")

    store.open()
    assert b"inhalt" in store.content()
    store.clean()

    assert list(tmp_path.iterdir()) == []


def test_a_sibling_is_asked_for_and_discarded():
    urls, discarded = [], []
    backend = StoreBackend(
        name="muster:server",
        schemes=("server",),
        open=lambda url: urls.append(url.secret_text) or MemoryDriver(),
        sibling=lambda url, token: f"{url.secret_text}?amt={token}",
        discard=lambda url: discarded.append(url.secret_text),
        content=lambda url: [b"a", url.options["amt"].encode()],
    )
    store = StoreUnderTest.of(backend, "server://db.example/x")

    store.open().close()
    store.open().close()
    assert urls[0] == urls[1]
    assert store.content == store.content
    assert store.content().startswith(b"ak")
    store.other()
    store.clean()

    assert sorted(discarded) == sorted(set(urls))
    assert "server://db.example/x" not in urls


def test_an_opaque_url_is_opened_as_it_is_and_each_opening_is_a_store():
    made = []
    backend = StoreBackend(
        name="muster:faul", schemes=("faulty",), open=lambda _: made.append(MemoryDriver()) or made[-1]
    )
    store = StoreUnderTest.of(backend, "faulty:eins")

    assert store.open() is store.open()
    assert store.other() is not store.open()
    assert not store.outlives
    assert store.content is None


def test_memory_keeps_no_files_and_sqlite_shows_its_own(tmp_path):
    assert StoreUnderTest.of(MEMORY, "memory:").content() == b""
    store = StoreUnderTest.of(SQLITE, tmp_path / "amt.db")
    (tmp_path / "amt.db").write_bytes("unberührt".encode())
    with store.open():
        assert b"SQLite format 3" in store.content()
        assert "unberührt".encode() not in store.content()
    store.clean()
    assert [path.name for path in tmp_path.iterdir()] == ["amt.db"]


def test_a_url_of_another_backend_is_refused():
    with pytest.raises(WrongUse, match="Schema"):
        StoreUnderTest.of(MEMORY, "sqlite:///a.db")


@pytest.mark.parametrize(
    ("url", "sibling"),
    [
        ("sqlite:///amt.db", "sqlite:///amt-neu.db"),
        ("sqlite:////srv/B%C3%BCro%201/amt.db?ort=geprueft", "sqlite:////srv/B%C3%BCro%201/amt-neu.db?ort=geprueft"),
        ("sqlite:///ohne", "sqlite:///ohne-neu"),
        ("sqlite:///a.b/amt", "sqlite:///a.b/amt-neu"),
    ],
)
def test_the_sibling_of_a_sqlite_file_lies_beside_it(url, sibling):
    assert SQLITE.sibling(parse_store_url(url, ["sqlite"]), "neu") == sibling
