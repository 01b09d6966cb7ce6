# SPDX-License-Identifier: EUPL-1.2
"""What is typed and not sent yet is kept for whoever types it: sealed, bounded, and erased with its case."""
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from ctl import Control, pb
from node import BIN, Clock, Refused, wait_for
from staff import UIDS, Colleague, hire
from term import Terminal, environment, on_a_terminal


def ask(n, **command):
    (name, fields), = command.items()
    r = pb.Request(version=1)
    sub = getattr(r, name)
    sub.SetInParent()
    for k, v in fields.items():
        setattr(sub, k, v)
    c = Control(n.dir / "core.sock")
    out = c.call(r)
    c.sock.close()
    return out


def put(n, **fields):
    return ask(n, draft_put=dict({"form": "refer", "label": "A. Verzonnen"}, **fields))


def put_later(n, **fields):
    """In another thousandth of a second than whatever was kept before: they are listed in the order of these."""
    kept = time.time_ns() // 1_000_000
    wait_for("the next thousandth of a second", lambda: time.time_ns() // 1_000_000 > kept)
    return put(n, **fields)


def drafts(n, form=""):
    return ask(n, draft_list={"form": form} if form else {}).drafts


def test_a_draft_comes_back_as_it_was_typed_and_goes_when_it_is_dropped(federation):
    (n,) = federation("Goes").start()
    case = n.new_case(name="A. Verzonnen")
    text = "need=housing\nto=smwo\n\tétage 3\n"
    made = put(n, body=text, case_id=case)
    assert not made.error and len(made.id) == 32
    (row,) = drafts(n, "refer")
    assert (row.id, row.form, row.label, row.case_id, row.body) == (made.id, "refer", "A. Verzonnen", case, "")
    assert row.until_ms - row.saved_ms == 14 * 86400000 and made.expires_ms == row.until_ms
    assert ask(n, draft_get={"id": made.id}).drafts[0].body == text
    again = put(n, id=made.id, body="need=housing\nto=smwo ggd", case_id=case)
    assert again.id == made.id and len(drafts(n)) == 1
    intake = put(n, form="case-new", label="nieuw dossier", body="name=B. Bedacht")
    assert {d.form for d in drafts(n)} == {"refer", "case-new"} and [d.id for d in drafts(n, "case-new")] == [intake.id]
    n.stop()
    n.start()
    assert ask(n, draft_get={"id": made.id}).drafts[0].body == "need=housing\nto=smwo ggd"
    assert not ask(n, draft_drop={"id": intake.id}).error
    for gone in (intake.id, "00" * 16, "smwo"):
        assert ask(n, draft_get={"id": gone}).error == "not-found"
        assert ask(n, draft_drop={"id": gone}).error == "not-found"
    assert put(n, id=intake.id, body="x").error == "not-found" and len(drafts(n)) == 1


def test_what_is_wrong_with_a_draft_is_said(federation):
    (n,) = federation("Goes").start()
    assert put(n, form="", body="x").error == "usage" and put(n, form="Zo maar", body="x").error == "usage"
    assert put(n, label="x" * 300, body="x").error == "usage"
    assert put(n, case_id="zzzz", body="x").error == "not-found"
    assert put(n, body="x" * 16385).error == "usage" and not drafts(n)
    assert not put(n, body="x" * 16384).error
    for i in range(19):
        assert not put(n, label=f"{i}", body="x").error
    full = put(n, body="x")
    assert full.error == "refused" and len(drafts(n)) == 20
    ask(n, draft_drop={"id": drafts(n)[0].id})
    assert not put(n, body="x").error


def test_nothing_of_a_draft_is_readable_on_the_disk_and_it_is_erased_with_its_case(federation):
    (n,) = federation("Goes").start()
    one, two = n.new_case(name="A. Verzonnen"), n.new_case(name="B. Bedacht")
    put(n, body="geheim-van-A", label="merk-van-A", case_id=one)
    kept = put(n, body="geheim-van-B", label="merk-van-B", case_id=two).id
    put(n, form="case-new", body="geheim-van-C", label="merk-van-C")
    raw = n.main_bytes()
    assert not any(w in raw for w in (b"geheim-van", b"merk-van")), "a draft lies on the disk in clear"
    n.k("case", "erase", one, "--now")
    assert {d.label for d in drafts(n)} == {"merk-van-B", "merk-van-C"}
    assert ask(n, draft_get={"id": kept}).drafts[0].body == "geheim-van-B"


def test_a_restored_node_has_the_drafts_of_its_backup_but_of_no_erased_case(federation):
    f = federation("Goes")
    (n,) = f.start()
    one, two = n.new_case(name="A. Verzonnen"), n.new_case(name="B. Bedacht")
    put(n, body="over A", label="A", case_id=one)
    put(n, body="over B", label="B", case_id=two)
    put(n, form="case-new", body="over C", label="C")
    n.k("backup", str(f.dir / "copy"))
    n.k("case", "erase", one, "--now")
    n.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(n.dir), "restore", str(f.dir / "copy"), "--sheet",
                    str(n.dir / "recovery-sheet.txt")], check=True, capture_output=True)
    n.start()
    wait_for("the node to know what was erased", lambda: {d.label for d in drafts(n)} == {"B", "C"})
    assert {ask(n, draft_get={"id": d.id}).drafts[0].body for d in drafts(n)} == {"over B", "over C"}


