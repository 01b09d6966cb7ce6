# SPDX-License-Identifier: EUPL-1.2
"""Two fresh Debian machines with a running systemd: the package, kring setup, a partner who joins, a first referral that is acknowledged; then
what a service lives through.  Long: booted machines (KRING_LONG, root, systemd-nspawn, debootstrap); KRING_DEBS is a directory with bookworm.deb or
trixie.deb, else the package of this build is taken, for the Debian that runs here."""
import os
import pathlib
import platform
import re
import shutil
import time

import pytest
from booted import Booted, Network
from machine import package
from node import wait_for

DEBS = pathlib.Path(os.environ["KRING_DEBS"]) if "KRING_DEBS" in os.environ else None
SUITES = sorted(x.stem for x in DEBS.glob("*.deb")) if DEBS else [platform.freedesktop_os_release().get("VERSION_CODENAME", "")]
FIRST = """How=create
Federation=Zeeland
Roots=2/3
RootKeys=/root/roots
Organisation=Gemeente Goes
Country=NL
Listen=tcp://10.77.0.1:7001
Key=credential
Sheet=/root/sheet
Administrator=Ada Verzonnen
AdministratorUser=ada
Caseworker=Anna De Wit
CaseworkerUser=anna
"""
SECOND = """How=join
Invite=/root/token
Organisation=SMWO
Country=NL
Listen=tcp://10.77.0.2:7001
Key=credential
Sheet=/root/sheet
Administrator=Ada Verzonnen
AdministratorUser=ada
Caseworker=Anna De Wit
CaseworkerUser=anna
"""


def status(m):
    """Of the node, as whoever watches it sees it; "" while it does not answer."""
    r = m.run("kring --json status")
    return r.stdout if r.returncode == 0 else ""


def connected(m):
    return '"connected": 1' in status(m)


def joined(a, b):
    """The second machine comes in: its setup waits while two people compare digits and the roots sign."""
    b.put("token", re.search(r"^kring1\S+", a.good("kring invite --org SMWO --at tcp://10.77.0.1:7800"), re.M)[0] + "\n")
    b.put("answers", SECOND)
    waits, seen = b.start("kring setup --answers answers"), ""
    while not re.search(r"\d{4} \d{4}", seen):
        line = waits.stdout.readline()
        assert line, seen
        seen += line
    told = a.good(f"kring confirm {re.search(r'[0-9]{4} [0-9]{4}', seen)[0]} --how telephone")
    proposal = re.search(r"kring approve ([0-9a-f]{8})", told)[1]
    for root in (1, 2):
        a.good(f"kring approve {proposal} --yes --key roots/root{root}.key")
    seen += waits.communicate(timeout=180)[0]
    assert waits.returncode == 0, seen
    return seen


def referral(a, b):
    for m, other in ((a, "smwo"), (b, "gemeente-goes")):
        for way in ("", " --receive"):
            m.good(f"kring partner agree {other} --share identity,contact,needs{way}", "ada")
    wait_for("the partners to be connected", lambda: connected(a) and connected(b), 60)
    case = re.search(r"^[0-9a-f]{20}$", a.good("printf 'name: Test Verzonnen\nphone: 000\n' | kring case new --from -", "anna"), re.M)[0]
    a.good(f"kring consent give {case} --to smwo --share identity,contact,needs --how oral --witness 'A. Collega'", "anna")
    a.good(f"kring refer {case} --to smwo --need income-debt", "anna")
    wait_for("the referral to arrive", lambda: "Test Verzonnen" in b.run("kring inbox", "anna").stdout, 60)
    ref = re.search(r"\b([0-9A-HJKMNP-TV-Z]{9})\b", b.good("kring inbox", "anna"))[1]
    b.good(f"kring accept {ref}", "anna")
    wait_for("the answer to come back", lambda: "accepted" in a.run(f"kring show {ref}", "anna").stdout, 60)
    return case


def pid(m):
    return m.good("systemctl show --value -p MainPID kringd").strip()


def lives_on(a, b, deb):
    """Reboot, kill, reload, upgrade, and a port that another program has for a while."""
    a.reboot()
    wait_for("it to be back after the reboot", lambda: connected(a), 90)
    was = pid(a)
    a.good(f"kill -9 {was}")
    wait_for("systemd to have started it again", lambda: pid(a) not in ("0", was) and connected(a), 90)
    was = pid(a)
    a.good("systemctl reload kringd")
    assert pid(a) == was and wait_for("it to go on after SIGHUP", lambda: connected(a), 60)
    a.bring(deb)
    a.good(f"apt-get install -y --reinstall /root/{deb.name}")
    wait_for("it to run as it was upgraded", lambda: pid(a) not in ("0", was) and connected(a), 90)
    a.good("systemctl stop kringd")
    taker = a.start("perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => \"10.77.0.1\", LocalPort => 7001, Listen => 1, ReuseAddr => 1) or die; print \"taken\\n\"; $| = 1; sleep 1000'")
    wait_for("the port to be taken", lambda: ":7001" in a.run("ss -ltn").stdout, 30)
    a.good("systemctl start kringd")
    told = wait_for("doctor to name who has the port", lambda: (lambda r: r.stdout if "perl" in r.stdout else None)(a.run("kring doctor")), 60)
    assert a.active() == "active" and "7001" in told
    a.good("pkill perl")
    taker.wait(30)
    wait_for("it to listen when the port is given back", lambda: connected(b) and connected(a), 120)


if os.environ.get("KRING_LONG") and os.getuid() == 0 and shutil.which("systemd-nspawn") and shutil.which("debootstrap"):  # tests/run --long
    @pytest.mark.parametrize("suite", SUITES)
    def test_two_booted_machines_from_nothing_to_a_referral(suite, tmp_path):
        deb = DEBS / f"{suite}.deb" if DEBS else package(tmp_path / "deb")
        with Network() as net:
            a, b = (Booted(net, suite, tmp_path / f"m{i}", i) for i in (1, 2))
            begun = time.time()
            for m in (a, b):
                m.bring(deb)
                m.good(f"apt-get install -y /root/{deb.name}")
                m.good("useradd --create-home ada; useradd --create-home anna")
            a.put("answers", FIRST)
            a.good("kring setup --answers answers")
            joined(a, b)
            case = referral(a, b)
            print(f"{suite}: from apt install to an accepted referral in {time.time() - begun:.0f} s")
            for m in (a, b):
                exposure = m.run("systemd-analyze security kringd.service kring-backup.service kring-metrics.service | grep -h Overall")
                print(suite, m.name, exposure.stdout.strip() or exposure.stderr.strip())
                m.good("systemctl start kring-backup.service")
                told = m.run("kring doctor")
                assert "CRITICAL" not in told.stdout and "a backup was last read through: " in told.stdout, told.stdout
            lives_on(a, b, deb)
            assert "Test Verzonnen" in a.good(f"kring case show {case}", "anna")
            print(f"{suite}: with reboot, kill, reload, upgrade and a port taken {time.time() - begun:.0f} s")
            a.good("apt-get remove -y kring")
            assert a.active() != "active" and a.run("test -e /var/lib/kring/identity").returncode == 0, "removing the package keeps the store"
