# SPDX-License-Identifier: EUPL-1.2
"""What an administrator decides about partners: digits compared by voice, cosignatures by hand, clocks and addresses."""
import hashlib
import shutil
import subprocess

import pytest
from kringwire import Member
from node import Refused, free_port, wait_for
from test_membership import onboard, partner, roster_of, standing


def settle(n, text):
    conf = n.dir / "kring.conf"
    conf.write_text(conf.read_text() + text)


def digits(f, a, b):
    """Both halves, computed apart from the program: the half of the smaller node id first."""
    one, two = sorted(f.record_of(n)[:2] for n in (a, b))
    h = hashlib.blake2b(f.fed_id() + one[0] + one[1] + two[0] + two[1], digest_size=16, person=b"KRG1.pair").digest()
    halves = [f"{int.from_bytes(h[i:i + 8], 'big') % 10**16:016d}" for i in (0, 8)]
    return halves if f.record_of(a)[0] == one[0] else halves[::-1]


def words(n, *args):
    r = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), *args], capture_output=True, text=True)
    return r.stdout + r.stderr


def events(n, detail):
    return [e for e in n.k("audit", "list").get("audit", []) if e.get("detail") == detail]


def test_two_partners_compare_digits_and_each_types_what_it_heard(federation):
    f = federation("Goes", "SMWO")
    settle(f.nodes[0], "[Partners]\nPairCheck=yes\n")
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    assert standing(a, "SMWO") == "unchecked" and standing(b, "Goes") == ""
    with pytest.raises(Refused) as no:
        a.refer(case, b.name)
    assert "digits" in no.value.reply["what"] and "partner check" in no.value.reply["remedy"]
    mine, theirs = digits(f, a, b)
    assert a.k("partner", "check", b.name)["read_aloud"].replace(" ", "") == mine
    assert b.k("partner", "check", a.name)["read_aloud"].replace(" ", "") == theirs
    assert theirs not in words(a, "partner", "check", b.name).replace(" ", ""), "nobody may agree without having heard"
    with pytest.raises(Refused):
        a.k("partner", "check", b.name, mine)  # its own half, read off its own screen
    wrong = theirs[:-1] + str((int(theirs[-1]) + 1) % 10)
    with pytest.raises(Refused):
        a.k("partner", "check", b.name, wrong)
    assert len(events(a, "pair-differs")) == 2 and standing(a, "SMWO") == "unchecked"
    a.k("partner", "check", b.name, *(theirs[i:i + 4] for i in range(0, 16, 4)))
    assert standing(a, "SMWO") == "" and len(events(a, "pair-checked")) == 1
    b.await_state(a.refer(case, b.name), "offered")
    a.stop()
    a.start()
    assert standing(a, "SMWO") == "", "what was compared is forgotten at a restart"


def test_a_recovered_identity_is_confirmed_by_new_digits_only(federation):
    f = federation("Goes", "SMWO")
    settle(f.nodes[1], "[Partners]\nPairCheck=yes\n")
    a, b = f.start()
    old = digits(f, b, a)[1]
    b.k("partner", "check", a.name, old)
    assert standing(b, "Goes") == ""
    a.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(a.dir / "recovery-sheet.txt"), "--recovery", "yes"],
                   check=True, capture_output=True)
    a.start()
    wait_for("the recovery to show", lambda: standing(b, "Goes") == "recovered")
    with pytest.raises(Refused):
        b.k("partner", "check", a.name, old)
    assert standing(b, "Goes") == "recovered"
    wait_for("both to mean the same keys", lambda: a.try_k("partner", "check", b.name))
    b.k("partner", "check", a.name, a.k("partner", "check", b.name)["read_aloud"])
    assert standing(b, "Goes") == ""


