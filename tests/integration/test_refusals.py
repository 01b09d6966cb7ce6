# SPDX-License-Identifier: EUPL-1.2
"""Every refusal in the four languages.  Those that real nodes can be brought to are provoked, and what the client makes of the reply is kept in
tests/data/golden/refused.nl.txt and its three sisters; the others stand in tests/data/not-provoked.psv, each with the reason.  No remedy of those leads in a circle: where
it says to look, the walk looks; what it says to do is tried (nothing of it is kept), or stands in tests/data/not-tried.psv.  All of them, with what a screen shows
and with values that are made up, are kept in tests/data/golden/refusals.nl.txt and its sisters.  Whoever changes a sentence renews the files with

    KRING_GOLDEN=renew /usr/bin/python3 -m pytest tests/integration/test_refusals.py"""
import os
import re
import socket
import struct
import time

import pytest
from bigroster import admit_many, entries, root_keys
from ctl import pb
from kringwire import sign
from node import ROOT, Clock, Federation, Refused, offered, wait_for
from refusal import LANGS, Reader, codes, rows, sample, steady
from staff import STRANGER, UIDS, Colleague, hire
from test_languages import TABLE, day

GOLDEN = ROOT / "tests/data/golden"
LISTED = ROOT / "tests/data/not-provoked.psv"
NOT_TRIED = ROOT / "tests/data/not-tried.psv"
DAY = 86400
COMMANDS = {f"{c['noun']} {c['verb']}".strip() for c in TABLE} | {"help"}
LOOKS = {"approve", "case list", "case show", "consent list", "consent show", "draft list", "flow publish", "help", "inbox", "invites list", "outbox list", "partner list",
         "partner show", "pending list", "roster show", "sent", "show", "staff list", "status", "verify"}
ASK, INFO, ACCEPT, DECLINE, REDIRECT, HOLD, START, NOTE, OUTCOME, REOPEN, WITHDRAW, REVOKE, ERROR, MESSAGE, REQUEST, KEEP = 2, 3, 4, 5, 6, 8, 9, 13, 14, 16, 17, 20, 21, 44, 37, 46
IDENTITY, CONTACT, WORDS = 1, 2, 1 << 20


def listed(path=LISTED):
    """{code: why it is not provoked, or its remedy not tried}."""
    lines = [x.split("|") for x in path.read_text().splitlines() if x and x[0] != "#"]
    assert lines[0] == ["code", "reason"] and all(len(x) == 2 and x[1] for x in lines)
    return dict(lines[1:])


def compare(name, pages):
    """pages: {language: text}."""
    for lang, text in pages.items():
        path = GOLDEN / f"{name}.{lang}.txt"
        if os.environ.get("KRING_GOLDEN") == "renew":
            path.write_text(text)
        assert text == path.read_text(), f"{path.name}: read the difference; if it is meant, renew the file as this test's head says"


@pytest.fixture
def reader(workdir):
    r = Reader(workdir)
    yield r
    r.close()


def test_every_refusal_has_its_words(reader):
    """What, why and what to do; and what a screen says in the place of the last."""
    pages, long = dict.fromkeys(LANGS, ""), []
    have = rows()
    for code in codes():
        for lang in LANGS:
            said = reader.words(sample(code), lang)
            assert code not in said.split() and not re.search(r"[{}]", said), said
            screen = reader.words(sample(code, ".screen"), lang) if f"{code}.screen" in have else ""
            assert not re.search(r"[{}]", screen), screen
            long += [f"{code} {lang}: {len(x)}: {x}" for x in (said + screen).splitlines() if len(x) > 160]
            pages[lang] += f"{code}\n{said}{screen.replace('! ', '  > ', 1)}\n"
    assert not long, "more than two lines of 80 columns:\n" + "\n".join(long)
    compare("refusals", pages)


class Walk:
    """What was refused, by code; and what was answered otherwise than expected."""

    def __init__(self):
        self.replies, self.wrong, self.looked, self.acts, self.tried = {}, [], 0, set(), set()

    def heard(self, code, asked, reply):
        if reply is None or reply.code != code:
            self.wrong.append(f"{code}: {asked}: {reply}"[:600])
        else:
            self.replies.setdefault(code, pb.Reply.FromString(reply.SerializeToString()))

    def refused(self, code, raised):
        """By the client's command: its reply was read as JSON."""
        said, r = raised.value.reply, pb.Reply(error="refused", code=raised.value.reply.get("code"))
        assert not said.get("values"), "values of a reply that was read as JSON"
        self.heard(code, "a command", r)

    def ask(self, code, who, field, /, **values):
        """As root at a node, or as a colleague."""
        node, who = (None, who) if isinstance(who, Colleague) else (who, Colleague(who, 0))
        r = pb.Request(version=1, request_id=os.urandom(16))
        fill(getattr(r, field), values)
        reply = who.call(r)
        self.heard(code, f"{field} {values}", reply)
        if node is not None and reply is not None:
            self.look(code, node, values, reply.remedy)

    def then(self, code, who, field, /, **values):
        """What the remedy says to do, in the same situation: not refused for the same reason again."""
        r = pb.Request(version=1, request_id=os.urandom(16), dry_run=True)
        fill(getattr(r, field), values)
        reply = Colleague(who, 0).call(r)
        if reply is None or reply.code == code:
            self.wrong.append(f"{code}: its remedy leads in a circle: {field} {values}")
        self.tried.add(code)

    def look(self, code, node, values, remedy):
        """A remedy leads on: what it says to look at is shown there and then.  What it says to do is kept by name."""
        put = {"REF": values.get("ref", values.get("id")), "CASE": values.get("case_id", values.get("id"))}
        for typed in re.findall(r"\bkring ([a-z][^;,():]*)", remedy):
            words = [put.get(x) or x for x in typed.split()]
            name = next((n for n in (" ".join(words[:2]), words[0]) if n in COMMANDS), None)
            if name is None:
                self.wrong.append(f"{code}: there is no command kring {typed}")
            elif name not in LOOKS or any(x.isupper() and x in ("ID", "FILE", "CODE", "NAME") for x in words):
                self.acts.add((code, name))
            else:
                self.looked += 1
                try:
                    node.k(*words)
                except Refused as e:
                    if e.reply.get("code") == code:
                        self.wrong.append(f"{code}: its remedy leads in a circle: kring {' '.join(words)}")


