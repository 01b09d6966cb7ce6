# SPDX-License-Identifier: EUPL-1.2
"""A federation of real daemons in a directory, driven through the command line."""
import json
import mmap
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("KRING_BIN", ROOT / "build/dev"))
CATS = "identity,contact,household,needs,story"
for screen in ("COLUMNS", "LINES"):
    os.unsetenv(screen)  # pytest loads readline, which from version 8.3 on sets them for every child: a pipe would be taken for a screen


PORTS = range(20000, 32000)  # below what the kernel gives to lines that are dialled (ip_local_port_range)
_kept = []  # what says to every other process that a port is ours, until this one ends


def free_port():
    """A port that no other test takes: each is reserved by the name of an abstract socket, in this network namespace."""
    start = os.getpid() * 37 % len(PORTS)
    for i in range(len(PORTS)):
        port = PORTS[(start + len(_kept) + i) % len(PORTS)]
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0kring-test-port-{port}")
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        _kept.append(mark)
        return port
    raise AssertionError("no port is free")


def wait_for(what, fn, seconds=60):
    """What fn says once it says something.  It is asked less and less often: each question may be a program or two that starts, and
    that is time which the daemons of six tests at once do without."""
    end, pause = time.time() + seconds, 0.03
    while time.time() < end:
        got = fn()
        if got:
            return got
        time.sleep(pause)
        pause = min(1.4 * pause, 0.3)
    raise AssertionError(f"waited in vain for: {what}")


FIELDS = set(re.findall(r"\b(\w+) = \d+", "".join((ROOT / "proto" / f).read_text() for f in ("control.proto", "partner.proto"))))


class Reply(dict):
    """Of a JSON reply.  A key that no reply has is a mistake of the test, and would compare nothing."""

    def get(self, key, default=None):
        assert key in FIELDS, f"no reply has a field {key}"
        return super().get(key, default)


class Refused(Exception):
    def __init__(self, code, reply):
        super().__init__(f"exit {code}: {reply}")
        self.code, self.reply = code, reply


ASKS = {("case", "erase"), ("erase",), ("consent", "withdraw"), ("outbox", "drop"), ("partner", "suspend"), ("partner", "remove"), ("redirect",), ("recall",), ("revoke",),
        ("error",), ("panic",)}


