# SPDX-License-Identifier: EUPL-1.2
"""What the documents tell people to type is typed here, line by line."""
import os
import re
import shlex
import shutil
import subprocess
import time

import pytest
from node import BIN, ROOT, free_port, wait_for


def typed_lines(path):
    """(what is typed, what the document shows under it)"""
    for block in re.findall(r"^```\n(.*?)^```", (ROOT / path).read_text(), re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, _, shown = part.partition("\n")
            yield line, shown


def shows(shown, out, number=re.escape):
    """What a document shows is shortened: "..." stands for anything; a number for itself, or for any."""
    text = "".join(".*" if x == "..." else number(x) if x.isdigit() else re.escape(x) for x in re.split(r"(\.\.\.|\d+)", " ".join(shown.split())))
    return re.search(text, " ".join(out.split()))


def test_onboarding_is_followed_literally(federation, workdir):
    """deploy/onboarding.md: only names of the moment (token, digits, ids, users of this machine) are put in place of the examples."""
    f = federation("Goes", binaries=BIN)
    goes = f.nodes[0]
    goes.start()
    f.import_roster()
    begun = time.time()
    env = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}")
    ports = {"7002": str(free_port()), "7800": str(free_port()), "--user ada": "--user 3101", "--user anna": "--user 3102"}
    seen, waiting, daemon, answered = {}, None, None, False

    def run(words, **kw):
        return subprocess.run(words, cwd=f.dir, env=env, capture_output=True, text=True, **kw)

    try:
        for line, shown in typed_lines("deploy/onboarding.md"):
            for name, value in {**ports, **seen}.items():
                line, shown = line.replace(name, value), shown.replace(name, value)
            words = shlex.split(line)
            if words[0] == "kringd":
                daemon = subprocess.Popen(words, cwd=f.dir, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                wait_for("Doel to be in", lambda: "connected" in run(["kring", "--dir", "doel", "partner", "list"]).stdout.replace("not connected", ""))
                continue
            if "join" in words:
                waiting = subprocess.Popen(words, cwd=f.dir, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                out = ""
                while "digits:" not in out:
                    got = waiting.stdout.readline()
                    assert got, out
                    out += got
                seen["1234 5678"] = re.search(r"\d{4} \d{4}", out)[0]
                assert shows(shown.replace("1234 5678", seen["1234 5678"]), out), (shown, out)
                continue
            if words[-1] == "inbox":
                wait_for("the referral to arrive", lambda: "Test" in run(words).stdout)
            r = run([*words, "--yes"] if "--key" in words else words)  # at a terminal it asks
            assert r.returncode == 0, (line, r.stdout, r.stderr)
            for name, pattern in (("TOKEN", r"^kring1\w+"), ("3fa91b22", r"kring approve ([0-9a-f]{8})"), ("CASE", r"^([0-9a-f]{20})$"),
                                  ("REF", r"\b([0-9A-HJKMNP-TV-Z]{9})\b")):
                m = re.search(pattern, r.stdout, re.M)
                wanted = {"TOKEN": "invite", "3fa91b22": "confirm", "CASE": "case", "REF": "inbox"}[name]
                if m and wanted in words:
                    seen[name] = m[m.re.groups]
                    shown = shown.replace(name, seen[name])
            assert shows(shown, r.stdout), (line, shown, r.stdout)
            if "confirm" in words:
                assert waiting.wait(30) == 0
            if "decline" in words:  # root sees it: nobody is named yet
                shown = wait_for("the answer", lambda: (lambda o: o if "declined" in o else None)(run(["kring", "--dir", "goes", "sent", "--all"]).stdout))
                assert "Doel" in shown
                answered = True
        assert answered
        print(f"onboarding.md: followed in {time.time() - begun:.0f} s by a program")
    finally:
        if daemon:
            daemon.terminate()
            daemon.wait(10)


def test_backup_and_coming_back_are_followed_literally(federation, workdir):
    """deploy/backup.md: what happens between the lines (the machine is lost) is done here."""
    f = federation("Goes", "SMWO", binaries=BIN)
    a, b = f.start()
    shutil.move(a.dir / "recovery-sheet.txt", f.dir / "goes-sheet.txt")
    env = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}")
    case = a.new_case(name="Testpersoon Verzonnen")
    a.consent(case, "smwo")
    ref = a.refer(case, "smwo")
    b.await_state(ref, "offered")
    for line, shown in typed_lines("deploy/backup.md"):
        words = shlex.split(line)
        if words[0] == "kringd":
            a.start()
            f.await_connected(a)
            continue
        if "restore" in words and "--check" not in words:
            a.stop()
            shutil.rmtree(a.dir / "main")
        if words[2] == "smwo" and words[-1] == "status":
            wait_for("smwo to notice", lambda: "phone them" in subprocess.run(words, cwd=f.dir, env=env, capture_output=True, text=True).stdout)
        r = subprocess.run(words, cwd=f.dir, env=env, capture_output=True, text=True)
        assert r.returncode == 0, (line, r.stdout, r.stderr)
        for row in shown.splitlines():
            row = re.sub(r"4f1c|k3f9-22qx", "...", row)  # a fingerprint and a sheet of the example
            assert shows(row, r.stdout, lambda x: r"\d+"), (line, row, r.stdout)
    wait_for("the two to agree", lambda: b.try_k("accept", ref))
    a.await_state(ref, "accepted")


def test_the_firewall_template_is_understood(workdir):
    if os.getuid() != 0 or shutil.which("nft") is None:
        pytest.skip("nft needs root and the package nftables")
    r = subprocess.run(["nft", "-c", "-f", str(ROOT / "deploy/nftables.conf")], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr


def test_the_unit_leaves_little_exposed(workdir):
    """At most 1.5, as systemd-analyze counts it without a running systemd."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    r = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", str(ROOT / "deploy/kringd.service")],
                       capture_output=True, text=True)
    print("systemd-analyze:", r.stdout.strip().splitlines()[-1])
    assert r.returncode == 0 and "Overall exposure level" in r.stdout, r.stderr
