# SPDX-License-Identifier: EUPL-1.2
"""A withdrawal follows a person to everybody who got that person, and whoever collected the consent sees every one of them answer."""
import os
import struct
import subprocess

import pytest
from documents import act, pb
from kringwire import ZERO32, Document, Member, make_document
from node import BIN, wait_for
from test_chain import known, passed
from test_withdrawal import give, opens, shown, shred, states, wrapped_keys

CONSENT, WITHDRAWAL, ERASED, ERASING, ONWARD = 10, 11, 12, 24, 43
MALFORMED, UNPROVEN, ASTRAY, REPEATED, TOO_DEEP = 6, 17, 18, 19, 20
MIN_CHILD = 6


def screen(n, gid, lang="en"):
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, "consent", "show", gid], capture_output=True, text=True).stdout


def went(a, b, case):
    """On from a to b: (case there, consent)."""
    there, _ = passed(a, b, case)
    (gid,) = [g["id"] for g in a.k("consent", "list", case)["grants"] if g["partner"] == b.org]
    return there, gid


def test_five_nodes_of_depth_three_all_answer(federation):
    """Goes gave it to SMWO, SMWO to GGD and CAW, GGD to Kempen."""
    a, b, c, d, e = known(federation("Goes", "SMWO", "GGD", "CAW", "Kempen"))
    case = a.new_case(phone="000-111")
    at_b, to_b = went(a, b, case)
    at_c, to_c = went(b, c, at_b)
    at_d, to_d = went(b, d, at_b)
    at_e, to_e = went(c, e, at_c)
    held = {b: (at_b, to_b), c: (at_c, to_c), d: (at_d, to_d), e: (at_e, to_e)}
    copies = {n: wrapped_keys(n.dir, bytes.fromhex(gid)) for n, (_, gid) in held.items()}
    assert all(opens(n, gid) for n, (_, gid) in held.items())
    a.k("consent", "withdraw", to_b)
    for n, (there, gid) in held.items():
        wait_for(f"the withdrawal at {n.name}", lambda n=n, there=there, gid=gid: states(n, there).get(gid) == "withdrawn")
    got = shown(a, to_b)
    assert (got["answered"], got["silent"], got["complete"]) == (0, 1, False)
    shred(b)  # the first one answers: it passed it on to two, of which this node hears nothing yet
    got = wait_for("its answer", lambda: shown(a, to_b) if shown(a, to_b)["answered"] else None)
    assert (got["answered"], got["passed_on"], got["missing"], got["complete"]) == (1, 2, 2, False)
    assert "2 answers of these are still missing: ask SMWO" in screen(a, to_b), screen(a, to_b)
    shred(e)  # the last one answers to who is silent itself: nothing comes here before that one did
    wait_for("GGD to hear Kempen", lambda: shown(c, to_e)["complete"])
    shred(d)
    got = wait_for("CAW", lambda: shown(a, to_b) if shown(a, to_b)["answered"] == 2 else None)
    assert got["missing"] == 1 and not got["complete"]
    shred(c)
    got = wait_for("all of them", lambda: shown(a, to_b) if shown(a, to_b)["complete"] else None)
    assert {(h["name"], h["depth"], h.get("via", ""), h["state"]) for h in got["holders"]} == {
        ("SMWO", 1, "", "erased"), ("GGD", 2, "SMWO", "erased"), ("CAW", 2, "SMWO", "erased"), ("Kempen", 3, "GGD", "erased")}
    assert (got["answered"], got["silent"], got["missing"], got["refused"]) == (4, 0, 0, 0)
    for lang, words in (("nl", "ook daar, en verder, is het gewist"), ("fr", "là aussi, et plus loin, c'est effacé"), ("de", "auch dort, und weiter weg")):
        assert words in screen(a, to_b, lang), screen(a, to_b, lang)
    assert "Kempen (through GGD): erased on" in screen(a, to_b)
    for n, (_, gid) in held.items():
        assert not opens(n, gid) and not opens(n, gid, copies[n]), n.name
    assert shown(b, to_c)["complete"] and shown(b, to_d)["answered"] == 1 and not any(x.k("outbox", "list").get("outbox") for x in (b, c, d, e))


