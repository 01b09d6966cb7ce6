# SPDX-License-Identifier: EUPL-1.2
"""Templates of pages: whatever could become anything but text ends the build, with the file and what is wrong in it."""
import html.parser
import pathlib
import re
import subprocess
import sys

import pytest
from node import BIN, ROOT

TPL = ROOT / "daemon/web/tpl.py"
sys.path.insert(0, str(TPL.parent))
import tpl  # noqa: E402

HEAD = "code|nl|fr|en|de\nhello|Hallo|Bonjour|Hello|Hallo\n"


def build(d, page, **parts):
    (d / "tpl").mkdir(exist_ok=True)
    for name, text in {"page": page, **parts}.items():
        (d / f"tpl/{name}.html").write_text(text)
    (d / "tpl/own.css").write_text("p { margin: 0; }\n")
    (d / "web.psv").write_text(HEAD)
    r = subprocess.run(["/usr/bin/python3", str(TPL), str(d / "tpl"), str(d / "web.psv"), str(d / "out")], capture_output=True, text=True)
    return r.stderr if r.returncode else None


REFUSED = {
    "in a tag": ("<p {{x}}>a</p>", "a placeholder in a tag"),
    "a section in a tag": ("<p {{?x}}hidden{{/x}}>a</p>", "a placeholder in a tag"),
    "a value of its own in a tag": ('<p{{?x}} class="a"{{/x}}>a</p>', "a placeholder in a tag"),
    "a list in a tag": ("<p{{#x}} checked{{/x}}>a</p>", "a placeholder in a tag"),
    "half a tag": ("<p{{?x}} checked>{{/x}}a</p>", "ends elsewhere"),
    "without quotes": ("<p class={{x}}>a</p>", "a value without quotes"),
    "a plain value without quotes": ("<p class=a>a</p>", "a value without quotes"),
    "in a script": ('<script src="/a">{{x}}</script>', "a placeholder in <script>"),
    "a script of its own": ("<script>alert(1)</script>", "a script of the page's own"),
    "a style of its own": ("<style>p{}</style>", "a style of the page's own"),
    "an attribute that runs": ('<p onclick="{{x}}">a</p>', "the attribute onclick"),
    "a style attribute": ('<p style="color:red">a</p>', "the attribute style"),
    "srcdoc": ('<iframe srcdoc="{{x}}"></iframe>', "the attribute srcdoc"),
    "an attribute nobody thought of": ('<meta content="{{x}}">', "a placeholder in the attribute content"),
    "a comment": ("<p><!-- {{x}} --></p>", "a comment"),
    "a text that is not there": ("<p>{{t.nothing}}</p>", "web.psv has no row nothing"),
    "words in an address": ('<a href="/{{t.hello}}">a</a>', "words in an address"),
    "a part that is not there": ("{{>_none}}", "there is no part _none"),
    "a file that is not there": ('<link href="{{a.none.css}}">', "there is no file none.css"),
    "a section that stays open": ("<p>{{#rows}}{{x}}</p>", "a section is not closed: rows"),
    "a section that closes another": ("{{#a}}{{?b}}{{/a}}{{/b}}", "closes no section"),
    "a section over two places": ('{{?x}}<p class="{{/x}}">', "ends elsewhere"),
    "a list that is a text": ("{{#x}}{{y}}{{/x}}{{x}}", "is a text and a list"),
    "an end within a tag": ("<p class=\"a\"", "ends within a tag"),
    "another writing": ("<p>{{ x | raw }}</p>", "not understood"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_template_is_refused(tmp_path, what):
    page, why = REFUSED[what]
    said = build(tmp_path, page)
    assert said and "page.html: " in said and why in said, said


def test_a_template_becomes_a_struct_and_a_function(tmp_path):
    page = ('{{>_top}}<h1>{{title}}</h1>{{#rows}}<a href="/r/{{ref}}" title="{{name}}">{{name}}</a>{{?late}}{{t.hello}}{{/late}}{{/rows}}'
            '{{^rows}}-{{/rows}}{{f.who}}<link href="{{a.own.css}}"></p>')
    assert build(tmp_path, page, _top="<p>") is None
    h, c = (tmp_path / "out/pages.h").read_text(), (tmp_path / "out/pages.c").read_text()
    assert re.search(r"struct page_page_rows \{\n\tconst char \*ref;\n\tconst char \*name;\n\tbool late;\n\};", h)
    assert "struct page_frame {\n\tconst char *who;\n};" in h and "size_t rows_count;" in h
    assert "out_segment(o, r0->ref);" in c and c.count("out_text(o, r0->name);") == c.count("out_prose(o, r0->name);") == 1 and 'list_text(LIST_WEB, lang, "hello")' in c
    assert "if (!(p->rows_count != 0)) {" in c and "out_prose(o, p->f->who);" in c
    assert re.search(r'"/a/own-[0-9a-f]{12}\.css"', c)
    assert build(tmp_path, '<input type="radio"{{?on}} checked{{/on}}>') is None
    assert re.search(r'if \(p->on\) \{\n\t+out_raw\(o, " checked", 8\);', (tmp_path / "out/pages.c").read_text())


def test_a_long_text_is_broken_between_its_characters(tmp_path):
    for n in range(60, 140):
        assert build(tmp_path, f'<p class="{"a" * n}">b</p><p class="c">{{{{x}}}}</p>') is None
        said = re.findall(r'out_raw\(o, ((?:"[^"]*"\s*)+), (\d+)\);', (tmp_path / "out/pages.c").read_text())[0]
        whole = "".join(re.findall(r'"([^"]*)"', said[0]))
        assert len(re.sub(r"\\\d{3}", "x", whole)) == int(said[1]) and not re.search(r'\\\d{0,2}"', said[0]), n


def test_every_text_of_the_pages_is_used():
    rows = {x.split("|")[0] for x in (ROOT / "config/lists/web.psv").read_text().splitlines() if x and x[0] != "#"} - {"code"}
    said = "".join(p.read_text() for p in pathlib.Path(ROOT / "daemon/web").rglob("*") if p.suffix in (".c", ".html"))
    assert len(rows) > 20
    acts = {x.split("|")[0] for x in (ROOT / "config/lists/acts.psv").read_text().splitlines()} | {"contact", "recall"}
    of_acts = {f"act-{kind}-{a}" for kind in ("hint", "text") for a in acts if f'"act-{kind}"' in said}
    of_acts |= {f"can-{a}" for a in ("withdraw", "revoke", "recall") if '"can-%' in said}
    of_fields = {f"{part}-{field}" for part in ("field", "odd") for field in re.findall(r'\{"(\w+)", FORM_', said) if f'"{part}-%' in said or f"?e={part}-%" in said}
    assert not [r for r in rows - of_acts - of_fields if f"{{{{t.{r}}}}}" not in said and f'"{r}"' not in said and
                f'"{r.removesuffix("-title")}"' not in said]


def test_a_number_is_parted_from_its_word_in_what_people_typed_alone(tmp_path):
    """Running text of ours is kept together there; a text in an attribute, in a field or in <bdi> is somebody's, and stays as it is."""
    assert build(tmp_path, '<p title="{{a}}">{{b}}<bdi>{{c}}</bdi>{{d}}</p><textarea>{{e}}</textarea>{{t.hello}}') is None
    c = (tmp_path / "out/pages.c").read_text()
    assert re.findall(r"out_(text|prose)\(o, (?:p->(\w)|list)", c) == [("text", "a"), ("prose", "b"), ("text", "c"), ("prose", "d"), ("text", "e"), ("prose", "")]


# On a button, and no verb: these say whereto, or who is there.
NO_VERB = {"ends-stay"}
VERB = {"fr": r"(?:(?:Oui|Non), )?(?:Ne pas |Se |S')?(?:[Ll]e |[Ee]n |tout )?\w+(?:er|ir|re)\b", "de": r".*(?:\w(?:en|ln|rn)|Weiter)$"}


def test_a_button_says_what_it_does():
    """With a verb: in French it stands first, in German last."""
    rows = {c: dict(zip(("nl", "fr", "en", "de"), words)) for c, *words in (x.split("|") for x in (ROOT / "config/lists/web.psv").read_text().splitlines() if x and x[0] != "#")}
    pages = "".join(p.read_text() for p in (ROOT / "daemon/web/tpl").glob("*.html"))
    keys = set(re.findall(r'(?:<button[^>]*>|class="button[^>]*>)\{\{t\.([\w-]+)\}\}', pages))
    said = re.findall(r'"(handover-\w+)", "handover-\w+-what"', (ROOT / "daemon/web/handover/step.c").read_text())
    assert len(keys) > 25 and len(said) > 5
    wrong = [(k, lang, rows[k][lang]) for k in {*keys, *said} - NO_VERB for lang, verb in VERB.items() if not re.match(verb, rows[k][lang])]
    assert not wrong, wrong


def test_no_line_of_a_page_begins_with_a_dot():
    """What parts two things stays at the end of the line before it: the blank before it does not break."""
    web, lists = ROOT / "daemon/web", ROOT / "config/lists"
    said = {p: p.read_text() for p in [*web.rglob("*.html"), *web.rglob("*.c"), lists / "web.psv"]}
    assert sum("\u00a0·" in text for text in said.values()) > 5
    assert not [f"{p.name}: {line}" for p, text in said.items() for line in text.splitlines() if " ·" in line and not line.startswith("/*")]


# what follows within a sentence, behind a comma or a name
WITHIN = {"draft-saved", "grant-ended", "grant-narrowed", "grant-until", "grant-withdrawn", "handover-from", "handover-to", "hops", "needed", "never", "not-held",
          "partner-away", "place-outside", "share-had", "theirs", "who-itself", "who-ours", "who-unsent"}


def test_a_word_of_a_page_begins_with_a_capital():
    rows = [x.split("|") for x in (ROOT / "config/lists/web.psv").read_text().splitlines() if x and x[0] != "#"][1:]
    small = {code for code, *words in rows if any(w[:1].islower() for w in words)}
    assert small == WITHIN, small ^ WITHIN


def test_a_byte_stays_whole_where_a_line_ends(tmp_path):
    """What C writes as four characters is not cut after three, wherever in the page it stands."""
    for n in range(88, 98):
        assert build(tmp_path, "<p>" + "a" * n + "é") is None
        for line in re.findall(r'"([^"]*)"\s*(?:,|$)', (tmp_path / "out/pages.c").read_text(), re.M):
            assert not re.search(r"\\[0-7]{0,2}$", line), line


# ---- what is hostile stays text, in every field of every page ----

BAD = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><q title='", "javascript:alert(1)", "</textarea></title></q><!--", "&lt;b&gt; &amp;amp; &",
       "//evil.example/\\..", "{{x}}{{>_top}} %3Cscript%3E", "a\x1b[0m\x01\x7f", "\u202eabc\u2028", "x' autofocus onfocus='alert(1)", "👩‍👩‍👧 ]]> <![CDATA["]
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Tree(html.parser.HTMLParser):
    """Elements and the names of their attributes; what stands in addresses beside."""

    def __init__(self, text):
        super().__init__()
        self.at, self.shape, self.addresses, self.all = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.at, self.at

    def handle_starttag(self, tag, attrs):
        self.shape.append((tag, tuple(n for n, _ in attrs), tuple(self.at)))
        self.addresses += [v for n, v in attrs if n in ("href", "src", "action")]
        self.all += [v or "" for _, v in attrs]
        if tag not in VOID:
            self.at.append(tag)

    def handle_endtag(self, tag):
        assert self.at.pop() == tag, tag

    def handle_data(self, data):
        self.all.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    unknown_decl = handle_pi = handle_comment


def filled(name, scope, path, fields, lines):
    """C that fills a struct of that name at path: every field has a number, by which one of them at a time is left empty."""
    for field, kind in scope.fields.items():
        n = len(fields)
        fields.append(f"{path}.{field}")
        if isinstance(kind, tpl.Scope):
            rows = re.sub(r"\W", "_", f"{path}_{field}")
            lines.append(f"static struct {name}_{field} {rows}[2]; for (int i{n} = 0; i{n} < 2; i{n}++) {{")
            filled(f"{name}_{field}", kind, f"{rows}[i{n}]", fields, lines)
            lines.append(f"}} {path}.{field} = {rows}; {path}.{field}_count = skip == {n} ? 0 : 2;")
        else:
            lines.append(f"{path}.{field} = skip == {n} ? {'NULL' if kind == 'text' else 'other'} : {'bad' if kind == 'text' else '!other'};")


def program(build):
    """Prints every page, each time with one field left out, and once with all that is yes or no the other way round."""
    calls = []
    for page in build.pages:
        fields, lines = [], []
        # what all pages share is left out of one of them, field by field
        filled("page_frame", build.frame, "f", fields if page is build.pages[0] else [None] * 1000, lines)
        filled(f"page_{page.name}", page.scope, "p", fields, lines)
        calls.append(f"static void show_{page.name}(int skip, bool other)\n{{\nstruct page_frame f = {{0}}; struct page_{page.name} p = {{0}}; struct out o = {{0}};\n"
                     + "\n".join(lines) + f"\np.f = &f; page_{page.name}(&o, LIST_NL, &p); end(\"{page.name}\", skip, &o);\n}}\n")
        calls.append(f"enum {{ FIELDS_{page.name} = {len(fields)} }};\n")
    shows = "".join(f"for (int s = -1; s < (few ? 0 : FIELDS_{p.name}); s++) {{ show_{p.name}(s, false); if (s < 0) show_{p.name}(s, true); }}\n" for p in build.pages)
    return ('#include <stdio.h>\n#include <stdlib.h>\n' + '#include "web/%s.h"\n' % "pages" + 'static const char *bad;\n'
            "const char *list_text(enum list_id id, enum list_lang lang, const char *code) { (void)id; (void)lang; return code; }\n"
            'static void end(const char *name, int skip, struct out *o)\n{\nif (o->failed) abort();\nprintf("%s %d%c", name, skip, 0);\nfwrite(o->p, 1, o->len, stdout);\n'
            "putchar(0);\nout_free(o);\n}\n" + "".join(calls)
            + f"int main(int argc, char **argv)\n{{\nconst bool few = argc > 2;\nbad = argv[1];\n{shows}return 0;\n}}\n")


def test_what_is_hostile_stays_text_in_every_field_of_every_page(tmp_path):
    gen = BIN / "gen"
    r = subprocess.run(["/usr/bin/python3", str(TPL), str(ROOT / "daemon/web/tpl"), str(ROOT / "config/lists/web.psv"), str(tmp_path / "web")], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    build = tpl.Build(ROOT / "daemon/web/tpl", ROOT / "config/lists/web.psv")
    assert len(build.pages) > 20
    (tmp_path / "all.c").write_text(program(build))
    sources = [tmp_path / "all.c", tmp_path / "web/pages.c", ROOT / "daemon/web/out.c", ROOT / "daemon/base/text.c", *(ROOT / f"daemon/base/{x}.c" for x in ("bytes", "check"))]
    subprocess.run(["cc", "-std=gnu17", "-O0", "-D_GNU_SOURCE", f"-I{tmp_path}", f"-I{ROOT}/daemon", f"-isystem{gen}", f"-isystem{ROOT}", "-o", str(tmp_path / "all"),
                    *map(str, sources)], check=True)

    def pages(value, *few):
        raw = subprocess.run([str(tmp_path / "all"), value, *few], capture_output=True, check=True).stdout.decode().split("\0")
        return list(zip(raw[::2], raw[1::2]))
    plain = [(name, text, Tree(text)) for name, text in pages("x")]
    first = [x for x in plain if x[0].endswith(" -1")]
    assert len({name.split()[0] for name, *_ in plain}) == len(build.pages)
    for n, bad in enumerate(BAD):
        for (name, _, want), (same, text) in zip(first if n else plain, pages(bad, *(["few"] if n else []))):
            got = Tree(text)
            assert name == same and got.shape == want.shape, (name, bad)
            assert all(re.match(r"$|[/#]($|[^/\\])", x) for x in got.addresses), (name, bad, got.addresses)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text) and not (bad in text and re.search("[<>\"'&]", bad)), (name, bad)
            shown = re.sub(r"[\x00-\x1f\x7f]", "\ufffd", bad)
            assert not want.all.count("x") or any(shown in x for x in got.all), (name, bad)  # it is there, as text


def test_without_scripts_it_is_said_before_words_are_lost():
    """A script asks whoever leaves with words that were not sent; where there is none, each form into which somebody types about a person says it."""
    other = {"login", "first", "meadd", "cases", "_top", "_until"}  # about no person, one line to look for, and parts
    typed = {p.stem for p in (ROOT / "daemon/web/tpl").glob("*.html") if re.search(r"<textarea|type=\"text\"", p.read_text())} - other
    silent = {name for name in typed if "{{>_leave}}" not in (ROOT / f"daemon/web/tpl/{name}.html").read_text()}
    assert len(typed) >= 8 and not silent, silent
    assert (ROOT / "daemon/web/tpl/_leave.html").read_text().startswith("<noscript>")
