# SPDX-License-Identifier: EUPL-1.2
"""The line between two nodes: where one listens, and what happens when the network does not do what it should."""
import ctypes
import ctypes.util
import errno
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import pytest
from node import BIN, Clock, Federation, Node, free_port, wait_for

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
        assert f"listens on     tcp://127.0.0.1:{lone.port}" not in text
        children = lone.children()
        wait_for("another try", lambda: time.time() * 1000 - s["listen_since_ms"] > 1500)
        assert len(errors(lone)) == 1 and "why=" in errors(lone)[0], "said once, not at every try"
    wait_for("to listen", lambda: not status(lone).get("listen_error"))
    assert lone.children() == children
    assert "not-listening" not in words(lone, "status") and f"listens on     tcp://127.0.0.1:{lone.port}" in words(lone, "status")


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
    assert "the path of the control socket is too long" in words(lone, "status")


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


@pytest.mark.parametrize("text, why", [("LogLevel=loud\n", "error|warn|notice|info|debug"), ("Listen=tcp://127.0.0.1:1\n", "twice"),
                                       ("[Node]\nKeyFile=unlock.key\n", "twice"), ("[Limits]\nPartnerDailyMiB=abc\n", "no number from 1"),
                                       ("[Limits]\nPartnerDailyDocuments=0\n", "no number from 1"), ("[Limits]\nStoreMiB=12x\n", "no number from 1"),
                                       ("[Limits]\nStoreMiB=99999999999999999999\n", "no number from 1"), ("[Limits]\nStoreMiB=\n", "has no value"),
                                       ("[Flow]\nThreshold=1\n", "from 5 to 255"), ("[Flow]\nPublish=manu\n", "auto|manual"),
                                       ("[Partners]\nPairCheck=Yes\n", "no|yes"), ("[Partners]\nCosine=auto\n", "unknown setting Cosine")])
def test_a_setting_that_means_nothing_ends_the_start(lone, text, why):
    conf = lone.dir / "kring.conf"
    conf.write_text(conf.read_text().replace("LogLevel=notice\n", "") + text)
    code, said = start_fails(lone)
    line = len(conf.read_text().splitlines())
    assert code == 78 and why in said[0] and f"kring.conf, line {line}: " in said[0], said
    assert len(said) == 2 and said[1].endswith("kring doctor"), said


def test_everywhere_is_never_told_to_partners(federation):
    f = federation("Goes")
    a, = f.start()
    for at in ("tcp://0.0.0.0:7001", "tcp://[::]:7001", "tcp://[fe80::1]:7001", "tcp://localhost:7001"):
        r = words(a, "address", at)
        assert "usage" not in r and ("every address" in r or "link-local" in r or "no name" in r), r
        r = words(a, "invite", "--org", "Nieuw", "--at", at)
        assert "where the new partner knocks: this is no address" in r and ("every address" in r or "link-local" in r or "no name" in r), r
    conf = (a.dir / "kring.conf")
    conf.write_text(conf.read_text().replace("Listen=tcp://127.0.0.1:", "Listen=tcp://goes.example:"))
    a.stop()
    code, said = start_fails(a)
    assert code == 78 and len(said) == 2 and "kring.conf, line 2: Listen=tcp://goes.example" in said[0] and "no name" in said[0], said


# ---- the process that does the network ----

