# SPDX-License-Identifier: EUPL-1.2
"""The walls of each process, seen from outside: what the kernel says of it, and what happens when it tries."""
import os
import pathlib
import socket
import struct
import subprocess

import ctl
import pytest
from node import wait_for


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
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static void *nothing(void *p) { return p; }
static int make_socket(int family) { return socket(family, SOCK_STREAM, 0) < 0 ? 4 : 0; }
static int more(const char *what)
{
	pthread_t t;
	char c = 'x';
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (strcmp(what, "thread") == 0)
		return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0 ? 0 : 5;
	if (strcmp(what, "inet6") == 0)
		return make_socket(AF_INET6);
	if (strcmp(what, "unix") == 0)
		return make_socket(AF_UNIX);
	if (strcmp(what, "packet") == 0)
		return make_socket(AF_PACKET);
	if (strcmp(what, "vsock") == 0)
		return make_socket(AF_VSOCK);
	if (strcmp(what, "alg") == 0)
		return make_socket(AF_ALG);
	if (strcmp(what, "userns") == 0)
		return (int)syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
	if (strcmp(what, "unshare") == 0)
		return unshare(CLONE_NEWUSER);
	if (strcmp(what, "thread-in-userns") == 0)
		return (int)syscall(SYS_clone, CLONE_NEWNET | CLONE_THREAD | CLONE_VM | CLONE_SIGHAND, 0, 0, 0, 0);
	if (strcmp(what, "code") == 0)
		return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
	if (strcmp(what, "turned-code") == 0)
		return mprotect(p, 4096, PROT_READ | PROT_EXEC);
	if (strcmp(what, "dumpable") == 0)
		return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (strcmp(what, "tiocsti") == 0)
		return ioctl(0, TIOCSTI, &c);
	return 8;
}
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
	if (strcmp(what, "nothing") != 0)
		return more(what);
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
                    str(root / "daemon/base/log.c"), str(root / "daemon/base/err.c"), str(root / "daemon/base/check.c"), "-lseccomp", "-lpthread"], check=True)
    return lambda *args: subprocess.run([str(d / "probe"), *args], capture_output=True).returncode


SIGSYS = -31


@pytest.mark.parametrize("role,what,want", [("net", "open", 3), ("core", "open", 3), ("net", "inet", 0), ("core", "inet", SIGSYS),
                                            ("net", "exec", SIGSYS), ("core", "exec", SIGSYS), ("net", "ptrace", SIGSYS),
                                            ("core", "ptrace", SIGSYS), ("core", "fork", SIGSYS), ("net", "fork", SIGSYS),
                                            ("net", "inet6", 0), ("net", "thread", 0), ("core", "thread", SIGSYS),
                                            *((role, what, SIGSYS) for role in ("net", "core") for what in (
                                                "unix", "packet", "vsock", "alg", "userns", "unshare", "thread-in-userns", "code",
                                                "turned-code", "dumpable", "tiocsti")),
                                            ("net", "nothing", 0), ("core", "nothing", 0)])
def test_what_a_process_may_not_do_ends_it(probe, workdir, role, what, want):
    """net cannot even open the main database, nor reach a socket of this machine; core can make no socket.  Neither makes
    processes, namespaces, code in memory, nor itself readable to others; what is allowed goes by the arguments of the call."""
    secret = workdir / "data.mdb"
    secret.write_text("x")
    assert probe(role, what, str(secret)) == want


def test_core_answers_net_nowhere_but_on_its_line(workdir, federation):
    """Should net find a way to the control socket, core shuts it out by its process; whoever else asks is answered."""
    f = federation("Goes")
    a = f.nodes[0]
    line, theirs = socket.socketpair()
    net_end, core_end = socket.socketpair()
    core = subprocess.Popen([str(f.bin / "kringd_dev"), "--role", "core", "--dir", str(a.dir)], stdout=open(a.log, "ab"), stderr=subprocess.STDOUT,
                            preexec_fn=lambda: os.dup2(theirs.fileno(), 4), pass_fds=(4,))
    try:
        socket.send_fds(line, [struct.pack("=I", 1)], [core_end.fileno()])
        a.proc = core
        wait_for("core to answer", lambda: core.poll() is not None or a.try_k("status"))
        assert answers_us(a)  # this process is not net yet
        socket.send_fds(line, [struct.pack("=I", os.getpid())], [net_end.fileno()])
        wait_for("core to know its net", lambda: not answers_us(a))
        assert a.k("status")  # the command line is another process
    finally:
        core.kill()
        core.wait()


def answers_us(node):
    """Does core answer this very process?"""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(str(node.dir / "core.sock"))
        r = ctl.pb.Request(version=1)
        r.status.SetInParent()
        raw = r.SerializeToString()
        try:
            s.sendall(struct.pack(">I", len(raw)) + raw)
            return len(s.recv(4)) == 4
        except (BrokenPipeError, ConnectionResetError):
            return False


def test_idle_connections_keep_nobody_out(federation):
    """The place of who has been silent for longest is given away; whoever waits for an answer keeps its own."""
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    idle = []
    for _ in range(200):
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(a.dir / "core.sock"))
        idle.append(s)
    for _ in range(3):
        assert a.k("status")["status"]
    for s in idle:
        s.close()
