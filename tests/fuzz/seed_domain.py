#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Seeds for fuzz_domain: one frame per kind of part and one control request per command, well formed.
   tests/fuzz/seed_domain.py tests/fuzz/corpus_domain"""
import json
import os
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))
import ctl  # noqa: E402
from kringwire import Member  # noqa: E402

out = pathlib.Path(sys.argv[1])
out.mkdir(exist_ok=True)


def frame(name, *parts, first=1):
    body = b"".join(struct.pack(">BBI", t, 0, len(b)) + b for t, b in parts)
    (out / f"frame-{name}").write_bytes(bytes([0, first, 0, 0, 3, 0, len(parts)]) + body)


m = Member(bytes(16))
vectors = json.loads((ROOT / "proto/vectors/wire.json").read_text())
docs = [bytes.fromhex(v["hex"]) for v in vectors if v["kind"] == "document" and v["valid"]]
row = struct.pack(">32sHQ", bytes(32), 0, 1)
for i, d in enumerate(docs):
    frame(f"document-{i}", (1, d))
frame("documents", *[(1, d) for d in docs])
frame("verdicts", (3, struct.pack(">QB", 1, 2) + row * 2), (4, struct.pack(">Q", 1)))
frame("refused", (5, struct.pack(">HI16s", 4, 60, bytes(16))), (13, bytes(16)))
frame("offer", (9, struct.pack(">QQB", 1, 2, 2) + bytes(32)), (10, struct.pack(">QB", 1, 1) + b"\1" + row))
frame("ping", (18, bytes(8) + b"\0"), (18, bytes(8) + b"\1"), (12, m.prekey_record))
frame("membership", (14, m.node_record(2, "tcp://127.0.0.1:1")), (16, bytes(144)), (15, struct.pack(">I", 90) + bytes(90) + b"\0"))
frame("returned", *[(2, d) for d in docs])
frame("claims", (6, b"\0" + bytes(24)), (6, b"\1" + docs[0]), (6, b"\2" + bytes(302)))
frame("heads", (11, b"\0" + bytes(16) + b"\xff" * 16 + b"\1" + docs[0][128:144] + struct.pack(">I", 1) + bytes(32) + struct.pack(">I", 0)),
      (11, b"\1" + bytes(16) + b"\xff" * 16 + b"\1" + docs[0][128:144] + struct.pack(">I", 1) + bytes(32) + b"\1"))
frame("ledger", (22, b"\0" + bytes(5) + b"\1" + bytes(72)), (22, b"\1" + bytes(5)), (22, b"\2" + bytes(5) + b"\1" + bytes(72)))
frame("chunks", (19, b"\1" * 32 + bytes(4) + b"\4"), (20, b"\1" * 32 + bytes(4) + bytes(24 + 17 + 5)))
frame("audit", (17, b"\0" + bytes(148)), (17, b"\1" + bytes(244)))
for f in ctl.pb.Request.DESCRIPTOR.fields:
    if f.message_type is None:
        continue
    r = ctl.pb.Request(version=1)
    sub = getattr(r, f.name)
    sub.SetInParent()
    for g in f.message_type.fields:
        if g.type == g.TYPE_STRING and g.label != g.LABEL_REPEATED:
            setattr(sub, g.name, "partner-b")
        elif g.type in (g.TYPE_UINT64, g.TYPE_UINT32):
            setattr(sub, g.name, 1) if g.label != g.LABEL_REPEATED else None
    (out / f"request-{f.name}").write_bytes(b"\1" + r.SerializeToString())
say = ctl.pb.Request(version=1)
say.act.ref, say.act.type, say.act.text, say.act.place, say.act.date_ms, say.act.answers = "91C4", 44, "Kan zij dinsdag?", "de balie", 1796637600000, 1
say.act.person.phone = "0113-000000"
(out / "request-say").write_bytes(b"\1" + say.SerializeToString())
for i, b in enumerate((b"\1" + bytes(64) + m.join_bytes(), b"\6" + bytes(16), b"\7" + bytes(24), b"\4" + bytes(48))):
    (out / f"onboard-{i}").write_bytes(bytes([2 * 4 + 1]) + b)
    (out / f"newcomer-{i}").write_bytes(b"\xff" + b)
print(f"{len(os.listdir(out))} seeds")
