#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""It says X: do Y.  What a node and its programs say when something is wrong, and what helps, from the lists that the programs themselves
read, so that no page is behind them.  Usage: gen_says.py CONFIG OUT: writes OUT/says.txt, says.nl.txt, says.fr.txt and says.de.txt.
A value of which only the node knows what it is (a name, a day) is shown as three points."""
import pathlib
import re
import sys

LANGS = ("nl", "fr", "en", "de")


def rows(config, name):
    lines = [x.split("|") for x in (config / f"lists/{name}.psv").read_text(encoding="utf-8").splitlines() if x and x[0] != "#"]
    return {x[0]: dict(zip(lines[0], x)) for x in lines[1:]}


def plain(text):
    """No value, and nothing that Markdown would take for a mark."""
    text = re.sub(r"{[a-z]+:[^{}/;]*[/;]([^{}/;]*)}", r"\1", text)
    return re.sub(r"([\\*_<>`|])", r"\\\1", re.sub(r"{[a-z]+}", "…", text))


class Page:
    def __init__(self, config, lang):
        self.config, self.lang = config, lang
        self.say = {k: r[lang] for k, r in rows(config, "manual").items()}
        self.seek = [(set(r["uses"].split()), r[lang]) for r in rows(config, "seek").values()]
        self.colon = " : " if lang == "fr" else ": "

    def list(self, name):
        return {k: r[self.lang] for k, r in rows(self.config, name).items()}

    def ends(self, code):
        """The line of kring doctor, where the programs show it."""
        return [re.sub(r"{command}", "kring doctor …", text) for codes, text in self.seek if code in codes]

    def errors(self, name):
        """CODE, CODE.why and CODE.do."""
        have = self.list(name)
        for code in (c for c in have if "." not in c):
            helps = [have[code + ".do"]] if code + ".do" in have else []
            if helps + self.ends(code):
                why = have.get(code + ".why", "")
                yield have[code] + (self.colon + why if re.sub(r"{[a-z]+}|\W", "", why) else ""), helps + self.ends(code)

    def found(self):
        """What kring doctor finds: CODE and do-CODE; what is only a value is in another list."""
        have = self.list("doctor")
        for code in (c for c in have if "do-" + c in have):
            if re.sub(r"{[a-z]+}|\W", "", have[code]) and re.sub(r"{[a-z]+}|\W", "", have["do-" + code]):
                yield have[code], [have["do-" + code]]

    def waits(self):
        uses, have = rows(self.config, "outbox"), self.list("outbox")
        for code in (c for c in have if "cause" in uses[c]["uses"].split() and self.ends(c)):
            yield have[code], self.ends(code)

    def lines(self):
        """Sentences of the line to partners: CODE and do-CODE."""
        have = self.list("line")
        for code in (c for c in have if "do-" + c in have):
            yield have[code], [have["do-" + code]]

    def part(self, title, pairs):
        pairs = sorted({(plain(s), "; ".join(plain(d) for d in do)) for s, do in pairs}, key=lambda p: (p[0].casefold(), p))
        if not pairs:
            sys.exit(f"gen_says: {title}: a list without a row is not the list that it was")
        return [f"## {self.say[title]}", "", f"| {self.say['says-says']} | {self.say['says-do']} |", "|---|---|", *(f"| {s} | {d} |" for s, d in pairs), ""]

    def text(self):
        alarms = [(code, [text]) for code, text in self.list("alarms").items()]
        return "\n".join([f"# {self.say['says-title']}", "", self.say["says-intro"], "",
                          *self.part("says-doctor", self.found()), *self.part("says-line", self.lines()), *self.part("says-alarms", alarms),
                          *self.part("says-waits", self.waits()), *self.part("says-refusals", self.errors("refusals")),
                          *self.part("says-client", self.errors("mistakes"))])


def main():
    config, out = map(pathlib.Path, sys.argv[1:3])
    for lang in LANGS:
        (out / ("says.txt" if lang == "en" else f"says.{lang}.txt")).write_text(Page(config, lang).text(), encoding="utf-8")


main()
