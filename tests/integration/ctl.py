# SPDX-License-Identifier: EUPL-1.2
"""The control protocol from Python: for load, where starting the client each time would be the bottleneck."""
import functools
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def compile_control():
    out = tempfile.mkdtemp(prefix="kring-ctl-")
    subprocess.run(["protoc", f"-I{ROOT / 'proto'}", "-I/usr/include", f"--python_out={out}", "options.proto", "partner.proto",
                    "control.proto"], check=True)
    sys.path.insert(0, out)
    import control_pb2
    return control_pb2


pb = compile_control()


@functools.cache
def rows(name):
    """{code: English} of one list."""
    lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    return {x[0]: x[lines[0].index("en")] for x in lines[1:]}


def in_words(reply):
    """What, why and remedy in English, as the client fills them in: the daemon gives a code and values."""
    def value(v):
        if v.list:
            words = rows(v.list)
            return ", ".join(words.get(c, c) for c in re.split("[ ,]+", v.code))
        return v.text or v.day or str(v.number or v.moment_ms or v.seconds)
    values = {v.name: value(v) for v in reply.values}
    texts = rows("refusals") if reply.code else {}
    for field, part in (("what", ""), ("why", ".why"), ("remedy", ".do")):
        if reply.code:
            setattr(reply, field, re.sub("{([a-z]+)}", lambda m: values[m[1]], texts.get(reply.code + part, "")))
    return reply


class Control:
    def __init__(self, path):
        self.path, self.sock = str(path), None

    def call(self, request):
        """The reply in words, or None when the daemon is not there or died before it answered."""
        reply = self.exchange(request)
        return None if reply is None else in_words(reply)

    def exchange(self, request):
        raw = request.SerializeToString()
        try:
            if self.sock is None:
                self.sock = socket.socket(socket.AF_UNIX)
                self.sock.settimeout(15)
                self.sock.connect(self.path)
            self.sock.sendall(struct.pack(">I", len(raw)) + raw)
            head = self.read(4)
            return pb.Reply.FromString(self.read(struct.unpack(">I", head)[0]))
        except OSError:
            self.close()
            return None

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def read(self, n):
        out = b""
        while len(out) < n:
            got = self.sock.recv(n - len(out))
            if not got:
                raise OSError("closed")
            out += got
        return out

    def refer(self, rid, case, to, need):
        r = pb.Request(version=1, request_id=rid)
        r.refer.case_id, r.refer.partner, r.refer.need, r.refer.again, r.refer.urgency = case, to, need, True, 1
        return self.call(r)

    def all_refs(self, which):
        """{reference: delivery} of every referral, page by page."""
        r = pb.Request(version=1)
        ask = getattr(r, which)
        ask.all, ask.limit = True, 500
        out, after = {}, ""
        while True:
            ask.after = after
            rows = self.call(r).referrals
            if not rows:
                return out
            out.update((x.ref, x.delivery) for x in rows)
            after = rows[-1].id
