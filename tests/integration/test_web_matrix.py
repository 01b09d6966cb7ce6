# SPDX-License-Identifier: EUPL-1.2
"""Every role at every address of the screens: a page and a form are there for whom routes.psv names, and for anybody else as if they were
not.  An address that is added later is in it by its row."""
import os
import re
import tempfile

import pytest

import webmap
from browser import Browser, await_web, with_web
from node import Federation, offered
from passkeys import b64, enrol
from staff import UIDS

NOBODY = "0" * 32
ENDS = ("/logout", "/me/signout")  # asked last: they end the session


@pytest.fixture(scope="module")
def goes():
    """Goes with one person referred to SMWO, and one colleague of each role at a screen."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        with_web(a)
        try:
            fed.start()
            await_web(a)
            a.case, a.ref = offered(a, b)
            a.grant = a.k("consent", "list", a.case)["grants"][0]["id"]
            a.people = {role: signed_in(a, role) for role in UIDS}
            yield a
        finally:
            fed.stop()


def signed_in(node, role):
    """Somebody new of that role, with a passkey, as some roles must have one."""
    x = Browser(node.web)
    x.cookies = {"__Host-kring": b64(enrol(node, f"Collega {os.urandom(3).hex()}", role)[0].session)}
    return x


def matrix():
    """{(method, pattern): (who, the form as it is sent)}"""
    rows = [x.split("|") for x in webmap.MATRIX.read_text().splitlines() if x and x[0] != "#"][1:]
    return {(m, p): (set(who.split()), dict(f.split("=") for f in form.split())) for m, p, who, form in rows}


def draft_of(node, browser):
    """A draft of whoever may have one; nobody's for all others."""
    if webmap.send(browser, f"/refer/{node.case}") != 303 or not browser.headers["Location"].endswith("/need"):
        return NOBODY
    return browser.headers["Location"].split("/")[2]


def address(node, browser, pattern):
    path = pattern
    if "DRAFT" in path:
        path = path.replace("DRAFT", draft_of(node, browser))
    if path.startswith("/found/N"):
        found = browser.headers["Location"] if webmap.send(browser, "/cases/find", {"q": "Testpersoon"}) == 303 else "/found/" + "0" * 16
        return found + path[8:]
    for word, value in (("/FILE", "/" + NOBODY), ("/consent/ID", f"/consent/{node.grant}"), ("ID", node.case), ("CASE", node.case), ("REF", node.ref), ("ACT", "message"), ("PASSKEY", NOBODY)):
        path = path.replace(word, value)
    assert not any(c.isupper() for c in path.replace(node.ref, "")), path
    return path


def asked(node, browser, method, pattern, form):
    """(status, page)"""
    path = address(node, browser, pattern)
    if method == "GET":
        return browser.ask("GET", path)[::2]
    return webmap.send(browser, path, form), browser.ask("GET", "/nothing")[2]


def test_every_address_has_its_row():
    assert set(matrix()) == {(r.method, r.pattern) for r in webmap.routes()}
    for r in webmap.routes():
        who, form = matrix()[r.method, r.pattern]
        assert who == {r.who} if r.who != "signed_in" else who == {"all"} or who <= set(UIDS), r
        assert {f.name for f in r.fields if f.needed} <= set(form) <= {f.name for f in r.fields}, r


def test_every_role_at_every_address(goes):
    wrong = []
    def alike(page):
        return re.search("<main.*</main>", page, re.S)[0]  # above it stand who it is, and how much waits by now

    missing = {role: alike(x.ask("GET", "/nothing")[2]) for role, x in goes.people.items()}
    for (method, pattern), (who, form) in sorted(matrix().items(), key=lambda x: x[0][1] in ENDS):
        for role, x in goes.people.items():
            if pattern in ENDS:
                x = signed_in(goes, role)
            if who & {"open", "script"}:
                continue
            status, page = asked(goes, x, method, pattern, form)
            may = "all" in who or role in who
            if may != (status in (200, 303, 409)) or (not may and (status, alike(page)) != (404, missing[role])):
                wrong.append((method, pattern, role, status, may))
    assert not wrong, wrong


def test_who_is_not_signed_in_is_led_to_the_door(goes):
    nobody, forged = Browser(goes.web), Browser(goes.web)
    forged.cookies = {"__Host-kring": "A" * 43}
    for (method, pattern), (who, form) in matrix().items():
        if who & {"open", "script"}:
            continue
        path = address(goes, forged, pattern) if "DRAFT" not in pattern and "/N" not in pattern else pattern.replace("DRAFT", NOBODY).replace("/N", "/" + "0" * 16)
        status, head, text = nobody.ask(method, path, b"" if method == "POST" else None)
        assert status in ((303,) if method == "GET" else (303, 400)) and not text.count("Collega") and head.get("Location", "/login") == "/login", (path, status)
        if method == "GET":
            status, head, text = forged.ask("GET", path)
        else:
            status = webmap.send(forged, path, form)
            head = forged.headers
        over = head.get("Location", "").startswith(("/login?e=session-over", "/login?e=typed-lost")) or pattern == "/me/language" or status == 404 and pattern.startswith("/found/N")
        assert over, (method, pattern, status, head.get("Location"))
        forged.cookies = {"__Host-kring": "A" * 43}


def test_what_is_of_one_session_is_of_no_other(goes):
    """A form belongs to its session and its address; a draft to whoever writes it."""
    writer = goes.people["caseworker"]
    other = signed_in(goes, "caseworker")
    draft = draft_of(goes, writer)
    for step in ("on", "need", "partner", "share", "message", "check"):
        assert other.ask("GET", f"/refer/{draft}/{step}")[0] == 404, step
    for (method, pattern), (who, form) in matrix().items():
        if method == "GET" or who & {"open", "script"}:
            continue
        path = pattern.replace("DRAFT", draft) if "DRAFT" in pattern else address(goes, other, pattern)
        body = "&".join(f"{k}={v}" for k, v in form.items())
        for token, at in ((writer.cookies["__Host-kring"], path), (other.cookies["__Host-kring"], path + "x")):
            status = other.ask("POST", path, f"{body}&k={webmap.k_of(token, at)}".lstrip("&").encode())[0]
            assert status == 403, (path, status)
    webmap.send(other, f"/refer/{draft}/drop")
    assert writer.ask("GET", f"/refer/{draft}/need")[0] == 200
