# SPDX-License-Identifier: EUPL-1.2
"""Two people at two nodes, in Chromium: a caseworker writes a person down, refers and hears what became of it; a partner asks, accepts, helps
and says so.  By keyboard alone, without scripts, in French; a button pressed twice, and two workers at one referral."""
import re
import tempfile

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import Browser, await_web, with_web
from chromium import GENEROUS
from node import Federation, offered, wait_for

WORDS = {  # whose move it is, and that it is over
    "nl": ("U bent aan zet", "Goes is aan zet", "niemand is aan zet"),
    "fr": ("C'est à vous", "C'est à Goes", "plus personne ne doit agir"),
}


@pytest.fixture(scope="module")
def node():
    """Bert works at Goes, Anna and Carla at SMWO."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        for n in fed.nodes:
            port = with_web(n)
            conf = n.dir / "kring.conf"
            conf.write_text(conf.read_text().replace("Origin=https://kring.goes.example", f"Origin=http://localhost:{port}"))
        try:
            fed.start()
            b.goes, b.refs = a, [offered(a, b)[1] for _ in range(2)]
            for n, name in ((b, "Anna Verzonnen"), (b, "Carla Verzinsel"), (a, "Bert Bedacht")):
                await_web(n, host=f"localhost:{n.web}")
                assert name in Browser(n.web, host=f"localhost:{n.web}").first(n.k("staff", "add", name, "--role", "caseworker")["link"]).text
            yield b
        finally:
            fed.stop()


class Mouse:
    def __init__(self, c):
        self.c = c

    def press(self, selector):
        self.c.press(selector)

    def choose(self, selector):
        self.c.find(selector).click()

    def type(self, selector, text):
        self.c.find(selector).send_keys(text)


class Keyboard(Mouse):
    """Tab until what is wanted has the focus, as somebody does who sees where it is; a group of choices is one stop."""

    def key(self, name, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.c.d.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code})

    def to(self, selector):
        for _ in range(120):
            if self.c.js(f"return document.activeElement.matches({selector!r})"):
                return
            self.key("Tab", 9)
        raise AssertionError(f"{selector} is not reached at {self.c.d.current_url}: at {self.c.where()}")

    def press(self, selector):
        self.to(selector)
        with self.c.leaving():
            self.c.keys(Keys.ENTER)

    def choose(self, selector):
        name = self.c.find(selector).get_attribute("name")
        if self.c.find(selector).get_attribute("type") == "checkbox":
            self.to(selector)
            self.c.keys(Keys.SPACE)
            return
        self.to(f"[type=radio][name={name}]")
        self.c.keys(Keys.SPACE)
        for _ in range(60):
            if self.c.js(f"return document.querySelector({selector!r}).checked"):
                return
            self.key("ArrowDown", 40)
        raise AssertionError(f"{selector} cannot be chosen")

    def type(self, selector, text):
        self.to(selector)
        self.c.keys(text)


SEND = "main form button:not(.plain)"


def shows(c, path, words):
    """That page says so, by and by: the other end was told meanwhile."""
    def said():
        c.open(path)
        return words in c.text()
    wait_for(f"{words} at {path}", said, GENEROUS)


def act(hand, ref, name, choose=None, text=None):
    """From the page of the referral to the act, and back to the page that says what was done."""
    hand.press(f"main a[href='/r/{ref}/{name}']")
    if choose:
        hand.choose(choose)
    if text:
        hand.type("#text", text)
    hand.press(SEND)
    assert hand.c.d.current_url.split("?")[0].endswith(f"/r/{ref}") and hand.c.find(".done").text, hand.c.text()


def day(bert, anna, lang, name):
    us, goes, over = WORDS[lang]
    # a person is written down and referred
    bert.c.open("/cases")
    bert.press("main a[href='/case/new']")
    bert.type("#name", name)
    bert.type("#phone", "000-777")
    bert.press("form.fields .acts button")
    assert name in bert.c.text() and name not in bert.c.d.title
    bert.press("main form[action^='/refer/'] button")
    bert.choose("#need-income-debt")
    bert.press("form.ask button:not(.plain)")
    bert.choose("#to-smwo")
    bert.press("form.ask button:not(.plain)")
    bert.choose("#how-written")
    bert.press("form.ask button:not(.plain)")
    bert.type("#text", "Merci" if lang == "fr" else "Graag snel")
    bert.press("form.ask button:not(.plain)")
    bert.press("form[action$=check] button:not(.plain)")
    ref = re.search(r"/refer/([0-9A-Z]+)/sent", bert.c.d.current_url)[1]
    # the partner's day
    shows(anna.c, "/in", name)
    anna.c.open("/")
    assert us in anna.c.text()
    anna.press(f"main a[href='/r/{ref}']")
    assert us in anna.c.find(".move").text and name in anna.c.text() and name not in anna.c.d.title
    act(anna, ref, "ask", choose="#reason-best-contact")
    assert goes in anna.c.text()
    shows(bert.c, f"/r/{ref}", us)
    act(bert, ref, "info", choose="[name=c1]")
    shows(anna.c, f"/r/{ref}", us)
    act(anna, ref, "accept")
    act(anna, ref, "start", choose="#reason-first-contact")
    act(anna, ref, "message", text="Morgen tien uur?")
    shows(bert.c, f"/r/{ref}", "Morgen tien uur?")
    act(anna, ref, "outcome", choose="#reason-helped")
    shows(bert.c, f"/r/{ref}", us)
    act(bert, ref, "ack")
    assert over in bert.c.text()
    bert.press(f"main a[href='/r/{ref}/letter']")
    assert name in bert.c.text() and ref in bert.c.text()
    shows(anna.c, f"/r/{ref}", over)
    assert bert.c.lang() == anna.c.lang() == lang


def two(node, chrome, lang="nl", **how):
    """Bert at Goes and Anna at SMWO, each in a browser of their own."""
    out = []
    for n, name in ((node.goes, "Bert Bedacht"), (node, "Anna Verzonnen")):
        c = chrome(n, **how)
        c.look(lang)
        c.sign_in(name)
        out.append(c)
    return out


def quiet(*all):
    for c in all:
        assert not [x["message"] for x in c.d.get_log("browser")]


def test_the_day_by_keyboard_alone(node, chrome):
    bert, anna = two(node, chrome)
    day(Keyboard(bert), Keyboard(anna), "nl", "Toetsenbord Verzonnen")
    quiet(bert, anna)


def test_the_day_without_scripts(node, chrome):
    bert, anna = two(node, chrome, scripts=False)
    day(Mouse(bert), Mouse(anna), "nl", "Scriptloos Verzonnen")


def test_the_day_in_french(node, chrome):
    bert, anna = two(node, chrome, "fr")
    day(Mouse(bert), Mouse(anna), "fr", "Françoise Inventée")
    quiet(bert, anna)


def test_a_button_pressed_twice_is_one_act(node, chrome):
    c, ref = chrome(), node.refs[0]
    c.sign_in("Anna Verzonnen")
    c.open(f"/r/{ref}/message")
    c.find("#text").send_keys("een keer")
    with c.leaving():
        c.once(lambda: ActionChains(c.d).double_click(c.d.find_element(By.CSS_SELECTOR, SEND)).perform())
    wait_for("the page behind it", lambda: c.all(".done"), GENEROUS)
    c.open(f"/r/{ref}")
    assert c.text().count("een keer") == 1
    quiet(c)


def test_of_two_workers_the_second_learns_of_the_first(node, chrome):
    anna, carla = chrome(), chrome()
    ref = node.refs[1]
    for c, name in ((anna, "Anna Verzonnen"), (carla, "Carla Verzinsel")):
        c.sign_in(name)
    anna.open(f"/r/{ref}/decline")
    anna.find("#reason-out-of-area").click()
    anna.find("#outside").send_keys("Loket in Goes")
    carla.open(f"/r/{ref}/accept")
    carla.press(SEND)
    assert carla.all(".done")
    anna.press(SEND)
    assert "veranderd sinds u keek" in anna.text() and anna.where() == "wrong"
    anna.open(f"/r/{ref}")
    assert anna.all(f"main a[href='/r/{ref}/start']")  # as it is now
    quiet(anna, carla)
