# SPDX-License-Identifier: EUPL-1.2
"""It says X: do Y is made from the lists that the programs read, in each build and each language, and is complete."""
import re
import shutil
import subprocess

import pytest
from node import BIN, ROOT

LANGS = ("nl", "fr", "en", "de")
GEN = ROOT / "deploy/manual/gen_says.py"


def made(config, out):
    subprocess.run(["/usr/bin/python3", str(GEN), str(config), str(out)], check=True)
    return {k: (out / ("says.txt" if k == "en" else f"says.{k}.txt")).read_text() for k in LANGS}


def rows(name):
    head, *lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    return {x[0]: dict(zip(head, x)) for x in lines}


def words(text):
    """What stands between the values, as the page has it."""
    text = re.sub(r"{[a-z]+:[^{}/;]*[/;]([^{}/;]*)}", r"\1", text)
    return [re.sub(r"([\\*_<>`|])", r"\\\1", x).strip() for x in re.split(r"{[a-z]+}", text) if x.strip()]


def test_the_build_has_it_as_the_lists_are(tmp_path):
    for lang, text in made(ROOT / "config", tmp_path).items():
        assert text == (BIN / "gen/manual" / ("says.txt" if lang == "en" else f"says.{lang}.txt")).read_text(), lang


@pytest.mark.parametrize("lang", LANGS)
def test_whatever_has_a_remedy_stands_in_it(lang, tmp_path):
    text = made(ROOT / "config", tmp_path)[lang]
    asked = [(k, (r, have[k + ".do"])) for have in (rows("refusals"), rows("mistakes")) for k, r in have.items() if k + ".do" in have]
    asked += [(k, (r, have["do-" + k])) for have in (rows("line"),) for k, r in have.items() if "do-" + k in have]
    assert len(asked) > 300
    missing = [k for k, pair in asked for part in pair for w in words(part[lang]) if w not in text]
    assert not missing, missing
    assert all(f"\n| {k} | " in text for k in rows("alarms"))
    assert "{" not in text and "}" not in text
    # each row is one of two cells, in the order of its first words
    for part in re.split(r"^## .*$", text, flags=re.M)[1:]:
        cells = [re.fullmatch(r"\| (.+?) \| (.+) \|", x) for x in part.strip().splitlines()]
        assert cells[0] and all(c for i, c in enumerate(cells) if i != 1) and len(cells) > 4
        first = [c[1].casefold() for c in cells[2:]]
        assert first == sorted(first)


def test_a_new_remedy_is_in_the_next_build(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    with open(tmp_path / "config/lists/refusals.psv", "a") as f:
        f.write("plum-eaten|a|b|the plum is gone|d\nplum-eaten.do|a|b|pick {count} {count:plum/plums}|d\n")
    assert "\n| the plum is gone | pick … plums |\n" in made(tmp_path / "config", tmp_path)["en"]
