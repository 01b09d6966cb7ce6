# SPDX-License-Identifier: EUPL-1.2
"""What crosses between two partners: which cause is named where, what is shown, what may be said, and to whom."""
import os
import shutil
import subprocess
import time

import ctl
import pytest
from node import Refused, wait_for


def begin(f, send="identity,contact,needs", receive=None):
    """Two nodes that are connected, with what the first may send and the second agreed to take."""
    a, b = f.nodes
    for n in f.nodes:
        n.start()
    f.import_roster()
    for n in f.nodes:
        f.await_connected(n)
    if send:
        a.k("partner", "agree", b.name, "--share", send)
    if receive:
        b.k("partner", "agree", a.name, "--share", receive, "--receive")
    wait_for("the partner to be known", lambda: all(not p.get("standing") for p in a.k("partner", "list")["partners"]))
    return a, b


def offered(a, b, share="identity,contact,needs", *args):
    case = a.new_case(phone="000-111")
    a.consent(case, b.name, share)
    return case, a.refer(case, b.name, *args)


@pytest.mark.parametrize("receive", [None, "identity"])
def test_a_missing_agreement_to_receive_is_named_at_both_ends(federation, receive):
    a, b = begin(federation(), receive=receive)
    case, ref = offered(a, b)
    a.await_state(ref, "declined")
    assert a.k("show", ref)["log"][-1]["reason"] == "no-agreement"
    row = wait_for("work for the receiver's administrator", lambda: b.k("worklist").get("work"))[0]
    assert row["kind"] == "agreement-missing" and row["partner"] == a.org
    command = row["command"].split()
    assert command[0] == "kring"
    b.k(*command[1:])  # what it says is what helps
    assert not b.k("worklist").get("work")
    again = a.refer(case, b.name)
    b.await_state(again, "offered")
    assert b.k("show", again)["person"]["name"] == "Testpersoon Verzonnen"


def test_each_cause_of_a_refusal_has_its_own_remedy(federation):
    a, b = begin(federation(), send="")
    case = a.new_case(phone="000-111")

    def refused(*args):
        with pytest.raises(Refused) as e:
            a.refer(case, b.name, *args)
        return e.value.reply

    r = refused()
    assert r["code"] == "not-covered-no-agreement" and "partner agree " + b.name in r["remedy"]
    a.k("partner", "agree", b.name, "--share", "identity,needs")
    r = refused()
    assert r["code"] == "not-covered" and "consent give" in r["remedy"]
    a.consent(case, b.name, "identity,contact,needs")
    r = refused()
    assert r["code"] == "not-covered-by-agreement" and "contact" in r["why"] and "partner agree" in r["remedy"]
    a.k("partner", "agree", b.name, "--share", "identity,contact,needs")
    a.k("case", "edit", case, "--story", "verzonnen")
    r = refused()
    assert "more than was consented to" in r["why"] and "story" in r["why"] and "consent give" in r["remedy"]


