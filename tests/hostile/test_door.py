# SPDX-License-Identifier: EUPL-1.2
"""Strangers where newcomers speak: an honest one gets in beside them, and partners hear nothing of it."""
import os
import random
import socket
import threading
import time

import pytest
import zmq
from node import Refused, free_port
from stranger import DEAD, Handshake, Stranger, Token
from test_membership import Joining, approve
from world import LONG, SECONDS, wait_for


@pytest.fixture
def door(world):
    """door() -> (world, target, an address, invite(org) -> token) with honest partners and no hostile member."""
    ctx = zmq.Context()
    ctx.max_sockets = 4096

    def make(**kw):
        w = world(hostile=0, **kw)
        port = free_port()
        invite = lambda org: w.target.k("invite", "--org", org, "--at", f"tcp://127.0.0.1:{port}")["token"]
        return w, port, invite, ctx

    yield make
    ctx.destroy(linger=0)


def row(w, org):
    return next(i for i in w.target.k("invites", "list")["invites"] if i["org"] == org)


def seen(w, what):
    """Of what was counted at the door: strangers, turned_away, told_to_wait."""
    return w.target.k("status")["status"]["doors"][0].get(what, 0)


def gets_in(w, invite, org, wait="60"):
    """An honest newcomer, from its invite to a member that is connected."""
    j = Joining(w.fed, invite(org), org, wait=wait)
    proposal = w.target.k("confirm", j.digits())["proposal"]
    assert "confirmed: now the roots" in j.end()
    approve(w.fed, w.target, proposal)
    j.node.start()
    wait_for("the newcomer to be a member", lambda: j.node.k("status")["status"].get("member"))


class Attack:
    """fn(stop) in so many threads, as long as the block lasts."""

    def __init__(self, fn, threads=2):
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=fn, args=(self.stop,), daemon=True) for _ in range(threads)]

    def __enter__(self):
        for t in self.threads:
            t.start()

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join(20)


def still_whole(w):
    log = w.target.log.read_text()
    assert "INVARIANT_BROKEN" not in log and "CHILD_DIED" not in log
    assert not w.target.k("status")["status"].get("faults")


def test_who_holds_connections_ends_its_own(door):
    """Three hundred that say nothing, three hundred with half a greeting, a hundred with half a frame."""
    w, port, invite, ctx = door()
    _, _, tk = w.fed.record_of(w.target)
    invite("Wie Dan Ook")
    held = []
    with w.meter("700 held connections at the door"):
        for i in range(600):
            s = socket.create_connection(("127.0.0.1", port), 5)
            if i % 2:
                s.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00CURVE"[: i % 9])
            held.append(s)
        shut = [Stranger(ctx, f"tcp://127.0.0.1:{port}", tk) for _ in range(100)]
        for s in shut:
            s.sock.send(b"\1", zmq.SNDMORE)  # the rest never comes
        gets_in(w, invite, "Eerlijk Nieuw")
        wait_for("what was ended to be counted", lambda: seen(w, "turned_away") > 500)
        files = len(os.listdir(f"/proc/{w.target.children()['net']}/fd"))
        assert files < 500, files
    for s in held:
        s.close()
    still_whole(w)


def test_garbage_and_new_connections_without_end(door):
    """Bytes of no protocol, on connections that are made as fast as they are ended."""
    w, port, invite, _ = door()
    invite("Wie Dan Ook")

    def flood(stop):
        rnd = random.Random(port)
        while not stop.is_set():
            try:
                s = socket.create_connection(("127.0.0.1", port), 1)
                s.sendall(rnd.randbytes(rnd.randrange(1, 2000)))
                if rnd.random() < 0.5:
                    s.close()
            except OSError:
                continue

    with w.meter("garbage at the door"), Attack(flood, 2):
        gets_in(w, invite, "Eerlijk Nieuw")
        time.sleep(SECONDS)
    still_whole(w)


