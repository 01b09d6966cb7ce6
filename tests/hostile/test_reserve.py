# SPDX-License-Identifier: EUPL-1.2
"""What is kept back for answers and endings is used up: every partner is still told so, and no member takes what others need."""
import ctl
import pytest
from documents import IDENTITY_NEEDS, act, grant, offer, pb
from kringwire import DOCUMENT
from test_full import BUSY, fill, more_room, refused
from world import say, wait_for

WITHDRAW = 17
SMALL = "[Limits]\nStoreMiB=3\n"


@pytest.fixture
def reserve(world, monkeypatch):
    """reserve(KiB) -> a World whose nodes keep no more than that back."""
    def make(kib):
        monkeypatch.setenv("KRING_DEV_KEPT_KIB", str(kib))
        return world(settings=SMALL)
    return make


def opened(m, n):
    """So many referrals of one person: (thread, hash of the offer)."""
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    docs, out = [g], []
    for _ in range(n):
        thread, raw, h = offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)
        docs.append(raw)
        out.append((thread, h))
    for i in range(0, len(docs), 50):
        assert set(say(m, docs[i:i + 50])) == {0}
    return out


def end(m, thread, h):
    """Its sender takes a referral back; was that taken in?"""
    return taken(m, act(m, thread, WITHDRAW, 2, h)[0])


def taken(m, raw):
    """Was this document taken in?  It is answered either way."""
    before = len(m.refused)
    told = lambda: {v[0] for v in m.verdicts}
    m.send_frame([(DOCUMENT, raw)], first=m.sent + 1)
    m.until(lambda: m.sent + 1 in told() or len(m.refused) > before, 10)
    if m.sent + 1 in told():
        m.sent += 1
        return True
    assert len(m.refused) > before, "no answer"
    assert m.refused[-1][0] == BUSY, m.refused[-1]
    return False


def test_one_member_ends_as_much_as_it_can(reserve):
    w = reserve(512)
    m, b, h = w.hostile[0], w.target, w.honest[0]
    case, ref = w.honest_referral()
    own = b.new_case(name="Eigen Verzonnen")
    threads = opened(m, 200)
    fill(w)
    took = 0
    while took < len(threads) and end(m, *threads[took]):
        took += 1
    assert 0 < took < len(threads), took
    for _ in range(3):
        assert not end(m, *threads[took]), "beyond its share"
    # others, and ourselves, end things all the same
    h.k("withdraw", ref, "--reason", "no-longer-needed")
    b.await_state(ref, "withdrawn")
    b.k("case", "close", own)
    b.k("case", "erase", own, "--now")
    # room: its line goes on by itself
    more_room(b)
    assert w.meet(m)
    assert wait_for("its endings to go on", lambda: end(m, *threads[took]))
    w.still_whole()


def use_up(node, command, case, in_a_row=1):
    """The command again and again until there is no room for one more; how often it went.  Rows that go by themselves give a page
    back now and then: in_a_row refusals one after another are full.  Over the socket, for a silent line is hung up meanwhile."""
    door, went, left = ctl.Control(node.dir / "core.sock"), 0, in_a_row
    r = ctl.pb.Request(version=1)
    getattr(r, command).id = case
    while left > 0:
        reply = door.call(r)
        assert reply is not None and went < 5000, (reply, went)
        went, left = (went + 1, in_a_row) if not reply.error else (went, left - 1)
    return went


def test_looking_at_people_takes_nothing_from_answers_and_erasures(reserve):
    """Each look leaves an entry; in a full store they are refused before they take what others need."""
    w = reserve(512)
    m, b, h = w.hostile[0], w.target, w.honest[0]
    case, ref = w.honest_referral()
    own = b.new_case(name="Eigen Verzonnen")
    threads = opened(m, 5)
    fill(w)
    assert use_up(b, "case_show", own) > 10
    for words in (("case", "show", own), ("case", "search", "Eigen"), ("show", ref), ("audit", "list"),
                  ("case", "new", "--dry-run", "--name", "Verzonnen, Eigen")):
        reply = refused(b, *words)
        assert reply["code"] == "looks-full" and "kring case erase" in reply["remedy"], (words, reply)
    assert len(b.k("case", "list")["cases"]) >= 2 and b.k("inbox")["referrals"], "the way out is shown"
    s = b.k("status")["status"]
    assert s["store_used"] < s["store_cap"] + 512 * 1024 // 4 + 16384, "a quarter of what is kept back"
    # who looks for ever takes nothing more: partners and we end what there is
    m.close()
    assert w.meet(m)
    for thread, digest in threads:
        assert end(m, thread, digest)
    h.k("withdraw", ref, "--reason", "no-longer-needed")
    state = lambda: {r["ref"]: r["state"] for r in b.k("inbox", "--all")["referrals"]}.get(ref)
    assert wait_for("the end to come in", lambda: state() == "withdrawn")
    b.k("case", "close", own)
    b.k("case", "erase", own, "--now")
    more_room(b)
    w.still_whole()


def test_nothing_is_left_and_a_partner_hears_so(reserve):
    """What must always work, again and again, until there is no room for it either."""
    w = reserve(96)
    m, b = w.hostile[0], w.target
    own = b.new_case(name="Eigen Verzonnen")
    threads = opened(m, 5)
    fill(w)
    while taken(m, grant(m, IDENTITY_NEEDS)[2]):  # one by one up to the brim
        pass

    def brim():
        use_up(b, "case_close", own, in_a_row=10)
        m.close()
        assert w.meet(m)

    brim()
    while end(m, *threads[0]):  # what one step could not take another one may
        threads.pop(0)
        brim()
    for _ in range(3):
        assert not end(m, *threads[0])
    # more of it than ever before, which would have to be written down: how far its numbers went
    before = len(m.refused)
    m.send_frame([(DOCUMENT, act(m, threads[0][0], WITHDRAW, 2, threads[0][1])[0])] * 40, first=m.sent + 1)
    m.until(lambda: len(m.refused) > before, 10)
    assert len(m.refused) > before and m.refused[-1][0] == BUSY, "no answer"
    # a new line, too
    m.close()
    assert w.meet(m)
    assert not end(m, *threads[0])
    # more room: everything goes on by itself
    more_room(b)
    assert w.meet(m)
    assert wait_for("the ending to be taken", lambda: end(m, *threads[0]))
    w.still_whole()
