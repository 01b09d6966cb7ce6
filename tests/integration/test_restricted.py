# SPDX-License-Identifier: EUPL-1.2
"""A holder that a law binds keeps what came under a consent that was taken back: shut for everybody who works there, open to whoever looks
after privacy, with a reason, and erased on its day."""
import os
import shutil
import struct
import subprocess

import pytest
from ctl import pb
from node import BIN, Clock, Refused, wait_for
from staff import UIDS, Colleague, hire
from test_handover import STORY, handed, propose, until
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


def kept(n):
    return [w for w in n.k("worklist").get("work", []) if w["kind"] == "kept-ends"]


def every_request(words):
    """Each request that there is, as a trial: bare, and with each of these words in one of its texts, and in all of them."""
    for f in pb.Request.DESCRIPTOR.fields:
        if f.message_type is None or f.name in ("consent_open", "lock", "panic", "unlock"):
            continue
        texts = [x.name for x in f.message_type.fields if x.type == x.TYPE_STRING and x.label != x.LABEL_REPEATED]
        for names, word in [([], "")] + [(n, w) for n in [[x] for x in texts] + [texts] * (len(texts) > 1) for w in words]:
            r = pb.Request(version=1, request_id=os.urandom(16), dry_run=True)
            sub = getattr(r, f.name)
            sub.SetInParent()
            for name in names:
                setattr(sub, name, word)
            yield f.name, r


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


def test_no_request_reads_it_and_whoever_may_reads_all_of_it(federation, workdir):
    """Also one that is made tomorrow: the requests are read off the protocol."""
    a, b = federation().start()
    every = "identity,contact,needs,story,attachments"
    for n, m, way in ((a, b, ()), (b, a, ("--receive", "--statute", "nl-jw", "--keep-months", "6"))):
        n.k("partner", "agree", m.name, "--share", every, *way)
    case = a.new_case(phone="000-111", address="Poststraat 1", story="Haar verhaal.", born="1980-01-31")
    gid = give(a, case, b.name, every)
    ref = offered(a, b, case)
    (workdir / "attest-van-haar.txt").write_text("x")
    a.k("case", "attach", case, str(workdir / "attest-van-haar.txt"))
    a.k("case", "send", ref, "1")
    a.k("say", ref, "--text", "Wij bellen vrijdag.")
    theirs = case_at(b, ref)
    wait_for("the file", lambda: [f for f in b.k("case", "attachments", theirs).get("files", []) if f["state"] == "whole"])
    marks, who = [m.encode() for m in ("Testpersoon", "000-111", "Poststraat", "Haar verhaal", "attest-van-haar", "Wij bellen")], Colleague(b, 0)

    def shows():
        got, core = {}, b.children()["core"]
        for name, r in every_request((theirs, ref, gid, "Verzonnen")):
            reply = who.call(r)
            if reply is None or name == "watch":  # it was hung up on, or this line only tells of changes from now on
                who.sock = None
                reply = reply or who.call(r)
            for m in marks:
                if reply is not None and m in reply.SerializeToString():
                    got.setdefault(name, set()).add(m)
        assert b.children()["core"] == core, "a request brought the daemon down"
        return got

    before = shows()
    assert {"case_list", "case_show", "inbox", "show", "file_list"} <= set(before) and set.union(*before.values()) == set(marks), before
    assert b.k("case", "new", "--from", "-", "--dry-run", stdin="name: Testpersoon Verzonnen\nborn: 1980-01-31\n").get("near")
    a.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "restricted")
    b.await_state(ref, "revoked")
    assert not shows()
    assert not b.k("case", "new", "--from", "-", "--dry-run", stdin="name: Testpersoon Verzonnen\nborn: 1980-01-31\n").get("near")
    with pytest.raises(Refused):
        b.k("case", "detach", theirs, "1", "--out", str(workdir / "out"))
    seen = who.ask("consent_open", id=gid, reason=REASON)
    assert not [m for m in marks if m not in seen.SerializeToString()], seen
    assert seen.grants[0].cats and seen.grants[0].purpose == "refer" and seen.grants[0].state == "restricted", seen.grants
    assert not who.ask("show", id=ref).HasField("person") and not who.ask("case_show", id=theirs).HasField("person")


