"""Documents with everything that a report can hold, for the tests beside this file."""

from datetime import UTC, date, datetime
from fractions import Fraction

from koschuso.reporting import (
    BUILTIN_RENDERERS,
    Chart,
    ChartKind,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Item,
    Listing,
    Missing,
    Section,
    Series,
    Sign,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.document import Paragraph, Points, Prose, Span

NUMBER, COUNT, DATE, CODE = ColumnType.NUMBER, ColumnType.COUNT, ColumnType.DATE, ColumnType.CODE


def a_document(*sections, **more):
    given = {
        "title": "Tätigkeitsbericht",
        "office": "Koordinierungsstelle Musterkreis",
        "period": "Schuljahr 2024/25",
        "as_of": datetime(2025, 8, 1, 10, tzinfo=UTC),
        "renderers": BUILTIN_RENDERERS,
        **more,
    }
    return Document(sections=sections, **given)


def sorting_table():
    """A table in an order of its own, with a value of each kind and each sign."""
    return Table(
        key="sortiert",
        title="Zum Sortieren",
        columns=(
            Column(title="Name", header=True),
            Column(title="Anzahl", type=COUNT),
            Column(title="VZÄ", type=NUMBER, group="Umfang"),
            Column(title="Tag", type=DATE, group="Umfang"),
            Column(title="Nummer", type=CODE),
        ),
        rows=(
            ("Öde", 12345, Fraction(-1, 2), date(2025, 2, 1), "05974"),
            ("Zülpich", Sign.SUPPRESSED, Fraction(19, 2), date(2024, 12, 31), "100"),
            ("Ahlen", 999, Sign.UNKNOWN, Sign.NOT_APPLICABLE, "9"),
            ("Olpe", 7, Fraction(100, 3), date(2025, 1, 15), "00001"),
        ),
        totals=("Summe", Sign.SUPPRESSED, Sign.UNKNOWN, Sign.NOT_APPLICABLE, ""),
    )


def wide_table(columns):
    return Table(
        key=f"breit-{columns}",
        title=f"Tabelle mit {columns} Spalten",
        columns=(
            Column(title="Schule", header=True),
            *(
                Column(title=f"Anstellungsträgerschaft {number}", type=NUMBER, unit="VZÄ")
                for number in range(1, columns)
            ),
        ),
        rows=tuple(
            (f"Städtische Gemeinschaftsgrundschule {row}", *(Fraction(row * column, 7) for column in range(1, columns)))
            for row in range(30)
        ),
    )


def long_table(rows=120):
    """A table over several pages, whose rows have several lines each."""
    return Table(
        key="lang",
        title="Lange Tabelle",
        columns=(Column(title="Kopfzeilenwort", header=True), Column(title="Inhalt"), Column(title="Zahl", type=COUNT)),
        rows=tuple((f"Anfang{row:03}", f"{'mehrere Zeilen mit Text ' * 12}Ende{row:03}", row) for row in range(rows)),
    )


def charts():
    """A chart of each kind, with many series, signs and long names."""
    for kind in ChartKind:
        series = 1 if kind is ChartKind.BAR else 6
        yield Chart(
            key=f"bild-{kind.value.replace('_', '-')}",
            title=f"Diagramm {kind.value}",
            description="Es steigt von links nach rechts.",
            kind=kind,
            categories=tuple(f"Kategorie {number} mit einem langen Namen, der umbricht" for number in range(5)),
            category_title="Kategorie",
            series=tuple(
                Series(
                    name=f"Reihe {row}",
                    values=tuple(Sign.SUPPRESSED if row == 2 and n == 1 else 10 + row * 5 + n * 4 for n in range(5)),
                )
                for row in range(series)
            ),
            unit="Kontakte",
            digits=0,
        )


def everything():
    """A document with every block, marked INTERN."""
    prose = Prose(
        key="ausblick",
        parts=(
            Paragraph(
                (
                    Span("Wir danken "),
                    Span("allen", strong=True),
                    Span(", siehe "),
                    Span("die Seite", link="https://www.kreis.example/a?b=1"),
                )
            ),
            Points(
                (
                    (Paragraph((Span("Erstens", emphasis=True),)), Points(((Paragraph((Span("darunter"),)),),))),
                    (Paragraph((Span("Zweitens"),)),),
                ),
                ordered=True,
            ),
        ),
    )
    return a_document(
        Section(
            title="Worte",
            blocks=(
                Text(paragraphs=("Ein Absatz.", "Noch einer mit einem " + "Donaudampfschifffahrtsgesellschaft" * 6)),
                Text(paragraphs=("Eine Bemerkung.",), style=TextStyle.NOTE),
                prose,
                Listing(items=(Item("Punkt", lead="März 2025", items=(Item("darunter"),)), Item("Ende")), ordered=True),
                Figures(
                    items=tuple(
                        Figure(label=f"Kennzahl {n}", value=value, unit="VZÄ", note="davon viele")
                        for n, value in enumerate((Fraction(1, 3), 12345, Sign.UNKNOWN, Sign.SUPPRESSED, 0))
                    )
                ),
            ),
            sections=(Section(title="Darunter", sections=(Section(title="Ganz unten"),)),),
        ),
        Section(
            title="Tabellen",
            blocks=(
                sorting_table(),
                *map(wide_table, (9, 12, 18)),
                Table(key="leer", title="Leer", columns=(Column(title="A"),), rows=()),
            ),
        ),
        Section(title="Bilder", blocks=tuple(charts())),
        internal=True,
        created=date(2025, 8, 2),
        scope="Musterkreis",
        audience_label="nur intern",
        missing=(Missing(what="Angaben fehlen", count=3),),
        suppressed=2,
        suppression_note="Kleine Zahlen werden ersetzt.",
        notes=("Gezählt wird so.",),
    )
