# SPDX-License-Identifier: EUPL-1.2
"""The second implementation of the wire, as a friend and as a hostile member."""
import os
import struct
import subprocess

import pytest
from documents import IDENTITY_NEEDS, grant, offer, pb
from kringwire import ACCEPT, CONSENT, DECLINE, DOCUMENT, INFO, NOTE, OFFER, PING, PREKEY, PREKEYS, START, VERSION, Member, make_document
from node import wait_for
from test_metrics import metrics


@pytest.fixture
def pair(dialled):
    f, b, m = dialled()
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", "--receive")
    b.k("partner", "agree", "python-partner", "--share", "needs")
    return m, b


NAME = pb.Person(name="Piet Verzonnen")


def test_a_friend_refers_and_is_answered(pair):
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    thread, raw, h = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2)
    assert [(v[0], v[2]) for v in m.verdicts] == [(1, 0), (2, 0)] and m.verdicts[1][1] == h
    row = b.k("inbox")["referrals"][0]
    assert row["name"] == "Piet Verzonnen"
    b.k("accept", row["ref"])
    m.until(lambda: m.inbox)
    assert [d.type for d in m.inbox] == [ACCEPT] and m.inbox[0].seen_no == 1 and m.inbox[0].seen_hash == h


def test_over_scope_field_is_hollowed_at_the_receiver(pair):
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    person = pb.Person(name="Piet Verzonnen", story="OVERSCOPEMARKER")
    _, raw, _ = offer(m, gid, subject, person, IDENTITY_NEEDS | 1 << 16)
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2 and m.inbox)
    assert [v[2] for v in m.verdicts] == [0, 2]  # SCOPE
    assert [d.type for d in m.inbox] == [DECLINE]
    assert pb.Act.FromString(m.inbox[0].body).reason == "consent-missing"
    row = b.k("inbox", "--all")["referrals"][0]
    assert row["state"] == "declined" and not row.get("name")
    assert b"OVERSCOPEMARKER" not in b"".join(p.read_bytes() for p in b.dir.rglob("*") if p.is_file())


def test_what_a_member_says_that_it_runs_is_a_text_of_letters_and_digits(pair):
    """It stands on screens and in what Prometheus reads; what is no version is nothing."""
    m, b = pair

    def said(version):
        m.send_frame([(VERSION, version), (VERSION, b"9.second"), (PING, struct.pack(">QB", 7, 0))])
        m.pongs.clear()
        m.until(lambda: m.pongs)
        return [p.get("version") for p in b.k("partner", "list")["partners"] if not p["self"]][0]

    shown = lambda: metrics(b).get("kring_partner_version_info")
    assert said(b"2.0~rc1+git") == "2.0~rc1+git" and shown() == {("python-partner", "2.0~rc1+git"): 1}
    assert "Python Partner runs version 2.0~rc1+git, says its node" in page(b, "doctor", "python-partner")
    for bad in (b"", b"9" * 33, b"1 0", b'1"} 2', b"1\n2", b"1\\", b"1\0", b"-1", "1é".encode(), b"1\x1b[2J"):
        assert said(b"3.0") == "3.0" and not said(bad) and shown() is None, bad
    assert "has not said yet which version it runs" in page(b, "doctor", "python-partner")


def page(n, *args):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), *args], capture_output=True, text=True).stdout


ROW = "\n  e-mail                  an@voorbeeld.invalid   [contact]"  # as a row of ours looks
ONE_LINE = ("name", "birth_date", "language", "phone", "email", "best_time", "national_number")
UNSEEN = ("\u202e", "\u200b", "\u2060", "\u200f", "\ufeff", "\u00ad", "\u2028", "\u0085", "\u3164", "\U000e0041", "\x1b[2J", "a\u200d\u200db")


def test_a_text_that_would_look_like_two_rows_is_unreadable(pair):
    """One line where one line belongs, and nothing that nobody sees: else the document is declined by rule, and no screen shows it."""
    m, b = pair
    cats = IDENTITY_NEEDS | 1 << 1
    gid, subject, g = grant(m, cats)
    bads = [pb.Person(**{field: "Piet" + ROW}) for field in ONE_LINE] + [pb.Person(**{field: "Pi\tet"}) for field in ONE_LINE]
    bads += [pb.Person(name=f"Pi{c}et") for c in UNSEEN] + [pb.Person(address=f"Pi{c}et") for c in UNSEEN if c != "\u00ad"]
    raws = [offer(m, gid, subject, x, cats)[1] for x in bads]
    raws.append(make_document(m.nk, pb.Act(reason="no capacity").SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=DECLINE,
                              thread=os.urandom(16))[0])
    m.send_documents([g])
    for at in range(0, len(raws), 16):
        m.send_documents(raws[at:at + 16])
        m.until(lambda: len(m.verdicts) == 1 + len(raws[:at + 16]))
    assert [(str(x), v[2]) for x, v in zip([*bads, "code"], m.verdicts[1:]) if v[2] != 6] == []  # MALFORMED
    m.until(lambda: len(m.inbox) >= len(bads))
    assert {pb.Act.FromString(d.body).reason for d in m.inbox} == {"unreadable"}
    for args in (("case", "list"), ("inbox", "--all"), ("worklist",), ("status",)):
        assert "e-mail" not in page(b, *args) and "Piet" not in page(b, *args)


