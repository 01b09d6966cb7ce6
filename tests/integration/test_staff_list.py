# SPDX-License-Identifier: EUPL-1.2
"""Whose list a case is on: who opened it or answered first; and a colleague who stands in until a day."""
import pytest

from node import Clock, offered
from staff import UIDS, Colleague, hire

BERT = 41010


@pytest.fixture
def desk(federation, workdir):
    fed = federation("Goes", "SMWO")
    clock = Clock(workdir)
    a, b = fed.start(*clock.args)
    b.clock = clock
    first, second = offered(a, b), offered(a, b)
    hire(b, "caseworker", name="Anna De Wit")
    hire(b, "caseworker", name="Bert Verzonnen", uid=BERT)
    hire(b, "reader", name="Rik")
    return b, Colleague(b, UIDS["caseworker"]), Colleague(b, BERT), first[1], second[1]


def refs(who, mine=True):
    got = {row.ref for row in who.ask("worklist", mine=mine).work}
    assert got == {row.ref for row in who.ask("today", mine=mine).work}
    return got


def answered(who, ref):
    assert not who.ask("act", ref=ref, type=4).error  # accept


def test_a_list_of_ones_own_and_of_whoever_is_away(desk):
    b, anna, bert, one, two = desk
    assert refs(anna) == refs(bert) == {one, two}  # nobody's: on every list
    answered(anna, one)
    assert one in refs(anna) and one not in refs(bert) and refs(bert, mine=False) == refs(anna, mine=False)
    case = next(r.case_id for r in anna.ask("worklist").work if r.ref == two)
    assert not bert.ask("case_worker", id=case).error
    assert refs(bert) == {two} and two not in refs(anna)
    now = int(__import__("time").time() * 1000)
    assert not anna.ask("hand", who="Bert Verzonnen", until_ms=now + 86400000).error
    assert refs(bert) == {one, two} and one in refs(anna)
    b.clock.set(3 * 86400)
    b.k("status")
    assert refs(bert) == {two}


def test_it_comes_back_and_goes_to_nobody_who_has_no_cases(desk):
    b, anna, bert, one, two = desk
    now = int(__import__("time").time() * 1000)
    answered(anna, one)
    assert anna.ask("hand", who="Rik", until_ms=now + 86400000).code == "staff-no-cases"
    assert anna.ask("hand", who="Bert Verzonnen").code == "hand-until"
    assert not anna.ask("hand", who="Bert Verzonnen", until_ms=now + 86400000).error
    assert one in refs(bert)
    assert not anna.ask("hand").error
    assert one not in refs(bert)
    assert Colleague(b, 0).ask("hand").code == "staff-no-right"
