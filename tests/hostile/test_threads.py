# SPDX-License-Identifier: EUPL-1.2
"""Documents that are well signed and fit nowhere."""
import os
import re
import subprocess
import time

import pytest
from kringwire import ACCEPT, ACK, DECLINE, DOCUMENT, INFO, NOTE, OUTCOME, REVOKE, START, WITHDRAW, make_document
from node import ROOT
from world import IDENTITY_NEEDS, LONG, act, grant, offer, pb, say

NAME = pb.Person(name="Piet Verzonnen")
DAY = 86400000
REPORT = 23
RESYNC, LAYOUT, ORDER, CLASS = 1, 3, 4, 5  # REFUSED
NO_GRANT, MALFORMED = 3, 6  # verdicts
REQUEST, KEEP = 37, 46
GOES_WITHOUT = DECLINE, 8, NOTE, 16, WITHDRAW, 21, REQUEST, KEEP  # acts of which "other" is a reason


def doc(m, type_, body=b"", **head):
    return make_document(m.nk, body, **{**dict(fed=m.fed, sender=m.id, recipient=m.peer, type=type_, thread=os.urandom(16)), **head})[0]


def unseen(b):
    """Piet is nobody here, and is in no list."""
    return not [r for r in b.k("inbox", "--all").get("referrals", []) if r.get("name") == NAME.name] and not b.k("case", "search", "Piet").get("cases")


def test_a_thousand_threads_of_one_word_each(world):
    """Every act there is, as the first and only word of a thread: no referral comes of it, and no case is shown."""
    w = world()
    m, b = w.hostile[0], w.target
    kinds, codes = (ACCEPT, DECLINE, START, NOTE, OUTCOME, ACK, WITHDRAW, REVOKE, 8, 16, 19, 21, 22, REQUEST, KEEP), set()
    with w.meter("a thousand threads of one word"):
        for _ in range(5 if LONG else 2):
            for at in range(0, 512, 64):
                body = pb.Act(reason="other").SerializeToString()
                some = [kinds[(at + i) % len(kinds)] for i in range(64)]
                told = say(m, [doc(m, kind, body) for kind in some])
                assert len(told) == 64
                codes |= set(zip(some, told))
    assert codes == {(kind, 0 if kind in GOES_WITHOUT else MALFORMED) for kind in kinds}
    assert unseen(b)
    w.still_whole()


def test_offers_of_nobody(world):
    """Under a grant that never was, that of another person, that of another partner, one that is over, none at all."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    own = b.new_case(name="Eigen Verzonnen")
    ours = bytes.fromhex(b.consent(own, m.name, "identity,needs"))
    other, theirs, g2 = grant(m, IDENTITY_NEEDS, recipient=os.urandom(32))
    docs = [g2, *(offer(m, x, s, NAME, IDENTITY_NEEDS)[1] for x, s in ((os.urandom(16), subject), (other, theirs), (ours, subject), (bytes(16), subject)))]
    codes = say(m, docs)
    assert codes == [MALFORMED] + [NO_GRANT] * 4, codes
    assert unseen(b)
    assert b.k("case", "show", own)["person"]["name"] == "Eigen Verzonnen"
    declined = lambda: [d for d in m.inbox if d.type == DECLINE]
    m.until(lambda: len(declined()) >= 4)
    assert len(declined()) == 4, "by rule: nobody has to look at them"
    w.still_whole()


def test_a_word_about_one_person_under_the_consent_of_another(world):
    """It would lie under a key that no withdrawal of the person's own consent destroys."""
    w = world()
    m, b = w.hostile[0], w.target
    (g1, s1, c1), (g2, s2, c2) = grant(m, IDENTITY_NEEDS), grant(m, IDENTITY_NEEDS)
    thread, o1, h1 = offer(m, g1, s1, NAME, IDENTITY_NEEDS)
    assert say(m, [c1, c2, o1, offer(m, g2, s2, pb.Person(name="Griet Verzonnen"), IDENTITY_NEEDS)[1]]) == [0] * 4
    docs, prev = [], h1
    for no, g in enumerate((g2, os.urandom(16), g1), 2):
        body = pb.Info(person=pb.Person(name=f"Piet{no} Verzonnen")).SerializeToString()
        raw, prev = make_document(m.nk, body, fed=m.fed, sender=m.id, recipient=m.peer, type=INFO, thread=thread, thread_no=no, prev=prev, grant=g, cats=1)
        docs.append(raw)
    assert say(m, docs) == [NO_GRANT, NO_GRANT, 0]
    assert sorted(r["name"] for r in b.k("inbox")["referrals"]) == ["Griet Verzonnen", "Piet4 Verzonnen"]
    for r in b.k("inbox")["referrals"]:
        said = [bool(e.get("hollow")) for e in b.k("show", r["ref"])["log"] if e["act"] == "info"]
        assert said == ([True, True, False] if r["name"] == "Piet4 Verzonnen" else [])
    w.still_whole()


