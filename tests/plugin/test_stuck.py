"""A plugin that hangs, crashes or ends the program is named, and can be switched off without being loaded."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.cli.patience import naming_plugins
from koschuso.office.settings import Settings
from koschuso.office.settings_edit import change_settings
from koschuso.plugin.failure import PluginState, Stage
from koschuso.plugin.registry import Registry
from koschuso.plugin.roll_call import roll_call

BOUNDED = ["koschuso>=0.1,<0.2"]
HANGING = "import time\nwhile True: time.sleep(0.05)"
STUCK = {
    "hangs": HANGING,
    "hangs whatever happens": "import time\nwhile True:\n    try: time.sleep(0.05)\n    except BaseException: pass",
    "ends the program": "import os\nos._exit(0)",
    "crashes": "import os\nos.abort()",
    "exits": "import sys\nsys.exit('Schluss')",
    "interrupts": "raise KeyboardInterrupt",
    "hangs when asked": "@hookimpl\ndef koschuso_fields():\n    import time\n    while True: time.sleep(0.05)",
}


@pytest.fixture
def place(site):
    """An office that has the plugin »krank« switched on, whatever it does."""
    Office.init(site.folder / "buero", name="Büro", ags="05974").close()
    change_settings(site.folder / "buero", plugins=("gesund", "krank"))
    return site.folder / "buero"


@pytest.mark.parametrize("case", STUCK)
def test_a_plugin_is_switched_off_without_being_loaded(site, place, case, capsys):
    site.install("krank", STUCK[case], requires=BOUNDED)
    assert main(["plugins", "krank", "--aus", "--buero", str(place)]) == 0
    assert Settings.read(place).plugins == ("gesund",)
    assert "ausgeschaltet" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("case", STUCK)
def test_the_others_are_shown_with_stage_and_cause_of_the_one_that_is_stuck(site, place, case, capsys):
    site.install("krank", STUCK[case], requires=BOUNDED)
    assert main(["plugins", "--json", "--timeout", "8", "--buero", str(place)]) == 1
    content = json.loads(capsys.readouterr().out)
    states = {info["name"]: info["state"] for info in content["plugins"]}
    assert states["gesund"] == PluginState.ACTIVE
    assert states["krank"] == PluginState.LEFT_OUT
    [failure] = content["failures"]
    assert failure["plugin"] == "krank"
    assert failure["distribution"] == "koschuso-krank"
    assert failure["stage"] == ("call" if case == "hangs when asked" else "import")


@pytest.mark.slow
@pytest.mark.parametrize("case", ["hangs", "ends the program"])
def test_a_plugin_that_is_stuck_is_not_switched_on(site, place, case, capsys):
    change_settings(place, plugins=())
    site.install("krank", STUCK[case], requires=BOUNDED)
    assert main(["plugins", "krank", "--ein", "--timeout", "8", "--buero", str(place)]) == 1
    assert Settings.read(place).plugins == ()
    assert "nicht eingeschaltet: Das Plugin" in capsys.readouterr().err


@pytest.mark.slow
def test_two_that_end_the_program_are_both_named(site):
    for name in ("eins", "zwei"):
        site.install(name, STUCK["ends the program"], requires=BOUNDED)
    called = roll_call(["eins", "gesund", "zwei"])
    assert {(failure.plugin, failure.stage) for failure in called.failures} == {
        ("eins", Stage.IMPORT),
        ("zwei", Stage.IMPORT),
    }
    assert "beendet das Programm (Status 0)" in called.failures[0].cause
    assert {info.name: info.state for info in called.plugins}["gesund"] is PluginState.ACTIVE


def test_who_keeps_a_command_waiting_is_told_with_place_and_what_to_do(site):
    site.install("krank", "import time\ntime.sleep(1.2)", requires=BOUNDED)
    told = io.StringIO()
    with redirect_stderr(told), naming_plugins(["list", "person", "--buero", "Büro 1"], patience=0.2):
        Registry.load(["krank"], distributions=site.distributions)
    [line] = told.getvalue().splitlines()
    assert "»krank« lädt seit" in line
    assert "fake_koschuso_krank, Zeile" in line
    assert 'koschuso plugins krank --aus --buero "Büro 1"' in line


def test_who_is_quick_is_not_named(site):
    told = io.StringIO()
    with redirect_stderr(told), naming_plugins([], patience=0.05):
        Registry.load(["gesund"], distributions=site.distributions)
        time.sleep(0.3)
    assert told.getvalue() == ""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_names_the_plugin(site, place):
    site.install("krank", f"import os\nopen({str(site.folder / 'da')!r}, 'w').close()\n{HANGING}", requires=BOUNDED)
    process = subprocess.Popen(
        [sys.executable, "-m", "koschuso", "list", "person", "--buero", str(place)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site.folder), *filter(None, sys.path)])},
    )
    while not (site.folder / "da").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (
        "Abgebrochen, während das Plugin »krank« an der Reihe war (Schritt »Laden«, fake_koschuso_krank, Zeile" in told
    )
    assert f"koschuso plugins krank --aus --buero {place}" in told
    assert "Traceback" not in told
