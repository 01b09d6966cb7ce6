# SPDX-License-Identifier: EUPL-1.2
"""A file that a command makes is whole or not there: on a full disk, killed half-way, and beside what lies there already."""
import json
import os
import resource
import signal
import subprocess

import pytest
from node import BIN, Federation, offered


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("files"))
    a, b = f.start()
    case, ref = offered(a, b)
    letter = f.dir / "letter.txt"
    letter.write_bytes(b"x" * 3000)
    a.k("case", "attach", case, str(letter))
    proposal = a.k("partner", "lift", "smwo")["proposal"]
    f.makes = {"backup": ("backup", "{}"),
               "backup into": ("backup", "--into", "{}"),
               "roster": ("roster", "export", "{}"),
               "proposal": ("approve", proposal, "--out", "{}"),
               "attachment": ("case", "detach", case, "1", "--out", "{}"),
               "person": ("case", "export", case, "--html", "{}"),
               "letter": ("letter", ref, "--html", "{}"),
               "answers": ("setup", "--write-answers", "{}")}
    yield f
    f.stop()


def kring(f, what, path, *more, most=None, dies=False):
    """most: bytes of a file that the system allows; what a full disk is to a program, or the end of it."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    words = [str(x).format(path) for x in f.makes[what]]
    return subprocess.run([str(BIN / "kring"), "--dir", str(f.nodes[0].dir), "--lang", "en", *more, *words], capture_output=True, text=True, timeout=20,
                          stdin=subprocess.DEVNULL, preexec_fn=limit if most else None, restore_signals=dies)


KINDS = ["backup", "backup into", "roster", "proposal", "attachment", "person", "letter", "answers"]


@pytest.mark.parametrize("what", [k for k in KINDS if k != "answers"])
def test_a_disk_without_room(world, tmp_path, what):
    """Answers are asked on a terminal: they are tried below."""
    path = tmp_path / "made"
    r = kring(world, what, path, most=64)
    assert r.returncode == 4 and "cannot write this file" in r.stderr and "made" in r.stderr and "make room" in r.stderr, r
    r = kring(world, what, path, "--json", most=64)
    if what not in ("person", "letter"):
        assert r.returncode == 4 and (json.loads(r.stdout)["code"], r.stderr) == ("cannot-write", ""), r
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == []
    # and with room
    r = kring(world, what, path)
    made = [p for p in tmp_path.rglob("*") if not p.is_dir() and p.suffix != ".sha256"]
    assert r.returncode == 0 and len(made) == 1 and made[0].stat().st_mode & 0o777 == 0o600 and made[0].stat().st_size > 64, r


@pytest.mark.parametrize("what", [k for k in KINDS if k != "answers"])
def test_killed_while_it_writes(world, tmp_path, what):
    path = tmp_path / "made"
    r = kring(world, what, path, most=64, dies=True)
    assert r.returncode == -signal.SIGXFSZ, r
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == []
    assert kring(world, what, path).returncode == 0


@pytest.mark.parametrize("what", [k for k in KINDS if k != "backup into"])
def test_what_lies_there_stays(world, tmp_path, what):
    """Nothing is written over, no link is followed or replaced, and nobody waits at a pipe."""
    aim = tmp_path / "aim"
    there = {"file": lambda p: p.write_text("mine"), "empty": lambda p: p.write_text(""), "directory": lambda p: p.mkdir(), "pipe": os.mkfifo,
             "link": lambda p: p.symlink_to(aim)}
    for name, make in there.items():
        path = tmp_path / name
        make(path)
        before = os.lstat(path)
        r = kring(world, what, path)
        assert r.returncode == 1 and f"already exists: {path}" in r.stderr and "choose another name" in r.stderr, (name, r)
        now = os.lstat(path)
        assert (now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)
    assert not aim.exists() and {p.name for p in tmp_path.iterdir()} == set(there)


def test_a_checksum_that_finds_no_room(world, tmp_path):
    """The backup is there, and that is said; a program gets one document."""
    for words in ((), ("--json",)):
        path = tmp_path / f"made{len(words)}"
        (tmp_path / f"{path.name}.sha256").mkdir()
        r = kring(world, "backup", path, *words)
        said = json.loads(r.stdout)["what"] if words else r.stderr
        assert r.returncode == 1 and "the file was made, but not the checksum beside it" in said and path.exists(), r
        whole = " ".join((r.stdout + r.stderr).split())
        assert "directory" in whole and f"once {path}.sha256 can be written, sha256sum makes it" in whole, r
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made0", "made0.sha256", "made1", "made1.sha256"]


@pytest.mark.parametrize("more", [("--out", "{}"), ("--key", "{}")])
def test_a_refusal_is_json_where_json_is_asked(world, tmp_path, more):
    """The entry that would be signed is no answer; that there is none, is."""
    world.makes["none"] = ("approve", "0" * 32, *more)
    r = kring(world, "none", tmp_path / "x", "--json")
    assert r.returncode == 3 and (json.loads(r.stdout)["code"], r.stderr) == ("proposal-unknown", "") and list(tmp_path.iterdir()) == [], r


def offline(*words, most=None):
    """A command that needs no node; most: as above."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return subprocess.run([str(BIN / "kring"), "--lang", "en", *map(str, words)], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
                          preexec_fn=limit if most else None, restore_signals=False)


