# SPDX-License-Identifier: EUPL-1.2
"""What two organisations say to each other beside the acts, and a referral that is taken back minutes after it went."""
import os
import signal
import time

import pytest
from documents import IDENTITY_NEEDS, act, grant, offer, pb
from node import BIN, CATS, Clock, Refused, offered, wait_for
from term import on_a_terminal

MESSAGE, ERROR, CONTACT, WORDS = 44, 21, 1 << 1, 1 << 20


def pair(f, *start, **fields):
    """A case at the first node, referred to the second."""
    a, b = f.start(*start)
    return a, b, *offered(a, b, **fields)


def messages(n, ref, side=None):
    return [r for r in n.k("show", ref)["log"] if r["act"] == "message" and side in (None, r["side"])]


def texts(n, ref):
    return [r.get("text") for r in messages(n, ref)]


def work(n, kind):
    return [w for w in n.k("worklist").get("work", []) if w["kind"] == kind]


def day(offset):
    return time.strftime("%Y-%m-%d", time.localtime(time.time() + offset * 86400))


def refused(code, n, *args):
    with pytest.raises(Refused) as e:
        n.k(*args)
    assert e.value.reply.get("code") == code, e.value.reply
    return e.value


def row(n, ref):
    return n.k("show", ref)["referrals"][0]


# ---- words ----
def test_both_sides_speak_and_see_the_same(federation):
    a, b, case, ref = pair(federation())
    b.k("say", ref, "--text", "Kan zij dinsdag om tien uur?")
    wait_for("the question", lambda: texts(a, ref))
    no = messages(a, ref)[0]["no"]
    a.k("say", ref, "--text", "Ja, dinsdag.\nZij komt met de bus.", "--answers", str(no))
    wait_for("the answer", lambda: len(texts(b, ref)) == 2)
    for n in (a, b):
        assert texts(n, ref) == ["Kan zij dinsdag om tien uur?", "Ja, dinsdag.\nZij komt met de bus."]
        assert messages(n, ref)[1]["answers"] == no
        assert n.state(ref) == "offered"
    assert "message" in [d["act"] for d in a.k("case", "show", case)["disclosures"]]
    for n in (a, b):  # no part of the file
        assert "dinsdag" not in str({k: v for k, v in n.k("case", "show", row(n, ref)["case_id"]).items() if k in ("person", "told")})
    for n in (a, b):
        n.k("audit", "verify")


def test_a_new_message_is_news_until_somebody_looks(federation):
    a, b, _, ref = pair(federation())
    a.k("say", ref, "--text", "Wij zijn gesloten tot 4 januari.")
    wait_for("the news", lambda: b.k("inbox")["referrals"][0].get("unread"))
    assert [w["ref"] for w in work(b, "message-new")] == [ref]
    assert not a.k("sent")["referrals"][0].get("unread") and not work(a, "message-new")
    b.k("show", ref)
    assert not b.k("inbox")["referrals"][0].get("unread") and not work(b, "message-new")
    assert work(b, "answer-due")  # what the state asks of them is still there


STEPS = [("offered", lambda a, b, r: None),
         ("needs-info", lambda a, b, r: b.k("ask", r, "--question", "best-contact")),
         ("accepted", lambda a, b, r: b.k("accept", r)),
         ("on-hold", lambda a, b, r: b.k("hold", r, "--reason", "waiting-list", "--until", day(20))),
         ("active", lambda a, b, r: b.k("start", r)),
         ("outcome", lambda a, b, r: b.k("outcome", r, "--code", "partly")),
         ("reopen-pending", lambda a, b, r: a.k("reopen", r, "--reason", "not-better")),
         ("active", lambda a, b, r: b.k("start", r)),
         ("withdraw-pending", lambda a, b, r: a.k("withdraw", r, "--reason", "no-longer-needed"))]


