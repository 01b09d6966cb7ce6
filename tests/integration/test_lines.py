# SPDX-License-Identifier: EUPL-1.2
"""The line between two nodes: where one listens, and what happens when the network does not do what it should."""
import ctypes
import ctypes.util
import errno
import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest
from node import BIN, Federation, Node, free_port, wait_for

ROOT_ONLY = pytest.mark.skipif(os.getuid() != 0 or shutil.which("ip") is None or shutil.which("nft") is None,
                               reason="network namespaces need root, iproute2 and nftables")


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


def words(n, *args):
    r = subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), *args], capture_output=True, text=True, env={**os.environ, "LANG": "C.UTF-8"})
    return r.stdout + r.stderr


def status(n):
    return (n.try_k("status") or {}).get("status", {})


def errors(n):
    return [x for x in n.log.read_text().splitlines() if x.startswith("error ")]


@pytest.fixture
def lone(workdir):
    f = Federation(workdir, orgs=("Goes",))
    try:
        yield f.nodes[0]
    finally:
        f.stop()


# ---- where one listens ----

def test_a_port_that_another_program_has_is_said_and_taken_as_soon_as_it_is_free(lone):
    with socket.socket() as other:
        other.bind(("127.0.0.1", lone.port))
        other.listen()
        lone.start()
        s = wait_for("the reason", lambda: status(lone).get("listen_error") and status(lone))
        assert (s["listen_error"], s["listen_errno"]) == ("address-in-use", errno.EADDRINUSE)
        assert abs(s["listen_since_ms"] / 1000 - time.time()) < 60
        assert "not-listening" in [a["what"] for a in s["alarms"]]
        text = words(lone, "status")
        assert f"tcp://127.0.0.1:{lone.port}, since " in text and "another program listens on this port (errno 98)" in text, text
        assert f"listens on   tcp://127.0.0.1:{lone.port}" not in text
        children = lone.children()
        wait_for("another try", lambda: time.time() * 1000 - s["listen_since_ms"] > 1500)
        assert len(errors(lone)) == 1 and "why=" in errors(lone)[0], "said once, not at every try"
    wait_for("to listen", lambda: not status(lone).get("listen_error"))
    assert lone.children() == children
    assert "not-listening" not in words(lone, "status") and f"listens on   tcp://127.0.0.1:{lone.port}" in words(lone, "status")


def start_fails(n, *wrap, seconds=8):
    """(exit code, its error lines) of a start that cannot succeed."""
    r = subprocess.run([*wrap, str(BIN / "kringd_dev"), "--dir", str(n.dir)], capture_output=True, text=True, timeout=seconds)
    return r.returncode, [x for x in r.stderr.splitlines() if x.startswith(("error ", "kringd: "))]


def test_a_directory_whose_socket_path_is_too_long_is_named(lone):
    deep = lone.dir.parent / ("een-lange-map-van-een-gemeente/" * 4) / "n"
    deep.parent.mkdir(parents=True)
    shutil.copytree(lone.dir, deep)
    lone.dir = deep
    code, said = start_fails(lone)
    assert code == 78 and len(said) == 1, said
    assert f"too long: {len(str(deep)) + len('/core.sock')} characters, 107 at most" in said[0], said


def test_a_kernel_without_seccomp_is_named(lone):
    lib = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2", use_errno=True)
    libc = ctypes.CDLL(None, use_errno=True)

    class Arg(ctypes.Structure):
        _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]

    lib.seccomp_init.restype = ctypes.c_void_p

    def without():
        f = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(0x7FFF0000)))
        refuse = ctypes.c_uint32(0x00050000 | errno.EINVAL)
        lib.seccomp_rule_add(f, refuse, lib.seccomp_syscall_resolve_name(b"seccomp"), 0)
        lib.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Arg)]
        lib.seccomp_rule_add_array(f, refuse, lib.seccomp_syscall_resolve_name(b"prctl"), 1, Arg(0, 4, 22, 0))  # PR_SET_SECCOMP
        libc.prctl(38, 1, 0, 0, 0)
        lib.seccomp_load(f)

    r = subprocess.run([str(BIN / "kringd_dev"), "--dir", str(lone.dir)], capture_output=True, text=True, timeout=8, preexec_fn=without)
    said = [x for x in r.stderr.splitlines() if x.startswith("error ")]
    assert r.returncode == 78 and len(said) == 1 and "seccomp" in said[0] and "CONFIG_SECCOMP_FILTER" in said[0], r.stderr


