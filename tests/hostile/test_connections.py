# SPDX-License-Identifier: EUPL-1.2
"""As many connections as somebody can open: a member with its key, or anybody without one.  Descriptors are what the node has least
of, and whoever takes the last one shuts everybody else out."""
import multiprocessing
import os
import socket
import time

import pytest
import zmq
import zmq.utils.z85
from meter import descriptors
from world import IDENTITY_NEEDS, LONG, SECONDS, grant, offer, pb, say, wait_for

MANY = 3000 if LONG else 700
FEW = 4  # connections that one member may hold at our door (LIMIT_PEER_LINES), and one that is just ending
FILES = 4096  # descriptors that the node is granted here: its limits are as much smaller
STRANGERS = FILES // 8  # of which nothing was heard


def room(w):
    """What net may hold at most, while one member attacks."""
    return 120 + STRANGERS + FEW


def curve_lines(w, m, n, seconds, says, ready):
    """In a process of its own: n connections with the member's key, each of which says these words after its handshake, or none."""
    ctx = zmq.Context()
    ctx.set(zmq.MAX_SOCKETS, n + 10)
    lines = []
    at, tk, *_ = w.door()
    for i in range(n):
        s = ctx.socket(zmq.DEALER)
        s.curve_serverkey, s.curve_publickey, s.curve_secretkey, s.linger = zmq.utils.z85.encode(tk), m.tk_pub_z, m.tk_sec_z, 0
        s.reconnect_ivl = -1 if says else 1000  # a line that was closed on it is not made again, or at once
        s.connect(at)
        for word in says:
            s.send(word)
        lines.append(s)
        time.sleep(0.002)
    ready.set()
    time.sleep(seconds)
    os._exit(0)


def opened(w, m, n, says=(), seconds=600):
    fork = multiprocessing.get_context("fork")
    ready = fork.Event()
    p = fork.Process(target=curve_lines, args=(w, m, n, seconds, says, ready), daemon=True)
    p.start()
    assert ready.wait(60)
    return p


def net_of(w):
    return descriptors(w.target.children()["net"])


@pytest.fixture
def ended():
    """Processes and sockets to be gone after the test."""
    things = []
    yield things
    for t in things:
        t.kill() if hasattr(t, "kill") else t.close()


def rows(w, what):
    return [r for r in w.target.k("status")["status"].get("held", []) if r["cause"] == what]


@pytest.mark.parametrize("speaks", [False, True])
def test_a_member_that_opens_connection_after_connection(world, ended, speaks):
    """It holds a valid key, so every handshake succeeds.  It keeps a few, the newest; others get in; kring status names it."""
    w = world(hostile=2, connect=False, files=FILES)
    m, other = w.hostile
    w.fed.await_connected(w.target, 1)
    with w.meter("connections with one member's key, " + ("each of which speaks" if speaks else "mute")):
        ended.append(opened(w, m, MANY, [m.prekey_record] if speaks else []))
        most = max(net_of(w) for _ in range(20) if not time.sleep(0.05))
        assert w.meet(other), "another member does not get in"
        wait_for("the connections to be closed", lambda: net_of(w) < 200 if speaks else net_of(w) <= room(w), 30)
    assert most <= room(w) + 100, most  # those that libzmq took and did not tell us of yet
    row = wait_for("the member to be named", lambda: rows(w, "connections"))[0]
    assert row["partner"] == m.org and row["count"] > 20
    assert w.meet(m), "the newest of its own does not get in"
    w.still_whole()


def come_and_go(w, m, there):
    """Connect, say a word, leave: each time a partner came up and went."""
    there.set()
    ctx, (at, tk, *_) = zmq.Context(), w.door()
    while True:
        s = ctx.socket(zmq.DEALER)
        s.curve_serverkey, s.curve_publickey, s.curve_secretkey = zmq.utils.z85.encode(tk), m.tk_pub_z, m.tk_sec_z
        s.linger = 200
        s.connect(at)
        s.send(m.prekey_record)
        s.poll(50)
        s.close()


def test_a_member_that_comes_and_goes(world, ended):
    w = world(hostile=2, connect=False, files=FILES)
    fork = multiprocessing.get_context("fork")
    for _ in range(3):
        there = fork.Event()
        ended.append(fork.Process(target=come_and_go, args=(w, w.hostile[0], there), daemon=True))
        ended[-1].start()
        assert there.wait(20)
    with w.meter("connections that come and go, one member from three places"):
        assert w.meet(w.hostile[1]), "another member does not get in"
        time.sleep(SECONDS)
    assert rows(w, "connections")[0]["partner"] == w.hostile[0].org
    for p in ended:
        p.kill()
    wait_for("its connections to end", lambda: net_of(w) < 80)
    w.still_whole()


