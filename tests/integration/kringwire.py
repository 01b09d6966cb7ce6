# SPDX-License-Identifier: EUPL-1.2
"""The wire, a second time: written from proto/PROTOCOL.md alone, with pyzmq, PyNaCl and python3-protobuf.

Opens and makes prekey records, envelopes, frames and documents, and plays a member (also a hostile one)."""
import collections
import hashlib
import hmac
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import zmq
import zmq.utils.z85
from nacl import bindings as sodium

CLASSES = (4096, 16384, 65536)
DOCUMENT, RETURNED, VERDICTS, WANT_VERDICTS, REFUSED, ROLLED_BACK, OFFER_IDS, WANT_IDS, THREAD_HEADS = 1, 2, 3, 4, 5, 6, 9, 10, 11
PREKEYS, UNOPENED, NODE_RECORD, AUDIT_HEAD, PING, CHUNK_REQ, CHUNK, PROPOSAL, VERSION = 12, 13, 14, 17, 18, 19, 20, 23, 24
OFFER, ASK, INFO, ACCEPT, DECLINE, START, CONSENT, NOTE, OUTCOME = 1, 2, 3, 4, 5, 9, 10, 13, 14
ACK, WITHDRAW, WD_OK, REVOKE = 15, 17, 18, 20
ZERO32 = bytes(32)


def compile_bodies():
    """The partner schema as a Python module."""
    root = pathlib.Path(__file__).resolve().parents[2] / "proto"
    out = tempfile.mkdtemp(prefix="kring-pb-")
    subprocess.run(["protoc", f"-I{root}", "-I/usr/include", f"--python_out={out}", "options.proto", "partner.proto"], check=True)
    sys.path.insert(0, out)
    import partner_pb2
    return partner_pb2


def b2(label, *parts, key=b"", size=32):
    h = hashlib.blake2b(digest_size=size, key=key, person=label.encode().ljust(16, b"\0"))
    for p in parts:
        h.update(p)
    return h.digest()


def sign(seed_key, label, *parts):
    return sodium.crypto_sign(label.encode() + b"\0" + b"".join(parts), seed_key)[:64]


def verify(pub, sig, label, *parts):
    try:
        sodium.crypto_sign_open(sig + label.encode() + b"\0" + b"".join(parts), pub)
        return True
    except Exception:
        return False


# ---- Merkle root of a burst ----
def leaf(doc_hash):
    return b2("KRG1.leaf", doc_hash)


def node(left, right):
    return b2("KRG1.node", left, right)


def split(count):
    left = 1
    while left * 2 < count:
        left *= 2
    return left


def fold_path(doc_hash, index, count, path):
    sides = []
    while count > 1:
        left = split(count)
        sides.append(index >= left)
        index, count = (index - left, count - left) if index >= left else (index, left)
    if len(sides) != len(path):
        return None
    at = leaf(doc_hash)
    for right, sib in zip(reversed(sides), path):
        at = node(sib, at) if right else node(at, sib)
    return at


# ---- envelope ----
def hkdf_expand(prk, info, n):
    out, t, i = b"", b"", 1
    while len(out) < n:
        t = hmac.new(prk, t + info + bytes([i]), hashlib.sha512).digest()
        out, i = out + t, i + 1
    return out[:n]


def schedule(header, dh, prekey_pub, recipient):
    t = b2("KRG1.transcript", header, prekey_pub, recipient, size=64)
    prk = hmac.new(b"KRG1.env.extract" + header[5:6], dh + t, hashlib.sha512).digest()
    okm = hkdf_expand(prk, b"KRG1.env.expand", 88)
    return okm[:32], okm[32:56], okm[56:]


