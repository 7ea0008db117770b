"""From the rows of the school register to records.

What the columns mean, and which of them are traps, is told in ``data/QUELLEN.md``. One bad value costs that value and
makes a finding; only a row without a usable Schulnummer or name is not taken.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import InvalidRecord
from koschuso.model.actor import Organisation, SchoolProfile
from koschuso.model.finding import Finding, Severity
from koschuso.model.relation import Relation
from koschuso.model.values import Address, Coordinates, Reference, is_email
from koschuso.nrw import municipalities, traeger
from koschuso.nrw.register_codes import AUTHORITY_FORM, Codes, authority_kind, record_id
from koschuso.nrw.school_names import join_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from koschuso.nrw.official_csv import Row


__all__ = ["RowMapper"]

_SOURCE = "open_data"
_PLACEHOLDER = "01.08.1973"  # stands for an unknown begin of operation
_UNSTATED = frozenset({"", "null"})
_DEFAULT_EPSG = 25832
_HOMEPAGE_LENGTH = 80
_POSTAL_CODE_DIGITS = 5
_SCHULNUMMER_DIGITS = 6
_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)


@attrs.define(kw_only=True)
class RowMapper:
    """Maps rows one by one and collects what there is to say.

    Attributes:
        codes: The known codes.
        source: Name of the file.
        operating_only: Leave out schools without operation.
        left_out: Grows by what is deliberately not taken.
        findings: Grows by what is wrong or doubtful.
        traegernummern: Grows by the numbers of the Träger of the schools taken.
    """

    codes: Codes
    source: str
    operating_only: bool
    left_out: list[Finding]
    findings: list[Finding]
    traegernummern: list[str] = attrs.Factory(list)

    def organisations(self, rows: Iterable[Row]) -> tuple[list[Organisation], list[Relation]]:
        """Map rows to organisations and the relations that start or end at them."""
        organisations: list[Organisation] = []
        relations: list[Relation] = []
        for row in rows:
            form = row.values["Schulform"]
            if form == AUTHORITY_FORM:
                organisation = self._guarded(row, self._authority)
            elif form in self.codes.forms and form not in self.codes.schools:
                self._leave_out(row, "schulverzeichnis.keine_schule", f"ist keine Schule (Schulform {form})")
                continue
            elif self.operating_only and not self._operates(row):
                status = row.values.get("Schulbetriebsschluessel", "")
                self._leave_out(row, "schulverzeichnis.nicht_in_betrieb", f"ist nicht in Betrieb (Schlüssel {status})")
                continue
            else:
                organisation = self._guarded(row, self._school)
            if organisation is None:
                continue
            organisations.append(organisation)
            relations.extend(self._relations(row, organisation))
        return organisations, relations

    def _operates(self, row: Row) -> bool:
        # An unknown status is not taken for closed: better one school too many than one that silently is not there.
        code = row.values.get("Schulbetriebsschluessel", "")
        return code in self.codes.operating or code not in self.codes.statuses

    def _guarded(self, row: Row, build: Callable[[Row], Organisation]) -> Organisation | None:
        number = row.values["Schulnummer"]
        if len(number) != _SCHULNUMMER_DIGITS or not (number.isascii() and number.isdigit()):
            self._note(
                row,
                "schulnummer.form",
                "Schulnummer",
                "ist keine Schulnummer (sechs Ziffern). Die Zeile wurde übergangen.",
                severity=Severity.ERROR,
            )
            return None
        try:
            return build(row)
        except InvalidRecord as error:
            self.findings.extend(
                Finding(
                    rule=finding.rule,
                    message=f"Zeile {row.line}, Schulnummer {number}: {finding.message} Die Zeile wurde übergangen.",
                    severity=Severity.ERROR,
                    kind="organisation",
                    id=record_id(row),
                    field=finding.field,
                    line=row.line,
                    source=self.source,
                )
                for finding in error.findings
            )
            return None

    def _school(self, row: Row) -> Organisation:
        code = row.values.get("Rechtsform", "")
        if code not in {"", "1", "2"}:
            self._note(
                row,
                "schulverzeichnis.rechtsform",
                "Rechtsform",
                "ist unbekannt; ob die Schule privat ist, bleibt offen.",
            )
        return Organisation(
            id=record_id(row),
            type="schule",
            school=SchoolProfile(
                schulnummer=row.values["Schulnummer"],
                schulform=self._form(row),
                status=self._status(row),
                status_since=self._status_date(row),
                private={"1": False, "2": True}.get(code),
                coordinates=self._coordinates(row),
            ),
            traegernummer=self._traegernummer(row),
            **self._common(row),
        )

    def _authority(self, row: Row) -> Organisation:
        kind = authority_kind(row)
        if not kind:
            self._note(
                row,
                "schulverzeichnis.behoerde",
                "Schulform",
                "bezeichnet eine Schulaufsichtsbehörde; welche, sagt ihr Name nicht. Sie wurde als »sonstige« übernommen.",
            )
        return Organisation(id=record_id(row), type=kind or "sonstige", **self._common(row))

    def _common(self, row: Row) -> dict[str, Any]:
        values = row.values
        homepage = values.get("Homepage", "")
        if len(homepage) >= _HOMEPAGE_LENGTH:
            self._note(
                row,
                "schulverzeichnis.homepage_gekuerzt",
                "Homepage",
                "ist im Verzeichnis auf 80 Zeichen gekürzt und führt vielleicht nicht ans Ziel.",
                severity=Severity.INFO,
            )
        email = values.get("E-Mail", "")
        if email and not is_email(email):
            self._note(row, "schulverzeichnis.email", "E-Mail", "ist keine E-Mail-Adresse und wurde nicht übernommen.")
            email = ""
        phone = _phone(values.get("Telefonvorwahl", ""), values.get("Telefon", ""))
        return {
            "name": join_name(*(values.get(f"Schulbezeichnung_{number}", "") for number in (1, 2, 3)))
            or values.get("Kurzbezeichnung", ""),
            "short_name": values.get("Kurzbezeichnung", ""),
            "address": self._address(row),
            "phones": (phone,) if phone else (),
            "fax": _phone(values.get("Faxvorwahl", ""), values.get("Fax", "")),
            "email": email,
            "homepage": homepage,
            "ags": self._ags(row),
            "source": _SOURCE,
        }

    def _form(self, row: Row) -> str:
        code = row.values["Schulform"]
        key = self.codes.forms.get(code)
        if key is not None:
            return key
        self._note(
            row,
            "schulverzeichnis.schulform",
            "Schulform",
            f"»{code}« ist unbekannt; die Schule wurde übernommen. Bitte tragen Sie die Schulform nach.",
            severity=Severity.ERROR,
        )
        tail = "".join(character for character in code.casefold() if character.isascii() and character.isalnum())
        return f"unbekannt_{tail}" if tail else "unbekannt"

    def _status(self, row: Row) -> str:
        code = row.values.get("Schulbetriebsschluessel", "")
        if code and code not in self.codes.statuses:
            self._note(
                row, "schulverzeichnis.status", "Schulbetriebsschluessel", f"»{code}« ist unbekannt und bleibt offen."
            )
        return self.codes.statuses.get(code, "")

    def _status_date(self, row: Row) -> date | None:
        text = row.values.get("Schulbetriebsdatum", "")
        if not text or (text == _PLACEHOLDER and row.values.get("Schulbetriebsschluessel", "") in self.codes.starting):
            return None
        match = _DATE.fullmatch(text)
        try:
            if match:
                return date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            pass  # 31.02.: told below like every other text that is no date
        self._note(
            row, "schulverzeichnis.datum", "Schulbetriebsdatum", "ist kein Datum der Form TT.MM.JJJJ und bleibt offen."
        )
        return None

    def _coordinates(self, row: Row) -> Coordinates | None:
        easting, northing = row.values.get("UTMRechtswert", ""), row.values.get("UTMHochwert", "")
        stated = row.values.get("EPSG", "").strip()
        if not easting and not northing:
            return None
        system = stated.upper().removeprefix("EPSG:")
        unstated = stated.casefold() in _UNSTATED
        try:
            return Coordinates(
                easting=int(easting),
                northing=int(northing),
                epsg=_DEFAULT_EPSG if unstated else int(system),
                epsg_stated=not unstated,
            )
        except ValueError:
            self._note(
                row,
                "schulverzeichnis.koordinaten",
                "UTMRechtswert",
                "gehört zu unlesbaren Koordinaten; die Lage bleibt offen.",
            )
            return None

    def _address(self, row: Row) -> Address | None:
        code = row.values.get("PLZ", "")
        if code and (len(code) != _POSTAL_CODE_DIGITS or not (code.isascii() and code.isdigit())):
            self._note(row, "schulverzeichnis.plz", "PLZ", "ist keine Postleitzahl und wurde nicht übernommen.")
            code = ""
        street, town = row.values.get("Strasse", ""), row.values.get("Ort", "")
        return Address(street=street, postal_code=code, locality=town) if street or code or town else None

    def _ags(self, row: Row) -> str:
        ags = row.values["Gemeindeschluessel"]
        if municipalities.exists(ags):
            return ags
        self._note(
            row,
            "schulverzeichnis.ags",
            "Gemeindeschluessel",
            f"»{ags}« ist kein Gemeindeschlüssel in NRW; die Zuordnung zu einer Gemeinde bleibt offen.",
        )
        return ""

    def _traegernummer(self, row: Row) -> str:
        number = row.values.get("Traegernummer", "")
        if number in {"", "0"}:
            return ""
        if not (number.isascii() and number.isdigit()):
            self._note(
                row,
                "schulverzeichnis.traegernummer",
                "Traegernummer",
                "ist keine Trägernummer; der Träger bleibt offen.",
            )
            return ""
        return number

    def _relations(self, row: Row, organisation: Organisation) -> Iterable[Relation]:
        own = Reference("organisation", organisation.id)
        number = row.values["Schulnummer"]
        if organisation.ags and organisation.school is not None:
            # A gemeinde's relation carries eight digits, a school's six: the ids never meet.
            place = Reference("organisation", municipalities.organisation_id(organisation.ags))
            yield Relation(id=f"liegt_in-{number}", type="liegt_in", source=own, target=place, origin=_SOURCE)
        if organisation.traegernummer:
            self.traegernummern.append(organisation.traegernummer)
            owner = Reference("organisation", traeger.organisation_id(organisation.traegernummer))
            # One id per school, not per pair: the register states the present Träger, and a school has one at a time.
            yield Relation(id=f"traeger_von-{number}", type="traeger_von", source=owner, target=own, origin=_SOURCE)

    def _leave_out(self, row: Row, rule: str, reason: str) -> None:
        number = row.values["Schulnummer"]
        self.left_out.append(
            Finding(
                rule=rule,
                message=f"Zeile {row.line}: Die Schulnummer {number} {reason} und wurde nicht übernommen.",
                severity=Severity.INFO,
                field="Schulnummer",
                value=number,
                line=row.line,
                source=self.source,
            )
        )

    def _note(self, row: Row, rule: str, field: str, complaint: str, *, severity: Severity = Severity.WARNING) -> None:
        number = row.values["Schulnummer"]
        self.findings.append(
            Finding(
                rule=rule,
                message=f"Zeile {row.line}, Schulnummer {number}: {field} {complaint}",
                severity=severity,
                kind="organisation",
                id=record_id(row),
                field=field,
                value=row.values.get(field, ""),
                line=row.line,
                source=self.source,
            )
        )


def _phone(area: str, number: str) -> str:
    """Join area code and number to the international form; what is not a number stays as it is written.

    >>> _phone("02921", "302277"), _phone("", "302277"), _phone("", "")
    ('+49 2921 302277', '302277', '')
    """
    if not number:
        return ""
    if not area:
        return number
    if area.isdigit() and area.startswith("0") and number.isdigit():
        return f"+49 {area[1:]} {number}"
    return f"{area} {number}"
