# SPDX-License-Identifier: EUPL-1.2
"""One referral between real daemons: every way it can go."""
import os
import signal
import time

import pytest
from node import Refused, offered, wait_for


def loop(a, b):
    return offered(a, b, "--without", "story", story="MARKERSTORY")


def logs_equal(a, b, ref):
    rows = [[(r["side"], r["no"], r["act"], r["hash"]) for r in n.k("show", ref)["log"]] for n in (a, b)]
    return rows[0] == rows[1] and rows[0]


def test_happy_path(federation):
    f = federation()
    a, b = f.start()
    case, ref = loop(a, b)
    b.k("accept", ref)
    b.k("start", ref)
    b.k("note", ref, "--reason", "appointment")
    b.k("outcome", ref, "--code", "helped")
    a.await_state(ref, "outcome")
    assert [w["kind"] for w in a.k("worklist")["work"]] == ["outcome-due"]
    a.k("ack", ref)
    b.await_state(ref, "closed")
    assert logs_equal(a, b, ref)
    assert a.k("audit", "verify")["count"] > 5 and b.k("audit", "verify")["count"] > 5
    shown = b.k("show", ref)["person"]
    assert shown["name"] == "Testpersoon Verzonnen" and "story" not in shown
    assert [d["act"] for d in a.k("case", "show", case)["disclosures"]].count("offer") == 1


def test_over_scope_field_is_refused_at_the_sender_with_its_name(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(story="MARKERSTORY", phone="1")
    with pytest.raises(Refused) as e:
        a.refer(case, b.name)
    assert e.value.code == 1
    a.consent(case, b.name)
    with pytest.raises(Refused) as e:
        a.refer(case, b.name)
    assert "story" in e.value.reply["why"] and e.value.reply["uncovered"] == 1 << 16
    assert not a.k("sent").get("referrals") and not b.k("inbox").get("referrals")  # refused: nothing happened


def test_decline_needs_a_reason_and_a_next_step(federation):
    f = federation()
    a, b = f.start()
    _, ref = loop(a, b)
    for args in ((), ("--reason", "nonsense", "--alternative", "none"), ("--reason", "no-capacity"),
                 *(("--reason", by_a_node, "--alternative", "none")
                   for by_a_node in ("info-missing", "case-erased", "no-agreement", "no-content", "unreadable"))):
        with pytest.raises(Refused) as e:
            b.k("decline", ref, *args)
        assert e.value.code == 2
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "GGD Zeeland")
    a.await_state(ref, "declined")
    assert [w["kind"] for w in a.k("worklist")["work"]] == ["follow-up"]
    with pytest.raises(Refused):
        b.k("accept", ref)
    assert logs_equal(a, b, ref)


def test_question_pauses_and_is_answered(federation):
    f = federation()
    a, b = f.start()
    _, ref = offered(a, b)
    due = b.k("show", ref)["referrals"][0]["due_ms"]
    b.k("ask", ref, "--question", "best-contact")
    a.await_state(ref, "needs-info")
    assert a.k("show", ref)["referrals"][0]["due_ms"] > due
    a.k("info", ref, "--share", "contact")
    b.await_state(ref, "offered")
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    assert logs_equal(a, b, ref)


def test_withdraw_crossing_accept_becomes_a_request(federation):
    f = federation()
    a, b = f.start()
    _, ref = loop(a, b)
    for n in (a, b):  # cut the line: both act without having heard the other
        os.kill(n.children()["net"], signal.SIGSTOP)
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    b.k("accept", ref)
    assert a.state(ref) == "withdrawn" and a.k("show", ref)["referrals"][0]["provisional"]
    assert b.state(ref) == "accepted"
    for n in (a, b):
        os.kill(n.children()["net"], signal.SIGCONT)
    for n in (a, b):
        n.await_state(ref, "withdraw-pending")
    b.k("confirm-withdraw", ref)
    a.await_state(ref, "withdrawn")
    assert logs_equal(a, b, ref)


def test_revoke_hides_and_asks_for_erasure(federation):
    f = federation()
    a, b = f.start()
    _, ref = loop(a, b)
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    a.k("revoke", ref)
    b.await_state(ref, "revoked")
    assert "person" not in b.k("show", ref)
    assert "erase-due" in [w["kind"] for w in b.k("worklist")["work"]]
    assert "name" not in b.k("case", "list")["cases"][0] or not b.k("case", "list")["cases"][0]["name"]


