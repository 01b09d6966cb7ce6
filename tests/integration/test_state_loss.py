# SPDX-License-Identifier: EUPL-1.2
"""Disks that are lost, go back in time or are copied (proto/PROTOCOL.md 6, daemon/store/FORMAT.md), with real daemons."""
import json
import os
import pathlib
import resource
import shutil
import signal
import struct
import subprocess
import time

import pytest
from kringwire import ROLLED_BACK, Frame
from node import Node, Refused, wait_for
from test_at_rest import Keyroot, wrapped_keys
from test_hostile import IDENTITY_NEEDS, NAME, grant, offer

MARK = "Zeldzaamteken"


def alarms(n):
    return [a["what"] for a in n.k("status")["status"].get("alarms", [])]


def restore(n, backup, sheet, *args):
    """As an administrator does: stop, restore, keep the new sheet, start."""
    n.stop()
    out = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "restore", str(backup), "--sheet", str(sheet), *args],
                         capture_output=True, text=True)
    if out.returncode:
        raise Refused(out.returncode, out.stderr)
    return out.stdout


def settled(*nodes):
    return all(n.k("status")["status"]["owed"] == 0 and not n.k("status")["status"].get("waiting_for") for n in nodes)


def log_of(n, ref):
    """What both ends signed, as this node holds it."""
    log = [(e["side"], e["no"], e["act"], e["hash"]) for e in n.k("show", ref)["log"]]
    assert log
    return log


def holds(n, logs):
    """Whether this node holds exactly these logs: a thread that comes back shows its first document before the last one is there."""
    return all(n.try_k("show", ref) and log_of(n, ref) == log for ref, log in logs.items())


def referred(a, name):
    case = a.new_case(name=name)
    a.consent(case, "smwo")
    return a.refer(case, "smwo")


