# SPDX-License-Identifier: EUPL-1.2
"""Files that a member names and never had, or sends otherwise than it named them."""
import os
import struct

import pytest
from kringwire import CHUNK, CHUNK_REQ, INFO, b2
from node import CATS, Refused, wait_for
from test_threads import MALFORMED, answer, referred
from world import IDENTITY_NEEDS, act, pb, say

WITH = IDENTITY_NEEDS | 1 << 17
SEALED = 24 + 17  # what a first chunk has beside its plain bytes
MIB = 2**20
KEPT = 256  # LIMIT_CASE_FILES_CAME
NAMED = dict(blob=bytes(32), file_size=100, bkey=bytes(32))
LIES = [dict(blob=bytes(31)), dict(blob=b""), dict(bkey=bytes(31)), dict(bkey=None), dict(file_size=None), dict(file_size=50 * MIB + 1), dict(file_size=2**64 - 1),
        dict(blob=None), dict(blob=None, bkey=None, file_size=None, file_name="a"), dict(file_name="a\nb"), dict(file_name="a\u202eb"), dict(mime="a\x00b")]


def info(**fields):
    return pb.Info(**{k: v for k, v in {**NAMED, **fields}.items() if v is not None})


def files(b, case):
    return b.k("case", "attachments", case).get("files", [])


def strange(b):
    return sum(r["count"] for r in b.k("status")["status"].get("held", []) if r["cause"] == "chunks")


def test_files_that_are_none(world, tmp_path):
    w = world()
    m, b = w.hostile[0], w.target
    b.k("partner", "agree", m.name, "--share", CATS + ",attachments", "--receive")
    gid, thread, prev, row = referred(w, WITH)
    case, no = row["case_id"], 1

    def name(*bodies):
        nonlocal no, prev
        docs = []
        for body in bodies:
            no += 1
            raw, prev = act(m, thread, INFO, no, prev, body=body, grant=gid, cats=1 << 17)
            docs.append(raw)
        return say(m, docs)

    for lie in LIES:
        assert name(info(**lie)) == [MALFORMED], lie
    assert not files(b, case)

    # a chunk that nobody asked for, and a file that was not lent: nothing, however many
    with w.meter("chunks of nothing"):
        for _ in range(40):
            m.send_frame([(CHUNK, os.urandom(32) + struct.pack(">I", 0) + os.urandom(49152 + 17))])
            m.send_frame([(CHUNK_REQ, os.urandom(32) + struct.pack(">IB", i, 255)) for i in range(100)])
        wait_for("all of them to be counted", lambda: strange(b) >= 40)
    assert not files(b, case)

    # its name is the hash of what it sends the second time; and that opens with no key
    bytes_ = os.urandom(SEALED + 100)
    blob = b2("KRG1.blobid", bytes_)
    assert name(info(blob=blob, file_name="../a.pdf")) == [0]
    asked = lambda n: m.until(lambda: m.asked.count((blob, 0, 1)) >= n, 20)
    asked(1)
    for wrong in (b"x" * 7, os.urandom(49152), os.urandom(len(bytes_))):
        before = len(m.asked)
        m.send_frame([(CHUNK, blob + struct.pack(">I", 7) + wrong)])
        m.send_frame([(CHUNK, blob + struct.pack(">I", 0) + wrong)])
        m.pump(0.2)
        m.close()
        assert w.meet(m)  # a new line asks at once, and not only when the timer rings
        m.until(lambda: len(m.asked) > before, 20)
        assert len(m.asked) > before and [(r["state"], r.get("have", 0), r["name"]) for r in files(b, case)] == [("coming", 0, "a.pdf")], wrong[:8]
    m.send_frame([(CHUNK, blob + struct.pack(">I", 0) + bytes_)])
    wait_for("all of it", lambda: files(b, case)[0]["state"] == "whole")
    with pytest.raises(Refused) as e:
        b.k("case", "detach", case, "1", "--out", str(tmp_path / "out"))
    assert e.value.code == 1 and e.value.reply["code"] == "unreadable" and not (tmp_path / "out").exists()

    # more names than a case keeps
    for _ in range(KEPT // 16 + 1):
        assert name(*(info(blob=os.urandom(32), file_size=50 * MIB) for _ in range(16))) == [0] * 16
    assert len(files(b, case)) == KEPT
    b.k("show", row["ref"])
    b.k("decline", row["ref"], "--reason", "no-capacity", "--alternative", "none")
    b.k("case", "erase", case, "--now")
    w.still_whole()