def test_a_remedy_is_something_that_whoever_reads_it_can_type(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    a.k("case", "edit", case, "--national-number", "123")
    a.consent(case, b.name, "identity,contact,needs")

    def refused(node, *args):
        with pytest.raises(Refused) as e:
            node.k(*args)
        return e.value

    assert refused(a, "refer", case, "--to", b.name, "--need", "housing").reply["remedy"].endswith("--without national-number")
    e = refused(a, "refer", case, "--need", "housing")
    assert e.code == 2 and "which partner" in e.reply["what"] and "--to NAME" in e.reply["remedy"]
    ref = a.refer(case, b.name, "--without", "national-number")
    b.await_state(ref, "offered")
    r = refused(b, "accept", ref, "--text", "verzonnen").reply  # its own consents do not cover what it says, and acts have no --without
    assert "story" in r["why"] and "consent give" not in r["remedy"] and "--without" not in r["remedy"] and a.org in r["remedy"]
    assert refused(b, "confirm-withdraw", ref).reply["why"] == "it is not possible while the referral is offered"
    for node, act, side in ((a, "accept", "receiver"), (b, "ack", "sender")):
        r = refused(node, act, ref).reply
        assert "other side" in r["what"] and side in r["why"] and "possible" not in r["why"], r


def test_every_code_on_a_screen_is_in_the_readers_language(federation):
    f = federation()
    a, b = f.start()
    case, ref = offered(a, b)
    b.await_state(ref, "offered")
    b.k("redirect", ref, "--target", "Huis Fictief")
    a.await_state(ref, "redirected")

    def screen(node, lang, *args):
        return subprocess.run([str(f.bin / "kring"), "--dir", str(node.dir), "--lang", lang, *args], capture_output=True, text=True).stdout

    for lang, words in {"nl": ("dossier geopend", "doel: doorverwijzen", "aangekomen", "getoond aan"),
                        "fr": ("dossier ouvert", "finalit\u00e9 : orienter", "chez le partenaire", "communiqu\u00e9 \u00e0"),
                        "de": ("Fall er\u00f6ffnet", "Zweck: vermitteln", "angekommen", "mitgeteilt an"),
                        "en": ("case opened", "purpose: refer", "arrived", "shown to")}.items():
        page = screen(a, lang, "case", "show", case)
        assert all(w in page for w in words), (lang, page)
        assert not any(w in page for w in ("case-opened", "consent-given", "stored")), page
        page = screen(a, lang, "show", ref)
        assert all(line == line.rstrip() for line in page.splitlines()), page
        last = page.splitlines()[-1]  # no reason was given: what stands there begins without a semicolon
        assert "Huis Fictief" in last and ";" not in last, last
        assert {"nl": "dit knooppunt", "fr": "ce n\u0153ud", "de": "dieser Knoten", "en": "this node"}[lang] in screen(a, lang, "partner", "list")


# ---- to whom ----

def test_a_part_of_a_name_chooses_nobody(federation):
    f = federation("Goes", "OCMW Oud-Turnhout", "OCMW Oud-Zoersel", "\u00c9\u00e9n Thuis")
    a = f.nodes[0].start()
    f.import_roster(a)
    case = a.new_case()
    for part in ("turnhout", "ocmw", "ocmw-oud-", "thuis", "oud-turnhout", "oc", "\u00e9\u00e9", "o", "", "*", "%"):
        with pytest.raises(Refused) as e:
            a.consent(case, part, "identity,needs")
        assert e.value.code == (3 if part else 2), part
        for read in (("partner", "show", part), ("audit", "export", part)):
            if part:
                assert a.try_k(*read) is None, read
    with pytest.raises(Refused) as e:
        a.consent(case, "turnhout", "identity,needs")
    assert "OCMW Oud-Turnhout (ocmw-oud-turnhout)" in e.value.reply["why"]
    for part in ("ocmw", "OCMW oud", "ocmw-oud-"):  # the beginning of two: both are named, so that one can be typed
        with pytest.raises(Refused) as e:
            a.consent(case, part, "identity,needs")
        assert all(x in e.value.reply["why"] for x in ("OCMW Oud-Turnhout (ocmw-oud-turnhout)", "OCMW Oud-Zoersel (ocmw-oud-zoersel)")), part
    for part, typed in (("een", "een-thuis"), ("ocmw-oud-t", "ocmw-oud-turnhout")):  # of one alone it is enough, but not to be put out, and not for what is held against its log
        a.consent(case, part, "identity,needs")
        for whole in (("audit", "export", part), ("partner", "suspend", part, "--yes"), ("partner", "remove", part, "--yes")):
            with pytest.raises(Refused) as e:
                a.k(*whole)
            assert e.value.code == 3 and f"({typed})" in e.value.reply["why"], whole
    rows = {p["name"]: p for p in a.k("partner", "list")["partners"]}
    assert rows["\u00c9\u00e9n Thuis"]["typed"] == "een-thuis"
    for name in ("OCMW Oud-Turnhout", "ocmw-oud-turnhout", "ocmw oud turnhout", "\u00c9\u00e9n Thuis", "\u00e9\u00e9n thuis",
                 "E\u0301e\u0301n Thuis", "een-thuis", rows["\u00c9\u00e9n Thuis"]["fingerprint"], rows["\u00c9\u00e9n Thuis"]["node_id"]):
        a.consent(case, name, "identity,needs")
    with pytest.raises(Refused) as e:
        a.consent(case, "Goes", "identity,needs")
    assert "that is your own organisation" in e.value.reply["why"]


def test_a_member_of_today_comes_before_one_that_was_removed(federation):
    f = federation("Goes", "GGD Zeeland")
    a, old = f.nodes
    with pytest.raises(subprocess.CalledProcessError) as e:  # two of one name at once: never
        f.add("ggd z\u00e9\u00e9land")
    assert "a member of this name" in e.value.stderr
    proposal = str(f.dir / "gone")
    f.run("roster", "propose", "--roster", str(f.roster), "--op", "remove", "--node", "GGD Zeeland", "--out", proposal)
    for n in (1, 2):
        f.run("roster", "sign", "--yes", "--proposal", proposal, "--key", str(f.dir / f"roots/root{n}.key"), "--roster", str(f.roster))
    shutil.rmtree(f.dir / "ggd-z-land")
    new = f.add("GGD Zeeland", dirname="ggd-new")
    f.nodes.append(new)  # so that it is stopped with the others
    a.start()
    new.start()
    f.import_roster(a, new)
    f.await_connected(a, 1)
    rows = [p for p in a.k("partner", "list")["partners"] if p["name"] == "GGD Zeeland"]
    assert [p.get("standing") == "removed" for p in rows] == [True, False]
    assert rows[1]["typed"] == "ggd-zeeland" and rows[0]["typed"] == rows[0]["fingerprint"].replace(" ", "")
    a.k("partner", "agree", "GGD Zeeland", "--share", "identity,contact,needs")
    new.k("partner", "agree", "Goes", "--share", "identity,contact,needs", "--receive")
    wait_for("the new member to be let in", lambda: not a.k("partner", "show", "ggd-zeeland")["partners"][0].get("standing"))
    case = a.new_case()
    a.consent(case, "GGD Zeeland")
    ref = a.refer(case, "ggd-zeeland")
    new.await_state(ref, "offered")
    assert a.k("partner", "show", rows[0]["fingerprint"])["partners"][0]["standing"] == "removed"


# ---- what may be said, and is read ----

SENTENCE = "Zij is verzonnen zwanger en heeft schulden"
OPTIONAL = {"accept": 4, "redirect": 6, "start": 9, "ack": 15, "wd-ok": 18, "revoke": 20, "error": 21, "info": 3}
NEEDED = {"ask": 2, "decline": 5, "hold": 8, "note": 13, "outcome": 14, "reopen": 16, "withdraw": 17}


def act(node, ref, kind, **fields):
    r = ctl.pb.Request(version=1, request_id=os.urandom(16))
    r.act.ref, r.act.type = ref, kind
    for k, v in fields.items():
        getattr(r.act, k).extend(v) if isinstance(v, list) else setattr(r.act, k, v)
    return ctl.Control(node.dir / "core.sock").call(r)


def to_state(a, b, kind):
    """A fresh referral in a state in which that act may be signed, and who signs it."""
    _, ref = offered(a, b, "identity,contact,needs", "--again")
    b.await_state(ref, "offered")
    before = {"start": ("accept",), "hold": ("accept",), "note": ("accept",), "outcome": ("accept",), "ack": ("accept", "outcome"),
              "reopen": ("accept", "outcome"), "wd-ok": ("accept",), "info": ("ask",)}.get(kind, ())
    for step in before:
        b.k(step, ref, *{"outcome": ("--code", "helped"), "ask": ("--question", "how-urgent")}.get(step, ()))
    if kind == "wd-ok":
        a.await_state(ref, "accepted")
        a.k("withdraw", ref, "--reason", "no-longer-needed")
        b.await_state(ref, "withdraw-pending")
    sender = kind in ("ack", "reopen", "withdraw", "revoke", "error", "info")
    if sender and before:
        wait_for("the sender to have heard", lambda: a.state(ref) == b.state(ref))
    return (a if sender else b), ref


def test_the_reason_of_every_act_is_a_code_of_its_own_list(federation):
    """Asked at the daemon itself: a client of somebody else's checks nothing."""
    f = federation()
    a, b = f.start()
    for kind, number in {**OPTIONAL, **NEEDED}.items():
        node, ref = to_state(a, b, kind)
        extra = {"alternative": "none"} if kind == "decline" else {"targets": [a.org]} if kind == "redirect" else {}
        if kind == "hold":
            extra["date_ms"] = int((time.time() + 86400) * 1000)
        for word in (SENTENCE, "no-show" if kind != "note" else "waiting-list", "appointment "):
            if (kind, word) == ("decline", "no-show"):
                continue  # the one that is in its list
            r = act(node, ref, number, reason=word, **extra)
            assert r.error == "usage", (kind, word, r)
            assert word not in r.remedy and ("takes: " in r.remedy or kind == "info"), (kind, r.remedy)
        if kind in NEEDED:
            assert act(node, ref, number, **extra).error == "usage", kind
    for n in (a, b):
        assert SENTENCE.encode() not in b"".join(p.read_bytes() for p in n.dir.rglob("*") if p.is_file())


def test_a_better_place_is_shown_to_the_sender(federation):
    f = federation("Goes", "SMWO", "GGD Zeeland")
    a, b, c = f.start()
    for args in (("--alternative", SENTENCE), ("--alternative", "Piet heeft hiv, probeer de GGD"), ("--alternative", "zeeland"),
                 ("--alternative", "outside"), ("--alternative", "a" * 61), ("--alternative", "GGD Zeelnad"), ("--alternative", "goes"),
                 ("--alternative", "-"), ("--alternative", " "), ("--alternative", "smwo")):
        _, ref = offered(a, b, "identity,contact,needs", "--again")
        b.await_state(ref, "offered")
        with pytest.raises(Refused) as e:
            b.k("decline", ref, "--reason", "no-capacity", *args)
        assert e.value.code in (2, 3), args
        with pytest.raises(Refused):
            b.k("redirect", ref, "--target", args[1])
        assert b.state(ref) == "offered"
    shown = {}
    for typed in ("None", "ggd zeeland", "Stichting Voorbeeldhuis"):
        _, ref = offered(a, b, "identity,contact,needs", "--again")
        b.await_state(ref, "offered")
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", typed)
        a.await_state(ref, "declined")
        row = a.k("show", ref)["log"][-1]
        shown[typed] = row["alternative"], row.get("outside") or None
    assert shown == {"None": ("none", None), "ggd zeeland": (c.org, None),
                     "Stichting Voorbeeldhuis": ("outside", ["Stichting Voorbeeldhuis"])}
    case, ref = offered(a, b)
    b.await_state(ref, "offered")
    b.k("redirect", ref, "--target", c.org, "--target", "Wijkpunt Fictief")
    a.await_state(ref, "redirected")
    row = a.k("show", ref)["log"][-1]
    assert row["targets"] == [c.org, "outside"] and row["outside"] == ["Wijkpunt Fictief"]
    plain = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", "nl", "show", ref], capture_output=True, text=True).stdout
    assert c.org in plain and "Wijkpunt Fictief" in plain
    told = [d for d in b.k("case", "show", b.k("show", ref)["referrals"][0]["case_id"])["disclosures"] if d["act"] == "redirect"]
    assert [d["cats"] for d in told] == [1 << 20]  # the name of the place stands in the ledger
    b.k("partner", "agree", a.name, "--share", "identity,needs", "--without", "message")
    _, ref = offered(a, b, "identity,contact,needs", "--again")
    b.await_state(ref, "offered")
    with pytest.raises(Refused) as e:
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "Stichting Voorbeeldhuis")
    assert e.value.reply["code"] == "not-covered-by-agreement" and "message" in e.value.reply["why"]


