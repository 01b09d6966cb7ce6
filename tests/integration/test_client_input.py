# SPDX-License-Identifier: EUPL-1.2
"""What is typed is stored as it was typed, or refused by name; never dropped, never guessed, never a default instead."""
import json
import os
import pathlib
import re
import unicodedata
import subprocess

import pytest
from ctl import Control, pb
from kringwire import Member
from node import BIN, Refused, free_port, wait_for

WRONG = {"ROWS": ["0", "501", "-3", "alle"], "NUMBER": ["3x", "-1", "", "1e3", "99999999999999999999"], "DATE": ["2027-13-01", "ooit", "2027-02-30", "30-02-2027", "30-06-27", "2027-1-1x"],
         "BIRTH": ["1980-02-30", "30-02-1980", "31-01-80", "2999", "jong"], "QUARTER": ["2026Q5", "2026", "Q4"], "DONE": ["klaar", "erased"],
         "CATEGORIES": ["identity,foo", "identity;contact"], "NEED": ["huisjes", "health"], "OUTCOME": ["helpt"],
         "REASON": ["zomaar een zin"], "DECLINE": ["vol"], "URGENCY": ["spoed", "urgentt", "1"], "HOW": ["stil"], "GIVER": ["buurman"], "ONWARD": ["all"],
         "PURPOSE": ["alles"], "SLOT": ["slot"], "LINE": ["a\nb"], "WORDS": ["a\nb"], "NAME": ["a\nb"], "FILE": ["a\nb"], "ADDRESS": ["a\nb"],
         "WAY": ["letter", "fax", "phone"], "YESNO": ["misschien", "1", "yes,no"], "ID": ["a\tb"], "TEXT": ["\u200fx", "\x1b[31m"],
         "DIR": ["a\nb"], "STATUTE": ["gewoonte"], "AGE": ["oud"], "PLACE": ["maan"], "LANGUAGE": ["klingon"],
         "ROLES": ["baas", "caseworker,baas"], "LANGUAGES": ["klingon", "nl,klingon"]}
RIGHT = {"ROWS": "7", "NUMBER": "3", "DATE": "2027-06-30", "BIRTH": "1980-01-31", "QUARTER": "2026Q4", "CATEGORIES": "identity", "NEED": "housing",
         "OUTCOME": "helped", "DECLINE": "no-capacity", "URGENCY": "urgent", "HOW": "oral", "PURPOSE": "refer",
         "SLOT": "passphrase", "YESNO": "yes", "WAY": "telephone", "GIVER": "self", "ONWARD": "none", "DONE": "told",
         "STATUTE": "nl-wgbo", "AGE": "adult", "PLACE": "office", "LANGUAGE": "nl", "ROLES": "reader", "LANGUAGES": "nl"}


@pytest.fixture
def node(federation):
    (n,) = federation("Goes").start()
    return n


def run(n, *args, stdin=b"", who=None):
    env = dict(os.environ, **({"XDG_STATE_HOME": str(n.fed.dir / who)} if who else {}))
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), *args], input=stdin, capture_output=True, env=env)


def last(n):
    """The newest entry of the audit log; asking adds one."""
    return n.k("audit", "list")["audit"][0]["seq"]


def table():
    return json.loads(subprocess.run([str(BIN / "kring"), "--json", "help"], capture_output=True).stdout)["commands"]


def wrong_lines(cmd):
    """Every way in which one line of this command can be wrong, before the node is asked."""
    base = [w for w in (cmd["noun"], cmd["verb"]) if w]
    fill = base + ["x" for w in cmd["words"].split() if not w.startswith("[")]
    yield fill + ["--zzz"], "unknown option"
    yield fill + ["-z"], "unknown option"
    for bad in ("abc", "0" * 31, "g" * 32, ""):
        yield fill + [f"--request-id={bad}"], "request-id"
    if "..." not in cmd["words"]:
        yield fill + ["x" for w in cmd["words"].split() if w.startswith("[")] + ["y"], "unexpected argument"
    else:
        yield fill + ["y"] * 9, "unexpected argument"
    if len(fill) > len(base):
        yield base, "missing argument"
        yield fill[:-1] + [""], "empty"
    for o in cmd["options"]:
        name, kind = "--" + o["name"], o["type"]
        if not kind:
            yield fill + [name, name], "given twice"
            yield fill + [name + "=yes"], "takes no value"
            continue
        value = o["accepts"].split(", ")[0] if kind == "REASON" else RIGHT.get(kind, "x")  # each act has its own reasons
        yield fill + [name], "missing value"
        yield fill + [name, "--zzz"], "missing value"
        if name == "--question":
            yield fill + [name, value, "--reason", value], "given twice"
        if not o["many"]:
            yield fill + [name, value, name, value], "given twice"
        if not o["empty"]:
            yield fill + [name, ""], "empty"
        for bad in WRONG[kind]:
            yield fill + [f"{name}={bad}"], "" if bad == "" else name


