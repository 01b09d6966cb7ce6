# SPDX-License-Identifier: EUPL-1.2
"""Consents given and taken back by a partner as it pleases, and words about people who are ours."""
import os
import time

import pytest
from kringwire import ACCEPT, ASK, CONSENT, DECLINE, INFO, OFFER, REVOKE, make_document
from node import Refused
from world import IDENTITY_NEEDS, LONG, act, grant, offer, pb, say, wait_for

WITHDRAWAL, HOLD, ERASED, ERASING = 11, 8, 12, 24
DAY = 86400000
NAME = pb.Person(name="Piet Verzonnen", phone="0900-666")
CATS = IDENTITY_NEEDS | 1 << 1


def withdrawal(m, gid, no, prev):
    return act(m, gid, WITHDRAWAL, no, prev, body=pb.Withdrawal(effective_ms=int(time.time() * 1000), wish=1), grant=gid)


def test_given_and_taken_back_without_end(world):
    """For one person, a hundred times: grant, offer, withdrawal.  Nothing of it stays readable, and the case can be erased."""
    w = world()
    m, b = w.hostile[0], w.target
    subject, codes = os.urandom(16), []
    with w.meter("grant, offer, withdrawal, again"):
        for _ in range(200 if LONG else 40):
            gid, _, g = grant(m, CATS, subject=subject)
            docs = [g, offer(m, gid, subject, NAME, CATS)[1]]
            codes.append(say(m, docs))
            if len(codes[-1]) < 2:
                break  # what one case of a partner may hold is limited: refused, and the stream waits
            gh = next(v[1] for v in m.verdicts if v[0] == m.sent - 1)
            say(m, [withdrawal(m, gid, 2, gh)[0]])
    assert codes[0] == [0, 0]
    assert not [r for r in b.k("inbox", "--all", "--limit", "500")["referrals"] if r.get("name") == NAME.name]
    assert not b.k("case", "search", "Piet").get("cases")
    theirs = [r for r in b.k("inbox", "--all", "--limit", "500")["referrals"] if r["partner"] == m.org]
    for r in theirs:
        if b.state(r["ref"]) == "offered":
            b.k("decline", r["ref"], "--reason", "no-capacity", "--alternative", "none")
    case = theirs[0]["case_id"]
    b.k("case", "show", case)
    b.k("case", "erase", case, "--now")
    w.still_whole()


def test_a_revoked_grant_lives_nowhere(world):
    """Our own person takes the consent back; the member goes on asking, and offers under that grant."""
    w = world()
    m, b = w.hostile[0], w.target
    case = b.new_case(name="Eigen Verzonnen", phone="061234")
    b.consent(case, m.name, "identity,contact,needs")
    ref = b.refer(case, m.name)
    m.until(lambda: any(d.type == OFFER for d in m.inbox))
    d = next(x for x in m.inbox if x.type == OFFER)
    b.k("revoke", ref)
    m.until(lambda: any(x.type == REVOKE for x in m.inbox))
    yes = act(m, d.thread, ACCEPT, 1, bytes(32), (1, d.hash), grant=d.grant, body=pb.Act())[0]
    assert say(m, [yes, offer(m, d.grant, os.urandom(16), NAME, CATS)[1]]) == [0, 5]  # consent-withdrawn
    assert b.state(ref) == "revoked"
    assert not [r for r in b.k("inbox", "--all").get("referrals", []) if r.get("name") == NAME.name]
    assert b.k("case", "show", case)["person"]["phone"] == "061234"
    with pytest.raises(Refused, match="consent"):
        b.refer(case, m.name, "--again")
    w.still_whole()


@pytest.mark.parametrize("way", ["an INFO out of turn", "an INFO in its turn", "an OFFER under our grant", "an OFFER with our name for the person"])
def test_our_own_file_stays_as_it_is(world, way):
    w = world()
    m, b = w.hostile[0], w.target
    case = b.new_case(name="Eigen Verzonnen", phone="061234", address="Dorpsstraat 1")
    b.consent(case, m.name, "identity,contact,needs")
    ref = b.refer(case, m.name)
    m.until(lambda: any(x.type == OFFER for x in m.inbox))
    d = next(x for x in m.inbox if x.type == OFFER)
    before = b.k("case", "show", case)["person"]
    lie = pb.Person(name="Eigen Verzonnen", phone="0900-666", address="Adres van een ander 13", email="x@example.invalid")
    seen = dict(seen_no=1, seen_hash=d.hash, grant=d.grant, cats=CATS)
    if way == "an INFO out of turn":
        docs = [make_document(m.nk, pb.Info(person=lie).SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=INFO, thread=d.thread, **seen)[0]]
    elif way == "an INFO in its turn":
        first, h = make_document(m.nk, pb.Ask(question="other").SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=ASK,
                                 thread=d.thread, **{**seen, "cats": 0})
        docs = [first, make_document(m.nk, pb.Info(person=lie).SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=INFO,
                                     thread=d.thread, thread_no=2, prev=h, **seen)[0]]
    else:
        ours = pb.Offer.FromString(d.body).subject_ref if "name" in way else os.urandom(16)
        docs = [offer(m, d.grant, ours, lie, CATS)[1]]
    codes = say(m, docs)
    assert codes == {"an INFO out of turn": [0], "an INFO in its turn": [0, 0]}.get(way, [3]), codes  # no-grant from this sender
    assert b.k("case", "show", case)["person"] == before
    assert not [r for r in b.k("inbox", "--all").get("referrals", []) if r["case_id"] == case]
    assert b.state(ref) == ("needs-info" if len(codes) == 2 else "offered")
    w.still_whole()


