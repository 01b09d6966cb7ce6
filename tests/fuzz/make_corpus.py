#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Seeds for fuzz_parsers from proto/vectors/wire.json: the first byte chooses the parser."""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve()
KIND = {"envelope": 0, "prekey": 1, "frame": 2, "document": 3, "node": 4}
out = HERE.parent / "corpus"
out.mkdir(exist_ok=True)
for i, row in enumerate(json.loads((HERE.parents[2] / "proto/vectors/wire.json").read_text())):
    kind = KIND.get(row["kind"].split("-")[0])
    if kind is not None:
        (out / f"{row['kind']}-{i:02d}").write_bytes(bytes([kind]) + bytes.fromhex(row["hex"]))
records = b"".join(struct.pack(">IBH", 3 + len(b), t, 7) + b for t, b in ((10, b""), (12, bytes(4)), (3, b"envelope"), (13, bytes(40))))
(out / "ipc-records").write_bytes(bytes([253]) + records)
(out / "ipc-too-long").write_bytes(bytes([253]) + struct.pack(">IBH", 1 << 20, 3, 0))
