# SPDX-License-Identifier: EUPL-1.2
"""A member that hands a case over, or takes one, and keeps to no rule of it: PROPOSE, BUNDLE, CEDE, what it adds, what it keeps."""
import os
import struct
import time

from kringwire import CHUNK, ZERO32, b2, make_document
from nacl import bindings as sodium
from nacl.public import PublicKey, SealedBox
from node import wait_for
from world import grant, pb, say

AGREE, BUNDLE, STAGED, ABORT, CEDE, TAKE, ADDENDUM, RECLAIM, SUPERSEDED, PROPOSE, KEPT = 26, 28, 29, 30, 31, 32, 33, 34, 35, 25, 45
STORY, FILES = 1 << 16, 1 << 17
ALL = 1 << 0 | 1 << 1 | 1 << 15 | STORY | FILES
CHUNK_PLAIN = 49152


def file_of(plain, key=None):
    """(key, its chunks, its name) of a file as it travels."""
    key = key or os.urandom(32)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    parts = [plain[i:i + CHUNK_PLAIN] for i in range(0, len(plain), CHUNK_PLAIN)] or [b""]
    chunks = [sodium.crypto_secretstream_xchacha20poly1305_push(state, p, b"", 3 if i + 1 == len(parts) else 0) for i, p in enumerate(parts)]
    chunks[0] = header + chunks[0]
    return key, chunks, b2("KRG1.blobid", *chunks)


def hollow(m, type_, reason=1, **head):
    """A document whose body stayed behind, signed as one: (bytes, hash)."""
    raw, h = make_document(m.nk, b"x", **head, type=type_)
    salt, n = raw[249:281], struct.unpack(">I", raw[281:285])[0]
    return raw[:248] + b"\1" + b2("KRG1.bodycommit", raw[285:285 + n], key=salt) + struct.pack(">H", reason) + raw[285 + n:], h


class Giver:
    """One handover of m to the target of w.  files: what it serves, by name."""

    def __init__(self, w, m, cats=ALL, **consent):
        self.w, self.m, self.b, self.cats, self.files = w, m, w.target, cats, {}
        self.thread, self.no, self.prev = os.urandom(16), 0, ZERO32
        self.gid, self.subject, raw = grant(m, cats, purpose="handover", **consent)
        assert say(m, [raw]) == [0]

    def head(self, **more):
        theirs = [d for d in self.m.inbox if d.thread == self.thread]
        seen = (theirs[-1].thread_no, theirs[-1].hash) if theirs else (0, ZERO32)
        self.no += 1
        return {**dict(fed=self.m.fed, sender=self.m.id, recipient=self.m.peer, thread=self.thread, thread_no=self.no, prev=self.prev,
                       seen_no=seen[0], seen_hash=seen[1], grant=self.gid), **more}

    def doc(self, type_, body, cats=0, **more):
        raw, self.prev = make_document(self.m.nk, body if isinstance(body, bytes) else body.SerializeToString(), type=type_, cats=cats, **self.head(**more))
        return raw

    def sign(self, type_, body, cats=0, **more):
        return say(self.m, [self.doc(type_, body, cats, **more)])

    def hollow(self, type_, cats=0):
        raw, self.prev = hollow(self.m, type_, cats=cats, **self.head())
        return raw

    # ---- files ----
    def file(self, plain):
        key, chunks, name = file_of(plain)
        self.files[name] = chunks
        return key, name, len(plain)

    def serve(self, until, seconds=30):
        """What is asked for is sent, until that holds."""
        end = time.time() + seconds
        while time.time() < end:
            asked, self.m.asked = self.m.asked, []
            for name, at, n in asked:
                for i in range(at, min(at + n, len(self.files.get(name, ())))):
                    self.m.send_frame([(CHUNK, name + struct.pack(">I", i) + self.files[name][i])])
            if until():
                return True
            self.m.pump(0.1)
        return False

    def heard(self, type_):
        return any(d.thread == self.thread and d.type == type_ for d in self.m.inbox)

    # ---- its steps ----
    def row(self):
        rows = [h for h in self.b.k("handover", "list").get("handovers", []) if h["id"] == self.thread.hex()]
        return rows[0] if rows else None

    def step(self, *words):
        return self.b.k("handover", words[0], self.ref, *words[1:])

    def propose(self, **fields):
        body = pb.HandoverPropose(**{**dict(what=1, needs=["income-debt"], subject_ref=self.subject, persons=1, children=0), **fields})
        said = self.sign(PROPOSE, body, cats=1 << 15)
        if said == [0]:
            row = wait_for("the proposal", self.row)
            self.ref, self.case = row["ref"], row["case_id"]
        return said

    def bundle_body(self, content, **fields):
        plain = content if isinstance(content, bytes) else content.SerializeToString()
        self.key, name, size = self.file(plain)
        salt = os.urandom(32)
        return pb.HandoverBundle(**{**dict(blob=name, length=size, chunks=len(self.files[name]), salt=salt, digest=b2("KRG1.bundle", plain, key=salt),
                                           cats=self.cats), **fields})

    def bundle(self, content, **fields):
        return self.sign(BUNDLE, self.bundle_body(content, **fields), cats=self.cats)

    def cede(self, **fields):
        return self.sign(CEDE, pb.HandoverCede(**{**dict(bkey=self.key, reclaims=0, turns=1), **fields}), cats=1)

    def ceded(self, content, **fields):
        """As far as that."""
        assert self.propose() == [0]
        self.step("agree")
        self.m.until(lambda: self.heard(AGREE))
        assert self.bundle(content, **fields) == [0]
        assert self.serve(lambda: self.heard(STAGED)), self.row()
        assert self.cede() == [0]
        return wait_for("the key", lambda: self.row()["state"] == "ceded")

    def taken(self, content, **fields):
        self.ceded(content, **fields)
        self.step("take", "--yes")
        self.m.until(lambda: self.heard(TAKE))
        d = next(d for d in self.m.inbox if d.thread == self.thread and d.type == TAKE)
        self.keep_pub = pb.HandoverTake.FromString(d.body).keep_pub

    def kept(self, content, bkey=None, **fields):
        """The word of what it keeps, with a file that holds this."""
        key, name, size = self.file(content if isinstance(content, bytes) else content.SerializeToString())
        keys = SealedBox(PublicKey(self.keep_pub)).encrypt((bkey or self.key) + key)
        return self.sign(KEPT, pb.HandoverKept(**{**dict(keys=keys, blob=name, length=size, reclaims=0, turns=1), **fields}))


