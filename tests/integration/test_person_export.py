# SPDX-License-Identifier: EUPL-1.2
"""What a person gets to read of what others know: nothing missing, nothing more, and what somebody typed stays letters."""
import html.parser
import os
import re
import subprocess
import time

import ctl
import pytest
from documents import grant, offer, pb
from node import Federation, wait_for
from staff import UIDS, Colleague, hire, kring

HOSTILE = "</td></p><script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;{name}{{x}}<!--"
LANGS = ("nl", "fr", "en", "de")


def run(n, *args, lang=None):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), *(("--lang", lang) if lang else ()), *args], capture_output=True, text=True,
                          env={**os.environ, "LANG": "nl_NL.UTF-8", "TZ": "UTC"})


class Page(html.parser.HTMLParser):
    """Elements and texts of a page; an element or attribute that a sheet does not have is red."""
    ELEMENTS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "table", "tr", "td", "br"}

    def __init__(self, path):
        super().__init__()
        self.open, self.said = [], []
        self.raw = path.read_text()
        self.feed(self.raw)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert tag in self.ELEMENTS and {a for a, _ in attrs} <= {"lang", "charset", "http-equiv", "content", "name"}, (tag, attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return "".join(self.said)


def sheet(n, tmp, *args, lang=None):
    path = tmp / f"{time.time_ns()}.html"
    r = run(n, *args, "--html", str(path), lang=lang)
    assert r.returncode == 0, r.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    return Page(path)


def ledger(n, case):
    """What was disclosed, as the case itself lists it."""
    return sorted((d["partner"], d["at_ms"], d["cats"], d["act"], d["grant"]) for d in n.k("case", "show", case).get("disclosures", []))


def told(reply):
    return sorted((d["partner"], d["at_ms"], d["cats"], d["act"], d["grant"]) for d in reply.get("disclosures", []))


def words(cats, lang):
    names = {c: i for i, c in enumerate(ctl.rows("categories"))}
    lines = [x.split("|") for x in (ctl.ROOT / "config/lists/categories.psv").read_text().splitlines() if x and x[0] != "#"]
    at = lines[0].index(lang)
    return {x[0]: x[at] for x in lines[1:]}, names


def compare(n, case, tmp):
    """Every paper of this case against the ledger."""
    want = ledger(n, case)
    who, letter, export = n.k("who", case), n.k("letter", case), n.k("case", "export", case)
    assert told(who) == told(letter) == told(export) == want
    grants = {g["id"] for g in n.k("consent", "list", case).get("grants", [])}
    assert {g["id"] for g in letter.get("grants", [])} == {g["id"] for g in export.get("grants", [])} == grants
    of_case = {a["seq"] for a in n.k("audit", "list", case)["audit"]}
    assert of_case - {a["seq"] for a in export["audit"]} <= {max(of_case), max(of_case) - 1}  # the export itself and its asking come last
    for args in (("who", case), ("case", "export", case), ("letter", case)):  # read apart from the screen: who gives it, and when
        assert re.search(rf"{re.escape(n.org)}, \d\d? \w+\.? \d{{4}}", sheet(n, tmp, *args, lang="en").text), args
    for lang in LANGS:
        page = sheet(n, tmp, "letter", case, lang=lang)
        assert f'lang="{lang}"' in page.raw
        text = run(n, "letter", case, lang=lang).stdout
        for partner in {w[0] for w in want}:
            assert partner in page.text and partner in text
        lines = [x for x in text.splitlines() if re.match(r"  - .*\(([^()]*; ?|[^()]* ; |)[0-9A-Z]{9}\)\.?$", x)]
        assert len(lines) == len([w for w in want if w[2]]), (lang, text)
    return want


def test_what_a_person_reads_is_what_the_ledger_has(federation, workdir):
    f = federation("Goes")
    f.nodes += [f.add("SMWO", "member", "NL", None, None, "--phone", "0113-277111"), f.add("GGD Zeeland")]
    a, b, c = f.start()
    case = a.new_case(name="Testpersoon Verzonnen", phone="000-111", story="een verzonnen verhaal", language="fr")
    assert a.k("who", case).get("disclosures", []) == [] and "rien partagé" in run(a, "letter", case).stdout
    ids = {b.name: a.consent(case, b.name, "identity,contact,needs,story"), c.name: a.consent(case, c.name, "identity,needs")}
    refs = {n.name: a.refer(case, n.name, "--without", "story") if n is b else a.refer(case, n.name, "--without", "story,contact") for n in (b, c)}
    for n in (b, c):
        n.await_state(refs[n.name], "offered")
    b.k("ask", refs[b.name], "--question", "best-contact")
    a.await_state(refs[b.name], "needs-info")
    a.k("info", refs[b.name], "--share", "contact,story")
    b.await_state(refs[b.name], "offered")
    want = compare(a, case, workdir)
    assert {w[0] for w in want} == {"SMWO", "GGD Zeeland"} and len(want) >= 5
    text = run(a, "letter", case).stdout  # the person's own language, whatever the worker's
    assert "Bonjour Testpersoon Verzonnen" in text and "0113-277111" in text and "een verzonnen verhaal" not in text and "000-111" not in text
    one = a.k("letter", refs[c.name])
    assert {d["partner"] for d in one["disclosures"]} == {"GGD Zeeland"} and {d["ref"] for d in one["disclosures"]} == {refs[c.name]}
    assert [g["id"] for g in one["grants"]] == [ids[c.name]]
    not_told = next(x for x in run(a, "letter", refs[c.name], lang="en").stdout.splitlines() if x.startswith("Not shared with GGD Zeeland"))
    assert "how to reach you" in not_told and "what you told us" in not_told and "what you need" not in not_told
    receipt = run(a, "consent", "receipt", ids[b.name], lang="de").stdout
    assert ids[b.name] in receipt and "jederzeit widerrufen" in receipt and "SMWO" in receipt
    a.k("case", "edit", case, "--story", "")  # what is erased here stays told
    assert compare(a, case, workdir) == want
    a.k("recall", a.refer(case, b.name, "--without", "story", need="housing"))
    assert len(compare(a, case, workdir)) > len(want)
    a.k("consent", "withdraw", ids[b.name])
    wait_for("the withdrawal", lambda: [g["state"] for g in b.k("consent", "list", b.k("show", refs[b.name])["referrals"][0]["case_id"])["grants"]] == ["withdrawn"])
    compare(a, case, workdir)
    text = run(a, "letter", case, lang="en").stdout
    assert "was withdrawn" in text and text.count("Your consent holds until") == 1
    for lang, taken_back in {"nl": "toestemming: ingetrokken", "fr": "consentement : retiré", "de": "Einwilligung: widerrufen"}.items():
        page = run(a, "who", case, lang=lang).stdout
        assert f", {taken_back}\n" in page and "withdrawn" not in page, page
    assert not re.findall(r"^.*\w\)?: .*$", run(a, "case", "show", case, lang="fr").stdout, re.M), "a blank stands before a French colon"
    # who was told is told who told: the other end looks from its side
    theirs = c.k("show", refs[c.name])["referrals"][0]["case_id"]
    page = run(c, "letter", theirs, lang="en").stdout
    assert "Goes told us about you: your name, your birth date and your language; what you need and what you want." in page and not c.k("who", theirs).get("disclosures")
    seen = a.k("who", case)["audit"]
    assert {"export", "view", "send"} <= {x["event"] for x in seen} and all(x["actor"] for x in seen)
    one = a.new_case(name="Testpersoon Gewist")  # an erased case tells nobody anything
    a.k("case", "erase", one)
    assert run(a, "letter", one).returncode == 3 and run(a, "who", one).returncode == 3


MISTAKE = {"nl": ("per vergissing. SMWO heeft het weer gewist", "SMWO wist het zodra ons bericht daar is"),
           "fr": ("par erreur. SMWO l'a effacé depuis", "SMWO l'efface dès que notre message y arrive"),
           "en": ("by mistake. SMWO has erased it since", "SMWO erases it as soon as our word is there"),
           "de": ("versehentlich mitgeteilt. SMWO hat es wieder gelöscht", "SMWO löscht es, sobald unsere Nachricht dort ist")}


def test_who_saw_what_is_said_in_sentences(federation):
    """Nothing stands in columns, no empty line follows another, and a note of the case is not called as a note to the partner is."""
    a, b = federation("Goes", "SMWO").start()
    case = a.new_case(name="Testpersoon Verzonnen", phone="000-111")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    b.k("note", ref, "--reason", "attempt")
    wait_for("the word", lambda: len(a.k("show", ref)["log"]) == 3)
    a.k("case", "note", case, "--text", "teruggebeld")
    for lang, (note, act, sent) in {"nl": ("werkte in het dossier: notitie", "SMWO stuurde: voortgang", "stuurde aan SMWO: doorverwijzing"),
                                    "fr": ("a travaillé dans le dossier : note", "SMWO a envoyé : nouvelles", "a envoyé à SMWO : orientation"),
                                    "en": ("worked in the case: note", "SMWO sent: progress", "sent to SMWO: referral"),
                                    "de": ("arbeitete am Fall: Notiz", "SMWO sandte: Fortschritt", "sandte an SMWO: Weitervermittlung")}.items():
        page, export = run(a, "who", case, lang=lang).stdout, run(a, "case", "export", case, lang=lang).stdout
        assert note in page and act in page and sent in page, page
        assert "\n\n\n" not in page + export + run(a, "letter", case, lang=lang).stdout
        told = next(x for x in export.splitlines() if "teruggebeld" in x)
        assert note.rsplit(" ", 1)[1] in told and act.rsplit(" ", 1)[1] not in told, told


def test_a_letter_says_what_was_a_mistake_and_what_was_taken_back(federation):
    """In the person's words, and only what is so: while the partner is off, it still has what it was told."""
    a, b = federation("Goes", "SMWO").start()
    case = a.new_case(name="Testpersoon Verzonnen", phone="000-111", goals="rust")
    grant = a.consent(case, b.name, "identity,contact,needs")
    ref, kept = a.refer(case, b.name), a.refer(case, b.name, need="housing")
    for r in (ref, kept):
        b.await_state(r, "offered")
    b.stop()
    assert "De toestemming blijft gelden" in run(a, "recall", ref, "--yes", lang="nl").stdout

    def line(lang, r):
        return next(x for x in run(a, "letter", case, lang=lang).stdout.splitlines() if r in x)
    for lang in LANGS:
        assert MISTAKE[lang][1] in line(lang, ref) and MISTAKE[lang][0] not in line(lang, ref)
        assert not set(MISTAKE[lang]) & {line(lang, kept)} and "vergissing" not in line(lang, kept)
    b.start()
    b.await_state(ref, "error")
    wait_for("the receipt", lambda: all(d.get("let_go") for d in a.k("letter", ref)["disclosures"]))
    for lang in LANGS:
        assert MISTAKE[lang][0] in line(lang, ref)
        page = run(a, "who", case, lang=lang).stdout
        assert {"nl": "een vergissing: daar weer gewist", "fr": "une erreur : effacé là-bas depuis", "en": "a mistake: erased there since",
                "de": "ein Versehen: dort wieder gelöscht"}[lang] in page
    assert "uw naam, uw geboortedatum en uw taal; hoe men u kan bereiken; wat u nodig hebt en wat u wilt bereiken" in line("nl", kept)
    # by mistake and allowed: of the one that was recalled a letter says that it rests on the consent no more, which goes on
    both = [" ".join(run(a, "letter", x, lang="nl").stdout.split()) for x in (ref, kept)]
    assert ["Dit mag omdat u" in x for x in both] == [False, True] and "steunt er niet meer op. Uw toestemming blijft gelden" in both[0], both
    text = run(a, "letter", case, lang="nl").stdout  # no label of a worker's screen
    assert not [w for w in ("wie het is", "noden en doelen", "inkomen en schulden", "eigen verhaal", "doorverwijzen)") if w in text], text
    other = a.new_case(name="Ander Verzonnen")
    a.consent(other, b.name, "identity,needs")
    gone = a.refer(other, b.name)
    b.await_state(gone, "offered")
    a.k("recall", gone)
    wait_for("the receipt", lambda: all(d.get("let_go") for d in a.k("letter", gone)["disclosures"]))
    tried = run(a, "case", "erase", other, "--dry-run", lang="nl").stderr  # whoever let go of it is not asked to
    assert "wordt hier voorgoed gewist" in tried and b.org not in tried, tried
    a.k("consent", "withdraw", grant)
    wait_for("the withdrawal to be there", lambda: a.k("show", kept)["log"][-1].get("stored_ms"))
    assert "SMWO moet het wissen, en heeft nog niet bevestigd" in line("nl", kept)
    b.await_state(kept, "revoked")
    b.k("case", "erase", b.new_case(name="Een Ander"), "--now")  # what the night does
    wait_for("the answer", lambda: all(d.get("let_go") for d in a.k("letter", kept)["disclosures"]), 60)
    assert "De toestemming is ingetrokken. SMWO heeft het weer gewist" in line("nl", kept)


CAME = {"nl": ("die van Goes bij ons kwam", "Dat mogen wij gebruiken tot en met", "Dat mogen wij nu niet gebruiken"),
        "fr": ("qui nous est venue de Goes", "Nous pouvons l'utiliser jusqu'au", "Nous ne pouvons pas l'utiliser maintenant"),
        "en": ("that came to us from Goes", "We may use it until", "We may not use it now"),
        "de": ("die von Goes zu uns kam", "Wir dürfen das bis", "Wir dürfen das jetzt nicht verwenden")}


def test_what_came_is_used_as_long_as_the_consent_holds(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case()
    gid = a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    theirs = b.k("show", ref)["referrals"][0]["case_id"]
    assert [g["id"] for g in b.k("letter", ref)["grants"]] == [gid]
    for lang, (came, may, over) in CAME.items():
        for what in (ref, theirs):
            page = run(b, "letter", what, lang=lang).stdout
            assert came in page and may in page and over not in page, page
    a.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: [g["state"] for g in b.k("consent", "list", theirs)["grants"]] == ["withdrawn"])
    for lang, (came, may, over) in CAME.items():
        for what in (ref, theirs):
            page = run(b, "letter", what, lang=lang).stdout
            assert over in page and may not in page and came not in page and "()" not in page, page


def test_the_newest_comes_first_and_each_referral_has_its_history(federation):
    f = federation("Goes", "SMWO", "GGD Zeeland")
    a, b, c = f.start()
    case = a.new_case(name="Testpersoon Verzonnen")
    for n, need in ((b, "income-debt"), (c, "housing"), (b, "legal"), (c, "rights")):  # each time another consent: no consent has all that is new
        a.consent(case, n.name, "identity,needs")
        n.await_state(a.refer(case, n.name, need=need), "offered")
    for args in (("who", case), ("case", "export", case), ("letter", case)):
        reply = a.k(*args)
        when = [d["at_ms"] for d in reply["disclosures"]]
        assert len(when) >= 8 and when == sorted(when, reverse=True), args
        given = [g["given_ms"] for g in reply["grants"]]
        assert given == sorted(given, reverse=True), args
    export = a.k("case", "export", case)
    assert {h["ref"] for h in export["histories"]} == {r["ref"] for r in export["referrals"]} and len(export["histories"]) == 4
    for h in export["histories"]:
        assert [e["act"] for e in h["log"]] == [e["act"] for e in a.k("show", h["ref"])["log"]] != []
    assert a.k("case", "export", a.new_case(name="Testpersoon Alleen"))["histories"] == []


def test_for_whom_a_second_person_did_it_is_said(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    theirs = b.new_case()
    b.consent(theirs, a.name, "identity,needs")
    ref = b.refer(theirs, a.name)
    a.await_state(ref, "offered")
    case = a.k("show", ref)["referrals"][0]["case_id"]
    a.k("backup", str(f.dir / "copy"))
    for n in (a, b):
        n.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "restore", str(f.dir / "copy"), "--sheet", str(a.dir / "recovery-sheet.txt")],
                   check=True, capture_output=True)
    a.start()  # what it held waits until the partner is heard
    hire(a, "caseworker", name="Anna De Wit")
    hire(a, "caseworker", name="Bert Verzonnen", uid=41010)
    anna, bert = Colleague(a, UIDS["caseworker"]), Colleague(a, 41010)
    assert not anna.ask("case_worker", id=case).error
    shown = bert.ask("case_show", id=case).cases[0]
    assert (shown.worker, len(shown.worker_id)) == ("Anna De Wit", 32)
    asked = anna.ask("case_release", id=case)
    assert asked.code == "second-person" and not bert.ask("pending_confirm", id=asked.id).error
    rows = bert.ask("case_who", id=case).audit
    assert any(r.actor == "Bert Verzonnen" and r.on_behalf == "Anna De Wit" and r.detail == "released" for r in rows), rows
    for lang, words in (("nl", "gevraagd door Anna De Wit"), ("fr", "demandé par Anna De Wit"), ("en", "asked for by Anna De Wit"), ("de", "auf Bitte von Anna De Wit")):
        for args in (("who", case), ("case", "export", case)):
            assert words in kring(a, 41010, "--lang", lang, *args).stdout, (lang, args)
        assert "Anna De Wit" in kring(a, 41010, "--lang", lang, "case", "show", case).stdout.splitlines()[0]


