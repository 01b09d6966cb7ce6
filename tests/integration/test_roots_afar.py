# SPDX-License-Identifier: EUPL-1.2
"""Roots that are not in one room: each signs at the node of its own organisation, and the proposal travels."""
import datetime
import os
import shutil
import struct
import subprocess

import pytest
from kringwire import sodium
from node import Federation, Refused, wait_for
from test_membership import Joining, invite, partner, roster_of


class TwoOfThree(Federation):
    """Three roots, of which two sign: the keys of the first and the third are on two machines."""
    ROOTS = "2/3"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    f = TwoOfThree(tmp_path_factory.mktemp("afar"), ("Goes", "SMWO"))
    f.start()
    yield f
    f.stop()


def key(f, no):
    return str(f.dir / f"roots/root{no}.key")


def proposals(n):
    return n.k("approve").get("proposals", [])


def the_one(n, subject):
    return wait_for(f"{n.name} to hear of {subject}", lambda: [p for p in proposals(n) if p.get("subject") == subject])[0]


def short(p):
    return p["id"][12:20]


def test_a_proposal_of_one_root_is_signed_by_another_at_its_own_node(world):
    a, b = world.nodes
    j = Joining(world, invite(a, "Buurthuis"), "Buurthuis")
    made = a.k("confirm", j.digits(), "--how", "video")["proposal"]
    j.end()
    assert proposals(b) == []  # nobody signed it: it is the affair of one node
    a.k("approve", made, "--key", key(world, 1))
    there = the_one(b, "Buurthuis")
    assert (there["op"], there["signatures"], there["needed"], there["verified"]) == ("add-node", 1, 2, "digits, video")
    assert b.k("status")["status"]["proposals"] == 1
    work = b.k("worklist")
    assert [p["subject"] for p in work["proposals"]] == ["Buurthuis"]
    with pytest.raises(Refused) as e:  # the same root once more
        b.k("approve", short(there), "--key", key(world, 1))
    assert e.value.reply["code"] == "root-signed-already"
    b.stop()
    b.start()  # it is kept
    b.k("approve", short(the_one(b, "Buurthuis")), "--key", key(world, 3))
    for n in (a, b):
        wait_for(f"{n.name} to have it in the roster", lambda: partner(n, "Buurthuis"))
        wait_for(f"{n.name} to have no proposal left", lambda: proposals(n) == [] and n.k("status")["status"]["proposals"] == 0)
    assert [i["state"] for i in a.k("invites", "list")["invites"]] == ["approved"]  # the newcomer that waits there is answered
    c = j.node.start()
    world.nodes.append(c)
    wait_for("the newcomer to be a member", lambda: c.k("status")["status"].get("member"))
    row = c.k("roster", "show")["roster"][-1]
    assert (row["subject"], row["signatures"]) == ("Buurthuis", 2)


def test_what_another_entry_overtook_falls_away(world):
    a, b = world.nodes[:2]
    a.k("approve", a.k("partner", "lift", "smwo")["proposal"], "--key", key(world, 1))
    the_one(b, "SMWO")
    renew = b.k("roster", "renew")["proposal"]
    for no in (2, 3):
        b.k("approve", renew, "--key", key(world, no))
    wait_for("both to have the other entry", lambda: roster_of(a) == roster_of(b))
    assert proposals(b) == []
    mine, = proposals(a)  # where it was made it waits to be signed again, in the new place
    a.k("approve", short(mine), "--key", key(world, 1))
    assert the_one(b, "SMWO")["seq"] == roster_of(a)[0] + 1
    b.k("approve", short(the_one(b, "SMWO")), "--key", key(world, 3))
    wait_for("nothing to be left", lambda: proposals(a) == proposals(b) == [])


def test_the_day_of_a_removal_is_shown_to_whoever_signs_it(world, tmp_path):
    """At the node, where it is proposed and where it is signed; and by the tool that knows files alone."""
    a, b = world.nodes[:2]
    day = (datetime.date.today() + datetime.timedelta(days=40)).isoformat()
    made = a.k("partner", "remove", "smwo", "--date", day)["proposal"]
    assert the_row(a)["from_day"] == day
    shown = words_of_day(day)
    for n, args in ((a, ("approve",)), (a, ("worklist",)), (a, ("approve", made, "--yes", "--key", key(world, 1)))):
        r = tool(world, "--dir", n.dir, "--lang", "en", *args)
        assert r.returncode == 0 and "remov" in r.stdout and "SMWO" in r.stdout and shown in r.stdout, (args, r)
    assert f"from           {day}" in r.stdout  # out of the bytes that are signed
    assert the_one(b, "SMWO")["from_day"] == day and shown in tool(world, "--dir", b.dir, "--lang", "en", "approve").stdout
    p, roster = tmp_path / "proposal", tmp_path / "roster"
    shutil.copy(world.roster, roster)
    propose = ("--lang", "en", "roster", "propose", "--roster", roster, "--node", "SMWO", "--out", p, "--date")
    for bad, op in (("2020-01-01", "remove"), ("tomorrow", "remove"), (day, "suspend")):
        r = tool(world, *propose, bad, "--op", op)
        assert r.returncode == 2 and not p.exists(), (bad, op, r)
    r = tool(world, *propose, day, "--op", "remove")
    assert r.returncode == 0 and f"from           {day}" in r.stdout, r
    r = tool(world, "--lang", "en", "roster", "sign", "--yes", "--proposal", p, "--roster", roster, "--key", key(world, 1))
    assert r.returncode == 0 and f"from           {day}" in r.stdout and "organisation   SMWO" in r.stdout, r


