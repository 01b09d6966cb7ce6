# SPDX-License-Identifier: EUPL-1.2
"""README.md and deploy/working-day.md: every line that they tell people to type is typed here, in an empty directory, and what is
shown under it comes back.  Only names of the moment (ids, ports) are put in place, and "goes$" says whose node is asked."""
import os
import re
import shlex
import subprocess

import pytest
from node import BIN, ROOT, free_port, wait_for
from test_documents import shows

PEOPLE = {"anna.txt": "name: Anna Verzonnen\nborn: 1990-01-01\nphone: 0113-000000\ngoals: rust in de geldzaken\nstory: Ik durf de post niet te openen.\n",
          "bram.txt": "name: Bram Bedacht\nphone: 0113-000001\ngoals: werk vinden\n"}
FIELDS = {"name": "Anna Verzonnen", "telephone": "0113-000000", "goals": "rust in de geldzaken", "story": "Ik durf de post"}


def sessions(path):
    """(whose prompt, what is typed, what is shown under it)"""
    for block in re.findall(r"^```\n(.*?)^```", (ROOT / path).read_text(), re.M | re.S):
        parts = re.split(r"^([a-z]*)\$ ", block, flags=re.M)[1:]
        for who, text in zip(parts[::2], parts[1::2]):
            line, _, shown = text.partition("\n")
            yield who, line, shown


def order(out, shown):
    """What a document shows stands there, line by line in its order, with anything for "..."."""
    return all(shows(x, out) for x in shown.splitlines())


