# SPDX-License-Identifier: EUPL-1.2
"""Every form of the screens, pressed twice at the same moment: what is written down afterwards is what one press leaves."""
import collections
import concurrent.futures
import os
import re
import tempfile
import urllib.parse

import pytest

import webmap
from browser import Browser, await_web, with_web
from node import Federation, offered
from staff import UIDS, Colleague, hire
from test_web_matrix import matrix, signed_in

WRITES = {"/case/new", "/c/ID/edit", "/c/ID/note", "/c/ID/close", "/c/ID/reopen", "/c/ID/consent", "/consent/ID/withdraw", "/refer/DRAFT/check", "/r/REF/ACT"}
ENDS = ("/logout", "/me/signout")


@pytest.fixture(scope="module")
def goes():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        with_web(a)
        try:
            fed.start()
            await_web(a)
            a.ref = offered(a, b)[1]
            hire(a, "privacy")
            a.officer = Colleague(a, UIDS["privacy"])
            a.anna = signed_in(a, "caseworker")
            yield a
        finally:
            fed.stop()


def written(node):
    """What the audit has, without who looked at what."""
    rows = node.officer.ask("audit_list", limit=500).audit
    return collections.Counter(x.event for x in rows if x.event not in ("view", "search", "sign-in", "audit-view", "list"))


def new_case(x):
    assert webmap.send(x, "/case/new", {"name": f"Persoon {os.urandom(6).hex()}", "phone": "000-1", "same": "new"}) == 303
    return x.headers["Location"].split("/")[2].split("?")[0]


def new_grant(x, case):
    assert webmap.send(x, f"/c/{case}/consent", {"to": "smwo", "identity": 1, "needs": 1, "how": "written", "by": "self"}) == 303
    found = re.search(r'"/consent/([0-9a-f]{32})"', x.ask("GET", f"/c/{case}")[2])
    assert found, x.get(f"/c/{case}/consent").text
    return found[1]


def new_draft(x, case, whole):
    assert webmap.send(x, f"/refer/{case}", {"need": "housing", "to": "smwo"}) == 303
    draft = x.headers["Location"].split("/")[2]
    if whole:
        for step, form in (("need", {"need": "housing"}), ("partner", {"to": "smwo"}), ("share", {"identity": 1, "needs": 1, "how": "written", "given-by": "self"}), ("message", {})):
            assert webmap.send(x, f"/refer/{draft}/{step}", form) == 303, step
    return draft


def address(node, x, pattern):
    """An address of that pattern of which nothing was done yet."""
    path, case = pattern, new_case(x) if re.search("ID|CASE|DRAFT", pattern) else ""
    if pattern == "/c/ID/reopen":
        webmap.send(x, f"/c/{case}/close")
    if "DRAFT" in path:
        path = path.replace("DRAFT", new_draft(x, case, pattern.endswith("check")))
    if "/consent/ID" in path:
        path = path.replace("ID", new_grant(x, case))
    for word, value in (("ID", case), ("CASE", case), ("REF", node.ref), ("ACT", "message"), ("PASSKEY", "0" * 32)):
        path = path.replace(word, value)
    return path


def press(x, path, form, times):
    """The same bytes on as many lines at once; the statuses."""
    body = urllib.parse.urlencode({**form, "k": webmap.k_of(x.cookies["__Host-kring"], path), "i": os.urandom(16).hex()}).encode()

    def one(_):
        other = Browser(x.port)
        other.cookies = dict(x.cookies)
        return other.ask("POST", path, body)[0]
    with concurrent.futures.ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_pressed_twice_is_done_once(goes):
    wrong = []
    for (method, pattern), (who, form) in matrix().items():
        if method == "GET" or who & {"open", "script"}:
            continue
        left = []
        for times in (1, 2):
            x = signed_in(goes, "caseworker") if pattern in ENDS else goes.anna
            path = address(goes, x, pattern)
            mine = {k: v + os.urandom(4).hex() if (pattern, k) in (("/case/new", "name"), ("/r/REF/ACT", "text")) else v for k, v in form.items()}
            before = written(goes)
            statuses = press(x, path, mine, times)
            if not set(statuses) <= {200, 303}:
                wrong.append((pattern, times, statuses))
            left.append(written(goes) - before)
        if left[0] != left[1] or (pattern in WRITES and not left[0]):
            wrong.append((pattern, left))
    assert not wrong, wrong
