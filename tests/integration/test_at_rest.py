# SPDX-License-Identifier: EUPL-1.2
"""Keys at rest: lock and unlock, recovery code, panic, erasure, and what a thief of everything stored can open."""
import os
import random
import re
import secrets
import struct
import subprocess

import pytest
from documents import IDENTITY_NEEDS, grant, offer, pb
from kringwire import PING, b2, open_envelope
from nacl import bindings as sodium
from node import Refused, free_port, wait_for
from test_walls import memory_has


def kring(n, *args, stdin=None):
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), *args], capture_output=True, text=True, input=stdin)


def recovery_code(n):
    return re.search(r"([0-9a-z]{4}-){7}[0-9a-z]{4}", (n.dir / "recovery-sheet.txt").read_text())[0]


# ---- a node's files, opened by the second implementation with the key file (daemon/store/FORMAT.md) ----
def aead_open(key, ad, sealed):
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], ad, sealed[:24], key)
    except Exception:
        return None


def master_key(d):
    raw, key = (d / "slots").read_bytes(), (d / "unlock.key").read_bytes()
    for i in range(raw[8]):
        slot = raw[9 + i * 97:9 + (i + 1) * 97]
        mk = aead_open(b2("KRG1.slotfile", slot[9:25], key=key), slot[:1], slot[25:97])
        if mk:
            return mk
    raise AssertionError("no slot opens")


class Keyroot:
    """Every readable half, newest first: (case epochs -> W, [V])."""

    def __init__(self, d):
        raw, mk = (d / "keyroot").read_bytes(), master_key(d)
        halves = []
        for h in (raw[:4096], raw[4096:]):
            plain = aead_open(mk, h[:16], h[16:16 + 24 + 249 + 16])
            if plain:
                halves.append((struct.unpack(">Q", h[8:16])[0], plain))
        halves.sort(reverse=True)
        self.wraps, self.vs, self.halves = {}, [], len(halves)
        for _, p in halves:
            e, w, en, wn = struct.unpack(">I32sI32s", p[:72])
            self.wraps.setdefault(e, set()).add(w)
            if en:
                self.wraps.setdefault(en, set()).add(wn)
            self.vs += [p[108:140]] + ([p[141:173]] if p[140] else [])

    def opens(self, case, wrapped, cls=1):
        """cls 1: the key of a case, 3: of a consent, or of what partners told of a case."""
        e = struct.unpack(">I", wrapped[:4])[0]
        ad = b"KRG1.casekey" + bytes([cls]) + case + wrapped[:4]
        return any(aead_open(w, ad, wrapped[4:]) for w in self.wraps.get(e, ()))


def wrapped_keys(d, case):
    """Every wrapped case key of this case that the pages of the database and the files of its log hold, living or freed."""
    data = b"".join((d / "main" / f).read_bytes() for f in ("data.mdb", "log0", "log1"))
    return [data[m.end():m.end() + 76] for m in re.finditer(re.escape(case), data)]


def test_files_are_as_the_format_says(federation):
    a = federation().start()[0]
    case = bytes.fromhex(a.k("case", "list")["cases"][0]["id"] if a.k("case", "list").get("cases") else a.new_case())
    k = Keyroot(a.dir)
    assert k.halves == 2 and [w for w in wrapped_keys(a.dir, case) if k.opens(case, w)]


def test_lock_forgets_and_unlock_takes_the_passphrase_or_the_recovery_code(federation, workdir):
    f = federation()
    a, b = f.start()
    case = a.new_case(name="Plantmarker Slot")
    core = a.children()["core"]
    a.k("lock")
    wait_for("a locked node", lambda: (a.try_k("status") or {}).get("status", {}).get("locked"))
    assert a.children()["core"] != core  # the process that knew is gone
    with pytest.raises(Refused) as e:
        a.k("case", "show", case)
    assert e.value.code == 4 and "locked" in e.value.reply["what"]
    wait_for("the partner to see it offline", lambda: b.k("status")["status"].get("connected", 0) == 0)
    assert kring(a, "unlock", stdin="0000-0000-0000-0000-0000-0000-0000-0000\n").returncode == 1
    assert kring(a, "unlock", stdin=recovery_code(a).upper().replace("-", " ") + "\n").returncode == 0
    assert a.k("case", "show", case)["person"]["name"] == "Plantmarker Slot"
    f.await_connected(a, 1)


