# SPDX-License-Identifier: EUPL-1.2
"""Signing in with a passkey, in Chromium with an authenticator that stands in for a finger; and what a passkey that is wrong gets."""
import base64
import os
import pathlib
import re
import tempfile
import types
import urllib.parse

import pytest
from selenium.webdriver.common.virtual_authenticator import Protocol, Transport, VirtualAuthenticatorOptions

from browser import PHRASE, Browser, await_web, with_web
from node import Federation, wait_for
from passkeys import Passkey, b64
from chromium import GENEROUS, PICTURES, codes, looks


@pytest.fixture(scope="module")
def node():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, ("Goes",))
        n = fed.nodes[0]
        port = with_web(n, Login="passkey")
        conf = n.dir / "kring.conf"
        n.origin = f"http://localhost:{port}"
        conf.write_text(conf.read_text().replace("Origin=https://kring.goes.example", f"Origin={n.origin}"))
        try:
            n.start()
            fed.import_roster(n)
            await_web(n, host=f"localhost:{port}")
            n.case = n.new_case(name="Wilhelmina Verzonnen", phone="000-333")  # before there is staff: who sits at the machine then administers it
            n.paper = pathlib.Path(d) / "Brief van Wilhelmina.pdf"
            n.paper.write_bytes(os.urandom(700000))
            n.k("case", "attach", n.case, str(n.paper))
            yield n
        finally:
            fed.stop()


@pytest.fixture
def fingered(chrome):
    """A browser with an authenticator that stands in for a finger."""
    made = []

    def make(finger=True, **how):
        c = chrome(**how)
        if finger:
            made.append(c)
            c.d.add_virtual_authenticator(VirtualAuthenticatorOptions(protocol=Protocol.CTAP2, transport=Transport.INTERNAL, has_resident_key=True,
                                                                      has_user_verification=True, is_user_verified=True))
        return c
    yield make
    for c in made:
        c.d.remove_virtual_authenticator()


def link_of(node, name, *roles):
    return node.k("staff", "add", name, "--role", ",".join(roles or ("caseworker",)))["link"]


PASSKEY = "form#passkey button"


def at(c, path):
    wait_for(path, lambda: urllib.parse.urlsplit(c.d.current_url).path == path, GENEROUS)


def register(c, link, name):
    """As the address that somebody was given is opened."""
    c.d.get(link)
    wait_for("the link to be taken over", lambda: c.js("return location.pathname == '/login/first' && document.readyState == 'complete' && document.getElementById('link').value.length == 43"), GENEROUS)
    assert "#" not in c.d.current_url
    c.fill("device", "laptop")
    c.press(PASSKEY)
    at(c, "/")
    assert name in c.text()


def shown(c, name):
    """The box of that id is there, and has the focus."""
    wait_for(f"{name} to be shown", lambda: c.find(f"#{name}").is_displayed(), GENEROUS)
    assert c.where() == name


def sign_out(c):
    c.press(".who button")
    at(c, "/login")


def nothing_on_the_console(c):
    wrong = [x["message"] for x in c.d.get_log("browser")]
    assert not wrong, wrong


def test_a_passkey_is_made_and_signs_in(node, fingered):
    c = fingered()
    register(c, link_of(node, "Anna Verzonnen"), "Anna Verzonnen")
    keys = c.d.get_credentials()
    assert len(keys) == 1 and keys[0].rp_id == "localhost" and keys[0].is_resident_credential
    sign_out(c)
    c.press(PASSKEY)
    at(c, "/")
    assert "Anna Verzonnen" in c.text()
    c.open("/login")
    c.press(PASSKEY)
    at(c, "/")  # once more, under another token
    nothing_on_the_console(c)


def test_who_does_not_show_it_stays_out(node, fingered):
    c = fingered()
    register(c, link_of(node, "Bert Bedacht"), "Bert Bedacht")
    sign_out(c)
    c.d.set_user_verified(False)
    c.find(PASSKEY).click()
    shown(c, "passkey-failed")
    c.d.set_user_verified(True)
    c.d.remove_all_credentials()
    c.open("/login")
    c.find(PASSKEY).click()
    shown(c, "passkey-failed")
    nothing_on_the_console(c)


