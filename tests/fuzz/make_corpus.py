#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Seeds for fuzz_parsers, from proto/vectors/wire.json, and for fuzz_web, from the table of its pages: the first byte chooses the parser."""
import hashlib
import json
import pathlib
import re
import struct

HERE = pathlib.Path(__file__).resolve()
KIND = {"envelope": 0, "prekey": 1, "frame": 2, "document": 3, "node": 4}
out = HERE.parent / "corpus"
out.mkdir(exist_ok=True)
for i, row in enumerate(json.loads((HERE.parents[2] / "proto/vectors/wire.json").read_text())):
    kind = KIND.get(row["kind"].split("-")[0])
    if kind is not None:
        (out / f"{row['kind']}-{i:02d}").write_bytes(bytes([kind]) + bytes.fromhex(row["hex"]))


def field(no, v):
    """One protobuf field: a number, or bytes."""
    def varint(n):
        return bytes([n & 127 | 128]) + varint(n >> 7) if n > 127 else bytes([n])
    return varint(no << 3 | 2) + varint(len(v)) + v if isinstance(v, bytes) else varint(no << 3) + varint(v)


row = struct.pack(">IHHH", 2, 1 << 0 | 1 << 7, 30, 15)
report = (field(1, 2026 * 4 + 2) + field(3, 1000) + field(4, 250) + field(5, 500) + field(6, 250) + field(7, 2) + field(8, 5) + field(9, 10)
          + field(10, row) + field(11, struct.pack(">11H", *range(0, 55, 5))) + field(12, bytes(16))
          + field(13, field(1, b"housing") + field(2, struct.pack(">3H", 0, 10, 25))))
(out / "report").write_bytes(bytes([252]) + report)
(out / "report-refused").write_bytes(bytes([252]) + field(1, 2026 * 4) + field(2, b"budget"))
bodies = re.findall(r"^message (\w+)", (HERE.parents[2] / "proto/partner.proto").read_text(), re.M)
message = field(1, b"Kan zij dinsdag?") + field(2, 1796637600000) + field(3, b"de balie") + field(4, field(4, b"0113-000000")) + field(5, 2)
(out / "message").write_bytes(bytes([5 + bodies.index("Message")]) + message)
records = b"".join(struct.pack(">IBH", 3 + len(b), t, 7) + b for t, b in ((10, b""), (12, bytes(4)), (3, b"envelope"), (13, bytes(40))))
(out / "ipc-records").write_bytes(bytes([253]) + records)
(out / "ipc-too-long").write_bytes(bytes([253]) + struct.pack(">IBH", 1 << 20, 3, 0))

# ---- fuzz_web ----
out = HERE.parent / "corpus_web"
out.mkdir(exist_ok=True)
VISIT, FORM, PATH, COOKIE, HEADERS, PASSKEY = range(6)
POST, COOKIES, SIGNED = 1, 2, 4
# a passkey, made by hand: authData, clientDataJSON, signature, key, name, each with its length
auth = hashlib.sha256(b"kring.goes.example").digest() + bytes([0x45]) + struct.pack(">I", 7) + bytes(16) + struct.pack(">H", 16) + b"k" * 16 + b"\xa5"
client = b'{"type":"webauthn.get","challenge":"' + b"A" * 43 + b'","origin":"https://kring.goes.example","crossOrigin":false}'
spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
sig = bytes.fromhex("3006020101020101")
(out / "passkey").write_bytes(bytes([PASSKEY]) + b"".join(struct.pack(">H", len(x)) + x for x in (auth, client, sig, spki, b"k" * 16)))

web = HERE.parents[2] / "daemon/web"
text = "\n".join(p.read_text() for p in sorted(web.rglob("*.[ch]")))
VALUE = {"LINE": "%3Cb+onclick%3D%22x%22%3E", "LINES": "Anna%0D%0A%26", "CODE": "no-answer", "NUMBER": "1", "SECRET": "vier+lange+woorden+hier"}
STANDS_FOR = {"REF": "TBG4-6JSA-Q", "ACT": "decline", "N": "0123456789abcdef"}


