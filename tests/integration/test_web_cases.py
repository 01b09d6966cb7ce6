# SPDX-License-Identifier: EUPL-1.2
"""The caseworker's pages about people, between real nodes: cases looked for and opened, what is typed, who may see them."""
import os
import re
import tempfile

import pytest

from browser import Browser, await_web, with_web
from node import Federation, offered
from test_webrefer import colleague
from webmap import send

NASTY = "<script>alert(1)</script> & \"Zoë\" ' </textarea> {{x}} javascript:alert(1)"


@pytest.fixture(scope="module")
def goes():
    """Goes has one person referred to SMWO; Anna and Dirk work there with cases, Rik may read them, and Bea looks after figures."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        with_web(a)
        try:
            fed.start()
            await_web(a)
            a.case, a.ref = offered(a, b)
            a.k("case", "edit", a.case, "--health", "slaapt slecht")
            a.nasty = a.new_case(name=NASTY, phone="000-333", goals=NASTY, health=NASTY)
            a.people = {}
            for name, role in (("Anna Verzonnen", "caseworker"), ("Dirk Verdacht", "caseworker"), ("Rik Bedacht", "reader"), ("Bea Bedacht", "coordinator")):
                x = Browser(a.web)
                assert name in x.first(a.k("staff", "add", name, "--role", role)["link"]).text or role == "coordinator"
                a.people[name.split()[0]] = x
            yield a
        finally:
            fed.stop()


@pytest.fixture
def anna(goes):
    return goes.people["Anna"]


@pytest.fixture
def dirk(goes):
    return goes.people["Dirk"]


def strange(page):
    """Tags that are none of a template's: what was typed became one."""
    return [(t, a) for t, a in page.tags if t in ("b", "img") or (t == "script" and not a.get("src", "").startswith("/a/"))]


# ---- looked for ----

def test_a_list_and_a_search(goes, anna):
    page = anna.get("/cases")
    assert ["Testpersoon Verzonnen", goes.case[12:20]] in [r[:2] for r in page.rows] and f"/c/{goes.case}" in page.links
    anna.post("/cases/find", follow=False, q="Testpersoon")
    there = anna.headers["Location"]
    assert anna.status == 303 and re.fullmatch("/found/[0-9a-f]{16}", there)
    page = anna.get(there)
    assert f"/c/{goes.case}" in page.links and "Testpersoon" not in re.search("<title>(.*?)</title>", anna.ask("GET", there)[2])[1]
    assert [a for t, a in page.tags if t == "input" and a["name"] == "q"][0]["value"] == "Testpersoon"
    page = anna.post("/cases/find", q="Niemand Zonaam")
    assert "Niemand gevonden" in page.text and not page.rows
    # a name that nobody has is not typed again; a number is no name
    new = next(x for x in page.links if x.endswith("/new"))
    name = lambda page: [a["value"] for t, a in page.tags if t == "input" and a.get("name") == "name"]  # noqa: E731
    assert re.fullmatch("/found/[0-9a-f]{16}/new", new) and name(anna.get(new)) == ["Niemand Zonaam"] and "/case/new" in anna.page.forms
    anna.get("/cases")
    page = anna.post("/cases/find", q="0113 99 88 77")
    assert name(anna.get(next(x for x in page.links if x.endswith("/new")))) == [""]
    anna.get("/cases")
    assert anna.post("/cases/find", q="  ").text == anna.get("/cases").text


def test_what_somebody_looks_for_is_nobody_elses(goes, anna, dirk):
    anna.get("/cases")
    anna.post("/cases/find", follow=False, q="Testpersoon")
    there = anna.headers["Location"]
    assert anna.ask("GET", there)[0] == 200
    assert dirk.ask("GET", there)[0] == 404
    assert Browser(goes.web).ask("GET", there)[1]["Location"] == "/login"
    for other in ("/found/0000000000000000", "/found/x", "/found/" + "a" * 90, there + "/x", there[:-1]):
        assert anna.ask("GET", other)[0] == 404, other
    x = Browser(goes.web)
    x.sign_in("Anna Verzonnen")
    assert x.ask("GET", there)[0] == 404  # the same person, in another session
    x.get("/cases")
    x.post("/cases/find", follow=False, q="Testpersoon")
    there, token = x.headers["Location"], dict(x.cookies)
    x.get(there)
    x.post("/logout")
    x.cookies = token
    assert x.ask("GET", there)[0] in (303, 404)