def test_a_form_is_kept_behind_a_passkey(node, fingered):
    """The session ended under a form half filled in: who signs in with the same passkey finds it as it was, and nothing done."""
    typed = "Belde om 10 uur.\nZoë komt \"morgen\" <b>weer</b>."
    c = fingered()
    register(c, link_of(node, "Greet Verzinsel"), "Greet Verzinsel")
    c.open(f"/c/{node.case}/note")
    c.fill("text", typed)
    node.k("staff", "signout", "Greet Verzinsel")
    c.press("main form button")
    assert "Wat u typte, is bewaard." in c.text() and "Belde" not in c.text()
    c.d.set_user_verified(False)
    c.find(PASSKEY).click()
    shown(c, "passkey-failed")  # not lost by a finger that was not known
    c.d.set_user_verified(True)
    c.press(PASSKEY)
    at(c, f"/c/{node.case}/note")
    assert c.find("[name='text']").get_attribute("value") == typed and "Dit formulier is nog niet verstuurd." in c.text()
    c.open(f"/c/{node.case}")
    assert "Belde om 10 uur" not in c.text()
    c.d.back()
    c.press("main form button")
    at(c, f"/c/{node.case}")
    assert c.text().count("Belde om 10 uur") == 1
    nothing_on_the_console(c)


def test_a_passkey_that_was_taken_away_signs_nobody_in(node, fingered):
    c = fingered()
    register(c, link_of(node, "Dirk Verzinsel"), "Dirk Verzinsel")
    sign_out(c)
    node.k("staff", "signout", "Dirk Verzinsel", "--passkeys")
    c.press(PASSKEY)
    wait_for("the answer", lambda: "Aanmelden is niet gelukt" in c.text(), GENEROUS)
    assert urllib.parse.urlsplit(c.d.current_url)[2:4] == ("/login", "e=sign-in-failed")
    assert c.js("return document.activeElement.className") == "wrong"
    nothing_on_the_console(c)


def test_a_link_that_was_used_makes_no_second_passkey(node, fingered):
    c, link = fingered(), link_of(node, "Els Verzonnen")
    register(c, link, "Els Verzonnen")
    sign_out(c)
    c.d.get(link)
    wait_for("the link to be taken over", lambda: c.js("return location.pathname == '/login/first' && document.readyState == 'complete' && document.getElementById('link').value.length == 43"), GENEROUS)
    c.press(PASSKEY)
    wait_for("the answer", lambda: "Deze link werkt niet meer" in c.text(), GENEROUS)
    assert len(c.d.get_credentials()) == 1