@pytest.fixture
def two(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    shutil.copy(a.dir / "recovery-sheet.txt", f.dir / "sheet")
    return f, a, b, f.dir / "sheet"


def test_a_restored_node_gets_back_what_partners_hold(two):
    f, a, b, sheet = two
    old = referred(a, "Aaltje Verzonnen")
    b.await_state(old, "offered")
    a.k("backup", str(f.dir / "one"))
    with pytest.raises(Refused) as twice:
        a.k("backup", str(f.dir / "one"))
    assert "exists" in str(twice.value)
    # after the backup: an answer, a whole new case with consent and referral, and a question answered
    b.k("accept", old)
    a.await_state(old, "accepted")
    case = a.new_case(name="Bertha Verzonnen", phone="000-111")
    a.consent(case, "smwo")
    new = a.refer(case, "smwo")
    b.await_state(new, "offered")
    b.k("ask", new, "--reason", "best-contact")
    a.await_state(new, "needs-info")
    a.k("info", new, "--share", "contact")
    b.await_state(new, "offered")
    wait_for("receipts", lambda: settled(a, b))
    logs = {r: log_of(b, r) for r in (old, new)}
    assert [len(logs[r]) for r in (old, new)] == [2, 3]

    a.stop()
    shutil.rmtree(a.dir / "main")
    (a.dir / "keyroot").unlink()
    restore(a, f.dir / "one", sheet)
    a.start()
    f.await_connected(a)
    assert "restored" in alarms(a)
    wait_for("b to notice", lambda: "came-back" in alarms(b))
    assert a.state(new) is None  # what was receipted comes only after somebody telephoned
    b.k("partner", "restored", "goes")
    a.await_state(new, "offered")
    a.await_state(old, "accepted")
    wait_for("all of the log to be given back", lambda: len(log_of(a, new)) == 3)  # one that lacks its end is "offered", too
    wait_for("all that the partner held to be back", lambda: holds(a, logs), 60)
    wait_for("both to settle", lambda: settled(a, b), 60)
    assert "came-back" not in alarms(b)
    person = a.k("case", "show", a.k("show", new)["referrals"][0]["case_id"])["person"]
    assert person["name"] == "Bertha Verzonnen"  # as far as it was shared, it came back
    assert holds(a, logs) and holds(b, logs)
    b.k("accept", new)  # and it goes on
    a.await_state(new, "accepted")
    assert len(b.k("inbox")["referrals"]) == 2
    assert a.k("verify")["count"] > 0


def test_a_backup_is_opened_by_its_sheet_alone_and_read_through_first(two):
    f, a, b, sheet = two
    a.new_case(name=f"{MARK} Verzonnen")
    a.k("backup", str(f.dir / "one"))
    raw = (f.dir / "one").read_bytes()
    assert MARK.encode() not in raw
    def check(path, with_sheet=sheet):
        return subprocess.run([str(f.bin / "kring"), "restore", str(path), "--check", "--sheet", str(with_sheet)], capture_output=True,
                              text=True)
    assert check(f.dir / "one").returncode == 0 and "whole" in check(f.dir / "one").stdout
    (f.dir / "cut").write_bytes(raw[:-40])
    assert check(f.dir / "cut").returncode == 5 and "cut short" in check(f.dir / "cut").stderr
    for at in (9, 60, 150, 250, len(raw) // 2, len(raw) - 1):
        bad = bytearray(raw)
        bad[at] ^= 1
        (f.dir / "bad").write_bytes(bad)
        assert check(f.dir / "bad").returncode in (1, 5), at
    for behind in (raw, b"x", bytes(4096)):  # of two that were joined the first one would come back
        (f.dir / "more").write_bytes(raw + behind)
        assert check(f.dir / "more").returncode == 5, behind[:4]
    other = check(f.dir / "one", b.dir / "recovery-sheet.txt")
    assert other.returncode == 1 and "does not open" in other.stderr
    with pytest.raises(Refused) as running:
        restore_running = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "restore", str(f.dir / "one"), "--sheet", str(sheet)],
                                         capture_output=True, text=True)
        raise Refused(restore_running.returncode, restore_running.stderr)
    assert running.value.code == 4 and "running" in str(running.value)
    a.stop()
    (f.dir / "cut").write_bytes(raw[:-40])
    before = (a.dir / "keyroot").read_bytes()
    with pytest.raises(Refused) as cut:
        restore(a, f.dir / "cut", sheet)
    assert (a.dir / "keyroot").read_bytes() == before  # nothing was touched
    assert str(f.dir / "cut") in str(cut.value) and "take another backup" in str(cut.value)
    # a disk that fills meanwhile, early or late: which folder, what to do now, and nothing stands in the way of the next try
    def full(most):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    again = [str(f.bin / "kring"), "--lang", "en", "--dir", str(a.dir), "restore", str(f.dir / "one"), "--sheet", str(sheet)]
    for most, said in ((100, "too large"), (20000, "")):  # of half a page LMDB says that the disk is bad
        out = subprocess.run(again, capture_output=True, text=True, preexec_fn=lambda: full(most))
        assert out.returncode == 1 and f"{a.dir}: " in out.stderr and said in out.stderr and "do it again" in out.stderr, (most, out)
        assert [p.name for p in f.dir.glob(f"{a.name}.*")] == [f"{a.name}.log"] and (a.dir / "keyroot").read_bytes() == before
    # what a machine that went off leaves is nobody's to throw away but a person's; a program is told what to do, too
    pathlib.Path(f"{a.dir}.restoring").mkdir()
    out = subprocess.run(again, capture_output=True, text=True)
    assert out.returncode == 1 and f"remove {a.dir}.restoring" in out.stderr and "do it again" in out.stderr, (most, out)
    out = json.loads(subprocess.run([*again, "--json"], capture_output=True, text=True).stdout)
    assert out["code"] == "restore-broken-off" and f"remove {a.dir}.restoring" in out["remedy"], out
    pathlib.Path(f"{a.dir}.restoring").rmdir()
    for path, with_sheet, code, helps in ((f.dir / "cut", sheet, "backup-damaged", "take another backup"),
                                          (f.dir / "one", b.dir / "recovery-sheet.txt", "backup-other-sheet", "opens it")):
        out = subprocess.run([*again[:6], str(path), "--sheet", str(with_sheet), "--json"], capture_output=True, text=True)
        assert json.loads(out.stdout)["code"] == code and helps in json.loads(out.stdout)["remedy"] and out.stderr == "", out
    # another node lies where this one is put: whose it was
    shutil.copytree(b.dir, f.dir / "typed-wrongly", ignore=shutil.ignore_patterns("*.sock"))
    out = subprocess.run([*again[:4], str(f.dir / "typed-wrongly"), *again[5:]], capture_output=True, text=True)
    assert out.returncode == 0 and "lay another node: that of SMWO, with fingerprint" in out.stdout, out
    moved, = f.dir.glob("typed-wrongly.before-restore-*")
    assert (moved / "identity").read_bytes() == (b.dir / "identity").read_bytes()
    assert "another node" not in restore(a, f.dir / "one", sheet)


