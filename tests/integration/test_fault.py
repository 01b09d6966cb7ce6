# SPDX-License-Identifier: EUPL-1.2
"""What fails by itself is answered, counted, shown with its cause, and stops nothing else."""
import os
import signal
import socket
import struct
import subprocess
import time

import pytest
from kringwire import REFUSED
from node import Clock, Refused, wait_for

META_SUBJECT = 8
DAY = 86400


def rows_of(raw):
    """(key, where its value begins, how long it is) of every row on a leaf page of LMDB: head with its own number u64, flags u16 at 10,
    lower u16 at 12; from 16 up to lower where each row is; a row is size u32, flags u16, key size u16, key, value.  What only lies between,
    left over from an older use of the page, is no row: to touch it would damage another."""
    for page in range(0, len(raw), 4096):
        no, flags, lower = struct.unpack_from("<QxxHH", raw, page)
        if no != page // 4096 or flags & 0x22 != 2:
            continue
        for at in struct.unpack_from(f"<{(lower - 16) // 2}H", raw, page + 16):
            length, form, size = struct.unpack_from("<IHH", raw, page + at)
            if form == 0:
                yield bytes(raw[page + at + 8:page + at + 8 + size]), page + at + 8 + size, length


def damage(node, fits, kinds=(b"\x01\x00",), least=60):  # node-wide rows
    """Flip the last byte of every value whose key fits; the same again takes it back.  The node is off."""
    path, hits = node.dir / "main/data.mdb", 0
    raw = bytearray(path.read_bytes())
    for key, at, length in list(rows_of(raw)):
        if raw[at:at + 2] in kinds and fits(key) and least < length < 2000:
            raw[at + length - 1] ^= 1
            hits += 1
    assert hits
    path.write_bytes(raw)


def thread_row(thread):
    return lambda key: key == thread


def refer(a, b, name="Piet Verzonnen"):
    case = a.new_case(name=name)
    a.consent(case, b.name, "identity,needs")
    return case, a.refer(case, b.name)


def thread_of(n, ref):
    return bytes.fromhex(n.k("show", ref)["referrals"][0]["id"])


def off(node, fits, *kinds):
    node.stop()
    damage(node, fits, *kinds)
    node.start()


def faults(n):
    return n.k("status")["status"].get("faults", [])


def causes(n):
    return {(r["act"], r["cause"], r["remedy"]) for r in n.k("outbox", "list").get("outbox", [])}


def shown(n):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "status"], capture_output=True, text=True).stdout


def test_a_document_that_fails_alone_is_answered_and_others_pass(federation):
    f = federation()
    a, b = f.start()
    _, ref = refer(a, b)
    b.await_state(ref, "offered")
    off(b, thread_row(thread_of(a, ref)))
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    wait_for("the cause", lambda: causes(a) == {("withdraw", "partner-cannot-store", "telephone-partner")})
    for one, two in ((a, b), (b, a)):
        _, other = refer(one, two, "Anna Ander")
        two.await_state(other, "offered")
    status = b.k("status")["status"]
    row, = status["faults"]
    assert (row["what"], row["partner"], row["act"], row["ref"]) == ("document", "Goes", "withdraw", ref) and row["cause"]
    assert status["failed_turns"] == row["count"] and row["alarm"] == (row["count"] >= 2)  # a new line tries again: mostly it is one
    assert f"Goes withdrawal {ref}: cannot be stored here" in shown(b)
    a.k("revoke", ref)  # what follows in that thread waits with it
    assert ("revoke", "partner-cannot-store", "telephone-partner") not in causes(a)
    a.k("outbox", "retry", next(r["id"] for r in a.k("outbox", "list")["outbox"] if r["act"] == "withdraw"))
    # the consent that ended with it fails as well, and stands before or after it, by its number
    wait_for("the alarm", lambda: [r for r in faults(b) if r["ref"] == ref and r["alarm"] and r["count"] > row["count"]])
    assert "ALARM" in shown(b)
    wait_for("the causes", lambda: ("withdraw", "partner-cannot-store", "telephone-partner") in causes(a))
    off(b, thread_row(thread_of(a, ref)))  # whole again: what waited comes by itself
    b.await_state(ref, "revoked")
    wait_for("an empty outbox", lambda: not a.k("outbox", "list").get("outbox"))
    assert not faults(b)


