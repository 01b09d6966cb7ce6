# SPDX-License-Identifier: EUPL-1.2
"""Reports by a member that makes them up, at whoever collects figures."""
import collections
import os
import time

import pytest
from kringwire import Member, make_document
from node import Federation
from world import LONG, pb, say

REPORT = 23


@pytest.fixture
def collector(workdir):
    """(a coordinator, a hostile member and an honest one, connected to it)"""
    f = Federation(workdir, ("SMWO",), cls="coordinator")
    b, both = f.nodes[0], [Member(f.fed_id(), org=org) for org in ("Kwaad", "Eerlijk")]
    for m in both:
        (f.dir / "py.join").write_bytes(m.join_bytes())
        f.admit(f.dir / "py.join")
    b.start()
    f.import_roster()
    node_id, nk, tk = f.record_of(b)
    for m in both:
        assert m.meet(f"tcp://127.0.0.1:{b.port}", tk, node_id, nk)
    yield b, *both
    for m in both:
        m.close()
    f.stop()


def report(m, body):
    raw = body if isinstance(body, bytes) else body.SerializeToString()
    return make_document(m.nk, raw, fed=m.fed, sender=m.id, recipient=m.peer, type=REPORT, thread=os.urandom(16), basis=0)[0]


def test_reports_of_every_quarter_there_is(collector):
    """What is no report; then of the past and the future, each quarter twice and each time another.  All have a verdict, there is an end to
    how many are kept, the figures are shown, and the report of another member is taken as ever."""
    b, m, honest = collector
    now = time.gmtime()
    this = now.tm_year * 4 + (now.tm_mon - 1) // 3
    for body in (b"", b"\xff" * 100, bytes(8000), pb.Report(period=this, flow=b"\xff" * 4000, answers=bytes(7), ends=b"\x01" * 16),
                 pb.Report(period=this, share_flow=2**32 - 1, share_needs=2**32 - 1, cap=2**32 - 1, k=0), pb.Report(period=this, refused="nonsense")):
        assert say(m, [report(m, body)]) == [6], body
    codes, slow = collections.Counter(), 0
    for period in [*range(this - 100, this + (400 if LONG else 100)), 0, 1, 2**31, 2**32 - 1]:
        since = time.time()
        codes.update(say(m, [report(m, pb.Report(period=period, refused=r)) for r in ("nothing-shared", "budget")]))
        slow = max(slow, time.time() - since)
    assert set(codes) == {0, 6, 15} and codes[0] < 400, codes  # too-many
    since = time.time()
    assert b.k("flow") and b.k("status")
    print(f"hostile: {sum(codes.values())} reports, the slowest {slow * 1000:.0f} ms; figures and status in {(time.time() - since) * 1000:.0f} ms")
    assert say(honest, [report(honest, pb.Report(period=this - 2, refused="nothing-shared"))]) == [0]
    assert not b.k("status")["status"].get("faults")
    assert b.k("audit", "verify")["count"] > 0
    assert "INVARIANT_BROKEN" not in b.log.read_text() and "CHILD_DIED" not in b.log.read_text()
