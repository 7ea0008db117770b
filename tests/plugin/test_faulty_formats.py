"""Formats and renderers that are each wrong in one way are caught by the clause that they break; the healthy ones pass."""

import inspect
import json
import time
from datetime import date, datetime

import attrs
import pytest

from koschuso.codec import decode, encode
from koschuso.errors import InvalidRecord, KoschusoError
from koschuso.interchange.format import Format, Portion, ReadOptions, WriteOptions, Writing
from koschuso.model import Committee, Finding, Reading, Severity
from koschuso.reporting.document import Chart, Figures, Listing, Sign, Table
from koschuso.reporting.renderers import markdown
from koschuso.reporting.rendering import Renderer
from koschuso.testing import FormatConformance, RendererConformance
from koschuso.testing.clauses import clause_tests
from koschuso.testing.format_samples import samples_of
from koschuso.testing.renderer_conformance import readable_text

MARK = b"#gremien 1\n"


def write(records, options):
    """Healthy: one JSON document in each line."""
    fields = {field.name for field in options.fields}
    lines = [
        encode(attrs.evolve(record, foreign=(), extras={k: v for k, v in record.extras.items() if k in fields}))
        for record in records
    ]
    return Writing(data=MARK + b"".join(line + b"\n" for line in lines))


def read(data, _options):
    if not data.startswith(MARK):
        return Reading(findings=(Finding(rule="x.kopf", message="Kein Kopf.", severity=Severity.ERROR),))
    records, findings = [], []
    for number, line in enumerate(data[len(MARK) :].split(b"\n"), start=2):
        if not line:
            continue
        try:
            content = json.loads(line.decode())
            records.append(decode("committee", line, id=str(content["id"])))
        except (ValueError, TypeError, KeyError, RecursionError, KoschusoError):
            findings.append(Finding(rule="x.zeile", message="Unlesbar.", severity=Severity.ERROR, line=number))
    return Reading(records=tuple(records), findings=tuple(findings))


def portions(file, options):
    data = file.read()
    found = read(data, options)
    yield Portion(records=found.records, findings=found.findings, position=len(data))


HEALTHY = Format(
    name="muster:gremien",
    title="Gremien",
    suffixes=(".gremien",),
    recognise=lambda data: data.startswith(MARK),
    read=read,
    write=write,
    portions=portions,
    kinds=("committee",),
)


def _raises_on_unknown(data, options):
    text = data.decode("utf-8")  # raises UnicodeDecodeError
    return read(text.encode(), options)


def _keeping():
    kept = []

    def write_all(records, options):
        kept.extend(records)
        made = write(records, options)
        return attrs.evolve(made, data=made.data + b"".join(b"#" + encode(record) + b"\n" for record in kept))

    return write_all


def _counting():
    numbers = iter(range(10**9))
    return lambda data, options: attrs.evolve(
        read(data, options), findings=(Finding(rule="x.n", message=str(next(numbers)), severity=Severity.INFO),)
    )


