# SPDX-License-Identifier: EUPL-1.2
"""A person is referred in five steps in a browser, between real nodes: what is asked, kept, refused and sent."""
import html
import json
import re
import tempfile
import urllib.parse

import pytest

from browser import Browser, await_web, with_web
from node import Federation, Refused, Reply, offered, wait_for
from staff import UIDS, hire, kring

NAME = "Wilhelmina Verzonnen"
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "javascript:alert(1)", "{{t.back}} {partner}", "</textarea></form><h1>x",
           "Zoë 𝔘𝔫𝔦 ✔ é", "%00%0d%0aSet-Cookie: a=b", "need income-debt", "a" * 240]
DAY = {"day": "", "month": "", "year": ""}


def colleague(node):
    """Where people are named, casework is typed by one of them; the rest by root."""
    root, uid = node.k, UIDS["caseworker"]
    hire(node, "caseworker")

    def k(*args, stdin=None):
        if args[0] in ("staff", "partner", "status", "roster"):
            return root(*args, stdin=stdin)
        r = kring(node, uid, "--json", *args, stdin=stdin)
        reply = json.loads(r.stdout, object_hook=Reply) if r.stdout.strip() else Reply()
        if r.returncode:
            raise Refused(r.returncode, reply or r.stderr)
        return reply
    node.k = k


@pytest.fixture(scope="module")
def house():
    """Goes refers, SMWO receives; Bert works at Goes, Rik only reads there."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, orgs=("Goes", "SMWO", "De Mussen"))
        a, b, a.mussen = fed.nodes
        with_web(a)
        try:
            fed.start()
            await_web(a)
            a.smwo = b
            colleague(a)
            a.people = {n: a.k("staff", "add", n, "--role", r)["link"] for n, r in (("Bert Bedacht", "caseworker"), ("Greet Bedacht", "caseworker"), ("Rik Verzinsel", "reader"))}
            yield a
        finally:
            fed.stop()


@pytest.fixture(scope="module")
def bert(house):
    b = Browser(house.web)
    b.first(house.people["Bert Bedacht"])
    return b


def start(house, browser, case):
    """The button of the case's page; returns where the draft is: /refer/ID"""
    page = browser.get(f"/refer/{case}/begin")
    page = browser.post(f"/refer/{case}")
    assert "Waarvoor is hulp nodig?" in page.text, page.text
    return next(x for x in page.forms if x.endswith("/need"))[:-5]


def step(browser, draft, name, at=None, **fields):
    """One answer, on the page of its name or that one; every one is another address, and the page behind it comes back."""
    browser.get(f"{draft}/{at or name}")
    browser.post(f"{draft}/{name}", follow=False, **fields)
    assert browser.status == 303, (name, browser.status, browser.page.text)
    browser.to = browser.headers["Location"].split("#")[0]
    return browser.get(browser.to)


def to_check(house, browser, case, partner="smwo", **share):
    d = start(house, browser, case)
    step(browser, d, "need", need="income-debt", urgency="routine")
    step(browser, d, "partner", to=partner)
    page = step(browser, d, "share", **{"identity": "1", "contact": "1", "needs": "1", "how": "written", **DAY, **share})
    if browser.to.endswith("/message"):
        page = step(browser, d, "message", text="")
    return d, page