def test_in_every_state_that_is_not_over(federation):
    """Nothing that people wait for moves: state, term and whose turn it is stay; when it is over nothing more is said."""
    a, b, _, ref = pair(federation())
    for state, step in STEPS:
        step(a, b, ref)
        for n in (a, b):
            n.await_state(ref, state)
        wait_for("nothing to be owed", lambda: not a.k("status")["status"].get("owed") and not b.k("status")["status"].get("owed"))
        before = {n: {k: row(n, ref).get(k) for k in ("state", "due_ms", "next", "provisional")} for n in (a, b)}
        count = len(texts(a, ref))
        a.k("say", ref, "--text", f"hier {state}")
        b.k("say", ref, "--text", f"daar {state}")
        for n in (a, b):
            wait_for("both words", lambda: len(texts(n, ref)) == count + 2)
            assert {k: row(n, ref).get(k) for k in before[n]} == before[n], state
    b.k("confirm-withdraw", ref)
    for n in (a, b):
        n.await_state(ref, "withdrawn")
        with pytest.raises(Refused) as e:
            n.k("say", ref, "--text", "nog iets")
        assert e.value.code == 1
    rows = [[(r["side"], r["no"], r["hash"]) for r in n.k("show", ref)["log"]] for n in (a, b)]
    assert rows[0] == rows[1]


def test_five_hundred_characters_and_no_more(federation):
    a, b, _, ref = pair(federation())
    a.k("say", ref, "--text", "é" * 500)
    wait_for("all of it", lambda: texts(b, ref) == ["é" * 500])
    e = refused("message-long", a, "say", ref, "--text", "é" * 501)
    assert "501" in e.reply["what"] and "500" in e.reply["what"]
    a.k("say", ref, "--text", "hier", "--place", "x" * 120)
    refused("message-place-long", a, "say", ref, "--text", "hier", "--place", "x" * 121)
    refused("message-empty", a, "say", ref, "--date", day(3))
    refused("message-day-past", a, "say", ref, "--text", "gisteren", "--date", day(-1))
    refused("message-answers-nothing", a, "say", ref, "--text", "ja", "--answers", "1")
    with pytest.raises(Refused) as e:
        a.k("say", ref, "--text", "a\u202eb")
    assert e.value.code == 2
    assert len(texts(a, ref)) == 2


def test_a_text_is_read_from_standard_input(federation):
    a, b, _, ref = pair(federation())
    a.k("say", ref, "--text", "-", stdin="Eerste regel.\nTweede regel.\n")
    wait_for("the text", lambda: texts(b, ref) == ["Eerste regel.\nTweede regel."])


def test_a_terminal_is_told_above_the_field_what_does_not_belong_there(federation):
    a, b, _, ref = pair(federation())
    for lang, warns, label in (("nl", "niet het verhaal van de persoon.", "bericht: "), ("fr", "pas l'histoire de la personne.", "message : "),
                               ("en", "not the person's story.", "message: "), ("de", "nicht die Geschichte der Person.", "Nachricht: ")):
        code, out = on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "--lang", lang, "say", ref], keys=f"woord {lang}\n".encode())
        assert code == 0 and 0 <= out.index(warns) < out.index(label), out
    wait_for("all four", lambda: texts(b, ref) == [f"woord {x}" for x in ("nl", "fr", "en", "de")])
    code, out = on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "contact", ref], keys=b"0113-222\n\n\nna vijf uur\n")
    assert code == 0 and "Laat leeg wat gelijk blijft." in out, out
    wait_for("the number", lambda: b.k("show", ref)["person"].get("phone") == "0113-222")
    assert b.k("show", ref)["person"]["best_time"] == "na vijf uur"


def test_words_of_an_act_lead_to_a_message(federation):
    """Without consent for the story a question in words goes as a message, and whoever typed it is told so."""
    a, b, _, ref = pair(federation())
    e = refused("words-are-story", b, "ask", ref, "--question", "other", "--text", "Spreekt zij Frans?")
    assert f"kring say {ref}" in e.reply["remedy"] and e.reply["uncovered"] == 1 << 16
    assert a.state(ref) == "offered"
    b.k("say", ref, "--text", "Spreekt zij Frans?")
    wait_for("the question", lambda: texts(a, ref) == ["Spreekt zij Frans?"])


def test_what_is_said_survives_a_restart_and_an_absence(federation):
    f = federation()
    a, b, _, ref = pair(f)
    b.stop()
    a.k("say", ref, "--text", "Bel haar niet voor tien uur.")
    a.stop(signal.SIGKILL)
    a.start()
    b.start()
    wait_for("the message", lambda: texts(b, ref) == ["Bel haar niet voor tien uur."])
    b.stop()
    b.start()
    assert b.k("inbox")["referrals"][0]["unread"] is False  # it was looked at
    assert texts(b, ref) == ["Bel haar niet voor tien uur."]


