# SPDX-License-Identifier: EUPL-1.2
"""Frames that cost little to make and much to read, from members that send as many as they can.  They wait for each other, and
nobody waits for them; kring status names them."""
import multiprocessing
import os
import struct
import subprocess
import time

import pytest
from kringwire import AUDIT_HEAD, NODE_RECORD, OFFER_IDS, PING, THREAD_HEADS, sign
from world import IDENTITY_NEEDS, LONG, SECONDS, grant, offer, pb, wait_for


def audit_heads(m, n):
    """How far its audit log goes: each another place, each signed."""
    for i in range(n):
        b = m.id + struct.pack(">IQ", m.inc[0], time.time_ns()) + os.urandom(32) + struct.pack(">Q", int(time.time()))
        yield AUDIT_HEAD, b"\0" + b + sign(m.nk, "KRG1.sign.checkpoint", b)


def heads_questions(m, n):
    """How far does your copy of all my threads go?  Asked again and again in one frame."""
    yield from [(THREAD_HEADS, b"\0" + bytes(16) + b"\xff" * 16 + b"\0")] * n


def offered_ids(m, n):
    """Pages of ids as after a loss, longer than any page and many in a frame."""
    for _ in range(n):
        yield OFFER_IDS, struct.pack(">QQB", 1, 255, 255) + os.urandom(255 * 16)


def node_records(m, n):
    """News of itself: each is kept, told to all partners, and makes net read its list of members again."""
    for _ in range(n):
        m.version = getattr(m, "version", 1) + 2
        yield NODE_RECORD, m.node_record(m.version, f"tcp://192.0.2.1:{1024 + m.version % 60000}")


def pings(m, n):
    yield from [(PING, os.urandom(8) + b"\0") for _ in range(n)]


KINDS = {audit_heads: 128, heads_questions: 128, offered_ids: 14, node_records: 100, pings: 128}


def flood(w, m, kind, parts, there):
    """In a process of its own, on a connection of its own: as fast as it can."""
    if not w.meet(m):
        os._exit(1)
    there.set()
    frames = [list(kind(m, parts)) for _ in range(64)]
    while True:
        for f in frames:
            m.send_frame(f)
            m.pump(0.0005)
        frames = [list(kind(m, parts)) for _ in range(64)]


def flooded(w, kind, ended):
    """Every hostile member begins."""
    fork = multiprocessing.get_context("fork")
    for m in w.hostile:
        there = fork.Event()
        p = fork.Process(target=flood, args=(w, m, kind, KINDS[kind], there), daemon=True)
        p.start()
        ended.append(p)
        assert there.wait(30), m.org


@pytest.fixture
def ended():
    things = []
    yield things
    for p in things:
        p.kill()
        p.join()


def exported(w, m):
    """What the target keeps of this member's statements about its audit log."""
    return subprocess.run([str(w.fed.bin / "kring"), "--dir", str(w.target.dir), "audit", "export", m.name], check=True,
                          capture_output=True).stdout.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_dear_frames_make_their_sender_wait(world, ended, kind):
    w = world(hostile=3, honest=2)
    m = w.hostile[0]
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    for batch in range(3):  # threads to be asked about
        m.send_documents([g] * (batch == 0) + [offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)[1] for _ in range(30)])
        m.until(lambda: len(m.verdicts) >= m.sent)
    for x in w.hostile:
        x.close()
    flooded(w, kind, ended)
    with w.meter(f"{kind.__name__}, {KINDS[kind]} a frame, three members") as meter:
        for x in w.hostile if kind is audit_heads else []:  # the last thousand of each, whatever it sent
            wait_for("its statements", lambda x=x: len(exported(w, x)) > 100)
        if kind is node_records:
            wait_for("all to be named", lambda: {r["partner"] for r in w.target.k("status")["status"].get("held", [])
                                                 if r["cause"] == "records" and r["count"] > 10} == {x.org for x in w.hostile})
        meter.await_seen()
        time.sleep(SECONDS if LONG else 0)
    for p in ended:
        p.kill()
    for x in w.hostile if kind is audit_heads else []:
        assert len(exported(w, x)) <= 1000
    w.still_whole()


def shout(w, m, there):
    """Small messages, faster than they can be read."""
    assert w.meet(m)
    there.set()
    while True:
        m.sock.send(m.prekey_record)


def test_who_sends_more_than_may_wait_is_named_and_slows_nobody(world, ended):
    w = world(hostile=2, honest=2, connect=False)
    fork = multiprocessing.get_context("fork")
    there = fork.Event()
    ended.append(fork.Process(target=shout, args=(w, w.hostile[0], there), daemon=True))
    ended[0].start()
    assert there.wait(30)
    with w.meter("small messages without end, one member") as meter:
        assert w.meet(w.hostile[1]), "another member does not get in"
        row = wait_for("it to be named", lambda: [r for r in w.target.k("status")["status"].get("held", [])
                                                  if r["cause"] == "flood" and r["count"] > 100])[0]
        meter.await_seen()
        time.sleep(SECONDS if LONG else 0)
    assert row["partner"] == w.hostile[0].org
    assert 0 < w.target.log.read_text().count("CREDIT_DROPPED") < 1000  # the journal is not flooded as well
    ended[0].kill()
    w.still_whole()


def test_names_in_the_reader_s_language(world):
    """What status says of a partner that floods has its words in every language."""
    w = world()
    m, b = w.hostile[0], w.target
    for _ in range(20):
        m.send_frame([(PING, bytes(9))], break_sig=True)
    wait_for("it to be counted", lambda: b.k("status")["status"].get("held"))
    for lang, word in (("nl", "weggegooid"), ("fr", "écartés"), ("en", "dropped"), ("de", "verworfen")):
        out = subprocess.run([str(w.fed.bin / "kring"), "--dir", str(b.dir), "--lang", lang, "status"], capture_output=True, text=True).stdout
        assert m.org in out and word in out, out
