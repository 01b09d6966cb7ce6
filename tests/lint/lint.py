#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Everything a reviewer should not have to look for.  Prints one line a check; exit 1 on any finding."""
import functools
import hashlib
import json
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

import architecture
import measure
import words

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/dev"
SOURCES = sorted(p for top in ("daemon", "proto", "client") for p in (ROOT / top).rglob("*.[ch]"))
passed = failed = 0


def check(name, findings):
    global passed, failed
    findings = list(findings)
    if findings:
        failed += 1
        print(f"FAIL lint: {name}")
        for f in findings[:12]:
            print(f"     {f}")
    else:
        passed += 1
        print(f"ok   lint: {name}")


def rel(p):
    return str(p.relative_to(ROOT))


@functools.cache
def everything():
    """{file: text} of all that people write here, with and without an ending."""
    tops = [ROOT / d for d in (".ci", "client", "cmake", "config", "daemon", "deploy", "proto", "tests")]
    out = {}
    for p in [*ROOT.iterdir(), *(x for top in tops for x in top.rglob("*"))]:
        if p.is_file() and not re.search(r"/(corpus\w*|__pycache__)/", str(p)):
            try:
                out[p] = p.read_text()
            except UnicodeDecodeError:
                out[p] = ""  # a picture: it is there, and says nothing
    return out


def layers():
    out = subprocess.run([sys.executable, str(ROOT / "tests/lint/check_layers.py"), str(ROOT)], capture_output=True, text=True)
    return out.stdout.splitlines() if out.returncode else []