def test_of_many_searches_the_oldest_gives_way(goes, anna):
    there = []
    for i in range(21):
        anna.get("/cases")
        anna.post("/cases/find", follow=False, q=f"Test {i}")
        there.append(anna.headers["Location"])
    assert anna.ask("GET", there[0])[0] == 404 and anna.ask("GET", there[1])[0] == 200 and anna.ask("GET", there[20])[0] == 200


def test_a_search_is_text_and_nothing_else(goes, anna):
    for q in (NASTY[:50], "%", "a" * 200, "☃", "0", "; drop", "\\", "'\"><b>"):
        anna.get("/cases")
        page = anna.post("/cases/find", q=q)
        assert anna.status == 200 and not strange(page), q
        assert [a for t, a in page.tags if t == "input" and a["name"] == "q"][0]["value"] == q
    for q in ("a" * 201, "a\x00b", "a\nb", "a\x1b[0m"):
        anna.get("/cases")
        anna.post("/cases/find", q=q)
        assert anna.status == 400, q
    for how in (dict(k="A" * 22), dict(headers={"Sec-Fetch-Site": "cross-site"})):
        anna.get("/cases")
        anna.post("/cases/find", follow=False, q="x", **how)
        assert anna.status == 403


def test_what_is_copied_along_is_left_out(goes, anna):
    """Of a text out of another program nobody sees some of what it holds; it is not lost for that."""
    case = made(anna, "Petra\u200b\tProef", goals="eerst\x0bdan\ufeff \u202everder")
    page = anna.get(f"/c/{case}")
    assert "Petra Proef" in page.text and "eerst dan verder" in page.text, page.text


def test_another_text_is_another_act(goes, anna):
    """A form that the browser kept has the number that it had; what was typed anew is not taken for what was sent before."""
    case, once = made(anna, "Twee Notities"), os.urandom(16).hex()
    for text in ("eerst gebeld", "eerst gebeld", "daarna gesproken"):
        assert send(anna, f"/c/{case}/note", {"text": text}, once) == 303
    text = anna.get(f"/c/{case}").text
    assert text.count("eerst gebeld") == 1 and text.count("daarna gesproken") == 1
    assert send(anna, f"/c/{case}/close", once=once) == 303 and "Heropenen" in anna.get(f"/c/{case}").text


# ---- one case ----

def test_a_case_on_one_page(goes, anna):
    page = anna.get(f"/c/{goes.case}")
    assert anna.status == 200 and "Testpersoon Verzonnen" in page.text and "SMWO is aan zet: antwoord verwacht" in page.text
    assert "SMWO mag zien: wie het is, contactgegevens, noden en doelen" in page.text and "000-111" in page.text and "slaapt slecht" in page.text
    assert re.search("<title>(.*?)</title>", anna.ask("GET", f"/c/{goes.case}")[2])[1] == "Dossier – Kring"
    assert "details" in [t for t, _ in page.tags]
    anna.post(f"/refer/{goes.case}", follow=False)
    assert anna.status == 303 and anna.headers["Location"].startswith("/refer/")
    anna.get(f"/c/{goes.case}")
    for lang, word in (("fr", "Consentements"), ("en", "Consents"), ("de", "Einwilligungen")):
        x = Browser(goes.web, lang)
        x.cookies = dict(anna.cookies)
        assert word in x.get(f"/c/{goes.case}").text and not re.search(r"[{}|]", x.page.text)


def test_a_case_that_is_not_there(goes, anna):
    for other in ("0" * 32, "x", goes.case[:31], goes.case.upper(), goes.case + "0", "..", "%2e%2e", "a" * 96, "%00"):
        assert anna.ask("GET", f"/c/{other}")[0] == 404, other
    assert anna.ask("GET", f"/c/{goes.case}?all=2x")[0] == anna.ask("GET", f"/c/{goes.case}?x=1")[0] == 400


def test_who_may_see_people(goes, anna):
    for path in ("/cases", f"/c/{goes.case}"):
        assert goes.people["Rik"].ask("GET", path)[0] == 200, path
        assert goes.people["Bea"].ask("GET", path)[0] == 404, path
        assert Browser(goes.web).ask("GET", path)[1]["Location"] == "/login", path


