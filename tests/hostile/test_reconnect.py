# SPDX-License-Identifier: EUPL-1.2
"""What a line can be used for besides speaking."""
import os
import time

import zmq
from kringwire import OFFER, PING, UNOPENED
from meter import rss
from world import SECONDS


def dealer(ctx, m, endpoint, tk):
    s = ctx.socket(zmq.DEALER)
    s.curve_serverkey = zmq.utils.z85.encode(tk)
    s.curve_publickey, s.curve_secretkey, s.linger = m.tk_pub_z, m.tk_sec_z, 0
    s.connect(endpoint)
    return s


def test_a_line_made_anew_fifty_times_a_second(world):
    """Each time the node draws keys and greets; whoever else has a line keeps it."""
    w = world(connect=False)
    m, (endpoint, tk, _, _) = w.hostile[0], w.door()
    m.peer, m.peer_nk = w.door()[2:]
    ctx, made, end = zmq.Context(), 0, time.time() + SECONDS
    with w.meter("a new line fifty times a second"):
        while time.time() < end:
            s = dealer(ctx, m, endpoint, tk)
            m.new_prekey()
            s.send(m.prekey_record)
            time.sleep(0.02)
            s.close(0)
            made += 1
    ctx.term()
    print(f"hostile: {made} lines")
    w.still_whole()
    assert w.meet(m)  # and it is let in like anybody


def test_a_member_that_asks_and_never_reads(world):
    """Its questions are answered into a line that nobody empties: what is kept for it has an end, and costs others nothing."""
    w = world()
    m, net = w.hostile[0], w.target.children()["net"]
    case = w.target.new_case(name="Wacht Verzonnen", story="x" * 4000)
    w.target.consent(case, m.name, "identity,needs,story")
    for _ in range(40):
        w.target.refer(case, m.name, "--again")
    m.until(lambda: sum(d.type == OFFER for d in m.inbox) > 10, answer=False)
    before, most = rss(net), 0
    end = time.time() + SECONDS
    with w.meter("questions by one that never reads"):
        while time.time() < end:
            m.got = 0  # never a receipt
            try:  # nothing is read: frames pile up here, in the kernel and at the target
                m.send_frame([(PING, os.urandom(8) + b"\0"), (UNOPENED, os.urandom(16))])
            except zmq.Again:
                time.sleep(0.01)
            most = max(most, rss(net))
    print(f"hostile: net {before >> 10} MiB, at most {most >> 10} MiB")
    assert most - before < 96 << 10, "what waits for one that does not read has no end"
    w.still_whole()