def test_no_command_takes_what_it_does_not_know(node):
    before, tried = last(node), 0
    commands = table()
    assert len(commands) > 60 and {o["type"] for c in commands for o in c["options"]} <= {"", *WRONG}, "an option without a type"
    for cmd in commands:
        for line, why in wrong_lines(cmd):
            r = run(node, *line)
            assert r.returncode == 2 and not r.stdout and why in r.stderr.decode(), (line, r)
            tried += 1
    assert tried > 500 and last(node) == before + 1, "something of it reached the node"


def test_a_request_that_is_repeated_under_its_own_id_acts_once(node):
    """Whoever got no answer types it again; an id that is none would have been a new one each time."""
    name, own = b"name: Testpersoon Eenmaal\n", "0123456789abcdef" * 2
    ids = [json.loads(run(node, "--json", "case", "new", "--from", "-", "--request-id", own, stdin=name).stdout)["id"] for _ in range(2)]
    assert ids[0] == ids[1] and node.k("case", "list")["total"] == 1


def test_a_misspelt_word_is_answered_with_the_right_one(node):
    for line, meant in ((["inbx"], "kring inbox"), (["case", "lst"], "kring case list"), (["sent", "--al"], "--all"),
                        (["refer", "x", "--ned", "housing"], "--need"), (["status", "--jsn"], "--json")):
        assert f"did you mean{':' if meant[0] == 'k' else ''} {meant}?" in run(node, *line).stderr.decode(), line
    for line in (["case"], ["case", "xyzzy"]):
        assert "see: kring help case" in run(node, *line).stderr.decode()
    assert run(node, "-V").stdout.startswith(b"kring ") and b"usage:" in run(node, "-h").stdout
    assert b"--need" in run(node, "refer", "-h").stdout


def test_json_has_every_list_and_every_error(node):
    for line, key in ((["case", "list"], "cases"), (["inbox"], "referrals"), (["sent"], "referrals"), (["worklist"], "work"),
                      (["outbox", "list"], "outbox"), (["invites", "list"], "invites"), (["approve"], "proposals")):
        assert node.k(*line)[key] == [], line
    for line, error in ((["inbx"], "usage"), (["show", "zzzz"], "not-found"), (["case", "new", "--from", "/nowhere"], "not-found")):
        r = run(node, "--json", *line)
        assert r.returncode and json.loads(r.stdout)["error"] == error and json.loads(r.stdout)["what"], line


def case_from(n, data, *args):
    r = run(n, "case", "new", "--from", "-", *args, stdin=data if isinstance(data, bytes) else data.encode())
    return r, n.k("case", "show", r.stdout.decode().strip())["person"] if r.returncode == 0 else None


LONG = "woord " * 1000 + "einde"
TAKEN = [
    ("name: Regel Verzonnen\nphone: 0113-1\nstory: een\ntwee\n\nvier: met een dubbele punt, Let op: ja\n".replace("vier:", "en vier:"),
     {"story": "een\ntwee\n\nen vier: met een dubbele punt, Let op: ja", "phone": "0113-1"}),
    ("name: A\nstory: een\n  twee\n    drie\n  phone: hoort bij het verhaal\nphone: 0113-2\n",
     {"story": "een\ntwee\n  drie\nphone: hoort bij het verhaal", "phone": "0113-2"}),
    ("\ufeffname: A\r\nphone:\t0113-3 \r\nstory: x\r\n y\r\n", {"phone": "0113-3", "story": "x\ny"}),
    ("name: A\rstory: x\r y", {"story": "x\ny"}),
    ("Name: A\nBest time : na 17 uur\nBORN:1980-02-29\n\naddress: Straat 1\n  4460 Goes", {"best_time": "na 17 uur", "birth_date": "1980-02-29",
                                                                                         "address": "Straat 1\n4460 Goes"}),
    ("name: A\nphone:\nemail: \nstory:\n  later\n", {"story": "later"}),
    (f"name: A\nstory: {LONG}\n", {"story": LONG}),
    ("name: A\nstory: zie http://voorbeeld.invalid\nhttps://voorbeeld.invalid/x\n", {"story": "zie http://voorbeeld.invalid\nhttps://voorbeeld.invalid/x"}),
]
REFUSED = [
    ("name: A\nstory: een\ntwee\nphone: hoort nog bij het verhaal\n", "line 4"),
    ("name: A\nphone: 1\nstory: een\ntwee\nphone: 2\n", "line 5"),
    ("name: A\nstory: een\nphone: hoort nog bij het verhaal\n", "line 3"),
    ("name: A\nstory: een\nemail: zie boven\n", "line 3"),
    ("name: A\nphnoe: 0113\n", "line 2"), ("name: A\nstory: een\nTelefoon: 0113\n", "line 3"),
    ("name: A\nname: B\n", "line 2"), ("name: A\nphone: 1\nPHONE: 2\n", "line 3"),
    ("name: A\nphone: 1\n 2\n", "line 3"), ("name: A\nverzonnen\n", "line 2"), ("Jan Jansen\n", "line 1"), (" name: A\n", "line 1"),
    (b"name: A\nstory: x\0y\n", "line 2"), (b"name: \xff\xfe\n", "line 1"), (b"name: A\nphone: 1\n\xe9t\xe9\n", "line 3"),
    ("name: A\nphone: \u202a0113\u202c\n", "U+202A"), ("name: A\nstory: \x1b[0m\n", "line 2"), ("name: A\nborn: 1981-02-29\n", "line 2"),
    ("name: A\nstory: " + "x" * 17000 + "\n", "line 2"), ("name: A\nstory: x\n" + " y\n" * 9000, "line 2"),
    ("name: A\nstory: " + "x" * 300000 + "\n", "too long"), ("", "name"), ("phone: 0113\n", "name"),
    ("name: A\nstory: " + "x" * 7169 + "\n", "line 2"), ("name: A\nstory:\n" + " y\n" * 3600, "line 2"),
    ("name: A\n" + "".join(f"{k}: {'x' * 7000}\n" for k in ("story", "goals", "health", "housing", "work", "tried", "rights", "safety")), "together"),
    ("name: A\nphone: 1\nmy phone number: 2\n", "line 3"),
]