DATES = {"nought": dict(term_days=0), "the last day": dict(term_days=60), "one more": dict(term_days=61), "the highest": dict(term_days=2**32 - 1)}


@pytest.mark.parametrize("what", DATES)
def test_terms_at_their_limits(world, what):
    """However long an offer says that there is for the answer, there is an end to it, and it lies ahead."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    body = pb.Offer(need="income-debt", urgency=1, subject_ref=subject, person=pb.Person(name="Piet Verzonnen"), **DATES[what])
    raw, _ = make_document(m.nk, body.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=os.urandom(16), grant=gid,
                           cats=IDENTITY_NEEDS)
    thread, longest, _ = offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS, term_days=60)
    assert say(m, [g, raw, longest]) == [0, 0, 0]
    now = time.time() * 1000
    last, other = sorted(b.k("inbox")["referrals"], key=lambda r: r["id"] != thread.hex())
    assert now < other["due_ms"] <= last["due_ms"] < now + 120 * DAY, (what, (other["due_ms"] - now) / DAY)
    assert (other["due_ms"] == last["due_ms"]) == (what != "nought")
    w.still_whole()


@pytest.mark.parametrize("date", [0, 1, 2**31, 2**53, 2**63, 2**64 - 1])
def test_a_hold_until_a_day_that_no_calendar_has(world, date):
    """Our referral, put on hold by its receiver: a year and a day later at most it is work again."""
    w = world(clock=True)
    m, b = w.hostile[0], w.target
    case = b.new_case(name="Eigen Verzonnen")
    b.consent(case, m.name, "identity,needs")
    ref = b.refer(case, m.name)
    m.until(lambda: any(x.type == OFFER for x in m.inbox))
    d = next(x for x in m.inbox if x.type == OFFER)
    yes, h = act(m, d.thread, ACCEPT, 1, bytes(32), (1, d.hash), grant=d.grant, body=pb.Act())
    hold, _ = act(m, d.thread, HOLD, 2, h, (1, d.hash), grant=d.grant, body=pb.Act(reason="other", date_ms=date))
    assert say(m, [yes, hold]) == [0, 0]
    row = wait_for("it to be heard of", lambda: next((r for r in b.k("sent")["referrals"] if r["ref"] == ref and r["state"] == "on-hold"), None))
    assert 0 < row["due_ms"] < (time.time() + 400 * 86400) * 1000, row
    w.still_whole()


GRANTS = {"ends at once": dict(expires_ms=1), "ends before it begins": dict(valid_from_ms=2**40), "never ends": dict(expires_ms=2**64 - 1),
          "begins in the future": dict(valid_from_ms=2**62, expires_ms=2**63), "version 0": dict(version=0),
          "replaces itself": dict(supersedes=b"self"), "every category": dict(cats=2**64 - 1), "no category": dict(cats=0)}


@pytest.mark.parametrize("what", GRANTS)
def test_grants_at_their_limits(world, what):
    """Refused, or worth what it says; an offer under it is answered either way."""
    w = world()
    m, b = w.hostile[0], w.target
    now, gid, subject = int(time.time() * 1000), os.urandom(16), os.urandom(16)
    d = dict(grant_id=gid, version=1, subject_ref=subject, given_by="self", collected_by=m.id, collected_ms=now, recipient=m.peer, onward="none",
             purpose="refer", cats=IDENTITY_NEEDS, how="written", valid_from_ms=now - 1000, expires_ms=now + 7 * DAY)
    d.update(GRANTS[what])
    if d.get("supersedes") == b"self":
        d["supersedes"] = gid
    raw, _ = make_document(m.nk, pb.ConsentGrant(**d).SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=CONSENT, thread=gid, grant=gid)
    codes = say(m, [raw, offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)[1]])
    assert codes == {"every category": [0, 0], "version 0": [0, 0], "replaces itself": [0, 0], "no category": [0, 2]}.get(what, [6, 3]), codes
    named = [r for r in b.k("inbox", "--all").get("referrals", []) if r.get("name") == "Piet Verzonnen"]
    assert bool(named) == (codes == [0, 0]), (codes, named)
    if not named:
        m.until(lambda: any(x.type == DECLINE for x in m.inbox))
        assert any(x.type == DECLINE for x in m.inbox)
    w.still_whole()


def test_timers_outlive_an_erasure(world):
    """The member's referral is declined and its case erased the same day; weeks later the timers of others still go off."""
    w = world(clock=True)
    m, b, a = w.hostile[0], w.target, w.honest[0]
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    assert say(m, [g, offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)[1]]) == [0, 0]
    row = b.k("inbox")["referrals"][0]
    own = b.new_case(name="Eigen Verzonnen")
    b.consent(own, a.name, "identity,needs")
    ours = b.refer(own, a.name)
    a.await_state(ours, "offered")
    b.k("decline", row["ref"], "--reason", "no-capacity", "--alternative", "none")
    b.k("case", "erase", row["case_id"], "--now")
    before = b.k("audit", "verify")["count"]
    for _ in range(11):
        w.clock.days(4, w.fed.nodes)
    wait_for("our referral to run out", lambda: b.state(ours) in ("expired", "undeliverable", "withdrawn"))
    assert b.k("audit", "verify")["count"] - before < 500, "an audit entry for every look at a timer"
    assert not b.k("status")["status"].get("faults")


