# SPDX-License-Identifier: EUPL-1.2
"""What there is to type is found by whoever has no manual: on one screen, by command, and after a slip of the fingers."""
import json
import os
import re
import subprocess

import pytest
from node import BIN, ROOT

CASE = {"nl": "DOSSIER", "fr": "DOSSIER", "en": "CASE", "de": "FALL"}
LANGS = tuple(CASE)


def run(*args, **env):
    return subprocess.run([str(BIN / "kring"), *args], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**{k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LANG")}, "LANG": "C.UTF-8", **env})


def table():
    return json.loads(run("--json", "help").stdout)["commands"]


def words(cmd):
    return [w for w in (cmd["noun"], cmd["verb"]) if w]


@pytest.mark.parametrize("lang", LANGS)
def test_help_fits_one_screen_and_names_every_command(lang):
    """24 lines of 80 columns, the day's work first; `kring help all` is the whole table."""
    for args in (("help",), ("--help",), ("-h",)):
        shown = run("--lang", lang, *args).stdout.splitlines()
        assert 15 < len(shown) < 24 and max(map(len, shown)) <= 80, (len(shown), max(shown, key=len))
        assert any(re.search(rf"refer \[?{CASE[lang]}", x) for x in shown[:12]) and not any("federation" in x for x in shown[:12])
        for cmd in table():
            assert any(f" {cmd['noun']} " in f"{x} " for x in shown), cmd["noun"]
        rest = " ".join(x[24:] for x in shown[13:-1] if x.startswith("  "))
        assert sorted(rest.split()) == sorted(set(rest.split())), f"named twice: {rest}"
    everything = run("--lang", lang, "help", "all").stdout
    assert max(map(len, everything.splitlines())) <= 80
    for cmd in table():
        assert f"\n  {' '.join(words(cmd))}" in everything, cmd


def test_the_screen_says_how_wide_it_is():
    assert max(map(len, run("help", "all", COLUMNS="200").stdout.splitlines())) > 100
    assert all(len(x) <= 60 or len(x.split()) == 1 for x in run("help", "all", COLUMNS="60").stdout.splitlines()), "a word stays whole"
    for wrong in ("0", "-3", "wide", "99999999999999999999"):
        assert run("help", COLUMNS=wrong).stdout == run("help").stdout


TEXTS = dict(zip(LANGS, next(x.split("|")[1:] for x in (ROOT / "config/lists/help.psv").read_text().splitlines() if x.startswith("texts|"))))


@pytest.mark.parametrize("lang", LANGS)
def test_that_others_can_read_a_command_is_said_once(lang):
    """Of the pages that have many texts, and not of those that have none."""
    for line, times in ((("case",), 1), (("case", "new"), 1), (("say",), 1), (("partner",), 0)):
        page = " ".join(run("--lang", lang, "help", *line).stdout.split())
        assert page.count(TEXTS[lang]) == times and len(re.findall("standaardinvoer|entrée standard|standard input|Standardeingabe", page)) == times, page


def test_every_command_explains_itself_and_does_nothing():
    """However it is asked; the words of the command and its options need not be right, nor a node be there."""
    tables = table()
    assert len(tables) > 60
    for cmd in tables:
        asked = [run(*x) for x in (("help", *words(cmd)), (*words(cmd), "--help"), (*words(cmd), "-h"), (*words(cmd), "x", "y", "--help"),
                                   ("--dir", "/nowhere", *words(cmd), "-h"))]
        assert all(r.returncode == 0 and not r.stderr for r in asked), asked
        if cmd["verb"] or not any(c["noun"] == cmd["noun"] and c["verb"] for c in tables):
            assert len({r.stdout for r in asked}) == 1, cmd
        shown = asked[1].stdout
        assert shown.startswith(f"kring {' '.join(words(cmd))}") and cmd["example"] in shown
        for o in cmd["options"]:
            assert re.search(rf"^    --{o['name']}{' [A-Z-]+' if o['type'] else '(?= |$)'}", shown, re.M), (cmd, o)
            # what a text takes is the same for all, and stands once below
            for said in (o["help"], o["accepts"] if o["type"] not in ("TEXT", "WORDS") else TEXTS["en"]):
                assert " ".join(said.split()) in " ".join(shown.split()), (cmd, o)
            assert o["help"], (cmd, o, "nobody can know what this is for: config/lists/options.psv")
        assert cmd["group"] and cmd["example"].startswith("kring "), cmd
    for noun in {c["noun"] for c in tables if c["verb"]}:
        assert run(noun, "-h").stdout == run("help", noun).stdout != "", noun


def test_what_an_option_is_for_is_said_once_and_of_options_that_there_are():
    rows = [x.split("|")[0] for x in (ROOT / "config/lists/options.psv").read_text().splitlines()[3:]]
    own = {f"{' '.join(words(c))} --{o['name']}" for c in table() for o in c["options"]}
    assert len(rows) > 60 and len(set(rows)) == len(rows)
    for row in rows:
        assert row in own or any(x.endswith(f" {row}") and x not in rows for x in own), row
    for lang in LANGS:
        for c in json.loads(run("--lang", lang, "--json", "help").stdout)["commands"]:
            assert all(o["help"] and (lang == "de" or o["help"][:2].isupper() or not o["help"][0].isupper()) for o in c["options"]), (lang, c)


def test_what_is_missing_is_named_with_where_to_find_it():
    lists = {"CASE": "kring case list", "REF": "kring inbox, kring sent", "PARTNER": "kring partner list", "ALARM": "kring alarm list"}
    ids = {"consent": "kring consent list CASE", "draft": "kring draft list", "outbox": "kring outbox list", "invites": "kring invites list", "letter": "kring case list"}
    asked = [c for c in table() if c["words"] and c["words"][0] != "["]
    assert len(asked) > 30
    for c in asked:
        r = run("--dir", "/nowhere", *words(c))
        first = c["words"].split()[0]
        assert r.returncode == 2 and first in r.stderr and (ids if first == "ID" else lists).get(c["noun"] if first == "ID" else first, f"kring help {' '.join(words(c))}") in r.stderr, (c["line"], r.stderr)
    assert "kring consent list DOSSIER" in run("--dir", "/nowhere", "--lang", "nl", "consent", "withdraw").stderr


def test_a_slip_is_answered_with_what_was_meant_and_does_nothing(tmp_path):
    for line, meant in ((["inbx"], "kring inbox"), (["hlep"], "kring help"), (["case", "lsit"], "kring case list"), (["help", "inbx"], "kring help inbox"),
                        (["help", "case", "shwo"], "kring help case show"), (["wroklist"], "kring worklist"), (["case", "earse", "x"], "kring case erase"),
                        (["panci", "--yes"], "kring panic"), (["sent", "--al"], "--all"), (["sent", "--hlep"], "--help")):
        r = run("--dir", str(tmp_path), *line)
        assert r.returncode == 2 and not r.stdout and f"{meant}?" in r.stderr, (line, r)
    for line in (["xyzzy"], ["help", "xyzzy"], ["case"], ["help", "case", "xyzzy"], ["help", "--zzz"], ["help", "case", "show", "x"], ["-z"]):
        r = run("--dir", str(tmp_path), *line)
        assert r.returncode == 2 and not r.stdout and "kring help" in r.stderr and "did you mean" not in r.stderr, (line, r)
    assert not list(tmp_path.iterdir())


def test_both_programs_say_their_version():
    for words in (["kring", "--version"], ["kring", "-V"], ["kringd", "--version"], ["kringd", "-V"]):
        r = subprocess.run([str(BIN / words[0]), words[1]], capture_output=True, text=True)
        assert r.returncode == 0 and r.stdout.startswith(f"{words[0]} ") and r.stdout.count("\n") == 1, r
    assert json.loads(run("--json", "--version").stdout) == {"program": "kring", "version": run("-V").stdout.split()[1]}
    for flag in ("--help", "-h"):
        r = subprocess.run([str(BIN / "kringd"), flag], capture_output=True, text=True)
        assert r.returncode == 0 and r.stdout.startswith("usage: kringd") and "--dir DIR" in r.stdout, r
