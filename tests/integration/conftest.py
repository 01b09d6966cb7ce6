# SPDX-License-Identifier: EUPL-1.2
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from node import Federation  # noqa: E402
from workdir import workdir  # noqa: E402, F401


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long by itself, so it begins first when several run side by side")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda i: i.get_closest_marker("long") is None)


@pytest.fixture
def federation(workdir):  # noqa: F811
    made = []

    def make(*orgs, **kw):
        made.append(Federation(workdir, orgs or ("Goes", "SMWO"), **kw))
        return made[0]

    yield make
    for f in made:
        f.stop()


@pytest.fixture
def dialled(federation):
    """dialled(...) -> (federation, the real node SMWO, a Python member that is let in and connected)."""
    from kringwire import Member
    members = []

    def make(cls="member", org="Python Partner", settings="", node_cls="member"):
        f = federation("SMWO", cls=node_cls)  # b = 1: the newcomer needs no witness but SMWO itself
        b = f.nodes[0]
        (b.dir / "kring.conf").write_text((b.dir / "kring.conf").read_text() + settings)
        m = Member(f.fed_id(), org=org)
        members.append(m)
        (f.dir / "py.join").write_bytes(m.join_bytes())
        f.admit(f.dir / "py.join", cls=cls)
        b.start()
        f.import_roster()
        node_id, nk, tk = f.record_of(b)
        assert m.meet(f"tcp://127.0.0.1:{b.port}", tk, node_id, nk) and m.your[0] == 1
        return f, b, m

    yield make
    for m in members:
        m.close()


@pytest.fixture
def die_at(workdir):  # noqa: F811
    """A preloaded library under every daemon started meanwhile: die_at(n, what) plants its end (0) or a full disk (1) at
    the n-th write or sync from now; die_at(0) takes it back."""
    import os
    import struct
    import subprocess
    from node import ROOT
    lib, box = workdir / "die_at.so", workdir / "box"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(lib), str(ROOT / "tests/fault/die_at.c"), "-ldl"], check=True)
    box.write_bytes(bytes(16))
    os.environ.update(LD_PRELOAD=str(lib), KRING_DIE_FILE=str(box))
    with box.open("r+b", buffering=0) as f:  # in place: daemons that map it end by SIGBUS while it is empty
        yield lambda n, what=0: os.pwrite(f.fileno(), struct.pack("=QQ", n, what), 0)
    del os.environ["LD_PRELOAD"], os.environ["KRING_DIE_FILE"]
