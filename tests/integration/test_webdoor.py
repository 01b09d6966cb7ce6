# SPDX-License-Identifier: EUPL-1.2
"""The door of the screens: many lines, slow ones, many tries, a node that is locked, dead or without room: a page in words each time, and the
process lives."""
import os
import signal
import socket
import tempfile

import pytest

from browser import HOST, PHRASE, Browser, await_web, raw, with_web
from node import Federation, wait_for
from passkeys import screens

HEAD = b"GET /login HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n"


def behind(node, path):
    """A proxy would come by this socket."""
    node.web = str(path)
    screens(node, Listen=f"unix:{path}", Login="passphrase")


@pytest.fixture(scope="module")
def goes():
    """Goes behind a proxy, with Anna; and a line that says its head too slowly, from the beginning."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, orgs=("Goes",))
        a = fed.nodes[0]
        behind(a, fed.dir / "web.sock")
        try:
            fed.start()
            await_web(a)
            a.slow = line(a)
            a.slow.sendall(HEAD)
            a.case = a.new_case(name="Wilhelmina Verzonnen")
            assert "Anna" in Browser(a.web).first(a.k("staff", "add", "Anna Verzonnen", "--role", "caseworker")["link"]).text
            a.children_then = a.children()
            yield a
        finally:
            fed.stop()


@pytest.fixture
def anna(goes):
    b = Browser(goes.web)
    assert "Anna Verzonnen" in b.sign_in("Anna Verzonnen").text
    return b


def line(node):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(node.web)
    return s


def sign_in(node, address, name, phrase):
    b = Browser(node.web)
    head = {"X-Forwarded-For": address} if address else {}
    b.get("/login", **head)
    b.post("/login", headers=head, name=name, phrase=phrase)
    return b


def test_ten_tries_from_one_address_shut_it_for_a_minute(goes):
    """Whoever the names are; what a browser says of itself before the proxy's word counts for nothing."""
    for i in range(10):
        assert "Aanmelden is niet gelukt" in sign_in(goes, f"203.0.113.{i}, 198.51.100.7", f"Niemand {i}", PHRASE).page.text
    for lang_of in ("198.51.100.7", "192.0.2.1, 198.51.100.7"):
        b = sign_in(goes, lang_of, "Anna Verzonnen", PHRASE)
        assert "Vanaf deze plaats mislukte het aanmelden te vaak." in b.page.text and "__Host-kring" not in b.cookies
    b.get("/login/first", X_Forwarded_For="198.51.100.7")
    assert "te vaak" in b.post("/login/first", headers={"X-Forwarded-For": "198.51.100.7"}, link="A" * 43, phrase=PHRASE).text or b.status == 200
    assert "Anna Verzonnen" in sign_in(goes, "198.51.100.8", "Anna Verzonnen", PHRASE).page.text
    assert "Anna Verzonnen" in sign_in(goes, "203.0.113.1", "Anna Verzonnen", PHRASE).page.text
    assert "Anna Verzonnen" in sign_in(goes, None, "Anna Verzonnen", PHRASE).page.text


