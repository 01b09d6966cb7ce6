# SPDX-License-Identifier: EUPL-1.2
"""An erased case stops nobody: whatever is said later about it, both directions go on, and so does every timer."""
import os
import signal
import time

import pytest
from kringwire import ACCEPT, ACK, CONSENT, DECLINE, OFFER, OUTCOME, REVOKE, WD_OK, WITHDRAW, ZERO32, compile_bodies, make_document
from node import Clock, Refused, wait_for

pb = compile_bodies()
IDENTITY_NEEDS = 1 << 0 | 1 << 15
ERASED_HERE = 10


def declined_and_erased(a, b):
    case = a.new_case(name="Piet Verzonnen", phone="0612345678")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    theirs = case_at(b, ref)
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(ref, "declined")
    b.k("case", "erase", theirs, "--now")
    return case, ref, theirs


def case_at(b, ref):
    return next(r["case_id"] for r in b.k("inbox", "--all")["referrals"] if r["ref"] == ref)


def somebody_else(a, b):
    """Another person's referral gets through: the stream runs."""
    case = a.new_case(name="Anna Ander")
    a.consent(case, b.name, "identity,needs")
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    return ref


def writes(node):
    """What every commit changes: the log, in one of its two files."""
    return hash(node.main_bytes())


def await_rest(node, seconds=2.5):
    """Nothing is owed, nothing rings, and for a while nothing is written."""
    def rest():
        before = writes(node)
        time.sleep(seconds)
        return writes(node) == before
    wait_for(f"{node.name} to be idle", rest, 30)
    assert not node.k("outbox", "list").get("outbox")


def test_the_same_person_referred_again_is_a_new_case(federation):
    f = federation()
    a, b = f.start()
    case, ref, theirs = declined_and_erased(a, b)
    old = a.refer(case, b.name, "--again")  # under the consent that was erased there with its case
    other = somebody_else(a, b)
    a.await_state(old, "declined")
    assert [r["reason"] for r in a.k("show", old)["log"] if r["act"] == "decline"] == ["case-erased"]  # the consent is valid here
    a.consent(case, b.name)
    new = a.refer(case, b.name, "--again")
    b.await_state(new, "offered")
    assert b.k("show", new)["person"]["name"] == "Piet Verzonnen"
    assert len({case_at(b, r) for r in (new, other)} | {theirs}) == 3
    assert {c["id"] for c in b.k("case", "list")["cases"]} == {case_at(b, new), case_at(b, other)}
    somebody_else(b, a)
    for n in (a, b):
        await_rest(n)


def test_consent_taken_back_after_the_erasure_arrives_and_others_pass(federation):
    f = federation()
    a, b = f.start()
    case, ref, _ = declined_and_erased(a, b)
    audit = max(r["seq"] for r in b.k("audit", "list")["audit"])
    a.k("revoke", ref)
    b.await_state(ref, "revoked")
    assert "person" not in b.k("show", ref) and not b.k("worklist").get("work")
    assert any(r["event"] == "receive" and r["seq"] > audit for r in b.k("audit", "list")["audit"]) and b.k("audit", "verify")["count"]
    wait_for("the receipt", lambda: not a.k("outbox", "list").get("outbox"))
    assert "hollow" not in [w["kind"] for w in a.k("worklist").get("work", [])]  # it was over there: nothing to do
    somebody_else(a, b)
    somebody_else(b, a)


