# SPDX-License-Identifier: EUPL-1.2
"""Manual pages and completion are what the programs say about themselves: each command and option stands in them, no tool has a
complaint, and what the Tab key offers is what may be typed: never a person's name, and nothing from outside is ever run."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from node import BIN, ROOT, offered, wait_for

LANGS = ("nl", "fr", "en", "de")
GEN = ROOT / "deploy/manual/gen_manual.py"
PAGES = {"en": "kring.1", "nl": "kring.1.nl", "fr": "kring.1.fr", "de": "kring.1.de"}
needs_scdoc = pytest.mark.skipif(not all(map(shutil.which, ("scdoc", "man", "mandoc"))), reason="scdoc, man-db or mandoc is not here")


def run(*args, **kw):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, check=True, **kw)


def table(lang="en"):
    return json.loads(run(BIN / "kring", "--lang", lang, "--json", "help").stdout)


def words(cmd):
    return [w for w in (cmd["noun"], cmd["verb"]) if w]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("manual")
    run(sys.executable, GEN, BIN / "kring", BIN / "kringd", ROOT / "config", out)
    return out


@pytest.fixture(scope="module")
def pages(made):
    for source in made.glob("*.scd"):
        run(sys.executable, GEN, "--render", "scdoc", source, made / source.stem)
    return made


def read(page):
    """As on a wide screen, so that no line is folded."""
    r = run("man", "--warnings", "-E", "UTF-8", "-l", page, env={**os.environ, "MANWIDTH": "9999", "LANG": "C.UTF-8", "MAN_KEEP_FORMATTING": ""})
    assert not r.stderr, r.stderr
    return re.sub(".\b", "", r.stdout)


# ---- pages ----
@needs_scdoc
@pytest.mark.parametrize("lang", LANGS)
def test_every_command_and_option_stands_in_the_page(pages, lang):
    known, text = table(lang), read(pages / PAGES[lang])
    assert len(known["commands"]) > 60 and len(known["groups"]) == 8 and len(known["options"]) > 8
    at = 0
    for group in known["groups"]:
        assert f"\n   {group['title']}\n" in text, group
        at = text.index(f"\n   {group['title']}\n")
        for cmd in (c for c in known["commands"] if c["group"] == group["name"]):
            head = re.compile(rf"\n {{7}}kring {re.escape(cmd['line'])}( \[.*\])?\n").search(text, at)
            assert head, cmd
            at = head.end() - 1   # in the order of the table, below its group
            part = re.split(r"\n {7}\S|\n {3}\S|\n\S", text[at:], maxsplit=1)[0]
            assert part.count(cmd["help"]) == 1 and cmd["example"] in part, (cmd, part)
            found = re.findall(r"^ +--([a-z-]+)(?: ([^\s:]+))?:", part, re.M)
            assert sorted(n for n, _ in found) == sorted(o["name"] for o in cmd["options"]), (cmd, found)
            for o in cmd["options"]:
                assert not o["type"] or (o["name"], o["shown"]) in found, (cmd, o)
                assert " ".join(o["accepts"].split()) in text and o["help"] in part, (cmd, o)
    for o in known["options"]:
        assert re.search(rf"\n {{7}}(-{o['letter']}, )?--{o['name']}{' ' + o['shown'] if o['type'] else ''}\n +{re.escape(o['help'])}", text), o
    for e in known["exits"]:
        assert re.search(rf"\n {{7}}{e['exit']}\b.*\n +{re.escape(e['help'])}", text), e


@needs_scdoc
def test_the_table_is_all_that_the_program_takes(pages):
    """Whoever adds an option of every command, or an exit code, adds it to the table: else neither help nor the page knows it."""
    known = table()
    code = (ROOT / "client/args.c").read_text()
    taken = set(re.findall(r'strcmp\((?:name|word|first|args\[i\]), "(?:--)?([a-z-]{3,})"\) == 0', code))
    assert taken == {o["name"] for o in known["options"]}, taken
    enum = re.search(r"enum \{\s*(CLI_DONE.*?)\}", (ROOT / "client/cli/run.h").read_text(), re.S)[1]
    assert [e["exit"] for e in known["exits"]] == [int(x) for x in re.findall(r"= (\d)", enum)]


def rows(name):
    head, *lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    return {x[0]: dict(zip(head, x)) for x in lines}


def page_of(pages, name, lang):
    return read(pages / (name if lang == "en" else f"{name}.{lang}"))


@needs_scdoc
@pytest.mark.parametrize("lang", LANGS)
def test_settings_and_options_of_the_daemon_stand_in_their_pages(pages, lang):
    """In each language; in English as kringd says it, and no line of it is left in the others."""
    usage, manual = run(BIN / "kringd", "--help").stdout, run(BIN / "kringd", "tool", "config-manual").stdout
    said, units = {k: x[lang] for k, x in rows("manual").items()}, {x["en"]: x[lang] for x in rows("causes").values()}
    text, conf = page_of(pages, "kringd.8", lang), page_of(pages, "kring.conf.5", lang)
    options = re.findall(r"^  --([a-z-]+)", usage, re.M)
    assert len(options) > 5 and all(re.search(rf"\n       --{o}\b.*\n +{re.escape(said['opt-' + o])}", text) for o in options), text
    settings = re.findall(r"^\| `([A-Z]\w+)` \| (.*?) \| (.*?) \| .*? \| (.*?) \|$", manual, re.M)
    assert len(settings) > 12
    for name, takes, default, what in settings:
        part = " ".join(conf[conf.index(f"\n       {name}=\n"):].split("\n\n", 3)[k] for k in range(3))
        number = re.fullmatch(r"(\d+) to (\d+) (.*)", takes)
        assert said["set-" + name] in part and (default == "empty" or default.replace("`", "") in part), (name, part)
        assert not number or (number[1] in part and number[2] in part and units[number[3]] in part), (name, part)
        assert lang == "en" or what not in conf, what
    for section in re.findall(r"^## (\[\w+\])$", manual, re.M):
        assert f"\n{section}\n" in conf
    assert lang == "en" or not {x["en"] for k, x in rows("manual").items() if x["en"] != x[lang] and len(x["en"]) > 12} & {x.strip() for x in (text + conf).split("\n")}


@needs_scdoc
def test_what_kringd_says_of_itself_and_its_page_cannot_differ(tmp_path):
    """A setting without a row, or of which kringd says something else, makes no page."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    path = tmp_path / "config/lists/manual.psv"
    whole = path.read_text()
    for damaged in (whole.replace("set-Listen|", "set-Lisson|"), whole.replace("|address and port where", "|address and gate where"), whole + "kringd-more|a|b|c|d\n"):
        assert damaged != whole
        path.write_text(damaged)
        r = subprocess.run([sys.executable, GEN, BIN / "kring", BIN / "kringd", tmp_path / "config", tmp_path], capture_output=True, text=True)
        assert r.returncode != 0 and re.search("set-Listen|kringd-more", r.stderr), r.stderr


