# SPDX-License-Identifier: EUPL-1.2
"""Files of a case in a browser: listed where the case and its handover are, saved whole, as bytes that do nothing, by who may."""
import http.client
import re
import socket
import struct
import tempfile

import pytest

from browser import PHRASE, Browser, await_web, with_web
from node import Clock, Federation, wait_for
from passkeys import Screen, b64, enrol
from test_added_files import begun
from staff import UIDS, Colleague, hire
from test_attachments import WITH, files, made, whole
from test_webrefer import colleague

PIECE = 12 * 49152


@pytest.fixture(scope="module")
def house():
    """Goes gave a case to SMWO and added files to it since: one of several pieces, one without a byte, one that would like to be a page."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        clock = Clock(d)
        with_web(b)
        try:
            fed.start(*clock.args)
            await_web(b)
            fed.agree(a, b, WITH, WITH)
            fed.agree(b, a, WITH, WITH)
            b.case_a, b.ref, b.case = begun(a, b, "taken")
            b.paths = [made(d, "Brief van Fatima.pdf", 2 * PIECE + 7), made(d, "empty.txt", 0), made(d, "page.html", 300)]
            for p in b.paths:
                a.k("case", "attach", b.case_a, str(p))
                whole(b, b.case, b.paths.index(p) + 1)
            b.goes, b.clock = a, clock
            hire(b, "privacy")
            colleague(b)
            yield b
        finally:
            fed.stop()


def signed_in(node, role="caseworker", name=None):
    x = Browser(node.web)
    x.name = name or f"Collega {role}"
    screen, key = enrol(node, x.name, role)
    x.cookies = {"__Host-kring": b64(screen.step_up(key).session)}
    return x


def save(x, path):
    """(status, headers, bytes) of what a browser would write to its disk."""
    c = http.client.HTTPConnection("127.0.0.1", x.port, timeout=20)
    c.request("GET", path, headers={"Host": x.host, "Cookie": f"__Host-kring={x.cookies['__Host-kring']}", "Accept-Language": "nl"})
    r = c.getresponse()
    got = r.status, r.headers, r.read()
    c.close()
    return got


def at(node, name, case=None):
    row = next(r for r in files(node, case or node.case) if r["name"] == name)
    return f"/c/{case or node.case}/files/{row['id']}"


def test_what_was_added_is_listed_and_saved(house):
    x, big = signed_in(house, name="Anna Verzonnen"), house.paths[0]
    page = x.get(f"/c/{house.case}")
    links = [p for p in page.links if "/files/" in p]
    assert links == [at(house, p.name) for p in house.paths] and f"{big.name} ({(big.stat().st_size + 1023) // 1024} kB, van Goes)" in page.text, page.text
    assert [p for p in x.get(f"/h/{house.ref}").links if "/files/" in p] == links
    for path, p, end in zip(links, house.paths, ("pdf", "txt", "bin")):
        status, head, got = save(x, path)
        assert (status, got) == (200, p.read_bytes()) and int(head["Content-Length"]) == len(got)
        assert head["Content-Type"] == "application/octet-stream" and head["X-Content-Type-Options"] == "nosniff" and head["Cache-Control"] == "no-store"
        assert re.fullmatch(r'attachment; filename="kring-[0-9a-f]{8}-[0-9a-f]{8}\.' + end + '"', head["Content-Disposition"]), head["Content-Disposition"]
        assert "default-src 'none'" in head["Content-Security-Policy"]
    # once each, however many pieces it was
    rows = [e for e in Colleague(house, UIDS["privacy"]).ask("audit_list").audit if e.event == "export"]
    assert len(rows) == 3 and {e.actor for e in rows} == {x.name}, rows


def test_who_may_not_gets_none(house):
    path, missing = at(house, house.paths[0].name), "0" * 32
    reader, admin, x = signed_in(house, "reader"), signed_in(house, "administrator"), signed_in(house, name="Bert Bedacht")
    assert save(reader, path)[0] == 200
    status, head, got = save(admin, path)
    assert status == 404 and b"text/html" in head["Content-Type"].encode() and house.paths[0].name.encode() not in got
    for wrong in (path[:-1], path.replace(path[-32:], "1"), path.replace(path[-32:], house.paths[1].name), f"/c/{missing}/files/{path[-32:]}", path[:-32] + missing):
        assert save(x, wrong)[0] in (404, 409), wrong
    nobody = Browser(house.web)
    nobody.cookies = {"__Host-kring": "A" * 43}
    assert save(nobody, path)[0] == 303
    # a passphrase is no passkey
    typed = Browser(house.web)
    typed.first(house.k("staff", "add", "Carla Verzinsel", "--role", "caseworker")["link"], PHRASE)
    assert "Dit kan alleen met een passkey" in typed.get(path).text


def test_a_screen_that_was_left_alone_is_asked_first(house):
    """Two minutes after the passkey was shown; the way back leads to where the file stands."""
    x = signed_in(house, name="Dirk Verzonnen")
    assert save(x, at(house, house.paths[1].name))[0] == 200
    house.clock.set(300)
    status, head, _ = save(x, at(house, house.paths[0].name))
    assert status == 303 and head["Location"] == f"/step-up?to=%2Fc%2F{house.case}"
    assert x.get(head["Location"]).forms["/step-up"]["to"] == f"/c/{house.case}"


class Slow:
    """A browser that takes what it saves in its own time."""

    def __init__(self, x, path):
        self.s = socket.socket()
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.s.settimeout(20)
        self.s.connect(("127.0.0.1", x.port))
        self.s.sendall(f"GET {path} HTTP/1.1\r\nHost: {x.host}\r\nCookie: __Host-kring={x.cookies['__Host-kring']}\r\n\r\n".encode())
        self.status = int(self.s.recv(16).split()[1])

    def rest(self):
        n = 0
        try:
            while got := self.s.recv(1 << 20):
                n += len(got)
        except ConnectionResetError:
            pass
        return n


def test_who_is_signed_out_gets_no_further_and_two_are_enough(house):
    x, other = signed_in(house, name="Els Bedacht"), signed_in(house, name="Fien Verzinsel")
    path = made(house.dir, "long.pdf", 10 * 2**20)
    house.goes.k("case", "attach", house.case_a, str(path))
    whole(house, house.case, 4)
    where = at(house, path.name)
    slow = [Slow(x, where) for _ in range(2)]
    assert [s.status for s in slow] == [200, 200]
    assert save(x, where)[0] == 429 and save(other, where)[0] == 200
    house.k("staff", "signout", x.name)
    assert slow[0].rest() < path.stat().st_size
    slow[1].s.close()  # went away in the middle
    key = signed_in(house, name="Gijs Bedacht")
    wait_for("both places", lambda: save(key, where)[0] == 200)


def test_a_save_that_lasts_asks_who_it_is_once(house):
    """At its beginning.  It goes on in the session in which it began, also when the passkey is shown again meanwhile; any other asks."""
    x = Browser(house.web)
    screen, key = enrol(house, "Iris Verzonnen", "caseworker")
    x.cookies = {"__Host-kring": b64(screen.step_up(key).session)}
    path = made(house.dir, "scan.pdf", 6 * 2**20)
    house.goes.k("case", "attach", house.case_a, str(path))
    row = wait_for("the file", lambda: [r for r in files(house, house.case) if r["name"] == path.name and r["state"] == "whole"])[0]
    where = f"/c/{house.case}/files/{row['id']}"
    slow = Slow(x, where)
    assert slow.status == 200
    began = next(e for e in Colleague(house, UIDS["privacy"]).ask("audit_list").audit if e.event == "export" and e.actor == "Iris Verzonnen")
    later = dict(case_id=house.case, file=row["id"], seq=began.seq, **{"from": 24})
    assert len(screen.ask("file_read", **later).contents) == 12
    house.clock.set(struct.unpack("=q", house.clock.map[:])[0] + 300)
    # not this file under another entry, not another file under this one, not in another session of the same person
    assert len(screen.ask("file_read", **later).contents) == 12
    assert screen.ask("file_read", **{**later, "seq": began.seq - 1}).code == "step-up-needed"
    assert screen.ask("file_read", **{**later, "from": 0}).code == "step-up-needed"
    assert screen.ask("file_read", **{**later, "file": files(house, house.case)[0]["id"], "from": 1}).code == "step-up-needed"
    other = Screen(house)
    assert other.sign_in(key).session
    house.clock.set(struct.unpack("=q", house.clock.map[:])[0] + 300)
    assert other.ask("file_read", **later).code == "step-up-needed"
    # the passkey is shown once more on another page of the same browser
    proof = key.get(screen.ask("step_up_begin").ask)
    x.get("/step-up")
    x.post("/step-up", follow=False, to="/", cred=b64(proof["cred_id"]), auth=b64(proof["authenticator_data"]), client=b64(proof["client_data"]), sig=b64(proof["signature"]))
    assert x.status == 303 and x.headers["Location"] == "/", x.page.text
    assert screen.ask("session_list").code == "session-over"
    assert slow.rest() >= path.stat().st_size


def test_what_the_person_takes_back_is_gone_from_the_page(house):
    x, path = signed_in(house, name="Hans Bedacht"), at(house, house.paths[0].name)
    gid = next(g["id"] for g in house.goes.k("consent", "list", house.case_a)["grants"] if g["purpose"] == "handover")
    house.goes.k("consent", "withdraw", gid, "--yes")
    wait_for("the files to go", lambda: not files(house, house.case))
    assert save(x, path)[0] == 409 and not [p for p in x.get(f"/c/{house.case}").links if "/files/" in p]
