# SPDX-License-Identifier: EUPL-1.2
"""A federation of many hundred members is taken in, answers, and lets go of some."""
import struct

import pytest
import zmq
from bigroster import admit_many, entries
from node import Refused, wait_for


def test_a_roster_of_six_hundred_members_is_taken_in_and_lived_with(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    admit_many(f, 600)
    f.import_roster(a)
    s = a.k("status")["status"]
    assert s["roster_seq"] == 602 and s["roster_standing"] == ""
    wait_for("SMWO to hear of all of them", lambda: b.k("status")["status"]["roster_seq"] == 602, 60)
    assert a.k("partner", "show", "lid-599")["partners"][0]["standing"] == "waiting"  # no majority of 602 ever cosigned
    c = a.new_case()  # and two members go on
    a.consent(c, "smwo")
    b.await_state(a.refer(c, "smwo"), "offered")
    a.stop()
    a.start()
    assert a.k("status")["status"]["roster_seq"] == 602


def test_two_removed_in_one_request_are_both_followed_up(federation):
    """Entries that come together are all acted on: the worklist tells of each partner that is gone."""
    f = federation("Goes", "SMWO", "CAW")
    a, b, c = f.start()
    refs = []
    for to in ("smwo", "caw"):
        case = a.new_case()
        a.consent(case, to)
        refs.append(a.refer(case, to))
    for n in (b, c):
        p = str(f.dir / "p")
        f.run("roster", "propose", "--roster", str(f.roster), "--op", "remove", "--node", n.org, "--out", p)
        for k in (1, 2):
            f.run("roster", "sign", "--yes", "--proposal", p, "--key", str(f.dir / f"roots/root{k}.key"), "--roster", str(f.roster))
    f.import_roster(a)
    work = a.k("worklist")["work"]
    assert {w["ref"] for w in work if w["kind"] == "partner-removed"} == set(refs), work


def test_a_bad_entry_among_many_changes_nothing(federation):
    f = federation("Goes", "SMWO")
    a, _ = f.start()
    before = a.k("status")["status"]["roster_seq"]
    good = f.roster.read_bytes()
    admit_many(f, 8)
    parts = [c for c, _, _ in entries(f.roster.read_bytes())]
    parts[-3] = parts[-3][:-1] + bytes([parts[-3][-1] ^ 1])  # the last byte of a signature
    p = f.dir / "bad"
    p.write_bytes(b"".join(struct.pack(">I", len(x)) + x for x in parts))
    with pytest.raises(Refused):
        a.k("roster", "import", str(p))
    assert a.k("status")["status"]["roster_seq"] == before
    f.import_roster(a)
    assert a.k("status")["status"]["roster_seq"] == before + 8 and f.roster.read_bytes().startswith(good)


def connect_all(f, node, members):
    """Every member on a line of its own, through one context: a context each would be a thread each."""
    node_id, nk, tk = f.record_of(node)
    ctx, poller, by_sock = zmq.Context(), zmq.Poller(), {}
    ctx.set(zmq.MAX_SOCKETS, 2048)
    for m in members:
        m.dial(f"tcp://127.0.0.1:{node.port}", tk, node_id, nk, ctx=ctx)
        poller.register(m.sock, zmq.POLLIN)
        by_sock[m.sock] = m

    def pump_all():
        for sock, _ in poller.poll(100):
            by_sock[sock].take(sock.recv(), True)
        return True

    return ctx, pump_all


def test_five_hundred_partners_are_told_in_one_breath(federation):
    """What the roots decide goes to everybody connected, however many: one turn holds not all of their frames."""
    f = federation("SMWO")
    b = f.nodes[0]
    members = admit_many(f, 500)
    b.start()
    f.import_roster()
    ctx, pump_all = connect_all(f, b, members)
    try:
        wait_for("all to be connected", lambda: pump_all() and all(m.peer_key and m.your[0] == 1 for m in members), 60)
        admit_many(f, 1, "Nieuw Lid {}")
        for m in members:
            m.receipts.clear()
        f.import_roster(b)
        told = lambda m: any(struct.unpack_from(">Q", r, 164)[0] == 502 for r in m.receipts)
        wait_for("all to be told", lambda: pump_all() and all(map(told, members)), 30)
        assert b.k("status")["status"]["connected"] == 500
        assert "REQUEST_REFUSED" not in b.log.read_text()  # no turn was given up for want of memory
    finally:
        for m in members:
            m.sock.close(0)
        ctx.term()
