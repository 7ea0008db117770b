"""Reads whole finished reports as an attacker does: every table, figure, chart and sentence, and what each of them means.

    from report_attack import attack

Beside the report for the public lies the internal one of the same office: from it the attack knows what is true, and so
whether it came too near. What a number means is written down here once more, by hand; nothing asks the protection.
"""

import re
from fractions import Fraction

from attacker import TOLERANCE, Attacker, assert_protected

from koschuso.reporting import Chart, Figures, Sign, Table

_FIGURES = {
    "Teilnahmen": ("visits",),
    "Teilnehmende": ("people",),
    "Personenstunden": ("hours",),
    "Beratungskontakte": ("contacts",),
    "Beratungszeit": ("time",),
    "mit Folgetermin": ("contacts", "follow-up"),
    "weitervermittelt": ("contacts", "referred"),
}
_COMPARED = {**_FIGURES, "nicht erschienen": ("absent",), "Beratungszeit (Std.)": ("time",)}
_STEPS = {
    "Anmeldungen": ("registered",),
    "Warteliste (nicht nachgerückt)": ("waiting",),
    "Abmeldungen": ("cancelled",),
    "nicht erschienen (No-show)": ("absent",),
    "Teilnahmen mit Namen oder Einrichtung": ("arrived",),
    "Teilnahmen, nur als Kopfzahl erfasst": ("heads",),
    "Teilnahmen insgesamt": ("visits",),
}
_LISTED = {
    "Anmeldungen": "registered",
    "Warteliste": "waiting",
    "Abmeldungen": "cancelled",
    "Teilnahmen": "visits",
    "nicht erschienen": "absent",
}
_MISSING = {
    "Anmeldungen ohne Vermerk, ob die Person kam": ("open",),
    "Beratungskontakte ohne Angabe der Dauer": ("contacts", "untimed"),
    "Beratungskontakte ohne Angabe eines Themas": ("contacts", "topic ohne Thema"),
    "Beratungskontakte ohne Angabe der Schulform": ("contacts", "form k. A."),
    "Beratungskontakte ohne Angabe der Gemeinde": ("contacts", "place k. A."),
}
_ORIGINS = {"nach-schulform": "form", "nach-gemeinde": "place", "nach-traeger": "employer"}
_FRACTIONS = frozenset({"hours", "time"})


