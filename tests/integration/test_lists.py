# SPDX-License-Identifier: EUPL-1.2
"""Whatever a partner sends and however long a node is used: every list still opens, the most urgent or the newest first."""
import os
import shlex
import subprocess

import pytest
from ctl import Control, pb as ctl_pb
from kringwire import NOTE, make_document
from node import BIN, Refused, wait_for
from test_hostile import IDENTITY_NEEDS, grant, offer, pair, pb  # noqa: F401

ALL = 500


def test_a_worklist_of_more_than_fits_shows_the_most_urgent(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    c = Control(a.dir / "core.sock")
    n = 1100
    for i in range(n):
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.refer.case_id, r.refer.partner, r.refer.need, r.refer.again, r.refer.urgency = case, b.name, "housing", True, 2 if i % 100 == 99 else 1
        assert not c.call(r).error
    wait_for("all to be there", lambda: a.k("status")["status"]["owed"] == 0, 60)
    got = b.k("worklist")
    due = [int(w["due_ms"]) for w in got["work"]]
    assert len(due) == ALL and got["truncated"] and due == sorted(due)
    urgent = {r["ref"] for r in a.k("sent")["referrals"] if r["urgency"] == "urgent"}
    assert urgent and urgent <= {w["ref"] for w in got["work"]}, "an urgent one is behind the rest"
    for n, noun in ((a, "sent"), (b, "inbox")):
        got = n.k(noun)
        assert len(got["referrals"]) == ALL and got["truncated"]
    got = a.k("case", "show", case)
    assert len(got["referrals"]) == ALL and len(got["disclosures"]) == ALL and got["truncated"]


def test_a_case_of_many_long_notes_still_opens(federation):
    f = federation("SMWO")
    (a,) = f.start()
    case = a.new_case(phone="1")
    c = Control(a.dir / "core.sock")
    for i in range(300):
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.case_note.id, r.case_note.text = case, f"{i} " + "lang " * 1000
        assert not c.call(r).error
    got = a.k("case", "show", case)
    texts = [e["text"] for e in got["entries"] if e["what"] == "note"]
    assert got["truncated"] and len(texts) > 50 and texts[-1].startswith("299 ")
    assert [int(x.split()[0]) for x in texts] == list(range(300 - len(texts), 300)), "not the newest, or not all of them"


def test_a_long_name_does_not_hide_the_inbox(pair):  # noqa: F811
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    person = pb.Person(name="é" * 3500)
    docs = [g] + [offer(m, gid, subject, person, IDENTITY_NEEDS)[1] for _ in range(180)]
    for i in range(0, len(docs), 7):
        m.send_documents(docs[i:i + 7])
        m.until(lambda: len(m.verdicts) >= min(i + 7, len(docs)))
    rows = b.k("inbox")["referrals"]
    assert len(rows) == 180 and all(r["name"] == "é" * 60 + "…" for r in rows)
    assert b.k("show", rows[0]["ref"])["person"]["name"] == person.name


def test_a_name_is_told_from_another_to_its_end(federation):
    """Two partners whose long names differ in the last word only, in every list that a person reads."""
    long = "Openbaar Centrum voor Maatschappelijk Welzijn "
    f = federation("Goes", long + "Balen", long + "Geel")
    a = f.start()[0]
    for other in f.nodes[1:]:
        case = a.new_case(name="Maximiliaan van den Broecke-Verzonnen" + other.org[-5:], phone="1")
        a.consent(case, other.name)
        other.await_state(a.refer(case, other.name), "offered")
    f.nodes[2].k("decline", a.k("sent")["referrals"][0]["ref"], "--reason", "other", "--alternative", "none")
    wait_for("the work", lambda: a.k("worklist").get("work"))
    for line in (["sent", "--all"], ["partner", "list"], ["worklist"]):
        said = "\n".join(words(a, *line))
        for org in (n.org for n in f.nodes[1:] if line != ["worklist"] or n is f.nodes[2]):
            assert org in said, (line, said)
    said = "\n".join(words(a, "sent", "--all"))
    assert "VerzonnenBalen" in said and "Verzonnen Geel" in said


def test_a_thread_has_an_end(pair):  # noqa: F811
    """Each document is judged against all before it: without an end one partner could keep a node busy with one referral."""
    m, b = pair
    gid, subject, g = grant(m, IDENTITY_NEEDS)
    thread, raw, h = offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)
    m.send_documents([g, raw])
    m.until(lambda: len(m.verdicts) == 2)
    no = 1
    while no < 512:
        docs = []
        while no < 512 and len(docs) < 60:
            no += 1
            raw, h = make_document(m.nk, pb.Act(text="x" * 200).SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=NOTE,
                                   thread=thread, grant=gid, thread_no=no, prev=h, cats=1 << 15)
            docs.append(raw)
        m.verdicts = []
        m.send_documents(docs)
        m.until(lambda: len(m.verdicts) == len(docs))
        assert len(m.verdicts) == len(docs), no
    raw, _ = make_document(m.nk, pb.Act(text="x").SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=NOTE, thread=thread,
                           grant=gid, thread_no=513, prev=h, cats=1 << 15)
    m.refused, m.verdicts = [], []
    m.send_documents([raw])
    m.until(lambda: m.refused)
    assert m.refused and not m.verdicts
    ref = b.k("inbox")["referrals"][0]["ref"]
    got = b.k("show", ref)
    assert len(got["log"]) == 100 and got["truncated"] and got["log"][-1]["no"] == 512


