# SPDX-License-Identifier: EUPL-1.2
"""What people see when a partner's share of a node is full, at both ends; and work for a removed member that a crash cuts short."""
import signal
import time

from node import Refused
from test_room import NAME, TOO_MANY, batches, limits, person
from world import IDENTITY_NEEDS, LONG, act, grant, offer, say, wait_for

WITHDRAW = 17


def test_the_sender_sees_that_its_partner_takes_no_more(world):
    """Whoever knows the person hears of it today, and the referral goes on when there is room."""
    w = world(settings="[Limits]\nPartnerOpenReferrals=1\n", hostile=0)
    a, b = w.honest[0], w.target
    _, first = w.honest_referral()
    case = a.new_case(name="Tweede Verzonnen")
    a.consent(case, b.name, "identity,needs")
    second = a.refer(case, b.name)
    row = wait_for("work at the sender", lambda: [x for x in a.k("worklist")["work"] if x["kind"] == "partner-takes-no-more"])[0]
    assert row["ref"] == second and row["partner"] == "SMWO"
    assert limits(b)["open-referrals"]["count"] == 1
    assert len(b.k("inbox")["referrals"]) == 1
    b.k("decline", first, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(first, "declined")
    for doc in a.k("outbox", "list").get("outbox", []):
        a.k("outbox", "retry", doc["id"])
    b.await_state(second, "offered")


def test_more_people_than_a_partner_may_bring(world):
    w = world(settings="[Limits]\nPartnerCases=3\n")
    m, b = w.hostile[0], w.target
    with w.meter("more people than a partner may bring"):
        people = [person(m) for _ in range(5)]
        assert [say(m, p[0]) for p in people] == [[0, 0]] * 3 + [[TOO_MANY, TOO_MANY]] * 2
        row = limits(b)["cases"]
        assert (row["partner"], row["count"], row["most"], row["refused"]) == (m.org, 3, 3, 2)
        # more of somebody who is here, and endings, go on
        assert say(m, [grant(m, IDENTITY_NEEDS, subject=people[0][3])[2]]) == [0]
        assert say(m, [act(m, people[0][1], WITHDRAW, 2, people[0][2])[0]]) == [0]
        gone = next(r for r in b.k("case", "list")["cases"] if r["name"] == NAME.name)
        for r in b.k("inbox", "--from", m.name)["referrals"]:
            if r["case_id"] == gone["id"] and r["state"] == "offered":
                b.k("decline", r["ref"], "--reason", "no-capacity", "--alternative", "none")
        b.k("case", "erase", gone["id"], "--now")
        assert say(m, people[3][0]) == [0, 0]  # one who is erased makes room
        assert say(m, people[4][0]) == [TOO_MANY, TOO_MANY]
    w.still_whole()


def test_more_than_a_partner_may_ever_begin(world):
    w = world(settings="[Limits]\nPartnerThreads=6\n")
    m, b = w.hostile[0], w.target
    with w.meter("more than a partner may ever begin"):
        gid, subject, g = grant(m, IDENTITY_NEEDS)
        offers = [offer(m, gid, subject, NAME, IDENTITY_NEEDS) for _ in range(7)]
        assert say(m, [g] + [o[1] for o in offers]) == [0] * 6 + [TOO_MANY] * 2
        row = limits(b)["threads"]
        assert (row["partner"], row["count"], row["most"], row["refused"]) == (m.org, 6, 6, 2)
        assert say(m, [act(m, offers[0][0], WITHDRAW, 2, offers[0][2])[0]]) == [0]
        assert say(m, [offers[6][1]]) == [TOO_MANY], "one that is over still counts"
    # under a lower limit the others still work: an honest node has its own share
    assert not b.k("status")["status"].get("faults")


def test_a_crash_in_the_middle_of_a_removal(world):
    """Each referral of a removed member becomes work, however often the node dies meanwhile."""
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    n = 20_000 if LONG else 3000
    for part in batches([g] + [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1] for _ in range(n)]):
        assert set(say(m, part)) == {0}

    def work():
        try:
            return sum(x["kind"] == "partner-removed" for x in rows(b, m))
        except Refused as e:  # between two pages the last row of the first one became another
            assert e.reply["code"] == "row-gone"
            return None

    w.remove(m, look=False)
    b.stop(signal.SIGKILL)
    killed = time.time() * 1000
    b.start()
    wait_for("work for each referral", lambda: work() == n, 60)
    after = sum(x["kind"] == "partner-removed" and x["since_ms"] > killed for x in rows(b, m))
    print(f"hostile: {after} of {n} became work after the crash")
    w.still_whole()


def rows(b, m):
    """All pages of the worklist about this member."""
    out, after = [], ()
    while True:
        got = b.k("worklist", "--from", m.name, *after)
        out += got["work"]
        if "next" not in got:
            return out
        after = ("--after", got["next"])
