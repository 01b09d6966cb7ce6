#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""soak.py [--minutes 60] [--honest 10]: one hostile member does all that the stories do, in turn and without end, to one node of many;
the others live as people do: they refer, ask, answer, write, take consents back, erase, and start anew.

At its end every referral between honest nodes is at both ends, with the same state and the same log; what the target holds in memory and
descriptors did not grow from the first third to the last; and the figures are printed."""
import argparse
import os
import pathlib
import random
import shutil
import statistics
import struct
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import test_floods as floods  # noqa: E402
from kringwire import ACCEPT, DOCUMENT, INFO, NOTE, OFFER, PING, REVOKE, UNOPENED, WITHDRAW, ZERO32, make_document  # noqa: E402
from meter import STANDS_STILL, descriptors, figures, own_memory  # noqa: E402
from node import Refused, wait_for  # noqa: E402
from world import IDENTITY_NEEDS, World, act, grant, offer, pb, say  # noqa: E402

NAME = pb.Person(name="Kwaad Verzonnen")


# ---- the hostile member ----
class Enemy(threading.Thread):
    """Every story in turn.  It says as much as its line takes, and comes back whenever its line ends."""

    def __init__(self, w, m, dice):
        super().__init__(daemon=True)
        self.w, self.m, self.dice, self.over = w, m, dice, threading.Event()
        self.done, self.failed, self.number = {}, {}, floods.Cycle()
        self.stories = [*(("flood: " + k, lambda k=k: self.flood(k)) for k in floods.KINDS),
                        *((f.__name__, f) for f in (self.lies, self.words, self.erased, self.consents, self.new_lives, self.lines, self.garbage,
                                                    self.deaf, self.threads))]

    def run(self):
        while not self.over.is_set():
            self.dice.shuffle(self.stories)
            for name, story in self.stories:
                if self.over.is_set():
                    return
                try:
                    self.begin()
                    story()
                    self.done[name] = self.done.get(name, 0) + 1
                except Exception as e:  # the target does not let it do that, or not now
                    self.failed.setdefault(name, str(e)[:80] or type(e).__name__)
                    self.over.wait(0.2)

    def begin(self):
        """A new line, as somebody whose numbers begin again; for the target may have been shut, or have ended the last one."""
        m = self.m
        if hasattr(m, "sock") and not m.sock.closed:
            m.close()
        m.inc, m.sent, m.got, m.verdicts, m.refused, m.inbox = (m.inc[0] + 1, os.urandom(16)), 0, 0, [], [], []
        if not self.w.meet(m, seconds=30):
            raise OSError("not let in")

    def for_a_while(self, seconds=3):
        end = time.time() + seconds
        while time.time() < end and not self.over.is_set():
            yield

    def flood(self, kind):
        count, make = floods.KINDS[kind]
        floods.prepare(self.m, self.w, sure=False)
        made = [[make(self.m, self.w, self.number) for _ in range(count)] for _ in range(4)]
        for n, _ in enumerate(self.for_a_while()):
            self.m.send_frame(made[n % 4], first=1 if kind == "the same document" else 0)
            self.m.pump(0.001, answer=False)

    def lies(self):
        """Heads that lie about their place, their time, what they saw."""
        m = self.m
        gid, subject, g = grant(m, IDENTITY_NEEDS)
        say(m, [g], 5)
        for _ in self.for_a_while():
            head = self.dice.choice([dict(thread_no=2, prev=os.urandom(32)), dict(prev=os.urandom(32)), dict(seen_no=9, seen_hash=os.urandom(32)),
                                     dict(thread_no=513), dict(key_seq=2), dict(table=9), dict(created=2**64 - 1), dict(type=9999)])
            m.send_frame([(DOCUMENT, offer(m, gid, subject, NAME, IDENTITY_NEEDS, **head)[1])], first=m.sent + 1)
            m.pump(0.01, answer=False)

    def words(self):
        """A long log of long texts."""
        m, cats = self.m, IDENTITY_NEEDS | 1 << 16
        gid, subject, g = grant(m, cats)
        thread, raw, prev = offer(m, gid, subject, NAME, cats)
        say(m, [g, raw], 5)
        for no, _ in enumerate(self.for_a_while(), 2):
            raw, prev = act(m, thread, INFO, no, prev, body=pb.Info(text="é" * 3500), grant=gid, cats=1 << 16)
            say(m, [raw], 2)

    def erased(self):
        """Words in threads of cases that the target erased."""
        m, b = self.m, self.w.target
        gid, subject, g = grant(m, IDENTITY_NEEDS)
        thread, raw, prev = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
        if say(m, [g, raw], 5) != [0, 0]:
            return
        row = next(r for r in b.k("inbox", "--limit", "500")["referrals"] if r.get("name") == NAME.name)
        b.k("decline", row["ref"], "--reason", "no-capacity", "--alternative", "none")
        b.k("case", "erase", row["case_id"], "--now")
        for no, _ in enumerate(self.for_a_while(), 2):
            raw, prev = act(m, thread, self.dice.choice((NOTE, REVOKE, WITHDRAW)), no, prev)
            say(m, [raw, offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1]], 2)

    def consents(self):
        """Grants of nobody, of everybody, given again and again for one person."""
        m, subject = self.m, os.urandom(16)
        for _ in self.for_a_while():
            gid, _, g = grant(m, IDENTITY_NEEDS, subject=subject if self.dice.random() < .8 else None)
            say(m, [g, offer(m, gid if self.dice.random() < .5 else os.urandom(16), subject, NAME, IDENTITY_NEEDS)[1]], 2)

    def new_lives(self):
        """It lost everything, again and again; and claims that the target did."""
        m = self.m
        for _ in self.for_a_while():
            m.inc, m.sent, m.got = (m.inc[0] + 1, os.urandom(16)), 0, self.dice.choice((0, 0, 2**40))
            m.send_frame([(6, b"\0" + bytes(16) + struct.pack(">Q", 1))])
            m.pump(0.02, answer=self.dice.random() < .5)

    def lines(self):
        """Lines that end before they say a word."""
        for _ in self.for_a_while():
            self.m.close()
            self.m.dial(*self.w.door())
            self.m.pump(0.02, answer=False)

    def garbage(self):
        for _ in self.for_a_while():
            self.m.sock.send(os.urandom(self.dice.choice((0, 1, 222, 4256, 16544, 65696))))
            self.m.send_frame([(PING, bytes(9))], break_sig=True)
            self.m.pump(0.005, answer=False)

    def deaf(self):
        """Has everything sent again and reads nothing."""
        for _ in self.for_a_while():
            self.m.got = 0
            self.m.send_frame([(UNOPENED, os.urandom(16)), (PING, os.urandom(8) + b"\0")])
            time.sleep(0.002)

    def threads(self):
        """One word each, of every kind."""
        m = self.m
        for _ in self.for_a_while():
            say(m, [make_document(m.nk, pb.Act(reason="other").SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer,
                                  type=self.dice.choice((ACCEPT, NOTE, WITHDRAW, 8, 14, 99)), thread=os.urandom(16), prev=ZERO32)[0] for _ in range(40)], 2)


# ---- the honest ones ----
class Life(threading.Thread):
    """A caseworker at one node: cases, consents, referrals to the others, and answers to theirs."""

    def __init__(self, node, others, dice):
        super().__init__(daemon=True)
        self.node, self.others, self.dice, self.over = node, others, dice, threading.Event()
        self.counts, self.odd = {}, {}
        self.lock = threading.Lock()  # nobody types while the node starts anew

    def did(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def run(self):
        while not self.over.wait(self.dice.uniform(.1, 1.2)):
            with self.lock:
                what = self.dice.choices((self.begin, self.answer, self.talk, self.take_back, self.erase), (4, 6, 3, 1, 1))[0]
                try:
                    what()
                except Refused as e:  # a rule of the house: another referral is open, the state moved on
                    self.odd[f"{what.__name__}: {e}"[:160]] = self.odd.get(f"{what.__name__}: {e}"[:160], 0) + 1
                except (StopIteration, IndexError):
                    continue

    def begin(self):
        a, to = self.node, self.dice.choice(self.others)
        case = a.new_case(name=f"Eerlijk Verzonnen {self.dice.randrange(1 << 30)}", phone="0612345678")
        a.consent(case, to.name, "identity,contact,needs,story")
        a.refer(case, to.name, "--urgency", "routine")
        self.did("referred")

    def one_of(self, box, *states):
        rows = [r for r in self.node.k(box, "--limit", "500").get("referrals", []) if r["state"] in states and r["partner"].startswith(("Eerlijk", "SMWO"))]
        return self.dice.choice(rows)

    def answer(self):
        row = self.one_of("inbox", "offered", "accepted", "active")
        step = {"offered": (("accept",), ("decline", "--reason", "no-capacity", "--alternative", "none")), "accepted": (("start",),),
                "active": (("outcome", "--reason", "helped"), ("note", "--reason", "appointment"))}[row["state"]]
        verb, *rest = self.dice.choice(step)
        self.node.k(verb, row["ref"], *rest)
        self.did(verb)

    def talk(self):
        row = self.one_of("sent", "outcome")
        self.node.k("ack", row["ref"])
        self.did("ack")

    def take_back(self):
        row = self.one_of("sent", "offered", "accepted", "active")
        verb = self.dice.choice((("withdraw", "--reason", "other"), ("revoke",)))
        self.node.k(verb[0], row["ref"], *verb[1:])
        self.did(verb[0])

    def erase(self):
        rows = [r for r in self.node.k("sent", "--all", "--limit", "500").get("referrals", []) if r["state"] in ("closed", "declined", "withdrawn")]
        case = self.dice.choice(rows)["case_id"]
        self.node.k("case", "erase", case, "--now")
        self.did("erased")

    def restart(self):
        with self.lock:
            self.node.stop()
            self.node.start()
            self.did("restarted")


# ---- what is true at the end ----
def all_of(node, box):
    """{reference: row} of every referral, page after page."""
    out, after = {}, None
    while True:
        page = node.k(box, "--all", "--limit", "500", *(("--after", after) if after else ()))
        out.update((r["ref"], r) for r in page.get("referrals", []))
        after = page.get("next")
        if not after:
            return out


def log_of(node, ref):
    return [(x["side"], x["no"], x["act"], x["hash"]) for x in node.k("show", ref)["log"]]


def differences(nodes):
    """Every referral between honest nodes: at both ends, the same state, the same log."""
    by_org, bad, seen = {n.org: n for n in nodes}, [], 0
    inboxes = {n.org: all_of(n, "inbox") for n in nodes}
    for n in nodes:
        for ref, row in all_of(n, "sent").items():
            other = by_org.get(row["partner"])
            if other is None:
                continue
            seen += 1
            there = inboxes[other.org].get(ref)
            if there is None:
                bad.append(f"{ref}: {n.name} sent it, {other.name} lacks it ({row['state']})")
            elif there["state"] != row["state"]:
                bad.append(f"{ref}: {row['state']} at {n.name}, {there['state']} at {other.name}")
            elif sorted(log_of(n, ref)) != sorted(log_of(other, ref)):
                bad.append(f"{ref}: two logs, {n.name} and {other.name}")
    return seen, bad


def flat(samples, what, slack):
    """The last third needs no more than the first, but for some slack."""
    third = max(1, len(samples) // 3)
    first, last = statistics.median(samples[:third]), statistics.median(samples[-third:])
    print(f"soak: {what}: {first:.0f} in the first third, {last:.0f} in the last")
    return [] if last <= first + slack else [f"{what} grew from {first:.0f} to {last:.0f}"]


class Watch(threading.Thread):
    """How long status takes at the target, and what it uses."""

    def __init__(self, lives):
        super().__init__(daemon=True)
        self.life, self.over, self.took, self.used, self.stuck = lives[0], threading.Event(), [], [], []

    def run(self):
        while not self.over.wait(1):
            with self.life.lock:
                since, ok = time.time(), self.life.node.try_k("status")
                (self.took if ok else self.stuck).append(time.time() - since)
                pids = self.life.node.children()
                if len(pids) == 2:
                    self.used.append({role: (own_memory(p), descriptors(p)) for role, p in pids.items()})


def honest_figures(lives, seconds):
    """Referrals from each honest node to the target, one after another: how long until it is there."""
    took, stuck = [], []
    end = time.time() + seconds
    while time.time() < end:
        for life in lives[1:]:
            target = lives[0]
            with life.lock, target.lock:
                a, b = life.node, target.node
                case = a.new_case(name="Meting Verzonnen")
                a.consent(case, b.name, "identity,needs")
                since = time.time()
                ref = a.refer(case, b.name)
                while not b.state(ref) and time.time() - since < STANDS_STILL:
                    time.sleep(0.02)
                (took if b.state(ref) else stuck).append(time.time() - since)
            time.sleep(0.5)
            if time.time() > end:
                break
    return took, stuck


def live(w, lives, enemy, seconds, dice):
    watch, took, stuck = Watch(lives), [], []
    for t in (*lives, enemy, watch):
        t.start()
    end = time.time() + seconds
    while time.time() < end:
        more, less = honest_figures(lives, min(20, max(1, end - time.time())))
        took += more
        stuck += less
        dice.choice(lives).restart()
        w.fed.await_connected(w.target, len(lives) - 1)
    for t in (enemy, *lives, watch):
        t.over.set()
    for t in (enemy, *lives, watch):
        t.join(60)
    return watch, took, stuck


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--honest", type=int, default=10)
    p.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    args = p.parse_args()
    dice, d = random.Random(args.seed), tempfile.mkdtemp(prefix="kring-soak-")
    os.environ["XDG_STATE_HOME"] = d + "/state"
    print(f"soak: {args.minutes:g} minutes, {args.honest} honest nodes, seed {args.seed}, {d}", flush=True)
    w = World(d, honest=args.honest - 1, hostile=1, connect=False)
    bad = []
    try:
        w.start()
        nodes = w.fed.nodes
        for a in nodes[1:]:
            for b in nodes[1:]:
                if a is not b:
                    w.fed.agree(a, b)
        lives = [Life(n, [x for x in nodes if x is not n], random.Random(dice.random())) for n in nodes]
        enemy = Enemy(w, w.hostile[0], random.Random(dice.random()))
        watch, took, stuck = live(w, lives, enemy, args.minutes * 60, dice)
        bad += [f"{len(stuck)} referrals never came"] if stuck else []
        bad += [f"{len(watch.stuck)} times no status"] if watch.stuck else []
        print(f"soak: referrals to the target {figures(took)}; its status {figures(watch.took)}")
        total = {}
        for life in lives:
            for k, v in life.counts.items():
                total[k] = total.get(k, 0) + v
        print("soak: honest acts", dict(sorted(total.items())))
        print("soak: refused to people", {k: v for life in lives for k, v in life.odd.items()})
        print("soak: stories", sum(enemy.done.values()), "of", len(enemy.done), "kinds; ended early", enemy.failed)
        for role, slack in (("core", 24 << 10), ("net", 24 << 10)):
            bad += flat([u[role][0] for u in watch.used if role in u], f"{role} KiB", slack)
            bad += flat([u[role][1] for u in watch.used if role in u], f"{role} descriptors", 16)
        bad += reconcile(w, nodes)
    finally:
        w.stop()
        if not bad:
            shutil.rmtree(d, ignore_errors=True)
    for b in bad:
        print("soak: BAD", b)
    print("soak: everything is at both ends" if not bad else f"soak: {len(bad)} things are wrong, see {d}")
    return 1 if bad else 0


def reconcile(w, nodes):
    """After the storm: nothing between honest nodes is owed, and both ends of each referral say the same."""
    bad, seen = [], 0
    try:
        wait_for("honest nodes to agree", lambda: not differences(nodes)[1], 60)
    except AssertionError:
        pass
    seen, bad = differences(nodes)
    print(f"soak: {seen} referrals between honest nodes, {len(bad)} of them differ")
    for n in nodes:
        n.k("audit", "verify")
        faults = n.k("status")["status"].get("faults")
        bad += [f"{n.name}: {f}" for f in faults or []]
        log = n.log.read_text()
        bad += [f"{n.name}: {x}" for x in log.splitlines() if "INVARIANT_BROKEN" in x or "CHILD_DIED" in x][:3]
    return bad


if __name__ == "__main__":
    sys.exit(main())
