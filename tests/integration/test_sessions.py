# SPDX-License-Identifier: EUPL-1.2
"""Who signs in at a screen: sessions and passkeys, over the control socket, as the process of the screens will ask."""
import os
import re
import select
import signal
import struct
import tempfile

import pytest

from ctl import pb
from node import Clock, Federation, Refused, wait_for
from passkeys import AT, ORIGIN, UP, UV, Passkey, Screen, enrol, fill, screens, secret_of
from staff import STRANGER, UIDS, Colleague, hire, table, table_how
from test_walls import memory_has

MINUTE, HOUR = 60, 3600



class House:
    """One node for many tests, each with people of its own; its clock only goes on."""

    def __init__(self, node, clock):
        self.node, self.clock, self.now, self.people = node, clock, 0, 0

    def wait(self, seconds):
        self.now += seconds
        self.clock.set(self.now)

    def enrol(self, *roles, **how):
        """(screen, passkey, name) of somebody new."""
        self.people += 1
        name = f"Collega nummer {self.people}"
        return (*enrol(self.node, name, *roles, **how), name)

    def log(self, name):
        """What the log says of how this person signed in, the newest first: [(detail, whether it worked)]."""
        rows = Colleague(self.node, UIDS["privacy"]).ask("audit_list", limit=500).audit
        return [(x.detail, x.outcome == "ok") for x in rows if x.event == "sign-in" and x.actor == name]


@pytest.fixture(scope="module")
def house():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, ("Goes",))
        node, clock = fed.nodes[0], Clock(d)
        screens(node)
        try:
            node.start(*clock.args)
            fed.import_roster(node)
            for role in ("privacy", "administrator", "caseworker"):
                hire(node, role)
            hire(node, "administrator", name="Tweede Beheerder", uid=41120)
            yield House(node, clock)
        finally:
            fed.stop()


@pytest.fixture
def node(federation):
    fed = federation("Goes")
    n = fed.nodes[0]
    screens(n)
    n.clock = Clock(fed.dir)
    n.start(*n.clock.args)
    fed.import_roster(n)
    return n


def alive(screen):
    now = Screen(screen.node, screen.session)
    got = now.ask("session_list")
    now.sock.close()
    assert got.code in ("", "session-over"), got
    return not got.code


# ---- a link, a session, its end ----

def test_a_link_works_once_and_one_day(house):
    made = house.node.k("staff", "add", "Anna Link", "--role", "caseworker")
    secret, screen = secret_of(made["link"]), Screen(house.node)
    assert made["expires_ms"] and made["staff"][0]["uid"] == 2**32 - 1
    asked = screen.begin(link=secret)
    assert asked.rp_id == "kring.goes.example" and asked.origin == ORIGIN and asked.user_name == "Anna Link" and len(asked.challenge) == 32
    assert screen.ask("login_begin", link=os.urandom(32)).code == screen.ask("login_begin", link=b"short").code == "link-over"
    got = screen.redeem(secret, Passkey())
    assert len(got.session) == 32 and got.staff[0].name == "Anna Link" and not screen.ask("case_list").error
    assert screen.ask("login_begin", link=secret).code == "link-over"
    assert screen.ask("login_link", link=secret, passkey=Passkey().create(asked)).code == "link-over"
    late = secret_of(house.node.k("staff", "add", "Bert Link", "--role", "reader")["link"])
    first = secret_of(house.node.k("staff", "link", "Bert Link")["link"])
    assert screen.ask("login_begin", link=late).code == "link-over"  # another one took its place
    assert screen.begin(link=first).challenge
    house.wait(25 * HOUR)
    assert screen.ask("login_begin", link=first).code == "link-over"