def test_what_we_say_in_a_thread_ends_before_acts_do(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    b.k("start", ref)
    c = Control(b.dir / "core.sock")
    said = 0
    while said < 600:
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.act.ref, r.act.type, r.act.reason = ref, NOTE, "appointment"
        reply = c.call(r)
        if reply.error:
            break
        said += 1
    assert 400 < said < 512 and "as many messages" in reply.what, (said, reply)
    with pytest.raises(Refused):
        b.k("note", ref, "--reason", "appointment")
    b.k("show", ref)  # the client would not act on what it did not show
    b.k("outcome", ref, "--code", "helped")
    a.await_state(ref, "outcome")


def words(n, *line):
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), *line], capture_output=True, text=True).stdout.splitlines()


def paged(n, line, key, limit):
    """Every row, page by page, as the printed command says to go on; and the total that each page named."""
    rows, totals, at = [], set(), [*line, "--limit", str(limit)]
    while at:
        got = n.k(*at)
        assert len(got[key]) <= limit
        rows += got[key]
        totals.add(got.get("total"))
        last = words(n, *at)[-1]
        assert (" shown; next: kring " in last) == ("next" in got) == got.get("truncated", False)
        at = shlex.split(last.split("next: kring ")[1]) if "next" in got else None
    return rows, totals


def many_cases(n, count):
    c = Control(n.dir / "core.sock")
    for i in range(count):
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.case_new.person.name, r.case_new.person.phone = f"Massa Verzonnen {i}", str(i % 7)
        assert not c.call(r).error
    return c


def test_the_newest_case_is_in_the_list_whatever_the_number(federation):
    (a,) = federation("SMWO").start()
    c = many_cases(a, 510)
    newest = a.new_case(name="Allernieuwste Verzonnen")
    out = words(a, "case", "list")
    assert "Allernieuwste" in out[0] and out[-1].startswith("500 of 511 shown; next: kring case list --after ")
    rest = words(a, *shlex.split(out[-1].split("next: kring ")[1]))
    assert len(rest) == 11 and len({x[:8] for x in out[:-1] + rest}) == 511 and "Massa Verzonnen 0 " in "".join(rest)
    rows, totals = paged(a, ["case", "list"], "cases", 100)
    made = [r["created_ms"] for r in rows]
    assert len({r["name"] for r in rows}) == 511 == len(rows) and made == sorted(made, reverse=True) and totals == {511}
    rows, totals = paged(a, ["case", "search", "verzonnen 1"], "cases", 30)
    want = [r["name"] for r in a.k("case", "list")["cases"] + a.k("case", "list", "--after", rest[0][:8])["cases"]
            if "Verzonnen 1" in r["name"]]
    assert len(want) > 100 and [r["name"] for r in rows][:100] == want[:100] and totals == {len(rows)} == {177}
    # what begins as it was typed stands before what has it inside a word: 91, 210
    assert ["Verzonnen 1" in r["name"] for r in rows] == [True] * 111 + [False] * 66
    a.k("case", "erase", newest)
    assert a.k("case", "list")["total"] == 510
    for limit in ("0", "501"):
        with pytest.raises(Refused):
            a.k("case", "list", "--limit", limit)
    r = ctl_pb.Request(version=1)
    r.case_list.limit = 501
    assert "500" in c.call(r).what, "more was asked for than is shown, in silence"
    with pytest.raises(Refused):
        a.k("case", "list", "--after", newest)