def test_a_file_of_a_person_loses_nothing(node):
    for data, want in TAKEN:
        r, p = case_from(node, data)
        assert r.returncode == 0, (data[:80], r.stderr)
        assert {**want, "name": p["name"]} == p, data[:80]


def test_a_file_that_could_mean_two_things_stores_nothing(node):
    before = len(node.k("case", "list")["cases"])
    for data, why in REFUSED:
        r, _ = case_from(node, data)
        assert r.returncode in (1, 2) and why in r.stderr.decode(), (data[:80], r.stderr)
    r, _ = case_from(node, "name: A\nphone: 1\n", "--phone", "2")
    assert r.returncode == 2 and "--phone" in r.stderr.decode()
    assert len(node.k("case", "list")["cases"]) == before
    case = node.new_case(phone="0113-1", story="blijft")
    for data in ("phone:\n", "phone: 2\nfoo: 3\n", ""):
        assert run(node, "case", "edit", case, "--from", "-", stdin=data.encode()).returncode == 2
    assert node.k("case", "show", case)["person"]["phone"] == "0113-1"


PERSON = pb.CaseNew.DESCRIPTOR.fields_by_name["person"].message_type.fields
OPTION = {"birth_date": "born", "work_education": "work"}  # all others: as they are called in the schema
VALUES = {"birth_date": ("1980-02-29", "1981-12"), "language": ("ary", "nl-BE"), "phone": ("+31 113 000000", "0113-1"),
          "email": ("an@voorbeeld.invalid", "bo@voorbeeld.invalid"), "do_not_contact": ("yes", "no"), "national_number": ("123456789", "QQ 12 34 56 C")}


def words(name):
    """A list of config/lists: code -> language -> words."""
    head, *rows = ((pathlib.Path(__file__).parents[2] / f"config/lists/{name}.psv").read_text().splitlines())
    return {r.split("|")[0]: dict(zip(head.split("|"), r.split("|"))) for r in rows}


READ = {"birth_date": {"nl": "29 feb. 1980", "fr": "29 f\u00e9vr. 1980", "en": "29 Feb 1980", "de": "29. Feb. 1980"},  # of value(f, 0)
        "do_not_contact": words("ui")["yes"]}


def option(field):
    return OPTION.get(field.name, field.name.replace("_", "-"))


def value(field, n):
    return VALUES.get(field.name, (f"Eerste {field.name}", f"Tweede {field.name}"))[n]


def test_every_field_of_a_person_is_entered_shown_changed_and_cleared(node):
    """Fields that the schema gets later are walked too."""
    def shown(n):
        return {f.name: True if value(f, n) == "yes" else value(f, n) for f in PERSON if value(f, n) != "no"}
    r = run(node, "case", "new", "--from", "-", stdin="".join(f"{option(f)}: {value(f, 0)}\n" for f in PERSON).encode())
    assert r.returncode == 0, r
    case = r.stdout.decode().strip()
    assert node.k("case", "show", case)["person"] == shown(0)
    for lang in ("nl", "fr", "en", "de"):
        table_ = run(node, "--lang", lang, "case", "show", case).stdout.decode().splitlines()
        for f in PERSON:
            label = words("say")["national-NL"][lang] if f.name == "national_number" else words("person")[f.name][lang]
            text = READ.get(f.name, {}).get(lang, value(f, 0))
            assert any(line.strip().startswith(label + " ") and f" {text}   [" in line for line in table_), (f.name, table_)
    for f in PERSON:
        assert run(node, "case", "edit", case, f"--{option(f)}", value(f, 1)).returncode == 0, f.name
    assert node.k("case", "show", case)["person"] == shown(1)
    r = run(node, "case", "edit", case, "--from", "-", stdin="".join(f"{option(f)}: {value(f, 0)}\n" for f in PERSON).encode())
    assert r.returncode == 0 and node.k("case", "show", case)["person"] == shown(0)
    for f in PERSON:
        assert (run(node, "case", "edit", case, f"--{option(f)}", "").returncode == 0) == (f.name != "name"), f.name
    assert set(node.k("case", "show", case)["person"]) == {"name"}


