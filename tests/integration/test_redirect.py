# SPDX-License-Identifier: EUPL-1.2
"""A partner names a better place: its sender has one command for that, and whoever had the person passes it on only by the person's word."""
import pytest
from node import Clock, Refused, offered, wait_for
from test_chain import SHARE, case_of, known, refused

ORGS = ("Goes", "SMWO", "GGD Zeeland")


def work(n, kind):
    return [w for w in n.k("worklist").get("work", []) if w["kind"] == kind]


def test_the_sender_has_one_command_that_refers_there(federation):
    f = federation(*ORGS)
    a, b, c = known(f)
    case, ref = offered(a, b)
    b.k("redirect", ref, "--target", "Wijkpunt Fictief", "--target", c.org)
    a.await_state(ref, "redirected")
    w = work(a, "refer-on")
    assert len(w) == 1 and w[0]["command"].startswith("kring refer ") and w[0]["command"].endswith(" --to ggd-zeeland --need income-debt")
    assert not work(a, "follow-up")
    e = refused(a, *w[0]["command"].split()[1:])
    assert e.reply["code"] == "not-covered", "the person is asked first"
    a.consent(case, c.name)
    child = a.k(*w[0]["command"].split()[1:])["id"]
    c.await_state(child, "offered")
    assert not work(a, "refer-on"), "it is done"
    # the chain goes on: the one that had the person before is in it
    assert next(r for r in c.k("inbox")["referrals"] if r["ref"] == child)["hops"] == 1
    c.k("redirect", child, "--target", b.org)
    a.await_state(child, "redirected")
    w = work(a, "refer-on")[0]
    assert w["command"].endswith(" --to smwo --need income-debt")
    assert refused(a, *w["command"].split()[1:]).reply["code"] == "loop"


def test_where_only_outside_is_named_the_person_chooses(federation):
    f = federation(*ORGS)
    a, b, _ = known(f)
    case, ref = offered(a, b)
    b.k("redirect", ref, "--target", "Wijkpunt Fictief")
    a.await_state(ref, "redirected")
    w = work(a, "refer-on")
    assert len(w) == 1 and w[0]["command"] == f"kring refer {case[12:20]}" and not w[0]["target"]
    a.k("done", ref, "--as", "told")
    assert not work(a, "refer-on")


def test_no_more_places_than_a_redirect_may_name(federation):
    f = federation(*ORGS)
    a, b, c = known(f)
    _, ref = offered(a, b)
    for place in (c.org, "Wijkpunt Fictief"):
        e = refused(b, "redirect", ref, *("--target", place) * 17)
        assert (e.reply["code"], e.reply["why"]) == ("places-many", "there is room for 16")
    b.k("redirect", ref, *("--target", c.org) * 16)
    a.await_state(ref, "redirected")


@pytest.mark.parametrize("onward", ["none", "member"])
def test_who_had_the_person_passes_it_on_only_by_the_persons_word(federation, onward):
    f = federation(*ORGS)
    clock = Clock(f.dir)
    a, b, c = known(f, *clock.args)
    case = a.new_case(phone="000-111")
    given = a.k("consent", "give", case, "--to", b.name, "--share", SHARE, "--how", "written", "--onward", onward)["id"]
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    there = case_of(b, ref)
    b.k("redirect", ref, "--target", c.org)
    a.await_state(ref, "redirected")
    go = ("refer", there, "--to", c.name, "--need", "housing")
    if onward == "none":
        e = refused(b, *go)
        assert e.code == 1 and e.reply["code"] == "onward-denied" and a.org in e.reply["why"]
        assert f"kring consent give {there} --to {c.name}" in e.reply["remedy"] and "--onward member" in e.reply["remedy"], "both ways"
        assert refused(b, *go, "--dry-run").reply["code"] == "onward-denied"
        assert len(b.k("consent", "list", there)["grants"]) == 1 and not b.k("sent").get("referrals")
        b.consent(there, c.name)
    else:
        b.k(*go, "--dry-run")
        assert len(b.k("consent", "list", there)["grants"]) == 1, "what is only tried leaves no consent"
    on = b.k(*go)["id"]
    c.await_state(on, "offered")
    child = next(g for g in b.k("consent", "list", there)["grants"] if not g.get("received"))
    shown = c.k("consent", "show", child["id"])["grants"][0]
    assert shown["parent_grant"] == given and shown["onward"] == "none"
    if onward == "member":
        assert (child["expires_ms"], child["cats"]) == (a.k("consent", "show", given)["grants"][0]["expires_ms"],) + (child["cats"],)
        assert child["cats"] & ~a.k("consent", "show", given)["grants"][0]["cats"] == 0
        # taken back for this very partner it is not made again from the word for all
        b.k("consent", "withdraw", child["id"], "--yes")
        assert refused(b, *go, "--again").reply["code"] == "onward-denied"
        return
    # what was redirected is kept for a week, so that it can go on; then it goes
    assert b.k("show", ref)["person"]["name"]
    clock.days(9, f.nodes)
    wait_for("what was shown to be gone", lambda: not b.k("show", ref).get("person", {}).get("name"), 30)
