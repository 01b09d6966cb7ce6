# SPDX-License-Identifier: EUPL-1.2
"""A member that speaks of losses of state: its own, again and again, and the target's, that never were."""
import os
import shutil
import struct
import subprocess
import time

import pytest
from kringwire import DOCUMENT, REFUSED, ROLLED_BACK, THREAD_HEADS, Frame, seal
from node import Refused
from world import IDENTITY_NEEDS, SECONDS, grant, offer, pb, say, wait_for

NAME = pb.Person(name="Piet Verzonnen")
LAST, RUNS_TWICE = b"\xff" * 16, 6


def status(n):
    return n.k("status")["status"]


def alarms(n):
    return [a["what"] for a in status(n).get("alarms", [])]


def says(n, event, peer):
    return sum(f"event={event} " in x and x.rstrip().endswith(f"peer={peer}") for x in n.log.read_text().splitlines())


def number_of(n, m):
    return next(i + 1 for i, p in enumerate(n.k("partner", "list")["partners"]) if p["name"] == m.org)


def begin_again(m):
    """As after a loss, and no word of what it holds."""
    m.inc = (m.inc[0] + 1, os.urandom(16))
    m.sent = m.got = 0
    m.heads_answer = lambda b: b"\x07"


def frame_at(m, parts, shift_s, first=0, got=None):
    """A frame of a member whose clock is the target's."""
    now = time.time() + shift_s
    f = Frame(fed=m.fed, sender=m.id, recipient=m.peer, my_no=m.inc[0], my_id=m.inc[1], your_no=m.your[0], your_id=m.your[1],
              first=first, got=m.got if got is None else got, held=m.sent, time=int(now * 1000))
    f.parts = parts
    m.sock.send(seal(f.pack(m.nk), m.fed, m.peer, *m.peer_key, (int(now) // 3600 + 48) * 3600))


def accept_all(w, refs):
    for h, ref in refs:
        w.target.k("accept", ref)
        h.await_state(ref, "accepted")


def test_a_gap_in_its_stream_proves_nothing(world):
    """It says that it lost its state, answers no comparison, and sends for a quarter of an hour a document without the ones
    before it."""
    w = world(honest=2, clock=True)
    m, b = w.hostile[0], w.target
    refs = [(h, w.honest_referral(h)[1]) for h in w.honest]
    own = b.new_case(name="Eigen Verzonnen")
    b.consent(own, w.honest[0].name)
    begin_again(m)
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    gap = offer(m, gid, subject, NAME, IDENTITY_NEEDS, thread=os.urandom(16), thread_no=5, prev=os.urandom(32))[1]
    with w.meter("a gap while it is compared"):
        for minute in range(16):
            frame_at(m, [(DOCUMENT, gap)], 60 * minute, first=1)
            m.pump(0.2, answer=False)
            w.clock.set(60 * (minute + 1))
            status(b)
            m.pump(0.1, answer=False)
    s = status(b)
    assert s["incarnation"] == 1 and not s.get("waiting_for") and alarms(b) == ["came-back"]
    accept_all(w, refs)
    w.honest[0].await_state(b.refer(own, w.honest[0].name), "offered")


def test_what_we_signed_before_proves_nothing(world):
    """Documents and heads that the target signed, shown again after the member began a new incarnation, under a receipt for
    what was never sent."""
    w = world()
    m, b = w.hostile[0], w.target
    ref = w.honest_referral()[1]
    carried, take = [], m.take

    def keep(msg, answer):
        before = len(m.inbox)
        take(msg, answer)
        carried.extend(m.inbox[before:])

    m.take = keep
    case = b.new_case(name="Doorverwezen Verzonnen")
    b.consent(case, m.name)
    b.refer(case, m.name)
    m.until(lambda: len(carried) >= 2)
    assert len(carried) >= 2
    claims = [(ROLLED_BACK, b"\x01" + d.raw) for d in carried] + [(ROLLED_BACK, b"\x02" + r) for r in m.receipts[-40:]]
    for life in range(6):
        if life % 2:
            begin_again(m)
        for got in (0, 2, 1000, 2**63):
            m.got = got
            m.send_frame(claims)
            m.pump(0.1, answer=False)
            assert status(b)["incarnation"] == 1, (life, got)
        m.got = 0
    accept_all(w, [(w.honest[0], ref)])
    w.still_whole()


def test_new_lives_without_end(world):
    """Each frame of another incarnation, each later than the one before."""
    w = world()
    m, b = w.hostile[0], w.target
    peer = number_of(b, m)
    with w.meter("a new incarnation a frame"):
        for _ in range(60):
            begin_again(m)
            m.send_frame([])
            m.pump(0.02, answer=False)
        wait_for("the alarm", lambda: "comes-back-often" in alarms(b))
    assert 2 < says(b, "STREAM_RESET", peer) <= 17, says(b, "STREAM_RESET", peer)
    assert sum("event=STATE_LOSS" in x for x in b.log.read_text().splitlines()) <= 2
    assert sorted(alarms(b)) == ["came-back", "comes-back-often"] and status(b)["incarnation"] == 1
    b.k("partner", "restored", m.name)
    assert alarms(b) == []
    w.still_whole()


def test_it_says_that_we_run_twice(world):
    """REFUSED 6 in every frame: one alarm, and somebody can end it."""
    w = world()
    m, b = w.hostile[0], w.target
    with w.meter("you run twice"):
        for _ in range(200):
            m.send_frame([(REFUSED, struct.pack(">HI16s", RUNS_TWICE, 0, bytes(16)))] * 20)
            m.pump(0.005)
        wait_for("the alarm", lambda: alarms(b) == ["told-runs-twice"])
    assert sum("event=STATE_LOSS" in x for x in b.log.read_text().splitlines()) == 1
    b.k("partner", "restored", m.name)
    assert alarms(b) == []
    w.still_whole()


def test_answers_to_a_comparison_without_end(world):
    """It lost its state, it says; and each page of its answer ends just behind where the last one ended, names threads that
    never were, comes in disorder, or is no answer at all."""
    w = world()
    m, b = w.hostile[0], w.target
    ref = w.honest_referral()[1]
    row = lambda thread, no=1: thread + struct.pack(">I", no) + os.urandom(32) + b"\x05"
    next_id = lambda after: (int.from_bytes(after, "big") + 1).to_bytes(16, "big")

    def answer(kind, q):
        after, upto = q[1:17], q[17:33]
        return {"nothing, and more": b"\x01" + after + next_id(after) + b"\0",
                "backwards": b"\x01" + after + after + b"\0",
                "rows outside": b"\x01" + after + upto + b"\x02" + row(bytes(16)) + row(bytes(16)),
                "a row cut short": b"\x01" + after + upto + b"\x01" + bytes(20),
                "no answer": b"\x09" + os.urandom(40)}[kind]

    begin_again(m)
    m.send_frame([])
    m.pump(1)
    for kind in ("nothing, and more", "backwards", "rows outside", "a row cut short", "no answer"):
        asked = []
        m.heads_answer = lambda q, kind=kind: (asked.append(q), answer(kind, q))[1]
        with w.meter(kind):
            m.pump(SECONDS)
        assert asked or kind != "nothing, and more", "it was never asked"
        assert len(asked) <= 2 + SECONDS, (kind, len(asked))  # a question each three seconds, and what was under way
    accept_all(w, [(w.honest[0], ref)])
    w.still_whole()


def test_frames_full_of_questions_about_threads(world):
    """128 questions a frame for the first page of a hundred threads: one is answered."""
    w = world()
    m = w.hostile[0]
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    assert set(say(m, [g] + [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1] for _ in range(20)])) == {0}
    for _ in range(4):
        assert say(m, [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1] for _ in range(20)]) == [0] * 20
    before = m.heard[THREAD_HEADS]
    with w.meter("128 questions about threads a frame"):
        for _ in range(40):
            m.send_frame([(THREAD_HEADS, b"\0" + bytes(16) + LAST + b"\0")] * 128)
            m.pump(0.05)
        m.pump(1)
    assert 0 < m.heard[THREAD_HEADS] - before <= 40, m.heard[THREAD_HEADS] - before
    w.still_whole()


def restored(b, backup, sheet):
    """The target comes back from its backup, as an administrator does it."""
    b.stop()
    out = subprocess.run([str(b.fed.bin / "kring"), "--dir", str(b.dir), "restore", str(backup), "--sheet", str(sheet)],
                         capture_output=True, text=True)
    assert out.returncode == 0, out.stderr


def test_a_real_loss_beside_a_member_that_stays_silent(world):
    """The target did lose state, and the member never answers its question: what is the member's waits, and so does writing in a case
    of before the loss, for the member could have been given it; one can be let go.  All else goes on, and after some days nothing
    waits but the member's own."""
    w = world(honest=2, clock=True)
    m, b, (a, c) = w.hostile[0], w.target, w.honest
    shutil.copy(b.dir / "recovery-sheet.txt", w.fed.dir / "sheet")
    refs = [(h, w.honest_referral(h)[1]) for h in w.honest]
    own = b.new_case(name="Eigen Verzonnen")
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    m.send_documents([g, offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1]])
    m.until(lambda: any(r["name"] == NAME.name for r in b.k("inbox")["referrals"]))
    theirs = next(r["ref"] for r in b.k("inbox")["referrals"] if r["name"] == NAME.name)
    b.k("backup", str(w.fed.dir / "one"))
    restored(b, w.fed.dir / "one", w.fed.dir / "sheet")
    m.close()
    b.start(*w.clock.args)
    w.fed.await_connected(b, 2)
    for h in w.honest:
        wait_for("the restore to be seen", lambda h=h: "came-back" in alarms(h))
        h.k("partner", "restored", b.name)
    wait_for("the honest to be heard", lambda: status(b)["waiting_for"] == [m.org])
    for _, ref in refs:
        wait_for("it to be compared", lambda ref=ref: b.try_k("accept", ref))
    for h, ref in refs:
        h.await_state(ref, "accepted")
    young = b.new_case(name="Nieuw Verzonnen")  # of after the loss
    b.consent(young, a.name)
    a.await_state(b.refer(young, a.name), "offered")
    with pytest.raises(Refused) as no:
        b.consent(own, a.name)
    assert no.value.reply["code"] == "case-perhaps-moved" and {"name": "partner", "text": m.org} in no.value.reply["values"]
    b.k("case", "release", own)  # somebody telephoned
    b.consent(own, a.name)
    a.await_state(b.refer(own, a.name), "offered")
    assert not b.try_k("accept", theirs)  # its own, and no other, waits for it
    w.clock.days(4, w.fed.nodes)
    wait_for("the wait to end", lambda: not status(b).get("waiting_for"))
    assert "restored" in alarms(b)
    b.k("partner", "restored", b.name)
    assert "restored" not in alarms(b)


