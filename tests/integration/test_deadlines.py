# SPDX-License-Identifier: EUPL-1.2
"""Until when: right in the country where it counts, shown as the last day, and never without an end."""
import calendar
import datetime
import os
import struct
import subprocess
import time

import pytest
from ctl import Control, pb as ctl_pb
from kringwire import ACCEPT, OFFER, ZERO32, Member, make_document
from node import Clock, Refused, wait_for
from test_hostile import IDENTITY_NEEDS, grant, offer, pb

HOLD, ESCALATE = 8, 22
DAY = 86400000
HOLIDAYS = {  # around the turn of the year
    "NL": {"12-25", "12-26", "01-01"}, "DE": {"12-25", "12-26", "01-01"}, "LU": {"12-25", "12-26", "01-01"}, "BE": {"12-25", "01-01"},
    "FR": {"12-25", "01-01"}, "UK": {"12-25", "12-26", "01-01"}}
HOLIDAYS["FR-ALS"] = HOLIDAYS["NL"]


def working_days_after(place, day, n):
    """By hand and slowly: what a caseworker counts on a wall calendar."""
    while n:
        day += datetime.timedelta(1)
        free = f"{day:%m-%d}" in HOLIDAYS[place] or day.weekday() > 4
        if place == "UK" and not free:  # a holiday lost to a weekend is made up for
            back = [day - datetime.timedelta(k) for k in (1, 2)]
            free = any(f"{b:%m-%d}" in ("12-25", "12-26") and b.weekday() > 4 for b in back[1:]) or \
                f"{day:%m-%d}" in ("01-02", "01-03") and day.weekday() == 0
        n -= not free
    return day


def add(f, org, place):
    f.nodes.append(f.add(org, country=place))
    return f.nodes[-1]


def at(clk, when, nodes):
    """Everybody is off, and comes back at this moment (UTC)."""
    for n in nodes:
        n.stop()
    clk.set(calendar.timegm(when.timetuple()) - time.time())
    for n in nodes:
        n.start(*clk.args)


def now_of(clk):
    return time.time() + struct.unpack("=q", clk.map[:])[0]


def later(clk, days, nodes):
    """At once, as when a machine slept; whoever looks then sees what became of it."""
    clk.set(struct.unpack("=q", clk.map[:])[0] + days * 86400)
    for n in nodes:
        n.k("status")


def say(n, *args, tz="UTC", lang="en"):
    env = dict(os.environ, TZ=tz)
    return subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "--lang", lang, *args], capture_output=True, text=True, env=env).stdout


def kinds(n, ref):
    return [w["kind"] for w in n.k("worklist")["work"] if w["ref"] == ref]


def row(n, ref):
    return n.k("show", ref)["referrals"][0]


def quiet_wednesday():
    """The next one in a month without holidays, 10:00 UTC."""
    day = datetime.date.fromtimestamp(time.time()) + datetime.timedelta(1)
    while day.month not in (2, 9, 10) or day.weekday() != 2 or not 8 <= day.day <= 14:
        day += datetime.timedelta(1)
    return datetime.datetime.combine(day, datetime.time(10))


@pytest.mark.parametrize("place", ["NL", "BE-VLG", "UK"])
def test_fridays_deadline_is_shown_as_friday(federation, place):
    f = federation("Goes")
    a, b = f.nodes[0], add(f, "Mechelen", place)
    clk, wed = Clock(f.dir), quiet_wednesday()
    f.start(*clk.args)
    at(clk, wed, f.nodes)
    friday = (wed + datetime.timedelta(2)).date()
    case = a.new_case()
    a.consent(case, b.name)
    ref = a.refer(case, b.name, "--urgency", "urgent")
    b.await_state(ref, "offered")
    wait_for("the receipt", lambda: row(a, ref).get("delivery") == "stored")
    for n in (a, b):
        got = row(n, ref)
        assert got["due_day"] == friday.isoformat() and not got.get("overdue")
        end = datetime.datetime.combine(friday + datetime.timedelta(1), datetime.time(0), datetime.timezone.utc)
        summer = wed.month in (9, 10)
        end -= datetime.timedelta(hours=summer + (place != "UK"))
        assert got["due_ms"] == end.timestamp() * 1000 - 1, "not the last millisecond of that day there"
    assert b.k("worklist")["work"][0]["due_day"] == friday.isoformat()
    words = {"en": f"Fri {friday:%d}", "nl": f"vr {friday:%d}", "fr": f"ven. {friday:%d}", "de": f"Fr. {friday:%d}."}
    for tz in ("Europe/Amsterdam", "Europe/Brussels", "Europe/London", "UTC", "America/New_York", "Pacific/Auckland"):
        for n, views in ((a, (("sent",), ("show", ref))), (b, (("inbox",), ("show", ref), ("worklist",)))):
            for view in views:
                for lang in words if tz == "Europe/Brussels" else ("nl",):
                    lines = say(n, *view, tz=tz, lang=lang).splitlines()
                    text = lines[0] + lines[1] if view[0] == "show" else next(x for x in lines if x.startswith(ref))
                    assert words[lang] in text and str(friday.year) in text, (tz, lang, view, text)


