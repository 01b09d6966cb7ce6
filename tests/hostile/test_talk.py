# SPDX-License-Identifier: EUPL-1.2
"""What a member may say inside a referral, said without end or with numbers that mean nothing: messages, appointments, new telephone
numbers, corrections, and people who are referred and taken back at once."""
import os

from kringwire import ACCEPT, NOTE, OUTCOME, START, ZERO32, make_document
from world import IDENTITY_NEEDS, LONG, act, grant, offer, pb, say

MESSAGE, ERROR, REQUEST, KEEP, CONTACT, WORDS = 44, 21, 37, 46, 1 << 1, 1 << 20
NAME = pb.Person(name="Piet Verzonnen")
MOST, WRONG_PLACE = 2**32 - 1, 4


def begun(w):
    """A referral by the member with consent for working words: (consent, subject, thread, hash of the offer, reference)."""
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS | CONTACT | WORDS)
    thread, o, h = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    assert say(m, [g, o]) == [0, 0]
    ref = next(r["ref"] for r in b.k("inbox", "--from", m.name)["referrals"])
    return gid, subject, thread, h, ref


def chain(m, thread, h, gid, bodies, no=2):
    """Messages one behind the other: (documents, hash of the last)."""
    docs = []
    for i, body in enumerate(bodies):
        raw, h = act(m, thread, MESSAGE, no + i, h, body=body, grant=gid, cats=WORDS | CONTACT | IDENTITY_NEEDS)
        docs.append(raw)
    return docs, h


def test_messages_without_end(world):
    """More than a person ever reads: each list and the referral itself open, the worker answers and acts, and everybody else goes on."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, _, thread, h, ref = begun(w)
    docs, h = chain(m, thread, h, gid, [pb.Message(text=f"woord {i} " + "x" * 480, person=pb.Person(phone=f"06{i:08}"), date_ms=1 + i * 10**15)
                                        for i in range(600)])
    codes = []
    with w.meter("messages without end"):
        for i in range(0, len(docs), 60):
            told = say(m, docs[i:i + 60])
            codes += told
            m.sent -= len(docs[i:i + 60]) - len(told)
            if len(told) < 60:  # the log is full: refused, and its number is not used up
                break
    assert codes == [0] * 511 and m.refused[-1][0] == WRONG_PLACE, (len(codes), m.refused[-1])
    for words in (("show", ref), ("inbox",), ("today",), ("worklist",)):
        b.k(*words)
    case = b.k("show", ref)["referrals"][0]["case_id"]
    shown = b.k("case", "show", case)
    assert shown["person"]["name"] == NAME.name
    assert sum(x["kind"] == "message" for x in b.k("worklist")["work"]) <= 1
    b.k("say", ref, "--text", "Wij bellen u.")
    b.k("accept", ref)
    b.await_state(ref, "accepted")
    b.k("case", "search", "Piet")
    w.still_whole()


def test_numbers_that_mean_nothing(world):
    """Answers to, and corrections of, entries that never were, of another kind, of themselves, of each other."""
    w = world()
    m, b = w.hostile[0], w.target
    case = b.new_case(name="Eigen Verzonnen")
    b.consent(case, m.name)
    ref = b.refer(case, m.name)
    m.until(lambda: any(d.type == 1 for d in m.inbox))
    o = next(d for d in m.inbox if d.type == 1)
    no, docs = 0, []
    kinds = [(ACCEPT, pb.Act()), (START, pb.Act())]
    kinds += [(NOTE, pb.Act(reason="appointment", corrects=c)) for c in (1, 2, 3, 4, 5, 6, 99, MOST)]
    kinds += [(OUTCOME, pb.Act(reason="helped", corrects=c)) for c in (0, 1, 11, 12, 13, MOST)]
    kinds += [(MESSAGE, pb.Message(text="ja", answers=c)) for c in (1, 2, MOST)]
    h = ZERO32
    for type_, body in kinds:
        no += 1
        raw, h = act(m, o.thread, type_, no, h, seen=(1, o.hash), body=body, grant=o.grant, cats=WORDS)
        docs.append(raw)
    codes = say(m, docs)
    assert codes[:4] == [0] * 4 and len(codes) == len(docs), codes
    log = b.k("show", ref)["log"]
    mine = {r["no"]: r for r in log if r["side"] == "receiver"}
    for r in mine.values():
        if r.get("corrects"):
            was = mine.get(r["corrects"])
            assert was and was["act"] == r["act"] and was["no"] < r["no"], (r, was)
    assert [r for r in log if r["side"] == "sender" and r.get("corrected")] == []
    b.k("case", "show", case), b.k("today"), b.k("sent"), b.k("flow", "--own")
    w.still_whole()


def test_people_referred_and_taken_back_at_once(world):
    """Each is somebody new, and a mistake a second later: nothing of them is left, and nobody's list is full of it."""
    w = world()
    m, b = w.hostile[0], w.target
    n, codes = 400 if LONG else 120, []
    with w.meter("people referred and taken back at once"):
        for i in range(0, n, 20):
            docs = []
            for _ in range(20):
                gid, subject, g = grant(m, IDENTITY_NEEDS)
                thread, o, h = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
                docs += [g, o, act(m, thread, ERROR, 2, h, body=pb.Act(reason="wrong-person"))[0]]
            codes += say(m, docs)
    assert codes == [0] * (3 * n), sorted(set(codes))
    assert not b.k("case", "search", "Piet").get("cases"), "somebody who was taken back is found"
    today = b.k("today")
    print("hostile: left of it: worklist", len(b.k("worklist").get("work", [])), "cases", b.k("case", "list").get("total"), "inbox", len(b.k("inbox").get("referrals", [])))
    assert not b.k("inbox").get("referrals") or {r["name"] for r in b.k("inbox")["referrals"]} == {"Meting Verzonnen"}
    w.still_whole()
    assert [r for r in b.k("inbox")["referrals"] if r["name"] == "Eerlijk Verzonnen"], today