def banned():
    bad = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|rand|srand|alloca|system|popen)\s*\(")
    for p in SOURCES:
        for n, line in enumerate(p.read_text().splitlines(), 1):
            if bad.search(line.split("//")[0]):
                yield f"{rel(p)}:{n}: {line.strip()}"


def nobody_waits_at_a_pipe():
    """What is opened to be read is opened by infile_open, or says itself that it does not wait."""
    bad = re.compile(r"\bfopen\s*\(|\bopen(?:at)?\s*\([^;]*O_RDONLY[^;]*\)")
    for p in SOURCES:
        text = p.read_text()
        for m in bad.finditer(text):
            if not re.search(r"O_NONBLOCK|O_DIRECTORY", m[0]) and rel(p) != "daemon/main.c":  # there: a clock that tests hand over
                yield f"{rel(p)}:{text.count(chr(10), 0, m.start()) + 1}: {m[0].splitlines()[0]}"


def suffixes():
    """LL, not ll, which reads as eleven.  clang-tidy knows the rule as cert-dcl16-c, at a fifth of all its time."""
    bad = re.compile(r"(?<![\w.%])(?:0[xX][0-9a-fA-F]+|\d[\d.]*(?:[eE][+-]?\d+)?)(?:[uU]?ll?|l[uU])\b")
    for p in SOURCES:
        for n, line in enumerate(p.read_text().splitlines(), 1):
            if bad.search(line) and not re.match(r"\s*(\*|/\*|//)", line):
                yield f"{rel(p)}:{n}: {line.strip()}"


def domain_is_pure():
    """The domain's objects may call nothing that does I/O, reads a clock or draws randomness."""
    lib = BUILD / "daemon/libkring_domain.a"
    allow = re.compile(r"^(person_fault|mem(cpy|cmp|set|move|chr)|str(len|cmp|ncmp|str|chr|pbrk|spn)|(__)?explicit_bzero(_chk)?|utf8proc_\w+|strcspn|strnlen|calloc|realloc|free|__stack_chk_fail"
                       r"|__mem\w+_chk|__asan_\w+|__ubsan_\w+|_GLOBAL_OFFSET_TABLE_"
                       r"|arena_\w+|bytes_\w+|be(16|32|64)_\w+|rd_\w+|wr_\w+|text_\w+|pack_\w+|date_\w+|endpoint_\w+|origin_\w+|err_\w+|cause_set|check_failed"
                       r"|act_\w+|kind_(has|known|opened_by)|hash_\w+|chunks_\w+|keep_(public|seal|open)|verify_sig|foreign_(key|holds|nobody)|identity_\w+|msg_\w+|wire_\w+|list_\w+|store_\w+|record_\w+|key_\w+)$")
    own = set()
    wanted = set()
    for line in subprocess.run(["nm", str(lib)], capture_output=True, text=True).stdout.splitlines():
        f = line.split()
        if len(f) == 3 and f[1] in "TDRBC":
            own.add(f[2])
        elif len(f) == 2 and f[0] == "U":
            wanted.add(f[1])
    if not own:
        yield f"{lib} has no symbols: build first"
    for name in sorted(wanted - own):
        if not allow.match(name):
            yield f"domain calls {name}"


def arenas_are_rewound():
    """A walk gives memory back through arena_rewind, which wipes it and spares what outlives the walk."""
    for p in SOURCES:
        for n, line in enumerate(p.read_text().splitlines(), 1):
            if re.search(r"\barena[\w.]*(->|\.)used\s*=[^=]", line):
                yield f"{rel(p)}:{n}: {line.strip()}"


NOTFOUND_IS_FINE = re.compile(r"ERR_NOTFOUND\s*\?\s*ERR_OK|==\s*ERR_NOTFOUND\)\s*(?:/\*.*?\*/\s*)?(?:rc = ERR_OK|return ERR_OK)|!=\s*ERR_NOTFOUND"
                              r"|\bgone\(", re.S)
FUNCTION = re.compile(r"^(?:static )?(?:enum err|int|bool|void|struct \w+|uint\d+_t|size_t|const char)\s+\**(\w+)\([^;{]*?\)\n\{\n(.*?)^\}\n",
                      re.S | re.M)


def missing_is_reviewed():
    """Where "not there" is turned into "fine" somebody wrote down what is not there, and that nothing else can be meant: an
    error that is taken for the end of a list is never seen again."""
    known = {}
    for line in (ROOT / "tests/lint/notfound.txt").read_text().splitlines():
        if line and line[0] != "#":
            where, count, reason = line.split(None, 2)
            known[where] = (int(count), reason)
    for p in SOURCES:
        if p.suffix != ".c" or rel(p).startswith("tests/"):
            continue
        for m in FUNCTION.finditer(p.read_text()):
            n, where = len(NOTFOUND_IS_FINE.findall(m[2])), f"{rel(p)}:{m[1]}"
            want = known.pop(where, (0, ""))[0]
            if n != want:
                yield f"{where} turns ERR_NOTFOUND into success {n} times, {want} are reviewed in tests/lint/notfound.txt"
    for where in known:
        yield f"tests/lint/notfound.txt names {where}, which does no such thing any more"


def schema_hashes():
    pinned = dict(line.split()[::-1] for line in (ROOT / "proto/VERSIONS").read_text().splitlines() if line and line[0] != "#")
    for p in sorted((ROOT / "proto").glob("*.proto")):
        if pinned.get(p.name) != hashlib.sha256(p.read_bytes()).hexdigest():
            yield f"{p.name} changed: think of both ends, then pin its hash in proto/VERSIONS"


def category_is_compulsory():
    """The build step refuses a field of partner.proto without a category, and a message within itself."""
    text = (ROOT / "proto/partner.proto").read_text()
    for name, planted, complaint in (("no category", "message Ask {\n\toptional string secret = 99;", "has no category"),
                                     ("recursion", "message Ask {\n\toptional Ask again = 99 [(cat) = OPEN];", "contains itself"),
                                     ("free words", "message Ask {\n\toptional string secret = 99 [(cat) = OPEN];", "has no list"),
                                     ("a list that is none", "message Ask {\n\toptional string secret = 99 [(cat) = OPEN, (list) = \"x\"];", "no list x"),
                                     ("free bytes", "message Ask {\n\toptional bytes secret = 99 [(cat) = OPEN];", "has no size")):
        with tempfile.TemporaryDirectory() as d:
            for p in (ROOT / "proto").glob("*.proto"):
                (pathlib.Path(d) / p.name).write_text(text.replace("message Ask {", planted) if p.name == "partner.proto" else p.read_text())
            subprocess.run(["protoc", f"-I{d}", "-I/usr/include", "--include_imports", f"--descriptor_set_out={d}/set", "options.proto",
                            "partner.proto", "record.proto", "internal.proto", "control.proto"], check=True)
            r = subprocess.run(["/usr/bin/python3", str(ROOT / "proto/gen_schema.py"), f"{d}/set", f"{d}/out"], capture_output=True, text=True)
            if r.returncode == 0 or complaint not in r.stderr:
                yield f"{name}: the build step let it pass: {r.stderr.strip()}"


def rows_of(name):
    """{code: (texts, words of the column uses)} of one list."""
    lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    head = lines[0]
    return {x[0]: ([x[head.index(k)] for k in ("nl", "fr", "en", "de")], x[head.index("uses")].split() if "uses" in head else []) for x in lines[1:]}


def codes_have_rows():
    """Every code that a person may be shown has its words, in every language; and every reason is one that its act takes."""
    text = {p: p.read_text() for p in SOURCES}
    domain = {p: t for p, t in text.items() if "daemon/domain" in rel(p)}
    whole = "".join(domain.values())

    def table(name, file, last=1):
        body = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*)\n", (ROOT / file).read_text()).group(1)
        return re.findall(r'X\([^()]*?"([^"]+)"', body)

    def given(pattern):
        for m in re.finditer(pattern, whole):
            yield from (s for s in re.findall(r'"([^"]*)"', m.group(1)) if s)

    rows = re.findall(r'\b(ACT|RULE)\((\w+), (\d+), "([^"]+)", (\w+), ([\w| ]+), (\w+)', (ROOT / "proto/acts.h").read_text())
    acts = [r[3] for r in rows]
    numbers = [int(r[2]) for r in rows]
    if numbers != sorted(set(numbers)):
        yield f"proto/acts.h: numbers do not ascend, or one is given twice: {numbers}"
    fields = re.findall(r"optional \w+ (\w+) =", re.search(r"message Person \{(.*?)\n\}", (ROOT / "proto/partner.proto").read_text(), re.S).group(1))
    typed = re.findall(r'X\("[a-z-]+", "[A-Z]+", PERSON_(\w+)', (ROOT / "client/commands/person.h").read_text())
    yield from (f"a person's field {f} has no row in person.psv" for f in fields if f not in rows_of("person"))
    yield from (f"person.psv has a row {f}, a person has no such field" for f in rows_of("person") if f not in fields)
    yield from (f"a person's field {f} cannot be typed: client/commands/person.h" for f in fields if f.upper() not in typed)
    yield from (f"acts.psv has a row {c}, proto/acts.h has none" for c in rows_of("acts") if c not in acts)
    wanted = {"acts": acts, "states": table("REFERRAL_STATES", "daemon/domain/referral/referral.h"),
              "work": table("WORK_KINDS", "daemon/domain/referral/work.h"), "verdicts": table("WIRE_VERDICTS", "proto/wire.h"),
              "limits": [row for c in table("QUOTAS", "daemon/domain/exchange/quota.h") for row in (c, f"do-{c}")],
              "alarms": [*table("ALARMS", "daemon/domain/loss/alarm.h"), *table("HELD_CAUSES", "daemon/domain/held.h")],
              "outbox": [*given(r"\(struct cause\)\{([^;]*)\}"), *given(r"\bout\.code =([^;]*);"), *given(r"OUTBOX_ROW_STATE,([^;]*);"),
                         *re.findall(r'\*text = "([^"]+)"', text[ROOT / "daemon/domain/views/history.c"])],
              "standings": [*re.findall(r', "([^"]+)"\}', re.search(r"\*standing_of\(.*?\n}", whole, re.S).group(0)),
                            *re.findall(r'return "([^"]+)"', re.search(r"\*roster_standing\(.*?\n}", whole, re.S).group(0))],
              "audit": [*table("AUDIT_EVENTS", "daemon/domain/evidence/audit.h"), *given(r"\.detail =([^;]*);"), "unknown", "lift",
                        *re.findall(r'"([^"]+)"', re.search(r"\*chain_op_name\(.*?};", whole, re.S).group(0)),
                        *re.findall(r'"([^"]+)"', re.search(r"\*class_name\(.*?\n}", whole, re.S).group(0))],
              "errors": re.findall(r'X\(ERR_\w+, "([^"]+)"\)', (ROOT / "daemon/base/err.h").read_text()),
              "categories": re.findall(r'"([^"]+)"', re.search(r"\*msg_cat_name\(.*?};", text[ROOT / "proto/msg.c"], re.S).group(0))}
    for name, codes in wanted.items():
        have = rows_of(name)
        if len(codes) < 5:
            yield f"{name}: only {codes} were found in the source: this rule does not see them any more"
        yield from (f"{name}.psv has no row {c}" for c in codes if c not in have)
    said = rows_of("said")
    asks = set(re.findall(r'ACT\(\w+, \d+, "([^"]+)"[^"]*"[^"]*"[^"]*ACT_ASKS', (ROOT / "proto/acts.h").read_text()))
    yield from (f"said.psv has no sentence did-{r[3]}" for r in rows if r[0] == "ACT" and f"did-{r[3]}" not in said)
    yield from (f"said.psv does not say what follows from {c}: sure-{c}" for c in asks if f"sure-{c}" not in said)
    if len(asks) < 3:
        yield f"only {asks} ask: this rule does not see them any more"
    over = wanted["states"][wanted["states"].index("closed"):]
    yield from (f"said.psv has no sentence {c}, nor one for each side" for c in over if c not in said and not {f"{c}-us", f"{c}-partner"} <= set(said))
    work = re.findall(r"X\((\w+),\s*\"([^\"]+)\"", (ROOT / "daemon/domain/referral/work.h").read_text())
    moves = {w for row in re.findall(r"\.next = (?:SENDER|RECEIVER),([^}]*)", text[ROOT / "daemon/domain/referral/states.c"]) for w in re.findall(r"WORK_(\w+)", row)}
    yield from (f"said.psv does not say what a partner is waited for with {c}: wait-{c}" for n, c in work if n in moves and f"wait-{c}" not in said)
    todo = text[ROOT / "client/print/todo.c"]
    yield from (f"client/print/todo.c has no command for work of the kind {c}" for c in wanted["work"] if f'{{"{c}", "kring ' not in todo)
    reasons = rows_of("reasons")
    for kind, _, _, code, _, _, listed in rows:
        if kind == "ACT" and listed == "LIST_REASONS" and not any(code in uses for _, uses in reasons.values()):
            yield f"reasons.psv has no reason for {code}: give it one, or MSG_HOLDS_ANY in proto/acts.h"
    for code, (_, uses) in reasons.items():
        yield from (f"reasons.psv: {code}: there is no act {u}" for u in uses if u not in acts)
        if not uses:
            yield f"reasons.psv: {code} fits no act"
    lists = {"decline": rows_of("decline-reasons"), "outcome": rows_of("outcomes")}
    own = [(t.lower().replace("_", "-"), c) for t, cs in re.findall(r"acts_automatic\(\s*t,[^,]+,\s*DOC_(\w+),([^)]*)\)", whole)
           for c in re.findall(r'"([^"]+)"', cs)]
    own += [(a, c) for f, c in re.findall(r'\.fires = DOC_(\w+),\s*\.reason = "([^"]+)"', whole)
            for a in (("escalate", "withdraw") if f == "ESCALATE" else (f.lower().replace("_", "-"),))]
    own += [("decline", c) for c in given(r"\*hollow_reason\(((?:.|\n)*?\n)}")]
    if len(own) < 12:
        yield f"only {own} were found: this rule does not see the automatic reasons any more"
    for act, code in own:
        if act in lists and code in lists[act] or act not in lists and act in reasons.get(code, ([], []))[1]:
            continue
        yield f"the automatic reason {code} is not in the list of {act}"


