# SPDX-License-Identifier: EUPL-1.2
"""As much as one line carries, of what costs the most for its bytes: frame after frame, each full of one kind of part."""
import os
import struct
import time

import pytest
from kringwire import (DOCUMENT, OFFER_IDS, PING, PREKEYS, RETURNED, ROLLED_BACK, THREAD_HEADS, UNOPENED, VERDICTS,
                       WANT_IDS, WANT_VERDICTS, ZERO32, make_document, seal, sign)
from meter import STANDS_STILL
from world import IDENTITY_NEEDS, LONG, SECONDS, grant, offer, pb, say, wait_for

AUDIT_HEAD, LEDGER, NODE_RECORD, ROSTER, WITNESS, NOTE = 17, 22, 14, 15, 16, 13
ID = os.urandom(16)


def until_over(meter, frames=100):
    """So many times, and until honest people went on living beside it; with KRING_LONG a minute."""
    since, n = time.time(), 0
    while n < frames or meter.seen() < 2 or (LONG and time.time() < since + SECONDS):
        if time.time() > since + STANDS_STILL + SECONDS:
            break  # the meter says what stood still
        n += 1
        yield n


def checkpoint(m, inc, seq, hash_):
    body = m.id + struct.pack(">IQ", inc, seq) + hash_ + struct.pack(">Q", int(time.time()))
    return b"\0" + body + sign(m.nk, "KRG1.sign.checkpoint", body)


def heads_question(m):
    """About as many threads as a page holds, each of which has its row in the answer."""
    rows = b"".join(struct.pack(">16sI32sI", t, 0xffffffff, ZERO32, 0) for t in sorted(m.threads))
    return b"\0" + bytes(16) + b"\xff" * 16 + bytes([64]) + rows


def roster_entry(m, w):
    """One that claims to follow, and nobody signed."""
    seq = w.target.k("status")["status"]["roster_seq"]
    e = b"KRG1ros\0" + m.fed + struct.pack(">Q", seq + 1) + os.urandom(32) + struct.pack(">QQBI", int(time.time()), int(time.time()) + 86400, 6, 0)
    return struct.pack(">I", len(e)) + e + b"\2" + b"\0" + bytes(64) + b"\1" + bytes(64)


class Cycle:
    """A number that rises with every part, over all frames."""

    def __init__(self):
        self.n = 1 << 40

    def __call__(self):
        self.n += 1
        return self.n


