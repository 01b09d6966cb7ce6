# SPDX-License-Identifier: EUPL-1.2
"""What crosses between two partners: which cause is named where, what is shown, what may be said, and to whom."""
import shutil
import subprocess

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
    assert "no-agreement" in r["why"] and "partner agree " + b.name in r["remedy"]
    a.k("partner", "agree", b.name, "--share", "identity,needs")
    r = refused()
    assert "no-grant" in r["why"] and "consent give" in r["remedy"]
    a.consent(case, b.name, "identity,contact,needs")
    r = refused()
    assert "agreement-narrow" in r["why"] and "contact" in r["why"] and "partner agree" in r["remedy"]
    a.k("partner", "agree", b.name, "--share", "identity,contact,needs")
    a.k("case", "edit", case, "--story", "verzonnen")
    r = refused()
    assert "scope" in r["why"] and "story" in r["why"] and "consent give" in r["remedy"]


# ---- to whom ----

def test_a_part_of_a_name_chooses_nobody(federation):
    f = federation("Goes", "OCMW Oud-Turnhout", "\u00c9\u00e9n Thuis")
    a = f.nodes[0].start()
    f.import_roster(a)
    case = a.new_case()
    for part in ("turnhout", "ocmw", "thuis", "oud-turnhout", "een", "o", "", "*", "%"):
        with pytest.raises(Refused) as e:
            a.consent(case, part, "identity,needs")
        assert e.value.code == 3, part
        for read in (("partner", "show", part), ("audit", "export", part)):
            if part:
                assert a.try_k(*read) is None, read
    with pytest.raises(Refused) as e:
        a.consent(case, "turnhout", "identity,needs")
    assert "OCMW Oud-Turnhout (ocmw-oud-turnhout)" in e.value.reply["why"]
    rows = {p["name"]: p for p in a.k("partner", "list")["partners"]}
    assert rows["\u00c9\u00e9n Thuis"]["typed"] == "een-thuis"
    for name in ("OCMW Oud-Turnhout", "ocmw-oud-turnhout", "ocmw oud turnhout", "\u00c9\u00e9n Thuis", "\u00e9\u00e9n thuis",
                 "E\u0301e\u0301n Thuis", "een-thuis", rows["\u00c9\u00e9n Thuis"]["fingerprint"], rows["\u00c9\u00e9n Thuis"]["node_id"]):
        a.consent(case, name, "identity,needs")
    with pytest.raises(Refused) as e:
        a.consent(case, "Goes", "identity,needs")
    assert "this node itself" in e.value.reply["why"]


def test_a_member_of_today_comes_before_one_that_was_removed(federation):
    f = federation("Goes", "GGD Zeeland")
    a, old = f.nodes
    with pytest.raises(subprocess.CalledProcessError) as e:  # two of one name at once: never
        f.add("ggd z\u00e9\u00e9land")
    assert "a member of this name" in e.value.stderr
    proposal = str(f.dir / "gone")
    f.run("roster", "propose", "--roster", str(f.roster), "--op", "remove", "--node", "GGD Zeeland", "--out", proposal)
    for n in (1, 2):
        f.run("roster", "sign", "--proposal", proposal, "--key", str(f.dir / f"roots/root{n}.key"), "--roster", str(f.roster))
    shutil.rmtree(f.dir / "ggd-z-land")
    new = f.add("GGD Zeeland", dirname="ggd-new")
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
