#!/usr/bin/python3
"""Handover of a whole case over two signed logs, with backups, restores, withdrawal and erasure in between.

Exhaustive: every order of acts, deliveries, backups and restores within the bounds.  Each side keeps its own log, a copy
of the other's, its content, and whether it was compared with the partner since its last loss of state.  Documents of a log
arrive in order; loss is delay.  A restore puts a node back to any one backup; the partner gives back what it holds
(RETURNED wins).  GRANT and COMMIT are the documents cede and take.  --variant text leaves out every rule that was found to be
missing; each has a name, and leaving one out shows what it is for.  --table prints what handover_table prints of the real table."""
import argparse
import sys
from collections import deque, namedtuple

N = namedtuple("N", "log copy content settled released keys erased owes")
# log: own acts (act, seen); copy: of the partner's log; content: S live|sealed (only R can open it)|gone, R none|cipher|live|gone
# settled: compared since the last loss; released: a person let the case go before that; keys: R has the bundle's key;
# erased: this node wiped it on purpose and its ledger remembers; owes: reclaimed before it was compared, to be signed after
TABLE = {  # (side, act): {from: to}; None: stays
    ("S", "PROPOSE"): {"NONE": "PROPOSED"},
    ("R", "AGREE"): {"PROPOSED": "AGREED"},
    ("R", "REFUSE"): {s: "REFUSED" for s in ("PROPOSED", "AGREED", "BUNDLED", "STAGED", "GRANTED")},
    ("S", "BUNDLE"): {"AGREED": "BUNDLED"},
    ("R", "STAGED"): {"BUNDLED": "STAGED"},
    ("S", "ABORT"): {s: "ABORTED" for s in ("PROPOSED", "AGREED", "BUNDLED", "STAGED")},
    ("S", "GRANT"): {"STAGED": "GRANTED"},
    ("R", "COMMIT"): {"GRANTED": "COMMITTED"},
    ("S", "RECLAIM"): {"GRANTED": "RECLAIMED", "COMMITTED": "RECLAIMED"},
    ("S", "ADDENDUM"): {s: None for s in ("BUNDLED", "STAGED", "GRANTED", "COMMITTED")},
    # what the walk with restores does not do, and the table has
    ("S", "EXPIRE"): {s: "EXPIRED" for s in ("PROPOSED", "AGREED")},
    ("R", "ADDENDUM"): {s: None for s in ("COMMITTED", "RECLAIMED", "SUPERSEDED")},
    ("S", "SUPERSEDED"): {s: "SUPERSEDED" for s in ("GRANTED", "COMMITTED")},
}
MAY = {("S", "RECLAIM"): ("GRANTED",)}  # where the author's node lets less through than the fold understands
STATES = ("NONE", "PROPOSED", "AGREED", "BUNDLED", "STAGED", "GRANTED", "COMMITTED", "REFUSED", "EXPIRED", "ABORTED", "RECLAIMED",
          "SUPERSEDED")  # in the order of enum handover_state
BACK = ("NONE", "PROPOSED", "AGREED", "REFUSED", "EXPIRED", "ABORTED", "RECLAIMED")  # S holds the pen


def fold(sl, rl):
    i = j = 0
    st = "NONE"
    while True:
        if j < len(rl) and rl[j][1] <= i:
            who, act = "R", rl[j][0]
            j += 1
        elif i < len(sl) and sl[i][1] <= j:
            who, act = "S", sl[i][0]
            i += 1
        else:
            return st
        row = TABLE[(who, act)]
        if st in row and row[st] is not None:
            st = row[st]


def view(side, n):
    return fold(n.log, n.copy) if side == "S" else fold(n.copy, n.log)


def common(a, b):
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    return k


