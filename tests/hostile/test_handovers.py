# SPDX-License-Identifier: EUPL-1.2
"""A member that hands over what is no case, and one that never stops speaking of a case that it gave."""
import os
import re
import struct

import pytest
from giver import ADDENDUM, AGREE, STAGED, STORY, TAKE, Giver, Taker, pb, person
from node import CATS, Refused, wait_for
from test_most import limits
from world import IDENTITY_NEEDS, act, grant, offer, say

REFUSE = 27
MESSAGES = 1 << 20
BEGIN = pb.HandoverContent(person=person(), notes=[pb.HandoverNote(text="begin", at_ms=1)])
NUMBER = struct.Struct(">I")
PUT = 512  # THREAD_LOG_MAX: words that it could have added one by one
FILES = dict(blobs=[os.urandom(32)], lengths=[NUMBER.pack(50 * 2**20 + 1)])
NO_BUNDLE = [dict(length=2**64 - 1), dict(length=50 * 2**20 + 1), dict(salt=bytes(31)), dict(digest=bytes(32)), dict(cats=0), dict(cats=2**64 - 1), FILES,
             dict(blobs=[os.urandom(32)] * 2, lengths=[NUMBER.pack(9)])]
NO_CONTENT = [os.urandom(300), b"\x0a\x03\x0a\x01\x00", pb.HandoverContent(person=pb.Person(name="a\u202eb")), pb.HandoverContent(person=pb.Person(health="geheim")),
              pb.HandoverContent(person=person(), files=[pb.HandoverFile(blob=bytes(32), length=5, bkey=bytes(32), file_name="x")]), b"\x12" + bytes(4 * 2**20)]


@pytest.fixture
def asked(world):
    """(a world, its hostile member, from which the target takes cases over)"""
    w = world()
    m = w.hostile[0]
    w.target.k("partner", "agree", m.name, "--share", CATS + ",attachments", "--receive")
    return w, m


def nobody(g):
    """Of what was in it nothing is known here."""
    return not g.b.k("case", "show", g.case).get("person") and not g.b.k("case", "search", "Verzonnen").get("cases")


def ends(g):
    wait_for("the handover to end", lambda: g.row()["state"] == "refused")
    assert g.heard(REFUSE) and nobody(g)


@pytest.mark.parametrize("what", ["bundle", "content", "key"])
def test_what_is_no_case(asked, what):
    """It is refused by rule, once and for good, the other side hears that, and nobody of it is known here."""
    w, m = asked
    tries = dict(bundle=[(BEGIN, f, {}) for f in NO_BUNDLE], content=[(c, {}, {}) for c in NO_CONTENT],
                 key=[(BEGIN, {}, dict(bkey=k)) for k in (bytes(32), os.urandom(32), b"", b"x")])[what]
    for content, fields, key in tries:
        g = Giver(w, m)
        assert g.propose() == [0]
        g.step("agree")
        m.until(lambda: g.heard(AGREE))
        g.bundle(content, **fields)
        assert g.serve(lambda: g.heard(STAGED) or g.heard(REFUSE)), (fields, g.row())
        if g.heard(STAGED):
            g.cede(**key)
            wait_for("what opens it", lambda: g.row()["state"] != "staged")
            if g.row()["state"] == "ceded":
                g.step("take", "--yes")
            m.until(lambda: g.heard(REFUSE))
        ends(g)
    w.still_whole()


@pytest.mark.parametrize("at", [1, 2**64 - 1])
def test_days_that_cannot_be(asked, at):
    """Of 1970, and of a year with nine digits: nobody is shown one, in the handover, the timeline, the consent and the referral."""
    w, m = asked
    g, b = Giver(w, m, collected_ms=at), w.target
    assert g.propose(takeover_ms=at) == [0]
    odd = lambda shown: [x for x in re.findall(r"\b(?:1970|9999)-\d\d-\d\d\b", str(shown))] + [x for x in re.findall(r"_ms': (\d+)", str(shown)) if 0 < int(x) < 10**12 or int(x) > 10**13]
    assert not odd(g.row()), g.row()
    g.step("agree")
    m.until(lambda: g.heard(AGREE))
    g.bundle(pb.HandoverContent(person=person(), notes=[pb.HandoverNote(text="begin", at_ms=at)]))
    assert g.serve(lambda: g.heard(STAGED)), g.row()
    g.cede()
    wait_for("the key", lambda: g.row()["state"] == "ceded")
    g.step("take", "--yes")
    gid, subject, consent = grant(m, IDENTITY_NEEDS | MESSAGES, collected_ms=at)
    thread, o, h = offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS, created=at)
    said, _ = act(m, thread, 44, 2, h, body=pb.Message(text="kom", date_ms=at), grant=gid, cats=MESSAGES, created=at)
    assert say(m, [consent, o, said]) == [0, 0, 0]
    ref = next(r["ref"] for r in b.k("inbox", "--from", m.name)["referrals"])
    for words in (("case", "show", g.case), ("show", ref), ("consent", "list", g.case), ("handover", "list"), ("inbox",), ("today",)):
        assert not odd(b.k(*words)), (words, odd(b.k(*words)), b.k(*words))
    w.still_whole()


