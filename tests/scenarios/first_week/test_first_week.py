# SPDX-License-Identifier: EUPL-1.2
"""Ten working days of Maud and Ilse at Goes, of Karim at SMWO and of Lotte at OCMW Balen, in Dutch, on terminals; Christmas and New Year
are among them.  And a day in French at Namur, and one in German at Eupen.  The transcripts are golden/first_week/*.txt; they are read as
a caseworker reads them who has no manual."""
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

    def ref(self, who, n=0, box="inbox"):
        """The reference on a line that this person sees: the newest is 0."""
        return self.desks[who].node.k(box, "--all")["referrals"][n]["ref"]


def test_working_days_in_dutch(region, capsys):
    r = region({"Gemeente Goes": "NL", "SMWO": "NL", "OCMW Balen": "BE"}, "2026-12-21 08:50")
    w = Week(r, "nl", {"maud": 0, "ilse": 0, "karim": 1, "lotte": 2})
    first_days(w)
    with capsys.disabled():
        print(f"\nfirst_week: one person to two partners: {w.typed}", end="")
    w.book.compare("first_week/nl.txt")


def first_days(w):
    w.day("2026-12-21 09:00", "maandag 21 december 2026")
    w("maud", "kring")
    w("ilse", "kring case new", "A. Verzonnen", "31-01-1980", "", "0113 55 01 02", "", "", "", "rust in de geldzaken", "", "", "", "ja")
    w("maud", "kring refer", "verz", "inkomen", "", "1 2", "", "", "", "1", "1", "K. Collega", "1")
    d = w.desks["maud"]
    assert d.answers <= 12, "a referral to two partners takes more than twelve answers"
    w.typed = f"{d.answers} answers, {d.keys} keystrokes, no id"
    w("karim", "kring")
    smwo, balen = w.ref("karim"), w.ref("lotte")
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
    w("ilse", f"kring recall {wrong}")
    w("lotte", "kring")
    w("lotte", f"kring show {wrong}")
    w("ilse", "kring refer", "bedacht", "wonen", "dringend", "1", "", "", "2", "1")
    urgent = w.ref("karim")
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
