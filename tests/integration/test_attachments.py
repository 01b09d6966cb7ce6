# SPDX-License-Identifier: EUPL-1.2
"""Files of a case: added, sent under consent, fetched piece by piece, taken out, and gone with what opens them."""
import os
import pathlib
import shutil
import signal
import stat
import subprocess

import ctl
import pytest
from node import BIN, CATS, Refused, wait_for
from test_lines import wires  # noqa: F401
from test_state_loss import restore

WITH = CATS + ",attachments"


def agreed(f):
    a, b = f.start()
    for x, y in ((a, b), (b, a)):
        f.agree(x, y, WITH, WITH)
    return a, b


def referred(a, b, share="identity,contact,needs,attachments"):
    case = a.new_case(phone="000-111")
    a.consent(case, b.name, share)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    return case, ref, b.k("show", ref)["referrals"][0]["case_id"]


def made(directory, name, size):
    path = pathlib.Path(directory) / name
    path.write_bytes(os.urandom(size))
    return path


def files(n, case):
    return n.k("case", "attachments", case).get("files", [])


def whole(n, case, count=1, seconds=60):
    def there():
        rows = files(n, case)
        return len(rows) == count and all(r["state"] == "whole" for r in rows)
    wait_for("the files", there, seconds)
    return files(n, case)


def taken(n, case, which, out):
    n.k("case", "detach", case, str(which), "--out", str(out))
    return pathlib.Path(out).read_bytes()


def test_a_file_goes_to_the_partner_under_consent_and_to_nobody_without(federation, tmp_path):
    f = federation()
    a, b = agreed(f)
    case, ref, there = referred(a, b)
    sizes = [0, 1, 49152, 3 * 49152 + 7]
    paths = [made(tmp_path, f"brief {i}.pdf", n) for i, n in enumerate(sizes)]
    for p in paths:
        a.k("case", "attach", case, str(p))
    rows = files(a, case)
    assert [(r["no"], r["name"], r["size"], r["state"]) for r in rows] == [(i + 1, p.name, n, "whole") for i, (p, n) in enumerate(zip(paths, sizes))]
    assert rows[0]["mime"] == "application/pdf" and not rows[0].get("from")
    assert not files(b, there)  # nothing leaves by itself
    for i in range(len(paths) - 1):
        a.k("case", "send", ref, str(i + 1))
    said = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", "nl", "case", "send", ref, str(len(paths))], capture_output=True, text=True)
    assert said.stdout.startswith("Bestand verstuurd naar SMWO."), said
    rows = whole(b, there, len(paths))
    assert "message-new" in [w["kind"] for w in b.k("worklist")["work"] if w["ref"] == ref]  # somebody looks at it
    assert {(r["name"], r["size"], r["from"]) for r in rows} == {(p.name, n, "Goes") for p, n in zip(paths, sizes)}
    for p in paths:
        assert taken(b, there, p.name, tmp_path / "out") == p.read_bytes()
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
        (tmp_path / "out").unlink()
    assert a.state(ref) == b.state(ref) == "offered"  # it moves nothing
    assert {e["text"] for e in b.k("show", ref)["log"] if e["act"] == "info"} == {p.name for p in paths}
    page = subprocess.run([str(BIN / "kring"), "--dir", str(b.dir), "--lang", "nl", "case", "export", there], capture_output=True, text=True).stdout
    assert all(p.name in page for p in paths) and "Bestanden" in page and "), Goes" in page  # it is held, so the person is told of it
    with pytest.raises(Refused) as e:  # what a partner showed us is not passed on
        b.k("case", "send", ref, "1")
    assert e.value.reply["code"] == "act-of-the-sender"
    # another person's consent has no tick for files
    case2, ref2, _ = referred(a, b, "identity,contact,needs")
    a.k("case", "attach", case2, str(paths[1]))
    with pytest.raises(Refused) as e:
        a.k("case", "send", ref2, "1")
    assert "attachments" in str(e.value.reply)


