# SPDX-License-Identifier: EUPL-1.2
"""A person who went on from hand to hand takes it back while some of those who have it are down for two days: every one of them answers
when it is back, nothing that anybody kept of it opens any more, and nobody is told that it is over before it is."""
import os
import signal

import pytest
from node import Clock, Refused, wait_for
from test_at_rest import Keyroot, aead_open, wrapped_keys
from test_chain import case_of
from test_walls import memory_has
from test_withdrawal import OF_A_CONSENT, give, opens, shown, shred, states

LEAST = [0, 0, 1, 2, 3, 3, 5]  # who gave the person to node 1, 2, ...: node 0 collected the consents, the longest way has four steps
ALL = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 12, 13, 14]
NAME = "Boommarker Verzonnen"


def plain_key(n, gid):
    """The key of what lies at n under this consent, as its disk has it now."""
    k, raw = Keyroot(n.dir), bytes.fromhex(gid)
    return next(key for w in wrapped_keys(n.dir, raw) for root in k.wraps.get(int.from_bytes(w[:4], "big"), ())
                if (key := aead_open(root, b"KRG1.casekey" + bytes([OF_A_CONSENT]) + raw + w[:4], w[4:])))


class Tree:
    """parents: of node 1, 2, ...; everything of node i stands at index i."""

    def __init__(self, f, clock, parents):
        self.f, self.clock, self.up, self.nodes = f, clock, [None, *parents], f.nodes
        for n in self.nodes:
            n.start(*clock.args)
        f.import_roster()
        self.case, self.gid = [self.nodes[0].new_case(name=NAME, phone="000-111")], [None]
        for i in range(1, len(self.nodes)):
            self.pass_to(i)
        self.copy = [None, *(wrapped_keys(self.nodes[i].dir, bytes.fromhex(self.gid[i])) for i in self.holders())]
        self.key = [None, *(plain_key(self.nodes[i], self.gid[i]) for i in self.holders())]

    def holders(self):
        return range(1, len(self.nodes))

    def pass_to(self, i):
        a, b = self.nodes[self.up[i]], self.nodes[i]

        def ready(x, y):
            p = next((p for p in x.k("partner", "list").get("partners", []) if p["name"] == y.org), None)
            return p and p.get("connected") and not p.get("standing")

        for x, y in ((a, b), (b, a)):
            wait_for(f"{x.name} to let in {y.name}", lambda x=x, y=y: ready(x, y), 120)
            self.f.agree(x, y)
        self.gid.append(give(a, self.case[self.up[i]], b.name))
        ref = a.refer(self.case[self.up[i]], b.name)
        wait_for(f"{b.name} to have it", lambda: b.state(ref) == "offered", 120)
        self.case.append(case_of(b, ref))

    def below(self, i, down):
        """Is one that is down between node i and who collected the consents, or node i itself?"""
        return i != 0 and (i in down or self.below(self.up[i], down))

    def readable(self):
        """Whose disk opens it, as it is now, or as it was before anybody took anything back."""
        return {i for i in self.holders() if opens(self.nodes[i], self.gid[i]) or opens(self.nodes[i], self.gid[i], self.copy[i])}

    def over(self):
        """Is the collector told that all is erased?  Asked first and looked at then: what goes meanwhile cannot hide a lie."""
        top = [i for i in self.holders() if self.up[i] == 0]
        said = [i for i in top if shown(self.nodes[0], self.gid[i])["complete"]]
        lied = {i for i in self.readable() if self.root_of(i) in said} if said else set()
        assert not lied, f"called complete, and it opens at {sorted(lied)}"
        return said == top

    def root_of(self, i):
        return i if self.up[i] == 0 else self.root_of(self.up[i])


def whole(federation, workdir, parents, down):
    clock = Clock(workdir)
    t = Tree(federation(*(f"Lid {i}" for i in range(len(parents) + 1))), clock, parents)
    a, *_ = t.nodes
    hear = [i for i in t.holders() if not t.below(i, down)]
    deaf = [i for i in t.holders() if t.below(i, down) and i not in down]
    assert t.readable() == set(t.holders()) and len(set(t.key)) == len(t.key)
    for i in down:
        t.nodes[i].stop(signal.SIGKILL)
    a.k("consent", "withdraw", t.case[0], "--all")
    for i in hear:
        wait_for(f"the withdrawal at {t.nodes[i].name}", lambda i=i: states(t.nodes[i], t.case[i])[t.gid[i]] == "withdrawn", 120)
    assert not t.over()
    clock.days(2, [n for i, n in enumerate(t.nodes) if i not in down])
    for i in hear:
        shred(t.nodes[i])
        assert not t.over()
    # whoever heard of it let it go, and those behind one that is down know of nothing
    assert t.readable() == set(deaf) | set(down) and all(states(t.nodes[i], t.case[i])[t.gid[i]] == "living" for i in deaf)
    wait_for("their answers", lambda: sum(shown(a, t.gid[i])["answered"] for i in t.holders() if t.up[i] == 0) == len(hear), 120)
    top = [shown(a, t.gid[i]) for i in t.holders() if t.up[i] == 0]
    assert sum(g["missing"] + g["silent"] for g in top) and not all(g["complete"] for g in top)
    for i in down:
        t.nodes[i].start(*clock.args)
        t.over()
    for i in [*down, *deaf]:
        wait_for(f"the withdrawal at {t.nodes[i].name}", lambda i=i: states(t.nodes[i], t.case[i])[t.gid[i]] == "withdrawn", 120)
    for i in [*down, *deaf]:
        shred(t.nodes[i])
        t.over()
    wait_for("all to answer", t.over, 180)
    got = [shown(a, t.gid[i]) for i in t.holders() if t.up[i] == 0]
    assert sum(g["answered"] for g in got) == len(t.holders()), "every one of them"
    assert not any(g["silent"] or g["missing"] or g["refused"] or g["erasing"] for g in got)
    assert {h["name"]: h["state"] for g in got for h in g["holders"]} == {t.nodes[i].org: "erased" for i in t.holders()}
    assert max(h["depth"] for g in got for h in g["holders"]) == 4
    assert not t.readable()
    for i in t.holders():
        n = t.nodes[i]
        assert "person" not in n.k("case", "show", t.case[i]) and not n.k("case", "search", NAME.split()[0]).get("cases")
        if os.getuid() == 0:
            for who, pid in n.children().items():
                assert not memory_has(pid, [NAME.encode(), t.key[i]]), f"in the memory of {n.name} {who}"
    return t


def test_eight_nodes_of_depth_four_all_answer_after_one_was_down_for_two_days(federation, workdir):
    t = whole(federation, workdir, LEAST, [3])
    if os.getuid() == 0:  # where nothing was taken back the same look finds it
        assert memory_has(t.nodes[0].children()["core"], [t.nodes[1].org.encode()])
    assert t.nodes[0].k("case", "show", t.case[0])["person"]["name"] == NAME  # our own file stays ours


if os.environ.get("KRING_LONG"):  # tests/run --long
    def test_twenty_seven_nodes_of_depth_four_all_answer_after_two_were_down_for_two_days(federation, workdir):
        whole(federation, workdir, ALL, [3, 26])
