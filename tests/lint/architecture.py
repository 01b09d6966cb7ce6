#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""daemon/ARCHITECTURE.md against the tree.  tests/lint/architecture.py writes the list of modules; tests/lint/lint.py checks it,
and that each question of the table is answered by a function that stands where the table says."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "daemon/ARCHITECTURE.md"
BEGIN, END = "<!-- modules: tests/lint/architecture.py writes this list -->\n", "<!-- end of modules -->\n"
QUESTIONS = 15


def purpose(path):
    """The first sentence of the header; of a file without one, of its first comment."""
    head = path.with_suffix(".h")
    text = (head if head.exists() else path).read_text()
    found = re.search(r"\n/\*\*\n \* [\w. -]+? - (.*?)\n \*\n", text, re.S) if head.exists() else None
    found = found or re.search(r"/\*+\s*(?:\* )?(?!SPDX)(.*?)\*/", text[text.index("\n"):], re.S)
    words = re.sub(r"\s*\n \*\s*", " ", found[1]).strip() if found else ""
    words = re.sub(r"\s*\([^()]*\.md[^()]*\)", "", re.split(r"(?<=[\w)])\.\s|\.$", words)[0])
    return re.sub(r"\s+", " ", words).replace("|", "\\|")


def modules(root=ROOT):
    """One table a room: path and first sentence."""
    rooms = {}
    for p in sorted([*(root / "daemon").rglob("*.c"), *(root / "daemon").rglob("*.h")]):
        rooms.setdefault(p.parent, {})[p.stem] = p if p.suffix == ".c" or p.stem not in rooms.get(p.parent, {}) else rooms[p.parent][p.stem]
    out = []
    for room, files in sorted(rooms.items()):
        out += [f"\n### {room.relative_to(root)}", "| module | what it is |", "|---|---|"]
        out += [f"| `{p.relative_to(root)}` | {purpose(p)} |" for _, p in sorted(files.items())]
    return "\n".join(out) + "\n"


def stale():
    text = PAGE.read_text()
    if BEGIN not in text or END not in text:
        yield "daemon/ARCHITECTURE.md has no place for the modules"
        return
    rows = lambda s: dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", s, re.M))
    there, here = rows(text.split(BEGIN)[1].split(END)[0]), rows(modules())
    for name in sorted(there.keys() | here.keys()):
        if there.get(name) != here.get(name):
            yield f"{name} is {'gone' if name not in here else 'new' if name not in there else 'another'}: run tests/lint/architecture.py"


def answers():
    """Each row `| question | `function()` in `file` |`: the function is defined in that file, and in no other of that layer."""
    rows = re.findall(r"^\| ([^|]+\?) \| `(\w+)\(\)` in `([\w./-]+)` \|", PAGE.read_text(), re.M)
    if len(rows) < QUESTIONS:
        yield f"daemon/ARCHITECTURE.md answers {len(rows)} questions, at least {QUESTIONS}"
    for question, function, name in rows:
        path = ROOT / name
        text = path.read_text() if path.exists() else ""
        if not re.search(rf"^(?!\t)[^;#/\n]*\b{function}\((?:[^;{{}}]|\n)*?\)\s*(?:/\*.*?\*/\s*)?\n\{{", text, re.M):
            yield f"{question} {function}() is not defined in {name}"
    for question in {q for q, _, _ in rows if [x for x, _, _ in rows].count(q) > 1}:
        yield f"{question} has two answers"


def main():
    text = PAGE.read_text()
    if BEGIN not in text:
        sys.exit(f"{PAGE} lacks the line: {BEGIN}")
    PAGE.write_text(text.split(BEGIN)[0] + BEGIN + modules() + END + text.split(END)[1])


if __name__ == "__main__":
    main()
