"""The office: the façade over store, plugins, catalogues and settings.

`facade` is what everyone uses; it stands on `core` (an open office and its records) and calls a module for each thing
that an office does:

* opening: `places` and `opening`, with what is decided in `settings` (`settings_edit` changes single ones, and
  `toml_places` finds them in the file);
* `taking_in/`: imports as one act, and the answers of surveys;
* giving out: `view` (what reports and rules see), `exporting`, `messaging`;
* `keeping_safe/`: backups, restoring, verifying, moving to another store.
"""

from __future__ import annotations

from koschuso.office.core import SaveResult
from koschuso.office.exporting import ExportResult
from koschuso.office.facade import Office
from koschuso.office.settings import Settings
from koschuso.office.taking_in.importing import Change, ImportResult, Outcome

__all__ = ["Change", "ExportResult", "ImportResult", "Office", "Outcome", "SaveResult", "Settings"]