def test_without_a_key_file_the_node_waits_for_its_passphrase(federation, workdir):
    f = federation("SMWO")
    d = workdir / "pw"
    (workdir / "pass").write_text("correct horse battery\n")
    subprocess.run([str(f.bin / "kring"), "--dir", str(d), "node", "init", "--org", "Stil", "--country", "NL", "--listen",
                    f"tcp://127.0.0.1:{free_port()}", "--federation", str(f.roster), "--passphrase-file", str(workdir / "pass")], check=True,
                   capture_output=True)
    (d / "unlock.key").unlink()
    from node import Node
    n = Node(f, "pw", "Stil", 0)
    f.nodes.append(n)
    n.start()
    assert n.k("status")["status"]["locked"]
    assert kring(n, "unlock", stdin="wrong\n").returncode == 1
    assert kring(n, "unlock", stdin="correct horse battery\n").returncode == 0
    assert not n.k("status")["status"].get("locked")


def test_slots_are_added_and_taken_away_and_one_way_always_stays(federation, workdir):
    f = federation("Goes")
    a = f.nodes[0]
    (workdir / "new-pass").write_text("nog een zin\n")
    stick = workdir / "stick.key"
    assert kring(a, "slot", "list").stdout.split() == ["1", "key-file", "2", "recovery-code"]
    assert kring(a, "slot", "remove", "--number", "1").returncode == 1
    assert kring(a, "slot", "remove", "--number", "2").returncode == 1
    assert kring(a, "slot", "add", "--kind", "passphrase", "--file", str(workdir / "new-pass")).returncode == 0
    assert kring(a, "slot", "add", "--kind", "credential", "--file", str(stick)).returncode == 0
    assert stick.stat().st_size == 32 and stick.stat().st_mode & 0o77 == 0
    r = kring(a, "slot", "remove", "--number", "1")  # the key file in the directory opens nothing now
    assert r.returncode == 0 and "no key file opens this node now" in r.stdout, r
    a.start(wait=False)
    assert a.proc.wait(20) == 78 and "does not unlock" in a.log.read_text()
    (a.dir / "unlock.key").unlink()
    a.start("--passphrase-file", str(workdir / "new-pass"))
    assert not a.k("status")["status"].get("locked")
    a.stop()
    cred = workdir / "creds"
    cred.mkdir()
    stick.rename(cred / "kring.key")
    os.environ["CREDENTIALS_DIRECTORY"] = str(cred)  # as systemd does
    try:
        a.start()
        assert not a.k("status")["status"].get("locked")
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]


def test_verify_opens_every_record_and_names_a_damaged_one(federation):
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    f.import_roster()
    for i in range(20):
        a.new_case(name=f"Testpersoon {i}")
    r = kring(a, "verify")
    assert r.returncode == 0 and "records are readable" in r.stdout and "chain is intact" in r.stdout
    a.stop()
    data = bytearray((a.dir / "main/data.mdb").read_bytes())
    hits = [m.start() for m in re.finditer(rb"\x01\x01\x01\xa2", bytes(data))]  # version, class case, beginning of a case id
    assert hits
    for at in hits:
        data[at + 60] ^= 1
    (a.dir / "main/data.mdb").write_bytes(data)
    a.start()
    r = kring(a, "verify")
    assert r.returncode == 5 and "damaged: case" in r.stderr


def test_panic_suspends_at_every_partner_and_rotation_is_the_way_back(federation):
    f = federation()
    a, b = f.start()
    assert kring(a, "panic").returncode == 2
    assert kring(a, "panic", "--yes").returncode == 0
    standing = lambda: next(p for p in b.k("partner", "list")["partners"] if p["name"] == "Goes").get("standing", "")
    wait_for("SMWO to see it suspended", lambda: standing() == "suspended")
    wait_for("it to be locked", lambda: (a.try_k("status") or {}).get("status", {}).get("locked"))
    a.stop()
    subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "rotate", "--sheet", str(a.dir / "recovery-sheet.txt")], check=True,
                   capture_output=True)
    a.start()
    wait_for("SMWO to take the new record", lambda: standing() == "")
    f.await_connected(a, 1)
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    b.await_state(a.refer(case, b.name), "offered")


def test_a_case_with_an_open_referral_is_not_erased(federation):
    a, b = federation().start()
    case = a.new_case(phone="1")
    a.consent(case, b.name)
    b.await_state(a.refer(case, b.name), "offered")
    with pytest.raises(Refused) as e:
        a.k("case", "erase", case, "--now")
    assert "open referrals" in e.value.reply["what"]