@pytest.mark.parametrize("lang", ["nl", "fr", "en", "de"])
def test_a_file_may_name_a_field_as_help_and_lists_do(node, lang):
    """The words of the reader's language beside the codes, yes and no too; no word of one field is the code of another."""
    called = {f.name: words("person")[f.name][lang] for f in PERSON}
    assert len(set(called.values())) == len(called)
    assert all(option(f) not in {n.lower().replace(" ", "-") for k, n in called.items() if k != f.name} for f in PERSON)
    said = {f.name: words("ui")["yes"][lang] if f.name == "do_not_contact" else value(f, 0) for f in PERSON}
    blank = " " if lang == "fr" else ""
    r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin="".join(f"{called[f.name].capitalize()}{blank}: {said[f.name]}\n" for f in PERSON).encode())
    assert r.returncode == 0, r.stderr.decode()
    assert node.k("case", "show", r.stdout.decode().strip())["person"] == {f.name: True if value(f, 0) == "yes" else value(f, 0) for f in PERSON}
    # nobody types accents and capitals the way a list has them, and a capital may be a letter with an accent
    for typed in (str.upper, lambda n: "".join(x for x in unicodedata.normalize("NFD", n) if not unicodedata.combining(x)), lambda n: unicodedata.normalize("NFD", n.upper())):
        r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin="".join(f"{typed(called[f.name])}{blank}: {said[f.name]}\n" for f in PERSON).encode())
        assert r.returncode == 0, r.stderr.decode()
        assert node.k("case", "show", r.stdout.decode().strip())["person"] == {f.name: True if value(f, 0) == "yes" else value(f, 0) for f in PERSON}
    before = len(node.k("case", "list")["cases"])
    phone = called["phone"]
    for data, line in ((f"name: A\nphone: 1\n{phone}: 2\n", 3), (f"name: A\nstory: een\ntwee\n{phone}: 2\n", 4), (f"name: A\n{phone}s: 2\n", 2)):
        r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin=data.encode())
        assert r.returncode == 2 and re.search(rf"(regel|ligne|line|Zeile) {line}\b", r.stderr.decode()), r
    assert len(node.k("case", "list")["cases"]) == before
    r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin=f"name: A\nstory: een\n  {phone}: 2\n".encode())
    assert node.k("case", "show", r.stdout.decode().strip())["person"]["story"] == f"een\n{phone}: 2"


KINDS = {"birth_date": ["1980-02-30", "1981-02-29", "1980-13", "1980-00", "31-01-1980", "1980-1-1", "jong", "1849", "1980-01-31 ", "19800131", "2100-02-29"],
         "language": ["Nederlands", "NL", "n", "nederlands", "nl-", "nl_BE", "nl-B", "nl, ar", "nl-toolongtag"], "phone": ["geen", "-", "a b"],
         "email": ["an bo@voorbeeld.invalid", "an", "@voorbeeld.invalid", "an@", "a@b@c"], "national_number": ["onbekend"],
         "name": ["Jan\nJansen", "Jan\tJansen"], "best_time": ["na\n17 uur"], "do_not_contact": []}


AS_PEOPLE_WRITE = {"31-01-1980": "1980-01-31", "1980-1-1": "1980-01-01", "1980-01-31 ": "1980-01-31", "5 maart 1931": "1931-03-05",
                   "01.1980": "1980-01", " 1980": "1980"}


IN_WORDS = {"Nederlands", "NL", "nederlands"}
SPOKEN = {"nl": {"Nederlands": "nl", "frans": "fr", "ar": "ar", "nl-BE": "nl-BE"}, "fr": {"néerlandais": "nl", "Arabe": "ar"}, "en": {"Dutch": "nl", "Polish": "pl"},
          "de": {"Niederländisch": "nl", "türkisch": "tr"}}
NUMBER = {"nl": ("BSN", "burgerservicenummer", "burgerservicenummer (BSN)", "Rijksregisternummer"), "fr": ("NISS", "numéro de registre national", "NIR"),
          "en": ("BSN", "NIR"), "de": ("BSN", "Steuer-ID")}


