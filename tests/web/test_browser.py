# SPDX-License-Identifier: EUPL-1.2
"""Every page in Chromium, in four languages, light and dark, on a desk and on a telephone: nothing that axe finds, nothing on the console,
no code without its words, nothing that has to be pushed sideways.  Pictures of all of them are in build/web, for somebody to look at."""
import tempfile

import pytest
from selenium.webdriver.common.keys import Keys

from browser import PHRASE, Browser, await_web, with_web
from chromium import GENEROUS, PICTURES, codes, looks
from node import Federation, offered, wait_for
from test_webhandover import DAY
from test_webrefer import colleague

PAGES = {  # of whom: {name: path, of a node n}; at Goes nothing was received, and something waits for SMWO
    None: {"login": "/login", "login-refused": "/login?e=sign-in-failed", "first": "/login/first?e=passphrase-short"},
    "Anna Verzonnen": {"today": "/", "received": "/in", "sent-empty": "/out", "missing": "/nothing", "handover-in": "/h/{n.goes.handover}",
                      "task-erase": "/r/{n.over}/erase", "task-none": "/r/{n.referrals[0]}/erase", "over-in": "/r/{n.over}"},
    "Bert Bedacht": {"today-waiting": "/", "received-empty": "/in", "sent": "/out", "cases": "/cases", "case": "/c/{n.case}", "case-new": "/case/new",
                     "case-edit": "/c/{n.case}/edit", "note": "/c/{n.case}/note", "consent": "/c/{n.case}/consent?to=smwo", "withdraw": "/consent/{n.consent_id}/withdraw",
                     "close": "/c/{n.case}/close", "who": "/c/{n.case}/who", "narrow": "/consent/{n.consent_id}/narrow",
                     "receipt": "/consent/{n.consent_id}/receipt", "all-back": "/c/{n.case}/withdraw", "grant": "/consent/{n.consent_id}", "handover-case": "/c/{n.own}/handover", "handover-out": "/h/{n.handover}",
                     "task-done": "/r/{n.over}/done", "over-out": "/r/{n.over}", "second-none": "/second"},
}
NAME = "Wilhelmina van den Broek-Vandenberghe"
LONG_NAME = "Hubertblainewolfeschlegelsteinhausenbergerdorff"  # nothing in it at which a line may end


@pytest.fixture(scope="module")
def node():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        for n in fed.nodes:
            port = with_web(n)
            conf = n.dir / "kring.conf"
            conf.write_text(conf.read_text().replace("Origin=https://kring.goes.example", f"Origin=http://localhost:{port}"))
        try:
            fed.start()
            for n in fed.nodes:
                await_web(n, host=f"localhost:{n.web}")
            for name in (LONG_NAME, NAME, NAME):
                a.case, first = offered(a, b, name=name)
            a.k("case", "edit", a.case, "--from", "-", stdin="born: 1990-02\nstory: Alles begon\n  in de winter.\nhealth: slaapt slecht\n")
            a.k("case", "note", a.case, "--text", "Belde; komt vrijdag langs.")
            case = a.new_case(name="Jan \"Janus\" <b>Vet</b>", phone="000-222")
            a.consent_id = a.k("consent", "list", a.case)["grants"][0]["id"]
            a.consent(case, b.name)
            b.await_state(a.refer(case, b.name, "--urgency", "urgent"), "offered")
            accepted = next(r["ref"] for r in b.k("inbox")["referrals"] if r["ref"] != first)
            b.k("accept", accepted)
            case, a.over = offered(a, b)
            b.over = a.over
            a.k("consent", "withdraw", a.k("consent", "list", case)["grants"][0]["id"], "--yes")
            b.await_state(a.over, "revoked")
            colleague(a)
            for n, name in ((b, "Anna Verzonnen"), (a, "Bert Bedacht")):
                x = Browser(n.web, host=f"localhost:{n.web}")
                assert name in x.first(n.k("staff", "add", name, "--role", "caseworker")["link"]).text
                n.browser = x
            b.goes = a
            handing = a.new_case(name=NAME, phone="000-555", goals="rust")
            a.own = a.new_case(name=NAME, phone="000-556", goals="rust")
            x.get(f"/c/{handing}/handover")
            x.post(f"/c/{handing}/handover", follow=False, **{"to": "smwo", "how": "oral", "witness": "Carla Verzinsel", **DAY})
            assert x.status == 303, x.page.text
            a.handover = x.headers["Location"].split("/")[2].split("?")[0]
            wait_for("the handover", lambda: b.browser.get(f"/h/{a.handover}") and b.browser.status == 200)
            a.referrals = b.referrals = [first, accepted]
            yield b
        finally:
            fed.stop()