def test_a_draft_that_nobody_touched_for_two_weeks_is_let_go(federation):
    f = federation("Goes")
    clock = Clock(f.dir)
    (n,) = f.start(*clock.args)
    put(n, body="oud", label="oud")
    clock.days(10, [n])
    put(n, body="jong", label="jong")
    assert len(drafts(n)) == 2
    clock.days(6, [n])
    wait_for("the old one to be let go", lambda: [d.label for d in drafts(n)] == ["jong"])


def test_an_account_that_passes_to_another_person_shows_nothing_of_the_one_before(federation):
    (n,) = federation("Goes").start()
    case = n.new_case(name="A. Verzonnen")
    unnamed = put(n, body="voor iemand een naam had").id
    account = UIDS["caseworker"]
    first = hire(n, "caseworker", name="Anna De Wit")
    hire(n, "administrator")
    hire(n, "administrator", name="Nog een beheerder", uid=41020)
    anna, root, beheer = Colleague(n, account), Colleague(n, 0), Colleague(n, UIDS["administrator"])
    assert not anna.ask("draft_list").drafts
    mine = [anna.ask("draft_put", form="refer", label="A. Verzonnen", body="geheim van Anna", **about).id for about in ({"case_id": case}, {})]
    assert {d.id for d in anna.ask("draft_list").drafts} == set(mine)
    assert not root.ask("staff_end", id=first["id"]).error
    asked = Colleague(n, 41020).ask("staff_add", name="Bert Verzonnen", user=str(account), uid=account, roles=["caseworker"])
    assert asked.code == "second-person" and not beheer.ask("pending_confirm", id=asked.id).error
    bert = Colleague(n, account)
    assert not bert.ask("draft_list").drafts
    for gone in (*mine, unnamed):
        assert bert.ask("draft_get", id=gone).error == "not-found"
        assert bert.ask("draft_put", id=gone, form="refer", body="x").error == "not-found"
        assert bert.ask("draft_drop", id=gone).error == "not-found"
    own = bert.ask("draft_put", form="refer", label="B. Bedacht", body="van Bert").id
    assert [d.id for d in bert.ask("draft_list").drafts] == [own]


# ---- on the command line ----

def said(n, *line, lang="nl"):
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, *line], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env=environment())


