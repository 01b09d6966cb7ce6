# SPDX-License-Identifier: EUPL-1.2
"""Roots that are not in one room: each signs at the node of its own organisation, and the proposal travels."""
import subprocess

import pytest
from node import Federation, Refused, wait_for
from test_membership import Joining, invite, partner, roster_of


class TwoOfThree(Federation):
    """Three roots, of which two sign: the keys of the first and the third are on two machines."""
    ROOTS = "2/3"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    f = TwoOfThree(tmp_path_factory.mktemp("afar"), ("Goes", "SMWO"))
    f.start()
    yield f
    f.stop()


def key(f, no):
    return str(f.dir / f"roots/root{no}.key")


def proposals(n):
    return n.k("approve").get("proposals", [])


def the_one(n, subject):
    return wait_for(f"{n.name} to hear of {subject}", lambda: [p for p in proposals(n) if p.get("subject") == subject])[0]


def short(p):
    return p["id"][12:20]


def test_a_proposal_of_one_root_is_signed_by_another_at_its_own_node(world):
    a, b = world.nodes
    j = Joining(world, invite(a, "Buurthuis"), "Buurthuis")
    made = a.k("confirm", j.digits(), "--how", "video")["proposal"]
    j.end()
    assert proposals(b) == []  # nobody signed it: it is the affair of one node
    a.k("approve", made, "--key", key(world, 1))
    there = the_one(b, "Buurthuis")
    assert (there["op"], there["signatures"], there["needed"], there["verified"]) == ("add-node", 1, 2, "digits, video")
    assert b.k("status")["status"]["proposals"] == 1
    work = b.k("worklist")
    assert [p["subject"] for p in work["proposals"]] == ["Buurthuis"]
    with pytest.raises(Refused) as e:  # the same root once more
        b.k("approve", short(there), "--key", key(world, 1))
    assert e.value.reply["code"] == "root-signed-already"
    b.stop()
    b.start()  # it is kept
    b.k("approve", short(the_one(b, "Buurthuis")), "--key", key(world, 3))
    for n in (a, b):
        wait_for(f"{n.name} to have it in the roster", lambda: partner(n, "Buurthuis"))
        wait_for(f"{n.name} to have no proposal left", lambda: proposals(n) == [] and n.k("status")["status"]["proposals"] == 0)
    assert [i["state"] for i in a.k("invites", "list")["invites"]] == ["approved"]  # the newcomer that waits there is answered
    c = j.node.start()
    world.nodes.append(c)
    wait_for("the newcomer to be a member", lambda: c.k("status")["status"].get("member"))
    row = c.k("roster", "show")["roster"][-1]
    assert (row["subject"], row["signatures"]) == ("Buurthuis", 2)


def test_what_another_entry_overtook_falls_away(world):
    a, b = world.nodes[:2]
    a.k("approve", a.k("partner", "lift", "smwo")["proposal"], "--key", key(world, 1))
    the_one(b, "SMWO")
    renew = b.k("roster", "renew")["proposal"]
    for no in (2, 3):
        b.k("approve", renew, "--key", key(world, no))
    wait_for("both to have the other entry", lambda: roster_of(a) == roster_of(b))
    assert proposals(b) == []
    mine, = proposals(a)  # where it was made it waits to be signed again, in the new place
    a.k("approve", short(mine), "--key", key(world, 1))
    assert the_one(b, "SMWO")["seq"] == roster_of(a)[0] + 1
    b.k("approve", short(the_one(b, "SMWO")), "--key", key(world, 3))
    wait_for("nothing to be left", lambda: proposals(a) == proposals(b) == [])


def tool(f, *args):
    return subprocess.run([str(f.bin / "kring"), *map(str, args)], capture_output=True, text=True)


def test_the_key_of_a_root_under_a_passphrase(world, tmp_path):
    (tmp_path / "right").write_text("vier woorden die niemand raadt\n")
    (tmp_path / "wrong").write_text("vier andere woorden\n")
    d, p = tmp_path / "roots", tmp_path / "proposal"
    made = tool(world, "federation", "create", "--name", "Dicht", "--roots", "2/2", "--out", d, "--passphrase-file", tmp_path / "right")
    assert made.returncode == 0 and "all 2 roots must sign" in made.stdout  # whoever loses one of them loses all
    assert "roots must sign" not in tool(world, "federation", "create", "--name", "Ruim", "--roots", "2/3", "--out", tmp_path / "three").stdout
    assert (d / "root1.key").read_bytes()[:7] == b"KRG1rts"
    assert tool(world, "roster", "propose", "--roster", d / "roster", "--op", "renew", "--out", p).returncode == 0
    sign = ("roster", "sign", "--proposal", p, "--roster", d / "roster", "--key")
    before = p.read_bytes()
    for more, said in (((), "under a passphrase"), (("--passphrase-file", tmp_path / "wrong"), "not the passphrase"), (("--passphrase-file", tmp_path / "none"), "cannot be read")):
        got = tool(world, *sign, d / "root1.key", *more)
        assert got.returncode != 0 and said in got.stderr, (more, got)
    assert p.read_bytes() == before  # nothing of it was signed
    for no in (1, 2):
        got = tool(world, *sign, d / f"root{no}.key", "--passphrase-file", tmp_path / "right")
        assert got.returncode == 0, got
    assert "complete" in got.stdout and tool(world, "roster", "verify", "--roster", d / "roster").returncode == 0
