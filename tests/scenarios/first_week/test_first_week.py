# SPDX-License-Identifier: EUPL-1.2
"""Ten working days of Maud and Ilse at Goes, of Karim at SMWO and of Lotte at OCMW Balen, in Dutch, on terminals; Christmas and New Year
are among them.  And a day in French at Namur, and one in German at Eupen.  The transcripts are golden/first_week/*.txt; they are read as
a caseworker reads them who has no manual."""
import re

from desk import Book, Desk


class Week:
    """People at their desks, and the book of what they see."""

    def __init__(self, region, lang, desks):
        self.region, self.book, self.lang = region, Book(), lang
        self.desks = {who: Desk(region, who, region.nodes[at], lang) for who, at in desks.items()}
        self.shown = ""

    def day(self, moment, title):
        self.region.to(moment)
        self.book.title(title)

    def __call__(self, who, line, *answers):
        """who types that.  What it sees; others have heard of it when this returns."""
        desk = self.desks[who]
        self.shown = desk.do(line, *answers)
        self.book.add(desk, self.shown)
        self.region.settle()
        return self.shown

    def off(self, at):
        self.region.nodes[at].stop()

    def on(self, at):
        self.region.nodes[at].start(*self.region.clock.args)
        self.region.settle()

    def case(self, who, name):
        """As kring case list shows it."""
        shown = self.desks[who].do("kring case list")
        return re.search(rf"^(\w+) +{re.escape(name)}", shown, re.M)[1]

    def ref(self, who, n=0, box="inbox"):
        """The reference on a line that this person sees: the newest is 0."""
        return self.desks[who].node.k(box, "--all")["referrals"][n]["ref"]


def test_ten_working_days_in_dutch(region, capsys):
    r = region({"Gemeente Goes": "NL", "SMWO": "NL", "OCMW Balen": "BE"}, "2026-12-21 09:00")
    w = Week(r, "nl", {"maud": 0, "ilse": 0, "karim": 1, "lotte": 2})
    first_days(w)
    around_christmas(w)
    into_the_new_year(w)
    with capsys.disabled():
        print(f"\nfirst_week: one person to two partners: {w.typed}", end="")
    w.book.compare("first_week/nl.txt")


def first_days(w):
    """An intake, one person to two partners, a question in words, a mistake recalled, an urgent one."""
    w.day("2026-12-21 09:00", "maandag 21 december 2026")
    w("maud", "kring")
    w("ilse", "kring case new", "A. Verzonnen", "31-01-1980", "", "0113 55 01 02", "", "", "", "rust in de geldzaken", "", "", "", "ja")
    w("maud", "kring refer", "verz", "inkomen", "", "1 2", "", "", "", "1", "1", "K. Collega", "1")
    d = w.desks["maud"]
    assert d.answers <= 12, "a referral to two partners takes more than twelve answers"
    w.typed = f"{d.answers} answers, {d.keys} keystrokes, no id"
    w("karim", "kring")
    w.smwo, w.balen = smwo, balen = w.ref("karim"), w.ref("lotte")
    w("karim", f"kring show {smwo}")
    w("karim", f"kring accept {smwo}")
    w("lotte", "kring")
    w("lotte", f"kring say {balen}", "Spreekt zij ook Frans?")
    w("maud", "kring")
    w("maud", f"kring show {balen}")

    w.day("2026-12-22 09:00", "dinsdag 22 december 2026")
    w("maud", "kring")
    w("maud", f"kring say {balen}", "Ja, en zij komt met haar zus.")
    w("lotte", "kring")
    w("lotte", f"kring show {balen}")
    w("lotte", f"kring accept {balen}")
    w("ilse", "kring case new", "B. Bedacht", "3 maart 1990", "", "0113 55 03 04", "nee", "ex-partner leest mee", "via het buurthuis", "nooit alleen op bezoek", "",
      "een eigen woonst", "", "", "", "ja")
    w("ilse", "kring refer", "bedacht", "wonen", "dringend", "2", "", "", "2", "1")
    wrong = w.ref("lotte")
    w("ilse", f"kring recall {wrong}", "ja")
    w("lotte", "kring")
    w("lotte", f"kring show {wrong}")
    w("ilse", "kring refer", "bedacht", "wonen", "dringend", "1", "", "", "2", "1")
    w.urgent = urgent = w.ref("karim")
    w("karim", "kring")

    w.day("2026-12-23 09:00", "woensdag 23 december 2026")
    for who in w.desks:
        w(who, "kring")
    w("karim", f"kring accept {urgent}")
    w("karim", f"kring start {smwo}")
    w("karim", f"kring say {urgent} --date 24/12 --place 'Westwal 1, Goes' --text 'Kan hij om tien uur komen?'")
    w("ilse", f"kring show {urgent}")
    w("ilse", f"kring say {urgent}", "Ja. Hij komt met de bus.")
    w("karim", f"kring show {urgent}")