def test_with_cosign_manual_a_person_looks_before_this_node_vouches(federation):
    f = federation("Goes", "SMWO")
    settle(f.nodes[1], "[Partners]\nCosign=manual\n")
    a, b = f.start()
    assert b.k("status")["status"]["roster_standing"] == "to-cosign" and "roster cosign" in words(b, "status")
    with pytest.raises(Refused) as no:
        a.k("roster", "cosign", str(roster_of(a)[0]))
    assert "by itself" in no.value.reply["what"]
    b.k("roster", "cosign", str(roster_of(b)[0]))
    wait_for("nothing to be left to say", lambda: b.k("status")["status"].get("roster_standing", "") == "")
    c = onboard(f, a, "CAW De Kempen")  # two members before it: both have to have seen it
    f.nodes.append(c)
    for n in (b, a):
        wait_for("the entry to come", lambda n=n: standing(n, "CAW De Kempen") == "waiting")
    with pytest.raises(Refused) as no:  # the number that was looked at before
        b.k("roster", "cosign", str(roster_of(b)[0] - 1))
    assert "newest" in no.value.reply["what"]
    b.stop()
    b.start()
    f.await_connected(b, 2)
    assert standing(b, "CAW De Kempen") == "waiting" and standing(a, "CAW De Kempen") == "waiting", "it vouched by itself"
    b.k("roster", "cosign", str(roster_of(b)[0]))
    for n in (a, b):
        wait_for(f"{n.name} to let it in", lambda n=n: standing(n, "CAW De Kempen") == "")
    b.stop()
    b.start()
    assert b.k("status")["status"].get("roster_standing", "") == "", "its word is forgotten at a restart"


@pytest.mark.parametrize("seconds, way", [(-600, "behind"), (420, "ahead of")])
def test_a_clock_that_differs_from_three_partners_is_said(federation, seconds, way):
    f = federation("Goes", "SMWO", "Balen", "Geel")
    a, rest = f.nodes[0], f.nodes[1:]
    a.start("--dev-clock-offset", str(seconds))
    for n in rest:
        n.start()
    f.import_roster()
    f.await_connected(a)
    for n in rest:
        f.await_connected(n)
        assert not n.k("status")["status"]["clock_off_s"], "one of three partners is wrong, not this node"
    off = wait_for("the banner", lambda: a.k("status")["status"].get("clock_off_s"))
    assert abs(off - abs(seconds)) <= 5
    assert f"this machine's clock is {abs(seconds) // 60} minutes {way} " in words(a, "status")
    for n in rest:
        said = n.k("status")["status"]["clocks"]
        assert [(c["partner"], c["who"]) for c in said] == [("Goes", "partner")], said


@pytest.mark.parametrize("address", ["tcp://localhost:9", "tcp://kring.example:9", "ipc:///tmp/x", "tcp://*:9", "tcp://127.0.0.1:0"])
def test_an_address_that_is_no_number_reaches_no_socket(dialled, address):
    """A name would be looked up inside net, which may open no file: the record of one partner would end it everywhere."""
    f, b, m = dialled()
    net, refused = b.children()["net"], b.k("status")["status"].get("frames_refused", 0)
    m.send_frame([(14, m.node_record(version=2, endpoint=address))])
    wait_for("the record to be refused", lambda: b.k("status")["status"]["frames_refused"] == refused + 1)
    m.pump(0.5)
    assert b.children().get("net") == net and partner(b, "Python Partner")["endpoint"] == ""
    for option in ("--at", "--listen"):
        with pytest.raises(Refused) as no:
            b.k("invite", "--org", "Nieuw", "--at", address if option == "--at" else "tcp://127.0.0.1:9", "--listen", address)
        field = {"--at": "the address in the invite, where the new partner knocks", "--listen": "where this node listens"}[option]
        assert f"{field}: this is no address" == no.value.reply["what"] and no.value.reply["why"]
    assert b.children().get("net") == net
    (f.dir / "naam").write_bytes(Member(f.fed_id(), org="Naam").join_bytes(endpoint=address))
    with pytest.raises(subprocess.CalledProcessError):
        f.admit(f.dir / "naam")
    (f.dir / "naam").write_bytes(Member(f.fed_id(), org="Naam").join_bytes(endpoint="tcp://127.0.0.1:9"))
    f.admit(f.dir / "naam")  # it was the address and nothing else


def answered(f, b, v):
    node_id, nk, tk = f.record_of(b)
    met = v.meet(f"tcp://127.0.0.1:{b.port}", tk, node_id, nk, seconds=10)
    v.close()
    return met and v.your[0] == 1


def test_nobody_takes_the_transport_key_of_another(dialled):
    """The doorman knows partners by that key: whoever had another's in its record would be taken for it."""
    f, b, m = dialled()
    v = Member(f.fed_id(), org="Nabuur")
    (f.dir / "v.join").write_bytes(v.join_bytes())
    f.admit(f.dir / "v.join")
    f.import_roster()
    refused = b.k("status")["status"].get("frames_refused", 0)
    m.send_frame([(14, m.node_record(version=2, endpoint="", tk_pub_z=v.tk_pub_z))])
    wait_for("the record to be refused", lambda: b.k("status")["status"]["frames_refused"] == refused + 1)
    assert answered(f, b, v), "cut off by a record of somebody else"


