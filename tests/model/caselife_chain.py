#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A case that goes on, S to R to T, while S takes it back because R is silent: whose epoch wins?

Exhaustive.  Messages may be delayed, reordered, repeated.  --variant text: a reclaim has epoch e + 2,
and nobody passes it on.  --variant epoch-pair: (reclaims, turns), ordered, but not passed on.  --variant passed-on: the word
travels down the chain with epoch e + 2.  --variant fixed: both."""
import argparse
import sys
from collections import deque


def explore(pair, pass_on):
    first = (0, 1) if pair else (1, 0)

    def turn(e):  # handed on
        return (e[0], e[1] + 1) if pair else (e[0] + 1, 0)

    def taken_back(e):
        return (e[0] + 1, 0) if pair else (e[0] + 2, 0)

    # state of each: (mode, epoch); modes: S OWNER GRANTED SETTLED; R, T NONE OWNER GRANTED SETTLED; words on their way
    none = ("NONE", (0, 0))
    x0 = (("OWNER", first), none, none, frozenset())
    seen, q = {x0: None}, deque([x0])
    bad = {}
    while q:
        x = q.popleft()
        s, r, t, m = x
        out = []

        def go(what, s=s, r=r, t=t, add=()):
            y = (s, r, t, m | frozenset(add))
            if y != x:
                out.append((what, y))

        if s == ("OWNER", first):
            go("S grants R", s=("GRANTED", first), add=[("GRANT", "R", turn(first))])
        if s[0] == "GRANTED":
            e = taken_back(s[1])
            go("S reclaims", s=("OWNER", e), add=[("RECLAIM", "R", e)])
        if r[0] == "OWNER" and t == none:
            go("R grants T", r=("GRANTED", r[1]), add=[("GRANT", "T", turn(r[1]))])
        for kind, to, e in m:
            if to == "R":
                if kind == "GRANT" and r == none:
                    go("R commits", r=("OWNER", e), add=[("COMMIT", "S", e)])
                if kind == "RECLAIM" and e > r[1]:
                    down = [("RECLAIM", "T", e)] if pass_on and r[0] in ("GRANTED", "SETTLED") else []
                    go("R hears the reclaim", r=("NONE", e), add=down)
                if kind == "COMMIT" and r[0] == "GRANTED":
                    go("R settles", r=("SETTLED", r[1]))
                if kind == "COMMIT" and r[0] == "NONE" and r[1] != (0, 0) and pass_on and ("RECLAIM", "T", r[1]) not in m:
                    go("R passes it on, late", add=[("RECLAIM", "T", r[1])])
            if to == "T":
                if kind == "GRANT" and t == none:
                    go("T commits", t=("OWNER", e), add=[("COMMIT", "R", e)])
                if kind == "RECLAIM" and e > t[1]:
                    go("T hears the reclaim", t=("NONE", e))
            if to == "S" and kind == "COMMIT" and s[0] == "GRANTED":
                go("S settles", s=("SETTLED", s[1]))
        talk = [y for w, y in out if not w.startswith(("S grants", "S reclaims", "R grants"))]
        if not talk and s[0] != "GRANTED" and r[0] != "GRANTED":
            owners = [(n, z[1]) for n, z in (("S", s), ("R", r), ("T", t)) if z[0] == "OWNER"]
            if len(owners) != 1:
                bad.setdefault(tuple(owners), x)
        for w, y in out:
            if y not in seen:
                seen[y] = (x, w)
                q.append(y)
    return seen, bad


def trace(seen, x):
    out = []
    while seen[x] is not None:
        x, w = seen[x]
        out.append(w)
    return " | ".join(reversed(out))


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--variant", default="fixed", choices=("text", "epoch-pair", "passed-on", "fixed"))
    v = p.parse_args().variant
    seen, bad = explore(v in ("epoch-pair", "fixed"), v in ("passed-on", "fixed"))
    print("variant=%s states=%d kinds of rest without exactly one owner: %d" % (v, len(seen), len(bad)))
    for owners, x in bad.items():
        print("  owners %s\n    %s" % (owners, trace(seen, x)))
    sys.exit(1 if bad else 0)