def test_answers_to_a_withdrawal_at_their_limits(world):
    """An outcome that is none is no answer; a day that nobody will see is no day, on paper and for programs."""
    w = world()
    m, b = w.hostile[0], w.target
    most = dict(backup_until_ms=2**64 - 1, bodies=2**32 - 1, onward=2**32 - 1, shred_epoch=2**32 - 1, audit_seq=2**64 - 1, children=b"x" * 5)
    for type_, said, code in ((ERASED, {}, 6), (ERASED, dict(outcome=4), 6), (ERASING, dict(outcome=2**32 - 1), 6), (ERASED, dict(outcome=1, **most), 0),
                              (ERASED, dict(outcome=2, until_ms=2**64 - 1, **most), 0)):
        case = b.new_case(name="Eigen Verzonnen")
        gid = b.consent(case, m.name, "identity,needs")
        b.refer(case, m.name)  # which sends it
        thread = bytes.fromhex(gid)
        m.until(lambda: any(d.type == OFFER and d.grant == thread for d in m.inbox))
        b.k("consent", "withdraw", gid)
        m.until(lambda: any(d.thread == thread and d.type == WITHDRAWAL for d in m.inbox))
        last = [d for d in m.inbox if d.thread == thread][-1]
        assert say(m, [act(m, thread, type_, 1, bytes(32), (last.thread_no, last.hash), body=pb.Erased(**said))[0]]) == [code], said
        shown = b.k("consent", "show", gid)["grants"][0]
        assert shown["backup_until_ms"] == 0 and not shown["complete"] and shown.get("outcome", "") == {1: "erased", 2: "restricted"}.get(said.get("outcome"), ""), shown
        assert all(v >= 0 for v in shown.values() if isinstance(v, int)), shown
    w.still_whole()


def test_words_that_a_case_does_not_hold_take_none_away(world):
    """One partner's long words fill the file of a person: what is beyond is counted, and once a consent ends and all is put together anew,
    the short ones still stand in it."""
    w = world()
    m, b = w.hostile[0], w.target
    bits = {name: 1 << i for i, name in enumerate(("identity", "contact", "household"))} | {"needs": 1 << 15, "story": 1 << 16}
    gid, subject, g = grant(m, sum(bits.values()))
    late, _, second = grant(m, IDENTITY_NEEDS, subject=subject)
    told = [offer(m, gid, subject, NAME, IDENTITY_NEEDS | bits["contact"])[1]]
    for field, cat in (("address", "contact"), ("best_time", "contact"), ("email", "contact"), ("household", "household"), ("goals", "needs"), ("story", "story"), ("tried", "story"),
                       ("language", "identity")):
        told.append(offer(m, gid, subject, pb.Person(**{field: "x" * 7000}), IDENTITY_NEEDS | bits[cat])[1])
    assert set(say(m, [g, second, *told, offer(m, late, subject, pb.Person(birth_date="1980-01-01"), IDENTITY_NEEDS)[1]])) == {0}
    case = next(r["case_id"] for r in b.k("inbox", "--from", m.name)["referrals"])
    person = lambda: b.k("case", "show", case)["person"]
    assert person()["name"] == NAME.name and person()["address"] == "x" * 7000
    row = next(r for r in b.k("status")["status"]["limits"] if r["what"] == "one-case")
    assert (row["partner"], row["refused"]) == (m.org, 1)
    assert say(m, [withdrawal(m, late, 2, m.hash_of[second])[0]]) == [0]
    wait_for("the end of that consent", lambda: [x["state"] for x in b.k("consent", "list", case)["grants"] if x["id"] == late.hex()] == ["withdrawn"])
    assert person()["name"] == NAME.name and person()["phone"] == NAME.phone and not person().get("birth_date")
    w.still_whole()
