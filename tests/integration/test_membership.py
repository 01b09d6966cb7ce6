# SPDX-License-Identifier: EUPL-1.2
"""Who is let in, by whom, and what a partner hears of it: roster, witnesses, node records, onboarding."""
import os
import re
import shutil
import socket
import struct
import subprocess
import time

import pytest
from ctl import Control, pb as ctl_pb
from kringwire import OFFER, Member, make_document, sign
from node import Node, Refused, free_port, wait_for


def partner(n, name):
    return next((p for p in n.k("partner", "list").get("partners", []) if p["name"] == name), None)


def standing(n, name):
    p = partner(n, name)
    return p and p.get("standing", "")


def roster_of(n):
    s = n.k("status")["status"]
    return s["roster_seq"], s["roster_head"]


def invite(introducer, org="CAW De Kempen"):
    return introducer.k("invite", "--org", org, "--at", f"tcp://127.0.0.1:{free_port()}")["token"]


class Joining:
    """kring join, as an administrator sees it."""

    def __init__(self, f, token, org, wait="20", address=""):
        self.node = Node(f, org.lower().replace(" ", "-"), org, free_port())
        self.proc = subprocess.Popen(
            [str(f.bin / "kring"), "--dir", str(self.node.dir), "join", token, "--org", org, "--country", "BE", "--listen",
             f"tcp://127.0.0.1:{self.node.port}", "--wait", wait], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.out = ""

    def digits(self):
        for line in self.proc.stdout:
            self.out += line
            m = re.search(r"digits: (\d{4} \d{4})", line)
            if m:
                return m[1]
        raise AssertionError(self.out)

    def end(self, code=0):
        self.out += self.proc.stdout.read()
        assert self.proc.wait(30) == code, self.out
        return self.out


def approve(f, n, proposal, roots=(1, 2)):
    out = {}
    for r in roots:
        out = n.k("approve", proposal, "--key", str(f.dir / f"roots/root{r}.key"))
    return out


def onboard(f, introducer, org, *how):
    j = Joining(f, invite(introducer, org), org)
    proposal = introducer.k("confirm", j.digits(), *how)["proposal"]
    assert "confirmed" in j.end()
    approve(f, introducer, proposal)
    j.node.start()
    return j.node


def test_a_partner_is_invited_compared_approved_and_connects_by_itself(federation):
    f = federation()
    a, b = f.start()
    c = onboard(f, a, "CAW De Kempen")
    f.nodes.append(c)
    wait_for("the newcomer to be a member", lambda: c.k("status")["status"].get("member"))
    for n in (a, b):  # nobody imported anything: the entry spread, witnesses cosigned, the newcomer dialled
        wait_for(f"{n.name} to let it in", lambda: standing(n, "CAW De Kempen") == "")
        f.await_connected(n, 2)
    row = [r for r in a.k("roster", "show")["roster"] if r.get("subject") == "CAW De Kempen"]
    assert row and row[0]["signatures"] == 2
    f.agree(a, c)
    f.agree(c, a)
    case = a.new_case(phone="1")
    a.consent(case, c.name)
    ref = a.refer(case, c.name)
    c.await_state(ref, "offered")
    c.k("accept", ref)
    a.await_state(ref, "accepted")


def test_whoever_invites_names_the_newcomer_and_both_are_told(federation):
    """A slip of the pen on either side stays in the roster for ever: so it is said before a root signs, and on the telephone."""
    f = federation()
    a, _ = f.start()
    for org, itself in (("CAW De Kempen", "De Kempen vzw"), ("Buurthuis", "Buurthuis")):
        j = Joining(f, invite(a, org), itself)
        r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", "en", "confirm", j.digits()], capture_output=True, text=True)
        assert r.returncode == 0 and (f"they call themselves {itself}" in r.stdout) == (org != itself), r
        assert org == itself or f"the roster will have {org}, as you wrote it" in r.stdout, r
        assert f"not the one typed here ({itself})" in j.end()
    j = Joining(f, invite(a, "Reimerswaal"), "Gemeente Reimerswaal")
    said = a.k("confirm", j.digits())
    assert [(i["org"], i["calls_itself"]) for i in said["invites"]] == [("Reimerswaal", "Gemeente Reimerswaal")]
    approve(f, a, said["proposal"])
    j.end()
    c = j.node.start()
    f.nodes.append(c)
    wait_for("it to be a member by the name of the invite", lambda: c.k("status")["status"].get("org") == "Reimerswaal")


def test_how_the_digits_were_compared_is_signed_only_as_it_was_said(federation):
    f = federation()
    a, _ = f.start()
    c = Control(a.dir / "core.sock")
    for how, code in (("digits, by telephone", "how-unknown"), ("somehow", "how-unknown"), ("telephone\n", "text-refused"), ("x" * 200, "how-unknown")):  # no text that the roots would sign unread
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.confirm.digits, r.confirm.how = "12345678", how
        said = c.call(r)
        assert (said.error, said.code) == ("usage", code) and "how" in said.what, (how, said)
    for org, how, signed in (("Een", (), "digits, not stated"), ("Twee", ("--how", "video"), "digits, video")):
        f.nodes.append(onboard(f, a, org, *how))
        assert a.k("partner", "show", org.lower())["partners"][0]["verified"] == signed


def test_an_invite_works_once_and_a_mangled_one_not_at_all(federation):
    f = federation()
    a, _ = f.start()
    token = invite(a)
    assert len(token) <= 280 and token.startswith("kring1")
    for bad, what in ((token[:-1] + ("q" if token[-1] != "q" else "p"), "a character of the invite is wrong"), (token[:40], "wrong"),
                      ("hello", "not an invite")):
        assert what in Joining(f, bad, "Fout").end(2)
    j = Joining(f, token, "Een")
    a.k("confirm", j.digits())
    j.end()
    assert "used up" in Joining(f, token, "Twee").end(1)
    states = [i["state"] for i in a.k("invites", "list")["invites"]]
    assert states == ["confirmed"]


def test_the_newcomer_chooses_neither_its_name_nor_its_class(federation):
    """It asks to come in as a coordinator under another organisation's name; the roots get what was invited."""
    import zmq
    from kringwire import b2
    import hashlib
    import hmac
    f = federation()
    a, b = f.start()
    token = invite(a, "Buurthuis")
    with pytest.raises(Refused) as e:
        invite(a, "SMWO")
    assert "already" in e.value.reply["what"]
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    bits = "".join(f"{letters.index(c):05b}" for c in token[6:-6])
    data = int(bits[:len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")
    n = data[81]
    address, secret = data[82:82 + n].decode(), data[82 + n:98 + n]
    m = Member(f.fed_id(), org="SMWO")
    join = bytearray(m.join_bytes())
    rec_len = struct.unpack(">H", join[96:98])[0]
    join[98 + rec_len + 64 + 2] = 2 | 4  # coordinator, relay
    join, r_c = bytes(join), os.urandom(32)
    mac = hmac.new(b2("KRG1.joinmac", secret), join, hashlib.sha512).digest()[:32]
    ctx = zmq.Context()
    s = ctx.socket(zmq.DEALER)
    pub, sec = zmq.curve_keypair()
    s.linger, s.curve_serverkey, s.curve_publickey, s.curve_secretkey = 0, zmq.utils.z85.encode(data[49:81]), pub, sec
    s.connect(address)
    s.send(b"\1" + b2("KRG1.sas.commit", r_c, join) + mac + join)
    assert s.poll(5000)
    session, r_i = (lambda r: (r[1:17], r[17:49]))(s.recv())
    s.send(b"\4" + session + r_c)
    assert s.poll(5000) and s.recv() == b"\5\0"
    ctx.destroy(linger=0)
    sas = b2("KRG1.sas", r_c, r_i, join, data[17:49], f.record_of(a)[0], size=8)  # the second implementation's digits
    proposal = a.k("confirm", f"{int.from_bytes(sas, 'big') % 10**8:08d}")["proposal"]
    assert a.k("approve")["proposals"][0]["subject"] == "Buurthuis"
    approve(f, a, proposal)
    assert partner(a, "Buurthuis")["class_name"] == "member"


@pytest.mark.long
@pytest.mark.long
def test_wrong_digits_three_times_and_the_invite_is_dead(federation):
    f = federation()
    a, _ = f.start()
    token = invite(a)
    for left in (2, 1, 0):
        j = Joining(f, token, "Wie Dan Ook", wait="20" if left else "1")
        right = j.digits()
        with pytest.raises(Refused) as e:
            a.k("confirm", f"{(int(right.replace(' ', '')) + 1) % 10**8:08d}")
        assert e.value.code == 1 and "not the digits" in e.value.reply["what"]
        assert "refused" in j.end(1 if left else 4)  # after the third the port is closed again
    assert [i["state"] for i in a.k("invites", "list")["invites"]] == ["dead"]
    assert "nobody answers" in Joining(f, token, "Wie Dan Ook", wait="2").end(4)  # the port is closed: longer is the same
    with pytest.raises(Refused) as e:
        a.k("confirm", right)
    assert "nobody waits" in e.value.reply["what"]


def test_without_the_secret_of_an_invite_nothing_is_answered(federation):
    """The onboarding socket lets any key speak: what it says is worth nothing without the invite."""
    import zmq
    import zmq.utils.z85
    f = federation()
    a, _ = f.start()
    port = free_port()
    a.k("invite", "--org", "X", "--at", f"tcp://127.0.0.1:{port}")
    _, _, tk = f.record_of(a)
    ctx = zmq.Context()
    s = ctx.socket(zmq.DEALER)
    pub, sec = zmq.curve_keypair()
    s.linger, s.curve_serverkey, s.curve_publickey, s.curve_secretkey = 0, zmq.utils.z85.encode(tk), pub, sec
    s.connect(f"tcp://127.0.0.1:{port}")
    m = Member(f.fed_id())
    for msg in (b"\x01" + bytes(64) + m.join_bytes(), b"\x01", b"\x07" + bytes(24), b"\x04" + bytes(48), b"\x06" + bytes(16), b"\xff" * 60000):
        s.send(msg)
        assert s.poll(5000) and s.recv() == b"\x05\x03", msg[:1]  # state: dead
    ctx.destroy(linger=0)
    assert [i["state"] for i in a.k("invites", "list")["invites"]] == ["open"]


def test_entries_spread_without_being_imported(federation):
    f = federation("Goes", "SMWO", "Doel")
    a, b, c = f.start()
    p = str(f.dir / "renew")
    f.run("roster", "propose", "--roster", str(f.roster), "--op", "renew", "--out", p)
    for n in (1, 2):
        f.run("roster", "sign", "--yes", "--proposal", p, "--key", str(f.dir / f"roots/root{n}.key"), "--roster", str(f.roster))
    f.import_roster(a)
    for n in (b, c):
        wait_for(f"{n.name} to hear of it", lambda: roster_of(n) == roster_of(a))


def test_a_removed_partner_is_cut_off_and_its_referrals_are_work(federation):
    f = federation("Goes", "SMWO", "Doel")
    a, b, c = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    approve(f, a, a.k("partner", "remove", "smwo")["proposal"])
    for n in (a, c):
        wait_for(f"{n.name} to cut it off", lambda: standing(n, "SMWO") == "removed" and not partner(n, "SMWO").get("connected"))
    assert any(w["kind"] == "partner-removed" and w.get("ref") == ref for w in a.k("worklist").get("work", []))
    for args in (("who", case), ("letter", case)):  # with one that was removed no consent holds, wherever it is read
        reply = a.k(*args)
        assert {d["state"] for d in reply["disclosures"]} == {g["state"] for g in reply["grants"]} == {"ended"}, args
    rows = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "roster", "show"], capture_output=True, text=True).stdout.splitlines()
    assert "removal" in rows[-1] and len({row.index("2 signatures") for row in rows}) == 1, rows
    with pytest.raises(Refused) as e:
        a.refer(case, "smwo", "--again")
    assert "suspended or removed" in e.value.reply["what"]
    b.stop()
    b.start()  # it comes back and dials: nobody opens
    time.sleep(4)
    assert not partner(a, "SMWO").get("connected") and b.k("status")["status"].get("connected", 0) == 0


def test_what_is_with_a_removed_partner_is_nobodys_move(federation):
    """Of a referral to it and of one from it, before and after an act: it never answers, and nobody goes on trying."""
    f = federation("Goes", "SMWO", "Doel")
    a, b, c = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    to = a.refer(case, b.name)
    there = b.new_case(phone="2")
    b.consent(there, a.name)
    came = b.refer(there, a.name)
    a.await_state(came, "offered")
    a.k("accept", came)
    b.await_state(came, "accepted")
    b.await_state(to, "offered")
    approve(f, a, a.k("partner", "remove", "smwo")["proposal"])
    wait_for("it to be cut off", lambda: standing(a, "SMWO") == "removed" and not partner(a, "SMWO").get("connected"))
    kring = lambda *w: subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", "en", *w], capture_output=True, text=True).stdout
    for ref in (to, came):
        row = a.k("show", ref)["referrals"][0]
        assert (row["next"], row["todo"], row["gone"]) == ("us", "partner-removed", True) and not row.get("away") and not row.get("due_day"), row
        assert "SMWO is no member any more" in kring("show", ref)
    assert "first contact" not in kring("show", came) and "first contact" not in kring()
    said = kring("start", came)
    assert "keeps trying" not in said and "SMWO is no member any more" in said, said
    for ref in (to, came):
        assert "SMWO is no member any more" in kring("show", ref) and "keeps trying" not in kring("show", ref)
    with pytest.raises(Refused) as e:
        a.k("erase", came, "--yes")
    assert e.value.reply["code"] == "erase-gone" and "SMWO is no member any more" in e.value.reply["why"], e.value.reply
    work = {(w["kind"], w["ref"]) for w in a.k("worklist")["work"]}
    assert work == {("partner-removed", to), ("partner-removed", came)}, work
    assert not a.k("today").get("waiting") and "Waiting for partners" not in kring()
    for ref in (to, came):  # seen to: it is on no list any more
        a.k("done", ref, "--as", "told")
    assert not a.k("worklist").get("work") and not a.k("today").get("waiting")
    assert {a.k("show", ref)["referrals"][0]["next"] for ref in (to, came)} == {"nobody"}
    with pytest.raises(Refused) as e:  # speaks of the partner, and of no referral that one could begin there
        a.k("say", to, "--text", "Is she still coming?")
    assert e.value.reply["code"] == "not-covered-removed", e.value.reply
    ours, theirs = (a.k("show", ref)["referrals"][0]["case_id"] for ref in (to, came))
    a.k("case", "close", ours)  # nobody waits for an answer
    a.k("case", "erase", theirs, "--yes")  # what the refusal named



def test_one_root_suspends_and_enough_roots_lift(federation):
    f = federation("Goes", "SMWO", "Doel")
    a, b, c = f.start()
    approve(f, a, a.k("partner", "suspend", "doel")["proposal"], roots=(1,))
    for n in (a, b):
        wait_for(f"{n.name} to suspend", lambda: standing(n, "Doel") == "suspended" and not partner(n, "Doel").get("connected"))
    lift = a.k("partner", "lift", "doel")["proposal"]
    approve(f, a, lift, roots=(1,))
    assert standing(a, "Doel") == "suspended"  # one root is not enough to lift
    approve(f, a, lift, roots=(2,))
    for n in (a, b):
        wait_for(f"{n.name} to lift", lambda: standing(n, "Doel") == "")
    f.await_connected(a, 2)


def test_two_roots_for_one_place_are_a_fork_with_proof_at_both_ends(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    seq = roster_of(a)[0]
    forked = f.dir / "forked"
    shutil.copy(f.roster, forked)
    for path, org in ((f.roster, "Nieuw Bij Goes"), (forked, "Nieuw Bij SMWO")):
        (f.dir / "j").write_bytes(Member(f.fed_id(), org=org).join_bytes())
        p = str(f.dir / "p")
        f.run("roster", "add", "--roster", str(path), "--join", str(f.dir / "j"), "--out", p)
        for n in (1, 2):
            f.run("roster", "sign", "--yes", "--proposal", p, "--key", str(f.dir / f"roots/root{n}.key"), "--roster", str(path))
    a.stop()
    b.stop()
    f.nodes = [a]
    a.start()
    f.import_roster(a)
    subprocess.run([str(f.bin / "kring"), "--dir", str(b.start().dir), "roster", "import", str(forked)], capture_output=True)
    for n, other in ((a, "Nieuw Bij Goes"), (b, "Nieuw Bij SMWO")):
        wait_for(f"{n.name} to see the fork", lambda: n.k("status")["status"].get("roster_standing") == "forked")
        assert [r["seq"] for r in n.k("roster", "show")["roster"] if r.get("forked")] == [seq + 1]
        assert standing(n, other) == "frozen"
    # the pair of old partners goes on: care must not stop
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    b.await_state(a.refer(case, b.name), "offered")
    with pytest.raises(Refused) as e:
        a.k("partner", "agree", "nieuw-bij-goes", "--share", "identity,contact,needs")
        a.consent(case, "nieuw-bij-goes")
        a.refer(case, "nieuw-bij-goes")
    assert "fork" in e.value.reply["what"]


def test_a_member_on_a_private_fork_is_never_let_in_for_persons(federation):
    """All roots together show one node a member that nobody else was shown: no witness cosigns it."""
    f = federation("Goes", "SMWO", "Doel")
    a, b, c = f.start()
    (f.dir / "j").write_bytes(Member(f.fed_id(), org="Schim").join_bytes())
    b.stop()
    c.stop()  # so that the entry stays private to Goes
    f.admit(f.dir / "j")
    f.import_roster(a)
    a.k("partner", "agree", "schim", "--share", "identity,contact,needs")
    case = a.new_case(phone="1")
    a.consent(case, "schim")
    with pytest.raises(Refused) as e:
        a.refer(case, "schim")
    assert "not yet witnessed" in e.value.reply["what"] and "SMWO" in e.value.reply["remedy"]
    p = partner(a, "Schim")
    assert (p["standing"], p["witnesses"], p["witnesses_wanted"]) == ("waiting", 1, 2)
    b.start()  # one honest member sees it: now everybody will, and w = 2 is reached
    wait_for("a second witness", lambda: standing(a, "Schim") == "")


def test_a_rolled_back_roster_is_noticed_and_nothing_leaves(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    a.stop()
    saved = f.dir / "saved"
    shutil.copytree(a.dir / "main", saved)
    a.start()
    (f.dir / "j").write_bytes(Member(f.fed_id(), org="Later").join_bytes())
    f.admit(f.dir / "j")
    f.import_roster(a)
    wait_for("SMWO to hear of it", lambda: roster_of(b) == roster_of(a))
    a.stop()
    b.stop()
    shutil.rmtree(a.dir / "main")
    shutil.copytree(saved, a.dir / "main")
    (a.dir / "roster").unlink()
    a.start()
    assert a.k("status")["status"]["roster_standing"] == "rolled-back"
    with pytest.raises(Refused):
        a.refer(case, b.name)
    b.start()  # a partner has the missing entry
    wait_for("the roster to be whole again", lambda: a.k("status")["status"].get("roster_standing", "") == "")


def test_a_forged_or_short_entry_changes_nothing(federation):
    f = federation("Goes", "SMWO")
    a, _ = f.start()
    before = roster_of(a)
    m = Member(f.fed_id(), org="Vals")
    raw = m.join_bytes()
    head = bytes.fromhex(before[1])
    now = int(time.time())
    entry = (b"KRG1ros\0" + f.fed_id() + struct.pack(">Q", before[0] + 1) + head + struct.pack(">QQBI", now, now + 86400, 1, len(raw)) + raw)
    key = os.urandom(32)
    from nacl import bindings as sodium
    _, sk = sodium.crypto_sign_seed_keypair(key)
    forged = struct.pack(">I", len(entry)) + entry + b"\x02" + b"".join(bytes([i]) + sign(sk, "KRG1.sign.roster", entry) for i in (0, 1))
    for bad in (forged, forged[:-1], forged[:40], struct.pack(">I", len(entry)) + entry + b"\0"):
        p = f.dir / "bad"
        p.write_bytes(struct.pack(">I", len(bad)) + bad)
        with pytest.raises(Refused):
            a.k("roster", "import", str(p))
    assert roster_of(a) == before


def test_rotation_is_learnt_and_old_documents_still_count(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    before = a.refer(case, b.name)
    b.await_state(before, "offered")
    sheet = a.dir / "recovery-sheet.txt"
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(sheet)], capture_output=True, text=True)
    assert r.returncode == 4 and "running" in r.stderr
    a.stop()
    b.stop()
    a.start()  # a document is signed by the old key and stays queued
    queued = a.refer(case, b.name, need="work-learning")
    a.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(sheet)], check=True, capture_output=True)
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", "-"], input="0" * 64, capture_output=True, text=True)
    assert r.returncode == 1 and "not the key" in r.stderr
    a.start()
    b.start()
    b.await_state(queued, "offered")
    assert standing(b, "Goes") == ""
    b.k("accept", before)
    a.await_state(before, "accepted")
    after = a.refer(case, b.name, need="housing")
    b.await_state(after, "offered")