# ---- appointments ----
def test_an_appointment_stands_on_both_worklists(federation):
    a, b, _, ref = pair(federation())
    b.k("say", ref, "--text", "Om 10 uur, bij Fatima.", "--date", day(5), "--place", "Stationsstraat 1, Goes")
    for n, other in ((a, b), (b, a)):
        w = wait_for("the appointment", lambda: work(n, "appointment"))[0]
        assert (w["ref"], w["partner"], w["due_day"], w["place"]) == (ref, other.org, day(5), "Stationsstraat 1, Goes")
    a.k("say", ref, "--text", "Liever een dag later.", "--date", day(6))
    for n in (a, b):
        wait_for("the later one", lambda: work(n, "appointment")[0]["due_day"] == day(6))
        assert not work(n, "appointment")[0]["place"]
    for n in (a, b):
        n.stop()
        n.start()
        assert work(n, "appointment")[0]["due_day"] == day(6)
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    for n in (a, b):
        n.await_state(ref, "withdrawn")
        assert not work(n, "appointment")


def test_two_appointments_that_cross_are_one(federation):
    a, b, _, ref = pair(federation())
    for n in (a, b):
        os.kill(n.children()["net"], signal.SIGSTOP)
    a.k("say", ref, "--text", "dinsdag", "--date", day(3))
    b.k("say", ref, "--text", "woensdag", "--date", day(4))
    for n in (a, b):
        os.kill(n.children()["net"], signal.SIGCONT)
    for n in (a, b):
        wait_for("both", lambda: len(texts(n, ref)) == 2)
        assert work(n, "appointment")[0]["due_day"] == day(3)  # the sender's


def test_an_appointment_that_is_over_is_no_work(federation):
    f = federation()
    clock = Clock(f.dir)
    a, b, _, ref = pair(f, *clock.args)
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    a.k("say", ref, "--text", "Om 10 uur.", "--date", day(1))
    wait_for("the appointment", lambda: work(b, "appointment"))
    clock.days(3, f.nodes)
    for n in (a, b):
        assert not work(n, "appointment")


# ---- how to reach the person ----
def test_a_changed_telephone_is_typed_once(federation):
    a, b, case, ref = pair(federation())
    a.k("contact", ref, "--phone", "0113-222", "--best-time", "na vijf uur")
    wait_for("the new number", lambda: b.k("show", ref)["person"].get("phone") == "0113-222")
    assert b.k("show", ref)["person"]["best_time"] == "na vijf uur"
    for n in (a, b):
        assert messages(n, ref)[0]["person"] == {"phone": "0113-222", "best_time": "na vijf uur"}
    assert a.k("case", "show", case)["person"]["phone"] == "0113-222"
    assert a.k("show", ref)["person"]["phone"] == "0113-222"  # what the partner holds
    got = [d for d in a.k("case", "show", case)["disclosures"] if d["act"] == "message"]
    assert [d["cats"] for d in got] == [CONTACT]
    b.k("contact", ref, "--phone", "0113-333")
    wait_for("the number from there", lambda: len(messages(a, ref)) == 2)
    assert messages(a, ref)[1]["person"] == {"phone": "0113-333"}
    assert a.k("case", "show", case)["person"]["phone"] == "0113-222"  # our file is ours to write


def test_contact_is_checked_against_the_consent(federation):
    a, b, _, _ = pair(federation())
    case2 = a.new_case(name="Testpersoon Tweede")
    a.consent(case2, b.name, share="identity,needs")
    ref2 = a.refer(case2, b.name)
    b.await_state(ref2, "offered")
    with pytest.raises(Refused) as e:
        a.k("contact", ref2, "--phone", "0113-222")
    assert e.value.reply["uncovered"] == CONTACT
    assert "phone" not in a.k("case", "show", case2)["person"]  # refused: nothing was written
    assert not messages(a, ref2)


# ---- what may pass ----
def test_a_closed_agreement_is_closed_for_words(federation):
    f = federation()
    a, b, _, ref = pair(f)
    a.k("partner", "agree", b.name, "--share", CATS, "--without", "message")
    with pytest.raises(Refused) as e:
        a.k("say", ref, "--text", "mag dit?")
    assert e.value.reply["uncovered"] == WORDS and not messages(a, ref)
    a.k("partner", "agree", b.name, "--share", CATS)
    b.k("partner", "agree", a.name, "--share", CATS, "--receive", "--without", "message")
    a.k("say", ref, "--text", "iets over haar")
    got = wait_for("the head", lambda: messages(b, ref))[0]
    assert got["hollow"] and not got["text"]
    assert not b.k("inbox")["referrals"][0].get("unread")
    assert not work(b, "agreement-missing")  # closed on purpose
    wait_for("the sender to be told", lambda: work(a, "hollow"))
    # and it is still open the other way
    b.k("say", ref, "--text", "wij horen u niet")
    wait_for("the word", lambda: "wij horen u niet" in texts(a, ref))


