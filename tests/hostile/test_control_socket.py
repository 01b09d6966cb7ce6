# SPDX-License-Identifier: EUPL-1.2
"""Programs on the same machine that may speak to the node, and do it badly: nobody who gives commands waits for them."""
import contextlib
import os
import pwd
import socket
import struct
import subprocess
import time

import ctl
import pytest
from meter import rss
from world import SECONDS

PLACES = 64  # LIMIT_CLIENTS


def framed(request):
    raw = request.SerializeToString()
    return struct.pack(">I", len(raw)) + raw


def status():
    r = ctl.pb.Request(version=1)
    r.status.SetInParent()
    return framed(r)


@pytest.fixture
def clients(federation_of_one):
    """clients(n) -> n open connections to the control socket of one node, which is .node."""
    made = []

    def make(n):
        for _ in range(n):
            s = socket.socket(socket.AF_UNIX)
            s.connect(str(federation_of_one.dir / "core.sock"))
            made.append(s)
        return made[-n:]

    make.node = federation_of_one
    yield make
    for s in made:
        s.close()


@pytest.fixture
def federation_of_one(workdir):
    from node import Federation
    f = Federation(workdir, ("SMWO",))
    f.nodes[0].start()
    f.import_roster()
    yield f.nodes[0]
    f.stop()


def asks(node):
    """Seconds that kring status took."""
    t0 = time.time()
    assert node.k("status")["status"]["org"] == "SMWO"
    return time.time() - t0


def core_kib(node):
    return rss(node.children()["core"])


def test_who_never_reads_its_replies(clients):
    """Requests without end, and no reply is taken: the replies are not kept for it without end either."""
    node = clients.node
    asks(node)
    before, took = core_kib(node), []
    lines = clients(40)
    for s in lines:
        s.setblocking(False)
    sent, end = 0, time.time() + SECONDS
    while time.time() < end:
        for s in lines:
            try:
                sent += s.send(status() * 500)
            except BlockingIOError:
                pass
        took.append(asks(node))
    print(f"hostile: requests whose replies nobody reads: {sent >> 10} KiB sent, status max {max(took) * 1000:.0f} ms, core +{core_kib(node) - before} KiB")
    assert sent > 1 << 20 and core_kib(node) - before < 12 << 10


def test_who_stops_in_the_middle_of_long_replies(clients):
    """Long replies that nobody takes, to watchers, too, which hold no place: what is kept of them has an end, and whoever reads is
    answered whole meanwhile."""
    node = clients.node
    case = node.new_case()
    note, show, watch = (ctl.pb.Request(version=1) for _ in range(3))
    note.case_note.id = show.case_show.id = case
    note.case_note.text = "a" * 3000
    watch.watch.SetInParent()
    one = ctl.Control(node.dir / "core.sock")
    for _ in range(150):
        assert one.call(note).error == ""
    long = one.call(show).ByteSize()
    assert long > 400 << 10
    before, got, took = core_kib(node), 0, []
    lines = clients(30)
    for s in lines:
        s.sendall(framed(watch))
    lines += clients(50)
    for s in lines:
        with contextlib.suppress(OSError):
            s.sendall(framed(show) * 4)  # as many as are taken in ahead
        t0 = time.time()
        reply = one.call(show) or one.call(show)  # an idle line made room
        took.append(time.time() - t0)
        got += reply.ByteSize() == long
    most = core_kib(node) - before
    print(f"hostile: {len(lines)} lines take {4 * len(lines) * long >> 20} MiB of replies and read nothing: core +{most} KiB, an honest one max {max(took) * 1000:.0f} ms")
    assert got == len(lines) and asks(node) < 10
    assert most < 40 << 10
    assert one.call(note).error == ""  # a change: watchers that are still there are told, and nobody waits for them
    assert asks(node) < 10


def test_half_a_request_at_every_place(clients):
    lines = clients(PLACES)
    for s in lines:
        s.sendall(struct.pack(">I", 1000) + bytes(500))
    for _ in range(5):
        assert asks(clients.node) < 10


def test_a_byte_now_and_then_at_every_place(clients):
    """Never idle for long, and never asking anything: the one silent for longest makes room."""
    whole = struct.pack(">I", 1000) + bytes(500)
    lines = clients(PLACES)
    for i in range(30):
        for s in list(lines):
            try:
                s.send(whole[i:i + 1])
            except OSError:
                lines.remove(s)
        lines += clients(PLACES - len(lines))
        if i % 5 == 0:
            assert asks(clients.node) < 10


