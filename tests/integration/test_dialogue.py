# SPDX-License-Identifier: EUPL-1.2
"""A referral and a new case on a terminal, step by step: few answers, nothing typed twice, nothing sent before the last yes."""
import re
import socket
import struct
import threading

import pytest
from ctl import Control, pb
from node import CATS, ROOT, Refused, offered, wait_for
from term import Terminal

PERSON = dict(name="A. Verzonnen", born="1980-01-31", language="nl", phone="0113-123456", goals="rust in de geldzaken",
              income_debt="drie leningen", story="een lang verhaal", health="suiker")
WIDE = CATS + ",income-debt,housing"


@pytest.fixture(autouse=True)
def hung_up(federation):  # before its nodes are stopped
    yield
    Terminal.close_all()


@pytest.fixture
def three(federation):
    f = federation("Goes", "SMWO", "GGD Zeeland")
    f.start()
    return f


def sent(n):
    return n.k("sent", "--all")["referrals"]


def here(n):
    return [n.k("show", r["ref"])["person"] for r in n.k("inbox")["referrals"]]


def case_of(n, name="A. Verzonnen"):
    return next(c["id"] for c in n.k("case", "list")["cases"] if c["name"] == name)


def test_one_person_to_two_partners_in_twelve_answers_and_no_id(three, capsys):
    a, b, c = three.nodes
    for p in (b, c):
        three.agree(a, p, send=WIDE, receive=WIDE)
        three.agree(p, a, send=WIDE, receive=WIDE)
    a.new_case(**PERSON)
    a.new_case(name="B. Bedacht")
    t = Terminal(a, "refer")
    t.play("verz", "1", "", "1 2", "", "", "", "1", "1", "K. Collega")
    assert "Stap 7 van 7 · A. Verzonnen, geboren 31 jan. 1980" in t.text
    assert not sent(a) and not a.k("consent", "list", case_of(a))["grants"], "something was done before the last yes"
    assert "Dit gaat niet mee: gezondheid, eigen verhaal." in t.text and "Notities blijven altijd hier." in t.text
    end = t.answer("1")
    assert t.code == 0 and t.answers <= 12, t.text
    assert re.findall(r"Verstuurd naar (.*?), en daar aangekomen", end) == ["SMWO", "GGD Zeeland"], end
    assert not re.search(r"[0-9a-f]{20}", t.text), "an id of twenty digits is shown"
    with capsys.disabled():
        print(f"\n    two partners with consent: {t.answers} answers, {t.keys} keystrokes ", end="")
    want = {"name": "A. Verzonnen", "birth_date": "1980-01-31", "language": "nl", "phone": "0113-123456", "goals": "rust in de geldzaken",
            "income_debt": "drie leningen"}
    for n in (b, c):
        wait_for("the referral to arrive", lambda: here(n) == [want])
    # whoever waits for a receipt reads nothing of a person
    assert not [e for e in a.k("audit", "list")["audit"] if e["event"] == "view" and e["detail"] == "referral"]
    grants = a.k("consent", "list", case_of(a))["grants"]
    assert len(grants) == 2 and all(g["how"] == "oral" and g["state"] == "living" for g in grants)
    assert max(len(line) for line in t.text.split("\n")) <= 80, "a line is wider than the screen"
    # the second time the consent is there, and is not asked for again
    t = Terminal(a, "refer")
    t.play("verz", "wonen", "", "smwo", "")
    assert "SMWO: hiervoor is er al toestemming, tot" in t.text and "Lees dit voor" not in t.text and "Versturen naar SMWO?" in t.text
    assert t.answer("ja") and t.code == 0 and len(sent(a)) == 3


READ = {"fr": ("Lisez ceci à voix haute, en français :", "Vous demandez de l'aide pour : logement. SMWO peut vous y aider.",
               "votre nom, votre date de naissance et votre langue", "Êtes-vous d'accord ?", "30 juin", "Envoyé à SMWO"),
        "de": ("Lesen Sie das vor, auf Deutsch:", "Sie bitten um Hilfe bei: Wohnen. SMWO kann Ihnen dabei helfen.",
               "Ihren Namen, Ihr Geburtsdatum und Ihre Sprache", "Sind Sie einverstanden?", "30. Juni", "An SMWO gesendet")}


