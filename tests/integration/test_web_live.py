# SPDX-License-Identifier: EUPL-1.2
"""Pages that are told while they are looked at that something changed: what is told, to whom, for how long, and how many at a time."""
import json
import os
import re
import signal
import socket
import tempfile

import pytest

import webmap
from browser import HOST, Browser, await_web, with_web
from node import Clock, Federation, offered, wait_for


class Stream:
    """GET /events as a browser reads it."""

    def __init__(self, port, cookies, page=""):
        self.s = socket.create_connection(("127.0.0.1", port), timeout=20)
        cookie = "; ".join(f"{k}={v}" for k, v in cookies.items())
        self.s.sendall(f"GET /events?n={page} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode())
        self.got = b""
        while b"\r\n\r\n" not in self.got:
            self.more()
        head, self.got = self.got.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        self.status = int(self.head.split()[1])

    def more(self):
        got = self.s.recv(65536)
        if not got:
            raise EOFError(self.got)
        self.got += got

    def chunk(self):
        while True:
            size, line, rest = self.got.partition(b"\r\n")
            if line and len(rest) >= int(size, 16) + 2:
                self.got = rest[int(size, 16) + 2:]
                return rest[:int(size, 16)].decode()
            self.more()

    def next(self):
        """(event, data) of the next one that is no comment; ("", "") when it was ended."""
        text = getattr(self, "text", "")
        while True:
            block, end, rest = text.partition("\n\n")
            if not end:
                more = self.chunk()
                if not more:
                    assert not text
                    return "", ""
                text += more
                continue
            text = self.text = rest
            fields = dict(x.split(": ", 1) for x in block.split("\n") if not x.startswith(":"))
            if "event" in fields:
                return fields["event"], json.loads(fields["data"]) if fields["event"] == "changed" else fields["data"]

    def until(self, kind):
        """The first one that tells of this kind; whatever else happened meanwhile is its own affair."""
        while True:
            event, data = self.next()
            assert event == "changed", (event, data)
            if kind in data["kinds"]:
                return data

    def over(self):
        """The words until the end."""
        said = []
        while True:
            event, _ = self.next()
            if not event:
                return said
            said.append(event)

    def close(self):
        self.s.close()


@pytest.fixture(scope="module")
def house():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed, clock = Federation(d), Clock(d)
        a, b = fed.nodes
        with_web(b)
        try:
            fed.start(*clock.args)
            await_web(b)
            b.clock, b.goes = clock, a
            offered(a, b)
            yield b
        finally:
            fed.stop()


def comes_in(house):
    """One more referral, which arrives in its own time."""
    a = house.goes
    case = a.new_case(phone="000-111")
    a.consent(case, house.name)
    return a.refer(case, house.name)


def accept(house, who, ref):
    at = f"/r/{ref}/accept"
    wait_for("the form", lambda: at in who.get(at).forms)
    who.post(at)
    wait_for("it to be accepted", lambda: at not in who.get(at).forms)


def worker(house, name, role="caseworker"):
    b = Browser(house.web)
    page = b.first(house.k("staff", "add", name, "--role", role)["link"])
    assert b.status in (200, 404) and "__Host-kring" in b.cookies, page.text
    return b


@pytest.fixture(scope="module")
def anna(house):
    return worker(house, "Anna Verzonnen")


def counts(page):
    return re.search(r"Vandaag (\d*\+?) ?Ontvangen (\d*\+?) ?Verzonden", page.text).groups()


def test_what_comes_in_is_told_and_counted(house, anna):
    page = anna.get("/cases")
    assert counts(page) == ("1", "1")
    s = Stream(house.web, anna.cookies)
    assert s.status == 200 and "text/event-stream" in s.head and "no-store" in s.head and "default-src 'none'" in s.head and "X-Accel-Buffering: no" in s.head
    event, first = s.next()
    assert event == "changed" and first["kinds"] == [] and (first["waits"], first["answer"]) == ("1", "1")
    house.ref = comes_in(house)
    told = s.until("inbox")
    while told["answer"] != "2":  # the work may be told a moment later
        told = s.next()[1]
    assert told["n"] > first["n"] and told["waits"] == "2"
    assert set(told) == {"n", "kinds", "waits", "answer"} and house.ref not in json.dumps(told)
    assert counts(anna.get("/cases")) == ("2", "2")
    # who looks elsewhere is told of what is done here
    accept(house, anna, house.ref)
    while told["answer"] != "1":
        told = s.next()[1]
    s.close()


def number(page):
    """How new a page is."""
    return next(a["data-now"] for t, a in page.tags if t == "body")


def told_within(s, kind, seconds=1.5):
    """Is that kind told in this time?"""
    s.s.settimeout(seconds)
    try:
        s.until(kind)
    except TimeoutError:
        return False
    return True


def written_down(who, name):
    assert webmap.send(who, "/case/new", {"name": name, "phone": "000-222", "same": "new"}) == 303


def test_what_a_page_shows_is_no_news_on_it(house, anna):
    """The second of two changes waits to be told until the first is a quarter of a second old; the page that is asked for meanwhile has it."""
    beside = Stream(house.web, anna.cookies, number(anna.get("/cases")))
    assert beside.next()[1]["kinds"] == []
    for name in ("Eerste Verzonnen", "Tweede Verzonnen"):
        written_down(anna, name)
    page = anna.get("/cases")
    s = Stream(house.web, anna.cookies, number(page))
    assert "Tweede Verzonnen" in page.text and not told_within(s, "case")
    beside.until("case")  # that page does not have them


def test_what_came_between_a_page_and_its_stream_is_told(house, anna):
    page = anna.get("/cases")
    written_down(anna, "Derde Verzonnen")
    s = Stream(house.web, anna.cookies, number(page))
    assert "case" in s.next()[1]["kinds"]
    page = anna.get("/cases")
    s = Stream(house.web, anna.cookies, number(page))
    assert s.next()[1]["kinds"] == [] and not told_within(s, "case")


def test_who_has_no_cases_is_told_no_numbers(house, anna):
    b = worker(house, "Bea Bedacht", "coordinator")
    s = Stream(house.web, b.cookies)
    event, first = s.next()
    assert event == "changed" and (first["waits"], first["answer"]) == ("", "")
    s.close()


def test_it_ends_with_the_session(house, anna):
    b = Browser(house.web)
    b.sign_in("Anna Verzonnen")
    cookies = dict(b.cookies)
    here, other = Stream(house.web, cookies), Stream(house.web, anna.cookies)
    assert here.next()[0] == other.next()[0] == "changed"
    b.post("/logout")
    assert here.over()[-1:] == ["over"]
    gone = Stream(house.web, cookies)
    assert gone.status == 204
    assert Stream(house.web, {}).status == Stream(house.web, {"__Host-kring": "A" * 43}).status == 204
    # another session of the same person stays, until an administrator ends it
    comes_in(house)
    other.until("inbox")
    house.k("staff", "signout", "Anna Verzonnen")
    comes_in(house)
    assert other.over()[-1:] == ["over"]
    anna.cookies.clear()
    anna.sign_in("Anna Verzonnen")


def test_only_somebody_who_does_something_stays_signed_in(house, anna):
    """A page that is open and looked at by nobody is told of everything, and the session ends all the same."""
    b = Browser(house.web)
    b.sign_in("Anna Verzonnen")
    s = Stream(house.web, b.cookies)
    assert s.next()[0] == "changed"
    house.clock.set(10 * 60)
    house.k("status")
    comes_in(house)
    s.until("inbox")  # it was asked in this session
    house.clock.set(16 * 60)
    comes_in(house)
    assert s.over()[-1:] == ["over"]
    assert "U bent niet meer aangemeld" in b.get("/").text
    anna.cookies.clear()
    anna.sign_in("Anna Verzonnen")


def test_of_too_many_the_oldest_gives_way(house, anna):
    mine = [Stream(house.web, anna.cookies) for _ in range(5)]
    assert mine[0].over() == ["changed", "full"]
    for s in mine[1:]:
        assert s.next()[0] == "changed"
    # sixteen more sessions of two others take what there is; then whoever has most loses one, and pages are answered as ever
    others = []
    for name in ("Carla Verzinsel", "Dirk Verzonnen"):
        who = [worker(house, name)] + [Browser(house.web) for _ in range(7)]
        for b in who[1:]:
            b.sign_in(name)
        others += who
    streams = [Stream(house.web, b.cookies) for b in others for _ in range(4)]
    assert all(s.status == 200 for s in streams)
    assert mine[1].over() == ["full"]
    b = others[0].get("/in")
    assert "Ontvangen" in b.text
    held = fds(house)
    for s in streams + mine:
        s.close()
    wait_for("browsers that went away to be forgotten", lambda: fds(house) <= held - 60)
    again = [Stream(house.web, anna.cookies) for _ in range(4)]
    assert [s.next()[0] for s in again] == ["changed"] * 4
    for s in again:
        s.close()


def fds(house):
    return len(os.listdir(f"/proc/{house.children()['web']}/fd"))


def test_a_dead_core_ends_it_and_a_dead_web_too(house, anna):
    s = Stream(house.web, anna.cookies)
    assert s.next()[0] == "changed"
    os.kill(house.children()["core"], signal.SIGKILL)
    assert s.over()[-1:] == ["over"]  # sessions are not kept over that
    await_web(house)
    anna.cookies.clear()
    anna.sign_in("Anna Verzonnen")
    s, web = Stream(house.web, anna.cookies), house.children()["web"]
    assert s.next()[0] == "changed"
    os.kill(web, signal.SIGKILL)
    with pytest.raises((EOFError, ConnectionError)):
        s.over()
    wait_for("another web", lambda: house.children().get("web") not in (None, web))
    await_web(house)
    s = Stream(house.web, anna.cookies)
    assert s.next()[0] == "changed"
    comes_in(house)
    s.until("inbox")