def test_what_rests_on_a_consent_that_failed_waits_for_it(federation):
    f = federation()
    a, b = f.start()
    case, ref = refer(a, b)
    b.await_state(ref, "offered")
    names = lambda key: len(key) == 19 and key[0] == META_SUBJECT  # noqa: E731
    off(b, names)
    a.consent(case, b.name, "identity,needs")
    again = a.refer(case, b.name, "--again")
    wait_for("the causes", lambda: causes(a) == {(act, "partner-cannot-store", "telephone-partner") for act in ("consent", "offer")})
    _, other = refer(b, a, "Anna Ander")
    a.await_state(other, "offered")
    off(b, names)
    b.await_state(again, "offered")
    assert b.k("show", again)["person"]["name"] == "Piet Verzonnen" and not faults(b)


def test_a_partner_of_another_make_that_cannot_store_is_named(dialled):
    f, b, m = dialled()
    b.k("partner", "agree", "python-partner", "--share", "identity,needs")
    refs = []
    for name in ("Piet Verzonnen", "Anna Ander"):
        case = b.new_case(name=name)
        b.consent(case, "python-partner", "identity,needs")
        refs.append(b.refer(case, "python-partner"))
    before = m.got
    m.pump(1, answer=False)
    m.got = before  # what it could not store it does not say it has
    m.send_frame([(REFUSED, struct.pack(">HI", 7, 60) + thread_of(b, refs[0]))])
    mine = lambda ref: {r["cause"] for r in b.k("outbox", "list")["outbox"] if r["ref"] == ref and r["act"] == "offer"}  # noqa: E731
    wait_for("the cause", lambda: mine(refs[0]) == {"partner-cannot-store"})
    assert mine(refs[1]) == {"in-flight"}


def test_what_is_not_taken_on_a_living_line_says_so(federation):
    f = federation()
    a, b = f.nodes
    clock = Clock(f.dir)
    clock.set(0)
    f.start(*clock.args)
    os.kill(b.children()["core"], signal.SIGSTOP)
    try:
        refer(a, b)
        assert causes(a) == {(act, "in-flight", "wait") for act in ("consent", "offer")}
        clock.set(660)
        wait_for("the cause", lambda: causes(a) == {(act, "not-taken", "telephone-partner") for act in ("consent", "offer")}, 5)
    finally:
        os.kill(b.children()["core"], signal.SIGCONT)


def test_a_timer_that_fails_is_shown_and_the_others_ring(federation):
    f = federation()
    a, b = f.nodes
    clock = Clock(f.dir)
    clock.set(0)
    f.start(*clock.args)
    _, first = refer(b, a)
    _, second = refer(b, a, "Anna Ander")
    for ref in (first, second):
        a.await_state(ref, "offered")
    wait_for("receipts", lambda: not b.k("outbox", "list").get("outbox"))
    thread = thread_of(b, first)
    b.stop()
    damage(b, thread_row(thread))
    b.start(*clock.args)
    f.await_connected(b)
    clock.days(18, f.nodes)
    b.await_state(second, "expired")
    row = next(r for r in faults(b) if r["what"] == "timer")
    assert row["ref"] == first and row["cause"]
    before = b.k("status")["status"]["failed_turns"]
    time.sleep(1.5)
    assert b.k("status")["status"]["failed_turns"] == before  # it is not tried without end


def test_a_paper_that_lacks_a_row_says_so(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case(name="Piet Verzonnen")
    gid = bytes.fromhex(a.consent(case, b.name, "identity,needs"))
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    thread = thread_of(a, ref)
    papers = (("letter", case), ("case", "export", case), ("who", case))
    whole = len(a.k("letter", ref)["disclosures"])
    sent = lambda key: len(key) == 18 and key[16:] == b"\0\0"  # what is left of a document when its words are gone
    a.stop()
    damage(a, sent, (b"\x01\x00", b"\x01\x01", b"\x01\x02"), least=20)
    a.start()
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "letter", ref], capture_output=True, text=True)
    assert whole and r.returncode == 5 and r.stderr.startswith("! "), r  # whether it was of this referral nobody knows
    a.stop()
    damage(a, sent, (b"\x01\x00", b"\x01\x01", b"\x01\x02"), least=20)
    damage(a, lambda key: len(key) == 32 and key[:16] == gid, least=20)
    damage(a, lambda key: key == thread)
    a.start()
    for args in papers:
        for more in ((), ("--json",)):
            r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), *more, *args], capture_output=True, text=True)
            assert r.returncode == 5, (args, more, r)
            assert "ledger" in r.stdout if more else r.stderr.startswith("! "), (args, more, r)


