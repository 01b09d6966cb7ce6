# SPDX-License-Identifier: EUPL-1.2
"""As much as one line carries, of what costs the most for its bytes."""
import os
import struct
import time

from kringwire import PING, seal
from world import LONG, SECONDS


def until_over(seconds=SECONDS):
    end = time.time() + seconds
    while time.time() < end:
        yield


def test_frames_full_of_questions(world):
    """128 PING questions a frame, each of which wants an answer."""
    w = world()
    m = w.hostile[0]
    with w.meter("128 PINGs a frame"):
        for _ in until_over():
            m.send_frame([(PING, os.urandom(8) + b"\0") for _ in range(128)])
            m.pump(0.001)
    w.still_whole()


def test_a_frame_a_millisecond_that_nobody_signed(world):
    """Sealed for the right key and signed by the wrong one; sealed for a key that never was; bytes of the right length."""
    w = world()
    m, b = w.hostile[0], w.target
    before = b.k("status")["status"].get("frames_refused", 0)
    hour = (int(time.time()) // 3600 + 24) * 3600
    lost = seal(bytes(4096), m.fed, m.peer, os.urandom(16), m.peer_key[1], hour)
    with w.meter("a frame a ms with wrong keys"):
        for n, _ in enumerate(until_over()):
            if n % 3 == 0:
                m.send_frame([(PING, struct.pack(">QB", n, 0))], break_sig=True)
            else:
                m.sock.send(lost if n % 3 == 1 else lost[:80] + os.urandom(len(lost) - 80))
            m.pump(0.001)
    assert b.k("status")["status"]["frames_refused"] > before + (100 if LONG else 10)
    w.still_whole()
