# SPDX-License-Identifier: EUPL-1.2
"""The key of a root on a machine that no node runs on: a proposal goes there in a file, and comes back signed."""
import shutil
import subprocess

import pytest
from node import Federation, Refused, wait_for
from test_membership import roster_of
from term import on_a_terminal
from test_roots_afar import key, short, the_one, the_row, tool


class TwoOfThree(Federation):
    ROOTS = "2/3"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    f = TwoOfThree(tmp_path_factory.mktemp("offline"), ("Goes", "SMWO"))
    f.start()
    yield f
    f.stop()


class Laptop:
    """What lies on it: one key, and what a stick brings."""

    def __init__(self, f, directory, no):
        directory.mkdir()
        self.f, self.dir = f, directory
        shutil.copy(key(f, no), directory / "root.key")

    def sign(self, stick):
        return tool(self.f, "--lang", "en", "roster", "sign", "--yes", "--proposal", stick / "proposal", "--key", self.dir / "root.key", "--roster", stick / "roster")


def typed(world, n, *args):
    return tool(world, "--dir", n.dir, "--lang", "en", *args)


def test_two_roots_sign_on_two_machines_without_a_node(world, tmp_path):
    """Each at the node of its own organisation: what the first brought back is known to the other one's node."""
    a, b = world.nodes
    made = a.k("partner", "lift", "smwo")["proposal"]
    seq = roster_of(a)[0] + 1
    for n, no, stick, ident in ((a, 1, tmp_path / "one", made), (b, 3, tmp_path / "two", None)):
        stick.mkdir()
        ident = ident or short(the_one(b, "SMWO"))
        n.k("roster", "export", stick / "roster")
        r = typed(world, n, "approve", ident, "--out", stick / "proposal")
        assert r.returncode == 0 and "kring roster sign --proposal" in r.stdout and f"kring approve --in {stick}/proposal" in r.stdout, r
        assert (stick / "proposal").stat().st_mode & 0o777 == 0o600
        r = typed(world, n, "approve", "--in", stick / "proposal") if n is a else None
        assert r is None or (r.returncode == 2 and "no root has signed" in r.stderr), r
        r = Laptop(world, tmp_path / f"laptop{no}", no).sign(stick)
        assert r.returncode == 0 and "organisation   SMWO" in r.stdout, r
        got = n.k("approve", "--in", stick / "proposal")
        assert (got["proposals"][0]["signatures"], got["proposals"][0]["subject"], got["count"]) == ((1, "SMWO", 0) if n is a else (2, "SMWO", 1))
    for n in (a, b):
        wait_for("the entry to be in the roster", lambda: roster_of(n)[0] == seq)
        assert n.k("approve").get("proposals", []) == []
    r = typed(world, a, "approve", "--in", tmp_path / "two/proposal")
    assert r.returncode == 1 and "in the roster already" in r.stderr, r


def test_both_signatures_come_back_in_one_file(world, tmp_path):
    """Neither root has a node near: the stick goes from one to the other."""
    a, _ = world.nodes
    made = a.k("partner", "lift", "smwo")["proposal"]
    a.k("roster", "export", tmp_path / "roster")
    told = a.k("approve", made, "--out", tmp_path / "proposal")
    assert told["proposals"][0]["subject"] == "SMWO" and "blob" not in told
    for no in (2, 3):
        r = Laptop(world, tmp_path / f"laptop{no}", no).sign(tmp_path)
        assert r.returncode == 0, r
    r = typed(world, a, "approve", "--in", tmp_path / "proposal")
    assert r.returncode == 0 and "complete: entry" in r.stdout, r


def test_a_roster_is_exported_whole(world, tmp_path):
    a, _ = world.nodes
    got = a.k("roster", "export", tmp_path / "roster")
    assert got["count"] == len(a.k("roster", "show")["roster"])
    r = tool(world, "--lang", "en", "roster", "verify", "--roster", tmp_path / "roster")
    assert r.returncode == 0 and a.k("status")["status"]["roster_head"] in r.stdout, r
    r = typed(world, a, "roster", "export", tmp_path / "roster")
    assert r.returncode == 1 and "already exists" in r.stderr, "nothing is written over"
    r = typed(world, a, "roster", "export", tmp_path / "nowhere/roster")
    assert r.returncode == 1 and "nowhere/roster" in r.stderr, r