# name: how many in a frame, and what makes one of them: (member, world, number that rises) -> (type, bytes)
KINDS = {
    "PING questions": (128, lambda m, w, n: (PING, os.urandom(8) + b"\0")),
    "PING answers": (128, lambda m, w, n: (PING, os.urandom(8) + b"\1")),
    "UNOPENED of any key": (128, lambda m, w, n: (UNOPENED, os.urandom(16))),
    "ids offered": (15, lambda m, w, n: (OFFER_IDS, struct.pack(">QQB", 1, 1, 255) + m.known_id * 255)),
    "ids wanted": (50, lambda m, w, n: (WANT_IDS, struct.pack(">QB", 1, 25) + (b"\1" + bytes(42)) * 25)),
    "verdicts wanted": (128, lambda m, w, n: (WANT_VERDICTS, struct.pack(">Q", 1))),
    "verdicts of nothing": (23, lambda m, w, n: (VERDICTS, struct.pack(">QB", 1, 64) + bytes(42) * 64)),
    "heads asked": (15, lambda m, w, n: (THREAD_HEADS, heads_question(m))),
    "proof asked": (128, lambda m, w, n: (ROLLED_BACK, b"\0" + bytes(16) + struct.pack(">Q", 1))),
    "proof that is none": (128, lambda m, w, n: (ROLLED_BACK, b"\2" + os.urandom(302))),
    "prekeys": (128, lambda m, w, n: (PREKEYS, m.epoch_record(n()))),
    "node records of others": (128, lambda m, w, n: (NODE_RECORD, m.node_record(2, "")[:-1] + os.urandom(1))),
    "node records": (128, lambda m, w, n: (NODE_RECORD, m.node_record(n(), f"tcp://127.0.0.1:{1024 + n() % 60000}"))),
    "roster entries": (128, lambda m, w, n: (ROSTER, m.entry)),
    "witnesses": (128, lambda m, w, n: (WITNESS, m.id + struct.pack(">Q", 2) + bytes(40) + bytes(64))),
    "checkpoints": (128, lambda m, w, n: (AUDIT_HEAD, checkpoint(m, 1, n(), os.urandom(32)))),
    "checkpoints that contradict": (128, lambda m, w, n: (AUDIT_HEAD, checkpoint(m, 1, n() // 2, os.urandom(32)))),
    "deposits": (4, lambda m, w, n: (LEDGER, b"\0" + struct.pack(">IBB", 7, 0, 1) + os.urandom(16000))),
    "returned documents": (100, lambda m, w, n: (RETURNED, m.returned)),
    "the same document": (100, lambda m, w, n: (DOCUMENT, m.returned)),
    "unknown parts": (128, lambda m, w, n: (200, os.urandom(64))),
}


def prepare(m, w, sure=True):
    """What some of the kinds need; sure: the target takes it, which has not had its fill of this member yet."""
    from kringwire import PREKEY
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    thread, raw, _ = offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)
    assert say(m, [g, raw]) == [0, 0] or not sure
    m.threads = [os.urandom(16) for _ in range(64)]
    notes = [make_document(m.nk, pb.Act(reason="other").SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=NOTE, thread=t)[0]
             for t in m.threads]
    assert len(say(m, notes)) == 64 or not sure
    m.send_frame([(LEDGER, b"\0" + struct.pack(">IBB", 7, 0, 1) + os.urandom(16000))])  # it goes before the answer about threads
    m.known_id, m.returned = raw[92:108], g
    m.entry = roster_entry(m, w)

    def epoch_record(n):
        now = int(time.time() * 1000) + n % 500000
        rec = PREKEY.pack(b"KRG1pre\0", m.fed, m.id, 1, ZERO32, now, os.urandom(16), 0, 1, now // 1000 + 86400, os.urandom(32))
        return rec + sign(m.nk, "KRG1.sign.prekey", rec)
    m.epoch_record = epoch_record


@pytest.mark.parametrize("kind", KINDS)
def test_frames_full_of(world, kind):
    """Each frame is answered or passed over; honest people notice nothing, and nothing of it stays."""
    count, make = KINDS[kind]
    w = world()
    m, number = w.hostile[0], Cycle()
    prepare(m, w)
    made, sent = [], 0
    for _ in range(8):  # signed beforehand: what is measured is the target, not this script
        made.append([make(m, w, number) for _ in range(count)])
    with w.meter(f"{count} {kind} a frame") as meter:
        for _ in until_over(meter):
            m.send_frame(made[sent % 8], first=1 if kind == "the same document" else 0)
            m.pump(0.001, answer=False)
            sent += 1
    print(f"hostile: {kind}: {sent} frames")
    assert meter.referrals
    w.still_whole()


def test_a_frame_a_millisecond_that_nobody_signed(world):
    """Sealed for the right key and signed by the wrong one; sealed for a key that never was; bytes of the right length."""
    w = world()
    m, b = w.hostile[0], w.target
    before = b.k("status")["status"].get("frames_refused", 0)
    hour = (int(time.time()) // 3600 + 24) * 3600
    lost = seal(bytes(4096), m.fed, m.peer, os.urandom(16), m.peer_key[1], hour)
    with w.meter("a frame a ms with wrong keys") as meter:
        for n in until_over(meter, 300):
            if n % 3 == 0:
                m.send_frame([(PING, struct.pack(">QB", n, 0))], break_sig=True)
            else:
                m.sock.send(lost if n % 3 == 1 else lost[:80] + os.urandom(len(lost) - 80))
            m.pump(0.001)
    wait_for("them to be counted", lambda: b.k("status")["status"]["frames_refused"] > before + 50)
    w.still_whole()
