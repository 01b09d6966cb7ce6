# SPDX-License-Identifier: EUPL-1.2
"""A case that was closed long ago: somebody is asked whether it may be erased, and nothing is erased by itself."""
import subprocess
import time

import pytest
from node import BIN, Clock, Refused, wait_for

KIND = "closed-long-ago"


def rows(n, what="worklist"):
    return [w for w in n.k(what).get("work", []) if w["kind"] == KIND]


def asked(n, case):
    return wait_for("the question", lambda: [w for w in rows(n) if w["case_id"] == case])[0]


def started(f, clock, months=1):
    a, b = f.nodes
    for n in (a, b):
        (n.dir / "kring.conf").write_text((n.dir / "kring.conf").read_text() + f"\n[Cases]\nRetainMonths={months}\n")
    return f.start(*clock.args)


def test_a_case_closed_long_ago_is_work_until_somebody_decides(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = started(f, clock)
    old, other, kept = a.new_case(), a.new_case(name="Een Ander"), a.new_case(name="Blijft Bewaard")
    for case in (old, kept):
        a.k("case", "close", case)
    clock.days(28, (a, b))
    assert not rows(a)
    clock.days(6, (a, b))
    assert asked(a, old)["name"] == "Testpersoon Verzonnen" and asked(a, kept)
    assert {w["case_id"] for w in rows(a)} == {old, kept} == {w["case_id"] for w in rows(a, "today")}
    row = asked(a, old)
    assert row["command"] == f"kring case erase {old[24:]}" or row["command"].startswith("kring case erase "), row
    # page by page: a row of no referral has a name of its own, too
    got = a.k("worklist", "--limit", "1")
    more = a.k("worklist", "--limit", "1", "--after", got["next"])
    assert got["work"][0]["case_id"] != more["work"][0]["case_id"]
    for lang, words in (("nl", "lang geleden afgesloten"), ("fr", "clôturé depuis longtemps"), ("en", "closed long ago"), ("de", "vor langer Zeit")):
        for what in ("worklist", "today"):
            out = subprocess.run([str(BIN / "kring"), "--dir", str(a.dir), "--lang", lang, what], capture_output=True, text=True)
            assert out.returncode == 0 and words in " ".join(out.stdout.split()) and "kring case erase" in out.stdout, out
    until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400 * 100))
    a.k("case", "close", kept, "--until", until)  # closed again, and kept until a day
    assert {w["case_id"] for w in rows(a)} == {old}
    a.k(*row["command"].split()[1:])
    assert not rows(a) and not rows(a, "today")
    with pytest.raises(Refused):
        a.k("case", "show", old)
    clock.days(40, (a, b))  # longer than the setting, and before the day
    assert not rows(a) and a.k("case", "show", kept) and a.k("case", "show", other)
    clock.days(30, (a, b))
    assert asked(a, kept)
    a.k("case", "reopen", kept)
    assert not rows(a)


def test_a_referral_that_ended_later_and_a_longer_setting_put_it_off(federation, workdir):
    f, clock = federation(), Clock(workdir)
    a, b = started(f, clock)
    case = a.new_case(phone="000-111")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    a.k("withdraw", ref, "--reason", "no-longer-needed")
    b.await_state(ref, "withdrawn")
    theirs = b.k("show", ref)["referrals"][0]["case_id"]
    b.k("case", "close", theirs)
    for day in ("2020-01-01", "2099-01-01"):
        with pytest.raises(Refused) as e:
            b.k("case", "close", theirs, "--until", day)
        assert e.value.reply["code"] == "keep-until-wrong"
    clock.days(20, (a, b))
    on = a.refer(case, b.name, need="housing")  # a closed case of a partner takes what comes
    b.await_state(on, "offered")
    a.k("withdraw", on, "--reason", "no-longer-needed")
    b.await_state(on, "withdrawn")
    clock.days(16, (a, b))
    assert not rows(b)  # not a month since then
    clock.days(20, (a, b))
    assert asked(b, theirs)
    b.stop()
    (b.dir / "kring.conf").write_text((b.dir / "kring.conf").read_text().replace("RetainMonths=1", "RetainMonths=24"))
    b.start(*clock.args)
    clock.days(2, (a, b))
    wait_for("the row to go", lambda: not rows(b))
