#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""SIGKILL of random processes under load: 0 lost, 0 doubled, 0 receipts without data.

Three nodes in a ring refer to each other through their control sockets at the offered rate; supervisors, cores and
nets die at random.  At the end everything must be where it was promised to be."""
import argparse
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from ctl import Control  # noqa: E402
from node import Federation, wait_for  # noqa: E402


class Load(threading.Thread):
    """Offers referrals; a request whose answer was lost is asked again with the same id, until answered.  A refusal with one of the
    words of `passing` in it is one that time mends, and is no end; one with a word of `case_over` ends that case alone; another one is
    kept in `refused`, and the run is red."""

    def __init__(self, node, to, rate, cases, passing=(), case_over=()):
        super().__init__(daemon=True)
        self.node, self.to, self.period, self.cases = node, to, 1 / rate, cases
        self.passing, self.case_over = passing, case_over
        self.accepted, self.retries, self.halt, self.refused = [], 0, threading.Event(), ""

    def run(self):
        ctl, due = Control(self.node.dir / "core.sock"), time.time()
        while not self.halt.is_set():
            due = max(due + self.period, time.time() - 1)
            time.sleep(max(0, due - time.time()))
            cases = list(self.cases)
            if not cases:
                continue
            rid, case = os.urandom(16), random.choice(cases)
            while True:
                reply = ctl.refer(rid, case, self.to, "housing")
                if reply is not None:
                    break
                self.retries += 1
                time.sleep(0.02)
                if self.halt.is_set():
                    return
            if not reply.error:
                self.accepted.append(reply.id)
            elif any(words in reply.what + reply.why for words in self.case_over):
                self.cases.remove(case)
            elif not any(words in reply.what for words in self.passing):
                self.refused = f"{self.node.name}: {reply.what} {reply.why}"
                return


def kill_one(rng, nodes):
    node = rng.choice(nodes)
    role = rng.choice(["core", "net", "supervisor"])
    pids = dict(node.children(), supervisor=node.proc.pid)
    if role not in pids:
        return None
    try:
        os.kill(pids[role], signal.SIGKILL)
    except ProcessLookupError:
        return None
    if role == "supervisor":
        node.proc.wait()
        node.start(wait=False)
    return role


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--kills", type=int, default=100)
    ap.add_argument("--rate", type=float, default=60, help="referrals a second offered, all nodes together")
    ap.add_argument("--seed", type=int, default=int(time.time()))
    a = ap.parse_args()
    rng, work = random.Random(a.seed), tempfile.mkdtemp(prefix="kring-kill-")
    fed = Federation(work, ("Aa", "Bb", "Cc"))
    try:
        nodes = fed.start()
        loads = []
        for i, n in enumerate(nodes):
            to = nodes[(i + 1) % 3]
            cases = [n.new_case(name=f"Testpersoon {k}", phone=str(k)) for k in range(5)]
            for c in cases:
                n.consent(c, to.name)
            loads.append(Load(n, to.name, a.rate / 3, cases))
        began = time.time()
        for t in loads:
            t.start()
        kills = {"core": 0, "net": 0, "supervisor": 0}
        while sum(kills.values()) < a.kills:
            time.sleep(rng.uniform(0.02, 0.25))
            role = kill_one(rng, nodes)
            if role:
                kills[role] += 1
        for t in loads:
            t.halt.set()
        for t in loads:
            t.join(20)
        spent = time.time() - began
        for n in nodes:
            if n.proc.poll() is not None:
                n.start(wait=False)
            wait_for(f"{n.name} to be back", lambda n=n: n.try_k("status"))
        for n in nodes:
            wait_for(f"{n.name} to owe nothing", lambda n=n: (n.try_k("status") or {}).get("status", {}).get("owed", 1) == 0, 120)
        lost = doubled = bare = 0
        for i, n in enumerate(nodes):
            here, there = Control(n.dir / "core.sock"), Control(nodes[(i + 1) % 3].dir / "core.sock")
            sent, inbox = here.all_refs("sent"), there.all_refs("inbox")
            lost += sum(r not in inbox for r in loads[i].accepted) + sum(r not in sent for r in loads[i].accepted)
            doubled += len(inbox) - len(set(inbox)) + len(sent) - len(set(sent)) + len(set(inbox) - set(sent))
            bare += sum(d == "stored" and r not in inbox for r, d in sent.items())
            assert n.k("audit", "verify")
        total = sum(len(t.accepted) for t in loads)
        print(f"kill_loop: {sum(kills.values())} kills {kills} in {spent:.0f} s, offered {a.rate:.0f}/s, accepted {total} "
              f"({total / spent:.0f}/s), asked again {sum(t.retries for t in loads)}: lost {lost}, doubled {doubled}, "
              f"receipts without data {bare} (seed {a.seed})")
        for t in loads:
            if t.refused:
                print(f"kill_loop: refused: {t.refused}")
                total = 0
        if total < a.kills:
            print(f"kill_loop: {total} accepted proves too little; {a.kills} at least, so on a machine that does less besides")
        return 1 if lost or doubled or bare or total < a.kills else 0
    finally:
        fed.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