def test_many_pages_are_one_list(federation, workdir):
    f = federation()
    a, b = f.start()
    case = a.new_case()
    for _ in range(3):
        a.consent(case, b.name)
    for _ in range(220):
        a.k("case", "show", case)
    rows = a.k("who", case)["audit"]
    assert len(rows) > 220 and len({r["seq"] for r in rows}) == len(rows) and [r["seq"] for r in rows] == sorted((r["seq"] for r in rows), reverse=True)


def test_what_somebody_typed_stays_letters(dialled, workdir):
    f, b, m = dialled(org="Python <b>Partner</b>")
    for way in ((), ("--receive",)):
        b.k("partner", "agree", b.k("partner", "list")["partners"][-1]["typed"] if b.k("partner", "list")["partners"][-1]["name"] != b.org
            else b.k("partner", "list")["partners"][0]["typed"], "--share", "identity,contact,needs,story", *way)
    gid, subject, g = grant(m, 1 | 1 << 1 | 1 << 15 | 1 << 16)
    person = pb.Person(name=HOSTILE, phone=HOSTILE, address=HOSTILE + "\n" + HOSTILE, story=HOSTILE, goals=HOSTILE)
    _, o, _ = offer(m, gid, subject, person, 1 | 1 << 1 | 1 << 15 | 1 << 16)
    m.send_documents([g, o])
    m.until(lambda: len(m.verdicts) == 2)
    assert [v[2] for v in m.verdicts] == [0, 0]
    row = b.k("inbox")["referrals"][0]
    case = row["case_id"]
    b.k("case", "note", case, "--text", HOSTILE)
    b.k("case", "edit", case, "--health", HOSTILE)
    for args in (("case", "export", case), ("letter", case), ("letter", row["ref"]), ("who", case), ("consent", "receipt", gid.hex())):
        page = sheet(b, workdir, *args)
        assert "<script" not in page.raw and "http://" not in page.raw and "https://" not in page.raw
    assert HOSTILE in sheet(b, workdir, "letter", case).text
    export = sheet(b, workdir, "case", "export", case).text
    assert export.count("alert(1)") >= 6  # each field is there, as it was typed
    path = workdir / "there.html"
    path.write_text("kept")
    r = run(b, "letter", case, "--html", str(path))
    assert r.returncode == 1 and path.read_text() == "kept"
    os.symlink(workdir / "nowhere", workdir / "link.html")
    assert run(b, "letter", case, "--html", str(workdir / "link.html")).returncode == 1 and not (workdir / "nowhere").exists()
