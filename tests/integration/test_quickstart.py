# SPDX-License-Identifier: EUPL-1.2
"""deploy/quickstart removes what it made, and nothing else, whatever KRING_DEMO names; and ends with two people who can sign in."""
import os
import re
import socket
import subprocess

import pytest
from browser import PHRASE, Browser
from node import BIN, ROOT, free_port


def quickstart(demo, *args, **env):
    return subprocess.run([str(ROOT / "deploy/quickstart"), *args], env={**os.environ, "KRING_DEMO": str(demo), **env}, capture_output=True, text=True, timeout=300)


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


def free_ports():
    """Behind this one there are all that the demonstration takes."""
    while True:
        base, held = free_port(), []
        try:
            for n in (*range(1, 7), 80, 81):
                held.append(socket.socket())
                held[-1].bind(("127.0.0.1", base + n))
            return base
        except (OSError, OverflowError):
            continue
        finally:
            for s in held:
                s.close()


def test_it_ends_with_two_people_who_sign_in(workdir):
    demo = workdir / "demo"
    try:
        r = quickstart(demo, KRING_BIN=str(BIN), KRING_DEMO_PORT=str(free_ports()))
        assert r.returncode == 0, r.stdout + r.stderr
        found = re.findall(r"http://((?:smwo|goes)\.localhost:(\d+))   (\w+ \w+)", r.stdout)
        assert len(found) == 2 and PHRASE in r.stdout, r.stdout
        for host, port, name in found:
            page = Browser(int(port), host=host).sign_in(name)
            row = next(r for r in page.rows if "Bram Bedacht" in r)
            assert name in page.text and ("U bent aan zet" in row[-1]) == host.startswith("smwo"), page.text
    finally:
        assert quickstart(demo, "--clean").returncode == 0
    assert not demo.exists()