def bodies_are_read_in_one_place():
    """What comes from outside is held against its lists before anybody reads it."""
    for p in SOURCES:
        for m in re.finditer(r"msg_parse\([^;]*(document_body_kind|MSG_(OFFER|ASK|INFO|ACT|CONSENT_GRANT|REPORT)\b)", p.read_text()):
            if rel(p) not in ("daemon/domain/documents/words.c", "daemon/domain/documents/document.c", "daemon/domain/flow/publish.c"):
                yield f"{rel(p)}: words_parse reads bodies: {m.group(0)[:60]}"
    consent = (ROOT / "daemon/domain/consent/pack.c").read_text()
    body = consent[consent.index("enum err consent_pack_body("):]
    if "words_check(" not in body[:body.index("msg_pack(")]:
        yield "consent_pack_body packs before it asks words_check"


def requests_are_answered_above():
    """What a client asked is read, and its reply filled, in the rooms that answer: rules below give rows and findings."""
    answering = {"near", "views", "day", "oversight", "papers", "officer", "admin", "handing", "asker", "signon", "files", "referring", "desk", "domain"}  # domain: turns and pages, which they share
    for p in (ROOT / "daemon/domain").rglob("*.[ch]"):
        m = re.search(r"\bREPLY_[A-Z]\w*|\bstruct msg \*re(q|quest|ply)\b", COMMENT.sub("", p.read_text()))
        if p.parent.name not in answering and m:
            yield f"{rel(p)}: {m[0]}"