class Holder:
    """A Python member that got a person, and hands on whatever it likes."""

    def __init__(self, f, n, m):
        self.f, self.n, self.m = f, n, m
        self.case = n.new_case(phone="000-111")
        self.gid = give(n, self.case, m.org)
        n.refer(self.case, m.org)
        m.until(lambda: any(x.type == CONSENT for x in m.inbox))
        n.k("consent", "withdraw", self.gid)
        m.until(lambda: any(x.type == WITHDRAWAL for x in m.inbox))
        self.end = next(x for x in m.inbox if x.type == WITHDRAWAL)
        self.no, self.prev = 0, ZERO32

    def say(self, type_, body):
        """In the thread of the consent; the verdict."""
        m, at = self.m, len(self.m.verdicts)
        raw, h = act(m, bytes.fromhex(self.gid), type_, self.no + 1, self.prev, (self.end.thread_no, self.end.hash), body=body, grant=bytes.fromhex(self.gid))
        self.no, self.prev = self.no + 1, h
        m.send_documents([raw])
        m.until(lambda: len(m.verdicts) > at)
        return m.verdicts[-1][2]

    def hand_on(self, raw, body=None):
        d = Document(raw)
        proof = d.raw_head + d.commit + struct.pack(">HHB", d.count_, d.index, len(d.path)) + b"".join(d.path) + d.sig
        return self.say(ONWARD, pb.OnwardAnswer(proof=proof, said=d.body if body is None else body, salt=raw[249:281]))


def said(children=(), outcome=1, **more):
    return pb.Erased(outcome=outcome, onward=len(children), children=b"".join(c[:MIN_CHILD] for c in children), own_notes=False, **more)


def answer(by, to, thread, body=None, type_=ERASED, key=None, **head):
    """What member by would sign to node to."""
    return make_document(key or by.nk, (body or said()).SerializeToString(), **{**dict(fed=by.fed, sender=by.id, recipient=to, type=type_, thread=thread, grant=thread,
                                                                                    seen_no=2, seen_hash=os.urandom(32)), **head})[0]


@pytest.fixture
def handed(dialled):
    """A collector, a partner that speaks Python, and a third member that is known and says nothing here itself."""
    f, n, m = dialled()
    third = Member(m.fed, org="Third")
    (f.dir / "third.join").write_bytes(third.join_bytes())
    f.admit(f.dir / "third.join")
    f.import_roster()
    f.agree(n, type("P", (), {"name": m.org}))
    return Holder(f, n, m), third


def test_what_is_handed_on_is_believed_only_as_its_author_signed_it(handed):
    h, third = handed
    n, m, gid = h.n, h.m, h.gid
    child, stranger = os.urandom(16), Member(m.fed)
    assert h.say(ERASED, said([child])) == 0
    assert shown(n, gid)["missing"] == 1 and not shown(n, gid)["complete"]
    good = answer(third, m.id, child)
    # nobody but the author can have said it
    assert h.hand_on(answer(third, m.id, child, key=m.nk)) == UNPROVEN
    assert h.hand_on(answer(third, m.id, child), body=said(outcome=3).SerializeToString()) == UNPROVEN
    assert h.hand_on(answer(third, m.id, child, fed=os.urandom(16))) == MALFORMED
    assert h.hand_on(answer(third, m.id, child, type_=WITHDRAWAL)) == MALFORMED
    assert h.say(ONWARD, pb.OnwardAnswer(proof=b"x" * 641, said=b"", salt=bytes(32))) == MALFORMED
    assert h.hand_on(answer(third, m.id, child, said([child] * 200))) == MALFORMED
    # what it says of itself, and what it said of another person
    assert h.hand_on(answer(m, m.peer, os.urandom(16))) == ASTRAY
    assert h.hand_on(answer(third, m.id, bytes.fromhex(gid))) == ASTRAY
    assert shown(n, gid)["refused"] == 8
    # sound, and of no holder of this consent: of another consent, to another recipient, by somebody whom nobody knows
    for raw in (answer(third, m.id, os.urandom(16)), answer(third, stranger.id, child), answer(stranger, m.id, child)):
        assert h.hand_on(raw) == 0
    got = shown(n, gid)
    assert (got["refused"], got["missing"], got["complete"], len(got["holders"])) == (11, 1, False, 1)
    assert "11 answers that were handed on prove nothing" in screen(n, gid)
    # the right one; and it again
    assert h.hand_on(good) == 0
    assert shown(n, gid)["complete"] and [x["name"] for x in shown(n, gid)["holders"]] == [m.org, "Third"]
    assert h.hand_on(good) == REPEATED
    got = shown(n, gid)
    assert got["complete"] and got["answered"] == 2 and got["refused"] == 12


