# SPDX-License-Identifier: EUPL-1.2
"""What takes two people, in a browser: a case that nobody took is asked back, and a colleague says yes or no on a page of her own."""
import re
import tempfile

import pytest

from browser import await_web, with_web
from node import Clock, Federation
from staff import UIDS, Colleague, kring
from test_handover import TEN_WORKING_DAYS, propose, until
from test_web_files import signed_in

WORDS = {"fr": "Retirer la demande", "en": "Take this back", "de": "Zurückziehen", "nl": "Trek dit in"}
NAME = "Wilhelmina Verzonnen"


def state(node, ref):
    return node.kees.ask("handover_show", id=ref).handovers[0]


@pytest.fixture(scope="module")
def house():
    """Three cases of Goes were given over to SMWO, and nobody took them for ten working days."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        clock, fed = Clock(d), Federation(d)
        a, b = fed.nodes
        with_web(a)
        try:
            fed.start(*clock.args)
            await_web(a)
            a.given = []
            for _ in range(3):
                case = a.new_case(name=NAME, phone="000-333")
                a.k("consent", "give", case, "--to", b.name, "--share", "identity,contact", "--purpose", "handover", "--how", "written")
                a.given.append(propose(a, b, case))
                until(a, b, a.given[-1], "ceded")
            a.k("staff", "add", "Collega", "--role", "caseworker", "--user", str(UIDS["caseworker"]))
            a.kees = Colleague(a, UIDS["caseworker"])
            a.early = a.kees.ask("handover_step", ref=a.given[0], step="reclaim").code, "reclaim" in state(a, a.given[0]).may
            clock.days(TEN_WORKING_DAYS, fed.nodes)
            a.smwo, a.clock = b, clock
            yield a
        finally:
            fed.stop()


def two(node):
    """Two of Goes who just showed their passkeys."""
    return [signed_in(node, name=f"{x} {len(node.k('staff', 'list')['staff'])}") for x in ("Iris Bedacht", "Bert Bedacht")]


def send(x, path, number, **fields):
    """The form of that place on the page: its own hidden fields, and these."""
    page = x.get(path)
    assert x.status == 200, (path, page.text)
    hidden = [a for t, a in page.tags if t == "input" and a.get("type") == "hidden" and a["name"] in ("k", "i", "do", "step")]
    at = [i for i, a in enumerate(hidden) if a["name"] in ("do", "step")][number]
    x.page.forms[path] = {a["name"]: a["value"] for a in hidden[at - 2:at + 1]}
    x.post(path, follow=False, **fields)
    assert x.status == 303
    to = x.headers["Location"]
    return to, x.get(to)


def ask_back(x, ref):
    return send(x, f"/h/{ref}", 0, sure="1", reason="no-answer")


def test_too_early_is_said_to_who_asks_first(house):
    """Nobody is to confirm a day later what was refused from the beginning."""
    assert house.early == ("reclaim-too-early", False) and not house.kees.ask("pending_list").pending


def test_a_case_comes_back_when_two_say_so(house):
    iris, bert = two(house)
    ref = house.given[0]
    page = iris.get(f"/h/{ref}")
    assert "Haal het dossier terug" in page.text and "Bel hen eerst" in page.text and "geen antwoord binnen de termijn" in page.text.lower(), page.text
    assert [a["value"] for t, a in page.tags if a.get("name") == "reason"][-1] == "other" and "kan SMWO het dossier overnemen" not in page.text, page.text  # its time is over
    to, page = send(iris, f"/h/{ref}", 0, reason="no-answer")  # not ticked: nothing is asked
    assert to == f"/h/{ref}" and not house.kees.ask("pending_list").pending
    to, page = ask_back(iris, ref)
    assert to.startswith("/second/") and page.done.startswith("Gevraagd.") and "U vroeg dit zelf" in page.text and "SMWO" in page.text
    assert not any(a.get("value") == "confirm" for _, a in page.tags) and "Trek dit in" in page.text
    path = to.split("?")[0]
    page = bert.get("/")
    assert path in page.links and "Wacht op een tweede persoon" in page.text and NAME in page.text and "Er wacht vandaag niets op u" not in page.text
    shown = kring(house, UIDS["caseworker"], "--lang", "nl", "today").stdout
    assert "1 zaak wacht op een tweede persoon: kring pending list" in shown, shown
    page = bert.get(path)
    assert "U bent aan zet" in page.text and iris.name in page.text and f"/h/{ref}" in page.links and "Geen antwoord binnen de termijn" in page.text
    to, page = send(bert, path, 0)  # not ticked
    assert to == path
    to, page = send(bert, path, 0, sure="1")
    assert to.startswith(f"/h/{ref}") and page.done.startswith("Teruggehaald van SMWO.") and "Teruggenomen" in page.text, page.text
    page = iris.get(path)
    assert iris.status == 409 and "hier wacht niets met deze id" in page.text.lower(), page.text
    assert path not in bert.get("/").links


def test_a_colleague_may_refuse_and_who_asked_may_take_it_back(house):
    iris, bert = two(house)
    for x, word in ((bert, "Weiger"), (iris, "Trek dit in")):
        to, _ = ask_back(iris, house.given[1])
        path = to.split("?")[0]
        assert word in x.get(path).text
        to, page = send(x, path, -1)
        assert to.startswith("/second") and page.done == "Er gebeurt niets." and "Niets wacht op een tweede persoon." in page.text
    assert state(house, house.given[1]).state == "ceded"


def test_in_every_language(house):
    iris, _ = two(house)
    to, _ = ask_back(iris, house.given[2])
    path = to.split("?")[0]
    for lang, word in WORDS.items():
        iris.language = lang
        page = iris.get(path)
        assert word in page.text and not re.search(r"handover-|case-|no-answer", page.text), page.text
        assert not re.search(r"handover-|case-|no-answer", iris.get("/second").text)


def test_somebody_else_s_right_is_not_asked_for(house):
    reader = signed_in(house, "reader", name="Rik Bedacht")
    assert reader.get("/second") and reader.status == 404
    assert "tweede persoon" not in reader.get("/").text and reader.status == 200
