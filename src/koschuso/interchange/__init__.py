"""Interchange with other programs: calendars, address books, messages, lists.

From the bytes upwards:

* the codec that calendars and cards share, lossless and streaming: `blocks`, `unfolding`, `contentline` with its `heads`,
  `textvalue`, `folding`, `segment` (where components begin and end), `component`; what they find is told by `notes`,
  bounded by `limits`;
* `aspect` and `foreign`: records on one side, properties on the other, and everything else kept verbatim at its place;
  `weaving` writes it back;
* the formats: `ical`, `vcard`, `outlook` (its contact list), `imip` (mails with a calendar), `one_per_file` (ZIP), `table`
  (CSV and XLSX), `archive` (JSON Lines), `survey` (answers of a survey, counted); `format` is what each of them is to
  the rest of koschuso;
* what stands beside them: `itip` (invitations and answers), `recurrence`, `targets` (what a program loses), `editions`
  (which of two is newer), and times: `calendar_values` and `zones`.
"""

__all__: list[str] = []