def test_a_lost_passkey_takes_two_people_and_begins_anew(house):
    screen, old, name = house.enrol("caseworker")
    admin, second = Colleague(house.node, UIDS["administrator"]), Colleague(house.node, 41120)
    asked = admin.ask("staff_link", id=name)
    assert asked.code == "second-person" and not asked.link
    assert admin.ask("pending_confirm", id=asked.id).code == "pending-own" and alive(screen)
    assert ("staff-link", name) in [(x.act, x.name) for x in second.ask("pending_list").pending]
    r = pb.Request(version=1, request_id=os.urandom(16))
    r.pending_confirm.id = asked.id
    given = second.call(r)
    assert given.link and alive(screen)
    again = second.call(r)
    assert again.repeated and not again.link  # the reply is kept for a day, its secret is not
    new = Passkey()
    assert Screen(house.node).redeem(secret_of(given.link), new).session
    assert not alive(screen) and Screen(house.node).sign_in(old).code == "sign-in-failed" and Screen(house.node).sign_in(new).session


def test_a_link_for_whoever_works_at_a_terminal_takes_two_people(house):
    """An administrator with it would read cases, or confirm what they asked for themselves, under another's name."""
    admin, second = Colleague(house.node, UIDS["administrator"]), Colleague(house.node, 41120)
    for name in ("Collega caseworker", "Collega privacy", "Tweede Beheerder"):
        asked = admin.ask("staff_link", id=name)
        assert asked.code == "second-person" and not asked.link, name
        assert admin.ask("pending_confirm", id=asked.id).code == "pending-own"
        assert second.ask("pending_confirm", id=asked.id).link
    with pytest.raises(Refused) as e:
        house.node.k("staff", "link", "Collega caseworker")
    assert e.value.reply["code"] == "second-root"
    assert admin.ask("staff_link", id="Collega administrator").link  # one's own gives no right that one has not


def test_it_ends_without_work_after_its_day_and_when_asked(house):
    screen, key, _ = house.enrol("caseworker")
    other = Screen(house.node)
    assert other.sign_in(key).session
    house.wait(10 * MINUTE)
    assert alive(screen)
    watched = Screen(house.node, other.session)  # what is only told to it is no work
    assert watched.ask("watch", request_id=False).HasField("changed")
    house.wait(6 * MINUTE)
    assert alive(screen) and not alive(other)
    for n in range(41):  # nearly ten hours of work
        house.wait(14 * MINUTE)
        assert alive(screen), n
    house.wait(12 * MINUTE)
    assert not alive(screen)
    assert screen.sign_in(key).session and alive(screen)
    assert not screen.ask("logout").error and not alive(screen)
    assert screen.ask("logout").code == "session-over"


def test_what_ends_it_at_once(house):
    node = house.node
    screen, key, name = house.enrol("reader", "privacy")
    assert alive(screen) and not screen.ask("staff_list").error
    node.k("staff", "role", name, "--role", "privacy,reader")  # what she is already
    assert alive(screen)
    node.k("staff", "role", name, "--role", "reader")
    assert not alive(screen)
    assert screen.sign_in(key).session and alive(screen)
    assert screen.ask("staff_list").code == "staff-no-right"
    two = Screen(node)
    assert two.sign_in(key).session
    assert [x["name"] for x in node.k("staff", "sessions")["sessions"]].count(name) == len(screen.ask("session_list").sessions) == 2
    row = next(x for x in node.k("staff", "list")["staff"] if x["name"] == name)
    assert row["passkeys"] == 1 and row["sessions"] == 2 and row["last_ms"]
    assert node.k("staff", "signout", name)["count"] == 2 and not alive(screen) and not alive(two)
    assert screen.sign_in(key).session and two.sign_in(key).session
    assert screen.ask("session_end").count == 2 and not alive(two)
    assert screen.sign_in(key).session
    node.k("staff", "signout", name, "--passkeys")
    assert not alive(screen) and screen.sign_in(key).code == "sign-in-failed"
    with pytest.raises(Refused) as e:  # there was a way in: another takes a second person
        node.k("staff", "link", name)
    assert e.value.reply["code"] == "second-root"
    last, key, name = house.enrol("caseworker")
    node.k("staff", "end", name)
    assert not alive(last) and last.sign_in(key).code == "sign-in-failed"


