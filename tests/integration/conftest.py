# SPDX-License-Identifier: EUPL-1.2
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from node import Federation  # noqa: E402


@pytest.fixture
def workdir():
    d = tempfile.mkdtemp(prefix="kring-it-")
    yield pathlib.Path(d)
    shutil.rmtree(d, ignore_errors=True)


@pytest.fixture
def federation(workdir):
    made = []

    def make(*orgs, **kw):
        made.append(Federation(workdir, orgs or ("Goes", "SMWO"), **kw))
        return made[0]

    yield make
    for f in made:
        f.stop()
