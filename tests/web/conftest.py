# SPDX-License-Identifier: EUPL-1.2
"""Tests in a real browser share what tests of real nodes have, and the browsers themselves: one takes two seconds to start."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from chromium import Chrome  # noqa: E402


@pytest.fixture(scope="session")
def garage():
    free = []
    yield free
    for c in free:
        c.d.quit()


@pytest.fixture
def chrome(garage, node):
    """make(at, scripts): a browser as if it were new, at this node or another one."""
    out = []

    def make(at=None, *, scripts=True):
        port = (at or node).web
        c = next((c for c in garage if c.scripts == scripts), None)
        if c is None:
            c = Chrome(port, scripts=scripts)
        else:
            garage.remove(c)
            c.anew(port)
        out.append(c)
        return c
    yield make
    garage += out
