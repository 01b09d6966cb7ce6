# SPDX-License-Identifier: EUPL-1.2
"""A disk that rots spoils one row.  Of each table one row is damaged, the node starts, and every list is asked for: none is refused, and one
that shows less than before names the damage."""
import shutil
import struct
import subprocess
import time

import pytest
from browser import await_web, with_web
from node import wait_for
from staff import Colleague, hire
from test_web_files import signed_in

PAGE, LEAF_TREE, OVERFLOW = 4096, 2, 1
ANNA, PIET, CARLA = 41001, 41077, 41088
INCOMPLETE = "Een deel is niet te lezen"
STORY = "identity,contact,household,needs,story,attachments"
# What a node is nothing without: it does not start, says so, and comes back from a backup.
OWN = {"roster": "the chain that it trusts", "log": "how far the database is ahead of its log", "node": "its own membership, and everybody's",
       "meta": "its identity"}


def leaves(raw, page):
    """(key, flags, where its value begins, how long it is) of every row of one tree of LMDB, in order."""
    flags, lower = struct.unpack_from("<HH", raw, page * PAGE + 10)
    for at in struct.unpack_from(f"<{(lower - 16) // 2}H", raw, page * PAGE + 16):
        low, high, form, size = struct.unpack_from("<HHHH", raw, page * PAGE + at)
        key = bytes(raw[page * PAGE + at + 8:page * PAGE + at + 8 + size])
        if flags & 1:
            yield from leaves(raw, low | high << 16 | form << 32)
        else:
            yield key, form, page * PAGE + at + 8 + size, low | high << 16


def rows_of(raw):
    """{table: its rows} of a database that is closed."""
    newest = max((0, 1), key=lambda p: struct.unpack_from("<Q", raw, p * PAGE + 144)[0])
    tree = lambda at: [] if (root := struct.unpack_from("<Q", raw, at)[0]) == 2**64 - 1 else list(leaves(raw, root))
    return {key.decode(): tree(at + 40) for key, form, at, _ in tree(newest * PAGE + 128) if form & LEAF_TREE}


def one_of_each(raw):
    """(table, key, last byte of its value): the newest row of each table, and of each kind that META has but for the end of the audit log:
    where nothing can be written down nobody sees a person."""
    for table, rows in rows_of(raw).items():
        kinds = {(key[:1] if table == "meta" else b"", len(key)): (key, at + size - 1) for key, form, at, size in rows if size and not form & OVERFLOW}
        yield from ((table, key, at) for key, at in kinds.values() if (table, key) != ("meta", b"\1"))


def refer(a, b, name, **fields):
    case = a.new_case(name=name, phone="0612345678", address="Markt 1, Goes", **fields)
    a.consent(case, b.name, "identity,contact,household,needs,attachments")
    return case, a.refer(case, b.name)