def labels():
    """Each domain-separation label is written in one place."""
    seen = {}
    for p in SOURCES:
        for label in re.findall(r'"(KRG1[.][a-z.]+)"', p.read_text()):
            seen.setdefault(label, []).append(rel(p))
    for label, where in seen.items():
        if len(where) > 1 and label not in ("KRG1.casekey",):
            yield f"{label} in {where}"


def gate():
    """One function decides whether a field may leave, and no body is packed around it."""
    if not re.search(r"^enum wire_verdict_code consent_check\(", (ROOT / "daemon/domain/consent/gate.c").read_text(), re.M):
        yield "consent_check does not exist"
    consent = (ROOT / "daemon/domain/consent/pack.c").read_text()
    body = consent[consent.index("enum err consent_pack_body("):]
    body = body[:body.index("\n}\n")]
    if "consent_check(" not in body or body.index("consent_check(") > body.index("msg_pack("):
        yield "consent_pack_body packs before it asks consent_check"
    for p in sorted((ROOT / "daemon/domain").rglob("*.c")):
        text = p.read_text()
        for m in re.finditer(r"\.body\s*=|spec\.body|->body\s*=", text):
            if rel(p) in ("daemon/domain/documents/document.c", "daemon/domain/stream/speak.c"):
                continue
            line = text[text.rfind("\n", 0, m.start()) + 1:text.index("\n", m.start())]
            if "consent_pack_body(" not in line:
                yield f"{rel(p)}: a document body from elsewhere: {line.strip()}"
        if "document_make(" in text and rel(p) not in ("daemon/domain/documents/document.c",) and "consent_pack_body(" not in text:
            yield f"{rel(p)}: makes documents without consent_pack_body"
    for doc in ("README.md", "daemon/ARCHITECTURE.md"):
        if "consent_check" not in (ROOT / doc).read_text():
            yield f"{doc} does not name consent_check"


