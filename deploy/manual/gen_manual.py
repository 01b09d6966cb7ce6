#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Manual pages (for scdoc) and bash completion, from what the programs say about themselves, so that neither can differ from what
they do.  Usage: gen_manual.py KRING KRINGD CONFIG OUT: runs both, reads CONFIG/lists/manual.psv for what no program says, and
writes OUT/kring.1.scd, kringd.8.scd and kring.conf.5.scd, each with kring.1.nl.scd and its like, and kring.bash.
       gen_manual.py --render SCDOC SOURCE PAGE: the page itself."""
import json
import pathlib
import re
import subprocess
import sys

LANGS = ("nl", "fr", "en", "de")
PARTNERS = {"to", "from"}   # options of type NAME that take a partner
# Which list has the ids that a command takes; a command that is not here shows none.
IDS = {"outbox why": "outbox list", "outbox retry": "outbox list", "outbox drop": "outbox list", "invites cancel": "invites list"}


def plain(text):
    """For scdoc: nothing in it is a mark."""
    return re.sub(r"([\\*_#\[\]<>|~`])", r"\\\1", text)


def bold(text):
    return f"*{plain(text)}*"


def under(text):
    return f"_{plain(text)}_"


def words(cmd):
    return [x for x in (cmd["noun"], cmd["verb"]) if x]


def shared(table):
    """{type: what it takes} of those that take the same whatever the command; what an act narrows stands with the act."""
    takes = {}
    for o in (o for c in table["commands"] for o in c["options"] if o["type"]):
        takes.setdefault((o["shown"], o["type"]), set()).add(o["accepts"])
    return {k: t.pop() for k, t in takes.items() if len(t) == 1}


def commands(say, table):
    out, same = [], shared(table)
    for group in table["groups"]:
        out += [f"## {plain(group['title'])}", ""]
        for c in (c for c in table["commands"] if c["group"] == group["name"]):
            args = c["line"][len(" ".join(words(c))):].strip()
            out += [bold(" ".join(["kring", *words(c)])) + (f" {under(args)}" if args else "") + (f" [{under(say('OPTIONS'))}]" if c["options"] else ""),
                    f"\t{plain(c['help'])}.", ""]
            lines = []
            for o in c["options"]:
                left = bold("--" + o["name"]) + (f" {under(o['shown'])}" if o["type"] else "")
                takes = o["accepts"] if o["type"] and (o["shown"], o["type"]) not in same else ""
                lines.append(f"{left}: {plain(': '.join(x for x in (o['help'], takes) if x))}{' (' + say('many') + ')' if o['many'] else ''}")
            out += ["\t" + "++\n".join(lines), ""] if lines else []
            out += [f"\t{say('empty')}", ""] if any(o["empty"] for o in c["options"]) else []
            out += [f"\t{plain(say('example'))}: {bold(c['example'])}", ""]
    return out


def values(table):
    out = []
    for shown, text in sorted({(k[0], t) for k, t in shared(table).items()}):
        out += [under(shown), f"\t{plain(text)}", ""]
    return out


def kring(lang, table, say, variables):
    out = ["kring(1)", "", f"# {say('NAME')}", "", f"kring - {say('name')}", "", f"# {say('SYNOPSIS')}", "",
           f"*kring* [{under(say('OPTIONS'))}] {under(say('COMMAND'))} [{under(say('ARGUMENTS'))}]", "",
           f"*kring help* [{under(say('COMMAND'))} | *all* | " + " | ".join(bold(x) for x in table["topics"]) + "]", "",
           f"# {say('DESCRIPTION')}", "", say("what"), "", say("typing"), "", say("careful"), "", say("private"), "", f"# {say('OPTIONS')}", ""]
    for o in table["options"]:
        both = ", ".join(bold(x) for x in ([f"-{o['letter']}"] if o["letter"] else []) + [f"--{o['name']}"])
        out += [f"{both}{' ' + under(o['shown']) if o['type'] else ''}", f"\t{plain(o['help'])}" + (f": {plain(', '.join(o['codes']))}" if o["codes"] else ""), ""]
    out += [f"# {say('COMMANDS')}", ""] + commands(say, table) + [f"# {say('VALUES')}", "", say("values"), ""] + values(table)
    out += ["# JSON", "", say("json"), "", say("json-rows"), "", say("json-errors"), "", f"# {say('OUTPUT')}", "", say("output"), "", f"# {say('EXIT')}", ""]
    for e in table["exits"]:
        out += [bold(str(e["exit"])) + (f" ({plain(e['error'])})" if e["error"] else ""), f"\t{plain(e['help'])}", ""]
    out += [f"# {say('ENVIRONMENT')}", ""]
    for name in variables:
        out += [bold(name), f"\t{say('env-' + name)}", ""]
    out += [f"# {say('FILES')}", "", under("/var/lib/kring"), f"\t{say('file-dir')}", "", f"{under('$XDG_STATE_HOME/kring')}, {under('~/.local/state/kring')}",
            f"\t{say('file-seen')}", "", f"# {say('ALSO')}", "", "*kringd*(8), *kring.conf*(5)"]
    return out


def held(say, code, text, lang):
    """The row of that code in this language; in English it is what kringd says of itself, or the page would tell something else."""
    said = say(code)
    if lang == "en" and said != text:
        sys.exit(f"gen_manual: manual.psv: {code} is not what kringd says: {text}")
    return said


def kringd(lang, say, shown, usage, variables):
    """shown: names of arguments, as the language has them."""
    def names(text):
        return re.sub(r"\b[A-Z]{2,}\b", lambda m: shown.get(m[0], m[0]), text)
    here = names("DIR")
    out = ["kringd(8)", "", f"# {say('NAME')}", "", f"kringd - {say('kringd-name')}", "", f"# {say('SYNOPSIS')}", "",
           f"*kringd* {plain(names(re.search(r'^usage: kringd (.*)$', usage, re.M)[1]))}", "", f"# {say('DESCRIPTION')}", "", say("kringd-what"), "",
           say("kringd-signals"), "", f"# {say('OPTIONS')}", ""]
    found = re.findall(r"^  (--\S.*?)  +(.*(?:\n {20,}.*)*)", usage, re.M)
    if len(found) != len(re.findall(r"^  -", usage, re.M)):
        sys.exit("gen_manual: not every option of kringd --help was understood")
    for name, what in found:
        flags = re.sub(r"--?[\w-]+|[A-Z]{2,}", lambda m: bold(m[0]) if m[0][0] == "-" else under(names(m[0])), name)
        out += [flags, f"\t{plain(held(say, 'opt-' + re.match('--([a-z-]+)', name)[1], ' '.join(what.split()), lang))}", ""]
    out += [f"# {say('ENVIRONMENT')}", ""]
    for name, what in variables:
        out += [bold(name), f"\t{plain(held(say, 'var-' + name, what, lang))}", ""]
    out += [f"# {say('FILES')}", "", under(f"{here}/kring.conf"), f"\t{say('kringd-conf')}", "", under(f"{here}/core.sock"), f"\t{say('kringd-socket')}", "",
            under(f"{here}/recovery-sheet.txt"), f"\t{say('kringd-sheet')}", "", f"# {say('EXIT')}", "", "*0*", f"\t{say('kringd-0')}", "", "*78*", f"\t{say('kringd-78')}",
            "", say("else"), f"\t{say('kringd-else')}", "", f"# {say('EXAMPLE')}", "",
            bold(re.search(r"^example: (.*)$", usage, re.M)[1]), "", f"# {say('ALSO')}", "", "*kring*(1), *kring.conf*(5)"]
    return out


def takes_of(say, units, takes):
    """What a setting takes, as the table of kringd has it in English: an address of partners or of screens, a file, a range with its unit, or
    words to type."""
    number = re.fullmatch(r"(\d+) to (\d+) (.*)", takes)
    if number:
        return say("conf-range").format(least=number[1], most=number[2], unit=units[number[3]])
    if takes.startswith("`tcp://"):
        return say("conf-address")
    if takes.startswith("`https://"):
        return say("conf-origin")
    return takes.replace("`", "") if takes.startswith("`") else say("conf-file")


def set_row(section, name):
    """Of two settings that have one name the one of the node keeps it."""
    return f"set-{section}-{name}" if (section, name) == ("Web", "Listen") else f"set-{name}"


def conf(lang, say, units, manual):
    out = ["kring.conf(5)", "", f"# {say('NAME')}", "", f"kring.conf - {say('conf-name')}", "", f"# {say('DESCRIPTION')}", "", say("conf-what"), "",
           say("conf-stricter"), ""]
    for section, body in re.findall(r"^## \[(\w+)\]\n(.*?)(?=^## )", manual, re.M | re.S):
        out += [f"# [{section}]", ""]
        for name, takes, default, hup, what in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", body, re.M):
            usual = say("conf-empty") if default == "empty" else default.replace("`", "")
            when = say("conf-reloads" if hup.startswith("reloads") else "conf-restart")
            out += [f"{bold(name)}=", f"\t{plain(held(say, set_row(section, name), what, lang))}.", "",
                    "\t" + plain(say("conf-takes").format(takes=takes_of(say, units, takes), default=usual, when=when)), ""]
    return out + [f"# {say('ALSO')}", "", "*kringd*(8), *kring*(1)"]


# ---- completion: tables for the functions of kring.bash ----
def quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


def array(name, rows):
    return [f"declare -gA {name}=("] + [f"\t[{quote(k)}]={quote(v)}" for k, v in rows] + [")"]


def kind_of(option):
    """What _kring_value() is told: a kind, and for CODES and SEVERAL the codes behind a colon."""
    if option["codes"]:
        return f"{'SEVERAL' if option.get('several') else 'CODES'}:{' '.join(option['codes'])}"
    if option["type"] == "NAME" and option["name"] in PARTNERS:
        return "PARTNER"
    return {"FILE": "FILE", "PATH": "FILE", "DIR": "DIR"}.get(option["type"], "TEXT")


def completion(table):
    verbs, rows, flags, takes = {}, [], [], []
    for c in table["commands"]:
        verbs.setdefault(c["noun"], []).extend([c["verb"]] if c["verb"] else [])
        key = " ".join(words(c))
        fields = " ".join(o["name"] for o in c["options"] if o["empty"])
        flags.append((key, " ".join(f"--{o['name']}" for o in c["options"])))
        rows += [(f"{key} --{o['name']}", kind_of(o)) for o in c["options"] if o["type"]]
        takes.append((key, c["words"].replace("[", "").replace("]", "")))
        if fields:
            rows.append(("FIELD", f"CODES:{fields}"))
    together = [o for o in table["options"] if not o["alone"]]
    return (["# SPDX-License-Identifier: EUPL-1.2", "# bash completion for kring, made by gen_manual.py from kring --json help; do not edit.",
             "# shellcheck shell=bash disable=SC2034"]
            + array("_kring_verbs", [(n, f" {' '.join(v)} ") for n, v in verbs.items()]) + array("_kring_flags", flags)
            + array("_kring_option", dict(rows).items()) + array("_kring_words", takes) + array("_kring_ids", IDS.items())
            + array("_kring_global", [(f"--{o['name']}", kind_of(o)) for o in together if o["type"]])
            + [f"_kring_always={quote(' '.join('--' + o['name'] for o in together))}",
               f"_kring_alone={quote(' '.join('--' + o['name'] for o in table['options'] if o['alone']))}",
               f"_kring_topics={quote(' '.join(('all', *table['topics'])))}",
               pathlib.Path(__file__).with_name("kring.bash").read_text().rstrip()])


def render(scdoc, source, page):
    """Roff of one page: scdoc's, without the paragraphs that hold nothing (mandoc warns of each), with a line broken at no dash of
    an option, and no word in two, so that what is copied from a page can be typed."""
    roff = subprocess.run([scdoc], check=True, capture_output=True, text=True, encoding="utf-8", input=source.read_text(encoding="utf-8")).stdout
    lines = [x for x in roff.splitlines() if x not in (".nh", ".ad l")]
    at = next(i for i, x in enumerate(lines) if x.startswith(".TH"))
    lines[at + 1:at + 1] = [".nh", ".ad l"]
    text = re.sub(r"^(?!\.).*$", lambda m: m[0].replace("-", r"\-"), "\n".join(lines) + "\n", flags=re.M)
    while (less := re.sub(r"^\.P\n((?:\.RE\n)+)", r"\1.P\n", text, flags=re.M)) != text:
        text = less
    text = re.sub(r"^(\.(?:SH|SS) .*\n|\.ad l\n)(?:\.P\n)+", r"\1", text, flags=re.M)
    text = re.sub(r"^(?:\.P\n)+(?=\.(?:SH|SS|P)\b|\Z)", "", text, flags=re.M)
    page.write_text(text, encoding="utf-8")


def said(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True).stdout


def main():
    if sys.argv[1] == "--render":
        return render(sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4]))
    kring_, kringd_, config, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
    def listed(name):
        lines = [x.split("|") for x in (config / f"lists/{name}.psv").read_text().splitlines() if x and x[0] != "#"]
        return {x[0]: dict(zip(lines[0], x)) for x in lines[1:]}
    rows, causes, arguments = listed("manual"), listed("causes"), listed("arguments")
    used = set()

    def in_language(lang):
        def say(code):
            used.add(code)
            return rows[code][lang]
        return say

    manual, usage = said(kringd_, "tool", "config-manual"), said(kringd_, "--help")
    env = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", manual, re.M)
    pages = {}
    for lang in LANGS:
        table = json.loads(said(kring_, "--lang", lang, "--json", "help"))
        say, end = in_language(lang), "" if lang == "en" else f".{lang}"
        pages[f"kring.1{end}.scd"] = kring(lang, table, say, [n for n, reader, _ in env if reader == "kring"])
        pages[f"kringd.8{end}.scd"] = kringd(lang, say, {k: x[lang] for k, x in arguments.items()}, usage, [(n, what) for n, reader, what in env if reader == "kringd"])
        pages[f"kring.conf.5{end}.scd"] = conf(lang, say, {k: x[lang] for k, x in causes.items()}, manual)
        if lang == "en":
            pages["kring.bash"] = completion(table)
    left = {k for k in set(rows) - used if not k.startswith("says-")}    # gen_says.py has those
    if left:
        sys.exit(f"gen_manual: manual.psv has rows that no page shows: {sorted(left)}")
    for name, text in pages.items():
        (out / name).write_text("\n".join(text) + "\n", encoding="utf-8")


main()