def test_one_address_does_not_take_all_questions(goes, anna):
    """While core is slow sixteen of an address wait; the next is told so at once, and other addresses wait like anybody."""
    def ask(address):
        s = line(goes)
        s.sendall(HEAD.replace(b"/login", b"/") + f"Cookie: __Host-kring={anna.cookies['__Host-kring']}\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
        return s

    def answer(s):
        got = b""
        while b"</html>" not in got:
            more = s.recv(65536)
            assert more, got[-200:]
            got += more
        s.close()
        return got

    core = goes.children()["core"]
    os.kill(core, signal.SIGSTOP)
    try:
        waiting = [ask("198.51.100.20") for _ in range(16)]
        # each is asked in its turn: the last of them was taken when a page that needs no core comes
        assert Browser(goes.web).ask("GET", "/nothing")[0] == 404
        told = answer(ask("198.51.100.20"))
        assert told.startswith(b"HTTP/1.1 429") and "Vanaf uw netwerk wachten nu te veel vragen".encode() in told
        waiting.append(ask("198.51.100.21"))
    finally:
        os.kill(core, signal.SIGCONT)
    for s in waiting:
        assert answer(s).startswith(b"HTTP/1.1 200")
    assert anna.get("/") and anna.status == 200


def test_six_hundred_lines_keep_nobody_out(goes, anna):
    held = []
    try:
        for i in range(600):
            s = line(goes)
            s.sendall(HEAD if i % 2 else HEAD.replace(b"GET", b"POST") + b"Content-Length: 100\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nname=")
            held.append(s)
        for _ in range(3):
            assert anna.get("/") and anna.status == 200
    finally:
        for s in held:
            s.close()
    assert anna.get("/") and anna.status == 200 and goes.children() == goes.children_then


def test_what_is_too_large_is_said_in_words(goes, anna):
    for lang, words in (("nl", "is te groot."), ("fr", "est trop grand."), ("en", "is too large."), ("de", "ist zu groß.")):
        b = Browser(goes.web, lang)
        b.cookies = dict(anna.cookies)
        status, _, text = b.ask("POST", f"/c/{goes.case}/note", None, Content_Type="application/x-www-form-urlencoded", Content_Length="65537")
        assert status == 413 and words in text, lang
    assert "Dit is niet het adres van uw organisatie." in Browser(goes.web, host="127.0.0.1").ask("GET", "/")[2]


def test_a_core_that_dies_under_a_form_loses_no_text(goes, anna):
    at, core = f"/c/{goes.case}/note", goes.children()["core"]
    anna.get(at)
    os.kill(core, signal.SIGSTOP)  # so that it cannot be quicker
    anna_post = line(goes)
    body = "&".join(f"{k}={v}" for k, v in {**anna.page.forms[at], "text": "onder+een+dode+kern"}.items()).encode()
    anna_post.sendall(b"POST " + at.encode() + b" HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                      + f"Cookie: __Host-kring={anna.cookies['__Host-kring']}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    assert Browser(goes.web).ask("GET", "/nothing")[0] == 404
    os.kill(core, signal.SIGKILL)
    got = anna_post.recv(65536).decode()
    anna_post.close()
    assert got.startswith("HTTP/1.1 303"), got
    there = next(x.split(": ")[1] for x in got.split("\r\n") if x.startswith("Location: ")).split("#")[0]
    assert there.startswith(f"{at}?e=")
    wait_for("another core", lambda: goes.children().get("core") not in (None, core))
    await_web(goes)
    assert goes.children()["web"] == goes.children_then["web"]
    page = anna.get(there)
    assert "U bent niet meer aangemeld" in page.text and "Wat u typte, is bewaard." in page.text
    page = anna.post("/login", name="Anna Verzonnen", phrase=PHRASE)
    assert "onder een dode kern" in page.text and "Het is niet zeker of dit gedaan is." in page.text
    anna.post(at, text="onder een dode kern")
    assert anna.get(f"/c/{goes.case}").text.count("onder een dode kern") == 1


def test_a_line_that_is_too_slow_is_hung_up_on(goes):
    """Begun with the node; it has ten seconds, and nobody noticed it."""
    got = b"x"
    while got:
        got = goes.slow.recv(4096)
        assert not got.startswith(b"HTTP/1.1 2")


def test_a_node_that_is_locked_says_so_and_keeps_the_text(goes, anna):
    at = f"/c/{goes.case}/note"
    anna.get(at)
    goes.k("lock")
    wait_for("the lock", lambda: Browser(goes.web).ask("GET", "/healthz")[0] == 503)
    anna.post(at, follow=False, text="achter slot")
    there = anna.headers["Location"].split("#")[0]
    assert anna.status == 303 and there.startswith(f"{at}?e=")
    for lang, words in (("nl", "vergrendeld"), ("fr", "verrouillé"), ("en", "locked"), ("de", "gesperrt")):
        b = Browser(goes.web, lang)
        b.cookies = dict(anna.cookies)
        assert words in b.get(there).text and b.status == 503, lang
    assert goes.children()["web"] == goes.children_then["web"]
    goes.stop()
    goes.start()  # with its key; the process of the screens is another one, and so is what it knows
    await_web(goes)
    assert "U bent niet meer aangemeld" in anna.get(there).text


def test_of_one_program_on_this_machine_sixteen_lines_wait(federation):
    n = federation("Goes").nodes[0]
    with_web(n)
    n.start()
    await_web(n)
    held = [socket.create_connection(("127.0.0.1", n.web), timeout=10) for _ in range(60)]
    try:
        for s in held:
            s.sendall(HEAD)
            s.setblocking(False)

        def gone():
            k = 0
            for s in held:
                try:
                    k += s.recv(1) == b""
                except BlockingIOError:
                    pass
                except ConnectionResetError:
                    k += 1
            return k
        wait_for("all but sixteen to be hung up on", lambda: gone() >= 44)
        assert raw(n.web, HEAD + b"\r\n").startswith(b"HTTP/1.1 200")
    finally:
        for s in held:
            s.close()


def test_a_full_disk_is_said_and_the_text_is_kept(federation, die_at):
    n = federation("Goes").nodes[0]
    with_web(n)
    n.start()
    n.fed.import_roster(n)
    await_web(n)
    case = n.new_case()
    b = Browser(n.web)
    b.first(n.k("staff", "add", "Anna Verzonnen", "--role", "caseworker")["link"])
    at = f"/c/{case}/note"
    page = b.get(at)
    die_at(1, 1)
    try:
        b.post(at, follow=False, text="op een volle schijf")
        there = b.headers["Location"].split("#")[0]
        assert b.status == 303 and there.startswith(f"{at}?e="), there
        page = b.get(there)  # looking is written down, too: so even that page may have to wait
        assert b.status in (409, 503) and "Deze pagina lukt nu niet." in page.text or "Het systeem antwoordt nu niet." in page.text or "op een volle schijf" in page.text, page.text
    finally:
        die_at(0)
    wait_for("all to run", lambda: set(n.children()) == {"core", "net", "web"})
    await_web(n)
    page = b.get(there)
    if "/login" in page.forms:
        page = b.post("/login", name="Anna Verzonnen", phrase=PHRASE)
    assert "op een volle schijf" in page.text
    b.post(at, text="op een volle schijf")
    assert b.get(f"/c/{case}").text.count("op een volle schijf") == 1
