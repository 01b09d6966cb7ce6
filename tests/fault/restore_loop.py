#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Restores from backups of mixed age under load: 0 lost of what partners hold, 0 doubled, nothing withdrawn or erased comes back.

Three nodes in a ring refer to each other at the offered rate and are backed up all the time.  Again and again one is killed, its
store is thrown away and it comes back from one of its backups; its partners' administrators confirm that by telephone."""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from ctl import Control  # noqa: E402
from kill_loop import Load  # noqa: E402
from node import Federation, Refused, wait_for  # noqa: E402


class Book:
    """What the judge knows about one node."""

    def __init__(self, node, sheet):
        self.node, self.backups, self.count = node, [], 0
        self.sheet = sheet
        self.lostable, self.erased, self.withdrawn = set(), set(), set()

    def back_up(self, work):
        self.count += 1
        path = work / f"{self.node.name}-{self.count}.backup"
        for _ in range(5):
            try:
                self.node.k("backup", str(path))
                break
            except Refused:  # an erasure came between: again
                time.sleep(0.2)
        self.backups = (self.backups + [(path, self.sheet)])[-4:]

    def new_sheet(self, work):
        self.sheet = work / f"{self.node.name}-{self.count}.sheet"
        shutil.copy(self.node.dir / "recovery-sheet.txt", self.sheet)


def refs(node, what):
    return Control(node.dir / "core.sock").all_refs(what)


def die(node):
    for pid in [*node.children().values(), node.proc.pid]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    node.proc.wait()


# What a node refuses until it heard the others again.
AFTER_A_RESTORE = ("not yet witnessed", "perhaps this case is no longer yours")
# Whoever takes back a consent means the person; and a case that is younger than the backup is gone with the disk.
CASE_OVER = ("consent was withdrawn", "no case")
CASES = 5


def new_cases(n, to, cases):
    try:
        for k in range(CASES - len(cases)):
            c = n.new_case(name=f"Testpersoon {k}", phone=str(k))
            n.consent(c, to.name)
            cases.append(c)
    except Refused:
        pass  # as long as it did not hear the others


def withdraw_and_erase(book, partner, load, rng):
    """Something that the next backup to be restored does not know of."""
    n = book.node
    for ref in rng.sample(load.accepted[-40:], min(2, len(load.accepted))):
        try:
            n.k("revoke", ref)
        except Refused:
            continue
        if wait_for_quietly(lambda r=ref: partner.state(r) == "revoked"):
            book.withdrawn.add(ref)
    case = n.new_case(name="Testpersoon Weg")
    n.k("case", "erase", case, "--now")
    book.erased.add(case)


def wait_for_quietly(fn, seconds=10):
    try:
        wait_for("", fn, seconds)
        return True
    except AssertionError:
        return False


def restore(book, work, rng):
    n = book.node
    path, sheet = rng.choice(book.backups)
    if rng.random() < 0.5:  # the whole disk: only the ledger was kept elsewhere
        shutil.rmtree(n.dir / "main")
        (n.dir / "keyroot").unlink()
    out = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "restore", str(path), "--sheet", str(sheet)],
                         capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    for old in work.glob(f"{n.name}.before-restore-*"):
        shutil.rmtree(old)
    book.new_sheet(work)
    n.start()


def note_losses(books, loads, i, accepted):
    """What neither end of a line holds after node i came back went with their disks, and nobody can bring it back."""
    for x in (i, (i + 2) % 3):  # as sender, and as receiver of the one before it
        book, partner = books[x], books[(x + 1) % 3].node
        book.lostable |= set(accepted[x]) - set(refs(book.node, "sent")) - set(refs(partner, "inbox"))
        book.withdrawn = {r for r in book.withdrawn if "revoked" in (book.node.state(r), partner.state(r))}


def came_back(n):
    """{partner: when it was noticed}"""
    return {a["partner"].lower(): a["at_ms"] for a in n.k("status")["status"].get("alarms", []) if a["what"] == "came-back"}