def fault_hooks_absent():
    for name in (b"dev-no-zap", b"dev-clock-offset"):
        if name in (BUILD / "kringd").read_bytes():
            yield f"kringd contains {name.decode()}"
        if name not in (BUILD / "kringd_dev").read_bytes():
            yield f"kringd_dev lacks {name.decode()}: this check would see nothing"
    text = "\n".join(p.read_text() for p in SOURCES)
    if "KRING_NOSYNC" not in text:
        yield "KRING_NOSYNC is gone: its control build tests nothing"
    run = (ROOT / "tests/run").read_text()
    for name, switch in re.findall(r'X\((\w+), "([a-z-]+)"\)', (ROOT / "daemon/base/plant.h").read_text()):
        if switch.encode() in (BUILD / "kringd").read_bytes():
            yield f"kringd contains {switch}"
        if switch.encode() not in (BUILD / "tests/sim_federation").read_bytes():
            yield f"sim_federation lacks {switch}: this check would see nothing"
        if f"planted(PLANT_{name})" not in text:
            yield f"PLANT_{name} leaves out nothing"
        if f"plant {switch} " not in run:
            yield f"tests/run does not plant {switch}"


# Which foreign libraries are in whose memory: people and keys are in core, and neither HTTP nor ZeroMQ is.
PROGRAMS = {"kringd": ("lmdb", "sodium", "crypto", "uv", "protobuf-c", "seccomp", "utf8proc"), "kringd-net": ("zmq", "sodium", "uv", "protobuf-c", "seccomp"),
            "kringd-join": ("lmdb", "zmq", "sodium", "crypto", "uv", "protobuf-c", "utf8proc"), "kringd-web": ("microhttpd", "sodium", "uv", "protobuf-c", "seccomp")}


def libraries_of_each_program():
    for name, wanted in PROGRAMS.items():
        r = subprocess.run(["readelf", "-dW", str(BUILD / name)], capture_output=True, text=True)
        found = set(re.findall(r"NEEDED.*\[lib([\w-]+?)\.so", r.stdout)) - {"c"}
        for x in sorted(found ^ set(wanted)):
            yield f"{name}: {'has' if x in found else 'has not'} lib{x}"


def hardened():
    """Every object that becomes part of a program is built hardened, generated ones too, and the programs say so."""
    flags = ("-fstack-protector-strong", "-fcf-protection=full", "-fstack-clash-protection", "-ftrivial-auto-var-init=zero", "-D_FORTIFY_SOURCE=3")
    units = [u for u in json.loads((BUILD / "compile_commands.json").read_text()) if not re.search(r" -o tests/", u["command"])]
    if len(units) < 100:
        yield f"{len(units)} units in compile_commands.json: build first"
    for u in units:
        missing = [f for f in flags if f not in u["command"]]
        if missing:
            yield f"{u['file']}: built without {' '.join(missing)}"
    if platform.machine() != "x86_64":
        return
    notes = lambda *p: subprocess.run(["readelf", "-nW", *map(str, p)], capture_output=True, text=True).stdout
    objects = sorted(x for top in ("daemon", "proto", "client") for x in (BUILD / top).rglob("*.o"))
    said = dict(re.findall(r"^File: (\S+)\n(.*?)(?=^File: |\Z)", notes(*objects), re.M | re.S))
    for p in objects:
        if "IBT, SHSTK" not in said.get(str(p), ""):
            yield f"{p.relative_to(BUILD)}: not marked for branch targets and shadow stacks"
    for name in ("kring", *PROGRAMS):
        if "SHSTK" not in notes(BUILD / name):
            yield f"{name}: not marked for shadow stacks"
        head = subprocess.run(["readelf", "-lW", str(BUILD / name)], capture_output=True, text=True).stdout
        dyn = subprocess.run(["readelf", "-dW", str(BUILD / name)], capture_output=True, text=True).stdout
        if re.search(r"LOAD.* RWE |GNU_STACK.* RWE ", head) or "GNU_RELRO" not in head or "BIND_NOW" not in dyn or "PIE" not in dyn:
            yield f"{name}: writable code, or no RELRO, BIND_NOW, PIE"


def spdx():
    for p in SOURCES + sorted((ROOT / "tests").rglob("*.[ch]")):
        if "SPDX-License-Identifier: EUPL-1.2" not in p.read_text()[:200]:
            yield rel(p)


