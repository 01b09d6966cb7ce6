# SPDX-License-Identifier: EUPL-1.2
"""A member, or ordinary work, fills the store: nothing new comes in, and everything that must always work does."""
import os
import signal
import subprocess

import pytest
from documents import IDENTITY_NEEDS, grant
from kringwire import DOCUMENT
from node import Refused, wait_for
from test_state_loss import restore

BUSY = 2
SMALL = "[Limits]\nStoreMiB=3\n"
WORDS = {"nl": "de opslag is vol", "fr": "le stockage est plein", "en": "the store is full", "de": "der Speicher ist voll"}


def fill(w):
    """Consents of new people, each a case, until the target takes no more; how many it took."""
    m, took = w.hostile[0], 0
    while True:
        first, refused = m.sent + 1, len(m.refused)
        m.send_frame([(DOCUMENT, grant(m, IDENTITY_NEEDS)[2]) for _ in range(20)], first=first)
        told = lambda: max((v[0] for v in m.verdicts), default=first - 1)
        m.until(lambda: told() >= first + 19 or len(m.refused) > refused, 20)
        took, m.sent = took + told() - m.sent, told()
        if len(m.refused) > refused:
            assert m.refused[-1][0] == BUSY, m.refused[-1]
            return took
        assert m.sent == first + 19, "neither taken nor refused"


def more_room(n):
    """The setting is raised, as the refusal says."""
    conf = n.dir / "kring.conf"
    n.stop()
    conf.write_text(conf.read_text().replace("StoreMiB=3", "StoreMiB=6"))
    n.start()


def status(n):
    return n.k("status")["status"]


def refused(n, *args, stdin=None):
    with pytest.raises(Refused) as no:
        n.k(*args, stdin=stdin)
    assert no.value.code == 4, no.value
    return no.value.reply


def remove(fed, node, at):
    """The roots remove a member; `at` hears of it."""
    p = str(fed.dir / "removal")
    fed.run("roster", "propose", "--roster", str(fed.roster), "--op", "remove", "--node", node, "--out", p)
    for i in (1, 2):
        fed.run("roster", "sign", "--yes", "--proposal", p, "--key", str(fed.dir / f"roots/root{i}.key"), "--roster", str(fed.roster))
    at.k("roster", "import", str(fed.roster))


def prepared(world, settings=SMALL, **kw):
    """A target with something of everything, then full of a member's consents."""
    w = world(settings=settings, **kw)
    b, h = w.target, w.honest[0]
    w.own = [b.new_case(name=f"Eigen Verzonnen {i}") for i in range(4)]
    w.came = [w.honest_referral(phone=str(i)) for i in range(3)]
    w.sent = []
    for case in w.own[:3]:
        w.sent.append((b.consent(case, h.name), b.refer(case, h.name)))
        h.await_state(w.sent[-1][1], "offered")
    w.took = fill(w)
    return w


