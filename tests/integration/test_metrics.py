# SPDX-License-Identifier: EUPL-1.2
"""kring metrics: what Prometheus reads, by a parser that takes nothing but the format; and by promtool where it is (Debian: prometheus,
which is too large to be installed for this one test)."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
from node import ROOT, Federation, wait_for

WORDS = {r.split("|")[0]: r.split("|")[1:] for r in (ROOT / "config/lists/metrics.psv").read_text().splitlines() if r.startswith("kring_")}
LANGS = ("nl", "fr", "en", "de")
NAME = r"kring_[a-z]+(?:_[a-z]+)*"
LABEL = r'[a-z]+="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf'({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?\d+)')
BASE = ("_bytes", "_seconds", "_total", "_info", "_documents")


def kring(n, *args, lang="en"):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", lang, *map(str, args)], capture_output=True, text=True, timeout=90)


def parse(text):
    """{family: {label value, or values: number}}; each family is one head and its samples, none comes twice."""
    got, name, kind = {}, None, None
    assert text.endswith("\n") and "\r" not in text
    lines = iter(text[:-1].split("\n"))
    for line in lines:
        if line.startswith("# "):
            m = re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line)
            assert m and "\\" not in line and m[1] not in got, line
            name = m[1]
            t = re.fullmatch(rf"# TYPE {name} (gauge|counter)", next(lines))
            assert t and (t[1] == "counter") == name.endswith("_total"), name
            kind, got[name] = t[1], {}
            continue
        m = SAMPLE.fullmatch(line)
        of = tuple(x[1:-1] for x in re.findall(r'"(?:[^"\\]|\\.)*"', m[2] or "")) if m else ()
        of = of if len(of) > 1 else of[0] if of else None
        assert m and m[1] == name and of not in got[name], line
        assert kind == "gauge" or int(m[3]) >= 0, line
        got[name][of] = int(m[3])
    assert all(got.values()), "a family has samples"
    return got


def metrics(n, *args, **kw):
    r = kring(n, *args, "metrics", **kw)
    assert r.returncode == 0 and r.stderr == "", r
    return parse(r.stdout)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("metrics"), ("Goes", "SMWO", 'Huis "De \\ Bij"'))
    try:
        f.start()
        yield f.nodes
    finally:
        f.stop()


def promtool():
    return shutil.which("promtool") or os.environ.get("PROMTOOL")


def test_each_number_is_what_the_node_says(three):
    a, b, c = three
    case = a.new_case(name="Aaltje Verborgen", phone="0113-987654")
    a.consent(case, "smwo", "identity,contact,needs,story")
    wait_for("all to be connected", lambda: sum(metrics(a)["kring_partner_connected"].values()) == 2)
    wait_for("each to say what it runs", lambda: len(metrics(a).get("kring_partner_version_info", ())) == 2)
    b.stop()
    a.refer(case, "smwo")
    wait_for("it to be seen as away", lambda: metrics(a)["kring_partner_connected"]["smwo"] == 0)
    rows = {p["typed"]: p for p in a.k("partner", "list")["partners"]}
    s = a.k("status")["status"]
    m = metrics(a)
    assert set(m) | {"kring_alarms", "kring_alarms_seen"} == set(WORDS), set(m) ^ set(WORDS)
    assert m["kring_up"] == {None: 1} and m["kring_locked"] == {None: 0} and m["kring_listening"] == {None: 1}
    assert m["kring_roster_entry"][None] == s["roster_seq"] and m["kring_roster_valid_until_timestamp_seconds"][None] == s["roster_until_s"]
    assert m["kring_store_limit_bytes"][None] == s["store_cap"] and 0 < m["kring_store_used_bytes"][None] <= s["store_cap"]
    assert abs(m["kring_disk_free_bytes"][None] / (os.statvfs(a.dir).f_bavail * os.statvfs(a.dir).f_frsize) - 1) < 0.2
    version, = m["kring_build_info"]
    assert kring(a, "--version").stdout == f"kring {version}\n"
    typed = {t for t, p in rows.items() if not p["self"]}
    assert len(typed) == 2
    for family in ("connected", "heard_timestamp_seconds", "waiting_documents", "unreceipted_documents", "clock_offset_seconds"):
        assert set(m[f"kring_partner_{family}"]) == typed, family
    # one that is away is of the version that it had
    assert m["kring_partner_version_info"] == {(t, version): 1 for t in typed}
    assert m["kring_partner_waiting_documents"]["smwo"] == rows["smwo"]["owed"] > 0
    assert m["kring_partner_unreceipted_documents"]["smwo"] == rows["smwo"]["unreceipted"] <= rows["smwo"]["owed"]
    assert m["kring_partner_heard_timestamp_seconds"]["smwo"] == rows["smwo"]["silent_since_ms"] // 1000 > time.time() - 600
    assert m["kring_check_status"][None] == kring(a, "status", "--check").returncode
    b.start()
    wait_for("it to be there", lambda: "Verborgen" in kring(b, "case", "list").stdout)
    assert not any(re.search("Aaltje|Verborgen|987654|income", kring(n, "metrics").stdout) for n in (a, b)), "nothing of a person"
    wait_for("nothing to wait", lambda: metrics(a)["kring_partner_waiting_documents"]["smwo"] == 0)
    assert metrics(a)["kring_partner_heard_timestamp_seconds"]["smwo"] >= m["kring_partner_heard_timestamp_seconds"]["smwo"]


def test_base_units_and_words(three):
    n = three[1]
    for name in WORDS:
        unit = [u for u in re.findall(r"_(?:bytes|seconds|total|info|documents|ms|mib|days|percent)\b", name)]
        assert len(unit) <= 1 and all(u in BASE for u in unit), name
    for lang, column in zip(LANGS, range(4)):
        said = dict(re.findall(r"^# HELP (\S+) (.*)$", kring(n, "metrics", lang=lang).stdout, re.M))
        assert said and all(WORDS[name][column] == text for name, text in said.items())


def test_json_has_the_same_numbers(three):
    n = three[0]
    r = kring(n, "--json", "metrics")
    rows = json.loads(r.stdout)["metrics"]
    m = metrics(n)
    assert {x["name"] for x in rows} == set(m) and all(set(x) == {"name", "type", "labels", "value"} for x in rows)
    for x in rows:
        if not x["name"].endswith(("_bytes", "_total", "heard_timestamp_seconds")):
            of = tuple(x["labels"].values())
            assert m[x["name"]][of if len(of) > 1 else of[0] if of else None] == x["value"], x


def test_alarms_by_their_code(federation):
    f = federation("Goes")
    n = f.nodes[0]
    n.start("--dev-clock-offset", str(4 * 86400))
    m = metrics(n)
    assert m["kring_alarms"] == {"no-backup": 1} and m["kring_check_status"] == {None: 2} and m["kring_backup_timestamp_seconds"] == {None: 0}
    assert kring(n, "backup", f.dir / "b").returncode == 0
    m = metrics(n)
    assert "kring_alarms" not in m and m["kring_check_status"] == {None: 0}
    assert abs(m["kring_backup_timestamp_seconds"][None] - time.time() - 4 * 86400) < 600


def test_a_node_that_is_down_locked_or_silent(federation, tmp_path):
    f = federation("Goes")
    n = f.nodes[0]
    down = {"kring_build_info", "kring_up", "kring_check_status", "kring_disk_free_bytes"}
    m = metrics(n)
    assert set(m) == down and m["kring_up"] == {None: 0} and m["kring_check_status"] == {None: 2}
    # somebody is there, and hangs up without a word
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(tmp_path / "core.sock"))
        s.listen()
        t = threading.Thread(target=lambda: s.accept()[0].close())
        t.start()
        assert metrics(n, "--socket", tmp_path / "core.sock")["kring_up"] == {None: 0}
        t.join()
    if os.environ.get("KRING_LONG"):  # the half minute for which kring waits for an answer
        n.start()
        for pid in n.children().values():
            os.kill(pid, signal.SIGSTOP)
        assert metrics(n)["kring_up"] == {None: 0}
        for pid in n.children().values():
            os.kill(pid, signal.SIGCONT)
        n.stop()
    (n.dir / "unlock.key").rename(f.dir / "elsewhere")
    n.start()
    m = metrics(n)
    assert set(m) == down | {"kring_locked"} and m["kring_up"] == m["kring_locked"] == {None: 1} and m["kring_check_status"] == {None: 2}


def test_a_file_appears_whole_or_not_at_all(three, tmp_path):
    n, into = three[0], tmp_path / "node"
    r = kring(n, "metrics", "--into", into)
    assert r.returncode == 1 and "no such file" in r.stderr and not into.exists(), r
    into.mkdir()
    (into / "kring.prom").write_text("old")
    (tmp_path / "mine").write_text("mine")
    r = kring(n, "metrics", "--into", into)
    assert r.returncode == 0 and "kring.prom is written" in r.stdout, r
    # also of a link: it is replaced, and not written through
    (into / "kring.prom").unlink()
    (into / "kring.prom").symlink_to(tmp_path / "mine")
    assert kring(n, "--json", "metrics", "--into", into).returncode == 0 and (tmp_path / "mine").read_text() == "mine"
    assert parse((into / "kring.prom").read_text())["kring_up"] == {None: 1}
    assert (into / "kring.prom").stat().st_mode & 0o777 == 0o644, "the collector is another user"
    full = f"ulimit -f 0; trap '' XFSZ; exec {n.fed.bin}/kring --dir {n.dir} --lang en metrics --into {into}"
    before = (into / "kring.prom").read_text()
    r = subprocess.run(["bash", "-c", full], capture_output=True, text=True)
    assert r.returncode == 1 and (into / "kring.prom").read_text() == before and [p.name for p in into.iterdir()] == ["kring.prom"], r


if promtool():
    def test_promtool_finds_nothing_wrong(three):
        r = subprocess.run([promtool(), "check", "metrics"], input=kring(three[0], "metrics").stdout, capture_output=True, text=True)
        assert r.returncode == 0 and r.stdout + r.stderr == "", r
