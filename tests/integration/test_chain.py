# SPDX-License-Identifier: EUPL-1.2
"""A person who is passed on: how often is seen, a circle is found before anybody hears of it, and who is outside learns nothing."""
import os

import pytest
from documents import grant, offer, pb
from kringwire import OFFER, make_document
from node import Clock, Refused, wait_for

SHARE = "identity,contact,needs"
SENTENCE = {"nl": "dit zou in een kringetje rondgaan: Goes had deze persoon al", "fr": "la personne tournerait en rond : Goes l'a déjà eue",
            "en": "this would go round in a circle: Goes handled it before", "de": "das ginge im Kreis: Goes hatte diese Person schon"}
MALFORMED = 6


def refused(n, *args):
    with pytest.raises(Refused) as e:
        n.k(*args)
    return e.value


def known(f, *extra):
    """Started, and everybody may be sent to."""
    nodes = f.start(*extra)
    for n in nodes:
        wait_for(f"{n.name} to know its partners", lambda n=n: all(not p.get("standing") for p in n.k("partner", "list")["partners"]))
    return nodes


def case_of(n, ref):
    return next(r["case_id"] for r in n.k("inbox", "--all")["referrals"] if r["ref"] == ref)


def passed(a, b, case, *args):
    """On to b with the person's own word for it: (the case there, the reference)."""
    a.k("consent", "give", case, "--to", b.name, "--share", SHARE, "--how", "written")
    ref = a.refer(case, b.name, *args)
    b.await_state(ref, "offered")
    return case_of(b, ref), ref


def row(n, ref):
    return next(r for r in n.k("inbox", "--all")["referrals"] if r["ref"] == ref)


def test_a_circle_is_refused_before_it_is_sent(federation):
    f = federation("Goes", "SMWO", "GGD Zeeland")
    a, b, c = known(f)
    case = a.new_case(phone="000-111")
    there, first = passed(a, b, case)
    assert not row(b, first)["hops"]
    # ping-pong: back to whoever it just came from
    b.k("consent", "give", there, "--to", a.name, "--share", SHARE, "--how", "written")
    assert refused(b, "refer", there, "--to", a.name, "--need", "housing").reply["code"] == "loop"
    # a circle: A to B to C to A
    end, second = passed(b, c, there)
    assert row(c, second)["hops"] == 1
    shown = {lang: f.run("--dir", str(c.dir), "--lang", lang, "show", second) for lang in SENTENCE}
    assert "al 1 keer doorgestuurd" in shown["nl"] and "déjà transmis 1 fois" in shown["fr"] and "passed on 1 time before" in shown["en"]
    c.k("consent", "give", end, "--to", a.name, "--share", SHARE, "--how", "written")
    for lang, sentence in SENTENCE.items():
        e = refused(c, "--lang", lang, "refer", end, "--to", a.name, "--need", "housing")
        assert (e.code, e.reply["code"], e.reply["what"]) == (1, "loop", sentence)
    assert refused(c, "refer", end, "--to", a.name, "--need", "housing", "--dry-run").reply["code"] == "loop"
    assert not c.k("sent").get("referrals") and not a.k("inbox").get("referrals"), "nothing left before somebody said why"
    # whoever knows why goes on, and it is written down
    third = c.k("refer", end, "--to", a.name, "--need", "housing", "--knowing", "Goes asked for it.")["id"]
    a.await_state(third, "offered")
    assert row(a, third)["hops"] == 2
    entry = next(x for x in c.k("case", "show", end)["entries"] if x["what"] == "loop-known")
    assert "Goes asked for it." in entry["text"]
    assert any(x["event"] == "send" and x["detail"] == "loop-known" for x in c.k("audit", "list")["audit"])
    assert not any("Goes asked" in str(x) for x in c.k("audit", "list")["audit"]), "the log has no words of people"


def test_five_nodes_outside_a_chain_learn_no_organisation_of_it(federation):
    """A chain of three: what five others store and hear is the same as if nobody had been passed on, and who is in it reads who sent it, no more."""
    f = federation("Goes", "SMWO", "GGD Zeeland", "OCMW Balen", "Huis Fictief", "Stichting Verzonnen", "CAW Fictief", "Buurthuis Nergens")
    a, b, c, *outside = known(f)
    assert len(outside) == 5
    before = {n: sorted((x["event"], x.get("detail", "")) for x in n.k("audit", "list")["audit"]) for n in outside}
    case = a.new_case(phone="000-111")
    there, _ = passed(a, b, case)
    _, ref = passed(b, c, there)
    assert row(c, ref)["hops"] == 1
    for n in outside:
        assert not n.k("inbox", "--all").get("referrals") and not n.k("case", "list").get("cases")
        since = [x for x in n.k("audit", "list")["audit"] if x["event"] in ("receive", "consent", "send")]
        assert not since and not any(e in ("receive", "consent") for e, _ in before[n]), n.name
        assert not n.k("flow", "--own")["flow"].get("pairs"), n.name
    # and who is in it reads no organisation: only that somebody had the person before
    whole = str(c.k("show", ref)) + str(c.k("case", "show", case_of(c, ref))) + f.run("--dir", str(c.dir), "show", ref)
    assert b.org in whole and a.org not in whole and f.record_of(a)[0].hex() not in whole


PING_DAYS = 60