def test_a_transport_key_taken_before_its_owner_came_in(dialled):
    """The record of the thief came first: the roots' entry says whose key it is."""
    f, b, m = dialled()
    v = Member(f.fed_id(), org="Nabuur")
    m.send_frame([(14, m.node_record(version=2, endpoint="tcp://127.0.0.1:9", tk_pub_z=v.tk_pub_z))])
    wait_for("it to be known", lambda: partner(b, "Python Partner")["endpoint"] == "tcp://127.0.0.1:9")
    (f.dir / "v.join").write_bytes(v.join_bytes())
    f.admit(f.dir / "v.join")
    f.import_roster()
    assert answered(f, b, v), "cut off by a record of somebody else"
    assert standing(b, "Python Partner") == "conflict" and standing(b, "Nabuur") != "conflict"
    assert len(events(b, "transport-key-taken")) == 1


def test_a_newcomer_with_the_transport_key_of_a_member_is_not_spoken_to(dialled):
    f, b, m = dialled()
    v = Member(f.fed_id(), org="Nabuur")
    v.tk_pub_z, v.tk_sec_z = m.tk_pub_z, m.tk_sec_z
    m.send_frame([(14, m.node_record(version=2, endpoint="tcp://127.0.0.1:9"))])  # a later record, with the key it came with
    wait_for("it to be known", lambda: partner(b, "Python Partner")["endpoint"] == "tcp://127.0.0.1:9")
    (f.dir / "v.join").write_bytes(v.join_bytes())
    f.admit(f.dir / "v.join")
    f.import_roster()
    assert standing(b, "Nabuur") == "conflict" and standing(b, "Python Partner") == ""
    m.close()
    assert answered(f, b, m)


def test_a_node_that_moved_is_found_at_its_new_address(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    for bad in ("tcp://localhost:9", "balen.example", "tcp://127.0.0.1"):
        with pytest.raises(Refused) as no:
            b.k("address", bad)
        assert no.value.reply["what"] == "partners do not reach this node there" and no.value.reply["why"]
    for n in (a, b):  # both are told, so that whoever dials has to follow
        old, n.port = n.port, free_port()
        n.k("address", f"tcp://127.0.0.1:{n.port}")
        conf = n.dir / "kring.conf"
        conf.write_text(conf.read_text().replace(str(old), str(n.port)))
        for other in (n, a, b):
            wait_for(f"{other.name} to know the new address of {n.name}", lambda other=other, n=n: partner(other, n.org)["endpoint"] == f"tcp://127.0.0.1:{n.port}")
    f.stop()
    for n in (a, b):
        n.start()
    for n in (a, b):
        f.await_connected(n)
        assert standing(n, a.org if n is b else b.org) == ""


def test_an_address_told_after_a_restore_is_no_second_record_of_one_place(federation):
    """The backup is from before the last address: the next one must not stand where partners have another."""
    f = federation("Goes", "SMWO")
    a, b = sorted(f.start(), key=lambda n: f.record_of(n)[0], reverse=True)  # the smaller node id dials first
    record = (b.dir / "record").read_bytes()
    b.stop()
    shutil.copytree(b.dir, f.dir / "before")
    b.start()
    b.k("address", "tcp://127.0.0.1:9")
    wait_for("it to be known", lambda: partner(a, b.org)["endpoint"] == "tcp://127.0.0.1:9")
    assert (b.dir / "record").read_bytes() != record, "tools that work offline would take the old one"
    b.stop()
    shutil.rmtree(b.dir)
    shutil.copytree(f.dir / "before", b.dir)
    b.start()
    b.k("address", f"tcp://127.0.0.1:{b.port}")
    wait_for("it to be known", lambda: partner(a, b.org)["endpoint"] == f"tcp://127.0.0.1:{b.port}")
    assert standing(a, b.org) != "conflict"
    b.stop()
    (b.dir / "record").write_bytes(record)  # lost or old: the store knows better
    b.start()
    assert f"tcp://127.0.0.1:{b.port}".encode() in (b.dir / "record").read_bytes() and (b.dir / "record").read_bytes() != record
    b.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(b.dir), "rotate", "--sheet", str(b.dir / "recovery-sheet.txt")], check=True,
                   capture_output=True)
    b.start()
    wait_for("the rotation to be known", lambda: events(a, "rotated-key"))
    assert partner(a, b.org)["endpoint"] == f"tcp://127.0.0.1:{b.port}" and standing(a, b.org) != "conflict"
