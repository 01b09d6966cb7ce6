# SPDX-License-Identifier: EUPL-1.2
"""What happens at the edges: full disks, quotas, slow and silent strangers, wrong clocks, another suite."""
import os
import shutil
import socket
import subprocess
import time

import pytest
from bigroster import admit_many, append_adds
from kringwire import PING, seal
from node import Clock, Refused, wait_for
from test_hostile import IDENTITY_NEEDS, NAME, grant, offer
from test_hostile import pair  # noqa: F401


def test_over_the_daily_quota_a_partner_waits_and_both_ends_know(dialled):
    _, b, m = dialled(settings="[Limits]\nPartnerDailyDocuments=3\n")
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", "--receive")
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    docs = [g] + [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1] for _ in range(5)]
    m.send_documents(docs)
    m.until(lambda: len(m.verdicts) == 3 and m.refused)
    assert [v[0] for v in m.verdicts] == [1, 2, 3] and [r[0] for r in m.refused] == [2]  # busy, and nothing after it
    assert len(b.k("inbox")["referrals"]) == 2
    b.stop()
    b.start("--dev-clock-offset", str(86400 - int(time.time()) % 86400 + 30))  # after midnight (UTC) there is room again
    m.sent = 3  # what we hold receipts for
    m.greet()
    m.send_frame([(1, d) for d in docs[3:]], first=4)
    m.until(lambda: len(m.verdicts) == 6)
    assert [v[0] for v in m.verdicts] == [1, 2, 3, 4, 5, 6]
    assert len(b.k("inbox")["referrals"]) == 5