@pytest.mark.parametrize("lang", ["nl", "fr", "en", "de"])
def test_a_language_is_said_in_words_and_a_national_number_by_its_name(node, lang):
    """In a file and as an option; what is no language is refused by the name that the reader has for the field."""
    name, tongue, colon = words("person")["name"][lang], words("person")["language"][lang], " :" if lang == "fr" else ":"
    for typed, code in SPOKEN[lang].items():
        r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin=f"{name}{colon} A\n{tongue}{colon} {typed}\n".encode())
        assert r.returncode == 0, r.stderr.decode()
        case = r.stdout.decode().strip()
        assert node.k("case", "show", case)["person"]["language"] == code
        assert run(node, "--lang", lang, "case", "edit", case, "--language", "ar").returncode == 0
        assert run(node, "--lang", lang, "case", "edit", case, "--language", typed).returncode == 0
        assert node.k("case", "show", case)["person"]["language"] == code
    for called in NUMBER[lang]:
        r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin=f"{name}{colon} A\n{called}{colon} 123456789\n".encode())
        assert r.returncode == 0, (called, r.stderr.decode())
        assert node.k("case", "show", r.stdout.decode().strip())["person"]["national_number"] == "123456789"
    for data in (f"name: A\nlanguage: Klingon\n", "name: A\nlanguage: nl\nlanguage: fr\n", "name: A\nlanguage: other\n"):
        r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin=data.encode())
        assert r.returncode == 2 and tongue in r.stderr.decode() and (lang == "en" or "language" not in r.stderr.decode()), r.stderr.decode()
    r = run(node, "--lang", lang, "case", "new", "--from", "-", stdin=b"name: A\nbest-time: x\nbest-time: y\n")
    assert "best-time" not in r.stderr.decode() and words("person")["best_time"][lang] in r.stderr.decode()


def test_a_birthday_is_kept_as_one_however_it_is_written(node):
    for typed, kept in AS_PEOPLE_WRITE.items():
        case = node.k("case", "new", "--name", "Dag Verzonnen", "--born", typed)["id"]
        assert node.k("case", "show", case)["person"]["birth_date"] == kept, typed
        from_file = node.new_case(born=typed)
        assert node.k("case", "show", from_file)["person"]["birth_date"] == kept, typed


def test_a_field_of_a_person_is_of_its_kind_whoever_asks(node):
    case = node.new_case(phone="0113-1", born="1980")
    before = node.k("case", "show", case)
    c = Control(node.dir / "core.sock")
    for field, bads in KINDS.items():
        for bad in bads:
            new, edit = pb.Request(version=1, request_id=os.urandom(16)), pb.Request(version=1, request_id=os.urandom(16))
            new.case_new.person.name = "Soort Verzonnen"
            edit.case_edit.id = case
            for r, p in ((new, new.case_new.person), (edit, edit.case_edit.person)):
                setattr(p, field, bad)
                got = c.call(r)
                assert got.error == "usage" and (got.values[0].text or got.values[0].code) == field, (field, bad, got)
            name = next(option(f) for f in PERSON if f.name == field)
            if bad in AS_PEOPLE_WRITE or bad in IN_WORDS:
                continue
            if bad == "-":  # typed, it means standard input, where it stands for itself
                r = run(node, "--json", "case", "edit", case, f"--{name}", "-", stdin=b"-")
                assert r.returncode == 2 and name in r.stdout.decode(), (field, bad, r)
            r = run(node, "--json", "case", "edit", case, f"--{name}={bad}")
            assert r.returncode == 2 and name in r.stdout.decode(), (field, bad, r)
    assert node.k("case", "show", case)["person"] == before["person"] and len(node.k("case", "list")["cases"]) == 1


def test_what_is_taken_can_be_sent(federation):
    a, b = federation("Goes", "SMWO").start()
    case = a.new_case()
    longest = "x" * 7168
    assert run(a, "case", "edit", case, "--story", "-", stdin=longest.encode()).returncode == 0
    r = run(a, "case", "edit", case, "--story", "-", stdin=longest.encode() + b"y")
    assert r.returncode == 2 and "story is too long" in r.stderr.decode()
    a.consent(case, b.name, "identity,needs,story")
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    assert b.k("show", ref)["person"]["story"] == longest


def test_a_dash_reads_standard_input(node):
    case = node.new_case()
    assert run(node, "case", "note", case, "--text", "-", stdin="\ufeffeen\r\ntwee\n\n".encode()).returncode == 0
    assert run(node, "case", "edit", case, "--story", "-", "--goals", "rust", stdin=b"verhaal\nin regels\n").returncode == 0
    got = node.k("case", "show", case)
    assert [e["text"] for e in got["entries"] if e["what"] == "note"] == ["een\ntwee"]
    assert got["person"]["story"] == "verhaal\nin regels" and got["person"]["goals"] == "rust"
    before = last(node)
    for args, stdin in ((["--text", "-"], b""), (["--text", "-"], b"a\0b"), (["--text", "-"], b"\xff"), (["--text", "-"], b"x" * 20000)):
        assert run(node, "case", "note", case, *args, stdin=stdin).returncode == 2, args
    assert run(node, "case", "edit", case, "--story", "-", "--goals", "-", stdin=b"x").returncode == 2, "read twice"
    for f in PERSON:  # what wrote there may have failed: nothing is removed by nothing
        for nothing in (b"", b"\n", b" \r\n", b"\xef\xbb\xbf", "\u00a0".encode()):
            if f.name not in ("do_not_contact", "birth_date", "language"):
                r = run(node, "case", "edit", case, f"--{option(f)}", "-", stdin=nothing)
                assert r.returncode == 2 and f"--{option(f)}" in r.stderr.decode() and "empty" in r.stderr.decode(), (f.name, nothing, r)
    folder = os.open(node.dir, os.O_RDONLY)  # cannot be read
    r = subprocess.run([str(BIN / "kring"), "--dir", str(node.dir), "case", "edit", case, "--goals", "-"], stdin=folder, capture_output=True)
    os.close(folder)
    assert r.returncode == 2 and b"--goals" in r.stderr and b"cannot read" in r.stderr, r
    assert last(node) == before + 1
    assert node.k("case", "show", case)["person"] == got["person"]


