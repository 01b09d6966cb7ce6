# SPDX-License-Identifier: EUPL-1.2
"""Life of one node as its administrator types it, on machines of its own: first-federation.md, upgrade.md, and on a new machine the part of
backup.md that begins with nothing.  The package is real with KRING_LONG; else its files are put where apt puts them."""
import re
import time

import pytest
from machine import NEEDS_ROOT, PEOPLE, REAL_APT, Machine, package
from node import ROOT, free_port
from test_documents import shows

HERE = {"deploy/first-federation.md": "# Your first federation", "deploy/upgrade.md": "# Upgrade", "deploy/backup.md": "## A new machine, from nothing"}


def read(path):
    """(who types, what, what is shown under it) and ("answers", file) of that part of it, in their order."""
    part = re.split(r"^(?=## [A-Z])", (ROOT / path).read_text(), flags=re.M)
    part = "".join(part) if HERE[path].startswith("# ") else next(x for x in part if x.startswith(HERE[path]))
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```", part, re.M | re.S):
        if kind:
            yield kind, block, ""
            continue
        parts = re.split(r"^([a-z]*[#$]) ", block, flags=re.M)[1:]
        for who, text in zip(parts[::2], parts[1::2]):
            line, _, shown = text.partition("\n")
            yield who, line, shown


class Administrator:
    """Types what a document says; the port is one that is free here."""

    def __init__(self, deb):
        self.deb, self.port, self.case, self.lines = deb, str(free_port()), None, 0

    def real(self, text):
        return text.replace("7001", self.port).replace("CASE", self.case or "CASE")

    def setup(self, m, line):
        """systemd is not there to start it: setup says so, and ends with 4; then the same line goes on."""
        if m.kringd is None:
            # without sudo it is told at once, before a question and before a key
            shut = m.run("kring setup --answers /dev/null", "ada")
            assert shut.returncode == 1 and "sudo kring setup" in shut.stderr, shut
        r = m.run(line)
        if r.returncode == 4 and m.kringd is None:
            m.systemctl("enable", "--now", "kringd")
            r = m.run(line)
        assert r.returncode == 0, (r.stdout, r.stderr)
        return r.stdout + r.stderr

    def line(self, m, who, line):
        if line.startswith("apt install"):
            if m.kringd is None:
                m.install(self.deb)
            else:
                self.upgrade(m)
            return ""
        if line.startswith("systemctl"):
            return m.systemctl(*line.split()[1:])
        if "setup --answers" in line:
            return self.setup(m, line)
        if line.startswith("shred"):
            m.good("cp -p sheet /stick/sheet")  # it was printed
        return m.good(line, who[:-1] or None)

    def upgrade(self, m):
        """try-restart is what postinst asks of systemd."""
        if REAL_APT:
            (newer := m.stick / "newer").mkdir()
            m.install(package(newer, "0.1.1"))
            assert "0.1.1" in m.good("dpkg-query -W kring")
        else:
            m.install(self.deb)
        m.systemctl("restart", "kringd")

    def follow(self, m, path):
        for who, line, shown in read(path):
            line, shown = self.real(line), self.real(shown)
            if who == "answers":
                assert m.good("cat answers").count("\n#") > 20
                m.good(f"cat >answers <<'END'\n{line}END")
                continue
            out = self.line(m, who, line)
            self.lines += 1
            for row in shown.splitlines():
                assert shows(row, out, lambda x: r"\d+"), (line, row, out)


@NEEDS_ROOT
def test_from_nothing_to_work_upgraded_lost_and_back(tmp_path):
    begun = time.time()
    stick = tmp_path / "stick"
    stick.mkdir()
    a = Administrator(package(tmp_path / "deb") if REAL_APT else None)
    people = f"for u in {' '.join(PEOPLE)}; do useradd --create-home $u; done"
    with Machine(tmp_path / "first", stick) as m:
        m.good(people)
        a.follow(m, "deploy/first-federation.md")
        assert m.good("id -nG ada").split() == ["ada", "kring-staff"], "setup lets in whom it names"
        a.case = re.search(r"^[0-9a-f]{20}$", m.good("printf 'name: Anna Verzonnen\\nphone: 000\\n' | kring case new --from -", "anna"), re.M)[0]
        a.follow(m, "deploy/upgrade.md")
        assert "Anna Verzonnen" in m.good("kring case list", "anna")
        m.good("kring backup /stick/newest")
    with Machine(tmp_path / "second", stick) as m:
        m.good(people)
        a.follow(m, "deploy/backup.md")
    print(f"{a.lines} lines typed in {time.time() - begun:.0f} s")
