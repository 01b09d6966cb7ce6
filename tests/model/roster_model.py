#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Who lets whom in, under roots that fork: every order of showing, cosigning and delivering, exhaustively.

b members were there before X.  All roots together (the worst case) show entry s (adding X) to whom they like, and another
entry s' (without X) to others; each member takes the first it is shown and never goes back.  k of the members collude
with the roots and cosign anything.  The rules are those of daemon/domain/membership/members.c:
  need(b) = min(b, floor(b/2) + 1), a majority; a member counts once, by a cosignature of a head >= s of *my* chain; X never counts.
Checked in every reachable state:
  P1  X is active at an honest member only if need(b) distinct members cosigned that very chain;
  P2  shown to one honest member alone (k = 0, b >= 2), X is never active there;
  P3  (counted, for b up to 40) without a lying member no two sets of members can each let in a member of its own fork;
  P4  when everybody was shown the same and all words arrived, X is active everywhere;
  P5  two honest members with different entries for one place, once they exchanged a frame, both hold the proof.
Weakened variants must break one of them.  Bounds: b of 2 and 3, so that a member counted twice makes no difference here
(need is 2); that each counts once is tested on the real code."""
import sys
from itertools import combinations

# "half-is-enough", need = ceil(b/2), falls to P3 from four members on: two halves, each on its own fork.
VARIANTS = {"w-is-one": "P2", "x-counts": "P2", "any-head": "P2", "other-chain": "P2", "no-proof": "P5"}


def need(b):
    return min(b, b // 2 + 1)


def half(b):
    return min(b, max(2, (b + 1) // 2))


class Model:
    def __init__(self, b, liars, variant):
        self.b, self.liars, self.variant = b, liars, variant
        self.honest = [i for i in range(b) if i not in liars]

    def active(self, s, me):
        """s: (chain of each: None, 'X', 'Y'; words delivered: frozenset of (from, to, chain, at_s); proofs)."""
        chains, words, _ = s
        if chains[me] != "X":
            return False
        v = self.variant
        w = 1 if v == "w-is-one" else need(self.b)
        good = [m for m, to, c, at in words if to == me and (c == "X" or v == "other-chain") and (at or v == "any-head")]
        return len({m for m in good if m != "X" or v == "x-counts"} | {me}) >= w

    def steps(self, s):
        chains, words, proofs = s
        for i in self.honest:  # the roots show one of their two entries
            if chains[i] is None:
                for c in "XY":
                    yield tuple(c if j == i else x for j, x in enumerate(chains)), words, proofs
        for i in range(self.b):  # words: an honest member cosigns its own head, a liar anything, X itself too
            for j in self.honest:
                if i == j:
                    continue
                mine = [(chains[i], True)] if i in self.honest and chains[i] else []
                if i in self.honest:  # and its cosignature of the head before s, which counts for nothing
                    mine += [(chains[i] or "X", False)] if self.b == 2 else []
                else:
                    mine = [("X", True), ("Y", True)]
                for c, at in mine:
                    word = (i, j, c, at)
                    if word not in words:
                        yield chains, words | {word}, proofs
        if self.variant == "x-counts":
            for j in self.honest:
                if ("X", j, "X", True) not in words:
                    yield chains, words | {("X", j, "X", True)}, proofs
        for i, j in combinations(self.honest, 2):  # a frame each way: equal seq, other head
            if chains[i] and chains[j] and chains[i] != chains[j]:
                got = {i, j} if self.variant != "no-proof" else {i}
                if not {(i, j)} & proofs[1]:
                    yield chains, words, (proofs[0] | got, proofs[1] | {(i, j)})

    def wrong(self, s):
        chains, words, proofs = s
        on = [i for i in self.honest if self.active(s, i)]
        for me in on:
            signers = {m for m, to, c, at in words if to == me and c == "X" and at and m != "X"} | {me}
            if len(signers) < need(self.b):
                alone = not self.liars and [i for i in self.honest if chains[i] == "X"] == [me]
                return "P2: a private entry was let in" if alone and self.b >= 2 else "P1: too few witnesses"
        shown = {chains[i] for i in self.honest}
        words_in = all((i, j, "X", True) in words for i in self.honest for j in self.honest if i != j)
        if shown == {"X"} and words_in and len(on) != len(self.honest) and need(self.b) <= len(self.honest):
            return "P4: everybody saw it, and somebody waits for ever"
        for i, j in proofs[1]:
            if not {i, j} <= proofs[0]:
                return "P5: one end of a fork has no proof"
        return None

    def explore(self):
        first = ((None,) * self.b, frozenset(), (frozenset(), frozenset()))
        seen, todo = {first}, [first]
        while todo:
            s = todo.pop()
            bad = self.wrong(s)
            if bad:
                return len(seen), bad
            for t in self.steps(s):
                if t not in seen:
                    seen.add(t)
                    todo.append(t)
        return len(seen), None


def split_view(b, k, rule):
    """Two disjoint sets of honest members, each with the k liars, both reach the number."""
    h, w = b - k, rule(b)
    return any(x + k >= w and (h - x) + k >= w for x in range(1, h))


def main():
    failed = runs = 0
    table = {0: 0, 1: 1, 2: 2, 3: 2, 5: 3}  # proto/PROTOCOL.md 3
    assert all(need(b) == w for b, w in table.items())
    for b in (2, 3):
        for k in range(0, b):
            n, bad = Model(b, set(range(b - k, b)), None).explore()
            runs += 1
            failed += bad is not None
            print(f"{'ok  ' if bad is None else 'FAIL'} the rules, {b} members of whom {k} lie: {n} states, {bad or 'all properties hold'}")
    for v, prop in VARIANTS.items():
        found = [bad for b, k in ((2, 0), (3, 1)) for _, bad in [Model(b, set(range(b - k, b)), v).explore()] if bad]
        ok = any(f.startswith(prop) for f in found)
        runs += 1
        failed += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {v}: {found[0] if found else 'not caught'}")
    bad = [b for b in range(2, 41) if split_view(b, 0, need)]
    caught = [b for b in range(2, 41) if split_view(b, 0, half)]
    for name, ok, words in (("P3, a majority", not bad, "no split view without a liar, up to 40 members"),
                            ("half-is-enough", caught and caught[0] == 4, f"P3: a split view from {caught[0]} members on, without a liar")):
        runs += 1
        failed += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {name}: {words}")
    print(f"roster_model: {runs} runs, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