def headers_say_it():
    for p in SOURCES:
        if p.suffix != ".h":
            continue
        text = p.read_text()
        for label in ("Layer:", "Owns:", "Threads:", "Time:", "Durable:", "Privacy:"):
            if f" * {label}" not in text:
                yield f"{rel(p)} lacks {label}"
        room = str(p.parent.relative_to(ROOT)).removeprefix("daemon/")
        layer = re.search(r"Layer:\s+([\w/]*)", text)
        if layer and layer[1] != room and (layer[1] == "domain" or layer[1] != room.split("/")[0]):
            yield f"{rel(p)} says it stands in {layer[1]}"
        if f"\n * {p.stem} - " not in text:
            yield f"{rel(p)} begins with another name than {p.stem}"
        guard = "KRING_" + re.sub(r"\W", "_", rel(p).removeprefix("daemon/")).upper()
        if re.search(r"^#ifndef (\w+)", text, re.M)[1] != guard:
            yield f"{rel(p)} is not guarded by {guard}"


def sizes():
    for p in SOURCES:
        n = len(p.read_text().splitlines())
        if n > (800 if p.suffix == ".c" else 250):
            yield f"{rel(p)}: {n} lines"
        start, name = None, ""
        for i, line in enumerate(p.read_text().splitlines(), 1):
            if line == "{":
                start = i
            elif line == "}" and start:
                if i - start > 70:
                    yield f"{rel(p)}:{start}: function of {i - start} lines"
                start = None


def globals_reviewed():
    allowed = {"daemon/base/log/log.c: log_role", "daemon/base/log/log.c: log_max", "daemon/base/log/log.c: log_now"}
    for p in SOURCES:
        for m in re.finditer(r"^static (?!const\b|inline\b|enum err\b|void\b|bool\b)[\w ]+?\**(\w+)( = [^;(]*)?;$", p.read_text(), re.M):
            if f"{rel(p)}: {m[1]}" not in allowed and " const " not in m[0]:
                yield f"{rel(p)}: {m[0]}"


def log_fields():
    """No free text from outside in a log line: %s only for texts of ours."""
    ok = re.compile(r'err_text\(|causes_log\(|"none"|role|[no](?:->|\.)listen|step|accepted|core|argv|document_type_name')
    for p in SOURCES:
        for m in re.finditer(r"log_write\([^;]*;", p.read_text(), re.S):
            if "%s" in m[0] and not ok.search(m[0]):
                yield f"{rel(p)}: {m[0][:90]}"


def architecture_names_files():
    text = (ROOT / "daemon/ARCHITECTURE.md").read_text()
    for name in re.findall(r"`((?:daemon|proto|client|tests|deploy)/[\w./-]+)`", text):
        if not (ROOT / name).exists():
            yield name


def documents_are_here():
    """Whoever reads a comment can open what it cites; and every rule of STYLE.md that names a check names one that runs."""
    here = {p.name for p in everything() if p.suffix == ".md"}
    for p, text in everything().items():
        for name in set(re.findall(r"\b[\w-]+\.md\b", text)) - here:
            yield f"{rel(p)} cites {name}, which is not in the tree"
    checks = set(re.findall(r'^check\("([^"]+)"', pathlib.Path(__file__).read_text(), re.M))
    for name in re.findall(r"\*lint: ([^*]+)\*", (ROOT / "daemon/STYLE.md").read_text().split("\n", 5)[5].replace("\n", " ")):
        if name not in checks:
            yield f"daemon/STYLE.md: there is no check \"{name}\""


COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
PLACEHOLDERS = {"foo.c", "foo.h", "foo_verb_object", "x_create", "x_free", "CC.psv"}    # of rules about names
ELSEWHERE = {"fields.h", "schema.c", "lists.c", "lmdb.h", "sysexits.h"}                 # made by the build, or another library's


def said_of_the_code():
    """(file, line, words) of comments in C, of documents, and of what Python says about itself."""
    for p, text in everything().items():
        pattern = {".c": COMMENT, ".h": COMMENT, ".proto": COMMENT, ".md": re.compile(r".+", re.S),
                   ".py": re.compile(r'(?<!["\'])#[^\n]*|"""(?:.|\n)*?"""'), "": re.compile(r"(?<!\$)#[^\n]*")}.get(p.suffix)
        for m in pattern.finditer(text) if pattern and p != pathlib.Path(__file__) else ():
            yield p, text.count("\n", 0, m.start()) + 1, m[0]


