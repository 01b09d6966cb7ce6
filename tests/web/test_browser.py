# SPDX-License-Identifier: EUPL-1.2
"""Every page in Chromium, in four languages, light and dark, on a desk and on a telephone: nothing that axe finds, nothing on the console,
no code without its words, nothing that has to be pushed sideways.  Pictures of all of them are in build/web, for somebody to look at."""
import contextlib
import os
import re
import tempfile
import time

import pytest
from selenium import webdriver
from selenium.common.exceptions import JavascriptException, NoSuchElementException, StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import axe
from browser import PHRASE, Browser, await_web, with_web
from node import ROOT, Federation, offered, wait_for
from test_webrefer import colleague

LANGS = ("nl", "fr", "en", "de")
SCHEMES = ("light", "dark")
WIDTHS = (1280, 320)
# Each language in both schemes and both widths, Dutch in every pair of them, since a colour or a width is the same for all; every pair with --long.
VIEWS = [(lang, scheme, width) for i, lang in enumerate(LANGS) for j, scheme in enumerate(SCHEMES) for k, width in enumerate(WIDTHS)
         if lang == "nl" or (i + j + k) % 2 or os.environ.get("KRING_LONG")]
PICTURES = ROOT / "build/web"
PAGES = {  # of whom: {name: path, of a node n}; at Goes nothing was received, and something waits for SMWO
    None: {"login": "/login", "login-refused": "/login?e=sign-in-failed", "first": "/login/first?e=passphrase-short"},
    "Anna Verzonnen": {"today": "/", "received": "/in", "sent-empty": "/out", "missing": "/nothing"},
    "Bert Bedacht": {"today-waiting": "/", "received-empty": "/in", "sent": "/out", "cases": "/cases", "case": "/c/{n.case}", "case-new": "/case/new",
                     "case-edit": "/c/{n.case}/edit", "note": "/c/{n.case}/note", "consent": "/c/{n.case}/consent?to=smwo", "withdraw": "/consent/{n.consent_id}/withdraw"},
}
NAME = "Wilhelmina van den Broek-Vandenberghe"


GONE = (StaleElementReferenceException, NoSuchElementException, JavascriptException)
GONE_WORDS = re.compile("aborted by navigation|does not belong to the document|document unloaded|No node with given id|Cannot find context")
GENEROUS = 60


def gave_way(e):
    """Said of a page that another one takes the place of right now: what was found on it is gone, and has to be looked for anew."""
    return isinstance(e, GONE) or GONE_WORDS.search(str(e.msg or "")) is not None


class Chrome:
    """One browser with a profile of its own.  Whatever reads a page reads one that stands: while a page gives way to the next one, it looks
    again; and whatever leaves a page returns when the next one stands."""

    def __init__(self, port, *, scripts=True):
        o = webdriver.ChromeOptions()
        for a in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1"):
            o.add_argument(a)
        if not scripts:
            o.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        o.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.at, self.d = f"http://localhost:{port}", webdriver.Chrome(options=o)
        self.look()

    def look(self, lang="nl", scheme="light", width=1280):
        self.d.execute_cdp_cmd("Network.enable", {})
        self.d.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": lang}})
        self.d.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.d.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})

    def standing(self, read):
        """What read() says, of a page that stands."""
        end = time.time() + GENEROUS
        while True:
            try:
                return read()
            except WebDriverException as e:
                if isinstance(e, TimeoutException) or not gave_way(e) or time.time() > end:
                    raise
            time.sleep(0.05)

    def find(self, selector):
        return self.standing(lambda: self.d.find_element(By.CSS_SELECTOR, selector))

    def all(self, selector):
        """Texts of all of them, none or more."""
        return self.standing(lambda: [e.text for e in self.d.find_elements(By.CSS_SELECTOR, selector)])

    def js(self, script):
        return self.standing(lambda: self.d.execute_script(script))

    def open(self, path):
        self.d.get(self.at + path)

    def text(self):
        return self.standing(lambda: self.d.find_element(By.TAG_NAME, "body").text)

    def lang(self):
        return self.standing(lambda: self.d.find_element(By.TAG_NAME, "html").get_attribute("lang"))

    @contextlib.contextmanager
    def leaving(self):
        """What is done in here leads to another page, also when that has the same address."""
        old = self.find("html")
        yield
        wait_for("the page to give way", lambda: self.is_gone(old), GENEROUS)
        self.find("body")

    @staticmethod
    def is_gone(e):
        try:
            e.is_enabled()
            return False
        except WebDriverException as why:
            if gave_way(why):
                return True
            raise

    def push(self, e):
        """Once: a push that takes its own page away did what it was to do."""
        with self.leaving():
            self.once(e.click)

    @staticmethod
    def once(act):
        try:
            act()
        except WebDriverException as e:
            if not gave_way(e):
                raise

    def press(self, selector):
        """A button or a link that leads to another page."""
        self.push(self.find(selector))

    def follow(self, words):
        """The link or the button with these words, likewise."""
        self.push(self.standing(lambda: self.d.find_element(By.XPATH, f"//a[normalize-space()='{words}'] | //button[normalize-space()='{words}']")))

    def fill(self, name, value):
        self.find(f"[name='{name}']").send_keys(value)

    def keys(self, *keys):
        """To whatever has the focus."""
        for k in keys:
            e = self.standing(lambda: self.d.switch_to.active_element)
            self.once(lambda: e.send_keys(k))

    def where(self):
        def read():
            e = self.d.switch_to.active_element
            return e.get_attribute("id") or e.get_attribute("href") or e.get_attribute("name") or e.tag_name
        return self.standing(read)

    def sign_in(self, name):
        self.open("/login")
        self.fill("name", name)
        self.fill("phrase", PHRASE)
        self.press("form.fields button")
        wait_for("the first page", lambda: name in self.text(), GENEROUS)


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
            for n in range(3):
                a.case, _ = offered(a, b, **({"name": NAME} if n else {}))
            a.k("case", "edit", a.case, "--from", "-", stdin="born: 1990-02\nstory: Alles begon\n  in de winter.\nhealth: slaapt slecht\n")
            a.k("case", "note", a.case, "--text", "Belde; komt vrijdag langs.")
            case = a.new_case(name="Jan \"Janus\" <b>Vet</b>", phone="000-222")
            a.consent_id = a.k("consent", "list", a.case)["grants"][0]["id"]
            a.consent(case, b.name)
            b.await_state(a.refer(case, b.name, "--urgency", "urgent"), "offered")
            accepted = b.k("inbox")["referrals"][0]["ref"]
            b.k("accept", accepted)
            colleague(a)
            for n, name in ((b, "Anna Verzonnen"), (a, "Bert Bedacht")):
                x = Browser(n.web, host=f"localhost:{n.web}")
                assert name in x.first(n.k("staff", "add", name, "--role", "caseworker")["link"]).text
            b.goes = a
            yield b
        finally:
            fed.stop()