@pytest.mark.long
def test_after_an_erase_no_marker_is_left_on_disk_or_in_memory(federation):
    """1 000 planted markers in 125 cases of eight fields; a partner got one of the cases."""
    f = federation()
    a, b = f.start()
    fields = ("name", "phone", "email", "address", "household", "goals", "story", "health")
    markers, cases = [], []
    for i in range(125):
        m = {x: f"0000-{secrets.randbelow(10 ** 12):012d}-{i:03d}" if x == "phone" else f"Plantmarker{i:03d}{x}" for x in fields}
        markers += [v.encode() for v in m.values()]
        cases.append(a.new_case(**dict(m, email=m["email"] + "@voorbeeld.invalid")))
    assert len(markers) == 1000
    kept = a.new_case(name="Blijvende Testpersoon")
    a.consent(cases[0], b.name, "identity,contact,needs,story")
    ref = a.refer(cases[0], b.name, "--share", "identity,contact,needs,story")
    b.await_state(ref, "offered")
    b.k("decline", ref, "--reason", "out-of-area", "--alternative", "none")
    a.await_state(ref, "declined")
    ids = [bytes.fromhex(c) for c in cases]
    before = {c: wrapped_keys(a.dir, c) for c in ids}
    k = Keyroot(a.dir)
    assert all(any(k.opens(c, w) for w in ws) for c, ws in before.items())  # the thief's tool works
    for c in cases:
        a.k("case", "erase", c, *(["--now"] if c == cases[-1] else []))
    k = Keyroot(a.dir)
    after = {c: before[c] + wrapped_keys(a.dir, c) for c in ids}
    assert not [c for c, ws in after.items() if any(k.opens(c, w) for w in ws)]  # with every key there is, freed pages included
    assert any(k.opens(bytes.fromhex(kept), w) for w in wrapped_keys(a.dir, bytes.fromhex(kept)))
    assert a.k("case", "show", kept)["person"]["name"] == "Blijvende Testpersoon"
    wanted = re.compile(b"|".join(markers))
    for p in [p for p in a.dir.rglob("*") if p.is_file()] + [a.log]:
        assert not wanted.findall(p.read_bytes()), p
    if os.getuid() == 0:
        assert memory_has(a.children()["core"], [b"SMWO", b"Goes"]) == {b"SMWO", b"Goes"}  # it reads what is there
        assert not memory_has(a.children()["core"], markers)
        assert not memory_has(a.children()["net"], markers)
    with pytest.raises(Refused):
        a.k("case", "show", cases[0])
    assert not a.k("show", ref).get("person")
    # the proof stays: that something was disclosed, to whom, and the chain holds
    assert a.k("audit", "verify")["count"] > 125
    assert [(r["act"], r.get("hollow", False)) for r in a.k("show", ref)["log"] if r["side"] == "sender"] == [("offer", True)]
    assert b.k("show", ref)["referrals"][0]["state"] == "declined"


@pytest.mark.long
@pytest.mark.parametrize("crashes", [int(os.environ.get("KRING_SHRED_CRASHES", "100"))])
def test_a_shred_that_crashes_anywhere_keeps_the_living_and_not_the_dead(federation, die_at, crashes):
    """The process ends at a random write or sync of the erasure; the next start finishes it forward."""
    f = federation("Goes")
    a = f.nodes[0]
    a.start()
    f.import_roster()
    living = {a.new_case(name=f"Levend {i}"): f"Levend {i}" for i in range(5)}
    seed = int.from_bytes(os.urandom(4), "big")
    rnd, died = random.Random(seed), 0
    for i in range(crashes):
        case = a.new_case(name=f"Dood {i}")
        raw = bytes.fromhex(case)
        old = wrapped_keys(a.dir, raw)
        assert any(Keyroot(a.dir).opens(raw, w) for w in old)
        core = a.children()["core"]
        die_at(rnd.randint(1, 16))
        a.try_k("case", "erase", case, "--now")
        die_at(0)
        wait_for("an answer, or an end", lambda: a.status() or a.proc.poll() is not None, 30)
        if a.proc.poll() is not None:
            a.start()  # twenty deaths in a minute: the supervisor gave up, as it should
        died += wait_for("core to run", lambda: a.children().get("core")) != core
        if a.try_k("case", "show", case):  # it died before the erasure was committed: erase again
            a.k("case", "erase", case, "--now")
        k = Keyroot(a.dir)
        assert not any(k.opens(raw, w) for w in old + wrapped_keys(a.dir, raw)), f"seed {seed} round {i}: a shredded key opens"
        for c, name in living.items():
            assert a.k("case", "show", c)["person"]["name"] == name, f"seed {seed} round {i}"
    print(f"shred_crash: {died} crashes in {crashes} erasures: 0 living lost, 0 shredded kept (seed {seed})")
    assert died >= crashes // 2


