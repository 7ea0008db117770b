"""vdirsyncer subscribes to our feed over HTTP, as calendars on telephones do, and keeps its folder as the feed is."""

import threading
from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import attrs
import pytest
from content_lines import components_of, contents

from koschuso import Office
from koschuso.model import Event, EventStatus

pytestmark = [pytest.mark.slow, pytest.mark.programs]

CLIENT = """
[general]
status_path = "{home}/status"
[pair subscription]
a = "feed"
b = "folder"
collections = null
[storage feed]
type = "http"
url = "http://127.0.0.1:{port}/{name}"
[storage folder]
type = "filesystem"
path = "{folder}"
fileext = ".ics"
"""


class Silent(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing about it."""

    def log_message(self, *_):
        pass


@pytest.fixture
def subscriber(programs, tmp_path):
    """Gives the folder that the feeds are served from, and what a subscriber has after looking at one of them."""
    vdirsyncer = programs("vdirsyncer")
    served = tmp_path / "served"
    served.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=served))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def look(name):
        folder = vdirsyncer.home / "folder"
        config = vdirsyncer.home / "vdirsyncer.conf"
        if not folder.exists():
            folder.mkdir()
            config.write_text(
                CLIENT.format(home=vdirsyncer.home, port=server.server_port, name=name, folder=folder),
                encoding="utf-8",
            )
            vdirsyncer.run("-c", config, "discover")
        vdirsyncer.run("-c", config, "sync", timeout=300)
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.iterdir())}

    yield served, look
    server.shutdown()
    thread.join(timeout=30)
    server.server_close()


def said(files):
    """The content of events without UID: vdirsyncer gives those that it subscribes to one of their content."""
    found = Counter()
    for (whole, inside), count in contents(files).items():
        name, lines = whole
        found[name, frozenset(line for line in lines if line[0].name != "UID"), inside] += count
    return found


def told(files):
    return said([data for _, data in files.values()])


def sequences(data):
    return {
        (texts["UID"], texts.get("RECURRENCE-ID", "")): int(texts["SEQUENCE"])
        for texts in (
            {line.name: line.value for line in component.lines}
            for component in components_of(data)
            if component.name == "VEVENT"
        )
    }


def test_a_subscriber_has_what_the_feed_has_also_after_it_has_changed(subscriber, odd_events, tmp_path):
    served, look = subscriber
    feed = served / "kalender.ics"
    with Office.init(tmp_path / "office", name="Muster", ags="05974") as office:
        office.save(*odd_events)
        office.feed(feed, audience="intern")
        first = look(feed.name)
        before = feed.read_bytes()

        assert told(first) == said([before])
        assert len(first) == len({event.occurrence_of or event.id for event in odd_events})

        office.feed(feed, audience="intern")
        assert feed.read_bytes() == before
        assert look(feed.name) == first

        day = office.get(Event, "tag@odd.example")
        office.save(attrs.evolve(day, title="Ganztägig: verschobener Pädagogischer Tag"))
        office.save(attrs.evolve(office.get(Event, "utc@odd.example"), status=EventStatus.ABGESAGT))
        office.save(attrs.evolve(office.get(Event, "fern@odd.example"), status=EventStatus.VERWORFEN))
        office.feed(feed, audience="intern")
        second = look(feed.name)

    assert told(second) == said([feed.read_bytes()])
    # what has not changed is not even written again: two are new and three are gone, two of them in their new form
    assert len(second.keys() - first.keys()) == 2
    assert len(first.keys() - second.keys()) == 3
    assert all(first[name] == second[name] for name in first.keys() & second.keys())
    risen = {key for key, number in sequences(feed.read_bytes()).items() if number > sequences(before)[key]}
    assert risen == {("tag@odd.example", ""), ("utc@odd.example", "")}


def test_a_subscriber_gets_the_public_events_of_the_example_office(subscriber, office):
    served, look = subscriber
    feed = served / "oeffentlich.ics"
    office.feed(feed)

    files = look(feed.name)

    data = feed.read_bytes()
    assert told(files) == said([data])
    assert len(files) == data.count(b"BEGIN:VEVENT") > 0
    assert b"ATTENDEE" not in data
    assert b"BEGIN:VALARM" not in data
