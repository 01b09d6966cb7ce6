# SPDX-License-Identifier: EUPL-1.2
"""As many people, referrals and consents as a member can send.

What one member may make a node keep is bounded: beyond it each document gets a verdict, its sender keeps it, and everything else goes
on: endings first of all, other members, and the removal of the one that did it."""
import os
import subprocess
import time

from kringwire import make_document
from world import IDENTITY_NEEDS, LONG, act, grant, offer, pb, say, wait_for

TOO_MANY, WITHDRAW, WITHDRAWAL = 15, 17, 11
NAME = pb.Person(name="Piet Verzonnen")


def batches(docs, n=60):
    for i in range(0, len(docs), n):
        yield docs[i:i + n]


def person(m):
    """A new person with a consent and a referral: (documents, thread, hash of the offer, subject, consent)."""
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    thread, raw, h = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    return [g, raw], thread, h, subject, gid


def limits(b):
    return {r["what"]: r for r in b.k("status")["status"].get("limits", [])}


def test_more_referrals_than_a_partner_may_have_open(world):
    w = world(settings="[Limits]\nPartnerOpenReferrals=10\n")
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    docs, threads = [g], []
    with w.meter("more referrals than may be open"):
        for _ in range(15):
            thread, raw, h = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
            docs.append(raw)
            threads.append((thread, raw, h))
        assert say(m, docs) == [0] * 11 + [TOO_MANY] * 5
        row = limits(b)["open-referrals"]
        assert (row["partner"], row["count"], row["most"], row["refused"]) == (m.org, 10, 10, 5)
        # what follows in a thread that was not taken waits with it; what belongs to one that was taken goes on
        assert say(m, [act(m, threads[12][0], WITHDRAW, 2, threads[12][2])[0]]) == [TOO_MANY]
        # nobody new, but a renewal for who is here: it must not come too late because others are many
        assert say(m, [grant(m, IDENTITY_NEEDS)[2], grant(m, IDENTITY_NEEDS, subject=subject)[2]]) == [TOO_MANY, 0]
        assert len(b.k("case", "list")["cases"]) == 1 + len(w.honest), "a case was opened for somebody who was not taken"
        # an ending makes room, whoever ends it
        assert say(m, [act(m, threads[0][0], WITHDRAW, 2, threads[0][2])[0]]) == [0]
        assert say(m, [threads[11][1]]) == [0]
        ref = next(r["ref"] for r in b.k("inbox", "--from", m.name)["referrals"])
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
        assert say(m, [threads[12][1], threads[13][1]]) == [0, TOO_MANY]
    w.still_whole()


def test_a_limit_is_told_before_it_is_met(world):
    """At nine tenths of it `kring status` names the partner and what helps, in every language, and whoever watches alarms sees it."""
    w = world(settings="[Limits]\nPartnerOpenReferrals=10\nPartnerDailyDocuments=20\n")
    m, b = w.hostile[0], w.target
    told = lambda: sorted((a["what"], a["partner"]) for a in b.k("status")["status"].get("alarms", []))
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    new = lambda: offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1]
    assert say(m, [g] + [new() for _ in range(8)]) == [0] * 9
    assert told() == [] and limits(b) == {}
    assert say(m, [new()]) == [0]
    row = limits(b)["open-referrals"]
    assert (row["partner"], row["count"], row["most"], row["refused"]) == (m.org, 9, 10, 0)
    assert told() == [("limit-near", m.org)]
    assert say(m, [grant(m, IDENTITY_NEEDS, subject=subject)[2] for _ in range(8)]) == [0] * 8
    assert limits(b)["day-documents"]["count"] == 18 and told() == [("limit-near", m.org)] * 2
    for lang, label, helps in (("nl", "BIJNA VOL", "wat helpt: sluit er af"), ("fr", "PRESQUE PLEIN", "que faire : terminez-en"),
                               ("en", "NEARLY FULL", "what helps: end some"), ("de", "FAST VOLL", "was hilft: schlie\u00dfen")):
        said = subprocess.run([str(w.fed.bin / "kring"), "--dir", str(b.dir), "status"], capture_output=True, text=True,
                              env={**os.environ, "LANG": lang}).stdout
        lines = [x for x in said.splitlines() if x.startswith(f"  {label} ")]
        assert len(lines) == 2 and m.org in lines[0] and helps in lines[0], said
        assert "PartnerDailyDocuments" in lines[1] and "do-" not in said and "limit-" not in said, said
    assert say(m, [new(), new()]) == [0, TOO_MANY]
    assert limits(b)["open-referrals"]["refused"] == 1 and told() == [("limit-near", m.org), ("limit-reached", m.org)]
    w.still_whole()


