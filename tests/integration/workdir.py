# SPDX-License-Identifier: EUPL-1.2
"""A directory for one test, and no daemon that outlives it."""
import os
import pathlib
import shutil
import signal
import tempfile

import pytest


def left_running(directory):
    """Whatever still runs in this directory is ended and named: it would run for ever."""
    left = {}
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (p / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if any(w.startswith(directory) for w in words) and (p / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                left[int(p.name)] = " ".join(words)
                os.kill(int(p.name), signal.SIGKILL)
        except OSError:
            continue
    return left


@pytest.fixture
def workdir():
    d = tempfile.mkdtemp(prefix="kring-it-")
    os.environ["XDG_STATE_HOME"] = d + "/state"  # what the client remembers of what it showed
    yield pathlib.Path(d)
    left = left_running(d)
    shutil.rmtree(d, ignore_errors=True)
    assert not left, f"still running after the test: {left}"
