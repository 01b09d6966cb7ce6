# SPDX-License-Identifier: EUPL-1.2
"""One node under attack, honest nodes that go on living beside it, and members that keep to no rule.

Every story in this directory is one attack by somebody who was let in: it holds a member's keys and may write anything.  A story
ends with what the attack changed at the target (nothing), and a Meter (meter.py) goes on referring people meanwhile."""
import os

from documents import IDENTITY_NEEDS, act, grant, offer, pb  # noqa: F401
from kringwire import DOCUMENT, Member
from meter import Meter
from node import CATS, Clock, Federation, wait_for

LONG = bool(os.environ.get("KRING_LONG"))
SECONDS = 60 if LONG else 2  # how long an attack lasts that could go on for ever


class World:
    """target, honest and hostile: nodes, nodes, Members.  clock: one Clock for all nodes; files: so many descriptors for each."""

    FEDERATION = Federation

    def __init__(self, directory, honest=1, hostile=1, settings="", clock=False, cls="member", connect=True, files=None):
        self.fed = self.FEDERATION(directory, ["SMWO", *(f"Eerlijk {i + 1}" for i in range(honest))])
        self.target, self.honest = self.fed.nodes[0], self.fed.nodes[1:]
        self.clock = Clock(self.fed.dir) if clock else None
        self.connect, self.files = connect, files
        with (self.target.dir / "kring.conf").open("a") as f:
            f.write(settings)
        self.hostile = [self.admit(f"Kwaad {i + 1}", cls) for i in range(hostile)]

    def admit(self, org, cls="member"):
        m = Member(self.fed.fed_id(), org=org)
        m.name = org.lower().replace(" ", "-")
        (self.fed.dir / "py.join").write_bytes(m.join_bytes())
        self.fed.admit(self.fed.dir / "py.join", cls=cls)
        return m

    def start(self):
        for n in self.fed.nodes:
            if self.files:
                n.before = ("prlimit", f"--nofile={self.files}:{self.files}")
            n.start(*(self.clock.args if self.clock else ()))
        self.fed.import_roster()
        for h in self.honest:
            self.fed.agree(h, self.target)
            self.fed.agree(self.target, h)
        for m in self.hostile:
            self.target.k("partner", "agree", m.name, "--share", CATS)
            self.target.k("partner", "agree", m.name, "--share", CATS, "--receive")
        self.fed.await_connected(self.target, len(self.honest))
        if self.connect:
            for m in self.hostile:
                assert self.meet(m), f"{m.org} does not get in"
        return self

    def stop(self):
        for m in self.hostile:
            if hasattr(m, "sock") and not m.sock.closed:
                m.close()
        self.fed.stop()

    def door(self):
        """Where the target listens: (endpoint, its TK, node id, NK), as Member.dial takes it."""
        node_id, nk, tk = self.fed.record_of(self.target)
        return f"tcp://127.0.0.1:{self.target.port}", tk, node_id, nk

    def meet(self, m, seconds=20):
        return m.meet(*self.door(), seconds=seconds)

    def meter(self, story, **kw):
        return Meter(story, self.target, self.honest, **kw)

    def remove(self, m, look=True):
        """The roots remove a member, and the target takes that in; look: it is seen to be so."""
        p, run = str(self.fed.dir / "removal"), self.fed.run
        run("roster", "propose", "--roster", str(self.fed.roster), "--op", "remove", "--node", m.org, "--out", p)
        for n in (1, 2):
            run("roster", "sign", "--yes", "--proposal", p, "--key", str(self.fed.dir / f"roots/root{n}.key"), "--roster", str(self.fed.roster))
        self.target.k("roster", "import", str(self.fed.roster))
        if look:
            assert self.target.k("partner", "show", m.name)["partners"][0]["standing"] == "removed"

    def honest_referral(self, by=None, **fields):
        """(case, reference) of a person whom an honest node refers to the target, and who arrived there."""
        a = by or self.honest[0]
        case = a.new_case(**{"name": "Eerlijk Verzonnen", "phone": "0612345678", **fields})
        a.consent(case, self.target.name, "identity,contact,needs")
        ref = a.refer(case, self.target.name)
        self.target.await_state(ref, "offered")
        return case, ref

    def still_whole(self):
        """What holds after any attack: nothing failed here by itself, no invariant broke, the audit log is whole, and an honest
        referral arrives."""
        log = self.target.log.read_text()
        for word in ("INVARIANT_BROKEN", "CHILD_DIED"):
            assert word not in log, [x for x in log.splitlines() if word in x][:4]
        status = self.target.k("status")["status"]
        assert not status.get("faults"), status["faults"]
        assert self.target.k("audit", "verify")["count"] > 0
        for h in self.honest:
            self.honest_referral(h)


def say(m, docs, seconds=20):
    """Documents in the stream, and what the target says of each: their verdict codes, in order; [] where it refused."""
    first, before, read = m.sent + 1, len(m.refused), len(m.verdicts)
    m.send_documents(docs)
    told = lambda: {v[0]: v[2] for v in m.verdicts[read:] if v[0] >= first}
    m.until(lambda: len(told()) == len(docs) or len(m.refused) > before, seconds)
    return [told()[n] for n in sorted(told())]


def repeat(m, parts):
    """The same documents in a frame, under the numbers that they would have next: a stream that never counts on."""
    m.send_frame([(DOCUMENT, p) for p in parts], first=m.sent + 1)


__all__ = ["IDENTITY_NEEDS", "LONG", "SECONDS", "World", "act", "grant", "offer", "pb", "repeat", "say", "wait_for"]
