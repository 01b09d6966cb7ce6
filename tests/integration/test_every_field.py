# SPDX-License-Identifier: EUPL-1.2
"""What one side gives the other reads: every field of every document that travels, on the screen and in JSON.  By the schema: a field
that is added to it is red here until somebody says how it is entered and shows it at the other end."""
import datetime
import os
import re
import subprocess
import time
from zoneinfo import ZoneInfo

import ctl
import pytest
from documents import act, grant, offer, pb
from kringwire import ACCEPT, ASK, CONSENT, DECLINE, INFO, NOTE, OFFER, OUTCOME, START, ZERO32, make_document
from node import ROOT, wait_for

REDIRECT, HOLD, ACK, REOPEN, WITHDRAW, WD_OK, REVOKE, ERROR, WITHDRAWAL, MESSAGE, EXPIRE, WD_TIMEOUT, ESCALATE = 6, 8, 15, 16, 17, 18, 20, 21, 11, 44, 7, 19, 22
DAY = 86400000
SOON = int(time.time() * 1000) + 9 * DAY
ALL = 0x1fffff & ~(1 << 19 | 1 << 17)  # no purpose lets a national number pass, and files have their own test

# How each field comes into its document: what somebody types, or why nobody does.
ENTERED = {
    "Offer": {"need": "refer --need", "service": "refer --service", "urgency": "refer --urgency", "person": "refer --share",
              "term_days": "made: the answer term of that urgency", "subject_ref": "made: the person's pseudonym between the two",
              "hops": "made: counted where a person is passed on", "handled_by": "made: salted ids of those who had the person before",
              "chain_id": "made: drawn where the person went first", "chain_salt": "made: drawn where the person went first", "continues": "made: where a case was taken over, the referral that ran there"},
    "Ask": {"question": "ask --question", "text": "ask --text"},
    "Info": {"person": "info --share", "text": "info --text", "blob": "made: its name on the way, of its bytes", "file_size": "made: of the file that case attach read",
             "bkey": "made: drawn for each file", "mime": "made: from what the file begins with", "file_name": "case attach --name"},
    "Act": {"reason": "decline --reason", "text": "note --text", "alternative": "decline --alternative", "date_ms": "hold --until",
            "automatic": "made: a timer or a rule writes it", "targets": "redirect --target", "target_ids": "redirect --target", "outside": "redirect --target", "corrects": "outcome --corrects"},
    "Message": {"text": "say --text", "date_ms": "say --date", "place": "say --place", "person": "contact --phone", "answers": "say --answers"},
    "ConsentGrant": {"grant_id": "made: its name", "version": "made: one", "supersedes": "made: nothing yet; a renewed consent is another one beside it",
                     "subject_ref": "made: the person's pseudonym between the two", "given_by": "consent give --given-by", "age_band": "consent give --age",
                     "collected_by": "made: this node", "collected_ms": "made: the moment", "place": "consent give --place", "recipient": "consent give --to",
                     "onward": "consent give --onward", "purpose": "consent give --purpose", "cats": "consent give --share",
                     "exclusions": "made: nothing yet; what is not to be said is left out of a referral with --without",
                     "gdpr_basis": "made: consent is the only ground", "art9": "made: consent is the only ground", "secrecy_basis": "made: consent is the only ground",
                     "how": "consent give --how", "evidence_hash": "made: nothing yet; the signed paper stays in its cupboard", "witness": "consent give --witness",
                     "notice_language": "consent give --language", "valid_from_ms": "made: the moment", "expires_ms": "consent give --until",
                     "withdrawal_explained": "made: a worker who writes a consent down explained it",
                     "parent_grant": "made: of a partner's person, under which consent it came"},
    "Withdrawal": {"effective_ms": "made: the moment", "wish": "made: whoever withdraws asks for erasure", "successor": "made: nothing yet; a narrower consent is another one",
                   "automatic": "made: of a consent that ran out"},
    "Erased": {"outcome": "made: what became of it", "statute": "partner agree --statute", "until_ms": "made: partner agree --keep-months from then on",
               "backup_until_ms": "made: as long as a backup may be restored", "shred_epoch": "made: counted by the node",
               "audit_seq": "made: how far the audit log goes", "audit_hash": "made: its hash", "bodies": "made: counted", "bodies_hash": "made: of their commitments",
               "onward": "made: counted", "own_notes": "made: whether the case is still here", "children": "made: listed"},
    "OnwardAnswer": {"proof": "made: as it came", "said": "made: as it came", "salt": "made: as it came"},
}
# A case that moves to another node, and what ran for it: test_handover.py and test_moved.py follow each of these to the other end.
HANDOVER = {"HandoverRun", "Moved", "HandoverFile", "HandoverPropose", "HandoverBundle", "HandoverCede", "HandoverTake", "HandoverAddendum", "HandoverReclaim", "HandoverKept", "HandoverContent", "HandoverNote"}
# Documents without a person, and their parts: figures, shown by kring flow (test_flow.py).
FIGURES = {"Report", "ReportNeed", "Person"}  # Person: by test_dialogue.py and test_client_input.py, which walk it field by field
# All but the person are for programs; the person has a test of its own.
# A file has a test of its own, test_attachments.py: how it is called, how long it is and what it holds.
HIDDEN = {("Info", n) for n in ("blob", "file_size", "bkey", "mime", "file_name")} | {("Offer", n) for n in ("subject_ref", "handled_by", "chain_id", "chain_salt", "continues", "person")} | {("Act", "target_ids")}


