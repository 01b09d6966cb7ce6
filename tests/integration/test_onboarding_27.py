# SPDX-License-Identifier: EUPL-1.2
"""The 27 municipalities of the Kempen, each its own node in its own network namespace: from empty directories to
one federation in which every one of them got a referral acknowledged.  Prints the time it took."""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest
from node import BIN, Federation, Node, wait_for

KEMPEN = pathlib.Path(__file__).resolve().parents[1] / "data/kempen.csv"  # facts: public statistics, 2024
SWITCH = "krsw"


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


class Town(Node):
    """A node in a namespace of its own; its control socket is in its directory as ever."""

    def __init__(self, fed, i, org):
        super().__init__(fed, re.sub(r"[^a-z0-9]+", "-", org.lower()), org, 7001)
        self.i, self.ns, self.ip = i, f"kr{i}", f"10.77.0.{i}"
        ip("netns", "add", self.ns)
        ip("link", "add", f"krv{i}", "type", "veth", "peer", "name", "eth0", "netns", self.ns)
        ip("link", "set", f"krv{i}", "netns", SWITCH)
        ip("-n", SWITCH, "link", "set", f"krv{i}", "master", "br0", "up")
        ip("-n", self.ns, "addr", "add", f"{self.ip}/24", "dev", "eth0")
        ip("-n", self.ns, "link", "set", "eth0", "up")
        ip("-n", self.ns, "link", "set", "lo", "up")

    def inside(self, *args):
        return ["ip", "netns", "exec", self.ns, *map(str, args)]

    def start(self):
        self.proc = subprocess.Popen(self.inside(self.fed.bin / "kringd_dev", "--dir", self.dir), stdout=open(self.log, "ab"),
                                     stderr=subprocess.STDOUT)
        wait_for(f"{self.name} to answer", lambda: self.status())
        return self

    def join(self, token):
        p = subprocess.Popen(self.inside(self.fed.bin / "kring", "--dir", self.dir, "join", token, "--org", self.org, "--country", "BE",
                                         "--listen", f"tcp://{self.ip}:{self.port}", "--wait", "60"),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        out = ""
        for line in p.stdout:
            out += line
            m = re.search(r"digits: (\d{4} \d{4})", line)
            if m:
                return p, m[1]
        raise AssertionError(out)


@pytest.fixture
def region(workdir):
    if os.getuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    towns = [r["municipality"] for r in csv.DictReader(KEMPEN.open())]
    assert len(towns) == 27
    subprocess.run(["ip", "netns", "del", SWITCH], capture_output=True)
    ip("netns", "add", SWITCH)
    ip("-n", SWITCH, "link", "add", "br0", "type", "bridge")
    ip("-n", SWITCH, "link", "set", "br0", "up")
    f = Federation(workdir, orgs=(), binaries=BIN)
    made = []
    try:
        yield f, towns, made
    finally:
        for t in made:
            t.stop()
            subprocess.run(["ip", "netns", "del", t.ns], capture_output=True)
        subprocess.run(["ip", "netns", "del", SWITCH], capture_output=True)


@pytest.mark.long
def test_27_municipalities_become_one_federation(region):
    f, towns, made = region
    begun = time.time()
    first = Town(f, 1, f"Gemeente {towns[0]}")
    made.append(first)
    f.run("--dir", str(first.dir), "node", "init", "--org", first.org, "--country", "BE", "--listen", f"tcp://{first.ip}:7001",
          "--federation", str(f.roster))
    f.admit(first.dir / "join")
    first.start()
    f.import_roster(first)
    for i, town in enumerate(towns[1:], 2):
        t = Town(f, i, f"Gemeente {town}")
        made.append(t)
        token = first.k("invite", "--org", t.org, "--at", f"tcp://{first.ip}:7800")["token"]
        p, digits = t.join(token)
        proposal = first.k("confirm", digits)["proposal"]
        assert p.wait(60) == 0, p.stdout.read()
        for root in (1, 2):
            first.k("approve", proposal, "--key", str(f.dir / f"roots/root{root}.key"))
        t.start()
        wait_for(f"{t.name} to be in", lambda: t.k("status")["status"].get("member"), 30)
    onboarded = time.time()

    def ready(t, other):
        p = next((p for p in t.k("partner", "list")["partners"] if p["name"] == other.org), None)
        return p and p.get("connected") and p.get("standing", "") == ""

    for t, other in zip(made, made[1:] + made[:1]):
        wait_for(f"{t.name} to let in {other.name}", lambda: ready(t, other), 60)
        f.agree(t, other)
        f.agree(other, t)
    for t, other in zip(made, made[1:] + made[:1]):
        case = t.new_case(name="Testpersoon Verzonnen", phone="000")
        t.consent(case, other.name)
        ref = t.refer(case, other.name)
        wait_for(f"a receipt from {other.name}", lambda: t.k("show", ref)["referrals"][0].get("delivery") == "stored")
    for t in made:
        assert t.k("status")["status"]["members"] == 27
    print(f"onboarding_27: 27 nodes, 27 acknowledged referrals in {time.time() - begun:.0f} s "
          f"({(onboarded - begun) / 26:.1f} s for each partner)")
