#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Manual pages (for scdoc) and bash completion, from what the programs say about themselves, so that neither can differ from what
they do.  Usage: gen_manual.py KRING KRINGD CONFIG OUT: runs both, reads CONFIG/lists/manual.psv for what no program says, and
writes OUT/kring.1.scd with kring.1.nl.scd and its like, kringd.8.scd, kring.conf.5.scd and kring.bash.
       gen_manual.py --render SCDOC SOURCE PAGE: the page itself.

kring(1) is in every language of kring; the other two are in English, as kringd speaks of its settings."""
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


def kringd(usage, variables):
    out = ["kringd(8)", "", "# NAME", "", "kringd - run a node of Kring", "", "# SYNOPSIS", "",
           f"*kringd* {plain(re.search(r'^usage: kringd (.*)$', usage, re.M)[1])}", "", "# DESCRIPTION", "",
           "*kringd* keeps the cases of one organisation and exchanges sealed documents with its partners. It runs as three processes: one",
           "watches the other two, one has keys and store and no network, one has the network and no keys. People work with it through *kring*(1).", "",
           "SIGHUP has the settings read again: the keys stay in memory, and one fault in the file leaves everything as it was. SIGTERM and SIGINT",
           "end it; what was answered is on disk. Under systemd the unit that comes with it does all of this.", "", "# OPTIONS", ""]
    found = re.findall(r"^  (--\S.*?)  +(.*(?:\n {20,}.*)*)", usage, re.M)
    if len(found) != len(re.findall(r"^  -", usage, re.M)):
        sys.exit("gen_manual: not every option of kringd --help was understood")
    for name, what in found:
        flags = re.sub(r"--?[\w-]+|[A-Z]{2,}", lambda m: bold(m[0]) if m[0][0] == "-" else under(m[0]), name)
        out += [flags, f"\t{plain(' '.join(what.split()))}", ""]
    out += ["# ENVIRONMENT", ""]
    for name, what in variables:
        out += [bold(name), f"\t{plain(what)}", ""]
    out += ["# FILES", "", under("DIR/kring.conf"), "\tsettings: *kring.conf*(5)", "", under("DIR/core.sock"), "\twhere *kring*(1) asks", "",
            under("DIR/recovery-sheet.txt"), "\twhat opens a backup: print it, and delete the file", "", "# EXIT STATUS", "",
            "*0*", "\tended by SIGTERM or SIGINT", "", "*78*", "\tsettings or arguments are wrong, or this system lacks what it needs: starting again does not help", "",
            "Any other", "\tfailed; the log says why", "", "# EXAMPLE", "",
            bold(re.search(r"^example: (.*)$", usage, re.M)[1]), "", "# SEE ALSO", "", "*kring*(1), *kring.conf*(5)"]
    return out


def conf(manual):
    out = ["kring.conf(5)", "", "# NAME", "", "kring.conf - settings of a node of Kring", "", "# DESCRIPTION", "",
           "Settings stand in _kring.conf_ in the node's directory, or in the file that *kringd --config* names. A line is _Name_=_value_ below",
           "its _[Section]_; a remark begins with a number sign on a line of its own. What is unknown, given twice, out of range or unreadable ends the",
           "start with its line and what to do. *kring config check* finds all of it beforehand; *kring config show* prints what holds, and why.", "",
           "A setting can only be stricter than what the federation's roster asks for.", ""]
    for section, body in re.findall(r"^## \[(\w+)\]\n(.*?)(?=^## )", manual, re.M | re.S):
        out += [f"# [{section}]", ""]
        for name, takes, default, hup, what in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", body, re.M):
            bare = lambda s: plain(s.replace("`", ""))
            again = "SIGHUP has it read again" if hup.startswith("reloads") else "it holds from the next start on"
            out += [f"{bold(name)}=", f"\t{bare(what)}.", "", f"\tTakes {bare(takes)}. Default: {bare(default)}; {again}.", ""]
    return out + ["# SEE ALSO", "", "*kringd*(8), *kring*(1)"]


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
    lines = [x.split("|") for x in (config / "lists/manual.psv").read_text().splitlines() if x and x[0] != "#"]
    rows = {x[0]: dict(zip(lines[0], x)) for x in lines[1:]}
    used = set()

    def in_language(lang):
        def say(code):
            used.add(code)
            return rows[code][lang]
        return say

    manual = said(kringd_, "tool", "config-manual")
    env = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", manual, re.M)
    pages = {"kringd.8.scd": kringd(said(kringd_, "--help"), [(n, what) for n, reader, what in env if reader == "kringd"]), "kring.conf.5.scd": conf(manual)}
    for lang in LANGS:
        table = json.loads(said(kring_, "--lang", lang, "--json", "help"))
        name = "kring.1.scd" if lang == "en" else f"kring.1.{lang}.scd"
        pages[name] = kring(lang, table, in_language(lang), [n for n, reader, _ in env if reader == "kring"])
        if lang == "en":
            pages["kring.bash"] = completion(table)
    if used != set(rows):
        sys.exit(f"gen_manual: manual.psv has rows that no page shows: {sorted(set(rows) - used)}")
    for name, text in pages.items():
        (out / name).write_text("\n".join(text) + "\n", encoding="utf-8")


main()