def withdrawal(m, gid, g):
    return make_document(m.nk, pb.Withdrawal(effective_ms=int(time.time() * 1000), wish=2).SerializeToString(), fed=m.fed, sender=m.id,
                         recipient=m.peer, type=WITHDRAWAL, thread=gid, grant=gid, thread_no=2, prev=m.hash_of[g])[0]


def test_one_person_has_so_many_consents(world):
    """Each document asks all consents of its person that may hold: their number is what it costs."""
    w = world()
    m, b = w.hostile[0], w.target
    docs, _, _, subject, gid = person(m)
    with w.meter("one person, with 1050 consents"):
        assert say(m, docs) == [0, 0]
        codes = [c for part in batches([grant(m, IDENTITY_NEEDS, subject=subject)[2] for _ in range(1050)]) for c in say(m, part)]
        assert codes.count(0) == 31 and set(codes[31:]) == {TOO_MANY}
        assert limits(b)["one-case"]["refused"] == 1019
        # one that ends makes room for one
        assert say(m, [withdrawal(m, gid, docs[0]), *(grant(m, IDENTITY_NEEDS, subject=subject)[2] for _ in range(2))]) == [0, 0, TOO_MANY]
        assert say(m, person(m)[0]) == [0, 0]  # somebody else
        case = next(r["case_id"] for r in b.k("inbox", "--from", m.name)["referrals"] if r["state"] == "offered")
        b.k("case", "show", case)
        b.k("consent", "list", case)
    w.still_whole()


def test_one_person_of_whom_all_is_taken_back(world):
    """Consents that are over are never many for what is still open; but who asks why nothing holds asks all of them."""
    w = world()
    m, b = w.hostile[0], w.target
    docs, _, _, subject, gid = person(m)
    with w.meter("one person, 520 consents taken back"):
        assert say(m, [*docs, withdrawal(m, gid, docs[0])]) == [0, 0, 0]
        pairs = []
        for _ in range(520):
            gid, _, g = grant(m, IDENTITY_NEEDS, subject=subject)
            pairs += [g, withdrawal(m, gid, g)]
        codes = [c for part in batches(pairs) for c in say(m, part)]
        assert codes[:1022] == [0] * 1022 and codes[1022] == TOO_MANY
        offers = [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1] for _ in range(600)]
        for part in batches(offers):
            assert 0 not in say(m, part), "an offer rests on a consent that is over"
    w.still_whole()


def test_an_urgent_referral_is_seen_among_very_many(world):
    """The flood is urgent, too, and its term is as short as it can be."""
    w = world()
    m, b = w.hostile[0], w.target
    case = w.honest[0].new_case(name="Eerlijk Verzonnen")
    w.honest[0].consent(case, b.name, "identity,needs")
    ref = w.honest[0].refer(case, b.name, "--urgency", "urgent")
    b.await_state(ref, "offered")
    with w.meter("600 urgent referrals"):
        gid, subject, g = grant(m, IDENTITY_NEEDS)
        docs = [g]
        for i in range(600):
            if i % 100 == 99:
                gid, subject, g = grant(m, IDENTITY_NEEDS)
                docs.append(g)
            docs.append(offer(m, gid, subject, NAME, IDENTITY_NEEDS, urgency=2, term_days=1)[1])
        for part in batches(docs):
            assert set(say(m, part)) == {0}
        for line, key in (("inbox", "referrals"), ("worklist", "work")):
            got = b.k(line)
            assert ref in {r.get("ref") for r in got[key]}, f"{line} does not show it"
            held = {h["partner"]: h["count"] for h in got["left_out"]}
            assert held == {m.org: got["total"] - len(got[key])}
            assert {r["partner"] for r in b.k(line, "--from", m.name)[key]} == {m.org}
            assert {r["partner"] for r in b.k(line, "--from", w.honest[0].name)[key]} == {w.honest[0].org}
            few = b.k(line, "--limit", "4")
            assert ref in {r.get("ref") for r in few[key]}, f"a short {line} does not show it"
            # page after page shows all of it in the end
            seen, after = set(), ()
            while True:
                got = b.k(line, *after)
                seen |= {r["id"] for r in got[key] if r["partner"] == m.org}
                if "next" not in got:
                    break
                after = ("--after", got["next"])
            assert len(seen) >= 600
    w.still_whole()