class Model:
    def __init__(self, fixes, restores, reclaim, addenda, withdraw, ledger_lost):
        self.ledger_lost = ledger_lost
        self.f, self.max_restores, self.reclaim, self.addenda, self.withdraw = fixes, restores, reclaim, addenda, withdraw

    def start(self):
        s = N((), (), "live", True, False, True, False, False)
        r = N((), (), "none", True, False, False, False, False)
        return (s, r, None, None, 0, False)  # S, R, backup of S, of R, restores so far, the person withdrew

    # who may change the file, and who can read it
    def writer(self, side, n):
        if n.content != "live" or n.erased:
            return False
        if "quarantine" in self.f and not n.settled and not n.released:
            return False
        st = view(side, n)
        return st in BACK or n.released if side == "S" else st == "COMMITTED"

    def may_sign(self, n):
        return n.settled or "quarantine" not in self.f

    def succ(self, x):
        s, r, bs, br, k, wd = x
        out = []

        def add(s=s, r=r, bs=bs, br=br, k=k, wd=wd, what=""):
            y = (s, r, bs, br, k, wd)
            if y != x:
                out.append((what, y))

        sv, rv = view("S", s), view("R", r)
        has_content = s.content in ("live", "sealed")

        def s_act(act, **kw):
            add(s=s._replace(log=s.log + ((act, len(s.copy)),), **kw), what="S " + act)

        def r_act(act, **kw):
            add(r=r._replace(log=r.log + ((act, len(r.copy)),), **kw), what="R " + act)

        if self.may_sign(s):
            if sv == "NONE" and s.content == "live":
                s_act("PROPOSE")
            if sv == "AGREED" and s.content == "live":
                s_act("BUNDLE")
            if sv in ("PROPOSED", "AGREED", "BUNDLED", "STAGED"):
                s_act("ABORT")
            if sv == "STAGED" and has_content:
                s_act("GRANT")
            if sv in ("BUNDLED", "STAGED", "GRANTED") and has_content and sum(a == "ADDENDUM" for a, _ in s.log) < self.addenda:
                s_act("ADDENDUM")
        if self.reclaim and sv == "GRANTED" and has_content and (self.may_sign(s) or "reclaim-waits" not in self.f):
            s_act("RECLAIM", released=not self.may_sign(s))
        if self.reclaim and "reclaim-waits" in self.f and not s.settled and not s.released and s.content == "live":
            add(s=s._replace(released=True, owes=sv == "GRANTED"), what="S let go before it was compared (two persons)")
        if self.may_sign(r):
            if rv == "PROPOSED":
                r_act("AGREE")
            if rv in ("PROPOSED", "AGREED", "BUNDLED", "STAGED", "GRANTED"):
                r_act("REFUSE", content="gone" if r.content != "none" else "none", keys=False)
            if rv == "BUNDLED" and r.content == "none" and has_content:
                add(r=r._replace(content="cipher"), what="R has every chunk")  # pulled from S
            if rv == "BUNDLED" and r.content == "cipher":
                r_act("STAGED")
            if rv == "GRANTED" and r.content == "cipher" and r.keys:
                r_act("COMMIT", content="live")
        # what R lacks although the logs say that it owns the case: S gives it again while it keeps it
        if rv == "COMMITTED" and r.content in ("none", "cipher") and not r.erased and has_content and s.settled and r.settled and \
                "keep-sealed" in self.f:
            add(r=r._replace(content="live", keys=True), what="the bundle is given again")
        # delivery: the next entry of a log, if the copy is a true beginning of it and what it has seen is in hand
        for a, b, me in ((s, r, "S"), (r, s, "R")):
            c = common(a.log, b.copy)
            if c == len(b.copy) and c < len(a.log) and a.log[c][1] <= len(b.log) and self.may_sign(a):
                nb = b._replace(copy=a.log[:c + 1])
                act = a.log[c][0]
                if me == "S":
                    if act == "GRANT":
                        nb = nb._replace(keys="key-in-grant" not in self.f or has_content)
                    if act == "BUNDLE" and "key-in-grant" not in self.f:
                        nb = nb._replace(keys=True)
                    if view("R", nb) in ("ABORTED", "RECLAIMED") and nb.content != "none":
                        nb = nb._replace(content="gone", keys=False)
                    add(r=nb, what="-> R " + act)
                else:
                    if view("S", nb) == "COMMITTED" and nb.content != "gone" and (s.settled or "seal-when-settled" not in self.f):
                        nb = nb._replace(content="sealed" if "keep-sealed" in self.f else "gone")
                    add(s=nb, what="-> S " + act)
        # compared: each log is what the partner holds of it, if that is more; RETURNED wins
        for me, a, b in (("S", s, r), ("R", r, s)):
            if a.settled:
                continue
            log = b.copy if common(a.log, b.copy) == len(a.log) or common(a.log, b.copy) < len(b.copy) else a.log
            need = max([seen for _, seen in log], default=0)
            if common(a.copy, b.log) == len(b.log):
                copy = a.copy  # the partner lost some of it: kept, and given back when it asks
            elif common(a.copy, b.log) == len(a.copy):
                copy = b.log[:max(need, len(a.copy))]
            else:
                copy = b.log[:max(need, common(a.copy, b.log))]  # what follows an act that lost its place goes too
            if need > len(copy):
                continue
            n = a._replace(log=log, copy=copy, settled=True, released=False, owes=False)
            if me == "S":
                st = view("S", n)
                if a.owes and st in ("GRANTED", "COMMITTED"):  # signed anew, at the end of the whole log
                    n = n._replace(log=n.log + (("RECLAIM", len(n.copy)),))
                    st = "RECLAIMED"
                if st == "COMMITTED" and n.content == "live":
                    n = n._replace(content="sealed" if "keep-sealed" in self.f else "gone")
                if r.erased and "withdrawal-is-state" in self.f:
                    n = n._replace(content="gone", erased=True)
                add(s=n, what="S compared")
            else:
                st = view("R", n)
                if st == "COMMITTED" and n.content == "cipher" and n.keys:
                    n = n._replace(content="live")
                if st in ("ABORTED", "RECLAIMED", "REFUSED") and n.content != "none":
                    n = n._replace(content="gone", keys=False)
                if s.erased and "withdrawal-is-state" in self.f and n.content != "none":
                    n = n._replace(content="gone", erased=True, keys=False)
                add(r=n, what="R compared")
        # backups, restores
        if k < self.max_restores:
            if bs is None:
                add(bs=s, what="S backup")
            if br is None:
                add(br=r, what="R backup")
            for me, b, now in (("S", bs, s), ("R", br, r)):
                if b is None:
                    continue
                n = b._replace(settled="quarantine" not in self.f, released=False)
                if now.erased and not self.ledger_lost:  # it lies beside the store, and at two partners
                    n = n._replace(content="gone", erased=True, keys=False)
                add(**{me.lower(): n}, k=k + 1, what=me + " restored")
        # the promised horizon passed: no backup from before the COMMIT can come back any more
        if s.content == "sealed" and view("S", s) == "COMMITTED" and s.settled and r.settled and r.content == "live" and \
                (br is None or view("R", br) == "COMMITTED" and br.content == "live" or k >= self.max_restores):
            add(s=s._replace(content="gone"), what="S: horizon passed, tombstone")
        # the person withdraws (at S; R learns of it by the consent thread, which is not modelled: at once or later)
        if self.withdraw and not wd:
            add(s=s._replace(content="gone", erased=True), wd=True, what="withdrawn at S")
        if s.erased and s.settled and not r.erased and r.content != "none":
            add(r=r._replace(content="gone", erased=True, keys=False), what="withdrawal reaches R")
        return out