def test_what_came_back_is_looked_at(world, tmp_path):
    a, _ = world.nodes
    made = a.k("roster", "renew")["proposal"]
    a.k("roster", "export", tmp_path / "roster")
    p, back = tmp_path / "proposal", tmp_path / "back"
    a.k("approve", made, "--out", p)
    unsigned = p.read_bytes()
    assert Laptop(world, tmp_path / "laptop", 2).sign(tmp_path).returncode == 0
    good = p.read_bytes()
    before = a.k("approve")["proposals"]

    def bring(raw, code, *said):
        back.write_bytes(raw)
        r = typed(world, a, "approve", "--in", back)
        assert r.returncode == code and all(x in r.stderr for x in said), (r, said)

    bring(b"", 5, "not a proposal", "in all")
    bring(good[:-1], 5, f"{len(good) - 4} bytes follow; the file has {len(good) - 1} in all")
    bring(good + b"x", 5, f"the file has {len(good) + 1} in all")
    bring(b"\xff" * 70000, 1, str(back))  # longer than any entry
    bring((8).to_bytes(4, "big") + b"12345678", 2, "not a roster entry")
    bring(good[:-1] + bytes([good[-1] ^ 1]), 1, "signature does not fit")
    bring(good[:-65] + bytes([9]) + good[-64:], 1, "not a root")
    flipped = bytearray(good)
    flipped[40] ^= 1  # in what is signed
    back.write_bytes(flipped)
    assert typed(world, a, "approve", "--in", back).returncode != 0
    bring(unsigned, 2, "no root has signed")
    r = typed(world, a, "approve", made, "--in", p)
    assert r.returncode == 2 and "do not go together" in r.stderr, r
    assert typed(world, a, "approve", "--out", tmp_path / "x").returncode == 2 and not (tmp_path / "x").exists()
    assert a.k("approve")["proposals"] == before, "nothing of all that was kept"
    a.k("approve", "--in", p)
    with pytest.raises(Refused) as e:
        a.k("approve", "--in", p)
    assert e.value.reply["code"] == "root-signed-already"
    a.k("approve", made, "--key", key(world, 1))
    # signed elsewhere meanwhile: its place is taken
    other = a.k("roster", "renew")["proposal"]
    p.unlink()
    (tmp_path / "roster").unlink()
    a.k("approve", other, "--out", p)
    a.k("roster", "export", tmp_path / "roster")
    late = a.k("partner", "lift", "smwo")["proposal"]
    for no in (1, 2):
        a.k("approve", late, "--key", key(world, no))
    assert Laptop(world, tmp_path / "again", 2).sign(tmp_path).returncode == 0
    with pytest.raises(Refused) as e:
        a.k("approve", "--in", p)
    assert e.value.reply["code"] == "proposal-overtaken"


def test_whoever_signs_is_asked(world, tmp_path):
    """At the node and on the other machine; a script says --yes, and what comes out of a pipe is no answer."""
    a, _ = world.nodes
    made = a.k("partner", "lift", "smwo")["proposal"]
    a.k("roster", "export", tmp_path / "roster")
    a.k("approve", made, "--out", tmp_path / "proposal")
    kring, was = str(world.bin / "kring"), (tmp_path / "proposal").read_bytes()
    here = [kring, "--dir", str(a.dir), "--lang", "en", "approve", made, "--key", key(world, 1)]
    there = [kring, "--lang", "en", "roster", "sign", "--proposal", str(tmp_path / "proposal"), "--key", key(world, 2), "--roster", str(tmp_path / "roster")]
    for words in (here, there):
        r = subprocess.run(words, capture_output=True, text=True, input="y\n")
        assert r.returncode == 2 and "add --yes" in r.stderr, r
        code, shown = on_a_terminal(words, keys=b"n\n")
        assert code == 1 and "SMWO" in shown and shown.index("SMWO") < shown.index("Go on? [y/N]") and "Nothing was done." in shown, shown
    assert "federation     Test" in shown
    assert (tmp_path / "proposal").read_bytes() == was and the_row(a)["signatures"] == 0
    code, shown = on_a_terminal(here, keys=b"y\n")
    assert code == 0 and the_row(a)["signatures"] == 1, shown
    code, shown = on_a_terminal(there, keys=b"y\n")
    assert code == 0 and len((tmp_path / "proposal").read_bytes()) == len(was) + 65, shown
    assert a.k("approve", "--in", tmp_path / "proposal")["count"] == 1


def test_what_counts_is_a_root_once_and_right(world, tmp_path):
    """Whoever is not sure whether it signed does so again, and a stick spoils a byte: neither is a signature more, and the file stays good for the next root."""
    a, _ = world.nodes
    made = a.k("partner", "lift", "smwo")["proposal"]
    a.k("roster", "export", tmp_path / "roster")
    a.k("approve", made, "--out", tmp_path / "proposal")
    first, second = (Laptop(world, tmp_path / f"l{no}", no) for no in (1, 2))
    r = first.sign(tmp_path)
    assert r.returncode == 0 and "1 of 2 signatures" in r.stdout, r
    signed = (tmp_path / "proposal").read_bytes()
    r = first.sign(tmp_path)
    assert r.returncode == 1 and "this root signed already" in r.stderr and "another root" in r.stderr and "signing:" not in r.stdout, r
    assert (tmp_path / "proposal").read_bytes() == signed
    half = len(signed) - 65
    spoiled = {"a byte": signed[:-1] + bytes([signed[-1] ^ 1]), "no root": signed[:half] + bytes([77]) + signed[half + 1:],
               "twice": (len(signed) - 4 + 65).to_bytes(4, "big") + signed[4:half - 1] + bytes([2]) + signed[half:] + signed[half:]}
    for what, text in spoiled.items():
        (tmp_path / "proposal").write_bytes(text)
        r = second.sign(tmp_path)
        assert r.returncode == 5 and "wrong or there twice" in r.stderr and "make the proposal again" in r.stderr, (what, r)
        assert (tmp_path / "proposal").read_bytes() == text
    (tmp_path / "proposal").write_bytes(signed)
    r = second.sign(tmp_path)
    assert r.returncode == 0 and "complete" in r.stdout, r
    assert a.k("approve", "--in", tmp_path / "proposal")["count"] == 1