def test_a_number_that_grows_is_waited_for_again(handed):
    h, third = handed
    n, m, gid = h.n, h.m, h.gid
    one, two = os.urandom(16), os.urandom(16)
    assert h.say(ERASING, said([one])) == 0
    assert (shown(n, gid)["erasing"], shown(n, gid)["answered"], shown(n, gid)["complete"]) == (1, 0, False)
    assert h.hand_on(answer(third, m.id, one)) == 0
    assert not shown(n, gid)["complete"]
    assert h.say(ERASED, said([one])) == 0
    assert shown(n, gid)["complete"]
    assert h.say(ERASED, said([one, two])) == 0  # it remembers another one
    assert not shown(n, gid)["complete"] and shown(n, gid)["missing"] == 1
    assert h.hand_on(answer(third, m.id, two, type_=ERASING)) == 0
    assert not shown(n, gid)["complete"] and shown(n, gid)["erasing"] == 1
    assert h.hand_on(answer(third, m.id, two, said(outcome=2), thread_no=2, prev=os.urandom(32))) == 0
    assert not shown(n, gid)["complete"] and "still keeps it, because the law demands it" in screen(n, gid)  # it can still be read there
    assert h.hand_on(answer(third, m.id, two, thread_no=3, prev=os.urandom(32))) == 0
    assert shown(n, gid)["complete"]
    assert h.say(ERASED, pb.Erased(outcome=1, onward=3)) == 0  # more than it names
    assert not shown(n, gid)["complete"] and shown(n, gid)["missing"] == 3


def test_deeper_than_four_and_more_than_sixty_four_are_said_and_never_complete(handed):
    h, third = handed
    n, m, gid = h.n, h.m, h.gid
    way = [os.urandom(16) for _ in range(5)]
    assert h.say(ERASED, said(way[:1])) == 0
    for i in range(4):  # the third hands it to itself, under ever another consent
        assert h.hand_on(answer(third, m.id if i == 0 else third.id, way[i], said(way[i + 1:i + 2]))) == 0
    got = shown(n, gid)
    assert [x["depth"] for x in got["holders"]] == [1, 2, 3, 4] and got["holders"][-1]["deeper"] and not got["complete"]
    assert "passed it on further than can be followed from here (1 time)" in screen(n, gid), screen(n, gid)
    many = [os.urandom(16) for _ in range(64)]
    assert h.say(ERASED, said(many)) == 0
    for child in many:
        assert h.hand_on(answer(third, m.id, child)) == 0
    got = shown(n, gid)
    assert len(got["holders"]) == 64 and got["missing"] == 1 and got["holders"][0]["deeper"] and not got["complete"]
    for i in range(256 - 64 - 4):
        assert h.hand_on(answer(third, m.id, os.urandom(16))) == 0
    assert h.hand_on(answer(third, m.id, os.urandom(16))) == TOO_DEEP