@ROOT_ONLY
def test_a_port_below_1024_without_the_right_to_it_ends_the_start(lone):
    conf = lone.dir / "kring.conf"
    conf.write_text(conf.read_text().replace(f":{lone.port}", ":700"))
    for p in (lone.dir, lone.dir.parent, *lone.dir.parent.parents[:-1]):
        os.chmod(p, os.stat(p).st_mode | 0o055)
    subprocess.run(["chown", "-R", "65534:65534", str(lone.dir)], check=True)
    code, said = start_fails(lone, "unshare", "--net", "bash", "-c", "ip link set lo up; exec setpriv --reuid=65534 --regid=65534 --clear-groups "
                             "--bounding-set=-all --inh-caps=-all \"$@\"", "x")
    assert code == 78 and len(said) == 1 and "below 1024" in said[0] and "errno=13" in said[0], said


@pytest.mark.parametrize("listen, why", [("tcp://kring.example:7001", "no name"), ("tcp://[fe80::1]:7001", "link-local"),
                                         ("tcp://[fe80::1%eth0]:7001", "zone"), ("tcp://::1:7001", "brackets"), ("tcp://[::1]", "port is missing"),
                                         ("tcp://127.0.0.1:0", "1 to 65535"), ("tcp://127.0.0.1:65536", "1 to 65535"),
                                         ("tcp://[::ffff:127.0.0.1]:7001", "IPv4"), ("tcp://0.0.0.0:7001", "--address"),
                                         ("tcp://[::]:7001", "--address")])
def test_an_address_that_cannot_work_is_refused_where_it_is_given(workdir, listen, why):
    f = Federation(workdir, orgs=())
    r = subprocess.run([str(BIN / "kring"), "--dir", str(workdir / "n"), "node", "init", "--org", "N", "--country", "NL", "--listen", listen,
                        "--federation", str(f.roster)], capture_output=True, text=True)
    assert r.returncode != 0 and why in r.stderr and "--listen" in r.stderr and not (workdir / "n").exists(), r.stderr


def test_everywhere_is_never_told_to_partners(federation):
    f = federation("Goes")
    a, = f.start()
    for at in ("tcp://0.0.0.0:7001", "tcp://[::]:7001", "tcp://[fe80::1]:7001", "tcp://localhost:7001"):
        r = words(a, "address", at)
        assert "usage" not in r and ("every address" in r or "link-local" in r or "no name" in r), r
        r = words(a, "invite", "--org", "Nieuw", "--at", at)
        assert "--at" in r and ("every address" in r or "link-local" in r or "no name" in r), r
    conf = (a.dir / "kring.conf")
    conf.write_text(conf.read_text().replace("Listen=tcp://127.0.0.1:", "Listen=tcp://goes.example:"))
    a.stop()
    code, said = start_fails(a)
    assert code == 78 and len(said) == 1 and "kring.conf: Listen=tcp://goes.example" in said[0] and "no name" in said[0], said


# ---- IPv6 ----

def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def six(f, org, listen, address=None):
    """A node of the federation that listens and is reached where it says."""
    port = free_port()
    n = Node(f, org.lower(), org, port)
    f.run("--dir", str(n.dir), "node", "init", "--org", org, "--country", "NL", "--listen", listen % port,
          *(["--address", address % port] if address else []), "--federation", str(f.roster))
    f.admit(n.dir / "join")
    return n


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("a_at, b_at", [(("tcp://[::1]:%d", None), ("tcp://[::1]:%d", None)),
                                        (("tcp://127.0.0.1:%d", None), ("tcp://[::]:%d", "tcp://[::1]:%d")),
                                        (("tcp://[::]:%d", "tcp://127.0.0.1:%d"), ("tcp://[::1]:%d", None))])
def test_partners_over_ipv6_and_ipv4_exchange_a_referral(workdir, a_at, b_at):
    f = Federation(workdir, orgs=())
    f.nodes = [six(f, "Goes", *a_at), six(f, "SMWO", *b_at)]
    try:
        a, b = f.start()
        for x, y in ((a, b), (b, a)):
            case = x.new_case(phone="000")
            x.consent(case, y.name)
            ref = x.refer(case, y.name)
            wait_for("a receipt", lambda: x.k("show", ref)["referrals"][0].get("delivery") == "stored")
        # each dials the other: whoever's turn it is
        for x in (a, b):
            x.stop()
            x.start()
            for y in (a, b):
                f.await_connected(y)
    finally:
        f.stop()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_an_invite_over_ipv6(federation):
    f = federation("Goes")
    a, = f.start()
    port = free_port()
    token = a.k("invite", "--org", "Zes", "--at", f"tcp://[::1]:{port}")["token"]
    n = Node(f, "zes", "Zes", free_port())
    f.nodes.append(n)
    p = subprocess.Popen([str(BIN / "kring"), "--dir", str(n.dir), "join", token, "--org", "Zes", "--country", "NL", "--listen",
                          f"tcp://[::1]:{n.port}", "--wait", "30"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    digits = next(x.split("digits: ")[1].strip() for x in p.stdout if "digits: " in x)
    a.k("confirm", digits)
    assert p.wait(30) == 0, p.stdout.read()
