# SPDX-License-Identifier: EUPL-1.2
"""Who gets in, and what the processes can see."""
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import pytest
import zmq
import zmq.utils.z85
from node import ROOT, Refused, wait_for


def test_unknown_curve_key_is_refused(federation):
    f = federation()
    a, b = f.start()
    _, _, tk = f.record_of(a)
    pub, sec = zmq.curve_keypair()
    ctx = zmq.Context()
    s = ctx.socket(zmq.DEALER)
    s.linger, s.curve_serverkey, s.curve_publickey, s.curve_secretkey = 0, zmq.utils.z85.encode(tk), pub, sec
    mon = s.get_monitor_socket()
    s.connect(f"tcp://127.0.0.1:{a.port}")
    s.send(bytes(222))
    from zmq.utils.monitor import recv_monitor_message
    events = []
    end = time.time() + 3
    while time.time() < end and zmq.EVENT_HANDSHAKE_FAILED_AUTH not in events:
        if mon.poll(100):
            events.append(recv_monitor_message(mon)["event"])
    assert zmq.EVENT_HANDSHAKE_FAILED_AUTH in events and zmq.EVENT_HANDSHAKE_SUCCEEDED not in events
    s.disable_monitor()
    ctx.destroy(linger=0)
    assert a.k("status")["status"]["connected"] == 1


def test_without_zap_nothing_is_bound(federation):
    f = federation()
    a = f.nodes[0]
    a.start("--dev-no-zap", wait=False)
    assert a.proc.wait(20) == 78
    log = a.log.read_text()
    assert "SELFTEST_FAILED" in log and "LISTENING" not in log


def test_observer_never_receives_a_person(federation):
    f = federation()
    f.nodes.append(f.add("Waarnemer", cls="observer"))
    a = f.start()[0]
    case = a.new_case(phone="1")
    a.consent(case, "waarnemer")
    with pytest.raises(Refused) as e:
        a.refer(case, "waarnemer")
    assert "holds no cases" in e.value.reply["what"]


def memory_has(pid, needles):
    found, wanted = set(), re.compile(b"|".join(map(re.escape, needles)))  # one pass, however many; each by itself is faster for a few
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not m or "[v" in line:
                continue
            lo, hi = int(m[1], 16), int(m[2], 16)
            try:
                mem.seek(lo)
                data = mem.read(hi - lo)
            except OSError:
                continue
            found.update(wanted.findall(data) if len(needles) > 8 else (x for x in needles if x in data))
    return found


class Tap:
    """A relay of bytes between a dialling node and a listening one: what the wire carries, kept."""

    def __init__(self, listen, to):
        import socket
        import threading
        self.bytes, self.to = bytearray(), to
        self.srv = socket.create_server(("127.0.0.1", listen))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        import socket
        import threading
        while True:
            c, _ = self.srv.accept()
            try:
                s = socket.create_connection(("127.0.0.1", self.to))
            except OSError:  # the daemon is not up yet: its partner will dial again
                c.close()
                continue
            for x, y in ((c, s), (s, c)):
                threading.Thread(target=self.pump, args=(x, y), daemon=True).start()

    def pump(self, x, y):
        while True:
            try:
                d = x.recv(65536)
                self.bytes += d
                y.sendall(d) if d else None
            except OSError:
                return
            if not d:
                return


def test_planted_words_are_nowhere_in_clear(federation):
    if os.getuid() != 0:
        pytest.skip("reading another process's memory needs root")
    f = federation()
    taps = []
    for n in f.nodes:  # the world knows n.port; the daemon listens behind the tap
        conf = n.dir / "kring.conf"
        from node import free_port
        inner = free_port()
        conf.write_text(conf.read_text().replace(f":{n.port}", f":{inner}"))
        taps.append(Tap(n.port, inner))
    a, b = f.start()
    words = [b"Plantmarkernaam", b"0999-777555", b"Plantmarkerverhaal"]
    case = a.new_case(name=words[0].decode(), phone=words[1].decode(), story=words[2].decode())
    a.consent(case, b.name, "identity,contact,needs,story")
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    assert b.k("show", ref)["person"]["story"] == words[2].decode()  # it did arrive
    b.k("decline", ref, "--reason", "out-of-area", "--alternative", "none")
    a.await_state(ref, "declined")
    captured = b"".join(bytes(t.bytes) for t in taps)
    assert len(captured) > 4 * 4096, "the tap saw nothing"
    assert not [w for w in words if w in captured]
    for n in (a, b):
        assert not memory_has(n.children()["net"], words), "net holds content"
        for p in [p for p in n.dir.rglob("*") if p.is_file()] + [n.log]:
            data = pathlib.Path(p).read_bytes()
            assert not [w for w in words if w in data], p
    # the searches can see: what net must know is found in its memory, and on the tapped line ZMTP's greeting
    node_id = f.record_of(a)[0]
    assert memory_has(a.children()["net"], [node_id]) == {node_id}
    assert b"CURVE" in captured