def fill(message, values):
    message.SetInParent()
    for k, v in values.items():
        if isinstance(v, dict):
            fill(getattr(message, k), v)
        elif isinstance(v, list):
            getattr(message, k).extend(v)
        else:
            setattr(message, k, v)


class Bytes:
    def SerializeToString(self):
        return b"\xff" * 9


def ms(days):
    return int((time.time() + days * DAY) * 1000)


def cases(w, a, b):
    case = a.new_case(phone="1", email="jan@voorbeeld.invalid")
    none = "f" * 32
    w.ask("case-unknown", a, "case_show", id=none)
    w.then("case-unknown", a, "case_list", text="verzonnen")
    w.ask("case-not-closed", a, "case_reopen", id=case)
    for day in (-1, 31 * 365):
        w.ask("keep-until-wrong", a, "case_close", id=case, until_ms=ms(day))
    closed = a.new_case(name="C. Gesloten")
    a.k("case", "close", closed)
    w.ask("case-closed", a, "refer", case_id=closed, partner="smwo", need="housing")
    w.then("case-closed", a, "case_reopen", id=closed)
    for command, form in (("case_note", {"id": closed, "text": "Zij belde."}), ("case_edit", {"id": closed, "person": {"phone": "2"}}), ("handover_propose", {"case_id": closed, "partner": "smwo"}),
                          ("consent_give", {"case_id": closed, "partner": "smwo", "cats": 1, "how": "written"}), ("file_new", {"case_id": closed, "name": "brief.pdf", "size": 3})):
        a.k("case", "close", closed)  # as a colleague does meanwhile
        w.ask("case-closed", a, command, **form)
        w.then("case-closed", a, "case_reopen", id=closed)
    w.ask("note-empty", a, "case_note", id=case, text=" ")
    w.ask("case-name-missing", a, "case_new", person={"phone": "1"})
    w.then("case-name-missing", a, "case_new", person={"name": "Jan Verzonnen"})
    w.ask("case-name-taken-away", a, "case_edit", id=case, person={"name": ""})
    w.ask("field-blank", a, "case_edit", id=case, person={"phone": " "})
    w.ask("field-too-long", a, "case_edit", id=case, person={"story": "x" * 7200})
    w.then("field-too-long", a, "case_note", id=case, text="x")
    w.ask("field-wrong", a, "case_edit", id=case, person={"birth_date": "1980-02-30"})
    w.ask("text-refused", a, "case_note", id=case, text="Jan\u202e")
    long = ("address", "household", "children", "income_debt", "housing", "work_education", "health", "story", "goals")
    w.ask("case-too-long", a, "case_edit", id=case, person={n: "x" * 7100 for n in long})
    w.then("case-too-long", a, "case_note", id=case, text="x")
    w.ask("case-take-nothing", a, "case_take", id=case, fields=["phone"])
    w.ask("case-not-held", a, "case_release", id=case)
    w.ask("case-same-itself", a, "case_same", id=case, other=case)
    others = [a.new_case(name=f"Zelfde Verzonnen {i}") for i in range(8)]
    for one in others[:7]:
        a.k("case", "same", case, one)
    w.ask("case-same-many", a, "case_same", id=case, other=others[7])
    w.then("case-same-many", a, "case_same", id=others[0])
    for one in others:
        a.k("case", "erase", one)
    seen = int(a.k("case", "show", case)["current"]) + 1
    a.k("case", "edit", case, "--phone", "2")
    w.ask("changed-meanwhile", a, "case_edit", id=case, person={"phone": "3"}, expect=seen)
    a.k("case", "close", case)
    w.ask("closed-meanwhile", a, "case_edit", id=case, person={"phone": "3"}, expect=seen)
    a.k("case", "reopen", case)
    w.ask("reopened-meanwhile", a, "case_edit", id=case, person={"phone": "3"}, expect=seen)
    w.ask("page-too-long", a, "case_list", limit=501)
    w.ask("draft-unknown", a, "draft_get", id=none)
    w.ask("draft-form-missing", a, "draft_put", body="x")
    w.ask("draft-too-long", a, "draft_put", form="refer", label="x" * 2000, body="x")
    for _ in range(20):
        assert not Colleague(a, 0).ask("draft_put", form="refer", label="x", body="x").error
    w.ask("draft-too-many", a, "draft_put", form="refer", label="x", body="x")
    return case


