# SPDX-License-Identifier: EUPL-1.2
"""kring on a terminal: what it asks is read line by line, and answered as a person would."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from node import BIN


def environment(**env):
    return {**{k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LANG", "PAGER", "NO_COLOR", "TERM", "LESS")}, "LANG": "C.UTF-8", **env}


def on_a_terminal(words, rows=24, columns=80, keys=b"", **env):
    """(exit code, what the terminal got) of a program that has a terminal of that size."""
    env = environment(TERM="xterm", **env)
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(words[0], words, env)
    out, end = b"", time.time() + 20
    while time.time() < end:
        if select.select([fd], [], [], 0.05)[0]:
            try:
                got = os.read(fd, 65536)
            except OSError:
                break
            if not got:
                break
            out += got
        elif keys and out:
            os.write(fd, keys)
            keys = b""
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode().replace("\r\n", "\n")


class Terminal:
    """One command on a pseudo-terminal.  answers counts lines, keys counts keystrokes (with Enter)."""

    made = []  # those of this process, for close_all()

    def __init__(self, node, *args, lang="nl", columns=80, seconds=20):
        self.text, self.answers, self.keys, self.seconds, self.code = "", 0, 0, seconds, None
        env = dict(os.environ, LANG=f"{lang}_BE.UTF-8", TERM="dumb", XDG_STATE_HOME=str(node.fed.dir / "state"))
        env.pop("COLUMNS", None)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(str(BIN / "kring"), ["kring", "--dir", str(node.dir), *args], env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        tc = termios.tcgetattr(self.fd)
        tc[3] &= ~termios.ECHO
        termios.tcsetattr(self.fd, termios.TCSANOW, tc)
        self.seen = 0
        Terminal.made.append(self)

    def read(self):
        """Until it waits for a line, or ends: what it printed since the last answer."""
        end = time.time() + self.seconds
        while self.code is None:
            assert time.time() < end, f"it says nothing more:\n{self.text[self.seen:]}"
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    got = os.read(self.fd, 65536)
                except OSError:
                    got = b""
                if not got:
                    self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
                    break
                self.raw = getattr(self, "raw", b"") + got
                self.text = self.raw.decode(errors="replace").replace("\r\n", "\n")
                if self.text.endswith("> "):
                    break
        return self.text[self.seen:]

    def answer(self, line=""):
        """Sends the line; what is printed until the next question."""
        self.seen = len(self.text)
        os.write(self.fd, (line + "\n").encode())
        self.answers += 1
        self.keys += len(line) + 1
        return self.read()

    def play(self, *lines):
        """All of them; the whole of what was printed."""
        self.read()
        for line in lines:
            assert self.code is None, f"it ended before {line!r}:\n{self.text}"
            self.answer(line)
        return self.text

    def hang_up(self):
        """The line is cut, as when a laptop is closed."""
        os.close(self.fd)
        os.kill(self.pid, signal.SIGHUP)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    @classmethod
    def close_all(cls):
        for t in cls.made:
            if t.code is None:
                t.hang_up()
        cls.made.clear()

    def end(self):
        """The end of the input, as Ctrl-D gives it."""
        self.seen = len(self.text)
        os.write(self.fd, b"\x04")
        return self.read()