class Desk:
    def __init__(self, workdir):
        self.dir, self.ports, self.daemons, self.seen = workdir, {}, [], {}
        self.env = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}", XDG_STATE_HOME=str(workdir / "seen"), LANG="C.UTF-8")
        for name, text in PEOPLE.items():
            (workdir / name).write_text(text)

    def real(self, text):
        text = re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda m: self.ports.setdefault(m[0], str(free_port())), text)
        return re.sub(r"\b(CASE|REF|ID)\b", lambda m: self.seen.get(m[1], m[1]), text)

    def run(self, *words):
        return subprocess.run(words, cwd=self.dir, env=self.env, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def good(self, *words):
        r = self.run(*words)
        assert r.returncode == 0, (words, r)
        return r.stdout + r.stderr

    def start(self, name):
        self.daemons.append(subprocess.Popen(["kringd", "--dir", name], cwd=self.dir, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_for(f"{name} to answer", lambda: self.run("kring", "--dir", name, "status").returncode == 0)

    def typed(self, who, line, shown):
        words = shlex.split(self.real(line))
        if words[0] == "kringd":
            return self.start(words[-1])
        if words[1:3] == ["roster", "sign"]:  # at a terminal it asks
            words.append("--yes")
        if who:
            words[1:1] = ["--dir", who]
            wait_for("what the other side wrote to be there", lambda: self.settled())
        r = self.run(*words)
        out = r.stdout + r.stderr
        assert r.returncode == (1 if shown.startswith("!") else 0), (line, out)
        for name, pattern, where in (("CASE", r"^([0-9a-f]{20})$", "new"), ("REF", r"reference ([0-9A-Z]{9})\b|^([0-9A-Z]{9})\b", "refer"), ("ID", r"^ +([0-9a-f]{8}) ", "list")):
            m = re.search(pattern, out, re.M)
            if m and where in words:
                self.seen[name] = m[1] or m[m.re.groups]
        assert order(out, self.real(shown)), (line, shown, out)
        return out

    def settled(self):
        """Nothing is on its way between the two."""
        return all('"outbox": []' in re.sub(r"\s+", " ", self.run("kring", "--dir", n, "--json", "outbox", "list").stdout) for n in ("goes", "smwo"))

    def second_member(self):
        """SMWO, as deploy/onboarding.md or an administrator makes it; the two agree on what may go."""
        self.good("kring", "--dir", "smwo", "node", "init", "--org", "SMWO", "--country", "NL", "--listen", f"tcp://127.0.0.1:{free_port()}", "--federation", "roots/roster")
        self.good("kring", "roster", "add", "--roster", "roots/roster", "--join", "smwo/join", "--class", "member", "--out", "proposal2")
        for root in (1, 2):
            self.good("kring", "roster", "sign", "--yes", "--proposal", "proposal2", "--key", f"roots/root{root}.key", "--roster", "roots/roster")
        self.start("smwo")
        for n in ("smwo", "goes"):
            self.good("kring", "--dir", n, "roster", "import", "roots/roster")
        wait_for("them to be connected", lambda: all('"connected": 1' in self.good("kring", "--dir", n, "--json", "status") for n in ("goes", "smwo")))
        for here, there in (("goes", "smwo"), ("smwo", "gemeente-goes")):
            self.good("kring", "--dir", here, "partner", "agree", there, "--share", "identity,contact,needs,story", "--receive")
            self.good("kring", "--dir", here, "partner", "agree", there, "--share", "identity,contact,needs,story")


@pytest.fixture
def desk(workdir):
    d = Desk(workdir)
    yield d
    for p in d.daemons:
        p.terminate()
    for p in d.daemons:
        p.wait(10)


def test_what_the_documents_tell_people_to_type_does_what_they_say(desk):
    readme = list(sessions("README.md"))
    admin, people = [x for x in readme if not x[0]], [x for x in readme if x[0]]
    day = list(sessions("deploy/working-day.md"))
    assert len(admin) >= 7 and len(people) >= 8 and len(day) >= 20
    for x in admin:
        desk.typed(*x)
    desk.second_member()
    for x in people:
        desk.typed(*x)
    picture(desk)
    for x in day:
        desk.typed(*x)


def picture(desk):
    """Which fields stand on each side of the drawing "Who can read what" is what each side reads."""
    text = re.search(r"## Who can read what\n```\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    rows = [x.split("|") for x in text.splitlines() if x.count("|") == 4]
    ours, theirs = (" ".join(r[i] for r in rows) for i in (1, 3))
    ref = desk.seen["REF"]
    here, there = desk.good("kring", "--dir", "goes", "case", "show", desk.seen["CASE"]), desk.good("kring", "--dir", "smwo", "show", ref)
    for field, value in FIELDS.items():
        assert (field in ours) == (value in here), field
        assert (field in theirs) == (value in there), field
    assert "story" in ours and "story" not in theirs


def test_commands_for_building_name_what_there_is():
    """Presets, targets and files of the lines that no test can run in a second."""
    text = (ROOT / "README.md").read_text()
    presets = set(re.findall(r'"name": "(\w+)"', (ROOT / "CMakePresets.json").read_text()))
    assert set(re.findall(r"cmake --preset (\w+)", text)) <= presets and set(re.findall(r"build/(\w+)(?=[\s`])", text)) <= presets
    for name in re.findall(r"`((?:deploy|tests|daemon|proto|client|config)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", ["README.md", "deploy/working-day.md", "deploy/onboarding.md", "deploy/first-federation.md", "deploy/upgrade.md", "deploy/backup.md", "deploy/settings.md", "deploy/figures.md", "deploy/proxy.md",
                                  "daemon/ARCHITECTURE.md", "proto/PROTOCOL.md"])
def test_no_sentence_stands_twice_and_no_table_is_broken(path):
    text = re.sub(r"^```.*?^```", "", (ROOT / path).read_text(), flags=re.M | re.S)
    lines = [x for x in text.splitlines() if len(x) > 60]
    assert len(lines) == len(set(lines)), {x for x in lines if lines.count(x) > 1}
    rows = ["", *text.splitlines(), ""]
    for before, row, after in zip(rows, rows[1:], rows[2:]):
        assert not row.startswith("| ") or before.startswith("|") or after.startswith("|--"), f"a row of no table: {row}"