def seal(inner, fed, recipient, prekey_id, prekey_pub, not_after):
    cls = CLASSES.index(len(inner))
    esk = os.urandom(32)
    ek = sodium.crypto_scalarmult_base(esk)
    header = b"KRGv" + bytes([1, 1, cls, 0]) + fed + recipient + prekey_id + struct.pack(">Q", not_after) + ek
    key, nonce, commit = schedule(header, sodium.crypto_scalarmult(esk, prekey_pub), prekey_pub, recipient)
    return header + commit + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(inner, header + commit, nonce, key)


def open_envelope(env, me, prekeys):
    """prekeys: id -> (secret, public).  Returns the padded inner, or None."""
    header, commit, box = env[:112], env[112:144], env[144:]
    if header[:6] != b"KRGv\x01\x01" or header[24:56] != me or header[56:72] not in prekeys:
        return None
    sec, pub = prekeys[header[56:72]]
    key, nonce, want = schedule(header, sodium.crypto_scalarmult(sec, header[80:112]), pub, me)
    if not hmac.compare_digest(commit, want):
        return None
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(box, header + commit, nonce, key)


# ---- frame ----
HEAD = struct.Struct(">8s16s32sI32sI16sI16sQQQQQ32sH")


class Frame:
    FIELDS = ("magic fed sender key_seq recipient my_no my_id your_no your_id first got held time roster_seq "
              "roster_head count").split()

    def __init__(self, inner=None, **kw):
        self.parts = []
        if inner is None:
            self.__dict__.update(dict(magic=b"KRG1frm\0", key_seq=1, first=0, got=0, held=0, roster_seq=0, roster_head=ZERO32, count=0))
            self.__dict__.update(kw)
            return
        self.__dict__.update(zip(self.FIELDS, HEAD.unpack(inner[:206])))
        at = 206
        for _ in range(self.count):
            typ, flags, n = struct.unpack(">BBI", inner[at:at + 6])
            self.parts.append((typ, inner[at + 6:at + 6 + n]))
            at += 6 + n
        self.sig, self.raw_head, self.raw_parts = inner[at:at + 64], inner[:206], inner[206:at]
        assert not any(inner[at + 64:]), "padding must be zero"

    def authentic(self, pub):
        return verify(pub, self.sig, "KRG1.sign.frame", self.raw_head, b2("KRG1.framepart", self.raw_parts))

    def pack(self, key, break_sig=False):
        self.count = len(self.parts)
        head = HEAD.pack(*(getattr(self, f) for f in self.FIELDS))
        parts = b"".join(struct.pack(">BBI", t, 0, len(b)) + b for t, b in self.parts)
        sig = sign(key, "KRG1.sign.frame", head, b2("KRG1.framepart", parts))
        if break_sig:
            sig = bytes([sig[0] ^ 1]) + sig[1:]
        inner = head + parts + sig
        size = next(c for c in CLASSES if c >= len(inner))
        return inner.ljust(size, b"\0")


# ---- document ----
DOC = struct.Struct(">8s16s32sI32s16sHHQQ16sI32sI32s16sBBHQI")
DOC_FIELDS = ("magic fed sender key_seq recipient msg_id type flags created expires thread thread_no prev seen_no seen_hash "
              "grant basis table zero cats origin").split()


class Document:
    def __init__(self, raw):
        self.__dict__.update(zip(DOC_FIELDS, DOC.unpack(raw[:248])))
        self.raw = raw
        self.raw_head, at = raw[:248], 249
        self.hollow = raw[248] == 1
        if self.hollow:
            self.commit, self.reason, at = raw[249:281], struct.unpack(">H", raw[281:283])[0], 283
            self.body = None
        else:
            salt, n = raw[249:281], struct.unpack(">I", raw[281:285])[0]
            self.body, at = raw[285:285 + n], 285 + n
            self.commit = b2("KRG1.bodycommit", self.body, key=salt)
        self.count_, self.index, depth = struct.unpack(">HHB", raw[at:at + 5])
        at += 5
        self.path = [raw[at + 32 * i:at + 32 * i + 32] for i in range(depth)]
        self.sig = raw[at + 32 * depth:at + 32 * depth + 64]
        assert at + 32 * depth + 64 == len(raw)
        self.hash = b2("KRG1.dochash", self.raw_head, self.commit)

    def authentic(self, pub):
        root = fold_path(self.hash, self.index, self.count_, self.path)
        return root is not None and verify(pub, self.sig, "KRG1.sign.doc", struct.pack(">H", self.count_), root)