def test_a_partners_text_is_shown_as_it_is_and_makes_no_row(pair):
    m, b = pair
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs,story", "--receive")
    cats = IDENTITY_NEEDS | 1 << 1 | 1 << 16
    gid, subject, g = grant(m, cats)
    person = pb.Person(name="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u2764\ufe0f", birth_date="ergens in mei 1980", phone="geen", address="Straat 1" + ROW,
                       story="een lang\u00adzaam verhaal\n\ttwee" + ROW)
    _, raw, _ = offer(m, gid, subject, person, cats)
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2)
    assert [v[2] for v in m.verdicts] == [0, 0]
    case = b.k("case", "list")["cases"][0]["id"]
    got = b.k("case", "show", case)["person"]
    assert {k: got[k] for k in ("name", "birth_date", "phone", "address", "story")} == {
        k: getattr(person, k) for k in ("name", "birth_date", "phone", "address", "story")}
    b.k("case", "note", case, "--text", "-", stdin="bezoek" + ROW)
    lines = page(b, "case", "show", case).splitlines()
    assert len([x for x in lines if x.startswith("      | ") and "an@voorbeeld.invalid" in x]) == 3, lines
    assert not [x for x in lines if x.split()[:1] == ["e-mail"]], "a text made a row of its own"


def test_a_newcomers_name_is_one_line(federation):
    """What the roots are to sign is read by them on a screen: an organisation whose name looks like two rows never gets there."""
    f = federation("SMWO")
    for org in ("GGD\n  SMWO  NL  member", "GG\u200bD", "GGD\u202eUMS", "GGD\x1b[2J"):
        m = Member(f.fed_id(), org=org)
        (f.dir / "py.join").write_bytes(m.join_bytes())
        r = subprocess.run([str(f.bin / "kring"), "roster", "add", "--roster", str(f.roster), "--join", str(f.dir / "py.join"), "--class", "member",
                            "--out", str(f.dir / "p")], capture_output=True, text=True)
        assert r.returncode != 0 and "GG" not in r.stdout + r.stderr and not (f.dir / "p").exists(), (org, r)


SENTENCE = "Zij is verzonnen zwanger en heeft schulden"


def planted():
    """A sentence, or too many bytes, in every field that has no category; in every type of document that has the field."""
    import options_pb2
    types = {"Offer": [OFFER], "Ask": [2], "Info": [3], "ConsentGrant": [CONSENT],
             "Act": [4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]}
    for name, numbers in types.items():
        for f in pb.DESCRIPTOR.message_types_by_name[name].fields:
            opt = f.GetOptions().Extensions
            text, raw = f.type == f.TYPE_STRING, f.type == f.TYPE_BYTES
            if not (text and opt[options_pb2.list]) and not (raw and opt[options_pb2.size]):
                assert not (opt[options_pb2.cat] == options_pb2.OPEN and (text or raw)), f"{name}.{f.name}"
                continue
            for number in numbers if f.name == "reason" else numbers[:1]:
                for value in (SENTENCE, "nonsense") if text else (SENTENCE.encode(),):
                    body = getattr(pb, name)()
                    many = f.label == f.LABEL_REPEATED
                    getattr(body, f.name).append(value) if many else setattr(body, f.name, value)
                    yield f"{name}.{f.name}", number, body
    for bad in (SENTENCE, "Piet heeft hiv, probeer de GGD", "a" * 61, "een\ntwee", ""):
        yield "Act.outside", DECLINE, pb.Act(alternative="outside", outside=[bad])
        yield "Offer.service", OFFER, pb.Offer(need="housing", service=bad)


def test_free_words_outside_every_category_are_kept_out(pair):
    m, b = pair
    rows = list(planted())
    assert len(rows) > 50
    for at in range(0, len(rows), 16):
        part = rows[at:at + 16]
        m.send_documents([make_document(m.nk, body.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=number,
                                        thread=os.urandom(16), cats=1 << 20)[0] for _, number, body in part])
        m.until(lambda: len(m.verdicts) == at + len(part))
    assert [w for w, v in zip(rows, m.verdicts) if v[2] != 6] == []  # MALFORMED: the head, and no body
    assert SENTENCE.encode() not in b"".join(p.read_bytes() for p in b.dir.rglob("*") if p.is_file())