def check(m, x):
    s, r, bs, br, k, wd = x
    bad = []
    reclaimed = s.released or any(a == "RECLAIM" for a, _ in s.log)
    if m.writer("S", s) and m.writer("R", r) and not reclaimed:
        bad.append("two writers")
    if r.content == "live" and not any(a == "COMMIT" for a, _ in r.log) and not any(a == "COMMIT" for a, _ in s.copy):
        bad.append("R reads before COMMIT")
    if r.keys and r.content == "cipher" and view("R", r) in ("BUNDLED", "STAGED"):
        bad.append("a root at R can open a staged bundle")
    return bad


def at_rest(m, x):
    """Nothing on its way, all compared: exactly one owner, with the file; nobody else reads it."""
    s, r, bs, br, k, wd = x
    bad = []
    sw, rw = m.writer("S", s), m.writer("R", r)
    if s.erased or r.erased:
        if s.content == "live" or r.content == "live":
            bad.append("readable although one of them knows that it was withdrawn")
        return bad
    if sw + rw != 1:
        bad.append("owners at rest: %d (S %s %s, R %s %s)" % (sw + rw, view("S", s), s.content, view("R", r), r.content))
    if rw:
        missed = sum(a == "ADDENDUM" for a, _ in s.log) - sum(a == "ADDENDUM" for a, _ in r.copy)
        if missed:
            bad.append("an addendum did not reach the owner")
    return bad


MACHINE = ("->", "R has", "R COMMIT", "S compared", "R compared", "the bundle", "S: horizon", "withdrawal reaches")


def run(m, limit):
    x0 = m.start()
    seen = {x0: None}
    q = deque([x0])
    found, rests, stuck = {}, 0, {}
    while q:
        x = q.popleft()
        nxt = m.succ(x)
        for b in check(m, x):
            found.setdefault(b, x)
        if not [1 for w, _ in nxt if w.startswith(MACHINE)]:
            st = view("S", x[0])
            open_ended = st in ("PROPOSED", "AGREED", "BUNDLED", "STAGED", "GRANTED")
            if not open_ended or x[0].erased or x[1].erased:
                rests += 1
                for b in at_rest(m, x):
                    found.setdefault(b, x)
            elif not nxt:
                stuck[(st, view("R", x[1]), x[0].content, x[1].content)] = x
        for w, y in nxt:
            if y not in seen:
                seen[y] = (x, w)
                q.append(y)
        if len(seen) > limit:
            print("  limit of states reached", file=sys.stderr)
            break
    return seen, found, rests, stuck


