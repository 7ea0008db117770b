"""The office: the façade over store, plugins, catalogues and settings."""

from __future__ import annotations

from koschuso.office.exporting import ExportResult
from koschuso.office.facade import Office, SaveResult
from koschuso.office.importing import Change, ImportResult, Outcome
from koschuso.office.settings import Settings

__all__ = ["Change", "ExportResult", "ImportResult", "Office", "Outcome", "SaveResult", "Settings"]