def test_bad_control_input_changes_nothing(federation):
    import socket
    import struct
    f = federation()
    a, _ = f.start()
    before = a.k("audit", "verify")["count"]
    for payload in (b"\x00\x00\x00\x05hello", b"\xff\xff\xff\xff", struct.pack(">I", 3) + b"\x08\x63\x00", b"\x00\x00\x00\x00"):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(3)
        s.connect(str(a.dir / "core.sock"))
        s.sendall(payload)
        try:
            s.recv(4096)
        except OSError:
            pass
        s.close()
    for args in (("case", "show", "ffff"), ("refer", "ffff", "--to", "smwo", "--need", "income-debt"), ("show", "ZZZZ")):
        with pytest.raises(Refused) as e:
            a.k(*args)
        assert e.value.code == 3 and e.value.reply["what"]
    assert a.k("audit", "verify")["count"] == before


def test_net_comes_back_when_there_was_no_descriptor_for_it(federation):
    """Out of files just then: the supervisor goes on trying, and core is not ended for it."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    before = a.children()
    full = len(list(pathlib.Path(f"/proc/{a.proc.pid}/fd").iterdir()))
    limit = resource.prlimit(a.proc.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(a.proc.pid, resource.RLIMIT_NOFILE, (full, limit[1]))
    os.kill(before["net"], signal.SIGKILL)
    wait_for("net to be gone", lambda: "net" not in a.children())
    time.sleep(2.5)
    assert "net" not in a.children(), "there was a descriptor after all: this test shows nothing"
    resource.prlimit(a.proc.pid, resource.RLIMIT_NOFILE, limit)
    wait_for("net to be back", lambda: "net" in a.children())
    assert a.children()["core"] == before["core"]
    f.await_connected(a)


def test_a_process_that_hangs_does_not_keep_the_node_from_stopping(federation):
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    net = wait_for("net to run", lambda: a.children().get("net"))
    os.kill(net, signal.SIGSTOP)  # SIGTERM waits until it goes on, which it never does
    try:
        a.proc.send_signal(signal.SIGTERM)
        assert a.proc.wait(20) == 0
        assert not pathlib.Path(f"/proc/{net}").exists()
    finally:
        if pathlib.Path(f"/proc/{net}").exists():
            os.kill(net, signal.SIGKILL)


def test_a_line_that_ends_while_the_node_stops_hangs_nobody(federation, workdir):
    lib = workdir / "late_stop.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(lib), str(ROOT / "tests/fault/late_stop.c"), "-ldl"], check=True)
    f = federation("Goes", "SMWO")
    for first, second in (f.nodes, f.nodes[::-1]):  # one of them dialled the other, and hears of its lines by a socket of its own
        os.environ["LD_PRELOAD"] = str(lib)
        try:
            first.start()
        finally:
            del os.environ["LD_PRELOAD"]
        second.start()
        f.import_roster()
        f.await_connected(first)
        first.proc.terminate()
        time.sleep(0.05)  # inside the fifth of a second that late_stop.c makes
        second.proc.terminate()
        assert first.proc.wait(20) == 0 and second.proc.wait(20) == 0
        assert "hangs=1" not in first.log.read_text()


def test_a_node_runs_with_its_standard_descriptors_closed(federation):
    """As cron and some init systems start it: what would take their place must not be a socket that log lines go into."""
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    a.proc = subprocess.Popen(["bash", "-c", 'exec "$0" --dir "$1" 0<&- 1>&- 2>&-', str(f.bin / "kringd_dev"), str(a.dir)])
    wait_for("it to answer", lambda: a.proc.poll() is not None or a.try_k("status"))
    b.start()
    f.import_roster()
    f.agree(a, b)
    f.agree(b, a)
    f.await_connected(a)
    case = a.new_case()
    a.consent(case, "smwo")
    b.await_state(a.refer(case, "smwo"), "offered")
    for pid in (a.proc.pid, *a.children().values()):
        assert {os.readlink(f"/proc/{pid}/fd/{n}") for n in range(3)} == {"/dev/null"}
    kring = [str(f.bin / "kring"), "--dir", str(a.dir)]
    r = subprocess.run(["bash", "-c", '"$@" 0<&- 1>&- 2>&-', "x", *kring, "case", "new", "--name", "Dicht Verzonnen"])
    assert r.returncode == 0 and "Dicht Verzonnen" in [c["name"] for c in a.k("case", "list")["cases"]]


def test_an_answer_that_could_not_be_written_is_no_success(federation):
    """A full disk behind the redirection: whoever asked hears that half an answer is not all of it."""
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    kring = [str(f.bin / "kring"), "--dir", str(a.dir)]
    asked = [[*kring, *x] for x in (["status"], ["--json", "status"], ["help"], ["case", "new", "--name", "Vol Verzonnen"], ["slot", "list"])]
    asked.append([str(f.bin / "kring"), "roster", "verify", "--roster", str(f.roster)])
    for args in asked:
        with open("/dev/full", "w") as full:
            r = subprocess.run(args, stdout=full, stderr=subprocess.PIPE, text=True)
        assert r.returncode == 4 and "the disk is full" in r.stderr, (args, r.returncode, r.stderr)
    assert [c["name"] for c in a.k("case", "list")["cases"]] == ["Vol Verzonnen"]
