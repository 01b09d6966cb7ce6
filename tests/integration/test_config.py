# SPDX-License-Identifier: EUPL-1.2
"""kring config: what is wrong in a settings file is said before a restart, by the same judge that kringd starts with."""
import json
import os
import signal
import subprocess

import pytest
from node import BIN, Refused, free_port, wait_for
from test_partners import words

GOOD = "[Node]\nListen=tcp://127.0.0.1:7001\nKeyFile=unlock.key\nLogLevel=info\n[Limits]\nStoreMiB=512\n"
BAD = ("[Node]\nListen=tcp://kring.example:7001\nLogLevel=Info\nLoglevel=info\n\n[Limits]\nPartnerDailyMiB=abc\nStoreMiB=12x\nStoreMiB=13\n"
       "[Flow]\nThreshold=4 # people\nPublish\n")
FAULTS = [(2, "[Node] Listen", "no name", "tcp://"), (3, "[Node] LogLevel", "none of", "LogLevel=info?"), (4, "[Node] Loglevel", "unknown", "LogLevel="),
          (7, "[Limits] PartnerDailyMiB", "no number from 1 to 4096 (MiB)", "digits alone"), (8, "[Limits] StoreMiB", "no number", "digits alone"),
          (9, "[Limits] StoreMiB", "twice, first in line 8", "once is enough"), (11, "[Flow] Threshold", "remark", "line of its own"),
          (12, "", "neither Name=value", "")]


def kring(d, *args, env=None):
    return subprocess.run([str(BIN / "kring"), "--dir", str(d), *args], capture_output=True, text=True, timeout=10, env=dict(os.environ, **(env or {})))


@pytest.fixture
def conf(workdir):
    (workdir / "identity").write_text("a node's directory")
    (workdir / "kring.conf").write_text(GOOD)
    return workdir / "kring.conf"


def test_check_tells_every_fault_with_its_line_and_what_to_do(conf):
    r = kring(conf.parent, "config", "check")
    assert r.returncode == 0 and r.stdout == f"{conf}: nothing is wrong\n" and not r.stderr, r
    conf.write_text(BAD)
    r = kring(conf.parent, "config", "check")
    said = r.stderr.splitlines()
    assert r.returncode == 1 and len(said) == len(FAULTS) + 1 and said[-1] == f"{len(FAULTS)} wrong; kringd does not start with it", r
    for text, (line, _, what, remedy) in zip(said, FAULTS):
        assert text.startswith(f"! {conf}, line {line}: ") and what in text and remedy in text, text
    r = kring(conf.parent, "--json", "config", "check")
    got = json.loads(r.stdout)
    assert r.returncode == 1 and got["file"] == str(conf) and [(f["line"], f["setting"]) for f in got["faults"]] == [f[:2] for f in FAULTS], got
    assert all(f["what"] and f["remedy"] for f in got["faults"])


@pytest.mark.parametrize("text, remedy", [
    ("Listen=tcp://127.0.0.1:7001", "put it below its section: [Node], [Web]"), ("RetainMonths=3", "put it below its section: [Cases]"),
    ("idleminutes=3", "put it below its section: [Web]"), ("Nonsense=3", "[Node], [Limits], [Cases], [Flow], [Partners], [Web]"),
    ("[Web]\nListn=tcp://127.0.0.1:8780", "did you mean Listen= in section [Web]?"), ("[Wbe]\nListen=tcp://127.0.0.1:8780", "did you mean Listen= in section [Web]?"),
    ("[node]\nListen=tcp://127.0.0.1:7001", "did you mean Listen= in section [Node]?"), ("[web]\nlisten=tcp://127.0.0.1:8780", "did you mean Listen= in section [Web]?"),
    ("[Flow]\nListen=tcp://127.0.0.1:7001", "did you mean Listen= in section")])
def test_where_a_setting_stands_is_told_by_the_table(conf, text, remedy):
    """Every section that has one of that name, and of two the one that was nearly written."""
    conf.write_text(f"{text}\n")
    for lang in ("nl", "fr", "en", "de"):
        r = kring(conf.parent, "--lang", lang, "config", "check")
        assert r.returncode == 1 and r.stderr.count("[") >= remedy.count("[") and "{" not in r.stderr, r
    r = kring(conf.parent, "config", "check")
    assert r.stderr.splitlines()[0].endswith(remedy) or remedy.endswith("section"), r
    assert remedy in r.stderr, r