def test_a_decline_keeps_its_reason_when_its_case_is_erased_before_it_left(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(name="Piet Verzonnen")
    a.consent(case, b.name, "identity,needs")
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    theirs = case_at(b, ref)
    a.stop(signal.SIGKILL)
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    b.k("case", "erase", theirs, "--now")
    a.start()
    a.await_state(ref, "declined")
    said = next(r for r in a.k("show", ref)["log"] if r["act"] == "decline")
    assert said["reason"] == "no-capacity" and not said.get("hollow")


def test_a_week_after_decline_and_erasure_other_timers_ring_and_the_idle_node_writes_nothing(federation):
    f = federation()
    a, b = f.nodes
    clock = Clock(f.dir)
    clock.set(0)
    f.start(*clock.args)
    declined_and_erased(a, b)
    own = b.new_case(name="Eigen")
    b.consent(own, a.name, "identity,needs")
    waits = b.refer(own, a.name)
    a.await_state(waits, "offered")
    clock.days(9, f.nodes)  # the term of the erased one is over
    clock.days(9, f.nodes)
    b.await_state(waits, "expired")
    log = b.log.read_text()
    assert "event=6" not in log, log[-600:]
    await_rest(b)


def test_entered_in_error_lets_go_of_the_person_at_once(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(name="Piet Verzonnen", phone="0612345678")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    a.k("error", ref)
    b.await_state(ref, "error")
    shown = b.k("case", "show", case_at(b, ref))
    assert "payload-erased" in [e["what"] for e in shown["entries"]] and not shown.get("person", {}).get("name")
    assert [r["act"] for r in b.k("show", ref)["log"] if r.get("hollow")] == ["offer"] + ["error"] * ("error" in [
        r["act"] for r in b.k("show", ref)["log"] if r.get("hollow")])


# ---- with a partner that is played: what was said before it heard us, or long after ----

@pytest.fixture
def pair(dialled):
    f, b, m = dialled()
    for way in ((), ("--receive",)):
        b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", *way)
    return b, m


def grant(m):
    gid, subject, now = os.urandom(16), os.urandom(16), int(time.time() * 1000)
    g = pb.ConsentGrant(grant_id=gid, version=1, subject_ref=subject, given_by="self", collected_by=m.id, collected_ms=now,
                        recipient=m.peer, onward="none", purpose="refer", cats=IDENTITY_NEEDS, how="written",
                        valid_from_ms=now - 1000, expires_ms=now + 86400000)
    return gid, subject, say(m, CONSENT, g, thread=gid, grant=gid)[0]


def say(m, type_, body=None, **head):
    body = pb.Act(reason="other") if body is None else body
    return make_document(m.nk, body.SerializeToString(), **{**dict(fed=m.fed, sender=m.id, recipient=m.peer, type=type_), **head})


def offer(m, gid, subject, name="Piet Verzonnen"):
    thread = os.urandom(16)
    o = pb.Offer(need="income-debt", urgency=1, term_days=7, subject_ref=subject, person=pb.Person(name=name))
    return thread, *say(m, OFFER, o, thread=thread, grant=gid, cats=IDENTITY_NEEDS)


def verdict(m, doc_hash):
    """What the node said of this document, by its hash."""
    m.until(lambda: doc_hash in [v[1] for v in m.verdicts])
    return next(v[2] for v in m.verdicts if v[1] == doc_hash)


def test_every_late_word_has_a_verdict(pair):
    b, m = pair
    gid, subject, g = grant(m)
    thread, raw, h = offer(m, gid, subject)
    m.send_documents([g, raw])
    assert verdict(m, h) == 0
    row = b.k("inbox")["referrals"][0]
    b.k("decline", row["ref"], "--reason", "no-capacity", "--alternative", "none")
    m.until(lambda: m.inbox)
    b.k("case", "erase", row["case_id"], "--now")
    info = pb.Info(text="Nog iets over Piet", person=pb.Person(name="Piet Verzonnen"))
    late, h2 = say(m, 3, info, thread=thread, grant=gid, cats=IDENTITY_NEEDS | 1 << 16, thread_no=2, prev=h)
    again, h3 = say(m, CONSENT, pb.Act(reason="other"), thread=gid, grant=gid, thread_no=2, prev=ZERO32)
    revoke, h4 = say(m, REVOKE, thread=thread, thread_no=3, prev=h2)
    m.send_documents([late, revoke])
    assert (verdict(m, h2), verdict(m, h4)) == (ERASED_HERE, ERASED_HERE)
    old, raw5, h5 = offer(m, gid, subject)  # a new referral under what was erased
    assert m.send_documents([raw5]) is None and verdict(m, h5) == ERASED_HERE
    m.until(lambda: len(m.inbox) == 2)
    assert [(d.type, d.thread, d.hollow) for d in m.inbox] == [(DECLINE, thread, False), (DECLINE, old, False)]
    gid2, _, g2 = grant(m)
    _, raw6, h6 = offer(m, gid2, os.urandom(16), "Anna Ander")
    m.send_documents([g2, raw6])
    assert verdict(m, h6) == 0
    assert [c["name"] for c in b.k("case", "list")["cases"]] == ["Anna Ander"]
    assert b"Nog iets" not in b.log.read_bytes()


def test_an_end_that_may_cross_an_acceptance_keeps_its_case_and_what_crosses_it_later_is_answered(pair):
    b, m = pair
    case = b.new_case(name="Piet Verzonnen")
    b.consent(case, "python-partner", "identity,needs")
    ref = b.refer(case, "python-partner")
    m.until(lambda: len(m.inbox) == 2)
    offered = m.inbox[1]
    b.k("withdraw", ref, "--reason", "no-longer-needed")
    with pytest.raises(Refused) as e:
        b.k("case", "erase", case, "--now")
    assert e.value.code == 1 and "Python Partner" in e.value.reply["why"] and ref in e.value.reply["remedy"]
    m.until(lambda: len(m.inbox) == 3)
    wait_for("the end to be confirmed", lambda: not b.k("show", ref)["referrals"][0].get("provisional"))
    b.k("case", "erase", case, "--now")
    accept, h1 = say(m, ACCEPT, thread=offered.thread, seen_no=1, seen_hash=offered.hash)
    outcome, h2 = say(m, OUTCOME, thread=offered.thread, thread_no=2, prev=h1, seen_no=1, seen_hash=offered.hash)
    m.send_documents([accept])
    assert verdict(m, h1) == ERASED_HERE and b.state(ref) == "withdraw-pending"
    m.send_documents([outcome])
    assert verdict(m, h2) == ERASED_HERE
    m.until(lambda: len(m.inbox) == 4)
    ack = m.inbox[3]  # the partner waits for it, and there is nobody left to type it
    assert ack.type == ACK and not ack.hollow and pb.Act.FromString(ack.body).reason == "erased"
    assert b.state(ref) == "closed" and not b.k("worklist").get("work")
    gid, subject, g = grant(m)
    _, raw, h = offer(m, gid, subject, "Anna Ander")
    m.send_documents([g, raw])
    assert verdict(m, h) == 0


def test_a_confirmed_end_is_not_provisional_for_ever(pair):
    b, m = pair
    case = b.new_case(name="Piet Verzonnen")
    b.consent(case, "python-partner", "identity,needs")
    ref = b.refer(case, "python-partner")
    m.until(lambda: len(m.inbox) == 2)
    accept, h1 = say(m, ACCEPT, thread=m.inbox[1].thread, seen_no=1, seen_hash=m.inbox[1].hash)
    m.send_documents([accept])
    b.await_state(ref, "accepted")
    b.k("withdraw", ref, "--reason", "no-longer-needed")
    m.until(lambda: len(m.inbox) == 3)
    assert m.inbox[2].type == WITHDRAW
    ok, _ = say(m, WD_OK, thread=m.inbox[1].thread, thread_no=2, prev=h1, seen_no=2, seen_hash=m.inbox[2].hash)
    m.send_documents([ok])
    b.await_state(ref, "withdrawn")
    assert not b.k("show", ref)["referrals"][0].get("provisional")
    b.k("case", "erase", case, "--now")
