# SPDX-License-Identifier: EUPL-1.2
"""Words that people read stand in config/lists, whole and in four languages.  Each function yields what is wrong."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
LANGS = ("nl", "fr", "en", "de")
COMMANDS = "client/commands/commands.c"


def rows_of(name):
    """{code: {language: text}} of one list."""
    lines = [x.split("|") for x in (ROOT / f"config/lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
    head = lines[0]
    return {x[0]: {k: x[head.index(k)] for k in LANGS} for x in lines[1:]}


def lists():
    return sorted(p.stem for p in (ROOT / "config/lists").glob("*.psv"))


def client():
    return {p: p.read_text() for p in sorted((ROOT / "client").rglob("*.[ch]"))}


def commands():
    """Every command as help names it: "case new", "accept"."""
    table = (ROOT / COMMANDS).read_text()
    found = [f"{n} {v}".strip() for n, v in re.findall(r'\{\.noun = "([a-z-]+)"(?:, \.verb = "([a-z-]+)")?', table)]
    return found + re.findall(r'"kring ([a-z-]+) ', (ROOT / "proto/acts.h").read_text())


def help_is_complete():
    """What each command is for, and the name of each argument and type, stand in their lists; and nothing else does."""
    known, have = commands(), rows_of("commands")
    if len(known) < 60:
        yield f"{len(known)} commands in the tables: this check would see nothing"
    yield from (f"commands.psv has no row {c}" for c in known if c not in have)
    yield from (f"commands.psv: there is no command {c}" for c in have if c not in known)
    have = rows_of("arguments")
    value = (ROOT / "client/cli/value.c").read_text()
    types = re.findall(r'\{"([A-Z]+)", "([^"]*)", (KIND_\w+)', value)
    used = set(re.findall(r"[A-Z]{2,}", " ".join(re.findall(r'\.words = "([^"]*)"', (ROOT / COMMANDS).read_text()))))
    used |= {t for t, _, _ in types}
    takes = {f"takes-{t}" for t, _, k in types if k not in ("KIND_CODE", "KIND_CODES", "KIND_LIST", "KIND_CATS")}
    yield from (f"arguments.psv has no row {w}" for w in sorted((used | takes) - set(have)))
    spare = {"COMMAND", "DIR", "PATH", "LANG"}  # of the line of usage, and of options that every command takes
    yield from (f"arguments.psv: nothing is called {w}" for w in sorted(set(have) - used - takes - spare))


SAID = re.compile(r'\b(?:words_of|words_say|words_into|print_say|print_say_line)\(\s*(?:c(?:->lang)?|r->c(?:->lang)?|lang)\s*,\s*([^;]*?);', re.S)


def keys_of_say():
    """Keys that the client names: every text within the call that looks like one."""
    for p, text in client().items():
        for m in SAID.finditer(text):
            yield from ((p, k) for k in re.findall(r'"([a-z][a-z0-9-]*)"', m[1]))


def sentences_are_there():
    """Every key of say.psv is named by the client, and every key that it names is there."""
    have = rows_of("say")
    whole = "".join(client().values())
    yield from (f"say.psv: nobody says {k}" for k in have if f'"{k}"' not in whole)
    for p, k in keys_of_say():
        if "-" in k and k not in have and not any(k in rows_of(n) for n in ("ui", "figures", "line")):
            yield f"{p.relative_to(ROOT)}: say.psv has no row {k}"


def values_agree():
    """A sentence has the same values in every language, or one of them would not be said."""
    for name in lists():
        if name == "glossary":
            continue
        for code, texts in rows_of(name).items():
            want = set(re.findall(r"\{(\w+)[:}]", texts["en"]))
            for lang, text in texts.items():
                got = set(re.findall(r"\{(\w+)[:}]", text))
                if got != want:
                    yield f"{name}.psv: {code}: {lang} has {sorted(got)}, en has {sorted(want)}"
                if text.count("{") != text.count("}") or re.search(r"\{\w+:[^;}]*\}", text):
                    yield f"{name}.psv: {code}: {lang}: a plural is {{n:one;other}}"


def constant(code):
    return "REFUSAL_" + code.upper().replace("-", "_")


def calls(text, name):
    """The arguments of every call of that function, as they stand."""
    for m in re.finditer(rf"\b{name}\(", text):
        depth, at = 1, m.end()
        while depth and at < len(text):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield text.count("\n", 0, m.start()) + 1, text[m.end():at - 1]


def sources():
    for top in ("daemon", "client"):
        for p in sorted((ROOT / top).rglob("*.[ch]")):
            yield p.relative_to(ROOT), re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), p.read_text(), flags=re.S)


def refusals():
    """Every code is used; every call gives the values that the sentences of its code name, and no others.  What a screen shows, too, names
    no option and no command of ours (a newcomer types `kring join`): those stand in the remedy alone."""
    rows = rows_of("refusals")
    yield from (f"refusals.psv: {code} ({k}) is shown on a screen, and names an option or a command" for code, row in rows.items() for k in LANGS
                if not code.endswith(".do") and re.search(r"--[a-z{]|\bkring (?!join)[a-z]", row[k]))
    needs = {}
    for code, row in rows.items():
        needs.setdefault(constant(code.partition(".")[0]), set()).update(h for k in LANGS for h in re.findall(r"{([a-z]+)[}:]", row[k]))
    used, seen = set(), 0
    for p, text in sources():
        used |= set(re.findall(r"\bREFUSAL_\w+", text))
        for name in ("turn_refuse", "turn_refuse_with"):
            for line, args in calls(text, name):
                codes, given = set(re.findall(r"\bREFUSAL_\w+", args)), set(re.findall(r'\bsay_\w+\(\s*"([a-z]+)"', args))
                given |= {name for made, name in (("turn_ago(", "ago"), ("who,", "who"), ("words_codes(", "codes")) if made in args}
                want = set().union(*(needs.get(c, set()) for c in codes))
                seen += bool(codes)
                if codes and want != given:
                    yield f"{p}:{line}: {', '.join(sorted(codes))}: its sentences name {sorted(want)}, the call gives {sorted(given)}"
    yield from (f"refusals.psv: nobody refuses with {c}" for c in rows if "." not in c and constant(c) not in used)
    if seen < 140:
        yield f"{seen} calls refuse with a code: this rule does not see them any more"


def small_letters():
    """What and why follow "! " and ": ": a text begins with a small letter in Dutch and French, as the head of refusals.psv says."""
    for name in ("refusals", "mistakes"):
        yield from (f"{name}.psv: {code}: {k} begins with a capital: {row[k]}" for code, row in rows_of(name).items() for k in ("nl", "fr", "en") if row[k][:1].isupper())


# Said of the reader or of a colleague, in French, as if it were a man.  An account of a machine (utilisateur) is nobody.
GENDER = re.compile(r"\b(?:administrateurs?|intervenants?|coordinateurs?|(?:un|le|du) collègue|vous seul|vous êtes (?:dé|re)?connecté|serez déconnecté)\b", re.I)
NOT_STAFF = {"guardian", "coordinator"}  # by law; a term, with both its forms


def french_has_no_gender():
    """Whoever reads it may be a woman: a function instead of a person (l'administration), or both (un ou une collègue)."""
    for name in lists():
        for code, row in rows_of(name).items():
            said = re.sub(r"un ou une collègue|une ou (?:d')?un collègue", "", row["fr"])
            if code not in NOT_STAFF and (m := GENDER.search(said)):
                yield f"{name}.psv: {code}: {m[0]}"


def mistakes_are_there():
    """Every error that the client names has its row, every row is named, and each call gives the values of its sentences."""
    rows = rows_of("mistakes")
    whole = "".join(client().values())
    yield from (f"mistakes.psv: nobody makes the mistake {c}" for c in rows if "." not in c and f'"{c}"' not in whole)
    yield from (f"mistakes.psv: {c}: a row is CODE, CODE.why or CODE.do" for c in rows if c.partition(".")[2] not in ("", "why", "do") or c.partition(".")[0] not in rows)
    yield from (f"mistakes.psv: {c} says nothing of what to do" for c in rows if "." not in c and f"{c}.do" not in rows)
    for p, text in client().items():
        for m in re.finditer(r"\bcli_refuse\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)", text):
            codes = [k for k in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', m[1].split("FILL")[0]) if k in rows or "-" in k]
            given = set(re.findall(r'\{"(\w+)",', m[1])) | {"example"}
            for c in codes:
                if c not in rows:
                    yield f"{p.relative_to(ROOT)}: mistakes.psv has no row {c}"
                    continue
                want = {v for part in ("", ".why", ".do") for v in re.findall(r"\{(\w+)[:}]", rows.get(c + part, {"en": ""})["en"])}
                if want - given and "FILL" in m[1]:
                    yield f"{p.relative_to(ROOT)}: {c}: its sentences name {sorted(want)}, the call gives {sorted(given)}"
    said = re.findall(r'(?:return|=|:|\?) "([a-z][^"]*)"', (ROOT / "proto/person/person_kind.c").read_text())
    said += re.findall(r'(?:\?|:|return) "([a-z]+ [^"]*)"', (ROOT / "daemon/base/text.c").read_text())
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "daemon/base/endpoint.c").read_text().partition("troubles[] =")[0].partition('is positive"')[2], flags=re.S)
    flaws = [s for s in ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', run)) for run in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', text)) if " " in s]
    if len(flaws) < 10:
        yield f"errors.psv: only {flaws} were found in endpoint.c: this rule does not see them any more"
    yield from (f"errors.psv has no row {s}" for s in said + flaws if s not in rows_of("errors"))