def test_every_field_of_every_body_is_read_at_the_other_side(federation):
    """By the descriptor: a field that is added and shown nowhere is found here."""
    f = federation()
    a, b = f.start()
    when = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9 * 86400))
    case, ref = offered(a, b, "identity,contact,needs,story", "--service", "budgetbeheer", "--urgency", "urgent")
    b.await_state(ref, "offered")
    b.k("ask", ref, "--question", "best-contact", "--text", "VRAAGTEKST")
    a.await_state(ref, "needs-info")
    a.k("info", ref, "--share", "contact", "--text", "ANTWOORDTEKST")
    b.await_state(ref, "offered")
    b.k("accept", ref, "--reason", "place-now")
    b.k("start", ref)
    b.k("note", ref, "--reason", "appointment", "--until", when, "--text", "AFSPRAAKTEKST")
    b.k("hold", ref, "--reason", "waiting-list", "--until", when)
    a.await_state(ref, "on-hold")
    log = {r["act"]: r for r in a.k("show", ref)["log"]}
    theirs = {r["act"]: r for r in b.k("show", ref)["log"]}
    seen = {"Offer": {"need": theirs["offer"]["reason"] == "income-debt", "service": theirs["offer"]["service"] == "budgetbeheer",
                      "urgency": theirs["offer"]["urgency"] == "urgent", "term_days": theirs["offer"]["term_days"] > 0,
                      "person": b.k("show", ref)["person"]["phone"] == "000-111"},
            "Ask": {"question": log["ask"]["reason"] == "best-contact", "text": log["ask"]["text"] == "VRAAGTEKST"},
            "Info": {"person": True, "text": theirs["info"]["text"] == "ANTWOORDTEKST"},
            "Act": {"reason": log["accept"]["reason"] == "place-now", "text": log["note"]["text"] == "AFSPRAAKTEKST",
                    "date_ms": log["hold"]["date_ms"] > time.time() * 1000 and log["note"]["date_ms"] == log["hold"]["date_ms"]}}
    for kind, args, field in (("decline", ("--alternative", "Huis Fictief"), "alternative"), ("redirect", ("--target", "Huis Fictief"), "targets")):
        _, other = offered(a, b)
        b.await_state(other, "offered")
        b.k(kind, other, *(("--reason", "no-capacity") if kind == "decline" else ()), *args)
        a.await_state(other, {"decline": "declined", "redirect": "redirected"}[kind])
        row = a.k("show", other)["log"][-1]
        seen["Act"][field] = "outside" in row[field]
        seen["Act"]["outside"] = row["outside"] == ["Huis Fictief"]
    a.k("partner", "agree", b.name, "--share", "identity,contact,needs,story")
    b.k("partner", "agree", a.name, "--share", "identity", "--receive")
    _, other = offered(a, b)
    a.await_state(other, "declined")
    b.k("start", ref)
    b.k("note", ref, "--reason", "interim")
    note = b.k("show", ref)["log"][-1]["no"]
    b.k("note", ref, "--reason", "appointment", "--corrects", str(note))
    seen["Act"]["corrects"] = wait_for("the correction", lambda: [r for r in a.k("show", ref)["log"] if r.get("corrects") == note])[0]["act"] == "note"
    seen["Act"]["automatic"] = a.k("show", other)["log"][-1]["automatic"]
    their_case = b.k("show", ref)["referrals"][0]["case_id"]
    grant = b.k("consent", "list", their_case)["grants"][0]
    seen["ConsentGrant"] = {"given_by": grant["given_by"] == "self", "onward": grant["onward"] == "none", "purpose": grant["purpose"] == "refer",
                            "how": grant["how"] == "written", "cats": grant["cats"] == 1 << 0 | 1 << 1 | 1 << 15 | 1 << 16,
                            "grant_id": len(grant["id"]) == 32, "collected_ms": grant["given_ms"] > 0, "expires_ms": grant["expires_ms"] > 0,
                            "collected_by": grant["partner"] == a.org}
    # pseudonyms, counts and evidence that programs read and no person does; what no command fills in yet; files: test_attachments.py
    machine = {"Offer": {"subject_ref", "hops", "handled_by", "chain_id", "chain_salt", "continues"}, "Act": {"target_ids"}, "Info": {"blob", "file_size", "bkey", "mime", "file_name"},
               "ConsentGrant": {"version", "supersedes", "subject_ref", "recipient", "evidence_hash", "witness", "valid_from_ms",
                                "withdrawal_explained", "gdpr_basis", "art9", "secrecy_basis", "age_band", "place", "exclusions",
                                "notice_language", "parent_grant"}}
    for name, fields in seen.items():
        assert all(fields.values()), (name, fields)
        assert set(fields) | machine.get(name, set()) == {x.name for x in ctl.pb.DESCRIPTOR.pool.FindMessageTypeByName("kring." + name).fields}


