# SPDX-License-Identifier: EUPL-1.2
"""A member that the roots remove from a day on: what it has of people is taken back while it can still answer, and nothing new begins."""
import subprocess

import pytest
from node import Clock, Federation, wait_for
from test_handover import refused


def standing(n, other):
    return next(p for p in n.k("partner", "list")["partners"] if p["name"] == other.org)


def remove(f, a, other, date):
    proposal = a.k("partner", "remove", other.name, "--date", date)["proposal"]
    for r in (1, 2):
        a.k("approve", proposal, "--key", str(f.dir / f"roots/root{r}.key"))


def told(a, grant):
    return a.k("consent", "show", grant)["grants"][0]


def test_who_leaves_answers_until_then_and_who_is_down_is_a_letter(workdir):
    f, clock = Federation(workdir, ("Goes", "SMWO", "GGD")), Clock(workdir)
    a, b, c = f.start(*clock.args)
    try:
        case = a.new_case(phone="000-111")
        grants = {n: a.consent(case, n.name) for n in (b, c)}
        refs = {n: a.refer(case, n.name) for n in (b, c)}
        for n in (b, c):
            n.await_state(refs[n], "offered")
        c.stop()  # for all of it
        for n in (b, c):
            remove(f, a, n, "in 5 days")
        # told at once, and answered by whoever is on
        b.await_state(refs[b], "revoked")
        b.k("case", "erase", b.new_case(name="Een Ander"), "--now")  # what the night does
        wait_for("the answer", lambda: any(h["state"] == "erased" for h in told(a, grants[b]).get("holders", [])))
        assert a.state(refs[c]) == "revoked" and told(a, grants[c])["state"] == "withdrawn"
        # shown, and nothing new begins
        for n in (b, c):
            row = standing(a, n)
            assert row["standing"] == "leaving" and row["leaves_day"], row
            assert refused(a, "refer", case, "--to", n.name, "--need", "income-debt") == "partner-leaves"
            assert refused(a, "consent", "give", case, "--to", n.name, "--share", "identity", "--how", "oral", "--witness", "X") == "partner-leaves"
            assert refused(a, "handover", "propose", case, "--to", n.name) == "partner-leaves"
        alarms = a.k("status")["status"]["alarms"]
        assert {x.get("partner") for x in alarms if x["what"] == "partner-leaves"} == {b.org, c.org}
        # and whom it is about is told: the day, and later that it is over
        own, = [x for x in b.k("status")["status"]["alarms"] if x["what"] == "we-leave"]
        assert own["at_ms"] == next(x["at_ms"] for x in alarms if x.get("partner") == b.org)
        assert a.k("status")["status"]["members"] == 3 and b.k("status")["status"]["member"]
        # the day: it happens by itself, after a restart too
        a.stop()
        a.start(*clock.args)
        assert standing(a, c)["standing"] == "leaving"
        clock.days(6, [a])
        wait_for("them to have left", lambda: all(standing(a, n)["standing"] == "removed" for n in (b, c)))
        assert not any(x["what"] == "partner-leaves" for x in a.k("status")["status"].get("alarms", []))
        now = wait_for("it to know", lambda: [x for x in b.k("status")["status"]["alarms"] if x["what"] == "we-were-removed"])
        assert now[0]["at_ms"] == own["at_ms"] and "we-leave" not in {x["what"] for x in b.k("status")["status"]["alarms"]}
        assert a.k("status")["status"]["members"] == 1 and not b.k("status")["status"].get("member")
        kring = lambda n, *w: subprocess.run([str(f.bin / "kring"), "--dir", str(n.dir), "--lang", "en", *w], capture_output=True, text=True)  # noqa: E731
        said = kring(b, "status").stdout
        assert said.startswith("SMWO\n") and "no member any more, by decision of the roots" in said, said
        said = kring(b, "doctor")  # nobody is to be telephoned about a line that nobody opens
        assert said.returncode == 2 and "no member any more" in said.stdout and "phone them" not in said.stdout, said
        said = kring(a, "doctor").stdout
        assert "0 of 0 partners" in said and "ok        partner        SMWO: removed" in said and "()" not in said, said
        held = {n: told(a, grants[n])["holders"] for n in (b, c)}
        assert [h["state"] for h in held[b]] == ["erased"] and [h["state"] for h in held[c]] == ["unreachable"], held
        clock.days(3, [a])
        row = wait_for("the letter", lambda: [w for w in a.k("worklist").get("work", []) if w["kind"] == "erasure-unanswered"])
        assert [w["partner"] for w in row] == [c.org] and row[0]["command"].startswith("kring letter ")
    finally:
        f.stop()


@pytest.mark.parametrize("who", [0, 1])
def test_who_was_off_is_told_that_nobody_lets_it_in(workdir, who):
    """Nobody opens to it, so nobody can say why; that its partner knows it no more is heard at the door, and stands in its status with whom to ask."""
    f = Federation(workdir)
    f.start()
    a, b = f.nodes[who], f.nodes[1 - who]
    held = lambda n: {(h["cause"], h.get("partner")) for h in n.k("status")["status"].get("held", [])}  # noqa: E731
    try:
        wait_for("them to speak", lambda: a.k("status")["status"]["connected"] == 1)
        assert not held(a) and not held(b)
        b.stop()
        proposal = a.k("partner", "remove", b.name)["proposal"]
        for r in (1, 2):
            a.k("approve", proposal, "--key", str(f.dir / f"roots/root{r}.key"))
        wait_for("it to be removed", lambda: standing(a, b)["standing"] == "removed")
        b.start()
        wait_for("it to know", lambda: ("shut-out", a.org) in held(b), 20)
        said = subprocess.run([str(f.bin / "kring"), "--dir", str(b.dir), "--lang", "en", "status"], capture_output=True, text=True).stdout
        assert "does not let this node in" in said and a.org in said, said
        assert "shut-out" not in str(held(a))
    finally:
        f.stop()


@pytest.mark.parametrize("who", [0, 1])  # of two one dials, and the other is dialled
def test_a_day_that_is_over_is_at_once(workdir, who):
    f = Federation(workdir)
    f.start()
    a, b = f.nodes[who], f.nodes[1 - who]
    try:
        assert refused(a, "partner", "remove", b.name, "--date", "2020-01-01") == "date-too-early"
        proposal = a.k("partner", "remove", b.name)["proposal"]
        for r in (1, 2):
            a.k("approve", proposal, "--key", str(f.dir / f"roots/root{r}.key"))
        wait_for("it to be removed", lambda: standing(a, b)["standing"] == "removed")
        # the line is cut with the same entry: it is the last thing that is said there
        wait_for("it to know", lambda: [x for x in b.k("status")["status"].get("alarms", []) if x["what"] == "we-were-removed"], 20)
    finally:
        f.stop()