def no_sentence_in_the_client():
    """What people read stands in a list.  Two words in a row within quotes are a sentence, unless they are a command or a key of a
    list.  The table of commands has no text for people: its words and options are a grammar; nor has the frame of a printed page."""
    keys = {*rows_of("errors"), "case take", "tool root-sign"}
    for p, text in client().items():
        if p.name not in ("commands.c", "frame.c", "frame.h"):
            yield from (f"{p.relative_to(ROOT)}: a sentence: {s}" for s in sentences(text) if not re.search(r"(^|: )kring ", s) and s not in keys)


STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+'"


def sentences(text):
    """Every literal with two words in a row, but for what the log, the compiler and headers read."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    text = re.sub(r"#include[^\n]*|\b(?:static_assert|log_write)\((?:" + STRING + r"|[^;\"'])*;", "", text)
    for m in re.findall(STRING, text):
        s = re.sub(r"%[-+ 0-9.*]*(?:l|ll|z|h)*[a-z%]|\\n", "", m[1:-1]).strip()
        if m[0] == '"' and re.search(r"[A-Za-z]{2,} [a-z]{2,}", s):
            yield s


# Literals with blanks that nobody is shown as they stand: keys of the store, codes with blanks between them, codes of the roster.
NO_SENTENCES = {"flow reports\\0\\0\\0", "erased cases\\0\\0\\0", "refer coordinate follow-up evaluate", "referrals and consents"}
# deploy/settings.md is made from these two, in English, for who sets a node up.
MANUAL = {"daemon/roles/config_table.c": "const struct config_variable", "daemon/tool/config.c": "/* ---- the manual"}


def no_sentence_in_the_daemon():
    """What the daemon and its tools tell people is a code (refusals, causes, tool).  Below them base has keys of errors.psv."""
    rooms = ("domain", "core", "tool", "io", "roles")
    files = [p for r in rooms for p in sorted((ROOT / "daemon" / r).rglob("*.[ch]"))]
    keys = {c for name in lists() for c in rows_of(name)} | NO_SENTENCES
    if len(files) < 200:
        yield f"{len(files)} files: this rule does not see them any more"
    whole, found = "", set()
    for p in files:
        rel = str(p.relative_to(ROOT))
        text = p.read_text()
        whole += text
        if rel.endswith("config_table.c"):
            text = "".join(re.findall(r'NUMBER\([^)]*\)', text))
        elif rel in MANUAL:
            text = text.partition(MANUAL[rel])[0]
        for s in sentences(text):
            found.add(s)
            if s not in keys and not (rel == "daemon/roles/supervisor.c" and s.startswith("kringd: ")):
                yield f"{rel}: a sentence: {s}"
    yield from (f"tests/lint/words.py: NO_SENTENCES has {s}, which nobody has" for s in sorted(NO_SENTENCES - found) if s not in whole)


def causes_are_there():
    """Every cause has its row, every row is named, and its sentence names values that its call gives."""
    rows = rows_of("causes")
    texts = {p: t for p, t in sources() if not str(p).startswith("client")}
    whole = "".join(texts.values())
    table = (ROOT / "daemon/roles/config_table.c").read_text()
    for c in rows:
        if f'"{c}"' not in whole and f'"{c}"' not in table and not (c.endswith("-do") and f'"{c[:-3]}"' in whole):
            yield f"causes.psv: nothing fails for {c}"
    seen = 0
    for p, text in texts.items():
        lists_of = {m[1]: set(re.findall(r'\{"([a-z]+)",', m[2])) for m in re.finditer(r"\bstruct fill \*(\w+) =\s*FILL\(([^;]*);", text)}
        for name in ("cause_set", "tell"):
            for line, args in calls(text, name):
                codes = [c for c in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', args.split("FILL")[0]) if '"' in args]
                fills = re.findall(r'\{"([a-z]+)",', args)
                given = set(fills) if "FILL" in args else lists_of.get(args.split(",")[-1].strip())
                for c in codes:
                    seen += 1
                    if c not in rows:
                        yield f"{p}:{line}: causes.psv has no row {c}"
                    elif given is not None:
                        want = set(re.findall(r"{([a-z]+)[}:]", rows[c]["en"]))
                        if want - given and not (c in ("file-special", "settings-large", "settings-none") and want - given == {"path"}):
                            yield f"{p}:{line}: {c}: its sentence names {sorted(want)}, the call gives {sorted(given)}"
    if seen < 50:
        yield f"{seen} causes were found: this rule does not see them any more"


def findings_are_there():
    """Every code that kring doctor finds has its row, every row is found somewhere; do-CODE, own-CODE and tell-CODE belong to a code, topic-TOPIC to a topic."""
    rows = rows_of("doctor")
    text = {p: p.read_text() for top in ("client/doctor", "daemon/tool/doctor") for p in sorted((ROOT / top).glob("*.c"))}
    whole = "".join(text.values())
    yield from (f"doctor.psv: nobody finds {c}" for c in rows if f'"{c}"' not in whole and f'"{re.sub("^(?:do|own|tell|topic|level)-", "", c)}"' not in whole)
    yield from (f"doctor.psv: {c} belongs to no code" for c in rows if re.match("(?:do|tell)-", c) and c.partition("-")[2] not in rows)
    for p, t in text.items():
        for _, args in calls(t, "finding_add" if "client" in str(p) else "row_print"):
            for c in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', args.split("FILL")[0]):
                if c not in rows and f"topic-{c}" not in rows and f"level-{c}" not in rows:
                    yield f"{p.relative_to(ROOT)}: doctor.psv has no row {c}"


def tool_sentences_are_there():
    """Every row that kringd's tool names is there, every row is named, and nothing it fails with is a sentence."""
    rows = rows_of("tool")
    text = {p: p.read_text() for p in sorted((ROOT / "daemon/tool").rglob("*.[ch]"))}
    whole = "".join(text.values())
    yield from (f"tool.psv: nobody says {c}" for c in rows if f'"{c}"' not in whole)
    for p, t in text.items():
        for m in re.finditer(r"\b(?:tool_fail(?:_err|_why)?|say_line|say_to|say_into|say_word)\(((?:[^();]|\((?:[^();]|\([^();]*\))*\))*)", t):
            for s in re.findall(r'"([a-z][^"]*)"', m[1].split("FILL")[0]):
                if s not in rows and s not in ("digest",):
                    yield f"{p.relative_to(ROOT)}: tool.psv has no row {s}"


