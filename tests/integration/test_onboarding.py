# SPDX-License-Identifier: EUPL-1.2
"""Newcomers at the door: many at a time, at several addresses, interrupted, told to wait; and when the door closes."""
import os
import signal
import socket
import subprocess
import threading
import time

import pytest
from node import Refused, free_port, wait_for
from test_membership import Joining, approve, partner


def invite(n, org, port, *more):
    return n.k("invite", "--org", org, "--at", f"tcp://127.0.0.1:{port}", *more)["token"]


def listens(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 2).close()
        return True
    except OSError:
        return False


def rows(n):
    return {i["org"]: i for i in n.k("invites", "list").get("invites", [])}


def test_thirty_two_join_at_once(federation):
    """Of four chairs twenty-eight were told that nobody is there.  Two addresses, because each invite has its own."""
    f = federation("Goes")
    a, = f.start()
    ports = free_port(), free_port()
    orgs = [f"Nieuw {i:02}" for i in range(32)]
    tokens = [invite(a, org, ports[i % 2]) for i, org in enumerate(orgs)]
    joins = [Joining(f, token, org, wait="120") for token, org in zip(tokens, orgs)]
    digits = [j.digits() for j in joins]  # every one of them, while all the others wait
    assert len(set(digits)) == 32 and {r["state"] for r in rows(a).values()} == {"revealed"}
    proposals = [a.k("confirm", d)["proposal"] for d in digits]
    assert len(set(proposals)) == 32
    for j in joins:
        assert "confirmed: now the roots" in j.end()
    assert {r["attempts"] for r in rows(a).values()} == {1}
    for port in ports:
        wait_for(f"port {port} to close: everybody knows", lambda: not listens(port))


def test_every_invite_has_its_own_listener(federation):
    f = federation("Goes")
    a, = f.start()
    one, two = free_port(), free_port()
    first, _ = invite(a, "Een", one), invite(a, "Twee", two)
    invite(a, "Drie", two)
    assert listens(one) and listens(two)  # the second one does not close the first
    assert [rows(a)[org]["listening"] for org in ("Een", "Twee", "Drie")] == [True] * 3
    doors = {d["listen"]: d["invites"] for d in a.k("status")["status"]["doors"]}
    assert doors == {f"tcp://127.0.0.1:{one}": 1, f"tcp://127.0.0.1:{two}": 2}
    j = Joining(f, first, "Een")
    a.k("confirm", j.digits())
    j.end()
    a.k("invites", "cancel", rows(a)["Twee"]["id"][12:20])
    assert listens(two)  # the third one is still open there
    a.k("invites", "cancel", rows(a)["Drie"]["id"][12:20])
    wait_for("the port of cancelled invites to close", lambda: not listens(two))
    approve(f, a, a.k("approve")["proposals"][0]["id"])
    wait_for("the port of a used invite to close", lambda: not listens(one))
    assert not a.k("status")["status"].get("doors")


def test_all_addresses_and_one_of_them(federation):
    """An invite to one address while another listens at all of them, in both orders."""
    f = federation("Goes")
    a, = f.start()
    for every_first in (True, False):
        port = free_port()
        each = [("Overal", "--listen", f"tcp://0.0.0.0:{port}"), ("Hier",)]
        for org, *more in each if every_first else each[::-1]:
            invite(a, f"{org} {every_first}", port, *more)
        assert [r["listening"] for org, r in rows(a).items() if org.endswith(str(every_first))] == [True, True]
        a.k("invites", "cancel", rows(a)[f"Overal {every_first}"]["id"][12:20])
        wait_for("one address alone", lambda: listens(port) and not listens(port, "127.0.0.2"))


def test_an_invite_that_expires_closes_its_port(workdir):
    from node import Clock, Federation
    f = Federation(workdir, ("Goes",))
    clock = Clock(workdir)
    try:
        a, = f.start(*clock.args)
        port = free_port()
        invite(a, "Te Laat", port)
        assert listens(port)
        clock.set(8 * 86400)
        a.k("status")
        wait_for("the port of an expired invite to close", lambda: not listens(port))
        assert rows(a)["Te Laat"]["state"] == "dead"
    finally:
        f.stop()


def test_a_port_that_is_taken_later_is_listened_at_when_it_is_free(federation):
    """A node that comes up finds another program there: the list says so, and the door opens by itself afterwards."""
    f = federation("Goes")
    a, = f.start()
    port = free_port()
    invite(a, "Later", port)
    a.stop()
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    taken.listen()
    a.start()
    row = wait_for("the node to say that it cannot listen", lambda: rows(a)["Later"].get("listen_error") and rows(a)["Later"])
    assert row["listen_error"] == "address-in-use" and a.k("status")["status"]["doors"][0]["error"] == "address-in-use"
    time.sleep(6)  # it is tried again meanwhile, and that is no news
    assert a.log.read_text().count("step=onboard") == 1
    taken.close()
    wait_for("the door to open", lambda: rows(a)["Later"].get("listening"))
    assert listens(port)