def test_a_request_that_fills_the_memory_is_answered_at_once(federation, monkeypatch):
    f = federation("Goes")
    a = f.nodes[0]
    monkeypatch.setenv("KRING_DEV_TURN_KIB", "96")
    a.start()
    f.import_roster()
    case = a.new_case(name="Piet Verzonnen")
    for _ in range(250):  # many small ones, so that not a byte is left for an answer out of the same memory
        a.k("case", "note", case, "--text", "x")
    began = time.time()
    with pytest.raises(Refused) as e:
        a.k("case", "show", case)
    assert time.time() - began < 3 and e.value.code == 4 and "too much for one request" in e.value.reply["what"]
    row = next(r for r in faults(a) if r["what"] == "event")
    assert row["cause"] and row["count"] == 1
    assert a.k("case", "list")["cases"]  # the node goes on


def test_a_request_that_is_too_large_hears_so_at_once(federation):
    from ctl import pb
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(3)
        s.connect(str(a.dir / "core.sock"))
        s.sendall(struct.pack(">I", 4 << 20) + bytes(8 << 10))
        n = struct.unpack(">I", s.recv(4))[0]
        reply = pb.Reply.FromString(s.recv(n))
        assert reply.error == "usage" and reply.code == "request-too-large"
        s.sendall(bytes(4 << 20))  # nobody waits for the rest, and nobody is blocked by it
    (f.dir / "long").write_text("name: Piet\nstory: " + "x" * (3 << 20))
    began = time.time()
    with pytest.raises(Refused) as e:
        a.k("case", "new", "--from", str(f.dir / "long"))
    assert time.time() - began < 3 and e.value.code == 2
    assert a.k("status")["status"]["fingerprint"]


def whole_or_named(n, line, key):
    """The rows of a list, and what it names as damaged; the exit code tells that there is something."""
    try:
        got = n.k(*line)
    except Refused as e:
        assert e.code == 5 and e.reply["damage"] and "error" not in e.reply, (line, e)
        said = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), *line], capture_output=True, text=True)
        assert said.returncode == 5 and "kring verify" in said.stderr and "damaged" in said.stderr, (line, said)
        assert all(d.get("name", "") in said.stderr for d in e.reply["damage"]), (line, said)
        return e.reply.get(key, []), e.reply["damage"]
    assert "damage" not in got
    return got.get(key, []), []


LISTS = [(("inbox",), "referrals"), (("sent",), "referrals"), (("sent", "--all"), "referrals"), (("worklist",), "work"), (("case", "list"), "cases"),
         (("case", "search", "e"), "cases"), (("outbox", "list"), "outbox"), (("partner", "list"), "partners")]