def test_a_person_is_referred_in_five_steps(house, bert):
    case = house.new_case(name=NAME, phone="000-333", goals="rust in de geldzaken", story="een lang verhaal", health="gezond", income_debt="drie brieven", born="1985-01-31")
    d = start(house, bert, case)
    page = bert.page
    assert "Stap 1 van 5" in page.text and NAME in page.text
    page = step(bert, d, "need", need="income-debt", urgency="urgent")
    assert "Stap 2 van 5" in page.text and "Wie kan helpen?" in page.text and "SMWO" in page.text and "inkomen en schulden" in page.text
    page = step(bert, d, "partner", to="smwo")
    assert "Stap 3 van 5" in page.text and "Wat mag SMWO weten?" in page.text and "Lees dit voor" in page.text and "U hoeft niet ja te zeggen." in page.text
    checked = {a["name"] for t, a in page.tags if t == "input" and a.get("type") == "checkbox" and "checked" in a}
    assert checked == {"identity", "contact", "needs"}
    page = step(bert, d, "share", identity="1", contact="1", needs="1", how="oral", witness="Carla Verzinsel", **DAY)
    assert "Stap 4 van 5" in page.text and "Het wordt niet vertaald." in page.text
    page = step(bert, d, "message", text="Graag bellen na 17 uur.\nEerst mij.")
    assert "Stap 5 van 5" in page.text and "rust in de geldzaken" in page.text and "000-333" in page.text and "Mondeling" in page.text and "Dringend" in page.text
    assert "Geboren 31-01-1985" in page.text and "1985-01-31" not in page.text
    gone = re.search("Dit gaat niet mee (.*?) Wijzig", page.text)[1]
    assert "eigen verhaal" in gone.lower() and "gezondheid" in gone.lower() and "een lang verhaal" not in page.text and "gezond " not in page.text
    # the need goes and what is on file about it does not: one thing never stands under both
    goes = re.search("Dit gaat naar SMWO (.*?) Dit gaat niet mee", page.text)[1].lower()
    assert "inkomen en schulden" in goes and gone.lower().startswith("inkomen en schulden (wat u opschreef), gezondheid"), (goes, gone)
    assert not [x for x in re.split(r"[,.] ", gone.lower()) if x and x in goes], (goes, gone)
    before = len(house.k("sent")["referrals"])
    page = step(bert, d, "check")
    ref = bert.to.split("/")[2]
    assert bert.to == f"/refer/{ref}/sent" and ref in page.text and NAME in page.text and "Wat gebeurt er nu?" in page.text
    house.smwo.await_state(ref, "offered")
    there = house.smwo.k("show", ref)
    assert there["person"]["name"] == NAME and "story" not in there["person"] and "health" not in there["person"]
    wait_for("the message", lambda: any("Eerst mij." in x.get("text", "") for x in house.smwo.k("show", ref)["log"]))
    wait_for("where it is", lambda: "Ligt bij SMWO sinds" in bert.get(bert.to).text)
    assert len(house.k("sent")["referrals"]) == before + 1
    assert "Kijk bij Verzonden of ze vertrokken is" in bert.get(f"{d}/check").text  # by the button back
    grant = house.k("consent", "list", case)["grants"][0]
    assert grant["how"] == "oral" and grant["partner"] == "SMWO"
    assert f"{d}/on" not in bert.get("/").links


def test_a_consent_that_holds_is_not_asked_again(house, bert):
    case = house.new_case(name=NAME, phone="000-333")
    house.consent(case, "SMWO", "identity,contact,needs")
    d = start(house, bert, case)
    step(bert, d, "need", need="income-debt", urgency="routine")
    page = step(bert, d, "partner", to="smwo")
    assert "De toestemming voor SMWO geldt nog" in page.text
    assert any(a.get("value") == "kept" and "checked" in a for t, a in page.tags if t == "input")
    step(bert, d, "share", identity="1", contact="1", how="kept", **DAY)
    page = step(bert, d, "message", text="")
    assert "Verstuur naar SMWO" in page.text and "Dit wordt nu vastgelegd" not in page.text
    step(bert, d, "check")
    assert bert.to.endswith("/sent") and len(house.k("consent", "list", case)["grants"]) == 1


def test_what_is_not_covered_is_named(house, bert):
    """Two ways on: ask the person, or leave it here."""
    case = house.new_case(name=NAME, phone="000-333", story="een lang verhaal")
    house.consent(case, "SMWO", "identity,contact,needs")
    d = start(house, bert, case)
    step(bert, d, "need", need="income-debt", urgency="routine")
    step(bert, d, "partner", to="smwo")
    page = step(bert, d, "share", identity="1", story="1", how="kept", **DAY)
    assert bert.to.endswith("share?e=consent-narrow") and "geen toestemming voor alles wat is aangekruist" in page.text
    page = step(bert, d, "message", text="")
    assert "Bert Bedacht" in page.text and "/logout" in page.forms  # whoever is refused is still who it was
    assert "Hiervoor is er geen toestemming: eigen verhaal." in page.text and f"{d}/share" in page.links and f"{d}/check" not in page.forms
    step(bert, d, "without", at="check")
    page = bert.page
    assert "Verstuur naar SMWO" in page.text and "eigen verhaal" in re.search("Dit gaat niet mee (.*?) Wijzig", page.text)[1].lower()
    step(bert, d, "check")
    assert bert.to.endswith("/sent")