def test_help_of_an_act_lists_its_own_reasons(federation):
    f = federation("Goes")
    for verb, has, not_there in (("accept", "place-now", "no-show"), ("hold", "waiting-list", "appointment"), ("note", "appointment", "superseded"),
                                 ("confirm-withdraw", "work-stopped", "place-now"), ("decline", "safety", "no-agreement"),
                                 ("outcome", "helped", "no-capacity"), ("inbox", "kring inbox", "place-now")):
        said = f.run("--lang", "en", "help", verb)
        assert has in said and not_there not in said, (verb, said)


def test_the_name_of_a_service_is_no_sentence(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case()
    a.consent(case, b.name)
    with pytest.raises(Refused) as e:
        a.refer(case, b.name, "--service", "Piet heeft hiv en schulden, probeer de GGD")
    assert "which service of the partner: " in e.value.reply["what"]
    with pytest.raises(Refused) as e:
        a.k("consent", "give", case, "--to", b.name, "--share", "identity,needs", "--how", "written", "--given-by", SENTENCE)
    assert e.value.code == 2 and "--given-by" in e.value.reply["what"] and "self" in e.value.reply["remedy"]
    with pytest.raises(Refused) as e:
        a.k("consent", "give", case, "--to", b.name, "--share", "identity,needs", "--how", "written", "--onward", SENTENCE)
    assert e.value.code == 2 and "--onward" in e.value.reply["what"] and "none" in e.value.reply["remedy"]
    words = {"given_by": "who consents: ", "onward": "may the partner pass it on: "}  # the field as the reader calls it
    for field in words:  # a client of somebody else's checks nothing
        r = ctl.pb.Request(version=1, request_id=os.urandom(16))
        give = r.consent_give
        give.case_id, give.partner, give.purpose, give.cats, give.how = case, b.name, "refer", 1, "written"
        setattr(give, field, SENTENCE)
        got = ctl.Control(a.dir / "core.sock").call(r)
        assert got.error == "usage" and got.values[0].code == "--" + field.replace("_", "-") and got.what.startswith(words[field]), got