def test_one_damaged_row_hides_no_other(federation):
    f = federation("Goes", "SMWO", "GGD")
    a, b, c = f.start()
    sent = [refer(a, b, name) for name in ("Piet Verzonnen", "Anna Ander")]
    came = [refer(b, a, name)[1] for name in ("Ernst Eerst", "Eva Tweede")]
    for _, ref in sent:
        b.await_state(ref, "offered")
        b.k("accept", ref)
        a.await_state(ref, "accepted")
        b.k("outcome", ref, "--code", "helped")
        a.await_state(ref, "outcome")
    for ref in came:
        a.await_state(ref, "offered")
    wait_for("the receipts", lambda: not a.k("outbox", "list")["outbox"] and not b.k("outbox", "list")["outbox"])
    b.stop()
    for name in ("Laat Een", "Laat Twee"):
        refer(a, b, name)
    whole = {line: a.k(*line)[key] for line, key in LISTS}
    assert all(len(rows) > 1 for rows in whole.values()), whole
    one = thread_of(a, sent[0][1]), thread_of(a, came[0]), bytes.fromhex(sent[0][0])
    sends, receives = {("sent",), ("sent", "--all"), ("worklist",)}, {("inbox",), ("sent", "--all"), ("worklist",)}  # all of them: nobody can tell whose
    rows = {  # which key; of these lists one row may be missing, or is shown with less; how it is named
        "referral sent": (lambda k: k == one[0], sends, sent[0][1]),
        "referral that came": (lambda k: k == one[1], receives, came[0]),
        "task": (lambda k: len(k) == 33 and k[16:32] == one[0], {("worklist",)}, sent[0][1]),
        "case": (lambda k: k == one[2], {("case", "list"), ("case", "search", "e"), ("worklist",), ("sent",), ("sent", "--all")}, sent[0][0][12:20], (b"\x01\x01",)),
        "what is owed": (lambda k: k[2:] == struct.pack(">Q", 8), {("outbox", "list"), ("sent",), ("sent", "--all")}, None),
        "agreement": (lambda k: k == struct.pack(">HB", 2, 1), {("partner", "list"), ("inbox",), ("worklist",), ("case", "list"), ("case", "search", "e")}, None),
    }
    for what, (fits, lists, name, *kinds) in rows.items():
        off(a, fits, *kinds)
        for line, key in LISTS:
            got, damage = whole_or_named(a, line, key)
            assert bool(damage) == (line in lists), (what, line, damage)
            assert len(got) >= len(whole[line]) - len(damage) and got, (what, line, got)
            assert name is None or all(d["name"] == name for d in damage), (what, damage)
        off(a, fits, *kinds)
    for line, key in LISTS:
        assert len(a.k(*line)[key]) == len(whole[line]), line
    a.k("invite", "--org", "Een", "--at", "tcp://127.0.0.1:1")
    a.k("invite", "--org", "Twee", "--at", "tcp://127.0.0.1:2")
    invite = bytes.fromhex(a.k("invites", "list")["invites"][0]["id"])
    for what, fits, line, key in (("audit", lambda k: k == struct.pack(">Q", 40), ("audit", "list"), "audit"),
                                  ("invite", lambda k: k == invite, ("invites", "list"), "invites")):
        before = len(a.k(*line)[key])
        off(a, fits, (b"\x01\x00", b"\x01\x01", b"\x01\x02"))
        got, damage = whole_or_named(a, line, key)
        assert what in [d["table"] for d in damage] and len(got) >= before - 1 > 0, (line, damage, got)
        off(a, fits, (b"\x01\x00", b"\x01\x01", b"\x01\x02"))


def test_a_damaged_row_of_one_partner_does_not_keep_the_node_from_starting(federation):
    """The state of one pair cannot be read: that partner waits, is named with what helps, and all others are served."""
    f = federation("Goes", "SMWO", "Reimerswaal")
    a, b, c = f.start()
    _, ref = refer(a, b)
    b.await_state(ref, "offered")
    peer = next(i + 1 for i, p in enumerate(a.k("partner", "list")["partners"]) if p["name"] == "SMWO")
    spoil = lambda: (a.stop(), damage(a, lambda key: key == struct.pack(">H", peer), least=800), a.start())  # its longest row: PAIR
    spoil()
    wait_for("the others", lambda: a.k("status")["status"]["connected"] >= 1)
    assert [(x["what"], x["partner"]) for x in a.k("status")["status"]["alarms"]] == [("pair-damaged", "SMWO")]
    assert "SMWO" in shown(a) and "kring restore" in shown(a)
    other = a.new_case(name="Ander Verzonnen")
    a.consent(other, c.name)
    c.await_state(a.refer(other, c.name), "offered")
    assert a.k("audit", "verify")["count"] > 0 and not faults(a)
    a.stop()
    a.start()  # nor from the next start
    assert a.k("status")["status"]["alarms"]
    spoil()  # mended
    assert not a.k("status")["status"].get("alarms")
    f.await_connected(a, 2)
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    assert not faults(a)