def test_the_same_again_is_shown_and_asked(house, bert):
    case = house.new_case(name=NAME, phone="000-333")
    house.consent(case, "SMWO", "identity,contact,needs")
    ref = house.refer(case, "SMWO")
    d, page = to_check(house, bert, case, how="kept")
    assert "al naar SMWO doorverwezen" in page.text and ref in page.text and f"{d}/check" not in page.forms
    page = step(bert, d, "again", at="check")
    assert "Verstuur naar SMWO" in page.text
    step(bert, d, "check")
    assert bert.to.endswith("/sent") and ref not in bert.to


def test_whoever_was_there_before_needs_a_reason(house, bert):
    """A person whom SMWO referred to us goes back there only knowingly."""
    case, ref = offered(house.smwo, house, name=NAME, phone="000-333")
    house.k("accept", ref)
    ours = house.k("show", ref)["referrals"][0]["case_id"]
    d, page = to_check(house, bert, ours)
    assert "in een kringetje rondgaan" in page.text and f"{d}/knowing" in page.forms
    page = step(bert, d, "knowing", at="check", knowing="  ")
    assert "Schrijf op waarom" in page.text
    page = step(bert, d, "knowing", at="check", knowing="zij kennen het gezin")
    assert "Verstuur naar SMWO" in page.text, page.text
    step(bert, d, "check")
    assert bert.to.endswith("/sent")


def test_nothing_is_lost_between_two_sittings(house, bert):
    case = house.new_case(name=NAME, phone="000-333")
    d = start(house, bert, case)
    step(bert, d, "need", need="housing", urgency="urgent")
    step(bert, d, "partner", to="smwo", stop="1")
    assert bert.to.split("?")[0] == "/" and "Begonnen en niet verstuurd" in bert.page.text and NAME in bert.page.text
    assert bert.page.done.startswith("Bewaard, en nog niet verstuurd")
    bert.post("/logout")
    assert bert.ask("POST", f"{d}/need", b"need=housing&k=" + b"A" * 22)[1]["Location"] == "/login"
    bert.sign_in("Bert Bedacht")
    page = bert.get(f"{d}/on")
    assert "Stap 3 van 5" in page.text
    page = bert.get(f"{d}/need")
    assert any(a.get("value") == "housing" and "checked" in a for t, a in page.tags) and any(a.get("id") == "urgent" and "checked" in a for t, a in page.tags)
    step(bert, d, "share", identity="1", how="oral", witness="", day="31", month="2", year="2027")
    page = bert.page
    assert bert.to.endswith("e=consent-witness-missing") and "mondelinge toestemming vraagt een getuige" in page.text.lower()
    assert any(a.get("value") == "oral" and "checked" in a for t, a in page.tags) and not any(a.get("id") == "cat-contact" and "checked" in a for t, a in page.tags)
    page = step(bert, d, "share", identity="1", how="oral", witness="Carla", day="31", month="2", year="2027")
    assert "Deze dag bestaat niet." in page.text and any(a.get("value") == "Carla" for t, a in page.tags)
    page = step(bert, d, "share", identity="1", how="oral", witness="Carla", day="1", month="1", year="2020")
    assert "laatste dag is al voorbij" in page.text
    page = step(bert, d, "share", identity="1", how="oral", witness="Carla", day="1", month="1", year="2099")
    assert "ligt te ver vooruit" in page.text
    page = step(bert, d, "share", identity="1", **DAY)
    assert "hoe de persoon toestemming gaf" in page.text
    page = step(bert, d, "message", text="x" * 501)
    assert "te lang" in page.text and "x" * 501 in page.text
    bert.get(f"{d}/need")
    assert f"{d}/on" in bert.get("/").links
    bert.get(f"{d}/need")
    bert.post(f"{d}/drop")
    assert f"{d}/on" not in bert.page.links and "Vandaag" in bert.page.text