def test_a_full_store_answers_ends_and_erases(world, workdir):
    w = prepared(world)
    b, h = w.target, w.honest[0]
    assert w.took > 100
    s = status(b)
    assert s["store"] == "full" and s["store_cap"] == 3 << 20 and s["store_used"] <= s["store_cap"], s
    assert [(r["partner"], r["most"]) for r in s["limits"] if r["what"] == "store-mib"] == [("", 3)]
    assert [a["partner"] for a in s["alarms"] if a["what"] == "limit-near"] == [""] + [r["partner"] for r in s["limits"] if r["partner"]]
    for lang, words in WORDS.items():
        said = subprocess.run([str(w.fed.bin / "kring"), "--dir", str(b.dir), "status"], capture_output=True, text=True,
                              env={**os.environ, "LANG": lang}).stdout
        assert words in said, said
    # nothing new: said with cause and remedy
    for args, text in ((("case", "new", "--from", "-"), "name: Nieuw Verzonnen\n"), (("case", "note", w.own[3], "--text", "-"), "x"),
                       (("consent", "give", w.own[3], "--to", h.name, "--share", "identity", "--how", "written"), None)):
        reply = refused(b, *args, stdin=text)
        assert "full" in reply["what"] and "kept for" in reply["why"] and "StoreMiB" in reply["remedy"], reply
    waits = h.new_case(name="Wacht Verzonnen")
    h.consent(waits, b.name)
    waiting = h.refer(waits, b.name)
    wait_for("the cause", lambda: [r for r in h.k("outbox", "list").get("outbox", []) if r["cause"] == "partner-full"])
    # what somebody waits for, and what gives room back
    b.k("accept", w.came[0][1])
    h.await_state(w.came[0][1], "accepted")
    b.k("decline", w.came[1][1], "--reason", "no-capacity", "--alternative", "none")
    h.await_state(w.came[1][1], "declined")
    h.k("withdraw", w.came[2][1], "--reason", "no-longer-needed")  # an end that comes in, past what there is no room for
    b.await_state(w.came[2][1], "withdrawn")
    b.k("consent", "withdraw", w.sent[0][0])
    h.await_state(w.sent[0][1], "revoked")
    b.k("revoke", w.sent[1][1])
    h.await_state(w.sent[1][1], "revoked")
    h.k("decline", w.sent[2][1], "--reason", "no-capacity", "--alternative", "none")
    b.await_state(w.sent[2][1], "declined")
    b.k("case", "close", w.own[3])
    b.k("case", "erase", w.own[3], "--now")
    assert not [c for c in b.k("case", "list")["cases"] if c["id"] == w.own[3]]
    b.k("audit", "verify")
    b.k("case", "show", w.own[0])
    b.k("partner", "agree", h.name, "--share", "identity")
    backup = workdir / "full.backup"
    b.k("backup", str(backup))
    # who filled it is removed
    assert [p for p in b.k("partner", "list")["partners"] if p["name"] == "Kwaad 1"]
    remove(w.fed, "Kwaad 1", b)
    wait_for("it to be gone", lambda: [p for p in b.k("partner", "list")["partners"] if p["name"] == "Kwaad 1" and p["standing"] == "removed"])
    for sig in (signal.SIGTERM, signal.SIGKILL):
        b.stop(sig)
        b.start()
        assert b.children().keys() == {"core", "net"} and status(b)["store"] == "full"
    assert b.k("audit", "verify")["count"] > 0
    # room: what waited comes
    more_room(b)
    for r in h.k("outbox", "list").get("outbox", []):
        h.k("outbox", "retry", r["id"])
    b.await_state(waiting, "offered")
    assert not [r for r in status(b).get("faults", [])]
    # and the backup of the full node opens
    restore(b, backup, b.dir / "recovery-sheet.txt")
    b.start()
    assert w.own[3] not in {c["id"] for c in b.k("case", "list", "--limit", "500")["cases"]}



def test_a_lowered_setting_loses_nothing(world):
    """Less than what is there: nothing comes in, and everything else goes on, also after kill -9."""
    w = world(settings="[Limits]\nStoreMiB=3\n")
    b = w.target
    own = b.new_case(name="Eigen Verzonnen")
    fill(w)
    b.stop(signal.SIGKILL)
    conf = b.dir / "kring.conf"
    conf.write_text(conf.read_text().replace("StoreMiB=3", "StoreMiB=1"))
    b.start()
    assert status(b)["store"] == "over"
    assert "full" in refused(b, "case", "new", "--from", "-", stdin="name: Nieuw Verzonnen\n")["what"]
    assert b.k("case", "show", own)["person"]["name"] == "Eigen Verzonnen"
    b.k("case", "close", own)
    b.k("case", "erase", own, "--now")
    b.stop(signal.SIGKILL)
    b.start()
    assert b.k("audit", "verify")["count"] > 0 and b.children().keys() == {"core", "net"}