@pytest.mark.parametrize("lang", ["fr", "de"])
def test_the_whole_way_in_french_and_in_german(federation, lang):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    a.new_case(name="C. Inventée", language=lang, phone="0113-1", goals="un toit")
    t = Terminal(a, "refer", lang=lang)
    t.play("1", {"fr": "logement", "de": "wohnen"}[lang], "", "SMWO", "", {"fr": "30 juin", "de": "30. Juni"}[lang], "2", "1")
    assert t.code == 0, t.text
    for words in READ[lang]:
        assert words in t.text, (words, t.text)
    assert not re.search(r"\b(the|Answer|Enter when|nothing|person)\b", t.text), "English is left in it"
    wait_for("it to arrive", lambda: [p["name"] for p in here(b)] == ["C. Inventée"])
    assert a.k("consent", "list", case_of(a, "C. Inventée"))["grants"][0]["how"] == "written"


def test_it_is_read_aloud_in_the_language_of_the_person_or_in_another(three):
    a = three.nodes[0]
    a.new_case(name="D. Erdacht", language="de-AT", phone="1")
    t = Terminal(a, "refer")
    t.play("1", "wonen", "", "1", "", "")
    assert "Lees dit voor, in het Duits:" in t.text and "Sind Sie einverstanden?" in t.text and "Wat antwoordt de persoon?" in t.text
    assert "Welke taal" not in t.answer("5") and "In welke taal leest u voor?" in t.text
    assert "in het Frans:" in t.answer("frans") and "Êtes-vous d'accord ?" in t.text
    assert "Wie beslist voor de persoon?" in t.answer("6")
    t.answer("voogd")
    assert "in het Frans:" in t.text
    assert "Stap 7" in t.answer("schriftelijk")
    t.answer("ja")
    assert t.code == 0
    g = a.k("consent", "list", case_of(a, "D. Erdacht"))["grants"][0]
    assert g["given_by"] == "guardian" and g["how"] == "written"


def test_back_goes_to_the_question_before_and_keeps_what_was_chosen(three):
    a = three.nodes[0]
    a.new_case(**PERSON)
    t = Terminal(a, "refer")
    t.play("1", "4", "2", "1 2", "6", "", "<")
    while "Naar wie verwijst u door?" not in t.text[t.seen:]:
        assert t.answer("b"), t.text
    assert t.text.rstrip().endswith("[1 2] >"), t.text[t.seen:]
    assert "[2] >" in t.answer("terug")
    assert "Waarvoor is hulp nodig?" in t.answer("<") and t.text.rstrip().endswith("[4] >")
    assert "Over wie gaat het?" in t.answer("<")
    assert "Gestopt. Er is niets verstuurd." in t.answer("<") and t.code == 1 and not sent(a)


def test_what_was_begun_is_offered_again_and_can_be_thrown_away(three):
    a = three.nodes[0]
    a.new_case(**PERSON)
    t = Terminal(a, "refer")
    t.play("1", "wonen", "2", "1 2", "6", "", "")
    t.hang_up()  # a laptop is closed
    t = Terminal(a, "refer")
    first = t.play()
    assert "U begon eerder aan een doorverwijzing. Verder met:" in first and "1  A. Verzonnen, geboren 31 jan. 1980 (bewaard" in first
    assert "Stap 6 van 7" in t.answer() and "Tot wanneer" in t.text[t.seen:]
    assert "Gestopt. Er is niets verstuurd. Wat u typte, blijft twee weken bewaard." in re.sub(r"\s+", " ", t.answer("stop")) and t.code == 1
    t = Terminal(a, "refer")
    t.play("", "", "1", "1", "K. Collega")
    end = t.text[t.text.rindex("Stap 7"):]
    assert "eigen verhaal            een lang verhaal" in end and "wonen, dringend" in end
    assert "Weggegooid" in t.answer("3") and t.code == 0 and not sent(a)
    t = Terminal(a, "refer")
    assert "U begon eerder" not in t.play() and "Over wie gaat het?" in t.text
    assert t.end() and t.code == 1, "the end of the input is no answer"


