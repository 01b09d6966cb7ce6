# SPDX-License-Identifier: EUPL-1.2
"""What a worker's machine keeps of a day with people: Chromium is killed as by a power cut, and its whole profile is searched.  The same
search finds what pages of another kind leave there, each of which is a way in which names were kept before."""
import http.server
import os
import signal
import socketserver
import tempfile
import threading
import urllib.parse

import pytest

from browser import Browser, await_web, with_web
from chromium import Chrome
from node import Federation, offered, wait_for
from test_webrefer import colleague

MARKS = ["Zorgvuldigjenaam", "Zeldzaamverhaal", "Onvindbaarenotitie", "Geheimezoekterm", "Verbodenbericht"]
CONTROLS = ["Titelcontrole", "Adrescontrole", "Opslagcontrole", "Voorraadcontrole", "Formuliercontrole"]


class Careless(http.server.BaseHTTPRequestHandler):
    """Everything that ours do not: a name in the title and in the address, something in storage, a page that may be kept, a form that is
    answered with a page."""

    def do_GET(self):
        body = (f"<!DOCTYPE html><title>{CONTROLS[0]}</title><p>{CONTROLS[3]} {'x' * 5000}</p><script>localStorage.setItem('a', '{CONTROLS[2]}')</script>"
                f"<form method='post' action='/sent'><input name='q' value='{CONTROLS[4]}'><button>x</button></form>").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "max-age=3600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args):
        pass


def found(profile, words):
    """Which of the words lie in which files, as UTF-8 or UTF-16; they have no letter that an address writes with a %."""
    out = {}
    for d, _, names in os.walk(profile):
        for n in names:
            path = os.path.join(d, n)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            raw = open(path, "rb").read()
            for w in words:
                if any(x in raw for x in (w.encode(), w.encode("utf-16-le"), w.encode("utf-16-be"))):
                    out.setdefault(w, []).append(os.path.relpath(path, profile))
    return out


@pytest.fixture
def goes():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        port = with_web(a)
        conf = a.dir / "kring.conf"
        conf.write_text(conf.read_text().replace("Origin=https://kring.goes.example", f"Origin=http://localhost:{port}"))
        try:
            fed.start()
            await_web(a, host=f"localhost:{port}")
            a.case, a.ref = offered(a, b)
            colleague(a)
            Browser(port, host=f"localhost:{port}").first(a.k("staff", "add", "Bert Bedacht", "--role", "caseworker")["link"])
            yield a
        finally:
            fed.stop()


def a_day(c, node):
    """Signed in, somebody looked for, written down, noted, referred, a message: all of it marked."""
    def type_in(**fields):
        for name, text in fields.items():
            c.js(f"let e = document.querySelector(`main [name='{name}']`); for (let p = e; p; p = p.parentElement) if (p.tagName == 'DETAILS') p.open = true;"
                 f"e.value = '{text}'")

    send = "main form.fields button"
    c.sign_in("Bert Bedacht")
    c.open("/cases")
    type_in(q=MARKS[3])
    c.press(send)
    c.open("/case/new")
    type_in(name=f"{MARKS[0]} Verzonnen", story=MARKS[1], health=MARKS[1])
    c.press("main form.fields p.acts button")
    at = "/c/" + c.standing(lambda: c.d.current_url).split("/c/")[1].split("?")[0]
    assert MARKS[0] in c.text()
    c.open(at + "/note")
    type_in(text=MARKS[2])
    c.press(send)
    assert MARKS[2] in c.text()
    c.open(f"/r/{node.ref}/message")
    type_in(text=MARKS[4])
    c.press(send)
    assert MARKS[4] in c.text()
    c.d.back()
    c.open(at + "/edit")
    c.find("main [name=goals]").send_keys(MARKS[1])  # half typed


def test_a_day_leaves_nothing_of_a_person_on_the_disk(goes):
    with tempfile.TemporaryDirectory(prefix="kring-profile-", ignore_cleanup_errors=True) as profile, socketserver.ThreadingTCPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        c = Chrome(goes.web, profile=profile)
        try:
            a_day(c, goes)
            c.d.switch_to.new_window("tab")
            careless = f"http://127.0.0.1:{server.server_address[1]}/"
            c.d.get(careless + "?" + urllib.parse.urlencode({"q": CONTROLS[1]}))
            c.press("button")
            # what was written later is there: so is what was written before
            wait_for("the planted ones to be on the disk", lambda: len(found(profile, CONTROLS)) == len(CONTROLS), 120)
            root = int(c.d.capabilities.get("goog:processID", 0)) or next(int(p) for p in os.listdir("/proc") if p.isdigit() and is_browser(p, profile))
            os.kill(root, signal.SIGKILL)
        finally:
            c.d.quit()
            server.shutdown()
        kept = found(profile, MARKS)
        assert not kept, kept
        assert set(found(profile, CONTROLS)) == set(CONTROLS)


def is_browser(pid, profile):
    """The first process of the browser, which has no type."""
    try:
        line = open(f"/proc/{pid}/cmdline", "rb").read().decode(errors="replace")
    except OSError:
        return False
    return f"--user-data-dir={profile}" in line and "--type=" not in line and "chromedriver" not in line.split("\0")[0]