class Node:
    def __init__(self, fed, name, org, port):
        self.fed, self.name, self.org, self.port = fed, name, org, port
        self.dir, self.proc, self.log = fed.dir / name, None, fed.dir / f"{name}.log"
        fed.made.append(self)

    before = ()  # a program that starts it, and its words

    def start(self, *extra, wait=True, binary="kringd_dev"):
        self.proc = subprocess.Popen([*self.before, str(self.fed.bin / binary), "--dir", str(self.dir), *extra], stdout=open(self.log, "ab"),
                                     stderr=subprocess.STDOUT)
        if wait:
            wait_for(f"{self.name} to answer", lambda: self.proc.poll() is not None or self.status())
            assert self.proc.poll() is None, self.log.read_text()[-800:]
        return self

    def stop(self, sig=signal.SIGTERM):
        if self.proc and self.proc.poll() is None:
            self.proc.send_signal(sig)
            self.proc.wait(10)

    def children(self):
        """{'core': pid, 'net': pid}, as they run now; one that was just forked is waited for until it is itself."""
        for _ in range(100):
            out, unborn = self._look_at_children()
            if not unborn:
                break
            time.sleep(0.02)
        return out

    def _look_at_children(self):
        out, unborn = {}, False
        for p in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                stat = (p / "stat").read_text().rsplit(")", 1)[1].split()
                cmd = (p / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if int(stat[1]) != self.proc.pid or stat[0] == "Z":
                continue
            if b"--role" in cmd:
                out[cmd[cmd.index(b"--role") + 1].decode()] = int(p.name)
            else:
                unborn = True
        return out, unborn

    def k(self, *args, stdin=None):
        """The reply.  What cannot be undone is asked about at a terminal; a script says --yes."""
        if args[:1] + args[1:2] in ASKS or args[:1] in ASKS or args[:1] == ("approve",) and "--key" in args:
            args = (*args, *(() if {"--yes", "--dry-run"} & set(args) else ("--yes",)))
        r = subprocess.run([str(self.fed.bin / "kring"), "--dir", str(self.dir), "--json", *args], capture_output=True, text=True, input=stdin)
        reply = json.loads(r.stdout, object_hook=Reply) if r.stdout.strip() else Reply()
        if r.returncode:
            raise Refused(r.returncode, reply or r.stderr)
        return reply

    def try_k(self, *args):
        try:
            return self.k(*args)
        except (Refused, json.JSONDecodeError):
            return None

    def main_bytes(self):
        """All that lies in main/: the database and the log that it is filled from."""
        return b"".join((self.dir / "main" / f).read_bytes() for f in ("data.mdb", "log0", "log1"))

    def ask(self, field, **values):
        """What it answers at its socket, or None.  For what is asked again and again while a test waits: no program starts."""
        from ctl import Control, pb
        request, line = pb.Request(version=1), Control(self.dir / "core.sock")
        getattr(request, field).SetInParent()
        for k, v in values.items():
            setattr(getattr(request, field), k, v)
        reply = line.exchange(request)
        line.close()
        return reply

    def status(self):
        reply = self.ask("status")
        return reply.status if reply is not None and reply.HasField("status") else None

    def state(self, ref):
        got = self.try_k("show", ref)
        return got["referrals"][0]["state"] if got else None

    def state_now(self, ref):
        reply = self.ask("show", id=ref)
        if reply is not None and reply.code.startswith("staff-"):  # where people are hired the client asks as one of them
            return self.state(ref)
        return reply.referrals[0].state if reply is not None and reply.referrals else None

    def await_state(self, ref, state):
        """Looked at with the client in the end: it remembers what it showed."""
        return wait_for(f"{self.name} to see {ref} {state} (is {self.state_now(ref)})", lambda: self.state_now(ref) == state and self.state(ref) == state)

    def await_handover(self, ref, state):
        def there():
            reply = self.ask("handover_list")
            if reply is not None and reply.code.startswith("staff-"):
                return any((h["ref"], h["state"]) == (ref, state) for h in self.k("handover", "list").get("handovers", []))
            return reply is not None and any((h.ref, h.state) == (ref, state) for h in reply.handovers)
        return wait_for(f"{ref} {state} at {self.name}", there)

    def new_case(self, **fields):
        fields.setdefault("name", "Testpersoon Verzonnen")
        text = "".join(f"{k.replace('_', '-')}: {v}\n" for k, v in fields.items())
        return self.k("case", "new", "--from", "-", stdin=text)["id"]

    def consent(self, case, to, share="identity,contact,needs"):
        return self.k("consent", "give", case, "--to", to, "--share", share, "--how", "written")["id"]

    def refer(self, case, to, *args, need="income-debt"):
        return self.k("refer", case, "--to", to, "--need", need, *args)["id"]


def offered(a, b, *args, share="identity,contact,needs", **fields):
    """(case, reference) of a new case of a that was referred to b and arrived there."""
    case = a.new_case(**{"phone": "000-111", **fields})
    a.consent(case, b.name, share)
    ref = a.refer(case, b.name, *args)
    b.await_state(ref, "offered")
    return case, ref


class Clock:
    """One clock for every daemon that was started with clock.args: it can be put forward while they run."""

    def __init__(self, directory):
        path = pathlib.Path(directory) / "clock"
        path.write_bytes(bytes(8))
        with path.open("r+b") as f:
            self.map = mmap.mmap(f.fileno(), 8)
        self.args = ("--dev-clock-file", str(path))

    def set(self, seconds):
        self.map[:] = struct.pack("=q", int(seconds))

    def days(self, n, nodes):
        """So many days from now, in steps that partners live through; every node has looked at its clock."""
        start = struct.unpack("=q", self.map[:])[0]
        for d in range(4, n + 4, 4):
            self.set(start + 86400 * min(d, n))
            for x in nodes:
                assert x.status(), x.name
            time.sleep(0.3)
        for i in range(1, 4):  # partners have to hear each other's clocks again before anybody believes its own
            time.sleep(0.5)
            self.set(start + 86400 * n + 900 * i)
            for x in nodes:
                assert x.status(), x.name


class Federation:
    ROOTS = "2/2"

    def __init__(self, directory, orgs=("Goes", "SMWO"), binaries=None, cls="member"):
        self.dir, self.bin = pathlib.Path(directory), pathlib.Path(binaries or BIN)
        self.made = []  # every node of it, also those that a test keeps to itself
        self.run("federation", "create", "--name", "Test", "--roots", self.ROOTS, "--out", str(self.dir / "roots"))
        self.roster = self.dir / "roots/roster"
        self.nodes = [self.add(org, cls) for org in orgs]

    def run(self, *args):
        return subprocess.run([str(self.bin / "kring"), *args], check=True, capture_output=True, text=True).stdout

    def fed_id(self):
        return self.roster.read_bytes()[4 + 4 + 8:4 + 4 + 24]

    def admit(self, join, cls="member"):
        p = str(self.dir / "proposal")
        self.run("roster", "add", "--roster", str(self.roster), "--join", str(join), "--class", cls, "--out", p)
        for n in (1, 2):
            self.run("roster", "sign", "--yes", "--proposal", p, "--key", str(self.dir / f"roots/root{n}.key"), "--roster", str(self.roster))

    def add(self, org, cls="member", country="NL", port=None, dirname=None, *more):
        n = Node(self, dirname or re.sub(r"[^a-z0-9]+", "-", org.lower()).strip("-"), org, port or free_port())
        self.run("--dir", str(n.dir), "node", "init", "--org", org, "--country", country, "--listen", f"tcp://127.0.0.1:{n.port}",
                 "--federation", str(self.roster), *more)
        self.admit(n.dir / "join", cls)
        return n

    def import_roster(self, *nodes):
        for n in nodes or self.nodes:
            subprocess.run([str(self.bin / "kring"), "--dir", str(n.dir), "roster", "import", str(self.roster)], capture_output=True)

    def agree(self, a, b, send=CATS, receive=CATS):
        a.k("partner", "agree", b.name, "--share", send)
        a.k("partner", "agree", b.name, "--share", receive, "--receive")

    def start(self, *extra):
        for n in self.nodes:
            n.start(*extra)
        self.import_roster()
        for a in self.nodes:
            for b in self.nodes:
                if a is not b:
                    self.agree(a, b)
        for n in self.nodes:
            n.await_connected(len(self.nodes) - 1) if hasattr(n, "await_connected") else self.await_connected(n)
        return self.nodes

    def await_connected(self, n, count=None):
        want = len(self.nodes) - 1 if count is None else count
        wait_for(f"{n.name} to be connected", lambda: (s := n.status()) and s.connected >= want)

    def stop(self):
        live = [n for n in self.made if n.proc and n.proc.poll() is None]
        for n in live:
            n.proc.terminate()
        for n in live:
            n.proc.wait(10)

    def record_of(self, node):
        """(node id, NK, TK) out of a node's join file."""
        j = (node.dir / "join").read_bytes()
        n = struct.unpack(">H", j[96:98])[0]
        rec = j[98:98 + n]
        return rec[24:56], rec[100:132], rec[164:196]
