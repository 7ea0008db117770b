"""`Office`: one store, one registry, catalogues and settings; the façade that everyone uses.

Each method says what it promises; how it is done stands in the module that it calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.errors import Refused, WrongUse
from koschuso.model import Organisation
from koschuso.office.core import OpenOffice
from koschuso.office.exporting import ExportResult, export, feed
from koschuso.office.opening import connect, found, locate
from koschuso.office.settings import SETTINGS, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime
    from os import PathLike

    from koschuso.model import ParticipationStatus
    from koschuso.office.keeping_safe.safekeeping import BackupResult, RestoreResult
    from koschuso.office.messaging import MessageResult
    from koschuso.office.taking_in.importing import ImportResult
    from koschuso.office.taking_in.surveying import SurveyResult
    from koschuso.reporting.document import Document
    from koschuso.reporting.texts import PreparedTexts
    from koschuso.store import Verification

__all__ = ["Office"]


class Office(OpenOffice):
    """An office with its data.

    Open one with `Office.open` (or make one with `Office.init`) and use it as a context manager.

    Attributes:
        folder: The office's folder; ``None`` for a store without one.
        settings: What the office decided once.
        registry: koschuso's own and the enabled plugins' formats, reports, rules …
        store: Where the records are.
    """

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
        registry, store = found(place, wanted)
        return cls(store=store, registry=registry, settings=wanted, folder=place)

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
        decided, folder = locate(place, settings)
        registry, store = connect(decided, folder)
        return cls(store=store, registry=registry, settings=decided, folder=folder)

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
            NotFound: There is no such file.
            Refused: The content is of no known format, or the file is empty or too large.
            WrongUse: A name in ``keep`` is none of the private properties, or the edition is no Schuljahr.
            Unavailable: The file cannot be read or the store cannot be written; nothing was changed.
        """
        from koschuso.nrw.school_figures import schuljahr_name  # noqa: PLC0415 - as below
        from koschuso.office.taking_in.intake import Intake  # noqa: PLC0415 - `import koschuso` stays cheap

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
            more: Keywords of `koschuso.office.taking_in.surveying.take_survey`: ``id``, ``type``, ``event_id``, ``invited``,
                ``target_groups``, ``types``, ``scale``, ``dry_run``.

        Raises:
            NotFound: There is no such file.
            Refused: A column is about pupils, parents or cases, there are no answers, or one fits no scale.
            WrongUse: The event does not exist, or fewer people were asked than answered.
            Unavailable: The file cannot be read or the store cannot be written; nothing was changed.
        """
        from koschuso.office.taking_in.surveying import take_survey  # noqa: PLC0415 - `import koschuso` stays cheap

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
            Refused: Nothing is recorded of the time that is asked for, or a text of the office cannot be used.
            PluginFailed: A plugin's report failed.
        """
        report = self.registry.report(name)
        parameters.setdefault("threshold", self.settings.threshold)
        if any(option.name == "felder" for option in report.parameters):
            parameters.setdefault("felder", self._report_fields())
        with self.registry.using(report.name), self.store.snapshot():
            view = self.view()
            report.require_presence(view, **parameters)
            document = report.run(view, **parameters)
        return attrs.evolve(document, renderers=(*self.registry.renderers.values(),))

    def prepare_texts(self, name: str, **parameters: Any) -> PreparedTexts:
        """Lay out the files in which the office writes its words for a report and a period.

        Files that are there stay as they are; new ones begin with the words of the period before, marked as drafts.

        Args:
            name: Name of the report.
            parameters: The period, as for `report`.

        Raises:
            WrongUse: There is no such report, the period is not understood, or the report has no texts.
            Refused: The office has no folder, or a text of the period before cannot be used.
            Unavailable: The folder cannot be written.
        """
        report = self.registry.report(name)
        texts = self.texts
        if texts is None:
            raise Refused("Texte für Berichte liegen im Ordner des Büros; dieses Büro hat keinen Ordner.")
        if not report.slots:
            raise WrongUse(f"Der Bericht »{report.title}« hat keine Stellen für eigene Texte.")
        return texts.prepare(report.name, report.asked(self.view(), **parameters).time, report.slots)

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
        from koschuso.office.keeping_safe.safekeeping import backup  # noqa: PLC0415 - `import koschuso` stays cheap

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
        from koschuso.office.keeping_safe.safekeeping import restore  # noqa: PLC0415 - `import koschuso` stays cheap

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
        from koschuso.office.keeping_safe.safekeeping import verify  # noqa: PLC0415 - `import koschuso` stays cheap

        return verify(self.store.driver, stand)

    def _report_fields(self) -> str:
        """The fields of schools for reports, without those whose plugin is missing at the moment."""
        declared = self.registry.declared
        return ",".join(
            field.name
            for name in self.settings.report_fields
            if (field := declared.find(Organisation.KIND, name)) is not None
        )