def test_messages_in_somebody_else_s_referral(world):
    """In the thread of an honest partner, and in ours with another member: neither is shown there, and neither ends anything."""
    w = world(hostile=2)
    m, other, b, a = *w.hostile, w.target, w.honest[0]
    case = b.new_case(name="Eigen Verzonnen")
    b.consent(case, other.name)
    ours = b.refer(case, other.name)
    other.until(lambda: any(d.type == 1 for d in other.inbox))
    o = next(d for d in other.inbox if d.type == 1)
    _, theirs = w.honest_referral()
    before = [len(b.k("show", r)["log"]) for r in (ours, theirs)]
    gid, _, thread, h, _ = begun(w)
    for body, type_ in ((pb.Message(text="niet van u"), MESSAGE), (pb.Act(reason="wrong-person"), ERROR), (pb.Act(), ACCEPT)):
        raw = make_document(m.nk, body.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=type_, thread=o.thread, thread_no=1,
                            grant=gid, cats=WORDS, seen_no=1, seen_hash=o.hash)[0]
        at = len(m.refused)
        assert say(m, [raw]) == [] and [r[0] for r in m.refused[at:]] == [WRONG_PLACE]
        m.sent -= 1
    assert [len(b.k("show", r)["log"]) for r in (ours, theirs)] == before
    assert b.state(theirs) == "offered"
    w.still_whole()


def test_a_case_is_asked_for_without_end(world):
    """In a referral of its own as often as a log takes, in one that is over, in one of a stranger, in none, and by the side that has the case."""
    w = world()
    m, b = w.hostile[0], w.target
    case = b.new_case(name="Eigen Verzonnen")
    b.consent(case, m.name)
    b.refer(case, m.name)
    m.until(lambda: any(d.type == 1 for d in m.inbox))
    o = next(d for d in m.inbox if d.type == 1)
    body, h, docs = pb.Act(reason="person-asks"), ZERO32, []
    for no in range(1, 61):
        raw, h = act(m, o.thread, REQUEST, no, h, seen=(1, o.hash), body=body)
        docs.append(raw)
    assert say(m, docs) == [0] * 60
    gid, _, thread, h1, ref = begun(w)  # it has that case itself, and asks and answers all the same
    mine = act(m, thread, REQUEST, 2, h1, body=body)
    assert say(m, [mine[0], act(m, thread, KEEP, 3, mine[1], body=pb.Act(reason="other"))[0]]) == [0, 0]
    assert say(m, [act(m, os.urandom(16), REQUEST, 1, ZERO32, body=body)[0]]) == [0]  # in a thread that nobody has
    _, theirs = w.honest_referral()
    stranger = bytes.fromhex(b.k("show", theirs)["referrals"][0]["id"])
    before = len(b.k("show", theirs)["log"])
    say(m, [act(m, stranger, REQUEST, 1, ZERO32, body=body)[0]])
    assert len(b.k("show", theirs)["log"]) == before
    rows = [x for x in b.k("worklist")["work"] if x["kind"] == "case-requested"]
    assert [x["case_id"] for x in rows] == [case], rows
    b.k("today"), b.k("sent"), b.k("inbox"), b.k("show", ref)
    w.still_whole()
