# SPDX-License-Identifier: EUPL-1.2
"""A passkey in software, and a browser that asks it: what navigator.credentials gives, field by field, so that each can be wrong."""
import base64
import hashlib
import json
import os
import re
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ctl import Control, pb

ORIGIN = "https://kring.goes.example"
UP, UV, AT = 1, 4, 64


def b64(b):
    return base64.urlsafe_b64encode(b).rstrip(b"=").decode()


class Passkey:
    def __init__(self, alg="ES256", counts=True, cred_id=None):
        self.alg, self.counter, self.counts = alg, 0, counts
        self.cred_id = cred_id or os.urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1()) if alg == "ES256" else rsa.generate_private_key(65537, 2048)
        self.spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def client(self, kind, challenge, origin=ORIGIN, **more):
        return json.dumps({"type": kind, "challenge": b64(challenge), "origin": origin, "crossOrigin": False, **more}, separators=(",", ":")).encode()

    def auth(self, rp_id, flags, more=b"", counter=None):
        self.counter += self.counts
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.counter if counter is None else counter) + more

    def create(self, ask, name="laptop", flags=UP | UV | AT, origin=ORIGIN, rp_id=None, **wrong):
        """As PasskeyNew; wrong: fields that replace those."""
        more = bytes(16) + struct.pack(">H", len(self.cred_id)) + self.cred_id + b"\xa5 its key in CBOR, which nobody reads"
        made = dict(cred_id=self.cred_id, spki=self.spki, name=name, client_data=self.client("webauthn.create", ask.challenge, origin),
                    authenticator_data=self.auth(rp_id or ask.rp_id, flags, more))
        return {**made, **wrong}

    def get(self, ask, flags=UP | UV, origin=ORIGIN, rp_id=None, counter=None, kind="webauthn.get", client=None, **wrong):
        """As PasskeyProof."""
        auth = self.auth(rp_id or ask.rp_id, flags, counter=counter)
        client = client or self.client(kind, ask.challenge, origin)
        signed = auth + hashlib.sha256(client).digest()
        sig = self.key.sign(signed, ec.ECDSA(hashes.SHA256())) if self.alg == "ES256" else self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return {**dict(cred_id=self.cred_id, authenticator_data=auth, client_data=client, signature=sig), **wrong}


def fill(message, values):
    message.SetInParent()
    for k, v in values.items():
        if isinstance(v, dict):
            fill(getattr(message, k), v)
        elif isinstance(v, list):
            getattr(message, k).extend(v)
        else:
            setattr(message, k, v)


class Screen(Control):
    """What the process of the screens will be: it asks with the session of whoever is there."""

    def __init__(self, node, session=None):
        super().__init__(node.dir / "core.sock")
        self.node, self.session = node, session

    def ask(self, field, dry_run=False, request_id=None, session=True, **values):
        r = pb.Request(version=1, dry_run=dry_run)
        if request_id is not False:
            r.request_id = request_id or os.urandom(16)
        if session is True:
            session = self.session
        if session:
            r.session = session
        fill(getattr(r, field), values)
        return self.call(r)

    def begin(self, **values):
        return self.ask("login_begin", **values).ask

    def sign_in(self, passkey, **how):
        """The reply; the session is this screen's from then on."""
        got = self.ask("login_passkey", session=None, **passkey.get(self.begin(), **how))
        self.session = got.session or self.session
        return got

    def step_up(self, passkey, **how):
        got = self.ask("step_up", **passkey.get(self.ask("step_up_begin").ask, **how))
        self.session = got.session or self.session
        return got

    def redeem(self, secret, passkey, **how):
        got = self.ask("login_link", session=None, link=secret, passkey=passkey.create(self.begin(link=secret), **how))
        self.session = got.session or self.session
        return got


def secret_of(link):
    assert re.fullmatch(re.escape(ORIGIN) + r"/login#[\w-]{43}", link), link
    return base64.urlsafe_b64decode(link.split("#")[1] + "=")


def screens(node, **settings):
    """The node of this directory has screens."""
    text = "\n[Web]\n" + "".join(f"{k}={v}\n" for k, v in {"Origin": ORIGIN, **settings}.items())
    with (node.dir / "kring.conf").open("a") as f:
        f.write(text)


def enrol(node, name, *roles, passkey=None, **how):
    """A colleague without a user of this machine, who used the link: (screen, passkey)."""
    reply = node.k("staff", "add", name, "--role", ",".join(roles))
    passkey, screen = passkey or Passkey(**how), Screen(node)
    got = screen.redeem(secret_of(reply["link"]), passkey)
    assert got.session and not got.error, got
    return screen, passkey