def test_every_field_is_entered_or_made(workdir):
    kring = str(ROOT / "build/dev/kring") if "KRING_BIN" not in os.environ else os.environ["KRING_BIN"] + "/kring"
    kinds = {name: {f.name for f in d.fields} for name, d in pb.DESCRIPTOR.message_types_by_name.items()}
    assert set(ENTERED) | FIGURES | HANDOVER == set(kinds)
    for name, fields in ENTERED.items():
        assert set(fields) == kinds[name], (name, set(fields) ^ kinds[name])
        for field, how in fields.items():
            if how.startswith("made: "):
                continue
            *words, option = how.split()
            said = subprocess.run([kring, "--lang", "en", "help", *words], capture_output=True, text=True).stdout
            assert re.search(rf"{option}\b", said), (name, field, how)


def screen(n, *args):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", "en", *args], capture_output=True, text=True).stdout


def date(ms):
    return time.strftime("%-d %b %Y", time.localtime(ms / 1000))


def last_day(ms):
    """Where the node stands: between its midnight and that of this machine it is another day than here."""
    day = datetime.datetime.fromtimestamp(ms / 1000 - 1, ZoneInfo("Europe/Amsterdam"))
    return f"{day.day} {day:%b %Y}"


def shown(name, body, row, text):
    """{field: is it there} of one document: row is its part of the reply, text the screen."""
    words = {"reason": "reasons decline-reasons outcomes", "question": "reasons", "need": "needs", "alternative": "ui", "targets": "ui"}
    at = {"need": "reason", "question": "reason", "collected_ms": "given_ms", "grant_id": "id"}
    out = {}
    for f, v in body.ListFields():
        if (name, f.name) in HIDDEN:
            continue
        got, many = row.get(at.get(f.name, f.name)), f.label == f.LABEL_REPEATED
        want = list(v) if many else v
        if f.name in ("urgency",):
            want = {1: "routine", 2: "urgent"}[v]
        elif f.name == "wish":
            want = {1: "stop", 2: "erase"}[v]
        elif f.name in ("collected_by", "recipient"):
            want = {"collected_by": "Python Partner", "recipient": "SMWO"}[f.name]
        elif f.type == f.TYPE_BYTES and not many:
            want = v.hex()
        elif f.type == f.TYPE_MESSAGE:
            want = {x.name: y for x, y in v.ListFields()}
        say = []
        for one in want if many else [want]:
            lists = [c for c in words.get(f.name, "codes needs").split()]
            known = [ctl.rows(c)[one] for c in lists if isinstance(one, str) and one in ctl.rows(c)]
            if f.name in ("alternative", "targets"):
                known = ["nobody" if one == "none" else body.outside[0]]
            if f.name.endswith("_ms"):
                known = [date(one), last_day(one), *(time.strftime(x, time.localtime(one / 1000)) for x in ("%d-%m-%Y", "%d/%m/%Y"))]
            elif isinstance(one, bool):
                known = ["automatic" if name == "Act" else "yes"]
            elif f.name == "cats":
                known = ["who they are"] if "who they are" in text else list(ctl.rows("categories").values())[:1]
            elif f.name == "wish":
                known = ["erase it"]
            elif isinstance(one, dict):
                known = [str(x) for x in one.values() if isinstance(x, str)]
                say.append(all(k in text for k in known))
                continue
            known = known or [str(one)]
            say.append(any(k in text for k in known))
        out[f.name] = (got == want, all(say))
    return out


