# SPDX-License-Identifier: EUPL-1.2
"""A member with a stolen root key, and one without any: proposals that no node may keep are refused and counted, and the roots go on."""
import os
import struct
import subprocess

import pytest
from kringwire import PING, PROPOSAL, b2, sign, sodium
from node import Federation, wait_for
from world import World


class SixRoots(Federation):
    """Three of six sign: one key decides nothing."""
    ROOTS = "3/6"

    def admit(self, join, cls="member"):
        p = str(self.dir / "proposal")
        self.run("roster", "add", "--roster", str(self.roster), "--join", str(join), "--class", cls, "--out", p)
        for n in (1, 2, 3):
            self.run("roster", "sign", "--yes", "--proposal", p, "--key", str(self.dir / f"roots/root{n}.key"), "--roster", str(self.roster))


class RootsWorld(World):
    FEDERATION = SixRoots


@pytest.fixture
def world(workdir):
    w = RootsWorld(workdir)
    yield w.start()
    w.stop()


def last_entry(f):
    """(number, hash, time) of the last entry of the roster."""
    raw, at = f.roster.read_bytes(), 0
    while at < len(raw):
        n, = struct.unpack(">I", raw[at:at + 4])
        carried, at = raw[at + 4:at + 4 + n], at + 4 + n
    entry = carried[4:4 + struct.unpack(">I", carried[:4])[0]]
    return struct.unpack(">Q", entry[24:32])[0], b2("KRG1.rosterhash", entry), struct.unpack(">Q", entry[64:72])[0]


def entry(f, i, seq=None):
    """A renewal that differs from the others by its time, as the next of the chain or in another place."""
    no, head, at = last_entry(f)
    return (b"KRG1ros\0" + f.fed_id() + struct.pack(">Q", seq or no + 1) + head + struct.pack(">QQ", at + 1 + i, at + 1 + i + 86400 * 80) + b"\x06" + bytes(4))


def signed(f, e, *roots, break_sig=False):
    """As carried, with the signatures of these roots, counted from 0."""
    sigs = b""
    for no in roots:
        _, sk = sodium.crypto_sign_seed_keypair((f.dir / f"roots/root{no + 1}.key").read_bytes()[-32:])
        sig = bytearray(sign(sk, "KRG1.sign.roster", e))
        sig[5] ^= break_sig
        sigs += bytes([no]) + bytes(sig)
    return struct.pack(">I", len(e)) + e + bytes([len(roots)]) + sigs


def say(m, *parts):
    """In one frame, with a question behind it: answered means that all of it was read."""
    m.pongs.clear()
    m.send_frame([*((PROPOSAL, p) for p in parts), (PING, os.urandom(8) + b"\0")])
    m.until(lambda: m.pongs)


def state(n):
    s = n.k("status")["status"]
    held = [h for h in s.get("held", []) if h["cause"] == "proposals"]
    return s["roster_seq"], len(n.k("approve").get("proposals", [])), s["frames_refused"], sum(h["count"] for h in held), {h["partner"] for h in held}


def test_what_no_node_may_keep_is_refused_and_counted(world):
    f, t, m = world.fed, world.target, world.hostile[0]
    seq, waiting, refused, held, _ = state(t)
    assert (waiting, held) == (0, 0)
    e = entry(f, 0)
    # one that is not next is no misbehaviour: one of the two ends is behind
    say(m, signed(f, entry(f, 0, seq=seq + 2), 0), signed(f, entry(f, 0, seq=1), 0))
    assert state(t)[:4] == (seq, 0, refused, 0)
    bad = [b"", b"entry", signed(f, e), signed(f, e, 0, break_sig=True), signed(f, e, 0, 0), signed(f, e, 0)[:-1] + b"x", struct.pack(">I", 2 ** 31) + e,
           signed(f, b"KRG1ros\0" + os.urandom(16) + e[24:], 0)]
    say(m, *bad)
    now = state(t)
    assert now[:2] == (seq, 0) and now[3] == len(bad) and now[4] == {m.org} and now[2] > refused, now
    # whoever stole one key has two places there, and all roots together have eight
    say(m, *(signed(f, entry(f, i), 0) for i in range(4)))
    assert state(t)[1] == 2
    for root in range(1, 5):
        say(m, *(signed(f, entry(f, 10 * root + i), root) for i in range(2)))
    assert state(t)[:2] == (seq, 8)
    assert m.org in subprocess.run([str(f.bin / "kring"), "--dir", str(t.dir), "--lang", "en", "status"], capture_output=True, text=True).stdout
    # nothing of it became an entry, here or at whoever heard of it, and the roots go on: their entry clears all places
    honest = world.honest[0]
    assert state(honest)[0] == seq
    made = honest.k("roster", "renew")["proposal"]
    for no in (4, 5, 6):
        honest.k("approve", made, "--key", str(f.dir / f"roots/root{no}.key"))
    wait_for("the entry of the roots", lambda: all(state(n)[:2] == (seq + 1, 0) for n in (t, honest)))