def test_what_is_taken_back_opens_nowhere(federation, tmp_path):
    f = federation()
    a, b = agreed(f)
    case, ref, there = referred(a, b)
    path = made(tmp_path, "a.pdf", 100000)
    a.k("case", "attach", case, str(path))
    a.k("case", "send", ref, "1")
    whole(b, there)
    gid = a.k("consent", "list", case)["grants"][0]["id"]
    a.k("consent", "withdraw", gid)
    wait_for("the file to go", lambda: not files(b, there))
    with pytest.raises(Refused) as e:
        b.k("case", "detach", there, "1", "--out", str(tmp_path / "x"))
    assert e.value.code == 3 and not (tmp_path / "x").exists()
    assert taken(a, case, 1, tmp_path / "own") == path.read_bytes()  # the own file stays
    with pytest.raises(Refused):
        a.k("case", "send", ref, "1")
    a.k("case", "close", case)
    a.k("case", "erase", case, "--now")
    with pytest.raises(Refused) as e:
        a.k("case", "attachments", case)
    assert e.value.code == 3


HOSTILE = ["../../etc/passwd", "..", "/etc/shadow", "a\\b\\c.exe", ".bashrc", "-rf", "x" * 300, "con|aux:$HOME`id`;rm", "\u00e9\u00e8 brief.pdf", ". ."]


def test_a_hostile_name_leads_nowhere(federation, tmp_path):
    f = federation("Goes")
    a, = f.start()
    case = a.new_case()
    path = made(tmp_path, "a", 5)
    for name in HOSTILE:
        a.k("case", "attach", case, str(path), "--name", name)
    names = [r["name"] for r in files(a, case)]
    assert len(names) == len(HOSTILE)
    for n in names:
        assert n and n[0] not in ".- " and len(n.encode()) <= 120 and not set(n) & set("/\\:*?\"<>|$`'&;~%"), n
    assert "\u00e9\u00e8 brief.pdf" in names and "passwd" in names
    into = tmp_path / "into"
    into.mkdir()
    for i in range(len(names)):
        r = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "case", "detach", case, str(i + 1)], cwd=into, capture_output=True, text=True)
        assert r.returncode == 0 or "already exists" in r.stderr, r.stderr
    assert {p.name for p in into.iterdir()} == set(names)
    # neither a link nor a file that lies there is touched
    (tmp_path / "precious").write_text("precious")
    (into / "link").symlink_to(tmp_path / "precious")
    for out in (into / "link", tmp_path / "precious"):
        with pytest.raises(Refused):
            a.k("case", "detach", case, "1", "--out", str(out))
    assert (tmp_path / "precious").read_text() == "precious"


def test_what_is_no_file_or_too_large_is_refused(federation, tmp_path):
    f = federation("Goes")
    a, = f.start()
    case = a.new_case()
    big = tmp_path / "big"
    with big.open("wb") as o:
        o.truncate(50 * 2**20 + 1)
    with pytest.raises(Refused) as e:
        a.k("case", "attach", case, str(big))
    assert e.value.code == 2 and e.value.reply["code"] == "file-too-large"
    os.mkfifo(tmp_path / "pipe")
    for p in (tmp_path / "pipe", tmp_path, tmp_path / "none", "/dev/null"):
        with pytest.raises(Refused):
            a.k("case", "attach", case, str(p))
    assert not files(a, case)
    with pytest.raises(Refused) as e:
        a.k("case", "detach", case, "1")
    assert e.value.code == 3


def test_the_number_tells_apart_what_has_one_name(federation, tmp_path):
    f = federation("Goes")
    a, = f.start()
    case = a.new_case()
    one = made(tmp_path, "a", 10)
    for _ in range(2):
        a.k("case", "attach", case, str(one), "--name", "brief.pdf")
    with pytest.raises(Refused) as e:
        taken(a, case, "brief.pdf", tmp_path / "x")
    assert e.value.reply["code"] == "file-several"
    assert taken(a, case, files(a, case)[1]["id"], tmp_path / "y") == one.read_bytes()
    with pytest.raises(Refused) as e:
        taken(a, case, 3, tmp_path / "x")
    assert e.value.reply["code"] == "file-unknown"