def test_the_lock_ends_all_of_them_and_a_setting_shortens_them(federation):
    fed = federation("Goes")
    node, clock = fed.nodes[0], Clock(fed.dir)
    screens(node, IdleMinutes=5)
    node.start(*clock.args)
    fed.import_roster(node)
    screen, key = enrol(node, "Anna Verzonnen", "caseworker")
    assert screen.ask("public_status").public.idle_minutes == 5
    node.k("lock")
    assert wait_for("the node to be locked", lambda: (got := Screen(node).ask("public_status")) and got.status.locked)
    assert Screen(node, screen.session).ask("case_list").code == "node-locked"
    node.stop()
    node.start(*clock.args)
    again = Screen(node)
    assert not alive(screen) and again.sign_in(key).session
    clock.set(4 * MINUTE)
    assert alive(again)
    clock.set(10 * MINUTE)
    assert not alive(again)


# ---- the token ----

def test_only_a_whole_token_of_now_counts(house):
    screen, key, _ = house.enrol("caseworker")
    first = screen.session
    for forged in (bytes(32), os.urandom(32), first[:31], first + b"\0", bytes([first[0] ^ 1]) + first[1:], b"x"):
        assert Screen(house.node, forged).ask("case_list").code == "session-over", forged
    empty = pb.Request(version=1, session=b"")
    empty.staff_list.SetInParent()
    assert Screen(house.node).call(empty).code == "session-over"  # none is not root's right
    assert screen.step_up(key).session != first
    assert Screen(house.node, first).ask("case_list").code == "session-over" and alive(screen)
    assert [x.own for x in screen.ask("session_list").sessions] == [True]


def test_of_one_person_eight(house):
    screen, key, _ = house.enrol("caseworker")
    more = []
    for n in range(8):
        more.append(Screen(house.node))
        assert more[-1].sign_in(key).session
    assert not alive(screen) and all(alive(x) for x in more)
    assert len(more[0].ask("session_list").sessions) == 8


if os.environ.get("KRING_LONG"):  # tests/run --long; test_signin.c has the rule
    def test_of_all_two_hundred_and_fifty_six(node):
        people = [enrol(node, f"Collega {i}", "reader") for i in range(33)]
        open_ = [people[32][0]]
        for n, (first, key) in enumerate(people[:32]):
            node.clock.set(n)  # of one person so many at a time
            open_ += [first]
            for _ in range(7):
                open_.append(Screen(node))
                assert open_[-1].sign_in(key).session
                open_[-1].sock.close()
        rows = node.k("staff", "sessions")["sessions"]
        assert len(rows) == 256
        assert alive(open_[0])  # whoever holds one keeps it, the oldest of those who hold most gives way
        assert sum(x["name"] == "Collega 0" for x in rows) == 7 and not alive(people[0][0])
        assert Screen(node).sign_in(people[32][1]).session and len(node.k("staff", "sessions")["sessions"]) == 256


def test_who_may_bring_one(house):
    """A right is nobody's by it: not the bringer's, and never more than the person's."""
    node = house.node
    reader, _, _ = house.enrol("reader")
    for uid, want in ((UIDS["caseworker"], "session-brought"), (UIDS["administrator"], "session-brought"), (STRANGER, "staff-unknown")):
        r = pb.Request(version=1, session=reader.session)
        r.case_list.SetInParent()
        assert Colleague(node, uid).call(r).code == want, uid
        for field in ("login_begin", "login_passkey", "login_link", "login_passphrase", "public_status"):
            assert Colleague(node, uid).ask(field).code == want, (uid, field)
    assert not reader.ask("case_list").error
    assert reader.ask("case_new", person={"name": "Verzonnen"}).code == "staff-no-right"
    assert reader.ask("staff_list").code == "staff-no-right"  # root brings it, and root may
    assert not Screen(node).ask("staff_list").error
    assert Screen(node, os.urandom(32)).ask("watch", request_id=False).code == "session-over"
    assert Screen(node, reader.session).ask("backup_next", request_id=False, number=0).code == "staff-no-right"
    assert not Colleague(node, UIDS["caseworker"]).ask("case_list").error  # a terminal is as it was


def test_what_is_told_ends_with_the_session(house):
    screen, _, _ = house.enrol("caseworker")
    ear = Screen(house.node, screen.session)
    assert not ear.ask("watch", request_id=False).error
    assert screen.ask("case_new", person={"name": "Verzonnen Persoon"}).id
    assert pb.Reply.FromString(ear.read(int.from_bytes(ear.read(4), "big"))).changed.kinds
    screen.ask("logout")
    assert house.enrol("caseworker")[0].ask("case_new", person={"name": "Tweede Persoon"}).id
    with pytest.raises(OSError):
        ear.read(4)


