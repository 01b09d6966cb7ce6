# SPDX-License-Identifier: EUPL-1.2
"""Tools that work on a node's directory: recovery sheets, half a store, whose files they are; and what their advice does."""
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import time

import pytest
from node import BIN, free_port, wait_for
from test_partners import digits, events, partner, standing

OTHER = 65534  # a user who is not root, for what root must not take away


def tool(f, d, *args, stdin=None, user=None):
    return subprocess.run([str(f.bin / "kring"), "--dir", str(d), *args], capture_output=True, text=True, input=stdin, user=user, group=user,
                          extra_groups=[] if user else None)


def good(r):
    assert r.returncode == 0, (r.args, r.stdout, r.stderr)
    return r.stdout


def number_of(sheet):
    return re.search(r"^sheet ([0-9a-z]{4}-[0-9a-z]{4}), made", pathlib.Path(sheet).read_text(), re.M)[1]


def code_of(sheet):
    return re.search(r"recovery code .*\n\s+([0-9a-z-]+)", pathlib.Path(sheet).read_text())[1]


def whole(sheet):
    """Code and next key stand on it, each with its check letters."""
    text = pathlib.Path(sheet).read_text()
    return re.search(r"\n  ([0-9a-z]{4}-){8}[0-9a-z]{4}\n", text) and re.search(r"\n  ([0-9a-z]{4}-){13}[0-9a-z]{4}\n", text)


def opens(f, backup, sheet):
    r = tool(f, f.dir / "nowhere", "restore", str(backup), "--check", "--sheet", str(sheet))
    return r.returncode == 0, r.stdout + r.stderr


@pytest.fixture
def one(federation):
    f = federation("Gemeente Goes")
    n = f.nodes[0]
    n.start()
    f.import_roster()
    return f, n


# ---- recovery sheets ----
def test_one_sheet_opens_what_status_says_and_is_always_whole(one):
    f, n = one
    first = f.dir / "first"
    shutil.copy(n.dir / "recovery-sheet.txt", first)
    assert "Gemeente Goes" in first.read_text() and whole(first)
    n.new_case(name="Testpersoon Verzonnen")
    n.k("backup", str(f.dir / "b1"))
    assert n.k("status")["status"]["sheet"] == number_of(first)
    assert tool(f, n.dir, "sheet").returncode == 4, "made beside a running node"
    n.stop()

    out = good(tool(f, n.dir, "sheet", "--sheet", str(first)))
    second = f.dir / "second"
    shutil.move(n.dir / "recovery-sheet.txt", second)
    assert whole(second) and number_of(second) in out and number_of(second) != number_of(first) and "Gemeente Goes" in second.read_text()
    kept = n.dir / f"recovery-sheet-{number_of(first)}.txt"
    assert kept.read_text() == first.read_text(), "the sheet before opens the backups of before"
    n.start()
    assert n.k("status")["status"]["sheet"] == number_of(second)
    n.k("backup", str(f.dir / "b2"))
    n.stop()
    assert opens(f, f.dir / "b1", first)[0] and opens(f, f.dir / "b2", second)[0]
    for backup, sheet, right in (("b1", second, first), ("b2", first, second)):
        ok, said = opens(f, f.dir / backup, sheet)
        assert not ok and "another sheet" in said and f"sheet {number_of(right)} opens it" in said and number_of(sheet) in said
    assert f"sheet {number_of(second)} opens it" in good(tool(f, n.dir, "restore", str(f.dir / "b2"), "--check"))

    good(tool(f, n.dir, "rotate", "--sheet", str(second)))  # its next key is the one promised
    third = f.dir / "third"
    shutil.move(n.dir / "recovery-sheet.txt", third)
    assert whole(third)
    n.start()
    assert n.k("status")["status"]["sheet"] == number_of(third)
    n.k("backup", str(f.dir / "b3"))
    n.stop()
    shutil.rmtree(n.dir)
    good(tool(f, n.dir, "restore", str(f.dir / "b3"), "--sheet", str(third)))
    fourth = n.dir / "recovery-sheet.txt"
    assert whole(fourth) and "Gemeente Goes" in fourth.read_text()
    good(tool(f, n.dir, "rotate", "--sheet", str(fourth)))
    n.start()
    assert n.k("case", "list")["cases"][0]["name"] == "Testpersoon Verzonnen"


