# SPDX-License-Identifier: EUPL-1.2
"""Two organisations live 400 days together: people come, are referred both ways, are answered or are not, take their consent back,
come again and are erased, while machines are switched off and on.  A ledger that knows nothing of the daemon keeps what happened."""
import collections
import datetime
import os
import random
import re
import signal
import time

import ledger
import pytest
from ctl import Control, pb
from node import Clock, wait_for

DAY = 86400
DAYS = int(os.environ.get("KRING_YEAR_DAYS", 400))
SEED = os.environ.get("KRING_YEAR_SEED", "1")
PEOPLE = float(os.environ.get("KRING_YEAR_PEOPLE", 0.4))  # newcomers of a node in a step of one to four days
MARKER = "Plantmarkerjaar"
CATS = 1 << 0 | 1 << 1 | 1 << 15 | 1 << 16
NEEDS = ("income-debt", "housing", "mental-health", "language", "legal")
LIVING = ("offered", "needs-info", "accepted", "on-hold", "active", "withdraw-pending", "outcome", "reopen-pending")
ASK, INFO, ACCEPT, DECLINE, REDIRECT, HOLD, START, NOTE, OUTCOME, ACK, REOPEN, WITHDRAW, WD_OK, REVOKE, ERROR = (
    2, 3, 4, 5, 6, 8, 9, 13, 14, 15, 16, 17, 18, 20, 21)
# Of each state, what its two sides may do, how often of a hundred times, and with which of these words.
RECEIVER = {
    "offered": ((ACCEPT, 35, ("", "place-now")), (DECLINE, 12, ("no-capacity", "not-eligible", "safety", "out-of-area")),
                (ASK, 8, ("what-tried", "household")), (REDIRECT, 5, ("nearer", "better-suited"))),
    "needs-info": ((ACCEPT, 5, ("",)), (DECLINE, 5, ("person-declined",))),
    "accepted": ((START, 45, ("", "first-contact")), (HOLD, 8, ("waiting-list",)), (DECLINE, 4, ("no-show",)), (NOTE, 5, ("appointment",))),
    "on-hold": ((START, 25, ("",)), (DECLINE, 2, ("no-capacity",))),
    "active": ((NOTE, 15, ("interim", "appointment", "no-show")), (HOLD, 3, ("person-away",)),
               (OUTCOME, 12, ("helped", "helped", "partly", "not-reached", "person-declined", "moved-on", "not-completed"))),
    "withdraw-pending": ((WD_OK, 25, ("work-stopped",)), (OUTCOME, 10, ("partly",)), (NOTE, 10, ("attempt",))),
    "reopen-pending": ((START, 30, ("",)), (OUTCOME, 15, ("helped",))),
}
SENDER = {
    "offered": ((WITHDRAW, 3, ("no-longer-needed", "wrong-partner")), (REVOKE, 1, ("person-stopped",)), (ERROR, 1, ("wrong-person",))),
    "needs-info": ((INFO, 35, ("",)), (WITHDRAW, 3, ("superseded",))),
    "accepted": ((WITHDRAW, 2, ("person-stopped",)),),
    "active": ((WITHDRAW, 2, ("person-stopped",)), (REVOKE, 1, ("consent-withdrawn",))),
    "on-hold": ((WITHDRAW, 4, ("superseded",)),),
    "outcome": ((ACK, 30, ("", "seen")), (REOPEN, 6, ("not-better",))),
    "reopen-pending": ((ACK, 5, ("",)),),
    "closed": ((REVOKE, 1, ("person-stopped",)),),
    "declined": ((REVOKE, 1, ("person-stopped",)),),
}

# What an act may be refused for: the other side was quicker, or the consent is over.
MEANWHILE = ("not now", "changed since you looked", "reopened once already", "may not see all of this", "somebody took this referral on")
# What status may say of a node with which all is well.
QUIET = {"org", "node_id", "fingerprint", "roster_seq", "roster_head", "members", "connected", "owed", "cases", "member", "version",
         "clock_agreed", "disk_used", "disk", "store", "store_used", "store_cap", "listen", "listen_since_ms", "frames_refused", "roster_standing", "roster_until_s",
         "incarnation", "address", "open_to_all", "sheet", "sheet_s", "locked", "failed_turns", "proposals"}