def test_each_persons_requests_are_their_own(house):
    """All sessions come from one user: an id of a request leads to nothing of another person's."""
    (anna, _, _), (bert, _, _) = house.enrol("caseworker"), house.enrol("caseworker")
    rid = os.urandom(16)
    first = anna.ask("case_new", request_id=rid, person={"name": "Verzonnen Persoon"})
    second = bert.ask("case_new", request_id=rid, person={"name": "Andere Persoon"})
    again = anna.ask("case_new", request_id=rid, person={"name": "Verzonnen Persoon"})
    assert first.id and second.id and first.id != second.id and again.id == first.id and again.repeated and not second.repeated
    assert anna.ask("draft_put", form="case-new", label="x", body="y").id
    assert len(anna.ask("draft_list").drafts) == 1 and len(bert.ask("draft_list").drafts) == 0


# ---- a fresh proof ----

def test_what_weighs_takes_a_fresh_proof(house):
    admin, key, name = house.enrol("administrator")
    add = lambda n: admin.ask("staff_add", name=f"{n} bij {name}", roles=["reader"])  # noqa: E731
    assert add("Carla").code == "step-up-needed"
    assert not admin.ask("status").error and not admin.ask("staff_list").error
    assert admin.ask("step_up", **key.get(Screen(house.node).begin())).code == "sign-in-failed"  # a challenge for something else
    assert admin.step_up(key).session
    assert add("Carla").link
    house.wait(121)
    assert add("Dirk").code == "step-up-needed"
    assert admin.step_up(key).session and add("Dirk").link
    _, other_key, _ = house.enrol("caseworker")
    assert admin.ask("step_up", **other_key.get(admin.ask("step_up_begin").ask)).code == "sign-in-failed"
    assert ("step-up", True) in house.log(name) and ("step-up-failed", False) in house.log(name)


def test_every_command_that_takes_one_says_so(house):
    """And in a session a person may what the person may, as at a terminal (test_staff_matrix.py): for each command, one who may and one who may not."""
    people = {role: house.enrol(role)[0] for role in UIDS}
    roles_of, how = table(), table_how()
    fresh = {f for f in how if "FRESH" in how[f]}
    assert {"case_erase", "case_export", "staff_add", "staff_role", "staff_end", "lock", "panic", "backup", "flow_publish", "case_release",
            "passkey_remove"} <= fresh
    assert not fresh & {"case_new", "act", "refer", "consent_withdraw", "status", "inbox", "case_note"}
    for field, roles in sorted(roles_of.items()):
        roles = {"coordinator", "privacy"} if field == "flow" else roles
        if how[field] == "OPEN" or field in ("logout", "session_end", "watch"):
            continue
        for role in (*sorted(roles)[:1], *sorted(set(UIDS) - roles)[:1]):
            got = people[role].ask(field, dry_run=True)
            assert got is not None, (field, role, house.node.log.read_text()[-500:])
            want = "staff-no-right" if role not in roles else "step-up-needed" if field in fresh else None
            assert (got.code == want) if want else got.code not in ("staff-no-right", "step-up-needed", "session-over"), (field, role, got)
        if "OWN" in how[field]:
            assert Screen(house.node).ask(field).code == "session-missing", field


# ---- passkeys ----

