# SPDX-License-Identifier: EUPL-1.2
"""Templates of pages: whatever could become anything but text ends the build, with the file and what is wrong in it."""
import pathlib
import re
import subprocess

import pytest
from node import ROOT

TPL = ROOT / "daemon/web/tpl.py"
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
    assert "out_segment(o, r0->ref);" in c and c.count("out_text(o, r0->name);") == 2 and 'list_text(LIST_WEB, lang, "hello")' in c
    assert "if (!(p->rows_count != 0)) {" in c and "out_text(o, p->f->who);" in c
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
    acts = {x.split("|")[0] for x in (ROOT / "config/lists/acts.psv").read_text().splitlines()} | {"contact"}
    of_acts = {f"act-{kind}-{a}" for kind in ("hint", "text") for a in acts if f'"act-{kind}"' in said}
    of_fields = {f"{part}-{field}" for part in ("field", "odd") for field in re.findall(r'\{"(\w+)", FORM_', said) if f'"{part}-%' in said or f"?e={part}-%" in said}
    assert not [r for r in rows - of_acts - of_fields if f"{{{{t.{r}}}}}" not in said and f'"{r}"' not in said and
                f'"{r.removesuffix("-title")}"' not in said]


def test_a_byte_stays_whole_where_a_line_ends(tmp_path):
    """What C writes as four characters is not cut after three, wherever in the page it stands."""
    for n in range(88, 98):
        assert build(tmp_path, "<p>" + "a" * n + "é") is None
        for line in re.findall(r'"([^"]*)"\s*(?:,|$)', (tmp_path / "out/pages.c").read_text(), re.M):
            assert not re.search(r"\\[0-7]{0,2}$", line), line
