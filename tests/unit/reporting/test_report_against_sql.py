"""The Tätigkeitsbericht of an office with thousands of records, number by number against hand-written SQL on its file."""

import pytest
from tests.bench import report_check, report_office, report_sql

from koschuso import Office


@pytest.mark.slow
@pytest.mark.parametrize("years", [1, 2, 5])
def test_every_number_is_the_one_that_sql_gives(tmp_path, years):
    folder = tmp_path / "buero"
    report_office.build(folder, report_office.smaller(20), years=years)
    with Office.open(folder) as office:
        document = office.report("taetigkeitsbericht", year=report_office.YEAR, audience="intern")
        found = report_sql.figures(
            folder / "koschuso.db", report_office.YEAR, prefix="05974", office=office.settings.office_id
        )
        assert report_check.compare(document, found, office, report_office.YEAR) > 300