def test_drafts_are_listed_and_thrown_away_on_the_command_line(federation):
    (n,) = federation("Goes").start()
    assert n.k("draft", "list")["drafts"] == []
    case = n.new_case(name="A. Verzonnen")
    old = put(n, body="x", case_id=case, label="A. Verzonnen").id
    intake = put_later(n, form="case-new", label="B. Bedacht", body="x").id
    newest = put_later(n, body="y", label="C. Verzinsel").id
    other = put_later(n, form="letter", label="D. Elders", body="z").id
    out = said(n, "draft", "list").stdout.splitlines()
    assert [x[:8] for x in out if not x.startswith(" ")] == [x[12:20] for x in (other, newest, intake, old)]
    assert "doorverwijzing" in out[1] and "C. Verzinsel" in out[1] and out[2].strip() == "kring refer" and out[4].strip() == "kring case new"
    for lang, word in (("nl", "Ga verder met: kring refer"), ("fr", "Pour continuer : kring refer"), ("en", "To go on: kring refer"), ("de", "Weiter mit: kring refer")):
        today = said(n, lang=lang).stdout
        assert word in today and "C. Verzinsel" in today and "A. Verzonnen" not in today and "B. Bedacht" in today, today
        assert today == said(n, "today", lang=lang).stdout and " 2 " in today.splitlines()[-1] and "kring draft list" in today
    assert "draft" not in said(n, "worklist").stdout and "C. Verzinsel" not in subprocess.run(
        [str(BIN / "kring"), "--dir", str(n.dir), "--json"], capture_output=True, text=True).stdout
    words = [str(BIN / "kring"), "--dir", str(n.dir), "--lang", "nl", "draft", "drop", newest[12:18]]
    code, text = on_a_terminal(words, keys=b"n\n")
    assert code == 1 and "gaat weg" in text and len(drafts(n)) == 4
    with pytest.raises(Refused) as no:
        n.k("draft", "drop", newest[12:18])
    assert no.value.code == 2 and len(drafts(n)) == 4
    n.k("draft", "drop", newest[12:18], "--yes")
    n.k("draft", "drop", other, "--yes")
    assert {d.id for d in drafts(n)} == {old, intake}
    for gone, code in ((newest, 3), ("zzzz", 3), (old[:3], 3), ("", 2)):
        with pytest.raises(Refused) as no:
            n.k("draft", "drop", gone, "--yes")
        assert no.value.code == code and len(drafts(n)) == 2, gone
    many = next((a.id[:k] for a in drafts(n) for k in range(31, 3, -1) if all(b.id[:k] == a.id[:k] for b in drafts(n))), None)
    if many:
        with pytest.raises(Refused) as no:
            n.k("draft", "drop", many, "--yes")
        assert no.value.code == 2 and len(drafts(n)) == 2
    for d in drafts(n):
        n.k("draft", "drop", d.id[12:20], "--yes")
    assert "Ga verder" not in said(n).stdout
    assert on_a_terminal([*words[:5], "draft", "list"])[1].strip() == "U hebt niets half ingevuld."


def catches(pid, number):
    """Whether the program `pid` has a handler of its own for signal `number`: it has one while it reads a line."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())[1]
    return int(caught, 16) & 1 << number - 1


def test_ctrl_c_in_a_dialogue_says_what_is_kept_and_how_to_go_on(federation):
    (n, other) = federation("Goes", "SMWO").start()
    n.new_case(name="A. Verzonnen")
    for args, answers, kept, command in ((("refer",), ("verz", "inkomen"), "blijft twee weken bewaard", "kring refer"),
                                         (("case", "new"), ("B. Bedacht", "1980"), "blijft twee weken bewaard", "kring case new"),
                                         (("refer",), (), None, None)):
        for d in drafts(n, "refer"):
            if kept is None:
                ask(n, draft_drop={"id": d.id})
        t = Terminal(n, *args)
        t.play(*answers)
        t.seen = len(t.text)
        wait_for("a line to be read", lambda: catches(t.pid, signal.SIGINT))
        os.write(t.fd, b"\x03")
        out = " ".join(t.read().split())
        assert t.code == 1 and "Gestopt." in out, (args, t.code, out)
        assert kept is None or (kept in out and f"Ga verder met: {command}" in out), out
        assert len(drafts(n, args[-1] if args[0] == "refer" else "case-new")) == (0 if kept is None else 1)


def test_ctrl_c_at_a_secret_leaves_the_terminal_as_it_was(federation):
    (n,) = federation("Goes").start()
    n.k("lock")
    code, out = on_a_terminal(["/bin/sh", "-c", 'trap : INT; "$@"; stty -a', "sh", str(BIN / "kring"), "--dir", str(n.dir), "unlock"], keys=b"\x03")
    assert code == 0 and " echo " in out and "-echo " not in out, out