def test_every_list_is_paged_newest_first(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case()
    a.consent(case, b.name)
    b.stop()
    refs = [a.refer(case, b.name, "--again", "--urgency", "urgent" if i == 3 else "routine") for i in range(12)]
    owed, totals = paged(a, ["outbox", "list"], "outbox", 5)
    assert [r["ref"] for r in owed if r["act"] == "offer"] == refs[::-1] and totals == {len(owed)} == {13}
    b.start()
    wait_for("all to be there", lambda: len(b.k("inbox")["referrals"]) == 12 and not a.k("outbox", "list")["outbox"])
    for n, line, limit in ((a, ["sent"], 5), (a, ["sent", "--all"], 4), (a, ["sent"], 12)):
        rows, totals = paged(n, line, "referrals", limit)
        assert [r["ref"] for r in rows] == refs[::-1] and totals == {12}, (line, limit)
    rows, totals = paged(b, ["inbox"], "referrals", 5)
    assert sorted(r["ref"] for r in rows) == sorted(refs) and totals == {12}
    assert [r["ref"] for r in rows] == [r["ref"] for r in b.k("inbox")["referrals"]], "another order another time"
    assert [r["ref"] for r in a.k("case", "show", case)["referrals"]] == refs[::-1]
    rows, totals = paged(b, ["worklist"], "work", 5)
    assert rows == b.k("worklist")["work"] and totals == {12} and rows[0]["ref"] == refs[3], "the most urgent first"
    b.k("decline", refs[0], "--reason", "no-capacity", "--alternative", "none")
    assert b.k("inbox")["total"] == 11 and b.k("inbox", "--all")["total"] == 12
    with pytest.raises(Refused) as e:
        b.k("worklist", "--after", f"{refs[0]}.answer-due")
    assert "at the top" in e.value.reply["remedy"]
    seqs = [r["seq"] for r in a.k("audit", "list", "--limit", "9")["audit"]]
    assert seqs == list(range(seqs[0], seqs[0] - 9, -1))
    assert [r["seq"] for r in a.k("audit", "list", "--after", str(seqs[-1]), "--limit", "3")["audit"]] == [seqs[-1] - i for i in (1, 2, 3)]
    assert a.k("audit", "list", "--after", "1")["audit"] == []
    got = paged(a, ["audit", "list", case], "audit", 5)
    assert len(got[0]) > 12 and got[1] == {None}


def test_consents_and_what_was_shown_are_newest_first(federation):
    """Their ids are drawn, and would say nothing of the order."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(phone="1")
    given = [a.consent(case, b.name) for _ in range(6)]
    assert [g["id"] for g in a.k("consent", "list", case)["grants"]] == given[::-1]
    assert [g["id"] for g in a.k("case", "show", case)["grants"]] == given[::-1]
    a.refer(case, b.name)
    for need in ("housing", "mobility", "rights"):
        a.refer(case, b.name, need=need)
    shown = a.k("case", "show", case)["disclosures"]
    assert len(shown) == 10 and [d["at_ms"] for d in shown] == sorted((d["at_ms"] for d in shown), reverse=True)
