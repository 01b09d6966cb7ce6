# SPDX-License-Identifier: EUPL-1.2
"""A consent that was taken back is over, at both ends and for everything that rests on it; one that is renewed serves what runs."""
import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from kringwire import INFO, OFFER, compile_bodies, make_document
from node import BIN, Clock, Refused, wait_for
from staff import Colleague
from test_at_rest import Keyroot, wrapped_keys
from test_state_loss import restore, settled

pb = compile_bodies()
WITHDRAWAL = 11


def day(days):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400 * days))


def give(n, case, to, share="identity,contact,needs", *more):
    return n.k("consent", "give", case, "--to", to, "--share", share, "--how", "written", *more)["id"]


def states(n, case):
    return {g["id"]: g["state"] for g in n.k("consent", "list", case).get("grants", [])}


def case_at(n, ref):
    return n.k("show", ref)["referrals"][0]["case_id"]


def offered(a, b, case, need="income-debt"):
    ref = a.refer(case, b.name, need=need)
    b.await_state(ref, "offered")
    return ref


def shows_nothing(n, ref):
    """No list, no search and no detail of this node names the person or the need."""
    got, case = n.k("show", ref), case_at(n, ref)
    row = got["referrals"][0]
    assert "person" not in got and not row.get("name") and not row.get("need"), got
    assert "person" not in n.k("case", "show", case)
    assert not n.k("case", "search", "Verzonnen").get("cases")
    rows = [r for r in n.k("inbox", "--all")["referrals"] if r["ref"] == row["ref"]]
    assert len(rows) == 1 and not rows[0].get("name") and not rows[0].get("need")
    return row


def cut(*nodes):
    for n in nodes:
        os.kill(n.children()["net"], signal.SIGSTOP)


def join(*nodes):
    for n in nodes:
        os.kill(n.children()["net"], signal.SIGCONT)


def test_revoke_ends_the_consent_at_both_ends_and_everything_under_it(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    r1, r2 = offered(a, b, case), offered(a, b, case, "housing")
    b.k("accept", r2)
    a.await_state(r2, "accepted")
    done = a.k("revoke", r1)  # says what ends with it
    assert {r["ref"] for r in done["referrals"]} == {r1, r2} and done["grants"][0]["state"] == "withdrawn"
    for r in (r1, r2):
        assert a.state(r) == "revoked"
        b.await_state(r, "revoked")
        assert shows_nothing(b, r)["hollow"] == "consent-withdrawn"
    wait_for("the withdrawal", lambda: states(b, case_at(b, r1)) == {gid: "withdrawn"})
    assert states(a, case) == {gid: "withdrawn"}
    assert all(e.get("hollow") for r in (r1, r2) for e in b.k("show", r)["log"] if e["act"] == "offer")
    with pytest.raises(Refused) as e:  # only a new consent helps
        a.refer(case, b.name, need="legal")
    assert "consent was withdrawn" in e.value.reply["why"]
    give(a, case, b.name)
    assert b.k("show", offered(a, b, case, "legal"))["person"]["phone"] == "000-111"


def test_withdrawing_one_consent_leaves_what_rests_on_another(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    g1 = give(a, case, b.name)
    r1, r2 = offered(a, b, case), offered(a, b, case, "housing")
    g2 = give(a, case, b.name)
    r3 = offered(a, b, case, "legal")
    done = a.k("consent", "withdraw", g1)
    assert {r["ref"] for r in done["referrals"]} == {r1, r2}
    for r in (r1, r2):
        b.await_state(r, "revoked")
    wait_for("the withdrawal", lambda: states(b, case_at(b, r1)) == {g1: "withdrawn", g2: "living"})
    assert states(a, case) == {g1: "withdrawn", g2: "living"}
    assert a.state(r3) == b.state(r3) == "offered" and b.k("show", r3)["person"]["phone"] == "000-111"
    with pytest.raises(Refused):
        a.k("consent", "withdraw", g1)  # once
    assert a.k("consent", "show", g2)["referrals"][0]["ref"] == r3
    out = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "consent", "list", case], capture_output=True, text=True).stdout
    assert "ingetrokken" in out and "geldig" in out


@pytest.mark.parametrize("how", ["withdraw", "revoke"])
def test_the_holder_records_it_and_the_collector_follows(federation, how):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    r1, r2 = offered(a, b, case), offered(a, b, case, "housing")
    done = b.k("consent", "withdraw", gid[12:20]) if how == "withdraw" else b.k("revoke", r1)
    assert {r["ref"] for r in done["referrals"]} == {r1, r2}
    for r in (r1, r2):
        shows_nothing(b, r)
        a.await_state(r, "revoked")
    out = subprocess.run([str(BIN / "kring"), "--dir", str(b.dir), "--lang", "nl", "inbox", "--all"], capture_output=True, text=True).stdout
    assert [line.count("toestemming ingetrokken") for line in out.splitlines()] == [1, 1], out  # its state is the reason, too
    wait_for("the withdrawal", lambda: states(a, case) == {gid: "withdrawn"})
    assert a.k("case", "show", case)["person"]["phone"] == "000-111"  # our own file stays ours
    assert {(w["ref"], w["kind"]) for w in a.k("worklist")["work"]} == {(r, "consent-taken-back") for r in (r1, r2)}  # no way to find
    with pytest.raises(Refused):
        a.refer(case, b.name, need="legal")


