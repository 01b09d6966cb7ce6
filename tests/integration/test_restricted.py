# SPDX-License-Identifier: EUPL-1.2
"""A holder that a law binds keeps what came under a consent that was taken back: shut for everybody who works there, open to whoever looks
after privacy, with a reason, and erased on its day."""
import shutil
import subprocess

import pytest
from node import BIN, Clock, Refused, wait_for
from staff import UIDS, Colleague, hire
from test_state_loss import restore
from test_withdrawal import case_at, give, offered, opens, shown, shows_nothing, shred

REASON = "brief van de inspectie van 3 mei"
MARKS = ("Verzonnen", "000-111", "Wij bellen", "Poststraat")


def law(b, a, *terms):
    """What b takes from a is kept by law when a consent ends."""
    return b.k("partner", "agree", a.name, "--receive", "--share", "identity,contact,needs,story", *terms)


def paper(n, lang, *args):
    return " ".join(subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, *args], capture_output=True, text=True).stdout.split())


def taken_back(a, b, *terms):
    """A referral with a message, withdrawn by its sender's side: case, consent and referral."""
    law(b, a, *(terms or ("--statute", "nl-wgbo", "--keep-months", "1")))
    case = a.new_case(phone="000-111", address="Poststraat 1")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    a.k("say", ref, "--text", "Wij bellen vrijdag.")
    wait_for("the message", lambda: len(b.k("show", ref)["log"]) == 2)
    a.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "restricted")
    b.await_state(ref, "revoked")
    shred(b)
    wait_for("the answer", lambda: shown(a, gid).get("outcome") == "restricted")
    return case, gid, ref


def all_shut(b, ref, gid):
    """Nobody who works there reads anything of it, in no list and in no language."""
    row = shows_nothing(b, ref)
    assert row["hollow"] == "restricted"
    case = row["case_id"]
    texts = [paper(b, lang, *what) for lang in ("nl", "fr", "en", "de")
             for what in (("show", ref), ("case", "show", case), ("case", "list"), ("inbox", "--all"), ("today",), ("consent", "show", gid), ("case", "export", case))]
    assert not [m for m in MARKS for t in texts if m in t], texts
    assert "kept by law" in paper(b, "en", "case", "list") and "kept by law" in paper(b, "en", "inbox", "--all")
    return case


def test_what_a_law_keeps_is_shut_and_the_sender_reads_under_which_one_and_until_when(federation):
    a, b = federation().start()
    case, gid, ref = taken_back(a, b)
    got = shown(a, gid)
    assert not got.get("complete") and got["kept"] == 1 and got["answered"] == 0 and got["silent"] == 0
    assert got["statute"] == "nl-wgbo" and got["kept_until"] == shown(b, gid)["kept_until"] > "2026"
    assert got["holders"][0]["state"] == "restricted" and got["holders"][0]["kept_until"] == got["kept_until"]
    for lang, words in (("nl", "bewaart het nog tot"), ("fr", "le conserve encore jusqu'au"), ("en", "still keeps it until"), ("de", "bewahrt es noch bis zum")):
        assert words in paper(a, lang, "consent", "show", gid) and "WGBO" in paper(a, lang, "consent", "receipt", gid)
        assert not [m for m in MARKS if m in paper(a, lang, "consent", "show", gid)]
    assert "does not read it any more" in paper(a, "en", "letter", case)  # the person is not told that it is gone
    theirs = all_shut(b, ref, gid)
    assert opens(b, gid)  # the key is there: whoever may, can
    b.stop()
    b.start()
    all_shut(b, ref, gid)
    for what in (("case", "erase", theirs), ("case", "erase", theirs, "--now")):
        with pytest.raises(Refused) as e:
            b.k(*what)
        assert e.value.reply["code"] == "restricted"
    assert not b.k("verify").get("damage")
    # an ordinary worker is refused, and so is who gives no reason
    for role in ("caseworker", "reader", "administrator", "coordinator", "privacy"):
        hire(b, role)
    for role in ("caseworker", "reader", "administrator", "coordinator"):
        assert Colleague(b, UIDS[role]).ask("consent_open", id=gid, reason=REASON).code == "staff-no-right"
    officer = Colleague(b, UIDS["privacy"])
    assert officer.ask("consent_open", id=gid).code == officer.ask("consent_open", id=gid, reason="zomaar").code == "open-reason"
    seen = officer.ask("consent_open", id=gid, reason=REASON)
    assert seen.code == "" and seen.person.name == "Testpersoon Verzonnen" and seen.person.phone == "000-111", seen
    assert [r.act for r in seen.log] == ["offer", "message", "revoke"] and seen.log[1].text == "Wij bellen vrijdag."
    assert seen.grants[0].state == "restricted" and seen.grants[0].statute == "nl-wgbo"
    log = officer.ask("audit_list")
    assert [(r.event, r.detail) for r in log.audit if r.event == "break-glass"] == [("break-glass", REASON)]
    worker = Colleague(b, UIDS["caseworker"])  # once, and for that one only
    assert not worker.ask("show", id=ref).HasField("person") and not worker.ask("case_show", id=theirs).HasField("person")
    assert "Verzonnen" not in b.log.read_text()


