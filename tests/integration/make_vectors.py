#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Golden bytes for other implementations, from fixed seeds by the second implementation: proto/vectors/wire.json.

make_vectors.py [--write]: without it, compares with what is in the tree."""
import hashlib
import json
import pathlib
import struct
import sys
from unittest import mock

import kringwire as w

OUT = pathlib.Path(__file__).resolve().parents[2] / "proto/vectors/wire.json"


class Bytes:
    """A stream of fixed bytes in place of os.urandom."""

    def __init__(self, seed):
        self.seed, self.n = seed, 0

    def __call__(self, count):
        self.n += 1
        return hashlib.shake_256(f"{self.seed}/{self.n}".encode()).digest(count)


def flip(b, at):
    return b[:at] + bytes([b[at] ^ 1]) + b[at + 1:]


def build():
    rows = []

    def add(kind, name, valid, raw, **more):
        rows.append(dict(kind=kind, name=name, valid=valid, hex=raw.hex(), **{k: v.hex() if isinstance(v, bytes) else v for k, v in more.items()}))

    fed = bytes(range(16))
    with mock.patch("os.urandom", Bytes("kring")), mock.patch("time.time", lambda: 1800000000.0), \
            mock.patch("zmq.curve_keypair", lambda: (w.zmq.utils.z85.encode(bytes(range(32))), w.zmq.utils.z85.encode(bytes(32)))):
        m = w.Member(fed)
        peer = w.Member(fed)
        join = m.join_bytes()
        n = struct.unpack(">H", join[96:98])[0]
        add("nodeid", "node id of an inception", True, m.inception, out=m.id)
        add("node", "first record of a node", True, join[98:98 + n], pub=m.nk_pub, sig=join[98 + n:162 + n])
        add("node", "endpoint runs past the end", False, join[98:98 + n - 1] + b"\x05")
        rec = m.prekey_record
        add("prekey", "EPOCH", True, rec, pub=m.nk_pub)
        for name, bad in (("cut", rec[:-1]), ("magic", flip(rec, 0)), ("unknown suite", rec[:117] + b"\x09" + rec[118:]),
                          ("unknown kind", rec[:116] + b"\x07" + rec[117:])):
            add("prekey", name, False, bad)
        add("prekey-sig", "one bit of the time changed", False, flip(rec, 99), pub=m.nk_pub)
        doc, doc_hash = w.make_document(m.nk, b"\x0a\x0bincome-debt", fed=fed, sender=m.id, recipient=peer.id, type=w.OFFER, thread=bytes(16), cats=1 << 15)
        add("document", "whole", True, doc, pub=m.nk_pub, out=doc_hash)
        d = w.Document(doc)
        hollow = doc[:248] + b"\x01" + d.commit + b"\x00\x02" + doc[-69:]
        add("document", "the same, hollow: same hash, same signature", True, hollow, pub=m.nk_pub, out=doc_hash)
        add("document", "form 2", False, doc[:248] + b"\x02" + doc[249:])
        add("document", "cut", False, doc[:-1])
        add("document", "one byte too many", False, doc + b"\0")
        add("document", "body longer than allowed", False, doc[:281] + struct.pack(">I", 8193) + doc[285:])
        add("document", "index not below count", False, doc[:-67] + b"\x00\x01" + doc[-65:])
        add("document", "thread_no 0", False, doc[:144] + bytes(4) + doc[148:])
        add("document-sig", "another recipient", False, flip(doc, 60), pub=m.nk_pub)
        add("document-sig", "another body", False, flip(doc, 290), pub=m.nk_pub)
        for name, valid, text in (("of a release", True, b"0.1.0"), ("of a package", True, b"1.2.3-4+deb12u1~bpo"), ("32 characters", True, b"9" * 32), ("empty", False, b""),
                                  ("33 characters", False, b"9" * 33), ("a blank", False, b"1 2"), ("a quote", False, b'1"'), ("a line feed", False, b"1\n"), ("zero", False, b"1\0"),
                                  ("begins with a dot", False, b".1"), ("no ASCII", False, "1é".encode())):
            add("version", name, valid, text)
        f = w.Frame(fed=fed, sender=m.id, recipient=peer.id, my_no=1, my_id=bytes(16), your_no=1, your_id=bytes(16), time=1800000000000, first=1)
        f.parts = [(w.DOCUMENT, doc), (w.PING, bytes(9))]
        inner = f.pack(m.nk)
        add("frame", "one document and a question", True, inner, pub=m.nk_pub)
        add("frame", "padding not zero", False, inner[:-1] + b"\x01")
        add("frame", "more parts announced than there are", False, inner[:204] + b"\x00\x7f" + inner[206:])
        add("frame", "incarnation 0", False, inner[:92] + bytes(4) + inner[96:])
        add("frame-sig", "a part changed", False, flip(inner, 700), pub=m.nk_pub)
        pid = next(iter(peer.prekeys))
        env = w.seal(inner, fed, peer.id, pid, peer.prekeys[pid][1], 1800003600 // 3600 * 3600)
        add("envelope", "opens to the frame above", True, env, secret=peer.prekeys[pid][0], recipient=peer.id, out=inner)
        for name, bad in (("cut", env[:-1]), ("magic", flip(env, 0)), ("version", env[:4] + b"\x02" + env[5:]), ("suite", env[:5] + b"\x02" + env[6:]),
                          ("class of another length", env[:6] + b"\x01" + env[7:]), ("flags", env[:7] + b"\x01" + env[8:])):
            add("envelope", name, False, bad)
        for name, at in (("recipient", 30), ("life time", 79), ("ek", 90), ("commit", 120), ("ciphertext", 200), ("tag", len(env) - 1)):
            add("envelope-open", f"{name} changed", False, flip(env, at), secret=peer.prekeys[pid][0], recipient=peer.id)
        leaves = [hashlib.sha256(bytes([i])).digest() for i in range(5)]

        def root(x):
            return w.leaf(x[0]) if len(x) == 1 else w.node(root(x[:w.split(len(x))]), root(x[w.split(len(x)):]))
        for count in (1, 2, 3, 5):
            add("merkle", f"root of {count}", True, b"".join(leaves[:count]), out=root(leaves[:count]))
        prk = bytes(range(64))
        add("hkdf", "HKDF-Expand-SHA512, info KRG1.env.expand, 88 bytes", True, prk, out=w.hkdf_expand(prk, b"KRG1.env.expand", 88))
    return rows


def main():
    text = json.dumps(build(), indent=1) + "\n"
    if "--write" in sys.argv:
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(text)
    same = OUT.read_text() == text
    print(f"{len(json.loads(text))} vectors, {'as in the tree' if same else 'NOT as in the tree'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