def consents(w, a, b, case):
    give = {"case_id": case, "partner": b.name, "purpose": "refer", "cats": 7, "how": "written"}
    w.ask("consent-share-missing", a, "consent_give", **{**give, "cats": 0})
    w.ask("purpose-unknown", a, "consent_give", **{**give, "purpose": "x"})
    w.ask("consent-how-missing", a, "consent_give", **{**give, "how": ""})
    w.ask("consent-witness-missing", a, "consent_give", **{**give, "how": "oral"})
    w.ask("consent-until-past", a, "consent_give", **give, until_ms=ms(-9))
    w.ask("consent-until-far", a, "consent_give", **give, until_ms=ms(9999))
    w.ask("words-of-a-list", a, "consent_give", **give, given_by="xyz")
    w.ask("consent-unknown", a, "consent_show", id="f" * 32)
    w.ask("agreement-share-missing", a, "partner_agree", partner=b.name)
    w.ask("category-unknown", a, "partner_agree", partner=b.name, cats=1 << 40)
    w.ask("agreement-until-past", a, "partner_agree", partner=b.name, cats=7, until_ms=ms(-9))
    w.ask("agreement-until-far", a, "partner_agree", partner=b.name, cats=7, until_ms=ms(99999))
    refer = {"case_id": case, "partner": b.name, "need": "housing"}
    w.ask("not-covered", a, "refer", **refer)
    w.then("not-covered", a, "consent_give", **give)
    a.k("consent", "give", case, "--to", b.name, "--share", "identity,contact,needs", "--how", "written", "--purpose", "evaluate")
    w.ask("not-covered-purpose", a, "refer", **refer)
    w.then("not-covered-purpose", a, "consent_give", **give)
    gone = a.consent(case, b.name, "identity,contact,needs")
    w.ask("narrow-what", a, "consent_withdraw", id=gone, only=0)
    w.ask("narrow-nothing", a, "consent_withdraw", id=gone, only=1 << 16)
    w.then("narrow-nothing", a, "consent_show", id=gone)
    w.ask("narrow-one", a, "consent_withdraw", id=case, all=True, only=IDENTITY)
    w.then("narrow-what", a, "consent_withdraw", id=gone, only=IDENTITY)
    w.then("narrow-one", a, "consent_withdraw", id=gone, only=IDENTITY)
    a.k("consent", "withdraw", gone)
    w.ask("consent-withdrawn-already", a, "consent_withdraw", id=gone)
    w.then("consent-withdrawn-already", a, "consent_show", id=gone)
    other = a.new_case(phone="1")
    a.k("consent", "withdraw", a.consent(other, b.name))
    w.ask("not-covered-withdrawn", a, "refer", **{**refer, "case_id": other})
    w.then("not-covered-withdrawn", a, "consent_give", **{**give, "case_id": other})
    a.consent(other, b.name)
    a.k("partner", "agree", b.name, "--share", "identity,needs")
    w.ask("not-covered-by-agreement", a, "refer", **{**refer, "case_id": other})
    w.then("not-covered-by-agreement", a, "partner_agree", partner=b.name, cats=7)
    w.then("not-covered-by-agreement", a, "refer", **{**refer, "case_id": other}, without=CONTACT)
    a.fed.agree(a, b)


def by_law(w, a, b):
    """What came to b is kept there when its consent ends."""
    terms = {"statute": "nl-wgbo", "keep_months": 12}
    w.ask("keep-receive-only", b, "partner_agree", partner=a.name, cats=7, **terms)
    w.then("keep-receive-only", b, "partner_agree", partner=a.name, cats=7, receive=True, **terms)
    for code, one in (("statute-unknown", {"keep_months": 12}), ("keep-months-missing", {"statute": "nl-wgbo"})):
        w.ask(code, b, "partner_agree", partner=a.name, cats=7, receive=True, **one)
        w.then(code, b, "partner_agree", partner=a.name, cats=7, receive=True, **terms)
    b.k("partner", "agree", a.name, "--receive", "--share", "identity,contact,needs", "--statute", "nl-wgbo", "--keep-months", "12")
    case = a.new_case(phone="1")
    grant = a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    theirs = b.k("show", ref)["referrals"][0]["case_id"]
    w.ask("not-restricted", b, "consent_open", id=grant, reason="brief van de inspectie")
    a.k("consent", "withdraw", grant)
    wait_for("the withdrawal", lambda: b.k("consent", "show", grant)["grants"][0]["state"] == "restricted")
    w.ask("open-reason", b, "consent_open", id=grant)
    w.then("open-reason", b, "consent_open", id=grant, reason="brief van de inspectie")
    w.ask("restricted", b, "case_erase", id=theirs)
    a.fed.agree(a, b)


