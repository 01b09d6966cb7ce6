# SPDX-License-Identifier: EUPL-1.2
"""Programs read kring --json: one document whatever happens, and no key that has to be asked for."""
import json
import os
import re
import subprocess

import pytest
from node import BIN, ROOT, Federation

ERROR = ["error", "code", "what", "why", "remedy", "exit"]
CLASSES = {1: "refused", 2: "usage", 3: "not-found", 4: "not-now", 5: "damaged"}
SPARSE = {"person", "told", "values", "flow"}  # what is not there says something: see kring(1)


def kring(directory, *args, stdin="", cwd=None):
    return subprocess.run([str(BIN / "kring"), "--dir", str(directory), *args], capture_output=True, text=True, input=stdin, cwd=cwd,
                          env=dict(os.environ, LANG="C.UTF-8"))


def document(r):
    """The one document on standard output."""
    try:
        got = json.loads(r.stdout)
    except ValueError:
        raise AssertionError(r) from None
    assert isinstance(got, dict), r
    return got


def is_error(r):
    got = document(r)
    assert set(ERROR) <= set(got) and got["what"], r
    assert got["exit"] == r.returncode and got["error"] == CLASSES[r.returncode], r
    assert all(isinstance(got[k], str) for k in ERROR[:-1]), r
    return got


def table():
    return json.loads(kring("/nowhere", "--json", "help").stdout)["commands"]


def line(cmd):
    return [w for w in (cmd["noun"], cmd["verb"]) if w] + ["x" for w in cmd["words"].split() if not w.startswith("[")]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("json"))
    try:
        a, b = f.start()
        case = a.new_case(phone="0113-1", story="een verhaal")
        a.consent(case, "smwo", "identity,contact,needs,story")
        a.refer(case, "smwo")
        yield a, b
    finally:
        f.stop()


def schema():
    """{message: {field: (type, repeated)}} of the control protocol."""
    text = re.sub(r"//[^\n]*", "", (ROOT / "proto/control.proto").read_text())
    return {m: {f: (t, rep == "repeated") for rep, t, f in re.findall(r"(optional|repeated) (\w+) (\w+) =", body)}
            for m, body in re.findall(r"message (\w+) \{(.*?)\n\}", text, re.S)}


def whole(got, message, types, where=""):
    """Every row and part has every key of its message, each of its type."""
    for name, (kind, repeated) in types[message].items():
        if message == "Reply" and name not in got or name in SPARSE:
            continue
        assert name in got, f"{where}: {message} lacks {name}"
        value = got[name]
        for v in value if repeated else [value]:
            if kind in types:
                assert v is None or whole(v, kind, types, f"{where}.{name}")
            elif v is not None:
                assert isinstance(v, bool if kind == "bool" else int if kind.startswith("uint") or kind.startswith("int") else str), (where, name, v)
        assert not repeated or isinstance(value, list)
    return True


def test_before_the_node_is_asked(tmp_path):
    """Every command, on a line that is wrong; every command without a node; and what kring itself cannot take."""
    tried = 0
    for cmd in table():
        for args in (line(cmd) + ["--zzz"], line(cmd) + ["y"] * 9, line(cmd)[:-1] if cmd["words"] and not cmd["words"].startswith("[") else ["zzz"]):
            for flag in ("--json", "--jsonl"):
                r = kring(tmp_path, flag, *args)
                got = is_error(r)
                assert r.returncode == 2 and got["code"] and not r.stderr, r
                assert flag == "--json" or r.stdout.count("\n") == 1, r
                tried += 1
    assert tried > 300
    for args in (["-z"], ["--dir"], ["--lang", "xx", "inbox"], ["--dir", "x", "--dir", "y", "inbox"], ["x"] * 200, ["help", "zzz"]):
        r = kring(tmp_path, "--json", *args)
        assert r.returncode in (0, 2) and document(r), (args, r)


def test_without_a_node_or_with_one_that_cannot_answer(tmp_path):
    for cmd in table():
        r = kring(tmp_path / "none", "--json", *line(cmd), *(f"--{o['name']}=x" for o in cmd["options"] if o["type"] in ("FILE", "NAME")), stdin="name: X Y\n", cwd=tmp_path)
        if cmd["noun"] == "join":
            continue  # it talks while it waits
        if r.returncode and (cmd["noun"], cmd["verb"]) not in (("config", "check"), ("doctor", "")):  # whose answer are the faults
            is_error(r)
        else:
            document(r)
    long = tmp_path / ("d" * 90) / ("e" * 90)
    assert is_error(kring(long, "--json", "inbox"))["code"] == "socket-path-long"


