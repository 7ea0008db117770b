"""koschuso's own formats and renderers keep the contracts that plugins have to keep."""

import pytest

from koschuso.plugin.registry import Registry
from koschuso.testing import FormatConformance, RendererConformance
from koschuso.testing.clauses import clause, not_applicable


class TestCalendar(FormatConformance):
    @pytest.fixture
    def format(self):
        return Registry.load().formats["koschuso:ical"]


class TestAddressBook(FormatConformance):
    @pytest.fixture
    def format(self):
        return Registry.load().formats["koschuso:vcard"]


class TestCalendarArchive(FormatConformance):
    @pytest.fixture
    def format(self):
        return Registry.load().formats["koschuso:ical-zip"]


class TestAddressBookArchive(FormatConformance):
    @pytest.fixture
    def format(self):
        return Registry.load().formats["koschuso:vcard-zip"]


class _Own(RendererConformance):
    name = ""

    @pytest.fixture
    def renderer(self):
        return Registry.load().renderers[self.name]


class TestHtml(_Own):
    name = "koschuso:html"


class TestMarkdown(_Own):
    name = "koschuso:markdown"


class TestCsv(_Own):
    name = "koschuso:csv"

    @clause("E2", tier="should")
    def test_e2_paragraphs_and_lists_are_in_the_file(self):
        """A table for calculating has no place for prose."""
        not_applicable("CSV enthält Tabellen und Kennzahlen, keine Absätze und Listen.")


class TestDocx(_Own):
    name = "koschuso:docx"


class TestXlsx(_Own):
    name = "koschuso:xlsx"


class TestJson(_Own):
    name = "koschuso:json"
