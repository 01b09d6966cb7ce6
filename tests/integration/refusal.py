# SPDX-License-Identifier: EUPL-1.2
"""Refusals as people read them: a reply with a code and values, put into words by the client itself, in each language."""
import functools
import os
import re
import socket
import struct
import subprocess
import threading

from ctl import pb
from node import BIN, ROOT

LANGS = ("nl", "fr", "en", "de")
WHEN = 1798797600000  # 1 January 2027, in the morning


@functools.cache
def rows():
    """{code: {language: text}}, with codes like store-full, store-full.why."""
    lines = [x.split("|") for x in (ROOT / "config/lists/refusals.psv").read_text().splitlines() if x and x[0] != "#"]
    return {x[0]: {k: x[lines[0].index(k)] for k in LANGS} for x in lines[1:]}


def codes():
    return [c for c in rows() if "." not in c]


# What each {name} may stand for; where a code has another kind of it, that one stands below.
VALUES = {
    "when": {"moment_ms": WHEN}, "day": {"day": "2027-01-01"}, "since": {"day": "2026-11-27"}, "ago": {"seconds": 7200}, "cats": {"list": "categories", "code": "identity contact"},
    "cause": {"list": "verdicts", "code": "no-grant"}, "codes": {"list": "decline-reasons", "code": "no-capacity out-of-area"},
    "field": {"list": "options", "code": "--place"}, "fields": {"list": "person", "code": "phone email"}, "acts": {"list": "acts", "code": "accept note"},
    "state": {"list": "states", "code": "accepted"}, "flaw": {"list": "errors", "code": "the port is missing: tcp://192.0.2.1:7001"},
    "fault": {"list": "errors", "code": "has no digit"}, "like": {"list": "errors", "code": "like 0113-123456 or +31 113 123456 x12"},
    "roles": {"list": "roles", "code": "caseworker"}, "own": {"list": "roles", "code": "administrator"},
    "partner": {"text": "OCMW Balen"}, "absent": {"text": "SMWO (0113-000000)"}, "address": {"text": "tcp://192.0.2.1:7800"}, "character": {"text": " (U+200B)"},
    "country": {"text": "PL"}, "given": {"text": "2026"}, "id": {"text": "3fa91b22"}, "ids": {"text": "3fa91b22, 3fa9c411"},
    "language": {"text": "xx"}, "list": {"text": "ocmw-balen, ocmw-geel"}, "name": {"text": "Anna De Wit"}, "option": {"text": "reason"},
    "ref": {"text": "91C4ZK0T3"}, "role": {"text": "chef"}, "typed": {"text": "balen"}, "who": {"text": "Anna"},
    **{n: {"number": 3} for n in ("count", "current", "days", "entry", "have", "least", "minutes", "most", "newest", "no", "number", "size", "uid", "wanted")}}
VALUES_OF = {"address-wrong": {"option": {"list": "options", "code": "--at"}},
             "passkey-unfit": {"field": {"text": "spki"}},
             "node-cannot-run": {"cause": {"list": "causes", "code": "dir-name-long"}},
             "invite-org-wrong": {"flaw": {"list": "errors", "code": "has a blank too many"}},
             "never-in-a-referral": {"cats": {"list": "categories", "code": "message"}, "typed": {"text": "message"}},
             "purpose-unknown": {"codes": {"list": "codes", "code": "refer coordinate follow-up evaluate"}},
             **{c: {"field": {"list": "person", "code": "phone"}} for c in ("field-blank", "field-too-long", "field-wrong", "message-of-person")}}


@functools.cache
def names(code):
    """Of all values in the sentences of a refusal."""
    return sorted({n for c, r in rows().items() if c.split(".")[0] == code for n in re.findall(r"{([a-z]+)[}:]", r["en"])})


def sample(code, part=""):
    """A reply with this code and a value for each name that its sentences have.  A part shows in the place of what was refused."""
    r = pb.Reply(error="refused", code=code + part)
    for n in names(code):
        r.values.add(name=n, **{**VALUES, **VALUES_OF.get(code, {})}[n])
    return r


def steady(text, places):
    """Without what is another one each time."""
    for place, name in places:
        text = text.replace(str(place), name)
    text = re.sub(r"\d\d[-/.]\d\d[-/.]\d{4}(?: \d\d:\d\d)?|\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text)
    text = re.sub(r"\b[0-9A-HJKMNP-TV-Z]{9}\b", "REF", text)
    text = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b|\b[a-f]{8}\b", "ID", text)
    return re.sub(r"--expect \d+", "--expect N", text)


class Reader:
    """The client at a socket that answers every request with one reply."""

    def __init__(self, directory):
        self.path, self.reply = str(directory / "says.sock"), b""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.listener.close()

    def _serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            with s:
                if s.recv(65536):
                    s.sendall(struct.pack(">I", len(self.reply)) + self.reply)
                s.recv(65536)

    def words(self, reply, lang):
        self.reply = reply.SerializeToString()
        r = subprocess.run([str(BIN / "kring"), "--socket", self.path, "--lang", lang, "status"], capture_output=True, text=True,
                           env={**os.environ, "COLUMNS": "1000", "TZ": "UTC"}, timeout=20)
        assert r.returncode != 0 and not r.stdout, r
        return r.stderr
