# SPDX-License-Identifier: EUPL-1.2
"""What is typed on a bad day: nothing that is said may let a person think that more was done than was."""
import json
import os
import re
import subprocess

import pytest
from node import BIN, ROOT, Federation, offered, wait_for


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("day"))
    f.start()
    yield f
    f.stop()


def typed(n, *args, code=0, **more):
    r = subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", "en", *map(str, args)], capture_output=True, text=True, timeout=20, **more)
    assert r.returncode == code, r
    return r.stdout + r.stderr


def test_what_the_partner_was_not_told_it_can_still_read(world):
    a, b = world.nodes
    case, ref = offered(a, b)
    b.stop()
    typed(a, "consent", "withdraw", a.k("consent", "list", case)["grants"][0]["id"], "--yes")
    said = typed(a, "show", ref)
    assert "SMWO has not been told yet, and can read until then what it was given" in said and "can read nothing" not in said, said
    b.start()
    said = wait_for("SMWO to have been told", lambda: (t := typed(a, "show", ref)) and "not been told" not in t and t)
    assert "SMWO can read nothing of it any more." in said, said


def test_what_never_arrived_is_nothing_to_read(world):
    a, b = world.nodes
    b.stop()
    case = a.new_case(phone="000-111")
    consent = a.consent(case, "smwo")
    ref = a.refer(case, "smwo")
    typed(a, "consent", "withdraw", consent, "--yes")
    assert "SMWO can read nothing of it any more." in typed(a, "show", ref)
    b.start()
    world.await_connected(a)


def test_what_is_on_its_way_is_not_there(world):
    a, b = world.nodes
    b.stop()
    case = a.new_case(phone="000-111")
    a.consent(case, "smwo")
    ref = a.refer(case, "smwo")
    said = typed(a, "show", ref)
    assert "SMWO has not confirmed yet that this arrived." in said and "What SMWO has of it" not in said and "under consent" not in said, said
    b.start()
    world.await_connected(a)
    b.await_state(ref, "offered")
    said = wait_for("its receipt", lambda: (t := typed(a, "show", ref)) and "not confirmed" not in t and t)
    assert "What SMWO has of it" in said, said


def test_a_consent_that_was_noted_down_twice(world):
    a, _ = world.nodes
    case = a.new_case()
    first, second = a.consent(case, "smwo"), a.consent(case, "smwo")
    said = typed(a, "consent", "withdraw", second, "--yes")
    assert f"SMWO still has another consent. To withdraw that, too: kring consent withdraw {first}" in " ".join(said.split()), said
    assert "another consent" not in typed(a, "consent", "withdraw", first, "--yes")


@pytest.mark.parametrize("what", ["directory", "empty", "blank"])
def test_a_comparison_with_nothing_is_none(world, tmp_path, what):
    a, path = world.nodes[0], tmp_path / what
    path.mkdir() if what == "directory" else path.write_text("\n" if what == "blank" else "")
    said = typed(a, "audit", "verify", "--with", path, code=3 if what == "directory" else 2)
    assert "intact" not in said and str(path) in said and "kring audit export" in said and ("directory" in said) == (what == "directory"), said


def test_a_directory_is_no_broken_disk(world, tmp_path):
    said = typed(world.nodes[0], "case", "new", "--from", tmp_path, code=3)
    assert f"{tmp_path}: this is a directory" in said, said


def test_answers_without_an_end_are_too_large(world):
    said = typed(world.nodes[0], "setup", "--answers", "/dev/zero", code=3)
    assert "/dev/zero: the file is too large" in said, said


@pytest.mark.parametrize("what", ["directory", "pipe", "nothing"])
def test_a_backup_that_is_none_is_told_before_it_is_read(world, tmp_path, what):
    """Nobody waits at a pipe; what to do is said in both forms."""
    path = tmp_path / "backup"
    {"directory": path.mkdir, "pipe": lambda: os.mkfifo(path), "nothing": lambda: None}[what]()
    code = 3 if what == "nothing" else 1
    assert "check the name" in typed(world.nodes[0], "backup", "--check", path, code=code)
    got = json.loads(typed(world.nodes[0], "--json", "backup", "--check", path, code=code))
    assert got["code"] == "cannot-read" and got["why"].startswith(str(path)) and got["exit"] == code, got


def test_what_only_a_node_answers_is_not_offered(world):
    said = typed(world.nodes[0], "help", "decline-reasons")
    assert "no-capacity" in said and not [x for x in ("info-missing", "case-erased", "no-agreement", "no-content", "unreadable") if x in said], said


NODE = r"knooppunt|nœud|\bnodes?\b|Knoten"


def rows(name):
    """{code: all its words} of a list."""
    lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    return {x[0]: x[1:5] for x in lines[1:]}


def test_nobody_in_a_browser_reads_of_nodes():
    """What machines are called among those who look after them is no word of a caseworker's: pages say organisation, or system."""
    shown = rows("web") | {c: w for c, w in rows("refusals").items() if c.endswith(".screen")}
    assert [c for c, w in shown.items() if re.search(NODE, "|".join(w))] == []


def test_nobody_who_works_with_people_reads_of_nodes():
    """The same on the command line: in what is said of cases, referrals and consents, of the day, and of who looked."""
    said = {f"{name} {c}": w for name in ("said", "today", "dialogue", "work", "states", "outcomes", "line", "paper") for c, w in rows(name).items()}
    said |= {f"refusals {c}": w for c, w in rows("refusals").items() if re.match("(partner|case|referral|not-covered|consent|disk)-", c)}
    said |= {f"help {c}": w for c, w in rows("help").items() if c.startswith("exit-")} | {"audit machine": rows("audit")["machine"]}
    found = {c for c, w in said.items() if re.search(NODE, "|".join(w))}
    assert found == {"said sure-panic", "today no-node-do"}, found  # an administrator's; and the name of a page of help


def test_urgent_is_of_no_gender_in_a_row(world):
    """In French it stands beside the need, which is a woman's or a man's word: "santé mentale"."""
    a, b = world.nodes
    case = a.new_case(phone="000-111")
    a.consent(case, b.name)
    ref = a.refer(case, b.name, "--urgency", "urgent")
    b.await_state(ref, "offered")
    for args in (("sent",), ("show", ref), ()):
        said = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "fr", *args], capture_output=True, text=True, timeout=20).stdout
        assert "en urgence" in said and not re.search(r"\burgent\b", said), said


def test_a_case_is_no_referral_and_says_so(world):
    a, b = world.nodes
    case, ref = offered(a, b)
    assert f"{case} is a case and no referral" in (said := " ".join(typed(a, "show", case, code=3).split())) and f"kring case show {case}" in said, said
    assert f"{ref} is a referral and no case" in (said := " ".join(typed(a, "case", "show", ref, code=3).split())) and f"kring show {ref}" in said, said
    assert "no such referral" in typed(a, "show", "f" * 32, code=3) and "no case has this id" in typed(a, "case", "show", "f" * 32, code=3)
