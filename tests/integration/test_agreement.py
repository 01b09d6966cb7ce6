# SPDX-License-Identifier: EUPL-1.2
"""What two partners agreed, on one page that anybody can read: what may go and come, since when, what is missing and on whose side."""
import os
import subprocess
import time

import pytest
from node import Clock, Refused, wait_for

LANGS = ("nl", "fr", "en", "de")


def day(n):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + n * 86400))


def page(n, who):
    return n.k("partner", "agreement", who)


def lacks(n, who):
    return {x["code"]: x for x in page(n, who)["lacks"]}


def text(n, who, lang, *args):
    r = subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", lang, "partner", "agreement", who, *args], capture_output=True,
                       text=True, env={**os.environ, "TZ": "UTC"})
    assert r.returncode == 0, r.stderr
    return r.stdout


def mend(n, lack, share="identity,contact,needs"):
    """What the page says is what helps."""
    line = lack["command"].replace("...", share).split()
    assert line[0] == "kring" and lack["side"] == "us"
    n.k(*line[1:])


@pytest.fixture
def pair(federation, workdir):
    f = federation("Goes")
    f.nodes.append(f.add("SMWO", "member", "NL", None, None, "--phone", "0113-277111"))
    clock = Clock(workdir)
    a, b = f.nodes
    for n in f.nodes:
        n.start(*clock.args)
    f.import_roster()
    for n in f.nodes:
        f.await_connected(n)
    wait_for("the partner to be known", lambda: all(not p.get("standing") for n in (a, b) for p in n.k("partner", "list")["partners"]))
    return a, b, clock


def test_the_page_says_what_is_missing_on_whose_side_and_what_helps(pair):
    a, b, _ = pair
    assert [(w["receive"], w["state"]) for w in page(a, "smwo")["agreements"]] == [(False, "none"), (True, "none")]
    assert set(lacks(a, "smwo")) == {"send-none", "receive-none"}
    mend(a, lacks(a, "smwo")["send-none"])
    (send, receive) = page(a, "smwo")["agreements"]
    assert send["state"] == "holds" and send["purpose"] == "refer" and send["since_ms"] > 0 and not send["last_day"]
    assert set(lacks(a, "smwo")) == {"receive-none"} and receive["state"] == "none"
    case = a.new_case(phone="000-111")
    a.consent(case, b.name, "identity,contact,needs")
    ref = a.refer(case, b.name)
    a.await_state(ref, "declined")
    theirs = wait_for("the word of the partner", lambda: lacks(a, "smwo").get("not-taken"))
    assert (theirs["side"], theirs["who"], theirs["phone"], theirs["command"]) == ("partner", b.org, "0113-277111", "")
    ours = lacks(b, a.name)["receive-asked"]
    assert ours["cats"] & ~(1 << 20) == theirs["cats"] & ~(1 << 20) != 0 and "receive-none" not in lacks(b, a.name)
    for lang in LANGS:
        here, there = text(a, "smwo", lang), text(b, a.name, lang)
        assert b.org in here and "0113-277111" in here and "kring partner agree smwo --receive --share ..." in here
        assert ours["command"] in there and not any(c in here + there for c in ("not-taken", "receive-asked", "send-none", "{"))
    mend(b, ours)
    assert set(lacks(b, a.name)) == {"send-none"}
    b.await_state(a.refer(case, b.name), "offered")
    wait_for("it to be taken", lambda: "not-taken" not in lacks(a, "smwo"))
    mend(a, lacks(a, "smwo")["receive-none"])
    mend(b, lacks(b, a.name)["send-none"])
    assert not lacks(a, "smwo") and not lacks(b, a.name)


def test_an_agreement_that_ended_is_renewed_by_the_command_of_the_page(pair):
    a, b, clock = pair
    a.k("partner", "agree", "smwo", "--share", "identity,needs", "--until", day(2))
    a.k("partner", "agree", "smwo", "--share", "none", "--without", "message", "--receive")
    (send, receive) = page(a, "smwo")["agreements"]
    assert send["last_day"] == day(2) and (receive["state"], receive["cats"]) == ("holds", 0)
    assert not lacks(a, "smwo")  # nothing is received, on purpose
    clock.days(4, (a, b))
    assert page(a, "smwo")["agreements"][0]["state"] == "ended" and set(lacks(a, "smwo")) == {"send-ended"}
    mend(a, lacks(a, "smwo")["send-ended"])
    (now, _) = page(a, "smwo")["agreements"]
    assert (now["state"], now["cats"]) == ("holds", send["cats"]) and now["since_ms"] > send["since_ms"] and not lacks(a, "smwo")


def test_only_a_partner_has_a_page_and_it_can_be_printed(pair, workdir):
    a, b, _ = pair
    with pytest.raises(Refused) as e:
        page(a, a.name)
    assert e.value.reply["code"] == "partner-is-this-node"
    with pytest.raises(Refused) as e:
        page(a, "nergens")
    assert e.value.reply["error"] == "not-found"
    path = workdir / "page.html"
    text(a, "smwo", "fr", "--html", str(path))
    assert b.org in path.read_text() and "<html lang=\"fr\">" in path.read_text()