def test_each_file_that_is_taken_out_is_one_export_in_the_log(federation, tmp_path):
    f = federation("Goes")
    a, = f.start()
    case = a.new_case()
    path = made(tmp_path, "a", 3 * 2**20)  # several answers
    a.k("case", "attach", case, str(path))
    assert taken(a, case, 1, tmp_path / "b") == path.read_bytes()
    exports = lambda: len([e for e in a.k("audit", "list")["audit"] if e["event"] == "export"])
    assert exports() == 1
    # who shows the entry of one file is given the rest of that one, and of no other
    a.k("case", "attach", case, str(path), "--name", "other")
    control = ctl.Control(a.dir / "core.sock")

    def read(which, at, seq):
        r = ctl.pb.Request(version=1)
        r.file_read.case_id, r.file_read.file, r.file_read.seq = case, which, seq
        setattr(r.file_read, "from", at)
        return control.call(r)
    first = read("1", 0, 0)
    assert exports() == 2 and first.more and len(first.contents) > 1
    assert read("1", 12, first.current).current == first.current and exports() == 2
    other = read("other", 1, first.current)
    assert other.current != first.current and exports() == 3
    assert read("other", 1, first.current + 1000).current and exports() == 4


def test_a_file_goes_on_after_a_crash_of_either_side(federation, tmp_path):
    f = federation()
    a, b = agreed(f)
    case, ref, there = referred(a, b)
    path = made(tmp_path, "a.pdf", 12 * 2**20)
    a.k("case", "attach", case, str(path))
    a.k("case", "send", ref, "1")
    for n in (b, a):
        before = (files(b, there) or [{}])[0].get("have", 0)
        wait_for("some chunks", lambda: files(b, there) and files(b, there)[0]["have"] > before)
        if n is b:
            with pytest.raises(Refused) as e:
                taken(b, there, 1, tmp_path / "x")
            assert e.value.code == 4 and e.value.reply["code"] == "file-coming"
        n.stop(signal.SIGKILL)
        n.start()
        assert files(b, there)[0]["have"] >= before
    whole(b, there)
    assert taken(b, there, 1, tmp_path / "b") == path.read_bytes()


def test_a_file_goes_on_after_a_restore_of_its_sender(federation, tmp_path):
    """The copy was made before it was sent: that it may be fetched comes back with the document that said so."""
    f = federation()
    a, b = agreed(f)
    shutil.copy(a.dir / "recovery-sheet.txt", f.dir / "sheet")
    case, ref, there = referred(a, b)
    path = made(tmp_path, "a.pdf", 12 * 2**20)
    a.k("case", "attach", case, str(path))
    a.k("backup", str(f.dir / "before"))
    a.k("case", "send", ref, "1")
    wait_for("some chunks", lambda: files(b, there) and files(b, there)[0]["have"] > 0)
    b.stop(signal.SIGKILL)
    restore(a, f.dir / "before", f.dir / "sheet")
    for n in (a, b):
        n.start()
    assert files(b, there)[0]["state"] == "coming"
    wait_for("the report of the restore", lambda: b.try_k("partner", "restored", a.name) is not None)
    whole(b, there, seconds=150)  # what was not to be had is asked for again within a minute
    assert taken(b, there, 1, tmp_path / "b") == path.read_bytes()


LOSS = ("input", "iif eth0 meta l4proto tcp numgen random mod 50 == 0 drop")  # 2 %
BIG = (50 if os.environ.get("KRING_LONG") else 6) * 2**20


def test_a_large_file_comes_over_a_bad_line(wires, tmp_path):  # noqa: F811
    x, y = wires.pair()
    a, b = x, y
    for n, to in ((a, b), (b, a)):
        wires.fed.agree(n, to, WITH, WITH)
    case, ref, there = referred(a, b)
    path = made(tmp_path, "a.pdf", BIG)
    a.k("case", "attach", case, str(path))
    for n in (a, b):
        n.rules(LOSS)
    a.k("case", "send", ref, "1")
    wait_for("half of it", lambda: files(b, there) and files(b, there)[0]["have"] * 2 > files(b, there)[0]["chunks"], 300)
    b.replace()  # another machine goes on with its disk
    for n in (a, b):
        n.rules(LOSS)
    whole(b, there, 1, 300)
    assert taken(b, there, 1, tmp_path / "b") == path.read_bytes()
