#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Power cuts: both nodes' directories lie on one XFS image; it is shut down without flushing, the processes are killed,
the image is mounted again.  What was accepted must be there, at the sender and at the partner, once.

--nosync runs a build without fsync, which must fail: without that control a green run says nothing."""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from ctl import Control  # noqa: E402
from node import Federation, wait_for  # noqa: E402


def sh(*cmd):
    subprocess.run(cmd, check=True, capture_output=True)


class Load(threading.Thread):
    def __init__(self, a, b, case):
        super().__init__(daemon=True)
        self.a, self.b, self.case, self.accepted, self.halt = a, b, case, [], False

    def run(self):
        ctl = Control(self.a.dir / "core.sock")
        while not self.halt:
            r = ctl.refer(os.urandom(16), self.case, self.b.name, "housing")
            if r is None:
                return  # the lights went out
            if not r.error:
                self.accepted.append(r.id)


def kill_all(fed):
    for n in fed.nodes:
        if n.proc and n.proc.poll() is None:
            pids = list(n.children().values())
            n.proc.send_signal(signal.SIGKILL)
            n.proc.wait()
            for p in pids:
                try:
                    os.kill(p, signal.SIGKILL)
                except ProcessLookupError:
                    pass
    time.sleep(0.1)


def unmount(mnt):
    for _ in range(100):
        if subprocess.run(["umount", mnt], capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    raise SystemExit("power_cut: the image stays busy")


def check(a, b, accepted):
    """(lost, doubled) once both are back and nothing is owed."""
    for n in (a, b):
        wait_for(f"{n.name} to be back", lambda n=n: n.try_k("status"), 20)
    wait_for("nothing owed", lambda: all((n.try_k("status") or {}).get("status", {}).get("owed", 1) == 0 for n in (a, b)), 60)
    sent, inbox = Control(a.dir / "core.sock").all_refs("sent"), Control(b.dir / "core.sock").all_refs("inbox")
    lost = sum(r not in sent or r not in inbox for r in accepted)
    return lost, len(set(inbox) - set(sent))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--cuts", type=int, default=20)
    ap.add_argument("--nosync", action="store_true")
    opt = ap.parse_args()
    binary = "kringd_nosync" if opt.nosync else "kringd_dev"
    work = tempfile.mkdtemp(prefix="kring-cut-")
    img, mnt = f"{work}/img", f"{work}/mnt"
    sh("truncate", "-s", "800M", img)
    sh("mkfs.xfs", "-q", img)
    os.mkdir(mnt)
    sh("mount", "-o", "loop", img, mnt)
    fed, mounted = None, True
    total, accepted = 0, []
    try:
        fed = Federation(mnt)
        fed.start()
        a, b = fed.nodes
        case = a.new_case(phone="1")
        a.consent(case, b.name)
        fed.stop()
        sh("sync")
        for cut in range(opt.cuts):
            for n in (a, b):
                n.start(wait=False, binary=binary)
            try:
                wait_for("both nodes", lambda: a.try_k("status") and b.try_k("status"), 20)
                fed.await_connected(a)
            except AssertionError:
                print(f"power_cut: a node does not start after cut {cut}")
                return 1
            load = Load(a, b, case)
            load.start()
            time.sleep(0.5)
            sh("xfs_io", "-x", "-c", "shutdown", mnt)
            load.halt = True
            kill_all(fed)
            load.join(20)
            accepted += load.accepted
            total += len(load.accepted)
            unmount(mnt)
            mounted = False
            sh("mount", "-o", "loop", img, mnt)
            mounted = True
            for n in (a, b):
                n.start(wait=False, binary=binary)
            try:
                lost, doubled = check(a, b, accepted)
            except AssertionError as e:
                print(f"power_cut: after cut {cut + 1}: {e}")
                return 1
            if lost or doubled:
                print(f"power_cut: after cut {cut + 1}: {lost} lost, {doubled} at one side only, of {total} accepted")
                return 1
            fed.stop()
        print(f"power_cut: {opt.cuts} cuts, {total} accepted: 0 lost, 0 doubled")
        return 0 if total >= opt.cuts else 1
    finally:
        if fed:
            kill_all(fed)
        if mounted:
            unmount(mnt)
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
