# SPDX-License-Identifier: EUPL-1.2
"""deploy/nftables.conf in a network of its own: who is counted with whom, and what happens when nobody more can be counted."""
import os
import pathlib
import re
import resource
import select
import shutil
import socket
import subprocess
import sys
import time

import pytest

IPV6_FREEBIND = 78  # bound to an address of a route, without one by one
CONF = pathlib.Path(__file__).resolve().parents[2] / "deploy/nftables.conf"
pytestmark = pytest.mark.skipif(os.getuid() != 0 or not all(map(shutil.which, ("nft", "ip", "unshare"))), reason="network namespaces need root")


def inside(test):
    """Runs that function of this file in a new network namespace, with lo up."""
    r = subprocess.run(["unshare", "-n", sys.executable, __file__, test], capture_output=True, text=True)
    assert r.returncode == 0, r.stdout + r.stderr


# as in the file, and as few as a test can count
RATE, SLOW = "limit rate 100/second burst 1500 packets", "limit rate 10/minute burst 20 packets"
MANY, FEW = "ct count 4096", "ct count 64"


def load(*changes):
    text = CONF.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)
    return subprocess.run(["nft", "-s", "list", "ruleset"], capture_output=True, text=True, check=True).stdout


def knock(*sources):
    """Connections from there to the door, in this order; None where nothing answers (before the kernel would try again)."""
    tried = []
    for source in sources:
        six = ":" in source
        s = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
        if six:
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        s.bind((source, 0))
        s.setblocking(False)
        s.connect_ex(("::1" if six else "127.0.0.1", 7001))
        tried.append(s)
    time.sleep(0.8)
    poll = select.poll()
    for s in tried:
        poll.register(s, select.POLLOUT)
    ready = {fd for fd, what in poll.poll(0) if what & select.POLLOUT and not what & select.POLLERR}
    return [s if s.fileno() in ready else s.close() for s in tried]


def let_in(*sources):
    return [s is not None for s in knock(*sources)]


def loaded_twice():
    once = load()
    assert once and load() == once, "loaded twice it is not what it was"


def a_region_behind_one_address():
    """All members of a region come back after a power cut, through one provider's address; one of them comes again and again."""
    load()
    for source in ("127.0.0.9", "fd00:0:0:1::1"):
        assert let_in(*[source] * 900) == [True] * 900
    limits = (pathlib.Path(__file__).resolve().parents[2] / "daemon/base/limits.h").read_text()
    most = {k: int(v) for k, v in re.findall(r"#define LIMIT_(PEERS|PEER_LINES|NETWORK_STRANGERS)\s+(\d+)u", limits)}
    assert int(MANY.split()[-1]) >= 2 * most["PEERS"] + most["NETWORK_STRANGERS"], "the daemon's own limits come first"
    assert int(RATE.split()[-2]) > most["PEERS"]


def counted_by_network():
    load((RATE, SLOW))
    came = let_in(*(f"fd00:0:0:1::{i:x}" for i in range(1, 31)))
    assert came == [True] * 20 + [False] * 10, came  # the addresses of one network are one source
    assert let_in("fd00:0:0:2::1") == [True], "another network is another source"
    assert let_in(*["127.0.0.9"] * 22, "127.0.0.10") == [True] * 20 + [False] * 2 + [True]


def closed_when_full():
    for name in ("fresh", "open"):
        load(*((f"set {name}{v} {{ type ipv{v}_addr; flags dynamic; " + ("timeout 2m; " if name == "fresh" else "") + "size 65535;",
                f"set {name}{v} {{ type ipv{v}_addr; flags dynamic; " + ("timeout 2m; " if name == "fresh" else "") + "size 2;") for v in (4, 6)))
        for source in ("fd00:0:0:{}::1", "127.0.1.{}"):
            came = let_in(*(source.format(i) for i in (1, 2, 3, 4, 1)))
            assert came == [True, True, False, False, True], (name, source, came)


def few_at_once():
    load((MANY, FEW))
    for source in ("127.0.2.1", "fd00:0:0:9::1"):
        many = knock(*[source] * 66)
        assert [s is not None for s in many] == [True] * 64 + [False] * 2
        for s in many[:64]:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # at once
            s.close()
        assert let_in(source) == [True], "who hung up may come again"


@pytest.mark.parametrize("test", ["loaded_twice", "a_region_behind_one_address", "counted_by_network", "closed_when_full", "few_at_once"])
def test_the_door(test):
    inside(test)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "-6", "route", "add", "local", "fd00::/16", "dev", "lo"], check=True)
    with socket.socket(socket.AF_INET6) as door:
        door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("::", 7001))
        door.listen(4096)
        globals()[sys.argv[1]]()