def make_document(key, body, **head):
    h = dict(magic=b"KRG1doc\0", key_seq=1, msg_id=int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10), flags=0,
             created=int(time.time() * 1000), expires=int(time.time() * 1000) + 30 * 86400000, thread_no=1, prev=ZERO32, seen_no=0,
             seen_hash=ZERO32, grant=bytes(16), basis=1, table=1, zero=0, cats=0, origin=1)
    h.update(head)
    raw_head, salt = DOC.pack(*(h[f] for f in DOC_FIELDS)), os.urandom(32)
    doc_hash = b2("KRG1.dochash", raw_head, b2("KRG1.bodycommit", body, key=salt))
    sig = sign(key, "KRG1.sign.doc", struct.pack(">H", 1), leaf(doc_hash))
    raw = raw_head + b"\0" + salt + struct.pack(">I", len(body)) + body + struct.pack(">HHB", 1, 0, 0) + sig
    return raw, doc_hash


# ---- a member ----
PREKEY = struct.Struct(">8s16s32sI32sQ16sBBQ32s")


class Member:
    """Joins by file, dials by CURVE, speaks one stream with one node."""

    def __init__(self, fed_id, org="Python Partner", country="NL"):
        self.fed, self.org, self.country = fed_id, org, country
        self.nk_pub, self.nk = sodium.crypto_sign_seed_keypair(os.urandom(32))
        next_pub, _ = sodium.crypto_sign_seed_keypair(os.urandom(32))
        self.tk_pub_z, self.tk_sec_z = zmq.curve_keypair()
        self.inception = fed_id + self.nk_pub + b2("KRG1.nextkey", next_pub) + os.urandom(16)
        self.id = b2("KRG1.nodeid", self.inception)
        self.inc, self.born = (1, os.urandom(16)), int(time.time())
        self.peer, self.pair_ms = ZERO32, 0
        self.unopened, self.sealed_to = [], []  # ids of prekeys: ours that they could not use; theirs for us
        self.peer_epoch = None
        self.prekeys, self.sent, self.got, self.inbox, self.verdicts, self.refused, self.offered = {}, 0, 0, [], [], [], []
        self.claims, self.receipts = [], []
        self.asked = []  # for chunks: (file, the first, how many)
        self.stored_ms = lambda: int(time.time() * 1000)  # what our receipts say
        self.heard = collections.Counter()  # parts that came, by type
        self.pongs = {}  # what a ping of ours held: the id of the prekey that its answer was sealed to
        self.new_prekey()

    def record_bytes(self, version=1, endpoint="", prev=ZERO32):
        return (b"KRG1nod\0" + self.fed + self.id + struct.pack(">Q", version) + prev + struct.pack(">I", 1) + self.nk_pub +
                self.inception[48:80] + zmq.utils.z85.decode(self.tk_pub_z) + ZERO32 + struct.pack(">HQ", 0, self.born) +
                bytes([len(endpoint)]) + endpoint.encode())

    def node_record(self, version, endpoint, tk_pub_z=None):
        """A later record of ours, as carried."""
        prev, own = b2("KRG1.noderec", self.record_bytes()), self.tk_pub_z
        self.tk_pub_z = tk_pub_z or own
        rec = self.record_bytes(version, endpoint, prev)
        self.tk_pub_z = own
        return struct.pack(">H", len(rec)) + rec + b"\x01" + sign(self.nk, "KRG1.sign.node", rec)

    def join_bytes(self, endpoint=""):
        rec = self.record_bytes(endpoint=endpoint)
        text = lambda s: bytes([len(s)]) + s.encode()
        return (self.inception + struct.pack(">H", len(rec)) + rec + sign(self.nk, "KRG1.sign.node", rec) + self.country.encode() +
                b"\x01" + text(self.org) + text("") + text("") + ZERO32)

    def new_prekey(self):
        sec = os.urandom(32)
        pid, pub, now = os.urandom(16), sodium.crypto_scalarmult_base(sec), max(int(time.time() * 1000), self.pair_ms + 1)
        kind, self.pair_ms = int(self.peer != ZERO32), now  # PAIR once the partner is known, else EPOCH
        rec = PREKEY.pack(b"KRG1pre\0", self.fed, self.id, 1, self.peer, now, pid, kind, 1, now // 1000 + 9 * 86400, pub)
        self.prekeys[pid] = (sec, pub)
        self.prekey_record = rec + sign(self.nk, "KRG1.sign.prekey", rec)

    def dial(self, endpoint, server_tk, peer_id, peer_nk, ctx=None):
        self.peer, self.peer_nk = peer_id, peer_nk
        self.your, self.peer_key = (0, bytes(16)), None
        self.new_prekey()
        self.ctx = ctx or zmq.Context()
        s = self.sock = self.ctx.socket(zmq.DEALER)
        s.curve_serverkey, s.linger = zmq.utils.z85.encode(server_tk), 0
        s.curve_publickey, s.curve_secretkey = self.tk_pub_z, self.tk_sec_z
        s.connect(endpoint)
        s.send(self.prekey_record)

    def meet(self, *where, seconds=20):
        """dial, and dial anew until it answers: what it knows of us may reach its door a moment later, and a door that
        refused a key, or was closed meanwhile, hears no second word on that line."""
        end = time.time() + seconds
        while True:
            self.dial(*where)
            self.until(lambda: self.peer_key and self.your[0], 2)
            met = bool(self.peer_key and self.your[0])
            if met or time.time() > end:
                return met
            self.close()

    def hello(self):
        """The first words on a connection: a PAIR key for it."""
        self.new_prekey()
        self.sock.send(self.prekey_record)

    def greet(self):
        """Anew on what may be a new connection, until it has given us its key for it."""
        self.peer_key = None
        for _ in range(20):
            self.hello()
            self.until(lambda: self.peer_key, 1)
            if self.peer_key:
                break

    def close(self):
        self.sock.close(0)
        self.ctx.term()

    def send_frame(self, parts, first=0, break_sig=False, sender=None, your=None):
        your = your or self.your
        f = Frame(fed=self.fed, sender=sender or self.id, recipient=self.peer, my_no=self.inc[0], my_id=self.inc[1], your_no=your[0],
                  your_id=your[1], first=first, got=self.got, held=self.sent, time=int(time.time() * 1000))
        f.parts = parts
        env = seal(f.pack(self.nk, break_sig), self.fed, self.peer, *self.peer_key, (int(time.time()) // 3600 + 48) * 3600)
        self.sock.send(env)
        return env

    def send_documents(self, docs):
        self.send_frame([(DOCUMENT, d) for d in docs], first=self.sent + 1)
        self.sent += len(docs)

    def want_row(self, msg_id):
        """Have it already: its verdict; else: please send it."""
        for d in self.inbox:
            if d.msg_id == msg_id:
                return struct.pack(">B32sHQ", 0, d.hash, 0, int(time.time() * 1000))
        return struct.pack(">B32sHQ", 1, ZERO32, 0, 0)

    def heads_answer(self, b):
        """How far our copy of its logs goes, thread by thread."""
        after, upto, last = b[1:17], b[17:33], {}
        for d in self.inbox:
            if after < d.thread <= upto:
                last[d.thread] = d
        rows_ = b"".join(t + struct.pack(">I", last[t].thread_no) + last[t].hash + b"\0" for t in sorted(last))
        return b"\x01" + after + upto + bytes([len(last)]) + rows_

    def reborn(self, keep_inbox):
        """As after a restore: a new incarnation, numbers from one; with or without what was stored."""
        self.inc = (self.inc[0] + 1, os.urandom(16))
        self.sent = self.got = 0
        self.offered = []
        if not keep_inbox:
            self.inbox = []
        self.send_frame([])

    def pump(self, seconds=0.3, answer=True):
        """Read what comes for a while; keep books; answer receipts."""
        end = time.time() + seconds
        while time.time() < end:
            if not self.sock.poll(int(max(1, (end - time.time()) * 1000))):
                break
            self.take(self.sock.recv(), answer)

    def until(self, fn, seconds=20, answer=True):
        """Read until what is expected holds, or long enough that it never will; the assertion after it says what it was."""
        end = time.time() + seconds
        while not fn() and time.time() < end:
            self.pump(0.05, answer)

    def take(self, msg, answer):
        if len(msg) == 222:
            f = PREKEY.unpack(msg[:158])
            assert verify(self.peer_nk, msg[158:], "KRG1.sign.prekey", msg[:158])
            self.peer_key = (f[6], f[10])
            self.send_frame([])
            return
        inner = open_envelope(msg, self.id, self.prekeys)
        self.sealed_to.append(msg[56:72])
        if inner is None:
            return
        f = Frame(inner)
        assert f.authentic(self.peer_nk) and f.recipient == self.id and f.sender == self.peer
        self.receipts.append(f.raw_head + b2("KRG1.framepart", f.raw_parts) + f.sig)
        fresh = self.your != (f.my_no, f.my_id)
        self.your = (f.my_no, f.my_id)
        docs, pings, wants = [], [], []
        for typ, b in f.parts:
            self.heard[typ] += 1
            if typ == DOCUMENT:
                docs.append(Document(b))
            elif typ == VERDICTS:
                first, n = struct.unpack(">QB", b[:9])
                self.verdicts += [(first + i, *struct.unpack(">32sHQ", b[9 + 42 * i:51 + 42 * i])) for i in range(n)]
            elif typ == REFUSED:
                self.refused.append(struct.unpack(">HI16s", b))
            elif typ == PREKEYS:
                k = PREKEY.unpack(b[:158])
                if k[7] == 1:
                    self.peer_key = (k[6], k[10])
                else:
                    self.peer_epoch = (k[6], k[10])
            elif typ == UNOPENED:
                self.unopened.append(b)
            elif typ == PING and b[8] == 0:
                pings.append((PING, b[:8] + b"\x01"))
            elif typ == PING:
                self.pongs[b[:8]] = msg[56:72]
            elif typ == CHUNK_REQ:
                self.asked.append(struct.unpack(">32sIB", b))
            elif typ == ROLLED_BACK:
                self.claims.append(b)
            elif typ == THREAD_HEADS and b[0] == 0:
                wants.append((THREAD_HEADS, self.heads_answer(b)))
            elif typ == OFFER_IDS:
                place, _, n = struct.unpack(">QQB", b[:17])
                self.offered += [b[17 + 16 * i:33 + 16 * i] for i in range(n)]
                rows_ = b"".join(self.want_row(b[17 + 16 * i:33 + 16 * i]) for i in range(n))
                wants.append((WANT_IDS, struct.pack(">QB", place, n) + rows_))
        rows = b""
        for i, d in enumerate(docs):
            assert d.authentic(self.peer_nk)
            if f.first + i == self.got + 1:
                self.got += 1
                self.inbox.append(d)
                rows += struct.pack(">32sHQ", d.hash, 0, self.stored_ms())
        if answer and (fresh or docs or pings or wants):
            parts = pings + wants + ([(VERDICTS, struct.pack(">QB", self.got - len(rows) // 42 + 1, len(rows) // 42) + rows)] if rows else [])
            self.send_frame(parts)
