# SPDX-License-Identifier: EUPL-1.2
"""kring alone: what is to be done today, what partners have to do, and work that is done where it stands."""
import json
import subprocess

import pytest
from node import Clock, Refused, wait_for

LANGS = ("nl", "fr", "en", "de")


def say(n, *args, lang="nl", columns=80):
    r = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", lang, *args], capture_output=True, text=True,
                       env={"COLUMNS": str(columns), "HOME": str(n.fed.dir), "TZ": "Europe/Amsterdam"})
    return r.returncode, r.stdout, r.stderr


def person(n, to, name, **fields):
    case = n.new_case(name=name, **fields)
    n.consent(case, to)
    return case


def today(n):
    return n.k("today")


def names(n):
    return [w.get("name") for w in today(n)["work"]]


def test_the_day_in_order_with_what_to_type(federation, workdir):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clock = Clock(workdir)
    f.start(*clock.args)
    one, two = person(a, b.name, "An Verzonnen", born="1980-01-31"), person(a, b.name, "Án  Verzonnen", born="1990-12-01")
    three, four = person(a, b.name, "Piet Bedacht", born="1970-02-03"), person(a, b.name, "Karim Fictief")
    refs = [a.refer(one, b.name), a.refer(two, b.name, need="housing"), a.refer(three, b.name, "--urgency", "urgent"), a.refer(four, b.name)]
    for r in refs:
        b.await_state(r, "offered")
    # nothing to do yet: what is on its way, the urgent one first, and people who are called alike told apart
    code, out, _ = say(a)
    assert code == 0 and "Er wacht vandaag niets op u." in out and "Partners zijn aan zet (4)" in out
    assert out.index("Piet Bedacht") < out.index("An Verzonnen (geb. 31-01-1980)") and "Án Verzonnen (geb. 01-12-1990)" in out
    assert "(geb. 03-02-1970)" not in out and f"kring show {refs[3]}" in out
    # at the receiver each is work, with the command; without words of ours for what consent does not cover
    rows = today(b)["work"]
    assert [r["name"] for r in rows][0] == "Piet Bedacht" and len(rows) == 4 and today(b)["waiting"] == 0
    assert {r["command"] for r in rows} == {f"kring accept {r}" for r in refs} and rows[0]["also"] == "ask,decline,redirect"
    assert rows[0]["state"] == "offered" and rows[0]["next"] == "us" and rows[0]["need"] == "income-debt" and not rows[0].get("mine", False)
    b.k("decline", refs[0], "--reason", "no-capacity", "--alternative", "none")
    b.k("ask", refs[1], "--question", "best-contact")
    assert today(b)["waiting"] == 1 and "  SMWO" not in say(b)[1]
    assert "Partners zijn aan zet (1)" in say(b)[1] and "Goes: vraag beantwoorden, uiterlijk" in say(b)[1]
    a.await_state(refs[0], "declined")
    a.await_state(refs[1], "needs-info")
    rows = today(a)["work"]
    assert [(r["kind"], r["group"]) for r in rows] == [("follow-up", "undated"), ("question-open", rows[1]["group"])]
    assert [r["birth_date"] for r in rows] == ["1980-01-31", "1990-12-01"] and [r["by_hand"] for r in rows] == [True, False]
    assert rows[0]["command"] == f"kring refer {one[12:20]}" and today(a)["waiting"] == 2
    # a week later the urgent one is late there; its sender is off, or it would have gone on without an answer
    a.stop()
    clock.set(8 * 86400)
    assert {r["name"]: r["group"] for r in today(b)["work"]}["Piet Bedacht"] == "late"
    for lang, late in zip(LANGS, ("TE LAAT sinds", "EN RETARD depuis le", "LATE since", "ÜBERFÄLLIG seit")):
        code, out, _ = say(b, lang=lang)
        assert code == 0 and late in out and max(len(line) for line in out.splitlines()) <= 80, out
    # from the worklist nothing went, and it has the same rows
    assert {(w["ref"], w["kind"]) for w in b.k("worklist")["work"]} == {(w["ref"], w["kind"]) for w in today(b)["work"]}