@pytest.mark.parametrize("who", ["holder", "collector"])
def test_whoever_erased_the_case_can_still_record_it(federation, who):
    f = federation()
    a, b = f.start()
    case = a.new_case()
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    theirs = case_at(b, ref)
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(ref, "declined")
    here, there, left = (b, a, case) if who == "holder" else (a, b, theirs)
    here.k("case", "erase", theirs if who == "holder" else case, "--now")
    assert states(there, left) == {gid: "living"}  # an erasure takes nobody's consent back
    here.k("revoke", ref)
    wait_for("the withdrawal", lambda: states(there, left) == {gid: "withdrawn"})
    there.await_state(ref, "revoked")
    if who == "holder":
        with pytest.raises(Refused) as e:
            a.refer(case, b.name, need="legal")
        assert "consent was withdrawn" in e.value.reply["why"]
    else:
        shows_nothing(b, ref)


def test_an_offer_that_crosses_the_withdrawal_arrives_without_its_content(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    r1 = offered(a, b, case)
    cut(a, b)
    b.k("consent", "withdraw", gid)
    r2 = a.refer(case, b.name, need="housing")
    join(a, b)
    wait_for("both to know", lambda: states(a, case) == {gid: "withdrawn"} and a.state(r2) in ("revoked", "declined"))
    wait_for("it to arrive", lambda: b.state(r2) in ("revoked", "declined"))
    shows_nothing(b, r2)
    assert b.state(r1) == a.state(r1) == "revoked"
    assert [e.get("hollow") for e in b.k("show", r2)["log"] if e["act"] == "offer"] == [True]


def test_nothing_leaves_that_waited_when_consent_was_taken_back(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    b.stop()
    ref = a.refer(case, b.name)
    a.k("consent", "withdraw", gid)
    b.start()
    b.await_state(ref, "revoked")
    shows_nothing(b, ref)
    assert all(e.get("hollow") for e in b.k("show", ref)["log"] if e["act"] == "offer")
    wait_for("the withdrawal", lambda: states(b, case_at(b, ref)) == {gid: "withdrawn"})


def test_a_renewal_keeps_a_running_referral_readable_across_the_old_end(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    give(a, case, b.name, "identity,contact,needs", "--until", day(40))
    ref = offered(a, b, case)
    b.k("accept", ref)
    b.k("start", ref)
    assert not [w for w in b.k("worklist")["work"] if w["kind"] == "consent-ends"]
    clock.days(12, (a, b))
    for n in (a, b):  # in time, on both worklists, with what helps
        item = wait_for("the work", lambda: [w for w in n.k("worklist").get("work", []) if w["kind"] == "consent-ends"])
        assert len(item) == 1 and item[0]["case_id"] == case_at(n, ref) and item[0]["command"]
    b.k("note", ref, "--reason", "interim")  # or the partner's silence ends it first
    clock.days(26, (a, b))
    assert b.k("show", ref)["person"]["phone"] == "000-111"
    give(a, case, b.name)  # travels at once
    for n in (a, b):
        wait_for("the work to be done", lambda: not [w for w in n.k("worklist").get("work", []) if w["kind"] == "consent-ends"])
    clock.days(5, (a, b))
    assert sorted(states(b, case_at(b, ref)).values()) == ["ended", "living"] == sorted(states(a, case).values())
    assert b.state(ref) == "active" and b.k("show", ref)["person"]["phone"] == "000-111"
    assert b.k("inbox")["referrals"][0]["name"] == "Testpersoon Verzonnen"


def test_what_the_work_item_says_renews_the_consent_wider_for_the_referral_that_runs(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)

    def ends(n):
        return [w for w in n.k("worklist").get("work", []) if w["kind"] == "consent-ends"]

    case = a.new_case(phone="000-111", story="MARKERSTORY")
    give(a, case, b.name, "identity,contact,needs", "--until", day(33))
    ref = a.refer(case, b.name, "--without", "story")
    b.await_state(ref, "offered")
    b.k("accept", ref)
    b.k("start", ref)
    a.await_state(ref, "active")
    assert not ends(a) and not ends(b)
    clock.days(4, (a, b))
    (ours,), (theirs,) = (wait_for("the work", lambda: ends(n)) for n in (a, b))
    assert theirs["command"].startswith("kring case show ")
    b.k(*theirs["command"].split()[1:])  # whose consent it is: this end can only look
    give(a, case, b.name, "story", "--until", day(20))  # wider, and shorter: what ends first still ends
    assert wait_for("the wider one", lambda: len(states(b, theirs["case_id"])) == 2) and ends(a) and ends(b)
    words = ours["command"].replace("...", "identity,contact,needs,story").split()
    assert words[:3] == ["kring", "consent", "give"]
    a.k(*words[1:], "--how", "written")
    for n in (a, b):
        wait_for("the work to be done", lambda: not ends(n))
    clock.days(34, (a, b))  # all three of before are over, and no term yet, at any hour of the day
    assert b.state(ref) == "active" and b.k("show", ref)["person"]["phone"] == "000-111"


def test_after_the_end_the_row_says_why_and_a_week_later_the_content_is_gone(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    give(a, case, b.name, "identity,contact,needs", "--until", day(2))
    ref = offered(a, b, case)
    b.k("accept", ref)
    b.k("start", ref)
    a.await_state(ref, "active")
    clock.days(4, (a, b))
    assert shows_nothing(b, ref)["hollow"] == "consent-expired"
    assert not any(e.get("hollow") for e in b.k("show", ref)["log"])  # hidden: a late renewal brings it back
    give(a, case, b.name, "identity,contact,needs", "--until", day(6))
    wait_for("the renewal", lambda: b.k("show", ref).get("person"))
    clock.days(12, (a, b))
    wait_for("the content to go", lambda: [e["hollow"] for e in b.k("show", ref)["log"] if e["act"] == "offer"] == [True])
    shows_nothing(b, ref)
    assert a.state(ref) == "active"


def test_a_wider_consent_serves_the_referral_that_runs(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111", story="MARKERSTORY")
    give(a, case, b.name)
    ref = a.refer(case, b.name, "--without", "story")
    b.await_state(ref, "offered")
    b.k("ask", ref, "--question", "what-tried")
    a.await_state(ref, "needs-info")
    with pytest.raises(Refused):
        a.k("info", ref, "--share", "story")
    give(a, case, b.name, "story")
    a.k("info", ref, "--share", "story")
    b.await_state(ref, "offered")
    got = b.k("show", ref)["person"]
    assert (got["story"], got["phone"]) == ("MARKERSTORY", "000-111")
    assert a.k("show", ref)["person"] == got  # what the partner holds under it


def test_show_at_the_sender_shows_what_was_disclosed(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111", story="MARKERSTORY", address="Dorpsstraat 1")
    give(a, case, b.name)
    ref = a.refer(case, b.name, "--without", "story,contact")
    b.await_state(ref, "offered")
    assert a.k("show", ref)["person"] == b.k("show", ref)["person"] == {"name": "Testpersoon Verzonnen"}
    assert a.k("case", "show", case)["person"]["story"] == "MARKERSTORY"
    a.k("error", ref, "--reason", "wrong-person")
    b.await_state(ref, "error")
    assert "person" not in a.k("show", ref)
    assert [e["hollow"] for e in b.k("show", ref)["log"] if e["act"] == "offer"] == [True]  # at once
    shows_nothing(b, ref)


def test_declined_beside_an_active_one_keeps_the_person(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    give(a, case, b.name)
    r1, r2 = offered(a, b, case), offered(a, b, case, "housing")
    b.k("accept", r1)
    b.k("start", r1)
    b.k("decline", r2, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(r2, "declined")
    clock.days(9, (a, b))
    wait_for("the declined one to be let go of", lambda: any(e.get("hollow") for e in b.k("show", r2)["log"]))
    assert b.k("show", r1)["person"] == {"name": "Testpersoon Verzonnen", "phone": "000-111"}
    assert b.k("case", "show", case_at(b, r1))["person"]["phone"] == "000-111"
    got = b.k("show", r2)
    assert "person" not in got and got["referrals"][0]["hollow"] == "erased"


@pytest.mark.parametrize("how", ["info", "offer", "offer under its own consent"])
def test_a_partner_cannot_write_in_our_file(dialled, how):
    f, b, m = dialled()
    for more in ([], ["--receive"]):
        b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", *more)
    case = b.new_case(phone="061234")
    b.consent(case, "python-partner")
    ref = b.refer(case, "python-partner")
    m.until(lambda: any(d.type == OFFER for d in m.inbox))
    d = next(d for d in m.inbox if d.type == OFFER)
    person = pb.Person(name="Testpersoon Verzonnen", phone="0900-DIEF", address="Adres 13")
    head = dict(fed=m.fed, sender=m.id, recipient=m.peer, grant=d.grant, cats=3)
    if how == "info":
        raw, _ = make_document(m.nk, pb.Info(person=person).SerializeToString(), type=INFO, thread=d.thread, seen_no=1, seen_hash=d.hash, **head)
        docs = [raw]
    else:
        subject = pb.Offer.FromString(d.body).subject_ref  # as if it knew our case by it
        docs = []
        if how != "offer":
            from test_hostile import grant
            head["grant"], _, raw = grant(m, 3 | 1 << 15, subject=subject)
            docs.append(raw)
        o = pb.Offer(need="income-debt", urgency=1, term_days=7, subject_ref=subject, person=person)
        raw, _ = make_document(m.nk, o.SerializeToString(), type=OFFER, thread=os.urandom(16), **{**head, "cats": 3 | 1 << 15})
        docs.append(raw)
    m.send_documents(docs)
    m.until(lambda: len(m.verdicts) == len(docs))
    assert m.verdicts[-1][2] == {"info": 0, "offer": 3}.get(how, 0)
    got = b.k("case", "show", case)
    assert got["person"] == {"name": "Testpersoon Verzonnen", "phone": "061234"} and "told" not in got
    assert b.state(ref) == "offered" and b.k("show", ref)["person"]["phone"] == "061234"
    assert all(r["case_id"] != case for r in b.k("inbox", "--all").get("referrals", []))


def test_what_a_partner_says_stands_beside_our_words_until_we_take_it(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111", address="Dorpsstraat 1")
    give(a, case, b.name)
    ref = offered(a, b, case)
    theirs = case_at(b, ref)
    b.k("case", "edit", theirs, "--phone", "000-222")  # what the worker there found out
    got = b.k("case", "show", theirs)
    assert got["person"]["phone"] == "000-222" and got["told"] == {"phone": "000-111"}
    b.k("ask", ref, "--question", "best-contact")
    a.await_state(ref, "needs-info")
    a.k("case", "edit", case, "--phone", "000-333")
    a.k("info", ref, "--share", "contact")
    b.await_state(ref, "offered")
    got = b.k("case", "show", theirs)
    assert got["person"]["phone"] == "000-222" and got["told"] == {"phone": "000-333"}
    for field in ("address", "story"):
        with pytest.raises(Refused):
            b.k("case", "take", theirs, field)
    b.k("case", "take", theirs, "phone")
    got = b.k("case", "show", theirs)
    assert got["person"]["phone"] == "000-333" and "told" not in got


@pytest.mark.parametrize("end", ["revoke", "error", "expiry"])
def test_nothing_of_an_ended_case_is_passed_on_to_a_third(federation, workdir, end):
    f, clock = federation("Goes", "SMWO", "Third"), Clock(workdir)
    a, b, c = f.start(*clock.args)
    case = a.new_case(phone="099-777")
    give(a, case, b.name, "identity,contact,needs", "--until", day(2))
    ref = offered(a, b, case)
    theirs = case_at(b, ref)
    give(b, theirs, c.name)
    on = b.refer(theirs, c.name, need="housing")
    c.await_state(on, "offered")
    assert c.k("show", on)["person"]["phone"] == "099-777"
    if end == "expiry":
        clock.days(4, (a, b, c))
    else:
        a.k(end, ref, *(["--reason", "wrong-person"] if end == "error" else []))
        b.await_state(ref, "error" if end == "error" else "revoked")
    with pytest.raises(Refused) as e:
        b.refer(theirs, c.name, need="legal")
    assert "passed on" in e.value.reply["what"]
    assert "person" not in b.k("case", "show", theirs) and not b.k("sent", "--all")["referrals"][0].get("name")
    if end == "revoke":  # the person took it back, and not only from us
        c.await_state(on, "revoked")
        shows_nothing(c, on)
        return
    c.k("ask", on, "--question", "best-contact")
    b.await_state(on, "needs-info")
    with pytest.raises(Refused):
        b.k("info", on, "--share", "contact")


def test_a_confirmed_withdrawal_is_not_provisional_any_more(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    give(a, case, b.name)
    ref = offered(a, b, case)
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    b.await_state(ref, "withdraw-pending")
    b.k("confirm-withdraw", ref)
    a.await_state(ref, "withdrawn")
    assert not a.k("show", ref)["referrals"][0].get("provisional")


OF_A_CONSENT = 3  # class of key, daemon/store/FORMAT.md


def opens(n, ident, keys=None):
    """Does a wrapped key of this consent, or of what partners told of this case, open with what its disk has now?  keys: of an old copy."""
    k, raw = Keyroot(n.dir), bytes.fromhex(ident)
    return any(k.opens(raw, w, OF_A_CONSENT) for w in (wrapped_keys(n.dir, raw) if keys is None else keys))


def shred(n):
    """What the night does: whatever was erased here is destroyed in copies of the disk, too."""
    n.k("case", "erase", n.new_case(name="Een Ander"), "--now")


def withdrawn_at(n, ref, gid):
    wait_for("the withdrawal", lambda: states(n, case_at(n, ref)).get(gid) == "withdrawn")


def test_an_old_disk_copy_opens_nothing_that_was_taken_back(federation):
    a, b = federation().start()
    case = a.new_case(phone="000-111")
    g1 = give(a, case, b.name)
    r1 = offered(a, b, case)
    a.k("say", r1, "--text", "We bellen vrijdag.")
    other = a.new_case(name="Blijvende Testpersoon", phone="000-222")
    g2 = give(a, other, b.name)
    r2 = offered(a, b, other)
    wait_for("the message", lambda: len(b.k("show", r1)["log"]) == 2)
    theirs, kept = case_at(b, r1), case_at(b, r2)
    assert all(opens(b, i) for i in (g1, g2, theirs, kept)) and opens(a, g1)  # the thief's tool works
    copy = {(n, i): wrapped_keys(n.dir, bytes.fromhex(i)) for n in (a, b) for i in (g1, theirs)}
    a.k("consent", "withdraw", g1)
    withdrawn_at(b, r1, g1)
    shows_nothing(b, r1)
    for n in (a, b):
        shred(n)
    # neither today's pages, freed ones too, nor those of the copy; what partners told of the case has a new key or none
    assert not any(opens(n, i, old) for (n, i), old in copy.items())
    assert not any(opens(n, g1) for n in (a, b)) and not opens(b, theirs)
    assert opens(b, g2) and opens(b, kept) and b.k("show", r2)["person"]["phone"] == "000-222"
    assert a.k("case", "show", case)["person"]["phone"] == "000-111"  # our own file stays ours


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_a_restored_holder_before_and_after_confirm_shows_nothing_that_was_taken_back(federation, workdir, ledger):
    """An older backup has the content.  With the list of erasures beside the old disk it never opens; without it, it goes as soon as
    a partner is heard: by the list that a partner keeps for it, or by what the collector says of the consent."""
    a, b = federation().start()
    shutil.copy(b.dir / "recovery-sheet.txt", workdir / "sheet")
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    b.k("backup", str(workdir / "before"))
    a.k("consent", "withdraw", gid)
    withdrawn_at(b, ref, gid)
    shred(b)
    a.stop()
    if ledger == "lost":
        b.stop()
        shutil.rmtree(b.dir)
    restore(b, workdir / "before", workdir / "sheet")
    assert opens(b, gid) is (ledger == "lost")
    b.start()
    if ledger == "kept":  # before anybody was heard
        assert states(b, case_at(b, ref)) == {gid: "withdrawn"}
        got = b.k("show", ref)
        assert "person" not in got and "person" not in b.k("case", "show", case_at(b, ref)), got
        assert not b.k("case", "search", "Verzonnen").get("cases")
    a.start()
    withdrawn_at(b, ref, gid)
    shows_nothing(b, ref)
    shred(b)
    assert not opens(b, gid)
    assert [e.get("hollow") for e in b.k("show", ref)["log"] if e["act"] == "offer"] == [True]
    wait_for("the report of the restore", lambda: a.try_k("partner", "restored", b.name) is not None)  # telephoned: what it forgot comes again
    b.await_state(ref, "revoked")
    shows_nothing(b, ref)
    assert not opens(b, gid)


def shown(n, gid):
    return n.k("consent", "show", gid)["grants"][0]


def test_a_holder_answers_behind_its_shred_and_the_collector_waits_for_it(federation):
    a, b = federation().start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    assert not shown(a, gid)["silent"]  # nothing is asked yet
    a.k("consent", "withdraw", gid)
    withdrawn_at(b, ref, gid)
    got = shown(a, gid)
    assert (got["silent"], got["answered"], got["complete"]) == (1, 0, False) and got["silent_since_ms"] == got["withdrawn_ms"]
    said = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "consent", "show", gid], capture_output=True, text=True).stdout
    assert "Ingetrokken; SMWO antwoordde nog niet op de vraag van" in said, said
    shred(b)
    got = wait_for("the answer", lambda: shown(a, gid) if shown(a, gid)["answered"] else None)
    assert got["complete"] and got["outcome"] == "erased" and got["silent"] == 0 and got["bodies"] == 1
    assert got["own_notes"] and got["backup_until_ms"] - got["answered_ms"] == 35 * 86400000
    assert shown(b, gid)["answered"] == 1  # what it said is in its own log too
    receipt = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "fr", "consent", "receipt", gid], capture_output=True, text=True).stdout
    assert "effacé chez ce partenaire" in receipt and "documents effacés" in receipt, receipt
    # nor does erasing the case say that the partner still has what it erased
    would = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "en", "case", "erase", case, "--dry-run"], capture_output=True, text=True).stderr
    assert "erased here for good" in would and "SMWO" not in would, would


def test_a_holder_that_records_it_destroys_it_at_once_when_asked(federation):
    a, b = federation().start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    copy = wrapped_keys(b.dir, bytes.fromhex(gid))
    b.k("consent", "withdraw", gid, "--now")
    assert not opens(b, gid) and not opens(b, gid, copy)
    wait_for("the answer", lambda: shown(a, gid).get("complete"))
    assert states(a, case) == {gid: "withdrawn"} and a.state(ref) == "revoked"


def test_silence_of_a_holder_is_work_and_what_is_owed_stays_owed(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    b.stop()
    a.k("consent", "withdraw", gid)

    def work():
        return [w for w in a.k("worklist").get("work", []) if w["kind"] == "erasure-unanswered"]

    (owed,) = [o for o in a.k("outbox", "list")["outbox"] if o["act"] == "consent-withdrawal"]
    with pytest.raises(Refused) as e:
        a.k("outbox", "drop", owed["id"], "--yes")
    assert e.value.reply["code"] == "withdrawal-is-owed"
    assert not work()
    clock.days(4, (a,))
    (item,) = wait_for("the work", work)
    assert item["partner"] == "SMWO" and not item["overdue"]
    clock.days(5, (a,))
    assert work()[0]["overdue"]  # seven days: red
    b.start(*clock.args)
    withdrawn_at(b, ref, gid)
    shred(b)
    wait_for("the answer", lambda: shown(a, gid).get("complete"))
    assert not work()


def log_acts(n, ref):
    return [e["act"] for e in n.k("show", ref)["log"]]


def test_a_consent_is_taken_back_in_part_and_the_rest_stays_readable(federation):
    a, b = federation().start()
    case = a.new_case(phone="000-111", story="MARKERSTORY")
    gid = give(a, case, b.name, "identity,contact,needs,story")
    r1, r2 = offered(a, b, case), offered(a, b, case, "housing")
    b.k("accept", r2)
    b.k("start", r2)
    a.await_state(r2, "active")
    assert b.k("show", r1)["person"]["story"] == "MARKERSTORY"
    copy = wrapped_keys(b.dir, bytes.fromhex(gid))
    done = a.k("consent", "withdraw", gid, "--only", "story")
    assert [g["id"] for g in done["grants"]] == [gid] and "referrals" not in done
    new = done["id"]
    assert done["grants"][0]["successor"] == new
    assert states(a, case) == {gid: "withdrawn", new: "living"}
    for r in (r1, r2):  # nothing ended, and what may still be seen is there
        got = wait_for("what may still be seen", lambda: b.k("show", r).get("person"))
        assert got == {"name": "Testpersoon Verzonnen", "phone": "000-111"} == a.k("show", r)["person"], got
        assert log_acts(b, r)[-1] == "info" and b.k("show", r)["referrals"][0]["need"]
        assert [e.get("hollow") for e in b.k("show", r)["log"] if e["act"] == "offer"] == [True]
    assert (a.state(r1), a.state(r2), b.state(r1), b.state(r2)) == ("offered", "active") * 2
    theirs = case_at(b, r1)
    assert states(b, theirs) == {gid: "withdrawn", new: "living"}
    assert "story" not in b.k("case", "show", theirs)["person"]
    shred(b)
    assert not opens(b, gid) and not opens(b, gid, copy) and opens(b, new)
    wait_for("the answer", lambda: shown(a, gid).get("complete"))
    for n in (a, b):  # both ends say what took its place
        assert shown(n, gid)["successor"] == new and shown(n, new)["supersedes"] == gid and shown(n, new)["version"] == 2
    assert {g["grant"] for g in a.k("show", r1)["disclosures"]} == {new}
    for n in (a, b):  # it had been shared, and a screen says so
        assert [row["cats"] for row in n.k("show", r1)["taken_back"]] == [1 << 16]
        out = subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", "en", "show", r1], capture_output=True, text=True).stdout
        assert re.search(r"^Taken back since .*: .*story\.$", out, re.M), out
    out = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "en", "letter", case], capture_output=True, text=True).stdout
    assert "You made the consent of" in out and "has erased it since" in out, out
    with pytest.raises(Refused):
        a.refer(case, b.name, "--share", "story", need="legal")
    a.k("consent", "withdraw", new)  # and what was left of it ends like any other
    for r in (r1, r2):
        b.await_state(r, "revoked")
        shows_nothing(b, r)


def test_what_is_said_again_is_what_the_case_says_now(federation):
    """A detail that was corrected since is not said wrong a second time, and what the partner never had stays here."""
    a, b = federation().start()
    case = a.new_case(phone="000-111", email="test@example.org", born="1970-01-02", story="MARKERSTORY")
    gid = give(a, case, b.name, "identity,contact,needs,story")
    ref = offered(a, b, case)
    assert b.k("show", ref)["person"]["birth_date"] == "1970-01-02"
    a.k("case", "edit", case, "--born", "1970-02-01", "--language", "fr", "--email", "")
    a.k("contact", ref, "--phone", "000-222")
    b.await_state(ref, "offered")
    wait_for("the new number", lambda: b.k("show", ref)["person"]["phone"] == "000-222")
    a.k("consent", "withdraw", gid, "--only", "story")
    got = wait_for("what may still be seen", lambda: log_acts(b, ref)[-1] == "info" and b.k("show", ref).get("person"))
    assert got == {"name": "Testpersoon Verzonnen", "birth_date": "1970-02-01"} == a.k("show", ref)["person"], got


def test_a_new_address_goes_to_nobody_by_a_withdrawal(federation):
    """Who takes something back may be hiding: what changed of where she is, people send themselves."""
    a, b = federation().start()
    case = a.new_case(phone="000-111", email="test@example.org", story="MARKERSTORY")
    gid = give(a, case, b.name, "identity,contact,needs,story")
    ref = offered(a, b, case)
    a.k("case", "edit", case, "--phone", "000-999")
    a.k("consent", "withdraw", gid, "--only", "story")
    got = wait_for("what may still be seen", lambda: log_acts(b, ref)[-1] == "info" and b.k("show", ref).get("person"))
    assert got == {"name": "Testpersoon Verzonnen", "email": "test@example.org"}, got
    a.k("contact", ref, "--phone", "000-999")
    wait_for("the new number", lambda: b.k("show", ref)["person"].get("phone") == "000-999")


def test_what_is_left_is_said_again_in_more_referrals_than_one_turn_signs_for(federation):
    a, b = federation().start()
    case = a.new_case(phone="000-111", story="MARKERSTORY")
    gid = give(a, case, b.name, "identity,contact,needs,story")
    here, there = Colleague(a, 0), Colleague(b, 0)
    refs = [here.ask("refer", case_id=case, partner=b.name, need="housing", again=True).id for _ in range(66)]
    wait_for("all of them", lambda: not there.ask("show", id=refs[-1]).error)
    a.k("consent", "withdraw", gid, "--only", "story")
    for r in refs:
        wait_for("what may still be seen", lambda: (p := there.ask("show", id=r).person) and (p.name, p.phone, p.story) == ("Testpersoon Verzonnen", "000-111", ""))
        assert [e.act for e in here.ask("show", id=r).log] == ["offer", "info"], "said once more, and once"


def test_who_takes_back_what_a_referral_needs_ends_it(federation):
    a, b = federation().start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    for words, code in (([gid, "--only", "story"], "narrow-nothing"), ([case, "--all", "--only", "needs"], "narrow-one")):
        with pytest.raises(Refused) as e:
            a.k("consent", "withdraw", *words)
        assert e.value.reply["code"] == code
    wait_for("the consent", lambda: states(b, case_at(b, ref)))
    with pytest.raises(Refused) as e:
        b.k("consent", "withdraw", gid, "--only", "contact")
    assert e.value.reply["code"] == "narrow-theirs" and states(a, case) == {gid: "living"}
    done = a.k("consent", "withdraw", gid, "--only", "needs")
    assert [r["ref"] for r in done["referrals"]] == [ref] and states(a, case)[done["id"]] == "living"
    b.await_state(ref, "revoked")
    shows_nothing(b, ref)
    done = a.k("consent", "withdraw", done["id"], "--only", "identity,contact")  # all that was left
    assert "id" not in done and set(states(a, case).values()) == {"withdrawn"}


@pytest.mark.parametrize("how", ["by the collector", "by the holder", "after the holder erased the case"])
def test_what_was_passed_on_is_taken_back_there_too(federation, how):
    a, b, c = federation("Goes", "SMWO", "Third").start()
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    theirs = case_at(b, ref)
    child = give(b, theirs, c.name)
    on = b.refer(theirs, c.name, need="housing")
    c.await_state(on, "offered")
    copy = wrapped_keys(c.dir, bytes.fromhex(child))
    assert c.k("show", on)["person"]["phone"] == "000-111" and opens(c, child)
    if how.endswith("erased the case"):
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
        c.k("decline", on, "--reason", "no-capacity", "--alternative", "none")
        a.await_state(ref, "declined")
        b.await_state(on, "declined")
        b.k("case", "erase", theirs, "--now")
    (b if how == "by the holder" else a).k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: states(c, case_at(c, on)) == {child: "withdrawn"})
    shows_nothing(c, on)
    shred(b)
    shred(c)
    assert not opens(c, child) and not opens(c, child, copy)
    got = wait_for("all answers", lambda: shown(a, gid) if shown(a, gid)["complete"] else None)
    assert got["passed_on"] == 1 and (got["answered"], got["silent"]) == (2, 0) and not got["missing"]
    assert [(h["name"], h["depth"], h["state"]) for h in got["holders"]] == [("SMWO", 1, "erased"), ("Third", 2, "erased")] and got["holders"][1]["via"] == "SMWO"
    said = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "en", "consent", "show", gid], capture_output=True, text=True).stdout
    assert "passed it on 1 time; there, and further on, it is erased too" in said and "Third (through SMWO): erased on" in said, said