class Taker:
    """One handover of the target to m, which answers what it likes."""

    def __init__(self, w, m, **fields):
        self.m, self.b, self.no, self.prev = m, w.target, 0, ZERO32
        self.case = self.b.new_case(**fields)
        self.b.k("consent", "give", self.case, "--to", m.name, "--share", "identity,contact,needs,story", "--purpose", "handover", "--how", "written")
        self.ref = self.b.k("handover", "propose", self.case, "--to", m.name)["handovers"][0]["ref"]
        self.thread = bytes.fromhex(self.row()["id"])
        self.told(PROPOSE)

    def theirs(self):
        return [d for d in self.m.inbox if d.thread == self.thread]

    def told(self, type_, seconds=20):
        self.m.until(lambda: any(d.type == type_ for d in self.theirs()), seconds)
        return next(d for d in self.theirs() if d.type == type_)

    def row(self):
        return next(h for h in self.b.k("handover", "list")["handovers"] if h["ref"] == self.ref)

    def sign(self, type_, body, cats=0):
        last = self.theirs()[-1]
        raw, h = make_document(self.m.nk, body.SerializeToString(), fed=self.m.fed, sender=self.m.id, recipient=self.m.peer, type=type_, thread=self.thread,
                               thread_no=self.no + 1, prev=self.prev, seen_no=last.thread_no, seen_hash=last.hash, cats=cats, grant=last.grant)
        said = say(self.m, [raw])
        if said and said[0] not in (14, 15):
            self.no, self.prev = self.no + 1, h
        return said

    def ceded(self):
        assert self.sign(AGREE, pb.Act()) == [0]
        self.b.k("handover", "send", self.ref, "--notes")
        self.told(BUNDLE)
        assert self.sign(STAGED, pb.Act()) == [0]
        self.b.k("handover", "cede", self.ref, "--yes")
        self.told(CEDE)


def person(**fields):
    return pb.Person(**{**dict(name="Piet Verzonnen", phone="0612345678"), **fields})
