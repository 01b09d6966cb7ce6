# SPDX-License-Identifier: EUPL-1.2
"""Whoever works with a person by a referral asks for the case: it is handed over, or a reason says why not."""
import pytest
from node import Federation, wait_for
from test_handover import STORY, reaches, refused, work


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("request"), ("Goes", "SMWO"))
    a, b = f.start()
    yield a, b
    f.stop()


def begun(a, b):
    case = a.new_case(name="Fatima Verzonnen", phone="0113-000000", story="Lost her job.")
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--how", "written")
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    a.await_state(ref, "accepted")
    return case, ref


def asked(a, case):
    """What is to be done at the node that has the case."""
    return wait_for("the question", lambda: [w for w in a.k("worklist").get("work", []) if w["kind"] == "case-requested" and w["case_id"] == case])[0]


def may(n, ref):
    return {m["act"] for m in n.k("show", ref)["referrals"][0]["may"]}


def answer(n, ref):
    return wait_for("the answer", lambda: [e for e in n.k("show", ref)["log"] if e["act"] == "request-answer"])


def test_it_stays_and_the_one_who_asked_reads_why(two):
    a, b = two
    case, ref = begun(a, b)
    assert "request-answer" not in may(a, ref) and "request" not in may(a, ref)
    assert refused(a, "request", ref, "--reason", "person-asks") == "act-of-the-receiver"
    b.k("request", ref, "--reason", "mostly-here", "--text", "She comes here every day.")
    assert "request" not in may(b, ref)
    assert refused(b, "request", ref, "--reason", "person-asks") == "case-requested"
    row = asked(a, case)
    assert row["command"].startswith("kring handover propose ") and row["command"].split()[3] in case and row["also"] == "keep" and row["due_day"]
    page = a.k("show", ref)
    assert next(e for e in page["log"] if e["act"] == "request")["text"] == "She comes here every day."
    assert page["referrals"][0]["state"] == "accepted"
    assert refused(a, "keep", ref) == "reason-missing"
    a.k("keep", ref, "--reason", "goes-on-here", "--text", "We see her this week.")
    assert "case-requested" not in work(a)
    said = answer(b, ref)[0]
    assert (said["reason"], said["text"]) == ("goes-on-here", "We see her this week.") and "request" in may(b, ref)
    assert refused(a, "keep", ref, "--reason", "other") == "case-not-requested"


def test_a_proposal_answers_it(two):
    a, b = two
    case, ref = begun(a, b)
    b.k("request", ref, "--reason", "person-asks")
    command = asked(a, case)["command"].split()
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    handover = a.k(*command[1:])["handovers"][0]["ref"]
    assert "case-requested" not in work(a)
    assert answer(b, ref)[0]["reason"] == "handover-proposed"
    reaches(b, handover, "proposed")
    a.k("handover", "abort", handover, "--reason", "no-longer-needed")  # whoever still wants the case asks again
    b.k("request", ref, "--reason", "person-asks")
    asked(a, case)


def test_a_question_outlives_a_restart_and_ends_with_its_referral(two):
    a, b = two
    case, ref = begun(a, b)
    a.stop()
    b.k("request", ref, "--reason", "person-asks")
    a.start()
    asked(a, case)
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    b.await_state(ref, "withdraw-pending")
    b.k("confirm-withdraw", ref)
    a.await_state(ref, "withdrawn")
    assert "case-requested" not in {w["kind"] for w in a.k("worklist").get("work", []) if w["case_id"] == case}
    assert "request" not in may(b, ref)