def test_partners_to_whom_nobody_can_be_referred_are_shown_with_why(federation):
    f = federation("Goes", "SMWO", "De Mussen")
    a, b, c = f.nodes
    watcher = f.add("HZ Evaluatie", cls="observer")
    f.start()
    f.import_roster()
    a.k("partner", "agree", c.name, "--share", "none", "--without", "message")
    wait_for("the observer to be known", lambda: len(a.k("partner", "list")["partners"]) == 4)
    a.new_case(**PERSON)
    t = Terminal(a, "refer")
    t.play("1", "wonen", "")
    text = re.sub(r"\s+", " ", t.text)
    assert "1 SMWO" in text and "- De Mussen (er is geen afspraak over wat daarheen mag)" in text
    assert "- HZ Evaluatie (volgt dit netwerk, maar helpt zelf geen personen)" in text and "Goes" not in text
    assert "De Mussen kan niet gekozen worden: er is geen afspraak" in t.answer("de mussen")
    assert "staat niet in de lijst" in t.answer("9") and "staat niet in de lijst" in t.answer("Pieters")
    assert "Typ een nummer uit de lijst." in t.answer()
    assert "Wat mag SMWO weten?" in t.answer("smwo")
    assert watcher.name


def test_a_person_who_says_no_has_nothing_sent_there(three):
    a, b, c = three.nodes
    a.new_case(**PERSON)
    t = Terminal(a, "refer")
    t.play("1", "wonen", "", "1 2", "", "", "", "4", "2")
    assert "Er gaat niets naar SMWO: de persoon zei nee." in t.text and "Versturen naar GGD Zeeland?" in t.text
    t.answer("1")
    assert t.code == 0 and [r["partner"] for r in sent(a)] == ["GGD Zeeland"]
    assert [g["partner"] for g in a.k("consent", "list", case_of(a))["grants"]] == ["GGD Zeeland"]
    t = Terminal(a, "refer")
    t.play("1", "wonen", "", "smwo", "", "", "nee")
    assert "Er blijft geen partner over." in t.text and t.code == 1 and len(sent(a)) == 1


def test_dates_are_read_as_people_write_them_and_refused_with_what_is_wrong(three):
    a = three.nodes[0]
    a.new_case(**PERSON)
    t = Terminal(a, "refer")
    t.play("1", "wonen", "", "1", "")
    for typed, said in (("30-02", "die dag bestaat niet"), ("ooit", "dit is geen datum"), ("30-06-27", "schrijf het jaar met vier cijfers"),
                        ("26-11-2020", "Kies een dag van morgen tot en met"), ("over 2 jaar", "Kies een dag van morgen tot en met"),
                        ("vandaag", "Kies een dag van morgen tot en met")):
        assert said in t.answer(typed), (typed, t.text[t.seen:])
    assert "Dat mag tot" in t.answer("over 3 weken")


class Between(threading.Thread):
    """Stands between kring and the node: passes everything on, but refuses what refuse(request) says."""

    def __init__(self, node, refuse):
        super().__init__(daemon=True)
        self.path, self.node, self.refuse = node.fed.dir / "between.sock", node, refuse
        self.s = socket.socket(socket.AF_UNIX)
        self.s.bind(str(self.path))
        self.s.listen(8)
        self.start()

    def run(self):
        while True:
            c, _ = self.s.accept()
            with c:
                n = struct.unpack(">I", self.take(c, 4))[0]
                r = pb.Request.FromString(self.take(c, n))
                k = Control(self.node.dir / "core.sock")
                reply = self.refuse(r) or k.call(r)
                k.sock and k.sock.close()
                raw = reply.SerializeToString()
                c.sendall(struct.pack(">I", len(raw)) + raw)

    @staticmethod
    def take(c, n):
        out = b""
        while len(out) < n:
            out += c.recv(n - len(out))
        return out


def second_refer_fails():
    seen = []

    def refuse(r):
        if r.HasField("refer") and not r.refer.dry_run:
            seen.append(r)
            if len(seen) == 2:
                return pb.Reply(error="not-now", what="daar is nu iets mis", why="proef", remedy="probeer later")
        return None
    return refuse