def test_a_backup_past_its_horizon_is_not_restored(two):
    """Receipts of erasure promise that older copies are gone: after 35 days a backup brings nothing back."""
    f, a, b, sheet = two
    a.new_case(name=f"{MARK} Verzonnen")
    for days, works in ((34, True), (36, False)):
        a.stop()
        a.start("--dev-clock-offset", str(-days * 86400))
        a.k("backup", str(f.dir / f"old-{days}"))
        assert MARK.encode() not in (f.dir / f"old-{days}").read_bytes()
        check = subprocess.run([str(f.bin / "kring"), "restore", str(f.dir / f"old-{days}"), "--check", "--sheet", str(sheet)],
                               capture_output=True, text=True)
        assert (check.returncode == 0) == works and ("35 days" in check.stderr) != works


def test_a_withdrawal_waits_for_a_partner_that_is_gone_and_no_longer(federation):
    f = federation("Goes", "SMWO", "Reimerswaal")
    a, b, c = f.start()
    case = a.new_case(name="Lies Verzonnen", phone="000-333")
    refs = {}
    for n in (b, c):
        a.consent(case, n.name)
        refs[n] = a.refer(case, n.name)
        n.await_state(refs[n], "offered")
    b.stop()
    for n in (b, c):
        a.k("revoke", refs[n])
    c.await_state(refs[c], "revoked")
    owed = a.k("outbox", "list")["outbox"]
    assert sorted((o["partner"], o["act"], o["cause"]) for o in owed) == [("SMWO", act, "partner-offline") for act in ("consent-withdrawal", "revoke")]
    b.start()
    b.await_state(refs[b], "revoked")
    assert "person" not in b.k("show", refs[b]) or "Lies" not in str(b.k("show", refs[b]))


def test_an_erased_case_stays_erased_and_a_withdrawn_referral_withdrawn(two):
    f, a, b, sheet = two
    gone = a.new_case(name=f"{MARK} Verzonnen")
    case = a.new_case(name="Corneel Verzonnen", phone="000-222", story="een verhaal")
    a.consent(case, "smwo", "identity,contact,needs,story")
    ref = a.refer(case, "smwo")
    b.await_state(ref, "offered")
    b.k("ask", ref, "--reason", "best-contact")
    a.await_state(ref, "needs-info")
    a.k("backup", str(f.dir / "one"))
    a.k("case", "erase", gone, "--now")
    a.k("revoke", ref)
    b.await_state(ref, "revoked")
    wait_for("receipts", lambda: settled(a, b))

    b.stop()  # nobody there who could tell
    restore(a, f.dir / "one", sheet)
    a.start()
    names = [c["name"] for c in a.k("case", "list").get("cases", [])]
    assert f"{MARK} Verzonnen" not in names and "Corneel Verzonnen" in names
    with pytest.raises(Refused):
        a.k("case", "show", gone)
    keys = Keyroot(a.dir)  # and no page of the new store holds a key of it that opens
    assert not any(keys.opens(bytes.fromhex(gone), w) for w in wrapped_keys(a.dir, bytes.fromhex(gone)))
    assert any(keys.opens(bytes.fromhex(case), w) for w in wrapped_keys(a.dir, bytes.fromhex(case)))
    assert a.k("status")["status"]["waiting_for"] == ["SMWO"]
    with pytest.raises(Refused) as compared:  # the withdrawal was forgotten: nothing of it may leave
        a.k("info", ref, "--share", "contact")
    assert "compared" in str(compared.value)
    b.start()
    f.await_connected(a)
    a.await_state(ref, "needs-info")
    b.k("partner", "restored", "goes")
    a.await_state(ref, "revoked")
    b.await_state(ref, "revoked")
    wait_for("both to settle", lambda: settled(a, b), 60)


