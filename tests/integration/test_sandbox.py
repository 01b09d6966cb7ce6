# SPDX-License-Identifier: EUPL-1.2
"""The walls of each process, seen from outside: what the kernel says of it, and what happens when it tries."""
import base64
import os
import pathlib
import re
import resource
import socket
import struct
import subprocess

import ctl
import pytest
import zmq.utils.z85
from nacl import bindings as sodium
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
    filters = [status(f"{a.children()['core']}/task/{t.name}")["Seccomp"].strip() for t in pathlib.Path(f"/proc/{a.children()['core']}/task").iterdir()]
    assert filters == ["2", "2"], "core has its loop and the thread of its store, both behind the filter"
    links = {role: [os.readlink(p) for p in pathlib.Path(f"/proc/{pid}/fd").iterdir()] for role, pid in a.children().items()}
    assert not [x for x in links["net"] if "data.mdb" in x or "main/log" in x or "keyroot" in x or "slots" in x or "identity" in x]
    inet = pathlib.Path(f"/proc/{a.children()['core']}/net/tcp").read_text()  # the same table for both: look at inodes
    ours = {x.split("[")[1][:-1] for x in links["core"] if x.startswith("socket:")}
    assert not [row for row in inet.splitlines()[1:] if row.split()[9] in ours], "core has an inet socket"


def may_lock():
    return int(status("self")["CapEff"], 16) >> 14 & 1 or resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY


@pytest.mark.skipif(not may_lock(), reason="memory may not be locked here")
def test_nothing_of_net_goes_to_the_swap(federation):
    """ZeroMQ copies the transport key for each socket and connection: all that net may write to is locked, also what it got
    later, with a partner connected."""
    f = federation()
    a, _ = f.start()
    f.await_connected(a)
    pid = a.children()["net"]
    assert int(status(pid)["VmLck"].split()[0]) > 0
    maps = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", pathlib.Path(f"/proc/{pid}/smaps").read_text(), flags=re.M)
    ours = [m for m in maps if re.match(r"\S+ rw.p ", m)]
    assert len(ours) > 5
    for m in ours:
        flags = re.search("^VmFlags:(.*)", m, re.M)[1].split()
        assert "lo" in flags or "dp" in flags, m  # dp: the kernel drops it rather than write it out (random state of newer libcs)
    assert not [x for x in a.k("status")["status"].get("alarms", []) if x["what"] == "keys-not-locked"]


def writable(pid):
    """(bytes, locked) of each region that this process may write to."""
    with open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for m in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", pathlib.Path(f"/proc/{pid}/smaps").read_text(), flags=re.M):
            at = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw.p ", m)
            if at and "[v" not in m:
                mem.seek(int(at[1], 16))
                yield mem.read(int(at[2], 16) - int(at[1], 16)), " lo" in re.search("^VmFlags:(.*)", m, re.M)[1]


def secret_of(pid, public):
    """What of this process's memory makes that public key."""
    for data, _ in writable(pid):
        for i in range(0, len(data) - 31, 8):
            x = data[i:i + 32]
            if len(set(x)) > 20 and sodium.crypto_scalarmult_base(x) == public:
                return x
    raise AssertionError("net has no key of this node")


@pytest.mark.skipif(os.getuid() != 0, reason="only root reads another process's memory")
def test_the_transport_key_lies_in_locked_memory_and_nowhere_else(federation):
    """The secret itself is looked for: in all files of the node, and in what core may write to and has not locked, where it was
    on its way to net."""
    f = federation()
    a, _ = f.start()
    f.await_connected(a)
    sec = secret_of(a.children()["net"], f.record_of(a)[2])
    forms = (sec, sec.hex().encode(), base64.b64encode(sec), zmq.utils.z85.encode(sec))
    assert [1 for data, locked in writable(a.children()["core"]) if locked and sec in data], "it is not found where it is"
    for data, locked in writable(a.children()["core"]):
        assert locked or not [x for x in forms if x in data]
    for p in [p for p in a.dir.rglob("*") if p.is_file()] + [a.log]:
        raw = p.read_bytes()
        assert not [x for x in forms if x in raw], p