def confirm(nodes, restored, since_ms):
    """Every partner of the restored one is telephoned; a restored one may itself find that others came back meanwhile."""
    for n in nodes:
        if n is not restored:
            wait_for(f"{n.name} to notice", lambda n=n: came_back(n).get(restored.name, 0) >= since_ms, 60)
    for n in nodes:
        for partner in came_back(n):
            n.k("partner", "restored", partner)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--restores", type=int, default=20)
    ap.add_argument("--rate", type=float, default=30, help="referrals a second offered, all nodes together")
    ap.add_argument("--seed", type=int, default=int(time.time()))
    a = ap.parse_args()
    rng, work = random.Random(a.seed), pathlib.Path(tempfile.mkdtemp(prefix="kring-restore-"))
    fed = Federation(work, ("Aa", "Bb", "Cc"))
    try:
        nodes = fed.start()
        loads, books = [], []
        for i, n in enumerate(nodes):
            to = nodes[(i + 1) % 3]
            cases = []
            new_cases(n, to, cases)
            loads.append(Load(n, to.name, a.rate / 3, cases, AFTER_A_RESTORE, CASE_OVER))
            books.append(Book(n, work / "none"))
            books[i].new_sheet(work)
            books[i].back_up(work)
        began = time.time()
        for t in loads:
            t.start()
        for r in range(a.restores):
            for k, b in enumerate(books):
                new_cases(b.node, nodes[(k + 1) % 3], loads[k].cases)
                b.back_up(work)
            time.sleep(rng.uniform(0.2, 1.5))
            i = rng.randrange(3)
            withdraw_and_erase(books[i], nodes[(i + 1) % 3], loads[i], rng)
            since = int(time.time() * 1000)
            die(nodes[i])
            time.sleep(0.1)  # a client may still be writing down the last answer it read
            accepted = [list(t.accepted) for t in loads]
            restore(books[i], work, rng)
            note_losses(books, loads, i, accepted)
            confirm(nodes, nodes[i], since)
        for t in loads:
            t.halt.set()
        for t in loads:
            t.join(30)
        spent = time.time() - began
        def quiet(n):
            for partner in came_back(n):
                n.k("partner", "restored", partner)
            s = n.k("status")["status"]
            return s["owed"] == 0 and not s.get("waiting_for")

        for n in nodes:
            wait_for(f"{n.name} to settle", lambda n=n: quiet(n), 180)
        lost = doubled = back = 0
        for i, n in enumerate(nodes):
            partner, book = nodes[(i + 1) % 3], books[i]
            wait_for("both ends to agree", lambda: set(refs(n, "sent")) == set(refs(partner, "inbox")), 60)
            sent, inbox = refs(n, "sent"), refs(partner, "inbox")
            lost += sum(ref not in inbox for ref in loads[i].accepted if ref not in book.lostable)
            doubled += len(inbox) - len(set(inbox)) + len(sent) - len(set(sent))
            back += sum(partner.state(ref) != "revoked" or n.state(ref) != "revoked" for ref in book.withdrawn)
            back += sum(c["id"] in book.erased for c in n.k("case", "list").get("cases", []))
            assert n.k("verify")["count"] > 0
        total, gone = sum(len(t.accepted) for t in loads), sum(len(b.lostable) for b in books)
        print(f"restore_loop: {a.restores} restores in {spent:.0f} s, accepted {total}, with the disk alone {gone}, "
              f"withdrawn {sum(len(b.withdrawn) for b in books)}, erased {sum(len(b.erased) for b in books)}: "
              f"lost {lost}, doubled {doubled}, came back {back} (seed {a.seed})")
        for t in loads:
            if t.refused:
                print(f"restore_loop: refused: {t.refused}")
                total = 0
        if total < 10 * a.restores:
            print(f"restore_loop: {total} accepted proves too little; {10 * a.restores} at least, so on a machine that does less besides")
        return 1 if lost or doubled or back or total < 10 * a.restores else 0
    finally:
        fed.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
