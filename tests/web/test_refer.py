# SPDX-License-Identifier: EUPL-1.2
"""A person is referred in Chromium: the five steps in every form, by keyboard alone, without scripts, and how much has to be pressed."""
import re
import tempfile

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import Browser, await_web, with_web
from node import Federation, wait_for
from chromium import codes, looks

NAME = "Wilhelmina van den Broek-Vandenberghe"


@pytest.fixture(scope="module")
def node():
    """Goes refers to SMWO; Bert works there.  case: a person of whom much is on file; covered: one whose consent holds for part of it."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, orgs=("Goes", "SMWO", "De Mussen"))
        a = fed.nodes[0]
        port = with_web(a)
        conf = a.dir / "kring.conf"
        conf.write_text(conf.read_text().replace("Origin=https://kring.goes.example", f"Origin=http://localhost:{port}"))
        try:
            fed.start()
            await_web(a, host=f"localhost:{port}")
            person = dict(name=NAME, phone="000-333", goals="rust in de geldzaken", story="een lang verhaal", health="gezond", income_debt="drie brieven", language="nl")
            a.case, a.covered, a.again, a.keys, a.plain = (a.new_case(**person) for _ in range(5))
            a.consent(a.covered, "SMWO", "identity,contact,needs")
            a.consent(a.again, "SMWO", "identity,contact,needs")
            a.ref = a.refer(a.again, "SMWO", "--share", "identity,contact,needs")
            a.smwo = fed.nodes[1]
            x = Browser(port, host=f"localhost:{port}")
            assert "Bert Bedacht" in x.first(a.k("staff", "add", "Bert Bedacht", "--role", "caseworker")["link"]).text
            yield a
        finally:
            fed.stop()


@pytest.fixture
def signed_in(chrome):
    """Bert in a browser."""
    def make(**how):
        c = chrome(**how)
        c.clicks = 0
        c.sign_in("Bert Bedacht")
        return c
    return make


def press(c, css):
    """A click, and of a button the page behind it; it is counted."""
    e = c.find(css)
    c.d.execute_script("arguments[0].scrollIntoView({block: 'center'})", e) if c.scripts else None
    c.push(e) if css.endswith("button") else e.click()
    c.clicks = getattr(c, "clicks", 0) + 1


def on(c, words):
    wait_for(words, lambda: words in c.text())


def begin(c, case, need="income-debt", partner="smwo"):
    c.open(f"/refer/{case}/begin")
    press(c, "main form button")
    on(c, "Stap 1 van 5")
    press(c, f"#need-{need}")
    press(c, "form.ask button")
    on(c, "Stap 2 van 5")
    press(c, f"#to-{partner}")
    press(c, "form.ask button")
    on(c, "Stap 3 van 5")


def test_every_page_in_every_form(node, signed_in):
    known, wrong = codes(), []
    c = signed_in()
    begin(c, node.covered)
    d = re.search(r"/refer/\w+", c.d.current_url)[0]
    press(c, "#cat-story")
    press(c, "form.ask button")
    on(c, "geen toestemming voor alles wat is aangekruist")
    pages = {"need": f"{d}/need?e=need-missing", "partner": f"{d}/partner", "share": f"{d}/share?e=consent-narrow",
             "message": f"{d}/message?e=message-long", "check-refused": f"{d}/check", "today": "/"}
    c.open(f"{d}/message")
    press(c, "form.ask button")
    wrong += looks(c, {f"refer-{at}": path for at, path in pages.items()}, known, ("Wilhelmina",))
    c.open(f"{d}/check")
    press(c, "form[action$=without] button")
    on(c, "Verstuur naar SMWO")
    wrong += looks(c, {"refer-check": f"{d}/check"}, known, ("Wilhelmina",))
    c.open(f"{d}/check")
    press(c, "form[action$=check] button")
    on(c, "Doorverwezen")
    wrong += looks(c, {"refer-sent": c.d.current_url.split(str(node.web))[1]}, known, ("Wilhelmina",))
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_five_screens_and_few_clicks(node, signed_in):
    """From the case to the confirmation, a new consent included: five screens, at most 14 clicks, one name typed."""
    c = signed_in()
    screens = set()
    begin(c, node.case)
    press(c, "#how-oral")
    press(c, "#witness")
    c.keys("Carla Verzinsel")
    for step in (3, 4, 5):
        screens.add(c.d.current_url)
        on(c, f"Stap {step} van 5")
        if step < 5:
            press(c, "form.ask button")
    press(c, "form[action$=check] button")
    on(c, "Doorverwezen")
    assert c.clicks <= 14 and len(screens) + 2 == 5, (c.clicks, screens)
    ref = c.d.current_url.split("/")[-2]
    assert ref in c.text()
    node.smwo.await_state(ref, "offered")


def tab_to(c, what):
    """Tab until this has the focus, as somebody would who sees where it is."""
    for _ in range(80):
        if c.where() == what:
            return
        c.keys(Keys.TAB)
    raise AssertionError(f"{what} is not reached; at {c.where()}")


def test_by_keyboard_alone(node, signed_in):
    c = signed_in()
    c.open(f"/refer/{node.keys}/begin")

    def submit(words):
        e = c.d.switch_to.active_element
        for _ in range(80):
            e = c.d.switch_to.active_element
            if e.tag_name == "button" and not e.get_attribute("name") and "plain" not in (e.get_attribute("class") or ""):
                break
            c.keys(Keys.TAB)
        c.keys(Keys.ENTER)
        on(c, words)
    submit("Stap 1 van 5")
    tab_to(c, "need-income-debt")  # the first of its group
    c.keys(Keys.SPACE)
    submit("Stap 2 van 5")
    c.keys(Keys.TAB)
    while not c.where().startswith("to-"):
        c.keys(Keys.TAB)
    c.keys(Keys.SPACE)
    while c.where() != "to-smwo":
        c.keys(Keys.ARROW_DOWN)
    submit("Stap 3 van 5")
    tab_to(c, "cat-contact")
    c.keys(Keys.SPACE)  # not ticked any more
    tab_to(c, "how-oral")
    c.keys(Keys.SPACE)
    tab_to(c, "witness")
    c.keys("Carla Verzinsel")
    submit("Stap 4 van 5")
    tab_to(c, "text")
    c.keys("Graag bellen.")
    submit("Stap 5 van 5")
    assert "000-333" not in c.text() and "Graag bellen." in c.text()
    submit("Doorverwezen")
    ref = c.d.current_url.split("/")[-2]
    node.smwo.await_state(ref, "offered")
    assert "phone" not in node.smwo.k("show", ref)["person"]


def test_without_scripts(node, signed_in):
    c = signed_in(scripts=False)
    begin(c, node.plain)
    press(c, "#how-written")
    press(c, "form.ask button")
    on(c, "Stap 4 van 5")
    press(c, "form.ask button[name=stop]")
    on(c, "Begonnen en niet verstuurd")
    c.d.find_element(By.CSS_SELECTOR, ".drafts a").click()
    on(c, "Stap 5 van 5")  # no message is an answer, too
    press(c, "form[action$=check] button")
    on(c, "Doorverwezen")


def test_the_same_again_leads_to_the_one_that_is_there(node, signed_in):
    c = signed_in()
    begin(c, node.again)
    press(c, "form.ask button")
    press(c, "form.ask button")
    on(c, "al naar SMWO doorverwezen")
    assert node.ref in c.text() and not c.d.find_elements(By.CSS_SELECTOR, "form[action$=check]")
    press(c, "form[action$=again] button")
    on(c, "Verstuur naar SMWO")
