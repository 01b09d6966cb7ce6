#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Compile pages to C: one struct and one function for each file of a folder.  Usage: tpl.py FOLDER WEB.PSV OUT

{{x}} a text, escaped for where it stands    {{#rows}}...{{/rows}} a list       {{?x}}...{{/x}} when it is not empty
{{^x}}...{{/x}} when it is empty             {{t.key}} a row of web.psv         {{f.x}} of the frame that all pages share
{{>_part}} the file _part.html               {{a.kring.css}} the address of a file of tpl/ that is served as it is

{{?x}} checked{{/x}} in a tag: an attribute without a value, one of BARE

In href, src and action a text becomes one segment of an address, so that no scheme can arise.  Whatever could be anything but text
ends the build: a placeholder in a tag, in a value without quotes, in a script, a style or an attribute that runs as one; a script or a
style of the page's own; a comment; a text or a part that is not there; a section that is not closed, or that ends elsewhere in the
page than it began."""
import gzip
import hashlib
import pathlib
import re
import sys

RAW = ("script", "style", "textarea", "title")
ADDRESS = ("href", "src", "action", "formaction")
RUNS = ("style", "srcdoc")
SAFE = re.compile(r"value|title|class|id|for|name|lang|datetime|max|min|(aria|data)-[a-z-]+")    # what a text may stand in
BARE = (" checked", " selected", " required", " open")               # what a section may put into a tag
KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class Wrong(Exception):
    pass


class Html:
    """Where in a page the next character stands."""

    def __init__(self):
        self.state, self.tag, self.attr, self.quote, self.had, self.closing, self.own = "text", "", "", "", set(), False, False

    def place(self):
        return (self.state, self.tag if self.state != "text" else "", self.attr if self.state == "value" else "", self.quote)

    def feed(self, text):
        i = 0
        while i < len(text):
            c = text[i]
            if self.state == "text" and c == "<":
                if text.startswith("<!--", i):
                    raise Wrong("a comment")
                m = re.match(r"<(!DOCTYPE html|/?[a-z][a-z0-9-]*)", text[i:])
                if not m:
                    raise Wrong("a < that begins no tag")
                self.tag, self.state, self.had = m[1].lstrip("/"), "tag", set()
                self.closing = m[1].startswith("/")
                i += len(m[0])
                continue
            if self.state == "raw":
                end = text.find(f"</{self.tag}", i)
                inside = text[i:] if end < 0 else text[i:end]
                if self.tag in ("script", "style") and inside.strip():
                    raise Wrong(f"a {self.tag} of the page's own")
                if end < 0:
                    return
                i, self.state = end, "text"
                continue
            if self.state == "tag":
                i = self.in_tag(text, i)
                continue
            if self.state == "value" and c == self.quote:
                self.state, self.quote = "tag", ""
            i += 1

    def in_tag(self, text, i):
        if text[i] == ">":
            self.state = "text"
            if not self.closing and self.tag == "style":
                raise Wrong("a style of the page's own")
            if not self.closing and self.tag == "script" and "src" not in self.had:
                raise Wrong("a script of the page's own")
            if not self.closing and self.tag in RAW:
                self.state = "raw"
            return i + 1
        m = re.match(r'\s*([a-zA-Z][\w:-]*)(=("|\')?)?|\s+|/', text[i:])
        if not m:
            raise Wrong(f"in <{self.tag}>: {text[i:i + 20]!r}")
        if m[1]:
            self.attr = m[1].lower()
            self.had.add(self.attr)
            if self.attr.startswith("on") or self.attr in RUNS:
                raise Wrong(f"the attribute {self.attr}")
            if m[2] and not m[3]:
                raise Wrong(f"a value without quotes: {self.attr}")
            if m[3]:
                self.state, self.quote = "value", m[3]
        return i + len(m[0])

    def writes(self):
        """How a text is escaped here."""
        if self.state == "tag":
            raise Wrong("a placeholder in a tag")
        if self.state == "raw" and self.tag in ("script", "style"):
            raise Wrong(f"a placeholder in <{self.tag}>")
        if self.state == "value" and self.attr not in ADDRESS and not SAFE.fullmatch(self.attr):
            raise Wrong(f"a placeholder in the attribute {self.attr}")
        if self.state == "value" and self.attr in ADDRESS:
            return "segment"
        # what people typed stands in <bdi>, and stays as it is
        return "prose" if self.state == "text" and (self.tag != "bdi" or self.closing) else "text"


class Scope:
    """The fields of a struct: {name: "text" | "bool" | Scope}."""

    def __init__(self):
        self.fields = {}

    def take(self, name, kind):
        have = self.fields.get(name)
        if have is None or have == "bool":
            self.fields[name] = Scope() if kind == "list" else kind
        elif (kind == "list") != isinstance(have, Scope) and kind != "bool":
            raise Wrong(f"{name} is a text and a list")
        return self.fields[name]


class Page:
    def __init__(self, name, text, build):
        self.name, self.build, self.scope = name, build, Scope()
        self.html, self.stack = Html(), [("", "", [], self.scope, None)]
        for part in re.split(r"(\{\{.*?\}\})", self.whole(text, 0), flags=re.S):
            if part.startswith("{{"):
                self.mark(part[2:-2].strip())
            elif part:
                self.html.feed(part)
                self.out().append(("raw", re.sub(r"\n\s*", "\n", part)))
        if len(self.stack) > 1:
            raise Wrong(f"a section is not closed: {self.stack[-1][1]}")
        if self.html.state != "text":
            raise Wrong("the page ends within a tag")

    def whole(self, text, deep):
        def part(m):
            if m[1] not in self.build.parts or deep > 4:
                raise Wrong(f"there is no part {m[1]}")
            return self.whole(self.build.parts[m[1]], deep + 1)
        return re.sub(r"\{\{>\s*(\w+)\s*\}\}\n?", part, text)

    def out(self):
        return self.stack[-1][2]

    def field(self, name, kind):
        if name.startswith("f."):
            self.build.frame.take(name[2:], kind)
            return
        if not re.fullmatch(r"[a-z]\w*", name):
            raise Wrong(f"not understood: {{{{{name}}}}}")
        self.stack[-1][3].take(name, kind)

    def mark(self, what):
        if what[:1] in "#?^":
            kind, name = what[0], what[1:]
            if self.html.state not in ("text", "value") and (self.html.state, kind) not in (("tag", "?"), ("tag", "^")):
                raise Wrong("a placeholder in a tag")
            self.field(name, "list" if kind == "#" else "bool")
            scope = self.stack[-1][3].fields[name] if kind == "#" else self.stack[-1][3]
            self.stack.append((kind, name, [], scope, self.html.place()))
        elif what[:1] == "/":
            kind, name, nodes, _, place = self.stack.pop() if len(self.stack) > 1 else ("", "", [], None, None)
            if name != what[1:]:
                raise Wrong(f"{{{{{what}}}}} closes no section")
            if place != self.html.place():
                raise Wrong(f"the section {name} ends elsewhere in the page than it began")
            if place[0] == "tag" and nodes not in [[("raw", x)] for x in BARE]:
                raise Wrong("a placeholder in a tag")
            self.out().append(("section", kind, name, nodes))
        elif what.startswith("t."):
            if what[2:] not in self.build.texts:
                raise Wrong(f"web.psv has no row {what[2:]}")
            if self.html.writes() == "segment":
                raise Wrong("words in an address")
            self.build.used.add(what[2:])
            self.out().append((f"words-{self.html.writes()}", what[2:]))
        elif what.startswith("a."):
            if what[2:] not in self.build.assets:
                raise Wrong(f"there is no file {what[2:]}")
            self.out().append(("raw", "/a/" + self.build.assets[what[2:]][0]))
        else:
            how = self.html.writes()
            self.field(what, "text")
            self.out().append((how, what))


class Build:
    def __init__(self, folder, psv):
        lines = [x.split("|") for x in psv.read_text().splitlines() if x and x[0] != "#"]
        self.texts, self.used, self.frame = {x[0] for x in lines[1:]}, set(), Scope()
        files = sorted(folder.glob("*.html"))
        self.parts = {p.stem: p.read_text() for p in files if p.stem[0] == "_"}
        self.assets = {}
        for p in sorted(x for x in folder.iterdir() if x.suffix[1:] in KINDS):
            raw = p.read_bytes()
            if p.suffix == ".css":
                raw = re.sub(rb"/\*.*?\*/|\n\s*", b"", raw, flags=re.S)
            elif p.suffix == ".js":    # what is written for who reads it here; lines stay, for a console that names one
                raw = re.sub(rb"^[ \t]+|^[ \t]*/\*.*?\*/$", b"", raw, flags=re.S | re.M)
            name = f"{p.stem}-{hashlib.sha256(raw).hexdigest()[:12]}{p.suffix}"
            self.assets[p.name] = (name, KINDS[p.suffix[1:]], gzip.compress(raw, 9, mtime=0))
        self.pages = []
        for p in files:
            if p.stem[0] != "_":
                try:
                    self.pages.append(Page(p.stem, p.read_text(), self))
                except Wrong as e:
                    sys.exit(f"tpl: {p.name}: {e}")


def quote(b):
    out = "".join(chr(c) if 32 <= c < 127 and c not in b'"\\?' else f"\\{c:03o}" for c in b)
    return '"' + re.sub(r"((?:\\...|[^\\]){100})", r'\1"' + "\n\t\t" + '"', out) + '"'


def struct(name, scope, lines, frame=False):
    own = ["\tconst struct page_frame *f;"] if frame else []
    for field, kind in scope.fields.items():
        if isinstance(kind, Scope):
            struct(f"{name}_{field}", kind, lines)
            own += [f"\tconst struct {name}_{field} *{field};", f"\tsize_t {field}_count;"]
        else:
            own.append(f"\tconst char *{field};" if kind == "text" else f"\tbool {field};")
    lines += [f"struct {name} {{", *(own or ["\tbool nothing;"]), "};"]


class Code:
    def __init__(self, build, page):
        self.build, self.lines, self.deep = build, [], 0
        self.walk(page.stack[0][2], page.scope, "p", f"page_{page.name}")

    def put(self, text):
        self.lines.append("\t" * (self.deep + 1) + text)

    def value(self, name, scope, at):
        if name.startswith("f."):
            return f"p->f->{name[2:]}", self.build.frame.fields[name[2:]]
        return f"{at}->{name}", scope.fields[name]

    def walk(self, nodes, scope, at, name):
        for n in nodes:
            if n[0] == "raw":
                self.put(f"out_raw(o, {quote(n[1].encode())}, {len(n[1].encode())});")
            elif n[0].startswith("words-"):
                self.put(f'out_{n[0][6:]}(o, list_text(LIST_WEB, lang, "{n[1]}"));')
            elif n[0] in ("text", "prose", "segment"):
                self.put(f"out_{n[0]}(o, {self.value(n[1], scope, at)[0]});")
            else:
                self.section(n, scope, at, name)

    def section(self, n, scope, at, name):
        what, kind = self.value(n[2], scope, at)
        if n[1] == "#":
            row = f"r{self.deep}"
            self.put(f"for (size_t i{row} = 0; i{row} < {what}_count; i{row}++) {{")
            self.deep += 1
            self.put(f"const struct {name}_{n[2]} *{row} = &{what}[i{row}];")
            self.put("")
            self.walk(n[3], kind, row, f"{name}_{n[2]}")
        else:
            test = f"{what}_count != 0" if isinstance(kind, Scope) else f"!out_empty({what})" if kind == "text" else what
            self.put(f"if ({test}) {{" if n[1] == "?" else f"if (!({test})) {{")
            self.deep += 1
            self.walk(n[3], scope, at, name)
        self.deep -= 1
        self.put("}")


def main():
    build, out = Build(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])), pathlib.Path(sys.argv[3])
    h = ["/* Made by tpl.py; do not edit. */", "#ifndef KRING_WEB_PAGES_H", "#define KRING_WEB_PAGES_H", "", '#include "proto/lists.h"', '#include "web/out.h"', "",
         "struct page_asset {", "\tconst char *name, *type;", "\tconst uint8_t *bytes; /* gzip */", "\tsize_t len;", "};", "extern const struct page_asset page_assets[];",
         f"enum {{ PAGE_ASSETS = {len(build.assets)} }};", ""]
    struct("page_frame", build.frame, h)
    c = ["/* Made by tpl.py; do not edit. */", '#include "web/pages.h"', ""]
    for page in build.pages:
        struct(f"page_{page.name}", page.scope, h, frame=True)
        head = f"void page_{page.name}(struct out *o, enum list_lang lang, const struct page_{page.name} *p)"
        h += [head + ";", ""]
        c += [head, "{", "\t(void)lang;", "\t(void)p;", *Code(build, page).lines, "}", ""]
    for i, (_, _, raw) in enumerate(build.assets.values()):
        c.append(f"static const uint8_t asset_{i}[] = {{{','.join(map(str, raw))}}};")
    c += ["const struct page_asset page_assets[] = {", *(f'\t{{"{n}", "{t}", asset_{i}, sizeof asset_{i}}},' for i, (n, t, _) in enumerate(build.assets.values())),
          "\t{NULL, NULL, NULL, 0},", "};"]
    h += ["#endif /* KRING_WEB_PAGES_H */"]
    out.mkdir(parents=True, exist_ok=True)
    (out / "pages.h").write_text("\n".join(h) + "\n")
    (out / "pages.c").write_text("\n".join(c) + "\n")


if __name__ == "__main__":
    main()