def files_in(d):
    return {str(p.relative_to(d)): p.read_bytes() for p in d.rglob("*") if p.is_file()}


@pytest.mark.parametrize("left", [["root1.key", "root2.key", "root3.key", "roster"], ["root3.key"], ["root7.key"], ["roster"]])
def test_the_keys_of_roots_are_never_written_over(tmp_path, left):
    """All of them there, one that is still waiting for its organisation, one of a larger federation, none but the roster."""
    d = tmp_path / "roots"
    make = ("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", d)
    assert offline(*make).returncode == 0
    (d / "root2.key").rename(d / "root7.key") if "root7.key" in left else None
    for p in [p for p in d.iterdir() if p.name not in left]:
        p.unlink()
    before = files_in(d)
    r = offline(*make)
    assert r.returncode == 1 and any(x in r.stderr for x in left) and "stays as it is" in r.stderr and not r.stdout, r
    assert files_in(d) == before


def test_new_roots_are_not_drawn_over_the_old_ones(tmp_path):
    """The old ones have to sign the change."""
    d = tmp_path / "roots"
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", d).returncode == 0
    before = files_in(d)
    change = ("roster", "propose", "--roster", d / "roster", "--op", "rotate-roots", "--roots", "2/2", "--out", tmp_path / "p", "--keys")
    r = offline(*change, d)
    assert r.returncode == 1 and "root1.key" in r.stderr and "stays as it is" in r.stderr, r
    assert files_in(d) == before and not (tmp_path / "p").exists()
    assert offline(*change, tmp_path / "new").returncode == 0


@pytest.mark.parametrize("what", ["root1.key", "roster", "letter", "link"])
def test_a_proposal_takes_the_place_of_a_proposal_alone(tmp_path, what):
    d = tmp_path / "roots"
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", d).returncode == 0
    (d / "letter").write_text("x")
    (d / "link").symlink_to(d / "letter")
    before = files_in(d)
    renew = lambda to: offline("roster", "propose", "--roster", d / "roster", "--op", "renew", "--out", to)  # noqa: E731
    r = renew(d / what)
    assert r.returncode == 1 and what in r.stderr and "is no proposal" in r.stderr and files_in(d) == before, r
    assert renew(tmp_path / "p").returncode == 0 and renew(tmp_path / "p").returncode == 0  # one that was overtaken is made again


def test_roots_on_a_disk_without_room_leave_nothing(tmp_path):
    """Whatever did not fit: a key, the first one or a later one, or the roster."""
    d = tmp_path / "roots"
    for most in (8, 100):  # a key has 40 bytes, a roster more
        r = offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", d, most=most)
        assert r.returncode == 1 and "too large" in r.stderr and not d.exists(), (r, most)
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", d).returncode == 0


def test_what_lies_where_a_key_is_written_first_gets_none_of_it(tmp_path):
    """A file is written under another name first.  Somebody who made one of that name beforehand would hold what is written."""
    d = tmp_path / "roots"
    d.mkdir()
    os.mkfifo(d / "root1.key.new")
    mine = os.open(d / "root2.key.new", os.O_RDWR | os.O_CREAT, 0o666)
    pipe = os.open(d / "root1.key.new", os.O_RDONLY | os.O_NONBLOCK)
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", d).returncode == 0
    assert os.read(pipe, 100) == b"" and os.pread(mine, 100, 0) == b""
    assert sorted(p.name for p in d.iterdir()) == ["root1.key", "root2.key", "root3.key", "roster"]
    assert {p.stat().st_mode & 0o777 for p in d.iterdir()} == {0o600}