def body_of(table):
    """A field each, of those that stand in the table by name."""
    rows = re.search(r"struct form_field " + re.escape(table) + r"\[\w*\] = \{(.*?)\};", text, re.S)
    names = re.findall(r'\{"([\w-]+)",\s*FORM_(\w+)', rows[1]) + [(n, "NUMBER") for n in re.findall(r'TICK\("([\w-]+)"\)', rows[1])] if rows else []
    return "&".join(f"{n}={VALUE[kind]}" for n, kind in names)


def visit(name, flags, core, address, body):
    lines = (address, "__Host-kring-lang=fr", "same-origin", "https://kring.goes.example", "de-DE, nl;q=0.5", body)
    (out / f"visit-{name}").write_bytes(bytes([VISIT, flags, core]) + "\n".join(lines).encode())


routes = re.findall(r'\{(true|false), "(/[^"]*)", \w+, (?:FIELDS\((\w+)\)|(\w+)),', (web / "site.c").read_text())
assert len(routes) > 60
for post, pattern, table, other in routes:
    path = re.sub("[A-Z]+", lambda m: STANDS_FOR.get(m[0], "0123456789abcdef" * 2), pattern)
    name = pattern.strip("/").replace("/", "-").lower() or "today"
    query = body_of(table or other)
    if post == "true":
        visit(f"{name}-post", POST | COOKIES | SIGNED, 0xff, path, query)
    else:
        visit(name, COOKIES, 0xff, path + ("?" + query if query else ""), "")
for core in range(6):
    visit(f"core-says-{core}", POST | COOKIES | SIGNED, 0xf8 | core, "/case/new", "name=Anna%3C&notes=a%0D%0Ab")
for act in ("accept", "ask", "say", "contact", "recall", "forward", "outcome", "withdraw"):
    visit(f"act-{act}", POST | COOKIES | SIGNED, 0xff, f"/r/TBG4-6JSA-Q/{act}", "text=Anna%0D%0A%3C")
visit("another-site", POST | COOKIES, 0xff, "/c/" + "0123456789abcdef" * 2 + "/note", "k=AAAAAAAAAAAAAAAAAAAAAA&text=x")
visit("odd-field", POST | COOKIES | SIGNED, 0xff, "/c/" + "0123456789abcdef" * 2 + "/note", "text=a%01b")
visit("elsewhere", COOKIES, 0xff, "/step-up?to=%2F%2Fevil.example", "")
visit("elsewhere-proof", POST | COOKIES | SIGNED, 0xfd, "/step-up", "to=%2F%5Cevil.example")
for name, kind, what in (("path", PATH, b"/r/TBG4-6JSA-Q/%72eason"), ("path-dots", PATH, b"/a/%2e%2e/x"),
                         ("form", FORM, b"a=Anna+de+Vries%26&b=%C3%A9%0D%0A&c=no-answer&n=12&s=%25+%2B"),
                         ("form-cut", FORM, b"s=abc%4"), ("form-twice", FORM, b"s=a&%73=b"),
                         ("cookie", COOKIE, b"x=y; __Host-kring=" + b"A" * 43 + b"; __Host-kring-pre=z; __Host-kring-lang=fr"),
                         ("cookie-twice", COOKIE, b"__Host-kring=" + b"A" * 43 + b";__Host-kring=" + b"A" * 43), ("base64", COOKIE, b"AAECAwQ"),
                         ("headers", HEADERS, b"same-origin\nhttps://kring.goes.example\n10.0.0.1, 2001:db8::1"), ("headers-old", HEADERS, b"\nhttps://kring.goes.example\n192.0.2.7")):
    (out / name).write_bytes(bytes([kind]) + what)