@pytest.mark.parametrize("how,verdict", [("lying head", 2), ("no grant", 3), ("grant for another", 3), ("agreement too narrow", 12),
                                         ("malformed body", 6)])
def test_every_excuse_is_hollowed(pair, how, verdict):
    m, b = pair
    cats, person = IDENTITY_NEEDS, NAME
    gid, subject, g = grant(m, 0xfffff if how == "agreement too narrow" else cats, recipient=os.urandom(32) if how == "grant for another" else None)
    docs = [] if how == "no grant" else [g]
    if how == "agreement too narrow":
        person, cats = pb.Person(name="P", health="HEALTHMARKER"), cats | 1 << 7
    _, raw, _ = offer(m, gid, subject, person, 1 << 15 if how == "lying head" else cats)
    if how == "malformed body":
        raw, _ = make_document(m.nk, b"\x7a\x01x", fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=os.urandom(16), grant=gid, cats=cats)
    m.send_documents(docs + [raw])
    m.until(lambda: len(m.verdicts) == len(docs) + 1)
    assert m.verdicts[-1][2] == verdict, how
    assert not b.k("inbox").get("referrals")


@pytest.mark.parametrize("what", ["frame signature", "document signature", "other sender", "other recipient", "other federation",
                                  "other incarnation", "gap in the log", "future seen_no", "changed envelope"])
def test_forged_or_misplaced_words_change_nothing(pair, what):
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    head = {"other sender": dict(sender=os.urandom(32)), "other recipient": dict(recipient=os.urandom(32)),
            "other federation": dict(fed=os.urandom(16)), "gap in the log": dict(thread_no=2, prev=os.urandom(32)),
            "future seen_no": dict(seen_no=3, seen_hash=os.urandom(32))}.get(what, {})
    _, raw, _ = offer(m, gid, subject, NAME, IDENTITY_NEEDS, **head)
    if what == "document signature":
        raw = raw[:-1] + bytes([raw[-1] ^ 1])
    if what == "other incarnation":
        m.send_frame([(DOCUMENT, g), (DOCUMENT, raw)], first=1, your=(m.your[0], os.urandom(16)))
    elif what == "changed envelope":
        env = m.send_frame([])
        m.sock.send(env[:500] + bytes([env[500] ^ 1]) + env[501:])
        m.send_frame([(DOCUMENT, raw)], first=9)
    else:
        m.send_frame([(DOCUMENT, g), (DOCUMENT, raw)], first=1, break_sig=what == "frame signature")
    refused = "signature" not in what and what not in ("other incarnation", "changed envelope")
    m.until(lambda: m.refused) if refused else m.pump(0.7)
    assert not b.k("inbox", "--all").get("referrals"), what
    assert m.refused or not refused
    status = b.k("status")["status"]
    assert status["owed"] == 0 and status["frames_refused"] == (1 if what == "frame signature" else 0)


def test_the_same_frame_ten_times_is_one_referral(pair):
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    _, raw, _ = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    for _ in range(10):
        m.send_frame([(DOCUMENT, g), (DOCUMENT, raw)], first=1)
    m.sent = 2
    m.send_documents([g, raw])  # and again under new numbers: same verdict, no second referral
    m.until(lambda: {v[0] for v in m.verdicts} == {1, 2, 3, 4})
    assert len(b.k("inbox")["referrals"]) == 1
    assert {v[0]: v[2] for v in m.verdicts} == {1: 0, 2: 0, 3: 0, 4: 0}


def test_somebody_elses_prekey_is_not_taken(pair):
    m, b = pair
    other = Member(m.fed)
    m.send_frame([(PREKEYS, other.prekey_record)])
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    m.send_documents([g])
    m.until(lambda: m.verdicts)
    assert m.verdicts  # still answered to our own key


def test_a_used_up_pair_key_opens_nothing_and_an_old_record_is_not_taken(pair):
    m, b = pair
    first, old_record = m.peer_key, m.prekey_record
    for _ in range(2):  # each exchange: the key that was used is replaced, the one before it is gone
        newest = m.peer_key
        m.pump(1.1)  # the next one follows a frame that is sealed to one older than a second; nobody asks us at rest
        m.send_frame([(PING, bytes(8) + b"\0")])
        m.until(lambda: m.peer_key != newest)
        m.pump(0.2)
    assert m.peer_key != first
    m.unopened, now = [], m.peer_key
    m.peer_key = first
    m.send_frame([(PING, bytes(8) + b"\0")])
    m.peer_key = now
    m.until(lambda: m.unopened)
    assert m.unopened == [first[0]]  # not opened; and the answer was sealed to our newest key
    m.new_prekey()
    m.send_frame([(PREKEYS, m.prekey_record)])
    mark = os.urandom(8)  # of what was sealed before they had the new key something may still be on its way
    m.send_frame([(PREKEYS, old_record), (PING, mark + b"\0")])
    m.until(lambda: mark in m.pongs)
    assert m.pongs[mark] == PREKEY.unpack(m.prekey_record[:158])[6]