def test_kringd_stops_at_the_first_of_them_in_the_same_words(conf):
    conf.write_text(BAD)
    first = kring(conf.parent, "config", "check").stderr.splitlines()[0].removeprefix("! ")
    r = subprocess.run([str(BIN / "kringd"), "--dir", str(conf.parent)], capture_output=True, text=True, timeout=10)
    assert r.returncode == 78 and r.stderr == f"kringd: {first}\nkringd: to find the cause: kring doctor\n", r


def test_another_file_is_judged_by_its_name(conf, workdir):
    other = workdir / "etc kring.conf"
    other.write_text(GOOD.replace("=512", "=0"))
    r = kring(conf.parent, "config", "check", str(other))
    assert r.returncode == 1 and f"{other}, line 6: StoreMiB=0 is no number from 1 to 65536 (MiB): the least is 1" in r.stderr, r
    assert kring(conf.parent, "config", "check").returncode == 0
    r = kring(conf.parent, "config", "check", str(workdir / "gone"))
    assert r.returncode == 3 and f"{workdir / 'gone'}: there is no such file" in r.stderr, r
    other.write_bytes(b"#" * 20000)
    assert "larger than 16384 bytes" in kring(conf.parent, "config", "check", str(other)).stderr
    assert kring(conf.parent, "config", "show", str(workdir / "gone")).returncode == 3  # check and show agree
    other.write_bytes(b"[Node]\nListen=\0\n")
    assert "line 2: this line is no plain text" in kring(conf.parent, "config", "check", str(other)).stderr
    assert kring(conf.parent, "config", "show", str(other)).returncode == 1


def test_show_says_value_default_unit_and_where_from(conf):
    r = kring(conf.parent, "config", "show")
    assert r.returncode == 0 and "StoreMiB=512   (MiB; line 6; default: 65536)" in r.stdout and "Publish=auto   (default)" in r.stdout, r
    got = json.loads(kring(conf.parent, "--json", "config", "show").stdout)
    rows = {s["name"]: s for s in got["settings"]}
    assert got["file"] == str(conf) and len({(s["section"], s["name"]) for s in got["settings"]}) == len(got["settings"])
    assert (rows["StoreMiB"]["value"], rows["StoreMiB"]["default"], rows["StoreMiB"]["unit"], rows["StoreMiB"]["from"]) == ("512", "65536", "MiB", "line 6")
    assert (rows["Cosign"]["value"], rows["Cosign"]["from"]) == ("auto", "default")
    # what is shown can be written: the same settings again, and nothing is wrong
    text = "".join(f"[{s['section']}]\n{s['name']}={s['value']}\n" for s in got["settings"])
    conf.write_text(text)
    again = json.loads(kring(conf.parent, "--json", "config", "show").stdout)
    assert [s["value"] for s in again["settings"]] == [s["value"] for s in got["settings"]]
    conf.write_text(BAD)
    r = kring(conf.parent, "config", "show")
    assert r.returncode == 1 and "line 2: Listen=tcp://kring.example:7001" in r.stderr and not r.stdout, r


def test_a_variable_that_looks_like_a_setting_is_refused(conf):
    r = kring(conf.parent, "config", "check", env={"KRING_STOREMIB": "1"})
    assert r.returncode == 1 and "KRING_STOREMIB is set in the environment" in r.stderr and f"write StoreMiB= below [Limits] in {conf}" in r.stderr, r
    assert kring(conf.parent, "config", "check", env={"KRING_LONG": "1"}).returncode == 0


def test_a_directory_without_a_node_is_said_to_be_one(workdir):
    r = kring(workdir / "nowhere", "config", "check")
    assert r.returncode == 3 and "no node in" in r.stderr and "node init" in r.stderr, r


# ---- SIGHUP ----

def settings(n, old, new):
    conf = n.dir / "kring.conf"
    text = conf.read_text()
    assert old in text
    conf.write_text(text.replace(old, new))


def taken(n):
    return [x.split("event=SETTINGS ")[1] for x in n.log.read_text().splitlines() if "role=core" in x and "event=SETTINGS" in x]


def refusal(n, case, to):
    with pytest.raises(Refused) as r:
        n.refer(case, to)
    return str(r.value)


