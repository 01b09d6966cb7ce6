# SPDX-License-Identifier: EUPL-1.2
"""People are found however their name is typed: at once, after a restart, and where no memory may be locked for it."""
import os
import re
import subprocess

import pytest

from node import Refused, wait_for
from term import Terminal
from test_lists import many_cases
from test_tools import OTHER

WHO = {"Andr\u00e9e V\u00e9rzonnen": ("andree", "VERZONNEN ANDR\u00c9E", "Andre\u0301e"),
       "Fatima El Amrani": ("elamrani", "amrani, fatima", "EL AMRANI"),
       "Piet van 't Hart": ("hart", "Hart, van 't", "\u2019t Hart"),
       "\u0641\u0627\u0637\u0645\u0629 \u0623\u062d\u0645\u062f": ("\u0627\u062d\u0645\u062f",)}
PHONE = ("0113-00 00 88", "+31113000088", "0031 113 000088", "113000088")


def found(n, typed):
    return [c["name"] for c in n.k("case", "search", typed)["cases"]]


def everybody(n):
    for name, forms in WHO.items():
        for typed in (name, *forms):
            assert found(n, typed) == [name], typed
    for typed in PHONE:
        assert found(n, typed) == ["Fatima El Amrani"], typed
    assert not found(n, "amrani 1999") and found(n, "amrani 1980") == ["Fatima El Amrani"] == found(n, "el amrani 31-1-1980")


def people(n):
    for name in WHO:
        n.new_case(name=name, **({"born": "1980-01-31", "phone": PHONE[0]} if "Amrani" in name else {}))


def slow(n):
    return [x["what"] for x in n.k("status")["status"].get("alarms", []) if x["what"].startswith("search-slow")]


