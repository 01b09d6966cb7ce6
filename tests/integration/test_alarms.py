# SPDX-License-Identifier: EUPL-1.2
"""An alarm stays as long as its cause; an administrator who works on it says so, and it comes back when its cause does."""
import subprocess

import pytest
from ctl import pb

from node import BIN, wait_for
from kringwire import Member
from refusal import Reader
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
    assert "no-backup: acknowledged by user 0, " in kring(n, "doctor").stdout
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


@pytest.fixture
def reader(workdir):
    r = Reader(workdir)
    yield r
    r.close()


def asked(reader, reply, *args):
    reader.reply = reply.SerializeToString()
    return subprocess.run([str(BIN / "kring"), "--socket", reader.path, "--lang", "en", *args], capture_output=True, text=True, timeout=20)


def test_an_alarm_about_several_partners_asks_which(dialled):
    """Whoever asks the node itself is asked, too: nothing is acknowledged that nobody meant."""
    f, b, m = dialled()
    other = Member(f.fed_id(), org="Tweede Partner")
    (f.dir / "second.join").write_bytes(other.join_bytes())
    f.admit(f.dir / "second.join")
    f.import_roster(b)
    node_id, nk, tk = f.record_of(b)
    try:
        assert other.meet(f"tcp://127.0.0.1:{b.port}", tk, node_id, nk)
        for x in (m, other):
            x.send_frame([])
            x.until(lambda: x.your[0])
            x.reborn(keep_inbox=True)
        told = lambda seen: sorted(a["partner"] for a in b.k("status")["status"].get("alarms", []) if a["what"] == "came-back" and bool(a["seen_ms"]) == seen)
        wait_for("both alarms", lambda: m.pump() or other.pump() or len(told(False)) == 2)
        r = Colleague(b, 0).ask("alarm_ack", what="came-back")
        assert r.code == "alarm-several" and {v.name: v.text for v in r.values} == {"list": ", ".join(told(False)), "typed": "came-back"}, r
        assert told(True) == []
        r = kring(b, "alarm", "ack", "came-back")
        assert r.returncode == 1 and "Python Partner, Tweede Partner" in r.stderr and "kring alarm ack came-back --all" in r.stderr, r
        assert kring(b, "alarm", "ack", "came-back", "tweede-partner").returncode == 0 and told(True) == ["Tweede Partner"]
        assert kring(b, "alarm", "ack", "came-back").returncode == 0 and len(told(True)) == 2, "one was left"
        b.stop()
    finally:
        other.close()


def test_what_has_a_line_of_its_own_does_not_count_either(reader):
    for what, partner, level in (("not-listening", "", 2), ("limit-reached", "SMWO", 1)):
        reply = pb.Reply()
        reply.status.members = reply.status.connected = 1
        if partner:
            reply.status.limits.add(what="referrals", partner=partner, count=5, most=5, refused=1)
        else:
            reply.status.listen, reply.status.listen_error = "tcp://192.0.2.1:7001", "address-in-use"
        row = reply.status.alarms.add(what=what, partner=partner, at_ms=5)
        assert asked(reader, reply, "status", "--check").returncode == level, what
        row.seen_ms = 7
        assert asked(reader, reply, "status", "--check").returncode == 0, what
