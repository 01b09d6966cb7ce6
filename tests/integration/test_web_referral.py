# SPDX-License-Identifier: EUPL-1.2
"""One referral on a screen, at both ends: what its page says, each act as a form, and what a browser gets when something is wrong."""
import re
import tempfile
import urllib.parse

import pytest

from browser import Browser, await_web, with_web
from node import Federation, offered, wait_for

HOSTILE = "\"><script>alert(1)</script> '&lt; \u00e9 {{k}} %00 javascript:x"


@pytest.fixture(scope="module")
def house():
    """Goes refers, SMWO receives; Anna and Carla work at SMWO, Bert at Goes."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d)
        a, b = fed.nodes
        for n in fed.nodes:
            with_web(n)
        try:
            fed.start()
            for n in fed.nodes:
                await_web(n)
            b.goes, b.refs = a, [offered(a, b)[1] for _ in range(18)]  # before anybody is named: then a terminal is no caseworker
            for n, name in ((b, "Anna Verzonnen"), (b, "Carla Verzinsel"), (a, "Bert Bedacht")):
                who = Browser(n.web)
                who.first(n.k("staff", "add", name, "--role", "caseworker")["link"])
                setattr(b, name.split()[0].lower(), who)
            yield b
        finally:
            fed.stop()


@pytest.fixture
def ref(house):
    """The reference of a referral that came in, and that no test before this one had."""
    return house.refs.pop()


def do(who, ref, act, **fields):
    """Open the form of that act and send it, and once more where it asks."""
    at = f"/r/{ref}/{act}"
    assert at in who.get(at).forms, who.page.text
    page = who.post(at, **fields)
    return who.post(at) if at in page.forms and "yes" in page.forms[at] else page


def stands(who, ref, words):
    wait_for(f"{words} at {ref}", lambda: words in who.get(f"/r/{ref}").text)


def test_the_page_of_a_referral_at_both_ends(house, ref):
    page = house.anna.get(f"/r/{ref}")
    assert house.anna.status == 200 and "U bent aan zet: antwoord geven, uiterlijk" in page.text
    for words in ("Testpersoon Verzonnen", "Inkomen en schulden", "Van Goes", "Kenmerk " + ref, "Wat Goes deelde", "000-111",
                  "Niet gedeeld: eigen verhaal.", "alleen u en Goes"):
        assert words in page.text, (words, page.text)
    assert [x.split("/")[-1] for x in page.links if x.startswith(f"/r/{ref}/")] == ["accept", "ask", "message", "contact", "redirect", "decline", "revoke", "letter"]
    assert "Testpersoon" not in re.search("<title>(.*?)</title>", house.anna.ask("GET", f"/r/{ref}")[2])[1]
    page = house.bert.get(f"/r/{ref}")
    assert "SMWO is aan zet: antwoord verwacht uiterlijk" in page.text and "Wat SMWO hiervan heeft" in page.text
    assert "wie het is, contactgegevens, noden en doelen; tot en met" in page.text.lower() and f"/r/{ref}/withdraw" in page.links
    assert f"/r/{ref}" in house.bert.get("/out").links and f"/r/{ref}" in house.anna.get("/").links
    for who, at in ((house.anna, "/in"), (house.bert, "/out")):  # also what is done there is one of those that came, or went
        for page in ("", "/letter", "/message"):
            assert ("a", {"href": at, "aria-current": "page"}) in who.get(f"/r/{ref}{page}").tags, (at, page)
    page = house.bert.ask("GET", f"/r/{ref}", Accept_Language="fr")[2]
    assert "<h2>Ce qui se trouve chez SMWO</h2>" in page and "<strong>Orientation</strong>\u00a0: revenus et dettes" in page


def test_what_is_no_referral_is_no_page(house, ref):
    for path in ("/r/0000-0000-0", "/r/xxxx", "/r/" + "f" * 32, "/r/0000-0000-0/accept", f"/r/{ref}/offer", f"/r/{ref}/nothing", f"/r/{ref}/expire"):
        status, _, text = house.anna.ask("GET", path)
        assert status == 404 and "Deze bladzijde is er niet" in text, path
    for path in ("/r/0000-0000-0/accept", f"/r/{ref}/offer"):
        k = house.anna.get(f"/r/{ref}/accept").forms[f"/r/{ref}/accept"]["k"]
        assert house.anna.ask("POST", path, f"k={k}".encode())[0] == 403, path  # of another form
    nobody = Browser(house.web)
    assert nobody.ask("GET", f"/r/{ref}")[1]["Location"] == "/login"


def test_an_act_that_is_not_possible_shows_how_things_are(house, ref):
    page = house.anna.get(f"/r/{ref}/hold")
    assert house.anna.status == 200 and "Aanvaarden" in page.text and f"/r/{ref}/hold" not in page.forms


def test_the_whole_way_of_a_referral(house, ref):
    """Asked, answered, accepted, begun, held, ended, acknowledged; what each wrote stands at both ends."""
    anna, bert = house.anna, house.bert
    page = do(anna, ref, "ask", reason="best-contact")
    assert "Vraag gesteld aan Goes." in page.text and "Goes is aan zet" in page.text
    stands(bert, ref, "U bent aan zet: vraag beantwoorden")
    page = bert.get(f"/r/{ref}/info")
    assert "SMWO vraagt Hoe bereiken we de persoon best" in page.text, page.text  # whoever answers reads the question
    page = do(bert, ref, "info")
    assert "Het antwoord is leeg" in page.text and "U koos niets" in page.text and "schrijf het antwoord" not in page.text  # where nothing can be written
    page = do(bert, ref, "info", c1="1")
    assert "Antwoord gegeven aan SMWO." in page.text
    stands(anna, ref, "U bent aan zet: antwoord geven")
    page = do(anna, ref, "accept", reason="place-now")
    assert f"U hebt {ref} van Goes aanvaard." in page.text and "Er is plaats" in anna.get(f"/r/{ref}/accept").text or "er is plaats" in page.text
    page = do(anna, ref, "start", reason="first-contact")
    assert "u bent met de persoon bezig" in page.text
    page = do(anna, ref, "message", text="Morgen om tien uur?", at="Loket 3")
    assert "Bericht gestuurd aan Goes." in page.text and "Morgen om tien uur?" in page.text and "Loket 3" in page.text
    stands(bert, ref, "Morgen om tien uur?")
    page = do(bert, ref, "contact", phone="0113-000 000")
    assert "Dit gaat naar SMWO, en is in het dossier genoteerd" in page.text
    page = do(anna, ref, "outcome", reason="helped")
    assert "Resultaat gemeld aan Goes." in page.text
    stands(bert, ref, "U bent aan zet: resultaat bevestigen")
    page = do(bert, ref, "ack")
    assert "Resultaat bevestigd aan SMWO." in page.text and "Afgerond: niemand is aan zet." in page.text
    stands(anna, ref, "Afgerond: niemand is aan zet.")


def test_the_letter_is_the_one_of_the_command_line(house, ref):
    page = house.bert.get(f"/r/{ref}/letter")
    assert house.bert.status == 200 and f"/r/{ref}/letter" in house.bert.get(f"/r/{ref}").links
    for words in ("Testpersoon Verzonnen", "SMWO", ref, "Druk deze brief af"):
        assert words in page.text, (words, page.text)
    assert re.search("<title>(.*?)</title>", house.bert.ask("GET", f"/r/{ref}/letter")[2])[1] == "Brief – Kring"
    assert house.bert.ask("GET", "/r/0000-0000-0/letter")[0] == 404
    assert "Brief voor de persoon" in house.anna.get(f"/r/{ref}").text and house.anna.get(f"/r/{ref}/letter").text


def test_declined_with_a_reason_and_who_can_help(house, ref):
    anna = house.anna
    page = anna.get(f"/r/{ref}/decline")
    assert "daarvoor gaf de persoon geen toestemming" in page.text and "Voor eigen woorden" not in anna.get(f"/r/{ref}/message").text
    page = anna.get(f"/r/{ref}/decline")
    # what a node answers by itself is no reason of hers, and what is none of them comes last
    reasons = [x["value"] for t, x in page.tags if t == "input" and x.get("name") == "reason"]
    assert reasons[-1] == "other" and len(reasons) > 8 and not {"case-erased", "no-agreement", "no-content", "unreadable", "info-missing"} & set(reasons), reasons
    assert re.search(r"Andere\b", page.text) and "toelichten" not in page.text, page.text  # nobody is asked for words that may not go
    assert "binnen 7 dagen gewist" in page.text and "Niemand bekend" in page.text and "info-missing" not in str(page.tags)
    page = do(anna, ref, "decline", place="none", text="")
    assert "Er ontbreekt een reden" in page.text and ("div", {"class": "wrong", "id": "wrong", "role": "alert", "tabindex": "-1"}) in page.tags
    page = do(anna, ref, "decline", reason="no-capacity", place="none")
    assert f"U hebt {ref} van Goes geweigerd." in page.text
    stands(house.bert, ref, "SMWO heeft geweigerd")
    assert "geen plaats / wachtlijst" in house.bert.page.text


def test_what_ends_it_is_asked_twice(house, ref):
    for act, fields, words in (("error", {"reason": "wrong-person"}, "verwijdert alles"), ("revoke", {}, "trekt 1 toestemming in")):
        at = f"/r/{ref}/{act}"
        house.bert.get(at)
        page = house.bert.post(at, **fields)
        assert words in page.text and "kan niet ongedaan gemaakt worden" in page.text and page.forms[at]["yes"] == "1"
        assert "SMWO is aan zet" in house.bert.get(f"/r/{ref}").text  # nothing was done
    page = do(house.bert, ref, "error", reason="wrong-person")
    assert "Vergissing gemeld aan SMWO." in page.text
    stands(house.anna, ref, "Vergissing van Goes")
    assert "000-111" not in house.anna.page.text


def test_a_double_click_is_one_act(house, ref):
    anna, at = house.anna, f"/r/{ref}/message"
    form = anna.get(at).forms[at]
    body = urllib.parse.urlencode({**form, "text": "een keer"}).encode()
    first, second = anna.ask("POST", at, body), anna.ask("POST", at, body)
    assert first[0] == second[0] == 303 and first[1]["Location"].startswith(f"/r/{ref}?e=")
    assert anna.get(f"/r/{ref}").text.count("een keer") == 1
    assert "Bericht gestuurd aan Goes." in anna.get(second[1]["Location"].split("#")[0]).text
    other = Browser(house.web)  # what lies under that number is this session's alone
    other.cookies = dict(house.carla.cookies)
    assert "Bericht gestuurd" not in other.get(second[1]["Location"].split("#")[0]).text


def test_a_day_that_does_not_exist_is_no_act_without_one(house, ref):
    """A browser without a field for days sends what was typed."""
    anna, at = house.anna, f"/r/{ref}/message"
    for day in ("31-02-2030", "2030-02-31", "morgen"):
        anna.get(at)
        page = anna.post(at, text="dan zien we elkaar", day=day)
        assert anna.at.split("?")[0] == at and any(a.get("id") == "wrong" for _, a in page.tags), page.text
    assert "dan zien we elkaar" not in anna.get(f"/r/{ref}").text


def test_of_two_workers_the_second_learns_what_was_done(house, ref):
    anna, carla, at = house.anna, house.carla, f"/r/{ref}/decline"
    typed = {"reason": "out-of-area", "place": "none", "text": "Probeer het in Goes zelf."}
    carla.get(at)
    page = do(anna, ref, "ask", reason="how-urgent")
    page = carla.post(at, **typed)
    assert carla.status == 200 and "deze doorverwijzing is veranderd sinds u keek" in page.text.lower() and "vraag" in page.text
    assert "Anna Verzonnen, een ogenblik geleden: vraag" in page.text
    assert "Probeer het in Goes zelf." in page.text and ("input", {"type": "radio", "id": "reason-out-of-area", "name": "reason", "value": "out-of-area",
                                                                  "checked": None, "required": None}) in page.tags
    assert "Goes is aan zet" in page.text  # as it is now
    form = carla.get(f"/r/{ref}/accept").forms[f"/r/{ref}/accept"]
    do(anna, ref, "accept")
    page = carla.post(f"/r/{ref}/accept", **form)
    assert carla.status == 200 and f"/r/{ref}/start" in page.links and "wrong" in str(page.tags)  # the page as it is now


def test_a_stale_number_is_refused_and_a_wrong_form_does_nothing(house, ref):
    anna, at = house.anna, f"/r/{ref}/accept"
    anna.get(at)
    assert "veranderd sinds u keek" in anna.post(at, e="1").text
    for fields, status in (({"e": "x"}, 400), ({"k": "A" * 22}, 403), ({"k": ""}, 403), ({"nothing": "x"}, 400), ({"i": "z" * 33}, 400)):
        anna.get(at)
        anna.post(at, follow=False, **fields)
        assert anna.status == status, fields
    assert anna.ask("POST", at, b"reason=x")[0] in (400, 403)
    assert "U bent aan zet: antwoord geven" in anna.get(f"/r/{ref}").text


def test_what_is_hostile_stays_text(house, ref):
    """In every field of every form: nothing becomes a tag, an address or a done act that was not meant."""
    who = {"bert": ("message", "contact", "withdraw", "error"), "anna": ("message", "contact", "decline", "redirect", "revoke", "ask")}
    for name, acts in who.items():
        b = getattr(house, name)
        for act in acts:
            at = f"/r/{ref}/{act}"
            for fields in ({"text": HOSTILE, "outside": HOSTILE, "at": HOSTILE, "day": HOSTILE[:24], "place": HOSTILE}, {"phone": HOSTILE, "email": HOSTILE, "address": HOSTILE},
                           {"reason": "x" * 40, "place": HOSTILE}):
                b.get(at)
                page = b.post(at, **fields)
                assert b.status == 200 and not [a for t, a in page.tags if t == "script" and not a.get("src", "").startswith("/a/")], (act, fields)
                assert not [x for x in page.links if x and not x.startswith(("/", "#"))], page.links
    assert "U bent aan zet: antwoord geven" in house.anna.get(f"/r/{ref}").text


def test_what_the_person_took_back_is_erased_from_today(house, ref):
    """The line of the day leads to a page that says what goes and what stays; then the line is gone."""
    anna, erase = house.anna, f"/r/{ref}/erase"
    do(house.bert, ref, "revoke", reason="person-stopped")
    wait_for("the line of the day", lambda: erase in anna.get("/").links)
    assert erase in anna.get(f"/r/{ref}").links and erase not in house.bert.get(f"/r/{ref}").links  # also whoever reads it there comes to it
    page = anna.get(erase)
    assert "Dit kan niet worden teruggedraaid" in page.text and "Goes · " + ref in page.text and erase in page.forms
    page = anna.post(erase)
    assert anna.at.split("?")[0] == "/" and erase not in page.links, page.text
    assert page.done == "Wat de partner vertelde, is hier gewist. Het dossier blijft."
    assert erase not in anna.get(f"/r/{ref}").links


def test_what_waits_on_nobody_has_no_form(house, ref):
    """Typed as an address: why it cannot be done, and the referral as it is; a form only where it can."""
    anna, bert = house.anna, house.bert
    for who, act, words in ((anna, "erase", "wacht nog op antwoord"), (anna, "done", "niets af te vinken"), (bert, "erase", "ging van hier uit"),
                            (bert, "done", "niets af te vinken")):
        at = f"/r/{ref}/{act}"
        page = who.get(at)
        assert who.status == 200 and words in page.text and "aan zet" in page.text and at not in page.forms, (act, page.text)
        assert who.ask("GET", f"/r/0000-0000-0/{act}")[0] == 404
    do(anna, ref, "decline", reason="out-of-area", place="none")
    at = f"/r/{ref}/done"
    stands(bert, ref, "Geweigerd")
    assert at in bert.get(at).forms and at in bert.get(at).forms  # looking at it ticks nothing off
    assert bert.post(at, way="told").done.startswith("Van de lijst gehaald") and bert.at.split("?")[0] == "/"
    assert at not in bert.get(at).forms and "niets af te vinken" in bert.page.text


def test_words_that_may_not_go_have_no_field(house, ref):
    """Of own words the person did not agree to: nobody types them first.  A message has its field."""
    anna = house.anna

    def fields(act):
        return {a.get("name") for t, a in anna.get(f"/r/{ref}/{act}").tags if t in ("textarea", "input")}
    assert "text" not in fields("decline") and "Eigen woorden gaan hier niet mee" in anna.page.text
    assert "text" in fields("message") and "Eigen woorden" not in anna.page.text
    page = anna.post(f"/r/{ref}/message", text="x") and anna.get(f"/r/{ref}/decline")
    page = anna.post(f"/r/{ref}/decline", reason="other", place="none", text="Wij verbouwen.")
    assert "Wij verbouwen." in page.text and "laat dit leeg" in page.text, page.text  # what somebody sent all the same is not lost


def test_who_is_told_that_it_is_over_is_not_sent_to_ask(house, ref):
    """A mistake that was taken back: there is nothing more to ask for, and what was shared is not said to have been withheld."""
    anna, bert = house.anna, house.bert
    do(bert, ref, "error", reason="wrong-person")
    stands(anna, ref, "wat hierover kwam, is hier gewist")
    page = anna.get(f"/r/{ref}")
    assert "De inhoud is hier niet te lezen" in page.text and "Vraag het aan Goes" not in page.text and "vraag het dan" not in page.text, page.text
    text = anna.get(f"/r/{ref}/letter").text
    assert "Goes stuurde ons per vergissing gegevens over u" in text and "mogen wij gebruiken" not in text, text
    stands(bert, ref, "niets meer te lezen")
    assert "Niet gedeeld met" not in bert.get(f"/r/{ref}").text, bert.page.text


def test_what_is_on_its_way_is_not_said_to_be_there(house):
    bert, goes = house.bert, house.goes
    house.stop()
    try:
        case = re.search(r"/c/([0-9a-f]{32})", str([x for x in bert.get("/cases").links if x.startswith("/c/")]))[1]
        bert.get(f"/c/{case}")
        bert.post(f"/refer/{case}")
        at = bert.at.rsplit("/", 1)[0]
        for step, fields in (("need", {"need": "housing"}), ("partner", {"to": "smwo"}), ("share", {"identity": "1", "contact": "1", "how": "kept"}), ("message", {}), ("check", {})):
            page = bert.post(f"{at}/{step}", **fields)
        ref = re.search(r"/refer/([0-9A-Z]+)/sent", bert.at)
        assert ref, page.text
        page = bert.get(f"/r/{ref[1]}")
        assert "SMWO heeft nog niet bevestigd dat dit is aangekomen" in page.text and "Niet gedeeld" not in page.text and "tot en met" not in page.text, page.text
    finally:
        house.start()
    goes.fed.await_connected(goes)
    stands(bert, ref[1], "tot en met")
