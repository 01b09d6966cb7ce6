# SPDX-License-Identifier: EUPL-1.2
"""A region on fixed days, and the desks of the people who work there: each a terminal of its own (tmux), 80 columns, in its language.

What is typed goes through the terminal as a person types it; what the terminal shows is the transcript, which is compared with
golden/*.txt.  Daemons follow one clock file, tools and the command line follow libfaketime: every run has the same weekdays, holidays
and last days.  Renew the transcripts with KRING_GOLDEN=renew, and read what changed before it is committed."""
import calendar
import os
import pathlib
import re
import shlex
import subprocess
import time
import unicodedata

import ctl
import node
from node import Clock, wait_for

FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
GOLDEN = pathlib.Path(__file__).parent / "golden"
WIDTH, HEIGHT = 80, 400  # lines: a dialogue fits, nothing scrolls away and nothing is paged
PROMPT = "$"


def slug(org):
    return re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", org).encode("ascii", "ignore").decode().lower()).strip("-")


class Region(node.Federation):
    """Its organisations, with their countries, from the morning of the first day on."""

    def __init__(self, directory, orgs, first_day):
        assert FAKETIME, "install faketime"
        self.offset = pathlib.Path(directory) / "offset"
        self.env = {**os.environ, "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.offset), "FAKETIME_NO_CACHE": "1",
                    "DONT_FAKE_MONOTONIC": "1", "TZ": "Europe/Amsterdam"}
        self.skew(first_day)
        super().__init__(directory, [])
        self.nodes = [self.add(org, country=country, dirname=slug(org)) for org, country in orgs]
        self.clock, self.lines = Clock(directory), {}
        self.clock.set(self.seconds)
        self.socket = self.dir / "tmux"
        os.environ["TZ"] = self.env["TZ"]
        self.start(*self.clock.args)
        self.settle()

    def skew(self, moment):
        self.moment = moment
        utc = calendar.timegm(time.strptime(moment, "%Y-%m-%d %H:%M")) - 3600  # a winter in Amsterdam, Brussels and Berlin
        self.seconds = utc - int(time.time())
        self.offset.write_text(f"{self.seconds:+d}\n")

    def run(self, *args):
        return subprocess.run([str(self.bin / "kring"), *args], check=True, capture_output=True, text=True, env=self.env).stdout

    def up(self):
        return [n for n in self.nodes if n.proc and n.proc.poll() is None]

    def to(self, moment):
        """Everybody who is on lives from then on."""
        if moment != self.moment:
            self.skew(moment)
            self.clock.set(self.seconds)
        self.settle()

    def settle(self):
        """Until whoever is on is connected, agrees about the time and has delivered what it owes to the others that are on."""
        up = self.up()

        def at_rest(n):
            q = ctl.pb.Request(version=1, request_id=os.urandom(16))
            q.status.SetInParent()
            got = self.lines.setdefault(n, ctl.Control(n.dir / "core.sock")).call(q)
            self.last = got and got.status
            return got and got.status.connected == len(up) - 1 and not got.status.clocks and (len(up) < len(self.nodes) or not got.status.owed)
        for n in up:
            try:
                wait_for(f"{n.name} to be at rest", lambda n=n: at_rest(n), 40)
            except AssertionError as e:
                raise AssertionError(f"{e}: {self.last}") from None

    def stop(self):
        panes = subprocess.run(["tmux", "-S", str(self.socket), "list-panes", "-a", "-F", "#{pid} #{pane_pid}"], capture_output=True, text=True).stdout
        subprocess.run(["tmux", "-S", str(self.socket), "kill-server"], capture_output=True)
        wait_for("the terminals to be closed", lambda: not any(pathlib.Path("/proc", pid).exists() for pid in panes.split()))
        super().stop()


