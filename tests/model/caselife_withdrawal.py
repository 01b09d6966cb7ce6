#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Withdrawal of a consent along a tree of holders: onward disclosure, partners away, restores from old backups.

Node 0 collected the consent; each holder passed the person on to its children under it.  A withdrawal goes down edge by
edge; each holder erases, answers (ERASED: how many it passed on to; firm: it is sure of that number), and passes its
children's answers up.  A disk may go back to a backup, with or without the ledger of erasures.  Small trees are walked
exhaustively, large ones by seed.  Each rule has a name; --without NAME shows what it is for.

rules  standing    a withdrawn grant is a state: whatever turns up under it later is erased or passed on too
       firm        a restored holder calls its number firm only when every member was heard
       flag        thread heads say "withdrawn": a restored holder acts on it before an administrator confirmed the loss
       quarantine  a restored holder discloses nothing onward before every member was heard
       correct     a number that grew is told again"""
import argparse
import random
import sys
from collections import deque, namedtuple

# holds: can be read here; knows: withdrawn; led: children disclosed to; told: children told of the withdrawal;
# said: (number, firm) of own answers, in order, as the log to the parent has them; got: answers held from children;
# up: answers passed up; heard: members heard since the last loss (None: no loss); ledger: remembers that it erased
Node = namedtuple("Node", "holds knows led told said got up heard ledger")
RULES = ("standing", "firm", "flag", "quarantine", "correct")


class Tree:
    def __init__(self, parent, rules, restores, keep_ledger):
        self.parent, self.rules, self.restores, self.keep_ledger = parent, rules, restores, keep_ledger
        self.n = len(parent)
        self.kids = [[c for c in range(self.n) if parent[c] == p] for p in range(self.n)]

    def start(self):
        root = Node(False, False, frozenset(), frozenset(), (), frozenset(), frozenset(), None, False)
        leaf = root
        # nodes; wire[c]: what c's own copy of the edge to its parent holds: (disclosed, withdrawn, answers, passed up)
        return (tuple([root] + [leaf] * (self.n - 1)), tuple([None] * self.n), 0, False)

    def sure(self, x, i):
        h = x[0][i].heard
        return h is None or len(h) == self.n - 1

    def compared(self, x, i, j):
        h, g = x[0][i].heard, x[0][j].heard
        return (h is None or j in h) and (g is None or i in g)

    def succ(self, x):
        nodes, backups, k, asked = x
        out = []

        def put(what, i, node, **kw):
            ns = list(nodes)
            ns[i] = node
            for key, val in kw.get("others", {}).items():
                ns[key] = val
            y = (tuple(ns), kw.get("backups", backups), kw.get("k", k), kw.get("asked", asked))
            if y != x:
                out.append((what, y))

        if not asked:
            put("the person withdraws", 0, nodes[0]._replace(knows=True), asked=True)
        for i, a in enumerate(nodes):
            # disclosing onward, while nothing is known against it
            free = i == 0 or a.holds
            if free and not a.knows and ("quarantine" not in self.rules or self.sure(x, i)):
                for c in self.kids[i]:
                    if c not in a.led and nodes[c].heard is None and not nodes[c].ledger:
                        b = nodes[c]
                        put("%d -> %d: the person" % (i, c), i, a._replace(led=a.led | {c}), others={c: b._replace(holds=True)})
            if a.knows:
                if a.holds:
                    put("%d erases" % i, i, a._replace(holds=False, ledger=True))
                for c in a.led - a.told:
                    if self.compared(x, i, c):
                        b = nodes[c]
                        put("%d -> %d: withdrawn" % (i, c), i, a._replace(told=a.told | {c}),
                            others={c: b._replace(knows=True)})
                if i > 0 and not a.holds and self.compared(x, i, self.parent[i]):
                    firm = self.sure(x, i) or "firm" not in self.rules
                    last = a.said[-1] if a.said else None
                    now = (len(a.led), firm)
                    if last is None or (last != now and ("correct" in self.rules)):
                        p = self.parent[i]
                        put("%d: answer %s" % (i, now), i, a._replace(said=a.said + (now,)),
                            others={p: nodes[p]._replace(got=nodes[p].got | {(i, p, now, len(a.said))})})
                if i > 0:
                    for r in a.got - a.up:
                        if self.compared(x, i, self.parent[i]):
                            p = self.parent[i]
                            put("%d passes up %s" % (i, r), i, a._replace(up=a.up | {r}),
                                others={p: nodes[p]._replace(got=nodes[p].got | {r})})
            # what one is told again although its own memory lacks it: comparing threads
            if a.heard is not None and len(a.heard) < self.n - 1:
                for j in range(self.n):
                    if j != i and j not in a.heard:
                        put("%d and %d compared" % (i, j), i, self.compare(x, i, j))
        if k < self.restores:
            for i, a in enumerate(nodes):
                if backups[i] is None:
                    bs = list(backups)
                    bs[i] = a
                    put("%d backup" % i, i, a, backups=tuple(bs))
                elif i > 0 or asked:
                    b = backups[i]
                    wiped = a.ledger and self.keep_ledger
                    b = b._replace(heard=frozenset(), holds=b.holds and not wiped, ledger=b.ledger or wiped)
                    if i == 0 and not any(c.knows for c in nodes[1:]):
                        b = b._replace(knows=True)  # nobody heard of it: the worker does it again
                    put("%d restored" % i, i, b, k=k + 1)
        return out

    def compare(self, x, i, j):
        """i learns from j what it had told j, and what j says of the thread."""
        nodes = x[0]
        a, b = nodes[i], nodes[j]
        a = a._replace(heard=a.heard | {j})
        if self.parent[j] == i:  # a child: it holds our words to it
            if b.holds or b.ledger or b.knows or b.said:
                a = a._replace(led=a.led | {j})
            if b.knows:
                a = a._replace(told=a.told | {j})
                if "flag" in self.rules or i == 0:
                    a = a._replace(knows=True)
            a = a._replace(got=a.got | {(j, i, v, n) for n, v in enumerate(b.said)} | frozenset(b.up))
        if self.parent[i] == j:  # our parent
            mine = sorted((n, v) for (c, _, v, n) in b.got if c == i)
            if len(mine) > len(a.said):
                a = a._replace(said=tuple(v for _, v in mine))
            a = a._replace(up=a.up | frozenset(r for r in b.got if r[0] != i and self.under(r[0], i)))
            if b.knows and i in b.told and ("flag" in self.rules) and ("standing" in self.rules or not a.ledger):
                a = a._replace(knows=True)
        if a.knows and "standing" not in self.rules and a.said:
            a = a._replace(told=a.told | a.led)  # it was dealt with once
        return a

    def under(self, c, i):
        while c > 0:
            if c == i:
                return True
            c = self.parent[c]
        return False

    def complete(self, x):
        """Does node 0 believe that every holder answered?"""
        root = x[0][0]
        if not root.knows or ("firm" in self.rules and not self.sure(x, 0)):
            return False  # it lost state itself: its own number is not firm
        last = {}
        for (c, p, v, n) in root.got:
            if c not in last or n > last[c][1]:
                last[c] = (v, n)
        todo = [(0, len(root.led))]
        while todo:
            i, number = todo.pop()
            kids = [c for c in last if self.parent[c] == i]
            if len(kids) < number:
                return False
            for c in kids:
                if not last[c][0][1]:
                    return False
                todo.append((c, last[c][0][0]))
        return True

    def check(self, x):
        bad = []
        if self.complete(x):
            for i, a in enumerate(x[0][1:], 1):
                if a.holds and not a.knows and a.heard is None:
                    bad.append("node 0 thinks all is erased, and a holder that lost nothing reads it")
                if a.holds and not a.knows and a.heard is not None and self.sure(x, i):
                    bad.append("a restored holder reads again although every member was heard")
        return bad

    def rest(self, x):
        bad = []
        if x[3] and x[0][0].knows:
            if any(a.holds for a in x[0][1:]):
                bad.append("at rest a holder still reads what was withdrawn")
            if not self.complete(x):
                bad.append("at rest node 0 misses an answer")
        return bad


QUIET = ("->", "backup", "restored", "the person")


def is_machine(w):
    return not (w.endswith("the person") or w.endswith("backup") or w.endswith("restored") or w.startswith("the person"))


def explore(t, limit):
    x0 = t.start()
    seen, q = {x0: None}, deque([x0])
    found, rests = {}, 0
    while q and len(seen) < limit:
        x = q.popleft()
        nxt = t.succ(x)
        for b in t.check(x):
            found.setdefault(b, x)
        if not [1 for w, _ in nxt if is_machine(w)]:
            rests += 1
            for b in t.rest(x):
                found.setdefault(b, x)
        for w, y in nxt:
            if y not in seen:
                seen[y] = (x, w)
                q.append(y)
    return seen, found, rests, len(q) == 0


def trace(seen, x):
    out = []
    while seen[x] is not None:
        x, w = seen[x]
        out.append(w)
    return " | ".join(reversed(out))


def walk(seed, nodes, depth, rules, restores, keep):
    rnd = random.Random(seed)
    parent, level = [-1], [0]
    while len(parent) < nodes:
        p = rnd.choice([i for i in range(len(parent)) if level[i] < depth])
        parent.append(p)
        level.append(level[p] + 1)
    t = Tree(parent, rules, restores, keep)
    x = t.start()
    away = {i: rnd.randrange(200, 1200) for i in rnd.sample(range(1, nodes), 2)}  # two nodes are down for a while
    for step in range(6000):
        nxt = t.succ(x)
        if step < 3000:
            nxt = [(w, y) for w, y in nxt if not any(str(i) in w.replace(":", " ").split() for i in away if step < away[i])]
        else:  # nobody loses anything any more
            nxt = [(w, y) for w, y in nxt if is_machine(w)]
        if step < 300:
            nxt = [(w, y) for w, y in nxt if not w.startswith("the person")]
        elif not x[3]:
            nxt = [(w, y) for w, y in nxt if w.startswith("the person")] or nxt
        heavy = [z for z in nxt if z[0].endswith(("restored", "backup"))]
        light = [z for z in nxt if z not in heavy]
        if not nxt:
            if step >= 3000:
                break
            continue
        pick = rnd.choice(heavy) if heavy and (not light or rnd.random() < .03) else rnd.choice(light or heavy)
        x = pick[1]
        bad = t.check(x)
        if bad:
            return "seed %d step %d after '%s': %s" % (seed, step, pick[0], bad[0])
    bad = t.rest(x)
    return "seed %d: %s" % (seed, bad[0]) if bad else None


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--without", action="append", default=[], choices=RULES)
    p.add_argument("--tree", default="chain", choices=("chain", "fork"), help="0-1-2, or 0-1 with 1-2 and 1-3")
    p.add_argument("--restores", type=int, default=1)
    p.add_argument("--ledger-lost", action="store_true")
    p.add_argument("--seeds", type=int, default=0, help="random walks over 27 nodes, depth 4, two of them away")
    p.add_argument("--limit", type=int, default=2000000)
    a = p.parse_args()
    rules = set(RULES) - set(a.without)
    if a.seeds:
        bad = [b for b in (walk(s, 27, 4, rules, 6, not a.ledger_lost) for s in range(1, a.seeds + 1)) if b]
        print("27 nodes, depth 4, %d seeds, without %s: %d failed" % (a.seeds, ",".join(a.without) or "nothing", len(bad)))
        for b in bad[:3]:
            print("  " + b)
        sys.exit(1 if bad else 0)
    t = Tree([-1, 0, 1] if a.tree == "chain" else [-1, 0, 1, 1], rules, a.restores, not a.ledger_lost)
    seen, found, rests, whole = explore(t, a.limit)
    print("tree=%s restores=%d ledger=%s without=%s states=%d%s at-rest=%d violations=%d" % (
        a.tree, a.restores, "lost" if a.ledger_lost else "kept", ",".join(a.without) or "nothing", len(seen), "" if whole else " (limit)",
        rests, len(found)))
    for b, x in found.items():
        print("  %s\n    %s" % (b, trace(seen, x)))
    sys.exit(1 if found else 0)
