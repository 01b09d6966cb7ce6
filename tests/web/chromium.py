# SPDX-License-Identifier: EUPL-1.2
"""Chromium, as tests drive it: one browser for many of them, each time without cookies and as if it were new; and what every page must
be in each of its forms."""
import base64
import contextlib
import os
import re
import time

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, NoSuchElementException, StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

import axe
from browser import PHRASE
from node import ROOT, wait_for

LANGS = ("nl", "fr", "en", "de")
FORMS = (("light", 1280), ("dark", 320), ("light", 320), ("dark", 1280))
LONG = bool(os.environ.get("KRING_LONG"))
PICTURES = ROOT / "build/web"
DRIVER = "/usr/bin/chromedriver"  # Debian's; without its name newer versions of selenium look for one on the network


GONE = (StaleElementReferenceException, NoSuchElementException, JavascriptException)
GONE_WORDS = re.compile("aborted by navigation|does not belong to the document|document unloaded|No node with given id|Cannot find context")
GENEROUS = 60


def gave_way(e):
    """Said of a page that another one takes the place of right now: what was found on it is gone, and has to be looked for anew."""
    return isinstance(e, GONE) or GONE_WORDS.search(str(e.msg or "")) is not None


class Chrome:
    """One browser with a profile of its own.  Whatever reads a page reads one that stands: while a page gives way to the next one, it looks
    again; and whatever leaves a page returns when the next one stands."""

    def __init__(self, port, *, scripts=True, profile=None):
        o = webdriver.ChromeOptions()
        if profile:
            o.add_argument(f"--user-data-dir={profile}")
        for a in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1"):
            o.add_argument(a)
        if not scripts:
            o.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        o.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.d, self.scripts = webdriver.Chrome(options=o, service=Service(DRIVER)), scripts
        self.anew(port)

    def anew(self, port):
        """As if it had just been started: one window, no cookies, nothing on the console."""
        self.at = f"http://localhost:{port}"
        for other in self.d.window_handles[1:]:
            self.d.switch_to.window(other)
            self.d.close()
        self.d.switch_to.window(self.d.window_handles[0])
        self.d.get("about:blank")
        self.d.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.d.get_log("browser")
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

    def judge(self, rules=None):
        """(what axe finds, how wide it is, its text, its language, its title) of the page that stands.  rules: only those."""
        only = "{resultTypes: ['violations']" + (f", runOnly: {rules}" if rules else "") + "}"
        if not self.js("return 'axe' in window"):
            self.js(axe.source())
        return self.standing(lambda: self.d.execute_async_script(
            f"const done = arguments[0]; axe.run(document, {only}).then(r => done([r.violations.map(v => [v.id, v.nodes.map(n => n.target).join(' ')]),"
            "document.documentElement.scrollWidth, document.body.innerText, document.documentElement.lang, document.title, document.documentElement.scrollHeight]))"))

    def picture(self, name, width, tall):
        """All of the page, as somebody sees it who reads to its end."""
        shot = self.d.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True,
                                                                 "clip": {"x": 0, "y": 0, "width": width, "height": min(4000, max(600, tall)), "scale": 1}})
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def codes():
    """What stands in lists for programs, and must never be shown: those that are no word of a language."""
    out = set()
    for p in (ROOT / "config/lists").glob("*.psv"):
        lines = [x.split("|") for x in p.read_text().splitlines() if x and x[0] != "#"]
        out |= {x[0] for x in lines[1:] if re.fullmatch(r"[a-z]+(-[a-z]+)+", x[0])}
    said = " ".join(x for p in (ROOT / "config/lists").glob("*.psv") for line in p.read_text().splitlines() for x in line.split("|")[1:5])
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)+", said))
    return out - words


# What depends on how a page looks; all else is the same in every form of it.
LOOKS = ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"]


def forms(turn):
    """[(language, [(scheme, width)])]: each language once and each pair once, another pair for the next page; all sixteen with KRING_LONG."""
    return [(lang, list(FORMS) if LONG else [FORMS[(i + turn) % len(FORMS)]]) for i, lang in enumerate(LANGS)]


def looks(c, pages, known, named=()):
    """What is wrong with these pages ({name: path}) in their forms: found by axe, on the console, too wide, a code without its words, another
    language, somebody named in the title.  Their pictures are in build/web."""
    wrong = []
    # each page finds it there, and it is not sent again for each
    there = c.d.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": axe.source()})
    for turn, (name, path) in enumerate(pages.items()):
        for lang, pairs in forms(turn):
            for n, (scheme, width) in enumerate(pairs):
                c.look(lang, scheme, width)
                if n == 0:
                    c.open(path)
                at = f"{name} {lang} {scheme} {width}"
                found, wide, text, spoken, title, tall = c.judge(None if n == 0 and (LONG or lang == LANGS[turn % 4]) else LOOKS)
                wrong += [f"{at}: axe: {f}" for f in found]
                wrong += [f"{at}: console: {x['message']}" for x in c.d.get_log("browser") if not (name == "missing" and "404" in x["message"])]
                wrong += [f"{at}: {wide} px wide"] * (wide > width)
                wrong += [f"{at}: a code: {k}" for k in known & set(re.findall(r"[a-z]+(?:-[a-z]+)+", text))]
                wrong += [f"{at}: a brace: {text[:200]}"] * bool(re.search(r"[{}|]", text))
                wrong += [f"{at}: in {spoken}"] * (spoken != lang)
                wrong += [f"{at}: a day that may be broken: {x}" for x in re.findall(r"\d\.?(?: [^\W\d]{3,9}\.?[ \xa0]|[ \xa0][^\W\d]{3,9}\.? )\d{4}\b", text)]
                wrong += [f"{at}: {x} in the title" for x in named if x in title or x in c.d.current_url]
                c.picture(f"{name}-{lang}-{scheme}-{width}", width, tall)
    c.d.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", there)
    c.look()
    return wrong
