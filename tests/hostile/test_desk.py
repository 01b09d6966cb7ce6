# SPDX-License-Identifier: EUPL-1.2
"""A program that speaks to the control socket as no client would: acts of every number, cases closed, opened and erased by several at
once, drafts of other people.  What is possible is decided in the daemon, whatever was shown before."""
import re
import threading

import ctl
import pytest
from node import CATS, Federation, wait_for


@pytest.fixture
def two(workdir):
    f = Federation(workdir, ("Goes", "SMWO"))
    for n in f.nodes:
        n.start()
    f.import_roster()
    a, b = f.nodes
    f.agree(a, b), f.agree(b, a)
    f.await_connected(a, 1)
    yield a, b
    f.stop()


def request(field, **values):
    r = ctl.pb.Request(version=1)
    sub = getattr(r, field)
    sub.SetInParent()
    for k, v in values.items():
        setattr(sub, k, v)
    return r


def referred(a, b):
    case = a.new_case(name="Doorverwezen Verzonnen", phone="0612345678")
    a.k("consent", "give", case, "--to", b.name, "--share", CATS, "--how", "written")
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    return case, ref


# {act: its number}, of those that a person does; and every number worth a try
ACTS = {m[1]: int(m[0]) for m in re.findall(r'ACT\(\w+, (\d+), "([^"]+)"', (ctl.ROOT / "proto/acts.h").read_text())}
TRIED = {*range(70), 255, 65535, 2**31, 2**32 - 1}


@pytest.mark.parametrize("state", ["offered", "accepted", "declined"])
def test_an_act_of_every_number(two, state):
    """Only what the table allows this side in this state; rules and timers are nobody's to sign by hand."""
    a, b = two
    case, ref = referred(a, b)
    if state == "accepted":
        b.k("accept", ref)
    if state == "declined":
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    wait_for("both ends to agree", lambda: a.state(ref) == b.state(ref) == state)
    for n in (a, b):
        door, before = ctl.Control(n.dir / "core.sock"), n.k("show", ref)
        may = {ACTS[x["act"]] for x in before["referrals"][0]["may"]}
        assert may or state == "declined", before["referrals"][0]
        for number in sorted(TRIED - may):
            r = request("act", ref=ref, type=number, reason="other", text="", late=True)
            reply = door.call(r)
            assert reply is not None, f"core ended at act {number}"
            assert reply.error, f"act {number} in {state}, which may not be: {sorted(may)}"
        assert len(n.k("show", ref)["log"]) == len(before["log"])
        assert n.k("audit", "verify")["count"] > 0
    assert a.state(ref) == b.state(ref) == state


def test_closed_opened_and_erased_by_several_at_once(two):
    """Four clients, each with another wish for the same cases, without looking: each answer is one of a few, and what is left is whole."""
    a, b = two
    cases = [referred(a, b) for _ in range(3)]
    for _, ref in cases:
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    for _, ref in cases:
        a.await_state(ref, "declined")
    wrong = []

    def client(i):
        door = ctl.Control(a.dir / "core.sock")
        wishes = ["case_close", "case_reopen", "case_show", "show"]
        for n in range(60):
            case, ref = cases[n % 3]
            wish = wishes[(n + i) % 4]
            reply = door.call(request(wish, id=ref if wish == "show" else case))
            if reply is None or (reply.error and reply.error not in ("state", "stale", "not-found", "refused")):
                wrong.append((wish, None if reply is None else (reply.error, reply.code)))
            if i == 0 and n == 40:
                door.call(request("case_erase", id=cases[0][0], now=True))

    clients = [threading.Thread(target=client, args=(i,)) for i in range(4)]
    for c in clients:
        c.start()
    for c in clients:
        c.join(120)
    assert not wrong, wrong[:5]
    assert "INVARIANT" not in a.log.read_text() and not a.k("status")["status"].get("faults")
    assert cases[0][0] not in {c["id"] for c in a.k("case", "list")["cases"]}
    for case, _ in cases[1:]:
        a.try_k("case", "reopen", case)
        assert a.k("case", "show", case)["person"]["name"] == "Doorverwezen Verzonnen"
    assert a.k("audit", "verify")["count"] > 0


def test_drafts_of_nobody(two):
    """Ids that are none, of the wrong length, of somebody else's; forms and labels as long as the socket takes."""
    a, _ = two
    door = ctl.Control(a.dir / "core.sock")
    mine = door.call(request("draft_put", form="refer", label="mijn", body="a=1"))
    assert not mine.error
    (row,) = door.call(request("draft_list")).drafts
    for id_ in ("", "x", "0" * 32, "f" * 31, "f" * 64, row.id[:-1], row.id + "0", "../" * 8, "\u00e9" * 16):
        for wish in ("draft_get", "draft_drop"):
            reply = door.call(request(wish, id=id_))
            assert reply is not None and (reply.error or id_ == row.id[:-1]), (wish, id_)
        reply = door.call(request("draft_put", id=id_, form="refer", label="ander", body="b=2")) if id_ else None
        assert id_ == "" or (reply is not None and reply.error), id_
    for values in (dict(form="x" * 16000), dict(form="refer", label="y" * 16000), dict(form="refer", body="z" * 16385),
                   dict(form="refer\nq"), dict(form="refer", label="een\ntwee"), dict(form="refer", case_id="0" * 32, body="x")):
        reply = door.call(request("draft_put", **{"label": "l", "body": "b", **values}))
        assert reply is not None and reply.error, str(values)[:60]
    left = door.call(request("draft_list")).drafts
    assert [(d.id, d.label) for d in left] in ([(row.id, "mijn")], []), left
    assert a.k("audit", "verify")["count"] > 0