def partners(w, f, a, b):
    case = a.new_case(phone="1")
    refer = {"case_id": case, "partner": b.name, "need": "housing"}
    a.consent(case, b.name)
    w.ask("need-missing", a, "refer", **{**refer, "need": "x"})
    w.ask("partner-missing", a, "refer", **{**refer, "partner": ""})
    w.ask("partner-unknown", a, "refer", **{**refer, "partner": "xyzzy"})
    w.ask("partner-one-name", a, "refer", **{**refer, "partner": "smwo,ggd"})
    w.then("partner-one-name", a, "refer", **refer)
    w.ask("partner-mistyped", a, "partner_show", id="smwo-x")
    w.ask("partner-is-this-node", a, "refer", **{**refer, "partner": a.name})
    w.ask("alarm-not-there", a, "alarm_ack", what="no-backup")
    w.ask("no-loss-here", a, "partner_restored", id=a.name)
    w.ask("no-loss-there", a, "partner_restored", id=b.name)
    w.ask("digits-differ-partner", a, "partner_check", partner=b.name, digits="1234567890123456")
    w.ask("address-missing", a, "address", id="")
    w.then("address-missing", a, "address", id="none")
    w.ask("address-unreachable", a, "address", id="tcp://0.0.0.0:7001")
    w.then("address-unreachable", a, "address", id="none")
    for org, code in (("", "missing"), ("Jan  Jans", "wrong"), (b.org, "is-member")):
        w.ask(f"invite-org-{code}", a, "invite", org=org, address="tcp://127.0.0.1:7001")
    w.then("invite-org-missing", a, "invite", org="CAW", address="tcp://127.0.0.1:7001")
    w.ask("invite-address-missing", a, "invite", org="CAW")
    w.then("invite-address-missing", a, "invite", org="CAW", address="tcp://127.0.0.1:7001")
    for wrong in ({"address": "x"}, {"address": f"tcp://{'1' * 200}:7001"}, {"address": "tcp://192.0.2.1:7001", "listen": f"tcp://{'1' * 200}:7001"}):
        w.ask("address-wrong", a, "invite", org="CAW", **wrong)
    w.ask("invite-unknown", a, "invite_cancel", id="f" * 32)
    for i in range(64):
        r = Colleague(a, 0).ask("invite", org=f"CAW {i}", address="tcp://127.0.0.1:7001")
        if r.error:
            break
    w.ask("invite-too-many", a, "invite", org="CAW", address="tcp://127.0.0.1:7001")
    w.ask("nobody-waits-for-digits", a, "confirm", digits="12345678")
    w.ask("how-unknown", a, "confirm", digits="12345678", how="x")
    w.ask("quarter-wrong", a, "flow", quarter="2026")
    b.k("audit", "checkpoint")
    now = time.gmtime()
    w.ask("quarter-too-early", a, "flow_publish", quarter=f"{now.tm_year}Q{(now.tm_mon + 2) // 3}")
    w.ask("checkpoints-unreadable", a, "audit_verify", checkpoints=[b"x"])
    w.heard("request-not-understood", "bytes", Colleague(a, 0).call(Bytes()))
    kept = wait_for("a checkpoint", lambda: Colleague(a, 0).ask("audit_export", id=b.name).checkpoints)
    w.ask("checkpoints-of-another", a, "audit_verify", checkpoints=list(kept))
    w.ask("document-unknown", a, "outbox_why", id="f" * 32)
    w.ask("row-gone", a, "worklist", after="zzzz")


def entry(f, op, payload, at=None, wrong=False):
    """The next entry of a roster, or another one for the place of the newest, as the roots' tool writes it."""
    *_, (_, before, earlier), (_, seq, head) = entries(f.roster.read_bytes())
    place, prev = (seq + 1, head) if at is None else (seq, earlier)
    now = int(time.time())
    body = b"KRG1ros\0" + f.fed_id() + struct.pack(">Q", place) + prev + struct.pack(">QQBI", now, now + 80 * DAY, op, len(payload)) + payload
    signed = [bytes([i]) + (bytes(64) if wrong else sign(k, "KRG1.sign.roster", body)) for i, k in enumerate(root_keys(f))]
    return struct.pack(">I", len(body)) + body + bytes([len(signed)]) + b"".join(signed)


def strangers(w, f, a, b, old):
    """Members that are never there."""
    f.add("Provincie Zeeland", "coordinator")
    admit_many(f, 2, "CAW Kempen")
    f.import_roster(a, b)
    refer = {"case_id": a.new_case(), "need": "housing"}
    w.ask("partner-holds-no-cases", a, "refer", **refer, partner="Provincie Zeeland")
    w.ask("partner-several", a, "refer", **refer, partner="CAW Kempen")
    w.ask("place-holds-no-cases", b, "act", ref=old, type=DECLINE, reason="no-capacity", alternative="Provincie Zeeland")
    w.ask("roster-entry-lacks-signatures", a, "roster_import", entries=[entry(f, 6, b"", wrong=True)])
    w.ask("roster-entry-wrong", a, "roster_import", entries=[entry(f, 3, b"")])
    w.ask("roster-entry-too-new", a, "roster_import", entries=[entry(f, 99, b"")])
    w.ask("roster-forks", a, "roster_import", entries=[entry(f, 99, b"", at=-1)])
    w.ask("roster-entry-not-signed", a, "roster_import", entries=[entry(f, 99, b"", at=-1, wrong=True)])
    w.ask("node-is-member", a, "roster_import", entries=[entry(f, 1, (a.dir / "join").read_bytes())])


