"""Fields: one declaration each gives validation, column, label, vCard and iCalendar property, and privacy class."""

from __future__ import annotations

from typing import Final

from koschuso.plugin import ExtraField, FieldType, PrivacyClass

__all__ = ["ANMELDUNG", "BAUSTEIN", "FIELDS", "PROJEKT", "SOZIALRAUM"]

SOZIALRAUM: Final = ExtraField(
    name="soest:sozialraum",
    record_kind="organisation",
    label="Sozialraum",
    type=FieldType.KEY,
    catalogue="soest:sozialraum",
    privacy=PrivacyClass.NETZWERK,
    help="In welchem Sozialraum die Schule liegt (Beispielliste, kein amtlicher Zuschnitt).",
)
"""Where a school lies, for the Vernetzung im Quartier."""

BAUSTEIN: Final = ExtraField(
    name="soest:qualifikationsbaustein",
    record_kind="person",
    label="Qualifikationsbaustein abgeschlossen am",
    type=FieldType.DATE,
    privacy=PrivacyClass.INTERN,
    help="Tag, an dem die Fachkraft die Einstiegsqualifizierung abgeschlossen hat.",
)
"""When somebody finished the Einstiegsqualifizierung; stays in the office."""

ANMELDUNG: Final = ExtraField(
    name="soest:anmeldung_ueber",
    record_kind="event",
    label="Anmeldung über",
    type=FieldType.KEY,
    catalogue="soest:anmeldeweg",
    privacy=PrivacyClass.OEFFENTLICH,
    help="Auf welchem Weg man sich zu der Veranstaltung anmeldet.",
)
"""How one registers for an event; may stand in a public calendar."""

PROJEKT: Final = ExtraField(
    name="soest:kooperationsprojekt",
    record_kind="activity",
    label="Kooperationsprojekt",
    privacy=PrivacyClass.INTERN,
    help="Wie das Vorhaben heißt, das die Koordinierungsstelle gemeinsam mit dem Bildungsbüro trägt; nie ein Name oder Fall.",
)
"""The project that an activity was for, where it was one of several partners."""

FIELDS: Final = (SOZIALRAUM, BAUSTEIN, ANMELDUNG, PROJEKT)
"""All of them."""
