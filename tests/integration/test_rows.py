# SPDX-License-Identifier: EUPL-1.2
"""Rows, questions and answers keep to the reader's screen in every language: no line is wider than it, so none is broken within a
word, none begins with a mark that belongs to the word before it, and nothing is left out for want of room."""
import re
import subprocess

import pytest
from node import BIN, Federation, wait_for
from term import environment, on_a_terminal
from test_drafts import put

LONG = "Stichting Maatschappelijk Werk en Ontmoeting voor de Oosterschelderegio"
LANGS = ("nl", "fr", "en", "de")
ESC = re.compile(r"\x1b\[[0-9;]*m")
MARKS = re.compile(r"\s*(?:[;:?]|»\S?)(?:\s|$)|\s+!(?:\s|$)")  # "! " begins an error


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One who refers, one with a long name who answers, one that has colleagues, and one that is off."""
    f = Federation(tmp_path_factory.mktemp("rows"), ("Goes", "GGD Zeeland", "CAW Kempen"))
    try:
        f.nodes.append(f.add(LONG, dirname="long"))
        f.nodes[3].name = LONG.lower().replace(" ", "-")
        a, off, s, b = f.start()
        case = a.new_case(name="Testpersoon van der Verzonnen-Achternaam Zonder Einde")
        other = a.new_case(name="Piet Verzonnen")
        for to in (b, off):
            a.consent(case, to.name)
        a.consent(other, b.name)
        ref = a.refer(case, b.name, "--urgency", "urgent")
        b.await_state(ref, "offered")
        b.k("accept", ref)
        a.await_state(ref, "accepted")
        a.refer(other, b.name)
        asked = a.refer(other, b.name, need="housing")
        wait_for("all to be there", lambda: len(b.k("inbox")["referrals"]) == 3)
        b.k("ask", asked, "--question", "best-contact")
        a.await_state(asked, "needs-info")
        off.stop()
        a.refer(case, off.name)
        wait_for("something to wait", lambda: a.k("outbox", "list").get("outbox"))
        for n in (a, b):
            n.case, n.ref = n.k("case", "list")["cases"][0]["id"], ref
        a.case, a.alone = case, a.new_case(name="C. Verzinsel")
        put(a, label="Testpersoon van der Verzonnen-Achternaam Zonder Einde", body="x", case_id=case)
        put(a, form="case-new", label="D. Verzonnen", body="x")
        s.k("staff", "add", "Anna van der Verzonnen-Achternaam", "--user", "41001", "--role", "caseworker,reader", "--until", "2099-12-31")
        s.k("staff", "add", "Bert Verzonnen", "--user", "41002", "--role", "caseworker")
        s.k("staff", "end", "Bert Verzonnen")
        assert s.try_k("staff", "role", "Anna van der Verzonnen-Achternaam", "--role", "administrator") is None  # it waits for a second person
        yield a, b, s
    finally:
        f.stop()


def kring(n, lang, *line, columns, env=None):
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, *line], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=environment(COLUMNS=str(columns), **(env or {})))


def fits(text, columns, what):
    for line in (ESC.sub("", x) for x in text.splitlines()):
        whole = len(line.split()) <= 1 or line.lstrip().startswith("kring ")  # ids and commands are copied
        assert whole or len(line) <= columns, (what, columns, line)
        assert not MARKS.match(line), (what, columns, line)


def lists(a, b, s):
    return [(a, ["partner", "list"]), (a, ["partner", "show", b.name]), (a, ["consent", "list", a.case]),
            (a, ["consent", "show", a.k("consent", "list", a.case)["grants"][0]["id"]]), (b, ["inbox"]), (a, ["sent"]), (a, ["outbox", "list"]),
            (a, ["status"]), (a, ["worklist"]), (b, ["worklist"]), (a, ["audit", "list"]), (s, ["staff", "list"]), (s, ["pending", "list"]),
            (a, ["who", a.case]), (a, ["today"]), (b, ["today"]), (a, ["draft", "list"]), (a, []), (a, ["show", a.ref]), (b, ["show", b.ref])]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("columns", (80, 60))
def test_rows_are_made_to_fit(world, lang, columns):
    for n, line in lists(*world):
        r = kring(n, lang, *line, columns=columns)
        assert r.returncode == 0 and r.stdout, (line, r)
        fits(r.stdout + r.stderr, columns, line)
        if line[:1] not in (["status"], ["audit"], ["who"]):  # reading is written down, and clocks go on
            whole = kring(n, lang, *line, columns=1000)
            assert r.stdout.replace("| ", "").split() == whole.stdout.replace("| ", "").split(), (line, "nothing is left out or cut")


@pytest.mark.parametrize("lang", LANGS)
def test_on_a_terminal_too(world, lang):
    for n, line in lists(*world):
        code, out = on_a_terminal([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, "--no-pager", *line], columns=60)
        assert code == 0 and out, (line, out)
        fits(out, 60, line)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("columns", (80, 60))
def test_what_asks_whether_it_is_sure(world, lang, columns):
    a, b, _ = world
    grant = a.k("consent", "list", a.case)["grants"][0]["id"]
    for line in (["case", "erase", a.alone], ["consent", "withdraw", grant], ["revoke", a.ref],
                 ["partner", "remove", b.name], ["partner", "suspend", b.name], ["panic"]):
        words = [str(BIN / "kring"), "--dir", str(a.dir), "--lang", lang, *line]
        code, out = on_a_terminal(words, columns=columns, keys=b"n\n")
        assert code == 1 and len(out.splitlines()) > 2, (line, code, out)
        fits(out, columns, line)
        # standard output may go into a file while the question is on the screen
        code, out = on_a_terminal(["/bin/sh", "-c", '"$@" > /dev/null', "sh", *words], columns=columns, keys=b"n\n")
        assert code == 1 and len(out.splitlines()) > 2, (line, code, out)
        fits(out, columns, line)


def test_what_a_command_answers(workdir):
    f = Federation(workdir, orgs=("Goes",))
    try:
        a, = f.start()
        for lang in LANGS:
            words = [str(BIN / "kring"), "--dir", str(a.dir), "--lang", lang]
            code, out = on_a_terminal([*words, "address", f"tcp://127.0.0.1:{a.port}"], columns=60)
            fits(out, 60, "address")
            code, out = on_a_terminal([*words, "backup", str(workdir / lang)], columns=200)
            assert code == 0 and len(out.splitlines()) >= 2
            code, out = on_a_terminal([*words, "lock"], columns=60)
            assert code == 0 and len(out.splitlines()) > 1, out
            fits(out, 60, "lock")
            sheet = (a.dir / "recovery-sheet.txt").read_text()
            r = subprocess.run([*words, "unlock"], input=sheet, capture_output=True, text=True)
            if r.returncode != 0:
                subprocess.run([*words, "unlock"], input=re.search(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){5,}", sheet)[0] + "\n", check=True, text=True)
            wait_for("it to be open", lambda: (a.try_k("status") or {}).get("status", {}).get("org"))
    finally:
        f.stop()


def test_what_is_done_most_stands_first(world):
    a, b, _ = world
    offered = next(r["ref"] for r in b.k("inbox")["referrals"] if r["state"] == "offered")
    for ref, first, last in ((offered, "accept", "decline"), (b.ref, "start", "decline")):
        may = [m["command"] for m in b.k("show", ref)["referrals"][0]["may"]]
        assert may[0] == first and [m for m in may if m != "request"][-2:] == [last, "revoke"], may
        out = kring(b, "nl", "show", ref, columns=1000).stdout
        said = next(x for x in out.splitlines() if x.startswith("U kunt nu "))
        assert said.index(f"(kring {first} {ref})") < said.index("(decline)"), said