def around_christmas(w):
    """A term that passes over holidays, a partner that is off and comes back, an outcome corrected."""
    w.day("2026-12-24 09:00", "donderdag 24 december 2026")
    for who in w.desks:
        w(who, "kring")
    w("karim", f"kring start {w.urgent}")
    w("karim", f"kring say {w.smwo}", "Wij zijn gesloten tot 4 januari.")
    w("maud", "kring case new", "C. Verzinsel", "1971", "frans", "", "", "", "", "werk vinden", "", "", "", "ja")
    w("maud", "kring refer", "verzinsel", "werk", "", "2", "", "", "1", "K. Collega", "1")
    w.work = w.ref("lotte")
    w("lotte", f"kring ask {w.work}", "3")
    w("maud", "kring")
    w("maud", "kring case list")
    w("ilse", f"kring contact {w.urgent}", "", "", "", "alleen in de voormiddag")
    w("karim", f"kring show {w.urgent}")

    w.day("2026-12-28 09:00", "maandag 28 december 2026")
    w.off(2)
    w("maud", "kring")
    w("maud", f"kring info {w.work} --text 'Twee jaar lang gesolliciteerd.'")
    w("maud", f"kring case edit {w.case('maud', 'C. Verzinsel')} --tried 'twee jaar lang gesolliciteerd'")
    w("maud", f"kring info {w.work}", "noden")
    w("maud", f"kring show {w.work}")
    w("maud", "kring partner list")
    w("karim", "kring")

    w.day("2026-12-29 09:00", "dinsdag 29 december 2026")
    w("maud", "kring")
    w("maud", f"kring outbox list")
    w("karim", "kring")
    w("karim", f"kring outcome {w.smwo} --code geholpen")
    w("ilse", "kring")
    w("karim", f"kring outcome {w.smwo} --code partly --corrects 4")
    w("maud", f"kring show {w.smwo}")

    w.day("2026-12-30 09:00", "woensdag 30 december 2026")
    w.on(2)
    w("lotte", "kring")
    w("lotte", f"kring show {w.work}")
    w("lotte", f"kring start {w.balen}")
    w("maud", "kring")
    w("karim", "kring")


def into_the_new_year(w):
    """A consent withdrawn, a case closed and reopened, and whatever ends."""
    w.day("2026-12-31 09:00", "donderdag 31 december 2026")
    for who in w.desks:
        w(who, "kring")
    w("maud", f"kring ack {w.smwo}")
    w("karim", f"kring note {w.urgent}", "stop")
    w("lotte", f"kring decline {w.work}", "1", "smwo")
    case = w.case("maud", "C. Verzinsel")
    w("maud", f"kring case show {case}")
    w("maud", f"kring consent list {case}")
    w("ilse", "kring case search bedacht")
    w("ilse", f"kring show {w.urgent}")
    w("ilse", f"kring revoke {w.urgent}", "ja")
    w("karim", "kring")
    w("karim", f"kring show {w.urgent}")

    w.day("2027-01-04 09:00", "maandag 4 januari 2027")
    for who in w.desks:
        w(who, "kring")
    w("maud", f"kring done {w.work}", "2")
    w("lotte", f"kring outcome {w.balen}", "geholpen")
    w("maud", f"kring ack {w.balen}")
    w("maud", f"kring show {w.balen}")
    w("maud", f"kring ack {w.balen}")
    case = w.case("ilse", "A. Verzonnen")
    w("maud", f"kring case close {case}")
    w("maud", "kring case list")

    w.day("2027-01-05 09:00", "dinsdag 5 januari 2027")
    for who in w.desks:
        w(who, "kring")
    w("ilse", f"kring case reopen {case}")
    w("ilse", "kring refer", "verzonnen", "wonen", "", "1", "", "1")
    w("maud", "kring sent --all")
    w("karim", "kring")
    w("lotte", "kring inbox --all")