def test_what_weighs_heavily_asks_once_more(node, fingered):
    c = fingered()
    register(c, link_of(node, "Fien Bedacht"), "Fien Bedacht")
    before = c.d.get_cookie("__Host-kring")["value"]
    for to, lands in (("/in", "/in"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example/", "/"), ("javascript:alert(1)", "/"), ("/out?after=", "/out")):
        c.open("/step-up?to=" + urllib.parse.quote(to, safe=""))
        c.press(PASSKEY)
        at(c, lands)
        assert c.d.current_url.startswith(node.origin + lands)
        now = c.d.get_cookie("__Host-kring")["value"]
        assert now != before
        before = now
    # the passkey of another person, on the same machine
    mine = c.d.get_credentials()
    c.d.remove_all_credentials()
    sign_out(c)
    register(c, link_of(node, "Gijs Verzinsel"), "Gijs Verzinsel")
    c.d.remove_all_credentials()
    for k in mine:
        c.d.add_credential(k)
    c.open("/step-up")
    c.find(PASSKEY).click()
    shown(c, "passkey-failed")


def test_a_file_is_saved_and_its_name_names_nobody(node, fingered, tmp_path):
    c = fingered()
    register(c, link_of(node, "Femke Verzinsel"), "Femke Verzinsel")
    c.d.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    c.open(f"/c/{node.case}")
    assert node.paper.name in c.text() and "684 kB, van hier" in c.text()
    link = "main a[href*='/files/']"
    c.press(link)  # the passkey once more, and back to where the file stands
    c.press(PASSKEY)
    at(c, f"/c/{node.case}")
    c.find(link).click()
    wait_for("the file", lambda: [p for p in tmp_path.iterdir() if p.suffix == ".pdf"], GENEROUS)
    saved, = tmp_path.iterdir()
    assert saved.read_bytes() == node.paper.read_bytes() and re.fullmatch(r"kring-[0-9a-f]{8}-[0-9a-f]{8}\.pdf", saved.name)
    assert c.d.current_url.endswith(f"/c/{node.case}")
    nothing_on_the_console(c)


def test_the_page_asks_before_it_signs_out(node, fingered):
    c = fingered()
    register(c, link_of(node, "Hans Verzonnen"), "Hans Verzonnen")
    later = "const now = Date.now.bind(Date); Date.now = () => now() + arguments[0] * 1000"
    box = c.find("#ends")
    assert not box.is_displayed() and 800 < int(c.js("return document.body.dataset.ends")) <= 900
    c.d.execute_script(later, 14 * 60)
    wait_for("to be asked", box.is_displayed, GENEROUS)
    assert c.where() == "ends-stay" and "Bent u er nog?" in box.text
    c.d.save_screenshot(str(PICTURES / "ends-nl-light-1280.png"))
    c.find("#ends-stay").click()
    wait_for("the question to go", lambda: not box.is_displayed(), GENEROUS)
    c.d.execute_script(later, 15 * 60)
    at(c, "/login")
    assert "U bent niet meer aangemeld" in c.text()
    nothing_on_the_console(c)


def first_id(c):
    """Of the passkey that stands first on one's own page."""
    c.open("/me")
    return re.search(r"remove%2F([0-9a-f]+)", c.find("main td a").get_attribute("href"))[1]


def test_one_more_passkey_and_one_less(node, fingered):
    c = fingered()
    register(c, link_of(node, "Mia Verzonnen"), "Mia Verzonnen")
    c.press(".who a")
    assert "laptop" in c.text() and "(deze aanmelding)" in c.text() and c.d.title == "Uw aanmelding – Kring"
    c.follow("Nog een passkey maken")
    c.press(PASSKEY)
    at(c, "/me/add")
    # the same device would give the same passkey again: another one is put in
    c.d.remove_all_credentials()
    c.fill("device", "telefoon")
    c.press(PASSKEY)
    at(c, "/me")
    assert "telefoon" in c.text() and "laptop" in c.text() and "nog niet" in c.text()
    c.press("main tr:first-child td a")  # the laptop's, with the telephone's
    c.press(PASSKEY)
    wait_for("the question", lambda: "/me/remove/" in c.d.current_url, GENEROUS)
    assert "laptop" in c.text() and "u wordt nu afgemeld" in c.text() and "laatste" not in c.text()
    c.press("main form button")
    at(c, "/login")
    assert "U bent niet meer aangemeld" in c.text()
    c.press(PASSKEY)
    at(c, "/")
    c.open("/me")
    assert "telefoon" in c.text() and "laptop" not in c.text()
    c.press("main td a")
    c.press(PASSKEY)
    wait_for("the question", lambda: "/me/remove/" in c.d.current_url, GENEROUS)
    assert "Dit is uw laatste passkey" in c.text()
    nothing_on_the_console(c)


def test_signing_out_everywhere(node):
    key, elsewhere = Passkey(), Hand(node)
    assert elsewhere.make(link_of(node, "Noor Bedacht"), key) == "/"
    again = Hand(node)
    assert again.prove(key) == "/"
    page = again.get("/me")
    assert len([r for r in page.rows if r[-1].startswith("Passkey")]) == 2
    again.post("/me/signout", follow=False)
    assert again.headers["Location"] == "/login"
    assert "U bent niet meer aangemeld" in elsewhere.get("/").text and "__Host-kring" not in again.cookies
    assert again.get("/me").forms.get("/me/signout") is None


def test_a_language_stays(node):
    b, key = Hand(node), Passkey()
    b.make(link_of(node, "Otto Verzinsel"), key)
    b.get("/me")
    assert b.post("/me/language", lang="de").lang == "de" and "Ihre Anmeldung" in b.page.text
    b.get("/me")
    b.post("/logout")
    assert b.page.lang == "de"
    b.cookies["__Host-kring-lang"] = "xx"
    assert b.get("/login").lang == "nl"


def test_ones_own_passkeys_are_nobody_elses(node):
    a, b, key, other = Hand(node), Hand(node), Passkey(), Passkey()
    a.make(link_of(node, "Piet Verzonnen"), key)
    b.make(link_of(node, "Roos Bedacht"), other)
    link = next(x for x in a.get("/me").links if "remove" in x)
    id = re.search(r"[0-9a-f]{32}$", link)[0]
    step = dict(page="/step-up", at="/step-up", begin="/step-up/begin")
    assert b.prove(other, **step) == "/"
    status, head, _ = b.ask("GET", f"/me/remove/{id}")
    assert status == 303 and head["Location"] == "/me?e=passkey-unknown"
    own = next(x for x in b.get("/me").links if "remove" in x)[-32:]
    k = b.get(f"/me/remove/{own}").forms[f"/me/remove/{own}"]["k"]
    assert b.ask("POST", f"/me/remove/{id}", f"k={k}".encode())[0] == 403
    # a proof that is too old is asked for again
    stale = Hand(node)
    stale.prove(key)
    form = stale.get(f"/me/remove/{id}").forms[f"/me/remove/{id}"]
    assert stale.ask("POST", f"/me/remove/{id}", urllib.parse.urlencode(form).encode())[1]["Location"] == f"/step-up?to=%2Fme%2Fremove%2F{id}"
    assert "Piet Verzonnen" in stale.get("/").text


def test_its_pages_in_every_form(node, fingered):
    c = fingered()
    register(c, link_of(node, "Ilse Bedacht"), "Ilse Bedacht")
    pages = {"me": "/me", "case-files": f"/c/{node.case}", "me-add": "/me/add", "me-remove": "/me/remove/" + first_id(c), "step-up": "/step-up", "login-passkey": "/login", "first-passkey": "/login/first?e=passkey-unfit"}
    wrong = looks(c, pages, codes())
    assert not wrong, "\n".join(dict.fromkeys(wrong))


# ---- a passkey in software, so that each part of what it says can be wrong ----

class Hand(Browser):
    """A browser without a screen, and what the script does."""

    def __init__(self, node):
        super().__init__(node.web, host=f"localhost:{node.web}")
        self.origin = node.origin

    def begin(self, page, at, **fields):
        self.get(page)
        k = next(a["data-k"] for t, a in self.page.tags if t == "form" and a.get("data-begin") == at)
        _, _, text = self.ask("POST", at, urllib.parse.urlencode({"k": k, **fields}).encode())
        said = urllib.parse.parse_qs(text)
        if "e" in said:
            return said["e"][0]
        return types.SimpleNamespace(challenge=base64.urlsafe_b64decode(said["challenge"][0] + "="), rp_id=said["rp"][0], ids=said.get("id", []))

    def fields(self, values, **names):
        return {names[k]: v if isinstance(v, str) else b64(v) for k, v in values.items()}

    def prove(self, key, page="/login", at="/login/passkey", begin="/login/begin", **how):
        """Where the browser is led to."""
        values = key.get(self.begin(page, begin), **{"origin": self.origin, **how})
        self.post(at, follow=False, **self.fields(values, cred_id="cred", authenticator_data="auth", client_data="client", signature="sig"))
        return self.headers["Location"]

    def make(self, link, key, **how):
        values = key.create(self.begin("/login/first", "/login/begin", link=link), **{"origin": self.origin, **how})
        self.post("/login/first", follow=False, link=link, **self.fields(values, cred_id="cred", authenticator_data="auth", client_data="client", spki="spki", name="device"))
        return self.headers["Location"]


def test_a_passkey_that_is_wrong_in_one_part(node):
    link, key, other = link_of(node, "Jan Verzonnen"), Passkey(), Passkey()
    b = Hand(node)
    assert b.make(link, key, origin="https://evil.example") == "/login/first?with=passkey&e=passkey-unfit"
    assert b.make(link, key, rp_id="evil.example") == "/login/first?with=passkey&e=passkey-unfit"
    assert b.make(link, key, flags=1 | 64) == "/login/first?with=passkey&e=passkey-unfit"
    assert b.make(link, key) == "/" and "__Host-kring" in b.cookies
    assert b.begin("/login/first", "/login/begin", link=link) == "link-over"
    assert b.begin("/login/first", "/login/begin", link="no link") == "link-over"
    b.get("/")
    b.post("/logout")
    refused = "/login?e=sign-in-failed"
    assert b.prove(key, origin="https://evil.example") == refused
    assert b.prove(key, kind="webauthn.create") == refused
    assert b.prove(other) == refused and b.prove(other, cred_id=key.cred_id) == refused
    assert "__Host-kring" not in b.cookies
    assert b.prove(key) == "/" and "Jan Verzonnen" in b.get("/").text
    again = Hand(node)
    ask = again.begin("/login", "/login/begin")
    sent = again.fields(key.get(ask, origin=node.origin), cred_id="cred", authenticator_data="auth", client_data="client", signature="sig")
    again.post("/login/passkey", follow=False, **sent)
    assert again.headers["Location"] == "/"
    thief = Hand(node)
    thief.get("/login")
    thief.post("/login/passkey", follow=False, **sent)  # heard on the way, and said once more
    assert thief.headers["Location"] == refused
    # two people: a proof of one is none for the other
    c = Hand(node)
    assert c.make(link_of(node, "Karel Bedacht"), other) == "/"
    step = dict(page="/step-up", at="/step-up", begin="/step-up/begin")
    assert c.prove(key, **step) == "/step-up?to=%2F&e=sign-in-failed"
    assert c.prove(other, **step) == "/"


def test_a_kept_form_is_of_the_one_who_typed_it(node, fingered):
    """Somebody else's passkey opens no form; the one who typed it still finds it afterwards."""
    key, other, b = Passkey(), Passkey(), Hand(node)
    b.make(link_of(node, "Hanna Bedacht"), key)
    Hand(node).make(link_of(node, "Hugo Bedacht"), other)
    path = f"/c/{node.case}/note"
    b.get(path)
    node.k("staff", "signout", "Hanna Bedacht")
    page = b.post(path, text="Wacht op een brief.")
    kept = page.forms["/login/passkey"]["f"]
    assert re.fullmatch("[0-9a-f]{16}", kept) and "Wacht op een brief." not in page.text
    assert b.prove(other, page=f"/login?f={kept}") == "/" and "Wacht op een brief." not in b.get(f"{path}?e={kept}").text


def test_a_challenge_is_given_to_no_other_site(node):
    b = Hand(node)
    b.get("/login")
    k = next(a["data-k"] for t, a in b.page.tags if t == "form" and a.get("data-begin") == "/login/begin")
    for how in (dict(Sec_Fetch_Site="cross-site"), dict(Sec_Fetch_Site=None), dict(Sec_Fetch_Site=None, Origin="https://evil.example")):
        assert b.ask("POST", "/login/begin", f"k={k}".encode(), **how)[0] == 403, how
    assert b.ask("POST", "/login/begin", b"k=" + b"A" * 22)[0] == 403
    assert b.ask("POST", "/step-up/begin", b"k=" + b"A" * 22)[1]["Location"] == "/login"
    assert b.ask("GET", "/still")[1]["Location"] == "/login"


def test_where_passphrases_are_off_there_is_no_field_for_one(node):
    b = Hand(node)
    assert not any(a.get("name") == "phrase" for _, a in b.get("/login").tags)
    b.get("/login/first")
    b.post("/login/first", link=link_of(node, "Lies Verzinsel"), phrase=PHRASE)
    assert "Hier meldt men zich niet met een wachtzin aan" in b.page.text
