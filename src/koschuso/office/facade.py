"""`Office`: one store, one registry, catalogues and settings; the façade that everyone uses."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs

from koschuso.errors import InvalidRecord, NotFound, Refused, Unavailable, WrongUse
from koschuso.files import reason, write_atomically
from koschuso.model import RECORD_TYPES, Finding, Organisation, Record, Reference
from koschuso.office.exporting import ExportResult, export, feed
from koschuso.office.places import absolute_store, backends_for, database_file, local_path, scheme_of, with_plugin
from koschuso.office.settings import SETTINGS, Settings
from koschuso.office.view import OfficeView
from koschuso.store import ANY, Outcome, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from os import PathLike

    from koschuso.model import Catalogue, ParticipationStatus
    from koschuso.office.importing import ImportResult
    from koschuso.office.messaging import MessageResult
    from koschuso.office.safekeeping import BackupResult, RestoreResult
    from koschuso.office.surveying import SurveyResult
    from koschuso.plugin.registry import Registry
    from koschuso.query import Condition
    from koschuso.reporting.document import Document
    from koschuso.reporting.texts import PreparedTexts, TextFolder
    from koschuso.rules import Rule
    from koschuso.store import Store, Stored, Verification

__all__ = ["Office", "SaveResult"]

T = TypeVar("T", bound=Record)


@attrs.frozen(kw_only=True)
class SaveResult:
    """What saving records did: kind and id of each, by outcome."""

    created: tuple[Reference, ...] = ()
    updated: tuple[Reference, ...] = ()
    unchanged: tuple[Reference, ...] = ()


class Office:
    """An office with its data.

    Open one with `Office.open` (or make one with `Office.init`) and use it as a context manager.

    Attributes:
        folder: The office's folder; ``None`` for a store without one.
        settings: What the office decided once.
        registry: koschuso's own and the enabled plugins' formats, reports, rules …
        store: Where the records are.
    """

    def __init__(self, *, store: Store, registry: Registry, settings: Settings, folder: Path | None = None) -> None:
        self.store = store
        self.registry = registry
        self.settings = settings
        self.folder = folder

    @classmethod
    def init(cls, folder: str | PathLike[str], *, name: str, ags: str) -> Office:
        """Make a new office: its folder with settings and an empty store.

        A folder that already holds an office of the same name and key is opened as it is.

        Args:
            folder: Made where it does not exist.
            name: Name of the office as it stands on reports.
            ags: Kreis or municipality that it works for.

        Raises:
            Refused: The folder holds another office, or a value is impossible.
            Unavailable: The folder cannot be written.
        """
        place = Path(folder)
        wanted = Settings(name=name, ags=ags)
        if (place / SETTINGS).exists():
            existing = Settings.read(place)
            if (existing.name, existing.ags) != (wanted.name, wanted.ags):
                raise Refused(
                    f"In {place} liegt schon ein anderes Büro (Schlüssel {existing.ags}); wählen Sie einen anderen Ordner."
                )
            return cls.open(place)
        existed = place.exists()
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"Der Ordner {place} lässt sich nicht anlegen: {reason(error)}.") from error
        # The store comes first: a folder that it refuses (network share, full disk) must not look like an office.
        try:
            office = cls._assemble(wanted, place)
        except BaseException:
            if not existed:
                with suppress(OSError):
                    place.rmdir()
            raise
        try:
            write_atomically(place / SETTINGS, wanted.to_toml().encode())
        except BaseException:
            office.close()
            raise
        return office

    @classmethod
    def open(cls, place: str | PathLike[str], *, settings: Settings | None = None) -> Office:
        """Open an office.

        Args:
            place: Its folder, its database file, or a store URL (``memory:``, ``sqlite:///path`` …). Naming a URL is
                switching on the installed plugin that knows its scheme.
            settings: For a store that has no ``koschuso.toml`` beside it.

        Raises:
            Refused: There is no office, or its settings are wrong; so where the plugin for its store is not switched on.
            WrongUse: No installed plugin knows the scheme of the URL.
            Unavailable: The store cannot be opened.
        """
        text = str(place)
        if "://" in text or text == "memory:":
            decided = attrs.evolve(settings or _NAMELESS, store=text)
            _, plugin = backends_for(text, decided.plugins)
            return cls._assemble(
                attrs.evolve(decided, plugins=with_plugin(decided, plugin).get("plugins", decided.plugins)), None
            )
        path = Path(place)
        if path.is_dir():
            decided = settings or Settings.read(path)
            _require_database(decided.store, path)
            return cls._assemble(decided, path)
        if not path.exists():
            raise NotFound(f"{path} gibt es nicht; legen Sie ein Büro an mit: koschuso init {path} --ags SCHLUESSEL")
        folder = path.parent
        if settings is None and (folder / SETTINGS).exists():
            settings = Settings.read(folder)
        decided = attrs.evolve(settings or _NAMELESS, store=f"sqlite:///{path.name}")
        _require_database(decided.store, folder)
        return cls._assemble(decided, folder)

    @classmethod
    def _assemble(cls, settings: Settings, folder: Path | None) -> Office:
        from koschuso.plugin.registry import Registry  # noqa: PLC0415 - `import koschuso` stays cheap

        registry = Registry.load(enabled=settings.plugins)
        scheme = scheme_of(settings.store)
        if not any(scheme in backend.schemes for backend in registry.stores.values()):
            _, plugin = backends_for(settings.store, settings.plugins)  # tells where nobody knows the scheme
            raise Refused(
                f"Der Speicher dieses Büros ({scheme}) braucht das Plugin »{plugin}«. Es ist installiert, aber nicht "
                f'eingeschaltet: Bitte schreiben Sie in {SETTINGS} unter [plugins] in die Zeile »aktiv« auch "{plugin}".'
            )
        store = open_store(absolute_store(settings.store, folder), backends=registry.stores.values())
        return cls(store=store, registry=registry, settings=settings, folder=folder)

    def close(self) -> None:
        """Close the store; the office can no longer be used."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Office {self.settings.ags} {self.folder or ''}>"

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """Every catalogue by name, with what the enabled plugins added."""
        return self.registry.catalogues

    def records(self, record_type: type[T], *conditions: Condition) -> Iterator[T]:
        """Give the records of a kind that meet all conditions, in the order of their ids."""
        from koschuso.query import Query  # noqa: PLC0415 - `import koschuso` stays cheap

        return (stored.value for stored in self.store.query(Query(record_type, where=conditions)))

    def get(self, record_type: type[T], id: str) -> T:  # noqa: A002 - the record's own term
        """Give one record.

        Raises:
            NotFound: There is none of this kind with this id.
        """
        return self.store.get(record_type, id).value

    def find(self, id: str) -> list[Stored[Any]]:  # noqa: A002 - the record's own term
        """Give every record with an id, of whatever kind; ``kind/id`` asks for one kind."""
        kind, _, rest = id.partition("/")
        kinds = [(RECORD_TYPES[kind], rest)] if kind in RECORD_TYPES and rest else []
        places = kinds or [(record_type, id) for record_type in RECORD_TYPES.values()]
        found = (self.store.find(record_type, wanted) for record_type, wanted in places)
        return [stored for stored in found if stored is not None]

    def save(self, *records: Record, reason: str = "Bearbeitung") -> SaveResult:
        """Store records as they are, all or none; an equal one stays untouched.

        New values of plugins' fields must fit their declaration, and a plugin must declare them: a typing mistake is not
        kept quietly. Values that are stored already pass as they are, so that a plugin that is switched off or has
        changed costs nothing. A `Store` knows no plugins and checks none of this.

        Raises:
            InvalidRecord: A new value of a plugin's field does not fit; nothing was stored. One finding for each.
            Unavailable: The store cannot be written; nothing was changed.
        """
        # Looking and writing are one transaction: what somebody else saves in between is never overwritten unseen.
        with self.store.transaction(reason=reason):
            unique = {Reference(record.KIND, record.id): record for record in records}
            self._require_declared(unique.values())
            done = {reference: self.store.put(record, expect=ANY).outcome for reference, record in unique.items()}
        by_outcome = {
            outcome: tuple(reference for reference, found in done.items() if found is outcome) for outcome in Outcome
        }
        return SaveResult(
            created=by_outcome[Outcome.CREATED],
            updated=by_outcome[Outcome.UPDATED],
            unchanged=by_outcome[Outcome.UNCHANGED],
        )

    def _require_declared(self, records: Iterable[Record]) -> None:
        """Refuse new values of plugins' fields that do not fit their declaration."""
        findings: list[Finding] = []
        for record in records:
            if record.extras:
                stored = self.store.find(type(record), record.id)
                findings += self.registry.declared.problems(record, None if stored is None else stored.value)
        if findings:
            sentences = " ".join(f"{finding.kind} {finding.id}: {finding.message}" for finding in findings)
            raise InvalidRecord(sentences, findings)

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        dry_run: bool = False,
        keep: Iterable[str] = (),
        region: str | None = None,
        edition: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> ImportResult:
        """Take over what a file holds, in one transaction.

        The format is recognised by the content. Private properties of people are left out and listed, unless they are
        named in ``keep`` (domain.md DS-02). Importing the same file twice changes nothing, and what did not change is
        not even parsed. An older edition of a record, or one that is not newer than what the office changed itself,
        overwrites nothing; a finding says so.

        Args:
            path: The file.
            dry_run: Only tell what would happen.
            keep: Names of private properties to take over all the same, such as ``"BDAY"``.
            region: AGS of the schools to take from a school register; the office's own when omitted, ``"05"`` for all.
            edition: Schuljahr of the figures of a file that does not say it itself, such as ``"2025/26"``.
            progress: Is told now and then how many of how many bytes are done.

        Raises:
            Refused: The content is of no known format, or the file is empty or too large.
            WrongUse: A name in ``keep`` is none of the private properties, or the edition is no Schuljahr.
            Unavailable: The file cannot be read or the store cannot be written; nothing was changed.
        """
        from koschuso.nrw.school_figures import schuljahr_name  # noqa: PLC0415 - as below
        from koschuso.office.intake import Intake  # noqa: PLC0415 - `import koschuso` stays cheap

        intake = Intake(
            self.store,
            self.registry,
            keep=keep,
            region=region or self.settings.ags,
            edition=schuljahr_name(edition) if edition else "",
            progress=progress,
            dry_run=dry_run,
        )
        return intake.take(Path(path))

    def import_survey(self, path: str | PathLike[str], *, title: str, day: date, **more: Any) -> SurveyResult:
        """Count the answers of a survey and keep the counts; rows of answers are kept nowhere.

        The file is a CSV export of a survey tool: one row for each sheet, one column for each question. Columns that
        tell who answered are left out. Importing the same file twice changes nothing; a later export of the same survey
        takes the place of the earlier one.

        Args:
            path: The file.
            title: What the survey is called.
            day: Its last day.
            more: Keywords of `koschuso.office.surveying.take_survey`: ``id``, ``type``, ``event_id``, ``invited``,
                ``target_groups``, ``types``, ``scale``, ``dry_run``.

        Raises:
            Refused: A column is about pupils, parents or cases, there are no answers, or one fits no scale.
            WrongUse: The event does not exist, or fewer people were asked than answered.
            Unavailable: The file cannot be read or the store cannot be written; nothing was changed.
        """
        from koschuso.office.surveying import take_survey  # noqa: PLC0415 - `import koschuso` stays cheap

        return take_survey(self, path, title=title, day=day, **more)

    def export(
        self,
        path: str | PathLike[str],
        *,
        kinds: Sequence[str] = (),
        audience: str = "intern",
        target: str = "",
    ) -> ExportResult:
        """Write records to a file whose ending names the format, as far as the audience may see them.

        Args:
            path: The file; an existing one is replaced as a whole. Endings ``.vcf.zip`` and ``.ics.zip`` give a file of
                its own to each contact or event.
            kinds: Kinds of records; everything that the format can carry when omitted.
            audience: ``intern``, ``netzwerk`` or ``oeffentlich``; enforced in `koschuso.privacy` and nowhere else.
            target: ``outlook``, ``nextcloud``, ``apple`` or ``google`` for a variant that suits the program and a report
                of what it does not show; the plain standard when omitted.

        Raises:
            WrongUse: No format has this ending, or a kind, audience or target is unknown.
            Unavailable: The file cannot be written; an existing one is as it was.
        """
        with self.store.snapshot():
            return export(
                self.view(),
                self.registry,
                Path(path),
                kinds=kinds,
                audience=audience,
                label=self.label,
                target=target,
            )

    def feed(
        self,
        path: str | PathLike[str] | None = None,
        *,
        audience: str = "oeffentlich",
        target: str = "",
        previous: bytes = b"",
    ) -> ExportResult:
        """Write a calendar that others subscribe to, or write it anew.

        SEQUENCE of an event rises only when its content has changed since the last feed, which is read for that. The
        same content gives the same bytes; `koschuso.interchange.ical.feed` says what subscribers can rely on.

        Args:
            path: The file (``.ics``), whose present content is the last feed. Without one the feed is handed over in
                `ExportResult.data`, for an embedder that serves it by itself.
            audience: As for `export`; whoever can subscribe can read it, so for the public if nothing else is said.
            target: As for `export`.
            previous: The last feed, where there is no file.

        Raises:
            WrongUse: The ending is not ``.ics``, or the audience or target is unknown.
            Unavailable: The file cannot be read or written; it is as it was.
        """
        with self.store.snapshot():
            return feed(
                self.view(),
                self.registry,
                None if path is None else Path(path),
                audience=audience,
                label=self.label,
                target=target,
                previous=previous,
            )

    def messages(
        self,
        event_id: str,
        *,
        method: str = "REQUEST",
        people: Sequence[str] = (),
        sender: str = "",
        answer: ParticipationStatus | None = None,
        comment: str = "",
        uninvite: bool = False,
        show_attendees: bool = False,
        draft: bool = False,
        stamp: datetime | None = None,
    ) -> MessageResult:
        """Make the mails with which an event is announced, cancelled or answered (iMIP, RFC 6047); nothing is sent.

        What they say is what the network may see of the event. The event keeps in mind what was handed out, so that its
        SEQUENCE rises when it must.

        Args:
            event_id: The event, or one exception of a series.
            method: ``REQUEST`` invites (again after a change), ``CANCEL`` cancels and notes the event as cancelled,
                ``REPLY`` answers an invitation, ``REFRESH`` asks for its current state.
            people: Ids of participations or mail addresses: whom to write to, by default all who are invited; for an
                answer the one person whose answer it is.
            sender: Address in From; by default that of the organiser.
            answer: For ``REPLY``: the status to note and to tell; by default the noted one.
            comment: Words for the others.
            uninvite: For ``CANCEL``: only the named people are no longer invited; the event takes place.
            show_attendees: One mail to all, in which everybody sees everybody; otherwise each person gets a mail in
                which nobody else is named (domain.md DS-08).
            draft: Whether mail programs are to open the files as drafts.
            stamp: Moment of the message; now when omitted.

        Raises:
            NotFound: There is no such event, or a named person is not among its participations.
            Refused: The event may not be seen outside, another office invites to it, or nobody can be written to.
            WrongUse: The method is unknown, or somebody is missing who has to be named.
        """
        from koschuso.office.messaging import messages  # noqa: PLC0415 - `import koschuso` stays cheap

        return messages(
            self,
            event_id,
            method=method,
            people=people,
            sender=sender,
            answer=answer,
            comment=comment,
            uninvite=uninvite,
            show_attendees=show_attendees,
            draft=draft,
            stamp=stamp,
        )

    def report(self, name: str, **parameters: Any) -> Document:
        """Build a report.

        Args:
            name: Its name; koschuso's own may be named without ``koschuso:``.
            parameters: A period (``year=2025``, ``schuljahr="2024/25"``, ``stichtag=date(2025, 10, 15)``) and what
                the report asks for.

        Raises:
            WrongUse: There is no such report or parameter.
            PluginFailed: A plugin's report failed.
        """
        report = self.registry.report(name)
        parameters.setdefault("threshold", self.settings.threshold)
        if any(option.name == "felder" for option in report.parameters):
            parameters.setdefault("felder", self._report_fields())
        with self.registry.using(report.name), self.store.snapshot():
            document = report.run(self.view(), **parameters)
        return attrs.evolve(document, renderers=(*self.registry.renderers.values(),))

    def backup(
        self, path: str | PathLike[str], *, keep: str = "", progress: Callable[[int, int], None] | None = None
    ) -> BackupResult:
        """Write everything of the office into one file: all that the store holds, and the settings.

        Works with every store, while others write. The file has its final name only when it is complete, on the disk and
        read back; nothing is ever overwritten.

        Args:
            path: The file, or an existing folder: then the file gets a name with the date.
            keep: Which older backups of this store to keep in that folder, such as ``"7 Tage, 5 Wochen, 12 Monate"``;
                the others are deleted. Empty keeps all.
            progress: Is told now and then how many of how many bytes are done.

        Raises:
            Refused: There is a file of this name.
            Corrupt: The store is damaged; no backup was made.
            Unavailable: The file cannot be written; there is none of its name.
            WrongUse: ``keep`` cannot be understood, or ``path`` is no folder.
        """
        from koschuso.office.safekeeping import backup  # noqa: PLC0415 - `import koschuso` stays cheap

        return backup(self, Path(path), keep=keep, progress=progress)

    @staticmethod
    def restore(
        path: str | PathLike[str],
        folder: str | PathLike[str],
        *,
        store: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> RestoreResult:
        """Make an office of a backup, in a new folder; open it with `Office.open`.

        The backup is checked wholly, its files, every record and every change, before the folder gets its name.

        Args:
            path: The backup.
            folder: Must not exist, or be empty: nothing is ever restored over an office.
            store: URL of an empty store that is to take the data; by default a SQLite file in the folder.
            progress: Is told now and then how many of how many steps are done.

        Raises:
            Refused: The folder holds something, or there is no such backup.
            Corrupt: The backup is damaged, or is none; nothing was made.
            Unavailable: The folder cannot be written; nothing was made.
        """
        from koschuso.office.safekeeping import restore  # noqa: PLC0415 - `import koschuso` stays cheap

        return restore(Path(path), Path(folder), store=store, progress=progress)

    def verify(self, *, stand: str = "") -> Verification:
        """Compare everything that the store holds with the fingerprints written beside it.

        Finds every flipped bit in a record and in the record of changes, and whatever is missing, added or swapped.

        Args:
            stand: A position noted earlier (a backup's manifest names one, and so does `Store.cursor`): the store must
                still know everything up to it.

        Raises:
            NotSupported: The store keeps no fingerprints.
        """
        from koschuso.office.safekeeping import verify  # noqa: PLC0415 - `import koschuso` stays cheap

        return verify(self.store.driver, stand)

    def _report_fields(self) -> str:
        """The fields of schools for reports, without those whose plugin is missing at the moment."""
        declared = self.registry.declared
        return ",".join(
            field.name
            for name in self.settings.report_fields
            if (field := declared.find(Organisation.KIND, name)) is not None
        )

    def check(self) -> tuple[Finding, ...]:
        """Apply every rule, koschuso's own and the plugins', and give what they found."""
        with self.store.snapshot():
            return self.view().findings

    def prepare_texts(self, name: str, **parameters: Any) -> PreparedTexts:
        """Lay out the files in which the office writes its words for a report and a period.

        Files that are there stay as they are; new ones begin with the words of the period before, marked as drafts.

        Args:
            name: Name of the report.
            parameters: The period, as for `report`.

        Raises:
            NotFound: There is no such report.
            WrongUse: The period is not understood, the report has no texts, or a text of before cannot be read.
            Refused: The office has no folder.
            Unavailable: The folder cannot be written.
        """
        report = self.registry.report(name)
        texts = self._texts()
        if texts is None:
            raise Refused("Texte für Berichte liegen im Ordner des Büros; dieses Büro hat keinen Ordner.")
        if not report.slots:
            raise WrongUse(f"Der Bericht »{report.title}« hat keine Stellen für eigene Texte.")
        return texts.prepare(report.name, report.asked(self.view(), **parameters).time, report.slots)

    def view(self) -> OfficeView:
        """Give a read-only view for reports and rules."""
        from koschuso.reporting.report import OfficeInfo  # noqa: PLC0415 - `import koschuso` stays cheap

        settings = self.settings
        region = self._region()
        office = OfficeInfo(name=settings.name, ags=settings.ags, region=region, id=settings.office_id)
        return OfficeView(
            self.store,
            self.catalogues,
            office,
            self._as_of(),
            self._rules,
            declared=self.registry.declared,
            texts=self._texts(),
        )

    def _texts(self) -> TextFolder | None:
        from koschuso.reporting.texts import FOLDER, TextFolder  # noqa: PLC0415 - `import koschuso` stays cheap

        return None if self.folder is None else TextFolder(self.folder / FOLDER)

    def label(self, catalogue: str, key: str) -> str:
        """Give the German label of a key; a key that is not known is shown as it is."""
        known = self.catalogues.get(catalogue)
        return key if known is None else known.label(key)

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        """Every rule; the one about extension fields is made of their declarations."""
        from koschuso.rules import extras_rule  # noqa: PLC0415 - `import koschuso` stays cheap

        return (*self.registry.rules.values(), extras_rule(self.registry.fields.values()))

    def _as_of(self) -> datetime:
        """When the data last changed: what reports and exports state instead of the clock, so that they stay the same."""
        return self.store.last_changed_at() or datetime.now(UTC).replace(microsecond=0)

    def _region(self) -> str:
        from koschuso.nrw.municipalities import by_ags, exists  # noqa: PLC0415 - `import koschuso` stays cheap

        return by_ags(self.settings.ags).title if exists(self.settings.ags) else ""


_NAMELESS = Settings(name="Koordinierungsstelle Schulsozialarbeit", ags="05")


def _require_database(url: str, folder: Path) -> None:
    """Refuse to take a lost database, or a lost folder of files, for a new, empty one."""
    whole = absolute_store(url, folder)
    place = local_path(whole)
    if place is not None and scheme_of(whole) != "sqlite" and not place.exists():
        raise Unavailable(
            f"Den Ordner {place} mit den Daten gibt es nicht. Wurde er verschoben oder umbenannt, geben Sie ihm seinen Namen "
            "zurück; ist er verloren, nehmen Sie eine Sicherung: koschuso restore SICHERUNG NEUER-ORDNER. Soll dort neu "
            "begonnen werden, legen Sie ihn leer an."
        )
    path = database_file(whole)
    if path is not None and (not path.is_file() or path.stat().st_size == 0):
        raise Unavailable(
            f"Die Datenbank {path} fehlt oder ist leer, obwohl hier schon ein Büro angelegt wurde. "
            "Legen Sie sie aus Ihrer Sicherung zurück: koschuso restore SICHERUNG NEUER-ORDNER"
        )