def roster(w, f, a, b):
    w.ask("roster-entry-missing", a, "roster_import")
    w.ask("roster-entry-unreadable", a, "roster_import", entries=[b"x"])
    w.ask("cosigns-by-itself", a, "roster_cosign", seq=1)
    w.ask("proposal-unknown", a, "approve_get", id="f" * 32)
    p = a.k("roster", "renew")["proposal"]
    w.ask("signature-malformed", a, "approve_sign", id=p, key=b"x", sig=b"x")
    w.ask("signature-of-no-root", a, "approve_sign", id=p, key=bytes(32), sig=bytes(64))
    w.ask("signature-wrong", a, "approve_sign", id=p, key=root_keys(f)[0][32:], sig=bytes(64))
    other = a.k("roster", "renew")["proposal"]
    a.k("approve", p, "--key", str(f.dir / "roots/root1.key"))
    with pytest.raises(Refused) as e:
        a.k("approve", p, "--key", str(f.dir / "roots/root1.key"))
    w.refused("root-signed-already", e)
    a.k("approve", a.k("partner", "suspend", b.name)["proposal"], "--key", str(f.dir / "roots/root1.key"))
    w.ask("partner-suspended", a, "refer", case_id=a.new_case(), partner=b.name, need="housing")
    a.k("roster", "export", str(f.dir / "exported"))
    newest = (f.dir / "exported").read_bytes()
    while len(newest) > (more := 4 + int.from_bytes(newest[:4], "big")):
        newest = newest[more:]
    signed = entry(f, 6, b"")
    w.ask("proposal-unsigned", a, "approve_sign", carried=signed[:-1 - 65 * len(root_keys(f))] + b"\0")
    w.ask("proposal-in-roster", a, "approve_sign", carried=newest[4:])
    w.ask("proposal-overtaken", a, "approve_sign", carried=signed)
    w.ask("proposal-moved", a, "approve_sign", id=other, key=root_keys(f)[0][32:], sig=bytes(64))
    ref = a.k("sent")["referrals"][0]["ref"]
    w.ask("not-covered-suspended", a, "act", ref=ref, type=MESSAGE, text="x")


def before(w, a, b):
    """What is refused of a referral, from its offer to its end."""
    ref, old = offered(a, b)[1], offered(a, b, share="identity,contact,needs")[1]
    w.ask("referral-unknown", a, "show", id="ZZZZZZZZZ")
    w.ask("act-unknown", a, "act", ref=ref, type=999)
    w.ask("act-of-the-receiver", a, "act", ref=ref, type=ACCEPT)
    w.ask("act-of-the-sender", b, "act", ref=ref, type=WITHDRAW, reason="no-longer-needed")
    w.ask("act-not-now", b, "act", ref=ref, type=OUTCOME, reason="helped")
    w.ask("reason-missing", b, "act", ref=ref, type=DECLINE, alternative="none")
    w.ask("reason-unknown", b, "act", ref=ref, type=DECLINE, alternative="none", reason="xyz")
    w.ask("ask-instead-of-declining", b, "act", ref=ref, type=DECLINE, alternative="none", reason="info-missing")
    w.then("ask-instead-of-declining", b, "act", ref=ref, type=ASK, reason="best-contact")
    w.ask("alternative-missing", b, "act", ref=ref, type=DECLINE, reason="no-capacity")
    w.ask("target-missing", b, "act", ref=ref, type=REDIRECT)
    there = b.k("show", ref)["referrals"][0]["case_id"]
    on = {"case_id": there, "partner": a.name, "need": "housing"}
    w.ask("loop", b, "refer", **on)
    w.then("loop", b, "refer", **on, knowing="Asked for by telephone.")
    w.ask("onward-denied", b, "refer", **on, knowing="x")
    w.then("onward-denied", b, "consent_give", case_id=there, partner=a.name, purpose="refer", cats=7, how="written")
    decline = {"ref": ref, "type": DECLINE, "reason": "no-capacity"}
    w.ask("place-is-this-node", b, "act", **decline, alternative=b.org)
    w.ask("place-is-the-sender", b, "act", **decline, alternative=a.org)
    w.ask("place-unclear", b, "act", **decline, alternative="outside")
    w.ask("place-mistyped", b, "act", **decline, alternative="goess")
    w.ask("places-many", b, "act", ref=ref, type=REDIRECT, targets=["Wijkpunt Fictief"] * 17)
    w.ask("not-corrected", b, "act", ref=ref, type=ACCEPT, corrects=1)
    w.ask("referral-came-back", b, "act", ref=ref, type=ACCEPT, expect=99)
    w.ask("referral-changed-there", b, "act", ref=ref, type=ACCEPT, expect=1)
    w.ask("erase-ours", a, "ref_erase", id=ref)
    w.then("erase-ours", a, "act", ref=ref, type=REVOKE)
    w.ask("erase-open", b, "ref_erase", id=ref)
    w.then("erase-open", b, "act", ref=ref, type=DECLINE, reason="no-capacity", alternative="none")
    w.ask("done-how", b, "done", ref=ref)
    w.ask("done-changed", b, "done", ref=ref, way="told", expect=99)
    w.ask("done-nothing", b, "done", ref=ref, way="told")
    for code, said in (("empty", {}), ("long", {"text": "x" * 501}), ("place-long", {"text": "x", "place": "x" * 121}),
                       ("of-person", {"person": {"story": "x"}}), ("day-past", {"text": "x", "date_ms": ms(-9)}), ("answers-nothing", {"text": "x", "answers": 99})):
        w.ask(f"message-{code}", a, "act", ref=ref, type=MESSAGE, **said)
    w.ask("words-are-story", b, "act", ref=ref, type=DECLINE, reason="no-capacity", alternative="none", text="Zij drinkt.")
    w.then("words-are-story", b, "act", ref=ref, type=MESSAGE, text="Zij komt vrijdag.")
    b.k("show", ref)
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    w.ask("review-date-missing", b, "act", ref=ref, type=HOLD, reason="waiting-list")
    w.ask("date-too-far", b, "act", ref=ref, type=HOLD, reason="waiting-list", date_ms=ms(9999))
    w.ask("date-too-early", a, "propose", op="remove", partner=b.name, date_ms=ms(-3))
    w.ask("referral-changed-here", b, "act", ref=ref, type=START, expect=1)
    w.ask("recall-already-acted", a, "act", ref=ref, type=ERROR, reason="sent-by-mistake")
    w.then("recall-already-acted", a, "act", ref=ref, type=ERROR, reason="wrong-person")
    w.then("recall-already-acted", a, "act", ref=ref, type=WITHDRAW, reason="no-longer-needed")
    w.ask("act-takes-no-reason", a, "act", ref=ref, type=MESSAGE, text="x", reason="other")
    w.ask("nothing-to-correct", b, "act", ref=ref, type=NOTE, reason="attempt", corrects=99)
    w.ask("case-not-requested", a, "act", ref=ref, type=KEEP, reason="other")
    b.k("request", ref, "--reason", "person-asks")
    w.ask("case-requested", b, "act", ref=ref, type=REQUEST, reason="other")
    w.then("case-requested", b, "act", ref=ref, type=MESSAGE, text="Wat vindt u?")
    b.k("start", ref)
    b.k("outcome", ref, "--code", "helped")
    a.await_state(ref, "outcome")
    w.ask("erase-waiting", b, "ref_erase", id=ref)
    w.ask("outcome-is-there", b, "act", ref=ref, type=OUTCOME, reason="partly")
    w.then("outcome-is-there", b, "act", ref=ref, type=OUTCOME, reason="partly", corrects=w.replies["outcome-is-there"].values[0].number)
    a.k("show", ref)
    a.k("reopen", ref, "--reason", "not-better")
    b.await_state(ref, "reopen-pending")
    b.k("show", ref)
    b.k("outcome", ref, "--code", "partly")
    a.await_state(ref, "outcome")
    w.ask("reopened-once", a, "act", ref=ref, type=REOPEN, reason="not-better")
    w.then("reopened-once", a, "refer", case_id=a.k("show", ref)["referrals"][0]["case_id"], partner=b.name, need="income-debt")
    a.k("show", ref)
    a.k("ack", ref)
    b.await_state(ref, "closed")
    b.k("erase", ref)
    w.ask("erase-already", b, "ref_erase", id=ref)
    return old