PROBE = r"""
#include "roles/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static enum sandbox_role role;
/* A thread that starts where the store's does, and tries something when the walls stand. */
static const char *beside;
static pthread_t other;
static int line[2], runs[2];
static void *later(void *p)
{
	char c;
	(void)p;
	if (write(runs[1], "x", 1) != 1 || read(line[0], &c, 1) != 1)
		exit(7);
	if (strcmp(beside, "unix") == 0)
		exit(socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 4 : 0);
	if (strcmp(beside, "open") == 0)
		exit(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 3 : 0);
	return NULL;
}
static enum err threads(void *ctx)
{
	char c;
	(void)ctx;
	if (beside == NULL)
		return ERR_OK;
	if (pipe(line) != 0 || pipe(runs) != 0 || pthread_create(&other, NULL, later, NULL) != 0)
		return ERR_NOMEM;
	return read(runs[0], &c, 1) == 1 ? ERR_OK : ERR_IO; /* what begins a thread is not allowed later */
}
static enum err enter(void)
{
	const struct sandbox_own own = {"/tmp", threads, NULL};
	return sandbox_enter(role, role == SANDBOX_CORE ? &own : NULL, NULL);
}
/* A call with these numbers: 'self' is this process, what is left out is -1. */
static int call(int n, char **words)
{
	long a[7] = {-1, -1, -1, -1, -1, -1, -1};
	for (int i = 0; i < n && i < 7; i++)
		a[i] = i == 0 ? seccomp_syscall_resolve_name(words[0]) : strcmp(words[i], "self") == 0 ? (long)getpid() : strtol(words[i], NULL, 0);
	if (enter() != ERR_OK)
		return 9;
	(void)syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	return 0;
}
/* Every call there is, each by a process of its own and with arguments that mean nothing: the names of those that did not end it. */
static int every(void)
{
	for (int no = 0; no < 500; no++) {
		const char *name;
		int status;
		pid_t child;
		if (no == 335 || no == 336)
			continue; /* uretprobe and uprobe: no filter sees them, since Linux 6.13 */
		child = fork();
		if (child == 0) {
			(void)alarm(2); /* some wait for ever */
			if (enter() != ERR_OK)
				_exit(9);
			(void)syscall(no, -1, -1, -1, -1, -1, -1);
			_exit(0);
		}
		if (waitpid(child, &status, 0) != child || (WIFEXITED(status) && WEXITSTATUS(status) == 9))
			return 9;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			printf("%s\n", (name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, no)) != NULL ? name : "one without a name");
	}
	return 0;
}
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
	role = argv[1][0] == 'n' ? SANDBOX_NET : argv[1][0] == 'w' ? SANDBOX_WEB : SANDBOX_CORE;
	if (argc == 3 && strcmp(what, "every") == 0)
		return every();
	if (strcmp(what, "call") == 0)
		return call(argc - 3, argv + 3);
	if (strncmp(what, "beside-", 7) == 0)
		beside = what + 7;
	if (argc != 4 || enter() != ERR_OK)
		return 9;
	if (beside != NULL)
		return write(line[1], "x", 1) == 1 ? pthread_join(other, NULL) : 7;
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
                    str(root / "daemon/base/log/log.c"), str(root / "daemon/base/clock.c"), str(root / "daemon/base/err.c"), str(root / "daemon/base/cause.c"), str(root / "daemon/base/check.c"), "-lseccomp", "-lpthread"], check=True)
    return lambda *args: subprocess.run([str(d / "probe"), *map(str, args)], capture_output=True, text=True)


SIGSYS = -31


@pytest.mark.parametrize("role,what,want", [("net", "open", 3), ("core", "open", 3), ("net", "inet", 0), ("core", "inet", SIGSYS),
                                            ("net", "exec", SIGSYS), ("core", "exec", SIGSYS), ("net", "ptrace", SIGSYS),
                                            ("core", "ptrace", SIGSYS), ("core", "fork", SIGSYS), ("net", "fork", SIGSYS),
                                            ("net", "inet6", 0), ("net", "thread", 0), ("core", "thread", SIGSYS),
                                            ("web", "open", 3), ("web", "inet", SIGSYS), ("web", "inet6", SIGSYS), ("web", "exec", SIGSYS), ("web", "ptrace", SIGSYS),
                                            ("web", "fork", SIGSYS), ("web", "thread", SIGSYS), ("web", "nothing", 0),
                                            *((role, what, SIGSYS) for role in ("net", "core", "web") for what in (
                                                "unix", "packet", "vsock", "alg", "userns", "unshare", "thread-in-userns", "code",
                                                "turned-code", "dumpable", "tiocsti")),
                                            ("net", "nothing", 0), ("core", "nothing", 0),
                                            ("core", "beside-unix", SIGSYS), ("core", "beside-open", 3), ("core", "beside-nothing", 0)])
def test_what_a_process_may_not_do_ends_it(probe, workdir, role, what, want):
    """net cannot even open the main database, nor reach a socket of this machine; core and web can make no socket, and web no thread.  None of them makes
    processes, namespaces, code in memory, nor itself readable to others; what is allowed goes by the arguments of the call."""
    secret = workdir / "data.mdb"
    secret.write_text("x")
    assert probe(role, what, secret).returncode == want


# What a process may call whatever the arguments; "softly": it is told that it may not, and goes on.
BOTH = """read write close recvfrom sendto epoll_wait epoll_pwait epoll_ctl munmap mremap brk getrandom getpid accept4 getsockopt futex exit
exit_group rt_sigreturn clock_gettime restart_syscall gettid madvise getsockname recvmsg sendmsg rt_sigprocmask shutdown""".split()
SOFTLY = "open openat readlink readlinkat access faccessat faccessat2 stat statx clone3".split()
CORE = """pwrite64 pread64 pwritev writev lseek fallocate fdatasync fsync fstat fstatfs newfstatat getuid mlock munlock msync ftruncate unlink
sched_yield sched_getaffinity""".split()
NET = """bind listen connect getpeername setsockopt poll ppoll set_robust_list rseq mlock munlock sched_getparam sched_getscheduler
sched_setscheduler sched_getaffinity eventfd2 epoll_create1 rt_sigaction sigaltstack clock_nanosleep nanosleep uname""".split()
WEB = "setsockopt getpeername writev".split()


@pytest.mark.parametrize("role,own", [("net", NET), ("core", CORE), ("web", WEB)])
def test_what_a_process_may_call_is_this_and_no_more(probe, role, own):
    """Every call of the kernel is tried from inside."""
    r = probe(role, "every")
    assert r.returncode == 0
    assert set(r.stdout.split()) == {*BOTH, *SOFTLY, *own}


# ... and what it may call by argument: (who may, call, arguments).  prctl 15 is PR_SET_NAME, 4 PR_SET_DUMPABLE; fcntl 8 is F_SETOWN, 10 F_SETSIG,
# 1026 F_NOTIFY, 1030 F_DUPFD_CLOEXEC; clone 0x10000 is CLONE_THREAD; the second of mmap's last is PROT_READ or with PROT_EXEC.
GOOD, NOBODY = ("net", "core", "web"), ()
ARGUMENTS = [
    *((("net",), "socket", (f, 1, 0)) for f in (socket.AF_INET, socket.AF_INET6)), (("net",), "socket", (16, 3, 0)),
    *((NOBODY, "socket", (f, 1, 0)) for f in range(46) if f not in (2, 10, 16)),
    *((GOOD, "fcntl", (0, c)) for c in (1, 2, 3, 4, 5, 6, 1030)), *((NOBODY, "fcntl", (0, c, "self")) for c in (8, 10, 15, 1024, 1026, 1031, 1033, 1036)),
    *((GOOD, "ioctl", (0, c)) for c in (0x5421, 0x5451, 0x541B, 0x5401)),
    *((NOBODY, "ioctl", (0, c)) for c in (0x5412, 0x541C, 0x5402, 0x540E, 0x8901, 0x8912, 0x8914, 0x8B00, 0x9409, 0xAE01)),
    (GOOD, "tgkill", ("self", "self", 0)), *((NOBODY, "tgkill", (p, p, s)) for p in (1, 0, -1) for s in (0, 9)),
    (GOOD, "mmap", (0, 4096, 1, 0x22, -1, 0)), *((NOBODY, "mmap", (0, 4096, p, 0x22, -1, 0)) for p in (4, 5, 7)),
    (GOOD, "mprotect", (0, 0, 3)), *((NOBODY, "mprotect", (0, 0, p)) for p in (4, 5, 7)),
    (("net",), "prctl", (15, 0)), *((NOBODY, "prctl", (c, 1)) for c in (1, 4, 8, 10, 15 + 256, 22, 23, 28, 36, 38, 47, 0x59616d61)),
    *((NOBODY, "clone", (f,)) for f in (17, 0x10000000, 0x10000 | 0x40000000, 0x10000 | 0x20000, 0x4000 | 17)),
]


@pytest.mark.parametrize("call", sorted({c for _, c, _ in ARGUMENTS}))
def test_what_a_process_may_call_by_argument(probe, call):
    wrong = [(role, args, may) for may, name, args in ARGUMENTS if name == call for role in ("net", "core", "web")
             if (probe(role, "call", call, *args).returncode != SIGSYS) != (role in may)]
    assert not wrong, wrong
    refused = [args for may, name, args in ARGUMENTS if name == call and not may]
    assert refused


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