@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_what_a_browser_says_is_checked_field_by_field(house, alg):
    screen, key, _ = house.enrol("caseworker", alg=alg)
    other = Passkey()
    asked = screen.begin()
    once = key.get(asked)
    assert screen.ask("login_passkey", session=None, **once).session
    assert screen.ask("login_passkey", **key.get(asked)).code == "sign-in-failed"  # a challenge holds once
    assert screen.ask("login_passkey", **once).code == "sign-in-failed"
    base = key.client("webauthn.get", screen.begin().challenge)
    good = lambda **how: key.get(screen.begin(), **how)  # noqa: E731
    wrong = {
        "signature of another": other.get(screen.begin()) | {"cred_id": key.cred_id},
        "not there": good(flags=UV), "did not show who": good(flags=UP), "another host": good(rp_id="kring.evil.example"),
        "another origin": good(origin="https://kring.goes.example.evil.example"), "a port": good(origin=ORIGIN + ":8443"),
        "another type": good(kind="webauthn.create"), "invented challenge": key.get(pb.LoginAsk(challenge=os.urandom(32), rp_id="kring.goes.example")),
        "blank": good(client=base.replace(b":", b": ", 1)), "other order": good(client=b'{"challenge":' + base[8:]), "nothing": good(client=b"{}"),
        "twice": good(client=base[:-1] + b',"origin":"https://evil.example"}'), "cross": good(client=base.replace(b"false", b"true")),
        "cut": good(client=base[:-1]), "NUL": good(client=base[:-1] + b"\0}"), "long": good(client=base[:-1] + b',"x":"' + b"x" * 3000 + b'"}'),
        "bare auth": {**good(), "authenticator_data": b""}, "auth with more": {**good(), "authenticator_data": good()["authenticator_data"] + b"x"},
        "huge auth": {**good(), "authenticator_data": b"\xff" * 40000}, "huge sig": {**good(), "signature": b"\x30" * 40000},
        "no sig": {**good(), "signature": b""}, "huge id": {**good(), "cred_id": b"x" * 40000}, "no id": {**good(), "cred_id": b""}, "empty": {}}
    answers = set()
    for name, proof in wrong.items():
        got = screen.ask("login_passkey", session=None, **proof)
        assert got.code == "sign-in-failed" and not got.session, (name, got)
        answers.add((got.code, got.error, tuple((v.name, v.number) for v in got.values)))
        # so that each is refused for what is wrong in it: the door was not shut by those before
        assert Screen(house.node).sign_in(key).session, name
        house.wait(10)
    assert len(answers) == 1
    rows = Colleague(house.node, UIDS["privacy"]).ask("audit_list", limit=500).audit
    assert any(x.event == "sign-in" and x.detail == "sign-in-unknown" and not x.staff for x in rows)  # "huge id", "empty"


def test_the_door_is_shut_after_five(house):
    screen, key, name = house.enrol("caseworker")
    bad = lambda: screen.ask("login_passkey", **key.get(screen.begin(), flags=UP)).code  # noqa: E731
    for n in range(5):
        assert bad() == "sign-in-failed"
    assert Screen(house.node).sign_in(key).code == "sign-in-failed" and alive(screen)
    house.wait(14 * MINUTE)
    assert Screen(house.node).sign_in(key).code == "sign-in-failed"
    house.wait(2 * MINUTE)
    assert Screen(house.node).sign_in(key).session
    assert house.log(name).count(("sign-in-failed", False)) == 4 and house.log(name).count(("door-shut", False)) == 1
    for n in range(2):  # a sign-in forgets those before it
        assert [bad() for _ in range(4)] == ["sign-in-failed"] * 4
        assert Screen(house.node).sign_in(key).session


def test_a_challenge_is_not_kept_for_later(house):
    screen, key, _ = house.enrol("caseworker")
    asked = screen.begin()
    house.wait(121)
    assert screen.ask("login_passkey", **key.get(asked)).code == "sign-in-failed"
    asked = screen.begin()
    house.wait(119)
    assert screen.ask("login_passkey", **key.get(asked)).session


def test_a_passkey_that_counts_back_was_copied(house):
    screen, key, name = house.enrol("caseworker")
    assert screen.sign_in(key, counter=100).session
    for counter in (100, 99, 0):
        assert Screen(house.node).sign_in(key, counter=counter).code == "sign-in-failed", counter
    assert Screen(house.node).sign_in(key, counter=101).session
    assert ("passkey-copied", False) in house.log(name)
    still, no_count, _ = house.enrol("caseworker", counts=False)
    assert still.sign_in(no_count).session and still.sign_in(no_count).session