def test_a_deadline_stays_what_it_was_after_it_passed(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clk = Clock(f.dir)
    f.start(*clk.args)
    case = a.new_case()
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    due = row(b, ref)["due_day"]
    a.stop()  # its node would end the wait
    later(clk, 20, [b])
    for _ in range(2):  # and again after the first reminder
        got = row(b, ref)
        assert got["due_day"] == due and got["overdue"]
        assert b.k("worklist")["work"][0]["due_day"] == due and "overdue" in say(b, "worklist")
        with pytest.raises(Refused) as e:
            b.k("accept", ref)
        assert "--late" in e.value.reply["remedy"]
        later(clk, 1, [b])


def test_holidays_of_the_partners_country_count(federation):
    f = federation("Goes")
    a = f.nodes[0]
    for place in HOLIDAYS:
        if place != "NL":
            add(f, f"Huis {place}", place)
    clk = Clock(f.dir)
    for n in f.nodes:
        n.start(*clk.args)
    f.import_roster()
    for n in f.nodes[1:]:
        f.agree(a, n)
        f.agree(n, a)
    f.await_connected(a)
    wait_for("all to be let in", lambda: all(p.get("standing", "") == "" for p in a.k("partner", "list")["partners"]))
    year = datetime.date.fromtimestamp(time.time() + 20 * 86400).year
    start = datetime.datetime(year if datetime.date.fromtimestamp(time.time()) < datetime.date(year, 12, 18) else year + 1, 12, 18, 9)
    at(clk, start, f.nodes)
    case = a.new_case()
    f.await_connected(a)
    for n, place in zip(f.nodes, HOLIDAYS):
        other = n if n is not a else f.nodes[1]
        me, to = (a, n) if n is not a else (f.nodes[1], a)  # one to ourselves, too
        c = case if me is a else me.new_case()
        me.consent(c, to.name)
        ref = me.refer(c, to.name)
        to.await_state(ref, "offered")
        right = working_days_after(place if n is not a else "NL", start.date(), 7).isoformat()
        assert row(to, ref)["due_day"] == right, (place, other.name)
        wait_for("the receipt", lambda: row(me, ref).get("delivery") == "stored")
        assert row(me, ref)["due_day"] == right, "the two ends count differently"


def test_a_country_without_a_calendar_is_refused(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    for place in ("ES", "XX", "nl", "BE-XYZ", "NL-", "GB", "N", "NLD"):
        r = subprocess.run([str(f.bin / "kring"), "--dir", str(f.dir / "x"), "node", "init", "--org", "Ver weg", "--country", place, "--listen",
                            "tcp://127.0.0.1:1", "--federation", str(f.roster)], capture_output=True, text=True)
        assert r.returncode == 2 and "BE, DE, FR, LU, NL, UK" in r.stderr, (place, r.stderr)
        assert not (f.dir / "x" / "join").exists()
    m = Member(f.fed_id(), country="ES")
    (f.dir / "py.join").write_bytes(m.join_bytes())
    r = subprocess.run([str(f.bin / "kring"), "roster", "add", "--roster", str(f.roster), "--join", str(f.dir / "py.join"), "--class", "member", "--out",
                        str(f.dir / "proposal")], capture_output=True, text=True)
    assert r.returncode == 2 and "ES" in r.stderr and "NL" in r.stderr
    # roots with another program sign it all the same: no crash, no deadline that is made up
    m.country = "NL"
    (f.dir / "py.join").write_bytes(m.join_bytes())
    f.run("roster", "add", "--roster", str(f.roster), "--join", str(f.dir / "py.join"), "--class", "member", "--out", str(f.dir / "proposal"))
    raw, join = (f.dir / "proposal").read_bytes(), m.join_bytes()
    cut = join.index(b"NL\x01")
    at_ = raw.index(join[:cut]) + cut
    (f.dir / "proposal").write_bytes(raw[:at_] + b"ES" + raw[at_ + 2:])
    for n in (1, 2):
        f.run("roster", "sign", "--yes", "--proposal", str(f.dir / "proposal"), "--key", str(f.dir / f"roots/root{n}.key"), "--roster", str(f.roster))
    f.start()
    rows = {p["country"]: p for p in a.k("partner", "list")["partners"]}
    assert rows["ES"]["no_calendar"] and not rows["NL"].get("no_calendar")
    assert "no calendar" in say(a, "partner", "list")
    wait_for("it to be witnessed", lambda: a.k("partner", "show", "python-partner")["partners"][0].get("standing", "") == "")
    a.k("partner", "agree", "python-partner", "--share", "identity,contact,needs")
    case = a.new_case()
    a.consent(case, "python-partner")
    with pytest.raises(Refused) as e:
        a.refer(case, "python-partner")
    assert "calendar" in e.value.reply["what"] and "ES" in e.value.reply["why"]
    assert not a.k("sent").get("referrals")


@pytest.mark.parametrize("urgency,days", [("urgent", 1), ("routine", 3)])
def test_not_delivered_is_work_for_the_sender(federation, urgency, days):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clk = Clock(f.dir)
    f.start(*clk.args)
    b.stop()
    case = a.new_case()
    a.consent(case, b.name)
    ref = a.refer(case, b.name, "--urgency", urgency)
    assert kinds(a, ref) == []
    if urgency == "routine":
        later(clk, 1, [a])
        assert kinds(a, ref) == [], "too early"
    later(clk, 6 + days, [a])
    assert kinds(a, ref) == ["undeliverable"]
    work = next(w for w in a.k("worklist")["work"] if w["ref"] == ref)
    assert work["overdue"] and work["due_day"] < time.strftime("%F", time.gmtime(now_of(clk)))
    assert row(a, ref)["state"] == "offered", "it is still on its way"
    b.start(*clk.args)
    wait_for("it to be delivered", lambda: row(a, ref).get("delivery") == "stored")
    assert kinds(a, ref) == []
    a.stop()  # the same the other way round: an answer that does not arrive
    b.k("accept", ref, *(["--late"] if row(b, ref).get("overdue") else []))
    assert kinds(b, ref) == ["start-due"]
    later(clk, 6 + days, [b])
    assert sorted(kinds(b, ref)) == ["start-due", "undeliverable"]
    a.start(*clk.args)
    wait_for("it to be delivered", lambda: a.state(ref) == "accepted")
    wait_for("the receipt", lambda: kinds(b, ref) == ["start-due"])


def acts(n, ref, side="sender"):
    return [x["act"] for x in n.k("show", ref)["log"] if x["side"] == side]


def test_after_a_long_absence_the_partner_is_reminded_first(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clk = Clock(f.dir)
    f.start(*clk.args)
    case = a.new_case()
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    b.k("start", ref)
    a.await_state(ref, "active")
    a.stop()
    later(clk, 50, [b])
    a.start(*clk.args)
    wait_for("the reminder", lambda: "escalate" in acts(b, ref))
    wait_for("the receipt", lambda: a.k("status")["status"]["owed"] == 0)
    assert acts(a, ref) == ["offer", "escalate"] and a.state(ref) == "active"
    assert "reminded" in kinds(b, ref) and "escalated" in kinds(a, ref)
    due = row(b, ref)["due_day"]
    assert row(a, ref)["due_day"] == due > time.strftime("%F", time.gmtime(now_of(clk) + 4 * 86400)), "five working days from when it was there"
    later(clk, 3, f.nodes)
    time.sleep(1)
    for n in f.nodes:
        assert acts(n, ref) == ["offer", "escalate"]
    b.k("note", ref, "--reason", "interim")  # a sign of life: the term begins anew, and so does the reminder
    wait_for("it to be heard", lambda: "escalated" not in kinds(a, ref))
    assert kinds(b, ref) == ["progress-due"] and row(b, ref)["due_day"] > due
    later(clk, 36, f.nodes)
    wait_for("the second reminder", lambda: acts(b, ref) == ["offer", "escalate", "escalate"], 30)
    wait_for("the receipt", lambda: a.k("status")["status"]["owed"] == 0)
    clk.days(9, f.nodes)  # nothing more is heard
    b.await_state(ref, "withdraw-pending")
    assert a.state(ref) == "withdraw-pending"
    a_due, b_due = row(a, ref)["due_day"], row(b, ref)["due_day"]
    assert a_due == b_due > time.strftime("%F", time.gmtime(now_of(clk) + 10 * 86400))


def test_an_answer_that_is_on_its_way_is_waited_for(federation):
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clk = Clock(f.dir)
    f.start(*clk.args)
    refs = []
    for _ in range(3):
        case = a.new_case()
        a.consent(case, b.name)
        refs.append(a.refer(case, b.name, "--again"))
        b.await_state(refs[-1], "offered")
    wait_for("the receipts", lambda: a.k("status")["status"]["owed"] == 0)
    a.stop()
    for ref in refs:
        b.k("accept", ref)
    later(clk, 20, [b])
    a.start(*clk.args)
    for ref in refs:
        a.await_state(ref, "accepted")
        assert "expire" not in acts(a, ref)


FAR = time.strftime("%F", time.gmtime(time.time() + 400 * 86400))


def names_the_day(reply):
    """The option, where the day is none; "this day", where it is too far ahead: each of these commands has one."""
    return "until" in str(reply) or (reply["code"], reply["what"]) == ("date-too-far", "this day is too far ahead")


def test_dates_too_far_ahead_are_refused_by_name(federation):
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case()
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("accept", ref)
    tries = [(b, "hold", ref, "--reason", "waiting-list", "--until"), (a, "consent", "give", case, "--to", b.name, "--share", "identity", "--how",
                                                                    "written", "--until")]
    for n, *args in tries:
        for day in (FAR, "9999-12-31", "2020-01-01", "2027-02-29", "2027-04-31", "2027-2-30", "29-02-2027", "01-02-2020",
                    "292277026-01-01", "-1", "0"):
            with pytest.raises(Refused) as e:
                n.k(*args, day)
            assert names_the_day(e.value.reply), (args, day, e.value.reply)
    for day in ("9999-12-31", "2039-01-01", "2020-01-01", "2027-02-30"):
        with pytest.raises(Refused) as e:
            a.k("partner", "agree", b.name, "--share", "identity", "--until", day)
        assert names_the_day(e.value.reply), (day, e.value.reply)
    c = Control(b.dir / "core.sock")
    for ms in (2**64 - 1, 2**63, 2**63 - 1, 2**62, 1, 9999999999999, 253402300800000):
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.act.ref, r.act.type, r.act.reason, r.act.date_ms = ref, HOLD, "waiting-list", ms
        got = c.call(r)
        assert "until" in got.remedy or got.code == "date-too-far", (ms, got.what)
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.act.ref, r.act.type, r.act.reason, r.act.date_ms = ref, 13, "appointment", ms
        got = c.call(r)
        assert not got.error if ms == 1 else "until" in got.remedy or got.code == "date-too-far", (ms, got.what)  # an appointment may lie in the past
        r = ctl_pb.Request(version=1, request_id=os.urandom(16))
        r.partner_agree.partner, r.partner_agree.cats, r.partner_agree.until_ms = a.name, 1, ms
        got = c.call(r)
        assert "until" in got.remedy or got.code == "date-too-far", (ms, got.what)
    assert b.state(ref) == "accepted"
    then = time.gmtime(time.time() + 300 * 86400)
    day = time.strftime("%F", then)
    b.k("hold", ref, "--reason", "waiting-list", "--until", f"{then.tm_mday}-{then.tm_mon}-{then.tm_year}")  # as people write it
    a.await_state(ref, "on-hold")
    assert row(a, ref)["due_day"] == row(b, ref)["due_day"] == day


def act(m, offer_doc, type_, no, prev, body):
    return make_document(m.nk, body.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=type_, thread=offer_doc.thread,
                         grant=offer_doc.grant, thread_no=no, prev=prev, seen_no=1, seen_hash=offer_doc.hash)


@pytest.mark.parametrize("date", [2**64 - 1, 2**63, 2**63 - 1, 2**62, 253402300800000, 1, 0])
def test_no_date_of_a_partner_leaves_a_referral_without_an_end(dialled, date):
    f, b, m = dialled()
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs")
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", "--receive")
    m.stored_ms = lambda: date
    case = b.new_case()
    b.consent(case, "python-partner")
    ref = b.refer(case, "python-partner")
    m.until(lambda: any(d.type == OFFER for d in m.inbox))
    d = next(x for x in m.inbox if x.type == OFFER)
    core = b.children()["core"]
    wait_for("the receipt", lambda: m.until(lambda: False, .1) or row(b, ref).get("delivery") == "stored")
    soon, year = (time.time() + 21 * 86400) * 1000, (time.time() + 368 * 86400) * 1000
    assert time.time() * 1000 < row(b, ref)["due_ms"] < soon, "the receipt's time is the partner's word"
    one, h1 = act(m, d, ACCEPT, 1, ZERO32, pb.Act())
    two, _ = act(m, d, HOLD, 2, h1, pb.Act(reason="other", date_ms=date))
    m.send_documents([one, two])
    m.until(lambda: len(m.verdicts) >= 2)
    b.await_state(ref, "on-hold")
    assert time.time() * 1000 - DAY < row(b, ref)["due_ms"] < year
    assert b.children()["core"] == core


def test_what_a_partner_says_of_terms_and_grants_is_bounded(dialled):
    f, b, m = dialled()
    b.k("partner", "agree", "python-partner", "--share", "identity,contact,needs", "--receive")
    now = int(time.time() * 1000)
    for start, end in ((2**64 - 1, 2**64 - 1), (2**64 - DAY, 2**64 - 1), (now, 2**64 - 1), (now + 4000 * DAY, now + 4001 * DAY), (now, now + 400 * DAY),
                       (2**64 - 1, 1000), (now + DAY, now)):
        gid = os.urandom(16)
        g = pb.ConsentGrant(grant_id=gid, version=1, subject_ref=os.urandom(16), given_by="self", collected_by=m.id, collected_ms=now, recipient=m.peer,
                            onward="none", purpose="refer", cats=IDENTITY_NEEDS, how="written", valid_from_ms=start, expires_ms=end)
        m.verdicts = []
        m.send_documents([make_document(m.nk, g.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=10, thread=gid, grant=gid)[0]])
        m.until(lambda: m.verdicts)
        assert m.verdicts[0][2] == 6, (start, end)
    for term, created in ((2**32 - 1, now), (61, 2**64 - 1), (60, 1), (7, 2**63)):
        gid, subject, g = grant(m, IDENTITY_NEEDS)
        o = pb.Offer(need="income-debt", urgency=1, term_days=term, subject_ref=subject, person=pb.Person(name="Piet Verzonnen"))
        thread = os.urandom(16)
        raw, _ = make_document(m.nk, o.SerializeToString(), fed=m.fed, sender=m.id, recipient=m.peer, type=OFFER, thread=thread, grant=gid,
                               cats=IDENTITY_NEEDS, created=created)
        m.verdicts = []
        m.send_documents([g, raw])
        m.until(lambda: len(m.verdicts) == 2)
        got = row(b, thread.hex())
        assert now < got["due_ms"] < now + 130 * DAY and got["created_ms"] <= (time.time() + 1) * 1000, (term, created)


def test_both_ends_count_from_the_same_moment(federation):
    """What lay on its way for days was dated by its author: both ends have that day, and the day it came is known to one of them only."""
    f = federation("Goes", "SMWO")
    a, b = f.nodes
    clk, wed = Clock(f.dir), quiet_wednesday()
    f.start(*clk.args)
    at(clk, wed, f.nodes)
    case = a.new_case(phone="000-111")
    a.consent(case, b.name)
    ref = a.refer(case, b.name)
    b.await_state(ref, "offered")
    b.k("ask", ref, "--question", "best-contact")
    a.await_state(ref, "needs-info")

    def same(state):
        for n in (a, b):
            n.await_state(ref, state)
        wait_for(f"the same last day of {state}", lambda: row(a, ref)["due_day"] == row(b, ref)["due_day"], 10)
        return row(a, ref)["due_day"]

    def late(author, reader, days, *line):
        """Said while the reader is off, which comes back so many days later."""
        reader.stop()
        author.k(*line)
        later(clk, days, [author])
        reader.start(*clk.args)

    same("needs-info")
    late(a, b, 5, "info", ref, "--share", "contact")  # a question on Wednesday, answered at once: the clock stood still for no day
    assert same("offered") == working_days_after("NL", wed.date(), 7).isoformat()
    answered = datetime.datetime.fromtimestamp(now_of(clk)).date()
    late(b, a, 3, "accept", ref)
    assert same("accepted") == working_days_after("NL", answered, 10).isoformat()
    late(b, a, 2, "start", ref)
    same("active")
    late(b, a, 4, "note", ref, "--reason", "appointment")
    same("active")
    late(b, a, 6, "hold", ref, "--reason", "waiting-list", "--until", datetime.date.fromtimestamp(now_of(clk) + 9 * 86400).isoformat())
    same("on-hold")
    late(b, a, 3, "outcome", ref, "--code", "helped")
    same("outcome")
