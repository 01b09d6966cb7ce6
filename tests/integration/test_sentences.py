# SPDX-License-Identifier: EUPL-1.2
"""What a person reads after each act, before one that cannot be undone, and at the head of `kring show`."""
import concurrent.futures
import os
import re
import subprocess

import ctl
import pytest
from node import ASKS, ROOT, Refused, offered, wait_for
from staff import Colleague
from term import on_a_terminal

LANGS = ("nl", "fr", "en", "de")


def said(node, *args, lang="nl", code=0, stdin=""):
    """(standard output, standard error) of a command as a script gets them."""
    r = subprocess.run([str(node.fed.bin / "kring"), "--dir", str(node.dir), "--lang", lang, *args], capture_output=True, text=True, input=stdin)
    assert r.returncode == code, (args, r)
    for text in (r.stdout, r.stderr):
        assert "--json" in args or not re.search(r"[{}]|\(null\)", text), text
    return r.stdout, r.stderr


def typed(node, answer, *args, lang="nl"):
    """(exit code, screen) of a command at a terminal; answer is typed where it asks."""
    return on_a_terminal([str(node.fed.bin / "kring"), "--dir", str(node.dir), "--lang", lang, *args], columns=400, keys=answer.encode() + b"\n")


def rows(name):
    lines = (ROOT / "config/lists" / f"{name}.psv").read_text().splitlines()
    return {x.split("|")[0]: dict(zip(LANGS, x.split("|")[1:5])) for x in lines[1:] if x and not x.startswith("#")}


SAID = rows("said")


def begins(key, lang, **values):
    """What stands in the row before its first value."""
    text = SAID[key][lang]
    for k, v in values.items():
        text = text.replace("{" + k + "}", v)
    return text.split("{")[0]