def test_more_than_one_case_holds(asked):
    """Nothing of it is taken, people read why and what helps, and can end it."""
    w, m = asked
    g = Giver(w, m)
    g.ceded(pb.HandoverContent(person=pb.Person(name="n" * 16000, phone="1" * 16000, email="e" * 16000, goals="g" * 16000)))
    with pytest.raises(Refused) as e:
        g.step("take", "--yes")
    assert e.value.reply["code"] == "handover-no-room" and g.row()["state"] == "ceded" and nobody(g)
    g.step("refuse", "--reason", "other")
    m.until(lambda: g.heard(REFUSE))
    ends(g)
    w.still_whole()


def test_what_a_former_owner_keeps_is_never_without_end(asked):
    """After the case was taken it says again and again that it sealed other words.  No more come than it could have added one by one, what
    is beyond is counted, each of its documents has a verdict, and the case is written in as before."""
    w, m = asked
    g, b = Giver(w, m), w.target
    g.taken(BEGIN)
    came = lambda i: any(e.get("text", "").endswith(f"woord {i} 255") for e in b.k("case", "show", g.case)["entries"])
    passed_over = lambda: limits(b).get("one-case", {}).get("refused", 0)
    for i in range(PUT // 256 + 3):
        words = [pb.HandoverNote(text=f"woord {i} {j}", at_ms=1000 * i + j + 2) for j in range(256)]
        assert say(m, [g.hollow(ADDENDUM, cats=STORY)]) == [1], i
        assert g.kept(pb.HandoverContent(notes=words)) == [0], i
        assert g.serve(lambda: came(i) if i < PUT // 256 else passed_over() == i + 1 - PUT // 256), i
    assert not came(PUT // 256) and limits(b)["one-case"]["partner"] == m.org
    b.k("case", "note", g.case, "--text", "hier gaat het verder")
    w.still_whole()


@pytest.mark.parametrize("take", [pb.HandoverTake(keep_pub=bytes(32)), pb.HandoverTake(), pb.HandoverTake(keep_pub=bytes([1]) + bytes(31), runs=[bytes(16)] * 99)],
                         ids=["zero", "none", "runs"])
def test_taken_with_a_key_that_is_none(world, take):
    """Nothing can be sealed to it, so nothing is kept: the case closes at once.  What is said behind that has a verdict, each time, and no
    document of it fails."""
    w = world()
    m, b = w.hostile[0], w.target
    t = Taker(w, m, name="Eigen Verzonnen", story="geheim")
    t.ceded()
    assert t.sign(TAKE, take) == [0]
    wait_for("the case to be closed", lambda: t.row().get("sealed"))
    for i in range(3):
        said = t.sign(ADDENDUM, pb.HandoverAddendum(text=f"later {i}", at_ms=2**64 - 1, person=person()), cats=3 | STORY)
        assert said and said[0] not in (14, 15), (said, b.k("status")["status"].get("faults"))
    assert not b.k("case", "search", "Verzonnen").get("cases")
    w.still_whole()


class Next(Taker):
    """It takes over the case that a Giver handed to the target."""

    def __init__(self, w, m, case):
        w.target.new_case, self.new = lambda **_: case, w.target.new_case
        try:
            super().__init__(w, m)
        finally:
            del w.target.new_case


def test_what_a_former_owner_adds_for_whoever_has_it_now(world):
    """It says more than the log to the new owner takes: the rest does not go on, that is counted once, and the case it gave stays the other's."""
    w = world(hostile=2)
    (m, other), b = w.hostile, w.target
    b.k("partner", "agree", m.name, "--share", CATS + ",attachments", "--receive")
    g = Giver(w, m)
    g.taken(BEGIN)
    t = Next(w, other, g.case)
    t.ceded()
    assert t.sign(TAKE, pb.HandoverTake(keep_pub=bytes([1]) + bytes(31))) == [0]
    wait_for("it is the other's", lambda: t.row()["state"] == "taken")
    passed = lambda: sum(d.type == ADDENDUM for d in t.theirs())
    left = PUT - g.no
    for first in range(0, left, 60):
        docs = [g.doc(ADDENDUM, pb.HandoverAddendum(text=f"woord {i}", at_ms=i + 2), cats=STORY) for i in range(first, min(first + 60, left))]
        assert set(say(m, docs)) == {0}
        want = min(first + 60, left, PUT - 1 - 3)
        other.until(lambda: passed() >= want, 120)
        assert passed() == want
    row = wait_for("the count", lambda: limits(b).get("one-case"))
    assert left > passed() and (row["partner"], row["refused"]) == (m.org, 1)
    w.still_whole()