def test_an_urgent_referral_says_so_in_every_list(federation):
    a, b = federation("Goes", "SMWO").start()
    case = a.new_case()
    a.consent(case, b.name)
    ref = a.refer(case, b.name, "--urgency", "urgent")
    plain = a.refer(case, b.name, "--urgency", "routine", need="housing")
    b.await_state(ref, "offered")
    b.await_state(plain, "offered")
    for n, line in ((a, ["sent"]), (a, ["case", "show", case]), (a, ["show", ref]), (b, ["inbox"]), (b, ["show", ref]), (b, ["worklist"])):
        for lang, word in (("nl", "dringend"), ("fr", "en urgence"), ("en", "urgent"), ("de", "dringend")):
            out = run(n, "--lang", lang, *line).stdout.decode().splitlines()
            assert [word in row for row in out if ref in row][:1] == [True], (line, lang, out)
            assert not any(word in row for row in out if plain in row)
    with pytest.raises(Refused) as e:
        a.refer(case, b.name, "--urgency", "spoed", need="legal")
    assert e.value.code == 2 and "routine, urgent" in e.value.reply["remedy"]


def test_a_field_that_was_cleared_is_gone(federation):
    a, b = federation("Goes", "SMWO").start()
    case = a.new_case(phone="0113-1", story="iets", address="Straat 1")
    a.consent(case, b.name, "identity,needs")
    with pytest.raises(Refused):
        a.refer(case, b.name)
    for field in ("phone", "story", "address"):
        assert run(a, "case", "edit", case, f"--{field}", "").returncode == 0
    assert set(a.k("case", "show", case)["person"]) == {"name"}
    b.await_state(a.refer(case, b.name), "offered")
    with pytest.raises(Refused):
        a.k("case", "edit", case, "--name", "")
    c = Control(a.dir / "core.sock")
    r = pb.Request(version=1, request_id=os.urandom(16))
    r.case_new.person.name, r.case_new.person.phone, r.case_new.person.health = "Leeg Verzonnen", "", ""
    new = c.call(r)
    assert not new.error and set(a.k("case", "show", new.id)["person"]) == {"name"}
    r = pb.Request(version=1, request_id=os.urandom(16))
    r.case_edit.id, r.case_edit.person.name = new.id, ""
    assert "name" in c.call(r).what


def test_an_agreement_is_closed_only_by_who_says_so(federation):
    """Made anew as a whole: nothing named closed everything, and so did --without alone, with success and no word."""
    a, b = federation("Goes", "SMWO").start()
    sees = lambda: next(p for p in a.k("partner", "list")["partners"] if p["name"] == b.org)["may_send_cats"]
    before = sees()
    for line in ([], ["--without", "story"], ["--receive"], ["--until", "2027-06-30"], ["--share", "identity,none"], ["--share", "none,identity"],
                 ["--share", ","]):
        r = run(a, "partner", "agree", b.name, *line)
        assert r.returncode == 2, (line, r)
        assert sees() == before
    assert run(a, "partner", "agree", b.name, "--share", "none").returncode == 0 and sees() != before


def test_what_is_too_long_says_in_what(node):
    for args in (("case", "search", "x" * 17000), ("case", "note", "7f3a", "--text", "x" * 17000)):
        for lang, unit in zip(("nl", "fr", "en", "de"), ("tekens", "caract\u00e8res", "characters", "Zeichen")):
            r = run(node, "--lang", lang, *args)
            assert r.returncode == 2 and f"16384 {unit}" in r.stderr.decode(), r


def test_blank_is_absent(node):
    """A name that nobody can see is none, from the shell, a file or another client."""
    for name in ("", " ", "\u00a0", "\u2003 \t"):
        assert run(node, "case", "new", "--name", name).returncode == 2, repr(name)
        with pytest.raises(Refused):
            node.k("case", "new", "--from", "-", stdin=f"name: {name}\n")
    case = node.new_case(phone="0113-1")
    assert run(node, "case", "edit", case, "--name", " ").returncode != 0
    assert run(node, "case", "edit", case, "--phone", "\u00a0 ").returncode == 0
    assert "phone" not in node.k("case", "show", case)["person"], "as --phone '' does"
    assert run(node, "case", "note", case, "--text", "\u2003").returncode != 0
    c = Control(node.dir / "core.sock")
    for name, phone, said in (("Zichtbaar Verzonnen", " \u00a0", "phone"), ("\u200b", "1", "name")):
        r = pb.Request(version=1, request_id=os.urandom(16))
        r.case_new.person.name, r.case_new.person.phone = name, phone
        got = c.call(r)
        assert got.error and said in got.what
    assert len(node.k("case", "list")["cases"]) == 1