class Reader:
    """Tells an attacker everything that a finished report says.

    Args:
        shown: The report for the public.
        true: The same for the office itself.
        office: What everybody knows of its events.
        threshold: The threshold that the report states.
    """

    def __init__(self, shown, true, office, threshold):
        self.attacker = Attacker()
        self.truth = {}
        self.office = office
        self.threshold = threshold
        self.shown, self.true = shown, true
        self.kinds = {}
        self.spread = set()
        # The internal report may hold more: what is found in both is the same thing.
        self._tables = {block.key: block for block in true.blocks() if isinstance(block, Table | Chart)}
        self._cards = {
            item.label: item for block in true.blocks() if isinstance(block, Figures) for item in block.items
        }
        blocks = list(shown.blocks())
        for block in blocks:
            if isinstance(block, Figures):
                self._figures(block)
            elif isinstance(block, Chart):
                self._chart(block, self._tables[block.key])
            elif isinstance(block, Table):
                self._table(block, self._tables[block.key])
        self._gaps()
        self._relations({block.key for block in blocks if isinstance(block, Table)})

    # -- seeing --------------------------------------------------------------------------------------------------------

    def see(self, name, shown, true):
        """See a number; a number is hidden everywhere in a report, or nowhere."""
        if isinstance(true, Sign):
            assert shown is true, name
            return
        seen = self.attacker.seen.setdefault(name, shown)
        assert (seen is Sign.SUPPRESSED) == (shown is Sign.SUPPRESSED), f"{name} is hidden in one place only"
        assert shown is Sign.SUPPRESSED or shown == true == self.truth.get(name, true), name
        self.truth[name] = true
        self.attacker.sees(name, shown, whole=name[0] not in _FRACTIONS)

    def _figures(self, block):
        for item in block.items:
            true, name = self._cards[item.label], _FIGURES.get(item.label)
            if name is not None:
                self.see(name, item.value, true.value)
            elif item.label == "Durchschnitt je Kontakt":
                self._mean(("time",), self._timed(), item.value, 60)
            elif item.label == "Reichweite" and not isinstance(true.value, Sign):
                self.attacker.number(("reached",))
                self.attacker.number(("staff",))
                self.attacker.sees_share(("reached",), ("staff",), item.value)
            elif item.label == "Fachkräfte" and (during := re.search(r"im Zeitraum insgesamt (\d+)", item.note)):
                # Nobody hides how many there are; the share alone must not tell who of them came.
                self.attacker.knows({("staff",): 1}, int(during[1]), int(during[1]))
                share = self._cards["Reichweite"].value
                if not isinstance(share, Sign):
                    self.attacker.sum(("staff",), [("reached",), ("away",)])
                    self.truth["reached",] = round(share * int(during[1]) / 100)
                    self.truth["away",] = int(during[1]) - self.truth["reached",]
            if item.label == "Teilnehmende":
                self._nameless(item.note, true.note)

    def _nameless(self, note, true):
        said, really = (re.search(r"(\d+|•) Teilnahmen ohne Namen", text) for text in (note, true))
        if really is None:
            self.see(("visits", "nameless"), 0, 0)
        else:
            value = Sign.SUPPRESSED if said is None or said[1] == "•" else int(said[1])
            self.see(("visits", "nameless"), value, int(really[1]))

    def _mean(self, amount, number, shown, factor):
        if not isinstance(shown, Sign):
            self.attacker.number(amount, whole=False)
            self.attacker.sees_ratio(amount, number, Fraction(shown) / factor)

    def _chart(self, chart, other):
        names = {
            "teilnahmen-nach-art": lambda _row, column: ("visits", f"kind {column}"),
            "zielgruppe-form-bild": lambda row, column: ("contacts", f"group {row}", f"way {column}"),
        }.get(chart.key)
        if names is None:
            return
        for series, true in zip(chart.series, other.series, strict=True):
            for category, value, real in zip(chart.categories, series.values, true.values, strict=True):
                self.see(names(series.name, category), value, real)

    # -- tables --------------------------------------------------------------------------------------------------------

    def _table(self, table, other):  # noqa: C901, PLR0912 - all that a reader knows, one after the other
        about = "Kontakte" if any(column.title == "Kontakte" for column in table.columns) else "Teilnahmen"
        if table.key in _ORIGINS:
            self.spread.add(("contacts" if about == "Kontakte" else "visits", _ORIGINS[table.key]))
        lines = list(zip(table.rows, other.rows, strict=True))
        if table.totals is not None:
            lines.append((table.totals, other.totals))
        for number, (row, true) in enumerate(lines):
            last = number == len(table.rows)
            if table.key == "anmeldungen":
                self.see(_STEPS[row[0]], row[1], true[1])
            elif table.key == "vergleich":
                self._change(row, true)
            elif table.key == "veranstaltungen":
                self._event(table, row, true, last=last)
            elif table.key == "nach-art":
                self._kind(row, true, last=last)
            elif table.key == "themen":
                self.see(("visits",) if last else ("visits", f"topic {row[0]}"), row[2], true[2])
            elif table.key == "reichweite":
                self._reach(row, true, last=last)
            elif table.key in {"zielgruppe-form", "thema-zielgruppe"}:
                self._cross(table, row, true, last=last)
            elif table.key == "weitervermittlung":
                self.see(("contacts", "referred", *(() if last else (row[0],))), row[1], true[1])
            elif table.key in _ORIGINS and about == "Teilnahmen":
                name = () if last else (f"{_ORIGINS[table.key]} {row[0]}",)
                self.see(("visits", *name), row[1], true[1])
            elif table.key in _ORIGINS:
                self._timed_row((f"{_ORIGINS[table.key]} {row[0]}",) if not last else (), row, true)
            elif table.key in {"dauer-zielgruppe", "dauer-form"}:
                kind = "group" if table.key == "dauer-zielgruppe" else "way"
                self._timed_row((f"{kind} {row[0]}",) if not last else (), row, true)

    def _change(self, row, true):
        name = _COMPARED.get(row[0])
        if name is None and row[0].startswith("Kontakte: "):
            name = ("contacts", f"group {row[0].removeprefix('Kontakte: ')}")
        if name is None:
            return
        earlier = (name[0], "before", *name[1:])
        self.see(name, row[1], true[1])
        self.see(earlier, row[2], true[2])
        if not isinstance(true[3], Sign):
            for one in (name, earlier):
                self.attacker.number(one, whole=one[0] not in _FRACTIONS)
            self.attacker.sees_change(name, earlier, row[3])

    def _event(self, table, row, true, *, last):
        titles = [column.title for column in table.columns]
        event = () if last else next((one.id,) for one in self.office.held if one.day == row[0])
        for title, what in _LISTED.items():
            if title in titles:
                place = titles.index(title)
                self.see((what, *event), row[place], true[place])

    def _kind(self, row, true, *, last):
        name = () if last else (f"kind {row[0]}",)
        self.see(("visits", *name), row[2], true[2])
        self.see(("hours", *name), row[4], true[4])
        if not last:
            self.kinds[row[0]] = not isinstance(true[4], Sign)
        listed = 0 if isinstance(true[3], Sign) or not true[3] else Fraction(true[2]) / Fraction(true[3])
        if listed and not isinstance(row[3], Sign):
            total = row[3] * listed
            self.attacker.derived.append(({("visits", *name): 1}, total, total))

    def _reach(self, row, true, *, last):
        name = () if last else (row[0],)
        self.see(("staff", *name), row[1], true[1])
        self.see(("reached", *name), row[2], true[2])
        if not isinstance(true[3], Sign):
            self.attacker.sees_share(("reached", *name), ("staff", *name), row[3])
        self.attacker.sum(("staff", *name), [("reached", *name), ("away", *name)])
        self.truth["away", *name] = true[1] - true[2]

    def _cross(self, table, row, true, *, last):
        kinds = ("group", "way") if table.key == "zielgruppe-form" else ("topic", "group")
        for column, value, real in zip(table.columns[1:], row[1:], true[1:], strict=True):
            name = () if last else (f"{kinds[0]} {row[0]}",)
            if not column.total:
                name = (*name, f"{kinds[1]} {column.title}")
            self.see(("contacts", *name), value, real)

    @staticmethod
    def _timed(*name):
        return ("timed", *name)

    def _timed_row(self, name, row, true):
        self.see(("contacts", *name), row[1], true[1])
        self.see(self._timed(*name), row[2], true[2])
        self.see(("time", *name), row[3], true[3])
        if not isinstance(true[4], Sign):
            self._mean(("time", *name), self._timed(*name), row[4], 60)

    def _gaps(self):
        told = {gap.what: gap.count for gap in self.shown.missing}
        for gap in self.true.missing:
            name = _MISSING.get(gap.what)
            if name is not None:
                self.see(name, told.get(gap.what, Sign.SUPPRESSED), gap.count)
        for name in _MISSING.values():
            self.attacker.seen.setdefault(name, 0)  # what is not told is none
            self.attacker.number(name)

    # -- what follows from what ----------------------------------------------------------------------------------------

    def _relations(self, keys):  # noqa: C901 - all that a reader knows, one after the other
        attacker = self.attacker
        if ("visits", "nameless") in self.truth:
            attacker.sum(("visits",), [("visits", "nameless"), ("named",)])
            self.truth["named",] = self.truth["visits",] - self.truth["visits", "nameless"]
            if ("people",) in self.truth:
                attacker.at_most(("people",), ("named",))
        if ("visits", "before") in self.truth and ("people", "before") in self.truth:
            attacker.at_most(("people", "before"), ("visits", "before"))
        if "anmeldungen" in keys:
            attacker.sum(("visits",), [("arrived",), ("heads",)])
            attacker.sum(("registered",), [("arrived",), ("absent",), ("open",)])
            if ("visits", "nameless") in self.truth:
                attacker.sum(("visits", "nameless"), [("heads",), ("bodies",)])
        if "nach-art" in keys:
            self._programme("veranstaltungen" in keys)
        if "reichweite" in keys:
            groups = [name for name in self.truth if name[0] == "staff" and len(name) == 2]
            for what in ("staff", "reached"):
                if groups:
                    attacker.union((what,), [(what, name[1]) for name in groups])
            if ("people",) in self.truth:
                attacker.at_most(("reached",), ("people",))
        for what, kind in sorted(self.spread):
            self._sum_over(what, kind)
        if ("contacts",) in self.truth:
            self._counselling(keys)

    def _sum_over(self, what, kind, within=()):
        parts = [name for name in self.truth if name[0] == what and name[1:-1] == within and name[-1].startswith(kind)]
        if parts and (what, *within) in self.truth:
            self.attacker.sum((what, *within), parts)
        return parts

    def _programme(self, listed):  # noqa: C901, PLR0912 - all that a reader knows, one after the other
        attacker, office = self.attacker, self.office
        for what in ("visits", "hours"):
            self._sum_over(what, "kind ")
        if not listed:
            return
        unlisted = {
            one.id
            for one in office.held
            if any(row[0] == one.day and Sign.UNKNOWN in row for row in _visits_of(self._whole_list()))
        }
        for one in office.held:
            for what in ("visits", "registered"):
                attacker.number((what, one.id))
            if one.id in unlisted:
                attacker.knows({("visits", one.id): 1}, 0, 0)
            parts = [("arrived", one.id), ("absent", one.id), ("open", one.id)]
            attacker.sum(("registered", one.id), parts)
            attacker.sum(("visits", one.id), [("arrived", one.id), ("heads", one.id)])
        for event, number in office.open.items():
            self.truth["open", event] = number
        for one in office.held:
            if one.id in unlisted:
                attacker.sum(("registered", one.id), [("open", one.id)])
        for what in ("visits", "registered", "absent", "waiting", "cancelled", "arrived", "heads", "open"):
            if (what,) in self.truth:
                attacker.sum((what,), [(what, one.id) for one in office.held])
        if ("people",) in self.truth and self.truth["visits", "nameless"] == self.truth.get(("heads",)):
            # Where all who were not only counted are named, nobody of them came twice to one event.
            attacker.union(("people",), [("arrived", one.id) for one in office.held])
        labels = self._labels()
        for kind, has_hours in self.kinds.items():
            events = [one for one in office.held if labels[one.kind] == kind]
            if ("visits", f"kind {kind}") in self.truth:
                attacker.sum(("visits", f"kind {kind}"), [("visits", one.id) for one in events])
            # Of events of unknown length only hours of single guests are known, if any.
            if has_hours and not (office.partial and any(one.hours is None for one in events)):
                weights = {("visits", one.id): one.hours for one in events if one.hours}
                attacker.number(("hours", f"kind {kind}"), whole=False)
                # Whoever left early spent less than the event took.
                attacker.knows({**weights, ("hours", f"kind {kind}"): -1}, 0, None if office.partial else 0)
        for topic, label in _TOPICS.items():
            events = [one for one in office.held if (topic in one.topics if topic else not one.topics)]
            if ("visits", f"topic {label}") in self.truth:
                attacker.sum(("visits", f"topic {label}"), [("visits", one.id) for one in events])

    def _whole_list(self):
        return self._tables["veranstaltungen"]

    @staticmethod
    def _labels():
        return {
            "fachtag": "Fachtag / Fachtagung",
            "fortbildung": "Fortbildung / Workshop",
            "qualitaetszirkel": "Qualitätszirkel",
        }

    def _counselling(self, keys):  # noqa: C901, PLR0912 - all that a reader knows, one after the other
        attacker = self.attacker
        attacker.at_most(("contacts", "follow-up"), ("contacts",))
        attacker.at_most(("contacts", "referred"), ("contacts",))
        for name in _MISSING.values():
            if name[0] == "contacts":
                attacker.at_most(name, ("contacts",))
        attacker.sum(("contacts",), [("timed",), ("contacts", "untimed")])
        for what in ("contacts", "timed", "time"):
            for kind in ("group", "way", *(kind for about, kind in sorted(self.spread) if about == "contacts")):
                for part in self._sum_over(what, kind):
                    if what == "timed":
                        attacker.at_most(part, ("contacts", *part[1:]))
        groups = [name[1] for name in self.truth if name[0] == "contacts" and _is(name, "group")]
        for group in groups:
            self._sum_over("contacts", "way", (group,))
        for way in [name[1] for name in self.truth if name[0] == "contacts" and _is(name, "way")]:
            cells = [("contacts", group, way) for group in groups if ("contacts", group, way) in self.truth]
            if cells:
                attacker.sum(("contacts", way), cells)
        topics = [name[1] for name in self.truth if name[0] == "contacts" and _is(name, "topic")]
        if "thema-zielgruppe" in keys:
            for topic in topics:
                self._sum_over("contacts", "group", (topic,))
            several = self.shown.table("thema-zielgruppe").notes
            for group in (None, *groups):
                cells = [("contacts", topic, *(() if group is None else (group,))) for topic in topics]
                total = ("contacts",) if group is None else ("contacts", group)
                (attacker.union if several else attacker.sum)(total, cells)
        if ("contacts", "before") in self.truth:
            parts = [name for name in self.truth if name[:2] == ("contacts", "before") and len(name) == 3]
            if parts:
                attacker.sum(("contacts", "before"), parts)
        referred = [name for name in self.truth if name[:2] == ("contacts", "referred") and len(name) == 3]
        if referred:
            attacker.sum(("contacts", "referred"), referred)

    # -- solving -------------------------------------------------------------------------------------------------------

    def solve(self):
        """Try to find each hidden number.

        Raises:
            AssertionError: One is known, or known too well.
        """
        hidden = [name for name in self.truth if self.attacker.seen.get(name, Sign.SUPPRESSED) is Sign.SUPPRESSED]
        for name in hidden:
            value = self.truth[name]
            if name[0] == "hours" and len(name) > 1:
                people = self.truth.get(("visits", *name[1:]), self.threshold)
                assert_protected(self.attacker, name, Fraction(value), self.threshold, people=people)
            elif name[0] == "time":
                people = self.truth.get(("timed", *name[1:]), self.truth.get(("contacts", *name[1:]), self.threshold))
                assert_protected(self.attacker, name, Fraction(value), self.threshold, people=people)
            elif 0 < value < self.threshold:
                assert_protected(self.attacker, name, value, self.threshold)
            elif value and name in self.attacker.seen:
                least, most = self.attacker.bounds(name)
                if most - least <= TOLERANCE:
                    least, most = self.attacker.bounds(name, presolve=False)
                assert most - least > TOLERANCE, f"{name} is hidden and known to be {value}"
        return len(hidden)


_TOPICS = {"kinderschutz": "Kinderschutz", "mobbing": "Mobbing", "elternarbeit": "Elternarbeit", "": "ohne Thema"}


def _is(name, kind):
    return len(name) == 2 and name[1].startswith(f"{kind} ")


def _visits_of(table):
    place = [column.title for column in table.columns].index("Teilnahmen")
    return [(row[0], row[place]) for row in table.rows]


def attack(report, office, *, threshold=3, **given):
    """Read a report for the public and solve it; give how many numbers are hidden in it."""
    asked = {"year": 2025, "threshold": threshold, **given}
    shown = report.run(office.view(), audience="oeffentlich", **asked)
    true = report.run(office.view(), audience="intern", **asked)
    return Reader(shown, true, office, threshold).solve()
