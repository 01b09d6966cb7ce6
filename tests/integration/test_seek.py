# SPDX-License-Identifier: EUPL-1.2
"""What keeps a node from starting, a partner from being reached or a document from arriving ends with a line that names kring doctor, and
nothing else does.  tests/data/ends-with-doctor.psv has the codes with their side; one that is not in it may not end so."""
import json
import os
import subprocess

import pytest
from ctl import pb
from node import BIN, ROOT
from refusal import Reader, codes, sample

TABLE = {(x[0], x[1]): x[2] for x in (r.split("|") for r in (ROOT / "tests/data/ends-with-doctor.psv").read_text().splitlines()[2:])}
LINE = {"nl": "zoek de oorzaak: ", "fr": "pour trouver la cause : ", "en": "to find the cause: ", "de": "die Ursache suchen: "}
MOST = {"node": "kring doctor", "-": ""}


def listed(name):
    lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    return [dict(zip(lines[0], x)) for x in lines[1:]]


def kring(*args, env=None):
    return subprocess.run([str(BIN / "kring"), *map(str, args)], capture_output=True, text=True, timeout=20, env={**os.environ, "COLUMNS": "1000", **(env or {})})


@pytest.fixture
def reader(workdir):
    r = Reader(workdir)
    yield r
    r.close()


def answered(reader, reply, *args, lang="en"):
    reader.reply = reply.SerializeToString()
    return kring("--socket", reader.path, "--lang", lang, *args)


def test_every_code_stands_on_one_side():
    whole = {(n, r["code"]) for n in ("refusals", "mistakes", "outbox") for r in listed(n) if "." not in r["code"]}
    tool = {("tool", r["code"]) for r in listed("tool")}
    assert set(TABLE) <= whole | tool, set(TABLE) - whole - tool
    seeks = {c: r["code"] for r in listed("seek") for c in r["uses"].split()}
    assert {k[1]: v for k, v in TABLE.items() if v != "-"} == seeks
    assert all(seeks.get(c, "-") == TABLE.get((n, c), "-") for n, c in whole | tool), "a code of one list stands in another, on the other side"


def test_each_refusal_ends_as_the_table_says(reader):
    named = 0
    for code in codes():
        reply = sample(code)
        r = answered(reader, reply, "status", "--json")
        want = MOST.get(TABLE.get(("refusals", code), "-"), "kring doctor")
        partner = next((v.text for v in reply.values if v.name == "partner"), "")
        if TABLE.get(("refusals", code), "-") == "partner" and partner:
            want, named = f"kring doctor '{partner}'", named + 1
        assert json.loads(r.stdout)["doctor"] == want, (code, r)
    assert named > 3
    for lang, line in LINE.items():
        assert answered(reader, sample("partner-suspended"), "status", lang=lang).stderr.splitlines()[-1] == f"  {line}kring doctor 'OCMW Balen'"
        assert answered(reader, sample("disk-almost-full"), "status", lang=lang).stderr.splitlines()[-1] == f"  {line}kring doctor"
        assert "kring doctor" not in answered(reader, sample("case-unknown"), "status", lang=lang).stderr


def test_a_name_that_would_end_the_quotes_is_left_out(reader):
    for name, want in (("smwo", "kring doctor smwo"), ("L'Aide", "kring doctor"), ("$(id)", "kring doctor '$(id)'"), ("-x", "kring doctor")):
        reply = pb.Reply(error="refused", code="partner-suspended")
        reply.values.add(name="partner", text=name)
        assert json.loads(answered(reader, reply, "status", "--json").stdout)["doctor"] == want


def test_what_does_not_arrive_ends_so(reader):
    causes = [r["code"] for r in listed("outbox") if "cause" in r["uses"].split()]
    assert len(causes) > 10
    for cause in causes:
        reply = pb.Reply()
        reply.outbox.add(id="ab" * 16, partner="SMWO", act="offer", state="queued", cause=cause, remedy="wait")
        out = answered(reader, reply, "outbox", "why", "abab").stdout
        want = {"node": "kring doctor", "partner": "kring doctor SMWO", "-": None}[TABLE.get(("outbox", cause), "-")]
        assert [x for x in out.splitlines() if "kring doctor" in x] == ([f"  to find the cause: {want}"] if want else []), (cause, out)
        # a list has a row for each, and no more
        assert "kring doctor" not in answered(reader, reply, "outbox", "list").stdout


def test_a_node_that_does_not_answer_or_start(workdir):
    r = kring("--dir", workdir, "--lang", "en", "status")
    assert r.returncode == 4 and r.stderr.splitlines()[-1] == "  to find the cause: kring doctor", r
    assert json.loads(kring("--dir", workdir, "status", "--json").stdout)["doctor"] == "kring doctor"
    assert json.loads(kring("--dir", workdir, "status", "--nonsense", "--json").stdout)["doctor"] == ""
    r = subprocess.run([str(BIN / "kringd"), "--dir", str(workdir / "none")], capture_output=True, text=True, timeout=20)
    assert r.returncode == 78 and "kring doctor" in r.stderr.splitlines()[-1] and r.stderr.count("kring doctor") == 1, r
    (workdir / "kring.conf").write_text("[Node]\nListen=x\n")
    r = subprocess.run([str(BIN / "kringd"), "--dir", str(workdir)], capture_output=True, text=True, timeout=20)
    assert r.returncode == 78 and r.stderr.splitlines()[-1] == "kringd: to find the cause: kring doctor", r