def comments_name_what_exists():
    """A function, file or room that a comment or a document names is there: what was moved or renamed takes its name along."""
    called, files = set(), {rel(p) for p in everything()}
    for p, text in everything().items():
        if p.suffix in (".c", ".h", ".py"):
            called |= set(re.findall(r"\b(\w+)\)?\s*\(", COMMENT.sub("", text) if p.suffix != ".py" else text))
    names = {f.rsplit("/", 1)[-1] for f in files} | PLACEHOLDERS | ELSEWHERE
    places = {f for n in files for f in (n, n.rsplit(".", 1)[0], *(n.rsplit("/", i)[0] for i in range(1, n.count("/") + 1)))}
    places |= {rel(d) for d in (ROOT / "tests/fuzz").iterdir()}
    rooms = "|".join(sorted({q.name for q in (ROOT / "daemon").rglob("*") if q.is_dir()} | {"daemon", "client", "proto", "tests", "deploy", "config"}))
    path = re.compile(rf"(?<![\w/.$*-])((?:{rooms})/[\w/-]*\w(?:\.[a-z]+)?)\b(?![/*])")
    for p, line, words in said_of_the_code():
        here = lambda m: f"{rel(p)}:{line + words.count(chr(10), 0, m.start())} names"
        for m in re.finditer(r"\b([a-z_]\w*)\(\)", words):
            if m[1] not in called | PLACEHOLDERS:
                yield f"{here(m)} {m[1]}(), which is nowhere"
        for m in re.finditer(r"(?<![\w/.<-])([\w-]+\.(?:c|h|py))\b", words):
            if m[1] not in names and p.suffix != ".py":
                yield f"{here(m)} {m[1]}, which is nowhere"
        for m in path.finditer(words):
            if m[1].rsplit("/", 1)[1] not in PLACEHOLDERS and not any(x == m[1] or x.endswith("/" + m[1]) for x in places):
                yield f"{here(m)} {m[1]}, which is nowhere"


def remedies_name_commands():
    """Whoever is told to type a command can: each `kring NOUN VERB` of a sentence or a document is in the client's tables."""
    table = (ROOT / "client/commands/commands.c").read_text()
    known = {(n, v) for n, v in re.findall(r'\{\.noun = "([a-z-]+)"(?:, \.verb = "([a-z-]+)")?', table)}
    known |= {(c, "") for c in re.findall(r'"kring ([a-z-]+) ', (ROOT / "proto/acts.h").read_text())}
    nouns = {n for n, _ in known} | {"help", "version"}
    plain = {n for n, v in known if not v} | {"help", "version"}
    said = re.compile(r"(?<![/\w])kring (?:--dir \S+ |--json )*([a-z][a-z-]*)(?:[ \n]+([a-z][a-z-]*))?")
    texts = {p: "|".join("".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', run)) for run in re.findall(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', p.read_text()))
             for p in SOURCES if p.suffix == ".c"}
    for p in [ROOT / "README.md", *(ROOT / "deploy").glob("*.md"), *(ROOT / "daemon").rglob("*.md"), *(ROOT / "proto").glob("*.md")]:
        texts[p] = "\n".join(re.findall(r"`([^`\n]+)`", p.read_text()))
    for p in sorted((ROOT / "config/lists").glob("*.psv")):
        texts[p] = p.read_text()
    if len(known) < 60:
        yield f"{len(known)} commands in the tables: this check would see nothing"
    for p, text in texts.items():
        for m in said.finditer(text):
            if m[1] not in nouns or (m[1] not in plain and (m[1], m[2] or "") not in known):
                yield f"{rel(p)}: there is no command: {m[0]}"


def remedies_have_options():
    """... and each option behind it is one of that command's, in every language, and has what it takes behind it."""
    r = subprocess.run([str(BUILD / "kring"), "--json", "help"], capture_output=True, text=True)
    help_ = json.loads(r.stdout)
    table = {" ".join(w for w in (c["noun"], c["verb"]) if w): {o["name"]: o["type"] for o in c["options"]} for c in help_["commands"]}
    always = {o["name"]: o["type"] for o in help_["options"]}
    texts = [(p, line) for p in sorted((ROOT / "config/lists").glob("*.psv")) for line in p.read_text().splitlines()]
    texts += [(p, line.replace("\\n", "|")) for p in SOURCES if p.suffix == ".c" for line in re.findall(r'"((?:[^"\\\n]|\\.)*)"', p.read_text())]
    seen = 0
    for p, line in texts:
        for text in re.split(r"[|;()]|(?<![/\w])(?=kring )", line):
            m = re.match(r"kring (?:--dir \S+ |--json )*([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", text)
            name = m and (f"{m[1]} {m[2]}" if f"{m[1]} {m[2]}" in table else m[1])
            if not m or name not in table:
                continue
            for option in re.findall(r"--([a-z][a-z-]*)", text[m.end():].partition(": ")[0]):
                seen += 1
                if option not in table[name] | always:
                    yield f"{rel(p)}: kring {name} has no --{option}: {line[:80]}"
                elif (table[name] | always)[option] and text.rstrip().endswith(f"--{option}"):
                    yield f"{rel(p)}: kring {name} --{option} has nothing behind it: {line[:80]}"
    if seen < 40:
        yield f"{seen} options were found: this check would see nothing"


def manual_is_the_table():
    """deploy/settings.md is what kringd prints about itself."""
    r = subprocess.run([str(BUILD / "kringd"), "tool", "config-manual"], capture_output=True, text=True)
    if r.returncode != 0 or r.stdout != (ROOT / "deploy/settings.md").read_text():
        yield "deploy/settings.md is not what kringd says: run kringd tool config-manual > deploy/settings.md"


