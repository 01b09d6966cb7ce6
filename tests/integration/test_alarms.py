# SPDX-License-Identifier: EUPL-1.2
"""An alarm stays as long as its cause; an administrator who works on it says so, and it comes back when its cause does."""
import subprocess

from node import BIN
from staff import UIDS, Colleague, hire
from test_metrics import metrics

DAY = 86400


def kring(n, *args):
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", "en", *map(str, args)], capture_output=True, text=True)


def alarms(n):
    return {a["what"]: a for a in n.k("status")["status"].get("alarms", [])}


def at(n, days):
    n.stop()
    n.start("--dev-clock-offset", str(days * DAY))
    return n


def test_what_somebody_works_on_does_not_count_until_it_comes_back(federation, tmp_path):
    n = federation("Goes").nodes[0]
    n.start()
    assert kring(n, "alarm", "list").stdout == "no alarms\n"
    at(n, 4)
    assert alarms(n)["no-backup"]["seen_ms"] == 0 and kring(n, "status", "--check").returncode == 2
    listed = kring(n, "alarm", "list").stdout
    assert "  no-backup\n" in listed and "kring-backup.timer" in listed
    r = kring(n, "alarm", "ack", "no-backup")
    assert r.returncode == 0 and "It comes back when its cause returns." in r.stdout, r
    seen = alarms(n)["no-backup"]
    assert seen["seen_ms"] > seen["at_ms"] and seen["seen_uid"] == 0 and seen["seen_by"] == ""
    # it is still there, with who and when
    for shown in (("status",), ("alarm", "list"), ("doctor",)):
        assert "since then no backup was kept" in kring(n, *shown).stdout, shown
    assert "; seen by user 0, " in kring(n, "status").stdout and "; seen by user 0, " in kring(n, "alarm", "list").stdout
    assert kring(n, "status", "--check").returncode == 0
    assert [x.split()[0] for x in kring(n, "doctor").stdout.splitlines() if "no backup was kept" in x] == ["ok"]
    m = metrics(n)
    assert "kring_alarms" not in m and m["kring_alarms_seen"] == {"no-backup": 1} and m["kring_check_status"] == {None: 0}
    assert "acknowledged" in kring(n, "audit", "list").stdout
    at(n, 5)
    assert alarms(n)["no-backup"]["seen_ms"] == seen["seen_ms"], "also after a start"
    assert kring(n, "backup", tmp_path / "b").returncode == 0 and "no-backup" not in alarms(n)
    r = kring(n, "alarm", "ack", "no-backup")
    assert r.returncode == 3 and "not there now" in r.stderr and "kring alarm list" in r.stderr, r
    at(n, 9)
    assert alarms(n)["no-backup"]["seen_ms"] == 0 and kring(n, "status", "--check").returncode == 2, "its cause came back"
    assert metrics(n)["kring_alarms"] == {"no-backup": 1}


def test_who_works_on_it_is_named_and_may(federation):
    f = federation("Goes", "SMWO")
    n = at(f.nodes[0], 4)
    f.import_roster(n)
    hire(n, "administrator", name="Ada Beheer")
    hire(n, "caseworker")
    assert Colleague(n, UIDS["caseworker"]).ask("alarm_ack", what="no-backup").code == "staff-no-right"
    assert Colleague(n, UIDS["administrator"]).ask("alarm_ack", what="no-backup", partner="smwo").code == "alarm-not-there"
    assert not Colleague(n, UIDS["administrator"]).ask("alarm_ack", what="no-backup").error
    assert alarms(n)["no-backup"]["seen_by"] == "Ada Beheer" and "; seen by Ada Beheer, " in kring(n, "status").stdout
