# SPDX-License-Identifier: EUPL-1.2
"""The walls of each process, seen from outside: what the kernel says of it, and what happens when it tries."""
import os
import pathlib
import subprocess

import pytest


def status(pid):
    return dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())


def test_each_process_is_behind_its_walls(federation):
    f = federation()
    a, _ = f.start()
    for role, pid in a.children().items():
        s = status(pid)
        assert s["Seccomp"].strip() == "2" and s["NoNewPrivs"].strip() == "1", role
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert "Max core file size        0                    0" in limits
    links = {role: [os.readlink(p) for p in pathlib.Path(f"/proc/{pid}/fd").iterdir()] for role, pid in a.children().items()}
    assert not [x for x in links["net"] if "data.mdb" in x or "keyroot" in x or "slots" in x or "identity" in x]
    inet = pathlib.Path(f"/proc/{a.children()['core']}/net/tcp").read_text()  # the same table for both: look at inodes
    ours = {x.split("[")[1][:-1] for x in links["core"] if x.startswith("socket:")}
    assert not [row for row in inet.splitlines()[1:] if row.split()[9] in ours], "core has an inet socket"


PROBE = r"""
#include "roles/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	const char *what = argv[2];
	if (argc != 4 || sandbox_enter(argv[1][0] == 'n' ? SANDBOX_NET : SANDBOX_CORE, argv[1][0] == 'n' ? NULL : "/tmp", NULL) != ERR_OK)
		return 9;
	if (strcmp(what, "open") == 0)
		return open(argv[3], O_RDONLY) < 0 && errno == EACCES ? 3 : 0;
	if (strcmp(what, "inet") == 0)
		return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 4 : 0;
	if (strcmp(what, "exec") == 0)
		return execl("/bin/true", "true", (char *)0);
	if (strcmp(what, "ptrace") == 0)
		return (int)ptrace(PTRACE_TRACEME, 0, 0, 0);
	if (strcmp(what, "fork") == 0)
		return fork() < 0;
	return 0;
}
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    """The real sandbox.c around a program that tries things."""
    d = tmp_path_factory.mktemp("probe")
    root = pathlib.Path(__file__).resolve().parents[2]
    (d / "probe.c").write_text(PROBE)
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", f"-I{root / 'daemon'}", "-o", str(d / "probe"), str(d / "probe.c"), str(root / "daemon/roles/sandbox.c"),
                    str(root / "daemon/base/log.c"), str(root / "daemon/base/err.c"), str(root / "daemon/base/check.c"), "-lseccomp"], check=True)
    return lambda *args: subprocess.run([str(d / "probe"), *args], capture_output=True).returncode


SIGSYS = -31


@pytest.mark.parametrize("role,what,want", [("net", "open", 3), ("core", "open", 3), ("net", "inet", 0), ("core", "inet", SIGSYS),
                                            ("net", "exec", SIGSYS), ("core", "exec", SIGSYS), ("net", "ptrace", SIGSYS),
                                            ("core", "ptrace", SIGSYS), ("core", "fork", SIGSYS), ("net", "nothing", 0), ("core", "nothing", 0)])
def test_what_a_process_may_not_do_ends_it(probe, workdir, role, what, want):
    """net cannot even open the main database; core can make no socket."""
    secret = workdir / "data.mdb"
    secret.write_text("x")
    assert probe(role, what, str(secret)) == want