def test_on_its_day_it_is_erased_and_that_is_answered_once_more(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case, gid, ref = taken_back(a, b)
    clock.days(20, (a, b))
    assert not [w for w in a.k("worklist").get("work", []) if w["kind"] == "erasure-unanswered"]  # nobody has to telephone
    assert opens(b, gid)
    clock.days(16, (a, b))
    wait_for("the day", lambda: shown(b, gid)["state"] == "withdrawn")
    shred(b)
    got = wait_for("the second answer", lambda: shown(a, gid) if shown(a, gid).get("complete") else None)
    assert got["outcome"] == "erased" and got["answered"] == 1 and not got.get("kept")
    assert not opens(b, gid)
    assert all(e.get("hollow") for e in b.k("show", ref)["log"] if e["act"] in ("offer", "message"))
    b.k("case", "erase", case_at(b, ref))  # nothing stands in its way any more


@pytest.mark.parametrize("backup", ["late", "early"])
def test_a_restore_brings_back_what_is_kept_and_not_that_it_was_open(federation, workdir, backup):
    a, b = federation().start()
    law(b, a, "--statute", "nl-wmo", "--keep-months", "12")
    case = a.new_case(phone="000-111", address="Poststraat 1")
    gid = give(a, case, b.name)
    ref = offered(a, b, case)
    b.k("backup", str(workdir / "early"))
    a.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "restricted")
    shred(b)
    wait_for("the answer", lambda: shown(a, gid).get("outcome") == "restricted")
    b.k("backup", str(workdir / "late"))
    a.stop()
    shutil.copy(b.dir / "recovery-sheet.txt", workdir / "sheet")
    restore(b, workdir / backup, workdir / "sheet")
    b.start()
    if backup == "late":  # before anybody was heard
        all_shut(b, ref, gid)
    a.start()
    wait_for("the report of the restore", lambda: a.try_k("partner", "restored", b.name) is not None)
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "restricted")
    b.await_state(ref, "revoked")
    all_shut(b, ref, gid)
    assert opens(b, gid)
    got = shown(a, gid)
    assert got["outcome"] == "restricted" and not got.get("complete")


def test_terms_belong_to_what_comes_and_name_a_law_and_a_time(federation):
    a, b = federation().start()
    for terms, code in ((("--statute", "nl-wgbo"), "keep-months-missing"), (("--keep-months", "12"), "statute-unknown"),
                        (("--statute", "nl-wgbo", "--keep-months", "601"), "keep-months-missing")):
        with pytest.raises(Refused) as e:
            law(b, a, *terms)
        assert e.value.reply["code"] == code
    with pytest.raises(Refused) as e:
        b.k("partner", "agree", a.name, "--share", "identity", "--statute", "nl-wgbo", "--keep-months", "12")
    assert e.value.reply["code"] == "keep-receive-only"
    law(b, a, "--statute", "nl-wgbo", "--keep-months", "240")
    row = [r for r in b.k("partner", "agreement", a.name)["agreements"] if r.get("receive")][0]
    assert (row["statute"], row["keep_months"]) == ("nl-wgbo", 240)
    assert "WGBO (Netherlands), 240 months" in paper(b, "en", "partner", "agreement", a.name)
    law(b, a)  # written anew without: from then on it is erased as ever
    case = a.new_case()
    gid = give(a, case, b.name)
    offered(a, b, case)
    with pytest.raises(Refused) as e:
        b.k("consent", "open", gid, "--reason", REASON)
    assert e.value.reply["code"] == "not-restricted"
    a.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "withdrawn")
    shred(b)
    assert not opens(b, gid)