@needs_scdoc
def test_no_tool_has_a_complaint_about_a_page(pages):
    names = [n if lang == "en" else f"{n}.{lang}" for n in ("kring.1", "kringd.8", "kring.conf.5") for lang in LANGS]
    for page in ("kring.1", "kringd.8", "kring.conf.5"):
        r = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(pages / page)], capture_output=True, text=True)
        # scdoc begins a paragraph behind each heading, which mandoc of Debian 13 says it leaves out
        said = [x for x in (r.stdout + r.stderr).splitlines() if "skipping paragraph macro: PP" not in x]
        assert not said, said[:5]
    for page in names:
        text = read(pages / page)
        assert len(text) > 1000 and not re.search(r"\*\w|\\[a-z&]|\{\w+\}", text), page


@needs_scdoc
def test_an_installed_kring_has_its_pages_and_its_completion(tmp_path):
    run("cmake", "--install", BIN, "--prefix", tmp_path)
    man = tmp_path / "share/man"
    for lang in LANGS:
        page = man / ("" if lang == "en" else lang) / "man1/kring.1"
        assert table(lang)["groups"][0]["title"] in page.read_text().replace(r"'\&", "'").replace("\\-", "-").replace(r"\&", ""), page
        assert all((man / ("" if lang == "en" else lang) / x).exists() for x in ("man8/kringd.8", "man5/kring.conf.5")), lang
    assert "complete -F _kring kring" in (tmp_path / "share/bash-completion/completions/kring").read_text()
    found = run("man", "-M", man, "-w", "kring", env={**os.environ, "LANG": "C.UTF-8"}).stdout.strip()
    assert found == str(man / "man1/kring.1")


