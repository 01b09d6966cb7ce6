# SPDX-License-Identifier: EUPL-1.2
"""Nothing that was typed is lost: a form whose session ended, that core did not answer, or of which a field cannot be kept, comes back filled in."""
import json
import os
import re
import signal
import tempfile

import pytest

from browser import PHRASE, Browser, await_web, with_web
from node import Federation, Refused, wait_for
from staff import STRANGER as SECOND, UIDS, hire, kring
from test_webrefer import colleague, start, step

TEXT = "Belde om 10 uur.\nZoë komt \"morgen\" <b>weer</b>."


@pytest.fixture(scope="module")
def goes():
    """Goes with two people, and SMWO to refer to."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a = fed.nodes[0]
        with_web(a)
        try:
            fed.start()
            await_web(a)
            colleague(a)
            a.case = a.new_case(name="Wilhelmina Verzonnen", phone="000-333")
            for n in ("Bert Bedacht", "Greet Bedacht"):
                assert n in Browser(a.web).first(a.k("staff", "add", n, "--role", "caseworker")["link"]).text
            yield a
        finally:
            fed.stop()


@pytest.fixture
def bert(goes):
    b = Browser(goes.web)
    assert "Bert Bedacht" in b.sign_in("Bert Bedacht").text
    return b


def end_sessions(goes, name="Bert Bedacht"):
    """From another screen of the same person."""
    b = Browser(goes.web)
    b.sign_in(name)
    b.get("/me")
    assert "Uw wachtzin" in b.post("/me/signout").text


def box(page, name):
    """What stands in a field."""
    return next((a.get("value", "") for t, a in page.tags if t == "input" and a.get("name") == name and a.get("type") != "hidden"), None)



def noted(goes, text):
    return str(goes.k("case", "show", goes.case)).count(text)


def test_a_form_comes_back_after_signing_in(goes, bert):
    at = f"/c/{goes.case}/note"
    bert.get(at)
    end_sessions(goes)
    page = bert.post(at, text=TEXT)
    assert "U bent niet meer aangemeld" in page.text and "Wat u typte, is bewaard." in page.text and "Belde" not in page.text
    assert re.fullmatch("[0-9a-f]{16}", page.forms["/login"]["f"]) and page.forms["/login/passkey"]["f"] == page.forms["/login"]["f"]
    page = bert.post("/login", name="Bert Bedacht", phrase="niet de goede woorden")
    assert "Aanmelden is niet gelukt" in page.text and "f" in page.forms["/login"]  # still known
    page = bert.post("/login", name="Bert Bedacht", phrase="paard batterij nietje correct")
    assert bert.at.startswith(f"{at}?e=") and TEXT.replace("\n", " ") in page.text and "Dit formulier is nog niet verstuurd." in page.text
    assert ("b", {}) not in page.tags and not noted(goes, "Belde om 10 uur")
    bert.post(at, text=TEXT)
    assert bert.at.split("?")[0] == f"/c/{goes.case}" and noted(goes, "Belde om 10 uur") == 1


def test_it_is_never_somebody_elses(goes, bert):
    at = f"/c/{goes.case}/note"
    bert.get(at)
    end_sessions(goes)
    kept = bert.post(at, text="van Bert alleen").forms["/login"]["f"]
    login = dict(bert.cookies), bert.page
    page = bert.post("/login", name="Greet Bedacht", phrase="paard batterij nietje correct")
    assert bert.at == "/" and "Greet Bedacht" in page.text and "van Bert" not in page.text
    page = bert.get(f"{at}?e={kept}")
    assert bert.status == 200 and "van Bert" not in page.text and "nog niet verstuurd" not in page.text
    other = Browser(goes.web)
    assert other.ask("GET", f"{at}?e={kept}")[1]["Location"] == f"/login?e=session-over&f={kept}"
    assert "van Bert" not in other.get(f"{at}?e={kept}").text
    bert.cookies, bert.page = login
    assert "van Bert alleen" in bert.post("/login", name="Bert Bedacht", phrase="paard batterij nietje correct").text
    # whoever never signed in has nothing kept
    x = Browser(goes.web)
    x.cookies = {"__Host-kring": "A" * 42 + "A"}
    assert x.ask("POST", at, b"text=x&k=" + b"A" * 22)[0] == 403
    assert Browser(goes.web).ask("POST", at, b"text=x&k=" + b"A" * 22)[1]["Location"] == "/login"


def test_a_page_of_before_comes_back_in_the_new_session(goes, bert):
    """Two windows: in one somebody signed in again, in the other a form of before is sent."""
    at = f"/c/{goes.case}/note"
    old = bert.get(at)
    end_sessions(goes)
    bert.get("/")
    bert.sign_in("Bert Bedacht")
    bert.page = old
    page = bert.post(at, text="uit het andere venster")
    assert bert.at.startswith(f"{at}?e=") and "uit het andere venster" in page.text and "nog niet verstuurd" in page.text and not noted(goes, "andere venster")
    bert.post(at, text="uit het andere venster")
    assert bert.at.split("?")[0] == f"/c/{goes.case}" and noted(goes, "andere venster") == 1
    # from elsewhere it is refused as ever, and not kept
    bert.page = old
    bert.post(at, text="van elders", headers={"Sec-Fetch-Site": "cross-site"}, follow=False)
    assert bert.status == 403
    bert.sign_in("Greet Bedacht")
    bert.page = old
    bert.post(at, text="van Bert", follow=False)
    assert bert.status == 403


def test_a_referral_in_five_steps_goes_on_where_it_was(goes, bert):
    d = start(goes, bert, goes.case)

    def again(name, **fields):
        """Sent too late, then signed in again; the page of that step, filled in."""
        bert.get(f"{d}/{name}")
        end_sessions(goes)
        bert.post(f"{d}/{name}", **fields)
        page = bert.post("/login", name="Bert Bedacht", phrase="paard batterij nietje correct")
        assert bert.at.startswith(f"{d}/{name}?e=") and "nog niet verstuurd" in page.text, bert.at
        return page, {a["value"] for t, a in page.tags if t == "input" and "checked" in a}, {a["name"] for t, a in page.tags if t == "input" and "checked" in a}

    page, on, _ = again("need", need="housing", urgency="urgent")
    assert on == {"housing", "urgent"} and "Stap 1 van 5" in page.text
    step(bert, d, "need", need="housing", urgency="urgent")
    page, on, _ = again("partner", to="smwo")
    assert on == {"smwo"}
    step(bert, d, "partner", to="smwo")
    page, on, names = again("share", contact="1", how="oral", witness="Carla Verzinsel", day="31", month="2", year="2027")
    assert {"contact", "how"} <= names and "identity" not in names and "oral" in on and box(page, "witness") == "Carla Verzinsel"
    step(bert, d, "share", identity="1", contact="1", how="written", day="", month="", year="")
    page, _, _ = again("message", text="Graag na 17 uur.\nBel eerst mij.")
    assert "Graag na 17 uur. Bel eerst mij." in page.text and "Stap 4 van 5" in page.text
    assert "Graag" not in bert.get(f"{d}/message").text  # nothing of it was kept in the draft
    page = step(bert, d, "message", text="Graag na 17 uur.")
    page, _, _ = again("check")
    assert "Verstuur naar SMWO" in page.text and not goes.k("sent")["referrals"]


def test_what_cannot_be_kept_comes_back_without_it(goes, bert):
    """A control character in a text: the field is named, the rest stays, nothing was done.  (Signs that only nobody sees are left out
    and the text is taken: test_web_cases.)"""
    at = f"/c/{goes.case}/note"
    for text, back in (("bel\x07 morgen", "bel morgen"), ("a\x1bb\x7f\x02c", "abc"), ("x" * 20000, "x" * 20000), (" \x01regel\r\ntwee", "regel twee")):
        bert.get(at)
        page = bert.post(at, text=text)
        assert bert.at.startswith(f"{at}?e=") and "Uw tekst: dit kon zo niet bewaard worden." in page.text and back in page.text, (text[:20], page.text[:500])
    assert not noted(goes, "bel morgen")
    bert.get("/case/new")
    page = bert.post("/case/new", name="Jan\x03 Verzonnen", goals="rust", story="lang\x02 verhaal")
    assert "Naam: dit kon zo niet bewaard worden." in page.text and box(page, "name") == "Jan Verzonnen" and "lang verhaal" in page.text
    for lang, words in (("fr", "n'est encore gardé"), ("en", "Nothing is kept yet"), ("de", "Noch ist nichts aufbewahrt")):
        b = Browser(goes.web, lang)
        b.cookies = dict(bert.cookies)
        assert words in b.get(bert.at).text, lang
    d = start(goes, bert, goes.case)
    step(bert, d, "need", need="housing", urgency="routine")
    step(bert, d, "partner", to="smwo")
    step(bert, d, "share", identity="1", how="written", day="", month="", year="")
    bert.get(f"{d}/share")
    page = bert.post(f"{d}/share", identity="1", how="oral", witness="Carla", day="1", month="maart", year="2027")
    assert "De maand: dit kon zo niet bewaard worden." in page.text and box(page, "witness") == "Carla"
    bert.get(f"{d}/message")
    assert "Graag snel" in bert.post(f"{d}/message", text="Graag\x04 snel").text and "Uw tekst: dit kon zo niet" in bert.page.text
    # what no page of ours sends stays what it was
    for body in (b"text=a&text=b", b"other=a", b"text=%00", b"text=a&k=%01"):
        assert bert.ask("POST", at, body)[0] == 400, body


def test_a_name_with_such_a_sign_is_named_before_signing_in(goes):
    b = Browser(goes.web)
    page = b.sign_in("Bert\x07 Bedacht")
    assert b.status == 200 and "Uw naam: er staan tekens in die niemand ziet." in page.text
    page = b.sign_in("Bert Bedacht", "paard\u200b batterij nietje correct")
    assert "Uw wachtzin: er staan tekens in die niemand ziet." in page.text and "batterij" not in page.text
    assert "Bert Bedacht" in b.sign_in("Bert Bedacht").text


def test_what_core_did_not_answer_is_done_once(goes, bert):
    """Core does it when it wakes up; whoever sends it again did not do it twice."""
    at, core = f"/c/{goes.case}/note", goes.children()["core"]
    bert.get(at)
    os.kill(core, signal.SIGSTOP)
    try:
        bert.post(at, follow=False, text="in de stilte")
    finally:
        os.kill(core, signal.SIGCONT)
    assert bert.status == 303 and bert.headers["Location"].startswith(f"{at}?e=")
    wait_for("core to have done it", lambda: noted(goes, "in de stilte") == 1)
    page = bert.get(bert.headers["Location"])
    assert "Er kwam geen antwoord." in page.text and "in de stilte" in page.text
    bert.post(at, text="in de stilte")
    assert bert.at.split("?")[0] == f"/c/{goes.case}" and noted(goes, "in de stilte") == 1


def restart(goes):
    goes.stop()
    goes.start()
    await_web(goes)


def test_a_restart_of_the_node_loses_nothing_that_was_typed(goes, bert):
    """No session outlives the node, and no memory of whose it was: the form itself says whose page it was, and the browser gets it back."""
    at = f"/c/{goes.case}/note"
    old = bert.get(at)
    restart(goes)
    bert.page = old
    page = bert.post(at, text="over de herstart heen")
    assert bert.at.startswith("/login?e=session-over&f=") and "Wat u typte, is bewaard." in page.text and "herstart" not in page.text, (bert.at, page.text)
    login, kept = (dict(bert.cookies), bert.page), bert.page.forms["/login"]["f"]
    # at another browser it is not there: what somebody sent from elsewhere never stands filled in before Bert
    other = Browser(goes.web)
    other.get(f"/login?e=session-over&f={kept}")
    assert "herstart" not in other.post("/login", name="Bert Bedacht", phrase=PHRASE).text and other.at == "/"
    assert "herstart" not in other.get(f"{at}?e={kept}").text
    # at this one it is not there for anybody else
    assert "herstart" not in bert.post("/login", name="Greet Bedacht", phrase=PHRASE).text and bert.at == "/"
    bert.cookies, bert.page = login
    page = bert.post("/login", name="Bert Bedacht", phrase=PHRASE)
    assert bert.at.startswith(f"{at}?e=") and "over de herstart heen" in page.text and "Dit formulier is nog niet verstuurd." in page.text
    assert not noted(goes, "over de herstart heen")
    bert.post(at, text="over de herstart heen")
    assert noted(goes, "over de herstart heen") == 1


def test_a_page_of_before_a_restart_comes_back_in_the_new_session(goes, bert):
    """Two windows, and the node was started again: in one somebody signed in again, in the other the form is sent."""
    at = f"/c/{goes.case}/note"
    old = bert.get(at)
    restart(goes)
    bert.sign_in("Bert Bedacht")
    bert.page = old
    page = bert.post(at, text="van voor de herstart")
    assert bert.at.startswith(f"{at}?e=") and "van voor de herstart" in page.text and "nog niet verstuurd" in page.text and not noted(goes, "van voor de herstart"), page.text
    bert.post(at, text="van voor de herstart")
    assert noted(goes, "van voor de herstart") == 1
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": None}):
        bert.page = old
        page = bert.post(at, text="van elders", headers=headers, follow=False)
        assert bert.status == 403 and "Van elders" in page.text, headers
    bert.sign_in("Greet Bedacht")
    bert.page = old
    page = bert.post(at, text="van Bert", follow=False)
    assert bert.status == 403 and "Dit formulier is van iemand anders" in page.text
    # without any session, and from another site: nothing is kept
    bert.cookies.clear()
    bert.page = old
    bert.post(at, text="van elders", headers={"Sec-Fetch-Site": "cross-site"}, follow=False)
    assert bert.headers["Location"] == "/login"


def test_who_comes_later_under_the_same_name_gets_nothing(goes):
    """A colleague left and another one of that name came: what the first one typed is not shown to the second, at that browser either."""
    add = ("staff", "add", "Jan Bedacht", "--role", "caseworker")
    hire(goes, "administrator")
    hire(goes, "administrator", name="Collega twee", uid=SECOND)
    at, b = f"/c/{goes.case}/note", Browser(goes.web)
    b.first(goes.k(*add)["link"])
    assert "Jan Bedacht" in b.sign_in("Jan Bedacht").text
    old = b.get(at)
    goes.k("staff", "end", "Jan Bedacht")
    # the same name once more takes two people, and neither of them is root
    asked = json.loads(kring(goes, UIDS["administrator"], "--json", *add).stdout)
    link = json.loads(kring(goes, SECOND, "--json", "pending", "confirm", asked["id"]).stdout)
    assert "Jan Bedacht" in Browser(goes.web).first(link.get("link") or goes.k("staff", "link", "Jan Bedacht")["link"]).text, link
    restart(goes)
    b.page = old
    b.post(at, text="van de eerste Jan")
    kept = b.page.forms["/login"]["f"]
    page = b.post("/login", name="Jan Bedacht", phrase=PHRASE)
    assert b.at == "/" and "eerste Jan" not in page.text, (b.at, page.text)
    assert "eerste Jan" not in b.get(f"{at}?e={kept}").text
    # a second window of the first one's
    b.page = old
    assert "eerste Jan" not in b.post(at, text="van de eerste Jan").text and b.status == 403
    goes.k("staff", "end", "Jan Bedacht")


def test_what_is_not_known_to_be_anybodys_is_said_to_be_gone(goes, bert):
    at = f"/c/{goes.case}/note"
    bert.get(at)
    bert.page.forms[at]["k"] = bert.page.forms[at]["k"][:22]
    old = bert.page
    restart(goes)
    bert.page = old
    page = bert.post(at, text="zonder naam")
    assert bert.at == "/login?e=typed-lost" and "Uw formulier is niet verstuurd" in page.text and "vul het formulier opnieuw in" in page.text, page.text
    for lang, words in (("fr", "Votre formulaire n'est pas parti"), ("en", "Your form was not sent"), ("de", "Ihr Formular wurde nicht gesendet")):
        assert words in Browser(goes.web, lang).get("/login?e=typed-lost").text, lang