def test_garbage_on_the_line_is_counted_and_nothing_else(pair):
    m, b = pair
    for n in (0, 1, 111, 222, 4256, 4257, 66848):
        m.sock.send(os.urandom(n))
    m.sock.send(b"KRGv\x01\x01\x00\x00" + m.fed + m.peer + bytes(16) + struct.pack(">Q", 2 ** 63) + bytes(4256 - 80))
    m.pump(0.5)
    wait_for("net to count", lambda: b.log.read_text().count("ENVELOPE_DROPPED") >= 5)
    m.greet()  # the longest one cost us the connection, and the keys of a connection end with it
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    m.send_documents([g])
    m.until(lambda: m.verdicts)
    assert m.verdicts[0][2] == 0


@pytest.mark.parametrize("keep", [True, False])
def test_a_new_incarnation_is_offered_by_ids_and_gets_what_it_lacks(pair, keep):
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    _, raw, _ = offer(m, gid, subject, NAME, IDENTITY_NEEDS)
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2)
    ref = b.k("inbox")["referrals"][0]["ref"]
    b.k("accept", ref)
    b.k("start", ref)
    m.until(lambda: len(m.inbox) == 2)
    first = [d.msg_id for d in m.inbox]
    assert [d.type for d in m.inbox] == [ACCEPT, START]
    m.reborn(keep_inbox=keep)
    m.until(lambda: m.offered)
    assert m.offered == first  # what is retained is offered by id first
    m.pump(1)
    assert [d.msg_id for d in m.inbox] == (first if keep else [])  # what it had receipted waits for somebody's word
    b.k("partner", "restored", "python-partner")
    m.until(lambda: len(m.inbox) == 2)
    assert [d.msg_id for d in m.inbox] == first  # and is sent again only where it was lacking
    m.until(lambda: b.try_k("note", ref, "--reason", "appointment"))  # refused until the pair has been compared
    m.until(lambda: len(m.inbox) == 3)
    assert m.inbox[-1].type == NOTE and len(m.inbox) == 3
    m.verdicts = []
    m.send_documents([g, raw])  # ours again, under new numbers: nothing doubles
    m.until(lambda: len(m.verdicts) == 2 and b.k("status")["status"]["owed"] == 0)
    assert len(b.k("inbox")["referrals"]) == 1 and b.k("status")["status"]["owed"] == 0


def test_a_nesting_bomb_is_one_malformed_document(pair):
    """Thousands of messages within messages: refused by the walker before anything is unpacked."""
    m, b = pair
    gid, _, g = grant(m, IDENTITY_NEEDS)
    bomb = b""
    while len(bomb) < 8000:
        n, v = len(bomb), b""
        while n > 127:
            v, n = v + bytes([n & 127 | 128]), n >> 7
        bomb = b"\x32" + v + bytes([n]) + bomb
    raw, _ = make_document(m.nk, bomb, fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=os.urandom(16), grant=gid,
                           cats=IDENTITY_NEEDS)
    core = b.children()["core"]
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2)
    assert [(v[0], v[2]) for v in m.verdicts] == [(1, 0), (2, 6)] and b.children()["core"] == core


@pytest.mark.parametrize("first", ["info", "hollow"])
def test_a_thread_without_its_offer_holds_up_no_withdrawal(pair, first):
    """A thread that a partner begins with an answer is no referral yet: taking the consent back ends what it showed, and nothing else."""
    m, b = pair
    gid, _, g = grant(m, IDENTITY_NEEDS)
    raw, _ = make_document(m.nk, pb.Info(person=NAME).SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=INFO,
                           thread=os.urandom(16), grant=gid, cats=1 if first == "info" else 1 << 16)
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2)
    assert [v[2] for v in m.verdicts] == [0, 0 if first == "info" else 2], m.verdicts
    pid = b.proc.pid
    b.k("consent", "withdraw", gid.hex())
    assert b.k("status") and b.proc.pid == pid and b.proc.poll() is None
    assert "INVARIANT_BROKEN" not in b.log.read_text()
    assert all(r.get("name") != "Piet Verzonnen" for r in b.k("inbox", "--all")["referrals"])
