# SPDX-License-Identifier: EUPL-1.2
"""Words about somebody whose case was erased here."""
from world import IDENTITY_NEEDS, act, grant, offer, pb, say

NAME = pb.Person(name="Piet Verzonnen")
INFO, WITHDRAW, NOTE, REVOKE = 3, 17, 13, 20


def test_words_for_an_erased_case_stop_nobody(world):
    """The member goes on speaking in the thread of a case that was erased, and refers that person again and again: each word has
    a verdict, nothing of it is kept, and others are served meanwhile."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    thread, raw, h = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    assert say(m, [g, raw]) == [0, 0]
    row = next(r for r in b.k("inbox")["referrals"] if r["name"] == NAME.name)
    b.k("decline", row["ref"], "--reason", "no-capacity", "--alternative", "none")
    b.k("case", "erase", row["case_id"], "--now")
    with w.meter("words for an erased case"):
        no, prev, codes = 1, h, set()
        for _ in range(20):
            docs = []
            for kind, body in ((NOTE, None), (INFO, pb.Info(person=NAME)), (REVOKE, None), (WITHDRAW, None)):
                no += 1
                raw, prev = act(m, thread, kind, no, prev, body=body, grant=gid if kind == INFO else bytes(16), cats=1 if kind == INFO else 0)
                docs.append(raw)
            docs.append(offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1])
            codes |= set(say(m, docs))
    assert codes == {10}, codes  # erased-here, and nothing else
    assert not [r for r in b.k("inbox").get("referrals", []) if r.get("name") == NAME.name]
    assert not b.k("case", "search", "Piet").get("cases")
    assert b"Piet Verzonnen" not in b"".join(p.read_bytes() for p in b.dir.rglob("*.mdb"))
    w.still_whole()