def trace(seen, x):
    out = []
    while seen[x] is not None:
        x, w = seen[x]
        out.append(w)
    return " | ".join(reversed(out))


def table(max_s, max_r):
    """Every order of acts and deliveries without loss, up to so many acts of each side."""
    def acts(st, who):
        return [a for (w, a), to in TABLE.items() if w == who and st in MAY.get((w, a), to)]

    start = ((), (), 0, 0)  # logs of S and R; how many of S lie at R, of R at S
    seen, q = {start}, deque([start])
    n = dict.fromkeys("configurations delivered divergent to-rollbacks stuck reopened two-writers reclaim-free".split(), 0)
    pairs, cache = {}, {}

    def state(a, b):
        if (a, b) not in cache:
            cache[(a, b)] = fold(a, b)
        return cache[(a, b)]

    while q:
        sl, rl, ds, dr = q.popleft()
        sv, rv = state(sl, rl[:dr]), state(sl[:ds], rl)
        n["configurations"] += 1
        pairs[(sv, rv)] = pairs.get((sv, rv), 0) + 1
        if sv in BACK and rv == "COMMITTED":
            n["two-writers"] += 1
            n["reclaim-free"] += all(a != "RECLAIM" for a, _ in sl)
        if ds == len(sl) and dr == len(rl):
            n["delivered"] += 1
            n["divergent"] += sv != rv
            n["stuck"] += sv in STATES[:6] and not acts(sv, "S") and not acts(sv, "R")
        out = []
        if len(sl) < max_s:
            out += [(sl + ((a, dr),), rl, ds, dr) for a in acts(sv, "S")]
        if len(rl) < max_r:
            for a in acts(rv, "R"):
                r2 = rl + ((a, ds),)
                to = TABLE[("R", a)].get(rv)
                n["to-rollbacks"] += state(sl[:ds], r2) != (to if to is not None else rv)
                out.append((sl, r2, ds, dr))
        if ds < len(sl):
            out.append((sl, rl, ds + 1, dr))
        if dr < len(rl):
            n["reopened"] += STATES.index(sv) >= 6 and STATES.index(state(sl, rl[:dr + 1])) < 6
            out.append((sl, rl, ds, dr + 1))
        for x in out:
            if x not in seen:
                seen.add(x)
                q.append(x)
    print("maxS=%d maxR=%d " % (max_s, max_r) + " ".join("%s=%d" % kv for kv in n.items()))
    for a in range(len(STATES)):
        for b in range(len(STATES)):
            if (STATES[a], STATES[b]) in pairs:
                print("%d %d %d" % (a, b, pairs[(STATES[a], STATES[b])]))


FIXES = ("quarantine", "keep-sealed", "key-in-grant", "seal-when-settled", "withdrawal-is-state", "reclaim-waits")
if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--variant", default="fixed", help="text, fixed, or without-FIX: " + ", ".join(FIXES))
    p.add_argument("--restores", type=int, default=1)
    p.add_argument("--addenda", type=int, default=1)
    p.add_argument("--reclaim", action="store_true")
    p.add_argument("--withdraw", action="store_true")
    p.add_argument("--ledger-lost", action="store_true", help="a restore does not know what was erased after the backup")
    p.add_argument("--limit", type=int, default=3000000)
    p.add_argument("--table", type=int, nargs=2, metavar=("S", "R"), help="acts of each side")
    a = p.parse_args()
    if a.table:
        table(*a.table)
        sys.exit(0)
    fixes = set() if a.variant == "text" else set(FIXES)
    if a.variant.startswith("without-"):
        fixes.discard(a.variant[8:])
    m = Model(fixes, a.restores, a.reclaim, a.addenda, a.withdraw, a.ledger_lost)
    seen, found, rests, stuck = run(m, a.limit)
    print("variant=%s restores=%d reclaim=%s withdraw=%s states=%d at-rest=%d violations=%d stuck=%d" % (
        a.variant, a.restores, a.reclaim, a.withdraw, len(seen), rests, len(found), len(stuck)))
    for b, x in found.items():
        print("  %s\n    %s" % (b, trace(seen, x)))
    for key, x in stuck.items():
        print("  nobody can move: %s\n    %s" % (key, trace(seen, x)))
    sys.exit(1 if found or stuck else 0)