def acts(c, ref):
    """Where one can go from the page of a referral: its acts and its letter."""
    c.open(f"/r/{ref}")
    return {x.rsplit("/", 1)[1] for x in c.js("return [...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))") if x.startswith(f"/r/{ref}/")}


@pytest.mark.parametrize("who", PAGES)
def test_every_page_in_every_form(node, chrome, who):
    known, wrong, seen = codes(), [], set()
    assert len(known) > 300
    at_node = node.goes if who == "Bert Bedacht" else node
    c = chrome(at_node)
    if who:
        c.sign_in(who)
    pages = {name: path.format(n=at_node) for name, path in PAGES[who].items()}
    for ref in at_node.referrals if who else ():
        new = acts(c, ref) - seen
        pages |= {f"referral-{at_node.name}-{at_node.referrals.index(ref)}": f"/r/{ref}", **{f"act-{at_node.name}-{act}": f"/r/{ref}/{act}" for act in sorted(new)}}
        seen |= new
    wrong += looks(c, pages, known, (NAME, LONG_NAME))
    assert not who or {"Anna Verzonnen": {"accept", "decline", "ask", "redirect", "start", "letter"}, "Bert Bedacht": {"letter"}}[who] <= seen, seen
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_by_keyboard_alone(node, chrome):
    """The first stop is the way to the content; each next one is the next that one reads."""
    c = chrome()
    c.open("/login")
    stops = []
    for _ in range(5):
        c.keys(Keys.TAB)
        stops.append(c.where())
    assert stops[0].endswith("#main") and stops[1:3] == ["name", "phrase"] and stops[4].endswith("/login/first"), stops
    c.open("/login")
    c.keys(Keys.TAB, Keys.TAB)
    c.keys("Anna Verzonnen", Keys.TAB, PHRASE)
    with c.leaving():
        c.keys(Keys.ENTER)
    assert "Anna Verzonnen" in c.text()
    c.keys(Keys.TAB, Keys.ENTER)  # to the content
    assert c.d.current_url.endswith("#main")
    c.open("/")
    stops = []
    for _ in range(5):
        c.keys(Keys.TAB)
        stops.append(c.where())
    assert stops[1].endswith("/me") and stops[3].endswith(":" + str(node.web) + "/") and stops[4].endswith("/in"), stops
    with c.leaving():
        c.keys(Keys.ENTER)
    assert c.d.current_url.endswith("/in")


def test_without_scripts(node, chrome):
    c = chrome(scripts=False)
    c.sign_in("Anna Verzonnen")
    c.open("/in")
    assert NAME in c.text() and "U bent aan zet" in c.text()
    c.press(".who button")
    assert c.d.current_url.endswith("/login")
    c.open("/in")
    assert c.d.current_url.endswith("/login")


def test_the_button_back_shows_nobody(node, chrome):
    """Nothing of a page is kept: whoever comes back after signing out is asked again."""
    c = chrome()
    c.sign_in("Anna Verzonnen")
    c.open("/in")
    assert NAME in c.text()
    c.press(".who button")
    assert c.d.current_url.endswith("/login")
    c.d.back()
    assert NAME not in c.text()