def test_nothing_of_a_person_becomes_a_tag(goes, anna):
    page = anna.get(f"/c/{goes.nasty}")
    assert page.text.count(NASTY) >= 3 and not strange(page)
    assert NASTY in [r[0] for r in anna.get("/cases").rows]


# ---- written down and changed ----

def test_a_new_case_and_somebody_alike(goes, anna):
    anna.get("/case/new")
    page = anna.post("/case/new", name="", phone="000-777")
    assert "e=" in anna.at and "000-777" in [a.get("value") for t, a in page.tags if t == "input"] and "naam" in page.text
    page = anna.post("/case/new", name="Nieuwe Verzonnen", birth_date="31-1-1990", phone="000-777", goals="rust\r\nin huis", do_not_contact="1")
    assert anna.at.startswith("/c/") and "Nieuwe Verzonnen" in page.text and "31-01-1990" in page.text and "NIET OPBELLEN" in page.text
    assert page.done == "Het dossier is geopend. Het blijft hier tot de persoon toestemt."
    made = anna.at.split("?")[0]
    anna.get("/case/new")
    page = anna.post("/case/new", name="Nieuwe Verzonnen", birth_date="1990", address="Kaai 1")
    assert "Is het dezelfde persoon?" in page.text and "Kaai 1" in [a.get("value") for t, a in page.tags if t == "input"] + page.words
    assert not [a for t, a in page.tags if a.get("type") == "radio" and "checked" in a]  # nobody becomes somebody else by a slip
    anna.post("/case/new", name="Nieuwe Verzonnen", birth_date="1990", address="Kaai 1", same=made[3:])
    assert anna.at.split("?")[0] == made and "Kaai 1" in anna.page.text
    assert anna.page.done == "Dit dossier is aangevuld. Er is geen nieuw gemaakt."
    anna.get("/case/new")
    anna.post("/case/new", name="Nieuwe Verzonnen", birth_date="1990")
    anna.post("/case/new", name="Nieuwe Verzonnen", birth_date="1990", same="new")
    assert anna.at.startswith("/c/") and anna.at.split("?")[0] != made


def test_a_form_sent_twice_is_one_case(goes, anna):
    anna.get("/case/new")
    form = dict(anna.page.forms["/case/new"])
    there = set()
    for _ in range(2):
        anna.post("/case/new", follow=False, name="Dubbel Verzinsel", **form)
        there.add(anna.headers["Location"].split("?")[0])
    assert len(there) == 1 and there.pop().startswith("/c/")


def test_two_workers_on_one_case(goes, anna, dirk):
    case = made(anna, "Twee Verzonnen", phone="000-999")
    edit = f"/c/{case}/edit"
    anna.get(edit)
    dirk.get(edit)
    fields = dict(name="Twee Verzonnen", phone="000-999")
    anna.post(edit, **{**fields, "phone": "000-998", "goals": "rust in huis"})
    assert "000-998" in anna.page.text and anna.at.split("?")[0] == f"/c/{case}" and anna.page.done == "De gegevens zijn gewijzigd."
    for lang, word in (("fr", "Les données sont modifiées."), ("en", "The details are changed."), ("de", "Die Angaben sind geändert.")):
        x = Browser(goes.web, lang)
        x.cookies = dict(anna.cookies)
        assert x.get(anna.at).done == word
    x.cookies = dict(dirk.cookies)
    assert "000-998" in x.get(anna.at).text and not x.page.done  # it says so to whoever did it
    page = dirk.post(edit, **{**fields, "address": "Steeg 2"})
    assert "e=" in dirk.at and "Anna Verzonnen, een ogenblik geleden: " in page.text and "Steeg 2" in page.words
    # what she changed stands there, so that he does not take it back unseen; what he typed in it is said beside it
    assert "rust in huis" in page.words and [a["value"] for t, a in page.tags if t == "input" and a.get("name") == "phone"] == ["000-998"]
    assert "U typte: 000-999" in page.text
    assert "Steeg 2" not in anna.get(f"/c/{case}").text
    anna.get(edit)
    assert anna.post(edit, **{**fields, "phone": "000-998", "goals": "rust in huis"}).text.count("Dossier gewijzigd") == 1  # nothing was another


