# SPDX-License-Identifier: EUPL-1.2
"""Variables of the environment with values that nobody means: no program dies of one, runs what one names, or writes where one points."""
import os
import signal
import subprocess
import tempfile

import pytest
from node import Federation, wait_for

LONG = "x" * 100_000
VALUES = ["", "relative", LONG, "/" + LONG, "%n%s%n", "-1", "1", str(2**64), "\n\x1b[2J", "../../../../etc", "\u202e$(id)", "@" * 200, ":::", "/dev/full"]
CLIENT = ["LANG", "LC_ALL", "LANGUAGE", "HOME", "XDG_STATE_HOME", "PAGER", "COLUMNS", "LINES", "TERM", "NO_COLOR", "PATH", "TMPDIR", "TZ", "RUNTIME_DIRECTORY", "KRING_LANG",
          "KRING_JSON", "KRING_DIR", "MALLOC_PERTURB_", "LESSOPEN", "LESS", "EDITOR", "VISUAL"]
DAEMON = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "RUNTIME_DIRECTORY", "CREDENTIALS_DIRECTORY", "LISTEN_FDS", "TZ", "LANG", "KRING_LANG", "KRING_JSON", "OPENSSL_CONF", "HOME"]


@pytest.fixture(scope="module")
def node():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        f = Federation(d, ["SMWO"])
        f.start()
        yield f.nodes[0]
        f.stop()


@pytest.fixture
def up(node):
    """After a daemon that had a variable too many."""
    if node.proc.poll() is not None:
        node.start()
    return node


def run(n, program, *words, **env):
    return subprocess.run([str(n.fed.bin / program), *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=30, env={**os.environ, **env})


@pytest.mark.parametrize("variable", CLIENT)
def test_the_client(up, variable):
    """It ends as it does without: what a person reads may have another language or width, and never another meaning."""
    node, case = up, up.new_case(name="Verzonnen")
    asked = (("status",), ("today",), ("case", "list"), ("case", "show", case), ("help",), ("nothing",), ("show", "ABC"), ("doctor",))
    plain = [run(node, "kring", "--dir", str(node.dir), *w).returncode for w in asked]
    for value in VALUES:
        said = [run(node, "kring", "--dir", str(node.dir), *w, **{variable: value}) for w in asked[:-1]]
        assert [r.returncode for r in said] == plain[:-1], (value, [(r.returncode, r.stderr[-300:]) for r in said])
    for value in ("", LONG, "-1"):
        assert run(node, "kring", "--dir", str(node.dir), "doctor", **{variable: value}).returncode >= 0
        tool = run(node, "kringd", "tool", "config", "show", "--dir", str(node.dir), **{variable: value})
        assert tool.returncode == run(node, "kringd", "tool", "config", "show", "--dir", str(node.dir)).returncode, tool


@pytest.mark.parametrize("variable", DAEMON)
def test_the_daemon(node, variable):
    """It is there, or says in one sentence why not and ends: no signal, no loop."""
    node.stop()
    for value in VALUES[:9]:
        before = node.log.stat().st_size
        p = subprocess.Popen([str(node.fed.bin / "kringd_dev"), "--dir", str(node.dir)], stdout=node.log.open("ab"), stderr=subprocess.STDOUT, env={**os.environ, variable: value})
        try:
            wait_for(f"{variable}={value[:40]!r}", lambda: p.poll() is not None or node.status() or (variable == "RUNTIME_DIRECTORY" and value.startswith("/")), 10)
            assert p.poll() is None or p.returncode > 0, (value[:40], p.returncode)
        finally:
            p.send_signal(signal.SIGTERM)
            p.wait(15)
        assert p.returncode >= 0 or p.returncode == -signal.SIGTERM, (value[:40], p.returncode)
        assert node.log.stat().st_size - before < 20_000, value[:40]