def test_a_real_loss_beside_a_member_that_answers_falsely(world):
    """The target did lose state; the member is there, and answers each question about its copy with something that says nothing.
    It is named with what helps, and once it answers, all is as before."""
    w = world(clock=True)
    m, b, h = w.hostile[0], w.target, w.honest[0]
    shutil.copy(b.dir / "recovery-sheet.txt", w.fed.dir / "sheet")
    ref = w.honest_referral()[1]
    own = b.new_case(name="Eigen Verzonnen")
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    m.send_documents([g, offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1]])
    m.until(lambda: any(r["name"] == NAME.name for r in b.k("inbox")["referrals"]))
    theirs = next(r["ref"] for r in b.k("inbox")["referrals"] if r["name"] == NAME.name)
    b.k("backup", str(w.fed.dir / "one"))
    restored(b, w.fed.dir / "one", w.fed.dir / "sheet")
    m.close()
    b.start(*w.clock.args)
    w.fed.await_connected(b, 1)
    wait_for("the restore to be seen", lambda: "came-back" in alarms(h))
    h.k("partner", "restored", b.name)
    wait_for("the honest to be heard", lambda: h.org not in (status(b).get("waiting_for") or [h.org]))  # before that its own referrals are locked
    m.sent = m.got = 0  # numbers begin again with its new incarnation
    asked, honest_answer, kinds = [], m.heads_answer, [
        lambda q: b"\x01" + q[1:17] + (int.from_bytes(q[1:17], "big") + 1).to_bytes(16, "big") + b"\0",  # nothing, and more
        lambda q: b"\x01" + q[1:33] + b"\x01" + os.urandom(20),  # a row cut short
        lambda q: b"\x07"]  # no answer
    for kind in kinds:
        m.heads_answer = lambda q, kind=kind: (asked.append(q), kind(q))[1]
        assert w.meet(m)
        before = len(asked)
        with w.meter("a false answer to our question"):
            m.until(lambda: len(asked) > before)
            m.pump(SECONDS)
        assert before < len(asked) <= before + 4 + SECONDS, "asked at the timer's pace"
        m.close()
    wait_for("the honest to be heard", lambda: status(b)["waiting_for"] == [m.org])
    wait_for("it to be compared", lambda: b.try_k("accept", ref))
    assert "not-compared" not in alarms(b)
    w.clock.set(2 * 3600)
    wait_for("the alarm", lambda: [a["partner"] for a in status(b)["alarms"] if a["what"] == "not-compared"] == [m.org])
    said = subprocess.run([str(b.fed.bin / "kring"), "--dir", str(b.dir), "status"], capture_output=True, text=True,
                          env={**os.environ, "LANG": "en"}).stdout
    assert "has not compared its copy" in said and "kring outbox list" in said and "kring roster propose --op remove" in said, said
    assert b.k("partner", "show", m.name)["partners"][0]["standing"] == "not-compared"
    b.k("case", "release", own)  # the member could have been given it
    b.consent(own, m.name)
    assert not b.try_k("accept", theirs)
    # it does what it has to: nothing is left of it
    m.heads_answer = honest_answer
    w.clock.set(0)
    assert w.meet(m)
    m.until(lambda: b.try_k("accept", theirs))

    def over():
        w.clock.set(0)
        m.pump(4)
        w.clock.set(2 * 3600)
        return "not-compared" not in alarms(b)

    assert wait_for("the alarm to end", over)
    assert b.k("partner", "show", m.name)["partners"][0]["standing"] == ""
