# SPDX-License-Identifier: EUPL-1.2
"""Somebody at the onboarding socket who keeps to no rule: proto/PROTOCOL.md 3a by hand."""
import hashlib
import hmac
import os
import struct
import sys

import zmq
import zmq.utils.z85
from kringwire import Member, b2

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
DEAD, BUSY = b"\5\3", b"\5\4"


class Token:
    def __init__(self, text):
        bits = "".join(f"{LETTERS.index(c):05b}" for c in text[6:-6])
        data = int(bits[:len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")
        n = data[81]
        self.fed, self.genesis, self.tk = data[1:17], data[17:49], data[49:81]
        self.address, self.secret = data[82:82 + n].decode(), data[82 + n:98 + n]


class Stranger:
    """One connection.  token: a Token, stolen or not; source: the address it comes from."""

    def __init__(self, ctx, address, tk, source=None):
        self.sock = s = ctx.socket(zmq.DEALER)
        pub, sec = zmq.curve_keypair()
        s.linger, s.curve_serverkey, s.curve_publickey, s.curve_secretkey = 0, zmq.utils.z85.encode(tk), pub, sec
        s.connect(address if source is None else address.replace("tcp://", f"tcp://{source}:0;"))

    def ask(self, question, ms=5000):
        """The answer, or None; who is told to wait does not wait here."""
        self.sock.send(question)
        return self.sock.recv() if self.sock.poll(ms) else None

    def insist(self, question, tries=40):
        """As an honest one does."""
        for _ in range(tries):
            got = self.ask(question)
            if got is not None and got != BUSY:
                return got
        return None


class Handshake:
    """What somebody with a token begins: HELLO, and what follows from its answer."""

    def __init__(self, token, join=None):
        self.token = token
        self.join = join or Member(token.fed, org="Indringer").join_bytes()
        self.r_c = os.urandom(32)
        mac = hmac.new(b2("KRG1.joinmac", token.secret), self.join, hashlib.sha512).digest()[:32]
        self.hello = b"\1" + b2("KRG1.sas.commit", self.r_c, self.join) + mac + self.join
        self.session = self.r_i = None

    def begin(self, stranger):
        """True: it was begun."""
        got = stranger.insist(self.hello)
        if got is None or got[0] != 2:
            return False
        self.session, self.r_i = got[1:17], got[17:49]
        return True

    def reveal(self, stranger, r_c=None):
        return stranger.insist(b"\4" + self.session + (r_c or self.r_c))

    def ask(self, stranger):
        return stranger.insist(b"\6" + self.session)

    def entry(self, stranger, seq):
        return stranger.insist(b"\7" + self.session + struct.pack(">Q", seq))

    def digits(self, introducer):
        n = int.from_bytes(b2("KRG1.sas", self.r_c, self.r_i, self.join, self.token.genesis, introducer, size=8), "big") % 10**8
        return f"{n:08}"


__all__ = ["BUSY", "DEAD", "Handshake", "Stranger", "Token"]
if __name__ == "__main__":
    sys.exit("a part of test_door.py")
