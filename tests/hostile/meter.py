# SPDX-License-Identifier: EUPL-1.2
"""What honest people notice of an attack: how long their referrals and `kring status` take while it lasts.

It lives in a process of its own, so that an attacker that is busy does not slow the watch.  Figures are printed, and no test fails
because a machine is slow; what fails is a node that stands still: a referral that never arrives, a status that never comes."""
import itertools
import multiprocessing
import os
import pathlib
import resource
import threading
import time

import ctl

STANDS_STILL = 30  # seconds for one referral, or one status
TICK = os.sysconf("SC_CLK_TCK")


def status_row(pid, row):
    rows = dict(x.split(":", 1) for x in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows[row].split()[0])


def rss(pid):
    """KiB that it holds in memory."""
    return status_row(pid, "VmRSS")


def own_memory(pid):
    """... without what of it is the store, which grows with what people write."""
    return status_row(pid, "RssAnon")


def descriptors(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


def cpu(pid):
    """Seconds of computing time so far."""
    s = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(s[11]) + int(s[12])) / TICK


def use(node):
    """{role: (KiB, descriptors, seconds of CPU)}."""
    return {role: (rss(p), descriptors(p), cpu(p)) for role, p in sorted(node.children().items())}


def figures(took):
    """p50, p99 and the longest, as people read them."""
    if not took:
        return "none"
    t = sorted(took)
    at = lambda q: t[min(len(t) - 1, int(q * len(t)))] * 1000
    return f"{len(t)}: p50 {at(.5):.0f} p99 {at(.99):.0f} max {t[-1] * 1000:.0f} ms"


class Meter:
    """with Meter(...): attack.  Then .referrals and .statuses are seconds, one for each."""

    def __init__(self, story, target, honest, pause=0.1, restarts=False):
        self.story, self.target, self.honest, self.pause, self.restarts = story, target, honest, pause, restarts
        self.referrals, self.statuses, self.stuck = [], [], []
        self.count = multiprocessing.get_context("fork").Value("i", 0)

    def seen(self):
        """How many referrals arrived so far: an attack lasts until it was seen to disturb nobody, however slow the machine is."""
        return self.count.value

    def await_seen(self, n=2):
        end = time.time() + STANDS_STILL
        while self.seen() < n and time.time() < end:
            time.sleep(0.05)

    def __enter__(self):
        self.cases = []
        for h in self.honest:
            case = h.new_case(name="Meting Verzonnen")
            h.consent(case, self.target.name, "identity,needs")
            self.cases.append((h, case))
        self.pids, self.before, self.since = self.target.children(), use(self.target), time.time()
        self.here, there = multiprocessing.Pipe()
        self.proc = multiprocessing.get_context("fork").Process(target=self._watch, args=(there,), daemon=True)
        self.proc.start()
        there.close()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.await_seen(1)
        self.here.send("enough")
        try:
            if not self.here.poll(2 * STANDS_STILL + 10):
                raise AssertionError("the meter does not answer")
            self.referrals, self.statuses, self.stuck = self.here.recv()
        finally:
            self.proc.terminate() if self.here.closed else self.proc.join(5)
            self.proc.kill()
        if kind is None:
            self._report()

    def _report(self):
        took, after = time.time() - self.since, use(self.target)
        print(f"hostile: {self.story}, {took:.0f} s: referrals {figures(self.referrals)}; status {figures(self.statuses)}; " + "; ".join(
            f"{role} {b[0] >> 10}->{a[0] >> 10} MiB, {b[1]}->{a[1]} fds, {a[2] - b[2]:.1f} s CPU"
            for role, a, b in ((r, after[r], self.before.get(r, (0, 0, 0))) for r in after)))
        assert not self.stuck, f"{self.story}: while it lasted the node stood still: {self.stuck}"
        assert self.referrals and self.statuses, f"{self.story}: too short to see anything"
        if not self.restarts:
            assert self.target.children() == self.pids, f"{self.story}: a process of the node ended"

    # in the process of its own
    def _watch(self, pipe):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self.over = threading.Event()
        threads = [threading.Thread(target=t, daemon=True) for t in (self._refer, self._ask_status)]
        for t in threads:
            t.start()
        pipe.recv()
        self.over.set()
        for t in threads:
            t.join(2 * STANDS_STILL)
        pipe.send((self.referrals, self.statuses, self.stuck))

    def _ask_status(self):
        while not self.over.is_set():
            t0 = time.time()
            ok = self.target.try_k("status")
            (self.statuses.append if ok else self.stuck.append)(time.time() - t0 if ok else "no status")
            if time.time() - t0 > STANDS_STILL:
                self.stuck.append("status")
            self.over.wait(self.pause)

    def _refer(self):
        """One honest referral after another; each is declined, so that none is left."""
        door = ctl.Control(self.target.dir / "core.sock")
        for h, case in itertools.cycle(self.cases):
            if self.over.is_set():
                break
            t0 = time.time()
            try:
                ref = h.refer(case, self.target.name, "--again")
                if not self._there(door, ref, t0):
                    self.stuck.append(f"{ref} of {h.name} never came")
                    break
                self.referrals.append(time.time() - t0)
                self.count.value += 1
                self.target.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
            except Exception as e:  # to be shown by the test, which runs elsewhere
                self.stuck.append(f"{h.name}: {e}")
                break
            self.over.wait(self.pause)

    def _there(self, door, ref, since):
        r = ctl.pb.Request(version=1)
        r.show.id = ref
        while time.time() - since < STANDS_STILL:
            got = door.call(r)
            if got and len(got.referrals) and got.referrals[0].state == "offered":
                return True
            time.sleep(0.01)
        return False