@pytest.fixture
def full(federation, tmp_path):
    """(a node with rows in most of its tables, what to ask it, as whom)"""
    f = federation("Goes", "SMWO", "GGD")
    a, b, c = f.start()
    for n in f.nodes:
        for o in f.nodes:
            if n is not o:
                f.agree(n, o, STORY, STORY)
    sent = [refer(a, b, name) for name in ("Piet Verzonnen", "Anna Ander", "Piet Verzonnen")]
    came = [refer(b, a, name)[1] for name in ("Ernst Eerst", "Eva Tweede")]
    for n, refs in ((b, [ref for _, ref in sent]), (a, came)):
        for ref in refs:
            n.await_state(ref, "offered")
    b.k("accept", sent[0][1])
    a.await_state(sent[0][1], "accepted")
    a.k("case", "note", sent[0][0], "--text", "een")
    for name in ("een.txt", "twee.txt"):
        (tmp_path / name).write_text("x" * 100)
        a.k("case", "attach", sent[0][0], str(tmp_path / name))
    for name, to in (("Fatima Verzonnen", b.name), ("Ferry Verzonnen", c.name)):
        case = a.new_case(name=name)
        a.k("consent", "give", case, "--to", to, "--share", "identity,contact,needs,story", "--purpose", "handover", "--how", "written")
        a.k("handover", "propose", case, "--to", to)
    for i, org in enumerate(("Een", "Twee")):
        a.k("invite", "--org", org, "--at", f"tcp://127.0.0.1:{i + 1}")
    a.k("case", "same", sent[0][0], sent[2][0])
    wait_for("the receipts", lambda: not a.k("outbox", "list").get("outbox"))
    b.stop()
    c.stop()
    refer(a, b, "Laat Een")
    refer(a, c, "Laat Twee")
    hire(a, "caseworker", "administrator", name="Anna De Wit", uid=ANNA)
    anna = Colleague(a, ANNA)
    for name, uid, *roles in (("Piet Privacy", PIET, "privacy"), ("Carla Verzonnen", CARLA, "caseworker", "administrator")):
        assert not anna.ask("staff_add", name=name, uid=uid, roles=roles).error
    carla = Colleague(a, CARLA)
    for case, _ in sent[:2]:
        assert carla.ask("case_erase", id=case, now=True).code == "second-person"
        assert not carla.ask("case_worker", id=case).error
    for label in ("een", "twee"):
        assert not anna.ask("draft_put", form="case-new", label=label, body="a b").error
    # of one case what is a list: of one that is damaged itself, its page is refused
    lists = [(PIET, "audit_list", {})]
    lists += [(ANNA, what, {}) for what in ("status", "partner_list", "case_list", "inbox", "sent", "worklist", "today", "outbox_list", "roster_show", "invite_list",
                                            "approve_list", "draft_list", "staff_list", "pending_list", "handover_list", "hand")]
    lists += [(ANNA, "case_list", dict(text="erz")), (ANNA, "inbox", dict(all=True)), (ANNA, "sent", dict(all=True)), (ANNA, "worklist", dict(mine=True)), (ANNA, "today", dict(mine=True)),
              (ANNA, "file_list", dict(id=sent[0][0]))]
    lists += [(ANNA, "consent_list", dict(id=case.id)) for case in anna.ask("case_list").cases]
    yield a, lists


def rows_in(reply):
    return {f.name: len(v) for f, v in reply.ListFields() if f.label == f.LABEL_REPEATED and f.name not in ("audit", "damage")}


def asked(a, lists):
    lines = {uid: Colleague(a, uid) for uid in (ANNA, PIET)}
    out = [lines[uid].ask(what, **words) for uid, what, words in lists]
    for line in lines.values():
        line.close()
    return out


def test_one_row_of_each_table(full):
    a, lists = full
    before = asked(a, lists)
    assert not [x for x, reply in zip(lists, before) if reply is None or reply.error or reply.damage]
    a.stop()
    kept = a.dir.parent / "kept"
    subprocess.run(["cp", "-a", str(a.dir), str(kept)], check=True)
    raw = (kept / "main/data.mdb").read_bytes()
    wrong, named, down = [], set(), set()
    for table, key, at in one_of_each(raw):
        shutil.rmtree(a.dir)
        subprocess.run(["cp", "-a", str(kept), str(a.dir)], check=True)
        with (a.dir / "main/data.mdb").open("r+b") as f:
            f.seek(at)
            f.write(bytes([raw[at] ^ 1]))
        a.start(wait=False)
        first = Colleague(a, ANNA)
        end = time.time() + 20
        while time.time() < end and a.proc.poll() is None and first.ask("status") is None:
            time.sleep(0.03)
        first.close()
        if a.proc.poll() is not None:
            down.add(table)
            continue
        for (uid, what, words), was, now in zip(lists, before, asked(a, lists)):
            if now is None or now.error:
                wrong.append((table, key.hex(), what, words, now and now.code))
                continue
            fewer = [name for name, n in rows_in(was).items() if rows_in(now).get(name, 0) < n]
            if fewer and not now.damage:
                wrong.append((table, key.hex(), what, words, "without a word", fewer))
            named |= {d.table for d in now.damage}
        a.stop()
    print("named:", named, "does not start:", down)
    assert not wrong, "\n".join(map(str, wrong))
    assert down <= set(OWN), down
    assert named >= {"pending", "handover", "draft", "attachment", "staff", "cases", "grant", "thread", "work", "pair", "agreement", "audit", "invite"}, named


