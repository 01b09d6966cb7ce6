# SPDX-License-Identifier: EUPL-1.2
"""What fails by itself is answered, counted, shown with its cause, and stops nothing else."""
import os
import re
import signal
import socket
import struct
import subprocess
import time

import pytest
from kringwire import REFUSED
from node import Clock, Refused, wait_for

META_SUBJECT = 8
DAY = 86400


def damage(node, fits):
    """Flip the last byte of every value whose key fits; the same again takes it back.  The node is off.  (LMDB: a node of a leaf
    is lo u16, hi u16, flags u16, key size u16, key, value.)"""
    path, hits = node.dir / "main/data.mdb", 0
    raw = bytearray(path.read_bytes())
    for m in re.finditer(rb"(?s)(?=\x00\x00(..))", bytes(raw)):
        at, size = m.start() + 4, struct.unpack("<H", m[1])[0]
        if not 0 < size <= 80:
            continue
        key, length = bytes(raw[at:at + size]), struct.unpack("<H", raw[at - 8:at - 6])[0]
        if raw[at + size:at + size + 2] == b"\x01\x00" and fits(key) and 60 < length < 2000:  # a node-wide row
            raw[at + size + length - 1] ^= 1
            hits += 1
    assert hits
    path.write_bytes(raw)


def thread_row(thread):
    return lambda key: key == thread


def refer(a, b, name="Piet Verzonnen"):
    case = a.new_case(name=name)
    a.consent(case, b.name, "identity,needs")
    return case, a.refer(case, b.name)


def thread_of(n, ref):
    return bytes.fromhex(n.k("show", ref)["referrals"][0]["id"])


def off(node, fits):
    node.stop()
    damage(node, fits)
    node.start()


def faults(n):
    return n.k("status")["status"].get("faults", [])


def causes(n):
    return {(r["act"], r["cause"], r["remedy"]) for r in n.k("outbox", "list").get("outbox", [])}


def shown(n):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "status"], capture_output=True, text=True).stdout


def test_a_document_that_fails_alone_is_answered_and_others_pass(federation):
    f = federation()
    a, b = f.start()
    _, ref = refer(a, b)
    b.await_state(ref, "offered")
    off(b, thread_row(thread_of(a, ref)))
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    wait_for("the cause", lambda: causes(a) == {("withdraw", "partner-cannot-store", "telephone-partner")})
    for one, two in ((a, b), (b, a)):
        _, other = refer(one, two, "Anna Ander")
        two.await_state(other, "offered")
    row = faults(b)[0]
    assert (row["what"], row["partner"], row["act"], row["ref"], row["count"]) == ("document", "Goes", "withdraw", ref, 1)
    assert row["cause"] and not row.get("alarm") and b.k("status")["status"]["failed_turns"] == 1
    assert f"Goes withdraw {ref}: cannot be stored here" in shown(b)
    a.k("revoke", ref)  # what follows in that thread waits with it
    assert ("revoke", "partner-cannot-store", "telephone-partner") not in causes(a)
    a.k("outbox", "retry", next(r["id"] for r in a.k("outbox", "list")["outbox"] if r["act"] == "withdraw"))
    wait_for("the alarm", lambda: faults(b)[0].get("alarm") and faults(b)[0]["count"] >= 2)
    assert "ALARM" in shown(b)
    wait_for("the causes", lambda: ("withdraw", "partner-cannot-store", "telephone-partner") in causes(a))
    off(b, thread_row(thread_of(a, ref)))  # whole again: what waited comes by itself
    b.await_state(ref, "revoked")
    wait_for("an empty outbox", lambda: not a.k("outbox", "list").get("outbox"))
    assert not faults(b)


def test_what_rests_on_a_consent_that_failed_waits_for_it(federation):
    f = federation()
    a, b = f.start()
    case, ref = refer(a, b)
    b.await_state(ref, "offered")
    names = lambda key: len(key) == 19 and key[0] == META_SUBJECT  # noqa: E731
    off(b, names)
    a.consent(case, b.name, "identity,needs")
    again = a.refer(case, b.name, "--again")
    wait_for("the causes", lambda: causes(a) == {(act, "partner-cannot-store", "telephone-partner") for act in ("consent", "offer")})
    _, other = refer(b, a, "Anna Ander")
    a.await_state(other, "offered")
    off(b, names)
    b.await_state(again, "offered")
    assert b.k("show", again)["person"]["name"] == "Piet Verzonnen" and not faults(b)