def test_sighup_takes_new_settings_over_and_no_key_leaves_memory(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case, port = a.new_case(phone="1"), free_port()
    a.consent(case, b.name)
    core, net = a.children()["core"], a.children()["net"]
    settings(a, "KeyFile", "# the lock stays as it is\nKeyFile")
    settings(a, "LogLevel=notice\n", f"LogLevel=debug\n[Partners]\nPairCheck=yes\n[Limits]\nPartnerDailyDocuments=77\nStoreMiB=9000\n")
    settings(a, f":{a.port}\n", f":{port}\n")
    os.kill(a.proc.pid, signal.SIGHUP)
    wait_for("core to have them", lambda: taken(a))
    assert taken(a) == ["changed=4 next_start=1"], "StoreMiB counts from the next start"
    assert "settings-wait" in [x["what"] for x in a.k("status")["status"]["alarms"]] and "counts only after a restart" in words(a, "status")
    assert "digits" in refusal(a, case, b.name)
    wait_for("to listen there", lambda: f"listens on     tcp://127.0.0.1:{port}" in words(a, "status"))
    assert a.children()["core"] == core and a.children()["net"] != net and not a.k("status")["status"].get("locked")
    # back again: the same way
    settings(a, "PairCheck=yes", "PairCheck=no")
    settings(a, f":{port}\n", f":{a.port}\n")
    os.kill(a.proc.pid, signal.SIGHUP)
    wait_for("core to have them", lambda: len(taken(a)) == 2)
    assert "settings-wait" in [x["what"] for x in a.k("status")["status"]["alarms"]]  # StoreMiB still stands there
    settings(a, "StoreMiB=9000\n", "")
    os.kill(a.proc.pid, signal.SIGHUP)
    wait_for("nothing to wait for the next start", lambda: "settings-wait" not in [x["what"] for x in a.k("status")["status"].get("alarms", [])])
    b.await_state(a.refer(case, b.name), "offered")
    # a backup takes the text that is followed along
    a.k("backup", str(f.dir / "b"))
    a.stop()
    r = kring(f.dir / "back", "restore", str(f.dir / "b"), "--sheet", str(a.dir / "recovery-sheet.txt"))
    assert r.returncode == 0 and (f.dir / "back/kring.conf").read_text() == (a.dir / "kring.conf").read_text(), r


def test_sighup_with_one_fault_changes_nothing(federation):
    f = federation("Goes")
    a, = f.start()
    wait_for("it to listen", lambda: f"listens on     tcp://127.0.0.1:{a.port}" in words(a, "status"))
    before, good = a.children(), (a.dir / "kring.conf").read_text()
    kept = lambda: a.log.read_text().count("kept=1")
    for text, line, what in ((good + "[Limits]\nPartnerDailyMiB=7MiB\n", 6, "no number from 1"), (good.replace("Listen=tcp", "Listen=http"), 2, "tcp://"),
                             (good + "[Limits]\nPartnerDailyMib=7\n", 6, "PartnerDailyMiB="), (good + "\0", 5, "plain text")):
        (a.dir / "kring.conf").write_text(text)
        once = kept()
        os.kill(a.proc.pid, signal.SIGHUP)
        wait_for("it to be said", lambda: kept() == once + 1)
        said = [x for x in a.log.read_text().splitlines() if "kept=1" in x][-1]
        assert f"kring.conf, line {line}: " in said and what in said, said
        shown = wait_for("it to be shown", lambda: [x for x in a.k("status")["status"]["alarms"] if x["what"] == "settings-refused"])
        assert len(shown) == 1 and "kring config check names the fault" in words(a, "status"), shown
        (a.dir / "kring.conf").write_text(good)  # the same as at its start: nothing changes, and it is over
        os.kill(a.proc.pid, signal.SIGHUP)
        wait_for("it to be over", lambda: "settings-refused" not in [x["what"] for x in a.k("status")["status"]["alarms"]])
    (a.dir / "kring.conf").unlink()
    os.kill(a.proc.pid, signal.SIGHUP)
    wait_for("it to be said", lambda: "Put that file back" in a.log.read_text())
    same = "changed=0 next_start=0"
    assert a.children() == before and taken(a) == [same] * 4 and kept() == 5
    assert f"listens on     tcp://127.0.0.1:{a.port}" in words(a, "status")
    (a.dir / "kring.conf").write_text(good)
    os.kill(a.proc.pid, signal.SIGHUP)
    wait_for("it to be read again", lambda: taken(a) == [same] * 5)
    assert a.children() == before