def test_without_scdoc_only_the_pages_are_left_out(tmp_path):
    r = run("cmake", "-S", ROOT, "-B", tmp_path, "-DSCDOC=")
    assert "scdoc is not here: no manual pages are made" in r.stdout + r.stderr
    rules = (tmp_path / "deploy/manual/cmake_install.cmake").read_text()
    assert "share/bash-completion/completions" in rules and "share/man" not in rules


# ---- completion ----
class Shell:
    """A real bash that has read the completion and nothing else."""

    def __init__(self, script, home):
        self.script, self.home = script, home

    def tab(self, *line, program=BIN / "kring", **env):
        """What Tab offers behind the words of line; the last is what was begun."""
        code = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _kring; printf "%s\\n" "${COMPREPLY[@]}"'
        r = run("bash", "--norc", "--noprofile", "-c", code, "-", self.script, program, *line, cwd=self.home,
                env={"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", **env})
        assert not r.stderr, (line, r.stderr)
        return sorted(x for x in r.stdout.split("\n") if x)


@pytest.fixture
def shell(made, tmp_path):
    return Shell(made / "kring.bash", tmp_path)


def test_tab_offers_what_the_table_has(shell):
    known = table()["commands"]
    nouns = sorted({c["noun"] for c in known} | {"help"})
    assert shell.tab("") == nouns
    for noun in {c["noun"] for c in known}:
        verbs = sorted(c["verb"] for c in known if c["noun"] == noun and c["verb"])
        assert not verbs or shell.tab(noun, "") == verbs, noun
        assert shell.tab("help", noun, "") == verbs, noun
    always = [f"--{o['name']}" for o in table()["options"] if not o["alone"]]
    for cmd in known:
        assert shell.tab(*words(cmd), "--") == sorted({f"--{o['name']}" for o in cmd["options"]} | set(always)), cmd


def test_tab_completes_what_was_begun(shell):
    for line, offers in ((("ca",), ["case"]), (("case", "s"), ["same", "search", "send", "show"]), (("--lang", "nl", "case", "er"), ["erase"]),
                         (("refer", "7f3a", "--ne"), ["--need"]), (("refer", "7f3a", "--need", "hou"), ["housing"]),
                         (("refer", "7f3a", "--need", "=", "hou"), ["housing"]), (("refer", "7f3a", "--urgency", "="), ["routine", "urgent"]),
                         (("refer", "--share", "identity,con"), ["identity,contact", "identity,conviction"]),
                         (("decline", "91C4", "--reason", "no-c"), ["no-capacity"]), (("--lang", ""), ["de", "en", "fr", "nl"]),
                         (("case", "take", "7f3a", "phone", "em"), ["email"]), (("help", "need"), ["needs"]), (("--ver",), ["--version"]),
                         (("case", "--dry-run", "era"), ["erase"]), (("flow", "pu"), ["publish"])):
        assert shell.tab(*line) == offers, line


