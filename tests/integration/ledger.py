# SPDX-License-Identifier: EUPL-1.2
"""What a quarter's own figures should be, computed anew from what somebody saw happen: section 9 of PROTOCOL.md, without the daemon."""
import collections
import datetime
import zoneinfo

NL = zoneinfo.ZoneInfo("Europe/Amsterdam")
PATIENCE = 14 * 86400
ANSWERS = {"accepted": "accepted", "on-hold": "accepted", "active": "accepted", "withdraw-pending": "accepted", "outcome": "accepted",
           "reopen-pending": "accepted", "closed": "accepted", "declined": "declined", "redirected": "redirected", "withdrawn": "withdrawn",
           "revoked": "withdrawn", "error": "withdrawn", "expired": "unanswered"}
UNSUITABLE = ("out-of-area", "not-eligible", "wrong-service")
LATE = ("accepted", "declined", "redirected")


def local(at):
    return datetime.datetime.fromtimestamp(at, NL).date()


def quarter(at):
    d = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
    return f"{d.year}Q{(d.month - 1) // 3 + 1}"


def easter(year):
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return datetime.date(year, f // 31, f % 31 + 1)


def free(day):
    """Nobody works in the Netherlands."""
    king = datetime.date(day.year, 4, 27)
    king -= datetime.timedelta(king.weekday() == 6)
    return (day.weekday() >= 5 or (day.month, day.day) in ((1, 1), (12, 25), (12, 26)) or day == king or
            (day - easter(day.year)).days in (1, 39, 50))


def working_days(since, until):
    first, last = local(since), local(until)
    days = (first + datetime.timedelta(i) for i in range(1, (last - first).days + 1))
    return sum(not free(d) for d in days)


def word(answer, days):
    if answer == "accepted":
        return "accepted_" + next((str(n) for n in (1, 2, 5, 10) if days <= n), "more")
    if answer == "declined":
        return "declined_2" if days <= 2 else "declined_more"
    return "unanswered" if answer == "undelivered" else answer


class Act:
    """One row of a referral's history, as this node came to know it."""

    def __init__(self, side, act, state, reason, seen):
        self.side, self.act, self.state, self.reason, self.seen = side, act, state, reason, seen

    def __repr__(self):
        return f"{local(self.seen)} {self.side} {self.act} {self.reason}: {self.state}"


class Story:
    """One referral at one node."""

    def __init__(self, me, sender, receiver, need, written):
        self.me, self.sender, self.receiver, self.need, self.written = me, sender, receiver, need, written
        self.stored, self.log = None, []  # stored: when it was at the receiver
        self.closed = None

    def close(self, now):
        self.closed = [e for e in self.happened() if e[0] < now]

    def events(self):
        return self.happened() if self.closed is None else self.closed

    def happened(self):
        """(second, table, cell) of everything that counts."""
        mine = self.me == self.receiver
        first = next((a for a in self.log if a.state in ANSWERS), None)
        spoke = next((a.seen for a in self.log if a.side == "receiver"), float("inf"))
        answer = first and ANSWERS[first.state]
        delivered = mine or (self.stored is not None and self.stored < self.written + PATIENCE)
        due = (self.stored if delivered else self.written) + PATIENCE
        if first is None or first.seen >= due:
            yield from self.told(due, "unanswered" if delivered else "undelivered", min(spoke, due), None)
            if answer in LATE:
                yield from self.told(first.seen, "late", min(spoke, first.seen), None)
        else:
            yield from self.told(first.seen, answer, min(spoke, first.seen), first)
        if mine and answer == "accepted":
            for a in self.log[self.log.index(first):]:
                end = {"outcome": (a.reason or "").replace("-", "_"), "withdrawn": "taken_back", "revoked": "revoked",
                       "declined": "not_completed"}.get(a.state)
                if end is not None:
                    yield a.seen, "nodes", end
                    break

    def told(self, at, answer, spoke, act):
        yield at, "pairs", (self.sender, self.receiver, answer)
        if self.me != self.receiver:
            return
        yield at, "nodes", word(answer, working_days(self.stored, spoke))
        if answer == "declined" and self.need:
            kind = "no_capacity" if act.reason == "no-capacity" else "unsuitable" if act.reason in UNSUITABLE else "other"
            yield at, "needs", (self.need, kind)


def expected(stories, now):
    """{quarter: {(table, cell): how many}} of one node."""
    out = collections.defaultdict(collections.Counter)
    for s in stories:
        for at, table, cell in s.events():
            if at < now:
                out[quarter(at)][table, cell] += 1
    return out


def told(flow):
    """The same of what `flow --own` says, without noughts."""
    out = collections.Counter()
    for p in flow.get("pairs", []):
        out.update({("pairs", (p["sender"], p["receiver"], k)): v for k, v in p.items() if isinstance(v, int) and k != "k"})
    for n in flow.get("nodes", []):
        out.update({("nodes", k): v for k, v in n.items() if isinstance(v, int)})
    for n in flow.get("needs", []):
        out.update({("needs", (n["need"], k)): v for k, v in n.items() if isinstance(v, int)})
    return +out