def test_what_is_left_under_a_narrower_consent_is_read_and_the_old_one_is_shut(federation):
    a, b = federation().start()
    law(b, a, "--statute", "nl-wgbo", "--keep-months", "12")
    case = a.new_case(phone="000-111", story="MARKERSTORY")
    gid = give(a, case, b.name, "identity,contact,needs,story")
    ref = offered(a, b, case)
    new = a.k("consent", "withdraw", gid, "--only", "story")["id"]
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "restricted")
    got = wait_for("what may still be seen", lambda: b.k("show", ref).get("person"))
    assert got == {"name": "Testpersoon Verzonnen", "phone": "000-111"}
    theirs = case_at(b, ref)
    assert b.state(ref) == "offered" and shown(b, new)["state"] == "living" and b.k("case", "list")["cases"][0]["name"] == "Testpersoon Verzonnen"
    assert not [t for what in (("show", ref), ("case", "show", theirs), ("case", "export", theirs), ("consent", "show", gid)) if "MARKERSTORY" in (t := paper(b, "nl", *what))]
    shred(b)
    wait_for("the answer", lambda: shown(a, gid).get("outcome") == "restricted")
    assert opens(b, gid) and opens(b, new)
    assert "MARKERSTORY" in paper(b, "nl", "consent", "open", gid, "--reason", REASON)
    a.k("consent", "withdraw", new)
    b.await_state(ref, "revoked")
    all_shut(b, ref, new)


def test_a_case_that_another_node_has_now_is_not_erased_before_the_day(federation, workdir):
    f, clock = federation("Goes", "SMWO", "GGD"), Clock(workdir)
    a, b, c = f.start(*clock.args)
    law(b, a, "--statute", "nl-wgbo", "--keep-months", "2")
    case = a.new_case(phone="000-111")
    gid = give(a, case, b.name, "identity,contact,needs,story", "--purpose", "handover")
    ref = propose(a, b, case)
    until(a, b, ref, "taken")
    theirs = handed(b, ref)["case_id"]
    b.k("consent", "withdraw", gid)
    wait_for("the withdrawal", lambda: shown(b, gid)["state"] == "restricted")
    twin = b.new_case()  # its time is over a moment later
    for one in (theirs, twin):
        b.k("consent", "give", one, "--to", c.name, "--share", STORY, "--purpose", "handover", "--how", "written")
        until(b, c, propose(b, c, one), "taken")
    clock.days(40, f.nodes)
    wait_for("the other one to be erased", lambda: twin not in [x["id"] for x in b.k("case", "list").get("cases", [])])
    shred(b)
    assert opens(b, gid) and shown(b, gid)["state"] == "restricted"
    if not os.environ.get("KRING_LONG"):
        return
    clock.days(30, f.nodes)
    wait_for("the day", lambda: (b.try_k("consent", "show", gid) or {"grants": [{}]})["grants"][0].get("state") != "restricted")
    shred(b)
    assert not opens(b, gid)


def test_on_its_day_it_is_erased_and_that_is_answered_once_more(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    case, gid, ref = taken_back(a, b)
    assert not kept(b)  # it has a month yet, and a day
    clock.days(20, (a, b))
    assert not [w for w in a.k("worklist").get("work", []) if w["kind"] == "erasure-unanswered"]  # nobody has to telephone
    assert opens(b, gid)
    (row,) = wait_for("the work", lambda: kept(b))
    assert row["due_day"] == shown(b, gid)["kept_until"] and row["hollow"] == "restricted" and not row["name"] and not kept(a)
    assert b.k(*row["command"].split()[1:])["grants"][0]["kept_until"] == row["due_day"]
    for lang, words in (("nl", "wordt dan gewist"), ("fr", "sera alors effacé"), ("en", "will be erased then"), ("de", "wird dann gelöscht")):
        assert all(words in paper(b, lang, what) for what in ("worklist", "today"))
    clock.days(16, (a, b))
    wait_for("the day", lambda: shown(b, gid)["state"] == "withdrawn")
    shred(b)
    assert not kept(b)
    got = wait_for("the second answer", lambda: shown(a, gid) if shown(a, gid).get("complete") else None)
    assert got["outcome"] == "erased" and got["answered"] == 1 and not got.get("kept")
    assert not opens(b, gid)
    assert all(e.get("hollow") for e in b.k("show", ref)["log"] if e["act"] in ("offer", "message"))
    b.k("case", "erase", case_at(b, ref))  # nothing stands in its way any more


def test_its_day_comes_by_a_clock_that_is_sure_though_the_partner_is_gone(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = f.start(*clock.args)
    law(b, a, "--statute", "nl-wgbo", "--keep-months", "1")
    case = a.new_case()
    gid = give(a, case, b.name)
    offered(a, b, case)
    b.k("backup", str(workdir / "copy"))
    shutil.copy(b.dir / "recovery-sheet.txt", workdir / "sheet")
    a.stop()
    restore(b, workdir / "copy", workdir / "sheet")  # compared with nobody
    b.start(*clock.args)
    b.k("consent", "withdraw", gid)  # so that its word to the partner is owed until after that day
    clock.days(40, (b,))
    assert shown(b, gid)["state"] == "restricted" and opens(b, gid)
    b.k("clock", "confirm")
    clock.set(struct.unpack("=q", clock.map[:])[0] + 900)
    wait_for("the day", lambda: shown(b, gid)["state"] == "withdrawn")
    shred(b)
    assert not opens(b, gid)


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
