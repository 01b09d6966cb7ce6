# SPDX-License-Identifier: EUPL-1.2
"""A few bytes that would make a node say or keep many: how much comes back, to the member and to others."""
import os
import struct

from kringwire import DOCUMENT, OFFER, OFFER_IDS, PING, ROLLED_BACK, UNOPENED, WANT_IDS
from test_floods import AUDIT_HEAD, NODE_RECORD, ROSTER, checkpoint, roster_entry
from world import IDENTITY_NEEDS, grant, say


def settled(m, before=()):
    """Whatever the target had to say to what came before has arrived: it answers in order."""
    mark = os.urandom(8)
    m.send_frame([*before, (PING, mark + b"\0")])
    m.until(lambda: mark in m.pongs)
    assert mark in m.pongs


def told(m, type_, parts):
    """How many parts of a type come back for a frame of these."""
    settled(m)
    before = m.heard[type_]
    settled(m, parts)
    return m.heard[type_] - before


def test_one_page_of_ids_is_answered(world):
    w = world()
    m = w.hostile[0]
    gid, _, g = grant(m, IDENTITY_NEEDS)
    assert say(m, [g]) == [0]
    page = lambda n: (OFFER_IDS, struct.pack(">QQB", 1, n, n) + g[92:108] * n)
    assert told(m, WANT_IDS, [page(64)]) == 1
    assert told(m, WANT_IDS, [page(65)]) == 0
    assert told(m, WANT_IDS, [page(8)] * 100) == 2
    w.still_whole()


def test_what_could_not_be_opened_is_not_sent_without_end(world):
    """A window of documents waits for its receipts: asked for a hundred times, it is sent a few times."""
    w = world()
    m, b = w.hostile[0], w.target
    case = b.new_case(name="Wacht Verzonnen")
    b.consent(case, m.name, "identity,needs")
    for _ in range(5):
        b.refer(case, m.name, "--again")
    m.until(lambda: sum(d.type == OFFER for d in m.inbox) == 5, answer=False)
    before = m.heard[DOCUMENT]
    for _ in range(100):
        m.got = 0  # never a receipt
        m.send_frame([(UNOPENED, os.urandom(16))] * 100)
        m.pump(0.005, answer=False)
    m.pump(0.5, answer=False)
    assert m.heard[DOCUMENT] - before < 10 * 6 * 3, m.heard[DOCUMENT] - before
    w.still_whole()


def test_a_member_that_changes_its_record_without_end_is_told_of_a_few_times(world):
    """Each new record goes to everybody: so there are few of one member in a minute, and the last of them is known later."""
    w = world(hostile=2)
    m, other, b = *w.hostile, w.target
    settled(other)
    before = other.heard[NODE_RECORD]
    for n in range(10):
        settled(m, [(NODE_RECORD, m.node_record(1000 + 100 * n + 3 * i, f"tcp://127.0.0.1:{2000 + 10 * n + i}")) for i in range(10)])
    settled(other)
    other.pump(0.5)
    assert 1 <= other.heard[NODE_RECORD] - before <= 8 + 4, other.heard[NODE_RECORD] - before  # and what greetings hold
    w.still_whole()
    assert b.k("partner", "list")


def test_one_rewritten_log_is_proof_enough(world):
    w = world()
    m, b = w.hostile[0], w.target
    for seq in range(1, 40):
        settled(m, [(AUDIT_HEAD, checkpoint(m, 1, seq, os.urandom(32))) for _ in range(2)])
    found = [e for e in b.k("audit", "list")["audit"] if e.get("detail") == "rewritten-log"]
    assert len(found) == 1, len(found)
    w.still_whole()


def test_entries_that_nobody_signed_bring_ours_once(world):
    w = world()
    m = w.hostile[0]
    assert told(m, ROSTER, [(ROSTER, roster_entry(m, w))] * 100) <= 8
    w.still_whole()


def test_few_proofs_are_shown_for_many_questions(world):
    w = world()
    m = w.hostile[0]
    gid, _, g = grant(m, IDENTITY_NEEDS)
    assert say(m, [g]) == [0]
    assert 1 <= told(m, ROLLED_BACK, [(ROLLED_BACK, b"\0" + bytes(16) + struct.pack(">Q", 1))] * 100) <= 2 * 8
    w.still_whole()