def test_a_join_that_was_killed_goes_on_with_the_same_digits(federation):
    f = federation("Goes")
    a, = f.start()
    token = invite(a, "Doel", free_port())
    j = Joining(f, token, "Doel")
    digits = j.digits()
    j.proc.kill()
    j.proc.wait()
    j = Joining(f, token, "Doel")
    assert j.digits() == digits
    a.k("confirm", digits)
    assert "goes on with the joining" in j.end() and rows(a)["Doel"]["attempts"] == 1
    assert "confirmed before" in Joining(f, token, "Doel").end()  # also when the port is closed meanwhile


def test_a_node_that_restarts_keeps_who_waits(federation):
    """The inviting node goes down before the newcomer comes, and again while it waits."""
    f = federation("Goes")
    a, = f.start()
    token = invite(a, "Doel", free_port())
    a.stop(signal.SIGKILL)
    j = Joining(f, token, "Doel", wait="60")
    assert "no answer from tcp://127.0.0.1" in j.proc.stdout.readline()
    a.start()
    digits = j.digits()
    a.stop()
    time.sleep(1.5)  # it asks in vain
    a.start()
    a.k("confirm", digits)
    assert "confirmed: now the roots" in j.end() and rows(a)["Doel"]["attempts"] == 1


def test_a_node_that_has_no_time_says_so(federation):
    """Who is not answered at once is told to wait, and comes in by itself afterwards."""
    f = federation("Goes")
    a, = f.start()
    port = free_port()
    tokens = [invite(a, f"Nieuw {i}", port) for i in range(12)]
    core = a.children()["core"]
    os.kill(core, signal.SIGSTOP)
    try:
        joins = [Joining(f, t, f"Nieuw {i}", wait="60") for i, t in enumerate(tokens)]
        busy = threading.Event()

        def read(j):
            for line in j.proc.stdout:
                j.out += line
                if "busy with other newcomers: waiting" in line:
                    busy.set()

        readers = [threading.Thread(target=read, args=(j,), daemon=True) for j in joins]
        for t in readers:
            t.start()
        assert busy.wait(20), "nobody was told to wait"
    finally:
        os.kill(core, signal.SIGCONT)
    for i, j in enumerate(joins):
        wait_for(f"the digits of {i}", lambda: "digits: " in j.out)
        a.k("confirm", j.out.split("digits: ")[1][:9])
    for t, j in zip(readers, joins):
        t.join(30)
        assert j.proc.wait(30) == 0, j.out
    assert a.k("status")["status"].get("failed_turns", 0) == 0


def test_waiting_ends_in_plain_words(federation):
    f = federation("Goes")
    a, = f.start()
    token = invite(a, "Doel", free_port())
    j = Joining(f, token, "Doel", wait="2")
    digits = j.digits()
    out = j.end()
    assert "not confirmed within 2 seconds" in out and "valid until 20" in out
    j = Joining(f, token, "Doel", wait="30")
    assert j.digits() == digits
    with pytest.raises(Refused):
        a.k("confirm", "0000 0000" if digits != "0000 0000" else "0000 0001")
    assert "the digits were refused" in j.end(1)
    j = Joining(f, token, "Doel")
    assert j.digits() != digits  # each digits are compared once
    assert rows(a)["Doel"]["attempts"] == 2
    j.proc.kill()
    j.proc.wait()


def test_wrong_digits_of_one_do_not_undo_the_others(federation):
    """Nobody can tell whose they were, so nothing ends; from then on each is confirmed by its name."""
    f = federation("Goes")
    a, = f.start()
    port = free_port()
    joins = {org: Joining(f, invite(a, org, port), org, wait="60") for org in ("Een", "Twee", "Drie")}
    digits = {org: j.digits() for org, j in joins.items()}
    wrong = next(f"{n:08}" for n in range(4) if f"{n // 10000:04} {n % 10000:04}" not in digits.values())
    with pytest.raises(Refused) as e:
        a.k("confirm", wrong)
    assert "--org" in e.value.reply["remedy"]
    with pytest.raises(Refused):
        a.k("confirm", digits["Een"])  # no second guess for whoever reads without a name
    with pytest.raises(Refused) as e:
        a.k("confirm", wrong, "--org", "Twee")
    assert "not the digits" in e.value.reply["what"]
    assert "refused" in joins["Twee"].end(1)
    with pytest.raises(Refused):
        a.k("confirm", digits["Drie"], "--org", "Een")
    assert "refused" in joins["Een"].end(1)
    a.k("confirm", digits["Drie"])  # it is alone by now
    assert "confirmed: now the roots" in joins["Drie"].end()


def test_a_newcomer_is_let_in_while_others_still_wait(federation):
    f = federation("Goes")
    a, = f.start()
    port = free_port()
    one, two = (Joining(f, invite(a, org, port), org, wait="60") for org in ("Een", "Twee"))
    late = two.digits()
    approve(f, a, a.k("confirm", one.digits())["proposal"])  # at once: it may hear "approved" first
    assert "confirmed: now the roots" in one.end()
    one.node.start()
    wait_for("the newcomer to be a member", lambda: one.node.k("status")["status"].get("member"))
    approve(f, a, a.k("confirm", late)["proposal"])
    assert "confirmed: now the roots" in two.end()
    assert partner(a, "Twee")