def test_a_disk_lost_whole_hears_from_partners_what_was_erased(two):
    f, a, b, sheet = two
    gone, kept = a.new_case(name=f"{MARK} Verzonnen"), a.new_case(name="Joke Verzonnen")
    a.k("backup", str(f.dir / "one"))
    a.k("case", "erase", gone, "--now")
    wait_for("the partner to keep the word of it", lambda: settled(a, b))
    b.stop()
    a.stop()
    b.start()
    a.start()  # at the latest now: it is shown with the first words of a connection
    f.await_connected(a)
    a.stop()
    shutil.rmtree(a.dir)  # the ledger with it
    restore(a, f.dir / "one", sheet)
    b.stop()
    a.start()
    assert {c["id"] for c in a.k("case", "list")["cases"]} == {gone, kept}  # nobody there who could tell
    b.start()
    f.await_connected(a)
    wait_for("it to be erased again", lambda: {c["id"] for c in a.k("case", "list")["cases"]} == {kept})
    a.stop()
    a.start()  # and its key is gone with the next start at the latest
    keys = Keyroot(a.dir)
    assert not any(keys.opens(bytes.fromhex(gone), w) for w in wrapped_keys(a.dir, bytes.fromhex(gone)))
    assert keys.halves == 2 and (a.dir / "ledger").stat().st_size == 56


def test_words_from_before_a_restore_mean_nothing_after_it(dialled):
    """Recorded envelopes, sealed to keys of the connection or of the day: neither is in a backup."""
    f, b, m = dialled()
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", "--receive")
    shutil.copy(b.dir / "recovery-sheet.txt", f.dir / "sheet")
    b.k("backup", str(f.dir / "one"))
    recorded, real = [], m.send_frame
    m.send_frame = lambda *a, **k: recorded.append(real(*a, **k))
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    _, raw, _ = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    m.send_documents([g, raw])
    m.until(lambda: b.k("inbox").get("referrals"))
    assert len(b.k("inbox")["referrals"]) == 1
    restore(b, f.dir / "one", f.dir / "sheet")
    b.start()
    assert not b.k("inbox").get("referrals")
    m.send_frame, m.sent, m.got = real, 0, 0  # its numbers begin anew, as every member's do
    wait_for("the line", lambda: (m.hello(), m.pump(1), b.k("status")["status"]["connected"] == 1)[2], 90)
    for env in recorded:
        m.sock.send(env)
    m.pump(1)
    assert not b.k("inbox").get("referrals")  # only what is sealed and numbered anew counts
    m.send_documents([g, raw])
    m.until(lambda: b.k("inbox").get("referrals"))
    assert len(b.k("inbox")["referrals"]) == 1


def test_a_case_can_be_let_out_of_quarantine(federation):
    """In an older case nobody writes before all partners were heard; for one that cannot wait somebody telephones."""
    f = federation("Goes", "SMWO", "Reimerswaal")
    a, b, c = f.start()
    shutil.copy(a.dir / "recovery-sheet.txt", f.dir / "sheet")
    ours, theirs = a.new_case(name="Dirk Verzonnen"), c.new_case(name="Dora Verzonnen")
    c.consent(theirs, "goes")
    ref = c.refer(theirs, "goes")
    a.await_state(ref, "offered")
    case = a.k("show", ref)["referrals"][0]["case_id"]
    a.k("backup", str(f.dir / "one"))
    c.stop()
    restore(a, f.dir / "one", f.dir / "sheet")
    a.start()
    f.await_connected(a, 1)
    b.k("partner", "restored", "goes")
    b.await_state(referred(a, "Eefje Verzonnen"), "offered")  # younger than the loss
    assert a.k("status")["status"]["waiting_for"] == ["Reimerswaal"]
    for x in (case, ours):  # the one who is away may have either: what came from it, and what it may have taken over
        with pytest.raises(Refused) as held:
            a.consent(x, "smwo")
        assert held.value.reply["code"] == "case-perhaps-moved"
        a.k("case", "release", x)
        with pytest.raises(Refused) as not_held:
            a.k("case", "release", x)
        assert "not on hold" in str(not_held.value)
        a.consent(x, "smwo")
        b.await_state(a.refer(x, "smwo"), "offered")
    assert any(e["event"] == "state-loss" for e in a.k("audit", "list")["audit"])


