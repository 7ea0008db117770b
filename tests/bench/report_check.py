"""Holds the numbers of the Tätigkeitsbericht against those of the SQL beside it, number by number."""

from __future__ import annotations

from fractions import Fraction

from koschuso.model import Committee
from koschuso.reporting import Chart, Figures, Table

__all__ = ["compare"]

_NEAR = Fraction(1, 10**9)
"""SQL sums volumes of positions as floating-point numbers, the report exactly."""


def compare(document, found, office, year):
    """Compare every number that the SQL gives, and give how many there are.

    Raises:
        AssertionError: One differs, or is not in the report.
    """
    told = _told(document)
    expected = _Expected(found, office, year).numbers()
    wrong = [
        f"{place}: {told.get(place)} statt {number}"
        for place, number in expected.items()
        if not _same(told.get(place), number)
    ]
    assert not wrong, "\n".join(wrong[:20])
    return len(expected)


def _same(one, other):
    return one is not None and abs(Fraction(one) - Fraction(other)) <= _NEAR


def _told(document):
    """Every number of the report by its place."""
    found = {}
    for block in _blocks(document.sections):
        if isinstance(block, Figures):
            found |= {("", item.label): item.value for item in block.items}
        elif isinstance(block, Table):
            for row in (*block.rows, *((block.totals,) if block.totals else ())):
                for column, cell in zip(block.columns, row, strict=True):
                    found[block.key, row[0], column.title] = cell
        elif isinstance(block, Chart):
            for series in block.series:
                for category, value in zip(block.categories, series.values, strict=True):
                    found[block.key, category, series.name] = value
    found |= {("fehlt", missing.what): missing.count for missing in document.missing}
    return found


def _blocks(sections):
    for section in sections:
        yield from section.blocks
        yield from _blocks(section.sections)


def _hours(minutes):
    return Fraction(minutes or 0, 60)


