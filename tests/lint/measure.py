#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What can be counted of the code: circles, room sizes, assertions, comments.  tests/lint/measure.py [BUILD] prints a table;
tests/lint/lint.py holds the same numbers against the gates below.

A room is a folder.  Arrows between files run downward only, also within a room, because a circle of files can only be read
as one file; the circle is looked for between object files, since a call counts and an include alone does not.  Gates are
what holds today, rounded down; they are raised with the code and never lowered."""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOM_MAX = 3000                # lines of .c and .h: what one person can hold in mind
ASSERTS = 20                   # require, require_sound, check, assert, static_assert per 1 000 lines of .c, over the whole tree
COMMENTS = 8                  # % of the lines of .c
ROOM_GATES = {                 # room -> (assertions per 1 000, comments in %), where a room holds more than the tree
    "client": (12, 8), "client/cli": (30, 8), "client/commands": (20, 8), "client/print": (20, 8),
    "daemon/base": (20, 9), "daemon/core": (20, 8), "daemon/core/disk": (35, 8), "daemon/crypto": (36, 9), "daemon/crypto/files": (20, 9), "daemon/io": (30, 8), "daemon/io/newcomer": (14, 8), "daemon/io/partners": (20, 8),
    "daemon/roles": (20, 8), "daemon/store": (20, 8), "daemon/tool": (8, 8), "daemon/tool/cli": (50, 8), "daemon/tool/node": (20, 8), "daemon/tool/roster": (21, 8), "proto": (20, 8),
    "daemon/domain/admin": (12, 8), "daemon/domain/count": (25, 8), "daemon/domain/flow": (20, 8), "daemon/domain/news": (8, 8),
    "daemon/domain/newcomer": (8, 8), "daemon/domain/oversight": (11, 8), "daemon/domain/views": (20, 8), "daemon/domain/desk": (20, 8), "daemon/domain/documents": (18, 8), "daemon/domain/exchange": (20, 7), "daemon/domain/loss": (20, 11), "daemon/domain/membership": (15, 6), "daemon/domain/stream": (20, 9),
}
ASSERTION = re.compile(r"\b(?:require|require_sound|check|assert|static_assert)\s*\(")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def sources(root=ROOT):
    return sorted(p for top in ("daemon", "proto", "client") for p in (root / top).rglob("*.[ch]"))


def rooms(root=ROOT):
    """{room: {"lines": of .c and .h, "c": lines of .c, "asserts": in .c, "comments": comment lines of .c}}"""
    out = collections.defaultdict(collections.Counter)
    for p in sources(root):
        text, room = p.read_text(), out[str(p.parent.relative_to(root))]
        room["lines"] += text.count("\n")
        if p.suffix == ".c":
            room["c"] += text.count("\n")
            room["asserts"] += len(ASSERTION.findall(COMMENT.sub("", text)))
            room["comments"] += sum(m.count("\n") + 1 for m in COMMENT.findall(text)) - text.count("SPDX-License")
    return out


def rings(uses):
    """The strongly connected parts of {node: set of nodes} that have more than one member."""
    def reach(a):
        seen, todo = set(), [a]
        while todo:
            for b in uses[todo.pop()] - seen:
                seen.add(b)
                todo.append(b)
        return seen
    r = {n: reach(n) for n in uses}
    return sorted((sorted(x) for x in {frozenset(b for b in r[a] if a in r[b]) for a in uses if a in r[a]}), key=len, reverse=True)


def calls(build, root=ROOT):
    """{file: files whose symbols its object uses}, of the objects that the present build makes."""
    own, want, of = {}, {}, {}
    for u in json.loads((build / "compile_commands.json").read_text()):
        made = pathlib.Path(u["directory"]) / re.search(r" -o (\S+)", u["command"])[1]  # where the build runs, whatever generator
        o, src = str(made.relative_to(build.resolve())), pathlib.Path(u["file"])
        name = str(src.relative_to(root)) if src.is_relative_to(root) else ""
        if not re.match(r"(daemon|client|proto)/", name) or not re.match(r"(daemon|client|proto)/CMakeFiles/(?!kringd_|kring_store_nosync)", o):
            continue
        own[name], want[name], of[o] = set(), set(), name
    # one program for all of them: each line begins with the object's name and a colon
    for line in subprocess.run(["nm", "-A", *of], cwd=build, capture_output=True, text=True).stdout.splitlines():
        o, _, said = line.partition(":")
        f = said.split()
        if len(f) == 3 and f[1] in "TDRBC":
            own[of[o]].add(f[2])
        elif len(f) == 2 and f[0] == "U":
            want[of[o]].add(f[1])
    home = {s: n for n, ss in own.items() for s in ss}
    return {n: {home[s] for s in ss if s in home} - {n} for n, ss in want.items()}


def includes(root=ROOT):
    """{module: modules it includes}; foo.c and foo.h are one module."""
    files, uses = {}, collections.defaultdict(set)
    for p in sources(root):
        files[str(p.relative_to(root))] = str(p.relative_to(root).with_suffix(""))
    for name, module in files.items():
        uses[module] |= set()
        for inc in re.findall(r'^\s*#\s*include\s+"([^"]+)"', (root / name).read_text(), re.M):
            target = files.get("daemon/" + inc) or files.get(inc)
            if target and target != module:
                uses[module].add(target)
    return uses


def circles(build, root=ROOT):
    uses = calls(build, root)
    if len(uses) < 100:
        yield f"{len(uses)} objects in {build}: build first"
    for ring in rings(uses):
        yield f"{len(ring)} files call each other in a circle: {' '.join(ring)}"
    for ring in rings(includes(root)):
        yield f"{len(ring)} headers include each other in a circle: {' '.join(ring)}"


def gates(root=ROOT):
    table = rooms(root)
    whole = sum(table.values(), collections.Counter())
    for name, n in [*table.items(), ("the whole tree", whole)]:
        asserts, comments = ROOM_GATES.get(name, (ASSERTS, COMMENTS) if n is whole else (0, 0))
        if n is not whole and n["lines"] > ROOM_MAX:
            yield f"{name}: {n['lines']} lines, at most {ROOM_MAX}"
        if n["asserts"] * 1000 < asserts * n["c"]:
            yield f"{name}: {n['asserts'] * 1000 / n['c']:.1f} assertions per 1 000 lines, at least {asserts}"
        if n["comments"] * 100 < comments * n["c"]:
            yield f"{name}: {n['comments'] * 100 / n['c']:.1f} % comments, at least {comments}"
    yield from (f"{name} has a gate and is no room" for name in ROOM_GATES if name not in table)


def main():
    build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/dev"
    table = rooms()
    table["all"] = sum(table.values(), collections.Counter())
    print(f"{'room':26} {'.c+.h':>6} {'.c':>6} {'asserts/1000':>12} {'comments %':>10}")
    for name, n in table.items():
        print(f"{name:26} {n['lines']:6} {n['c']:6} {n['asserts'] * 1000 / max(n['c'], 1):12.1f} {n['comments'] * 100 / max(n['c'], 1):10.1f}")
    findings = [*circles(build.resolve()), *gates()]
    print(*findings, sep="\n")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