def test_a_page_in_a_browser_says_that_it_is_not_whole(federation):
    """Whoever works at a screen types no kring verify: each page that lacks a row says so, and no other page does."""
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    with_web(a)
    f.start()
    await_web(a)
    refer(a, b, "Piet Verzonnen")
    case, ref = refer(a, b, "Anna Ander")
    b.await_state(ref, "offered")
    wait_for("the receipts", lambda: not a.k("outbox", "list").get("outbox"))
    short = {"/": True, "/out": True, "/cases": False, "/me": False, f"/c/{case}": True}
    says = lambda x: {path: INCOMPLETE in x.get(path).text for path in short}
    thread = bytes.fromhex(a.k("show", ref)["referrals"][0]["id"])
    assert not any(says(signed_in(a, name="Iris Bedacht")).values())
    a.stop()
    raw = bytearray((a.dir / "main/data.mdb").read_bytes())
    raw[next(at + size - 1 for key, _, at, size in rows_of(raw)["thread"] if key == thread)] ^= 1
    (a.dir / "main/data.mdb").write_bytes(raw)
    a.start()
    await_web(a)
    assert says(signed_in(a, name="Bert Bedacht")) == short


def flip(node, table, *keys):
    """The last byte of these rows; the same again takes it back.  The node is off."""
    path = node.dir / "main/data.mdb"
    raw = bytearray(path.read_bytes())
    at = {key: at + size - 1 for key, _, at, size in rows_of(raw).get(table, ())}
    for key in keys or at:
        raw[at[key]] ^= 1
    path.write_bytes(raw)


def alarms(n):
    return [x["what"] for x in n.k("status")["status"].get("alarms", [])]


def test_a_damaged_key_costs_its_case_and_no_other(federation, tmp_path):
    """Every shred takes each key through its hands: one that opens nothing is passed over, what was erased is gone all the same, and the
    node goes on, also with its backups."""
    f = federation("Goes")
    a, = f.nodes
    a.start()
    lost, gone, here = (a.new_case(name=f"{x} Verzonnen", phone="000-111") for x in ("Anna", "Bert", "Carla"))
    a.stop()
    before = sum(1 for _ in rows_of((a.dir / "main/data.mdb").read_bytes())["casekey"])
    flip(a, "casekey", bytes.fromhex(lost))
    a.start()
    wait_for("all keys to be looked at", lambda: "keys-damaged" in alarms(a))
    a.k("case", "erase", gone, "--now")
    assert a.k("case", "show", here)["person"]["name"] == "Carla Verzonnen" and "keys-damaged" in alarms(a)
    a.k("backup", str(tmp_path / "b"))
    a.stop()
    assert len(rows_of((a.dir / "main/data.mdb").read_bytes())["casekey"]) == before - 1
    a.start()
    assert a.k("case", "show", here)["person"]["phone"] == "000-111"
    wait_for("all keys to be looked at", lambda: "keys-damaged" in alarms(a))
    verify = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "verify"], capture_output=True, text=True)
    assert verify.returncode == 5 and lost in verify.stdout + verify.stderr and here not in verify.stdout + verify.stderr


def test_where_no_key_opens_none_is_given_up(federation):
    """That is no damage of a disk: what opens them is wrong, and it is not thrown away.  Once it is right again the shred goes on."""
    f = federation("Goes")
    a, = f.nodes
    a.start()
    cases = [a.new_case(name=f"{x} Verzonnen") for x in ("Anna", "Bert", "Carla")]
    a.stop()
    flip(a, "casekey")
    a.start()
    assert a.try_k("case", "erase", cases[0], "--now") is None
    a.stop()
    a.start(wait=False)
    a.proc.wait(20)
    flip(a, "casekey")
    a.start()
    assert a.k("case", "show", cases[1])["person"]["name"] == "Bert Verzonnen" and "keys-damaged" not in alarms(a)
