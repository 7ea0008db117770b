"""The words that an office writes for its reports: Markdown files in its folder, one for each slot and period.

    texte/taetigkeitsbericht/2025/ausblick.md

The files belong to the office. `TextFolder.prepare` lays them out for a new period, with last period's words as drafts;
it never changes or replaces a file that is there. A draft is not published: its first line says that it is one, and as
long as that line stands only the office itself sees the text.
"""

from __future__ import annotations

from koschuso.reporting.texts.filling import fill_slots
from koschuso.reporting.texts.folder import DRAFT, FOLDER, LARGEST, PreparedTexts, TextFolder
from koschuso.reporting.texts.markdown import read_markdown

__all__ = ["DRAFT", "FOLDER", "LARGEST", "PreparedTexts", "TextFolder", "fill_slots", "read_markdown"]
