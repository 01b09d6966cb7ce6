# SPDX-License-Identifier: EUPL-1.2
import os
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "integration")]
from workdir import workdir  # noqa: E402, F401


@pytest.fixture
def region(workdir):  # noqa: F811
    """region({organisation: country}, the first morning) -> a federation that lives from then on."""
    from desk import Region
    made, zone = [], os.environ.get("TZ")

    def make(orgs, first_day):
        made.append(Region(workdir, orgs.items(), first_day))
        return made[0]

    yield make
    for r in made:
        r.stop()
    os.environ.pop("TZ", None) if zone is None else os.environ.update(TZ=zone)
