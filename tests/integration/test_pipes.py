# SPDX-License-Identifier: EUPL-1.2
"""A pipe where a file is expected: nobody waits for somebody to write into it, and what somebody does write is read."""
import os
import shutil
import subprocess

import pytest
from node import BIN, Federation


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    f = Federation(tmp_path_factory.mktemp("pipes"), ("Goes",))
    f.start()
    f.nodes[0].k("backup", str(f.dir / "copy"))
    os.mkfifo(f.dir / "pipe")
    yield f
    f.stop()


def kring(d, *words, **more):
    return subprocess.run([str(BIN / "kring"), "--dir", str(d), "--lang", "en", *map(str, words)], capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL, **more)


@pytest.mark.parametrize("line", [
    "roster import {p}", "approve --in {p}", "case new --from {p}", "audit verify --with {p}", "setup --answers {p}",
    "roster verify --roster {p}", "roster sign --yes --proposal {p} --key {r}/root1.key --roster {r}/roster",
    "roster propose --op renew --roster {p} --out {d}/p", "roster add --roster {r}/roster --join {p} --out {d}/p",
    "approve abcd1234 --yes --key {p}", "federation create --name Kempen --roots 2/2 --out {d}/new --passphrase-file {p}",
    "restore {p} --check", "restore {p} --check --sheet {g}/recovery-sheet.txt", "restore {d}/copy --check --sheet {p}",
    "--dir {d}/none node init --org Doel --country BE --federation {p}", "--dir {d}/none restore {p} --sheet {g}/recovery-sheet.txt",
    "--dir {d}/none join {t} --org Doel --country BE --passphrase-file {p}", "backup --check {p}"])
def test_nobody_writes_into_it(world, line):
    g = world.nodes[0].dir
    r = kring(g, *line.format(p=world.dir / "pipe", r=world.dir / "roots", d=world.dir, g=g, t="kring1qqqq").split())
    assert r.returncode in (1, 2, 3, 4, 5) and r.stderr.strip(), r


@pytest.mark.parametrize("name", ["identity", "slots", "keyroot", "record", "roster", "join", "unlock.key", "lock", "kring.conf", "recovery-sheet.txt"])
def test_a_file_of_the_node_is_one(world, tmp_path, name):
    """What lies in a node's directory is looked at by whoever runs a tool there, and that may be root."""
    d = tmp_path / "node"
    shutil.copytree(world.nodes[0].dir, d, ignore=lambda _, names: [n for n in names if n.endswith(".sock")])
    sheet = tmp_path / "sheet"
    shutil.copy(d / "recovery-sheet.txt", sheet)
    (d / name).unlink()
    os.mkfifo(d / name)
    for line in (("doctor",), ("slot", "list"), ("sheet", "--sheet", sheet), ("config", "check"), ("status",), ("restore", world.dir / "copy", "--sheet", sheet)):
        kring(d, *line)  # ends, within its time
    assert (d / "identity").is_file()


def test_what_somebody_writes_is_read(world):
    """As the shell's <(...) hands it over."""
    shown, to = os.pipe()
    writer = subprocess.Popen(["sh", "-c", f"sleep 1; exec cat {world.dir}/roots/roster"], stdout=to)
    os.close(to)
    r = kring(world.nodes[0].dir, "roster", "verify", "--roster", f"/dev/fd/{shown}", pass_fds=[shown])
    writer.wait()
    assert r.returncode == 0 and "1 member" in r.stdout, r
