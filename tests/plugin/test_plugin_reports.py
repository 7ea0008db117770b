"""A plugin's report is asked for like one of koschuso's own: by its options, on the command line and in the list."""

import json

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.office.settings_edit import change_settings

REPORT = """
def build(view, parameters):
    words = ", ".join(f"{name}={value}" for name, value in sorted(parameters.options.items()))
    table = Table(key="angaben", title="Angaben", columns=(TableColumn(title="Angaben"),), rows=((words,),))
    section = Section(title="Angaben", blocks=(table,))
    return make_document("muster:probe", view, parameters, title="Probe", sections=(section,))

@hookimpl
def koschuso_reports():
    return [
        Report(
            name="muster:probe",
            title="Probe",
            description="Sagt, was sie gefragt wurde.",
            build=build,
            kinds=(PeriodKind.KALENDERJAHR,),
            audiences=("intern",),
            parameters=(
                Option(name="kennung_des_orts", title="Kennung des Orts", example="aula", required=True),
                Option(name="zahl", title="Wie viele", type=OptionType.NUMBER, least=1, most=9, default="3"),
                Option(name="seit", title="Seit wann", type=OptionType.DAY, example="15.10.2025"),
                Option(name="nach", title="Wonach", type=OptionType.CHOICE, choices=("Ort", "Art"), default="Ort"),
                Option(name="jahr", title="Ein Jahrgang", example="5"),
            ),
        )
    ]
"""


@pytest.fixture
def ask(site, tmp_path, monkeypatch, capsys):
    site.install("muster", REPORT)
    folder = tmp_path / "buero"
    Office.init(folder, name="Koordinierungsstelle Muster", ags="05974").close()
    change_settings(folder, plugins=("muster",))
    monkeypatch.chdir(folder)

    def run(*arguments):
        status = main(["report", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_its_options_are_on_the_command_line(ask):
    given = ("--kennung-des-orts", "mensa", "--zahl", "07", "--seit", "1.8.2025", "--nach", "art", "--jahr", "5")
    status, _, err = ask("probe", *given, "--year", "2024", "-o", "a.csv")
    assert (status, err) == (0, "")
    with open("a.csv", encoding="utf-8-sig") as file:  # noqa: PTH123 - the folder is the present one
        assert "jahr=5, kennung_des_orts=mensa, nach=Art, seit=2025-08-01, zahl=7" in file.read()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "»muster:probe« braucht --kennung-des-orts: Kennung des Orts."),
        (
            ("--kennung-des-orts", "x", "--zahl", "10"),
            "Angabe zahl »10« wird nicht verstanden; erwartet wird eine ganze Zahl von 1",
        ),
        (("--kennung-des-orts", "x", "--seit", "bald"), "erwartet wird ein Tag wie 15.10.2025."),
        (("--kennung-des-orts", "x", "--nach", "Farbe"), "erwartet wird eines von Ort, Art."),
        (
            ("--stichtag", "15.10.2025"),
            "»muster:probe« kennt die Option --stichtag nicht; er nimmt --year 2025, --audience",
        ),
        (("--leerzeilen", "3"), "kennt die Option --leerzeilen nicht; er nimmt --year 2025"),
    ],
)
def test_what_it_cannot_take_is_refused_like_anywhere(ask, given, said):
    status, out, err = ask("muster:probe", *given, "-o", "a.csv")
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_it_has_help_and_stands_in_the_list_below_its_plugin(ask):
    shown = ask("muster:probe", "--help")[1]
    assert "Aufruf: koschuso report muster:probe -o ZIEL --kennung-des-orts WERT" in shown
    assert "Probe. Sagt, was sie gefragt wurde." in shown
    assert "--zahl ZAHL" in shown
    assert "möglich ist eine ganze Zahl von 1 bis 9; sonst 3." in " ".join(shown.split())
    assert "--jahr TEXT" in shown
    assert "--year JAHR" in shown
    listed = ask("--list")[1]
    assert "Berichte von muster:\n\nmuster:probe  Probe\n" in listed
    assert all(len(line) <= 80 for line in listed.splitlines())
    told = next(one for one in json.loads(ask("--list", "--json")[1]) if one["name"] == "muster:probe")
    assert (told["plugin"], told["audiences"]) == ("muster", ["intern"])
    assert [one["option"] for one in told["parameters"]] == [
        "--kennung-des-orts",
        "--zahl",
        "--seit",
        "--nach",
        "--jahr",
    ]
    assert told["parameters"][3]["choices"] == ["Ort", "Art"]


def test_a_near_name_is_offered_with_its_plugin(ask):
    assert "meinten Sie muster:probe?" in ask("muster:prob", "-o", "a.csv")[2]


@pytest.mark.usefixtures("ask")
def test_the_checks_try_it_with_its_own_examples_and_for_whom_it_is(capsys):
    assert main(["plugins", "muster", "--check", "--json"]) in {0, 1}
    checked = json.loads(capsys.readouterr().out)["plugins"][0]
    assert not [found for found in checked["shortfalls"] if found["clause"] == "B2"]