def of_cases(w, a, b):
    case, ref = offered(a, b)
    w.ask("case-has-referrals", a, "case_close", id=case)
    w.ask("case-has-referrals-erase", a, "case_erase", id=case)
    w.ask("need-already-referred", a, "refer", case_id=case, partner=b.name, need="income-debt")
    theirs = b.k("show", ref)["referrals"][0]["case_id"]
    seen = int(b.k("case", "show", theirs)["current"]) + 1
    a.k("case", "edit", case, "--email", "jan@voorbeeld.invalid")
    b.k("show", ref)
    b.k("ask", ref, "--question", "best-contact")
    a.await_state(ref, "needs-info")
    a.k("show", ref)
    w.ask("answer-empty", a, "act", ref=ref, type=INFO)
    a.k("info", ref, "--share", "contact")
    wait_for("it to be there", lambda: int(b.k("case", "show", theirs)["current"]) + 1 != seen)
    w.ask("changed-by-partner-meanwhile", b, "case_edit", id=theirs, person={"phone": "3"}, expect=seen)
    known = a.new_case(national_number="80013112345", phone="1")
    a.consent(known, b.name)
    w.ask("never-in-a-referral", a, "refer", case_id=known, partner=b.name, need="housing", share=(1 << 20) - 1)
    w.ask("words-not-here", a, "refer", case_id=case, partner=b.name, need="housing", service="x" * 400)
    much = a.new_case(address="x" * 7000, goals="x" * 7000)
    a.consent(much, b.name)
    w.ask("document-too-long", a, "refer", case_id=much, partner=b.name, need="housing")
    w.then("document-too-long", a, "refer", case_id=much, partner=b.name, need="housing", without=CONTACT)
    little = a.new_case(phone="1")
    a.consent(little, b.name)
    little = a.refer(little, b.name, "--share", "needs")
    b.await_state(little, "offered")
    theirs = b.k("show", little)["referrals"][0]["case_id"]
    w.ask("nothing-to-pass-on", b, "refer", case_id=theirs, partner=a.name, need="housing")


def protocol(w, a):
    who = Colleague(a, 0)
    w.heard("client-of-another-version", "version", who.call(pb.Request(version=9, request_id=os.urandom(16), status=pb.Nothing())))
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(a.dir / "core.sock"))
        s.sendall(struct.pack(">I", 4 << 20) + bytes(8 << 10))
        w.heard("request-too-large", "4 MiB", pb.Reply.FromString(s.recv(struct.unpack(">I", s.recv(4))[0])))
    w.ask("backup-broken-off", a, "backup_next", number=5)
    w.heard("request-not-one", "none", who.call(pb.Request(version=1, request_id=os.urandom(16))))


def locked(w, a, b):
    a.k("lock")
    wait_for("it to be locked", lambda: (a.try_k("status") or {}).get("status", {}).get("locked", True))
    w.ask("node-locked", a, "case_list")
    sheet = (a.dir / "recovery-sheet.txt").read_text()
    code = re.search(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){5,}", sheet)[0]
    other = re.search(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){5,}", (b.dir / "recovery-sheet.txt").read_text())[0]
    w.ask("unlock-other-sheet", a, "unlock", secret=other)
    w.ask("unlock-wrong", a, "unlock", secret="wrong")
    w.ask("unlock-code-short", a, "unlock", secret=other[:-5])
    w.ask("unlock-code-mistyped", a, "unlock", secret=code[:-1] + ("0" if code[-1] != "0" else "1"))
    Colleague(a, 0).ask("unlock", secret=code)