def test_people_are_found_however_they_are_typed(federation):
    f = federation("SMWO", "GGD")
    a, b = f.start()
    f.await_connected(a)
    f.agree(a, b)
    people(a)
    everybody(a)
    a.stop()
    a.start()
    everybody(a)  # perhaps while the index is still filled: the answers are the same
    assert not slow(a)
    case = a.k("case", "search", "elamrani")["cases"][0]["id"]
    a.k("case", "edit", case, "--name", "Fatima Bedacht", "--born", "", "--phone", "")
    assert found(a, "bedacht") == ["Fatima Bedacht"] and not found(a, "elamrani") and not found(a, "1980") and not found(a, PHONE[0])
    a.k("case", "erase", case)
    assert not found(a, "bedacht")
    # of a partner's person as much as its consents show, to whoever may see it now
    piet = a.k("case", "search", "hart")["cases"][0]["id"]
    a.k("consent", "give", piet, "--to", "ggd", "--share", "identity,needs", "--how", "written")
    ref = a.k("refer", piet, "--to", "ggd", "--need", "housing")["id"]
    b.await_state(ref, "offered")
    assert found(b, "hart") == ["Piet van 't Hart"]
    a.k("consent", "withdraw", piet, "--all", "--yes")
    wait_for("the consent to end there", lambda: not found(b, "hart"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user whose memory may not be locked")
def test_without_locked_memory_people_are_found_slowly_and_status_says_so(federation):
    f = federation("SMWO")
    (a,) = f.start()
    people(a)
    a.stop()
    f.dir.chmod(0o755)
    subprocess.run(["chown", "-R", f"{OTHER}:{OTHER}", str(a.dir)], check=True)
    drop = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
    a.proc = subprocess.Popen(["prlimit", "--memlock=0:0", *drop, str(f.bin / "kringd"), "--dir", str(a.dir)],
                              stdout=subprocess.DEVNULL, stderr=a.log.open("ab"))
    wait_for("it to answer", lambda: a.proc.poll() is not None or a.try_k("status"))
    wait_for("it to say so", lambda: slow(a) == ["search-slow-memory"])
    everybody(a)
    a.stop()


def typed(n, *args):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", "en", *args], capture_output=True, text=True, check=True)


def near(reply):
    return [(r["name"], r["same"]) for r in reply["near"]]


def test_the_same_person_entered_twice_is_pointed_out(federation):
    (a,) = federation("SMWO").start()
    one = a.k("case", "new", "--name", "Jan van den Berg", "--born", "1980-01-31", "--phone", "0113-000088")
    assert one["near"] == []
    again = lambda *o: a.k("case", "new", "--dry-run", *o)
    assert near(again("--name", "BERG, Jan van den")) == [("Jan van den Berg", "name")]
    assert near(again("--name", "Jan Vandenberg", "--born", "1980")) == [("Jan van den Berg", "name")]
    assert near(again("--name", "Iemand Anders", "--phone", "+31 113 000088")) == [("Jan van den Berg", "phone")]
    assert not near(again("--name", "Jan van den Berg", "--born", "1980-02-01"))
    assert not near(again("--name", "Iemand Anders", "--phone", "0088"))
    assert a.k("case", "list")["total"] == 1, "a dry run makes nothing"
    looked = [x for x in a.k("audit", "list")["audit"] if x["event"] == "search" and x["detail"] == "near"]
    assert len(looked) == 3, "who was shown somebody stands in the audit log"
    # said on standard error, where a script does not read; the number alone on standard output
    r = typed(a, "case", "new", "--name", "J. v.d. Berg", "--phone", "0113 00 00 88")
    new = r.stdout.strip()
    assert re.fullmatch("[0-9a-f]{20}", new) and one["id"][12:20] in r.stderr and f"kring case erase {new[:8]}" in r.stderr
    a.k("case", "erase", new)
    # that is the same one: what was not known is added, what is said otherwise stays and is named
    r = a.k("case", "new", "--same-as", one["id"], "--name", "J. van den Berg", "--phone", "0113-000099", "--language", "nl")
    assert (r["id"], r["kept"], r["near"]) == (one["id"], ["name", "phone"], [])
    person = a.k("case", "show", one["id"])["person"]
    assert (person["name"], person["phone"], person["language"]) == ("Jan van den Berg", "0113-000088", "nl")
    assert a.k("case", "list")["total"] == 1
    with pytest.raises(Refused):
        a.k("case", "new", "--same-as", "ffffffff", "--name", "Niemand")


def test_who_accepts_is_told_of_a_case_that_may_be_the_same_person(federation):
    """The two cases stay apart: what a partner's consent covers never mixes with what is ours."""
    f = federation("SMWO", "GGD")
    a, b = f.start()
    f.await_connected(a)
    f.agree(a, b)
    theirs = a.new_case(name="Anna Bedacht", born="1980-01-31", phone="0113-000088")
    a.k("consent", "give", theirs, "--to", "ggd", "--share", "identity,needs", "--how", "written")
    ref = a.k("refer", theirs, "--to", "ggd", "--need", "housing", "--share", "identity,needs")["id"]
    b.await_state(ref, "offered")
    # telephone and name are alike, but of the telephone nothing may be shown
    ours = b.new_case(name="Bedacht, Anna", phone="0113-000088")
    seen = b.k("case", "new", "--dry-run", "--name", "Iemand Anders", "--phone", "0113 000088")
    assert [x["id"] for x in seen["near"]] == [ours]
    r = typed(b, "accept", ref)
    mine, came = b.k("case", "show", ours), [c["id"] for c in b.k("case", "list")["cases"] if c["theirs"]][0]
    assert f"kring case same {came[12:20]} {ours[12:20]}" in re.sub(r"\s+", " ", r.stderr), r.stderr
    assert not mine["referrals"] and "birth_date" not in mine["person"]
    # one person, one case for this partner and its name of the person: a second referral comes to the same case
    second = a.k("refer", theirs, "--to", "ggd", "--need", "legal", "--share", "identity,needs", "--again")["id"]
    b.await_state(second, "offered")
    assert len(b.k("case", "show", came)["referrals"]) == 2 and b.k("case", "list")["total"] == 2
    # with the consent goes what it showed, and with it the likeness
    a.k("consent", "withdraw", theirs, "--all", "--yes")
    wait_for("the consent to end there", lambda: not [c for c in b.k("case", "search", "bedacht")["cases"] if c["theirs"]])
    assert [x["id"] for x in b.k("case", "new", "--dry-run", "--name", "Anna Bedacht")["near"]] == [ours]


def paper(n, *args):
    return re.sub(r"\s+", " ", typed(n, *args).stdout)


def test_two_cases_of_one_person_are_shown_together_and_end_apart(federation):
    """One answer, or one option, when the person of a partner is one of ours: every page has both, and a withdrawal takes the partner's part alone."""
    f = federation("SMWO", "GGD")
    a, b = f.start()
    f.await_connected(a)
    f.agree(a, b), f.agree(b, a)
    theirs = a.new_case(name="Anna Bedacht", born="1980-01-31")
    a.k("consent", "give", theirs, "--to", "ggd", "--share", "identity,needs", "--how", "written")
    refs = [a.k("refer", theirs, "--to", "ggd", "--need", need, "--share", "identity,needs", "--again")["id"] for need in ("housing", "legal")]
    for ref in refs:
        b.await_state(ref, "offered")
    ours = b.new_case(name="Bedacht, Anna", phone="0113-000088")
    b.k("consent", "give", ours, "--to", "smwo", "--share", "identity,needs", "--how", "oral", "--witness", "M. Verzonnen")
    told = b.k("refer", ours, "--to", "smwo", "--need", "food", "--share", "identity,needs")["id"]
    a.await_state(told, "offered")
    came = [c["id"] for c in b.k("case", "list")["cases"] if c["theirs"]][0]
    # in the dialogue by one answer
    t = Terminal(b, "accept", refs[0])
    t.read()
    assert "Bedacht, Anna" in t.text and "nee, iemand anders" in t.text, t.text
    end = re.sub(r"\s+", " ", t.answer("1"))
    assert t.code == 0 and f"kring case apart {came[12:20]}" in end, end
    same = lambda case: [(x["id"], x.get("partner", "")) for x in b.k("case", "show", case).get("same", [])]
    assert (same(ours), same(came)) == ([(came, "SMWO")], [(ours, "")])
    b.k("case", "apart", ours)
    assert (same(ours), same(came)) == ([], [])
    # on the command line by one option; who is known to be the same is not asked about again
    got = b.k("accept", refs[1], "--same-as", ours)
    assert [x["id"] for x in got["same"]] == [ours] and not got.get("near")
    assert {x["id"]: x.get("same", "") for x in b.k("case", "list")["cases"]} == {ours: came, came: ours}
    assert f"same person as {came[12:20]}" in paper(b, "case", "list") and "from SMWO" in paper(b, "case", "show", ours)
    today = b.k("today")
    rows = today["work"] + today["referrals"]
    assert {(r["case_id"], r["same"]) for r in rows} == {(ours, came), (came, ours)} and not any(r.get("alike") for r in rows)
    assert "same person as case" in paper(b, "today")
    # whichever of them is asked for: what was told, by which consent, who looked, what is held
    for one in (ours, came):
        letter, who = b.k("letter", one), b.k("who", one)
        assert {d["partner"] for d in letter["disclosures"]} == {d["partner"] for d in who["disclosures"]} == {"SMWO"}
        assert {bool(g.get("received")) for g in letter["grants"]} == {bool(g.get("received")) for g in who["grants"]} == {True, False}
        assert {"create", "receive"} <= {x["event"] for x in who["audit"]}
        assert {r["need"] for r in b.k("case", "export", one)["referrals"]} == {"housing", "legal", "energy-food"}
    out = paper(b, "case", "export", ours)
    assert "What SMWO told us of you" in out and "31 Jan 1980" in out and "With case" in paper(b, "who", ours)
    assert [r["code"] for r in (refused(b, "case", "same", ours, ours), refused(b, "case", "same", ours, "ffffffff"))] == ["case-same-itself", "case-unknown"]
    # the consent ends: only the partner's part goes, and ours is as it was
    a.k("consent", "withdraw", theirs, "--all", "--yes")
    wait_for("the consent to end there", lambda: not [c for c in b.k("case", "search", "bedacht")["cases"] if c["theirs"]])
    assert [c["hollow"] for c in b.k("case", "list")["cases"] if c["id"] == came] == ["case-consent-over"] and "(consent is over)" in paper(b, "case", "list")
    assert not b.k("case", "export", ours)["same"][0].get("person") and b.k("case", "show", ours)["person"]["phone"] == "0113-000088"
    b.k("case", "erase", came)
    assert same(ours) == [] and b.k("case", "show", ours)["person"]["name"] == "Bedacht, Anna"


def refused(n, *args):
    with pytest.raises(Refused) as e:
        n.k(*args)
    return e.value.reply


def test_the_dialogue_asks_whether_it_is_the_same_person(federation):
    """Before anything is kept, by telephone and birth date too; "that is the same one" adds to the case that is there."""
    (a,) = federation("SMWO").start()
    one = a.new_case(name="Jan Verzonnen", phone="0113-000088")
    for answer, cases in (("1", 1), ("2", 2)):
        t = Terminal(a, "case", "new")
        t.play("J. Bedacht", "1980", "", "+31 113 000088")
        while "Klopt dit?" not in t.text:
            t.answer("")
        got = t.answer("ja")
        assert "Er is al iemand die hierop lijkt." in got, t.text
        assert "Jan Verzonnen" in got
        end = re.sub(r"\s+", " ", t.answer(answer))
        assert t.code == 0 and a.k("case", "list")["total"] == cases, end
        assert ("is aangevuld." in end and "dat bleef zo: naam" in end) == (cases == 1), end
    person = a.k("case", "show", one)["person"]
    assert (person["name"], person["birth_date"], person["phone"]) == ("Jan Verzonnen", "1980", "0113-000088")


def test_everybody_is_found_while_the_index_is_made(federation):
    """A start has more rows to read than one turn takes; what is written meanwhile is found at once, and nobody twice."""
    (a,) = federation("SMWO").start()
    c = many_cases(a, 700)
    for _ in range(3):
        a.stop()
        a.start()
        a.k("case", "edit", a.k("case", "search", "massa 699")["cases"][0]["id"], "--best-time", "avond")
        for typed, total in (("massa", 700), ("massa 7", 133), ("verzonnen 699", 1), ("niemand", 0)):
            assert a.k("case", "search", typed, "--limit", "5")["total"] == total, typed
        made = a.k("case", "new", "--name", "Nieuw Bedacht")["id"]
        assert found(a, "bedacht") == ["Nieuw Bedacht"]
        assert a.k("case", "show", made[12:20])["id"] == made
        a.k("case", "erase", made)
        assert not found(a, "bedacht")
    del c