def test_ones_own_passkeys(house):
    screen, key, _ = house.enrol("caseworker")
    second, third = Passkey("RS256"), Passkey(cred_id=b"k" * 256)
    begin = lambda: screen.ask("passkey_begin").ask  # noqa: E731
    add = lambda made: screen.ask("passkey_add", **made)  # noqa: E731
    assert add(second.create(begin())).code == "step-up-needed"
    assert screen.step_up(key).session
    assert list(begin().cred_ids) == [key.cred_id]
    assert [x.name for x in add(second.create(begin(), name="telefoon")).passkeys] == ["laptop", "telefoon"]
    assert len(add(third.create(begin())).passkeys) == 3
    assert add(second.create(begin())).code == "passkey-known"
    asked, fourth = begin(), Passkey()
    bad = {"spki": (b"", b"\x30\x59garbage", b"\x30" * 40000, fourth.spki[:-1], fourth.spki + b"\0"),
           "cred_id": (b"", b"short", b"x" * 257, os.urandom(32)),
           "client_data": (b"", b"{}", b"\xff" * 40000, fourth.client("webauthn.get", asked.challenge), fourth.client("webauthn.create", asked.challenge, "https://evil.example")),
           "authenticator_data": (b"", b"\0" * 37, b"\xff" * 40000, fourth.create(asked, flags=UP | UV)["authenticator_data"],
                                  fourth.create(asked, flags=UP | AT)["authenticator_data"], fourth.create(asked, rp_id="evil.example")["authenticator_data"]),
           "name": ("x" * 241,)}
    for field, values in bad.items():
        for value in values:
            got = add({**fourth.create(asked), field: value})
            assert got.code == "passkey-unfit" and got.values[0].text in (field, "authenticator_data"), (field, value[:40], got)
    assert add(fourth.create(asked)).passkeys  # what was refused used nothing up
    assert add(Passkey().create(asked)).code == "challenge-over"
    for n in range(4):
        assert not add(Passkey().create(begin())).error
    assert add(Passkey().create(begin())).code == "passkeys-many"
    phone = Screen(house.node)
    assert phone.sign_in(second).session
    rows = screen.ask("passkey_list").passkeys
    assert [x.own for x in rows] == [True] + [False] * 7
    assert screen.ask("passkey_remove", id="ffffffffff").code == "passkey-unknown"
    assert not screen.ask("passkey_remove", id=rows[1].id).error
    assert not alive(phone) and alive(screen) and Screen(house.node).sign_in(second).code == "sign-in-failed"
    other, other_key, _ = house.enrol("caseworker")
    assert other.step_up(other_key).session and other.ask("passkey_remove", id=rows[0].id).code == "passkey-unknown"
    assert not screen.ask("passkey_remove", id=rows[0].id).error and not alive(screen)


def test_nothing_of_it_lies_about(house):
    """Neither in the log, nor in the memory of the process: a token is kept as its hash alone."""
    screen, key, name = house.enrol("caseworker")
    link = secret_of(house.node.k("staff", "add", f"Bert bij {name}", "--role", "reader")["link"])
    for _ in range(3):
        assert screen.sign_in(key).session and not screen.ask("case_list").error
    token = screen.session
    for _ in range(20):  # memory of turns is used again
        assert not Screen(house.node).ask("status").error
    core, found = house.node.children()["core"], {"token": 0, "link": 0}
    for line in open(f"/proc/{core}/maps").read().splitlines():
        if "r" not in line.split()[1] or "[v" in line:
            continue
        lo, hi = (int(x, 16) for x in line.split()[0].split("-"))
        if hi - lo > 1 << 29 or "/" in line:  # the store's file, which is ciphertext
            continue
        with open(f"/proc/{core}/mem", "rb") as m:
            try:
                m.seek(lo)
                block = m.read(min(hi - lo, 1 << 28))  # the database has addresses far behind the end of its file
            except (OSError, OverflowError):
                continue
        found = {"token": found["token"] + block.count(token), "link": found["link"] + block.count(link)}
    assert found == {"token": 0, "link": 0}, found
    log = house.node.log.read_bytes()
    assert token not in log and token.hex().encode() not in log and b"Collega" not in log and b"login#" not in log


