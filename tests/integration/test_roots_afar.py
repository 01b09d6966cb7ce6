# SPDX-License-Identifier: EUPL-1.2
"""Roots that are not in one room: each signs at the node of its own organisation, and the proposal travels."""
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
    slow = a.k("partner", "remove", "buurthuis")["proposal"]
    a.k("approve", slow, "--key", key(world, 1))
    the_one(b, "Buurthuis")
    renew = b.k("roster", "renew")["proposal"]
    for no in (2, 3):
        b.k("approve", renew, "--key", key(world, no))
    wait_for("both to have the other entry", lambda: roster_of(a) == roster_of(b))
    assert proposals(b) == []
    mine, = proposals(a)  # where it was made it waits to be signed again, in the new place
    a.k("approve", short(mine), "--key", key(world, 1))
    assert the_one(b, "Buurthuis")["seq"] == roster_of(a)[0] + 1
