# SPDX-License-Identifier: EUPL-1.2
"""Screens in a browser, between real nodes: signing in, today, what was received, and what a browser gets when something is wrong."""
import os
import re
import signal
import socket
import struct
import subprocess
import tempfile

import pytest

import ctl
from browser import HOST, PHRASE, Browser, await_web, raw, with_web
from node import Clock, Federation, offered, wait_for
from passkeys import screens


@pytest.fixture(scope="module")
def house():
    """Goes and SMWO: two referrals arrived at SMWO, one of them urgent; Anna works at SMWO, and Bea looks after figures there."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed, clock = Federation(d), Clock(d)
        a, b = fed.nodes
        with_web(b)
        try:
            fed.start(*clock.args)
            await_web(b)
            b.clock = clock
            _, b.ref = offered(a, b)
            case = a.new_case(name="<script>alert(1)</script> & \"Zoë\"", phone="000-222")
            a.consent(case, b.name)
            b.urgent = a.refer(case, b.name, "--urgency", "urgent")
            b.await_state(b.urgent, "offered")
            b.links = {n: b.k("staff", "add", n, "--role", r)["link"] for n, r in (("Anna Verzonnen", "caseworker"), ("Bea Bedacht", "coordinator"))}
            yield b
        finally:
            fed.stop()


@pytest.fixture(scope="module")
def anna(house):
    """Signed in by the link, once."""
    b = Browser(house.web)
    assert "Anna Verzonnen" in b.first(house.links["Anna Verzonnen"]).text
    return b


# ---- the working day ----

def test_who_is_not_signed_in_gets_no_page(house):
    b = Browser(house.web)
    for path in ("/", "/in", "/out", "/?after=x"):
        status, head, text = b.ask("GET", path)
        assert (status, head["Location"], text) == (303, "/login", ""), path
    page = b.get("/login")
    assert page.lang == "nl" and "SMWO" in page.text and "Uw wachtzin" in page.text and "Anna" not in page.text
    assert Browser(house.web, "fr-BE,nl;q=0.5").get("/login").lang == "fr"
    assert Browser(house.web, "x,zz,de").get("/login").lang == "de" and Browser(house.web, "pt").get("/login").lang == "nl"


def test_today_and_received(house, anna):
    page = anna.get("/")
    assert anna.status == 200 and "U werkt voor SMWO" in page.text and "Anna Verzonnen" in page.text
    row = next(r for r in page.rows if house.ref in r)
    assert row[:3] == ["Antwoord geven", "Testpersoon Verzonnen", "Goes"] and row[4].startswith("▶ U bent aan zet, uiterlijk ")
    urgent = next(r for r in page.rows if house.urgent in r)
    assert urgent[0] == "Dringend Antwoord geven" and urgent[1] == "<script>alert(1)</script> & \"Zoë\""
    assert all(re.fullmatch(r"/a/\w+-[0-9a-f]{12}\.js", a["src"]) for t, a in page.tags if t == "script")
    page = anna.get("/in")
    row = next(r for r in page.rows if house.ref in r)
    assert row[0] == "Testpersoon Verzonnen" and row[2] == "Goes" and "U bent aan zet: antwoord geven" in row[4]
    assert ("a", {"href": "/in", "aria-current": "page"}) in page.tags
    page = anna.get("/out")
    assert "Er loopt nu geen doorverwijzing naar een partner." in page.text and not page.rows
    for lang, words in (("fr", "C'est à vous"), ("de", "Sie sind am Zug"), ("en", "Your move")):
        b = Browser(house.web, lang)
        b.cookies = dict(anna.cookies)
        page = b.get("/in")
        assert page.lang == lang and words in page.text and not re.search(r"\b[a-z]+-(due|n|title|when)\b|[{}]", page.text), page.text


def test_a_list_goes_on_where_it_ended(house, anna):
    """A page has a next one only when core says so; what is typed there is refused as any other form."""
    assert not [x for x in anna.get("/in").links if "after" in x]
    anna.get("/in?after=zzz")
    assert anna.status in (200, 409)
    for bad in ("after=a&after=b", "x=1", "after=%00", "after=a%2Fb", "after=" + "a" * 200):
        assert anna.ask("GET", f"/in?{bad}")[0] == 400, bad


def test_a_role_without_that_page_does_not_see_it(house):
    b = Browser(house.web)
    b.first(house.links["Bea Bedacht"])
    for path in ("/", "/in", "/out"):
        status, _, text = b.ask("GET", path)
        assert status == 404 and "Deze bladzijde is er niet, of niet voor u." in text and "Bedacht" not in text.replace("Bea Bedacht", ""), path
        assert "<nav" not in text and 'href="/me"' in text and 'action="/logout"' in text and 'href="/"' not in text.split("<main")[1].split("</main>")[0], text


def test_what_every_answer_says(house, anna):
    for path, cache in (("/", "no-store"), ("/login", "no-store"), ("/nothing", "no-store"), ("/healthz", "no-store")):
        _, head, _ = anna.ask("GET", path)
        assert head["Cache-Control"] == cache and head["X-Content-Type-Options"] == "nosniff" and head["Referrer-Policy"] == "same-origin", path
        assert head["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'") and "unsafe" not in head["Content-Security-Policy"]
        assert head["Strict-Transport-Security"] and "Content-Encoding" not in head
    style = next(a["href"] for t, a in anna.get("/").tags if t == "link")
    status, head, text = anna.ask("GET", style)
    assert status == 200 and "immutable" in head["Cache-Control"] and head["Content-Type"].startswith("text/css") and ":focus-visible" in text
    assert anna.ask("GET", "/a/kring.css")[0] == anna.ask("GET", "/a/..")[0] == 404


def test_a_title_names_nobody(house, anna):
    for path in ("/", "/in"):
        text = anna.ask("GET", path)[2]
        assert re.search("<title>(.*?)</title>", text)[1] in ("Vandaag – Kring", "Ontvangen – Kring")
        assert 'autocomplete="off"' in Browser(house.web).ask("GET", "/login")[2]


# ---- signing in and out ----

def test_signing_in_by_a_passphrase(house, anna):
    b = Browser(house.web)
    page = b.sign_in("Anna Verzonnen", "iets heel anders hier")
    assert b.status == 200 and "Aanmelden is niet gelukt" in page.text and "15 minuten dicht." in page.text and "{" not in page.text and "iets heel" not in page.text
    first = b.cookies["__Host-kring-pre"]
    page = b.sign_in("Anna Verzonnen")
    assert "Vandaag" in page.text and set(b.cookies) == {"__Host-kring"} and first not in b.cookies.values()
    page = b.post("/logout")
    assert "Uw wachtzin" in page.text and "__Host-kring" not in b.cookies
    page = b.first(house.links["Anna Verzonnen"])
    assert "Deze link werkt niet meer" in page.text
    page = b.first("geen link")
    assert "Deze link werkt niet meer" in page.text


def test_a_session_that_is_over_leads_to_signing_in(house, anna):
    b = Browser(house.web)
    b.sign_in("Anna Verzonnen")
    token = dict(b.cookies)
    b.post("/logout")
    b.cookies = token
    page = b.get("/")
    assert "U bent niet meer aangemeld" in page.text and "__Host-kring" not in b.cookies
    b.cookies = {"__Host-kring": "A" * 43}
    assert "U bent niet meer aangemeld" in b.get("/in").text


def test_a_form_from_elsewhere_does_nothing(house, anna):
    wrong = [dict(headers={"Sec-Fetch-Site": x}) for x in ("cross-site", "same-site", "none")]
    wrong += [dict(headers={"Sec-Fetch-Site": None}), dict(headers={"Sec-Fetch-Site": None, "Origin": "null"}),
              dict(headers={"Sec-Fetch-Site": None, "Origin": f"https://{HOST}.evil"}), dict(k="A" * 22), dict(k="")]
    for how in wrong:
        anna.get("/")
        anna.post("/logout", follow=False, **how)
        assert anna.status == 403 and "Er is niets gedaan" in anna.page.text, how
    for body in (b"", b"k", b"k=A&k=B", b"x=1"):
        assert anna.ask("POST", "/logout", body)[0] in (400, 403), body
    b = Browser(house.web)
    b.get("/login")
    other = Browser(house.web)
    other.get("/login")
    b.cookies = other.cookies  # the form of one, the cookie of another
    assert b.post("/login", name="Anna Verzonnen", phrase=PHRASE) and b.status == 403
    b.get("/login")
    k = b.page.forms["/login"]["k"]
    assert b.ask("POST", "/login/first", f"link=x&phrase=y&k={k}".encode())[0] == 403  # of another address
    assert b.ask("POST", "/login", f"name=Anna+Verzonnen&phrase=x+y&k={k}".encode(), Sec_Fetch_Site=None, Origin=f"https://{HOST}")[0] == 303
    assert "Anna Verzonnen" in anna.get("/").text  # still signed in


def test_five_wrong_ones_shut_the_door(house, anna):
    house.links["Carla"] = house.k("staff", "add", "Carla Verzinsel", "--role", "reader")["link"]
    b = Browser(house.web)
    b.first(house.links["Carla"])
    b.post("/logout")
    for _ in range(5):
        b.sign_in("Carla Verzinsel", "niet de goede woorden")
    assert "Aanmelden is niet gelukt" in b.sign_in("Carla Verzinsel").text
    assert "Anna Verzonnen" in Browser(house.web).sign_in("Anna Verzonnen").text  # nobody else's


# ---- what no browser sends ----

GET = b"GET /login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n"
POST = b"POST /login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
ODD = [
    (GET + b"\r\n", {200}),
    (b"HEAD /login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n", {200}),
    (GET + b"Host: " + HOST.encode() + b"\r\n\r\n", {400}),
    (b"GET /login HTTP/1.1\r\n\r\n", {400}),
    (b"GET /login HTTP/1.0\r\n\r\n", {400}),
    (b"GET /login HTTP/1.1\r\nHost: evil.example\r\n\r\n", {421}),
    (b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {421}),
    (b"GET /login HTTP/1.1\r\nHost: " + HOST.encode() + b".\r\n\r\n", {421}),
    (b"GET /login HTTP/1.1\r\nHost: " + HOST.encode() + b":80\r\n\r\n", {421}),
    (GET + b"Cookie: a=b\r\nCookie: c=d\r\n\r\n", {400}),
    (POST + FORM + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", {400}),
    (POST + FORM + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", {400}),
    (POST + FORM + b"\r\n", {411}),
    (POST + FORM + b"Content-Length : 1\r\n\r\na", {400}),
    (POST + FORM + b"Transfer-Encoding : chunked\r\nContent-Length: 1\r\n\r\na", {400}),
    (GET + b"X: a\rCookie: a=b\r\n\r\n", {400}),
    (POST + FORM + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", {411}),
    (POST + FORM + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", {400, 411}),
    (POST + FORM + b"Content-Length: 65537\r\n\r\n", {413}),
    (POST + FORM + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
    (POST + FORM + b"Content-Length: -1\r\n\r\n", {400, 413}),
    (POST + FORM + b"Content-Length: 1x\r\n\r\na", {400}),
    (POST + b"Content-Type: text/plain\r\nContent-Length: 1\r\n\r\na", {415}),
    (POST + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1\r\n\r\na", {415}),
    (POST + b"Content-Length: 1\r\n\r\na", {415}),
    (POST + FORM + b"Content-Length: 3\r\n\r\na=b", {400}),
    (b"DELETE /login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n", {405}),
    (b"TRACE /login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n", {405}),
    (b"OPTIONS * HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n", {400, 405}),
    (b"CONNECT x:1 HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n", {400, 405}),
    (b"POST / HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n" + FORM + b"Content-Length: 0\r\n\r\n", {405}),
    (b"GET http://" + HOST.encode() + b"/login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n", {400}),
    (GET.replace(b"/login", b"/%00login") + b"\r\n", {404}),
    (GET.replace(b"/login", b"/login%00x") + b"\r\n", {404}),
    (GET.replace(b"/login", b"/login%2Ffirst") + b"\r\n", {404}),
    (GET.replace(b"/login", b"//login") + b"\r\n", {404}),
    (GET.replace(b"/login", b"/x/../login") + b"\r\n", {404}),
    (GET.replace(b"/login", b"/login/") + b"\r\n", {404}),
    (GET.replace(b"/login", b"/\xc3\x28") + b"\r\n", {400, 404}),
    (GET.replace(b"/login", b"/%6Cogin") + b"\r\n", {200}),
    (GET.replace(b"/login", b"/" + b"a" * 3000) + b"\r\n", {414, 404}),
    (GET.replace(b"/login", b"/" + b"a" * 40000) + b"\r\n", {414, 431}),
    (GET + b"X: " + b"a" * 40000 + b"\r\n\r\n", {431}),
    (GET.replace(b"/login", b"/lo\0gin") + b"\r\n", {400, 404, None}),  # libmicrohttpd 1.0 closes the line
    (GET.replace(b" HTTP/1.1", b" HTTP/9.9") + b"\r\n", {400, 505}),
    (GET.replace(b" HTTP/1.1", b"") + b"\r\n", {400, None}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400, None}),
    (GET + b" folded: x\r\n\r\n", {200, 400}),
    (GET + b"No colon here\r\n\r\n", {400}),
]


def test_what_no_browser_sends_has_its_status(house):
    found = []
    for sent, want in ODD:
        got = re.match(rb"HTTP/1\.[01] (\d+) ", raw(house.web, sent))
        status = int(got[1]) if got else None
        if status not in want:
            found.append((sent[:90], status, want))
    assert not found, found
    assert Browser(house.web).ask("GET", "/healthz")[0] == 200 and "web" in house.children()


def test_requests_one_behind_the_other_on_one_line(house):
    one = GET + b"\r\n"
    with socket.create_connection(("127.0.0.1", house.web), timeout=10) as s:
        s.sendall(one * 3)
        got = b""
        while got.count(b"</html>") < 3:
            more = s.recv(65536)
            assert more, got[-300:]
            got += more
        assert got.count(b"HTTP/1.1 200") == 3


# ---- when something is gone ----

def test_the_screens_end_alone_and_come_back(house, anna):
    core, web = house.children()["core"], house.children()["web"]
    os.kill(web, signal.SIGKILL)
    wait_for("another web", lambda: house.children().get("web") not in (None, web))
    await_web(house)
    assert house.children()["core"] == core
    assert "Anna Verzonnen" in anna.get("/").text  # the session is core's


def test_a_node_that_does_not_answer_says_so(house, anna):
    core = house.children()["core"]
    os.kill(core, signal.SIGSTOP)
    try:
        page = anna.get("/")
        assert anna.status == 503 and "Er is niets verloren" in page.text and "/" in page.links
    finally:
        os.kill(core, signal.SIGCONT)
    assert anna.get("/") and anna.status == 200


def test_a_core_that_died_is_another_one(federation):
    n = federation("Goes").nodes[0]
    with_web(n)
    n.start()
    await_web(n)
    link = n.k("staff", "add", "Anna Verzonnen", "--role", "caseworker")["link"]
    b = Browser(n.web)
    b.first(link)
    web, core = n.children()["web"], n.children()["core"]
    os.kill(core, signal.SIGKILL)
    wait_for("another core", lambda: n.children().get("core") not in (None, core))
    await_web(n)
    assert n.children()["web"] == web
    assert "U bent niet meer aangemeld" in b.get("/").text  # sessions are not kept over that
    n.k("lock")
    wait_for("the node to be locked", lambda: Browser(n.web).ask("GET", "/login")[0] == 503)
    page = b.get("/login")
    assert b.status == 503 and "vergrendeld" in page.text
    assert b.ask("GET", "/healthz")[0] == 503


def test_without_that_setting_there_is_no_such_process(federation):
    n = federation("Goes").nodes[0]
    n.start()
    assert set(n.children()) == {"core", "net"}


def test_a_proxy_comes_by_a_socket_in_a_directory(federation):
    """Also after a run that left its socket behind; what is no socket stays, and then nobody is answered."""
    n = federation("Goes").nodes[0]
    at = n.fed.dir / "web.sock"
    screens(n, Listen=f"unix:{at}", Login="passphrase")

    def asked():
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                s.settimeout(20)
                s.connect(str(at))
                s.sendall(GET + b"Connection: close\r\n\r\n")
                return b"".join(iter(lambda: s.recv(65536), b""))
        except OSError:
            return b""
    n.start()
    wait_for("a page", lambda: asked().startswith(b"HTTP/1.1 200") and b"Uw wachtzin" in asked())
    children = n.children()
    n.proc.kill()
    n.proc.wait()
    wait_for("all of it to be gone", lambda: not any(os.path.exists(f"/proc/{p}") for p in children.values()))
    assert at.is_socket()
    n.start()
    wait_for("a page again", lambda: asked().startswith(b"HTTP/1.1 200"))
    n.stop()
    at.unlink()
    at.write_text("a letter")
    n.start()
    wait_for("the log to say so", lambda: "step=web-listen" in n.log.read_text())
    assert at.read_text() == "a letter" and "web" not in n.children()


def test_settings_that_would_open_too_much_end_the_start(federation):
    n = federation("Goes").nodes[0]
    conf = (n.dir / "kring.conf").read_text()
    for text, why in (("Listen=tcp://0.0.0.0:8780\nOrigin=https://kring.goes.example", "this address can be reached from outside"),
                      ("Listen=tcp://192.0.2.1:8780\nOrigin=https://kring.goes.example", "this address can be reached from outside"),
                      ("Listen=tcp://127.0.0.1:8780", "Listen= is there without Origin=")):
        (n.dir / "kring.conf").write_text(f"{conf}\n[Web]\n{text}\n")
        r = subprocess.run([str(n.fed.bin / "kringd"), "--dir", str(n.dir)], capture_output=True, text=True, timeout=20)
        assert r.returncode == 78 and why in r.stderr, (text, r)


def test_the_screens_are_behind_their_walls(house):
    """No file, no socket but where browsers come in, its two lines and those of browsers."""
    pid = house.children()["web"]
    status = dict(x.split(":", 1) for x in open(f"/proc/{pid}/status").read().splitlines())
    assert status["Seccomp"].strip() == "2" and status["NoNewPrivs"].strip() == "1" and status["Threads"].strip() == "1"
    links = [os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")]
    files = [x for x in links if x[0] == "/" and not x.startswith("/dev/") and not x.endswith(("/lock", ".log"))]
    assert not files, files
    inet = {row.split()[9] for row in open(f"/proc/{pid}/net/tcp").read().splitlines()[1:] if row.split()[3] == "0A"}
    listening = [x for x in links if x.startswith("socket:") and x.split("[")[1][:-1] in inet]
    assert len(listening) == 1


# ---- whoever takes that process over ----

class Taken:
    """Core alone, with this test at the other end of its line with the screens."""

    def __init__(self, node):
        self.line, theirs = socket.socketpair()
        self.end, core_end = socket.socketpair()
        self.end.settimeout(10)
        self.tag, self.read = 0, b""
        self.core = subprocess.Popen([str(node.fed.bin / "kringd_dev"), "--role", "core", "--dir", str(node.dir)], stdout=open(node.log, "ab"),
                                     stderr=subprocess.STDOUT, preexec_fn=lambda: os.dup2(theirs.fileno(), 4), pass_fds=(4,))
        socket.send_fds(self.line, [struct.pack("=I", 0xffffffff)], [core_end.fileno()])
        theirs.close()
        core_end.close()

    def ask(self, session=None, **command):
        self.tag += 1
        r = ctl.pb.Request(version=1, request_id=os.urandom(16))
        if session is not None:
            r.session = session
        for k, v in command.items():
            getattr(r, k).SetInParent()
            for f, x in v.items():
                setattr(getattr(r, k), f, x)
        raw = r.SerializeToString()
        self.end.sendall(struct.pack(">IBH", 3 + len(raw), 20, self.tag) + raw)
        return self.answer()

    def take(self, n):
        while len(self.read) < n:
            more = self.end.recv(65536)
            if not more:
                raise EOFError
            self.read += more
        got, self.read = self.read[:n], self.read[n:]
        return got

    def answer(self):
        whole = b""
        while True:
            n, kind, tag = struct.unpack(">IBH", self.take(7))
            assert tag == self.tag
            whole += self.take(n - 3)
            if kind == 22:
                return ctl.pb.Reply.FromString(whole)

    def stop(self):
        self.core.kill()
        self.core.wait()


def test_a_web_that_was_taken_over_gains_nothing(federation):
    fed = federation("Goes")
    n = fed.nodes[0]
    with_web(n)
    n.start()
    fed.import_roster(n)
    await_web(n)
    case = n.new_case()
    link = n.k("staff", "add", "Anna Verzonnen", "--role", "reader")["link"]
    b = Browser(n.web)
    b.first(link)
    Browser(n.web).first(n.k("staff", "add", "Bert Bedacht", "--role", "caseworker")["link"])
    n.stop()
    t = Taken(n)
    try:
        assert t.ask(public_status={}).public.org == "Goes"
        for command in ("status", "case_list", "staff_list", "backup", "lock", "panic", "unlock", "watch", "audit_list", "partner_list"):
            assert t.ask(**{command: {}}).code in ("session-missing", "request-not-one"), command
            for forged in (b"", bytes(32), os.urandom(32), b"x" * 31):
                assert t.ask(session=forged, **{command: {}}).code in ("session-over", "request-not-one"), (command, forged)
        # that something changed is told to nobody before a session asks for a page, also not beside an answer, and to nobody when it is over
        n.proc = t.core
        n.k("invite", "--org", "OCMW Balen", "--at", "tcp://127.0.0.1:9")
        assert t.ask(public_status={}).public.org == "Goes" and t.ask(session=os.urandom(32), case_show={"id": case}).code == "session-over"
        session = t.ask(login_passphrase={"name": "Anna Verzonnen", "passphrase": PHRASE}).session
        assert len(session) == 32
        got = t.ask(session=session, case_show={"id": case})
        assert not got.error and got.signed_in == "Anna Verzonnen" and got.own_org == "Goes"
        assert t.ask(session=session, watch={}).signed_in == "Anna Verzonnen"
        n.k("invite", "--org", "OCMW Mol", "--at", "tcp://127.0.0.1:9")
        assert struct.unpack(">IBHI", t.take(11)) == (7, 23, 0, 64)
        assert t.ask(session=session, case_new={}).code == "staff-no-right"  # a reader
        assert t.ask(session=session, staff_list={}).code == t.ask(session=session, lock={}).code == "staff-no-right"
        assert t.ask(session=session, case_erase={"id": case}).code == "staff-no-right"
        # what weighs heavily takes a proof that this process cannot make, whoever is signed in
        bert = t.ask(login_passphrase={"name": "Bert Bedacht", "passphrase": PHRASE}).session
        for heavy in ({"case_erase": {"id": case}}, {"file_read": {"case_id": case, "file": "1"}}, {"case_export": {"id": case}}):
            assert t.ask(session=bert, **heavy).code == "step-up-passkey", heavy
        assert t.ask(session=bert, step_up={"cred_id": b"x" * 32, "authenticator_data": b"x" * 40, "client_data": b"{}", "signature": b"x" * 64}).code == "step-up-passkey"
        assert not t.ask(session=bert, logout={}).error and not t.ask(session=session, logout={}).error
        assert t.ask(session=session, case_show={"id": case}).code == "session-over"
        for other in ("OCMW Geel", "OCMW Dessel"):
            n.k("invite", "--org", other, "--at", "tcp://127.0.0.1:9")
        assert struct.unpack(">IBHI", t.take(11)) == (7, 23, 0, 0)  # once: it may ask, and hears that it is over
        assert t.ask(session=session, watch={}).code == "session-over"
        # what is no question ends the line, and nobody else's
        t.end.sendall(struct.pack(">IBH", 3, 3, 1))
        with pytest.raises((EOFError, ConnectionError)):
            t.take(1)
        assert n.k("status")
    finally:
        t.stop()


# ---- many at once ----

def test_whoever_holds_lines_keeps_nobody_out(house, anna):
    """480 that begin a request and do not end it, and half a form: others are answered, and the oldest give way."""
    held = []
    try:
        for i in range(480):
            s = socket.create_connection(("127.0.0.1", house.web), timeout=10)
            s.sendall(GET if i % 2 else POST + FORM + b"Content-Length: 100\r\n\r\nname=")
            held.append(s)
        for _ in range(5):
            assert anna.get("/") and anna.status == 200
    finally:
        for s in held:
            s.close()
    assert Browser(house.web).ask("GET", "/healthz")[0] == 200


def test_many_questions_at_once_are_all_answered(house, anna):
    lines = []
    for _ in range(60):
        s = socket.create_connection(("127.0.0.1", house.web), timeout=20)
        s.sendall(GET.replace(b"/login", b"/") + f"Cookie: __Host-kring={anna.cookies['__Host-kring']}\r\n\r\n".encode())
        lines.append(s)
    for s in lines:
        got = b""
        while b"</html>" not in got:
            more = s.recv(65536)
            assert more, got[-300:]
            got += more
        assert got.startswith(b"HTTP/1.1 200") and b"Anna Verzonnen" in got
        s.close()