@pytest.fixture
def pair(dialled):
    f, b, m = dialled()
    for way in ((), ("--receive",)):
        b.k("partner", "agree", "python-partner", "--share", ",".join(c for c in ctl.rows("categories") if c not in ("national-number", "attachments", "message")), *way)
    return b, m


FULL = dict(given_by="parent", age_band="12-15", place="home", onward="member", exclusions=["housing"], gdpr_basis="6-1-a", art9="2a", secrecy_basis="consent",
            evidence_hash=b"\x5a" * 32, witness=b"\x3c" * 16, notice_language="tr", withdrawal_explained=True, version=7, supersedes=b"\x77" * 16, parent_grant=b"\x78" * 16)


def missing(name, got, besides=()):
    fields = {f.name for f in pb.DESCRIPTOR.message_types_by_name[name].fields} - {f for n, f in HIDDEN if n == name} - set(besides)
    return sorted(f"{name}.{f} {how}" for f in fields for how, yes in zip(("in JSON", "on the screen"), got.get(f, (False, False))) if not yes)


def test_every_field_of_a_consent_and_of_its_withdrawal_is_shown(pair):
    b, m = pair
    gid, subject, raw = grant(m, ALL, **FULL)
    body = pb.ConsentGrant.FromString(document_body(raw))
    assert {f.name for f, _ in body.ListFields()} == {f.name for f in pb.ConsentGrant.DESCRIPTOR.fields}
    thread, o, h = offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), 1 | 1 << 15)
    m.send_documents([raw, o])
    m.until(lambda: len(m.verdicts) == 2)
    case = b.k("inbox")["referrals"][0]["case_id"]
    row = next(g for g in b.k("consent", "list", case)["grants"] if g["id"] == gid.hex())
    row = b.k("consent", "show", row["id"])["grants"][0]
    assert missing("ConsentGrant", shown("ConsentGrant", body, row, screen(b, "consent", "show", gid.hex()))) == []
    w = pb.Withdrawal(effective_ms=SOON - 9 * DAY, wish=2, successor=b"\x21" * 16, automatic=True)
    raw, _ = make_document(m.nk, w.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=WITHDRAWAL, thread=gid, grant=gid, thread_no=2,
                           prev=m.hash_of[raw])
    m.send_documents([raw])
    row = wait_for("the withdrawal", lambda: (lambda g: g if g["state"] == "withdrawn" else None)(b.k("consent", "show", gid.hex())["grants"][0]))
    assert missing("Withdrawal", shown("Withdrawal", w, row, screen(b, "consent", "show", gid.hex()))) == []


def document_body(raw):
    from kringwire import Document
    return Document(raw).body


PERSON = pb.Person(phone="0113-99", email="an@voorbeeld.invalid", address="Straat 9", best_time="na vijf", do_not_contact=True)


