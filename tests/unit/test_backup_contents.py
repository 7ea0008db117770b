"""A backup holds all that cannot be made again, also the office's words for reports, and no password."""

import json
import os
import zipfile

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import Corrupt
from koschuso.model import Goal
from koschuso.office.keeping_safe.passwords import holds_password, without_password
from koschuso.office.keeping_safe.safekeeping import verify_backup
from koschuso.office.settings import Settings

TEXTS = {
    "texte/taetigkeitsbericht/2025/ausblick.md": "Nächstes Jahr wird alles gut.\n".encode(),
    "texte/taetigkeitsbericht/2025/LIESMICH.txt": b"Texte",
    "texte/soest.sachstand/2024-25/Grüße an alle.md": "Grüße\n".encode(),
    "texte/leer.md": b"",
}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "buero"
    with Office.init(place, name="Muster", ags="05974") as office:
        office.save(Goal(id="z-1", title="Ziel"))
    for name, content in TEXTS.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def backup(place, target, **options):
    with Office.open(place) as office:
        return office.backup(target, **options)


def texts(place):
    return {
        path.relative_to(place).as_posix(): path.read_bytes() for path in (place / "texte").rglob("*") if path.is_file()
    }


def test_the_words_for_reports_come_back(folder, tmp_path):
    result = backup(folder, tmp_path / "a.zip")
    assert result.left_out == ()
    assert verify_backup(result.path)[1].damages == ()
    assert texts(Office.restore(result.path, tmp_path / "neu").folder) == TEXTS


def test_the_words_come_back_beside_another_store_too(folder, tmp_path):
    saved = backup(folder, tmp_path / "a.zip").path
    restored = Office.restore(saved, tmp_path / "neu", store=f"sqlite:///{tmp_path}/andere.db").folder
    assert texts(restored) == TEXTS
    assert not (restored / "koschuso.db").exists()


def test_an_office_without_texts_has_a_backup_without_them(tmp_path):
    with Office.open("memory:") as office:
        saved = office.backup(tmp_path / "a.zip").path
    assert not (Office.restore(saved, tmp_path / "neu").folder / "texte").exists()


def test_a_changed_word_is_found(folder, tmp_path):
    saved = backup(folder, tmp_path / "a.zip").path
    data = saved.read_bytes().replace(b"wird alles gut", b"wird alles rot")
    saved.write_bytes(data)
    with pytest.raises(Corrupt, match="beschädigt"):
        verify_backup(saved)
    with pytest.raises(Corrupt, match="beschädigt"):
        Office.restore(saved, tmp_path / "neu")
    assert not (tmp_path / "neu").exists()


@pytest.mark.parametrize(
    "name",
    [
        "texte/../../boese.md",
        "texte/../koschuso.db",
        "texte//a.md",
        "/texte/a.md",
        "texte/",
        "texte/a\\..\\b.md",
        "texte/c:a.md",
        "Texte/a.md",
        "mehr.txt",
    ],
)
def test_a_text_with_a_hostile_name_is_refused(folder, tmp_path, name):
    saved = backup(folder, tmp_path / "a.zip").path
    inner = tmp_path / "tief" / "innen"
    inner.mkdir(parents=True)
    bad = inner / "boese.zip"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(bad, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "manifest.json":
                manifest = json.loads(content)
                manifest["files"][name] = manifest["files"].pop("texte/leer.md")
                content = json.dumps(manifest).encode()
            if info.filename == "texte/leer.md":
                info.filename = name
            new.writestr(info, content)
    with pytest.raises(Corrupt):
        Office.restore(bad, inner / "neu")
    assert [path.name for path in inner.iterdir()] == ["boese.zip"]
    assert [path.name for path in inner.parent.iterdir()] == ["innen"]


@pytest.mark.skipif(os.name != "posix", reason="symbolic links and names of any bytes")
def test_links_are_followed_and_what_cannot_be_kept_is_told(folder, tmp_path, capsys):
    (tmp_path / "anderswo").mkdir()
    (tmp_path / "anderswo" / "vorwort.md").write_text("Vorwort", encoding="utf-8")
    (folder / "texte" / "verweis").symlink_to(tmp_path / "anderswo")
    (folder / "texte" / "kreis").symlink_to(folder / "texte")
    (folder / "texte" / "tot.md").symlink_to(tmp_path / "fehlt.md")
    os.mkfifo(folder / "texte" / "rohr")
    (folder / "texte" / os.fsdecode(b"\xff.md")).write_bytes(b"x")
    (folder / "texte" / "a:b.md").write_bytes(b"x")

    assert main(["backup", str(tmp_path / "a.zip"), "--buero", str(folder)]) == 1
    told = capsys.readouterr().err
    assert "tot.md" in told
    assert "a:b.md" in told
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {name for name in archive.namelist() if name.startswith("texte/")} == {
            *TEXTS,
            "texte/verweis/vorwort.md",
        }
    assert verify_backup(tmp_path / "a.zip")[1].damages == ()


# --- passwords


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://anna:geheim@db.example:5432/office?sslmode=require", "postgresql://anna@db.example:5432/office?sslmode=require"),
        ("postgresql://anna:ge%40heim@db.example/office", "postgresql://anna@db.example/office"),
        ("postgresql://anna:ge@heim/x@db.example/office", "postgresql://anna@db.example/office"),
        ("postgresql://:geheim@db.example/office", "postgresql://db.example/office"),
        ("postgresql://db.example/office?user=a&password=geheim&buero=x", "postgresql://db.example/office?user=a&buero=x"),
        ("postgresql://db.example/office?SSLPASSWORD=geheim", "postgresql://db.example/office"),
        ("postgresql://db.example/office?pass%77ord=geheim", "postgresql://db.example/office"),
        ("wolke://db.example/office?api_token=geheim", "wolke://db.example/office"),
    ],
)  # fmt: skip
def test_a_password_is_taken_out_of_a_url(url, shown):
    assert holds_password(url)
    assert without_password(url) == shown
    assert not holds_password(shown)