def test_strangers_that_speak_the_protocol_without_an_invite(door):
    """Questions of every form with nothing behind them, from one address and from many."""
    w, port, invite, ctx = door()
    _, _, tk = w.fed.record_of(w.target)
    at = f"tcp://127.0.0.1:{port}"
    fake = Token(invite("Wie Dan Ook"))
    fake.secret = bytes(16)
    questions = [Handshake(fake).hello, b"\4" + os.urandom(48), b"\6" + os.urandom(16), b"\7" + os.urandom(24), b"\xff" * 60000, b"\1"]

    def flood(stop):
        n = 0
        while not stop.is_set():
            n += 1
            some = [Stranger(ctx, at, tk, source=f"127.0.{n % 8}.{random.randrange(2, 250)}" if n % 2 else None) for _ in range(20)]
            for s in some:
                s.sock.send(random.choice(questions))
            for s in some:
                got = s.sock.recv() if s.sock.poll(500) else DEAD
                assert got in (DEAD, b"\5\4"), got
                s.sock.close()

    with w.meter("strangers that ask"), Attack(flood, 2):
        gets_in(w, invite, "Eerlijk Nieuw")
        time.sleep(SECONDS)
    wait_for("the strangers to be counted", lambda: seen(w, "strangers") > 20)
    assert row(w, "Wie Dan Ook").get("attempts", 0) == 0 and row(w, "Wie Dan Ook")["strangers"] > 20
    still_whole(w)


def test_a_stolen_token_does_not_take_the_newcomers_place(door):
    """The thief comes after the newcomer, and before another one; the newcomer's digits stay what they are."""
    w, port, invite, ctx = door()
    introducer = w.fed.record_of(w.target)[0]
    text = invite("Doel")
    token = Token(text)
    j = Joining(w.fed, text, "Doel", wait="60")
    digits = j.digits()
    thief = Stranger(ctx, token.address, token.tk)
    tries = [Handshake(token) for _ in range(5)]
    assert [h.begin(thief) for h in tries] == [True, True, False, False, False]  # three in all
    assert row(w, "Doel")["attempts"] == 3
    assert [h.reveal(thief) for h in tries[:2]] == [b"\5\0", b"\5\0"]
    for _ in range(50):  # another number than it committed to, until digits fit: never
        assert tries[0].reveal(thief, os.urandom(32)) == DEAD
    w.target.k("confirm", digits)
    assert "confirmed: now the roots" in j.end()
    assert [h.ask(thief) for h in tries[:2]] == [DEAD, DEAD]  # others were right
    with pytest.raises(Refused):
        w.target.k("confirm", tries[0].digits(introducer))
    still_whole(w)


def test_a_thief_that_came_first_has_two_tries_less(door):
    """The newcomer has what the thief left; without any it hears that, and another invite is not touched."""
    w, port, invite, ctx = door()
    text, other = invite("Doel"), invite("Ander")
    token = Token(text)
    thief = Stranger(ctx, token.address, token.tk)
    first, second = Handshake(token), Handshake(token)
    assert first.begin(thief) and second.begin(thief) and first.reveal(thief) == second.reveal(thief) == b"\5\0"
    j = Joining(w.fed, text, "Doel", wait="60")
    digits = j.digits()
    assert not Handshake(token).begin(thief) and row(w, "Doel")["attempts"] == 3
    with pytest.raises(Refused):
        w.target.k("confirm", "0000 0000" if digits != "0000 0000" else "0000 0001")
    assert "refused" in j.end(1) or row(w, "Doel")["state"] == "dead"
    assert first.ask(thief) == DEAD  # each digits were compared once
    assert "used up" in Joining(w.fed, text, "Nog Eens").end(1)
    k = Joining(w.fed, other, "Ander", wait="60")
    w.target.k("confirm", k.digits())
    assert "confirmed: now the roots" in k.end()
    still_whole(w)


def test_one_handshake_holds_two_connections(door):
    """A thief that stays: it may read the roster and ask, on its two newest connections and with a pause."""
    w, port, invite, ctx = door()
    token = Token(invite("Doel"))
    h = Handshake(token)
    many = [Stranger(ctx, token.address, token.tk) for _ in range(40)]
    assert h.begin(many[0])
    with w.meter("a thief that reads the roster"):
        for s in many:
            assert h.entry(s, 0)[0] == 3
        stop, answers = time.time() + SECONDS, 0
        while time.time() < stop:
            answers += h.entry(many[-1], 1) is not None
        gets_in(w, invite, "Eerlijk Nieuw")
    wait_for("the connections that gave way to be counted", lambda: seen(w, "turned_away") >= 30)
    print(f"hostile: {answers / SECONDS:.0f} entries a second to one thief")
    still_whole(w)
    assert LONG or row(w, "Doel")["attempts"] == 1