def silent(n, words=b"", where=lambda i: "127.0.0.1", port=None):
    out = []
    for i in range(n):
        s = socket.socket()
        s.bind((where(i), 0))
        s.connect(("127.0.0.1", port))
        s.sendall(words)
        out.append(s)
    return out


@pytest.mark.parametrize("where", ["one address", "many addresses", "many networks"])
@pytest.mark.parametrize("words", [b"", b"\xff\0\0\0\0\0\0\0\1\x7f"])
def test_strangers_take_every_place_and_keep_nobody_out(world, ended, where, words):
    w = world(hostile=1, connect=False, files=FILES)
    at = {"one address": lambda i: "127.0.0.1", "many addresses": lambda i: f"127.0.0.{2 + i % 250}",
          "many networks": lambda i: f"127.{1 + i % 250}.{i // 250}.7"}[where]
    ended += silent(MANY, words, at, w.target.port)
    most = net_of(w)
    assert w.meet(w.hostile[0]), "a member does not get in"
    assert most <= room(w) + 100, most
    wait_for("them to be hung up on", lambda: net_of(w) < 200, 30)
    if where == "one address":
        assert rows(w, "strangers")[0]["count"] > 0
    w.still_whole()


def test_handshakes_one_byte_a_second(world, ended):
    """Strangers who go on just fast enough not to be idle: a handshake has a time for the whole of it."""
    w = world(hostile=1, connect=False, files=FILES)
    greeting = b"\xff\0\0\0\0\0\0\0\1\x7f\3\1CURVE" + bytes(15) + b"\0" + bytes(31)
    lines = silent(300, greeting[:1], port=w.target.port)
    ended += lines
    with w.meter("handshakes of a byte a second"):
        for i in range(1, 8):
            for s in lines:
                try:
                    s.send(greeting[i:i + 1])
                except OSError:
                    pass
            if i == 2:
                assert w.meet(w.hostile[0]), "a member does not get in"
            time.sleep(1)
    wait_for("them to be hung up on", lambda: net_of(w) < 120)
    w.still_whole()


def test_an_older_connection_takes_nothing_over(world, ended):
    """A member that speaks on two connections in turn: the newer one is answered, and the change costs nothing each time."""
    w = world()
    m = w.hostile[0]
    ups = lambda: w.target.log.read_text().count("PEER_UP")
    second = m.ctx.socket(zmq.DEALER)
    ended.append(second)
    second.curve_serverkey, second.linger = zmq.utils.z85.encode(w.door()[1]), 0
    second.curve_publickey, second.curve_secretkey = m.tk_pub_z, m.tk_sec_z
    second.connect(w.door()[0])
    second.send(m.prekey_record)
    assert second.poll(10000), "the newest connection is not answered"
    before = ups()
    assert before >= 2, "the log does not tell of connections"
    for i in range(100):
        (m.sock if i % 2 else second).send(m.prekey_record)
    m.pump(1)
    assert ups() <= before + 2


def line_under(w, keys, done=False):
    """A line to the door under these transport keys, on which nobody says a word.  done: with its handshake behind it."""
    s = zmq.Context.instance().socket(zmq.DEALER)
    s.curve_serverkey, s.linger = zmq.utils.z85.encode(w.door()[1]), 0
    s.curve_publickey, s.curve_secretkey = keys
    seen = s.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
    s.connect(w.door()[0])
    assert seen.poll(10000 if done else 0) or not done, "no handshake"
    s.disable_monitor()
    return s


def test_a_replaced_transport_key_opens_nothing_any_more(world):
    """The member replaces its transport key: whoever has the one of before is cut off, whether he spoke until now or kept still,
    and comes in no more."""
    w = world()
    m, b = w.hostile[0], w.target
    old = m.tk_pub_z, m.tk_sec_z
    lines = [m.sock, line_under(w, old, done=True)]
    new = zmq.curve_keypair()
    try:
        m.send_frame([(14, m.node_record(version=2, endpoint="tcp://127.0.0.1:9", tk_pub_z=new[0]))])
        m.pump(0.3)
        m.tk_pub_z, m.tk_sec_z = new
        assert m.meet(*w.door()), "the new key does not get in"
        m.until(lambda: b.k("status")["status"]["connected"] == 2)
        mine, before = m.sock, m.sent
        lines.append(line_under(w, old))
        for line in lines:
            gid, subject, g = grant(m, IDENTITY_NEEDS)
            docs = [g, offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)[1]]
            line.sndtimeo = 300
            for _ in range(3):
                m.sock, m.sent = line, before
                try:
                    m.send_documents(docs)
                except zmq.Again:  # cut off, and let in no more
                    pass
                m.sock = mine
                m.pump(0.2)
            assert not b.k("inbox").get("referrals"), "a word on a line under the old key counted"
        m.sent = before
        assert say(m, docs) == [0, 0]  # on its own line it counts
        w.still_whole()
    finally:
        for line in lines:
            line.close(0)