def test_what_is_typed_stays_text(house, bert):
    """In each field that takes words, on each page that shows them."""
    for text in HOSTILE:
        case = house.new_case(name=text[:60].replace("\r", ""), phone="000-333", goals=text)
        d, page = to_check(house, bert, case, how="oral", witness=text)
        tree = [t for t, _ in page.tags]
        assert all("src" in a for t, a in page.tags if t == "script") and "img" not in tree and tree.count("h1") == 1, text  # none but ours
        assert text in html.unescape(" ".join(page.words)), text
        page = step(bert, d, "message", text=text)
        page = bert.get(f"{d}/message")
        assert [t for t, _ in page.tags].count("form") == 2 and text in "".join(page.words), text
        page = bert.get(f"{d}/share")
        assert next(a["value"] for t, a in page.tags if a.get("id") == "witness") == text
        bert.get(f"{d}/need")
        bert.post(f"{d}/drop")
    case = house.new_case(name=NAME)
    d = start(house, bert, case)
    page = step(bert, d, "need", need="housing", urgency="routine")
    for text in HOSTILE:
        page = step(bert, d, "partner", to=text)  # nobody is called like that: the question is asked again
        assert "Wie kan helpen?" in page.text and text not in page.text, text
        assert bert.get(f"{d}/need?e={urllib.parse.quote(text[:30])}") and bert.status in (200, 400) and "{" not in bert.page.text
    k = bert.get(f"{d}/need").forms[f"{d}/need"]["k"]
    for body in ("need=a&need=b", "need=" + "a" * 50, "urgency=%00", "x=1", "stop=11"):
        assert bert.ask("POST", f"{d}/need", f"k={k}&{body}".encode())[0] == 400, body
    d = start(house, bert, case)
    page = step(bert, d, "need", need="no-such-need")
    assert bert.to.endswith("need?e=need-missing") and "kies een nood uit de lijst" in page.text.lower()
    bert.get(f"{d}/need")
    bert.post(f"{d}/drop")


def test_a_draft_is_its_writer_s_alone(house, bert):
    greet = Browser(house.web)
    greet.first(house.people["Greet Bedacht"])
    case = house.new_case(name=NAME, phone="000-333")
    d, _ = to_check(house, bert, case)
    for path in (d, f"/refer/{'0' * 32}", f"/refer/{'f' * 32}"):
        for name in ("need", "partner", "share", "message", "check", "on"):
            page = greet.get(f"{path}/{name}")
            assert greet.status == 404 and "Dit concept is er niet" in page.text and NAME not in page.text, (path, name)
    for odd in ("x", "..", "a" * 31, "g" * 32, "%2e%2e", "a" * 33):
        assert greet.ask("GET", f"/refer/{odd}/need")[0] == 404, odd
    greet.page.forms[f"{d}/check"] = bert.get(f"{d}/check").forms[f"{d}/check"]
    greet.post(f"{d}/check", follow=False)
    assert greet.status == 403  # Bert's form
    assert f"{d}/on" not in greet.get("/").links and f"{d}/on" in bert.get("/").links
    rik = Browser(house.web)
    page = rik.first(house.people["Rik Verzinsel"])
    assert "Vandaag" in page.text and rik.status == 200
    for path in (f"{d}/need", f"{d}/check"):
        assert rik.ask("GET", path)[0] == 404, path
    assert "Verstuur naar SMWO" in bert.get(f"{d}/check").text


def test_no_step_is_left_out(house, bert):
    case = house.new_case(name=NAME, phone="000-333")
    d = start(house, bert, case)
    for name in ("check", "message", "share", "partner"):
        bert.ask("GET", f"{d}/{name}")
        assert bert.status == 303 and bert.headers["Location"] == f"{d}/need", name
    step(bert, d, "need", need="housing", urgency="routine")
    for name in ("check", "message", "share"):
        bert.ask("GET", f"{d}/{name}")
        assert bert.headers["Location"] == f"{d}/partner", name


