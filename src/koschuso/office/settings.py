"""The settings of an office: ``koschuso.toml`` beside its database, read and written as a whole."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import Refused, WrongUse
from koschuso.files import reason
from koschuso.model import is_ags

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DATABASE", "PLACES", "SETTINGS", "Settings"]

SETTINGS = "koschuso.toml"
"""Name of the settings file in an office's folder."""

DATABASE = "koschuso.db"
"""Name of the SQLite file in an office's folder."""

_LEAST_THRESHOLD = 2
_PLACE = re.compile(r"line (\d+), column (\d+)")

PLACES = {
    "name": ("buero", "name"),
    "ags": ("buero", "ags"),
    "office_id": ("buero", "kennung"),
    "store": ("speicher", "url"),
    "plugins": ("plugins", "aktiv"),
    "threshold": ("datenschutz", "schwellenwert"),
    "consultation_organisations": ("datenschutz", "beratung_mit_organisation"),
    "report_fields": ("berichte", "zusatzfelder"),
}
"""Section and key of the file for each setting, in the order of the file."""

_SECTION_NOTES = {
    "buero": "Wer Sie sind. kennung ist die Kennung Ihrer Koordinierungsstelle unter den Organisationen.",
    "speicher": "Wo die Daten liegen. Ein Pfad ohne / am Anfang zählt ab diesem Ordner.",
    "plugins": "Welche der installierten Plugins gelten; »koschuso plugins« zeigt alle.",
    "datenschutz": "Unter dem Schwellenwert werden Zahlen über Menschen in Berichten nach außen verdeckt.",
    "berichte": "Zusatzfelder der Schulen, die als Spalten in der Stellenübersicht stehen, soweit der Empfängerkreis sie sehen darf.",
}


@attrs.frozen(kw_only=True)
class Settings:
    """What an office decides once.

    Attributes:
        name: Name of the office as it stands on reports.
        ags: Kreis or municipality that the office works for.
        office_id: Id of the office's own `Organisation`.
        store: Store URL; a relative SQLite path counts from the office's folder.
        plugins: Entry-point names of the enabled plugins; installed is not enabled.
        threshold: Counts of people below it are hidden in reports that leave the office (domain.md DS-11).
        consultation_organisations: Whether a consultation may name the organisation that was advised (DS-03).
        report_fields: Names of plugins' fields of schools that stand as columns in the Stellenübersicht.
    """

    name: str
    ags: str
    office_id: str = "koordinierungsstelle"
    store: str = f"sqlite:///{DATABASE}"
    plugins: tuple[str, ...] = ()
    threshold: int = 3
    consultation_organisations: bool = False
    report_fields: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.name.strip():
            raise Refused(f"{SETTINGS}: Dem Büro fehlt ein Name; ergänzen Sie [buero] name.")
        if not is_ags(self.ags) or not self.ags.startswith("05"):
            raise Refused(
                f"{SETTINGS}: »{self.ags}« ist kein Gemeindeschlüssel in Nordrhein-Westfalen; "
                "erwartet werden 5 Ziffern für einen Kreis (05974) oder 8 für eine Gemeinde (05974040)."
            )
        if self.threshold < _LEAST_THRESHOLD:
            raise Refused(f"{SETTINGS}: Ein Schwellenwert von {self.threshold} schützt nichts; der kleinste ist 2.")

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """Read the settings of a folder.

        Raises:
            Refused: The file is missing, is not TOML, or holds a wrong or unknown entry.
        """
        path = folder / SETTINGS
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise Refused(
                f"In {folder} liegt keine {SETTINGS}; legen Sie ein Büro an mit: koschuso init {folder} --ags SCHLUESSEL"
            ) from error
        except UnicodeDecodeError as error:
            raise Refused(f"{path} ist nicht lesbar; bitte speichern Sie die Datei in der Codierung UTF-8.") from error
        except tomllib.TOMLDecodeError as error:
            place = _PLACE.search(str(error))
            where = f" in Zeile {place[1]}, Spalte {place[2]}" if place else ""
            raise Refused(f"{path} ist nicht lesbar: ein Schreibfehler{where}. Bitte prüfen Sie die Stelle.") from error
        except OSError as error:
            raise Refused(f"{path} lässt sich nicht lesen: {reason(error)}.") from error
        return cls.parse(content, path)

    @classmethod
    def parse(cls, content: dict[str, Any], path: Path) -> Settings:
        """Make settings of the content of a file.

        Args:
            content: The file as TOML gives it.
            path: The file, for messages.

        Raises:
            Refused: An entry is wrong or unknown.
        """
        names = {place: name for name, place in PLACES.items()}
        values: dict[str, Any] = {}
        for section, entries in content.items():
            if not isinstance(entries, dict):
                raise WrongUse(f"{path}: »{section}« steht außerhalb eines Abschnitts wie [buero].")
            for key, value in entries.items():
                if (section, key) not in names:
                    raise WrongUse(f"{path}: [{section}] {key} ist keine bekannte Einstellung.")
                name = names[section, key]
                values[name] = _checked(name, value, f"{path}: [{section}] {key}")
        for name in ("name", "ags"):
            if name not in values:
                raise WrongUse(f"{path}: [buero] {PLACES[name][1]} fehlt.")
        return cls(**values)

    def to_toml(self) -> str:
        """Write the settings as the text of ``koschuso.toml``, with a German note above each section."""
        lines = []
        section = ""
        for name, (place, key) in PLACES.items():
            if place != section:
                lines += ["", f"# {_SECTION_NOTES[place]}", f"[{place}]"]
                section = place
            value = getattr(self, name)
            # The strings, lists, numbers and truth values of JSON are also those of TOML.
            lines.append(
                f"{key} = {json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}"
            )
        return "\n".join(lines[1:]) + "\n"


def _checked(name: str, value: Any, where: str) -> Any:
    kind = attrs.fields_dict(Settings)[name].type
    if str(kind).startswith("tuple"):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise WrongUse(f"{where} ist keine Liste von Texten.")
    expected, words = {"str": (str, "Text"), "int": (int, "Ganzzahl"), "bool": (bool, "true oder false")}[str(kind)]
    if type(value) is not expected:
        raise WrongUse(f"{where} ist nicht von der Art {words}.")
    return value
