# SPDX-License-Identifier: EUPL-1.2
"""Acts that take a second person: another one with the right, within a day; whoever is alone, after it."""
import pytest

from node import Clock, Refused
from staff import STRANGER, UIDS, Colleague, hire, kring

BERT = 41010
DAY = 86400


@pytest.fixture
def node(federation, workdir):
    fed = federation("Goes")
    n = fed.nodes[0]
    n.clock = Clock(workdir)
    n.start(*n.clock.args)
    fed.import_roster(n)
    return n


def two(node):
    """Two caseworkers, and the one who reads the log."""
    case = node.new_case()
    hire(node, "caseworker", name="Anna De Wit")
    hire(node, "caseworker", name="Bert Verzonnen", uid=BERT)
    hire(node, "privacy", name="Odile")
    return case, Colleague(node, UIDS["caseworker"]), Colleague(node, BERT)


def log(node):
    return list(reversed(Colleague(node, UIDS["privacy"]).ask("audit_list").audit))


def later(node, seconds):
    node.clock.set(seconds)
    Colleague(node, 0).ask("status")


def test_erasing_at_once_is_done_when_a_second_person_confirms(node):
    case, anna, bert = two(node)
    asked = anna.ask("case_erase", id=case, now=True)
    assert (asked.error, asked.code) == ("refused", "second-person") and asked.id
    assert not anna.ask("case_show", id=case).error  # nothing is gone yet
    row = bert.ask("pending_list").pending[0]
    assert (row.act, row.asked_by, row.case_id, row.own) == ("case-erase", "Anna De Wit", case, False)
    assert anna.ask("pending_list").pending[0].own
    assert anna.ask("pending_confirm", id=asked.id[12:]).code == "pending-own"
    assert not bert.ask("pending_confirm", id=asked.id[12:]).error
    assert anna.ask("case_show", id=case).error == "not-found"
    assert bert.ask("pending_confirm", id=asked.id[12:]).code == "pending-unknown"  # once
    assert not bert.ask("pending_list").pending
    seen = [(e.event, e.detail, e.actor, e.on_behalf) for e in log(node)]
    assert any(x[2:] == ("Bert Verzonnen", "Anna De Wit") and x[0] == "erase" for x in seen), seen
    assert any(x[0] == "second-person" and x[2] == "Anna De Wit" for x in seen)


def test_in_the_night_it_needs_nobody_else(node):
    case, anna, _ = two(node)
    assert not anna.ask("case_erase", id=case).error
    assert anna.ask("case_show", id=case).error == "not-found"


def test_who_has_not_the_right_confirms_nothing(node):
    case, anna, _ = two(node)
    hire(node, "reader")
    hire(node, "administrator")
    id_ = anna.ask("case_erase", id=case, now=True).id
    assert Colleague(node, UIDS["reader"]).ask("pending_confirm", id=id_).code == "staff-no-right"
    for who in (UIDS["administrator"], 0):
        assert Colleague(node, who).ask("pending_confirm", id=id_).code == "pending-unknown"
        assert not Colleague(node, who).ask("pending_list").pending
    assert Colleague(node, STRANGER).ask("pending_confirm", id=id_).code == "staff-unknown"
    assert not anna.ask("case_show", id=case).error


def test_two_at_once_and_the_same_twice(node):
    case, anna, bert = two(node)
    first, again = anna.ask("case_erase", id=case, now=True), anna.ask("case_erase", id=case[:32], now=True)
    other = bert.ask("case_erase", id=case, now=True)  # each asked the other
    assert first.id == again.id and other.id != first.id
    assert not bert.ask("pending_confirm", id=first.id).error
    assert anna.ask("pending_confirm", id=other.id).error == "not-found"  # the case is gone
    assert not anna.ask("pending_refuse", id=other.id).error


def test_refused_and_taken_back(node):
    case, anna, bert = two(node)
    id_ = anna.ask("case_erase", id=case, now=True).id
    assert not bert.ask("pending_refuse", id=id_).error
    assert bert.ask("pending_confirm", id=id_).code == "pending-unknown"
    id_ = anna.ask("case_erase", id=case, now=True).id
    assert not anna.ask("pending_refuse", id=id_).error and not anna.ask("case_show", id=case).error


def test_after_a_day_it_is_too_late(node):
    case, anna, bert = two(node)
    id_ = anna.ask("case_erase", id=case, now=True).id
    later(node, DAY + 60)
    assert bert.ask("pending_confirm", id=id_).code == "pending-late"
    assert not anna.ask("case_show", id=case).error
    assert anna.ask("case_erase", id=case, now=True).id != id_  # asked anew


