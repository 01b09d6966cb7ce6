# SPDX-License-Identifier: EUPL-1.2
"""What ran for a person when the case moved follows it: whoever works there hears where it went, and goes on with the new owner."""
import os

import pytest
from node import Federation, wait_for
from test_handover import STORY, handed, propose, reaches, refused, until, work


def give(n, case, to, purpose="refer"):
    return n.k("consent", "give", case, "--to", to.name, "--share", STORY, "--purpose", purpose, "--how", "written")["id"]


def begun(a, c, *, need="income-debt", answer=True, case=None):
    """A person of a whom c helps, or was asked to."""
    case = case or a.new_case(name="Fatima Verzonnen", phone="0113-000000", story="Lost her job.")
    give(a, case, c)
    ref = a.refer(case, c.name, need=need)
    c.await_state(ref, "offered")
    if answer:
        c.k("accept", ref)
        c.k("start", ref)
        a.await_state(ref, "active")
    return case, ref


def hand_over(a, b, case, *, until_state="taken"):
    give(a, case, b, "handover")
    ref = propose(a, b, case)
    until(a, b, ref, until_state)
    return ref, handed(b, ref)["case_id"]


def row(n, ref):
    return n.k("show", ref)["referrals"][0]


def goes_on(b, c, there, need="income-debt"):
    give(b, there, c)
    return b.refer(there, c.name, need=need)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three members that are on for all of this page; each test has people of its own."""
    f = Federation(tmp_path_factory.mktemp("moved"), ("Goes", "SMWO", "GGD"))
    f.start()
    yield f
    f.stop()


def own(n):
    """Exact figures of n: {(sender, receiver): what was answered}, and how referrals to it ended."""
    f = n.k("flow", "--own")["flow"]
    pairs = {(p["sender"], p["receiver"]): {k: v for k, v in p.items() if isinstance(v, int) and v and k != "k"} for p in f.get("pairs", [])}
    ends = {k: v for x in f.get("nodes", []) for k, v in x.items() if k in ("helped", "partly", "not_completed", "moved_on", "taken_back", "revoked") and v}
    return {k: v for k, v in pairs.items() if v}, ends


def test_a_running_referral_follows_the_case(three):
    f = three
    a, b, c = f.nodes
    case, ref = begun(a, c)
    asked = begun(a, c, need="housing", answer=False, case=case)[1]
    to_b = begun(a, b, case=case, need="housing")[1]
    h, there = hand_over(a, b, case)
    # whoever works there is told where the case went, and what they know of the person stays
    for r in (ref, asked):
        c.await_state(r, "moved")
    assert row(c, ref)["moved_to"] == b.org and row(c, ref)["name"] == "Fatima Verzonnen" and row(c, ref)["due_day"]
    assert "moved-on" in work(c) and f"maintenant chez {b.org}" in f.run("--dir", str(c.dir), "--lang", "fr", "show", ref)
    b.await_state(to_b, "moved")  # it has the case itself now
    assert not [w for w in b.k("today")["work"] if w["kind"] == "moved-on"]
    # the new owner sees what ran, and refers again
    assert "goes-on" in work(b)
    assert {(r["partner"], r["need"], r.get("goes_on", False)) for r in handed(b, h)["runs"]} == {(c.org, "income-debt", False), (c.org, "housing", False)}
    shown = " ".join(f.run("--dir", str(b.dir), "--lang", "nl", "handover", "show", h).split())
    assert f"loopt bij {c.org}" in shown and "kring refer" in shown, shown
    new = goes_on(b, c, there)
    # filed where the person is known, and no further back than it was
    c.await_state(new, "active")
    b.await_state(new, "active")
    assert row(c, new)["case_id"] == row(c, ref)["case_id"] and not row(c, ref)["due_day"]
    other = b.refer(there, c.name, need="housing")
    wait_for("the second", lambda: c.try_k("show", other))
    assert row(c, other)["state"] == "offered", "what nobody answered is still for people to answer"
    assert "goes-on" not in work(b) and all(r["goes_on"] for r in handed(b, h)["runs"])


def test_taken_back_after_the_move(three):
    """The consent that Goes wrote down still ends there, and what SMWO told stays under its own."""
    a, b, c = three.nodes
    case, ref = begun(a, c)
    _, there = hand_over(a, b, case)
    c.await_state(ref, "moved")
    b.k("case", "edit", there, "--phone", "0113-222222")
    new = goes_on(b, c, there)
    c.await_state(new, "active")
    old = next(g["id"] for g in a.k("consent", "list", case)["grants"] if g["partner"] == c.org)
    before = own(c)
    a.k("consent", "withdraw", old, "--yes")
    wait_for("what Goes told to be gone", lambda: row(c, ref).get("hollow") or "erased" in str(a.k("consent", "show", old)))
    seen = c.k("case", "show", row(c, new)["case_id"])["person"]
    assert seen["name"] == "Fatima Verzonnen" and seen["phone"] == "0113-222222"
    assert row(c, new)["state"] == "active" and row(c, ref)["state"] == "moved" and own(c) == before, "what moved has no end of its own"


def test_before_the_former_owner_said_so(three):
    """The new owner's referral comes first: it is one like any other until the word of the move is there, then it goes on."""
    a, b, c = three.nodes
    case, ref = begun(a, c)
    h, there = hand_over(a, b, case, until_state="ceded")
    a.stop()
    b.k("handover", "take", h, "--yes")
    new = goes_on(b, c, there)
    c.await_state(new, "offered")
    assert row(c, ref)["state"] == "active"
    a.start()
    c.await_state(ref, "moved")
    c.await_state(new, "active")
    b.await_state(new, "active")


def test_a_withdrawal_that_was_asked_ends_with_the_move(three):
    a, b, c = three.nodes
    case, ref = begun(a, c)
    c.stop()
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    h, there = hand_over(a, b, case)
    c.start()
    c.await_state(ref, "withdrawn")
    assert not handed(b, h).get("runs")


if os.environ.get("KRING_LONG"):  # tests/run --long
    def test_what_does_not_go_on_is_seen_to_by_hand(three):
        """What waits for the new owner stays in the way of the next one, until somebody says that it is seen to; at both ends."""
        a, b, c = three.nodes
        case, ref = begun(a, c)
        h, there = hand_over(a, b, case)
        c.await_state(ref, "moved")
        give(b, there, a, "handover")
        again = propose(b, a, there)
        a.k("handover", "agree", again)
        reaches(b, again, "agreed")
        assert refused(b, "handover", "send", again) == "handover-runs"
        b.k("handover", "done", h)
        assert "goes-on" not in {w["kind"] for w in b.k("today")["work"] if w.get("ref") == h}
        assert refused(b, "handover", "done", h) == "handover-nothing-runs"
        b.k("handover", "send", again)
        reaches(a, again, "staged")
        # somebody ticks it off at whoever waits, too
        c.k("done", ref, "--as", "told")
        assert not row(c, ref)["due_day"]

    def test_what_a_partner_referred_here_comes_first(three):
        """Whoever has a case it works on for a partner hears from that partner first that the case moved, and only then gives it on."""
        a, b, c = three.nodes
        case, ref = begun(a, b)
        h, there = hand_over(a, b, case, until_state="ceded")
        a.stop()
        b.k("handover", "take", h, "--yes")
        give(b, there, c, "handover")
        again = propose(b, c, there)
        c.k("handover", "agree", again)
        reaches(b, again, "agreed")
        assert refused(b, "handover", "send", again) == "handover-referrals"
        a.start()
        b.await_state(ref, "moved")
        b.k("handover", "send", again)
        reaches(c, again, "staged")
