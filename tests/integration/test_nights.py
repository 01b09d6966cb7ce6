# SPDX-License-Identifier: EUPL-1.2
"""A backup each night into one directory: its names, what goes, and what is said where none was made."""
import json
import re
import subprocess
import time

import pytest
from node import Federation, wait_for

NAME = re.compile(r"kring-\d{4}-\d\d-\d\d-\d{6}")
DAY = 86400


def kring(n, *args):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", "en", *map(str, args)], capture_output=True, text=True)


def named(days):
    return time.strftime("kring-%Y-%m-%d-%H%M%S", time.gmtime(time.time() - days * DAY))


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("nights"), ("Goes",))
    try:
        f.start()
        yield f.nodes[0]
    finally:
        f.stop()


def alarms(n):
    return [x["what"] for x in n.k("status")["status"].get("alarms", [])]


def test_what_is_older_than_was_asked_goes_and_nothing_else(one, tmp_path):
    into = tmp_path / "nights"
    into.mkdir()
    old, young = named(36), named(34)
    stay = [young, f"{young}.sha256", "kring-2020-02-31-020000", "kring-2020-01-01", f"{old}.txt", f"x{old}", f"{named(0.5)}.part", named(40), "mine"]
    for name in [old, f"{old}.sha256", f"{named(2)}.part", *stay]:
        if name == stay[-2]:
            (into / name).symlink_to("/etc/passwd")
        else:
            (into / name).write_text("x")
    r = kring(one, "backup", "--into", into, "--keep", "35")
    assert r.returncode == 0 and "1 backup from over 35 days ago is gone" in r.stdout, r
    made = sorted({p.name for p in into.iterdir()} - set(stay))
    assert len(made) == 2 and NAME.fullmatch(made[0]) and made[1] == f"{made[0]}.sha256", made
    assert {p.name for p in into.iterdir()} >= set(stay)
    assert (into / made[0]).stat().st_mode & 0o777 == 0o600
    subprocess.run(["sha256sum", "--check", "--quiet", made[1]], cwd=into, check=True)


def test_a_copy_that_was_spoiled_is_found_without_the_sheet(one, tmp_path):
    r = kring(one, "--json", "backup", "--into", tmp_path / "new")
    assert r.returncode == 0 and json.loads(r.stdout)["removed"] == 0, r
    file, = [p for p in (tmp_path / "new").iterdir() if NAME.fullmatch(p.name)]
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    r = kring(one, "restore", file, "--check")
    assert r.returncode == 0 and "it still is what was written" in r.stdout, r
    good = file.read_bytes()
    file.write_bytes(good[:-100] + bytes([good[-100] ^ 1]) + good[-99:])
    r = kring(one, "restore", file, "--check")
    assert r.returncode == 5 and "damaged" in r.stderr and r.stdout == "", r
    file.with_name(f"{file.name}.sha256").unlink()
    assert "that takes --sheet" in kring(one, "restore", file, "--check").stdout


def test_where_to_and_how_long_is_asked_of_whoever_types(one, tmp_path):
    for words in ([], ["x", "--into", tmp_path], ["x", "--keep", "3"], ["--into", tmp_path, "--keep", "0"], ["--into", tmp_path, "--keep", "36"]):
        r = kring(one, "backup", *words)
        assert r.returncode == 2 and "for example: kring backup --into /var/backups/kring --keep 35" in r.stderr, (words, r)
    assert kring(one, "backup", "--into", "/proc/nowhere").returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_three_days_without_a_backup_are_an_alarm(federation, tmp_path):
    f = federation("Goes")
    n = f.nodes[0]
    n.start("--dev-clock-offset", str(2 * DAY))
    assert "no-backup" not in alarms(n) and n.k("status")["status"]["backup_ms"] == 0
    assert "none yet: kring backup --into DIR" in kring(n, "status").stdout and "no backup yet" in kring(n, "doctor").stdout
    n.stop()
    n.start("--dev-clock-offset", str(4 * DAY))
    assert "no-backup" in alarms(n)
    check = kring(n, "status", "--check")
    assert check.returncode == 2, check
    assert "CRITICAL" in kring(n, "doctor").stdout and "kring-backup.timer" in kring(n, "doctor").stdout
    # a file that could not be written is no backup
    assert kring(n, "backup", "/dev/full/x").returncode == 1 and "no-backup" in alarms(n)
    assert kring(n, "backup", tmp_path / "b").returncode == 0
    assert "no-backup" not in alarms(n) and kring(n, "status", "--check").returncode == 0
    n.stop()
    n.start("--dev-clock-offset", str(6 * DAY))
    s = n.k("status")["status"]
    assert "no-backup" not in alarms(n) and abs(s["backup_ms"] / 1000 - time.time() - 4 * DAY) < 600
    assert "last backup: " in kring(n, "doctor").stdout
    n.stop()
    n.start("--dev-clock-offset", str(8 * DAY))
    assert "no-backup" in alarms(n)