def test_net_is_started_anew_with_a_growing_pause_and_core_keeps_its_keys(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    core, pauses = a.children()["core"], []
    for _ in range(5):
        net = a.children()["net"]
        os.kill(net, 9)
        begun = time.time()
        wait_for("another net", lambda: a.children().get("net", net) != net)
        pauses.append(time.time() - begun)
    assert pauses[4] > 1.2 and pauses[4] > 3 * pauses[1], pauses
    wait_for("to listen", lambda: not status(a).get("listen_error"))
    for n in (a, b):
        f.await_connected(n)
    assert a.children()["core"] == core and not status(a).get("locked")


def test_nobody_is_woken_for_a_partner_that_is_away(federation):
    """Whoever dials goes on by itself; net looks at a line when its time has come, and not every other second."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    b.stop()
    wait_for("the line to end", lambda: status(a).get("connected") == 0)
    own = pathlib.Path(f"/proc/{a.children()['net']}/status")

    def woken():
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", own.read_text(), re.M)[1])

    def rests():
        before = woken()
        time.sleep(5)
        return woken() - before <= 1
    wait_for("five seconds of rest", rests)


def test_settings_that_broke_meanwhile_cost_no_keys(federation):
    f = federation("Goes")
    a, = f.start()
    core, conf = a.children()["core"], a.dir / "kring.conf"
    good = conf.read_text()
    conf.write_text("[Node]\nListne=tcp://127.0.0.1:1\n")
    os.kill(a.children()["net"], 9)
    s = wait_for("it to be said", lambda: status(a).get("listen_error") == "net-ended" and status(a))
    assert "not-listening" in [x["what"] for x in s["alarms"]] and "its network process ended" in words(a, "status")
    wait_for("three more deaths", lambda: a.log.read_text().count("child=net code=78") >= 3)
    conf.write_text(good)
    wait_for("to listen", lambda: not status(a).get("listen_error"), 30)
    assert a.children()["core"] == core and not status(a).get("locked")


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


# ---- a network that does not do what it should ----

class Wired(Node):
    """A node on a machine of its own: a network namespace behind a switch."""

    def __init__(self, fed, i, org):
        super().__init__(fed, org.lower(), org, 7001)
        self.i, self.ip, self.ns, self.switch = i, f"10.78.0.{i}", f"kl{os.getpid()}-{i}", f"kl{os.getpid()}-s"
        self.plug()
        fed.run("--dir", str(self.dir), "node", "init", "--org", org, "--country", "NL", "--listen", f"tcp://{self.ip}:7001",
                "--federation", str(fed.roster))
        fed.admit(self.dir / "join")

    def plug(self):
        """A machine with this address: always the same card, so that nobody waits for ARP."""
        veth = self.veth = f"kl{os.getpid() % 100000}{self.i}"
        ip("netns", "add", self.ns)
        ip("link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", self.ns)
        ip("link", "set", veth, "netns", self.switch)
        ip("-n", self.switch, "link", "set", veth, "master", "br0", "up")
        ip("-n", self.ns, "link", "set", "eth0", "address", f"02:00:00:00:00:{self.i:02x}")
        ip("-n", self.ns, "addr", "add", f"{self.ip}/24", "dev", "eth0")
        ip("-n", self.ns, "link", "set", "eth0", "up")
        ip("-n", self.ns, "link", "set", "lo", "up")

    def inside(self, *args, **kw):
        return subprocess.run(["ip", "netns", "exec", self.ns, *map(str, args)], check=True, capture_output=True, text=True, **kw)

    def start(self, *extra):
        self.proc = subprocess.Popen(["ip", "netns", "exec", self.ns, str(self.fed.bin / "kringd_dev"), "--dir", str(self.dir), *extra],
                                     stdout=open(self.log, "ab"), stderr=subprocess.STDOUT)
        wait_for(f"{self.name} to answer", lambda: self.try_k("status"))
        return self

    def rules(self, *rules):
        """Firewall of this machine: exactly these, each with its hook."""
        text = "table inet t {}\ndelete table inet t\ntable inet t {\n"
        for hook in ("input", "output"):
            text += f"chain {hook} {{ type filter hook {hook} priority 0; {' ; '.join(r for h, r in rules if h == hook)}\n}}\n"
        self.inside("nft", "-f", "-", input=text + "}\n")

    def cut(self):
        self.rules(("input", "iif eth0 drop"), ("output", "oif eth0 drop"))

    def flows(self):
        """Ports at which this machine's established connections with others stand."""
        out = self.inside("ss", "-tnH", "state", "established").stdout
        return {f.rsplit(":", 1)[1] for line in out.splitlines() for f in line.split()[2:4]} - {"7001"}

    def replace(self):
        """The machine burns down without a word and another one gets its disk and its address."""
        self.cut()
        self.stop(9)
        ip("-n", self.switch, "link", "del", self.veth)
        ip("netns", "del", self.ns)
        self.plug()
        self.rules(("output", "tcp flags & rst == rst drop"))  # its firewall says nothing to flows that it does not know
        return self.start()


class Wires:
    def __init__(self, workdir):
        self.switch = f"kl{os.getpid()}-s"
        ip("netns", "add", self.switch)
        ip("-n", self.switch, "link", "add", "br0", "type", "bridge")
        ip("-n", self.switch, "link", "set", "br0", "up")
        self.fed = Federation(workdir, orgs=())

    def pair(self, start=True):
        """(a, b): a is the one that dials."""
        f = self.fed
        f.nodes = [Wired(f, 1, "Goes"), Wired(f, 2, "SMWO")]
        a, b = sorted(f.nodes, key=lambda n: f.record_of(n)[0])
        if start:
            f.start()
        return a, b

    def close(self):
        self.fed.stop()
        for n in self.fed.nodes:
            subprocess.run(["ip", "netns", "del", n.ns], capture_output=True)
        subprocess.run(["ip", "netns", "del", self.switch], capture_output=True)


@pytest.fixture
def wires(workdir):
    w = Wires(workdir)
    try:
        yield w
    finally:
        w.close()


def sent(n, ref):
    got = n.try_k("show", ref)
    return bool(got) and got["referrals"][0].get("delivery") == "stored"


def ready_to_refer(x, y):
    case = x.new_case(phone="000")
    x.consent(case, y.name)
    return case


def partner(n, other):
    return next(p for p in n.k("partner", "list")["partners"] if p["name"] == other.org)


def seconds_until(what, fn, limit):
    begun = time.time()
    wait_for(what, fn, limit)
    return time.time() - begun


class Routed(Wired):
    """A node in a network of its own behind a router, which puts its own address before whatever goes out; forwards: a port of the router
    leads to the node, and that is what partners are told.  Without it nobody can dial the node."""

    def __init__(self, fed, i, org, forwards):
        Node.__init__(self, fed, org.lower(), org, 7001)
        self.i, self.ip, self.switch = i, f"10.78.0.{i}", f"kl{os.getpid()}-s"
        self.ns = self.router = f"kl{os.getpid()}-{i}r"
        self.plug()
        self.ns = f"kl{os.getpid()}-{i}"
        ip("netns", "add", self.ns)
        ip("link", "add", "home", "netns", self.router, "type", "veth", "peer", "name", "eth0", "netns", self.ns)
        for ns, dev, address in ((self.router, "home", "192.168.7.1/24"), (self.ns, "eth0", "192.168.7.2/24")):
            ip("-n", ns, "addr", "add", address, "dev", dev)
            ip("-n", ns, "link", "set", dev, "up")
        ip("-n", self.ns, "link", "set", "lo", "up")
        ip("-n", self.ns, "route", "add", "default", "via", "192.168.7.1")
        forward = "tcp dport 7009 dnat to 192.168.7.2:7001" if forwards else ""
        subprocess.run(["ip", "netns", "exec", self.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; nft -f -"], check=True, text=True, input=f"""
            table ip nat {{
                chain in {{ type nat hook prerouting priority -100; {forward}
                }}
                chain out {{ type nat hook postrouting priority 100; oif eth0 masquerade
                }}
            }}""")
        fed.run("--dir", str(self.dir), "node", "init", "--org", org, "--country", "NL", "--listen", "tcp://192.168.7.2:7001",
                "--address", f"tcp://{self.ip}:7009" if forwards else "none", "--federation", str(fed.roster))
        fed.admit(self.dir / "join")


@ROOT_ONLY
def test_partners_behind_routers_exchange_a_referral(wires):
    """One has a port forwarded, the other is reached by nobody and dials; both networks have the same addresses inside."""
    f = wires.fed
    f.nodes = a, b = Routed(f, 1, "Goes", True), Routed(f, 2, "SMWO", False)
    try:
        f.start()
        for x, y in ((a, b), (b, a)):
            ref = x.refer(ready_to_refer(x, y), y.name)
            wait_for("a receipt", lambda: sent(x, ref))
        for x in (a, b):  # whoever comes back, the one that can dial does
            x.stop()
            x.start()
            for y in (a, b):
                f.await_connected(y)
    finally:
        f.stop()
        for n in f.nodes:
            subprocess.run(["ip", "netns", "del", n.router], capture_output=True)


@ROOT_ONLY
def test_an_address_that_goes_away_costs_no_keys_and_comes_back_by_itself(wires):
    a, b = wires.pair()
    core = a.children()["core"]
    net = a.children()["net"]
    ip("-n", a.ns, "addr", "del", f"{a.ip}/24", "dev", "eth0")
    wait_for("it is noticed", lambda: status(a).get("listen_error") == "address-gone")
    os.kill(net, 9)  # the socket of before is gone too: it has to be made without the address
    wait_for("another net that says so", lambda: a.children().get("net", net) != net and status(a).get("listen_error") == "address-gone")
    assert status(a)["listen_errno"] == errno.EADDRNOTAVAIL and f"tcp://{a.ip}:7001, since " in words(a, "status")
    wait_for("some tries", lambda: time.time() * 1000 - status(a)["listen_since_ms"] > 3000)
    assert a.log.read_text().count("event=CHILD_DIED") == 1, "net ends no more for it"
    ip("-n", a.ns, "addr", "add", f"{a.ip}/24", "dev", "eth0")
    wait_for("to listen again", lambda: not status(a).get("listen_error"), 5)
    wires.fed.await_connected(b)
    assert a.children()["core"] == core and not status(a).get("locked")


@ROOT_ONLY
@pytest.mark.parametrize("owes", ["dialler", "dialled", "both"])
def test_a_document_finds_its_way_around_flows_that_a_firewall_forgot(wires, owes):
    a, b = wires.pair()
    pairs = {"dialler": [(a, b)], "dialled": [(b, a)], "both": [(a, b), (b, a)]}[owes]
    cases = [ready_to_refer(x, y) for x, y in pairs]
    for n in (a, b):
        ports = ", ".join(n.flows())
        n.rules(("input", f"tcp sport {{ {ports} }} drop"), ("input", f"tcp dport {{ {ports} }} drop"))
    refs = [(x, x.refer(case, y.name)) for (x, y), case in zip(pairs, cases)]
    took = seconds_until("the documents to arrive", lambda: all(sent(x, ref) for x, ref in refs), 25)
    print(f"forgotten flow, {owes} owes: {took:.1f} s")
    assert took < 20


@ROOT_ONLY
@pytest.mark.parametrize("owes", ["dialler", "dialled"])
def test_a_machine_that_was_replaced_gets_what_waits_at_once(wires, owes):
    a, b = wires.pair()
    x, y = (a, b) if owes == "dialler" else (b, a)
    case = ready_to_refer(x, y)
    y.cut()
    ref = x.refer(case, y.name)
    y.replace()
    took = seconds_until("the document to arrive", lambda: sent(x, ref), 25)
    print(f"machine replaced, {owes} owes: {took:.1f} s")
    assert took < 5


@ROOT_ONLY
@pytest.mark.parametrize("deaf", ["sender", "receiver"])
def test_a_line_that_carries_one_way_only_is_not_called_connected(wires, deaf):
    a, b = wires.pair()
    case = ready_to_refer(a, b)
    n = a if deaf == "sender" else b
    n.rules(("input", "iif eth0 drop"))
    ref = a.refer(case, b.name)
    row = wait_for("the sender to see it", lambda: (lambda p: not p.get("connected") and p)(partner(a, b)), 25)
    since = row["silent_since_ms"]
    assert time.time() - 40 < since / 1000 < time.time() and status(a)["connected"] == 0
    row = a.k("outbox", "list")["outbox"][0]
    assert row["silent_since_ms"] == since and row["cause"] in ("partner-offline", "partner-silent"), row
    assert "silent since " in words(a, "partner", "list") and "silent since " in words(a, "outbox", "list")
    n.rules()
    took = seconds_until("the document to arrive", lambda: sent(a, ref), 20)
    assert took < 12 and partner(a, b)["connected"] and not partner(a, b)["silent_since_ms"]


@ROOT_ONLY
def test_a_cut_cable_is_noticed_at_rest_too(wires):
    a, b = wires.pair()
    a.cut()
    for x, y in ((a, b), (b, a)):
        wait_for(f"{x.name} to see it", lambda x=x, y=y: not partner(x, y).get("connected"), 40)
    a.rules()
    for n in (a, b):
        wires.fed.await_connected(n)


if os.environ.get("KRING_LONG"):  # tests/run --long
    @ROOT_ONLY
    @pytest.mark.parametrize("owes", ["dialler", "dialled", "both"])
    def test_after_two_minutes_of_outage_what_waits_arrives_within_twenty_seconds(wires, owes):
        a, b = wires.pair()
        pairs = {"dialler": [(a, b)], "dialled": [(b, a)], "both": [(a, b), (b, a)]}[owes]
        cases = [ready_to_refer(x, y) for x, y in pairs]
        a.cut()
        refs = [(x, x.refer(case, y.name)) for (x, y), case in zip(pairs, cases)]
        time.sleep(130)  # the outage itself
        a.rules()
        took = seconds_until("the documents to arrive", lambda: all(sent(x, ref) for x, ref in refs), 60)
        print(f"130 s of outage, {owes} owes: {took:.1f} s")
        assert took <= 20


# ---- clocks ----

@pytest.mark.parametrize("off_s, said", [(86400, "1 day"), (-86400, "1 day"), (1200, "20 minutes"), (-1200, "20 minutes")])
def test_a_wrong_clock_is_named_at_both_ends_from_the_first_partner_on(federation, off_s, said):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    a.start()
    b.start("--dev-clock-offset", str(off_s))
    f.import_roster()
    for n, other, way in ((a, b, off_s > 0), (b, a, off_s < 0)):
        row = wait_for(f"{n.name} to say it", lambda n=n: (status(n).get("clocks") or [None])[0])
        assert row["partner"] == other.org and row["who"] == "unclear" and bool(row.get("ahead")) == way, row
        assert abs(row["off_s"] - abs(off_s)) < 30
        text = words(n, "status")
        assert f"this machine or {other.org} is {said} off: {other.org}'s clock is {'ahead of' if way else 'behind'} this" in text, text


def test_why_a_document_waits_names_the_clock(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    b.stop()
    case = ready_to_refer(a, b)
    a.refer(case, "smwo")
    b.start("--dev-clock-offset", "86400")
    row = wait_for("the cause", lambda: next((r for r in a.k("outbox", "list")["outbox"] if r["cause"] == "clock-off"), None))
    assert row["clock"]["partner"] == "SMWO" and row["clock"]["who"] == "unclear" and abs(row["clock"]["off_s"] - 86400) < 30
    assert "this machine or SMWO is 1 day off" in words(a, "outbox", "why", row["id"])
    b.stop()
    b.start()
    wait_for("it to leave once the clock is right", lambda: not a.k("outbox", "list").get("outbox"))
    assert not status(a).get("clocks")


def test_a_partner_that_is_off_says_nothing_of_the_time(federation):
    """This machine slept for a week, and so did nobody else; what is known is only that the partner is away."""
    f = federation("Goes", "SMWO")
    clock = Clock(f.dir)
    a, b = f.start(*clock.args)
    case = ready_to_refer(a, b)
    b.stop()
    wait_for("Goes to see it go", lambda: status(a)["connected"] == 0)
    a.refer(case, "smwo")
    clock.set(7 * 86400)
    status(a)
    assert not status(a).get("clocks")
    assert {r["cause"] for r in a.k("outbox", "list")["outbox"]} == {"partner-offline"}


@pytest.mark.parametrize("off_s, way", [(86400, "ahead of"), (-1200, "behind")])
def test_of_three_the_one_whose_clock_is_wrong_is_named(federation, off_s, way):
    f = federation("Goes", "SMWO", "Balen")
    a, b, c = f.nodes
    a.start()
    b.start()
    c.start("--dev-clock-offset", str(off_s))
    f.import_roster()
    for n in (a, b):
        rows = wait_for(f"{n.name} to name it", lambda n=n: [r for r in status(n).get("clocks", []) if r["who"] == "partner"])
        assert [r["partner"] for r in rows] == ["Balen"], rows
        assert f"Balen's clock is {'1 day' if off_s == 86400 else '20 minutes'} {way} this machine and other partners" in words(n, "status")
    wait_for("Balen to see that it is its own", lambda: {r["who"] for r in status(c).get("clocks", [])} == {"us"} and len(status(c)["clocks"]) == 2)
    assert status(c)["clock_off_s"] > 0 and f"this machine's clock is {'1 day' if off_s == 86400 else '20 minutes'} {way} " in words(c, "status")


@pytest.mark.parametrize("off_s", [86400, -86400])
def test_what_was_written_by_a_wrong_clock_arrives_when_it_is_set_right(federation, workdir, off_s):
    """A consent that begins tomorrow covers nothing today: what rested on it would arrive empty and be declined by rule."""
    f, clock = federation("Goes", "SMWO"), Clock(workdir)
    a, b = f.nodes
    a.start(*clock.args)
    b.start()
    f.import_roster()
    f.agree(a, b)
    f.agree(b, a)
    f.await_connected(a)
    clock.set(off_s)
    wait_for("Goes to hear of it", lambda: a.k("status")["status"].get("clocks"))
    case = a.new_case(name="Klok Verzonnen", phone="000-5")
    a.k("consent", "give", case, "--to", b.name, "--share", "identity,contact,needs", "--how", "written")
    ref = a.refer(case, b.name)
    clock.set(0)
    b.await_state(ref, "offered")
    assert (b.k("show", ref)["person"]["name"], b.k("show", ref)["person"]["phone"]) == ("Klok Verzonnen", "000-5")
    b.k("accept", ref)
    a.await_state(ref, "accepted")


@pytest.mark.parametrize("way", ["narrowed", "passed on"])
def test_a_consent_made_of_another_begins_for_the_partner(federation, workdir, way):
    """By a clock that is a day ahead: part of it is taken back, or a partner's consent lets the person be passed on."""
    f, clock = federation("Goes", "SMWO", "Buurthuis"), Clock(workdir)
    c, a, b = (f.nodes[i] for i in ((2, 0, 1) if way == "narrowed" else (0, 1, 2)))
    for n in f.nodes:
        n.start(*(clock.args if n is a else ()))
    f.import_roster()
    for x in f.nodes:
        for y in f.nodes:
            if x is not y:
                f.agree(x, y)
    f.await_connected(a, 2)
    if way == "narrowed":
        case = a.new_case(name="Klok Verzonnen", phone="000-5", story="Iets")
        given = a.consent(case, b.name, "identity,contact,needs,story")
    else:
        there = c.new_case(name="Klok Verzonnen", phone="000-5")
        c.k("consent", "give", there, "--to", a.name, "--share", "identity,contact,needs", "--how", "written", "--onward", "member")
        first = c.refer(there, a.name)
        a.await_state(first, "offered")
        a.k("accept", first)
        case = a.k("show", first)["referrals"][0]["case_id"]
    clock.set(86400)
    wait_for("its clock to be named", lambda: len(a.k("status")["status"].get("clocks", [])) == 2)
    if way == "narrowed":
        a.k("consent", "withdraw", given, "--only", "story", "--yes")
    ref = a.refer(case, b.name, *(("--without", "story") if way == "narrowed" else ()))
    clock.set(0)
    b.await_state(ref, "offered")
    assert (b.k("show", ref)["person"]["name"], b.k("show", ref)["person"]["phone"]) == ("Klok Verzonnen", "000-5")


def test_a_clock_that_jumps_while_connected_is_named_and_forgotten_when_it_is_right(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clock = Clock(b.dir)
    a.start()
    b.start(*clock.args)
    f.import_roster()
    for n in (a, b):
        f.await_connected(n)
    clock.set(86400)
    for n, other in ((b, a), (a, b)):
        wait_for(f"{n.name} to say it", lambda n=n, other=other: [c["partner"] for c in status(n).get("clocks", [])] == [other.org], 40)
    clock.set(0)
    for n in (a, b):
        wait_for(f"{n.name} to be content", lambda n=n: not status(n).get("clocks") and status(n)["connected"] == 1, 40)