def test_a_consent_ends_under_very_many_referrals(world):
    """All of one person: its consent is taken back there, then here, and the case is erased.  Each holds at once; what follows for every
    referral follows in slices."""
    n = 20_000 if LONG else 900
    w = world()
    m, b = w.hostile[0], w.target
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    docs = [g] + [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1] for _ in range(n)]
    for part in batches(docs):
        assert set(say(m, part)) == {0}
    row = b.k("inbox", "--from", m.name, "--limit", "1")["referrals"][0]
    assert row["name"] == NAME.name
    b.k("case", "show", row["case_id"])
    with w.meter(f"a consent ends under {n} referrals"):
        assert say(m, [withdrawal(m, gid, g)]) == [0]
        assert not [r for r in b.k("inbox", "--from", m.name)["referrals"] if r.get("name") or r.get("need")], "shown after its consent ended"
        wait_for("no body to be left", lambda: not b.k("case", "search", "Piet").get("cases"))
        b.k("revoke", row["ref"])
        wait_for("all to be over", lambda: b.k("inbox", "--from", m.name)["total"] == 0, 120)
        b.k("case", "erase", row["case_id"], "--now")
        assert not b.k("case", "list").get("cases") or row["case_id"] not in {c["id"] for c in b.k("case", "list")["cases"]}
    w.still_whole()


def test_a_hundred_thousand_referrals(world):
    """Under the limits as they are built in (a few of them lower in the short form): refused with a cause, and the member is removed at
    once, whatever it sent."""
    n, settings = (100_000, "") if LONG else (1500, "[Limits]\nPartnerOpenReferrals=600\n")
    w = world(settings=settings)
    m, b = w.hostile[0], w.target
    most = 50_000 if LONG else 600
    taken = refused = 0
    with w.meter(f"{n} referrals of one member"):
        docs, sent = [], 0
        while sent < n:
            if sent % n == 0:
                gid, subject, g = grant(m, IDENTITY_NEEDS)
                docs.append(g)
            docs.append(offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1])
            sent += 1
            if len(docs) >= 60 or sent == n:
                codes = say(m, docs, 60)
                assert len(codes) == len(docs) and set(codes) <= {0, TOO_MANY}, codes
                taken, refused, docs = taken + codes.count(0), refused + codes.count(TOO_MANY), []
        row = limits(b)["open-referrals"]
        assert row["count"] == most and taken == most + 1 and taken + refused == n + 1
        for line in (("inbox",), ("worklist",), ("case", "list"), ("case", "search", "Piet"), ("status",)):
            t0 = time.time()
            b.k(*line)
            print(f"hostile: {' '.join(line)} beside {most} open ones: {time.time() - t0:.2f} s")
        t0 = time.time()
        w.remove(m)
        took = time.time() - t0
        print(f"hostile: removed after {took:.2f} s")
        assert took < 10
        # what is to be answered has a day and stands first: where the first page has none of it, no page has
        wait_for("each referral that is open to be one line of work, that its partner is gone", lambda: (
            lambda got: got["total"] >= most and {r["kind"] for r in got["work"]} - {"consent-ends"} == {"partner-removed"})(b.k("worklist", "--from", m.name)), 30)
    w.still_whole()


def test_consents_without_a_referral(world):
    """A consent for each of very many people, and never a referral: no list shows anybody, and only so many wait."""
    w = world()
    m, b = w.hostile[0], w.target
    people = [grant(m, IDENTITY_NEEDS) for _ in range(4124)]
    with w.meter("4124 consents without a referral"):
        before = b.k("case", "list")
        codes = [c for part in batches([g for _, _, g in people]) for c in say(m, part)]
        assert codes == [0] * 4096 + [TOO_MANY] * 28
        row = limits(b)["waiting-consents"]
        assert (row["partner"], row["count"], row["most"], row["refused"]) == (m.org, 4096, 4096, 28)
        got = b.k("case", "list")
        assert got["total"] - before["total"] == len(got["cases"]) - len(before["cases"]) <= 1, "nobody but the honest person is new"
        # the referral comes: now it is somebody, and there is room for one more
        gid, subject, _ = people[7]
        assert say(m, [offer(m, gid, subject, NAME, IDENTITY_NEEDS)[1]]) == [0]
        assert [c["name"] for c in b.k("case", "search", "Piet")["cases"]] == [NAME.name]
        assert say(m, [people[4123][2], people[4122][2]]) == [0, TOO_MANY]
    w.still_whole()
