# SPDX-License-Identifier: EUPL-1.2
"""Every field of what a case that moves is said with, by the schema: nothing in it, the most, another length, the same twice, another type.
A field that is added to a document is attacked here from that day on."""
import os

import options_pb2
import pytest
from giver import ADDENDUM, KEPT, PROPOSE, STORY, Giver, pb, person
from node import CATS
from world import say

CANNOT_STORE = 14
FRAME = 40000  # more fits none
WORDS = ["", "x" * 7000, "\u202e", "a\0b", "nonsense"]


def values(f):
    size = f.GetOptions().Extensions[options_pb2.size] or 16
    return {f.TYPE_BYTES: [b"", b"x", bytes(size), b"\xff" * size, os.urandom(size - 1 or 2), os.urandom(size + 1), os.urandom(40 * size)], f.TYPE_STRING: WORDS, f.TYPE_BOOL: [True],
            f.TYPE_UINT32: [0, 1, 2**31, 2**32 - 1], f.TYPE_UINT64: [0, 1, 2**63, 2**64 - 1], f.TYPE_ENUM: [],
            f.TYPE_MESSAGE: []}[f.type]


def twisted(body):
    """(what, bytes) of this body with one field that is wrong in one way."""
    whole = body.SerializeToString()
    for f in body.DESCRIPTOR.fields:
        many = f.label == f.LABEL_REPEATED
        for v in values(f):
            for n in (1, 2, 300) if many else (1,):
                other = type(body)()
                other.CopyFrom(body)
                other.ClearField(f.name)
                getattr(other, f.name).extend([v] * n) if many else setattr(other, f.name, v)
                if other.ByteSize() < FRAME:
                    yield f"{f.name} {n} of {str(v)[:20]}", other.SerializeToString()
        without = type(body)()
        without.CopyFrom(body)
        without.ClearField(f.name)
        yield f"no {f.name}", without.SerializeToString()
        for kind in (0, 1, 2, 3, 5):
            yield f"{f.name} as wire type {kind}", whole + bytes([(f.number << 3 | kind) & 0x7f]) + b"\x01\x00\x00\x00\x00\x00\x00\x00"
    yield "cut", whole[:-1]
    yield "twice", whole + whole
    yield "unknown", whole + b"\xf8\x7f\x01"


@pytest.fixture
def asked(world):
    w = world()
    w.target.k("partner", "agree", w.hostile[0].name, "--share", CATS + ",attachments", "--receive")
    return w, w.hostile[0]


def judged(m, g, type_, raw, cats):
    """It has a verdict or is refused, and nothing failed over it."""
    seen = len(m.refused)
    said = say(m, [g.doc(type_, raw, cats)], 10)
    assert said or len(m.refused) > seen, "no answer"
    assert CANNOT_STORE not in said
    return said


def is_whole(w):
    for words in (("handover", "list"), ("today",), ("case", "list"), ("worklist",), ("inbox",), ("audit", "list")):
        assert not w.target.k(*words).get("damage"), words
    w.still_whole()


def test_proposals(asked):
    w, m = asked
    for what, raw in twisted(pb.HandoverPropose(what=1, needs=["income-debt"], subject_ref=os.urandom(16), persons=1, children=0)):
        g = Giver(w, m)
        said = judged(m, g, PROPOSE, raw, 1 << 15)
        if said != [0]:
            m.sent -= not said
            assert g.row() is None or g.row()["state"] != "agreed", what
    is_whole(w)


def test_what_is_said_behind_a_case_that_was_taken(asked):
    w, m = asked
    g = Giver(w, m)
    g.taken(pb.HandoverContent(person=person(), notes=[pb.HandoverNote(text="begin", at_ms=1)]))
    bodies = [(ADDENDUM, pb.HandoverAddendum(text="woord", at_ms=9, blob=os.urandom(32), length=9, bkey=os.urandom(32), file_name="een.txt", mime="text/plain"), STORY | 1 << 17),
              (KEPT, pb.HandoverKept(keys=os.urandom(112), blob=os.urandom(32), length=9, reclaims=0, turns=1), 0)]
    for type_, body, cats in bodies:
        for what, raw in twisted(body):
            no, prev = g.no, g.prev
            if not judged(m, g, type_, raw, cats):
                m.sent -= 1
                g.no, g.prev = no, prev
    assert g.b.k("case", "show", g.case)["person"]["name"] == "Piet Verzonnen"
    is_whole(w)