@pytest.mark.parametrize("first", ["who has it from here", "who gave it", "who took it back"])
def test_what_a_restored_node_passed_on_comes_back_as_a_case_and_goes_with_the_consent(federation, workdir, first):
    """It forgot everything of the person.  Two partners give back what they have, in either order, and the person takes it back."""
    a, b, c = federation("Goes", "SMWO", "Third").start()
    shutil.copy(b.dir / "recovery-sheet.txt", workdir / "sheet")
    b.k("backup", str(workdir / "before"))
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    child = give(b, case_at(b, ref), c.name)
    on = b.refer(case_at(b, ref), c.name, need="housing")
    c.await_state(on, "offered")
    wait_for("receipts", lambda: settled(a, b, c))
    late, soon = (a, c) if first == "who has it from here" else (c, a)
    late.stop()
    restore(b, workdir / "before", workdir / "sheet")
    b.start()
    for n in (soon, late):
        if n is late and first == "who took it back":
            a.k("consent", "withdraw", gid)
            wait_for("the withdrawal", lambda: states(b, case_at(b, ref)).get(gid) == "withdrawn")
        if n is late:
            late.start()
        wait_for("the report of the restore", lambda: n.try_k("partner", "restored", b.name) is not None)
        wait_for("what came back", lambda: b.try_k("show", on if n is c else ref))
    if first != "who took it back":
        wait_for("all of it", lambda: settled(a, b, c))
        a.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: states(c, case_at(c, on)) == {child: "withdrawn"})
    wait_for("the withdrawal", lambda: states(b, case_at(b, ref)).get(gid) == "withdrawn")
    wait_for("all to be emptied", lambda: not any(x.get("name") for x in b.k("case", "list")["cases"]))
    assert not b.k("case", "search", "Verzonnen").get("cases") and not b.k("show", on).get("person")
    shred(b)
    shred(c)
    got = wait_for("all answers", lambda: shown(a, gid) if shown(a, gid)["complete"] else None)
    assert got["answered"] == 2
    assert a.k("case", "show", case)["person"]["phone"] == "000-111"  # our own file stays ours