def test_back_within_60_days_is_refused_as_ping_pong(federation, workdir):
    """A to B to A: before it is sent, with the sentence; who says why goes on; after that time it is a referral like any other."""
    clock = Clock(workdir)
    f = federation()
    a, b = known(f, *clock.args)
    cases, refs = zip(*[passed(a, b, a.new_case(phone=f"000-{i}")) for i in range(2)])
    for case, ref in zip(cases, refs):
        b.k("accept", ref)
        b.k("start", ref)
        b.k("consent", "give", case, "--to", a.name, "--share", SHARE, "--how", "written")
    back = lambda case, *args: ("refer", case, "--to", a.name, "--need", "housing", *args)  # noqa: E731
    for lang, sentence in SENTENCE.items():
        e = refused(b, "--lang", lang, *back(cases[0]))
        assert (e.code, e.reply["code"], e.reply["what"]) == (1, "loop", sentence)
    assert "--knowing" in refused(b, *back(cases[0])).reply["remedy"] and refused(b, *back(cases[0], "--dry-run")).reply["code"] == "loop"
    assert not b.k("sent", "--all").get("referrals") and not a.k("inbox", "--all").get("referrals"), "nothing left before somebody said why"
    ref = b.k(*back(cases[0], "--knowing", "She moved back to Goes."))["id"]
    a.await_state(ref, "offered")
    assert any(x["what"] == "loop-known" and "moved back" in x["text"] for x in b.k("case", "show", cases[0])["entries"])
    assert [x["detail"] for x in b.k("audit", "list")["audit"] if x["detail"] == "loop-known"] == ["loop-known"]
    clock.set(86400 * (PING_DAYS - 1))
    assert refused(b, *back(cases[1])).reply["code"] == "loop"
    clock.set(86400 * (PING_DAYS + 1))
    a.await_state(wait_for("it to be a referral like any other", lambda: b.try_k(*back(cases[1])))["id"], "offered")


def along(m, handlers, **fields):
    """The Python member brings a person on a way: (grant, thread, offer as bytes and hash)."""
    gid, subject, g = grant(m, 1 | 1 << 15, onward="member")
    o = pb.Offer(need="income-debt", urgency=1, term_days=7, subject_ref=subject, person=pb.Person(name="Piet Verzonnen"), handled_by=handlers,
                 **{**dict(hops=max(0, len(handlers) - 1), chain_id=b"\x41" * 16, chain_salt=b"\x42" * 16), **fields})
    thread = os.urandom(16)
    raw, _ = make_document(m.nk, o.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=thread, grant=gid, cats=1 | 1 << 15)
    return thread, [g, raw]


def told(m, docs):
    n = len(m.verdicts)
    m.send_documents(docs)
    m.until(lambda: len(m.verdicts) >= n + len(docs))
    return [v[2] for v in m.verdicts[n:]]


def test_what_a_partner_says_of_the_way_is_bounded(dialled):
    f, b, m = dialled()
    for way in ((), ("--receive",)):
        b.k("partner", "agree", "python-partner", "--share", "identity,needs", *way)
    one = b"\x44" * 16
    for handlers, fields in (([one] * 17, {}), ([one] * 200, dict(hops=199)), ([one] * 3, dict(hops=9)), ([one], dict(hops=2**32 - 1)), ([], dict(hops=0)),
                             ([one], dict(chain_salt=b"\x42" * 15)), ([one + b"x"], {}), ([b""], {})):
        thread, docs = along(m, handlers, **fields)
        assert told(m, docs) == [0, MALFORMED], (len(handlers), fields)
        wait_for("the answer", lambda: any(r["id"] == thread.hex() and r["state"] == "declined" for r in b.k("inbox", "--all")["referrals"]))
    # three times without first contact: somebody has to look, and it goes with the first contact
    thread, docs = along(m, [one] * 4)
    assert told(m, docs) == [0, 0]
    ref = next(r["ref"] for r in b.k("inbox")["referrals"] if r["id"] == thread.hex())
    work = lambda: {w["kind"]: w for w in b.k("worklist").get("work", []) if w["ref"] == ref}  # noqa: E731
    assert work()["passed-around"]["hops"] == 3 and work()["passed-around"]["command"] == f"kring show {ref}"
    assert [w["kind"] for w in b.k("today")["work"] if w["ref"] == ref] == ["passed-around"]
    nl = lambda *args: f.run("--dir", str(b.dir), "--lang", "nl", *args)  # noqa: E731
    assert "al 3 keer doorgestuurd" in nl("worklist") and "al vaak doorgestuurd, nog geen contact" in nl("today")
    b.k("accept", ref)
    assert "passed-around" in work()
    b.k("start", ref)
    assert "passed-around" not in work()
    # what goes on from here says it once more, and names nobody
    ref = b.k("refer", b.k("show", ref)["referrals"][0]["case_id"], "--to", "python-partner", "--need", "housing", "--knowing", "x")["id"]
    assert work()["passed-around"]["hops"] == 5, "whoever sends it on looks too"
    m.until(lambda: any(d.type == OFFER for d in m.inbox))
    body = next(d.body for d in m.inbox if d.type == OFFER)
    o = pb.Offer.FromString(body)
    assert o.hops == 5 and o.chain_id == b"\x41" * 16 and o.chain_salt == b"\x42" * 16 and list(o.handled_by[:4]) == [one] * 4
    mine, theirs = f.record_of(b)[0], m.id
    assert not any(x in body for x in (mine, mine[:16], theirs, theirs[:16], b"SMWO", b"Python"))
    assert b.state(ref) == "offered"
