#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Generate lists.c and refusals.h from config/lists/*.psv and config/holidays/*.psv.  Usage: gen_lists.py CONFIG OUT
A code without all four languages, or given twice, ends the build with its name; so does a sentence whose {values} are not the
same in all of them.

config/holidays/CC.psv holds rows kind|when|regions|name of country CC (a first line that begins with # may stand above):
  zone|+1||NAME            hours that winter time is before UTC
  date|MM-DD               every year
  fifth-year|MM-DD         in years that five divides
  easter|+DAYS             so many days after Easter Sunday (or before: -2)
  moved|MM-DD              on a weekend: the Monday after instead
  moved-pair|MM-DD         one of two days in a row: on a weekend, two days later instead
  monday|MM-DD             the first Monday (or wednesday ...) from that date on
  regions||A B             more regions than the rows name
regions: empty, everywhere; "A B", there alone; "!A B", everywhere but there."""
import pathlib
import re
import sys

LANGS = ("nl", "fr", "en", "de")
# In the order of enum list_id, which names each list once.
ORDER = [v.replace("_", "-") for v in re.findall(r"\bX\(\w+, (\w+)\)", (pathlib.Path(__file__).parent / "lists.h").read_text())]


def quote(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"').replace("\\\\n", "\\n") + '"'


class Words:
    """All texts in one, each once and with a NUL behind it; a row has the place where its text begins (list_table.h says why)."""

    def __init__(self):
        self.places, self.size = {}, 0

    def at(self, text):
        written = quote(text)
        if written not in self.places:
            self.places[written] = self.size
            self.size += len(text.replace("\\n", "\n").encode()) + 1
        return self.places[written]

    def lines(self):
        # longer than a compiler has to take; those that build this do
        return ['#pragma GCC diagnostic ignored "-Woverlength-strings"', "const char list_words[] =", *(f'\t{w[:-1]}\\0"' for w in self.places), "\t;",
                f'_Static_assert(sizeof list_words == {self.size + 1}, "a text has another length than its place says");']


def rows(path):
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if x and not x.startswith("#")]
    head = lines[0].split("|")
    for x in lines[1:]:
        yield dict(zip(head, x.split("|")))


WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
KINDS = {"date": "DATE", "fifth-year": "FIFTH_YEAR", "moved": "MOVED", "moved-pair": "MOVED_PAIR"}


def holiday(path, kind, when):
    if kind == "easter" and re.fullmatch(r"[+-]\d+", when):
        return f"HOLIDAY_EASTER, 0, {int(when)}, 0"
    if not (m := re.fullmatch(r"(\d\d)-(\d\d)", when)) or kind not in (*KINDS, *WEEKDAYS):
        sys.exit(f"gen_lists: {path}: {kind}|{when} not understood")
    if kind in KINDS:
        return f"HOLIDAY_{KINDS[kind]}, {int(m[1])}, {int(m[2])}, 0"
    return f"HOLIDAY_WEEKDAY, {int(m[1])}, {int(m[2])}, {WEEKDAYS.index(kind)}"


def holidays(folder):
    rules, countries, names = [], [], []
    for path in sorted(folder.glob("*.psv")):
        country, zone, regions = path.stem.upper(), None, set()
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            kind, when, where, _ = line.split("|")
            regions |= set(where.lstrip("!").split())
            if kind == "zone":
                zone = int(when)
            elif kind != "regions":
                rules.append(f"\t{{{quote(country)}, {quote(where)}, {holiday(path, kind, when)}}},")
        if zone is None or any(not re.fullmatch("[A-Z]{2,3}", r) for r in regions):
            sys.exit(f"gen_lists: {path}: a zone is missing, or a region is not two or three capitals")
        countries.append(f"\t{{{quote(country)}, {zone}, {quote(' '.join(sorted(regions)))}}},")
        names.append(country)
    return (["const struct holiday_rule list_holidays[] = {", *rules, "};", f"const size_t list_holiday_count = {len(rules)};", "",
             "const struct holiday_country list_countries[] = {", *countries, "};", f"const size_t list_country_count = {len(countries)};",
             f"const char list_country_names[] = {quote(', '.join(names))};",
             f"const char *const list_langs[LIST_LANGS] = {{{', '.join(quote(k) for k in LANGS)}}};"])


HOLE = re.compile(r"{([a-z]+)(?::[^{}/]*/[^{}/]*)?}")    # {count}, or {count:case/cases}: the word for one, or for others


def holes(name, code, text):
    if re.search("[{}]", HOLE.sub("", text)):
        sys.exit(f"gen_lists: {name}: {code}: a brace that is no value in: {text}")
    return {m[1] for m in HOLE.finditer(text)}


def check_holes(name, r):
    found = [holes(name, r["code"], r[k]) for k in LANGS]
    if any(f != found[0] for f in found):
        sys.exit(f"gen_lists: {name}: {r['code']} does not name the same values in all languages: {found}")


def refusals(path, out):
    """The enum of what a node refuses, so that a code without words does not compile."""
    given = [r["code"] for r in rows(path)]
    whole = [c for c in given if "." not in c]
    for r in rows(path):
        code, _, part = r["code"].partition(".")
        if code not in whole or part not in ("", "why", "do", "screen"):
            sys.exit(f"gen_lists: refusals: {r['code']}: a row is CODE, CODE.why, CODE.do or CODE.screen")
        check_holes("refusals", r)
    out.write_text("\n".join([
        "/* Generated by gen_lists.py from config/lists/refusals.psv; do not edit. */", "#ifndef KRING_PROTO_REFUSALS_H",
        "#define KRING_PROTO_REFUSALS_H", "", "enum refusal {", "\tREFUSAL_NONE,",
        *(f"\tREFUSAL_{c.upper().replace('-', '_')}," for c in whole), "\tREFUSAL_COUNT_", "};", "",
        "/** \"case-unknown\": as it stands in a reply and in the list; \"\" for REFUSAL_NONE. */",
        "extern const char *const list_refusal_codes[REFUSAL_COUNT_];", "", "#endif /* KRING_PROTO_REFUSALS_H */", ""]))
    return ["", "const char *const list_refusal_codes[REFUSAL_COUNT_] = {", '\t"",', *(f"\t{quote(c)}," for c in whole), "};"]


def main():
    config, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    words = Words()
    c = ["/* Generated by gen_lists.py from config/; do not edit. */", '#include "proto/list_table.h"', '#include "proto/refusals.h"', ""]
    c += ["#define LIST_IS(name, var) list_is_##var,", "enum { LISTS(LIST_IS) };", ""]
    for name in ORDER:
        seen = set()
        c.append(f"static const struct list_entry {name.replace('-', '_')}[] = {{")
        for r in rows(config / "lists" / f"{name}.psv"):
            if r["code"] in seen or not all(r.get(k) for k in LANGS):
                sys.exit(f"gen_lists: {name}: {r['code']} is there twice or lacks a language")
            seen.add(r["code"])
            c.append(f"\t{{{words.at(r['code'])}, {{{', '.join(str(words.at(r[k])) for k in LANGS)}}}, {words.at(r.get('uses') or '')}}},")
        c.append("};")
    c += ["", "const struct list list_table[LIST_COUNT] = {"]
    for i, name in enumerate(ORDER):
        v = name.replace("-", "_")
        c.append(f"\t[{i}] = {{{v}, sizeof {v} / sizeof {v}[0]}},")
    c += ["};", ""] + [f'_Static_assert(list_is_{n.replace("-", "_")} == {i}, "lists.h has another order");' for i, n in enumerate(ORDER)]
    c += ["", "const char *const list_names[LIST_COUNT] = {", *(f"\t{quote(n)}," for n in ORDER), "};"]
    c += ["", *words.lines()]
    c += refusals(config / "lists/refusals.psv", out.with_name("refusals.h"))
    c += [""] + holidays(config / "holidays")
    out.write_text("\n".join(c) + "\n", encoding="utf-8")


main()