def test_what_ran_out_is_erased_there_once_its_referral_ended(federation, workdir):
    """While a referral runs a person decides; then nobody has to: the end is said in writing, and answered."""
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name, "identity,contact,needs", "--until", day(2))
    ref = offered(a, b, case)
    b.k("accept", ref)
    b.k("start", ref)
    a.await_state(ref, "active")
    clock.days(12, (a, b))
    assert a.state(ref) == "active" and [w["kind"] for w in a.k("worklist")["work"] if w["kind"] == "consent-ends"] == ["consent-ends"]
    assert not shown(a, gid)["automatic"] and states(a, case) == {gid: "ended"}
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    b.await_state(ref, "withdraw-pending")
    b.k("confirm-withdraw", ref)
    a.await_state(ref, "withdrawn")
    clock.days(14, (a, b))
    got = wait_for("the end to be said", lambda: shown(b, gid) if shown(b, gid)["automatic"] else None)
    assert got["state"] == "ended" and got["wish"] == "erase"  # it ran out: nobody took it back
    assert states(a, case) == {gid: "ended"} and shown(a, gid)["automatic"]
    assert not [w for w in a.k("worklist").get("work", []) if w["kind"] == "consent-ends"]
    shred(b)
    got = wait_for("the answer", lambda: shown(a, gid) if shown(a, gid)["answered"] else None)
    assert got["outcome"] == "erased" and got["complete"] and not opens(b, gid)
    out = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "case", "show", case], capture_output=True, text=True).stdout
    assert "toestemming liep af" in out and "toestemming ingetrokken" not in out, out