def fresh(w, f, workdir):
    """A node that no roster names yet, and one of a coordinator."""
    (workdir / "other").mkdir()
    g = Federation(workdir / "other", ("Geel", "Mol"))
    n, m = g.nodes
    (m.dir / "kring.conf").write_text((m.dir / "kring.conf").read_text() + "[Partners]\nPairCheck=yes\nCosign=manual\n")
    province = g.add("Provincie", "coordinator")
    (n.dir / "roster").unlink()
    first = list(entries(g.roster.read_bytes()))[0][0]
    try:
        n.start()
        w.ask("roster-missing", n, "propose", op="renew")
        w.then("roster-missing", n, "roster_import", entries=[first])
        w.ask("roster-of-another-federation", n, "roster_import", entries=[list(entries(f.roster.read_bytes()))[0][0]])
        assert not Colleague(n, 0).ask("roster_import", entries=[first]).error
        w.ask("not-a-member-yet", n, "flow_publish", quarter="2020Q1")
        w.ask("invite-by-members-only", n, "invite", org="CAW", address="tcp://127.0.0.1:7001")
        w.ask("not-a-member-or-suspended", n, "address", id="tcp://127.0.0.1:7001")
        w.ask("roster-entry-out-of-order", n, "roster_import", entries=[list(entries(g.roster.read_bytes()))[2][0]])
        province.start()
        g.import_roster(n, province)
        w.ask("node-holds-no-cases", province, "case_list")
        w.ask("nothing-to-report", province, "flow_publish", quarter="2020Q1")
        m.start()
        g.import_roster(m)
        w.ask("entry-not-newest", m, "roster_cosign", seq=99)
        g.await_connected(m, 1)
        case = m.new_case()
        wait_for("it to be witnessed", lambda: Colleague(m, 0).ask("refer", case_id=case, partner=n.name, need="housing").code != "partner-unwitnessed")
        mine = n.new_case(phone="1")
        n.consent(mine, m.name)
        wait_for("the other one, too", lambda: Colleague(n, 0).ask("refer", case_id=mine, partner=m.name, need="housing").code != "partner-unwitnessed")
        w.ask("not-covered-no-agreement", n, "refer", case_id=mine, partner=m.name, need="housing")
        w.then("not-covered-no-agreement", n, "partner_agree", partner=m.name, cats=7)
        w.ask("partner-unchecked", m, "refer", case_id=case, partner=n.name, need="housing")
        w.then("partner-unchecked", m, "partner_check", partner=n.name)
    finally:
        g.stop()


def staff(w, b, clock):
    one = {"name": "Anna De Wit", "user": "anna", "uid": 41100, "roles": ["caseworker"]}
    w.ask("staff-no-list", b, "hand", who="x", until_ms=ms(3))
    w.then("staff-no-list", b, "staff_add", **one)
    w.then("staff-name-missing", b, "staff_add", **one)
    for code, said in (("name-missing", {"name": " "}), ("role-missing", {"name": "Anna De Wit", "uid": 41100}),
                       ("role-unknown", {"name": "Anna De Wit", "uid": 41100, "roles": ["chef"]}),
                       ("roles-apart", {"name": "Anna De Wit", "uid": 41100, "roles": ["caseworker", "coordinator"]}),
                       ("user-of-node", {"name": "Anna De Wit", "uid": 0, "user": "root", "roles": ["caseworker"]}),
                       ("user-missing", {"name": "Anna De Wit", "roles": ["caseworker"]}),
                       ("language-unknown", {"name": "Anna De Wit", "user": "anna", "uid": 41100, "roles": ["caseworker"], "languages": ["xx"]}),
                       ("until-past", {"name": "Anna De Wit", "user": "anna", "uid": 41100, "roles": ["caseworker"], "until_ms": ms(-9)})):
        w.ask(f"staff-{code}", b, "staff_add", **said)
    case, other = b.new_case(), [b.new_case() for _ in range(9)]
    hire(b, "caseworker", name="Anna De Wit")
    hire(b, "reader", name="Anna Verzonnen")
    anna, reader = Colleague(b, UIDS["caseworker"]), Colleague(b, UIDS["reader"])
    w.ask("staff-user-nobody", b, "staff_add", name="Bert", user="nobody", uid=65534, roles=["caseworker"])
    w.ask("staff-user-taken", b, "staff_add", name="Bert", user="x", uid=UIDS["caseworker"], roles=["caseworker"])
    w.then("staff-user-taken", b, "staff_end", id="Anna De Wit")
    w.ask("staff-name-taken", b, "staff_add", name="Anna De Wit", user="x", uid=41100, roles=["caseworker"])
    w.ask("staff-unknown", Colleague(b, STRANGER), "case_list")
    w.ask("staff-no-right", reader, "case_new", person={"name": "x"})
    w.ask("staff-not-found", b, "staff_end", id="Bert")
    w.ask("staff-no-cases", anna, "hand", who="Anna Verzonnen", until_ms=ms(3))
    w.ask("hand-until", anna, "hand", who="Anna De Wit")
    w.ask("pending-unknown", anna, "pending_confirm", id="3fa91b22")
    w.ask("second-person", anna, "case_erase", id=case, now=True)
    w.ask("pending-early", anna, "pending_confirm", id=anna.ask("pending_list").pending[0].id)
    hire(b, "caseworker", name="Bert Verzonnen", uid=41010)
    w.ask("pending-own", anna, "pending_confirm", id=anna.ask("pending_list").pending[0].id)
    for one in other:
        last = anna.ask("case_erase", id=one, now=True)
        if last.code != "second-person":
            break
    w.heard("pending-too-many", "case_erase", last)
    bert, one = Colleague(b, 41010), anna.ask("pending_list").pending[0].id
    b.k("staff", "end", "Anna De Wit")
    w.ask("pending-left", bert, "pending_confirm", id=one)
    last = bert.ask("case_erase", id=case, now=True).id
    hire(b, "caseworker", name="Chris", uid=41011)
    clock.set(struct.unpack("=q", clock.map[:])[0] + DAY + 60)
    w.ask("pending-late", Colleague(b, 41011), "pending_confirm", id=last)
    hire(b, "coordinator", name="Cor")
    w.ask("staff-administrator-apart", b, "staff_add", name="Dirk", user="x", uid=41101, roles=["caseworker", "administrator"])
    hire(b, "administrator", name="Ada")
    hire(b, "administrator", name="Dirk", uid=41020)
    asked = Colleague(b, UIDS["administrator"]).ask("staff_role", who="Anna Verzonnen", roles=["caseworker"]).id
    w.ask("pending-nobody", b, "pending_confirm", id=asked)
    w.ask("second-root", b, "staff_role", who="Anna Verzonnen", roles=["caseworker"])
    w.ask("screens-off", b, "staff_link", id="Anna Verzonnen")
    w.ask("staff-confirm-whom", b, "staff_confirm")
    w.ask("staff-none-came-back", b, "staff_confirm", all=True)