def test_a_shred_in_two_slices_dies_at_each_of_its_writes(die_at, dialled, workdir, monkeypatch):
    """More cases than one slice wraps again.  Whichever write or sync is the last one: whoever lives is read, on both sides of the
    cut, and the erased one is not."""
    monkeypatch.setenv("KRING_DEV_LOG_KIB", "16384")  # every write counted is one of the erasure, not of a thread beside it
    f, b, m = dialled()
    for i in range(0, 1100, 50):
        docs = []
        for _ in range(50):
            gid, subject, g = grant(m, IDENTITY_NEEDS)
            docs += [g, offer(m, gid, subject, pb.Person(name="Piet Verzonnen"), IDENTITY_NEEDS)[1]]
        for half in (docs[:50], docs[50:]):
            m.send_documents(half)
        m.until(lambda: len(m.verdicts) >= 2 * (i + 50))
    own = {b.new_case(name=f"Levend {i}"): f"Levend {i}" for i in range(3)}
    all_ids = []
    while not all_ids or "next" in got:
        got = b.k("case", "list", "--limit", "500", *(("--after", got["next"]) if all_ids else ()))
        all_ids += [c["id"] for c in got["cases"]]
    assert len(all_ids) == 1103 > 1024  # LIMIT_SHRED_SLICE
    ids = sorted(all_ids)
    at_the_cut = [ids[0], *ids[1020:1028], ids[-1]]

    def erase(n):
        """One more erased, and the process ends at the n-th write: did it, and what was left of n?"""
        case = b.new_case(name="Dood")
        raw, core = bytes.fromhex(case), b.children()["core"]
        old = wrapped_keys(b.dir, raw)
        assert any(Keyroot(b.dir).opens(raw, w) for w in old)
        die_at(n)
        b.try_k("case", "erase", case, "--now")
        left = struct.unpack("=Q", (workdir / "box").read_bytes()[:8])[0]
        die_at(0)
        wait_for("an answer, or an end", lambda: b.try_k("status") or b.proc.poll() is not None, 30)
        if b.proc.poll() is not None:
            b.start()  # many deaths in a minute: the supervisor gave up, as it should
        died = wait_for("core to run", lambda: b.children().get("core")) != core
        if b.try_k("case", "show", case):  # it died before the erasure was committed
            b.k("case", "erase", case, "--now")
        k = Keyroot(b.dir)
        assert not any(k.opens(raw, w) for w in old + wrapped_keys(b.dir, raw)), f"write {n}: a shredded key opens"
        for c, name in own.items():
            assert b.k("case", "show", c)["person"]["name"] == name, f"write {n}"
        for c in at_the_cut:
            b.k("case", "show", c)
        return died, left

    died, left = erase(1000)
    assert not died
    writes = 1000 - left
    assert writes > 10, "each slice is written and synced"
    tries = range(1, writes, 1 if os.environ.get("KRING_LONG") else 3)
    assert sum(erase(n)[0] for n in tries) > len(tries) * 3 // 4, "it hardly ever died"
    assert b.k("audit", "verify")["count"] > 1100


def stolen_prekeys(d):
    """prekey id -> (secret, public): every EPOCH key whose secret a thief of the directory can open, freed pages included."""
    keys, data = {}, (d / "prekeys/data.mdb").read_bytes()
    for m in re.finditer(rb"KRG1pre\0", data):
        rec, sealed = data[m.start():m.start() + 222], data[m.start() + 222:m.start() + 222 + 72]
        for v in Keyroot(d).vs:
            sec = aead_open(v, rec[100:116], sealed)
            if sec:
                assert sodium.crypto_scalarmult_base(sec) == rec[126:158]
                keys[rec[100:116]] = (sec, rec[126:158])
    return keys


def test_a_thief_of_everything_stored_opens_no_recorded_traffic(dialled):
    """What was sent to a node is recorded below CURVE; the day after, its disk and key file are taken.  Direct traffic
    opens with nothing; what was sealed to its EPOCH key opens (the control), and after nine days that does not either."""
    f, b, m = dialled()
    node_id = f.record_of(b)[0]
    direct = []
    for _ in range(8):
        direct.append(m.send_frame([(PING, bytes(8) + b"\0")]))
        m.pump(0.2)
    m.peer_key, newest = m.peer_epoch, m.peer_key
    relayed = m.send_frame([(PING, bytes(8) + b"\0")])  # as over a relay
    m.peer_key = newest
    m.pump(0.3)
    b.stop()
    assert Keyroot(b.dir).halves == 2
    keys = stolen_prekeys(b.dir)
    assert keys and open_envelope(relayed, node_id, keys), "the thief's tool must open what can be opened"
    assert not [e for e in direct if open_envelope(e, node_id, keys)]
    b.start("--dev-clock-offset", str(10 * 86400))
    b.stop()
    keys = stolen_prekeys(b.dir)
    assert keys and open_envelope(relayed, node_id, keys) is None  # a new key is there, the old one is destroyed
