# SPDX-License-Identifier: EUPL-1.2
"""What is shown keeps to the reader's screen: no line is wider, none ends in blanks, long lists go through a pager, and a
colour only repeats what a word says."""
import os
import re
import subprocess

import pytest
from node import BIN
from term import environment, on_a_terminal

LONG = "Stichting Maatschappelijk Werk en Ontmoeting voor de Oosterschelderegio"
ESC = re.compile(r"\x1b\[[0-9;]*m")


def kring(node, *args, **env):
    return subprocess.run([str(BIN / "kring"), "--dir", str(node.dir), *args], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env=environment(**env))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A partner with a long name, who was sent thirty referrals of people with long names, one of them urgent."""
    from node import Federation
    f = Federation(tmp_path_factory.mktemp("screen"), ("Goes",))
    try:
        f.nodes.append(f.add(LONG, dirname="long"))
        f.nodes[1].name = to = LONG.lower().replace(" ", "-")
        a, b = f.start()
        for i in range(30):
            case = a.new_case(name=f"Testpersoon {i} van der Verzonnen-Achternaam Zonder Einde")
            a.consent(case, to)
            a.refer(case, to, *(("--urgency", "urgent") if i == 7 else ()))
        yield a, b
    finally:
        f.stop()


READ = (("status",), ("partner", "list"), ("case", "list"), ("sent",), ("inbox",), ("worklist",), ("outbox", "list"), ("roster", "show"), ("audit", "list"),
        ("flow", "--own"), ("approve",), ("help", "all"))


@pytest.mark.parametrize("lang", ("nl", "fr", "en", "de"))
def test_no_line_is_wider_than_the_screen_or_ends_in_blanks(two, lang):
    a, _ = two
    case = a.k("case", "list")["cases"][0]["id"]
    ref = a.k("sent")["referrals"][0]["ref"]
    for args in (*READ, ("case", "show", case), ("show", ref), ("consent", "list", case)):
        for columns in (60, 80, 132):
            r = kring(a, "--lang", lang, *args, COLUMNS=str(columns))
            assert r.returncode == 0, r
            for line in r.stdout.splitlines():
                assert line == line.rstrip(), (args, line)
                whole = len(line.split()) <= 1 or line.lstrip().startswith("kring ")  # ids and commands are copied
                assert whole or len(line) <= columns, (args, columns, line)
        narrow, wide = (" ".join(kring(a, "--lang", lang, *args, COLUMNS=x).stdout.split()) for x in ("60", "1000"))
        if args[0] not in ("status", "audit"):  # asking is logged, and clocks go on
            assert narrow.replace("| ", "") == wide.replace("| ", ""), "nothing is left out for want of room"


def test_the_screen_of_the_terminal_counts(two):
    """Without a screen each row is one line: that is how a pipe is looked through."""
    a, _ = two
    assert len(kring(a, "sent").stdout.splitlines()) == 30
    words = [str(BIN / "kring"), "--dir", str(a.dir), "--no-pager", "sent"]
    _, out = on_a_terminal(words, columns=66)
    assert 60 < max(len(ESC.sub("", x)) for x in out.splitlines()) <= 66
    _, out = on_a_terminal(words, columns=66, COLUMNS="90")
    assert 80 < max(len(ESC.sub("", x)) for x in out.splitlines()) <= 90


def test_a_refusal_keeps_to_the_screen(two):
    a, _ = two
    ref = a.k("sent")["referrals"][0]["ref"]
    for words in (("erase", ref, "--yes"), ("done", ref, "--as", "told"), ("ack", ref), ("case", "erase", "zzzz", "--yes")):
        code, out = on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), *words])
        lines = [ESC.sub("", x) for x in out.splitlines()]
        assert code != 0 and lines[0].startswith("! ") and max(len(x) for x in lines) <= 80, out
        assert all(x.startswith("  ") for x in lines[1:]), out
    assert len(kring(a, "erase", ref, "--yes").stderr.splitlines()) == 2, "without a screen a sentence is one line"


def pager(tmp_path, text="#!/bin/sh\ncat > {0}\necho paged\n"):
    p = tmp_path / "pager"
    p.write_text(text.format(tmp_path / "shown"))
    p.chmod(0o755)
    return p


def test_what_is_longer_than_the_screen_goes_through_the_pager(two, tmp_path):
    a, _ = two
    mine, shown = pager(tmp_path), tmp_path / "shown"
    sent = [str(BIN / "kring"), "--dir", str(a.dir), "sent"]
    code, out = on_a_terminal(sent, PAGER=f"{mine} -some --words")
    assert code == 0 and out.strip() == "paged" and shown.read_text().count("Verzonnen-Achternaam") == 30
    assert not [x for x in shown.read_text().splitlines() if len(ESC.sub("", x)) > 80]
    for words, env in ((sent[:3] + ["partner", "list"], {}),                                  # fits on the screen
                       (sent + ["--no-pager"], {}), (sent + ["--json"], {}), (sent[:3] + ["--json", "help"], {}),
                       (sent, {"PAGER": ""}), (sent, {"PAGER": "cat"}), (sent, {"PAGER": "/nowhere/at-all"})):
        shown.unlink(missing_ok=True)
        code, out = on_a_terminal(words, **{"PAGER": str(mine), **env})
        assert code == 0 and not shown.exists() and "paged" not in out and out.strip(), (words, env)
        assert "sent" not in words or out.count("Verzonnen-Achternaam") == 30
    r = kring(a, "sent", PAGER=str(mine))
    assert r.stdout.count("Verzonnen-Achternaam") == 30 and not shown.exists(), "no terminal, no pager"
    code, out = on_a_terminal(["/usr/bin/env", "TERM=dumb", *sent], PAGER=str(mine))
    assert out.count("Verzonnen-Achternaam") == 30 and not shown.exists() and "\x1b" not in out


def test_less_is_the_pager_when_there_is_one(two):
    """It shows what fits and ends; what does not fit waits for a key; nothing that was searched for is written down."""
    a, _ = two
    if not os.access("/usr/bin/less", os.X_OK):
        pytest.skip("less is not here")
    words = [str(BIN / "kring"), "--dir", str(a.dir)]
    code, out = on_a_terminal([*words, "partner", "list"])
    assert code == 0 and LONG.split()[0] in out
    home = a.fed.dir / "home"
    home.mkdir(exist_ok=True)
    code, out = on_a_terminal([*words, "sent"], keys=b"/Achternaam\nq", HOME=str(home))
    assert code == 0 and 3 < out.count("Verzonnen-Achternaam") < 30 and "q = " in out  # how to leave
    assert not [p for p in home.rglob("*") if "less" in p.name]


def test_the_exit_code_is_the_commands_whatever_the_pager_does(two, tmp_path):
    a, _ = two
    bad = pager(tmp_path, "#!/bin/sh\nexit 3\n")
    assert on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "sent"], PAGER=str(bad))[0] == 0


def test_colours_are_for_terminals_and_say_nothing_alone(two):
    a, b = two
    sent = [str(BIN / "kring"), "--dir", str(a.dir), "--lang", "en", "--no-pager", "sent"]
    _, coloured = on_a_terminal(sent)
    assert re.search(r"\x1b\[[0-9;]*murgent\x1b\[0m", coloured)
    for env in ({"NO_COLOR": "1"}, {"NO_COLOR": "0"}):
        _, plain = on_a_terminal(sent, **env)
        assert "\x1b" not in plain and plain == ESC.sub("", coloured)
    _, plain = on_a_terminal(["/usr/bin/env", "TERM=dumb", *sent])
    assert "\x1b" not in plain
    assert "\x1b" not in kring(a, "sent").stdout + kring(a, "nothing").stderr
    code, out = on_a_terminal([str(BIN / "kring"), "nothing"])
    assert code == 2 and "\x1b[1;31m!\x1b[0m " in out
    assert ESC.sub("", out) == on_a_terminal([str(BIN / "kring"), "nothing"], NO_COLOR="1")[1]


def test_a_list_without_a_row_says_so_to_whoever_looks(tmp_path):
    from node import Federation, ROOT
    lines = [x.split("|") for x in (ROOT / "config/lists/said.psv").read_text().splitlines()]
    words = {x[0]: dict(zip(("nl", "fr", "en", "de"), x[1:5])) for x in lines[1:]}
    f = Federation(tmp_path, ("Goes",))
    try:
        a, = f.start()
        empty = {"none-inbox": ("inbox",), "none-sent": ("sent",), "none-worklist": ("worklist",), "none-case-list": ("case", "list"),
                 "none-case-search": ("case", "search", "jansen"), "none-outbox-list": ("outbox", "list"), "none-list": ("invites", "list")}
        for lang in ("nl", "fr", "en", "de"):
            for key, line in empty.items():
                code, out = on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "--lang", lang, *line], columns=200)
                assert (code, out) == (0, words[key][lang] + "\n"), (lang, line, out)
        # --all and --limit ask for another list than the sentence is about; what is no list says nothing more
        assert on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "inbox", "--all"]) == (0, words["none-list"]["nl"] + "\n")
        assert words["none-list"]["nl"] not in on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "status"])[1]
        for line in empty.values():
            assert kring(a, *line).stdout == "", "a script counts lines"
        a.new_case()
        assert "Verzonnen" in on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "case", "list"])[1]
        assert words["none-case-list"]["nl"] not in on_a_terminal([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "case", "list"])[1]
    finally:
        f.stop()
