# SPDX-License-Identifier: EUPL-1.2
"""Many members at once: entries as the roots' tool writes them, without starting a program for each."""
import struct
import time

from kringwire import Member, b2, sign
from nacl import bindings as sodium


def root_keys(f, count=2):
    """Signing keys of the federation's roots, out of their files."""
    return [sodium.crypto_sign_seed_keypair((f.dir / f"roots/root{n}.key").read_bytes()[8:40])[1] for n in range(1, count + 1)]


def entries(raw):
    """(bytes of the carried entry, seq, hash) of each entry of a roster file; the hash of genesis is of its own kind."""
    at = 0
    while at < len(raw):
        n = struct.unpack_from(">I", raw, at)[0]
        carried = raw[at + 4:at + 4 + n]
        body = carried[4:4 + struct.unpack_from(">I", carried)[0]]
        seq = struct.unpack_from(">Q", body, 24)[0]
        hashed = body if seq else body[:8] + bytes(16) + body[24:]
        yield carried, seq, b2("KRG1.rosterhash", hashed)
        at += 4 + n


def append_adds(f, joins):
    """Each join file as an ADD_NODE that all roots signed, at the end of the roster file: their tool would have looked at it first."""
    *_, (_, seq, head) = entries(f.roster.read_bytes())
    keys, out = root_keys(f), []
    for raw in joins:
        seq, now = seq + 1, int(time.time())
        body = b"KRG1ros\0" + f.fed_id() + struct.pack(">Q", seq) + head + struct.pack(">QQBI", now, now + 80 * 86400, 1, len(raw)) + raw
        carried = struct.pack(">I", len(body)) + body + bytes([len(keys)])
        carried += b"".join(bytes([k]) + sign(key, "KRG1.sign.roster", body) for k, key in enumerate(keys))
        out.append(struct.pack(">I", len(carried)) + carried)
        head = b2("KRG1.rosterhash", body)
    with f.roster.open("ab") as file:
        file.write(b"".join(out))


def admit_many(f, count, name="Lid {}"):
    """count members more in the roster file of the federation; the members themselves (never connected)."""
    members = [Member(f.fed_id(), org=name.format(i)) for i in range(count)]
    append_adds(f, [m.join_bytes() for m in members])
    return members