def the_row(n):
    return [p for p in proposals(n) if p["subject"] == "SMWO"][0]


def words_of_day(day):
    """As English dates are shown, without the day of the week."""
    d = datetime.date.fromisoformat(day)
    return f"{d.day} {d:%b} {d.year}"


def tool(f, *args):
    return subprocess.run([str(f.bin / "kring"), *map(str, args)], capture_output=True, text=True)


def cheap(path, words):
    """The same key under words, at a cost that its file names: to be tried often."""
    raw = path.read_bytes()
    seed, salt, nonce = raw[-32:], os.urandom(16), os.urandom(24)
    bound = b"KRG1rts\0" + sodium.crypto_sign_seed_keypair(seed)[0] + struct.pack(">II", 1, 8) + salt
    under = sodium.crypto_pwhash_alg(32, words.encode(), salt, 1, 8192, sodium.crypto_pwhash_ALG_ARGON2ID13)
    path.write_bytes(bound + nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(seed, bound, nonce, under))


def test_the_key_of_a_root_under_a_passphrase(world, tmp_path):
    (tmp_path / "right").write_text("vier woorden die niemand raadt\n")
    (tmp_path / "wrong").write_text("vier andere woorden\n")
    d, p, three = tmp_path / "roots", tmp_path / "proposal", tmp_path / "three"
    right = ("--passphrase-file", tmp_path / "right")
    # each key costs a second or two by design, so there are no more than it takes
    made = tool(world, "federation", "create", "--name", "Dicht", "--roots", "2/2", "--out", d, *right)
    assert made.returncode == 0 and "all 2 roots must sign" in made.stdout  # whoever loses one of them loses all
    for no in (1, 2):
        raw = (d / f"root{no}.key").read_bytes()
        assert raw[:7] == b"KRG1rts" and struct.unpack(">II", raw[40:48]) == (3, 256 * 1024)
    assert "roots must sign" not in tool(world, "federation", "create", "--name", "Ruim", "--roots", "2/3", "--out", three).stdout
    cheap(three / "root1.key", "vier woorden die niemand raadt")
    for of, more, said in ((three, (), "under a passphrase"), (three, ("--passphrase-file", tmp_path / "wrong"), "not the passphrase"),
                           (three, ("--passphrase-file", tmp_path / "none"), "cannot be read"), (three, right, ""), (d, right, "")):
        assert tool(world, "roster", "propose", "--roster", of / "roster", "--op", "renew", "--out", p).returncode == 0
        before = p.read_bytes()
        got = tool(world, "roster", "sign", "--yes", "--proposal", p, "--roster", of / "roster", "--key", of / "root1.key", *more)
        assert (got.returncode == 0) == (said == "") and said in got.stderr, (more, got)
        assert (p.read_bytes() == before) == (said != ""), "what is refused is not signed"
    assert "1 of 2" in got.stdout


def test_present_and_new_roots_are_counted_apart(world, tmp_path):
    """Each has to be enough by itself: 3 of 2 would say that all is done."""
    a, b = world.nodes[:2]
    p, keys, roster = tmp_path / "p", tmp_path / "new", tmp_path / "roster"
    a.k("roster", "export", str(roster))
    assert tool(world, "roster", "propose", "--roster", roster, "--op", "rotate-roots", "--roots", "2/3", "--keys", keys, "--out", p).returncode == 0
    for k in (key(world, 1), keys / "root1.key", keys / "root2.key"):
        assert tool(world, "roster", "sign", "--yes", "--proposal", p, "--key", k, "--roster", roster).returncode == 0
    a.k("approve", "--in", str(p))
    rows = lambda n: [x for x in proposals(n) if x["op"] == "rotate-roots"]
    for n in (a, b):
        row = wait_for(f"{n.name} to have the proposal", lambda: rows(n))[0]
        assert (row["signatures"], row["needed"], row["new_signatures"], row["new_needed"]) == (1, 2, 2, 2)
    said = tool(world, "--dir", a.dir, "approve").stdout
    assert "1 of 2 signatures, and 2 of 2 of the new roots" in said
    said = tool(world, "--dir", a.dir, "approve", short(row), "--yes", "--key", keys / "root3.key").stdout
    assert "1 of 2 of the present roots, 2 of 2 of the new ones" in said