class Desk:
    """One person at one node."""

    def __init__(self, region, who, at, lang):
        self.region, self.who, self.node, self.keys, self.answers = region, who, at, 0, 0
        e = {k: region.env[k] for k in ("FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE", "DONT_FAKE_MONOTONIC", "TZ")}
        e |= {"NO_COLOR": "1", "LANG": "C.UTF-8", "XDG_STATE_HOME": str(region.dir / f"state-{who}")}
        kring = shlex.join([str(region.bin / "kring"), "--dir", str(at.dir), "--lang", lang])
        rc = region.dir / f"rc-{who}"
        rc.write_text("".join(f"export {k}={shlex.quote(v)}\n" for k, v in e.items()) + f"PS1='{PROMPT} '\nunset HISTFILE PAGER COLUMNS LINES\n"
                      f'kring() {{ LD_PRELOAD={region.env["LD_PRELOAD"]} {kring} "$@"; }}\n')
        self.tmux("new-session", "-d", "-s", who, "-x", str(WIDTH), "-y", str(HEIGHT), f"exec bash --noprofile --rcfile {rc} -i")
        self.await_prompt()

    def tmux(self, *args):
        return subprocess.run(["tmux", "-S", str(self.region.socket), "-f", "/dev/null", *args], check=True, capture_output=True, text=True).stdout

    def look(self):
        """(what the terminal shows, column of the cursor, its row)"""
        at, shown = self.tmux("display-message", "-p", "-t", self.who, "#{cursor_x} #{cursor_y}", ";", "capture-pane", "-p", "-t", self.who).split("\n", 1)
        return shown.rstrip(), *map(int, at.split())

    def await_(self, what, fits):
        until = time.time() + 20
        while not fits(*(seen := self.look())):
            assert time.time() < until, f"{self.who} waits in vain for {what} and sees\n{seen[0]}"
            time.sleep(0.02)
        return seen

    def await_prompt(self):
        return self.await_("the prompt", lambda shown, x, y: shown.rsplit("\n", 1)[-1] == PROMPT)[0]

    def await_question(self, below):
        """A question leaves the cursor behind it, on a line below the last answer."""
        shown, x, y = self.await_("a question", lambda shown, x, y: y > below and x > 0)
        assert shown.rsplit("\n", 1)[-1] != PROMPT, f"it ended, and asks nothing:\n{shown}"
        return y

    def type(self, text):
        self.keys += len(text) + 1
        if text:
            self.tmux("send-keys", "-t", self.who, "-l", "--", text)
        self.tmux("send-keys", "-t", self.who, "Enter")

    def do(self, line, *answers):
        """Types a command, and each answer when a question stands there.  What the terminal shows of it."""
        self.tmux("send-keys", "-t", self.who, "C-l")
        self.await_("an empty screen", lambda shown, x, y: shown == PROMPT and y == 0)
        self.keys, self.answers, row = 0, len(answers), 0
        self.type(line)
        for a in answers:
            row = self.await_question(row)
            self.type(a)
        self.await_("an answer", lambda shown, x, y: y > row)
        return self.await_prompt().rsplit("\n", 1)[0] + "\n"


class Book:
    """What a day showed, as it is kept.  References and ids are others in each run: each is named by its turn."""

    def __init__(self):
        self.names, self.text = {}, ""

    def named(self, kind, got):
        want = f"{kind}{len([x for x in self.names.values() if x.startswith(kind)]) + 1:0{max(len(got) - len(kind), 1)}d}"
        return self.names.setdefault(got, want)

    def masked(self, text):
        text = re.sub(r"\b[0-9A-HJKMNP-TV-Z]{9}\b", lambda m: self.named("REF", m[0]), text)
        text = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{6,64}\b|\b[a-f]{8}\b", lambda m: self.named("id", m[0]), text)
        return re.sub(r"\b\d\d:\d\d(:\d\d)?\b", lambda m: "uu:mm:ss"[:len(m[0])], text)

    def title(self, words):
        self.text += f"\n==== {words} ====\n" if self.text else f"==== {words} ====\n"

    def add(self, desk, shown):
        self.text += f"\n---- {desk.who}, {desk.node.org} ----\n" + self.masked(re.sub(r"[ \t]+$", "", shown, flags=re.M))

    def compare(self, name):
        path = GOLDEN / name
        if os.environ.get("KRING_GOLDEN") == "renew":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text)
        assert path.exists(), f"{path} is missing: KRING_GOLDEN=renew makes it"
        want = path.read_text()
        if self.text != want:
            import difflib
            raise AssertionError("another screen; KRING_GOLDEN=renew, then read git diff\n" + "\n".join(
                difflib.unified_diff(want.splitlines(), self.text.splitlines(), f"golden/{name}", "now", lineterm="", n=2)))