def test_when_the_second_fails_it_says_what_was_done_and_what_not(three):
    a, b, c = three.nodes
    a.new_case(**PERSON)
    between = Between(a, second_refer_fails())
    t = Terminal(a, "--socket", str(between.path), "refer")
    t.play("1", "wonen", "", "1 2", "", "", "", "2", "2", "1")
    end = re.sub(r"\s+", " ", t.text[t.seen:])
    assert t.code == 4 and "Verstuurd naar SMWO" in end and "Niet verstuurd: GGD Zeeland." in end and "De toestemming voor GGD Zeeland is wel genoteerd." in end
    assert "daar is nu iets mis" in end and "Ga verder met: kring refer" in end
    assert [r["partner"] for r in sent(a)] == ["SMWO"]
    t = Terminal(a, "refer")
    t.play("")
    assert "GGD Zeeland: hiervoor is er al toestemming" in re.sub(r"\s+", " ", t.text) and "Versturen naar GGD Zeeland?" in t.text
    t.answer("1")
    assert t.code == 0 and {r["partner"] for r in sent(a)} == {"SMWO", "GGD Zeeland"} and len(sent(a)) == 2


def test_a_new_case_is_asked_for_with_safety_and_whether_one_may_call(federation):
    f = federation("Goes")
    (a,) = f.start()
    t = Terminal(a, "case", "new")
    t.play("", "E. Verzonnen", "31-02-1990", "3 maart 1990", "", "geen", "0113-7", "nee", "ex-partner leest mee", "via Mieke van het buurthuis",
           "nooit alleen op huisbezoek", "samen gaan", "", "een eigen woonst", "", "3 5", "Dorp 1", "9999 Nergens", "", "twee, 4 en 6", "", "4",
           "vroeger gedronken", "")
    assert "Zonder naam gaat het niet." in t.text and "die dag bestaat niet" in t.text and "In een telefoonnummer staan cijfers" in t.text
    assert "Dit wordt bewaard:" in t.text and "Klopt dit?" in t.text and not a.k("case", "list")["cases"]
    assert "Alleen als het nodig is om te helpen" in re.sub(r"\s+", " ", t.text)
    assert "is gemaakt." in t.answer() and t.code == 0
    got = a.k("case", "show", case_of(a, "E. Verzonnen"))
    assert got["person"] == {"name": "E. Verzonnen", "birth_date": "1990-03-03", "language": "nl", "phone": "0113-7", "address": "Dorp 1\n9999 Nergens",
                             "best_time": "via Mieke van het buurthuis", "do_not_contact": True, "children": "twee, 4 en 6",
                             "addiction": "vroeger gedronken", "safety": "nooit alleen op huisbezoek\nsamen gaan", "goals": "een eigen woonst"}
    assert any(e["text"] == "niet opbellen: ex-partner leest mee" for e in got["entries"])
    # the same name again: the one that is there is offered
    t = Terminal(a, "case", "new")
    assert "Er is al een dossier met deze naam." in t.play("E. Verzonnen")
    assert "Dit dossier bestond al." in t.answer("1") and t.code == 0 and len(a.k("case", "list")["cases"]) == 1


def test_an_intake_that_was_left_goes_on_where_it_was(federation):
    f = federation("Goes")
    (a,) = f.start()
    t = Terminal(a, "case", "new")
    t.play("F. Verzonnen", "1970", "fr", "0470 1")
    assert "twee weken bewaard" in re.sub(r"\s+", " ", t.answer("stop")) and t.code == 1 and not a.k("case", "list")["cases"]
    t = Terminal(a, "case", "new")
    assert "Verder met F. Verzonnen?" in t.play()
    t.answer("ja")
    assert t.text.rstrip().endswith("[F. Verzonnen] >")
    for x in ("", "", "", "", "ja", "", "", "", "", "", "ja"):
        t.answer(x)
    assert t.code == 0, t.text
    assert a.k("case", "show", case_of(a, "F. Verzonnen"))["person"] == {"name": "F. Verzonnen", "birth_date": "1970", "language": "fr", "phone": "0470 1"}
    assert "U begon eerder" not in Terminal(a, "case", "new").play()