# What is refused: its number is not used up, and the stream goes on with the next that is good.
LIES = {
    "a gap in its log": dict(thread_no=2, prev=os.urandom(32)),
    "a past that is not there": dict(prev=os.urandom(32)),
    "a word of ours that never was": dict(seen_no=1, seen_hash=os.urandom(32)),
    "the highest word of ours": dict(seen_no=0xffffffff, seen_hash=os.urandom(32)),
    "a hash of nothing": dict(seen_no=0, seen_hash=os.urandom(32)),
    "number 0": dict(thread_no=0),
    "number 513": dict(thread_no=513, prev=os.urandom(32)),
    "the highest number": dict(thread_no=0xffffffff, prev=os.urandom(32)),
    "a signing key of the future": dict(key_seq=2),
    "key 0": dict(key_seq=0),
    "another table": dict(table=9),
    "bytes where nought belongs": dict(zero=1),
    "flags": dict(flags=0xffff),
    "a basis that is none": dict(basis=9),
}
# Of these a head that can be read is kept, with verdict 6; what is behind it is not.
READ = "another table", "flags", "a basis that is none"
WHY = {"number 513": ORDER, "the highest number": ORDER, **dict.fromkeys(("number 0", "a signing key of the future", "key 0", "bytes where nought belongs"), LAYOUT)}


# What is taken, for its author may have meant it; nothing that this node does rests on it.
BOASTS = {
    "every category": dict(cats=2**64 - 1),
    "categories that are none": dict(cats=1 << 0 | 1 << 15 | 1 << 63),
    "the last millisecond": dict(created=2**64 - 1, expires=2**64 - 1),
    "no time at all": dict(created=0, expires=0),
    "an end before its beginning": dict(created=2**63, expires=1),
    "the highest incarnation": dict(origin=0xffffffff),
}