def test_what_cannot_be_printed_is_no_success(node):
    case = node.new_case(phone="1")
    for line in (["case", "list"], ["--json", "case", "list"], ["case", "new", "--name", "Nog Een"], ["case", "show", case], ["help"], ["slot", "list"],
                 ["roster", "verify", "--roster", str(node.fed.roster)], ["nonsense"]):
        with open("/dev/full", "w") as full:
            r = subprocess.run([str(BIN / "kring"), "--dir", str(node.dir), *line], stdout=full, stderr=subprocess.PIPE, text=True)
        assert r.returncode != 0 and (line == ["nonsense"] or ("disk is full" in r.stderr or "No space left" in r.stderr)), (line, r)
    assert run(node, "case", "list").returncode == 0


def test_two_colleagues_at_one_case(node):
    case = node.new_case(phone="0113-1")
    for who in ("an", "bo"):
        assert run(node, "case", "show", case, who=who).returncode == 0
    assert run(node, "case", "edit", case, "--phone", "0113-2", "--story", "van An", who="an").returncode == 0
    assert run(node, "case", "edit", case, "--goals", "rust", who="an").returncode == 0, "her own change is no surprise to her"
    for line in (["case", "edit", case, "--phone", "0113-3"], ["case", "close", case]):
        state = node.fed.dir / "bo"
        kept = {p: p.read_bytes() for p in state.rglob("*") if p.is_file()}
        r = run(node, *line, who="bo")
        said = r.stderr.decode()
        assert r.returncode == 1 and "phone, story" in said and "goals" in said and "a moment ago" in said and "--expect" in said, said
        for p, b in kept.items():
            p.write_bytes(b)
    assert node.k("case", "show", case)["person"]["phone"] == "0113-2"
    assert run(node, "case", "show", case, who="bo").returncode == 0
    assert run(node, "case", "edit", case, "--phone", "0113-3", who="bo").returncode == 0, "after a look it goes on"
    assert run(node, "case", "edit", case, "--phone", "0113-4", "--expect", "1", who="bo").returncode == 1
    assert run(node, "case", "edit", case, "--phone", "0113-5", who="bo").returncode == 0
    for n, typed in enumerate((case[12:], case, case[12:20])):  # as printed, as JSON has it, as listed
        line = ["case", "edit", typed, "--goals"]
        assert run(node, *line, f"van An {n}", who="an").returncode == (0 if n else 1), "she has not seen his"
        assert run(node, *line, f"An {n}", who="an").returncode == 0
        assert run(node, *line, f"van Bo {n}", who="bo").returncode == 1
        assert run(node, *line, f"van Bo {n}", who="bo").returncode == 0, "told, he says it again"
        run(node, "case", "show", case, who="an")
    for p in (node.fed.dir / "bo").rglob("*"):
        assert p.stat().st_mode & 0o77 == 0 or p.is_dir()
        assert p.is_dir() or b"0113" not in p.read_bytes() and b"Verzonnen" not in p.read_bytes()


def test_a_version_beyond_every_version_is_stale(node):
    """The longest number that the client takes is compared like any other, and ends neither the client nor the node."""
    case = node.k("case", "new", "--name", "Marie Testpersoon")["id"]
    for line in (["case", "edit", case, "--phone", "09 123 45 67"], ["case", "close", case]):
        for most in ("9" * 18, str(2 ** 32 - 2), str(2 ** 32 - 1)):
            r = run(node, *line, "--expect", most)
            assert r.returncode in (1, 4) and b"changed" in r.stderr, (line, most, r)
    assert not node.k("case", "show", case)["cases"][0]["closed"]


def test_a_decline_never_wins_over_an_accept_unseen(federation):
    a, b = federation("Goes", "SMWO").start()
    case = a.new_case()
    a.consent(case, b.name)
    decline = ["--reason", "no-capacity", "--alternative", "none"]
    for seen in (["inbox"], ["worklist"], None):
        ref = a.refer(case, b.name, "--again")
        b.await_state(ref, "offered")
        if seen:
            for who in ("an", "bo"):
                assert ref in run(b, *seen, who=who).stdout.decode()
        assert run(b, "accept", ref, who="an").returncode == 0
        r = run(b, "decline", ref, *decline, who="bo" if seen else "cee")
        assert r.returncode == 1 and "a colleague, a moment ago: accepted" in r.stderr.decode(), r
        assert b.state(ref) == "accepted"
        assert run(b, "start", ref, who="an").returncode == 0, "who acted last knows"
    ref = a.refer(case, b.name, "--again")
    b.await_state(ref, "offered")
    assert run(b, "accept", ref, who="an").returncode == 0
    assert run(b, "decline", ref, *decline, who="bo").returncode == 1
    assert run(b, "decline", ref, *decline, who="bo").returncode == 0, "told, he says it again"
    b.await_state(ref, "declined")
    ref = a.refer(case, b.name, "--again")
    b.await_state(ref, "offered")
    run(a, "sent", who="an")
    assert run(b, "accept", ref, who="an").returncode == 0
    a.await_state(ref, "accepted")
    r = run(a, "withdraw", ref, "--reason", "no-longer-needed", who="an")
    assert r.returncode == 1 and "by SMWO, a moment ago: accepted" in r.stderr.decode(), r
    assert run(a, "revoke", ref, "--yes", who="dee").returncode == 0 and a.state(ref) == "revoked", "what protects the person never waits"