def test_after_the_grant_ended_nothing_is_shown(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 86400))
    a.k("consent", "give", case, "--to", b.name, "--share", "identity,contact,needs", "--how", "written", "--until", day)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    assert b.k("show", ref)["person"]["phone"] == "000-111"
    f.stop()
    for n in f.nodes:
        n.start("--dev-clock-offset", str(3 * 86400))
    assert "person" not in b.k("show", ref) and not b.k("inbox")["referrals"][0].get("name")
    assert not b.k("case", "list")["cases"][0].get("name")
    assert a.k("show", ref)["person"]["phone"] == "000-111"  # our own file is ours to read
    with pytest.raises(Refused):  # and nothing more of her may leave
        a.refer(case, b.name, "--again", need="housing")


def test_unanswered_referral_expires(federation):
    f = federation()
    a, b = f.start()
    _, ref = loop(a, b)
    wait_for("the receipt", lambda: a.k("show", ref)["referrals"][0].get("delivery") == "stored")
    f.stop()
    for n in f.nodes:  # twelve days later, on both clocks
        n.start("--dev-clock-offset", str(12 * 86400))
    a.await_state(ref, "expired")
    b.await_state(ref, "expired")
    assert a.k("show", ref)["log"][-1]["reason"] == "no-answer"
    assert logs_equal(a, b, ref)


@pytest.mark.parametrize("act", ["offer", "ask", "info", "accept", "hold", "start", "outcome", "reopen", "restart", "outcome2", "ack"])
def test_partner_off_before_each_act(federation, act):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    later = time.strftime("%Y-%m-%d", time.localtime(time.time() + 20 * 86400))
    steps = [("offer", a, b, lambda r: a.refer(case, b.name), "offered"),
             ("ask", b, a, lambda r: b.k("ask", r, "--question", "best-contact"), "needs-info"),
             ("info", a, b, lambda r: a.k("info", r, "--share", "contact"), "offered"),
             ("accept", b, a, lambda r: b.k("accept", r), "accepted"),
             ("hold", b, a, lambda r: b.k("hold", r, "--reason", "waiting-list", "--until", later), "on-hold"),
             ("start", b, a, lambda r: b.k("start", r), "active"),
             ("outcome", b, a, lambda r: b.k("outcome", r, "--code", "partly"), "outcome"),
             ("reopen", a, b, lambda r: a.k("reopen", r, "--reason", "not-better"), "reopen-pending"),
             ("restart", b, a, lambda r: b.k("start", r), "active"),
             ("outcome2", b, a, lambda r: b.k("outcome", r, "--code", "helped"), "outcome"),
             ("ack", a, b, lambda r: a.k("ack", r), "closed")]
    ref = None
    for name, actor, other, do, state in steps:
        if name == act:
            other.stop()
        got = do(ref)
        ref = ref or got
        if name == act:
            rows = actor.k("outbox", "list")["outbox"]
            assert rows and {r["cause"] for r in rows} <= {"partner-offline", "in-flight"}
            other.start()
        other.await_state(ref, state)
    assert logs_equal(a, b, ref)


def test_double_submission_happens_once(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    rid = os.urandom(16).hex()
    first = a.k("refer", case, "--to", b.name, "--need", "housing", "--request-id", rid)
    again = a.k("refer", case, "--to", b.name, "--need", "housing", "--request-id", rid)
    assert again["id"] == first["id"] and again["repeated"]
    with pytest.raises(Refused):  # a second one of the same need asks first
        a.refer(case, b.name, need="housing")
    assert len(a.k("sent")["referrals"]) == 1


def test_net_and_core_killed_in_mid_flight(federation):
    f = federation()
    a, b = f.start()
    refs = []
    for i in range(6):
        case = a.new_case(phone=str(i))
        a.consent(case, b.name)
        refs.append(a.refer(case, b.name))
        victim = (a, b)[i % 2]
        role = "net" if i % 3 else "core"  # it may just be on its way back from the last time
        os.kill(wait_for(f"{role} to run", lambda: victim.children().get(role)), signal.SIGKILL)
        wait_for("the node to be back", lambda: a.try_k("status") and b.try_k("status"))
    for ref in refs:
        b.await_state(ref, "offered")
    assert len(b.k("inbox")["referrals"]) == 6


def test_outbox_drop_sends_the_head_without_its_body(federation):
    f = federation()
    a, b = f.start()
    b.stop()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    offer = next(r for r in a.k("outbox", "list")["outbox"] if r["act"] == "offer")
    assert a.k("outbox", "why", offer["id"])["outbox"][0]["remedy"] == "telephone-partner"
    a.k("outbox", "drop", offer["id"])
    b.start()
    a.await_state(ref, "declined")  # a hollow OFFER is declined by rule
    assert a.k("show", ref)["log"][-1]["reason"] == "no-content"
    assert "person" not in b.k("show", ref) or "phone" not in b.k("show", ref)["person"]
    time.sleep(0.1)