def test_what_was_seen_to_is_ticked_off_and_the_case_stays(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = person(a, b.name, "An Verzonnen")
    ref, other = a.refer(case, b.name), a.refer(case, b.name, need="housing")
    b.await_state(ref, "offered")
    b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
    a.await_state(ref, "declined")
    with pytest.raises(Refused) as e:
        a.k("done", ref, "--as", "maybe")
    assert e.value.code == 2
    with pytest.raises(Refused):
        a.k("done", other, "--as", "told")  # the partner has to answer: nothing of it is ours to tick off
    a.k("done", ref, "--as", "told", "--text", "-", stdin="belt zelf met het wijkteam")
    assert not today(a)["work"] and today(a)["waiting"] == 1 and a.state(ref) == "declined"
    entries = [(x["what"], x.get("text")) for x in a.k("case", "show", case)["entries"]]
    assert ("done-told", "belt zelf met het wijkteam") in entries
    assert "belt zelf" not in str(b.k("show", ref)) and [x["event"] for x in a.k("audit", "list")["audit"]][0:4].count("change") == 1
    with pytest.raises(Refused) as e:
        a.k("done", ref, "--as", "told")
    assert e.value.code == 1


def test_one_referral_is_erased_where_it_lies(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = person(a, b.name, "An Verzonnen", phone="0113-123456")
    ref, other = a.refer(case, b.name), a.refer(case, b.name, need="housing")
    b.await_state(ref, "offered")
    b.await_state(other, "offered")
    with pytest.raises(Refused) as e:
        b.k("erase", ref)  # somebody waits for an answer
    assert e.value.code == 1 and e.value.reply["code"] == "erase-open"
    b.k("accept", other)
    b.k("outcome", other, "--code", "helped")
    with pytest.raises(Refused) as e:
        b.k("erase", other)  # ... or has to confirm what was answered
    assert e.value.code == 1 and e.value.reply["code"] == "erase-waiting"
    b.k("say", ref, "--text", "wij bellen haar morgen")  # somebody began: what was a mistake is told to have gone
    wait_for("the word to arrive", lambda: len(a.k("show", ref)["log"]) == 2)
    a.k("error", ref, "--reason", "wrong-person")
    b.await_state(ref, "error")
    assert [w["kind"] for w in today(b)["work"] if w["ref"] == ref] == ["erase-due"]
    assert [w["name"] for w in today(b)["work"] if w["ref"] == ref] == [""]  # of whom nothing may be seen
    code, _, err = say(b, "erase", ref)
    assert code == 2 and "--yes" in err  # there is no way back, so it asks
    code, _, err = say(b, "erase", ref, "--dry-run")
    assert code == 0 and " ".join(err.split()) == f"Wat Goes bij {ref} stuurde, wordt hier voorgoed gewist. Het dossier blijft. Dat kan niet ongedaan gemaakt worden."
    assert [w["ref"] for w in today(b)["work"]] == [ref]
    code, out, _ = say(b, "erase", ref, "--yes")
    assert code == 0 and out.startswith(f"Gewist: wat Goes bij {ref} stuurde. Het dossier blijft.")
    assert names(b) == []
    assert "person" not in b.k("show", ref) and b.k("show", other)["person"]["name"] == "An Verzonnen"
    assert b.k("case", "show", b.k("show", other)["referrals"][0]["case_id"])["cases"]
    with pytest.raises(Refused) as e:
        b.k("erase", ref)
    assert e.value.code == 1
    with pytest.raises(Refused):
        a.k("erase", ref)  # what is ours to send lies there
    assert a.k("case", "show", case)["person"]["name"] == "An Verzonnen"


def test_without_a_node_there_is_help(federation):
    f = federation("Goes")
    a = f.nodes[0]
    for lang in LANGS:
        code, out, err = say(a, lang=lang)
        assert code == 4 and str(a.dir / "core.sock") in out and "kringd --dir" in out and "case new" in out and not err
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--json"], capture_output=True, text=True)
    assert r.returncode == 4 and '"error"' in r.stdout
    a.start()
    code, out, _ = say(a)
    assert code == 0 and "Er wacht vandaag niets op u." in out and "Ook bij partners staat niets open." in out


def watcher(n):
    """A connection that watches, and what it was told first."""
    import ctl
    c = ctl.Control(n.dir / "core.sock")
    r = ctl.pb.Request(version=1)
    r.watch.SetInParent()
    first = c.call(r)
    return c, first


def told(c):
    import struct

    import ctl
    return ctl.pb.Reply.FromString(c.read(struct.unpack(">I", c.read(4))[0])).changed


def test_whoever_watches_is_told_that_something_changed(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = person(a, b.name, "An Verzonnen")
    deaf, _ = watcher(b)  # reads nothing any more
    many = [watcher(b) for _ in range(50)]
    assert all(first.more and first.changed.kinds == 0 for _, first in many)
    ref = a.refer(case, b.name)
    for c, _ in many:
        kinds = 0
        while kinds & 3 != 3:  # work, and the inbox
            change = told(c)
            kinds |= change.kinds
            assert "Verzonnen" not in str(change) and ref not in str(change)
    for _ in range(20):  # others are answered beside them, and the deaf one costs nothing
        b.k("status")
    extra = [watcher(b) for _ in range(20)]
    assert any(x.error == "not-now" for _, x in extra) and b.k("today")["work"]
    again, first = many[0][0], None
    import ctl
    r = ctl.pb.Request(version=1)
    r.watch.SetInParent()
    first = again.call(r)
    while not first.error:  # what came meanwhile stands before it
        first = ctl.pb.Reply.FromString(again.read(int.from_bytes(again.read(4), "big")))
    assert first.error == "not-now"  # one for each
    deaf.sock.close()


def test_kring_watch_tells_and_ends(federation, workdir):
    import signal
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = person(a, b.name, "An Verzonnen")
    out = workdir / "watch"
    p = subprocess.Popen([str(f.bin / "kring"), "--dir", str(b.dir), "--json", "watch"], stdout=out.open("w"))
    try:
        b.k("status")
        a.refer(case, b.name)
        wait_for("the watcher to be told", lambda: '"work"' in out.read_text() and '"inbox"' in out.read_text())
        b.stop()
        b.start()
        said = len(out.read_text())
        f.await_connected(b)
        a.refer(case, b.name, need="housing")
        wait_for("it to hear of the next one after the node began again", lambda: len(out.read_text()) > said)
    finally:
        p.send_signal(signal.SIGINT)
    assert p.wait(10) == 0


def test_kring_watch_that_is_refused_says_why(federation):
    f = federation("Goes")
    (a,) = f.nodes
    a.start()
    a.k("lock")
    watch = [str(f.bin / "kring"), "--dir", str(a.dir), "--lang", "en"]
    r = subprocess.run([*watch, "watch"], capture_output=True, text=True, timeout=20)
    assert r.returncode == 4 and "is locked" in r.stderr and "kring unlock" in r.stderr, r
    r = subprocess.run([*watch, "--json", "watch"], capture_output=True, text=True, timeout=20)
    got = json.loads(r.stdout)
    assert r.returncode == 4 and got["code"] == "node-locked" and "is locked" in got["what"] and "kring unlock" in got["remedy"], r


def test_kring_watch_names_the_command_that_shows_the_next_page(federation):
    """It has no --after itself: a command that is printed is one that can be typed."""
    from test_dialogue import Between
    from term import on_a_terminal
    import ctl
    f = federation("Goes")
    a, = f.start()

    def a_long_day(r):
        if not r.HasField("today"):
            return None
        reply = ctl.pb.Reply(day="2026-11-27", truncated=True, next="91C4.answer-due")
        reply.work.add(ref="91C4", kind="answer-due", group="today", partner="SMWO")
        reply.left_out.add(partner="SMWO", typed="smwo", count=7)
        return reply
    between = Between(a, a_long_day)
    code, out = on_a_terminal([str(f.bin / "kring"), "--socket", str(between.path), "--lang", "en", "watch"], keys=b"\x03")
    assert code == 0 and "kring today --after 91C4.answer-due" in out and "kring today --from smwo" in out, out
    assert "kring watch" not in out


@pytest.mark.parametrize("first", ["mistake", "right"])
def test_a_mistake_is_no_work_once_the_right_one_went(federation, first):
    """Whichever was done first: there is no other way to look for.  For another need there still is."""
    f = federation("Goes", "SMWO", "GGD Zeeland")
    a, b, c = f.start()
    case = person(a, b.name, "An Verzonnen")
    a.consent(case, c.name)
    wrong = a.refer(case, b.name)
    other = a.refer(case, b.name, need="housing")
    for ref in (wrong, other):
        b.await_state(ref, "offered")
    if first == "right":
        right = a.refer(case, c.name)
    a.k("recall", wrong)
    a.k("recall", other)
    if first == "mistake":
        assert {w["ref"] for w in today(a)["work"]} == {wrong, other}
        right = a.refer(case, c.name)
    assert [(w["ref"], w["kind"]) for w in today(a)["work"]] == [(other, "follow-up")]
    for ref in (wrong, other):
        b.await_state(ref, "error")
    a.stop()
    a.start()
    assert [(w["ref"], w["kind"]) for w in today(a)["work"]] == [(other, "follow-up")]
    # nor does it come back with the case
    a.k("withdraw", right, "--reason", "no-longer-needed")
    a.k("case", "close", case)
    a.k("case", "reopen", case)
    assert [(w["ref"], w["kind"]) for w in today(a)["work"]] == [(other, "follow-up")]