def test_lock_answers_when_it_is_true(federation):
    (a,) = federation("Goes").start()
    before = a.children()["core"]
    r = run(a, "lock")
    assert r.returncode == 0 and b"locked" in r.stdout
    assert a.children()["core"] != before and a.k("status")["status"]["locked"]
    r = run(a, "case", "list")
    assert r.returncode == 4 and b"kring unlock" in r.stderr


UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|^GEVALST", re.M)


def test_nothing_typed_looks_like_a_line_of_ours(node):
    """Names of files, words and options that are said again in an error: one line, and every character is seen."""
    evil = "x\nGEVALST rij\x1b[31m\u202e\u200b\r"
    config = node.dir / "kring.conf"
    for args in (["status", "--" + evil, "1"], [evil], ["--" + evil], ["--lang", evil, "status"], ["case", "list", "--" + evil],
                 ["case", "show", evil], ["partner", "show", evil], ["join", evil], ["roster", "import", evil],
                 ["restore", evil, "--sheet", evil], ["confirm", "12", "--org", evil], ["config", "show", "--file", evil]):
        r = subprocess.run([str(node.fed.bin / "kring"), "--dir", str(node.dir), *args], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert r.returncode != 0 and not UNSEEN.search(r.stdout + r.stderr), (args, r)
    r = subprocess.run([str(node.fed.bin / "kring"), "--dir", str(node.dir / evil), "status"], capture_output=True, text=True)
    assert r.returncode != 0 and "GEVALST" in r.stderr and not UNSEEN.search(r.stderr), r
    assert config.exists()


def test_a_name_is_in_its_own_column(federation):
    """Blanks in a name are no space between columns, and what a root signs stands on rows of its own."""
    f = federation("Goes")
    a, = f.start()
    at = f"tcp://127.0.0.1:{free_port()}"
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "invite", "--org", "Doel\u2003 \u00a0       approved              2099-01-01   0 of 3", "--at", at],
                       capture_output=True, text=True)
    assert r.returncode == 2 and "U+2003" in r.stderr, r
    a.k("invite", "--org", "Doel approved 2099-01-01 0 of 3", "--at", at)
    row = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "invites", "list"], capture_output=True, text=True).stdout
    assert "Doel approved 2099-01-01 0 of 3" in " ".join(row.split(" ")).replace("\u2003", "?"), row
    assert [c for c in re.split(r"  +", row.splitlines()[0]) if c][1].startswith("Doel approved 2099"), row
    m = Member(f.fed_id(), org="Doel (NL), fingerprint 1111 2222, verified: in-person")
    (f.dir / "j").write_bytes(m.join_bytes())
    p = str(f.dir / "p")
    said = f.run("roster", "add", "--roster", str(f.roster), "--join", str(f.dir / "j"), "--class", "member", "--out", p)
    said += f.run("roster", "sign", "--yes", "--proposal", p, "--key", str(f.dir / "roots/root1.key"), "--roster", str(f.roster))
    rows = [x.split() for x in said.splitlines() if x.startswith("  ")]
    assert [r[1:3] for r in rows if r[0] == "fingerprint"] and not [r for r in rows if r[:2] == ["fingerprint", "1111"]], said


def test_a_code_may_be_typed_as_a_word_of_the_language(node):
    """Capitals, accents and hyphens do not matter; what two codes could be is refused with both of them."""
    case = node.new_case(phone="1")

    def why(lang, *line):
        r = subprocess.run([str(BIN / "kring"), "--lang", lang, "--dir", str(node.dir), *line], capture_output=True, text=True)
        return r.returncode, r.stderr

    for lang, need in (("nl", "Schulden"), ("nl", "inkomen en schulden"), ("fr", "REVENUS ET DETTES"), ("de", "Einkommen und Schulden"),
                       ("nl", "income-debt"), ("nl", "income and debt"), ("en", "income"), ("fr", "energie")):
        code, said = why(lang, "refer", case, "--to", "nobody", "--need", need)
        assert code != 2 and need not in said, (lang, need, said)
    code, said = why("en", "refer", case, "--to", "nobody", "--need", "health")
    assert code == 2 and "mental wellbeing" in said and "physical health" in said, said
    code, said = why("nl", "consent", "give", case, "--to", "nobody", "--share", "gezin, Kinderen", "--how", "mondeling", "--given-by", "ouder")
    assert code not in (0, 2), said
    code, said = why("nl", "consent", "give", case, "--to", "nobody", "--share", "gezin, werk, hous")
    assert code == 2 and "gezin" in said and "wonen" in said and "werk en" not in said, said
