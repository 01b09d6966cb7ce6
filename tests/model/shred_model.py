#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Shred and crash: every order of one or two erasures, a crash (and a torn write) at any step, again during recovery.

Disk := two halves of keyroot (readable or torn), the rows of wrapped case keys, the freed pages (every row there ever
was), the pending mark.  The rules are those of daemon/core/disk/shred.c and daemon/crypto/files/keyroot.c.
  L  at every instant the newest readable half opens every living case's row;
  D  when the node is at rest, no readable half holds a key that opens any copy of an erased case's row.
Weakened variants (--variant) must break one of them; `--all` runs the rules and every variant."""
import sys

VARIANTS = {
    "no-settle-at-start": "D",      # a crash between the two halves leaves the old wrap key readable
    "pending-forgotten": "D",       # a crash between erasure and shred leaves both
    "one-half-only": "D",           # never overwrite the other half
    "both-halves-first": "L",       # the old key is gone before the rows are wrapped anew
    "next-drawn-again": "L",        # after a crash a different next key
    "rename": "D",                  # a new file over the old one: its blocks stay
}


# A half is (counter, epoch, key, next epoch, next key); a torn one is None.
def readable(s):
    return [h for h in s["halves"] if h is not None]


def newest(s):
    return max(readable(s)) if readable(s) else None


def put_half(s, content, variant):
    """The older half in place; yields the torn state first.  rename: the old block joins the litter."""
    ctr = 1 + max(h[0] for h in readable(s))
    at = min((0, 1), key=lambda i: s["halves"][i][0] if s["halves"][i] else 0)
    torn = dict(s, halves=tuple(None if i == at else h for i, h in enumerate(s["halves"])))
    done = dict(s, halves=tuple((ctr, *content) if i == at else h for i, h in enumerate(s["halves"])))
    if variant == "rename" and s["halves"][at]:
        done["litter"] = s["litter"] | {s["halves"][at]}
    return torn, done


def erase(s, case):
    rows = {c: r for c, r in s["rows"] if c != case}
    return dict(s, rows=tuple(sorted(rows.items())), dead=s["dead"] | {case}, pending=True)


def shred(s, variant, fresh):
    """The steps, one by one; each yield is a state that a crash may leave."""
    _, epoch, key, nepoch, nkey = newest(s)
    if nepoch == 0 or variant == "next-drawn-again":
        nepoch = epoch + 1
        nkey = f"{next(fresh)}.{nepoch}"
    states = put_half(s, (epoch, key, nepoch, nkey), variant)
    yield from states
    s = states[1]
    if variant == "both-halves-first":
        for _ in range(2):
            states = put_half(s, (nepoch, nkey, 0, None), variant)
            yield from states
            s = states[1]
    rows = tuple((c, (nepoch, nkey)) for c, _ in s["rows"])
    s = dict(s, rows=rows, freed=s["freed"] | set(s["rows"]) | set(rows), pending=False)
    yield s
    for _ in range(1 if variant == "one-half-only" else 2):
        states = put_half(s, (nepoch, nkey, 0, None), variant)
        yield from states
        s = states[1]


def start(s, variant, fresh):
    """What core does before anything else."""
    waits = newest(s)[3] != 0 or (s["pending"] and variant != "pending-forgotten")
    if waits:
        for s in shred(s, variant, fresh):
            yield s
    if variant not in ("no-settle-at-start", "one-half-only"):
        content = newest(s)[1:]
        for _ in range(2):
            states = put_half(s, content, variant)
            yield from states
            s = states[1]
    yield s


def living_lost(s):
    n = newest(s)
    if n is None:
        return "no readable half"
    held = {(n[1], n[2])} | ({(n[3], n[4])} if n[3] else set())
    return next((c for c, r in s["rows"] if r not in held), None)


def dead_kept(s):
    held = set()
    for h in list(readable(s)) + list(s["litter"]):
        held |= {(h[1], h[2])} | ({(h[3], h[4])} if h[3] else set())
    return next((c for c, r in s["freed"] if c in s["dead"] and r in held), None)


drawn = [100]


def keys(variant):
    """Names of wrap keys.  One shred draws one; only the variant that forgets what it drew draws others."""
    while True:
        drawn[0] += variant == "next-drawn-again"
        yield f"W{drawn[0]}"


def run(variant):
    """Depth: one erasure, a second one after it; up to two crashes in each shred or start.  Returns (states, fault)."""
    seen, count = set(), 0

    def frozen(s):
        return (s["halves"], s["rows"], s["freed"], s["litter"], s["pending"], s["dead"])

    def check(s):
        nonlocal count
        k = frozen(s)
        if k not in seen:
            seen.add(k)
            count += 1
        lost = living_lost(s)
        return f"L: {lost} cannot be opened" if lost else None

    def settle(s, crashes):
        """Run start() with up to that many crashes inside; yields every state at rest, or a fault."""
        if crashes > 0:
            for mid in start(s, variant, keys(variant)):
                bad = check(mid)
                if bad:
                    yield bad
                    return
                yield from settle(mid, crashes - 1)
        last = s
        for mid in start(s, variant, keys(variant)):
            bad = check(mid)
            if bad:
                yield bad
                return
            last = mid
        yield last

    begin = {"halves": ((1, 1, "W1", 0, None), (2, 1, "W1", 0, None)), "rows": tuple((c, (1, "W1")) for c in "abc"),
             "freed": frozenset((c, (1, "W1")) for c in "abc"), "litter": frozenset(), "pending": False, "dead": frozenset()}
    frontier = [begin]
    for case in "ab":
        after = {}
        for s in frontier:
            s = erase(s, case)
            mids = [s]
            for mid in shred(s, variant, keys(variant)):
                bad = check(mid)
                if bad:
                    return count, bad
                mids.append(mid)
            for mid in mids[:-1]:  # a crash after each step: power on again
                for rest in settle(mid, 2):
                    if isinstance(rest, str):
                        return count, rest
                    kept = dead_kept(rest)
                    if kept:
                        return count, f"D: erased {kept} can still be opened"
                    after[frozen(rest)] = rest
            kept = dead_kept(mids[-1])
            if kept:
                return count, f"D: erased {kept} can still be opened"
            after[frozen(mids[-1])] = mids[-1]
        frontier = list(after.values())[:200]
    return count, None


def main():
    if sys.argv[1:] != ["--all"]:
        variant = sys.argv[2] if sys.argv[1:2] == ["--variant"] else None
        count, bad = run(variant)
        print(f"shred_model: {count} states, {bad or 'both properties hold'}")
        return bad is not None
    failed = 0
    count, bad = run(None)
    print(f"{'ok  ' if bad is None else 'FAIL'} the rules: {count} states, {bad or 'both properties hold'}")
    failed += bad is not None
    for v, prop in VARIANTS.items():
        count, bad = run(v)
        ok = bad is not None and bad.startswith(prop)
        print(f"{'ok  ' if ok else 'FAIL'} {v}: {bad or 'not caught'}")
        failed += not ok
    print(f"shred_model: {1 + len(VARIANTS)} runs, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