def test_without_an_address_there_are_no_screens(federation):
    fed = federation("Goes")
    clock = Clock(fed.dir)
    n = fed.nodes[0].start(*clock.args)
    fed.import_roster(n)
    hire(n, "caseworker")
    assert not Screen(n).ask("public_status").public.origin
    assert Screen(n).ask("login_begin").code == Screen(n).ask("login_passkey").code == "screens-off"
    for code, *args in (("screens-off", "staff", "link", "Collega caseworker"), ("staff-user-missing", "staff", "add", "Anna", "--role", "reader")):
        with pytest.raises(Refused) as e:
            n.k(*args)
        assert e.value.reply["code"] == code

    def address(new):
        conf = n.dir / "kring.conf"
        conf.write_text(re.sub(r"\n\[Web\]\nOrigin=.*\n", "", conf.read_text()) + f"\n[Web]\nOrigin={new}\n")
        os.kill(n.proc.pid, signal.SIGHUP)
        wait_for("it to be taken", lambda: Screen(n).ask("public_status").public.origin == new)

    address(ORIGIN)
    root = Screen(n)  # alone in its role here: a day later it may
    asked = root.ask("staff_link", id="Collega caseworker")
    assert asked.code == "second-person" and root.ask("pending_confirm", id=asked.id).code == "pending-early"
    clock.set(24 * HOUR + 60)
    key, screen = Passkey(), Screen(n)
    assert screen.redeem(secret_of(root.ask("pending_confirm", id=asked.id).link), key).session and alive(screen)
    address("")  # nobody is signed in any more, also not when there is one again
    assert not alive(screen)
    address(ORIGIN)
    assert not alive(screen) and screen.sign_in(key).session and alive(screen)


# ---- a passphrase, for a demonstration ----

def test_a_passphrase_where_the_settings_allow_it(federation):
    fed = federation("Goes")
    n = fed.nodes[0]
    screens(n, Login="passphrase")
    clock = Clock(fed.dir)
    n.start(*clock.args)
    fed.import_roster(n)
    hire(n, "privacy")
    words, screen = "paard batterij  nietje correct", Screen(n)
    assert list(screen.ask("public_status").public.login) == ["passkey", "passphrase"]
    made = n.k("staff", "add", "Anna Verzonnen", "--user", "41140", "--role", "caseworker")
    secret = secret_of(made["link"])
    for short in ("", "een twee drie", "a b c d", "woord woord woord woord", "x" * 300, "een twee drie vier " * 20):
        assert screen.ask("login_link", link=secret, passphrase=short).code == "passphrase-short", short
    got = screen.ask("login_link", link=secret, passphrase=words)
    assert got.session and got.staff[0].name == "Anna Verzonnen", got
    assert screen.ask("login_link", link=secret, passphrase=words).code == "link-over"
    sign_in = lambda name, phrase: screen.ask("login_passphrase", session=None, name=name, passphrase=phrase)  # noqa: E731
    for name, phrase in (("Anna Verzonnen", words), ("41140", " paard batterij nietje correct ")):
        got = sign_in(name, phrase)
        assert got.session, got
    screen.session = got.session
    assert not screen.ask("case_list").error
    assert screen.ask("step_up_begin").code == screen.ask("case_erase", id="x").code == "step-up-passkey"
    wrong = [sign_in(name, phrase) for name, phrase in (("Anna Verzonnen", words + "s"), ("Niemand", words), ("", ""), ("Anna", words), ("Anna Verzonnen", ""))]
    assert {(x.code, x.error, x.session) for x in wrong} == {("sign-in-failed", "refused", b"")}
    for _ in range(3):
        assert sign_in("Anna Verzonnen", "iets anders dan dat").code == "sign-in-failed"
    assert sign_in("Anna Verzonnen", words).code == "sign-in-failed"  # shut
    clock.set(16 * MINUTE)
    assert sign_in("Anna Verzonnen", words).session
    root = secret_of(n.k("staff", "add", "Beheer", "--role", "administrator")["link"])
    assert screen.ask("login_link", link=root, passphrase=words).code == "passphrase-role"
    assert Screen(n).redeem(root, Passkey()).session
    # others are answered while one is hashed, and replies come in the order of asking
    asks = [pb.Request(version=1) for _ in range(4)]
    fill(asks[0].login_passphrase, dict(name="Anna Verzonnen", passphrase=words))
    for r in asks[1:]:
        r.public_status.SetInParent()
    raw = b"".join(struct.pack(">I", len(x)) + x for x in (r.SerializeToString() for r in asks))
    line, other = Screen(n), Screen(n)
    assert not other.ask("public_status").error and not line.ask("public_status").error
    line.sock.sendall(raw)
    assert not any(other.ask("public_status").error for _ in range(3)) and not select.select([line.sock], [], [], 0)[0]
    replies = [pb.Reply.FromString(line.read(struct.unpack(">I", line.read(4))[0])) for _ in asks]
    assert [bool(x.session) for x in replies] == [True, False, False, False] and all(x.public.origin for x in replies[1:])
    # also of one with a long name: a reply must not reach whoever asked behind it
    asks[0].login_passphrase.name = "n" * 4096
    line.sock.sendall(b"".join(struct.pack(">I", len(x)) + x for x in (r.SerializeToString() for r in asks)))
    replies = [pb.Reply.FromString(line.read(struct.unpack(">I", line.read(4))[0])) for _ in asks]
    assert replies[0].error and all(x.public.origin for x in replies[1:]), replies
    many = [Screen(n) for _ in range(12)]
    for x in many:
        x.ask("public_status")
    for x in many:  # more than may wait are told so, and nothing stands still
        x.sock.sendall(raw)
    assert {pb.Reply.FromString(x.read(struct.unpack(">I", x.read(4))[0])).code for x in many} <= {"", "too-much-waiting"}
    assert not screen.ask("public_status", session=None).error
    assert words not in n.log.read_text()
    assert not memory_has(n.children()["core"], [b"paard batterij"])  # who signed in is answered, and nothing of it stays