def day_end(at):
    """A consent holds until the end of its last day, where the nodes are."""
    day = datetime.datetime.fromtimestamp(at, ledger.NL) + datetime.timedelta(days=1)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


class Person:
    def __init__(self, name, home, case):
        self.name, self.home, self.case, self.since = name, home, case, 0
        self.no_consent()

    def no_consent(self):
        self.until = self.held = 0  # how long what was given lasts; what of it the partner did not erase with its case


class Life:
    def __init__(self, f):
        self.rng, self.f, self.clock, self.skew = random.Random(SEED), f, Clock(f.dir), 0
        self.nodes, self.lines = f.nodes, {n.name: Control(n.dir / "core.sock") for n in f.nodes}
        self.up = list(self.nodes)
        self.people, self.refs, self.states = [], {}, {n: {} for n in self.nodes}  # refs: reference -> (person, sender, receiver)
        self.stories = {n: {} for n in self.nodes}
        self.cases = {n: {} for n in self.nodes}  # case -> the person's name, as long as it is not erased
        self.erased = {n: set() for n in self.nodes}
        self.did = collections.Counter()
        # from nine in the morning on: what is seen in one step happened in one day
        self.to((time.time() // DAY + 1) * DAY + 9 * 3600)
        self.begin = self.now

    # ---- clock and lines ----
    @property
    def now(self):
        return time.time() + self.skew

    def to(self, at):
        time.sleep(0.02)  # what is on its way arrives before
        self.skew = int(at - time.time())
        self.clock.set(self.skew)

    def other(self, n):
        return next(x for x in self.nodes if x is not n)

    def ask(self, n, fill, may_fail=False):
        r = pb.Request(version=1, request_id=os.urandom(16))
        fill(r)
        got = self.lines[n.name].call(r)
        got = self.lines[n.name].call(r) if got is None else got  # the line of before a restart
        assert got is not None, f"{n.name} does not answer {r}: {n.log.read_text()[-600:]}"
        assert may_fail or not got.error, f"{n.name}: {r}: {got}"
        return got

    def status(self, n):
        return self.ask(n, lambda r: r.status.SetInParent()).status

    def settle(self):
        """Until nobody who is on owes anything to anybody who is on."""
        def quiet():
            return len(self.up) < 2 or all(s.owed == 0 and s.connected == 1 for s in map(self.status, self.up))
        for n in self.up:
            self.status(n)  # it looks at its clock
        for _ in range(2):
            wait_for(f"nothing to be owed, day {self.day():.0f}", quiet, 60)
        for n in self.up:
            self.observe(n)

    def day(self):
        return (self.now - self.begin) / DAY

    def rows(self, n, which, field="referrals", pages=99, **more):
        out, after = [], ""
        while True:
            def fill(r):
                ask = getattr(r, which)
                ask.limit = 500
                if after:
                    ask.after = after
                for k, v in more.items():
                    setattr(ask, k, v)
            got = self.ask(n, fill)
            out += getattr(got, field)
            after = got.next
            pages -= 1
            if not after or not pages:
                return out

    def show(self, n, ref):
        return self.ask(n, lambda r: setattr(r.show, "id", ref))

    def observe(self, n):
        """What this node knows now and did not know before goes into the ledger."""
        for row in self.rows(n, "sent", all=True) + self.rows(n, "inbox", all=True):
            known = self.states[n].get(row.ref)
            self.states[n][row.ref] = row
            if known is not None and (known.log_len, known.stored_ms) == (row.log_len, row.stored_ms):
                continue
            person, sender, receiver, need, written = self.refs[row.ref]
            story = self.stories[n].setdefault(row.ref, ledger.Story(n.org, sender.org, receiver.org, need, written))
            if n is receiver and known is None:
                story.stored = self.now
                if row.case_id not in self.erased[n]:
                    self.cases[n][row.case_id] = person.name
            if n is sender and row.stored_ms:
                story.stored = story.stored or self.stored_at(row.ref, receiver)
            seen = {(a.side, a.no): a for a in story.log}
            story.log = []
            for r in self.show(n, row.ref).log:
                a = seen.get((r.side, r.no)) or ledger.Act(r.side, r.act, r.state, r.reason, self.now)
                a.no, a.state = r.no, r.state
                if known is None and r.act == "offer" and r.hollow:
                    story.need = None  # it came without its content
                story.log.append(a)

    def stored_at(self, ref, receiver):
        """The receiver's own day, which the sender hears of."""
        if ref not in self.stories[receiver] and receiver in self.up:
            self.observe(receiver)
        return self.stories[receiver][ref].stored

    # ---- what people do ----
    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def newcomer(self, n):
        name = f"{MARKER}{len(self.people):04d}"

        def case(r):
            r.case_new.person.name, r.case_new.person.phone, r.case_new.person.goals = name, "000-000", "rust"
            if self.chance(50):
                r.case_new.person.story = f"het verhaal van {name}"
        p = Person(name, n, self.ask(n, case).id)
        self.cases[n][p.case] = name
        self.people.append(p)
        self.refer(p)

    def consent(self, p, days):
        def give(r):
            g = r.consent_give
            g.case_id, g.partner, g.purpose, g.how, g.given_by = p.case, self.other(p.home).org, "refer", "written", "self"
            g.cats, g.until_ms = CATS, int((self.now + days * DAY) * 1000)
        self.ask(p.home, give)
        if p.held < self.now:
            p.since = self.now
        last = day_end(self.now + days * DAY)
        p.until, p.held = max(p.until, last), max(p.held, last)
        self.did["consent"] += 1

    def refer(self, p):
        if p.until < self.now or self.chance(20):
            self.consent(p, self.rng.choice((20, 30, 40, 60, 200)))
        need, other = self.rng.choice(NEEDS), self.other(p.home)

        def refer(r):
            r.refer.case_id, r.refer.partner, r.refer.need, r.refer.again = p.case, other.org, need, True
            r.refer.urgency = 2 if self.chance(20) else 1
        got = self.ask(p.home, refer, may_fail=True)
        if got.code == "loop":  # the partner sent this person on before: whoever still refers there says why
            def again(r):
                refer(r)
                r.refer.knowing = "nu kan het daar wel"
            got = self.ask(p.home, again)
            self.did["circle"] += 1
        assert not got.error, got
        ref = got.id
        self.refs[ref] = (p, p.home, other, need, self.now)
        self.did["refer"] += 1

    def act(self, n, row, type, reason):
        def fill(r):
            a = r.act
            a.ref, a.type, a.reason, a.expect = row.ref, type, reason, row.log_len + 1
            if type == HOLD:
                a.date_ms = int((self.now + self.rng.randint(3, 30) * DAY) * 1000)
            if type == DECLINE:
                a.alternative = "none"
            if type == REDIRECT:
                a.targets.append(self.rng.choice(("Huis van het Kind", "Stadsbank")))
            if type == INFO:
                a.share = 1 << 1
            if type == ACCEPT:
                a.late = True
        got = self.ask(n, fill, may_fail=True)
        self.did[type] += not got.error
        if type == REVOKE and not got.error:
            self.refs[row.ref][0].no_consent()
        assert not got.error or any(w in got.what for w in MEANWHILE), got

    def answers(self, n):
        for ref, row in list(self.states[n].items()):
            if row.case_id not in self.cases[n]:
                continue
            table = SENDER if row.mine else RECEIVER
            for type, percent, words in table.get(row.state, ()):
                if self.chance(percent):
                    self.act(n, row, type, self.rng.choice(words))
                    break

    def erase(self, n):
        by_case = collections.defaultdict(list)
        for row in self.states[n].values():
            by_case[row.case_id].append(row)
        for case, rows in by_case.items():
            if case in self.cases[n] and not any(r.state in LIVING or r.provisional for r in rows) and self.chance(4):
                def fill(r):
                    r.case_erase.id = case
                    r.case_erase.now = self.chance(20)
                if self.ask(n, fill, may_fail=True).error:
                    continue  # somebody began something for this person meanwhile
                self.did["erase " + ("own" if rows[0].mine else "theirs")] += 1
                del self.cases[n][case]
                self.erased[n].add(case)
                if not rows[0].mine:
                    self.refs[rows[0].ref][0].held = 0
                for r in rows:  # what happened stays; what is said later about it counts nowhere
                    self.stories[n][r.ref].close(self.now)

    def home_people(self, n):
        return [p for p in self.people if p.home is n and p.case in self.cases[n]]

    def withdraw(self, n, case, p):
        def fill(r):
            r.consent_withdraw.id, r.consent_withdraw.all = case, True
        got = self.ask(n, fill, may_fail=True)
        self.did["withdrawn"] += not got.error
        p.no_consent()

    def consents(self, n):
        for row in list(self.states[n].values()):  # people say so where they are
            if not row.mine and row.state in LIVING and row.case_id in self.cases[n] and self.chance(0.3):
                self.withdraw(n, row.case_id, self.refs[row.ref][0])
        for p in self.home_people(n):
            left = (p.until - self.now) / DAY
            if left > 0 and self.chance(0.5):
                self.withdraw(n, p.case, p)
            if 0 < left < 8 and self.chance(30):
                self.consent(p, self.rng.choice((20, 40, 60)))
                self.did["renewed"] += 1

    def step(self):
        for n in list(self.up):
            for _ in range(int(PEOPLE) + self.chance(100 * (PEOPLE % 1))):
                self.newcomer(n)
            for p in self.home_people(n):
                if self.chance(1.5):
                    self.refer(p)
                    self.did["again"] += 1
            self.consents(n)
            self.answers(n)
            self.erase(n)
        self.settle()
        if len(self.up) == 2 and self.chance(20):
            for n in self.up:
                self.persons(n)

    def persons(self, n):
        """A living referral shows its person as long as consents cover it without a gap, and not a day longer."""
        for ref, row in self.states[n].items():
            p = self.refs[ref][0]
            if row.mine or row.state not in LIVING or row.case_id not in self.cases[n]:
                continue
            asked = self.now  # it may run out while it is shown
            shown = self.show(n, ref)
            self.did["looked at"] += 1
            assert shown.person.name == p.name or p.held < self.now or self.refs[ref][4] < p.since, (ref, p.name, shown, p.until, p.held)
            assert p.name not in str(shown) or p.until > asked, (ref, p.name, shown, p.until)

    # ---- machines ----
    def off(self, n):
        n.stop(self.rng.choice((signal.SIGTERM, signal.SIGKILL)))
        self.up.remove(n)

    def morning(self):
        """Both start anew and hear each other's clocks, without which no term ends; nor does one within three seconds of that, in
        which what the other has to say comes in.  Then a quarter of an hour in steps that nobody takes for a wrong clock."""
        for n in self.nodes:
            self.off(n)
            self.on(n)
        time.sleep(3.2)
        for _ in range(3):
            self.to(self.now + 300)
            self.settle()

    def on(self, n):
        n.start(*self.clock.args)
        self.up.append(n)
        self.settle()


PAUSES = ((100, 24), (220, 40), (330, 8))  # on which day one of them is switched off, and for how many days


def live(life):
    pauses, back, at = list(PAUSES), {}, time.time()
    while life.day() < DAYS:
        life.to(life.now + life.rng.choice((1, 2, 3, 4)) * DAY)
        for n in [n for n in back if back[n] <= life.day()]:
            del back[n]
            life.on(n)
        if pauses and pauses[0][0] <= life.day():
            n = life.nodes[len(pauses) % 2]
            life.off(n)
            back[n] = life.day() + pauses.pop(0)[1]
        if life.chance(4) and not back:
            n = life.rng.choice(life.nodes)
            life.off(n)
            life.on(n)
        life.settle()
        life.step()
    for n in back:
        life.on(n)
    print(f"year: {len(life.people)} people in {life.day():.0f} days, {time.time() - at:.1f} s: {dict(life.did)}")


def run_out(life):
    """Nobody does anything any more, and every term ends."""
    for _ in range(3):  # once is enough, but for a frame that was on its way when the clock was put forward
        life.morning()
        for _ in range(40):
            life.to(life.now + 4 * DAY)
            life.settle()
        if not any(r.state in LIVING or r.provisional for n in life.nodes for r in life.states[n].values()):
            break
    life.morning()


@pytest.mark.long
def test_four_hundred_days(federation):
    f = federation("Balen", "Geel")
    life = Life(f)
    f.start(*life.clock.args)
    life.settle()
    live(life)
    run_out(life)
    for n in f.nodes:
        check_figures(life, n)
        check_rest(life, n)
        check_erased(life, n)
    check_idle(life)


def check_figures(life, n):
    want = ledger.expected(life.stories[n].values(), life.now)
    quarters = sorted({ledger.quarter(life.begin + d * DAY) for d in range(0, int(life.day()) + 1)})
    assert len(quarters) >= 5 and set(want) <= set(quarters)
    wrong = []
    for q in quarters:
        got = ledger.told(n.k("flow", "--own", "--quarter", q)["flow"])
        wrong += [f"{n.name} {q} {cell}: {got[cell]} told, {want[q][cell]} happened" for cell in sorted(set(got) | set(want[q]), key=str)
                  if got[cell] != want[q][cell]]
    assert not wrong, "\n".join(wrong)


def check_rest(life, n):
    """Nothing is owed, nothing waits but what a person has to look at, and nothing is wrong."""
    assert not life.rows(n, "outbox_list", "outbox")
    said = {f.name for f, _ in life.status(n).ListFields()}
    assert said - {"alarms"} <= QUIET, said - QUIET
    assert {a.what for a in life.status(n).alarms} == {"no-backup"}  # nobody made one in all these days
    assert life.status(n).frames_refused == life.status(n).failed_turns == 0 and not life.status(n).store
    assert life.status(n).roster_standing == "expired"  # its roots did not live so long with them
    rows = life.states[n].values()
    assert not [r for r in rows if r.state in LIVING or r.provisional]
    mine = {**dict.fromkeys(("declined", "expired", "error"), "follow-up"), "redirected": "refer-on", "revoked": "consent-taken-back"}
    theirs = dict.fromkeys(("revoked", "error"), "erase-due")
    want = {(r.ref, (mine if r.mine else theirs).get(r.state)) for r in rows if r.case_id in life.cases[n]}
    want = {(ref, kind) for ref, kind in want if kind}
    # what a partner has to answer it answers behind its nightly erasure, which counts hours of the machine: they do not pass here
    got = {(w.ref, w.kind) for w in life.rows(n, "worklist", "work") if w.kind != "erasure-unanswered"}
    again = {r.ref for r in rows for x in rows if x.mine and r.mine and (x.case_id, x.need) == (r.case_id, r.need) and x.created_ms > r.created_ms}
    silent = {r.ref for r in rows if r.state == "error" and not r.mine}  # gone by itself, where nobody had begun
    assert got <= want and all(ref in (again if kind in ("follow-up", "refer-on") else silent) for ref, kind in want - got)


def check_erased(life, n):
    """Whoever was erased is named nowhere; whoever was not is still found."""
    living = set(life.cases[n].values())
    shown = life.rows(n, "case_list", "cases") + life.rows(n, "case_list", "cases", text=MARKER[:8])
    shown += life.rows(n, "inbox", all=True) + life.rows(n, "sent", all=True) + life.rows(n, "worklist", "work")
    cases = {c.id: c for c in shown if isinstance(c, pb.CaseRow)}
    assert set(life.cases[n]) <= set(cases)
    for c in cases.values():  # a consent that no referral followed opens a case of nobody
        assert c.id in life.cases[n] or (c.theirs and not c.name and not c.open_referrals)
    named = set(re.findall(rf"{MARKER}\d+", str(shown)))
    for ref in life.states[n]:
        found = set(re.findall(rf"{MARKER}\d+", str(life.show(n, ref))))
        assert found <= {life.refs[ref][0].name}
        named |= found
    assert named <= living and len(life.erased[n]) > 10
    assert {p.name for p in life.home_people(n)} <= named


def check_idle(life):
    """A minute and a little, in which partners greet each other: not a byte is written."""
    before, seq = {}, {n: audited(life, n) for n in life.nodes}

    def rest():
        last = dict(before)
        before.update((n, written(n)) for n in life.nodes)
        time.sleep(2)
        return last == before
    wait_for("nothing to be written", rest, 30)
    time.sleep(66)
    for n in life.nodes:
        assert written(n) == before[n], n.name
        assert audited(life, n) == seq[n] + 1  # that the log itself was looked at, above


def audited(life, n):
    """Number of the newest entry of its audit log."""
    return life.rows(n, "audit_list", "audit", pages=1)[0].seq


def written(n):
    """Which transaction was the last one, and what else lies beside the store."""
    pages = [(n.dir / "main" / f).read_bytes() for f in ("log0", "log1")]  # each commit writes to one of them
    files = {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in n.dir.rglob("*") if p.is_file() and p.parent.name != "main"}
    return pages, files