def variables_are_in_the_table():
    """What the environment may change stands in the manual; only a dev build reads more."""
    known = set(re.findall(r'^\t\{"([A-Z_]+)", "kring', (ROOT / "daemon/roles/config_table.c").read_text(), re.M))
    read = {m: p for p in SOURCES for m in re.findall(r'getenv\("(\w+)"\)', p.read_text())}
    for name, p in read.items():
        if name not in known and not name.startswith("KRING_DEV_"):
            yield f"{rel(p)} reads {name}, which is not in daemon/roles/config_table.c"
    for name in known - set(read):
        yield f"daemon/roles/config_table.c names {name}, which nobody reads"


def stages_are_explained():
    """README.md has a row for each stage of tests/run, and tests/run a stage for each row."""
    run, readme = (ROOT / "tests/run").read_text(), (ROOT / "README.md").read_text()
    named = re.search(r'^STAGES=" (.*) "$', run, re.M)[1].split() + ["long"]
    rows = re.findall(r"^\| (\w+) \|", readme.split("| stage |", 1)[-1].split("\n\n", 1)[0], re.M)
    for s in sorted(set(named) ^ set(rows)):
        yield f"stage {s} is in only one of README.md and tests/run"
    for s in named:
        if f"stage_{s}() {{" not in run:
            yield f"tests/run has no stage_{s}"


def pythons():
    """What tests and the build need of Python are Debian's packages: another python3 that stands first in PATH has none of them."""
    for p, text in everything().items():
        if re.match(r"#!.*python", text) and not text.startswith("#!/usr/bin/python3\n"):
            yield f"{rel(p)}: {text.splitlines()[0]}"


def formatted():
    files = [str(p) for p in SOURCES + sorted((ROOT / "tests").rglob("*.[ch]"))]
    out = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    found = [x for x in out.stderr.splitlines() if "error:" in x]
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
    if "version 14." in version:
        return found
    print(f"     {version.strip()}: Debian 12's (14) decides how lines break; this one has {len(found)} of them otherwise")
    return []


check("layers and foreign headers", layers())
check("no circle between files", measure.circles(BUILD.resolve()))
check("room sizes, assertions, comments", measure.gates())
check("banned calls", banned())
check("what is opened to be read is never waited for", nobody_waits_at_a_pipe())
check("suffixes of numbers are in capitals", suffixes())
check("the domain calls nothing of the world", domain_is_pure())
check("memory of a turn is given back in one place", arenas_are_rewound())
check("what is missing and fine is reviewed", missing_is_reviewed())
check("schema hashes are pinned", schema_hashes())
check("a field without a category fails the build", category_is_compulsory())
check("every code has its words, every act its reasons", codes_have_rows())
check("help names every command and argument", words.help_is_complete())
check("every sentence of the client is there, and said", words.sentences_are_there())
check("every mistake has its words and its values", words.mistakes_are_there())
check("every sentence of the tool is there, and said", words.tool_sentences_are_there())
check("everything that kring doctor finds has its words", words.findings_are_there())
check("no sentence stands in the client", words.no_sentence_in_the_client())
check("no sentence stands in the daemon", words.no_sentence_in_the_daemon())
check("every cause has its words and its values", words.causes_are_there())
check("no text is left in English", words.nothing_is_left_in_english())
check("a sentence has the same values in every language", words.values_agree())
check("a refusal has its words and its values", words.refusals())
check("a refusal begins with a small letter", words.small_letters())
check("French says nobody's gender", words.french_has_no_gender())
check("bodies from outside are read in one place", bodies_are_read_in_one_place())
check("requests are answered in the upper rooms", requests_are_answered_above())
check("labels are used once", labels())
check("one gate for every field", gate())
check("fault hooks are not in kringd", fault_hooks_absent())
check("every object is hardened, and the programs say so", hardened())
check("licence headers", spdx())
check("headers say shape, ownership, privacy", headers_say_it())
check("file and function sizes", sizes())
check("mutable globals are reviewed", globals_reviewed())
check("no foreign text in logs", log_fields())
check("ARCHITECTURE.md names files that exist", architecture_names_files())
check("ARCHITECTURE.md names every module", architecture.stale())
check("ARCHITECTURE.md answers its questions", architecture.answers())
check("only documents of this tree are cited", documents_are_here())
check("comments name what exists", comments_name_what_exists())
check("a remedy names a command that exists", remedies_name_commands())
check("a remedy names options of its command", remedies_have_options())
check("the manual of the settings is made from their table", manual_is_the_table())
check("variables of the environment are in the table", variables_are_in_the_table())
check("README.md explains every stage of the tests", stages_are_explained())
check("scripts take Debian's python3", pythons())
check("clang-format", formatted())
print(f"lint: {passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