def test_hostile_words_in_every_field(goes, anna):
    lines = ("address", "goals", "story", "tried", "household", "children", "income_debt", "housing", "work_education", "health", "mental_health",
             "addiction", "safety", "justice", "origin", "conviction", "rights")
    anna.get("/case/new")
    page = anna.post("/case/new", name="Vijandig " + NASTY, best_time=NASTY, same="new", **{f: NASTY for f in lines})
    assert anna.at.startswith("/c/") and page.text.count("alert(1)") >= len(lines) + 1 and not strange(page)
    page = anna.get(anna.at.split("?")[0] + "/edit")
    assert page.words.count(NASTY) == len(lines) and not strange(page)
    anna.get("/case/new")
    page = anna.post("/case/new", name="x" * 7169)
    assert "e=" in anna.at and not strange(page)
    for field, value in (("name", "a\x00"), ("same", "x/y"), ("v", "1x")):
        anna.get("/case/new")
        anna.post("/case/new", **{"name": "x", field: value})
        assert anna.status == 400, field
    anna.get("/case/new")
    anna.post("/case/new", follow=False, name="x", k="A" * 22)
    assert anna.status == 403


def test_a_note_and_closing(goes, anna):
    case = made(anna, "Sluit Verzonnen")
    anna.get(f"/c/{case}/note")
    assert "e=" in (anna.post(f"/c/{case}/note", text="  ") and anna.at)
    assert "Belde terug" in anna.post(f"/c/{case}/note", text="Belde terug").text and anna.page.done == "Notitie bewaard. Partners zien die niet."
    for word, then, done in (("close", "afgesloten", "Het dossier is afgesloten."), ("reopen", "heropend", "Het dossier is weer open.")):
        anna.get(f"/c/{case}/{word}")
        assert then in anna.post(f"/c/{case}/{word}").text and anna.page.done.startswith(done), word
    page = anna.get(f"/c/{goes.case}/close")  # a referral is open there
    assert "open doorverwijzingen" in page.text and f"/c/{goes.case}/close" not in page.forms
    fresh = made(anna, "Loopt Straks Verzonnen", phone="000-999")
    old = anna.get(f"/c/{fresh}/close")
    colleague(goes)
    goes.consent(fresh, "smwo")
    goes.refer(fresh, "smwo")
    anna.page = old  # of before
    assert "open doorverwijzingen" in anna.post(f"/c/{fresh}/close").text and "e=" in anna.at


# ---- consents ----

def test_a_consent_given_and_taken_back(goes, anna):
    case = made(anna, "Toestemming Verzonnen", phone="000-555", health="moe")
    page = anna.get(f"/c/{case}/consent?to=smwo")
    ticks = [a["name"] for t, a in page.tags if a.get("type") == "checkbox"]
    assert "identity" in ticks and "contact" in ticks and "needs" in ticks and "story" not in ticks and "staat niet in het dossier" in page.text
    consent = f"/c/{case}/consent"
    page = anna.post(consent, identity="1", contact="1", how="oral", day="1", month="1", year="2020")
    assert "e=" in anna.at and len([a for t, a in page.tags if "checked" in a]) == 3
    page = anna.post(consent, identity="1", contact="1", how="written", by="self", day="", month="", year="")
    assert anna.at.startswith("/consent/") and "Wie het is, contactgegevens" in page.text and "Schriftelijk" in page.text
    assert page.done == "De toestemming is bewaard."
    one = anna.at.split("?")[0]
    french = Browser(goes.web, "fr")
    french.cookies = dict(anna.cookies)
    assert "État Valable" in french.get(one).text  # a label begins with a capital, also with that letter
    assert one in anna.get(f"/c/{case}").links
    page = anna.get(one + "/withdraw")
    assert "kan niet worden teruggedraaid" in page.text
    page = anna.post(one + "/withdraw")
    assert anna.at.split("?")[0] == one and page.done == "De toestemming is ingetrokken." and one + "/withdraw" not in page.links
    assert anna.get(one + "/withdraw") and not [f for f in anna.page.forms if "withdraw" in f]
    for other in ("/consent/" + "0" * 32, "/consent/x", one + "/x"):
        assert anna.ask("GET", other)[0] == 404, other
    assert goes.people["Rik"].ask("GET", f"/c/{case}/edit")[0] == 404  # nobody types what core would refuse
    assert goes.people["Bea"].ask("GET", one)[0] == 404


def made(browser, name, **fields):
    browser.get("/case/new")
    browser.post("/case/new", name=name, same="new", **fields)
    return browser.at.split("?")[0][3:]
