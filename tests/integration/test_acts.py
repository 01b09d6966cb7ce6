# SPDX-License-Identifier: EUPL-1.2
"""What crosses between two partners: which cause is named where, what is shown, what may be said, and to whom."""
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