def _half(records, options):
    return write(list(records)[: (len(records) + 1) // 2], options)


def _without(field, value):
    def lossy(records, options):
        return write([attrs.evolve(record, **{field: value}) for record in records], options)

    return lossy


def _bytes_of(change):
    def changed(records, options):
        made = write(records, options)
        return attrs.evolve(made, data=change(made.data))

    return changed


def _sorting(records, options):
    records.sort(key=lambda record: record.id)
    records.clear()
    return write(records, options)


def _needs_one(records, options):
    assert records[0]
    return write(records, options)


FORMATS = {
    "name without plugin": ("N1", {"name": "gremien"}),
    "no title": ("N1", {"title": " "}),
    "writes without saying which kinds": ("N1", {"kinds": ()}),
    "does not know its own file": ("K1", {"recognise": lambda data: data.startswith(b"#anders")}),
    "takes everything": ("K1", {"recognise": lambda _data: True}),
    "recogniser that raises": ("K1", {"recognise": lambda data: data.decode().startswith("#")}),
    "recogniser that gives a match": ("K1", {"recognise": lambda data: data[:3] == MARK[:3] and data}),
    "drops a field": ("R1", {"write": _without("rhythm", "")}),
    "drops every other record": ("R1", {"write": _half}),
    "gives new ids": (
        "R1",
        {
            "read": lambda data, options: Reading(
                records=tuple(attrs.evolve(r, id="neu") for r in read(data, options).records)
            )
        },
    ),
    "drops emoji": ("R2", {"write": _bytes_of(lambda data: data.replace("👩🏽\u200d🏫".encode(), b"?"))}),
    "eats markup": ("R2", {"write": _bytes_of(lambda data: data.replace(b"<script>", b""))}),
    "raises on bytes that are no text": ("R3", {"read": _raises_on_unknown}),
    "raises InvalidRecord's relatives": (
        "R3",
        {"read": lambda data, options: read(data, options) if data.count(b"\n") > 1 else Committee[data]},
    ),
    "gives None for rubbish": (
        "R3",
        {"read": lambda data, options: read(data, options) if data.startswith(MARK) else None},
    ),
    "portions forget the last record": (
        "R4",
        {"portions": lambda file, options: iter([Portion(records=read(file.read(), options).records[:-1])])},
    ),
    "reading depends on how often": ("R5", {"read": _counting()}),
    "writes the day of writing": (
        "W1",
        {"write": _bytes_of(lambda data: data + f"#{date.today():%d.%m.%Y}\n".encode())},  # noqa: DTZ011 - the fault
    ),
    "writes the second of writing": ("W1", {"write": _bytes_of(lambda data: data + f"#{int(time.time())}\n".encode())}),
    "writes the moment of writing": (
        "W1",
        {"write": _bytes_of(lambda data: data + f"#{datetime.now()}\n".encode())},  # noqa: DTZ005 - the fault
    ),
    "empties the caller's list": ("W2", {"write": _sorting}),
    "cannot write nothing": ("W3", {"write": _needs_one}),
    "leaves out without a word": ("W3", {"write": lambda r, o: attrs.evolve(write(r, o), missing=1)}),
    "gives text instead of bytes": ("W3", {"write": lambda r, o: Writing(data=write(r, o).data.decode())}),
    "remembers what it wrote before": ("W4", {"write": _keeping()}),
    "drops values of extension fields": (
        "X1",
        {"write": lambda records, options: write(records, attrs.evolve(options, fields=()))},
    ),
}


def broken_clauses(conformance, **fixtures):
    """Run the tests of a conformance class one by one; which clauses are broken?"""
    broken = {}
    for name, proved in clause_tests(conformance).items():
        test = getattr(conformance, name)
        wanted = [parameter for parameter in inspect.signature(test).parameters if parameter != "self"]
        with pytest.MonkeyPatch.context() as patch:
            given = {"monkeypatch": patch, **fixtures}
            try:
                test(conformance(), **{key: given[key]() if key == "file" else given[key] for key in wanted})
            except pytest.skip.Exception:
                continue
            except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever a fault leads to
                broken[proved.id] = f"{name}: {error!r}"
    return broken


def format_clauses(form):
    samples = samples_of(("committee",))

    def file():
        made = form.write(samples, WriteOptions(stamp=datetime.fromisoformat("2024-01-01T00:00:00Z")))
        return made.data if isinstance(made.data, bytes) else made.data.encode()

    return broken_clauses(FormatConformance, format=form, samples=samples, region="05", file=file)


def test_a_healthy_format_passes():
    assert format_clauses(HEALTHY) == {}


@pytest.mark.parametrize("fault", FORMATS)
def test_a_faulty_format_is_caught_by_the_clause_that_it_breaks(fault):
    clause, changes = FORMATS[fault]
    assert clause in format_clauses(attrs.evolve(HEALTHY, **changes))


def test_every_clause_of_formats_is_broken_by_some_faulty_format():
    assert {clause for clause, _ in FORMATS.values()} == {
        clause.id for clause in FormatConformance.koschuso_contract.clauses
    }


def test_a_reader_of_a_pure_reader_is_only_asked_to_read():
    reader = attrs.evolve(HEALTHY, write=None, kinds=())
    data = write(samples_of(("committee",)), WriteOptions(stamp=datetime.fromisoformat("2024-01-01T00:00:00Z"))).data
    assert broken_clauses(FormatConformance, format=reader, samples=(), region="05", file=lambda: data) == {}
    assert read(b"", ReadOptions()).findings
    with pytest.raises(InvalidRecord):
        Committee(id="", type="", name="")


# -- renderers ---------------------------------------------------------------------------------------------------------


PLAIN = Renderer(name="muster:text", title="Text", suffix=".text", media_type="text/markdown", render=markdown.render)


def _mapped(change):
    """Render a document whose blocks were changed."""

    def section(one):
        blocks = tuple(block for old in one.blocks for block in change(old))
        return attrs.evolve(one, blocks=blocks, sections=tuple(map(section, one.sections)))

    return lambda document: markdown.render(attrs.evolve(document, sections=tuple(map(section, document.sections))))


def _cells(change):
    def block(old):
        if isinstance(old, Table):
            rows = tuple(tuple(map(change, row)) for row in old.rows)
            totals = None if old.totals is None else tuple(map(change, old.totals))
            return (attrs.evolve(old, rows=rows, totals=totals),)
        return (old,)

    return _mapped(block)


def _unless(kind):
    return _mapped(lambda block: () if isinstance(block, kind) else (block,))


RENDERERS = {
    "suffix without dot": ("N1", {"suffix": "text"}),
    "no media type": ("N1", {"media_type": "text"}),
    "drops tables": ("E1", {"render": _unless(Table)}),
    "drops figures": ("E1", {"render": _unless(Figures)}),
    "drops charts": ("E1", {"render": _unless(Chart)}),
    "drops the notes": ("E1", {"render": lambda d: markdown.render(attrs.evolve(d, notes=()))}),
    "drops what is missing": ("E1", {"render": lambda d: markdown.render(attrs.evolve(d, missing=()))}),
    "drops the totals": (
        "E1",
        {"render": _mapped(lambda b: (attrs.evolve(b, totals=None),) if isinstance(b, Table) else (b,))},
    ),
    "drops lists": ("E2", {"render": _unless(Listing)}),
    "does not mark what is internal": ("E3", {"render": lambda d: markdown.render(attrs.evolve(d, internal=False))}),
    "marks everything as internal": ("E3", {"render": lambda d: markdown.render(attrs.evolve(d, internal=True))}),
    "writes the day of rendering": (
        "B1",
        {"render": lambda d: markdown.render(d) + f"\n{date.today():%d.%m.%Y}\n".encode()},  # noqa: DTZ011 - the fault
    ),
    "writes local time": (
        "B1",
        {"render": lambda d: markdown.render(d) + f"\n{d.as_of.astimezone():%H:%M}\n".encode()},
    ),
    "gives text": ("B1", {"render": lambda d: markdown.render(d).decode()}),
    "does not escape": ("T1", {"render": lambda d: markdown.render(d).replace(b"\\", b"")}),
    "stumbles over an emoji": ("T1", {"render": lambda d: markdown.render(d).decode().encode("latin-1", "strict")}),
    "writes 0 for unknown": ("U1", {"render": _cells(lambda cell: 0 if cell is Sign.UNKNOWN else cell)}),
    "leaves suppressed cells blank": ("U1", {"render": _cells(lambda cell: "" if cell is Sign.SUPPRESSED else cell)}),
    "takes codes for numbers": (
        "V1",
        {"render": _cells(lambda cell: str(int(cell)) if isinstance(cell, str) and cell.isdigit() else cell)},
    ),
    "writes English numbers": ("V1", {"render": lambda d: markdown.render(d).replace(b"0,33", b"0.33")}),
    "cannot render nothing": ("O1", {"render": lambda d: markdown.render(d) if d.sections[0].blocks else b""}),
}


def renderer_clauses(renderer):
    return broken_clauses(RendererConformance, renderer=renderer, text_of=readable_text)


def test_a_healthy_renderer_passes():
    assert renderer_clauses(PLAIN) == {}


@pytest.mark.parametrize("fault", RENDERERS)
def test_a_faulty_renderer_is_caught_by_the_clause_that_it_breaks(fault):
    clause, changes = RENDERERS[fault]
    assert clause in renderer_clauses(attrs.evolve(PLAIN, **changes))


def test_every_clause_of_renderers_is_broken_by_some_faulty_renderer():
    assert {clause for clause, _ in RENDERERS.values()} == {
        clause.id for clause in RendererConformance.koschuso_contract.clauses
    }