def test_a_snapshot_rolled_back_is_proven_and_mended(two):
    f, a, b, sheet = two
    first = referred(a, "Fien Verzonnen")
    b.await_state(first, "offered")
    wait_for("receipts", lambda: settled(a, b))
    a.stop()
    shutil.copytree(a.dir, f.dir / "snapshot")
    a.start()
    f.await_connected(a)
    b.k("accept", first)
    a.await_state(first, "accepted")
    second = referred(a, "Gerrit Verzonnen")
    b.await_state(second, "offered")
    wait_for("receipts", lambda: settled(a, b))
    a.stop()
    shutil.rmtree(a.dir)
    shutil.copytree(f.dir / "snapshot", a.dir)
    a.start()
    wait_for("the proof", lambda: "rolled-back" in alarms(a))
    wait_for("b to notice", lambda: "came-back" in alarms(b))
    b.k("partner", "restored", "goes")
    a.await_state(second, "offered")
    a.await_state(first, "accepted")
    wait_for("both to settle", lambda: settled(a, b), 60)
    assert len(b.k("inbox")["referrals"]) == 2


def test_a_database_put_back_by_hand_is_noticed(two):
    """Only main/ comes from an older day; the counter beside it survived, and had moved on meanwhile."""
    f, a, b, sheet = two
    a.stop()
    shutil.copytree(a.dir / "main", f.dir / "main-before")
    a.start()
    a.k("backup", str(f.dir / "one"))
    restore(a, f.dir / "one", sheet)
    a.start()
    no = a.k("status")["status"]["incarnation"]
    a.stop()
    assert no > 1
    # keys were drawn anew by the restore, so an older main/ does not open: it is refused, not half-read
    shutil.rmtree(a.dir / "main")
    shutil.copytree(f.dir / "main-before", a.dir / "main")
    a.start(wait=False)
    wait_for("the refusal", lambda: "FAILED" in a.log.read_text() or a.try_k("status"))


def test_an_identity_that_runs_twice_is_stopped(two):
    f, a, b, sheet = two
    ref = referred(a, "Hilda Verzonnen")
    b.await_state(ref, "offered")
    wait_for("receipts", lambda: settled(a, b))
    a.k("backup", str(f.dir / "one"))
    # a copy comes up elsewhere, restored from the backup, while the original goes on
    copy = Node(f, "copy", "Goes", a.port)  # they take turns, so the port is free
    out = subprocess.run([str(f.bin / "kring"), "--dir", str(copy.dir), "restore", str(f.dir / "one"), "--sheet", str(sheet)],
                         capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    a.stop()
    copy.start()
    wait_for("b to notice the copy", lambda: "came-back" in alarms(b))
    copy.stop()
    a.start()  # the original, of an older incarnation than the one b knows: first contact
    wait_for("the first sign", lambda: "older-incarnation" in alarms(b))
    wait_for("the original to hear of it", lambda: "ran-elsewhere" in alarms(a))
    wait_for("b to hear the original", lambda: b.k("partner", "list")["partners"][0]["standing"] in ("came-back", ""))
    a.stop()
    copy.start()  # and the copy again
    wait_for("the alarm", lambda: "runs-twice" in alarms(b))
    wait_for("the copy to be told", lambda: "told-runs-twice" in alarms(copy))
    standing = {p["name"]: p.get("standing", "") for p in b.k("partner", "list")["partners"]}
    assert "runs-twice" in standing.values()
    copy.stop()
    b.k("partner", "restored", "goes")  # somebody telephoned: the copy is off
    a.start()
    f.await_connected(a)
    wait_for("both to agree again", lambda: settled(a, b) and b.try_k("accept", ref), 60)
    a.await_state(ref, "accepted")


def test_nobodys_bare_word_makes_a_node_begin_anew(dialled):
    f, b, m = dialled()
    before = b.k("status")["status"]["incarnation"]
    m.got = 7  # a receipt for what was never sent
    m.send_frame([])
    m.until(lambda: m.claims)
    assert any(c[0] == 0 for c in m.claims)  # "show me"
    m.got, m.sent = 0, 9  # a receipt that it never gave
    m.send_frame([])
    m.pump(1)
    m.sent = 0
    receipt = m.receipts[-1]
    forged = [b"", b"\x02", b"\x02" + receipt[:-1], b"\x02" + receipt[:-1] + bytes([receipt[-1] ^ 1]), b"\x02" + receipt,
              b"\x02" + receipt[:92] + struct.pack(">I", before + 5) + receipt[96:], b"\x01" + bytes(400), b"\x07junk",
              b"\x00" + os.urandom(24)]
    for f_ in forged:
        m.send_frame([(ROLLED_BACK, f_)])
        m.pump(0.2)
    assert b.k("status")["status"]["incarnation"] == before
    assert alarms(b) == [] and Frame.FIELDS


def rotated_after_backup(f, a, b, sheet, times=1):
    """A backup of before a rotation, a referral signed with the new key, and the sheet that opens the backup."""
    before = referred(a, "Aaltje Verzonnen")
    b.await_state(before, "offered")
    wait_for("receipts", lambda: settled(a, b))
    a.k("backup", str(f.dir / "one"))
    for _ in range(times):
        a.stop()
        subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(a.dir / "recovery-sheet.txt")], check=True, capture_output=True)
        a.start()
    after = referred(a, "Bertha Verzonnen")
    b.await_state(after, "offered")
    wait_for("receipts", lambda: settled(a, b))
    assert "old-key" not in alarms(b)
    time.sleep(1)  # what is signed next is of a later second than the record of the new key
    return before, after, {r: log_of(b, r) for r in (before, after)}


