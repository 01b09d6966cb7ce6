# SPDX-License-Identifier: EUPL-1.2
"""A whole case moves to a partner, step by step in two browsers: who is to do what, and what each may do now."""
import os
import re
import tempfile

import pytest

from browser import Browser, await_web, with_web
from node import Federation, wait_for
from staff import UIDS, kring
from test_attachments import WITH
from test_handover import propose as begin, until
from test_web_files import signed_in
from test_webrefer import colleague

NAME = "Wilhelmina Verzonnen"
DAY = {"day": "", "month": "", "year": ""}


@pytest.fixture(scope="module")
def house():
    """Bert at Goes gives, Anna at SMWO takes."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        for n in fed.nodes:
            with_web(n)
        try:
            fed.start()
            a.smwo = b
            for n, name in ((a, "Bert Bedacht"), (b, "Anna Verzonnen")):
                await_web(n)
                colleague(n)
                n.browser = Browser(n.web)
                n.browser.first(n.k("staff", "add", name, "--role", "caseworker")["link"])
            yield a
        finally:
            fed.stop()


def buttons(page):
    """The steps that the page offers."""
    return {a["value"] for t, a in page.tags if t == "input" and a.get("name") == "step"}


def press(browser, ref, step, **fields):
    """The button of that step; every answer is another address."""
    page = browser.get(f"/h/{ref}")
    hidden = [a for t, a in page.tags if t == "input" and a.get("type") == "hidden"]
    at = next(i for i, a in enumerate(hidden) if a["name"] == "step" and a["value"] == step)
    browser.page.forms[f"/h/{ref}"] = {"k": hidden[at - 2]["value"], "i": hidden[at - 1]["value"], "step": step}
    browser.post(f"/h/{ref}", follow=False, **fields)
    assert browser.status == 303
    return browser.get(browser.headers["Location"])


def take(node, ref, step, **fields):
    """A step takes a passkey, which a passphrase is not: the page says so, and a colleague takes it at the terminal."""
    page = press(node.browser, ref, step, **fields)
    assert "Dit kan alleen met een passkey" in page.text and step in buttons(page) and "/me/add" in page.links, page.text
    node.k("handover", step, ref, *(["--yes"] if fields.get("sure") else []))
    return node.browser.get(f"/h/{ref}")


def propose(house, case, **fields):
    b = house.browser
    page = b.get(f"/c/{case}/handover")
    assert "Dit dossier is van u" in page.text and "SMWO" in page.text
    b.post(f"/c/{case}/handover", follow=False, **{"to": "smwo", "how": "oral", "witness": "Carla Verzinsel", **DAY, **fields})
    assert b.status == 303, b.page.text
    return b.get(b.headers["Location"])


def test_a_case_moves(house):
    a, b = house.browser, house.smwo.browser
    case = house.new_case(name=NAME, phone="000-333", goals="rust")
    page = propose(house, case, how="")
    assert "geen toestemming gegeven voor een overdracht" in page.text and any(x.get("id") == "to-smwo" and "checked" in x for t, x in page.tags)
    page = propose(house, case, day="1", month="1", year="2020")
    assert "afgesproken" in page.text.lower() and "/h/" not in str(a.headers.get("Location")), page.text
    page = propose(house, case)
    ref = re.search(r"Kenmerk ([0-9A-Z-]+)", page.text)[1]
    assert page.done.startswith(f"Voorgesteld aan SMWO: overdracht {ref}.")
    assert "van ons naar SMWO" in page.text and "Voorgesteld" in page.text and buttons(page) == {"abort"} and "SMWO is aan zet" in page.text
    assert len(house.k("consent", "list", case)["grants"]) == 1
    wait_for("it to arrive", lambda: house.smwo.k("handover", "list").get("handovers"))
    assert f"/h/{ref}" in b.get("/").links and f"/r/{ref}" not in b.page.links
    assert f"/h/{ref}" in a.get("/").links and "SMWO: antwoorden op een overdracht" in a.page.text, a.page.text  
    page = b.get(f"/h/{ref}")
    assert "van Goes naar ons" in page.text and buttons(page) == {"agree", "refuse"} and "U bent aan zet" in page.text
    assert "Over wie het gaat, leest u pas als het dossier van u is." in page.text and NAME not in page.text
    page = take(house.smwo, ref, "agree")
    assert "Toegezegd" in page.text and buttons(page) == {"refuse"}
    wait_for("the word of SMWO", lambda: "send" in buttons(a.get(f"/h/{ref}")))
    page = take(house, ref, "send", notes="1")
    assert buttons(page) == {"abort"}
    wait_for("all of it to be there", lambda: "cede" in buttons(a.get(f"/h/{ref}")))
    page = press(a, ref, "cede")  # not ticked: nothing is asked
    assert "cede" in buttons(page) and "passkey" not in page.text
    page = take(house, ref, "cede", sure="1")
    assert "Afgestaan" in page.text and buttons(page) == set()
    assert "niemand schrijft erin" in a.get(f"/c/{case}/handover").text
    # nothing is offered there that core refuses; a note goes along
    page = a.get(f"/c/{case}")
    assert "Onderweg naar SMWO" in page.text and not {f"/c/{case}/{x}" for x in ("edit", "consent")} & set(page.links) and f"/refer/{case}" not in page.forms
    assert f"/c/{case}/note" in page.links and f"/c/{case}/handover" in page.links
    assert ["Onderweg naar SMWO"] == [r[3] for r in a.get("/cases").rows if r[1] == case[12:20]]
    shown = kring(house, UIDS["caseworker"], "--lang", "nl", "case", "list").stdout
    assert "onderweg naar SMWO" in next(x for x in shown.splitlines() if case[12:20] in x), shown
    wait_for("the key", lambda: "take" in buttons(b.get(f"/h/{ref}")))
    page = take(house.smwo, ref, "take", sure="1")
    assert "Overgenomen" in page.text and NAME in page.text
    wait_for("it to be closed here", lambda: "verzegeld bewaard tot" in a.get(f"/h/{ref}").text.lower())
    assert NAME not in a.page.text
    shown = kring(house, UIDS["caseworker"], "--lang", "nl", "case", "list").stdout
    assert "nu bij SMWO" in next(x for x in shown.splitlines() if case[12:20] in x), shown
    a.get(f"/c/{case}/handover")
    assert a.status == 409 and "sinds" in a.page.text and "bij SMWO" in a.page.text and NAME not in a.page.text


def test_it_ends_where_somebody_says_no(house):
    a, b = house.browser, house.smwo.browser
    case = house.new_case(name=NAME, phone="000-333")
    page = propose(house, case)
    ref = re.search(r"Kenmerk ([0-9A-Z-]+)", page.text)[1]
    page = a.get(f"/c/{case}/handover")  # said before anything is asked
    assert "loopt al een overdracht" in page.text and ref in page.text and f"/h/{ref}" in page.links and f"/c/{case}/handover" not in page.forms
    wait_for("it to arrive", lambda: "refuse" in buttons(b.get(f"/h/{ref}")) if b.get(f"/h/{ref}") and b.status == 200 else False)
    page = take(house.smwo, ref, "refuse")
    assert "Geweigerd" in page.text and not buttons(page)
    wait_for("the word of SMWO", lambda: not buttons(a.get(f"/h/{ref}")))
    assert propose(house, case) and "/h/" in a.headers.get("Location", "/h/")


def test_only_what_may_be_done_is_done(house):
    """A step that is not offered, one that nobody knows, and a reference that is nobody's."""
    a = house.browser
    case = house.new_case(name=NAME, phone="000-333")
    ref = re.search(r"Kenmerk ([0-9A-Z-]+)", propose(house, case).text)[1]
    k = next(x["value"] for t, x in a.page.tags if x.get("name") == "k" and x["value"] != a.page.forms["/logout"]["k"])
    for step in ("cede", "take"):
        a.page.forms[f"/h/{ref}"] = {"k": k, "step": step}
        page = a.post(f"/h/{ref}", sure="1")
        assert "Dit kan alleen met een passkey" in page.text and "Voorgesteld" in page.text
    for step in ("nothing", ""):
        a.page.forms[f"/h/{ref}"] = {"k": k, "step": step}
        assert "Voorgesteld" in a.post(f"/h/{ref}").text
    for odd in ("0" * 9, "x", "ZZZZZZZZZ"):
        assert "Voorgesteld" not in a.get(f"/h/{odd}").text and a.status == 409
    assert a.ask("POST", f"/h/{ref}", f"k={k}&step=a&step=b".encode())[0] == 400