def test_withdrawn_consent_takes_the_words_of_both_along(federation):
    a, b, case, ref = pair(federation())
    a.k("say", ref, "--text", "WOORDVANGOES")
    b.k("say", ref, "--text", "WOORDVANSMWO", "--date", day(4), "--place", "PLAATSVANSMWO")
    for n in (a, b):
        wait_for("both words", lambda: len(texts(n, ref)) == 2)
    a.k("consent", "withdraw", case, "--all")
    for n in (a, b):
        n.await_state(ref, "revoked")
        shown = str(n.k("show", ref)["log"])
        assert all(w not in shown for w in ("WOORDVAN", "PLAATSVAN"))
        assert all(r["hollow"] for r in messages(n, ref))
        assert not work(n, "appointment")


def test_what_ran_out_takes_the_words_along_a_week_later(federation):
    f = federation()
    clock = Clock(f.dir)
    f.start(*clock.args)
    a, b = f.nodes
    case = a.new_case()
    a.k("consent", "give", case, "--to", b.name, "--share", "identity,needs", "--how", "written", "--until", day(2))
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    a.k("say", ref, "--text", "kort")
    b.k("say", ref, "--text", "ook kort")
    for n in (a, b):
        wait_for("both words", lambda: len(texts(n, ref)) == 2)
    clock.days(12, f.nodes)
    for n in (a, b):
        wait_for("the words to be gone", lambda: all(r["hollow"] for r in messages(n, ref)))


# ---- a partner of another make ----
def hostile(dialled):
    f, b, m = dialled()
    b.k("partner", "agree", m.org, "--share", CATS)
    b.k("partner", "agree", m.org, "--share", CATS, "--receive")
    cats = IDENTITY_NEEDS | CONTACT
    gid, subject, g = grant(m, cats)
    thread, o, h = offer(m, gid, subject, pb.Person(name="Testpersoon Gastvrij"), IDENTITY_NEEDS)
    m.send_documents([g, o])
    ref = wait_for("the offer", lambda: b.k("inbox").get("referrals"))[0]["ref"]
    return b, m, gid, thread, h, ref


BAD = {"too long": dict(text="x" * 501), "nothing": dict(date_ms=2**40), "name": dict(text="a", person=pb.Person(name="Naam")),
       "story": dict(person=pb.Person(story="een leven")), "answers nothing": dict(text="a", answers=7),
       "place": dict(place="x" * 121), "blank": dict(text=" \n")}


@pytest.mark.parametrize("what", BAD)
def test_what_breaks_a_rule_comes_without_its_words(dialled, what):
    b, m, gid, thread, h, ref = hostile(dialled)
    raw, h = act(m, thread, MESSAGE, 2, h, body=pb.Message(**BAD[what]), grant=gid, cats=WORDS | CONTACT | IDENTITY_NEEDS | 1 << 16)
    m.send_documents([raw])
    got = wait_for("its head", lambda: messages(b, ref))[0]
    assert got["hollow"] and not got["text"] and not got["person"]
    assert not b.k("inbox")["referrals"][0].get("unread") and not work(b, "appointment")
    assert b.state(ref) == "offered"
    raw, h = act(m, thread, MESSAGE, 3, h, body=pb.Message(text="en dit mag"), grant=gid, cats=WORDS)
    m.send_documents([raw])
    wait_for("the next one", lambda: "en dit mag" in texts(b, ref))


def test_control_characters_and_a_head_that_owns_up_to_less(dialled):
    b, m, gid, thread, h, ref = hostile(dialled)
    raw, h = act(m, thread, MESSAGE, 2, h, body=pb.Message(text="a\x1bb"), grant=gid, cats=WORDS)
    m.send_documents([raw])
    raw, h = act(m, thread, MESSAGE, 3, h, body=pb.Message(text="zonder categorie"), grant=gid, cats=0)
    m.send_documents([raw])
    raw, h = act(m, thread, MESSAGE, 4, h, body=pb.Message(text="goed", date_ms=2**62), grant=gid, cats=WORDS)
    m.send_documents([raw])
    wait_for("the last one", lambda: texts(b, ref)[-1:] == ["goed"])
    assert [r["hollow"] for r in messages(b, ref)] == [True, True, False]
    assert work(b, "appointment")[0]["due_day"] <= day(367)  # no date lies further ahead


