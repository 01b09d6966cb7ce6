# SPDX-License-Identifier: EUPL-1.2
"""Audit logs that partners vouch for: cosigned checkpoints, and what they prove against a rewritten or cut log."""
import shutil
import struct
import subprocess

import pytest
from kringwire import sign
from node import Refused, wait_for


def export(n, of):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "audit", "export", of], check=True, capture_output=True, text=True).stdout


def verify(n, *args, stdin=None):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "audit", "verify", *args], capture_output=True, text=True, input=stdin)


def test_two_partners_cosign_and_a_cut_log_is_found(federation):
    f = federation("Goes", "SMWO", "Doel")
    a, b, c = f.start()
    a.new_case(phone="1")
    a.k("audit", "checkpoint")
    got = wait_for("two cosignatures", lambda: (lambda r: r if r.get("cosigners") == 2 else None)(a.k("audit", "verify")))
    assert 0 < got["cosigned_seq"] <= got["count"]
    kept = export(b, "goes")
    assert len(kept.splitlines()) == 1 and kept == export(c, "goes")
    assert verify(a, "--with", "-", stdin=kept).returncode == 0
    # what a partner keeps of another node is no witness against this one
    b.k("audit", "checkpoint")
    wait_for("SMWO's to arrive", lambda: export(a, "smwo"))
    r = verify(a, "--with", "-", stdin=export(a, "smwo"))
    assert r.returncode == 2 and "not of this node" in r.stderr
    # an insider puts back yesterday's log, keyroot and all: the chain holds in itself, and the partner knows better
    a.stop()
    saved = f.dir / "saved"
    shutil.copytree(a.dir, saved, ignore=lambda d, names: [n for n in names if n.endswith(".sock")])
    a.start()
    for _ in range(5):
        a.new_case(phone="2")
    a.k("audit", "checkpoint")
    wait_for("the partner to keep it", lambda: len(export(b, "goes").splitlines()) == 2)
    a.stop()
    b.stop()
    c.stop()
    shutil.rmtree(a.dir)
    shutil.copytree(saved, a.dir)
    a.start()
    b.start()
    assert verify(a).returncode == 0
    r = verify(a, "--with", "-", stdin=export(b, "goes"))
    assert r.returncode == 5 and "cut off" in r.stderr
    # it goes on from there and signs another hash for a place that was cosigned: found too, and kept as proof by the partner
    for _ in range(8):
        a.new_case(phone="3")
    r = verify(a, "--with", "-", stdin=export(b, "goes"))
    assert r.returncode == 5 and "changed" in r.stderr


def test_two_hashes_for_one_place_are_kept_as_proof(dialled):
    _, b, m = dialled()
    for h in (b"a" * 32, b"b" * 32):
        signed = m.id + struct.pack(">IQ", 1, 7) + h + struct.pack(">Q", m.born)
        m.send_frame([(17, b"\0" + signed + sign(m.nk, "KRG1.sign.checkpoint", signed))])
        m.pump(0.5)
    assert any(x["event"] == "checkpoint" and x.get("detail") == "rewritten-log" for x in b.k("audit", "list")["audit"])
    assert len(export(b, "python-partner").splitlines()) == 1  # the first word stands


def test_a_file_that_is_none_is_refused(federation):
    a = federation("Goes").nodes[0]
    a.start()
    for text in ("zz\n", "00\n", "hello\n"):
        r = verify(a, "--with", "-", stdin=text)
        assert r.returncode == 2, (text, r.stderr)
    with pytest.raises(Refused):
        a.k("audit", "export", "nobody")