@pytest.fixture
def chrome(node):
    made = []

    def make(at=node, **how):
        made.append(Chrome(at.web, **how))
        return made[-1]
    yield make
    for c in made:
        c.d.quit()


def codes():
    """What stands in lists for programs, and must never be shown: those that are no word of a language."""
    out = set()
    for p in (ROOT / "config/lists").glob("*.psv"):
        lines = [x.split("|") for x in p.read_text().splitlines() if x and x[0] != "#"]
        out |= {x[0] for x in lines[1:] if re.fullmatch(r"[a-z]+(-[a-z]+)+", x[0])}
    said = " ".join(x for p in (ROOT / "config/lists").glob("*.psv") for line in p.read_text().splitlines() for x in line.split("|")[1:5])
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)+", said))
    return out - words


def test_every_page_in_every_form(node, chrome):
    source, known = axe.source(), codes()
    assert len(known) > 300
    PICTURES.mkdir(parents=True, exist_ok=True)
    wrong = []
    for who, pages in PAGES.items():
        at_node = node.goes if who == "Bert Bedacht" else node
        c = chrome(at_node)
        if who:
            c.sign_in(who)
        for name, path in pages.items():
            for lang, scheme, width in VIEWS:
                c.look(lang, scheme, width)
                c.open(path.format(n=at_node))
                at = f"{name} {lang} {scheme} {width}"
                c.js(source)
                found = c.d.execute_async_script("axe.run().then(r => arguments[0](r.violations.map(v => [v.id, v.nodes.map(n => n.target).join(' ')])))")
                wrong += [f"{at}: axe: {f}" for f in found]
                wrong += [f"{at}: console: {x['message']}" for x in c.d.get_log("browser") if not (name == "missing" and "404" in x["message"])]
                wide = c.js("return document.documentElement.scrollWidth")
                if wide > width:
                    wrong.append(f"{at}: {wide} px wide")
                text = c.text()
                wrong += [f"{at}: a code: {k}" for k in known & set(re.findall(r"[a-z]+(?:-[a-z]+)+", text))]
                if re.search(r"[{}|]", text):
                    wrong.append(f"{at}: a brace: {text[:200]}")
                if c.lang() != lang:
                    wrong.append(f"{at}: another language")
                c.d.save_screenshot(str(PICTURES / f"{name}-{lang}-{scheme}-{width}.png"))
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
    c.follow("Nieuw dossier")
    c.fill("name", "Zoekgeraakt Verzinsel")
    c.fill("birth_date", "ergens in 1990")
    c.press("form.fields .acts button")
    assert c.find("[name='name']").get_attribute("value") == "Zoekgeraakt Verzinsel" and c.all(".wrong h2") and at()
    c.find("[name='birth_date']").clear()
    c.fill("birth_date", "3-2-1990")
    c.press("form.fields .acts button")
    assert "Zoekgeraakt Verzinsel" in at() and "03-02-1990" in c.text()
    c.follow("Toestemming")
    c.press("form.fields .acts button")
    c.find("#cat-identity").click()
    c.find("#how-written").click()
    c.press("form.ask .acts button")
    assert "wie het is" in at()
    c.follow("Intrekken")
    assert "kan niet worden teruggedraaid" in at()
    c.follow("Ja, trek de toestemming in")
    assert "ingetrokken" in at() and not c.all("form[action*='withdraw']")
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
    # somebody types an answer
    listening(f"/r/{ref}/ask")
    field = "form.ask textarea, form.fields textarea, main textarea"
    c.find(field).send_keys("Mag ik weten of")
    comes_in(node)
    wait_for("to be told", lambda: "Er wacht iets nieuws op u" in c.text(), GENEROUS)
    c.find(field).send_keys(" het past?")
    assert c.find(field).get_attribute("value") == "Mag ik weten of het past?"
    assert c.js("return document.querySelector('[data-news=waits] a').target") == "_blank" and waits() == before + 2
    # signed out beside it: what is typed stays, and a page without anything typed goes
    other = c.d.current_window_handle
    c.d.switch_to.new_window("tab")
    listening("/out")
    c.press(".who button")
    c.d.switch_to.window(other)
    assert c.find(field).get_attribute("value") == "Mag ik weten of het past?"
    assert not [x for x in c.d.get_log("browser")]