def test_a_node_that_finds_no_room_can_be_made_again(tmp_path):
    """What is left of a node keeps another one from being made there: so nothing is left."""
    roots, d = tmp_path / "roots", tmp_path / "node"
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", roots).returncode == 0
    make = ("--dir", d, "node", "init", "--org", "OCMW Geel", "--country", "BE-VLG", "--listen", "tcp://127.0.0.1:7001", "--federation", roots / "roster")
    for most in (100, 300, 390, 1000):  # slots, identity, roster, keyroot
        r = offline(*make, most=most)
        assert r.returncode == 1 and "too large" in r.stderr, (most, r)
        assert not d.exists() or not list(d.iterdir()), (most, list(d.iterdir()))
    d.mkdir(exist_ok=True)  # as a package makes it
    assert offline(*make, most=100).returncode == 1 and list(d.iterdir()) == []
    assert offline(*make).returncode == 0


def rotate_roots(tmp_path):
    """A federation, and the command that draws new roots for it; where the proposal goes is left open."""
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", tmp_path / "roots").returncode == 0
    return ("roster", "propose", "--roster", tmp_path / "roots/roster", "--op", "rotate-roots", "--roots", "2/2", "--keys", tmp_path / "new", "--out")


@pytest.mark.parametrize("there", [False, True])
def test_no_root_is_drawn_for_a_proposal_that_is_not_made(tmp_path, there):
    """What may not be written over, a folder that is not there, and a disk that has room for keys alone; into a folder of its own or one
    in which something lies."""
    make, new = rotate_roots(tmp_path), tmp_path / "new"
    (tmp_path / "letter").write_text("x")
    if there:
        new.mkdir()
        (new / "note").write_text("mine")
    left = {"note": b"mine"} if there else {}
    for to, most, said in ((tmp_path / "letter", None, "is no proposal"), (tmp_path / "roots/roster", None, "is no proposal"),
                           (tmp_path / "none/p", None, "no such file"), (new / "root1.key", None, "is no proposal"), (tmp_path / "p", 100, "too large")):
        r = offline(*make, to, most=most)
        assert r.returncode == 1 and said in r.stderr and str(to) in r.stderr and not r.stdout, r
        assert files_in(new) == left and not (tmp_path / "p").exists(), (to, files_in(new))
    r = offline(*make, tmp_path / "p")
    assert r.returncode == 0 and sorted(files_in(new)) == sorted([*left, "root1.key", "root2.key"]), r


@pytest.mark.parametrize("op", [("renew",), ("remove", "--node", "Nergens"), ("policy", "--policy", "nonsense"), ("rotate-roots", "--roots", "1/1", "--keys", "{}/new")])
def test_where_a_proposal_may_not_lie_is_said_before_anything_else(tmp_path, op):
    rotate_roots(tmp_path)
    r = offline("roster", "propose", "--roster", tmp_path / "roots/roster", "--out", tmp_path / "roots/root1.key", "--op", *(x.format(tmp_path) for x in op))
    assert r.returncode == 1 and "is no proposal" in r.stderr, r


def node_of(tmp_path):
    d = tmp_path / "node"
    assert offline("federation", "create", "--name", "Kempen", "--roots", "2/3", "--out", tmp_path / "roots").returncode == 0
    make = ("--dir", d, "node", "init", "--org", "OCMW Geel", "--country", "BE-VLG", "--listen", "tcp://127.0.0.1:7001", "--federation", tmp_path / "roots/roster")
    return d, make


def test_a_key_that_opens_nothing_is_not_left(tmp_path):
    """It was drawn for a way that there is no room for: in the file of the ways, or on the disk."""
    d, make = node_of(tmp_path)
    assert offline(*make).returncode == 0
    add = ("--dir", d, "slot", "add", "--kind", "key-file", "--file")
    r = offline(*add, tmp_path / "key", most=40)
    assert r.returncode == 1 and "too large" in r.stderr and not (tmp_path / "key").exists(), r
    assert offline(*add, tmp_path / "key").returncode == 0
    for n in range(20):
        r = offline(*add, tmp_path / f"key{n}")
        if r.returncode:
            break
    assert r.returncode == 1 and not (tmp_path / f"key{n}").exists() and (tmp_path / f"key{n - 1}").exists(), r
    r = offline(*add, tmp_path / "key")  # one that was there stays, whatever comes of it
    assert r.returncode == 1 and (tmp_path / "key").exists(), r


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_a_node_could_not_be_made_in_goes_again(tmp_path, there):
    d, make = node_of(tmp_path)
    if there:
        d.mkdir()
    for most in (100, 300, 390, 1000):
        r = offline(*make, most=most)
        assert r.returncode == 1 and d.exists() == there, (most, r)
    r = offline(*make, "--passphrase-file", tmp_path / "none")
    assert r.returncode == 2 and d.exists() == there, r