def test_the_sheet_before_ends_when_the_new_one_was_typed_from_paper(one):
    f, n = one
    n.stop()
    first, second = f.dir / "first", f.dir / "second"
    shutil.copy(n.dir / "recovery-sheet.txt", first)
    good(tool(f, n.dir, "sheet", "--sheet", str(first)))
    shutil.copy(n.dir / "recovery-sheet.txt", second)
    codes = lambda: tool(f, n.dir, "slot", "list").stdout.count("recovery-code")
    assert codes() == 2
    slots = (n.dir / "slots").read_bytes()
    for typed, says in ((code_of(first), "sheet before"), (code_of(second)[:-1] + ("0" if code_of(second)[-1] != "0" else "1"), "mistyped"),
                        ("", "mistyped"), ("0" * 36, "mistyped")):
        r = tool(f, n.dir, "sheet", "--confirm", "-", stdin=typed)
        assert r.returncode == 1 and says in r.stderr, (typed, r)
        assert (n.dir / "slots").read_bytes() == slots
    n.start("--locked")
    assert tool(f, n.dir, "unlock", stdin=code_of(first)).returncode == 0  # until then both unlock
    n.stop()
    good(tool(f, n.dir, "sheet", "--confirm", "-", stdin=code_of(second).upper().replace("-", "")))
    assert codes() == 1
    n.start("--locked")
    assert tool(f, n.dir, "unlock", stdin=code_of(first)).returncode == 1
    assert tool(f, n.dir, "unlock", stdin=code_of(second)).returncode == 0


def test_sheets_made_one_after_another_leave_no_crowd_of_codes(one):
    f, n = one
    n.stop()
    for _ in range(10):
        good(tool(f, n.dir, "sheet", "--sheet", str(n.dir / "recovery-sheet.txt")))
    assert tool(f, n.dir, "slot", "list").stdout.count("recovery-code") == 2
    good(tool(f, n.dir, "sheet", "--confirm", str(n.dir / "recovery-sheet.txt")))


def test_a_sheet_that_could_not_be_made_or_placed_loses_nothing(one):
    f, n = one
    n.stop()
    sheet, files = n.dir / "recovery-sheet.txt", lambda: sorted(p.name for p in n.dir.glob("recovery-sheet*"))
    for i in range(6):
        good(tool(f, n.dir, "slot", "add", "--kind", "key-file", "--file", str(f.dir / f"key{i}")))
    before = contents(n.dir)
    for args in (("sheet",), ("sheet", "--sheet", str(sheet)), ("rotate", "--sheet", str(sheet))):
        r = tool(f, n.dir, *args)
        assert r.returncode == 1 and "slot remove" in r.stderr, r
        assert before == contents(n.dir) and files() == ["recovery-sheet.txt"]
    good(tool(f, n.dir, "slot", "remove", "--number", "3"))
    # a crash after the keys were changed left the sheet in force under its first name
    good(tool(f, n.dir, "sheet", "--sheet", str(sheet)))
    sheet.rename(n.dir / "recovery-sheet.next")
    text, number = (n.dir / "recovery-sheet.next").read_text(), number_of(n.dir / "recovery-sheet.next")
    good(tool(f, n.dir, "sheet", "--sheet", str(n.dir / "recovery-sheet.next")))
    assert (n.dir / f"recovery-sheet-{number}.txt").read_text() == text and whole(sheet) and "recovery-sheet.next" not in files()


def test_mistyped_and_another_sheet_are_two_things(federation):
    f = federation("OCMW Mechelen", "Gemeente Lier")
    a, b = f.nodes
    a.start()
    a.k("backup", str(f.dir / "b"))
    a.stop()
    text = (a.dir / "recovery-sheet.txt").read_text()
    code = code_of(a.dir / "recovery-sheet.txt")
    wrong = f.dir / "wrong"
    wrong.write_text(text.replace(code, code[:10] + ("0" if code[10] != "0" else "1") + code[11:]))
    ok, said = opens(f, f.dir / "b", wrong)
    assert not ok and "mistyped" in said
    ok, said = opens(f, f.dir / "b", b.dir / "recovery-sheet.txt")
    assert not ok and "another sheet" in said and "mistyped" not in said
    wrong.write_text("OCMW Mechelen\nboodschappen\n")
    ok, said = opens(f, f.dir / "b", wrong)
    assert not ok and "no recovery code" in said
    assert opens(f, f.dir / "b", a.dir / "recovery-sheet.txt")[0]
    # the next key, mistyped: the restore does not go on and promise another in silence
    key = re.search(r"\n  ((?:[0-9a-z]{4}-){13}[0-9a-z]{4})\n", text)[1]
    wrong.write_text(text.replace(key, key[:-1] + ("0" if key[-1] != "0" else "1")))
    (f.dir / "much").write_bytes((f.dir / "b").read_bytes() * 20)
    for file, word in (("b", "no recovery code"), ("much", "no recovery sheet")):  # a backup in its place
        r = tool(f, f.dir / "new", "restore", str(f.dir / "b"), "--sheet", str(f.dir / file))
        assert r.returncode == 2 and word in r.stderr, r
    r = tool(f, f.dir / "new", "restore", str(f.dir / "b"), "--sheet", str(wrong))
    assert r.returncode == 1 and "mistyped" in r.stderr and not (f.dir / "new").exists()
    # the code alone is enough, and the new sheet is whole all the same
    r = good(tool(f, f.dir / "new", "restore", str(f.dir / "b"), "--sheet", "-", stdin=code + "\n"))
    assert "another is promised" in r and whole(f.dir / "new/recovery-sheet.txt")
    good(tool(f, f.dir / "new", "rotate", "--sheet", str(f.dir / "new/recovery-sheet.txt")))
    r = tool(f, b.dir, "rotate", "--sheet", str(a.dir / "recovery-sheet.txt"))
    assert r.returncode == 1 and "of another sheet" in r.stderr