# Words that are the same in English: of Latin or French both took them, names, and what is typed.
SAME = {
    "nl": {"ALARM", "PARTNER", "Partner", "Partners", "REF", "e-mail", "evaluator", "Open", "online", "open", "partner", "Passkey"},
    "fr": {"DATE", "OPTIONS", "admission", "contradiction", "document", "documents", "e-mail", "justice", "message", "minutes", "note", "parent", "question", "suspension", "urgent", "usage"},
    "de": {"ALARM", "NAME", "PARTNER", "Partner", "REF", "TEXT", "online", "Passkey", "Passphrase"},
}


def nothing_is_left_in_english():
    """A text that equals its English column was not translated, unless it is the same word (SAME) or a command to type."""
    told = {lang: set() for lang in SAME}
    for name in lists():
        if name == "glossary":
            continue
        for code, texts in rows_of(name).items():
            plain = re.sub(r"\{\w+(?::[^}]*)?\}|--[a-z-]+|tcp://\S+|ip link set lo up", "", texts["en"])
            if not re.search(r"[a-z]{3}|[A-Z]{3}", plain):
                continue
            for lang in SAME:
                if texts[lang] == texts["en"]:
                    told[lang].add(texts["en"])
                    if texts["en"] not in SAME[lang]:
                        yield f"{name}.psv: {code}: {lang} is English: {texts['en']}"
    yield from (f"tests/lint/words.py: SAME has {w}, which no text in {lang} is" for lang in SAME for w in sorted(SAME[lang] - told[lang]))