def test_a_renewal_keeps_what_ran_out_from_being_ended(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name, "identity,contact,needs", "--until", day(2))
    ref = offered(a, b, case)
    new = give(a, case, b.name)
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    b.await_state(ref, "withdrawn")
    clock.days(14, (a, b))
    assert states(a, case) == {gid: "ended", new: "living"} and not shown(a, gid)["automatic"]
    a.k("consent", "withdraw", new)
    clock.days(18, (a, b))
    wait_for("the end to be said", lambda: shown(b, gid)["automatic"])
    assert states(a, case) == {gid: "ended", new: "withdrawn"}


def test_a_person_is_shown_out_of_the_consents_that_are_left(federation):
    """Computed from the bodies that are still there, in the order in which they came: what one consent brought goes with it, and
    what an older one had brought shows again."""
    a, b = federation().start()
    case = a.new_case(phone="000-111", address="Dorpsstraat 1")
    g1 = give(a, case, b.name, "identity,contact,needs")
    r1 = offered(a, b, case)
    a.k("case", "edit", case, "--phone", "000-222", "--address", "")
    g2 = give(a, case, b.name, "identity,contact,needs")
    r2 = offered(a, b, case, "housing")
    theirs = case_at(b, r1)
    assert b.k("case", "show", theirs)["person"] == {"name": "Testpersoon Verzonnen", "phone": "000-222", "address": "Dorpsstraat 1"}
    a.k("case", "edit", case, "--phone", "000-333")
    a.k("consent", "withdraw", g2)
    b.await_state(r2, "revoked")
    wait_for("the withdrawal", lambda: states(b, theirs) == {g1: "living", g2: "withdrawn"})
    assert b.k("case", "show", theirs)["person"] == {"name": "Testpersoon Verzonnen", "phone": "000-111", "address": "Dorpsstraat 1"}
    assert b.k("show", r1)["person"]["phone"] == "000-111"
    a.k("consent", "withdraw", g1)
    b.await_state(r1, "revoked")
    shows_nothing(b, r1)