def test_a_day_in_french(region):
    w = Week(region({"CPAS de Namur": "BE", "Afeji": "FR"}, "2026-12-21 09:00"), "fr", {"anne": 0, "paul": 1})
    day_in_french(w)
    w.book.compare("first_week/fr.txt")


def day_in_french(w):
    w.day("2026-12-21 09:00", "lundi 21 décembre 2026")
    w("anne", "kring")
    w("anne", "kring case new", "A. Inventée", "31-01-1980", "français", "081 55 01 02", "non", "l'ex-mari répond", "par le service de quartier", "", "un toit", "", "", "",
      "oui")
    w("anne", "kring refer", "invent", "logement", "urgent", "1", "", "", "1", "K. Collègue", "1")
    ref = w.ref("paul")
    w("paul", "kring")
    w("paul", f"kring show {ref}")
    w("paul", f"kring ask {ref}", "4")
    w("anne", "kring")
    w("anne", f"kring info {ref} --text 'Deux enfants, 4 et 6 ans.'")
    w("paul", f"kring accept {ref}")
    w("paul", f"kring say {ref} --date 23/12 --place 'rue Basse 1'", )
    w("paul", f"kring start {ref}")
    w("paul", f"kring hold {ref}", "1", "15/01")
    w("paul", f"kring start {ref}")
    w("paul", "kring")
    w("anne", f"kring say {ref}", "Elle viendra avec sa sœur.")
    w("paul", f"kring outcome {ref} --code helped")
    w("anne", "kring")
    w("paul", f"kring outcome {ref} --code helped")
    w("anne", f"kring show {ref}")
    w("anne", f"kring ack {ref}")
    w("anne", f"kring show {ref}")
    w("anne", "kring case list")
    w("anne", "kring")
    w("paul", "kring")
    w("paul", "kring inbox --all")
    w("anne", "kring refer xyz")
    w("anne", f"kring recall {ref}")
    w("anne", "kring partner list")


def test_a_day_in_german(region):
    w = Week(region({"ÖSHZ Eupen": "BE", "Caritas Aachen": "DE"}, "2026-12-21 09:00"), "de", {"anna": 0, "paula": 1})
    day_in_german(w)
    w.book.compare("first_week/de.txt")


def day_in_german(w):
    w.day("2026-12-21 09:00", "Montag, 21. Dezember 2026")
    w("anna", "kring")
    w("anna", "kring case new", "A. Erfunden", "31-01-1980", "deutsch", "087 55 01 02", "nein", "der Ex-Mann hört mit", "über das Nachbarschaftshaus", "", "eine Wohnung", "",
      "", "", "ja")
    w("anna", "kring refer", "erfund", "wohnen", "dringend", "1", "", "", "1", "K. Kollegin", "1")
    ref = w.ref("paula")
    w("paula", "kring")
    w("paula", f"kring show {ref}")
    w("paula", f"kring ask {ref}", "4")
    w("anna", "kring")
    w("anna", f"kring info {ref} --text 'Zwei Kinder, 4 und 6 Jahre.'")
    w("paula", f"kring accept {ref}")
    w("paula", f"kring say {ref} --date 23/12 --place 'Hauptstraße 1'")
    w("paula", f"kring start {ref}")
    w("paula", f"kring hold {ref}", "1", "15.1.")
    w("paula", f"kring start {ref}")
    w("paula", "kring")
    w("anna", f"kring say {ref}", "Sie kommt mit ihrer Schwester.")
    w("paula", f"kring outcome {ref} --code helped")
    w("anna", "kring")
    w("paula", f"kring outcome {ref} --code helped")
    w("anna", f"kring show {ref}")
    w("anna", f"kring ack {ref}")
    w("anna", f"kring show {ref}")
    w("anna", "kring case list")
    w("anna", "kring")
    w("paula", "kring")
    w("paula", "kring inbox --all")
    w("anna", "kring refer xyz")
    w("anna", f"kring recall {ref}")
    w("anna", "kring partner list")