def test_a_script_is_never_asked(three):
    a = three.nodes[0]
    a.new_case(**PERSON)
    import subprocess
    r = subprocess.run([str(three.bin / "kring"), "--dir", str(a.dir), "refer"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert r.returncode == 2 and not r.stdout
    t = Terminal(a, "--json", "refer")
    t.read()
    assert t.code == 2 and '"error": "usage"' in t.text


def test_several_partners_in_one_line_of_a_script_all_or_none(three):
    a, b, c = three.nodes
    case = a.new_case(**PERSON)
    line = ("refer", case, "--to", "SMWO", "--to", "ggd  zeeland", "--need", "housing", "--share", "identity,contact")
    give = ("--give-consent", "--how", "oral", "--witness", "K. Collega", "--until", "30-06")
    with pytest.raises(Refused) as e:  # no consent is there: nothing goes, to nobody
        a.k(*line)
    assert e.value.code == 1 and e.value.reply["error"] == "refused" and not sent(a)
    with pytest.raises(Refused):
        a.k(*line, "--dry-run")
    assert a.k(*line, *give, "--dry-run")["dry_run"] and not sent(a) and not a.k("consent", "list", case)["grants"]
    for wrong in (line + ("--how", "oral"), line + ("--to", "smwo") + give, line + ("--give-consent",), line[:-2] + give):
        with pytest.raises(Refused) as e:
            a.k(*wrong)
        assert e.value.code == 2, wrong
    for wrong in (("--to", "x") * 17, ("--to", "smwo", "--service", "x" * 300)):  # nothing is cut, nobody is left out
        with pytest.raises(Refused) as e:
            a.k("refer", case, "--need", "housing", *wrong)
        assert e.value.code == 2, wrong[:4]
    # one of two does not exist: the other gets nothing either
    with pytest.raises(Refused) as e:
        a.k("refer", case, "--to", "smwo", "--to", "de mussen", *line[6:], *give)
    assert e.value.code == 3 and not sent(a) and not a.k("consent", "list", case)["grants"]
    got = a.k(*line, *give)
    assert [r["partner"] for r in got["referrals"]] == ["SMWO", "GGD Zeeland"] and len(sent(a)) == 2
    with pytest.raises(Refused) as e:  # the line once more: they have it
        a.k(*line, *give)
    assert e.value.code == 1 and len(sent(a)) == 2
    assert len(a.k("consent", "list", case)["grants"]) == 2
    want = {"name": "A. Verzonnen", "birth_date": "1980-01-31", "language": "nl", "phone": "0113-123456"}
    for n in (b, c):
        wait_for("it to arrive", lambda: here(n) == [want])


def test_when_a_script_is_stopped_in_the_middle_it_hears_how_far_it_came(three):
    a = three.nodes[0]
    case = a.new_case(**PERSON)
    between = Between(a, second_refer_fails())
    with pytest.raises(Refused) as e:
        a.k("--socket", str(between.path), "refer", case, "--to", "smwo", "--to", "ggd zeeland", "--need", "housing", "--share", "identity",
            "--give-consent", "--how", "written")
    assert e.value.code == 4 and e.value.reply["error"] == "not-now" and [r["partner"] for r in e.value.reply["referrals"]] == ["SMWO"]
    assert [r["partner"] for r in sent(a)] == ["SMWO"]


def test_a_partner_is_named_as_it_is_printed_or_by_the_beginning(federation):
    f = federation("Goes", "OCMW Balen – Sociaal Huis", "OCMW Baarle-Hertog", "Één Thuis (vzw)")
    for n in f.nodes:
        n.start()
    f.import_roster()
    a = f.nodes[0]
    wait_for("all to be known", lambda: len(a.k("partner", "list")["partners"]) == 4)
    rows = {r["name"]: r["typed"] for r in a.k("partner", "list")["partners"] if not r.get("self")}
    assert len(rows) == 3
    for name, typed in rows.items():
        for way in (name, typed, name.upper(), name.lower(), f"  {name} ", name.replace(" ", "  "), typed.replace("-", " "), typed[:-2]):
            assert a.k("partner", "show", way)["partners"][0]["name"] == name, way
    for way, name in (("ocmw bal", "OCMW Balen – Sociaal Huis"), ("een", "Één Thuis (vzw)"), ("ÉÉN TH", "Één Thuis (vzw)")):
        assert a.k("partner", "show", way)["partners"][0]["name"] == name, way
    for way in ("ocmw", "ocmw ba", "ee", "thuis", "goes", "goe"):  # of two, too short, no beginning, ourselves
        with pytest.raises(Refused) as e:
            a.k("partner", "show", way)
        assert e.value.code == 3, way


PROTO = (ROOT / "proto/partner.proto").read_text()
CAT = {name: cat.lower().replace("_", "-")  # of each field of Person, by the schema
       for name, cat in re.findall(r"(\w+) = \d+ \[\(cat\) = (\w+)", PROTO[PROTO.index("message Person"):PROTO.index("enum Urgency")])}
VALUE = {"birth_date": "1980-01-31", "language": "fr", "phone": "0113-1", "email": "a@voorbeeld.invalid", "do_not_contact": True,
         "national_number": "80.01.31-001.01"}


def option(name):
    return {"birth_date": "born", "work_education": "work"}.get(name, name.replace("_", "-"))


def value(name):
    return VALUE.get(name, f"woorden over {name}")


def test_every_field_of_a_person_goes_with_consent_and_stays_without(federation):
    """By the schema: a field that it gets later is sent and withheld here, too."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    every = ",".join(dict.fromkeys(CAT.values()))
    for one, other in ((a, b), (b, a)):
        f.agree(one, other, send=every, receive=every)
    assert set(CAT) == {x.name for x in pb.CaseNew.DESCRIPTOR.fields_by_name["person"].message_type.fields} and len(CAT) >= 25
    never = "national-number"  # no referral carries it, whatever was agreed
    whole = {option(k): "yes" if value(k) is True else value(k) for k in CAT}
    for cat in dict.fromkeys(CAT.values()):
        case, give = a.new_case(**whole), ("--give-consent", "--how", "written")
        line = ("refer", case, "--to", "smwo", "--need", "housing", "--share", cat)
        with pytest.raises(Refused):  # nothing was agreed to
            a.k(*line)
        if cat == never:
            with pytest.raises(Refused):
                a.k(*line, *give)
        else:
            ref = a.k(*line, *give)["referrals"][0]["ref"]
            b.await_state(ref, "offered")
            assert b.k("show", ref)["person"] == {k: value(k) for k in CAT if CAT[k] == cat}, cat
        rest = a.new_case(**whole)  # all but that
        a.k("consent", "give", rest, "--to", "smwo", "--share", ",".join(c for c in dict.fromkeys(CAT.values()) if c != cat or c == "needs"), "--how", "written")
        if cat != "needs":
            with pytest.raises(Refused):
                a.k("refer", rest, "--to", "smwo", "--need", "housing", "--share", cat)
        ref = a.k("refer", rest, "--to", "smwo", "--need", "housing", "--without", f"{cat},{never}")["id"]
        b.await_state(ref, "offered")
        assert b.k("show", ref)["person"] == {k: value(k) for k in CAT if CAT[k] not in (cat, never)}, cat


def test_a_person_is_found_by_name_birth_date_telephone_or_number(federation):
    f = federation("Goes")
    (a,) = f.start()
    one = a.new_case(name="G. Verzonnen", born="1980-01-31", phone="0470 99 88 77")
    for i in range(9):
        a.new_case(name=f"H{i}. Bedacht", born=f"197{i}-02")
    number = a.k("case", "list")["cases"][-1]["id"]
    assert number == one
    for typed in ("verzonnen", "31-01-1980", "31 januari 1980", "1980-01-31", "99 88", one[12:20], one[12:17]):
        assert [c["id"] for c in a.k("--lang", "nl", "case", "search", typed)["cases"]] == [one], typed
        t = Terminal(a, "refer")
        if "U begon eerder" in t.play():
            t.answer("een nieuwe")
        t.answer(typed)
        assert "Stap 2 van 7 · G. Verzonnen" in t.text, (typed, t.text)
        t.answer("stop")
    assert len(a.k("case", "search", "bedacht")["cases"]) == 9 and not a.k("case", "search", "1999-01-01")["cases"]
    t = Terminal(a, "refer")
    t.play("een nieuwe", "bedacht")
    assert "Dit past bij meer personen." in t.text and "Niemand gevonden met \"zzz\"" in t.answer("zzz")


def test_options_with_words_about_a_person_take_a_dash_and_say_why(federation):
    f = federation("Goes")
    (a,) = f.start()
    case = a.k("case", "new", "--name", "-", "--phone", "0113-1", stdin="I. Verzonnen\n")["id"]
    assert a.k("case", "show", case)["person"]["name"] == "I. Verzonnen"
    for field in ("phone", "email", "best-time", "national-number", "story"):
        text = "0113-2" if field == "phone" else "1@voorbeeld.invalid"
        a.k("case", "edit", case, f"--{field}", "-", stdin=text + "\n")
        assert a.k("case", "show", case)["person"][field.replace("-", "_")] == text
    for line in (("case", "new"), ("case", "edit"), ("refer",), ("case", "note")):
        help_ = re.sub(r"\s+", " ", f.run("--lang", "nl", *line, "--help"))
        assert "kunnen anderen op deze machine lezen" in help_, (line, help_)


def test_who_was_born_before_the_clock_began_is_read_like_others(three):
    a = three.nodes[0]
    a.new_case(name="K. Verzonnen", born="1950-03-01", phone="1")
    t = Terminal(a, "refer")
    assert "Stap 2 van 7 · K. Verzonnen, geboren 1 mrt. 1950" in t.play("1"), t.text


def test_a_draft_goes_no_further_than_what_it_has(three):
    """A client of another release may have written it: what is missing is asked for, and nothing ends the program."""
    from test_drafts import put
    a = three.nodes[0]
    case = a.new_case(name="L. Verzonnen", phone="1")
    for body, step in ((f"step 9\ncase {case}\nneed housing\n", 4), (f"step 4\ncase {case}\nto smwo\n", 2), (f"step 77\ncase {case}\n", 2),
                       (f"step 5\nuntil 99999999999999\ncase {case}\nneed housing\nto smwo\nshare 99\nhow oral\nx\n \n", 6)):
        made = put(a, label="L. Verzonnen", body=body, case_id=case)
        t = Terminal(a, "refer")
        assert f"Stap {step} van 7" in t.play("1"), (body, t.text)
        assert t.answer("stop") and t.code == 1
        put(a, id=made.id, label="L. Verzonnen", body=f"case {case}\n", case_id=case)
    put(a, id=made.id, label="L. Verzonnen", body=f"step 5\ncase {case}\nneed housing\nto weggegaan\nshare 2\n", case_id=case)
    assert "weggegaan" in re.sub(r"\s+", " ", Terminal(a, "refer").play("1")), "a partner that is not there any more is named"


def test_a_closed_case_is_opened_again_or_not_referred(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(name="E. Gesloten", phone="1")
    a.consent(case, b.name)
    a.k("case", "close", case)
    with pytest.raises(Refused) as e:
        a.k("refer", case, "--to", b.name, "--need", "housing")
    assert e.value.reply["code"] == "case-closed" and f"kring case reopen {case}" in e.value.reply["remedy"] and not sent(a)
    for words in (("refer",), ("refer", case[12:20])):  # chosen from the list, or named
        t = Terminal(a, *words)
        t.play(*(["1"] if len(words) == 1 else []), "nee")
        assert "Dit dossier is afgesloten. Weer openen?" in t.text and t.code == 1 and not sent(a), t.text
        assert a.k("case", "list")["cases"][0]["closed"]
    t = Terminal(a, "refer", case[12:20])
    t.play("ja", "wonen", "", "1", "")
    assert "Het dossier is weer open." in t.text and t.answer("ja") and t.code == 0 and len(sent(a)) == 1, t.text
    assert not a.k("case", "list")["cases"][0].get("closed")


def test_a_number_is_no_witness(federation):
    """Whoever answers the next question already has named nobody."""
    a, b = federation("Goes", "SMWO").start()
    a.new_case(name="F. Verzonnen", phone="1")
    t = Terminal(a, "refer")
    t.play("1", "wonen", "", "1", "", "", "1", "2")
    assert "Een mondelinge toestemming heeft een getuige nodig." in t.text and "Stap 7" not in t.text, t.text
    assert "Stap 7" in t.answer("K. Collega") and t.answer("1")
    assert t.code == 0 and a.k("consent", "list", case_of(a, "F. Verzonnen"))["grants"] and len(sent(a)) == 1


def test_nobody_is_asked_for_words_that_are_not_asked(three):
    """The reasons of an act on a terminal: no words follow, so none of them asks for any."""
    a, b, _ = three.nodes
    ref = offered(a, b)[1]
    t = Terminal(b, "decline", ref)
    assert re.search(r"\d+ +andere$", t.read(), re.M) and "toelichten" not in t.text, t.text