def test_rotations_that_nobody_heard_yet_are_told_in_their_order(federation):
    """A key after the next one proves itself by the one between: the words of both wait until the node runs again."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    tool = lambda n, *args: subprocess.run([str(f.bin / "kring"), "--dir", str(n.dir), *args], check=True, capture_output=True, text=True)
    a.stop()
    for _ in range(2):
        tool(a, "rotate", "--sheet", str(a.dir / "recovery-sheet.txt"))
    a.start()
    f.await_connected(b)
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    b.await_state(a.refer(case, b.name), "offered")
    assert standing(b, "Goes") == ""
    assert len((a.dir / "record").read_bytes()) < 600  # what was heard is not kept twice
    b.stop()  # and a partner that was away for two of them
    for _ in range(2):
        a.stop()
        tool(a, "rotate", "--sheet", str(a.dir / "recovery-sheet.txt"))
        a.start()
    b.start()
    f.await_connected(b)
    assert standing(b, "Goes") == ""


def test_sheets_that_nobody_was_told_of_have_an_end(federation):
    """One more than there is room for changes nothing, and says what helps."""
    f = federation("Goes")
    a = f.nodes[0]
    tool = lambda *args: subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), *args], capture_output=True, text=True)
    files = lambda: {p.name: p.read_bytes() for p in a.dir.iterdir() if p.is_file() and p.name != "lock"}
    for _ in range(12):
        before, r = files(), tool("sheet")
        if r.returncode:
            break
        assert tool("sheet", "--confirm", str(a.dir / "recovery-sheet.txt")).returncode == 0
    assert r.returncode == 1 and "start kringd" in r.stderr and files() == before, r
    a.start()
    f.import_roster(a)
    a.stop()
    a.start()
    a.stop()
    assert tool("sheet").returncode == 0


def test_recovery_without_the_old_key_asks_for_digits(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    a.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(a.dir / "recovery-sheet.txt"), "--recovery", "yes"],
                   check=True, capture_output=True)
    a.start()
    wait_for("SMWO to be told to compare", lambda: standing(b, "Goes") == "recovered")
    assert "RECOVERED IDENTITY" in subprocess.run([str(f.bin / "kring"), "--dir", str(b.dir), "partner", "list"], capture_output=True,
                                                  text=True).stdout


def test_two_records_of_one_place_suspend_the_pair(dialled):
    """A thief of the signing key writes a second record: whoever sees both stops and keeps the proof."""
    _, b, m = dialled()
    assert standing(b, "Python Partner") == ""
    m.send_frame([(14, m.node_record(version=2, endpoint="tcp://127.0.0.1:1"))])
    m.pump(0.5)
    assert standing(b, "Python Partner") == ""
    m.hello()  # a new address is a new line
    m.pump(0.5)
    m.send_frame([(14, m.node_record(version=2, endpoint="tcp://127.0.0.1:2"))])
    wait_for("the pair to be suspended", lambda: standing(b, "Python Partner") == "conflict")


def test_an_observers_key_on_a_person_is_refused_by_the_receiver_too(dialled):
    _, b, m = dialled(cls="observer", org="Waarnemer")
    thread = os.urandom(16)
    raw, _ = make_document(m.nk, b"", fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=thread)
    m.send_documents([raw])
    m.until(lambda: m.refused)
    assert m.refused and m.refused[0][0] == 5 and m.refused[0][2] == thread and not m.verdicts
    assert not b.k("inbox").get("referrals")


def test_roots_are_rotated_by_old_and_new_together(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    p, keys = str(f.dir / "p"), f.dir / "new-roots"
    old = [str(f.dir / f"roots/root{n}.key") for n in (1, 2)]
    sign_with = lambda key: subprocess.run([str(f.bin / "kring"), "roster", "sign", "--yes", "--proposal", p, "--key", str(key), "--roster", str(f.roster)],
                                           capture_output=True, text=True)
    f.run("roster", "propose", "--roster", str(f.roster), "--op", "rotate-roots", "--roots", "2/3", "--keys", str(keys), "--out", p)
    new = [keys / f"root{n}.key" for n in (1, 2, 3)]
    for key, have in ((old[0], (1, 0)), (new[0], (1, 1)), (old[1], (2, 1))):  # both old ones and one new one are not enough
        said = sign_with(key).stdout
        assert "pass" in said and f"{have[0]} of 2 of the present roots, {have[1]} of 2 of the new ones" in said
    assert "complete" in sign_with(new[2]).stdout
    f.import_roster(a)
    wait_for("SMWO to hear of it", lambda: roster_of(b) == roster_of(a))
    f.run("roster", "propose", "--roster", str(f.roster), "--op", "renew", "--out", p)
    r = sign_with(old[0])
    assert r.returncode == 1 and "not a root" in r.stderr
    assert "pass" in sign_with(new[1]).stdout and "complete" in sign_with(new[0]).stdout
    f.import_roster(b)
    wait_for("Goes to hear of it", lambda: roster_of(b) == roster_of(a))
    renew = a.k("partner", "suspend", "smwo")["proposal"]  # at the daemon too only the new ones count
    r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "approve", renew, "--yes", "--key", old[0]], capture_output=True, text=True)
    assert r.returncode == 1 and "not a root" in r.stderr


def test_an_expired_roster_lets_nobody_new_in_and_care_goes_on(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    for n in f.nodes:
        n.start("--dev-clock-offset", str(100 * 86400))
    f.import_roster()
    f.agree(a, b)
    f.agree(b, a)
    f.await_connected(a)
    f.await_connected(b)
    assert a.k("status")["status"]["roster_standing"] == "expired"
    p = next(x for x in a.k("partner", "list")["partners"] if x["name"] == "SMWO")
    assert p["standing"] == "waiting"  # it came in with an expired roster: frozen until the roots renew
    for n in f.nodes:
        n.stop()
    for n in f.nodes:
        n.start()
    wait_for("in time it is let in", lambda: standing(a, "SMWO") == "")
    f.await_connected(a, 1)
    for n in f.nodes:
        n.stop()
    for n in f.nodes:
        n.start("--dev-clock-offset", str(100 * 86400))
    f.await_connected(a, 1)
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    b.await_state(a.refer(case, b.name), "offered")  # old partners go on


def test_an_invite_to_a_port_that_is_taken_is_told_at_once(federation):
    """Whoever invites hears it, not the newcomer; no such invite stays.  With the port free the door is open when the token is shown."""
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    f.import_roster()
    at, taken = free_port(), socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", at))
    taken.listen()
    for lang, word in (("en", "another program listens on this port"), ("nl", "een ander programma luistert op deze poort")):
        r = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", lang, "invite", "--org", "Doel", "--at", f"tcp://127.0.0.1:{at}"],
                           capture_output=True, text=True)
        assert r.returncode == 4 and word in r.stderr and str(at) in r.stderr and "kring1" not in r.stdout, r
    with pytest.raises(Refused) as e:
        a.k("invite", "--org", "Doel", "--at", f"tcp://127.0.0.1:{at}")
    assert e.value.reply["error"] == "not-now"
    assert {i["state"] for i in a.k("invites", "list").get("invites", [])} <= {"dead"}
    taken.close()
    a.k("invite", "--org", "Doel", "--at", f"tcp://127.0.0.1:{at}")
    socket.create_connection(("127.0.0.1", at), 2).close()
    assert [i["listening"] for i in a.k("invites", "list")["invites"] if i["state"] == "open"] == [True]