def test_who_is_alone_waits_a_day_and_the_log_says_alone(node):
    case = node.new_case()
    hire(node, "caseworker", name="Anna De Wit")
    hire(node, "privacy")
    anna = Colleague(node, UIDS["caseworker"])
    id_ = anna.ask("case_erase", id=case, now=True).id
    assert anna.ask("pending_confirm", id=id_).code == "pending-early"
    later(node, DAY + 60)
    assert not anna.ask("pending_confirm", id=id_).error
    assert anna.ask("case_show", id=case).error == "not-found"
    row = [e for e in log(node) if e.event == "second-person"][-1]
    assert row.actor == "Anna De Wit" and not row.on_behalf and row.detail in ("alone", "(erased)")


def test_who_left_asked_for_nothing(node):
    case, anna, bert = two(node)
    id_ = anna.ask("case_erase", id=case, now=True).id
    node.k("staff", "end", "Anna De Wit")
    assert bert.ask("pending_confirm", id=id_).code == "pending-left"


def test_more_roles_take_a_second_administrator(node):
    hire(node, "administrator", name="Ada")
    hire(node, "administrator", name="Brecht", uid=41020)
    hire(node, "reader", name="Rik")
    ada, brecht = Colleague(node, UIDS["administrator"]), Colleague(node, 41020)
    asked = ada.ask("staff_role", who="Rik", roles=["caseworker"])
    assert asked.code == "second-person"
    rik = Colleague(node, UIDS["reader"])
    assert rik.ask("case_new").code == "staff-no-right"
    assert Colleague(node, 0).ask("pending_confirm", id=asked.id).code == "pending-nobody"  # who has sudo is two users and one person
    row = brecht.ask("pending_list").pending[0]
    assert (row.act, row.name, list(row.roles)) == ("staff-role", "Rik", ["caseworker"])
    assert not brecht.ask("pending_confirm", id=asked.id).error
    assert rik.ask("case_new").code != "staff-no-right"
    # the way around: ended and named anew
    node.k("staff", "end", "Rik")
    assert ada.ask("staff_add", name="Iemand Anders", uid=UIDS["reader"], roles=["privacy"]).code == "second-person"
    row = brecht.ask("pending_list").pending[0]  # also who really gets them, whatever name was given
    assert (row.act, row.name, row.uid, list(row.roles)) == ("staff-add", "Iemand Anders", UIDS["reader"], ["privacy"])
    for lang in ("nl", "fr", "en", "de"):
        out = kring(node, 41020, "--lang", lang, "pending", "list").stdout
        assert "Iemand Anders" in out and str(UIDS["reader"]) in out, out
    # to take a role away needs nobody
    assert not ada.ask("staff_role", who="Brecht", roles=["administrator"]).error


def test_many_of_one_person_keep_out_nobody(node):
    _, anna, bert = two(node)
    case = [anna.ask("case_list").cases[0].id]
    got = [anna.ask("case_erase", id=x, now=True).code for x in case for _ in range(3)]
    assert set(got) == {"second-person"} and len(anna.ask("pending_list").pending) == 1


def test_of_a_restored_backup_nothing_is_confirmed(federation, workdir):
    fed = federation("Goes")
    n = fed.nodes[0].start()
    fed.import_roster(n)
    case, anna, _ = two(n)
    id_ = anna.ask("case_erase", id=case, now=True).id
    n.k("backup", str(workdir / "copy"))
    n.stop()
    import subprocess
    home = n.dir
    n.dir = workdir / "anew"
    subprocess.run([str(fed.bin / "kring"), "--dir", str(n.dir), "restore", str(workdir / "copy"), "--sheet", str(home / "recovery-sheet.txt")], check=True,
                   capture_output=True)
    n.start()
    n.k("staff", "confirm", "--all")
    bert = Colleague(n, BERT)
    assert not bert.ask("pending_list").pending
    assert bert.ask("pending_confirm", id=id_).code == "pending-before"
    assert not bert.ask("case_show", id=case).error


def test_without_names_nobody_is_asked(node):
    case = node.new_case()
    node.k("case", "erase", case, "--now")
    with pytest.raises(Refused):
        node.k("case", "show", case)


def test_a_blank_or_a_capital_is_no_way_around(node):
    """Where people sign in at a screen the name tells who is meant: whoever left and comes back under it, however it is typed, takes a second administrator."""
    conf = node.dir / "kring.conf"
    conf.write_text(conf.read_text() + "\n[Web]\nOrigin=https://kring.goes.example\n")
    node.stop()
    node.start(*node.clock.args)
    hire(node, "administrator", name="Ada")
    ada = Colleague(node, UIDS["administrator"])
    assert ada.ask("staff_add", name="Renée", roles=["reader"]).link
    node.k("staff", "end", "Renée")
    for name in ("Renée", "renee ", "\u00a0Renée", "RENEE"):
        assert ada.ask("staff_add", name=name, roles=["privacy"]).code == "second-person", name
    assert ada.ask("staff_add", name="Renske", roles=["privacy"]).link