def test_sent_once_whatever_is_pressed(house, bert):
    """Two clicks, and two windows of one draft, are one referral."""
    case = house.new_case(name=NAME, phone="000-333")
    d, page = to_check(house, bert, case)
    first = dict(page.forms[f"{d}/check"])
    second = dict(bert.get(f"{d}/check").forms[f"{d}/check"])
    assert first["i"] != second["i"]
    gone = set()
    for form in (first, first, second, second):
        bert.page.forms[f"{d}/check"] = form
        bert.post(f"{d}/check", follow=False)
        gone.add(bert.headers["Location"])
    assert len(gone) == 1 and gone.pop().endswith("/sent")
    assert len([r for r in house.k("sent")["referrals"] if r["case_id"] == case]) == 1
    page = bert.get(f"{d}/check")
    assert bert.status == 404 and "verzonden" in page.text
    for name in ("need", "partner", "share", "message"):
        path = f"{d}/{name}"
        bert.page.forms[path] = {"k": "A" * 22}
        bert.post(path, follow=False)
        assert bert.status == 403
    case = house.new_case(name=NAME, phone="000-444")
    d, page = to_check(house, bert, case)
    other = Browser(house.web)
    other.cookies = dict(bert.cookies)
    other.get(f"{d}/share")
    bert.post(f"{d}/check", follow=False)
    other.post(f"{d}/share", follow=False, identity="1", how="written", **DAY)
    assert other.status == 303 and "Dit concept is er niet" in other.get(other.headers["Location"]).text


def test_a_closed_case_begins_nothing(house, bert):
    case = house.new_case(name=NAME)
    form = bert.get(f"/refer/{case}/begin").forms[f"/refer/{case}"]
    house.k("case", "close", case)
    bert.page.forms[f"/refer/{case}"] = form
    page = bert.post(f"/refer/{case}")
    assert "dit dossier is afgesloten" in page.text.lower() and f"/refer/{case}" not in page.forms
    assert "missing" not in bert.get(f"/refer/{'0' * 32}/begin").text and bert.status == 409


def test_more_drafts_than_one_may_keep(house, bert):
    case = house.new_case(name=NAME)
    kept = [start(house, bert, case) for _ in range(20 - bert.get("/").text.lower().count("bewaard: "))]
    bert.get(f"/refer/{case}/begin")
    page = bert.post(f"/refer/{case}")
    assert "er zijn te veel concepten" in page.text.lower()
    for d in kept:
        bert.get(f"{d}/need")
        bert.post(f"{d}/drop")


def test_who_cannot_be_referred_to_is_shown_with_why(house, bert):
    """The agreement ends: SMWO stays on the page, and cannot be chosen."""
    case = house.new_case(name=NAME, phone="000-333", health="gezond")
    d, _ = to_check(house, bert, case)
    house.k("partner", "agree", "SMWO", "--share", "identity,needs")
    try:
        page = bert.get(f"{d}/share")
        assert "Contactgegevens – daarover is met deze partner niets afgesproken" in page.text
        assert not any(a.get("id") == "cat-contact" for t, a in page.tags)
    finally:
        house.fed.agree(house, house.smwo)


def test_a_better_place_is_one_button(house, bert):
    """SMWO names another partner: today's page begins that referral, with what is known in it."""
    mussen = house.mussen
    case = house.new_case(name=NAME, phone="000-555")
    house.consent(case, "SMWO", "identity,contact,needs")
    ref = house.refer(case, "SMWO")
    house.smwo.await_state(ref, "offered")
    house.smwo.k("redirect", ref, "--target", mussen.name)
    wait_for("the word of SMWO", lambda: "Verwijs door naar" in bert.get("/").text)
    page = bert.page
    form = page.forms[f"/refer/{case}"]
    assert form["to"] and form["need"] == "income-debt"
    page = bert.post(f"/refer/{case}")
    assert "Stap 3 van 5" in page.text and "De Mussen" in page.text
    d = next(x for x in page.forms if x.endswith("/share"))[:-6]
    step(bert, d, "share", identity="1", contact="1", how="written", **DAY)
    step(bert, d, "message", text="")
    page = step(bert, d, "check")
    assert bert.to.endswith("/sent") and "De Mussen" in page.text
    assert "Verwijs door naar" not in bert.get("/").text