READ = (["status"], ["partner", "list"], ["partner", "show", "smwo"], ["case", "list"], ["case", "search", "verzonnen"], ["sent"], ["inbox"], ["worklist"],
        ["outbox", "list"], ["roster", "show"], ["audit", "list"], ["audit", "verify"], ["audit", "export", "smwo"], ["invites", "list"], ["approve"],
        ["flow", "--own"], ["flow"], ["config", "show"], ["config", "check"], ["slot", "list"], ["verify"], ["partner", "check", "smwo"])


def test_every_answer_is_one_document_with_every_key(two):
    a, b = two
    types, seen = schema(), 0
    case = a.k("case", "list")["cases"][0]["id"]
    ref, grant = a.k("sent")["referrals"][0]["ref"], a.k("consent", "list", case)["grants"][0]["id"]
    for n in (a, b):
        for args in (*READ, *((["case", "show", case], ["show", ref], ["consent", "list", case], ["consent", "show", grant]) if n is a else (["show", ref],))):
            r = kring(n.dir, "--json", *[x.replace("smwo", "goes") if n is b else x for x in args])
            got = document(r)
            assert r.returncode == 0 and "error" not in got, r
            if args[0] not in ("config", "slot", "verify"):  # of kringd's tool, or put together from several answers
                assert whole(got, "Reply", types, " ".join(args))
                assert r.stdout == json.dumps(got, indent=2, ensure_ascii=False) + "\n", r  # laid out as one tree, though printed row by row
                seen += 1
    assert seen > 30


def test_lists_are_there_when_they_are_empty(tmp_path):
    (n,) = Federation(tmp_path, ("Goes",)).start()
    try:
        for args, key in ((["case", "list"], "cases"), (["case", "search", "x"], "cases"), (["sent"], "referrals"),
                          (["inbox"], "referrals"), (["worklist"], "work"), (["outbox", "list"], "outbox"), (["invites", "list"], "invites"),
                          (["approve"], "proposals")):
            got = document(kring(n.dir, "--json", *args))
            assert got["truncated"] is False, (args, got)
            assert got[key] == [] and kring(n.dir, "--jsonl", *args).stdout == "", args
    finally:
        n.fed.stop()


def test_a_list_is_a_line_for_each_row(two):
    a, _ = two
    for i in range(5):
        a.new_case(name=f"Regel {i} Verzonnen")
    rows = a.k("case", "list")["cases"]
    r = kring(a.dir, "--jsonl", "case", "list")
    assert [json.loads(x) for x in r.stdout.splitlines()] == rows
    *some, last = [json.loads(x) for x in kring(a.dir, "--jsonl", "case", "list", "--limit", "2").stdout.splitlines()]
    assert some == rows[:2] and last["truncated"] is True
    rest = kring(a.dir, "--jsonl", "case", "list", "--after", last["next"]).stdout.splitlines()
    assert [json.loads(x) for x in rest] == rows[2:]
    for args in (["status"], ["show", a.k("sent")["referrals"][0]["ref"]], ["doctor"], ["metrics"], ["help"], ["--version"], ["who", a.k("case", "list")["cases"][0]["id"]]):
        r = kring(a.dir, "--jsonl", *args)
        assert r.stdout.count("\n") == 1 and r.stdout.isascii() and document(r), (args, r)


def test_a_refusal_of_the_node_has_every_key(two):
    a, b = two
    case, ref = a.k("case", "list")["cases"][0]["id"], a.k("sent")["referrals"][0]["ref"]
    for n, args, exit in ((a, ["show", "ZZZZ"], 3), (a, ["case", "show", "ffffffff"], 3), (a, ["accept", ref], 1), (b, ["invites", "cancel", "ffff"], 3),
                          (a, ["refer", case, "--to", "nobody", "--need", "housing"], None), (a, ["partner", "show", "nobody"], 3), (a, ["roster", "cosign", "99"], None)):
        r = kring(n.dir, "--json", *args)
        got = is_error(r)
        assert exit in (None, r.returncode), r
        assert got["remedy"] or got["why"], r