def test_each_act_says_what_happened_and_whose_move_it_is(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    a.consent(case, b.name)
    life = (  # who, act, options, the state in which the other side then sees it
        (b, "ask", ("--question", "best-contact"), "needs-info"), (a, "info", ("--share", "contact"), "offered"), (b, "accept", (), "accepted"),
        (b, "hold", ("--reason", "waiting-list", "--until", "2099-01-01"), None), (b, "start", (), "active"),
        (b, "note", ("--reason", "appointment"), "active"), (b, "outcome", ("--code", "helped"), "outcome"),
        (a, "reopen", ("--reason", "not-better"), "reopen-pending"), (b, "outcome", ("--code", "partly"), "outcome"), (a, "ack", (), "closed"))
    for lang in LANGS:
        out, _ = said(a, "refer", case, "--to", b.name, "--need", "income-debt", "--again", lang=lang)
        ref = a.k("sent")["referrals"][0]["ref"]
        assert out.startswith(begins("did-offer", lang, partner=b.org, ref=ref)) and ref in out, out
        assert begins("partner-due", lang, partner=b.org) in out, out  # it arrived within the second, so the day is known
        b.await_state(ref, "offered")
        for who, act, options, seen in life:
            other = a if who is b else b
            if act == "hold":
                said(who, act, ref, *options, lang=lang, code=2)  # a date so far ahead is no date
                continue
            out, _ = said(who, act, ref, *options, lang=lang)
            assert out.startswith(begins(f"did-{act}", lang, partner=other.org, ref=ref)), (lang, act, out)
            row = who.k("show", ref)["referrals"][0]
            whose = {"us": begins("us-due", lang), "partner": begins("partner-due", lang, partner=other.org), "nobody": SAID["closed"][lang]}[row["next"]]
            assert whose in out, (lang, act, out)
            can = [x for x in out.splitlines() if x.startswith(begins("can-do", lang))]
            assert len(can) == (row["next"] == "us") and all(m["command"] in can[0] for m in row["may"] if can), (act, out)
            head = said(who, "show", ref, lang=lang)[0].splitlines()[0]
            assert head in out, (lang, act, head, out)  # the same sentence
            wait_for(f"{other.name} to see {act}", lambda: other.state(ref) == seen)


def test_each_end_has_its_sentence_on_both_sides(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")

    def ended(who, *act):
        a.consent(case, b.name)
        ref = a.refer(case, b.name, "--again", "--knowing", "x")  # behind the redirect it is a circle
        b.await_state(ref, "offered")
        who.k(act[0], ref, *act[1:])
        wait_for("both ends to agree", lambda: a.state(ref) == b.state(ref) != "offered")
        wait_for("the end to be confirmed", lambda: not a.k("show", ref)["referrals"][0].get("provisional"))
        return ref

    for state, ref in {"declined": ended(b, "decline", "--reason", "no-capacity", "--alternative", "none"),
                       "redirected": ended(b, "redirect", "--target", "Huis Fictief"), "withdrawn": ended(a, "withdraw", "--reason", "other"),
                       "error": ended(a, "error"), "revoked": ended(a, "revoke")}.items():
        for lang in LANGS:
            for node, side, partner in ((a, "us", b.org), (b, "partner", a.org)):
                head = said(node, "show", ref, lang=lang)[0].splitlines()[0]
                assert head.startswith(SAID[f"{state}-{side}"][lang].replace("{partner}", partner)), (state, lang, head)
    b.stop()
    wait_for("the partner to be away", lambda: a.k("status")["status"].get("connected", 0) == 0)
    a.consent(case, b.name)
    ref = a.refer(case, b.name, "--again", "--knowing", "x")
    for lang in LANGS:
        assert said(a, "show", ref, lang=lang)[0].startswith(begins("not-delivered-since", lang, partner=b.org))
    out, _ = said(a, "withdraw", ref, "--reason", "other")
    assert SAID["withdrawn-unconfirmed"]["nl"].replace("{partner}", b.org) in out and begins("not-delivered-since", "nl", partner=b.org) in out, out
    out, _ = said(a, "consent", "withdraw", case, "--all", "--yes")  # nobody heard of it yet
    assert f"Bericht gaat naar: {b.org}." in out, out


def test_what_is_offered_is_let_through(federation):
    """By the daemon's own rows, as a screen would use them; what is not among them is refused."""
    f = federation()
    a, b = f.start()
    _, ref = offered(a, b)
    acts = {r["command"] for n in (a, b) for r in n.k("show", ref)["referrals"][0]["may"]}
    assert {"accept", "ask", "decline", "redirect", "withdraw", "revoke", "error"} <= acts
    give = {1: ("--reason", "other"), 2: ("--until", "2026-12-20"), 8: ("--alternative", "none"), 16: ("--target", "Huis Fictief"), 128: ("--share", "contact"),
            4096: ("--text", "tot vrijdag")}
    own = {"ask": ("--question", "best-contact"), "decline": ("--reason", "no-capacity", "--alternative", "none")}
    for node in (a, b):
        may = {r["command"]: r for r in node.k("show", ref)["referrals"][0]["may"]}
        for act, row in may.items():
            options = own.get(act) or sum((v for bit, v in give.items() if row["needs"] & bit), ())
            assert node.k(act, ref, *options, "--dry-run")["dry_run"], act
            assert row.get("asks", False) == ((act,) in ASKS), act
        for act in {"accept", "start", "outcome", "ack", "reopen", "info", "withdraw"} - set(may):
            with pytest.raises(Refused) as e:
                node.k(act, ref, *{"outcome": ("--code", "helped"), "reopen": ("--reason", "other"), "withdraw": ("--reason", "other")}.get(act, ()))
            assert e.value.code == 1, act


def everything(node):
    """All that a dry run could have changed, as the node tells it; looking leaves its own audit entries."""
    out = {k: node.k(*k) for k in (("case", "list"), ("sent", "--all"), ("inbox", "--all"), ("outbox", "list"), ("partner", "list"), ("approve",))}
    for p in out["partner", "list"]["partners"]:
        del p["heard_ms"]  # a partner is heard all the time
    return out, [r for r in node.k("audit", "list")["audit"] if r["event"] not in ("view", "log-access")]


def settled(node):
    """The same once it stands still: receipts come in after the state that they are about was seen."""
    seen = [everything(node)]

    def still():
        seen.append(everything(node))
        return seen[-1] == seen[-2] and not node.k("outbox", "list").get("outbox")
    wait_for("nothing to be on its way", still)
    return seen[-1]


def test_a_dry_run_says_what_would_follow_and_does_nothing(federation):
    f = federation("Goes", "SMWO", "GGD Zeeland")
    a, b, c = f.start()
    case = a.new_case(phone="000-111")
    for to in (b, c):
        a.consent(case, to.name)
        to.await_state(a.refer(case, to.name, "--again"), "offered")
    ref = a.k("sent")["referrals"][0]["ref"]
    gone, over = offered(a, b, name="Weg Verzonnen")
    a.k("withdraw", over, "--reason", "other")
    wait_for("the end to be confirmed", lambda: not a.k("show", over)["referrals"][0].get("provisional"))
    before = settled(a)
    plan = a.k("consent", "withdraw", case, "--all", "--dry-run")
    assert plan["dry_run"] and len(plan["grants"]) == 2 and {r["partner"] for r in plan["referrals"]} == {b.org, c.org}
    assert len(a.k("revoke", ref, "--dry-run")["grants"]) == 1
    erase = a.k("case", "erase", gone, "--dry-run")
    assert len(erase["referrals"]) == 1 and {d["partner"] for d in erase["disclosures"]} == {b.org}
    row = a.k("partner", "remove", b.name, "--dry-run")["partners"][0]
    assert row["name"] == b.org and row["open_referrals"] >= 1
    assert a.k("panic", "--dry-run")["count"] == 2
    assert everything(a) == before
    with pytest.raises(Refused) as e:  # what would be refused is refused
        a.k("case", "erase", case, "--dry-run")
    assert e.value.code == 1
    # many at once, in the same moment as what is meant: nothing of the one is lost or kept with the other
    def one(i):
        r = ctl.pb.Request(version=1, request_id=os.urandom(16), dry_run=i % 2 == 0)
        r.case_note.id, r.case_note.text = gone, f"notitie {i}"
        return ctl.Control(a.dir / "core.sock").call(r)
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert all(not r.error and r.dry_run == (i % 2 == 0) for i, r in enumerate(pool.map(one, range(96))))
    assert sorted(e["text"] for e in a.k("case", "show", gone)["entries"] if e["what"] == "note") == sorted(f"notitie {i}" for i in range(1, 96, 2))
    done = a.k("consent", "withdraw", case, "--all")  # and the same rows when it is meant
    assert {g["id"] for g in done["grants"]} == {g["id"] for g in plan["grants"]}
    assert {r["ref"] for r in done["referrals"]} == {r["ref"] for r in plan["referrals"]}


def test_what_cannot_be_undone_is_asked_about_at_a_terminal_alone(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111")
    a.consent(case, b.name)
    ref, other, third = (a.refer(case, b.name, "--again") for _ in range(3))
    for r in (ref, other, third):
        b.await_state(r, "offered")
    grant = a.k("consent", "list", case)["grants"][0]["id"]
    asks = {(a, "revoke", ref), (a, "error", ref), (a, "recall", ref), (b, "redirect", ref, "--target", "none"), (a, "consent", "withdraw", grant),
            (a, "case", "erase", case), (b, "erase", ref), (a, "outbox", "drop", "0000"), (a, "partner", "suspend", b.name), (a, "partner", "remove", b.name), (a, "panic")}
    assert {x[1:2] for x in asks} | {x[1:3] for x in asks} >= ASKS
    for node, *args in asks:
        for stdin in ("", "j\n", "ja\n" * 3):
            for json in ((), ("--json",)):
                out, err = said(node, *json, *args, code=2, stdin=stdin)
                assert "--yes" in out + err and "--dry-run" in out + err, (args, out, err)
    assert a.state(ref) == "offered" and a.k("consent", "list", case)["grants"][0]["state"] == "living"
    code, screen = typed(a, "n", "revoke", ref)
    assert code == 1 and begins("sure-revoke", "nl", n="1") in screen and b.org in screen and SAID["sure-nothing-done"]["nl"] in screen, screen
    assert a.state(ref) == "offered"
    for lang, yes in (("nl", "j"), ("fr", "oui")):
        code, screen = typed(a, yes, "error", ref if lang == "nl" else other, "--reason", "wrong-person", lang=lang)
        assert code == 0 and SAID["sure-no-way-back"][lang] in screen and begins("did-error", lang, partner=b.org) in screen, screen
    b.await_state(ref, "error")
    fourth = a.refer(case, b.name, "--again")
    b.await_state(fourth, "offered")
    for answer, state in (("n", "offered"), ("j", "error")):
        code, screen = typed(a, answer, "recall", fourth)
        assert code == (answer == "n") and begins("sure-recall", "nl", ref=fourth, partner=b.org) in screen and a.state(fourth) == state, screen
    code, screen = typed(b, "", "redirect", third, "--target", "Huis Fictief")  # only an answer is an answer
    assert code == 1 and b.state(third) == "offered", screen


def test_the_sender_sees_what_the_partner_has_and_first_what_to_heed(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="000-111", do_not_contact="yes", safety="VEILIGHEIDSTEKST", story="GEHEIMVERHAAL", goals="rust")
    grant = a.consent(case, b.name, "identity,contact,needs")
    ref = a.refer(case, b.name, "--urgency", "urgent", "--without", "safety,story")
    b.await_state(ref, "offered")
    for node in (a, b):
        lines = said(node, "show", ref)[0].splitlines()
        assert lines[0] == SAID["urgent-first"]["nl"] and lines[1] == SAID["do-not-contact"]["nl"], lines
        assert ("VEILIGHEIDSTEKST" in lines[2]) == (node is a)  # b was not told
    page = said(a, "show", ref)[0]
    assert "GEHEIMVERHAAL" not in page and "000-111" in page and SAID["they-hold"]["nl"].replace("{partner}", b.org) in page
    assert grant[12:20] in page  # under which consent
    reply = a.k("show", ref)
    assert [(d["act"], d["cats"], d["grant"]) for d in reply["disclosures"]] == [("offer", 1 << 0 | 1 << 1 | 1 << 15, grant)]
    assert [g["state"] for g in reply["grants"]] == ["living"] and "story" not in reply["person"]
    a.k("case", "edit", case, "--phone", "000-222")
    assert "000-222" not in said(a, "show", ref)[0]  # the case moved on, the partner was told nothing
    b.k("ask", ref, "--question", "best-contact")
    a.await_state(ref, "needs-info")
    a.k("info", ref, "--share", "contact")
    b.await_state(ref, "offered")
    assert "000-222" in said(a, "show", ref)[0] and len(a.k("show", ref)["disclosures"]) == 2
    a.k("revoke", ref)
    b.await_state(ref, "revoked")
    page = said(a, "show", ref)[0]
    assert SAID["they-hold-nothing"]["nl"].replace("{partner}", b.org) in page and "000-222" not in page


def test_what_is_kept_here_says_so(federation):
    """Cases, consents and agreements: a sentence for people, and still the bare id for a script."""
    f = federation()
    a, b = f.start()
    for lang in LANGS:
        out, err = said(a, "case", "new", "--name", "Nog Verzonnen", lang=lang)
        assert re.fullmatch(r"[0-9a-f]{20}\n", out) and err.startswith(begins("did-case-new", lang)) and out[:8] in err, (out, err)
        case = out.strip()
        out, err = said(a, "consent", "give", case, "--to", b.name, "--share", "identity", "--how", "written", lang=lang)
        assert out[:8] in err and b.org in err and rows("categories")["identity"][lang] in err, err
        said(a, "case", "note", case, "--text", "x", lang=lang)
        out, _ = said(a, "partner", "agree", b.name, "--share", "identity,contact,needs", lang=lang)
        assert out.startswith(begins("did-agree-send", lang).rstrip()) and b.org in out
        out, _ = said(a, "case", "close", case, lang=lang)
        assert out.startswith(begins("did-case-close", lang)) and "kring case reopen" in out


def test_what_is_done_with_a_colleague_says_so(federation):
    """Whoever is added, sent away or signed out at the screens: a sentence, and not only a row."""
    (b,) = federation("SMWO").start()
    case = b.new_case()
    got = Colleague(b, 0).ask("case_worker", id=case, who="Jan\u202e")
    assert (got.code, [(v.list, v.code) for v in got.values]) == ("text-refused", [("arguments", "NAME")])
    for lang in LANGS:
        name = f"Anna {lang}"
        for verb, options in (("add", ("--user", str(41001 + LANGS.index(lang)), "--role", "caseworker")), ("signout", ()), ("end", ())):
            out, _ = said(b, "staff", verb, name, *options, lang=lang)
            assert out.splitlines()[0] == SAID[f"did-staff-{verb}"][lang].replace("{name}", name), out


def test_a_mistake_is_said_again_and_both_ends_show_which_one_counts(federation):
    f = federation()
    a, b = f.start()
    _, ref = offered(a, b, "--without", "story", share="identity,contact,needs,story")
    for act in (("accept",), ("note", "--reason", "no-show"), ("note", "--reason", "interim"), ("outcome", "--code", "helped")):
        b.k(act[0], ref, *act[1:])
    a.await_state(ref, "outcome")

    def refused(node, *args):
        with pytest.raises(Refused) as e:
            node.k(*args)
        return e.value.reply
    assert "--corrects 4" in refused(b, "outcome", ref, "--code", "partly")["remedy"]  # it says which one
    for no in (1, 2, 3, 5, 99, 0):  # an acceptance, notes, what is not there
        assert refused(b, "outcome", ref, "--code", "partly", "--corrects", str(no))["error"] == "usage", no
    assert refused(a, "outcome", ref, "--code", "partly", "--corrects", "4")["error"] == "refused"
    out, _ = said(b, "outcome", ref, "--code", "partly", "--corrects", "4")
    assert out.startswith(begins("did-correct", "nl", partner=a.org)) and begins("partner-due", "nl", partner=a.org) in out, out
    assert refused(b, "outcome", ref, "--code", "helped", "--corrects", "4")["error"] == "usage"  # replaced already
    wait_for("the sender to see it", lambda: len(a.k("show", ref)["log"]) == 6)
    for node in (a, b):
        log = node.k("show", ref)["log"]
        assert [(r["no"], r["reason"], r.get("corrected", False), r.get("corrects", 0)) for r in log if r["act"] == "outcome"] == [
            (4, "helped", True, 0), (5, "partly", False, 4)]
        assert node.state(ref) == "outcome" and not any(r.get("note") for r in log)
        page = [x for x in said(node, "show", ref)[0].splitlines() if rows("acts")["outcome"]["nl"] in x.split("  ")]
        assert rows("ui")["corrected"]["nl"] in page[0] and rows("ui")["corrects"]["nl"] + " 4" in page[1], page
    may = {r["command"]: r for r in b.k("show", ref)["referrals"][0]["may"]}
    assert may["outcome"]["needs"] & 8192 and "note" not in may
    a.k("ack", ref)
    b.await_state(ref, "closed")
    assert refused(b, "outcome", ref, "--code", "helped", "--corrects", "5")["error"] == "refused"
    (own,) = b.k("flow", "--own")["flow"]["nodes"]
    assert (own["partly"], own["helped"]) == (1, 0)  # the figures have what counts


def test_a_closed_case_is_opened_again(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case()
    with pytest.raises(Refused) as e:
        a.k("case", "reopen", case)
    assert e.value.code == 1
    a.k("case", "close", case)
    assert a.k("case", "show", case)["cases"][0]["closed"]
    out, _ = said(a, "case", "reopen", case)
    assert out.startswith(begins("did-case-reopen", "nl")), out
    assert not a.k("case", "show", case)["cases"][0].get("closed")
    done, ref = [(a.consent(case, b.name), a.refer(case, b.name, need=need))[1] for need in ("housing", "income-debt")]
    for r in (done, ref):
        b.await_state(r, "offered")
        b.k("decline", r, "--reason", "no-capacity", "--alternative", "none")
        a.await_state(r, "declined")
    a.k("done", done, "--as", "told")
    before = [(w["kind"], w["ref"]) for w in a.k("worklist")["work"]]
    assert before == [("follow-up", ref)]
    a.k("case", "close", case)
    assert not a.k("worklist").get("work")
    a.k("case", "reopen", case)
    assert [(w["kind"], w["ref"]) for w in a.k("worklist")["work"]] == before  # what somebody saw to stays away
    a.k("case", "close", case)
    a.k("case", "reopen", case)
    assert [e["what"] for e in a.k("case", "show", case)["entries"] if e["what"].startswith("case-")][-2:] == ["case-closed", "case-reopened"]


def test_who_saves_second_is_told_what_changed_and_when(federation):
    f = federation("Goes")
    a = f.nodes[0].start()
    f.import_roster()
    case = a.new_case(phone="1", email="x@example.org")
    home = {who: {**os.environ, "XDG_STATE_HOME": str(f.dir / who)} for who in ("ann", "bob")}

    def by(who, *args, lang="en", code=0):
        r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", lang, *args], capture_output=True, text=True, env=home[who])
        assert r.returncode == code, (args, r)
        return r.stdout + r.stderr

    for who in home:
        by(who, "case", "show", case)
    by("ann", "case", "edit", case, "--phone", "2", "--email", "y@example.org")
    by("ann", "case", "edit", case, "--phone", "3")
    for lang in LANGS:  # what was changed in the reader's words, each field once
        with pytest.raises(Refused) as e:
            a.k("--lang", lang, "case", "edit", case, "--phone", "4", "--expect", "1")
        r = e.value.reply
        assert r["code"] == "changed-meanwhile" and r["current"] == 3, r
        assert f'{rows("person")["phone"][lang]}, {rows("person")["email"][lang]}' in r["why"] and r["why"].count(rows("person")["phone"][lang]) == 1, r
    assert "phone, e-mail" in by("bob", "case", "edit", case, "--phone", "4", code=1)  # bob's terminal knows what bob saw
    assert a.k("case", "show", case)["person"]["phone"] == "3"
    by("bob", "case", "edit", case, "--phone", "4")  # he was told
    for args in (("close",), ("edit", "--email", "z@example.org"), ("take", "phone")):
        assert "phone" in by("ann", "case", args[0], case, *args[1:], code=1), args
        by("bob", "case", "show", case)
        by("bob", "case", "edit", case, "--phone", "5")  # and that again, unseen by ann
    assert by("bob", "case", "show", case)
    by("bob", "case", "close", case)
    for lang, word in (("nl", "afgesloten"), ("en", "closed")):
        with pytest.raises(Refused) as e:
            a.k("--lang", lang, "case", "edit", case, "--phone", "6", "--expect", "1")
        assert e.value.reply["code"] == "closed-meanwhile" and word in e.value.reply["what"]
    page = by("bob", "case", "show", case, lang="nl")
    assert "telefoon, e-mail" in page and "phone" not in page and "closed" not in page, page


def test_a_wrong_address_is_explained_in_the_readers_language(federation):
    f = federation("Goes", "SMWO")
    a, known = f.nodes[0], rows("errors")
    f.start()
    new = type(a)(f, "new", "OCMW Mol", 7001)  # has no directory yet
    for at, flaw in (("tcp://goes.example:7001", "give numbers and no name, because partners look no names up: tcp://192.0.2.1:7001"),
                     ("tcp://192.0.2.1", "the port is missing: tcp://192.0.2.1:7001"), ("7001", "an address begins with tcp://, like tcp://192.0.2.1:7001")):
        for lang in LANGS:
            assert (known[flaw][lang] == flaw) == (lang == "en")
            for n, args in ((a, ("invite", "--org", "Mol", "--at", at)), (a, ("address", at)),
                            (new, ("node", "init", "--org", "Mol", "--country", "BE", "--listen", at, "--federation", str(f.roster)))):
                assert known[flaw][lang] in " ".join(said(n, *args, lang=lang, code=2)[1].split()), (args, lang)


def test_what_the_client_looks_at_for_itself_was_not_seen(federation):
    """After a referral kring waits for the receipt; what else changed meanwhile stands nowhere on the screen."""
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    home = {**os.environ, "XDG_STATE_HOME": str(f.dir / "ann")}

    def ann(*args):
        return subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", "nl", *args], capture_output=True, text=True, env=home)

    assert ann("show", ref).returncode == 0
    b.k("ask", ref, "--question", "best-contact")
    a.await_state(ref, "needs-info")
    assert ann("refer", case, "--to", b.name, "--need", "housing").returncode == 0
    r = ann("withdraw", ref, "--reason", "no-longer-needed")
    assert r.returncode == 1 and a.state(ref) == "needs-info", r
    assert ann("withdraw", ref, "--reason", "no-longer-needed").returncode == 0  # now ann was told
