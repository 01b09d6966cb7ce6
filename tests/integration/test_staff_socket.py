# SPDX-License-Identifier: EUPL-1.2
"""Where colleagues ask: a socket that a group may reach, while the directory of the node stays its user's alone."""
import os
import pathlib
import stat
import subprocess

import pytest

from staff import STRANGER, UIDS, hire

GROUP = 41900


@pytest.fixture
def unit(federation, workdir):
    """A node as systemd starts it: a directory in /run, and a group kring-staff that only its processes see."""
    fed = federation("Goes")
    node, run = fed.nodes[0], workdir / "run"
    run.mkdir(mode=0o750)
    os.chown(run, 0, GROUP)
    workdir.chmod(0o711)
    groups = workdir / "group"
    groups.write_text(pathlib.Path("/etc/group").read_text() + f"kring-staff:x:{GROUP}:\n")
    node.before = ("env", f"RUNTIME_DIRECTORY={run}:/elsewhere", "unshare", "-m", "sh", "-c", f"mount --bind {groups} /etc/group && exec \"$@\"", "sh")
    node.start()
    fed.import_roster(node)
    return node, run


def ask(node, uid, gid, *args):
    return subprocess.run([str(node.fed.bin / "kring"), *args], capture_output=True, text=True, user=uid, group=gid, extra_groups=[],
                          env={**os.environ, "XDG_STATE_HOME": "/nonexistent"})


def test_the_group_reaches_the_socket_and_not_the_directory(unit):
    node, run = unit
    st = (run / "core.sock").stat()
    assert stat.S_ISSOCK(st.st_mode) and stat.S_IMODE(st.st_mode) == 0o660 and st.st_gid == GROUP
    assert stat.S_IMODE(node.dir.stat().st_mode) == 0o700
    hire(node, "caseworker")  # by --dir: a link leads there
    socket = ("--socket", str(run / "core.sock"))
    assert ask(node, UIDS["caseworker"], GROUP, *socket, "case", "list").returncode == 0
    r = ask(node, STRANGER, GROUP, *socket, "case", "list")  # in the group, and not named
    assert r.returncode == 1 and f"--user {STRANGER}" in r.stderr
    r = ask(node, UIDS["caseworker"], UIDS["caseworker"], *socket, "case", "list")  # named, and not in the group
    assert r.returncode == 1 and "kring-staff" in r.stderr, r.stderr
    assert not list(pathlib.Path(node.dir).glob("*.psv")) and (node.dir / "core.sock").is_symlink()


@pytest.mark.skipif(os.path.lexists("/run/kring"), reason="a node is installed here")
def test_the_client_finds_it_by_itself(unit):
    node, run = unit
    os.symlink(run, "/run/kring")
    try:
        assert "Goes" in ask(node, 0, 0, "status").stdout
    finally:
        os.unlink("/run/kring")


def test_it_comes_back_without_a_unit(unit):
    node, run = unit
    node.stop()
    node.before = ()
    node.start()
    assert not (node.dir / "core.sock").is_symlink() and node.k("status")["status"]["org"] == "Goes"
