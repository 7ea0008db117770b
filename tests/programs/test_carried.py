"""vdirsyncer carries our exports to a Radicale server on the loopback and back; nothing is lost on the way."""

import contextlib
import re
import socket
import subprocess
import time
import urllib.request
from datetime import datetime
from decimal import Decimal

import pytest
from content_lines import contents

from koschuso import Office
from koschuso.interchange import ical, vcard
from koschuso.model import Event, Participation, ParticipationStatus, Person, TimeSpan

pytestmark = [pytest.mark.slow, pytest.mark.programs]

SERVER = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = none
[rights]
type = authenticated
[storage]
filesystem_folder = {folder}
[web]
type = none
[logging]
level = warning
"""
# Out of one file to the server, and from there into a folder with one file for each item, as most programs keep them.
CLIENT = """
[general]
status_path = "{home}/status"
[pair out]
a = "export"
b = "server"
collections = null
[pair back]
a = "server"
b = "folder"
collections = null
[storage export]
type = "singlefile"
path = "{export}"
[storage server]
type = "{protocol}"
url = "{url}"
username = "office"
password = "none"
[storage folder]
type = "filesystem"
path = "{folder}"
fileext = "{suffix}"
"""
ADDRESS_BOOK = b"""<?xml version="1.0" encoding="UTF-8"?>
<create xmlns="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><card:addressbook/></resourcetype>
</prop></set></create>"""


@pytest.fixture
def server(programs):
    """A Radicale server of its own on a free port of the loopback."""
    radicale = programs("radicale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = radicale.home / "radicale.conf"
    config.write_text(SERVER.format(port=port, folder=radicale.home / "store"), encoding="utf-8")
    log = radicale.home / "radicale.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            radicale.command("-C", config), env=radicale.environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            patience = time.monotonic() + 30
            while True:
                assert process.poll() is None, log.read_text(encoding="utf-8")
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                assert time.monotonic() < patience, "Radicale does not answer"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def ask(method, url, body=b""):
    # nobody is asked for a password: the server takes whoever comes from the loopback for the named user
    request = urllib.request.Request(url, data=body, method=method, headers={"Authorization": "Basic b2ZmaWNlOm5vbmU="})  # noqa: S310 - the server that the test started
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        assert answer.status == 201


@pytest.fixture
def carried(programs, server):
    """Gives what comes back of a file that was carried to the server: one file for each item."""
    vdirsyncer = programs("vdirsyncer")

    def carry(data, suffix):
        calendar = suffix == ".ics"
        export, folder = vdirsyncer.home / f"export{suffix}", vdirsyncer.home / f"folder{suffix}"
        export.write_bytes(data)
        folder.mkdir()
        url = f"{server}/office/{suffix[1:]}/"
        ask("MKCALENDAR" if calendar else "MKCOL", url, b"" if calendar else ADDRESS_BOOK)
        config = vdirsyncer.home / f"vdirsyncer{suffix}.conf"
        config.write_text(
            CLIENT.format(
                home=vdirsyncer.home,
                export=export,
                folder=folder,
                suffix=suffix,
                protocol="caldav" if calendar else "carddav",
                url=url,
            ),
            encoding="utf-8",
        )
        for step in (("discover",), ("sync", "out"), ("sync", "back")):
            vdirsyncer.run("-c", config, *step, timeout=300)
        return [path.read_bytes() for path in sorted(folder.iterdir())]

    return carry


def imported(office, files, folder, suffix):
    """Import what came back: how many records are as they were, and everything that is not.

    Cards speak of each other (RELATED, MEMBER), so they are imported together; events each from its own file.
    """
    unchanged, news = 0, []
    for number, data in enumerate([b"".join(files)] if suffix == ".vcf" else files):
        path = folder / f"{number}{suffix}"
        path.write_bytes(data)
        result = office.import_file(path, dry_run=True)
        unchanged += len(result.unchanged)
        news += [(change.reference, change.fields) for change in result.changes if change.outcome != "unverändert"]
        news += [*result.refused, *result.findings]
    return unchanged, news


@pytest.mark.parametrize("name", ["kalender.ics", "kontakte.vcf"])
def test_the_example_office_comes_back_without_a_change(carried, demo, office, tmp_path, name):
    suffix = name[-4:]
    data = (demo / name).read_bytes()

    files = carried(data, suffix)

    assert len(files) == len(re.findall(rb"^BEGIN:(?:VEVENT|VTODO|VCARD)\r$", data, re.MULTILINE)) > 150
    assert contents(files) == contents([data])
    unchanged, news = imported(office, files, tmp_path, suffix)
    assert news == []
    assert unchanged >= len(files)


@pytest.mark.parametrize("suffix", [".ics", ".vcf"])
def test_what_programs_read_differently_comes_back_without_a_change(
    carried, odd_events, odd_people, stamped, tmp_path, suffix
):
    records = list(odd_events) if suffix == ".ics" else list(odd_people)
    data = ical.write(records, stamped) if suffix == ".ics" else vcard.write(records, stamped)
    with Office.init(tmp_path / "office", name="Muster", ags="05974") as office:
        office.save(*records)

        files = carried(data, suffix)

        assert contents(files) == contents([data])
        unchanged, news = imported(office, files, tmp_path, suffix)
    assert news == []
    assert unchanged == len(records)


ROLES = ("teilnehmend", "moderation", "gast", "organisation", "referent")


def guests():
    """Two events with guests: each status, roles, a recorded person, a substitute, and names to quote."""
    events = [
        Event(id=f"gaeste-{number}@odd.example", title="Fachtag", span=TimeSpan.at(datetime(2025, 10, day, 9), hours=3))
        for number, day in enumerate((15, 16))
    ]
    person = Person(id="p-1@odd.example", given_name="Çiğdem", family_name="Öztürk-Muster", email="c@kreis.example")
    names = ("Muster, Eva", 'Ali "Alex" Beispiel', "Chris: Muster; Süd", "Zoë ^ Beispiel", "ÄÖÜß " * 20 + "Ende")
    people = [
        Participation(
            id=f"t-{number}",
            event_id=events[0].id,
            name=names[number % len(names)].strip(),
            email=f"gast{number}@schule.example",
            status=status,
            hours=Decimal("1.5") if status is ParticipationStatus.TEILWEISE else None,
        )
        for number, status in enumerate(ParticipationStatus)
    ]
    people += [
        Participation(
            id=f"r-{role}", event_id=events[1].id, role=role, name=f"Rolle {role}", email=f"{role}@traeger.example"
        )
        for role in ROLES
    ]
    people += [
        Participation(id="verweis", event_id=events[1].id, person_id=person.id),
        Participation(
            id="vertreten",
            event_id=events[1].id,
            name="Wer fehlt",
            email="fehlt@schule.example",
            status=ParticipationStatus.VERTRETEN,
            substitute_id="r-" + ROLES[0],
        ),
    ]
    return [*events, *people], person


def test_participations_come_back_without_a_change(carried, tmp_path, stamped):
    records, person = guests()
    with Office.init(tmp_path / "office", name="Muster", ags="05974") as office:
        office.save(person, *records)
        office.export(tmp_path / "gaeste.ics")
        data = (tmp_path / "gaeste.ics").read_bytes()
        assert data.count(b"\nATTENDEE") == len(records) - 2

        files = carried(data, ".ics")

        assert contents(files) == contents([data])
        unchanged, news = imported(office, files, tmp_path, ".ics")
    assert news == []
    assert unchanged == len(records)
    # the plain writer as well: nothing depends on what the office filters
    assert {record.id for record in ical.read(ical.write(records, stamped)).records} == {r.id for r in records}
