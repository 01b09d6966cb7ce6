# SPDX-License-Identifier: EUPL-1.2
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from workdir import workdir  # noqa: E402, F401
from world import World  # noqa: E402


@pytest.fixture
def world(workdir):  # noqa: F811
    """world(...) -> a World (world.py), up and connected; gone after the test."""
    made = []

    def make(**kw):
        made.append(World(workdir, **kw))
        return made[-1].start()

    yield make
    for w in made:
        w.stop()