def test_a_file_that_was_added_stands_on_the_page(house):
    a, b = house, house.smwo
    for x, y in ((a, b), (b, a)):
        house.fed.agree(x, y, WITH, WITH)
    case = a.new_case(name=NAME)
    a.k("consent", "give", case, "--to", b.name, "--share", WITH, "--purpose", "handover", "--how", "written")
    ref = begin(a, b, case)
    until(a, b, ref, "ceded")
    with tempfile.NamedTemporaryFile() as path:  # whoever types is another user than this test
        path.write(b"x" * 100000)
        path.flush()
        os.chmod(path.name, 0o644)
        a.k("case", "attach", case, path.name, "--name", "brief.pdf")
    wait_for("all of it", lambda: [f["state"] for f in b.k("handover", "show", ref).get("files", [])] == ["whole"])
    assert "brief.pdf" in a.browser.get(f"/h/{ref}").text
    page = b.browser.get(f"/h/{ref}").text
    assert "(zonder naam)" in page and "compleet" in page and "brief.pdf" not in page, page
    b.k("handover", "take", ref, "--yes")
    assert "brief.pdf" in b.browser.get(f"/h/{ref}").text


def test_each_step_says_that_it_is_done(house):
    """In the reader's language, once, and before whose move it is; of a step that was not taken nothing is said."""
    a, b = (signed_in(n, name=f"Sleutel {n.name}") for n in (house, house.smwo))
    case = house.new_case(name=NAME, phone="000-333")
    ref = re.search(r"Kenmerk ([0-9A-Z-]+)", propose(house, case).text)[1]
    words = {"agree": (b, "Accepté. Goes peut maintenant envoyer le dossier."), "send": (a, "Le dossier part sous scellé vers SMWO. Dès qu'il est là, il figure à la page Aujourd'hui."),
             "cede": (a, "Cédé à SMWO. Jusqu'à leur reprise, personne n'y écrit."), "take": (b, "Repris de Goes. Dès maintenant personne d'autre n'écrit dans ce dossier.")}
    for step, (x, done) in words.items():
        wait_for(step, lambda: step in buttons(x.get(f"/h/{ref}")))
        assert not x.page.done
        sure = {"sure": "1"} if step in ("cede", "take") else {}
        x.language = "fr"
        assert press(x, ref, step, **sure).done == done and "kring " not in done
        x.language = "nl"
        assert not x.get(f"/h/{ref}").done
    other = house.new_case(name=NAME, phone="000-333")
    ref = re.search(r"Kenmerk ([0-9A-Z-]+)", propose(house, other).text)[1]
    assert press(a, ref, "abort").done == "Afgebroken. Het dossier blijft van u."