# ---- taken back ----
def gone(n, ref):
    """Nothing of the person is here."""
    shown = n.k("show", ref)
    return "person" not in shown and not shown["referrals"][0].get("need") and not n.k("case", "show", shown["referrals"][0]["case_id"]).get("person")


def test_a_mistake_is_recalled(federation):
    a, b, case, ref = pair(federation(), name="Verkeerde Gestuurd")
    a.k("say", ref, "--text", "WOORDVANGOES")
    wait_for("the word", lambda: texts(b, ref))
    assert a.k("sent")["referrals"][0]["recall_until_ms"]
    a.k("recall", ref)
    b.await_state(ref, "error")
    assert a.state(ref) == "error"
    wait_for("the content to be gone", lambda: gone(b, ref))
    for n in (a, b):
        last = n.k("show", ref)["log"][-1]
        assert (last["act"], last["reason"]) == ("error", "sent-by-mistake")
    assert all(r["hollow"] for r in b.k("show", ref)["log"] if r["act"] in ("offer", "message"))
    assert not b.k("case", "search", "Verkeerde").get("cases")
    assert "offer" in [d["act"] for d in a.k("case", "show", case)["disclosures"]]  # that it was told stays written
    assert not a.k("sent", "--all")["referrals"][0].get("recall_until_ms")


def test_a_recall_after_ten_minutes_is_refused(federation):
    f = federation()
    clock = Clock(f.dir)
    a, b, _, ref = pair(f, *clock.args)
    clock.set(601)
    refused("recall-too-late", a, "recall", ref)
    assert a.state(ref) == "offered" and not a.k("sent")["referrals"][0].get("recall_until_ms")
    a.k("error", ref, "--reason", "wrong-person")  # that is always there
    b.await_state(ref, "error")


@pytest.mark.parametrize("first", [("accept",), ("ask", "--question", "best-contact"), ("say", "--text", "wij bellen haar")])
def test_a_recall_after_the_partner_acted_is_refused(federation, first):
    a, b, _, ref = pair(federation())
    b.k(first[0], ref, *first[1:])
    wait_for("their act", lambda: len(a.k("show", ref)["log"]) == 2)
    e = refused("recall-already-acted", a, "recall", ref)
    assert b.org in e.reply["what"]
    assert a.state(ref) != "error"
    with pytest.raises(Refused):  # it is the sender's to do
        b.k("recall", ref)


def test_what_did_not_leave_never_leaves(federation):
    f = federation()
    a, b = f.start()
    b.stop()
    case = a.new_case(name="Nooit Vertrokken")
    a.consent(case, b.name)
    ref = a.refer(case, b.name, "--without", "story")
    a.k("recall", ref)
    assert a.state(ref) == "error"
    b.start()
    wait_for("nothing to be owed", lambda: not a.k("status")["status"].get("owed"))
    b.await_state(ref, "error")
    assert gone(b, ref)
    assert [r["act"] for r in b.k("show", ref)["log"]] == ["offer", "error"]  # no answer by rule in between
    assert [r["act"] for r in a.k("show", ref)["log"]] == ["offer", "error"]
    assert not b.k("inbox").get("referrals") and not work(b, "hollow")


def test_a_partner_that_is_off_lets_go_when_it_is_back(federation):
    f = federation()
    a, b, _, ref = pair(f)
    b.stop()
    a.k("recall", ref)
    b.start()
    b.await_state(ref, "error")
    assert gone(b, ref)


@pytest.mark.parametrize("theirs, state", [(("accept",), "error"), (("ask", "--question", "best-contact"), "error"),
                                          (("decline", "--reason", "no-capacity", "--alternative", "none"), "declined"),
                                          (("say", "--text", "WOORDVANSMWO"), "error")])
def test_what_crossed_a_recall_is_right_at_both_ends(federation, theirs, state):
    a, b, _, ref = pair(federation())
    for n in (a, b):
        os.kill(n.children()["net"], signal.SIGSTOP)
    a.k("recall", ref)
    b.k(theirs[0], ref, *theirs[1:])
    for n in (a, b):
        os.kill(n.children()["net"], signal.SIGCONT)
    for n in (a, b):
        wait_for("both acts", lambda: len(n.k("show", ref)["log"]) == 3)
        n.await_state(ref, state)
    assert gone(b, ref)
    assert "WOORDVANSMWO" not in str(b.k("show", ref)["log"])
