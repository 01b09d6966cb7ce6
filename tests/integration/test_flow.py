# SPDX-License-Identifier: EUPL-1.2
"""Figures of a quarter: made by every member, read by coordinators, observers and evaluators; no person is in them."""
import csv
import datetime
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import time

import pytest
from kringwire import DOCUMENT, OFFER, compile_bodies, make_document
from node import Clock, Refused, wait_for
from test_moved import begun, goes_on, hand_over, three  # noqa: F401
from test_moved import own as answered
from test_walls import memory_has

pb = compile_bodies()
REPORT, MALFORMED = 23, 6
DAY = 86400
MARKER = "Plantmarkerstroom"


def quarter_of(t=None):
    d = datetime.datetime.fromtimestamp(t or time.time(), datetime.timezone.utc)
    return d.year, (d.month - 1) // 3 + 1


def quarter_end(year, q):
    return datetime.datetime(year + q // 4, q % 4 * 3 + 1, 1, tzinfo=datetime.timezone.utc).timestamp()


YEAR, Q = quarter_of()
THIS = f"{YEAR}Q{Q}"
TO_READY = int((quarter_end(YEAR, Q) - time.time()) // DAY + 16)  # days until its report may be made


class Region:
    """Two members, a coordinator and an observer on one clock."""

    def __init__(self, f, settings=""):
        self.f, self.clock = f, Clock(f.dir)
        self.a, self.b = f.nodes
        self.lead, self.eye = f.add("Health and Europe Centre", cls="coordinator", country="UK"), f.add("Waarnemer", cls="observer")
        self.b.dir.joinpath("kring.conf").write_text(self.b.dir.joinpath("kring.conf").read_text() + settings)
        f.nodes += [self.lead, self.eye]
        for n in f.nodes:
            n.start(*self.clock.args)
        f.import_roster()
        f.agree(self.a, self.b)
        f.agree(self.b, self.a)
        for n in f.nodes:
            f.await_connected(n, 3)

    def refer(self, n, accept, decline="no-capacity", case=None):
        """n people from a to b: the first ones are accepted, then declined; the rest waits."""
        refs = []
        for i in range(n):
            c = case or self.a.new_case(name=f"{MARKER}{i}")
            self.a.consent(c, self.b.name)
            refs.append(self.a.refer(c, self.b.name, "--again", need="housing"))
        wait_for("them to arrive", lambda: set(refs) <= {r["ref"] for r in self.b.k("inbox").get("referrals", [])})
        for i, ref in enumerate(refs):
            if i < accept:
                self.b.k("accept", ref)
            elif decline:
                self.b.k("decline", ref, "--reason", decline, "--alternative", "none")

    def to_report(self, days=TO_READY):
        self.clock.days(days, self.f.nodes)

    def reports(self, quarter=THIS, count=2):
        return wait_for("the reports", lambda: (r := self.lead.k("flow", "--quarter", quarter)["flow"]).get("reports") == count and r, 40)


@pytest.fixture
def region(federation):
    return lambda **kw: Region(federation("Balen", "Geel"), **kw)


def cli(n, *args, lang="en"):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", lang, *args], capture_output=True, text=True)


def body_at(n, quarter=THIS):
    """Everything that this node can show of that quarter, as it was published."""
    f = n.k("flow", "--quarter", quarter)["flow"]
    return {k: f.get(k) for k in ("pairs", "nodes", "needs", "shares", "k", "k_sensitive")}


def test_figures_reach_whoever_collects_and_no_person_does(region):
    r = region()
    r.refer(40, accept=30)
    exact = r.b.k("flow", "--own")["flow"]
    assert exact["own"] and [(p["accepted"], p["declined"]) for p in exact["pairs"]] == [(30, 10)]
    assert exact["needs"] == [{"reporter": "Geel", "need": "housing", "no_capacity": 10, "unsuitable": 0, "other": 0}]
    assert exact["nodes"][0]["accepted_1"] == 30 and exact["nodes"][0]["declined_2"] == 10
    r.to_report()
    f = r.reports()
    assert f["reporters"] == 2 and not f.get("gaps")
    error = {s["table"]: s["error"] for s in f["shares"]}
    sent = [p for p in f["pairs"] if p["reporter"] == p["sender"] == "Balen"]
    received = [p for p in f["pairs"] if p["reporter"] == p["receiver"] == "Geel"]
    for p in (sent, received):  # the noise is drawn once, and may be far out once in twenty
        assert p and abs(p[0]["accepted"] - 30) <= 3 * error["flow"]
    wait_for("the observer too", lambda: body_at(r.eye) == body_at(r.lead))
    for n in (r.lead, r.eye):  # neither on disk nor in memory
        for p in n.dir.rglob("*"):
            assert not (p.is_file() and MARKER.encode() in p.read_bytes()), p
        if os.getuid() == 0:
            assert not memory_has(n.children()["core"], [MARKER.encode()])
    with pytest.raises(Refused):
        r.lead.k("flow", "publish")  # it has nothing of its own to report
    for n in r.f.nodes:
        n.k("verify")  # reports are records like all others
    # every number that leaves is at least k and a multiple of five
    for row in f["pairs"]:
        assert all(v >= row["k"] and v % 5 == 0 for k, v in row.items() if isinstance(v, int) and k != "k")
    for row in f.get("nodes", []) + f.get("needs", []):
        assert all(v >= f["k"] and v % 5 == 0 for v in row.values() if isinstance(v, int))


@pytest.mark.long
def test_asking_again_gives_the_same_bytes(region):
    """Twice, after a restart, and by somebody who came later: one report, and no second draw of noise."""
    r = region()
    r.refer(12, accept=12)
    before = r.a.k("flow", "publish", "--dry-run", "--quarter", THIS)["flow"]
    assert before["state"] == "too-early" and before["spent"] == 2000 and before["left"] == 6000
    with pytest.raises(Refused) as too_early:
        r.a.k("flow", "publish", "--quarter", THIS)
    assert "too early" in str(too_early.value)
    r.to_report()
    r.reports()
    shown = body_at(r.lead)
    r.refer(10, accept=10)  # more people, and the quarter is over: nothing of it changes
    for _ in range(3):
        assert r.a.k("flow", "publish", "--quarter", THIS)["flow"]["state"] == "published"
    r.a.stop()
    r.a.start(*r.clock.args)
    again = r.a.k("flow", "publish", "--dry-run", "--quarter", THIS)["flow"]
    assert again["state"] == "published" and again["spent"] == 2000
    mine = lambda rows: [p for p in rows or [] if p["reporter"] == "Balen"]
    assert mine(again.get("pairs")) == mine(shown["pairs"])
    late = r.f.add("Evaluator", cls="evaluator")
    late.start(*r.clock.args)
    r.f.import_roster(*r.f.nodes, late)
    r.f.nodes.append(late)
    wait_for("the newcomer to have it", lambda: late.k("flow", "--quarter", THIS)["flow"].get("reports") == 2, 60)
    assert body_at(late) == shown and body_at(r.lead) == shown


def test_each_referral_counts_in_one_quarter(region):
    """Successive quarters are of different events: subtracting them tells nothing that one of them does not."""
    r = region()
    r.refer(6, accept=0, decline=None)  # nobody answers
    year, q = quarter_of(quarter_end(YEAR, Q) + 20 * DAY)
    r.to_report(TO_READY + 10)
    assert r.b.k("flow", "--own", "--quarter", THIS)["flow"].get("pairs") in (None, []) or \
        [p["unanswered"] for p in r.b.k("flow", "--own", "--quarter", THIS)["flow"]["pairs"]] == [6]
    counted = sum(p[k] for quarter in (THIS, f"{year}Q{q}") for p in r.b.k("flow", "--own", "--quarter", quarter)["flow"].get("pairs", [])
                  for k in p if isinstance(p[k], int))
    assert counted == 6  # once each, as unanswered, in whichever quarter their two weeks ended
    # and one person counts twice at most, however often they are referred
    case = r.a.new_case(name=f"{MARKER}vaak")
    r.refer(5, accept=5, case=case)
    own = lambda: r.a.k("flow", "--own")["flow"].get("pairs", [])
    wait_for("all five, exact here", lambda: sum(p["accepted"] for p in own()) == 5)
    # what leaves was capped: the noise of a share of 1.0 is at most a few dozen, so only the arithmetic is checked, by unit/domain/test_flow


@pytest.mark.long
def test_the_budget_of_a_year_is_kept(region, workdir):
    """A quarter has a quarter of the year at most, so only a policy that changes in between can meet the end of the year's."""
    r = region()
    p = str(workdir / "policy")
    r.to_report()
    r.reports()
    if Q == 4:
        r.to_report(92)
        r.reports(f"{YEAR + 1}Q1")
    after = f"{YEAR + 1}Q2" if Q == 4 else f"{YEAR}Q{Q + 1}"
    r.f.run("roster", "propose", "--roster", str(r.f.roster), "--op", "policy", "--policy",
            "flow=0.2 needs=0.1 answers=0.1 ends=0.1 year=2 k=7", "--out", p)
    for i in (1, 2):
        out = r.f.run("roster", "sign", "--yes", "--proposal", p, "--key", str(r.f.dir / f"roots/root{i}.key"), "--roster", str(r.f.roster))
        assert "flow 0.200" in out and "nothing below 7" in out
    for words in ("k=4", "cap=5", "year=9", "sensitive=9", "flow=0.201", "year=1.9", "flow=0 needs=2.0 answers=0 ends=0", "nonsense=1", "flow=x"):
        with pytest.raises(subprocess.CalledProcessError):
            r.f.run("roster", "propose", "--roster", str(r.f.roster), "--op", "policy", "--policy", words, "--out", p)
    head = lambda n: n.k("status")["status"]["roster_seq"]
    before = head(r.lead)
    r.f.import_roster(*r.f.nodes)
    wait_for("the policy everywhere", lambda: {head(n) for n in r.f.nodes} == {before + 1})
    r.to_report(92)  # 2.0 of epsilon are spent: nothing is left of a year of 2.0
    refused = after
    lead = wait_for("the refusal", lambda: (x := r.lead.k("flow", "--quarter", refused)["flow"]).get("gaps") and
                    all(g["why"] == "budget" for g in x["gaps"]) and x, 40)
    assert {g["reporter"] for g in lead["gaps"]} == {"Balen", "Geel"} and not lead.get("reports") and not lead.get("pairs")
    mine = r.a.k("flow", "publish", "--dry-run", "--quarter", refused)["flow"]
    assert mine["refused"] == "budget" and not mine.get("pairs")
    assert "budget" in cli(r.lead, "flow", "--quarter", refused).stdout


@pytest.mark.long
def test_a_node_may_only_tell_less(region):
    r = region(settings="[Flow]\nThreshold=20\nSharePercent=50\nPublish=manual\n")
    r.refer(30, accept=20)
    mine = r.b.k("flow", "publish", "--dry-run", "--quarter", THIS)["flow"]
    assert mine["k"] == 20 and {s["table"]: s["share"] for s in mine["shares"]}["flow"] == 500
    for row in mine.get("pairs", []) + mine.get("nodes", []) + mine.get("needs", []):
        assert all(v >= 20 for k, v in row.items() if isinstance(v, int))
    r.to_report()
    assert r.reports(count=1)["gaps"] == [{"reporter": "Geel", "why": "not-reported"}]
    r.b.k("flow", "publish", "--quarter", THIS)  # a person's word
    told = r.reports(count=2)  # what is said of errors holds for the one that tells least
    assert {s["table"]: s["share"] for s in told["shares"]}["flow"] == 500
    r.b.stop()
    conf = r.b.dir / "kring.conf"
    for bad in ("Threshold=4", "Threshold=300", "Threshold=x", "SharePercent=101", "SharePercent=0", "Publish=sometimes"):
        good = conf.read_text()
        conf.write_text(re.sub(r"\[Flow\][^[]*", f"[Flow]\n{bad}\n", good))
        p = subprocess.run([str(r.f.bin / "kringd"), "--dir", str(r.b.dir)], capture_output=True, text=True, timeout=20)
        assert p.returncode == 78 and bad.split("=")[0] in p.stdout + p.stderr, bad
        conf.write_text(good)


def report_body(period=YEAR * 4 + Q - 1, rows=((1, {0: 30}),), **over):
    flow = b"".join(struct.pack(">IH", entry, sum(1 << i for i in cells)) + b"".join(struct.pack(">H", cells[i]) for i in sorted(cells))
                    for entry, cells in rows)
    fields = dict(period=period, share_flow=1000, share_needs=250, share_answers=500, share_ends=250, cap=2, k=5, k_sensitive=10,
                  flow=flow, answers=bytes(22), ends=bytes(16))
    return pb.Report(**{**fields, **over}).SerializeToString()


def test_hostile_reports_are_refused_and_the_first_word_counts(dialled):
    f, b, m = dialled(node_cls="coordinator")

    def send(body, type=REPORT, thread=None, **head):
        m.verdicts, m.refused = [], []
        thread = thread or os.urandom(16)
        raw, _ = make_document(m.nk, body, fed=m.fed, sender=m.id, recipient=m.peer, type=type, thread=thread, basis=0, table=0, **head)
        m.send_documents([raw])
        m.until(lambda: m.verdicts or m.refused)
        return raw, (m.verdicts[0][2] if m.verdicts else None)

    good = report_body()
    for what, body in {
            "a figure below k": report_body(rows=((1, {0: 4}),)), "not rounded": report_body(rows=((1, {0: 31}),)),
            "rows out of order": report_body(rows=((2, {0: 30}), (1, {0: 30}))), "a row twice": report_body(rows=((1, {0: 30}), (1, {1: 30}))),
            "an empty row": report_body(rows=((1, {}),)), "k too low": report_body(k=4), "a share beyond any year": report_body(share_flow=9000),
            "more than a quarter of the year": report_body(share_flow=1001),
            "a cap beyond any": report_body(cap=5), "cut short": report_body(flow=b"\0\0\0\1\0"), "a short table": report_body(answers=bytes(20)),
            "a table without a share": report_body(share_ends=0), "no such quarter": report_body(period=3), "junk": b"\x7a\x01x",
            "a need below k": report_body(needs=[pb.ReportNeed(need="housing", declined=struct.pack(">3H", 0, 0, 4))])}.items():
        assert send(body)[1] == MALFORMED, what
    assert not b.k("flow").get("flow", {}).get("reports")
    raw, verdict = send(good)
    assert verdict == 0
    shown = b.k("flow", "--quarter", THIS)["flow"]
    assert shown["reports"] == 1 and shown["pairs"][0]["accepted"] == 30
    m.verdicts = []
    m.send_documents([raw])  # the same again, under a new number: the same verdict, nothing else
    m.until(lambda: m.verdicts)
    assert m.verdicts[0][2] == 0 and b.k("flow", "--quarter", THIS)["flow"] == shown
    assert send(report_body(rows=((1, {0: 90}),)))[1] == 0  # another word on the same quarter
    after = b.k("flow", "--quarter", THIS)["flow"]
    assert after["pairs"] == shown["pairs"] and after["gaps"] == [{"reporter": "Python Partner", "why": "contradicts"}]
    # a second document in a report's thread is no report
    thread = os.urandom(16)
    raw, h = make_document(m.nk, report_body(period=YEAR * 4 + Q - 2), fed=m.fed, sender=m.id, recipient=m.peer, type=REPORT, thread=thread,
                           basis=0, table=0)
    m.verdicts = []
    m.send_documents([raw])
    m.until(lambda: m.verdicts)
    assert send(good, thread=thread, thread_no=2, prev=h)[1] == MALFORMED
    # a person is not a figure: refused before it is looked at
    send(pb.Offer(need="housing").SerializeToString(), type=OFFER)
    assert m.refused and m.refused[0][0] == 5 and not m.verdicts


def test_a_report_to_a_plain_member_is_refused(dialled):
    f, b, m = dialled()
    raw, _ = make_document(m.nk, report_body(), fed=m.fed, sender=m.id, recipient=m.peer, type=REPORT, thread=os.urandom(16), basis=0, table=0)
    m.send_frame([(DOCUMENT, raw)], first=1)
    m.until(lambda: m.refused)
    assert m.refused[0][0] == 5 and not b.k("flow")["flow"].get("reports")


@pytest.mark.long
def test_what_was_published_comes_back_and_is_not_drawn_again(region):
    """The disk of a member is lost after its report left: it says so, and never makes another one of that quarter."""
    r = region()
    r.refer(20, accept=20)
    shutil.copy(r.a.dir / "recovery-sheet.txt", r.f.dir / "sheet")
    r.a.k("backup", str(r.f.dir / "one"))
    r.to_report(TO_READY)
    r.reports()
    shown = body_at(r.lead)
    r.a.stop()
    shutil.rmtree(r.a.dir)
    out = subprocess.run([str(r.f.bin / "kring"), "--dir", str(r.a.dir), "restore", str(r.f.dir / "one"), "--sheet", str(r.f.dir / "sheet")],
                         capture_output=True, text=True)
    if out.returncode:  # a quarter may be longer than a backup lives: then there is nothing to restore, and nothing to test
        assert "35" in out.stdout + out.stderr
        return
    r.a.start(*r.clock.args)
    with_refusal = lambda: (x := r.a.try_k("flow", "publish", "--dry-run", "--quarter", THIS)) and x["flow"]
    assert wait_for("an answer", with_refusal)["state"] in ("published", "ready")
    assert with_refusal().get("refused") == "state-lost" or not with_refusal().get("refused")
    for n in (r.lead, r.eye, r.b):
        wait_for(f"{n.name} to notice", lambda: n.try_k("partner", "restored", "balen") is not None, 60)
    wait_for("our own report to come back", lambda: (x := with_refusal()) and not x.get("refused") and x["state"] == "published", 60)
    mine = lambda rows: [p for p in rows or [] if p["reporter"] == "Balen"]
    assert mine(with_refusal().get("pairs")) == mine(shown["pairs"]) and body_at(r.lead) == shown


@pytest.mark.long
def test_every_sentence_holds_for_the_numbers_beside_it(region, workdir):
    """The page, the CSV and the JSON say the same, in four languages; each figure is computed anew from the cells."""
    r = region()
    r.refer(160, accept=120)
    r.to_report()
    f = r.reports()
    figures = {(x["code"], x.get("need")): x for x in f["figures"]}
    cells = lambda *names: sum(n.get(k, 0) for n in f.get("nodes", []) for k in names)
    yes = cells("accepted_1", "accepted_2", "accepted_5", "accepted_10", "accepted_more")
    no = cells("declined_2", "declined_more")
    soon, passed, none = cells("accepted_1", "accepted_2", "declined_2"), cells("redirected"), cells("unanswered")
    expected = {"received": yes + no + passed + none + cells("withdrawn"), "withdrawn": cells("withdrawn"), "revoked": cells("revoked")}
    shares = {"accepted": (yes, no + passed), "redirected": (passed, yes + no), "unanswered": (none, yes + no + passed),
              "quick": (soon, yes + no - soon),
              "helped": (cells("helped", "partly"), cells("not_reached", "person_declined", "not_completed", "moved_on", "taken_back", "revoked"))}
    assert ("received", None) in figures  # large enough to be said, whatever the noise
    for (code, need), x in figures.items():
        assert x["low"] <= x["value"] <= x["high"], x
        if code == "unmet":
            assert x["value"] == sum(n.get("no_capacity", 0) + n.get("unsuitable", 0) for n in f["needs"] if n["need"] == need)
        elif x["unit"] == "count":
            assert x["value"] == expected[code], x
        else:
            part, rest = shares[code]
            assert x["of"] == part + rest and abs(x["value"] - 100 * part / (part + rest)) <= 0.5, x
    x = figures["received", None]
    assert 2 * x["low"] - x["value"] <= 160 <= 2 * x["high"] - x["value"]  # twice the range: no lottery
    for lang in ("nl", "fr", "en", "de"):
        page = cli(r.lead, "flow", lang=lang).stdout
        assert "{" not in page and "}" not in page, page
        for x in json.loads(cli(r.lead, "--json", "flow", lang=lang).stdout)["flow"]["figures"]:
            assert x["sentence"] in page
            said = [int(n) for n in re.findall(r"\d+", x["sentence"])]
            wanted = [x["value"], x["low"], x["high"]] + ([x["of"]] if "of" in x and x["code"] != "received" else [])
            assert all(n in said for n in wanted), x
            assert set(said) <= set(wanted) | {100, x.get("before")}, x
    out = workdir / "flow.csv"
    assert cli(r.lead, "flow", "--csv", str(out)).returncode == 0
    subprocess.run(["sha256sum", "-c", "flow.csv.sha256"], cwd=workdir, check=True, capture_output=True)
    rows = list(csv.DictReader(out.open()))
    assert list(rows[0]) == ["quarter", "table", "reporter", "sender", "receiver", "need", "figure", "value", "k", "error95"]
    in_json = sum(1 for t in ("pairs", "nodes", "needs") for row in f.get(t, []) for k, v in row.items() if isinstance(v, int) and k != "k")
    assert len(rows) == in_json and {x["quarter"] for x in rows} == {THIS}
    shown = next(x for x in rows if x["table"] == "flow" and x["reporter"] == "Balen" and x["figure"] == "accepted")
    assert int(shown["value"]) == next(p["accepted"] for p in f["pairs"] if p["reporter"] == p["sender"] == "Balen")
    assert cli(r.lead, "flow", "--quarter", "2026Q9").returncode == 2


def own(n):
    """A node's own exact figures, but for how late it is."""
    return n.k("flow", "--own")["flow"]


FORMULA = '=HYPERLINK("http://127.0.0.1/")'


def test_a_file_of_figures_is_inert_and_goes_through_no_link(federation, workdir):
    """A partner's name is a formula: no cell begins one.  The file is its owner's alone and never lands behind a link."""
    f = federation("Balen", FORMULA)
    a, b = f.start()
    case = a.new_case(name="Csv Verzonnen")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    wait_for("it to arrive", lambda: b.k("inbox").get("referrals"))
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(ref, "declined")
    out, aim = workdir / "own.csv", workdir / "elsewhere"
    assert cli(a, "flow", "--own", "--csv", str(out)).returncode == 0
    rows = list(csv.reader(out.open()))
    assert "'" + FORMULA in {x for row in rows for x in row}
    assert not [x for row in rows for x in row if x[:1] in tuple("=+-@\t\r\n")]
    for made in (out, workdir / "own.csv.sha256"):
        assert made.stat().st_mode & 0o777 == 0o600, made
    out.chmod(0o644)  # and again over one that others may read
    done = cli(a, "flow", "--own", "--csv", str(out), "--csv-semicolon", "--csv-bom")
    assert done.returncode == 0 and out.stat().st_mode & 0o777 == 0o600
    assert out.read_bytes().startswith(b"\xef\xbb\xbfquarter;table;")
    again = list(csv.reader(out.open(encoding="utf-8-sig"), delimiter=";"))
    assert again == rows
    subprocess.run(["sha256sum", "-c", "own.csv.sha256"], cwd=workdir, check=True, capture_output=True)
    # the name of something else, typed instead of a new one
    for name, text in (("notes.txt", "Anna: phone on Monday\n"), ("empty", ""), ("short", "quarter"), ("other.csv", "\ufeffquarter,amount\n")):
        (workdir / name).write_text(text)
        refused = cli(a, "flow", "--own", "--csv", str(workdir / name))
        assert refused.returncode == 1 and "already exists" in refused.stderr and "choose another name" in refused.stderr, refused
        assert (workdir / name).read_text() == text and not (workdir / f"{name}.sha256").exists()
    (workdir / "link.csv").symlink_to(aim)
    refused = cli(a, "flow", "--own", "--csv", str(workdir / "link.csv"))
    assert refused.returncode == 4 and "link" in refused.stderr and not aim.exists()
    (workdir / "two.csv.sha256").symlink_to(aim)
    assert cli(a, "flow", "--own", "--csv", str(workdir / "two.csv")).returncode == 0 and not aim.exists()
    # what the system says of the file, and no guess: this one is no full disk
    def short():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    before = out.read_bytes()
    words = [str(a.fed.bin / "kring"), "--dir", str(a.dir), "--lang", "en", "flow", "--own", "--csv", str(out)]
    refused = subprocess.run(words, capture_output=True, text=True, restore_signals=False, preexec_fn=short)
    assert refused.returncode == 4 and "too large" in refused.stderr and out.read_bytes() == before, refused
    assert cli(a, "flow", "--csv-bom").returncode == 2
    assert not list(workdir.glob("*.part"))


@pytest.mark.parametrize("years", [-8, 175])
def test_a_clock_that_is_years_off_ends_no_node(federation, years):
    """Figures have quarters from 2020 on: a machine whose clock starts in 2018 is answered, and goes on."""
    f = federation("Balen")
    clock = Clock(f.dir)
    (a,) = f.start(*clock.args)
    case = a.new_case(name=MARKER)
    clock.set(years * 365 * 86400)
    pid = a.proc.pid
    for words in (("flow", "--own"), ("flow", "publish", "--dry-run"), ("case", "erase", case, "--now", "--yes"), ("flow", "--own")):
        assert cli(a, *words).returncode in (0, 1, 4), words
    assert a.k("status") and a.proc.pid == pid and a.proc.poll() is None
    assert "INVARIANT_BROKEN" not in a.log.read_text()


def test_erasing_a_case_changes_no_figure(federation):
    """Who was helped, declined or taken back stays so in the quarter's figures when the file is erased, at both ends."""
    f = federation("Balen", "Geel")
    a, b = f.start()
    ends = ("helped", "helped", "partly", "person-declined")
    cases = {}
    for i in range(9):
        cases[i] = a.new_case(name=f"{MARKER}{i}")
        a.consent(cases[i], "geel")
    refs = {i: a.refer(cases[i], "geel", need="housing") for i in cases}
    wait_for("them to arrive", lambda: len(b.k("inbox").get("referrals", [])) == 9)
    for i, outcome in enumerate(ends):
        b.k("accept", refs[i])
        b.k("start", refs[i])
        b.k("outcome", refs[i], "--reason", outcome)
    for i, why in ((4, "no-capacity"), (5, "no-capacity"), (6, "not-eligible")):
        b.k("decline", refs[i], "--reason", why, "--alternative", "none")
    a.k("withdraw", refs[7], "--reason", "other")
    b.k("accept", refs[8])
    for i in range(4):
        a.await_state(refs[i], "outcome")
        a.k("ack", refs[i])
        b.await_state(refs[i], "closed")
    a.k("revoke", refs[8])
    b.await_state(refs[8], "revoked")
    wait_for("the withdrawal to be confirmed", lambda: not a.k("show", refs[7])["referrals"][0].get("provisional"))
    before = {n: own(n) for n in (a, b)}
    assert before[b]["needs"] == [{"reporter": "Geel", "need": "housing", "no_capacity": 2, "unsuitable": 1, "other": 0}]
    assert {k: before[b]["nodes"][0][k] for k in ("helped", "partly", "person_declined", "revoked")} == {
        "helped": 2, "partly": 1, "person_declined": 1, "revoked": 1}
    for n in (a, b):
        for row in n.k("case", "list")["cases"]:
            n.k("case", "erase", row["id"])
        assert own(n) == before[n], n.name
        n.stop()
        n.start()
        assert not n.k("case", "list").get("cases") and own(n) == before[n], n.name
    f.await_connected(a)
    c = a.new_case(name=f"{MARKER} again")  # who comes next is added to them
    a.consent(c, "geel")
    b.await_state(ref := a.refer(c, "geel", need="housing"), "offered")
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    assert own(b)["needs"][0]["no_capacity"] == 3


def test_what_counted_as_undelivered_stays_so_when_it_arrives_after_all(federation):
    """The figures of that quarter may have left since: an answer that comes then is a late one."""
    f = federation("Balen", "Geel")
    clock = Clock(f.dir)
    a, b = f.start(*clock.args)
    b.stop()
    case = a.new_case(name=f"{MARKER}laat")
    a.consent(case, "geel")
    ref = a.refer(case, "geel", need="housing")
    clock.days(16, [a])
    b.start(*clock.args)
    b.await_state(ref, "offered")
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(ref, "declined")
    quarters = {"%dQ%d" % quarter_of(time.time() + d * DAY) for d in range(17)}
    rows = [p for q in quarters for p in a.k("flow", "--own", "--quarter", q)["flow"].get("pairs", [])]
    assert {k: sum(p[k] for p in rows) for k in ("undelivered", "unanswered", "declined", "late")} == {
        "undelivered": 1, "unanswered": 0, "declined": 0, "late": 1}


def test_what_comes_under_an_erased_consent_counts_where_it_is_declined(federation):
    """By rule, without its content: so its need is not known there, and stands in no row of needs."""
    f = federation("Balen", "Geel")
    a, b = f.start()
    case = a.new_case(name=f"{MARKER}weer")
    a.consent(case, "geel")
    b.await_state(ref := a.refer(case, "geel", need="housing"), "offered")
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    b.k("case", "erase", b.k("case", "list")["cases"][0]["id"])
    a.await_state(ref, "declined")
    a.await_state(a.refer(case, "geel", "--again", need="housing"), "declined")
    assert [own(n)["pairs"][0]["declined"] for n in (a, b)] == [2, 2]
    assert own(b)["needs"] == [{"reporter": "Geel", "need": "housing", "no_capacity": 1, "unsuitable": 0, "other": 0}]


# ---- cases that move ----


def grown(before, after):
    """What came to figures since."""
    diff = lambda x, y: {k: y[k] - x.get(k, 0) for k in y if y[k] != x.get(k, 0)}
    pairs = {k: d for k, v in after[0].items() if (d := diff(before[0].get(k, {}), v))}
    return pairs, diff(before[1], after[1])


def test_a_moved_referral_counts_once(three):  # noqa: F811
    """What Goes was answered, and what SMWO was for the rest of the way; the move is neither an answer nor an end."""
    a, b, c = three.nodes
    before = [answered(n) for n in three.nodes]
    case, ref = begun(a, c)
    to_b = begun(a, b, case=case, need="housing")[1]
    in_between = [answered(n) for n in three.nodes]
    _, there = hand_over(a, b, case)
    c.await_state(ref, "moved")
    b.await_state(to_b, "moved")
    assert grown(in_between[0], answered(a)) == grown(in_between[2], answered(c)) == ({}, {})
    new = goes_on(b, c, there)
    c.await_state(new, "active")
    c.k("outcome", new, "--code", "helped")
    b.await_state(new, "outcome")
    b.k("ack", new)
    c.await_state(new, "closed")
    assert grown(before[0], answered(a)) == ({(a.org, c.org): {"accepted": 1}, (a.org, b.org): {"accepted": 1}}, {})
    assert grown(before[1], answered(b)) == ({(a.org, b.org): {"accepted": 1}}, {})
    assert grown(before[2], answered(c)) == ({(a.org, c.org): {"accepted": 1}}, {"helped": 1})


def test_a_handed_over_person_is_capped_once(three):  # noqa: F811
    """Twice answered before the case came, and twice after it: the report is that of two, byte for byte, for one truth has one noise."""
    a, b, c = three.nodes
    case = begun(a, b)[0]
    begun(a, b, case=case, need="housing")
    _, there = hand_over(a, b, case)
    assert [r["case_id"] for r in b.k("inbox", "--all")["referrals"] if r["case_id"] == there] == [there] * 2, "one person is one case"
    told = lambda: {k: v for k, v in b.k("flow", "publish", "--dry-run", "--quarter", THIS)["flow"].items() if k in ("pairs", "nodes", "needs")}
    report, exact = told(), answered(b)
    begun(b, c, case=there)
    begun(b, c, case=there, need="housing")
    b_to_c = {"accepted": 2}
    wait_for("both answers", lambda: grown(exact, answered(b)) == ({(b.org, c.org): b_to_c}, {}))
    assert told() == report, "a person counts twice at most, however often the case moved"
    begun(b, c)  # somebody else does count, and so everything that is shown is drawn anew
    begun(b, c)
    assert told() != report