def test_tab_has_nothing_to_say_behind_a_wrong_word(shell):
    for line in (("xyzzy", ""), ("case", "xyzzy", ""), ("case", "xyzzy", "show"), ("help", "xyzzy", ""), ("xyz",), ("inbox", ""), ("inbox", "--limit", ""),
                 ("refer", "--need", "xyz"), ("case", "note", "7f3a", "--text", ""), ("status", "x", ""), ("=", ""), ("--bogus=", "")):
        assert shell.tab(*line) == [] or line == ("--bogus=", ""), line
    assert shell.tab("--bogus", "case", "sh") == ["show"], "an unknown option takes no value"
    assert shell.tab("case", "xyzzy", "--js") == ["--json", "--jsonl"]


def test_tab_completes_files_and_folders(shell):
    (shell.home / "person.txt").touch()
    (shell.home / "node dir").mkdir()
    assert shell.tab("case", "new", "--from", "per") == ["person.txt"]
    assert shell.tab("--dir", "no") == ["node dir"]
    assert shell.tab("restore", "per") == ["person.txt"]


def test_tab_offers_partners_and_ids_of_this_node_and_nobodys_name(federation, shell):
    a, b = federation("Goes", "SMWO").start()
    case, ref = offered(a, b, name="Zoë Opvallend")
    sent = wait_for("a document that waits", lambda: b.k("sent") and a.k("sent")["referrals"])[0]["ref"]
    before = a.k("audit", "list")["audit"][0]["seq"]
    here = ("--dir", str(a.dir))
    everything = []
    for line, offers in ((("partner", "show", ""), ["goes", "smwo"]), (("refer", case[:4], "--to", "s"), ["smwo"]), (("case", "show", ""), [case[:8]]),
                         (("case", "show", case[:3]), [case[:8]]), (("case", "show", case[:12]), [case]), (("show", ""), [sent]),
                         (("say", sent[:2].lower()), [sent]), (("inbox", "--from", "sm"), ["smwo"]), (("outbox", "why", "zzz"), []), (("case", "search", ""), []),
                         (("audit", "list", ""), [case[:8]])):
        got = shell.tab(*here, *line)
        assert got == offers, (line, got)
        everything += got
    assert shell.tab("--dir", "=", str(a.dir), "partner", "show", "s") == ["smwo"]
    assert not any(x in " ".join(everything) for x in ("Zo", "Opvallend"))
    assert not list(shell.home.rglob("kring*")), "what Tab looked up was shown to nobody"
    assert a.k("audit", "list")["audit"][0]["seq"] == before + 1, "and is no entry of the log"
    a.stop()
    assert shell.tab(*here, "partner", "show", "") == [] and shell.tab(*here, "show", "") == []


def test_a_partners_name_is_never_run(shell):
    """The roster is written elsewhere.  A name with marks of the shell is offered so that it can be typed, and does nothing."""
    names = ["$(touch ran)", "`touch ran`", "a;touch ran", "caw de kempen", "*", "~", "x' $(touch ran) '", "--yes"]
    rows = ",\n".join(f'    {{\n      "name": "X",\n      "typed": "{n}",\n      "phone": ""\n    }}' for n in names)
    fake = shell.home / "fake"
    fake.write_text(f"#!/bin/sh\ncat <<'E'\n{{\n  \"partners\": [\n{rows}\n  ]\n}}\nE\n")
    fake.chmod(0o755)
    got = shell.tab("partner", "show", "", program=fake)
    assert len(got) == len(names) and not (shell.home / "ran").exists()
    back = run("bash", "-c", "printf '%s\\n' " + " ".join(got), cwd=shell.home).stdout.splitlines()
    assert sorted(back) == sorted(names) and not (shell.home / "ran").exists()


def test_a_node_that_does_not_answer_keeps_nobody_waiting(shell):
    fake = shell.home / "slow"
    fake.write_text("#!/bin/sh\nexec sleep 600\n")
    fake.chmod(0o755)
    for line in (("partner", "show", ""), ("show", ""), ("case", "show", "")):
        assert shell.tab(*line, program=fake) == []
