# SPDX-License-Identifier: EUPL-1.2
"""The addresses of the screens and the fields of their forms, as daemon/web has them; and forms as a page of ours would send them."""
import base64
import hashlib
import os
import re
import urllib.parse
from typing import NamedTuple

from node import ROOT

WEB = ROOT / "daemon/web"
MATRIX = ROOT / "tests/integration/routes.psv"


class Field(NamedTuple):
    name: str
    kind: str  # LINE, LINES, CODE, NUMBER, SECRET
    max: int
    needed: bool


class Route(NamedTuple):
    method: str
    pattern: str
    who: str  # as its row has it: signed_in; open: nobody need be; script: no page helps who asks
    fields: tuple


def _expanded(text, macros):
    """Macros that stand for rows of a table, and numbers that are written as products."""
    for _ in range(4):
        for name, (arg, body) in macros.items():
            if arg:
                text = re.sub(rf"\b{name}\((\"[^\"]*\")\)", lambda m, a=arg, b=body: re.sub(rf"\b{a}\b", m[1], b), text)
            else:
                text = re.sub(rf"\b{name}\b", lambda m, b=body: b, text)
    return text


def _fields(text, numbers):
    rows = re.findall(r"\{\s*\"([\w-]+)\",\s*FORM_(\w+),\s*([\w *+()]+?),\s*(true|false)\s*,?\s*\}", text)
    return tuple(Field(n, k, eval(m, {}, numbers), needed == "true") for n, k, m, needed in rows)  # noqa: S307 - of our own sources


def _numbers():
    """Names of limits, with their values."""
    said = "".join(p.read_text() for d in ("daemon/base", "daemon/web", "client/words") for p in (ROOT / d).rglob("*.[ch]"))
    found = {n: int(v) for n, v in re.findall(r"#define\s+(\w+)\s+(\d+)u?\b", said)}
    for body in re.findall(r"enum(?: \w+)? \{([^}]*)\}", said):
        for n, v in re.findall(r"(\w+) = (\d+)\b(?!\s*[*+-])", body):
            found.setdefault(n, int(v))
    return found | {"TEXT": 4 * 4000}


def _tables():
    """{name of a table of fields: its rows}"""
    sources = {p: re.sub(r"/\*.*?\*/", "", p.read_text(), flags=re.S).replace("\\\n", " ") for p in sorted(WEB.rglob("*.[ch]"))}
    macros = {m[1]: (m[2], m[3]) for s in sources.values() for m in re.finditer(r"#define (\w+)(?:\((\w+)\))?[ \t]+(.*\{.*FORM_.*)", s)}
    numbers, found = _numbers(), {}
    for path, s in sources.items():
        for m in re.finditer(r"const struct form_field (\w+)\[\w*\]\s*=\s*(\{.*?\});", s, re.S):
            found[m[1]] = _fields(_expanded(m[2], macros), numbers)
            if "PARTS_PERSON" in m[2]:
                found[m[1]] = _person(numbers) + found[m[1]]
    return found


def _person(numbers):
    """The fields of a person, which the form has in an order of its own."""
    rows = re.findall(r"X\([A-Z_]+, (\w+), (LINES?), (?:true|false)\)", (WEB / "cases/parts.h").read_text())
    return tuple(Field(n, kind, numbers["LIMIT_FIELD"] + 1024, False) for n, kind in rows)


def routes():
    tables = _tables()
    rows = re.findall(r"\{(true|false), \"(/[^\"]*)\", ROUTE_(\w+), (FIELDS\((\w+)\)|NO_FIELDS|(\w+), \w+), \w+\}", (WEB / "site.c").read_text())
    assert len(rows) > 50 and len(rows) == len(re.findall(r"^\t\{(?:true|false), \"/", (WEB / "site.c").read_text(), re.M)), "the table is not read any more"
    return [Route("POST" if post == "true" else "GET", pattern, who.lower(), () if how == "NO_FIELDS" else tables[a or b])
            for post, pattern, who, how, a, b in rows]


def k_of(token, path):
    """What the form of that path carries."""
    def keyed(key, data, size):
        return hashlib.blake2b(data, key=key, person=b"KRG1.csrf".ljust(16, b"\0"), digest_size=size).digest()
    key = keyed(base64.urlsafe_b64decode(token + "="), b"", 32)
    return base64.urlsafe_b64encode(keyed(key, path.encode(), 32)[:16]).decode().rstrip("=")


def send(browser, path, fields=(), once=None):
    """A form of that address, whether or not a page shows it; where it leads is not followed.  Returns the status."""
    body = {**dict(fields), "k": k_of(browser.cookies["__Host-kring"], path), "i": once or os.urandom(16).hex()}
    return browser.ask("POST", path, urllib.parse.urlencode(body).encode())[0]