def test_who_left_without_an_answer_is_written_to(federation, workdir):
    f, clock = federation("Goes", "SMWO", "Third"), Clock(workdir)
    a, b, c = f.start(*clock.args)
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name)
    offered(a, b, case)
    b.stop()
    a.k("consent", "withdraw", gid)
    clock.days(8, (a, c))

    def work(n):
        return [w for w in n.k("worklist").get("work", []) if w["kind"] == "erasure-unanswered"]

    (item,) = wait_for("the work", lambda: work(a))
    assert item["command"].startswith("kring partner show") and item["overdue"]
    proposal = str(workdir / "gone")
    f.run("roster", "propose", "--roster", str(f.roster), "--op", "remove", "--node", b.org, "--out", proposal)
    for n in (1, 2):
        f.run("roster", "sign", "--yes", "--proposal", proposal, "--key", str(f.dir / f"roots/root{n}.key"), "--roster", str(f.roster))
    f.import_roster(a)
    (item,) = work(a)
    assert item["command"].startswith("kring letter ") and item["overdue"] and shown(a, gid)["unreachable"] == 1
    a.k(*item["command"].split()[1:])
    for what in ("worklist", "today"):
        out = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", what], capture_output=True, text=True).stdout
        assert "schrijf een brief" in " ".join(out.split()), out
