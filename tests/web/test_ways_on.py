# SPDX-License-Identifier: EUPL-1.2
"""A caseworker without a manual, on a bad day: what is refused leads on, what stands in the way is said before a button is pressed, and what
happened says what it was."""
import tempfile

import pytest

from browser import Browser, await_web, with_web
from chromium import GENEROUS
from node import Federation, Node, offered, wait_for
from test_days import SEND, shows
from test_webrefer import colleague

MENU = ["/", "/in", "/out", "/cases"]


@pytest.fixture(scope="module")
def node():
    """Bert works at Goes, Anna at SMWO."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        for n in fed.nodes:
            port = with_web(n)
            conf = n.dir / "kring.conf"
            conf.write_text(conf.read_text().replace("Origin=https://kring.goes.example", f"Origin=http://localhost:{port}"))
        try:
            fed.start()
            b.goes = a
            for n, name in ((b, "Anna Verzonnen"), (a, "Bert Bedacht")):
                await_web(n, host=f"localhost:{n.web}")
                colleague(n)
                assert name in Browser(n.web, host=f"localhost:{n.web}").first(n.k("staff", "add", name, "--role", "caseworker")["link"]).text
            yield b
        finally:
            fed.stop()


@pytest.fixture
def bert(node, chrome):
    c = chrome(node.goes)
    c.sign_in("Bert Bedacht")
    return c


@pytest.fixture
def anna(node, chrome):
    c = chrome(node)
    c.sign_in("Anna Verzonnen")
    return c


def links(c, selector):
    return c.js(f"return [...document.querySelectorAll({selector!r})].map(a => a.getAttribute('href'))")


def whole(c, pattern):
    """The texts of that form which stand on two lines of the page."""
    return c.js("""const found = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), re = new RegExp(%r, 'gi');
        for (let n; (n = walk.nextNode());) for (const m of n.data.replaceAll('\u00a0', ' ').matchAll(re)) {
            const r = document.createRange(); r.setStart(n, m.index); r.setEnd(n, m.index + m[0].length);
            if (new Set([...r.getClientRects()].map(x => Math.round(x.top))).size > 1) found.push(m[0]); }
        return found""" % pattern)


def proposed(node, name):
    """(case, reference) of a case that Goes offers to SMWO whole."""
    a = node.goes
    case = a.new_case(name=name, phone="000-111", goals="rust")
    a.k("consent", "give", case, "--to", node.name, "--purpose", "handover", "--share", "identity,contact,needs", "--how", "written")
    ref = a.k("handover", "propose", case, "--to", node.name)["handovers"][0]["ref"]
    wait_for("the proposal", lambda: node.try_k("handover", "show", ref), GENEROUS)
    return case, ref


def ceded(node, name):
    a = node.goes
    case, ref = proposed(node, name)
    node.k("handover", "agree", ref)
    wait_for("the yes", lambda: a.k("handover", "show", ref)["handovers"][0]["state"] == "agreed", GENEROUS)
    a.k("handover", "send", ref)
    wait_for("the file to be there", lambda: a.k("handover", "show", ref)["handovers"][0]["state"] == "staged", GENEROUS)
    a.k("handover", "cede", ref, "--yes")
    return case, ref


@pytest.mark.parametrize("path", ["/nothing", "/r/0000-0000", "/c/" + 32 * "0", "/h/0000-0000", "/consent/" + 32 * "0", "/refer/" + 32 * "0" + "/need", "/logout"])
def test_a_refusal_has_the_menu_and_the_way_out(bert, path):
    bert.open(path)
    assert links(bert, "nav a") == MENU and "Bert Bedacht" in bert.text() and bert.all(".who button"), bert.text()
    bert.press("nav a[href='/cases']")
    assert bert.d.current_url.endswith("/cases")
    bert.open(path)
    bert.press(".who button")
    assert bert.d.current_url.endswith("/login")


def test_a_stranger_gets_no_menu(node, chrome):
    c = chrome(node.goes)
    c.open("/nothing")
    assert not links(c, "nav a") and "Bert" not in c.text()


def test_a_form_of_before_signing_in_again_has_the_menu(bert):
    """One without fields: there is nothing to give back."""
    bert.open("/me")
    bert.js("document.querySelector('form[action=\"/logout\"] [name=k]').value = 'A'.repeat(22)")
    bert.press(".who button")
    assert links(bert, "nav a") == MENU, bert.text()


def test_a_case_that_went_says_where_and_leads_on(node, bert):
    case, ref = ceded(node, "Gegaan Verzonnen")
    node.k("handover", "take", ref, "--yes")
    wait_for("the taking", lambda: node.goes.k("handover", "show", ref)["handovers"][0]["state"] == "taken", GENEROUS)
    for lang, moved, since in (("nl", "Dit dossier is verhuisd", "is sinds"), ("fr", "Ce dossier a changé de place", "depuis le"), ("de", "Dieser Fall ist umgezogen", "seit"), ("en", "This case has moved", "since")):
        bert.look(lang=lang, width=360)
        for path in (f"/c/{case}", f"/c/{case}/handover", f"/c/{case}/edit", f"/c/{case}/consent"):
            bert.open(path)
            assert bert.all("h1") == [moved] and since in bert.find(".move").text and "SMWO" in bert.find(".move").text, (path, bert.text())
            assert not bert.all(".wrong") and links(bert, "nav a") == MENU and f"/h/{ref}" in links(bert, "main a"), path
    bert.look()
    assert whole(bert, "[0-9]{1,2}[.]? [a-zé]+[.]? 20[0-9]{2}") == []


def test_the_history_says_what_went_along(node, bert, anna):
    a = node.goes
    case, ref = offered(a, node, share="identity,contact,needs,household", name="Meegegaan Verzonnen", household="moeder en twee kinderen")
    act_of_anna = f"/r/{ref}/ask"
    anna.open(act_of_anna)
    anna.find("#reason-best-contact").click()
    anna.press(SEND)
    shows(bert, f"/r/{ref}", "U bent aan zet")
    act_page = f"/r/{ref}/info"
    bert.open(act_page)
    bert.find("[name=c1]").click()
    bert.press(SEND)
    for c in (bert, anna):
        shows(c, f"/r/{ref}", "Antwoord")
        entries = c.all(".log li[id]")
        assert "Meegestuurd: wie het is" in entries[0].replace("\n", " "), entries
        last = next(x for x in entries if "Meegestuurd: contactgegevens" in x)
        assert "gezin" not in last, entries
    a.k("consent", "withdraw", a.k("consent", "list", case)["grants"][0]["id"], "--yes")
    node.await_state(ref, "revoked")
    anna.open(f"/r/{ref}")
    assert "Meegestuurd" not in anna.text()


def test_closing_says_before_what_stands_in_the_way(node, bert):
    a = node.goes
    case, ref = offered(a, node, name="Loopt Nog Verzonnen")
    bert.open(f"/c/{case}/close")
    assert "open doorverwijzingen" in bert.find(".wrong").text and f"/r/{ref}" in links(bert, "main a")
    assert not bert.all("main form") and "Het dossier gaat van de lijsten" not in bert.text()
    case, ref = proposed(node, "Wordt Overgedragen")
    bert.open(f"/c/{case}/close")
    assert "overdracht" in bert.find(".wrong").text and f"/c/{case}/handover" in links(bert, "main a") and not bert.all("main form")
    a.k("handover", "abort", ref)
    bert.open(f"/c/{case}/close")
    assert "Het dossier gaat van de lijsten" in bert.text()
    bert.press(SEND)
    assert "Afgesloten" in bert.text()


def test_a_case_that_is_given_over_says_from_when_it_may_be_taken_back(node, bert):
    case, ref = ceded(node, "Afgestaan Verzonnen")
    for lang, words in (("nl", "terughalen"), ("fr", "récupérer"), ("en", "take it back"), ("de", "zurückholen")):
        bert.look(lang)
        bert.open(f"/h/{ref}")
        assert words in bert.text() and "SMWO" in bert.text(), bert.text()
    bert.look("nl")
    bert.open(f"/h/{ref}")
    assert "Uiterlijk" not in bert.text()  # one day and not two
    bert.open(f"/c/{case}")
    assert "Onderweg naar SMWO" in bert.text() and f"/c/{case}/close" not in links(bert, "main a")
    node.k("handover", "take", ref, "--yes")
    wait_for("the taking", lambda: node.goes.k("handover", "show", ref)["handovers"][0]["state"] == "taken", GENEROUS)
    bert.look("nl")
    bert.open(f"/h/{ref}")
    assert "terughalen" not in bert.text()


@pytest.mark.parametrize(("lang", "typed", "shown"), [("nl", "29 februari 2000", "29-02-2000"), ("fr", "3 mars 1990", "03/03/1990"), ("de", "31.1.1990", "31.01.1990"), ("en", "February 1990", "02/1990")])
def test_a_birthday_is_read_as_people_write_it(bert, lang, typed, shown):
    bert.look(lang)
    bert.open("/case/new")
    bert.fill("name", f"Geboren Verzonnen {lang}")
    bert.fill("birth_date", typed)
    bert.press("form.fields .acts button")
    assert shown in bert.all("dl.pairs dd"), bert.text()


@pytest.mark.parametrize(("typed", "words"), [("29-02-2027", "deze dag bestaat niet"), ("31-04-1990", "deze dag bestaat niet"), ("1-1-90", "schrijf het jaar met vier cijfers"),
                                              ("31-12-2062", "deze dag moet nog komen"), ("ergens in mei", "deze dag kunnen wij zo niet lezen")])
def test_what_is_no_birthday_says_why(bert, typed, words):
    bert.open("/case/new")
    bert.fill("name", "Ongeboren Verzonnen")
    bert.fill("birth_date", typed)
    bert.press("form.fields .acts button")
    assert words in bert.find(".wrong").text and "Bijvoorbeeld 31-01-1990" in bert.find(".wrong").text and bert.where() == "wrong"
    assert bert.find("[name='birth_date']").get_attribute("value") == typed


def test_a_birthday_that_a_partner_told_stops_no_other_change(node, bert):
    """It stands in the form as it came: whoever changes a telephone number has nothing to do with it."""
    case = node.goes.new_case(name="Al Geboren Verzonnen", phone="000-111", born="1990-02")
    bert.open(f"/c/{case}/edit")
    assert bert.find("[name='birth_date']").get_attribute("value") == "02-1990"
    bert.find("[name='phone']").clear()
    bert.fill("phone", "000-112")
    bert.press("form.fields .acts button")
    assert "02-1990" in bert.text() and "000-112" in bert.text()


ASKS = "const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented"


def test_leaving_with_words_that_were_not_sent_is_asked(node, bert):
    """By a link, by signing out, by the button back: the browser asks; sending them asks nothing."""
    case = node.goes.new_case(name="Half Getypt", phone="000-111")
    bert.open(f"/c/{case}/note")
    assert not bert.js(ASKS)
    bert.fill("text", "Een lang gesprek")
    assert bert.js(ASKS)
    bert.press(SEND)
    assert "Een lang gesprek" in bert.text() and not bert.js(ASKS)
    bert.open("/cases")
    bert.fill("q", "Half")
    assert not bert.js(ASKS)
    bert.open("/case/new")
    bert.fill("name", "Teruggekomen Verzonnen")
    bert.fill("birth_date", "31-04-1990")
    bert.press("form.fields .acts button")
    assert bert.all(".wrong h2") and bert.js(ASKS)  # it came back, and is not kept yet


def test_a_case_that_was_closed_beside_is_one_step_away(node, bert):
    case = node.goes.new_case(name="Oude Tab", phone="000-111")
    bert.open(f"/c/{case}")
    node.goes.k("case", "close", case)
    bert.press("main form[action^='/refer/'] button")
    assert "afgesloten" in bert.find(".wrong").text and f"/c/{case}" in links(bert, "main a"), bert.text()


def test_a_mistake_is_said_to_be_erased_on_both_pages(node, bert):
    case, ref = offered(node.goes, node, name="Per Vergissing")
    bert.open(f"/r/{ref}/error")
    assert "verborgen" not in bert.text() and "wordt daar verwijderd" in bert.text()
    bert.find("#reason-wrong-person").click()
    bert.press(SEND)
    assert "SMWO verwijdert alles" in bert.text()


def test_a_case_that_is_offered_is_not_ours_yet(node, anna):
    """The page of its handovers said that it was, and had a form to hand it on."""
    case, ref = proposed(node, "Nog Niet Van Ons")
    theirs = node.k("handover", "show", ref)["handovers"][0]["case_id"]
    for lang, words in (("fr", "vous propose ce dossier"), ("en", "offers you this case"), ("de", "bietet Ihnen diesen Fall an"), ("nl", "Goes biedt u dit dossier aan")):
        anna.look(lang)
        anna.open(f"/c/{theirs}/handover")
        assert words in anna.text() and not anna.all("main form"), anna.text()
    assert "Dit dossier is van u" not in anna.text()


def test_what_is_typed_into_a_case_that_a_colleague_closed_comes_back(node, bert):
    a = node.goes
    case = a.new_case(name="Intussen Gesloten", phone="000-111")
    bert.open(f"/c/{case}/note")
    bert.fill("text", "Zij belde, en komt morgen.")
    a.k("case", "close", case)
    bert.press(SEND)
    assert "dossier is afgesloten" in bert.find(".wrong").text and "Open het dossier eerst weer" in bert.find(".wrong").text, bert.text()
    assert bert.find("#text").get_attribute("value") == "Zij belde, en komt morgen."
    a.k("case", "reopen", case)
    bert.open(f"/c/{case}/consent?to=smwo")
    bert.find("#cat-identity").click()
    bert.find("#how-written").click()
    a.k("case", "close", case)
    bert.press(SEND)
    assert "dossier is afgesloten" in bert.find(".wrong").text and bert.js("return document.querySelector('#cat-identity').checked"), bert.text()
    assert not a.k("consent", "list", case).get("grants")


def test_what_is_typed_into_a_case_that_went_can_be_copied(node, bert):
    """The case was given over while somebody wrote a note: the words are on the page that says so, and are said to be kept nowhere."""
    words = "Zij belde, en komt morgen.\nMet haar zus."
    case, ref = ceded(node, "Onderweg Getypt")
    bert.open(f"/c/{case}/note")
    bert.fill("text", words)
    node.k("handover", "take", ref, "--yes")
    wait_for("the taking", lambda: node.goes.k("handover", "show", ref)["handovers"][0]["state"] == "taken", GENEROUS)
    bert.press(SEND)
    at = bert.d.current_url.removeprefix(bert.at).split("#")[0]
    for lang, said in (("nl", "niet bewaard"), ("fr", "ni gardé"), ("en", "not kept"), ("de", "noch aufbewahrt")):
        bert.look(lang, width=360)
        bert.open(at)
        assert bert.find("#typed").get_attribute("value") == words and said in bert.find("label[for=typed]").text and bert.find(".move"), bert.text()
        found, wide, _, _, _, tall = bert.judge()
        bert.picture(f"typed-left-{lang}-360", 360, tall)
        assert not found and wide <= 360, (found, wide)
    bert.look()
    bert.find("#typed").send_keys("!")
    assert bert.find("#typed").get_attribute("value") == words  # it is read, and is no form


def test_twice_as_large_on_a_telephone_nothing_is_cut_off(node, bert):
    """Letters of twice their size, and 360 px: nobody scrolls sideways."""
    a = node.goes
    case, ref = offered(a, node, name="Fatima El Verzonnen-Van der Bedachtenstraat", email="een.heel.lang.adres.zonder.einde@voorbeeld-van-een-lange-naam.example")
    node.k("ask", ref, "--reason", "best-contact")
    shows(bert, f"/r/{ref}", "U bent aan zet")
    grant = a.k("consent", "list", case)["grants"][0]["id"]
    wrong = []
    for lang in ("nl", "fr", "de", "en"):
        bert.look(lang, width=360)
        for path in ("/", "/out", "/cases", f"/c/{case}", f"/c/{case}/who", f"/c/{case}/edit", f"/c/{case}/consent?to=smwo", f"/c/{case}/handover", f"/r/{ref}", f"/r/{ref}/info",
                     f"/r/{ref}/withdraw", f"/consent/{grant}", f"/consent/{grant}/withdraw"):
            bert.open(path)
            bert.js("document.documentElement.style.fontSize = '200%'")
            cut = bert.js("return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 361).map(e => e.textContent.trim().slice(0, 40))")
            wrong += [(lang, path, cut)] if cut or bert.js("return document.documentElement.scrollWidth") > 360 else []
    bert.look()
    assert not wrong, wrong


def test_of_a_partner_that_was_removed_nobody_waits(node, bert):
    """The last test of this file: SMWO is no member any more.  Today and the page of the referral say the same."""
    a = node.goes
    case, ref = offered(a, node, name="Partner Weg Verzonnen")
    proposal = Node.k(a, "partner", "remove", node.name)["proposal"]
    for r in (1, 2):
        Node.k(a, "approve", proposal, "--key", str(a.fed.dir / f"roots/root{r}.key"))

    def told():
        bert.open("/")
        return "Partner is uitgesloten" in bert.text()
    wait_for("today to say so", told, GENEROUS)
    for path in (f"/r/{ref}", f"/c/{case}"):
        bert.open(path)
        assert "U bent aan zet: partner is uitgesloten" in bert.text() and "SMWO is aan zet" not in bert.text(), bert.text()
    bert.open("/out")
    row = next(r for r in bert.all("tbody tr") if "Partner Weg" in r)
    assert "SMWO is geen lid meer" in row, row
    bert.open(f"/r/{ref}/message")
    bert.fill("text", "Belt u haar nog?")
    bert.press(SEND)
    assert "SMWO is geen lid meer" in bert.find(".wrong").text and "doorverwijzing" not in bert.find(".wrong").text, bert.text()
    assert bert.find("#text").get_attribute("value").strip() == "Belt u haar nog?"
    for path in (f"/c/{case}/consent", f"/c/{case}/handover"):
        bert.open(path)
        assert "Er is nu geen partner met wie dit kan" in bert.text() and not bert.all("main form") and f"/c/{case}" in links(bert, "main a"), bert.text()
    bert.open(f"/c/{case}")
    bert.press("form[action^='/refer/'] button")
    bert.find("[name=need]").click()
    bert.follow("Ga verder")
    assert "Er is nu geen partner met wie dit kan" in bert.text() and not bert.all("main fieldset") and "Ga verder" not in bert.text(), bert.text()
