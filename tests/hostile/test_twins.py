# SPDX-License-Identifier: EUPL-1.2
"""Two referrals with one reference.  Whoever begins a referral chooses its id, and can search until what people type of it is that
of another: nobody acts on the wrong one by it, and the other one can still be named."""
import json
import os
import re
import subprocess

import pytest
from kringwire import NOTE, b2
from node import Refused
from world import IDENTITY_NEEDS, act, grant, offer, pb, say

# Found by trying a few million: the first forty bits of what a reference is made of are the same.
TWINS = [bytes.fromhex(x) for x in ("e516429e701720fb67a242f8001513f6", "e516429e701720fb67a242f800071e72")]
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def refer(m, thread, name):
    """The hash of the offer."""
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    _, raw, h = offer(m, gid, subject, pb.Person(name=name), IDENTITY_NEEDS, thread=thread)
    codes = say(m, [g, raw])
    assert codes == [0, 0], codes
    return h


def row(n, thread):
    return next(r for r in n.k("inbox", "--all")["referrals"] if r["id"] == thread.hex())


def refused(n, *args):
    with pytest.raises(Refused) as e:
        n.k(*args)
    assert "several" in e.value.reply["what"], e.value.reply
    return e.value.reply["why"]


def paged(n, what, rows):
    """A list as a person reads it who asks for one row at a time."""
    out, after = [], ()
    while True:
        page = n.k(what, "--limit", "1", *after)
        out += [(r["id"], r.get("kind")) for r in page.get(rows, [])]
        if not page.get("next"):
            return out
        assert len(out) < 50
        after = ("--after", page["next"])


def test_two_partners_with_one_reference(world):
    """Neither is taken for the other by a view or an act; both are named with what tells them apart, and that can be typed."""
    assert len({b2("KRG1.threadref", x)[:5] for x in TWINS}) == 1
    w = world(hostile=2)
    b, (one, two) = w.target, w.hostile
    refer(one, TWINS[0], "Piet Verzonnen")
    short = row(b, TWINS[0])["ref"]
    assert len(short) == 9 and b.k("show", short)["referrals"][0]["id"] == TWINS[0].hex()
    refer(two, TWINS[1], "Kees Bedacht")
    refs = [row(b, x)["ref"] for x in TWINS]
    assert refs[0] != refs[1] and all(r.startswith(short + "-") for r in refs)
    assert {r.get("ref") for r in b.k("worklist")["work"]} >= set(refs)
    for command in (["show", short], ["show", short[:5]], ["accept", short], ["decline", short, "--reason", "no-capacity"], ["inbox", "--after", short]):
        why = refused(b, *command)
        for word in (*refs, one.org, two.org, "Piet Verzonnen", "Kees Bedacht"):
            assert word in why, (command, why)
    assert [row(b, x)["state"] for x in TWINS] == ["offered"] * 2
    # each by what tells it apart: in small letters, without hyphens, as far as it is needed
    for ref, thread in zip(refs, TWINS):
        for typed in (ref, ref.lower(), ref.replace("-", ""), ref[:14], thread.hex()):
            assert b.k("show", typed)["referrals"][0]["id"] == thread.hex(), typed
    for what, rows in (("inbox", "referrals"), ("worklist", "work")):  # a row a page; some work has no reference at all
        assert paged(b, what, rows) == [(r["id"], r.get("kind")) for r in b.k(what)[rows]]
    b.k("accept", refs[1])
    assert [row(b, x)["state"] for x in TWINS] == ["offered", "accepted"]
    w.still_whole()


def test_an_answer_to_what_was_seen_before_the_twin_came(world):
    """Seen under nine letters, answered under all of them: what changed in between is still refused."""
    w = world(hostile=2)
    b, (one, two) = w.target, w.hostile
    first = refer(one, TWINS[0], "Piet Verzonnen")
    short = row(b, TWINS[0])["ref"]
    refer(two, TWINS[1], "Kees Bedacht")
    whole = next(x for x in re.findall(r"[0-9A-Z]{9}(?:-[0-9A-Z]{4}){3}", refused(b, "show", short)) if named(b, x) == TWINS[0].hex())
    codes = say(one, [act(one, TWINS[0], NOTE, 2, first)[0]])
    assert codes == [0], codes
    with pytest.raises(Refused) as e:
        b.k("accept", whole)
    assert e.value.reply["current"] == 2, e.value.reply
    b.k("show", whole)
    b.k("accept", whole)


def named(n, ref):
    """Whose it is, without looking at it as a person does."""
    r = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--json", "show", ref], env={**os.environ, "XDG_STATE_HOME": str(n.dir / "nobody")},
                       check=True, capture_output=True)
    return json.loads(r.stdout)["referrals"][0]["id"]


def test_a_beginning_that_a_partner_made_fit(world):
    """Four letters of our own referral are soon found: they name neither, and all nine still name ours."""
    w = world(hostile=1)
    a, (m,) = w.target, w.hostile
    case = a.new_case(name="Eigen Verzonnen")
    a.consent(case, w.honest[0].name, "identity,needs")
    own = a.refer(case, w.honest[0].name)
    want = 0
    for c in own[:4]:
        want = want << 5 | DIGITS.index(c)
    thread = os.urandom(16)
    while int.from_bytes(b2("KRG1.threadref", thread)[:3], "big") >> 4 != want:
        thread = os.urandom(16)
    assert a.k("show", own[:4])["referrals"][0]["ref"] == own
    m.pump()  # the search took its time: the key that opens what we say may be another one now
    refer(m, thread, "Piet Verzonnen")
    why = refused(a, "show", own[:4])
    assert own in why and row(a, thread)["ref"] in why and "Eigen Verzonnen" in why
    refused(a, "withdraw", own[:4], "--reason", "other")
    assert a.k("show", own)["referrals"][0]["name"] == "Eigen Verzonnen"
    w.still_whole()


def test_a_consent_with_our_consents_digits(world):
    """The id of a consent is its giver's to choose too: all of the digits that a list shows, and only the time before them differs."""
    w = world(hostile=1)
    a, (m,) = w.target, w.hostile
    case = a.new_case(name="Eigen Verzonnen")
    ours = bytes.fromhex(a.consent(case, w.honest[0].name, "identity,needs"))
    twin = bytes([ours[0] ^ 1]) + ours[1:]
    _, subject, g = grant(m, IDENTITY_NEEDS, gid=twin)
    assert say(m, [g, offer(m, twin, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)[1]]) == [0, 0]
    why = refused(a, "consent", "show", ours.hex()[12:])
    assert all(x in why for x in (ours.hex(), twin.hex(), m.org, w.honest[0].org)), why
    refused(a, "consent", "withdraw", ours.hex()[12:])
    assert a.k("consent", "show", ours.hex())["grants"][0]["state"] == "living"
    a.k("consent", "withdraw", ours.hex())
    assert a.k("consent", "show", ours.hex())["grants"][0]["state"] == "withdrawn"
    assert a.k("consent", "show", twin.hex())["grants"][0]["state"] == "living"
    w.still_whole()