def test_a_passphrase_that_was_replaced_meanwhile_signs_nobody_in(federation):
    """It is compared outside the turn: what it was compared with has to be what is still kept when the answer is there."""
    n = federation("Goes").nodes[0]
    screens(n, Login="passphrase")
    n.start()
    hire(n, "administrator")
    hire(n, "administrator", name="Tweede Beheerder", uid=41120)
    old, new = "paard batterij nietje correct", "emmer wolk sleutel papier"
    made = n.k("staff", "add", "Anna Verzonnen", "--role", "caseworker")
    first, second = Colleague(n, UIDS["administrator"]), Colleague(n, 41120)
    assert Screen(n).ask("login_link", link=secret_of(made["link"]), passphrase=old).session
    asked = first.ask("staff_link", id="Anna Verzonnen")
    assert asked.code == "second-person", asked
    secret = secret_of(second.ask("pending_confirm", id=asked.id).link)
    lines = [Screen(n) for _ in range(5)]
    for x in lines:
        assert not x.ask("public_status").error
    asks = [("login_passphrase", dict(name="Niemand", passphrase=old))] * 3 + [
        ("login_link", dict(link=secret, passphrase=new)), ("login_passphrase", dict(name="Anna Verzonnen", passphrase=old))]
    quick = Screen(n)
    for x, (field, values) in zip(lines, asks):  # one behind the other: each is read before the next is sent
        r = pb.Request(version=1)
        fill(getattr(r, field), values)
        raw = r.SerializeToString()
        x.sock.sendall(struct.pack(">I", len(raw)) + raw)
        assert not quick.ask("public_status").error
    got = [pb.Reply.FromString(x.read(struct.unpack(">I", x.read(4))[0])) for x in lines]
    assert got[3].session and (got[4].code, got[4].session) == ("sign-in-failed", b""), got[3:]
    assert Screen(n).ask("login_passphrase", name="Anna Verzonnen", passphrase=new).session


def test_without_that_setting_there_are_none(house):
    screen, _, name = house.enrol("caseworker")
    assert screen.ask("login_passphrase", name=name, passphrase="paard batterij nietje correct").code == "passphrases-off"
    secret = secret_of(house.node.k("staff", "add", f"Bert bij {name}", "--role", "reader")["link"])
    assert screen.ask("login_link", link=secret, passphrase="paard batterij nietje correct").code == "passphrases-off"
    assert screen.begin(link=secret).challenge
