# SPDX-License-Identifier: EUPL-1.2
"""Whole documents, as a member of another make writes them."""
import os
import time

from kringwire import CONSENT, OFFER, ZERO32, compile_bodies, make_document

pb = compile_bodies()
IDENTITY_NEEDS = 1 << 0 | 1 << 15


def grant(m, cats, recipient=None, subject=None, gid=None, **fields):
    gid, subject = gid or os.urandom(16), subject or os.urandom(16)
    now = int(time.time() * 1000)
    g = pb.ConsentGrant(**{**dict(grant_id=gid, version=1, subject_ref=subject, given_by="self", collected_by=m.id, collected_ms=now,
                                  recipient=recipient or m.peer, onward="none", purpose="refer", cats=cats, how="written",
                                  valid_from_ms=now - 1000, expires_ms=now + 7 * 86400000), **fields})  # some tests jump a day
    raw, h = make_document(m.nk, g.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=CONSENT, thread=gid, grant=gid)
    m.hash_of = {**getattr(m, "hash_of", {}), raw: h}  # what a later word in its thread names
    return gid, subject, raw


def offer(m, gid, subject, person, cats, urgency=1, term_days=7, **head):
    o = pb.Offer(need="income-debt", urgency=urgency, term_days=term_days, subject_ref=subject, person=person)
    thread = head.pop("thread", os.urandom(16))
    raw, h = make_document(m.nk, o.SerializeToString(), **{**dict(fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=thread,
                                                              grant=gid, cats=cats), **head})
    return thread, raw, h


def act(m, thread, type_, no, prev, seen=(0, ZERO32), body=None, **head):
    """A later word in a thread: (bytes, hash)."""
    body = pb.Act(reason="other") if body is None else body
    return make_document(m.nk, body.SerializeToString(), **{**dict(fed=m.fed, sender=m.id, recipient=m.peer, type=type_, thread=thread, thread_no=no,
                                                                 prev=prev, seen_no=seen[0], seen_hash=seen[1]), **head})