def test_a_partner_of_another_make_that_cannot_store_is_named(dialled):
    f, b, m = dialled()
    b.k("partner", "agree", "python-partner", "--share", "identity,needs")
    refs = []
    for name in ("Piet Verzonnen", "Anna Ander"):
        case = b.new_case(name=name)
        b.consent(case, "python-partner", "identity,needs")
        refs.append(b.refer(case, "python-partner"))
    m.pump(1, answer=False)
    m.send_frame([(REFUSED, struct.pack(">HI", 7, 60) + thread_of(b, refs[0]))])
    mine = lambda ref: {r["cause"] for r in b.k("outbox", "list")["outbox"] if r["ref"] == ref and r["act"] == "offer"}  # noqa: E731
    wait_for("the cause", lambda: mine(refs[0]) == {"partner-cannot-store"})
    assert mine(refs[1]) == {"in-flight"}


def test_what_is_not_taken_on_a_living_line_says_so(federation):
    f = federation()
    a, b = f.nodes
    clock = Clock(f.dir)
    clock.set(0)
    f.start(*clock.args)
    os.kill(b.children()["core"], signal.SIGSTOP)
    try:
        refer(a, b)
        assert causes(a) == {(act, "in-flight", "wait") for act in ("consent", "offer")}
        clock.set(660)
        wait_for("the cause", lambda: causes(a) == {(act, "not-taken", "telephone-partner") for act in ("consent", "offer")}, 5)
    finally:
        os.kill(b.children()["core"], signal.SIGCONT)


def test_a_timer_that_fails_is_shown_and_the_others_ring(federation):
    f = federation()
    a, b = f.nodes
    clock = Clock(f.dir)
    clock.set(0)
    f.start(*clock.args)
    _, first = refer(b, a)
    _, second = refer(b, a, "Anna Ander")
    for ref in (first, second):
        a.await_state(ref, "offered")
    wait_for("receipts", lambda: not b.k("outbox", "list").get("outbox"))
    thread = thread_of(b, first)
    b.stop()
    damage(b, thread_row(thread))
    b.start(*clock.args)
    f.await_connected(b)
    clock.days(18, f.nodes)
    b.await_state(second, "expired")
    row = next(r for r in faults(b) if r["what"] == "timer")
    assert row["ref"] == first and row["cause"]
    before = b.k("status")["status"]["failed_turns"]
    time.sleep(1.5)
    assert b.k("status")["status"]["failed_turns"] == before  # it is not tried without end


def test_a_request_that_fills_the_memory_is_answered_at_once(federation, monkeypatch):
    f = federation("Goes")
    a = f.nodes[0]
    monkeypatch.setenv("KRING_DEV_TURN_KIB", "96")
    a.start()
    f.import_roster()
    case = a.new_case(name="Piet Verzonnen")
    for _ in range(250):  # many small ones, so that not a byte is left for an answer out of the same memory
        a.k("case", "note", case, "--text", "x")
    began = time.time()
    with pytest.raises(Refused) as e:
        a.k("case", "show", case)
    assert time.time() - began < 3 and e.value.code == 4 and "too much for one request" in e.value.reply["what"]
    row = next(r for r in faults(a) if r["what"] == "event")
    assert row["cause"] and row["count"] == 1
    assert a.k("case", "list")["cases"]  # the node goes on


def test_a_request_that_is_too_large_hears_so_at_once(federation):
    from ctl import pb
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(3)
        s.connect(str(a.dir / "core.sock"))
        s.sendall(struct.pack(">I", 4 << 20) + bytes(8 << 10))
        n = struct.unpack(">I", s.recv(4))[0]
        reply = pb.Reply.FromString(s.recv(n))
        assert reply.error == "usage" and reply.what == "this request is too large"
        s.sendall(bytes(4 << 20))  # nobody waits for the rest, and nobody is blocked by it
    (f.dir / "long").write_text("name: Piet\nstory: " + "x" * (3 << 20))
    began = time.time()
    with pytest.raises(Refused) as e:
        a.k("case", "new", "--from", str(f.dir / "long"))
    assert time.time() - began < 3 and e.value.code == 2
    assert a.k("status")["status"]["fingerprint"]