def later(w, a, b, clock, old):
    case, refer = a.new_case(phone="1"), {"partner": b.name, "need": "housing"}
    a.k("consent", "give", case, "--to", b.name, "--share", "identity,contact,needs", "--how", "written", "--until", day(3))
    over = a.new_case(phone="1")
    a.k("consent", "give", over, "--to", b.name, "--share", "identity,contact,needs", "--how", "written", "--until", day(3))
    ref = a.refer(over, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    clock.days(28, (a, b))
    w.ask("not-covered-their-consent", b, "act", ref=ref, type=NOTE, reason="attempt", text="Gebeld.")
    w.ask("not-covered-consent-ended", a, "refer", **refer, case_id=case)
    w.then("not-covered-consent-ended", a, "consent_give", case_id=case, partner=b.name, purpose="refer", cats=7, how="written")
    a.consent(case, b.name)
    a.k("partner", "agree", b.name, "--share", "identity,contact,needs", "--until", day(30))
    clock.days(4, (a, b))
    w.ask("not-covered-agreement-ended", a, "refer", **refer, case_id=case)
    w.then("not-covered-agreement-ended", a, "partner_agree", partner=b.name, cats=7)
    w.ask("recall-too-late", a, "act", ref=old, type=ERROR, reason="sent-by-mistake")
    w.then("recall-too-late", a, "act", ref=old, type=ERROR, reason="wrong-person")
    w.then("recall-too-late", a, "act", ref=old, type=WITHDRAW, reason="no-longer-needed")


def alone(w, a, b):
    """The partner is off."""
    a.fed.agree(a, b)
    ref = offered(a, b)[1]
    a.stop()
    a.clock.days(44, (b,))
    w.ask("answer-term-over", b, "act", ref=ref, type=ACCEPT)
    w.then("answer-term-over", b, "act", ref=ref, type=ACCEPT, late=True)
    a.start(*a.clock.args)
    a.fed.await_connected(a)
    case, ref = offered(a, b)
    b.stop()
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    w.ask("referral-end-unconfirmed", a, "case_erase", id=case)
    b.start(*a.clock.args)


@pytest.mark.long
def test_every_refusal_is_provoked_or_says_why_not(federation, workdir, reader):
    w, clock = Walk(), Clock(workdir)
    f = federation("Goes", "SMWO")
    a, b = f.start(*clock.args)
    a.clock = clock
    case = cases(w, a, b)
    consents(w, a, b, case)
    by_law(w, a, b)
    protocol(w, a)
    old = before(w, a, b)
    of_cases(w, a, b)
    partners(w, f, a, b)
    strangers(w, f, a, b, old)
    fresh(w, f, workdir)
    later(w, a, b, clock, old)
    alone(w, a, b)
    locked(w, a, b)
    roster(w, f, a, b)
    staff(w, b, clock)
    assert not w.wrong, "\n".join(w.wrong)
    assert w.looked > 40, "remedies that say where to look were not followed"
    every, not_provoked = set(codes()), listed()
    assert not set(not_provoked) - every, f"no such code: {sorted(set(not_provoked) - every)}"
    assert not (lost := every - set(w.replies) - set(not_provoked)), f"neither provoked nor listed in {LISTED.name}: {sorted(lost)}"
    assert not (spare := set(w.replies) & set(not_provoked)), f"provoked, and listed in {LISTED.name} all the same: {sorted(spare)}"
    acts, not_tried = {c for c, _ in w.acts}, listed(NOT_TRIED)
    assert not (lost := acts - w.tried - set(not_tried)), f"a remedy that is neither tried nor listed in {NOT_TRIED.name}: {sorted(lost)}"
    assert not (spare := set(not_tried) - acts | set(not_tried) & w.tried), f"listed in {NOT_TRIED.name} without need: {sorted(spare)}"
    places = [(a.dir, "GOES"), (b.dir, "SMWO"), (f.dir, "FED"), (ROOT, "TREE")]
    compare("refused", {lang: "".join(f"{c}\n{steady(reader.words(w.replies[c], lang), places)}\n" for c in codes() if c in w.replies)
                        for lang in LANGS})
