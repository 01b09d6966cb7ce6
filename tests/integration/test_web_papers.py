# SPDX-License-Identifier: EUPL-1.2
"""What a person may ask for, on screens between real nodes: who was given what, and what became of a consent that was taken back."""
import re
import tempfile

import pytest

from browser import Browser, await_web, with_web
from node import Federation, offered, wait_for
from staff import UIDS, kring
from test_webrefer import colleague

LANGS = {"nl": "Wie kreeg wat", "fr": "Qui a reçu quoi", "en": "Who was given what", "de": "Wer was bekam"}


@pytest.fixture(scope="module")
def goes():
    """Goes with SMWO beside it; Anna works there with cases, Rik may read them, and Bea looks after figures."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        with_web(a)
        try:
            fed.start()
            await_web(a)
            colleague(a)
            a.partner, a.people = b, {}
            for name, role in (("Anna Verzonnen", "caseworker"), ("Rik Bedacht", "reader"), ("Bea Bedacht", "coordinator")):
                x = Browser(a.web)
                assert name in x.first(a.k("staff", "add", name, "--role", role)["link"]).text or role == "coordinator"
                a.people[name.split()[0]] = x
            yield a
        finally:
            fed.stop()


@pytest.fixture
def anna(goes):
    return goes.people["Anna"]


def spoken(goes, anna, path):
    """The page in each language; none shows what stands for something else."""
    out = {}
    for lang in LANGS:
        x = Browser(goes.web, lang)
        x.cookies = dict(anna.cookies)
        out[lang] = x.get(path).text
        assert x.status == 200 and not re.search(r"[{}|]", out[lang]), (lang, out[lang])
    return out


def given(goes, case):
    """The consent that counts now."""
    return next(g["id"] for g in goes.k("consent", "list", case)["grants"] if g["state"] == "living")


def test_who_was_given_what(goes, anna):
    case, ref = offered(goes, goes.partner)
    page = anna.get(f"/c/{case}")
    assert f"/c/{case}/who" in page.links, (anna.status, page.text)
    page = anna.get(f"/c/{case}/who")
    assert re.search("<title>(.*?)</title>", anna.ask("GET", f"/c/{case}/who")[2])[1] == "Wie kreeg wat – Kring"
    rows = [" ".join(r) for r in page.rows]
    assert any(r.startswith("SMWO") and "Wie het is, contactgegevens" in r and "tot en met" in r for r in rows), rows
    assert any("SMWO" in r and ref in r and "Aangekomen" in r for r in rows), rows
    assert any("De toestemming zelf" in r for r in rows), rows
    assert "Anna Verzonnen keek naar" in page.text
    assert f"/consent/{given(goes, case)}" in page.links and f"/r/{ref}" in page.links
    for lang, text in spoken(goes, anna, f"/c/{case}/who").items():
        assert LANGS[lang] in text, text
    assert goes.people["Rik"].ask("GET", f"/c/{case}/who")[0] == 200
    assert goes.people["Bea"].ask("GET", f"/c/{case}/who")[0] == 404
    assert Browser(goes.web).ask("GET", f"/c/{case}/who")[1]["Location"] == "/login"
    for other in ("0" * 32, "x", case + "0"):
        assert anna.ask("GET", f"/c/{other}/who")[0] == 404, other
    for after in ("x", "a", "d999999999999999999999", "a1/2"):
        assert anna.ask("GET", f"/c/{case}/who?after={after}")[0] in (400, 409), after


def test_nobody_was_told_of_a_new_case(goes, anna):
    case = goes.new_case(name="Niemand Verteld")
    text = anna.get(f"/c/{case}/who").text
    assert "Geen partner kreeg iets te weten" in text and "Nog geen toestemming gegeven" in text
    # whoever prints it sees whose it is; the paper says nothing of the person
    raw = anna.ask("GET", f"/c/{case}/who")[2]
    assert raw.count("Niemand Verteld") == 1 and '<p class="screen"><bdi>Niemand Verteld</bdi></p>' in raw


def erased_at(node, ref, gid):
    """The partner heard of it, and what the night does was done there: only then it says that it is gone."""
    case = node.k("show", ref)["referrals"][0]["case_id"]
    wait_for("the withdrawal", lambda: {g["id"]: g["state"] for g in node.k("consent", "list", case)["grants"]}.get(gid) == "withdrawn", 60)
    node.k("case", "erase", node.new_case(name="Een Ander"), "--now")


def test_what_was_taken_back_says_who_answered(goes, anna):
    """Not that it is erased before the partner says so, on no page and on no paper; then who, and when."""
    case, ref = offered(goes, goes.partner)
    gid = given(goes, case)
    assert "U mag uw toestemming altijd intrekken" in anna.get(f"/consent/{gid}/receipt").text
    raw = anna.ask("GET", f"/consent/{gid}/receipt")[2]
    assert raw.count("Testpersoon") == 1 and '<p class="screen"><bdi>Testpersoon Verzonnen</bdi></p>' in raw
    # what cannot be undone says of whom
    for path in (f"/consent/{gid}", f"/consent/{gid}/withdraw", f"/consent/{gid}/narrow"):
        assert "Testpersoon Verzonnen" in anna.get(path).text, path
    goes.partner.stop()
    goes.k("consent", "withdraw", gid, "--yes")
    text = anna.get(f"/c/{case}/who").text
    assert "ingetrokken op" in text and "SMWO antwoordde nog niet op de vraag van" in text and "gewist op" not in text, text
    text = anna.get(f"/consent/{gid}").text
    assert "SMWO antwoordde nog niet op de vraag van" in text and "Nog niet alles is gewist" in text
    text = anna.get(f"/consent/{gid}/receipt").text
    assert "Uw toestemming is ingetrokken" in text and "SMWO heeft nog niet geantwoord" in text and "Nog niet alles is gewist" in text
    assert "altijd intrekken" not in text and "Alles wat" not in text and "gewist op" not in text, text
    for path in (f"/c/{case}/who", f"/r/{ref}", f"/c/{case}"):
        assert "daar gewist" not in anna.get(path).text and not marks(anna.page, "✔"), path
    assert "SMWO weet dat nog niet" in anna.get(f"/r/{ref}").text
    goes.partner.start()
    # it heard of it, and says that it is erased once that was done: until then no page says so
    wait_for("the word to be there", lambda: marks(anna.get(f"/r/{ref}"), "✔"))
    text = anna.get(f"/c/{case}/who").text
    assert "SMWO antwoordde nog niet" in text and "daar gewist" not in text and "daar nog niet zeker gewist" in text, text
    assert "heeft nog niet bevestigd dat dit gebeurd is" in kring(goes, UIDS["caseworker"], "--lang", "nl", "letter", ref).stdout
    erased_at(goes.partner, ref, gid)
    wait_for("the answer", lambda: goes.k("consent", "show", gid)["grants"][0]["answered"] == 1, 60)
    text = anna.get(f"/c/{case}/who").text
    assert "bij SMWO gewist op" in text and "antwoordt niet" not in text and "toestemming ingetrokken: daar gewist" in text.lower(), text
    text = anna.get(f"/consent/{gid}").text
    assert "bij SMWO gewist op" in text and "Nog niet alles" not in text and f"/consent/{gid}/receipt" in anna.page.links
    text = anna.get(f"/consent/{gid}/receipt").text
    assert "SMWO heeft ze gewist op" in text and "Alles wat onder deze toestemming was gedeeld, is gewist" in text and "Nog niet alles" not in text, text
    assert "SMWO heeft ze gewist op" in kring(goes, UIDS["caseworker"], "--lang", "nl", "consent", "receipt", gid).stdout
    spoken(goes, anna, f"/consent/{gid}/receipt")
    assert goes.people["Rik"].ask("GET", f"/consent/{gid}/receipt")[0] == 200
    assert goes.people["Bea"].ask("GET", f"/consent/{gid}/receipt")[0] == 404
    for other in ("0" * 32, "x"):
        assert anna.ask("GET", f"/consent/{other}/receipt")[0] == 404, other


def marks(page, sign):
    """How often that sign stands before words of whose move it is."""
    return [w.strip() for w in page.words].count(sign)


def test_a_mistake_is_no_tick_before_the_partner_heard_of_it(goes, anna):
    """On the referral, in the list and on the case: while the partner is off, nothing is said to be done there."""
    case, ref = offered(goes, goes.partner)
    goes.partner.stop()
    try:
        anna.get(f"/r/{ref}/recall")
        page = anna.post(f"/r/{ref}/recall")
        assert "zodra dit bericht daar is" in page.text and "meteen alles" not in page.text, page.text
        page = anna.post(f"/r/{ref}/recall")
        assert "SMWO weet dat nog niet" in page.text and marks(page, "○") and not marks(page, "✔"), page.text
        page = anna.get(f"/c/{case}")
        assert "SMWO weet dat nog niet" in page.text and not marks(page, "✔"), page.text
        assert "zodra ons bericht aankomt" in anna.get(f"/c/{case}/who").text
        for lang, text in spoken(goes, anna, f"/r/{ref}").items():
            assert "SMWO" in text, lang
    finally:
        goes.partner.start()
    wait_for("the word to be there", lambda: marks(anna.get(f"/r/{ref}"), "✔"), 60)
    assert "een vergissing: daar weer gewist" in anna.get(f"/c/{case}/who").text.lower()


def ticks(page):
    return {a["name"]: "checked" in a for t, a in page.tags if t == "input" and a.get("type") == "checkbox"}


def test_some_of_a_consent_is_taken_back_and_the_rest_goes_on(goes, anna):
    case, ref = offered(goes, goes.partner)
    gid = given(goes, case)
    one, narrow = f"/consent/{gid}", f"/consent/{gid}/narrow"
    assert narrow in anna.get(one).links
    page = anna.get(narrow)
    assert set(ticks(page)) == {"identity", "contact", "needs"} and not any(ticks(page).values()) and "SMWO mag dan minder zien" in page.text
    spoken(goes, anna, narrow)
    anna.get(narrow)
    page = anna.post(narrow)  # nothing is never everything
    assert "Er is niets gekozen" in page.text and given(goes, case) == gid
    page = anna.post(narrow, contact="1")
    new = given(goes, case)
    assert new != gid and anna.at.split("?")[0] == f"/consent/{new}" and one in page.links
    assert page.done == "Dit deel is ingetrokken. Wat SMWO nog mag zien, staat hieronder." and not anna.get(f"/consent/{new}").done
    assert "Wie het is, noden en doelen" in page.text and "contactgegevens" not in page.text, page.text
    page = anna.get(one)
    assert f"/consent/{new}" in page.links and "Sindsdien geldt een andere" in page.text and narrow not in page.links
    assert "Uw toestemming is beperkt" in anna.get(one + "/receipt").text
    assert anna.get(narrow) and anna.at == one  # it ended: there is nothing to make narrower
    assert "beperkt op" in anna.get(f"/c/{case}").text
    text = wait_for("what is there now", lambda: "tot en met" in anna.get(f"/r/{ref}").text and anna.page.text)
    assert re.search(r"Teruggenomen sinds [^:]+: contactgegevens\.", text) and "Niet gedeeld met SMWO: eigen verhaal." in text, text  # it had been shared
    assert goes.people["Rik"].ask("GET", f"/consent/{new}/narrow")[0] == 404


def test_everything_is_taken_back_at_once(goes, anna):
    case, ref = offered(goes, goes.partner)
    every = f"/c/{case}/withdraw"
    assert every in anna.get(f"/c/{case}").links and every not in goes.people["Rik"].get(f"/c/{case}").links
    spoken(goes, anna, every)
    assert "SMWO mag zien: wie het is" in anna.get(every).text
    page = anna.post(every)
    assert anna.at.split("?")[0] == f"/c/{case}/who" and "ingetrokken op" in page.text
    assert page.done == "Alle toestemmingen van dit dossier zijn ingetrokken."
    assert {g["state"] for g in goes.k("consent", "list", case)["grants"]} == {"withdrawn"}
    text = anna.get(f"/r/{ref}").text
    assert "Toestemming ingetrokken" in text and "(automatisch" not in text, text  # somebody pressed a button
    assert "Er geldt geen toestemming" in anna.get(every).text and not [f for f in anna.page.forms if f == every]
    assert every not in anna.get(f"/c/{case}").links


def test_each_page_leads_on_and_none_is_passed_over(goes, anna):
    case = goes.new_case(name="Vaak Bekeken")
    for _ in range(205):
        assert anna.ask("GET", f"/c/{case}")[0] == 200
    seen, at = 0, f"/c/{case}/who"
    for _ in range(5):
        page = anna.get(at)
        seen += sum(int(n or 1) for n in re.findall(r"Anna Verzonnen keek naar: \w+(?: \((\d+) keer op deze dag\))?", page.text))
        assert page.text.count("Anna Verzonnen") < 6  # a name for each day, beside that of the menu
        at = next((x for x in page.links if "/who?after=" in x), None)
        if at is None:
            break
    assert at is None and seen == 205, seen


def test_the_menu_says_where_one_is(goes, anna):
    case = goes.new_case(name="In Het Menu")
    for at in (f"/c/{case}", f"/c/{case}/who", f"/c/{case}/handover", f"/c/{case}/withdraw"):
        assert [a["href"] for t, a in anna.get(at).tags if t == "a" and "aria-current" in a] == ["/cases"], at


def test_what_waits_after_a_withdrawal_is_done_in_the_browser(goes, anna):
    """The line of the day leads to a page that ends it: nobody has to go to a terminal for it."""
    case, ref = offered(goes, goes.partner)
    goes.k("consent", "withdraw", given(goes, case), "--yes")
    page = anna.get("/")
    assert f"/r/{ref}/done" in page.links and f"/r/{ref}/erase" not in page.links, page.text
    page = anna.get(f"/r/{ref}/done")
    assert "Testpersoon Verzonnen" in page.text and "Er gaat niets naar de partner" in page.text
    page = anna.post(f"/r/{ref}/done", text="gebeld")
    assert "e=" in anna.at and "gebeld" in page.words  # how is missing
    page = anna.post(f"/r/{ref}/done", way="told", text="gebeld")
    assert anna.at.split("?")[0] == "/" and f"/r/{ref}/done" not in page.links
    assert page.done == "Van de lijst gehaald. Het dossier blijft open."
    assert "done" not in [a.get("class") for t, a in anna.get("/").tags]  # said once
    assert "gebeld" in anna.get(f"/c/{case}").text
    assert goes.people["Rik"].ask("GET", f"/r/{ref}/done")[0] == 404