class _Expected:
    """The numbers of the SQL, by the places where the report tells them."""

    def __init__(self, found, office, year):
        self._found = found
        self._label = office.label
        self._committees = {one.id: one.name for one in office.records(Committee)}
        self._gemeinden = {row[0]: row[1] for row in found["gemeinden"]}
        self._year, self._before = str(year), str(year - 1)

    def numbers(self):
        """All of them."""
        return {
            **self._consultations(),
            **self._events(),
            **self._visits(),
            **self._work(),
            **self._contacts(),
            **self._positions(),
        }

    def _pillar(self, key):
        """The heading of a Säule: its label without the law behind it."""
        return self._label("saeule", key).partition(" (")[0]

    def _by_period(self, name):
        return {("then", "now")[row[0]]: row[1:] for row in self._found[name]}

    def _change(self, label, now, then):
        if then is None:
            return {}
        return {
            ("vergleich", label, self._year): now,
            ("vergleich", label, self._before): then,
            ("vergleich", label, "Veränderung"): now - then,
        }

    def _consultations(self):
        label, periods = self._label, self._by_period("beratung")
        number, untimed, minutes, further, referred, topicless, formless, placeless = periods["now"]
        then = periods.get("then", (None,) * 3)
        key = "thema-zielgruppe"
        numbers = {
            ("", "Beratungskontakte"): number,
            ("", "Beratungszeit"): _hours(minutes),
            ("", "Durchschnitt je Kontakt"): Fraction(minutes, number - untimed),
            ("", "mit Folgetermin"): further,
            ("", "weitervermittelt"): referred,
            ("fehlt", "Beratungskontakte ohne Angabe der Dauer"): untimed,
            ("fehlt", "Beratungskontakte ohne Angabe eines Themas"): topicless,
            ("fehlt", "Beratungskontakte ohne Angabe der Schulform"): formless,
            ("fehlt", "Beratungskontakte ohne Angabe der Gemeinde"): placeless,
            **self._change("Beratungskontakte", number, then[0]),
            **self._change("Beratungszeit (Std.)", _hours(minutes), then[2] and _hours(then[2])),
        }
        for group, form, contacts in self._found["gruppe_form"]:
            place = ("zielgruppe-form-bild", label("beratungsform", form), label("zielgruppe", group))
            numbers[place] = contacts
        for topic, group, contacts in self._found["thema_gruppe"]:
            row = label("thema", topic) if topic else "ohne Thema"
            numbers[key, row, label("zielgruppe", group)] = contacts
            numbers[key, row, "gesamt"] = numbers.get((key, row, "gesamt"), 0) + contacts
        for group, contacts in self._found["gruppe"]:
            numbers[key, "Kontakte insgesamt (jeder einmal)", label("zielgruppe", group)] = contacts
        return numbers

    def _events(self):
        periods, states = self._by_period("veranstaltungen"), self._by_period("stand")
        number, minutes, timeless, topicless = periods["now"]
        then = periods.get("then", (None, None))
        numbers = {
            ("", "Veranstaltungen"): number,
            ("", "Veranstaltungsstunden"): _hours(minutes),
            ("fehlt", "vergangene Veranstaltungen ohne Vermerk, ob sie stattfanden"): states["now"][2],
            ("fehlt", "Veranstaltungen ohne Angabe der Dauer (ohne Personenstunden)"): timeless,
            ("fehlt", "Veranstaltungen ohne Angabe der Themen"): topicless,
            **self._change("Veranstaltungen", number, then[0]),
        }
        for kind, events, lasted in self._found["art"]:
            numbers["nach-art", self._label("veranstaltungsart", kind), "Veranstaltungen"] = events
            numbers["nach-art", self._label("veranstaltungsart", kind), "Veranstaltungsstunden"] = _hours(lasted)
        return numbers

    def _visits(self):
        label, periods = self._label, self._by_period("teilnahmen")
        number, people, _, minutes = periods["now"]
        then = periods.get("then", (None,) * 4)
        staff, reached = self._found["reichweite_alle"][0]
        numbers = {
            ("", "Teilnahmen"): number,
            ("", "Teilnehmende"): people,
            ("", "Personenstunden"): _hours(minutes),
            ("", "Reichweite"): Fraction(reached * 100, staff),
            ("fehlt", "Anmeldungen ohne Vermerk, ob die Person kam"): self._by_period("offen")["now"][0],
            **self._change("Teilnahmen", number, then[0]),
            **self._change("Teilnehmende", people, then[1]),
            **self._change("Personenstunden", _hours(minutes), then[3] and _hours(then[3])),
        }
        listed = dict(self._found["vermerkt"])
        for kind, visits, spent in self._found["teilnahmen_art"]:
            row = label("veranstaltungsart", kind)
            numbers["nach-art", row, "Teilnahmen"] = visits
            numbers["nach-art", row, "Teilnahmen je Veranstaltung"] = Fraction(visits, listed[kind])
            numbers["nach-art", row, "Personenstunden"] = _hours(spent)
        special = {"": "k. A.", "*": "mehrere Schulformen"}
        for form, visits in self._found["teilnahmen_schulform"]:
            numbers["nach-schulform", special.get(form) or label("schulform", form), "Teilnahmen"] = visits
        rows = [*self._found["reichweite"], ("*", staff, reached)]
        for form, fachkraefte, came in rows:
            row = "Fachkräfte insgesamt (jede einmal)" if form == "*" else label("schulform", form)
            numbers["reichweite", row, "Fachkräfte im Zeitraum"] = fachkraefte
            numbers["reichweite", row, "davon erreicht"] = came
            numbers["reichweite", row, "Reichweite"] = Fraction(came * 100, fachkraefte)
        return numbers

    def _work(self):
        numbers = {}
        for now, focus, entries, minutes in self._found["schwerpunkte"]:
            row = self._label("taetigkeitsprofil", focus)
            if now:
                numbers["schwerpunkte", row, "Einträge"] = entries
                numbers["schwerpunkte", row, "Arbeitszeit"] = _hours(minutes)
            else:
                numbers["schwerpunkte", row, f"Arbeitszeit {self._before}"] = _hours(minutes)
        for focus, events, minutes in self._found["schwerpunkte_dauer"]:
            row = self._label("taetigkeitsprofil", focus)
            numbers["schwerpunkte", row, "Veranstaltungen"] = events
            numbers["schwerpunkte", row, "Veranstaltungsdauer"] = _hours(minutes)
        return numbers

    def _contacts(self):
        periods = self._by_period("kontakte")
        inside, outside, entries, minutes = periods["now"]
        then = periods.get("then", (None, None))
        sittings = self._found["sitzungen"]
        before = sum(row[2] for row in sittings) if then[0] is not None else None
        numbers = {
            ("", "Gremiensitzungen"): sum(row[1] for row in sittings),
            ("", "Sitzungen mit eigenem Beitrag"): sum(row[3] for row in sittings),
            ("", "Kontakte"): entries,
            ("", "Arbeitszeit für Kontakte"): _hours(minutes),
            **self._change("Gremiensitzungen", sum(row[1] for row in sittings), before),
            **self._change("Kontakte innerhalb der Region", inside, then[0]),
            **self._change("Kontakte außerhalb der Region", outside, then[1]),
        }
        for committee, now, _, contributions in sittings:
            numbers["gremien", self._committees[committee], "Sitzungen"] = now
            numbers["gremien", self._committees[committee], "eigene Beiträge"] = contributions
        for committee, spent in self._found["gremienzeit"]:
            numbers["gremien", self._committees[committee], "Arbeitszeit"] = _hours(spent)
        special = {"gremium": "Gremien", "": "Partner nicht vermerkt", "*": "Partner verschiedener Art"}
        for kind, within, beyond, number, spent in self._found["kontakte_partner"]:
            row = special.get(kind) or self._label("organisationsart", kind)
            numbers["kontakte", row, "innerhalb der Region"] = within
            numbers["kontakte", row, "außerhalb der Region"] = beyond
            numbers["kontakte", row, "gesamt"] = number
            numbers["kontakte", row, "Arbeitszeit"] = _hours(spent)
        for kind, number in self._found["gemeinsam"]:
            numbers["kontakte", self._label("organisationsart", kind), "gemeinsame Termine"] = number
        row = self._label("gremienart", "ak_nrw")
        met, number, spent = self._found["ak_nrw"][0]
        numbers["extern", row, "Sitzungen und Veranstaltungen"] = met
        numbers["extern", row, "Kontakte"] = number
        numbers["extern", row, "Arbeitszeit"] = _hours(spent)
        return numbers

    def _positions(self):
        vzae, vacant, people, schools, unknown = self._found["stellen"][0]
        numbers = {
            ("", "Schulsozialarbeit an Schulen"): vzae,
            ("", "Fachkräfte"): people,
            ("", "Schulen mit Schulsozialarbeit"): schools,
            ("t3", "Summe", "davon vakant"): vacant,
            ("fehlt", "Stellenanteile ohne Angabe des Umfangs"): unknown,
        }
        for ags, pillar, volume in self._found["vzae_ort"]:
            numbers["t3", self._gemeinden[ags], self._pillar(pillar)] = volume
        for ags, volume, heads, number in self._found["stellen_ort"]:
            numbers["t3", self._gemeinden[ags], "VZÄ gesamt"] = volume
            numbers["t3", self._gemeinden[ags], "Fachkräfte"] = heads
            numbers["t3", self._gemeinden[ags], "mit Schulsozialarbeit"] = number
        for form, pillar, volume in self._found["vzae"]:
            # The overview joins the Schulformen below one to it.
            place = ("t2a", self._label("schulform", form.partition(".")[0]), self._pillar(pillar))
            numbers[place] = numbers.get(place, 0) + volume
        return numbers