@pytest.mark.parametrize(
    "url",
    [
        "memory:",
        "sqlite:///koschuso.db",
        "sqlite:////srv/a:b@c/koschuso.db?ort=geprueft",
        "files:///ordner",
        "postgresql://anna@db.example:5432/office?passfile=/srv/pass&sslkey=/srv/key",
        "postgresql://[::1]:5432/office",
    ],
)
def test_a_url_without_a_password_stays(url):
    assert not holds_password(url)
    assert without_password(url) == url


SETTINGS = """# Von Hand. Früher: postgresql://anna:GanzGeheim7@alt.example/x
[buero]
name = "Muster" # das Passwort ist GanzGeheim7
ags = "05974"

[speicher]
url = "postgresql://anna:GanzGeheim7@db.example/office?sslmode=require" # GanzGeheim7
"""


@pytest.fixture
def secretive(tmp_path):
    """An office whose settings hold a password; its data lie in memory, since no server is at hand."""
    place = tmp_path / "buero"
    place.mkdir()
    (place / "koschuso.toml").write_text(SETTINGS, encoding="utf-8")
    with Office.open("memory:") as office:
        office.save(Goal(id="z-1", title="Ziel"))
        office.folder, office.settings = place, Settings.read(place)
        yield office


def test_no_password_leaves_in_a_backup(secretive, tmp_path):
    result = secretive.backup(tmp_path / "a.zip")
    assert result.manifest.password_removed
    assert b"GanzGeheim7" not in result.path.read_bytes()
    with zipfile.ZipFile(result.path) as archive:
        kept = archive.read("koschuso.toml").decode()
    assert kept.startswith("# Von Hand. Früher: postgresql://anna@alt.example/x")
    assert 'url = "postgresql://anna@db.example/office?sslmode=require"' in kept
    assert (tmp_path / "buero" / "koschuso.toml").read_text(encoding="utf-8") == SETTINGS
    restored = Office.restore(result.path, tmp_path / "neu")
    assert restored.manifest.password_removed
    with Office.open(restored.folder) as office:
        assert office.get(Goal, "z-1").title == "Ziel"


def test_a_password_in_settings_of_unusual_form_does_not_leave_either(secretive, tmp_path):
    odd = 'buero = {name = "Muster", ags = "05974"}\nspeicher = {url = "postgresql://anna\\u003aGanz\\u0047eheim7@db/x"}\n'
    (tmp_path / "buero" / "koschuso.toml").write_text(odd, encoding="utf-8")
    secretive.settings = Settings.read(tmp_path / "buero")
    saved = secretive.backup(tmp_path / "a.zip").path
    with zipfile.ZipFile(saved) as archive:
        (tmp_path / "heraus").mkdir()
        archive.extract("koschuso.toml", tmp_path / "heraus")
    assert "eheim7" not in (tmp_path / "heraus" / "koschuso.toml").read_text(encoding="utf-8")
    assert Settings.read(tmp_path / "heraus").store == "postgresql://anna@db/x"


def test_that_the_password_is_missing_is_told_when_restoring(secretive, tmp_path, capsys):
    saved = secretive.backup(tmp_path / "a.zip").path
    assert main(["restore", str(saved), str(tmp_path / "neu")]) == 0
    assert "Das Passwort des früheren Speichers (postgresql) war nicht in der Sicherung" in capsys.readouterr().out


def test_that_the_password_is_left_out_is_told_when_backing_up(folder, tmp_path, monkeypatch, capsys):
    settings = Settings.read(folder)
    monkeypatch.setattr("koschuso.office.keeping_safe.safekeeping.holds_password", lambda _url: True)
    assert settings.store
    assert main(["backup", str(tmp_path / "a.zip"), "--buero", str(folder)]) == 0
    assert "Das Passwort des Speichers steht nicht in der Sicherung" in capsys.readouterr().out