def test_a_wrong_clock_removes_nothing(federation, tmp_path):
    f = federation("Goes", "SMWO", "Reimerswaal")
    n = f.start()[0]
    n.stop()
    n.start("--dev-clock-offset", "7200")
    wait_for("it to know that its clock is wrong", lambda: n.k("status")["status"].get("clock_off_s"))
    into = tmp_path / "nights"
    into.mkdir()
    (into / named(40)).write_text("x")
    r = kring(n, "backup", "--into", into, "--keep", "35")
    assert r.returncode == 4 and "timedatectl" in r.stderr, r
    assert len([p for p in into.iterdir() if NAME.fullmatch(p.name)]) == 2


def checked(n):
    return n.k("status")["status"]["backup_checked_ms"]


def test_a_backup_that_was_read_through_is_told_to_the_node(federation, tmp_path):
    """Never, then too long ago, then now; what is not proven to be whole, and this node's, leaves the moment as it was."""
    f = federation("Goes", "SMWO")
    n, other = f.nodes
    n.start("--dev-clock-offset", str(34 * DAY))
    into = tmp_path / "nights"
    r = kring(n, "backup", "--check", "--into", into)
    assert r.returncode == 3 and "cannot read" in r.stderr, r
    into.mkdir()
    r = kring(n, "backup", "--check", "--into", into)
    assert r.returncode == 3 and "there is no backup in this directory" in r.stderr and f"make one: kring backup --into {into}" in r.stderr, r
    for words in ([], [into / "x", "--into", into], ["--into", into, "--keep", "3"]):
        r = kring(n, "backup", "--check", *words)
        assert r.returncode == 2 and "name a file, or with --into a directory" in r.stderr, (words, r)
    older, newest = into / named(2), into / named(1)
    assert kring(n, "backup", older).returncode == 0
    assert "not read through yet: kring backup --check --into DIR" in kring(n, "status").stdout and "after 35 days that is an alarm" in kring(n, "doctor").stdout
    assert "kring_backup_check_timestamp_seconds 0\n" in kring(n, "metrics").stdout and "backup-unchecked" not in alarms(n)
    n.stop()
    n.start("--dev-clock-offset", str(36 * DAY))
    assert alarms(n) == ["backup-unchecked"]
    assert [x.split()[0] for x in kring(n, "doctor").stdout.splitlines() if "nobody checked that the backups can be read: kring backup --check --into DIR" in x] == ["warning"]

    # the newest one of two by its name, and neither a piece nor a link
    assert kring(n, "backup", newest).returncode == 0
    (into / f"{named(0)}.part").write_text("x")
    (into / named(0)).symlink_to(newest)
    good = newest.read_bytes()
    newest.write_bytes(good[:-100] + bytes([good[-100] ^ 1]) + good[-99:])
    r = kring(n, "backup", "--check", "--into", into)
    assert r.returncode == 5 and f"damaged or cut short: {newest}" in r.stderr and "take another backup" in r.stderr and r.stdout == "", r
    newest.write_bytes(good)
    digest = newest.with_name(f"{newest.name}.sha256")
    digest.rename(tmp_path / "aside")
    r = kring(n, "backup", "--check", newest)
    assert r.returncode == 3 and "the file .sha256 beside it is missing" in r.stderr and r.stdout == "", r
    r = kring(n, "--json", "backup", "--check", newest)
    assert r.returncode == 3 and json.loads(r.stdout)["exit"] == 3, r
    (tmp_path / "aside").rename(digest)
    other.start("--dev-clock-offset", str(36 * DAY))
    r = kring(other, "backup", "--check", newest)
    assert r.returncode == 1 and "this is a backup of another node" in r.stderr and checked(other) == 0, r
    assert checked(n) == 0 and alarms(n) == ["backup-unchecked"]

    r = kring(n, "backup", "--check", "--into", into)
    assert r.returncode == 0 and "it still is what was written" in r.stdout and f"{newest} was read through, and the node knows" in r.stdout, r
    first = checked(n)
    assert abs(first / 1000 - time.time() - 36 * DAY) < 600 and alarms(n) == []
    assert "; last read through: " in kring(n, "status").stdout and "a backup was last read through: " in kring(n, "doctor").stdout
    assert f"kring_backup_check_timestamp_seconds {first // 1000}\n" in kring(n, "metrics").stdout
    digest.unlink()
    assert kring(n, "backup", "--check", newest).returncode == 3 and checked(n) == first
    r = kring(n, "--json", "backup", "--check", older)
    assert r.returncode == 0 and json.loads(r.stdout) == {"checked": True} and checked(n) > first, r
    n.stop()
    r = kring(n, "backup", "--check", older)
    assert r.returncode == 4 and "cannot reach kringd" in r.stderr, r