def test_large_requests_that_never_end(clients):
    """Each announces as much as there may be and leaves out the last byte."""
    node = clients.node
    before = core_kib(node)
    for s in clients(PLACES):
        s.settimeout(5)
        try:
            s.sendall(struct.pack(">I", 1 << 20) + bytes((1 << 20) - 1))
        except OSError:
            pass  # closed to make room for another
    assert asks(node) < 10
    print(f"hostile: {PLACES} large requests: core +{core_kib(node) - before} KiB")
    assert core_kib(node) - before < 40 << 10
    case = node.new_case(story="a" * 4000)  # an honest one that is not small
    assert node.k("case", "show", case)


def test_one_that_asks_without_end_leaves_others_their_turn(clients):
    """Thousands of requests in one write: those of others are not refused for it."""
    node = clients.node
    line, = clients(1)
    line.setblocking(False)
    took, answers, end = [], 0, time.time() + SECONDS
    while time.time() < end:
        try:
            line.send(status() * 2000)
        except BlockingIOError:
            pass
        try:
            while line.recv(1 << 20):
                answers += 1
        except BlockingIOError:
            pass
        took.append(asks(node))
    print(f"hostile: requests in one write: status max {max(took) * 1000:.0f} ms")
    assert answers


@contextlib.contextmanager
def somebody_else(node, body, request):
    """A program of another user, with s connected to the node as often as it can, ls those it holds, and q its request."""
    nobody = pwd.getpwnam("nobody")
    for p in [*node.dir.parents][:-1]:
        if p.stat().st_mode & 0o1 == 0:
            p.chmod(p.stat().st_mode | 0o1)
    node.dir.chmod(0o711)
    (node.dir / "core.sock").chmod(0o666)
    code = ("import socket,sys,time\nq=bytes.fromhex(sys.argv[2])\nls=[]\nwhile 1:\n  for _ in range(64):\n    s=socket.socket(socket.AF_UNIX)\n"
            f"    try:\n      s.connect(sys.argv[1]); {body}\n    except OSError: continue\n    ls.append(s)\n"
            "  print(len(ls), flush=True); time.sleep(0.2); ls=ls[-200:]\n")
    p = subprocess.Popen(["/usr/bin/python3", "-c", code, str(node.dir / "core.sock"), request.hex()], stdout=subprocess.PIPE,
                         user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    try:
        assert int(p.stdout.readline()) >= PLACES - 1, "it does not get in"
        yield
    finally:
        p.kill()
        p.wait()


@pytest.mark.skipif(os.getuid() != 0, reason="becomes another user")
def test_all_places_taken_by_a_user_leave_root_one(clients):
    """They wait for answers that they asked for and do not read; the last place is root's."""
    with somebody_else(clients.node, "s.send(q*200)", status()):
        took = []
        for _ in range(20):
            took.append(asks(clients.node))
            time.sleep(0.1)
    print(f"hostile: a user takes all places: root's status max {max(took) * 1000:.0f} ms")


@pytest.mark.skipif(os.getuid() != 0, reason="becomes another user")
def test_a_user_who_watches_many_times_keeps_out_nobody(clients):
    """Who watches stays; a place of whoever holds most of them is for who comes, and is not taken back."""
    node = clients.node
    r = ctl.pb.Request(version=1)
    r.watch.SetInParent()
    with somebody_else(node, "s.send(q); s.recv(9)", framed(r)):
        mine = [ctl.Control(node.dir / "core.sock") for _ in range(PLACES // 4)]
        for c in mine:
            assert c.call(r).more
        time.sleep(1)  # in which the other one comes again and again
        node.new_case()
        for c in mine:
            assert ctl.pb.Reply.FromString(c.read(struct.unpack(">I", c.read(4))[0])).changed.kinds
            c.sock.close()


def test_who_asks_for_long_lists_and_hangs_up(clients):
    """Nobody waits for those lists any more: they keep no place from others, and no more is looked up for them."""
    node = clients.node
    new, find = ctl.pb.Request(version=1), ctl.pb.Request(version=1)
    new.case_new.person.name = "Verzonnen"
    find.case_list.text = "nobody is called so"
    lines = clients(16)
    for i in range(40):  # a search looks at more of them than one turn does
        for s in lines:
            s.sendall(framed(new) * 4)
        for s in lines:
            for _ in range(4):
                s.recv(struct.unpack(">I", s.recv(4, socket.MSG_WAITALL))[0], socket.MSG_WAITALL)
    one, took, t0 = ctl.Control(node.dir / "core.sock"), [], time.time()
    assert one.call(find).error == ""
    alone = time.time() - t0
    for _ in range(20):
        for _ in range(50):
            s, = clients(1)
            s.sendall(framed(find) * 4)
            s.close()
        t0 = time.time()
        reply = one.call(find) or one.call(find)  # an idle line made room
        assert reply.error == "", reply
        took.append(time.time() - t0)
    print(f"hostile: lists that nobody waits for: an honest one max {max(took) * 1000:.0f} ms, alone {alone * 1000:.0f} ms")
    assert asks(node) < 10
