# SPDX-License-Identifier: EUPL-1.2
"""kring doctor: one fault put in, one line that names it and what helps, and 0, 1 or 2 as programs that watch a machine expect it."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest
from node import BIN, wait_for

OTHER = 65534
ROOT = os.getuid() == 0
ROOT_ONLY = pytest.mark.skipif(not ROOT, reason="only root may become another user, mount, or leave the network")


def run(n, *args, before=(), lang="en"):
    return subprocess.run([*before, str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, *args], capture_output=True, text=True, timeout=60)


def doctor(n, *args, before=(), what=("doctor",)):
    """(exit code, {code: its finding})"""
    r = run(n, "--json", *what, *args, before=before)
    got = json.loads(r.stdout)
    assert got["exit"] == r.returncode == max([("ok", "warning", "critical").index(f["level"]) for f in got["findings"]]), r
    for f in got["findings"]:
        assert f["text"] and "{" not in f["text"] + f["remedy"] + f["tell"], f
        assert not [x for x in (f["text"], f["remedy"], f["tell"]) if "()" in x or x != x.strip()], f  # nothing with an empty place in it
        assert (f["level"] == "ok") <= (f["remedy"] == ""), f
    return r.returncode, {f["code"]: f for f in got["findings"]}


def found(n, code, *words, level="critical", **kw):
    """That finding; its text, what helps and what to tell have these words."""
    _, all_ = doctor(n, **kw)
    assert code in all_ and all_[code]["level"] == level, (code, all_)
    whole = " | ".join((all_[code]["text"], all_[code]["remedy"], all_[code]["tell"]))
    assert all(w in whole for w in words), (words, whole)
    return all_


@pytest.fixture
def still(federation):
    """A node that does not run."""
    return federation("Goes").nodes[0]


# ---- without a running node ----
def test_a_node_that_does_not_run_is_looked_at_all_the_same(still):
    n = still
    code, all_ = doctor(n)
    assert code == 2 and {k for k, f in all_.items() if f["level"] == "critical"} == {"node-silent", "not-running"}, all_
    assert {"config-ok", "files-ok", "clock-ok", "disk-ok", "port-free"} <= set(all_) or "disk-room" in all_, all_
    # started by hand, in a directory of its own: no unit of systemd knows it
    assert f"kringd --dir {n.dir};" in all_["not-running"]["remedy"] and "shred -u" in all_["sheet-beside"]["remedy"]
    assert not [f for f in all_.values() if "systemctl" in f["remedy"] or "journalctl" in f["remedy"]], all_
    text = run(n, "doctor").stdout.splitlines()
    assert len(text) == len(all_) and text[0].startswith("CRITICAL  node "), text
    one = run(n, "status", "--check")
    assert one.returncode == 2 and one.stdout.splitlines() == text[:1] and not one.stderr, one
    for lang, word in (("nl", "FOUT"), ("fr", "ERREUR"), ("de", "FEHLER")):
        got = run(n, "doctor", lang=lang).stdout.splitlines()
        assert len(got) == len(text) and got[0].startswith(word) and not set(got) & set(text), got


def test_settings_files_keys_clock_address_and_port(still, tmp_path):
    n = still
    conf = n.dir / "kring.conf"
    good = conf.read_text()

    conf.write_text(good + "[Limits]\nStoreMiB=many\n")
    line = len(conf.read_text().splitlines())
    all_ = found(n, "config-line", f"kring.conf, line {line}: StoreMiB=many", "digits alone")
    assert "port-free" not in all_, "nothing is said of settings that do not hold"
    conf.unlink()
    found(n, "config-file", str(conf), "no such file")
    conf.mkdir()
    found(n, "config-file", str(conf))
    conf.rmdir()
    conf.write_text(good.replace("tcp://127.0.0.1:", "tcp://192.0.2.77:"))
    found(n, "address-gone", f"tcp://192.0.2.77:{n.port}", "ip -brief address")
    conf.write_text(good)
    conf.chmod(0o600)

    assert "key-gone" not in doctor(n)[1] and "KeyFile=unlock.key" in good
    conf.write_text(good.replace("KeyFile=unlock.key", "KeyFile=/nowhere/kring.key"))
    found(n, "key-gone", "/nowhere/kring.key", "starts locked", "kring unlock", level="warning")
    conf.write_text(good)
    (n.dir / "unlock.key").rename(tmp_path / "unlock.key")
    found(n, "key-gone", str(n.dir / "unlock.key"), level="warning")
    (tmp_path / "unlock.key").rename(n.dir / "unlock.key")

    (n.dir / "slots").chmod(0o644)
    found(n, "open-to-others", str(n.dir / "slots"), f"chmod -R go= {n.dir}")
    (n.dir / "slots").chmod(0o600)
    n.dir.chmod(0o755)
    found(n, "open-to-others", f"chmod -R go= {n.dir}")
    n.dir.chmod(0o700)
    assert "files-ok" in doctor(n)[1]

    os.utime(n.dir / "record", (time.time() + 86400,) * 2)
    found(n, "clock-behind", str(n.dir / "record"), "timedatectl")
    os.utime(n.dir / "record")
    (n.dir / "keyroot").rename(n.dir / "elsewhere")
    found(n, "node-files", "keyroot")
    (n.dir / "elsewhere").rename(n.dir / "keyroot")

    (tmp_path / "pass").write_text("een lange verzonnen zin\n")
    assert run(n, "slot", "add", "--kind", "passphrase", "--file", str(tmp_path / "pass")).returncode == 0
    number = doctor(n)[1]["key-beside"]["remedy"].split("--number ")[1].split(",")[0]
    (n.dir / "recovery-sheet.txt").unlink()
    assert run(n, "slot", "remove", "--number", number).returncode == 0, "what helps can be typed"
    assert "keys-ok" in doctor(n)[1]

    with socket.socket() as other:
        other.bind(("0.0.0.0", n.port))
        other.listen()
        found(n, "port-taken", f"tcp://127.0.0.1:{n.port}", f"process {os.getpid()}", "Listen=")
    assert "port-free" in doctor(n)[1]
    n.dir = tmp_path / "empty"
    n.dir.mkdir(mode=0o700)
    found(n, "node-files", "no node in", "restore BACKUP")


@ROOT_ONLY
def test_owners_and_a_full_disk(still, tmp_path):
    n = still
    for p in (n.dir, *n.dir.rglob("*")):
        os.chown(p, OTHER, OTHER)
    os.chown(n.dir / "kring.conf", 0, 0)
    found(n, "other-owner", str(n.dir / "kring.conf"), "belongs to root", f"chown -R nobody: {n.dir}")
    for p in (n.dir.parent, pathlib.Path(BIN), *pathlib.Path(BIN).parents):
        if os.stat(p).st_mode & 0o055 != 0o055 and str(p).startswith(("/tmp/", "/work/")):
            p.chmod(0o755)
    other = ("setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups")
    found(n, "config-file", "kring.conf", "permission", before=other)
    os.chown(n.dir / "kring.conf", OTHER, OTHER)
    os.chown(n.dir, 0, 0)
    all_ = found(n, "dir-closed", "nobody may not look into", "sudo kring doctor", level="warning", before=other)
    assert set(all_) == {"node-denied", "dir-closed"}, all_

    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", str(small)], check=True)
    try:
        shutil.copytree(n.dir, small / "n")
        n.dir = small / "n"
        found(n, "disk-room", "MiB free for", "at least 256 MiB have to be", f"df {small / 'n'}")
    finally:
        subprocess.run(["umount", str(small)], check=True)


# ---- with one ----
@pytest.fixture
def two(federation):
    f = federation("Goes", "SMWO")
    f.start()
    return f.nodes


def test_a_partner_that_is_away_is_told_apart_by_what_its_address_answers(two):
    a, b = two
    code, all_ = doctor(a)
    assert {k for k, v in all_.items() if v["level"] != "ok"} == {"open-to-all", "sheet-beside"} and code == 1, all_
    assert {"node-ok", "port-ours", "roster-ok", "partner-ok", "address-told"} <= set(all_)
    assert "1 of 1 partners" in all_["node-ok"]["text"]
    assert doctor(a, what=("status", "--check")) == (0, {"node-ok": all_["node-ok"]})
    wait_for("it to have said its version", lambda: "partner-version" in doctor(a, "smwo")[1])
    assert set(doctor(a, "smwo")[1]) == {"node-ok", "roster-ok", "backup-never", "partner-ok", "partner-version"} and doctor(a, "smwo")[0] == 0
    r = run(a, "doctor", "nobody")
    assert r.returncode == 3 and "no such partner" in r.stderr and "kring partner list" in r.stderr, r

    b.stop()
    wait_for("silence", lambda: a.k("status")["status"]["connected"] == 0)
    at = f"tcp://127.0.0.1:{b.port}"
    all_ = found(a, "partner-refused", "SMWO", at, "Tell them", level="warning", what=("doctor", "smwo"))
    assert "(no number)" in all_["partner-refused"]["remedy"], all_  # this one has none: no sentence has an empty place
    assert all_["node-troubled"]["level"] == "warning" and doctor(a, what=("status", "--check"))[0] == 1
    assert "Tell them" in run(a, "doctor", "smwo").stdout and "Tell them" not in run(a, "doctor").stdout
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", b.port))
        s.listen(64)
        found(a, "partner-no-key", at, "not speak with their key", "Tell them", level="warning", what=("doctor", "smwo"))
        s.listen(0)
        full = [socket.socket() for _ in range(80)]
        for x in full:
            x.setblocking(False)
            x.connect_ex(("127.0.0.1", b.port))
        found(a, "partner-no-answer", at, "firewall", "Tell them", level="warning", what=("doctor", "smwo"))
        for x in full:
            x.close()
    if ROOT:
        found(a, "partner-no-route", at, "ip route", "Tell them", level="warning", what=("doctor", "smwo"), before=("unshare", "--net"))


def test_a_clock_a_quota_and_a_port_of_somebody_else(two):
    a, b = two
    b.stop()
    conf = b.dir / "kring.conf"
    conf.write_text(conf.read_text() + "[Limits]\nPartnerOpenReferrals=1\n")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", b.port))
        other.listen()
        b.start("--dev-clock-offset", "600")
        wait_for("the reason", lambda: b.k("status")["status"].get("listen_error"))
        all_ = found(b, "port-taken", f"process {os.getpid()}")
        assert "another program listens" in all_["not-listening"]["text"] and all_["node-troubled"]["level"] == "critical"
    wait_for("to listen", lambda: "port-ours" in doctor(b)[1])
    wait_for("both to see it", lambda: "partner-ahead" in doctor(a)[1] and "partner-behind" in doctor(b)[1])
    found(a, "partner-ahead", "SMWO", "10 minutes", "timedatectl", "Tell them", level="warning", what=("doctor", "smwo"))
    for phone in ("1", "2"):
        case = a.new_case(phone=phone, name=f"Testpersoon Verzonnen {phone}")
        a.consent(case, "smwo")
        a.refer(case, "smwo")
    wait_for("the second one to be refused", lambda: b.k("status")["status"].get("limits"))
    found(b, "quota-of", "Goes", "1 of at most 1", "PartnerOpenReferrals", level="warning")
    found(b, "quota-of", "Goes", level="warning", what=("doctor", "goes"))


def test_a_roster_that_ran_out_and_a_node_that_is_locked(still):
    n = still
    n.start("--dev-clock-offset", str(100 * 86400))
    n.fed.import_roster()
    wait_for("to know its roster", lambda: n.k("status")["status"].get("member"))
    found(n, "roster-bad", "expired", "roster renew")
    n.k("lock")
    code, all_ = doctor(n, what=("status", "--check"))
    assert code == 2 and "kring unlock" in all_["node-locked"]["remedy"]
    if ROOT:
        n.dir.parent.chmod(0o755)
        other = ("setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups")
        code, all_ = doctor(n, what=("status", "--check"), before=other)
        assert code == 2 and "kring-staff" in all_["node-denied"]["remedy"], all_


@ROOT_ONLY
def test_keys_that_are_not_locked_in_memory(still):
    n = still
    n.dir.parent.chmod(0o755)
    subprocess.run(["chown", "-R", f"{OTHER}:{OTHER}", str(n.dir)], check=True)
    n.before = ("prlimit", "--memlock=0:0", "setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all")
    n.start()
    found(n, "said", "not locked in memory", "LimitMEMLOCK=infinity")
