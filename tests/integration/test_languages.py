# SPDX-License-Identifier: EUPL-1.2
"""Every command, and the refusals that people meet, in the four languages, on real nodes.  What they print is kept in
tests/data/golden, one file a language, with ids, days and numbers masked; whoever changes a sentence reads the difference there and
renews the files with

    KRING_GOLDEN=renew /usr/bin/python3 -m pytest tests/integration/test_languages.py

No capture has an English word in another language, nor a code where its words belong."""
import json
import os
import re
import subprocess
import time

import pytest
from node import BIN, ROOT, free_port, wait_for
from test_drafts import drafts, put

GOLDEN = ROOT / "tests/data/golden"
LANGS = ("nl", "fr", "en", "de")
SHARE = "identity,contact,household,needs,story"


def rows(name):
    """{code: {language: text}} of one list."""
    lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    return {x[0]: {k: x[lines[0].index(k)] for k in LANGS} for x in lines[1:]}


LISTS = sorted(p.stem for p in (ROOT / "config/lists").glob("*.psv") if p.stem != "glossary")
TABLE = json.loads(subprocess.run([str(BIN / "kring"), "--json", "help"], capture_output=True, text=True).stdout)["commands"]


def masked(text, lang, places):
    """Without what is another one each time: places, days, moments, ids, numbers, and how wide a column is because of them."""
    dates = rows("dates")
    days = "|".join(re.escape(dates[d][lang]) for d in ("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
    months = "|".join(re.escape(dates[m][lang]) for m in ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
    for place, name in places:
        text = text.replace(str(place), name)
    text = re.sub(rf"\b(?:{days}) \d+\.? (?:{months}) \d{{4}}", "DAY", text)
    text = re.sub(r"\d\d[-/.]\d\d[-/.]\d{4}(?: \d\d:\d\d)?|\d{4}-\d\d-\d\d(?: \d\d:\d\d)?", "TIME", text)
    text = re.sub(r"\bkring1[0-9a-zA-Z_-]{20,}\b", "INVITE", text)
    text = re.sub(r"\b[0-9A-HJKMNP-TV-Z]{9}\b", "REF", text)
    text = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b|\b[a-f]{8}\b", "ID", text)
    text = re.sub(r"\b[a-z0-9]{4}(?: [a-z0-9]{4}){3,}\b|\b[0-9a-z]{4}(?:-[0-9a-z]{4})+\b", "ID", text)
    text = re.sub(r"\d+", "#", text)
    text = re.sub(r"[█▀▄ ]{20,}\n", "", text)
    return re.sub(r" {2,}", "  ", re.sub(r" +$", "", text, flags=re.M))


def day(n):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + n * 86400))


def long_over():
    """The quarter before the last one: it is ready on every day of the year."""
    now = time.gmtime()
    return "%dQ%d" % ((n := now.tm_year * 4 + (now.tm_mon - 1) // 3 - 2) // 4, n % 4 + 1)


class Book:
    """What was typed in one language, and what was answered."""

    def __init__(self, lang, places):
        self.lang, self.places, self.pages, self.done = lang, places, [], set()

    def type(self, n, *line, stdin=None, env=None, show=None):
        r = subprocess.run([str(BIN / "kring"), "--lang", self.lang, "--dir", str(n.dir), *map(str, line)], capture_output=True, text=True,
                           input=stdin, env={**os.environ, "COLUMNS": "1000", "TZ": "UTC", **(env or {})}, timeout=60)
        for c in TABLE:
            words = [w for w in (c["noun"], c["verb"]) if w]
            if list(map(str, line[:len(words)])) == words:
                self.done.add(" ".join(words))
                break
        typed = " ".join(f'"{w}"' if " " in str(w) else str(w) for w in line)
        out = "".join(r.stdout.splitlines(True)[:6]) if line[:2] == ("flow", "publish") else r.stdout  # behind it the noise decides
        out = masked(out, self.lang, self.places)
        if line[:2] in (("audit", "list"), ("case", "export")) or line[:1] == ("who",):  # how often a test looked decides about their number
            out = "".join(f"{x}\n" for x in sorted(set(out.splitlines())))
        if line[:1] == ("today",):  # what has no date stands in the order of its random ids
            head, *items = out.split("  Jan Verzonnen ")
            out = head + "".join(f"  Jan Verzonnen {x}" for x in sorted(items))
        self.pages.append((masked(f"{n.name}$ kring {typed}", self.lang, self.places), out,
                           masked(r.stderr, self.lang, self.places), r.returncode))
        return r

    def text(self):
        return "".join(f"{typed}\n{out}{'' if not out or out.endswith(chr(10)) else chr(10)}{err}[{code}]\n\n" for typed, out, err, code in self.pages)


def person(book, a, b):
    """A case, from the first word to the consent."""
    book.type(a, "case", "new", "--from", "-", stdin="name: Jan Verzonnen\nborn: 1980-01-31\nphone: 0113-000000\nhousehold: alleen\n")
    case = a.k("case", "list")["cases"][0]["id"]
    book.type(a, "case", "edit", case, "--phone", "0113-111111")
    book.type(a, "case", "note", case, "--text", "-", stdin="teruggebeld\n")
    book.type(a, "consent", "give", case, "--to", b.name, "--share", SHARE, "--how", "oral", "--witness", "M. De Wit", "--until", day(200))
    grant = a.k("consent", "list", case)["grants"][0]["id"]
    put(a, label="Jan Verzonnen", body="x", case_id=case)
    book.type(a, "draft", "list")
    book.type(a, "draft", "drop", drafts(a)[0].id[12:20], "--yes")
    book.type(a, "draft", "drop", "3fa91b22", "--yes")
    for line in (["case", "list"], ["case", "search", "verzonnen"], ["consent", "list", case], ["consent", "show", grant], ["consent", "receipt", grant], ["case", "show", case]):
        book.type(a, *line)
    return case, grant


def a_referral_and_all_that_can_be_said_of_it(book, a, b, case):
    book.type(a, "refer", case, "--to", b.name, "--need", "income-debt", "--dry-run")
    book.type(a, "refer", case, "--to", b.name, "--need", "income-debt", "--urgency", "urgent")
    ref = a.k("sent")["referrals"][0]["ref"]
    b.await_state(ref, "offered")
    wait_for("it to be stored", lambda: a.k("sent")["referrals"][0].get("delivery") in (None, "stored", "ok"))
    for n, line in ((a, ["sent"]), (b, ["inbox"]), (b, ["worklist"]), (b, ["show", ref]), (b, ["case", "list"])):
        book.type(n, *line)

    def act(n, state, *line, **kw):
        book.type(n, line[0], ref, *line[1:], **kw)
        other = b if n is a else a
        if state:
            other.await_state(ref, state)

    act(b, "needs-info", "ask", "--question", "best-contact")
    book.type(a, "worklist")
    act(a, "offered", "info", "--share", "contact")
    act(b, "accepted", "accept")
    act(b, "active", "start")
    act(b, None, "note", "--reason", "appointment", "--until", day(30))
    act(b, "on-hold", "hold", "--reason", "waiting-list", "--until", day(30))
    act(b, "active", "start")
    (book.places[2][0] / "brief.pdf").write_bytes(b"x" * 50000)
    for line in (["attachments", case], ["attach", case, book.places[2][0] / "brief.pdf"], ["attachments", case], ["send", ref, "1"], ["send", ref, "9"],
                 ["detach", case, "1", "--out", book.places[2][0] / "out.pdf"], ["detach", case, "1", "--out", book.places[2][0] / "out.pdf"]):
        book.type(a, "case", *line)
    act(a, None, "say", "--text", "Tot vrijdag.")
    act(a, None, "contact", "--phone", "0113-222222")
    act(a, None, "recall", "--yes")
    wait_for("his words to be there", lambda: len(b.k("show", ref)["log"]) == len(a.k("show", ref)["log"]))
    book.type(b, "show", ref)
    act(b, "outcome", "outcome", "--code", "helped")
    act(a, "reopen-pending", "reopen", "--reason", "not-better")
    act(b, "outcome", "outcome", "--code", "partly")
    act(a, "closed", "ack")
    book.type(a, "show", ref)
    book.type(b, "show", ref)
    book.type(b, "case", "take", b.k("case", "list")["cases"][0]["id"], "phone")
    book.type(a, "letter", ref)
    for words in (("who",), ("case", "export")):
        book.type(a, *words, a.k("show", ref)["referrals"][0]["case_id"])


def the_other_ends(book, a, b, case):
    for need, steps in (("housing", [(b, "decline", "--reason", "no-capacity", "--alternative", "none")]),
                        ("legal", [(b, "redirect", "--target", "GGD Zeeland", "--yes")]),
                        ("rights", [(a, "withdraw", "--reason", "no-longer-needed")]),
                        ("digital", [(b, "accept"), (a, "withdraw", "--reason", "no-longer-needed"), (b, "confirm-withdraw")]),
                        ("language", [(a, "error", "--reason", "wrong-person", "--yes")]),
                        ("mobility", [(b, "accept"), (a, "revoke", "--yes")])):
        ref = a.refer(case, b.name, need=need)
        b.await_state(ref, "offered")
        for n, verb, *rest in steps:
            book.type(n, verb, ref, *rest)
            other = b if n is a else a
            wait_for("the other end", lambda: other.state(ref) == n.state(ref))
    book.type(a, "today")
    book.type(a, "done", ref)
    book.type(b, "erase", ref)
    book.type(a, "sent", "--all")
    book.type(b, "inbox", "--all")


def a_case_asked_for(book, a, b):
    case = a.new_case(name="Griet Verzonnen", phone="1")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    book.type(b, "request", ref, "--reason", "mostly-here")
    wait_for("the question", lambda: any(w["kind"] == "case-requested" for w in a.k("today").get("work", [])))
    book.type(a, "show", ref)
    book.type(a, "keep", ref, "--reason", "goes-on-here")
    wait_for("the answer", lambda: any(e["act"] == "request-answer" for e in b.k("show", ref)["log"]))
    book.type(b, "show", ref)
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(ref, "declined")


def a_case_handed_over(book, a, b):
    case = a.new_case(name="Piet Verzonnen", phone="1")

    def at(n, ref, state):
        n.await_handover(ref, state)

    book.type(a, "handover", "list")
    book.type(a, "handover", "propose", case, "--to", b.name)
    a.k("consent", "give", case, "--to", b.name, "--share", SHARE, "--purpose", "handover", "--how", "oral", "--witness", "M. De Wit", "--until", day(200))
    refs = []
    for steps in ([(b, "refuse", "refused", "--reason", "no-room")], [(b, "agree", "agreed"), (a, "abort", "aborted")],
                  [(b, "agree", "agreed"), (a, "send", "staged", "--notes"), (a, "cede", "ceded", "--yes"), (b, "take", "taken", "--yes")]):
        book.type(a, "handover", "propose", case, "--to", b.name)
        refs.append(next(h["ref"] for h in a.k("handover", "list")["handovers"] if h["state"] == "proposed"))
        at(b, refs[-1], "proposed")
        for n, verb, state, *more in steps:
            book.type(n, "handover", verb, refs[-1], *more)
            for either in (a, b):
                at(either, refs[-1], state)
            if state == "staged":
                book.type(a, "case", "edit", case, "--phone", "2")
                book.type(a, "case", "show", case)
    wait_for("it is sealed", lambda: a.k("handover", "show", refs[-1])["handovers"][0].get("sealed"))
    for n in (a, b):
        book.type(n, "handover", "show", refs[-1])
    book.type(a, "handover", "take", refs[-1], "--yes")
    book.type(b, "handover", "done", refs[-1])
    book.type(a, "handover", "reclaim", refs[-1], "--yes")
    book.type(b, "case", "show", b.k("handover", "show", refs[-1])["handovers"][0]["case_id"])
    book.type(a, "case", "show", case)
    book.type(a, "case", "edit", case, "--phone", "2")


def a_case_kept_by_law(book, a, b):
    case = a.new_case(name="Piet Verzonnen", phone="1")
    book.type(b, "partner", "agree", a.name, "--receive", "--share", SHARE, "--statute", "nl-wgbo", "--keep-months", "240")
    book.type(b, "partner", "agreement", a.name)
    grant = a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    a.k("consent", "withdraw", grant)
    wait_for("it is shut", lambda: b.k("consent", "show", grant)["grants"][0]["state"] == "restricted")
    b.await_state(ref, "revoked")
    b.k("case", "erase", b.new_case(name="Een Ander"), "--now")  # what the night does
    wait_for("the answer", lambda: a.k("consent", "show", grant)["grants"][0].get("kept"))
    book.type(a, "consent", "show", grant)
    book.type(a, "consent", "receipt", grant)
    book.type(a, "letter", case)
    for line in (["consent", "show", grant], ["show", ref], ["case", "show", b.k("show", ref)["referrals"][0]["case_id"]], ["consent", "open", grant],
                 ["consent", "open", grant, "--reason", "brief van de inspectie"]):
        book.type(b, *line)
    b.k("partner", "agree", a.name, "--receive", "--share", SHARE)


def refusals(book, a, b, case):
    """What people meet before they know better."""
    ref = a.k("sent", "--all")["referrals"][0]["ref"]
    for n, line in ((a, ["case", "show", "ffff"]), (a, ["show", "FFFF"]), (a, ["refer", case, "--to", "nobody", "--need", "housing"]),
                    (a, ["refer", case, "--to", "smwo", "--need", "housing", "--share", "health"]), (a, ["refer", case, "--to", "smwo"]),
                    (a, ["refer", case, "--to", "smwo", "--need", "health"]), (a, ["refer", case, "--to", "smwo", "--need", "xyz"]),
                    (a, ["consent", "give", case, "--to", "smwo"]), (a, ["consent", "give", case, "--to", "smwo", "--share", "needs", "--how", "oral", "--until", "2020-01-01"]),
                    (a, ["consent", "show", "ffff"]), (a, ["consent", "withdraw", "ffff", "--yes"]), (a, ["accept", ref]), (b, ["accept", ref]), (b, ["outcome", ref, "--code", "helped"]),
                    (b, ["hold", ref, "--reason", "waiting-list"]), (b, ["decline", ref, "--reason", "xyz"]), (a, ["case", "edit", case]), (a, ["case", "edit", case, "--born", "1980-02-30"]),
                    (a, ["case", "edit", case, "--email", "jan"]), (a, ["case", "edit", case, "--phone", "jan"]), (a, ["case", "new", "--name", " "]), (a, ["case", "lst"]), (a, ["inbx"]), (a, ["xyzzy"]),
                    (a, ["sent", "--zzz"]), (a, ["sent", "-z"]), (a, ["sent", "x"]), (a, ["show"]), (a, ["sent", "--limit", "0"]), (a, ["sent", "--limit"]),
                    (a, ["sent", "--all", "--all"]), (a, ["--lang"]), (a, ["case", "release", case]), (a, ["case", "reopen", case]), (a, ["case", "take", case]), (a, ["outbox", "why", "ffff"]),
                    (a, ["outbox", "retry", "ffff"]), (a, ["outbox", "drop", "ffff", "--yes"]), (a, ["partner", "show", "nobody"]), (a, ["partner", "restored", "smwo"]),
                    (a, ["partner", "check", "smwo", "1234", "5678", "9012", "3456"]), (a, ["roster", "cosign", "99"]), (a, ["roster", "import", "/nowhere"]), (a, ["confirm", "1234", "5678"]),
                    (a, ["invites", "cancel", "ffff"]), (a, ["approve", "ffff"]), (a, ["approve", "--key", "x"]), (a, ["audit", "verify", "--with", "/nowhere"]), (a, ["audit", "export", "nobody"]),
                    (a, ["flow", "--csv-bom"]), (a, ["backup", "/nowhere/x"]), (a, ["address", "xyz"]), (a, ["panic"]), (a, ["join", "kring1x"]), (a, ["join", "-"]),
                    (a, ["node", "init"]), (a, ["node", "init", "--org", "X", "--country", "XX"]), (a, ["roster", "add"]), (a, ["roster", "propose", "--roster", "/nowhere", "--op", "x", "--out", "y"]),
                    (a, ["roster", "sign"]), (a, ["federation", "create"]), (a, ["slot", "add"]), (a, ["slot", "remove"]), (a, ["sheet"]), (a, ["rotate"]), (a, ["restore", "/nowhere"]),
                    (a, ["restore", "/nowhere", "--check"]), (a, ["unlock"])):
        r = book.type(n, *line, stdin="")
        assert r.returncode != 0, (line, r)


def administration(book, f, a, b):
    a.k("audit", "checkpoint")
    wait_for("a partner to keep it", lambda: a.k("audit", "verify").get("cosigners"))
    for line in (["status"], ["status", "--check"], ["setup"], ["doctor", "smwo"], ["metrics"], ["alarm", "list"], ["alarm", "ack", "no-backup"], ["partner", "list"], ["partner", "show", "smwo"], ["partner", "check", "smwo"], ["partner", "agree", "smwo", "--share", SHARE], ["partner", "agreement", "smwo"], ["roster", "show"],
                 ["roster", "renew"], ["partner", "suspend", "smwo", "--dry-run"], ["partner", "lift", "smwo"], ["partner", "remove", "smwo", "--dry-run"], ["approve"],
                 ["roster", "import", f.roster], ["audit", "list"], ["audit", "verify"], ["audit", "checkpoint"], ["audit", "export", "smwo"], ["verify"], ["flow"],
                 ["flow", "--own"], ["flow", "publish", "--dry-run", "--quarter", long_over()], ["flow", "--own", "--csv", f.dir / "flow.csv"], ["clock", "confirm"], ["slot", "list"], ["config", "show"], ["config", "check"],
                 ["backup", f.dir / "copy"], ["restore", f.dir / "copy", "--check"], ["address", f"tcp://127.0.0.1:{a.port}"]):
        book.type(a, *line)
    proposal = a.k("approve")["proposals"][0]["id"]
    for line in (["roster", "export", f.dir / "exported"], ["approve", proposal, "--out", f.dir / "away"], ["approve", "--in", f.dir / "away"], ["approve", "--in", f.dir / "copy"], ["approve", "--in", "x", "--out", "y"]):
        book.type(a, *line)
    for n in (1, 2):
        book.type(a, "approve", proposal, "--yes", "--key", f.dir / f"roots/root{n}.key")
    book.type(a, "invite", "--org", "CAW De Kempen", "--at", f"tcp://127.0.0.1:{free_port()}")
    book.type(a, "invites", "list")
    token = a.k("invite", "--org", "OCMW Balen", "--at", f"tcp://127.0.0.1:{free_port()}")["token"]
    fresh = type(a)(f, "balen", "OCMW Balen", free_port())
    book.type(fresh, "join", token, "--org", "OCMW Balen", "--country", "BE", "--listen", f"tcp://127.0.0.1:{fresh.port}", "--wait", "1")
    book.type(a, "invites", "cancel", a.k("invites", "list")["invites"][0]["id"])
    (a.dir / "bad.conf").write_text("[Node]\nListen=xyz\nLogLevel=loud\nNonsense=1\n")
    book.type(a, "config", "check", a.dir / "bad.conf")


def offline(book, f, a):
    d = f.dir / "off"
    book.type(a, "federation", "create", "--name", "Kempen", "--roots", "2/2", "--out", d)
    n = type(a)(f, "mol", "OCMW Mol", free_port())
    book.type(n, "node", "init", "--org", "OCMW Mol", "--country", "BE", "--listen", f"tcp://127.0.0.1:{n.port}", "--federation", d / "roster")
    book.type(n, "node", "init", "--org", "OCMW Mol", "--country", "BE", "--listen", f"tcp://127.0.0.1:{n.port}", "--federation", d / "roster")
    book.type(n, "roster", "add", "--roster", d / "roster", "--join", n.dir / "join", "--class", "member", "--verified", "in-person", "--out", d / "p")
    for i in (1, 2):
        book.type(n, "roster", "sign", "--yes", "--proposal", d / "p", "--key", d / f"root{i}.key", "--roster", d / "roster")
    book.type(n, "roster", "verify", "--roster", d / "roster")
    for op in (["renew"], ["remove", "--node", "OCMW Mol"], ["policy", "--policy", "flow=1.0 needs=0.2 year=8"]):
        book.type(n, "roster", "propose", "--roster", d / "roster", "--op", *op, "--out", d / "q")
    book.type(n, "slot", "add", "--kind", "key-file", "--file", d / "stick")
    book.type(n, "slot", "remove", "--number", "2")
    sheet = n.dir / "recovery-sheet.txt"
    book.type(n, "sheet", "--sheet", sheet)
    book.type(n, "sheet", "--confirm", "-", stdin=sheet.read_text())
    book.type(n, "rotate", "--sheet", sheet)


def colleagues(book, n):
    """From the first name on root looks after the node and does nothing else there."""
    book.type(n, "staff", "list")
    book.type(n, "staff", "add", "Anna De Wit", "--user", "no-such-user", "--role", "caseworker")
    book.type(n, "staff", "add", "Anna De Wit", "--user", "41001", "--role", "caseworker,coordinator")
    book.type(n, "staff", "add", "Anna De Wit", "--user", "41001", "--role", "caseworker", "--until", day(200))
    book.type(n, "staff", "add", "Bert Verzonnen", "--user", "0", "--role", "caseworker")
    book.type(n, "staff", "add", "Bert Verzonnen", "--user", "41002", "--role", "reader", "--language", "nl,fr")
    book.type(n, "case", "list")
    book.type(n, "staff", "role", "Bert Verzonnen", "--role", "administrator")
    asked = subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--json", "staff", "role", "Bert Verzonnen", "--role", "reader,caseworker"],
                           capture_output=True, text=True)
    for verb in ("confirm", "refuse"):  # root is alone, and has to wait
        book.type(n, "pending", "list")
        book.type(n, "pending", verb, json.loads(asked.stdout)["id"])
    book.type(n, "pending", "confirm", "3fa91b22")
    book.type(n, "staff", "sessions")
    book.type(n, "staff", "link", "Anna De Wit")
    book.type(n, "staff", "signout", "Anna De Wit")
    book.type(n, "staff", "confirm", "--all")  # nobody came back with a backup
    book.type(n, "hand", "Bert Verzonnen", "--until", day(3))  # root has no list
    book.type(n, "case", "worker", "3fa91b22")
    book.type(n, "staff", "end", "Anna De Wit")
    book.type(n, "staff", "end", "Anna De Wit")
    book.type(n, "staff", "list")


def the_end(book, f, a, b, case):
    book.type(a, "consent", "withdraw", a.k("consent", "list", case)["grants"][0]["id"], "--yes")
    book.type(a, "case", "close", case)
    book.type(a, "case", "reopen", case)
    twin = a.new_case(name="Jan Verzonnen")
    book.type(a, "case", "same", case, twin)
    book.type(a, "case", "show", twin)
    book.type(a, "case", "apart", twin)
    a.k("case", "erase", twin)
    book.type(a, "case", "erase", case, "--now", "--yes")
    colleagues(book, b)
    b.stop()
    other = a.new_case(name="Piet Verzonnen", phone="1")
    a.consent(other, b.name)
    a.refer(other, b.name)
    wait_for("something to wait", lambda: a.k("outbox", "list").get("outbox"))
    book.type(a, "outbox", "list")
    waits = a.k("outbox", "list")["outbox"][0]["id"]
    for verb in (["why"], ["retry"], ["drop", "--yes"]):
        book.type(a, "outbox", verb[0], waits, *verb[1:])
    book.type(a, "lock")
    book.type(a, "status")
    book.type(a, "sent")
    code = re.search(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){5,}", (a.dir / "recovery-sheet.txt").read_text())
    book.type(a, "unlock", stdin="wrong\n")
    book.type(a, "unlock", stdin=f"{code[0]}\n" if code else (a.dir / "recovery-sheet.txt").read_text())
    wait_for("it to be open", lambda: (a.try_k("status") or {}).get("status", {}).get("org"))
    book.type(a, "panic", "--yes")
    a.stop()
    book.type(a, "status")
    book.type(a, "watch")  # with a node it stays; test_today.py looks at that
    book.type(a, "restore", f.dir / "copy", "--sheet", a.dir / "recovery-sheet.txt")


WORD = re.compile(r"[^\W\d_]{3,}")
NAMES = set("Jan Verzonnen Goes SMWO Zeeland GGD CAW Kempen OCMW Balen Mol Piet Test Wit verzonnen teruggebeld alleen Tot vrijdag nobody xyzzy inbx lst zzz jan".split())


def english(lang):
    """Words that stand in an English column and in none of that language's, and are no part of a command."""
    mine, theirs = set(), set()
    for name in LISTS:
        for code, texts in rows(name).items():
            theirs |= {w.lower() for w in WORD.findall(texts["en"])}
            mine |= {w.lower() for w in WORD.findall(texts[lang])}
    typed = set(re.findall(r"[a-z]+", " ".join(f"{c['noun']} {c['verb']} {c['example']} " + " ".join(o["name"] for o in c["options"]) for c in TABLE)))
    typed |= set(re.findall(r"[a-z]+", (ROOT / "daemon/roles/config_table.c").read_text().split("config_variables")[0].lower())) & {"node", "listen"}
    return theirs - mine - typed - {n.lower() for n in NAMES}


def raw_codes():
    return {c for name in LISTS if name not in ("mistakes", "refusals", "say", "tool", "said", "help", "commands", "arguments", "dates", "days", "figures", "line", "errors")
            for c in rows(name) if "-" in c}


def faults(book):
    foreign, codes = english(book.lang) if book.lang != "en" else set(), raw_codes()
    typed = {o for c in TABLE for o in [c["noun"], c["verb"], *(x["name"] for x in c["options"])]}
    for page, out, err, _ in book.pages:
        if "config show" in page or "$ kring help" in page:
            continue  # names of settings and codes are what these are about
        for line in (out + err).splitlines():
            line = re.sub(r"^# TYPE .*|^(?:# HELP )?kring_\S+", "", line)  # names that a program reads
            said = re.sub(r"\bkring [a-z].*|--[a-z-]+(?: [a-z,-]+)?|[A-Z]\w+=\S*|\S*/\S*", "", line)
            for w in WORD.findall(said):
                if w.lower() in foreign:
                    yield f"{page}: {w}: {line}"
            for c in re.findall(r"\b[a-z]+(?:-[a-z]+)+\b", said):
                if book.lang != "en" and c in codes and c not in typed and not any(c in t[book.lang] for n in LISTS for t in rows(n).values()):
                    yield f"{page}: code {c}: {line}"


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_every_command_speaks_the_language(federation, workdir, lang):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    book = Book(lang, [(a.dir, "GOES"), (b.dir, "SMWO"), (f.dir, "FED"), (ROOT, "TREE")])
    for topic in ([], ["all"], ["refer"], ["needs"], ["categories"], ["reasons"], ["decline-reasons"], ["outcomes"]):
        book.type(a, "help", *topic)
    book.type(a, "worklist")
    case, _ = person(book, a, b)
    a_referral_and_all_that_can_be_said_of_it(book, a, b, case)
    the_other_ends(book, a, b, case)
    refusals(book, a, b, case)
    administration(book, f, a, b)
    offline(book, f, a)
    a_case_asked_for(book, a, b)
    a_case_handed_over(book, a, b)
    a_case_kept_by_law(book, a, b)
    the_end(book, f, a, b, case)
    missing = {" ".join(w for w in (c["noun"], c["verb"]) if w) for c in TABLE} - book.done
    assert not missing, f"these commands are not captured: {sorted(missing)}"
    path = GOLDEN / f"{lang}.txt"
    if os.environ.get("KRING_GOLDEN") == "renew":
        path.write_text(book.text())
    wrong = list(dict.fromkeys(faults(book)))
    assert not wrong, "\n".join(wrong[:40])
    assert book.text() == path.read_text(), "read the difference; if it is meant, renew the file as this test's head says"