def test_every_field_that_a_sender_writes_is_shown(pair):
    b, m = pair

    def thread(**kw):
        gid, subject, g = grant(m, ALL)
        o = pb.Offer(need="income-debt", service="Budgetbeheer Fictief", urgency=2, term_days=9, subject_ref=subject, person=pb.Person(name="Piet Verzonnen", story="S"),
                     hops=3, handled_by=[b"\x44" * 16] * 4, chain_id=b"\x45" * 16, chain_salt=b"\x46" * 16)
        t = os.urandom(16)
        raw, h = make_document(m.nk, o.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=t, grant=gid, cats=1 | 1 << 15 | 1 << 16)
        n = len(m.verdicts)
        m.send_documents([g, raw])
        m.until(lambda: len(m.verdicts) == n + 2)
        assert [v[2] for v in m.verdicts[n:]] == [0, 0]
        ref = next(r["ref"] for r in b.k("inbox", "--all", "--limit", "500")["referrals"] if r["id"] == t.hex())
        return gid, t, h, o, ref

    def send(gid, t, h, number, body, cats, seen=(0, ZERO32)):
        n = len(m.verdicts)
        raw, h = act(m, t, number, 2, h, body=body, grant=gid, cats=cats, seen=seen)
        m.send_documents([raw])
        m.until(lambda: len(m.verdicts) > n)
        assert m.verdicts[n][2] == 0, (number, m.verdicts[n])

    gid, t, h, o, ref = thread()
    assert missing("Offer", shown("Offer", o, b.k("show", ref)["log"][0], screen(b, "show", ref))) == []
    info = pb.Info(person=pb.Person(phone="0113-98"), text="ANTWOORDTEKST")
    b.k("ask", ref, "--question", "best-contact")  # what nobody asked is a note, and is not written into the file
    m.until(lambda: any(d.type == ASK for d in m.inbox))
    send(gid, t, h, INFO, info, 1 << 1 | 1 << 16, (1, next(d.hash for d in m.inbox if d.type == ASK)))
    row, text = b.k("show", ref), screen(b, "show", ref)
    row = {**row["log"][-1], "person": {"phone": row.get("person", {}).get("phone")}}
    assert missing("Info", shown("Info", info, row, text)) == []
    gid, t, h, o, ref = thread()
    b.k("say", ref, "--text", "Komt u?")
    said = pb.Message(text="KORTE WOORDEN", date_ms=SOON, place="aan de balie", person=PERSON, answers=1)
    m.until(lambda: any(d.type == MESSAGE for d in m.inbox))
    send(gid, t, h, MESSAGE, said, 1 << 20 | 1 << 1, (1, next(d.hash for d in m.inbox if d.type == MESSAGE)))
    row = next(r for r in b.k("show", ref)["log"] if r["act"] == "message" and r["side"] == "sender")
    assert missing("Message", shown("Message", said, row, screen(b, "show", ref))) == []
    for number, reason in ((ACK, None), (REOPEN, "not-better"), (WITHDRAW, "superseded"), (EXPIRE, None), (WD_TIMEOUT, None), (ESCALATE, None)):
        gid, t, h, o, ref = thread()
        body = full_act(number, reason)
        send(gid, t, h, number, body, 1 << 16 | 1 << 20)
        row = b.k("show", ref)["log"][-1]
        assert missing("Act", shown("Act", body, row, screen(b, "show", ref)), ("corrects",)) == [], number


def full_act(number, reason=None, **more):
    """With every field that an act can have; its reason is one of its own list."""
    code = {REDIRECT: "redirect", EXPIRE: "expire", START: "start", ACK: "ack", WD_TIMEOUT: "wd-timeout", ESCALATE: "escalate"}.get(number)
    lines = [x.split("|") for x in (ROOT / "config/lists/reasons.psv").read_text().splitlines()[1:] if x and x[0] != "#"]
    reason = reason or next(x[0] for x in lines if code in x[5].split())
    return pb.Act(**{**dict(reason=reason, text="TEKST VAN EEN ACT", alternative="none", date_ms=SOON, automatic=True, targets=["outside"],
                            outside=["Huis Fictief"]), **more})


