"""The office: the façade over store, plugins, catalogues and settings.

`facade` is what everyone uses; it stands on `core` (an open office and its records) and calls a module for each thing
that an office does:

* opening: `places` and `opening`, with what is decided in `settings`;
* taking in: `incoming`, `intake` with `recognising` (what is known already) and `merging` (what both sides changed),
  `importing` (what became of it), `surveying`;
* giving out: `view` (what reports and rules see), `exporting`, `messaging`;
* keeping safe: `safekeeping` with `backup_file` and `rotation`, `moving` to another store.
"""

from __future__ import annotations

from koschuso.office.core import SaveResult
from koschuso.office.exporting import ExportResult
from koschuso.office.facade import Office
from koschuso.office.importing import Change, ImportResult, Outcome
from koschuso.office.settings import Settings

__all__ = ["Change", "ExportResult", "ImportResult", "Office", "Outcome", "SaveResult", "Settings"]
