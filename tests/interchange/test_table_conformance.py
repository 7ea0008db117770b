"""Tables and the archive keep the contract of formats that the kit proves."""

import attrs
import pytest

from koschuso.interchange import archive, table
from koschuso.testing import FormatConformance


class TestCsv(FormatConformance):
    @pytest.fixture(params=["organisation", "person", "event", "consultation"])
    def format(self, request):
        # a CSV file is of one kind
        return attrs.evolve(table.CSV, kinds=(request.param,))


class TestXlsx(FormatConformance):
    @pytest.fixture
    def format(self):
        return table.XLSX


class TestArchive(FormatConformance):
    @pytest.fixture
    def format(self):
        return archive.FORMAT