def test_a_limit_says_in_every_language_what_helps(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    with (b.dir / "kring.conf").open("a") as conf:
        conf.write("[Limits]\nPartnerOpenReferrals=1\n")
    f.start()
    for i in range(3):
        case = a.new_case(name=f"Testpersoon {i}", phone=str(i))
        a.consent(case, b.name)
        a.refer(case, b.name)
    wait_for("the limit", lambda: b.k("status")["status"].get("limits", []))
    wait_for("both to be owed", lambda: sum(w["kind"] == "partner-takes-no-more" for w in a.k("worklist")["work"]) == 2)
    case = b.new_case(phone="9")
    b.consent(case, a.name)
    b.refer(case, a.name)
    wait_for("theirs to be there", lambda: len(a.k("worklist")["work"]) == 3)

    def screen(node, lang, *args):
        return subprocess.run([str(f.bin / "kring"), "--dir", str(node.dir), "--lang", lang, *args], capture_output=True, text=True).stdout

    for lang, label, helps in (("nl", "GRENS", "wat helpt: sluit er af"), ("fr", "LIMITE", "que faire : terminez-en"),
                               ("en", "LIMIT", "what helps: end some"), ("de", "GRENZE", "was hilft: schlie\u00dfen")):
        (line,) = [x for x in screen(b, lang, "status").splitlines() if x.startswith(f"  {label} ")]
        assert helps in line and "PartnerOpenReferrals" in line and "do-" not in line, line
        lines = screen(a, lang, "worklist").splitlines()
        rows, commands = lines[::2], [x.strip() for x in lines[1::2]]  # below each row stands what to type
        assert len(rows) == 3 and len({x.index("SMWO") for x in rows}) == 1, lines
        assert sorted(x.rsplit(" ", 1)[0] for x in commands) == ["kring accept", "kring partner show", "kring partner show"], lines


def test_a_nearly_full_disk_stops_intake_and_nothing_else(federation, workdir):
    if os.getuid() != 0:
        pytest.skip("mounting a small disk needs root")
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    disk = workdir / "small"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m", "kring", str(disk)], capture_output=True).returncode:
        pytest.skip("no mounts here")
    try:
        shutil.move(str(b.dir), str(disk / "smwo"))
        (b.dir).symlink_to(disk / "smwo")
        f.start()
        case = a.new_case(phone="1")
        a.consent(case, b.name)
        first = a.refer(case, b.name)
        b.await_state(first, "offered")
        own = b.new_case(phone="2")
        ballast = disk / "ballast"
        with ballast.open("wb") as h:
            h.write(bytes(400 << 20))
        wait_for("SMWO to notice", lambda: (b.try_k("worklist") is not None) and b.k("status")["status"].get("disk") == "full")
        with pytest.raises(Refused) as e:
            b.new_case(phone="3")
        assert e.value.code == 4 and "disk" in e.value.reply["what"]
        waiting = a.refer(case, b.name, need="work-learning")
        b.k("decline", first, "--reason", "out-of-area", "--alternative", "none")  # answers go on
        a.await_state(first, "declined")
        assert b.state(waiting) is None
        row = wait_for("the cause", lambda: next((r for r in a.k("outbox", "list").get("outbox", []) if r["cause"] == "partner-full"), None))
        assert row["remedy"] == "telephone-partner"
        b.k("case", "close", own)
        b.k("case", "erase", own, "--now")  # and so does erasure
        ballast.unlink()
        b.await_state(waiting, "offered")
    finally:
        f.stop()
        subprocess.run(["umount", str(disk)], capture_output=True)


def test_no_space_at_each_write_loses_nothing(federation, die_at):
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    f.import_roster()
    made, refused = [], 0
    for n in range(1, 13):
        die_at(n, 1)
        try:
            made.append(a.new_case(name=f"Testpersoon {n}"))
        except Refused as e:
            assert e.code == 4, e
            refused += 1
        die_at(0)
        wait_for("it to answer", lambda: a.try_k("status"))
    assert refused > 0, "no write failed: this test saw nothing"
    assert {c["id"] for c in a.k("case", "list").get("cases", [])} >= set(made)
    assert a.k("audit", "verify")["count"] > 0


def test_a_hundred_silent_connections_keep_nobody_out(federation):
    f = federation()
    a, b = f.start()
    b.stop()
    hung = []
    for _ in range(100):
        s = socket.create_connection(("127.0.0.1", a.port))
        s.sendall(b"\xff\0\0\0\0\0\0\0\1\x7f")  # the beginning of a greeting, and no more
        hung.append(s)
    b.start()
    f.await_connected(a, 1)
    time.sleep(6)  # HANDSHAKE_IVL: they are hung up on
    closed = 0
    for s in hung:
        s.settimeout(0.01)
        try:
            while True:
                if not s.recv(4096):
                    closed += 1
                    break
        except OSError as e:
            closed += isinstance(e, ConnectionResetError)
    assert closed == 100
    assert a.k("status")["status"]["connected"] == 1


def test_a_partner_whose_clock_is_a_day_off_is_waited_for(federation):
    """Its keys seem to be of tomorrow, or older than those we know: nothing is sealed to them, the reason is shown, and
    when its clock is right again everything arrives."""
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    refs = []
    for offset in ("86400", "-86400"):
        b.stop()
        b.start("--dev-clock-offset", offset)
        refs.append(a.refer(case, b.name, "--again"))
        wait_for("the cause", lambda: [r for r in a.k("outbox", "list")["outbox"] if r["cause"] == "clock-off"])
        time.sleep(2)
        assert b.state(refs[-1]) is None
    b.stop()
    b.start()
    for ref in refs:
        b.await_state(ref, "offered")


def test_another_suite_or_version_is_dropped_and_counted(pair):  # noqa: F811
    m, b = pair
    f = m.send_frame([(PING, bytes(8) + b"\0")])
    m.pump(0.4)
    before = b.log.read_text().count("ENVELOPE_DROPPED")
    for at, value in ((4, 2), (5, 2), (5, 0), (6, 3), (7, 1)):  # version, suite, class, flags
        m.sock.send(f[:at] + bytes([value]) + f[at + 1:])
    wait_for("them to be counted", lambda: b.log.read_text().count("ENVELOPE_DROPPED") == before + 5)
    m.send_frame([(PING, bytes(8) + b"\0")])
    m.pump(0.4)
    assert m.your[0] == 1


def test_every_flipped_byte_of_an_envelope_is_noticed(pair):  # noqa: F811
    """As a relay or a libzmq gone bad might: no byte of it can be changed without the frame being dropped."""
    m, b = pair
    m.pump(0.3)
    refused = lambda: b.k("status")["status"].get("frames_refused", 0)
    base = refused()
    for at in (0, 4, 8, 24, 56, 72, 80, 112, 144, 144 + 4096, 4255):
        key = m.peer_key
        m.peer_key = key
        env = seal_ping(m)
        m.sock.send(env[:at] + bytes([env[at] ^ 1]) + env[at + 1:])
        m.pump(0.05)
    assert refused() == base and not m.verdicts  # none opened; so none even came to be judged
    m.send_frame([(PING, bytes(8) + b"\0")])
    m.sealed_to = []
    m.until(lambda: m.sealed_to)
    assert m.sealed_to


def seal_ping(m):
    from kringwire import Frame
    f = Frame(fed=m.fed, sender=m.id, recipient=m.peer, my_no=m.inc[0], my_id=m.inc[1], your_no=m.your[0], your_id=m.your[1], first=0,
              got=m.got, held=m.sent, time=int(time.time() * 1000))
    f.parts = [(PING, bytes(8) + b"\0")]
    return seal(f.pack(m.nk), m.fed, m.peer, *m.peer_key, (int(time.time()) // 3600 + 24) * 3600)


def test_roots_cannot_replace_a_members_keys(federation):
    """A quorum adds a node under the identity of another: its id is the hash of its own keys, so it cannot be."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    join = bytearray((b.dir / "join").read_bytes())
    before = a.k("partner", "show", "smwo")["partners"][0]["fingerprint"]
    for at in (16, 48, 98 + 100):  # another NK in the inception, another promised key, another NK in the record
        bad = bytes(join[:at]) + bytes([join[at] ^ 1]) + bytes(join[at + 1:])
        (f.dir / "bad").write_bytes(bad)
        r = subprocess.run([str(f.bin / "kring"), "roster", "add", "--roster", str(f.roster), "--join", str(f.dir / "bad"), "--out",
                            str(f.dir / "p")], capture_output=True, text=True)
        assert r.returncode == 1 and "! the join file: this is not the first record of this node" in r.stderr, r.stderr
    (f.dir / "again").write_bytes(bytes(join))
    with pytest.raises(subprocess.CalledProcessError) as no:
        f.admit(f.dir / "again")
    assert "in the roster" in no.value.stderr  # their tool would not write it
    append_adds(f, [bytes(join)])  # all roots sign the very same node once more, with a tool of their own
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "roster", "import", str(f.roster)], capture_output=True, text=True)
    assert r.returncode == 1 and "member already" in r.stderr
    assert a.k("partner", "show", "smwo")["partners"][0]["fingerprint"] == before


@pytest.mark.long
def test_a_federation_of_more_than_two_hundred_and_fifty_six_starts_and_speaks(federation):
    """More members than one message to net, and one page of a list, can hold."""
    f = federation("Goes", "SMWO")
    admit_many(f, 256, "Stille Partner {}")
    for n in f.nodes:
        n.start()
    f.import_roster()
    a, b = f.nodes
    f.await_connected(a, 1)
    f.await_connected(b, 1)
    assert a.k("status")["status"]["members"] == 258 and len(a.k("partner", "list")["partners"]) == 258
    assert a.children().keys() == {"core", "net"} and "FAILED" not in a.log.read_text()


def test_a_store_that_may_not_grow_refuses_new_things_and_loses_nothing(federation):
    """MDB_MAP_FULL in a real daemon: StoreMiB is as large as it may get."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    conf = (b.dir / "kring.conf").read_text()
    case = a.new_case(name="Testpersoon Verzonnen", story="x" * 4000)
    a.consent(case, b.name, "identity,contact,needs,story")
    first = a.refer(case, b.name)
    b.await_state(first, "offered")
    b.stop()
    (b.dir / "kring.conf").write_text(conf + "[Limits]\nStoreMiB=1\n")
    b.start()
    f.await_connected(b)
    with pytest.raises(Refused) as full:
        for i in range(400):
            b.new_case(name=f"Testpersoon {i}", story="y" * 4000)
    assert "full" in str(full.value)
    assert b.state(first) == "offered" and b.k("status")["status"]["connected"] == 1  # it goes on reading and speaking
    refs = []
    for i in range(40):  # what little is left is used up; then partners' words wait at their own node
        other = a.new_case(name="Testpersoon Wacht", story="z" * 4000)
        a.consent(other, b.name, "identity,contact,needs,story")
        refs.append(a.refer(other, b.name))
    time.sleep(1)
    assert a.k("status")["status"]["owed"] > 0
    b.stop()
    (b.dir / "kring.conf").write_text(conf)
    b.start()
    for ref in refs:
        b.await_state(ref, "offered")  # nothing was lost, it only waited
    assert b.k("verify")["count"] > 0


def test_two_nodes_that_slept_for_weeks_speak_at_once(federation):
    """Both machines were suspended and the line between them lived on: every key for it is too old by then."""
    f = federation()
    clock = Clock(f.dir)
    a, b = f.start(*clock.args)
    case = a.new_case()
    clock.set(45 * 86400)
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    wait_for("it to arrive", lambda: [r["ref"] for r in b.k("inbox").get("referrals", [])] == [ref])
    assert any(e.get("detail") == "stepped-forward" for e in a.k("audit", "list")["audit"])


def test_a_first_start_without_room_says_how_much_it_needs(federation, die_at):
    n = federation("Goes").nodes[0]
    die_at(12, 1)  # while the files of the log are filled
    n.start(wait=False)
    wait_for("the reason", lambda: n.proc.poll() is not None or "step=store" in n.log.read_text())
    assert f"there is no room on the disk for {n.dir}/main. Free at least 64 MiB there" in n.log.read_text()
    n.proc.kill()
    n.proc.wait()
    die_at(0)
    n.start()
    assert n.k("status")["status"]["store"] == ""


def test_an_erasure_on_a_full_disk_is_finished_when_there_is_room(federation, die_at):
    """The disk is full from the n-th write of an erasure on: it is done, refused, or "not yet in old copies"; kringd lives, starts
    again on the full disk, says what waits, and finishes by itself once there is room."""
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    f.import_roster()
    told, waited = set(), 0
    for n in range(1, 14):
        case = a.new_case(name=f"Testpersoon {n}")
        die_at(n, 1)
        try:
            a.k("case", "erase", case, "--now")
            told.add("done")
        except Refused as e:
            assert e.code == 4, e
            told.add("old copies" if "still open it" in e.reply["what"] else "refused")
        # where LMDB's own head could not be written core starts again from the disk
        alarms = lambda: [r["what"] for r in wait_for("its status", lambda: a.try_k("status"))["status"].get("alarms", [])]
        waits = "shred-waits" in alarms()
        assert a.proc.poll() is None and wait_for("both to run", lambda: a.children().keys() == {"core", "net"})
        if waits:
            waited += 1
            a.stop()
            die_at(1, 1)
            a.start()  # on the full disk
            assert "shred-waits" in alarms() and a.children().keys() == {"core", "net"}
        die_at(0)
        if waits:
            a.stop()
            a.start()
            assert "shred-waits" not in alarms()
    assert {"old copies", "refused"} <= told and waited > 0, told
    assert a.k("audit", "verify")["count"] > 0
