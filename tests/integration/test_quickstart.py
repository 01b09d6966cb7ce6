# SPDX-License-Identifier: EUPL-1.2
"""deploy/quickstart removes what it made, and nothing else, whatever KRING_DEMO names.  (That it runs is a stage of tests/run.)"""
import os
import subprocess

import pytest
from node import ROOT


def quickstart(demo, *args):
    return subprocess.run([str(ROOT / "deploy/quickstart"), *args], env={**os.environ, "KRING_DEMO": str(demo)}, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("args", [(), ("--clean",)])
@pytest.mark.parametrize("what", ["a directory with something in it", "a file", "a link to a demo"])
def test_what_is_no_demo_stays(workdir, what, args):
    demo = workdir / "demo"
    if what == "a file":
        demo.write_text("letters")
    else:
        real = workdir / "real"
        (real / "goes").mkdir(parents=True)
        (real / "goes/letters").write_text("letters")
        if what == "a link to a demo":
            (real / ".quickstart").write_text("")
            demo.symlink_to(real)
        else:
            real.rename(demo)
    r = quickstart(demo, *args)
    assert r.returncode == 2 and "not a demo" in r.stderr
    assert (demo if demo.is_file() else demo / "goes/letters").read_text() == "letters"


def test_a_demo_goes_and_what_lies_beside_it_stays(workdir):
    demo = workdir / "demo"
    (demo / "goes").mkdir(parents=True)
    (demo / "roots").mkdir()
    for f in (".quickstart", "goes.log", "roots/root1.key", "letters"):
        (demo / f).write_text("x")
    other = subprocess.Popen(["sleep", "60"])
    (demo / "goes/pid").write_text(str(other.pid))  # whose number it was is over; now it is somebody's
    try:
        r = quickstart(demo, "--clean")
        assert r.returncode == 0 and "other things" in r.stderr, r
        assert [p.name for p in demo.iterdir()] == ["letters"]
        assert other.poll() is None, "another's process was ended"
    finally:
        other.kill()
        other.wait()
    (demo / "letters").unlink()
    assert quickstart(demo, "--clean").returncode == 0 and not demo.exists()