def test_a_lost_sheet_is_replaced_and_partners_compare_digits(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    a.stop()
    (a.dir / "recovery-sheet.txt").unlink()
    assert "compare digits" in good(tool(f, a.dir, "sheet"))
    a.start()
    wait_for("SMWO to be told to compare", lambda: standing(b, "Goes") == "recovered")
    assert standing(a, "Goes") == "" and events(b, "new-promise")
    old = digits(f, b, a)[1]  # as they would be without the new promise
    assert b.k("partner", "check", a.name)["read_aloud"].replace(" ", "") != digits(f, b, a)[0]
    with pytest.raises(Exception):
        b.k("partner", "check", a.name, old)
    assert standing(b, "Goes") == "recovered"
    b.k("partner", "check", a.name, a.k("partner", "check", b.name)["read_aloud"])
    assert standing(b, "Goes") == ""
    a.k("address", f"tcp://127.0.0.1:{a.port}")  # a later record of the same key
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    assert standing(b, "Goes") == ""
    a.stop()
    good(tool(f, a.dir, "rotate", "--sheet", str(a.dir / "recovery-sheet.txt")))
    a.start()
    wait_for("the rotation to be known", lambda: events(b, "rotated-key"))
    b.k("accept", ref)
    a.await_state(ref, "accepted")


def test_a_thief_who_promises_another_key_does_not_take_the_identity(federation):
    """He has the disk, not the sheet: until somebody compared digits the key on paper speaks louder."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    a.stop()
    shutil.copytree(a.dir, f.dir / "owner")
    good(tool(f, a.dir, "sheet"))
    a.start()
    wait_for("SMWO to be told to compare", lambda: standing(b, "Goes") == "recovered")
    a.stop()
    good(tool(f, a.dir, "rotate", "--sheet", str(a.dir / "recovery-sheet.txt")))  # the thief goes on: nobody follows
    a.start()
    time.sleep(1)
    assert not events(b, "rotated-key")
    a.stop()
    shutil.rmtree(a.dir)
    shutil.copytree(f.dir / "owner", a.dir)
    good(tool(f, a.dir, "rotate", "--sheet", str(a.dir / "recovery-sheet.txt")))
    a.start()
    wait_for("the owner's rotation to be known", lambda: events(b, "rotated-key"))
    assert standing(b, "Goes") == ""


def test_the_settings_that_are_followed_are_those_that_come_back(federation):
    f = federation("Goes")
    n = f.nodes[0]
    etc = f.dir / "etc.conf"
    etc.write_text((n.dir / "kring.conf").read_text() + "[Limits]\nPartnerDailyDocuments=77\n")
    n.start("--config", str(etc), wait=False)
    assert wait_for("it to end", n.proc.poll) == 78
    assert f"settings stand in {etc} and in {n.dir / 'kring.conf'}" in n.log.read_text(), "the wrong one would be edited"
    (n.dir / "kring.conf").unlink()
    n.start("--config", str(etc))
    n.k("backup", str(f.dir / "b"))
    n.stop()
    good(tool(f, f.dir / "back", "restore", str(f.dir / "b"), "--sheet", str(n.dir / "recovery-sheet.txt")))
    assert "PartnerDailyDocuments=77" in (f.dir / "back/kring.conf").read_text()


def test_status_says_that_the_sheet_still_lies_beside_the_store(one):
    f, n = one
    shown = lambda: tool(f, n.dir, "status").stdout
    assert number_of(n.dir / "recovery-sheet.txt") in shown() and "delete the file" in shown()
    (n.dir / "recovery-sheet.txt").unlink()
    assert "delete the file" not in shown()


# ---- half a node ----
FILES = ("identity", "slots", "keyroot", "unlock.key", "ledger", "record", "kring.conf", "roster", "join", "main/data.mdb", "main/lock.mdb", "main/log0", "main/log1",
         "prekeys/data.mdb", "recovery-sheet.txt")
BEARABLE = (("keyroot", "cut"), ("kring.conf", "cut"),  # of two halves one is enough; some settings are settings
            ("record", "cut"), ("record", "zeroed"))  # the store has it too
NO_SOCKET = shutil.ignore_patterns("core.sock")
OPENED_BY_ALL = ("identity", "slots", "keyroot", "record", "kring.conf", "main/data.mdb")


def broken(path, how):
    if how == "missing":
        path.unlink()
    elif how == "unreadable":
        path.chmod(0)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "cut":
        raw = path.read_bytes()
        path.write_bytes(raw[:len(raw) * 2 // 3])
    elif how == "zeroed":
        path.write_bytes(bytes(path.stat().st_size))


def contents(*tops):
    """Every byte that is worth something, wherever under these directories it lies now."""
    out = set()
    for top in tops:
        for p in pathlib.Path(top).rglob("*"):
            if p.is_file() and p.name not in ("lock", "lock.mdb", "core.sock") and p.stat().st_size:
                mode = p.stat().st_mode
                p.chmod(0o600)
                out.add(hashlib.sha256(p.read_bytes()).hexdigest())
                p.chmod(mode)
    return out


def run_daemon(f, d, user):
    """What kringd says of this directory: it ends by itself, or runs and is ended.  Never by a signal of its own."""
    p = subprocess.Popen([str(f.bin / "kringd"), "--dir", str(d)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, user=user,
                         group=user, extra_groups=[] if user else None)
    try:
        wait_for("kringd to run or to end", lambda: p.poll() is not None or tool(f, d, "status").returncode == 0)
        runs = p.poll() is None
    finally:
        p.terminate()
        out = p.communicate(timeout=20)[0]
    assert runs or p.returncode == 78, (d, p.returncode, out)
    assert "code=-" not in out, out
    return runs, out


REMEDY = re.compile(r"kring( --dir \S+)?((?: [a-z][a-z-]*| --[a-z-]+| BACKUP| SHEET| TOKEN| FILE| -)+)")


def remedies(text):
    for m in REMEDY.finditer(text):
        words = m[2].split()
        while words and words[-1] in ("or", "and", "to", "it"):
            words.pop()
        if words:
            yield tuple(words)


def give(top, user):
    for p in [top, *top.rglob("*")]:
        os.chown(p, user, user)


@pytest.mark.parametrize("how", ("missing", "unreadable", "empty", "cut", "zeroed"))
def test_no_advice_for_a_broken_node_destroys_anything(one, how):
    f, n = one
    user = OTHER if os.getuid() == 0 else None
    n.new_case(name="Testpersoon Verzonnen")
    n.k("backup", str(f.dir / "b"))
    n.stop()
    sheet, case = f.dir / "sheet", f.dir / "case"
    shutil.copy(n.dir / "recovery-sheet.txt", sheet)
    for p in (f.dir, sheet, f.dir / "b", f.roster, f.dir / "roots"):
        p.chmod(0o755)
    case.mkdir()
    case.chmod(0o777)
    followed = set()
    for file in FILES:
        d = case / "node"
        shutil.copytree(n.dir, d, ignore=NO_SOCKET)
        if user:
            give(d, user)
        broken(d / file, how)
        before = contents(d)
        runs, said = run_daemon(f, d, user)
        assert runs or before <= contents(d)
        before = contents(d)  # where it runs, its store goes on
        if file in OPENED_BY_ALL and (file, how) not in BEARABLE:
            assert not runs and file.split("/")[0] in said and str(d) in said, (file, said)
            assert "node init" not in said, (file, said)
        if how == "unreadable" and not runs:
            assert "you have no permission" in said, said
        for args in (("slot", "list"), ("rotate", "--sheet", str(sheet)), ("sheet",), ("sheet", "--confirm", str(sheet))):
            copy = case / "copy"
            shutil.copytree(d, copy, ignore=NO_SOCKET)
            if user:
                give(copy, user)
            said += tool(f, copy, *args, user=user).stderr.replace(str(copy), str(d))
            shutil.rmtree(copy)
        r = tool(f, d, "node", "init", "--org", "Goes", "--country", "NL", "--listen", f"tcp://127.0.0.1:{n.port}", "--federation", str(f.roster),
                 user=user)
        assert r.returncode == 1 and "holds a node already" in r.stderr, (file, how, r)
        said += r.stderr
        assert before <= contents(d)
        for words in sorted(set(remedies(said))):
            copy = case / "copy"
            shutil.copytree(d, copy, ignore=NO_SOCKET)
            if user:
                give(copy, user)
            real = [str(f.dir / "b") if w == "BACKUP" else str(sheet) if w in ("SHEET", "FILE") else w for w in words]
            r = tool(f, copy, *real, user=user, stdin="")
            assert before <= contents(*case.glob("copy*")), (file, how, words, r)
            if "restore" in words:
                assert r.returncode == 0, (file, how, r)
                assert run_daemon(f, copy, user)[0]
            followed.add(words[0])
            for left in case.glob("copy*"):
                shutil.rmtree(left)
        shutil.rmtree(d)
    assert "restore" in followed or how == "unreadable"


def test_a_new_node_is_suggested_in_an_empty_directory_alone(one):
    f, n = one
    n.stop()
    empty = f.dir / "empty"
    for made in (False, True):
        if made:
            empty.mkdir()
        for args in (("slot", "list"), ("sheet",), ("rotate", "--sheet", str(n.dir / "recovery-sheet.txt"))):
            r = tool(f, empty, *args)
            assert r.returncode == 3 and "node init" in r.stderr and "no such file" in r.stderr, r
            assert made == empty.exists() and not (made and list(empty.iterdir())), "a trace was left where no node is"
    for name in [p.name for p in n.dir.iterdir()]:
        d = f.dir / f"only-{name}"
        d.mkdir()
        (shutil.copytree if (n.dir / name).is_dir() else shutil.copy)(n.dir / name, d / name)
        before = contents(d)
        r = tool(f, d, "node", "init", "--org", "Goes", "--country", "NL", "--listen", f"tcp://127.0.0.1:{n.port}", "--federation", str(f.roster))
        assert r.returncode == 1 and name.split(".")[0] in r.stderr, (name, r)
        assert before == contents(d)


def test_a_new_node_without_its_sheet_is_not_gone_on_with(one):
    """kring join goes on with a node whose join request lies there: so that is written when all else is, and where something could not be
    written nothing of the node stays."""
    f, n = one
    d = f.dir / "half"
    (d / "recovery-sheet.next" / "in-the-way").mkdir(parents=True)  # as a disk that is full at that moment
    new = ("node", "init", "--org", "Half", "--country", "NL", "--listen", f"tcp://127.0.0.1:{n.port}", "--federation", str(f.roster))
    r = tool(f, d, *new)
    assert r.returncode != 0 and [p.name for p in d.iterdir()] == ["recovery-sheet.next"], r
    shutil.rmtree(d / "recovery-sheet.next")
    assert tool(f, d, *new).returncode == 0 and (d / "recovery-sheet.txt").exists() and (d / "join").exists()


# ---- owners ----
@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_tools_that_root_runs_leave_the_node_to_its_user(federation, workdir):
    f = federation("SMWO")
    workdir.chmod(0o755)
    d = workdir / "node"
    d.mkdir(mode=0o700)
    os.chown(d, OTHER, OTHER)

    def theirs(after):
        for p in [d, *d.rglob("*")]:
            sb = p.lstat()
            assert (sb.st_uid, sb.st_gid) == (OTHER, OTHER) and sb.st_mode & 0o077 == 0, (after, p, sb)

    def runs(what):
        p = subprocess.Popen([str(BIN / "kringd"), "--dir", str(d)], user=OTHER, group=OTHER, extra_groups=[], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        try:
            wait_for(f"it to run after {what}", lambda: p.poll() is not None or tool(f, d, "status").returncode == 0)
            assert p.poll() is None, what
            if what == "init":
                good(tool(f, d, "backup", str(workdir / "b")))
        finally:
            p.terminate()
            p.wait(20)

    sheet = workdir / "sheet"
    for what, args in (("init", ("node", "init", "--org", "Goes", "--country", "NL", "--listen", f"tcp://127.0.0.1:{free_port()}", "--federation",
                                 str(f.roster))),
                       ("slot add", ("slot", "add", "--kind", "key-file", "--file", str(d / "second.key"))),
                       ("slot remove", ("slot", "remove", "--number", "3")),
                       ("sheet", ("sheet", "--sheet", str(d / "recovery-sheet.txt"))),
                       ("confirm", ("sheet", "--confirm", str(d / "recovery-sheet.txt"))),
                       ("rotate", ("rotate", "--sheet", str(d / "recovery-sheet.txt"))),
                       ("restore", ("restore", str(workdir / "b"), "--sheet", str(sheet)))):
        good(tool(f, d, *args))
        theirs(what)
        if what == "init":
            shutil.copy(d / "recovery-sheet.txt", sheet)
        runs(what)


# ---- signals ----
def test_a_closed_terminal_and_signals_of_other_daemons_end_nothing(one):
    _, n = one
    before = n.children()
    pids = [n.proc.pid, *before.values()]
    for signo in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGALRM):
        for pid in pids:
            os.kill(pid, signo)
    wait_for("it to be noted", lambda: n.log.read_text().count("event=SIGNAL") >= 5)
    assert n.k("status")["status"]["fingerprint"] and n.proc.poll() is None and n.children() == before
    n.stop()
    assert n.proc.returncode == 0


# ---- how it was verified ----
def test_the_roster_says_how_it_was_verified_only_when_somebody_said_it(federation):
    f = federation("Goes", "SMWO")
    n = f.nodes[0]
    good(tool(f, f.dir / "later", "node", "init", "--org", "Later", "--country", "NL", "--listen", f"tcp://127.0.0.1:{free_port()}", "--federation",
              str(f.roster)))
    add = lambda *more: tool(f, f.dir, "roster", "add", "--roster", str(f.roster), "--join", str(f.dir / "later/join"), "--out",
                             str(f.dir / "p"), *more)
    verified = lambda *how: re.search(r"^ *verified +(.*)$", good(add(*how)), re.M)[1]  # what a root sees before it signs
    assert verified() == "not stated"
    assert verified("--verified", "video") == "video"
    assert verified("--verified", "in-person", "--verified-by", "A. Jansen") == "in-person, by A. Jansen"
    r = add("--verified", "gut feeling")
    assert r.returncode == 2 and "in-person, video, telephone or letter" in r.stderr
    n.start()
    f.import_roster()
    shown = lambda who: subprocess.run([str(f.bin / "kring"), "--dir", str(n.dir), "partner", "show", who], capture_output=True, text=True).stdout
    assert "verified: not stated" in shown("smwo")
    assert not partner(n, "SMWO")["verified"]  # in show alone


def test_an_error_of_an_offline_tool_is_an_object_too(one):
    f, n = one
    n.stop()
    odd = f.dir / "caf\u00e9 \"x\".txt"
    lines = [(d, line) for d in (n.dir, f.dir / "empty") for line in (
        ("slot", "list"), ("slot", "remove", "--number", "99"), ("slot", "add", "--kind", "key-file"), ("rotate", "--sheet", str(odd)),
        ("sheet", "--sheet", str(odd)), ("sheet", "--confirm", str(odd)), ("restore", str(odd), "--sheet", str(odd)),
        ("node", "init", "--org", "Goes", "--country", "NL", "--listen", "tcp://127.0.0.1:1", "--federation", str(odd)),
        ("roster", "verify", "--roster", str(odd)), ("roster", "sign", "--yes", "--proposal", str(odd), "--key", str(odd), "--roster", str(f.roster)),
        ("roster", "add", "--roster", str(odd), "--join", str(odd), "--class", "member", "--out", str(f.dir / "p")),
        ("federation", "create", "--name", "Test", "--roots", "3/2", "--out", str(f.dir / "fed")), ("join", "ongeldig", "--org", "Goes", "--country", "NL"))]
    codes, tried = {"refused": 1, "usage": 2, "not-found": 3, "not-now": 4, "damaged": 5}, 0
    for d, line in lines:
        r = tool(f, d, "--json", *line)
        if r.returncode:
            got = json.loads(r.stdout)
            assert codes[got["error"]] == r.returncode and got["what"] and re.fullmatch("[a-z][a-z-]+", got["code"]) and set(got) == {"error", "code", "what", "why", "remedy", "doctor", "exit"}, (line, got)
            assert not r.stderr.strip(), (line, r.stderr)
            plain = tool(f, d, *line)
            assert got["what"] in plain.stderr and not plain.stdout, (line, plain)
            tried += 1
    assert tried > 20
    made = json.loads(tool(f, n.dir, "--json", "node", "init", "--org", "Goes", "--country", "NL", "--federation", str(f.roster)).stdout)
    assert made["code"] == "node-held" and "kring --dir" in made["remedy"] and str(n.dir) in made["what"], made


def test_a_key_file_beside_the_store_is_needless_with_another_way(one):
    f, n = one
    shown = lambda: [x for x in tool(f, n.dir, "status").stdout.splitlines() if x.split()[:1] == ["KEY"]]  # noqa: E731
    assert (n.dir / "unlock.key").exists() and not shown(), "it is the only way"
    (f.dir / "pass").write_text("een lange verzonnen zin\n")
    assert tool(f, n.dir, "slot", "add", "--kind", "passphrase", "--file", str(f.dir / "pass")).returncode == 0
    (line,) = shown()
    number = line.split("--number ")[1].split(",")[0]
    assert tool(f, n.dir, "slot", "list").stdout.splitlines()[int(number) - 1].split()[1] == "key-file" and str(n.dir / "unlock.key") in line
    n.stop()
    (n.dir / "kring.conf").write_text((n.dir / "kring.conf").read_text().replace("KeyFile=unlock.key\n", ""))
    assert tool(f, n.dir, "slot", "remove", "--number", number).returncode == 0
    (n.dir / "unlock.key").unlink()
    n.start(wait=False)
    wait_for("it to wait for a passphrase", lambda: tool(f, n.dir, "status").returncode == 0)
    assert not shown()


def test_a_code_that_does_not_unlock_says_whether_it_is_mistyped(federation):
    f = federation("Gemeente Goes", "SMWO")
    n, other = f.nodes
    n.start("--locked", wait=False)
    wait_for("it to answer", lambda: tool(f, n.dir, "status").returncode == 0)
    code, foreign = (code_of(x.dir / "recovery-sheet.txt") for x in (n, other))
    wrong = code.replace(code[0], "z" if code[0] != "z" else "y", 1)
    for typed, word in ((wrong, "mistyped"), (code[:-1] + ("z" if code[-1] != "z" else "y"), "mistyped"), (foreign, "another sheet: take the newest"),
                        (foreign.upper().replace("-", " "), "another sheet: take the newest"), (foreign[:-5], "last four letters"),
                        (wrong[:-5], "last four letters"), ("een verzonnen zin", "the passphrase, or the code")):
        r = tool(f, n.dir, "unlock", stdin=typed + "\n")
        assert r.returncode == 1 and word in r.stderr and typed not in r.stderr, (typed, r)
    r = tool(f, n.dir, "unlock", stdin=code[:-5] + "\n")  # what opens is right, check letters or not
    assert r.returncode == 0, r


def test_a_node_that_cannot_run_with_its_keys_ends_in_order(federation):
    """The keys open and the file `record` does not: whoever typed them is told, and core ends by itself and waits again."""
    f = federation("Gemeente Goes")
    n = f.nodes[0]
    n.start("--locked", wait=False)
    locked = lambda: "locked" in tool(f, n.dir, "--json", "status").stdout
    wait_for("it to wait for its keys", locked)
    (n.dir / "record").rename(n.dir / "elsewhere")
    (n.dir / "record").symlink_to("elsewhere")
    r = tool(f, n.dir, "unlock", stdin=code_of(n.dir / "recovery-sheet.txt") + "\n")
    assert r.returncode == 4 and str(n.dir / "record") in r.stderr, r
    wait_for("core to end", lambda: "CHILD_DIED child=core" in n.log.read_text())
    assert "child=core code=-" not in n.log.read_text(), "core was ended by a signal"
    (n.dir / "record").unlink()
    (n.dir / "elsewhere").rename(n.dir / "record")
    wait_for("it to wait again", locked)
    good(tool(f, n.dir, "unlock", stdin=code_of(n.dir / "recovery-sheet.txt") + "\n"))


# ---- what lies open although it is sealed ----
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user whose memory may not be locked")
def test_keys_that_could_not_be_locked_in_memory_are_said_so(federation):
    """At the start on standard error, and in status for as long as it is so; with room for them nothing is said."""
    f = federation("Gemeente Goes")
    n = f.nodes[0]
    f.dir.chmod(0o755)
    subprocess.run(["chown", "-R", f"{OTHER}:{OTHER}", str(n.dir)], check=True)
    drop = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
    told = lambda: [x["what"] for x in n.k("status")["status"].get("alarms", []) if x["what"] == "keys-not-locked"]
    swap = len(pathlib.Path("/proc/swaps").read_text().splitlines()) > 1  # net locks all of its memory, where that is without limit
    small = swap and resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] != resource.RLIM_INFINITY
    for limit, said in ((["prlimit", "--memlock=0:0"], 1), ([], int(small))):
        n.log.write_text("")
        n.proc = subprocess.Popen([*limit, *drop, str(f.bin / "kringd"), "--dir", str(n.dir)],
                                  stdout=subprocess.DEVNULL, stderr=n.log.open("ab"))
        wait_for("it to answer", lambda: n.proc.poll() is not None or n.try_k("status"))
        assert n.proc.poll() is None, n.log.read_text()
        assert len(told()) == said and n.log.read_text().count("NOT_LOCKED") == said
        for lang, word in (("en", "not locked in memory"), ("nl", "wisselgeheugen"), ("fr", "swap"), ("de", "Auslagerungsspeicher")):
            page = good(tool(f, n.dir, "--lang", lang, "status"))
            assert (word in page) == bool(said), page
        n.stop()


def test_what_lies_beside_the_data_it_opens_is_a_field_too(one):
    """A script reads it as a person does: a sheet that was not put away, a key file that a passphrase made needless."""
    f, n = one
    beside = lambda: tuple(n.k("status")["status"].get(k) for k in ("sheet_beside", "key_beside"))
    assert beside() == (True, False)  # the key file is the only way in: no word of it
    (f.dir / "pass").write_text("een lange verzonnen zin\n")
    good(tool(f, n.dir, "slot", "add", "--kind", "passphrase", "--file", str(f.dir / "pass")))
    (n.dir / "recovery-sheet.txt").unlink()
    assert beside() == (False, True)


# ---- while kringd is replaced ----
def waits_or_ended(p):
    """It sleeps, as kring; or it is over."""
    if p.poll() is not None:
        return True
    comm, state = re.search(r"\((.*)\) (.)", pathlib.Path(f"/proc/{p.pid}/stat").read_text()).groups()
    return comm == "kring" and state == "S"


@pytest.mark.parametrize("how", ["missing", "written"])
def test_a_kringd_that_is_just_being_replaced_is_waited_for(tmp_path, how):
    """make install takes the old one away and writes the new one: a command in between is late, and does not fail."""
    for name in ("kring", "kringd"):
        shutil.copy(BIN / name, tmp_path / name)
    away, kringd = tmp_path / "away", tmp_path / "kringd"
    if how == "missing":
        kringd.rename(away)
    writer = open(away if how == "missing" else kringd, "r+b")
    p = subprocess.Popen([str(tmp_path / "kring"), "--dir", str(tmp_path / "none"), "federation", "create", "--name", "Test", "--roots", "2/2", "--out", str(tmp_path / "fed")],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("kring waits", lambda: waits_or_ended(p))
    writer.close()
    if how == "missing":
        away.rename(kringd)
    out, err = p.communicate(timeout=20)
    assert p.returncode == 0 and (tmp_path / "fed" / "roster").is_file(), (out, err)


def test_its_programs_are_those_of_when_it_began(tmp_path, federation):
    """A new version was put in their place: what ends and begins again is still of the old one.  A program that is missing is named
    before anything runs."""
    f = federation("Gemeente Goes")
    n, parts = f.nodes[0], ("kringd_dev", "kringd_dev-net", "kringd_dev-web")
    for name in (*parts, "kring"):
        shutil.copy(BIN / name, tmp_path / name)
    (tmp_path / "kringd_dev-net").rename(tmp_path / "away")
    r = subprocess.run([str(tmp_path / "kringd_dev"), "--dir", str(n.dir)], capture_output=True, text=True, timeout=20)
    assert r.returncode == 78 and str(tmp_path / "kringd_dev-net") in r.stderr, r
    (tmp_path / "away").rename(tmp_path / "kringd_dev-net")
    f.bin = tmp_path
    n.start()
    net = n.children()["net"]
    assert pathlib.Path(f"/proc/{net}/comm").read_text() == "kringd-net\n"
    for name in parts[:2]:
        (tmp_path / name).unlink()
        (tmp_path / name).write_text("#!/bin/false\n")
        (tmp_path / name).chmod(0o755)
    os.kill(net, signal.SIGKILL)
    wait_for("net to begin again", lambda: n.children().get("net", net) != net)
    again = n.children()["net"]
    assert os.readlink(f"/proc/{again}/exe") == f"{tmp_path}/kringd_dev-net (deleted)"


# ---- names and telephones ----
BAD_NAMES = (("x" * 500, "too long"), ("   ", "empty"), ("G\u043ees", "U+043E"), ("Een\u3000Thuis", "U+3000"), ("o" + "\u0301" * 50, "U+0301"), ("Goes\u202e", "U+202E"),
             ("\uff27oes", "U+FF27"), ("Een  Thuis", "blank too many"))


def test_a_name_that_looks_like_another_is_refused_where_it_is_typed(federation):
    f = federation("Goes", "SMWO")
    a, _ = f.start()
    at = f"tcp://127.0.0.1:{free_port()}"
    init = lambda org, *more: tool(f, f.dir / "new", "node", "init", "--org", org, "--country", "NL", "--listen", at, "--federation", str(f.roster), *more)
    for name, word in BAD_NAMES:
        r = init(name)
        assert r.returncode == 2 and "--org" in r.stderr and word in r.stderr and not (f.dir / "new").exists(), (name, r)
        r = tool(f, f.dir, "federation", "create", "--name", name, "--roots", "2/2", "--out", str(f.dir / "fed"))
        assert r.returncode == 2 and "--name" in r.stderr and word in r.stderr and not (f.dir / "fed").exists(), (name, r)
        r = tool(f, a.dir, "invite", "--org", name, "--at", at)
        assert r.returncode in (1, 2) and (word in r.stderr or "organisation" in r.stderr), (name, r)
    for name in ("smwo", "S\u00b7M\u00b7W\u00b7O".replace("\u00b7", ""), "SMW\u00d3", "G\u00f6\u00ebs"):  # in capitals, accents
        r = tool(f, a.dir, "invite", "--org", name, "--at", at)
        assert r.returncode == 1 and ("SMWO" in r.stderr or "Goes" in r.stderr), (name, r)
    for phone in ("0114 23 45 67x", "bel na vijf", "\u0660114"):
        r = init("Nieuw", "--phone", phone)
        assert r.returncode == 2 and "--phone" in r.stderr and not (f.dir / "new").exists(), (phone, r)
    assert init("Nieuw", "--phone", "0114 234567 toestel 12").returncode == 0
    case = a.new_case(phone="0114 234567 x12")
    r = tool(f, a.dir, "case", "edit", case, "--phone", "0114 23 45 67x")
    assert r.returncode == 2 and "telephone" in r.stderr, r