def talk_again(f, a, b, before, after, logs):
    """Nothing lost, nothing doubled, and both go on."""
    b.k("partner", "restored", a.name)
    wait_for("all to be back", lambda: holds(a, logs))
    wait_for("both to settle", lambda: settled(a, b))
    assert holds(b, logs) and len(b.k("inbox")["referrals"]) == 2 and len(a.k("case", "list")["cases"]) == 2
    for ref in (before, after):
        b.k("accept", ref)
        a.await_state(ref, "accepted")
    third = referred(a, "Carla Verzonnen")
    b.await_state(third, "offered")
    wait_for("both to settle", lambda: settled(a, b))
    assert "old-key" not in alarms(b) and "came-back" not in alarms(b)
    assert {p["name"]: p.get("standing", "") for p in b.k("partner", "list")["partners"]}[a.org] == "recovered"  # the promise is a new one
    wait_for("both to mean the same keys", lambda: a.try_k("partner", "check", b.name))
    b.k("partner", "check", a.name, a.k("partner", "check", b.name)["read_aloud"])
    assert {p["name"]: p.get("standing", "") for p in b.k("partner", "list")["partners"]}[a.org] == ""


def test_a_backup_of_before_a_rotation_takes_the_new_key_back(two):
    """The disk is lost with all that told of the rotation: the new sheet still has the key that took over."""
    f, a, b, sheet = two
    before, after, logs = rotated_after_backup(f, a, b, sheet)
    a.stop()
    shutil.rmtree(a.dir)
    assert f"rotate --sheet {a.dir}/recovery-sheet.txt" in restore(a, f.dir / "one", sheet)
    a.start()  # as if nobody had read that
    wait_for("the alarm", lambda: "old-key" in alarms(b))
    assert [x["partner"] for x in b.k("status")["status"]["alarms"] if x["what"] == "old-key"] == [a.org]
    a.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(a.dir / "recovery-sheet.txt")], check=True, capture_output=True)
    a.start()
    f.await_connected(a)
    wait_for("the loss to be seen", lambda: "came-back" in alarms(b))
    talk_again(f, a, b, before, after, logs)


def test_a_restore_beside_the_old_directory_finds_the_rotation(two):
    f, a, b, sheet = two
    before, after, logs = rotated_after_backup(f, a, b, sheet)
    a.stop()
    shutil.rmtree(a.dir / "main")
    (a.dir / "keyroot").unlink()
    (f.dir / "code").write_text(sheet.read_text().split("next signing key")[0])
    files = {p.name for p in f.dir.iterdir()}
    with pytest.raises(Refused) as no:
        restore(a, f.dir / "one", f.dir / "code")
    assert "type the whole sheet" in str(no.value) and {p.name for p in f.dir.iterdir()} == files
    assert "in use again" in restore(a, f.dir / "one", sheet)
    a.start()
    f.await_connected(a)
    wait_for("the loss to be seen", lambda: "came-back" in alarms(b))
    assert "old-key" not in alarms(b)
    talk_again(f, a, b, before, after, logs)


def test_a_backup_of_before_two_rotations_says_what_helps(two):
    f, a, b, sheet = two
    rotated_after_backup(f, a, b, sheet, times=2)
    a.stop()
    files = {p.name: p.read_bytes() for p in a.dir.iterdir() if p.is_file()}
    with pytest.raises(Refused) as no:
        restore(a, f.dir / "one", sheet)
    assert "more than once" in str(no.value) and "newer backup" in str(no.value)
    assert {p.name: p.read_bytes() for p in a.dir.iterdir() if p.is_file()} == files and not (f.dir / f"{a.name}.restoring").exists()
    a.start()