def test_a_person_is_written_down_and_a_consent_given_and_taken_back(node, chrome):
    """From the search to the withdrawal, without scripts; no address and no title on the way names the person."""
    c = chrome(node.goes, scripts=False)
    c.sign_in("Bert Bedacht")
    seen = []

    def at():
        seen.append(c.d.current_url + " " + c.d.title)
        return c.text()
    c.open("/cases")
    c.fill("q", "Zoekgeraakt")
    c.press("form.fields button")
    assert "Niemand gevonden" in at()
    c.follow("Nieuw dossier maken")
    assert c.find("[name='name']").get_attribute("value") == "Zoekgeraakt" and at()  # it is not typed again
    c.fill("name", " Verzinsel")
    c.fill("birth_date", "ergens in 1990")
    c.press("form.fields .acts button")
    assert c.find("[name='name']").get_attribute("value") == "Zoekgeraakt Verzinsel" and c.all(".wrong h2") and at()
    c.find("[name='birth_date']").clear()
    c.fill("birth_date", "3-2-1990")
    c.press("form.fields .acts button")
    assert "Zoekgeraakt Verzinsel" in at() and "03-02-1990" in c.text()
    c.follow("Toestemming vragen")
    c.press("form.fields .acts button")
    c.find("#cat-identity").click()
    c.find("#how-written").click()
    c.press("form.ask .acts button")
    assert "Wie het is" in at()
    c.follow("Intrekken")
    assert "kan niet worden teruggedraaid" in at()
    c.follow("Ja, trek de toestemming in")
    assert "Ingetrokken" in at() and not c.all("form[action*='withdraw']")
    c.follow("Naar het dossier")
    assert "ingetrokken op" in at()
    assert not [x for x in seen if "oekgeraakt" in x or "erzinsel" in x], seen


def comes_in(node):
    """One more referral of Goes, which arrives in its own time."""
    a = node.goes
    case = a.new_case(name="Wie Nieuw Is", phone="000-333")
    a.consent(case, node.name)
    return a.refer(case, node.name)


def test_what_is_new_is_told_and_what_is_typed_stays(node, chrome):
    """A list says that it is not as it was, any other page that something waits; nothing moves but the numbers of the menu."""
    c = chrome()
    c.sign_in("Anna Verzonnen")

    def listening(path):
        c.open(path)
        wait_for("the first word of the stream", lambda: c.js("return document.body.dataset.heard"), GENEROUS)

    def waits():
        return int(c.js("return document.querySelector('[data-count=waits]').textContent"))
    listening("/in")
    before = waits()
    assert "Er is iets nieuws" not in c.text()
    ref = comes_in(node)
    wait_for("the list to say so", lambda: "Er is iets nieuws" in c.text(), GENEROUS)
    assert ref not in c.text()  # nothing changes under somebody's hands
    wait_for("the menu to count it", lambda: waits() == before + 1, GENEROUS)
    c.d.save_screenshot(str(PICTURES / "news-nl-light-1280.png"))
    c.follow("Toon het")
    assert ref in c.text() and "Er is iets nieuws" not in c.text()
    # somebody writes a person down
    listening("/case/new")
    field = "#name"
    c.find(field).send_keys("Testpersoon")
    comes_in(node)
    wait_for("to be told", lambda: "Er wacht iets nieuws op u" in c.text(), GENEROUS)
    c.find(field).send_keys(" Verzonnen")
    assert c.find(field).get_attribute("value") == "Testpersoon Verzonnen"
    assert c.js("return document.querySelector('[data-news=waits] a').target") == "_blank" and waits() == before + 2
    # signed out beside it: what is typed stays, and a page without anything typed goes
    other = c.d.current_window_handle
    c.d.switch_to.new_window("tab")
    listening("/out")
    c.press(".who button")
    c.d.switch_to.window(other)
    assert c.find(field).get_attribute("value") == "Testpersoon Verzonnen"
    assert not [x for x in c.d.get_log("browser")]