def test_every_field_that_a_receiver_writes_is_shown(pair):
    b, m = pair
    case = b.new_case(phone="000-111", story="V")
    b.consent(case, "python-partner", "identity,contact,needs,story")
    for number, reason in ((ASK, "best-contact"), (ACCEPT, "place-now"), (DECLINE, "no-capacity"), (REDIRECT, None), (HOLD, "waiting-list"), (START, None),
                           (NOTE, "appointment"), (OUTCOME, "helped"), (WD_OK, "work-stopped")):
        n, said = len(m.inbox), len(m.verdicts)
        ref = b.refer(case, "python-partner", "--again", "--knowing", "x")  # behind the redirect it is a circle
        m.until(lambda: any(d.type == OFFER for d in m.inbox[n:]))
        d = next(x for x in m.inbox[n:] if x.type == OFFER)
        wait_for("the receipt", lambda: m.until(lambda: False, .1) or b.k("show", ref)["referrals"][0].get("delivery") == "stored")
        cats = 1 << 16 | 1 << 20
        body = pb.Ask(question="best-contact", text="VRAAGTEKST") if number == ASK else full_act(number, reason)
        raw, h = make_document(m.nk, body.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=number, thread=d.thread, grant=d.grant,
                               cats=1 << 16 if number == ASK else cats, seen_no=1, seen_hash=d.hash)
        m.send_documents([raw])
        m.until(lambda: len(m.verdicts) > said)
        assert m.verdicts[said][2] == 0, (number, m.verdicts[said])
        row, name = b.k("show", ref)["log"][-1], "Ask" if number == ASK else "Act"
        assert missing(name, shown(name, body, row, screen(b, "show", ref)), ("corrects",)) == [], number
        if number == NOTE:  # what one entry says of another is shown where it fits one
            body = full_act(number, reason, corrects=row["no"])
            raw, _ = make_document(m.nk, body.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=number, thread=d.thread, grant=d.grant,
                                   thread_no=2, prev=h, cats=cats, seen_no=1, seen_hash=d.hash)
            m.send_documents([raw])
            m.until(lambda: len(m.verdicts) > said + 1)
            row = b.k("show", ref)["log"][-1]
            assert missing("Act", shown("Act", body, row, screen(b, "show", ref))) == []


def fields_of(name):
    struct = re.search(rf"struct {name} {{(.*?)\n}};", (ROOT / "proto/wire_roster.h").read_text(), re.S)[1]
    struct = re.sub(r"/\*.*?\*/", "", struct, flags=re.S)
    return {x for line in struct.split(";") for x in re.findall(r"\*?(\w+)(?:\[[^\]]*\])?\s*(?=,|$)", re.sub(r"^\s*(const )?(struct )?\w+ ", "", line.strip()))}


def test_every_field_of_a_node_record_is_shown_or_for_programs(federation):
    """What a node says of itself, and the roots of it: signed bytes, no messages of the schema (proto/wire_roster.h)."""
    programs = {"fed_id": "the federation", "prev_hash": "the chain of its records", "next_digest": "a promise", "tk_pub": "the key of its line", "relay": "not used yet",
                "key_seq": "which of its keys", "flags": "whether it stopped itself: its standing", "version": "how often it changed", "time_s": "when"}
    sealed = {"inception": "the key that it began with", "node": "its record, above", "node_sig": "a signature", "sas_hash": "of the digits that were compared"}
    f = federation("Goes")
    f.nodes.append(f.add("SMWO", "member", "NL", None, None, "--phone", "0113-277111"))
    a, b = f.start()
    row, text = a.k("partner", "show", "smwo")["partners"][0], screen(a, "partner", "show", "smwo")
    there = {"node": row["node_id"], "endpoint": row["endpoint"], "nk_pub": row["fingerprint"]}
    assert set(there) | set(programs) == fields_of("wire_node")
    said = {"country": row["country"], "classes": row["class_name"], "org": row["name"], "phone": row["phone"], "verified_by": "not stated"}
    assert set(said) | set(sealed) == fields_of("wire_add")
    assert [k for k, v in {**there, **said}.items() if not v or v not in text] == [], text