@pytest.mark.parametrize("what", BOASTS)
def test_a_head_that_boasts(world, what):
    """Dates of the far past or future, categories that are not in the body: shown, and ended at the term like any other."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    docs = [offer(m, gid, subject, NAME, **{"cats": IDENTITY_NEEDS, "thread": t, **BOASTS[what]})[1] for t in (os.urandom(16), os.urandom(16))]
    assert say(m, [g, *docs]) == [0] * 3
    now = time.time() * 1000
    for r in b.k("inbox")["referrals"]:
        assert r["name"] == NAME.name and now < r["due_ms"] < now + 90 * DAY, r
    ref = b.k("inbox")["referrals"][0]["ref"]
    for args in (("show", ref), ("inbox",), ("worklist",), ("case", "list"), ("status",)):
        subprocess.run([str(b.fed.bin / "kring"), "--dir", str(b.dir), *args], check=True, capture_output=True)
    b.k("accept", ref)
    b.await_state(ref, "accepted")
    w.still_whole()


@pytest.mark.parametrize("what", LIES)
def test_a_head_that_lies(world, what):
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    assert say(m, [g]) == [0]
    lie = offer(m, gid, subject, NAME, IDENTITY_NEEDS, **LIES[what])[1]
    with w.meter(f"a head with {what}"):
        for _ in range(50):
            m.send_frame([(DOCUMENT, lie)], first=m.sent + 1)
            m.pump(0.02)
    taken = [v for v in m.verdicts if v[0] > m.sent]
    said = {v[2] for v in taken}, {r[0] for r in m.refused}
    assert said == (({MALFORMED}, set()) if what in READ else (set(), {WHY.get(what, RESYNC)})), (what, said)
    assert unseen(b)
    m.sent += len({v[0] for v in taken})
    assert say(m, [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1]]) == [0]  # the stream goes on
    w.still_whole()


def referred(w, cats=IDENTITY_NEEDS):
    """A person whom the member refers to the target: (consent, thread, hash of the offer, row of the inbox)."""
    m = w.hostile[0]
    gid, subject, g = grant(m, cats)
    thread, raw, h = offer(m, gid, subject, NAME, cats)
    assert say(m, [g, raw]) == [0, 0]
    return gid, thread, h, w.target.k("inbox")["referrals"][0]


def answer(m, raw):
    """(verdict, None), or (None, the code by which it was refused): then its number is not used up."""
    before, codes = len(m.refused), say(m, [raw])
    if codes:
        return codes[0], None
    m.sent -= 1
    assert len(m.refused) > before, "no answer"
    return None, m.refused[-1][0]


def test_every_type_that_is_none(world):
    """Types without a row, and the highest there is, first in a thread and after an offer."""
    w = world()
    m, b = w.hostile[0], w.target
    _, thread, prev, row = referred(w)
    no = 1
    rows = {int(n) for n in re.findall(r"\b(?:ACT|RULE)\(\w+, (\d+),", (ROOT / "proto/acts.h").read_text())}
    assert REPORT in rows and len(rows) > 30
    for t in (REPORT, *sorted(set(range(48)) - rows), 63, 64, 127, 128, 255, 256, 1000, 0x7fff, 0x8000, 0xffff):
        assert answer(m, doc(m, t, pb.Act(reason="other").SerializeToString())) == ((None, CLASS) if t == REPORT else (MALFORMED, None)), t
        raw, later = make_document(m.nk, b"", fed=m.fed, sender=m.id, recipient=m.peer, type=t, thread=thread, thread_no=no + 1, prev=prev)
        code, why = answer(m, raw)
        assert (code, why) == ((None, CLASS) if t == REPORT else (MALFORMED, None)), (t, code, why)
        if why is None:
            no, prev = no + 1, later
    assert b.state(row["ref"]) == "offered" and len(b.k("show", row["ref"])["log"]) == no
    w.still_whole()


def test_a_log_of_as_many_words_as_fit(world):
    """Five hundred notes with as much text as a document holds: the referral is still shown, and so is its case."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, thread, prev, row = referred(w, IDENTITY_NEEDS | 1 << 16)
    with w.meter("a log of 512 long texts"):
        for first in range(2, 513, 7):
            docs = []
            for no in range(first, min(first + 7, 513)):
                raw, prev = act(m, thread, INFO, no, prev, body=pb.Info(text="é" * 3500), grant=gid, cats=1 << 16)
                docs.append(raw)
            assert say(m, docs) == [0] * len(docs)
        assert answer(m, act(m, thread, NOTE, 513, prev)[0]) == (None, ORDER)
    shown = b.k("show", row["ref"])
    assert shown["referrals"][0]["state"] == "offered" and len(shown["log"]) >= 100
    assert b.k("case", "show", row["case_id"])["person"]["name"] == NAME.name
    b.k("decline", row["ref"], "--reason", "no-capacity", "--alternative", "none")
    b.k("case", "erase", row["case_id"], "--now")
    w.still_whole()


def test_words_out_of_order(world):
    """Every order of a short log but the right one, each document refused until its turn comes; then all are taken once."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    thread, raw, prev = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    docs = [raw]
    for no in range(2, 6):
        raw, prev = act(m, thread, NOTE, no, prev)
        docs.append(raw)
    assert say(m, [g]) == [0]
    for shift in range(1, 5):
        m.send_frame([(DOCUMENT, d) for d in docs[shift:] + docs[:shift]], first=m.sent + 1)
        m.pump(0.3)
    assert not b.k("inbox").get("referrals")
    assert say(m, docs) == [0] * 5
    assert len(b.k("inbox")["referrals"]) == 1
    w.still_whole()
