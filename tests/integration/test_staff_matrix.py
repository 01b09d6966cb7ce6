# SPDX-License-Identifier: EUPL-1.2
"""Every role at every command, and whoever is not named.  A command that is added later is in it by its row of the table."""
import pytest

from node import Refused
from staff import STRANGER, UIDS, Colleague, hire, kring, pb, table

NO_COMMAND = {"version", "request_id", "dry_run", "session", "unlock"}  # unlock: a node that is awake has no such command


@pytest.fixture
def node(federation):
    fed = federation("Goes")
    n = fed.nodes[0].start()
    fed.import_roster(n)
    return n


def test_the_table_has_every_command():
    assert set(table()) == {f.name for f in pb.Request.DESCRIPTOR.fields} - NO_COMMAND


def test_before_the_first_name_whoever_reaches_the_node_may_do_everything(node):
    anybody = Colleague(node, STRANGER)
    for field in table():
        got = anybody.ask(field, dry_run=True)
        assert got is not None and got.code not in ("staff-no-right", "staff-unknown"), (field, got)
    assert node.k("status")["status"]["open_to_all"]
    assert node.k("staff", "list")["open_to_all"]
    assert "kring staff add" in kring(node, 0, "staff", "list").stdout and "kring staff add" in kring(node, 0, "status").stdout


def test_every_role_at_every_command(node):
    for role in UIDS:
        hire(node, role)
    people = {role: Colleague(node, uid) for role, uid in UIDS.items()}
    people["root"] = Colleague(node, 0)
    for field, roles in sorted(table().items()):
        roles = {"coordinator", "privacy"} if field == "flow" else roles  # of all members; own figures below
        for role, who in people.items():
            got = who.ask(field, dry_run=True)
            assert got is not None, (field, role, node.log.read_text()[-500:])
            may = (role if role != "root" else "administrator") in roles
            assert (got.code != "staff-no-right") == may, (field, role, got)
    for role in UIDS:
        assert people[role].ask("flow", own=True).code != "staff-no-right", role


def test_kring_alone_shows_an_administrator_the_node(node):
    """Who has no cases has no day; a word that was typed is refused as before."""
    for role in ("administrator", "caseworker", "privacy"):
        hire(node, role)
    def refused():
        return [x for x in Colleague(node, UIDS["privacy"]).ask("audit_list").audit if x.event == "refused"]

    r = kring(node, UIDS["administrator"], "--lang", "en")
    assert refused() == []  # nobody who typed one word tried for cases
    assert r.returncode == 0 and "kring help all" in r.stdout and "roster" in r.stdout and r.stderr == "", r
    r = kring(node, UIDS["administrator"], "--lang", "en", "today")
    assert r.returncode == 1 and "not among your tasks" in r.stderr and r.stdout == "", r
    assert len(refused()) == 1
    r = kring(node, UIDS["administrator"], "--json")
    assert r.returncode == 1 and "staff-no-right" in r.stdout, r
    assert "Nothing is waiting" in kring(node, UIDS["caseworker"], "--lang", "en").stdout
    r = kring(node, STRANGER, "--lang", "en")
    assert r.returncode == 1 and "kring staff add" in r.stderr, r


def test_who_is_not_named_is_told_what_to_ask_for(node):
    hire(node, "caseworker")
    for field in table():
        assert Colleague(node, STRANGER).ask(field, dry_run=True).code == "staff-unknown", field
    for lang in ("nl", "fr", "en", "de"):
        r = kring(node, STRANGER, "--lang", lang, "today")
        assert r.returncode == 1 and f"--user {STRANGER}" in r.stderr and "kring staff add" in r.stderr, r


def test_root_and_the_nodes_own_user_look_after_it_and_nothing_else(node):
    hire(node, "caseworker")
    with pytest.raises(Refused) as e:
        node.k("case", "list")
    assert (e.value.code, e.value.reply["code"]) == (1, "staff-no-right")
    assert node.k("staff", "list")["staff"][0]["roles"] == ["caseworker"]
    for uid in (0, 65534):
        with pytest.raises(Refused) as e:
            node.k("staff", "add", "Iemand", "--user", str(uid), "--role", "caseworker")
        assert e.value.reply["code"] == ("staff-user-nobody" if uid else "staff-user-of-node")


def test_roles_that_do_not_go_together(node):
    for roles, code in (("caseworker,coordinator", "staff-roles-apart"), ("reader,coordinator", "staff-roles-apart"),
                        ("administrator,privacy", "staff-roles-apart")):
        with pytest.raises(Refused) as e:
            node.k("staff", "add", "Iemand", "--user", "41100", "--role", roles)
        assert e.value.reply["code"] == code
    assert node.k("status")["status"]["open_to_all"]  # nothing of it was kept
    hire(node, "caseworker", "administrator")  # a small house
    for n, role in enumerate(("reader", "coordinator")):
        hire(node, role)
    with pytest.raises(Refused) as e:
        node.k("staff", "add", "Vierde", "--user", "41101", "--role", "caseworker,administrator")
    assert e.value.reply["code"] == "staff-administrator-apart"


def test_it_ends_at_once_and_by_its_date(node):
    anna = hire(node, "caseworker", name="Anna De Wit")
    worker = Colleague(node, UIDS["caseworker"])
    assert not worker.ask("case_list").error
    node.k("staff", "end", "Anna De Wit")
    assert worker.ask("case_list").code == "staff-unknown"
    assert node.k("staff", "list")["staff"][0]["id"] == anna["id"] and node.k("staff", "list")["staff"][0]["ended_ms"]
    with pytest.raises(Refused):  # the node stays shut when the last one left
        node.k("case", "list")
    with pytest.raises(Refused) as e:
        node.k("staff", "add", "Bert", "--user", "41102", "--role", "caseworker", "--until", "2020-01-31")
    assert e.value.reply["code"] == "staff-until-past"


def test_who_watches_is_told_nothing_more_when_the_right_ends(node):
    hire(node, "caseworker", name="Anna De Wit")
    hire(node, "caseworker", name="Bert Verzonnen", uid=41110)
    anna, bert = Colleague(node, UIDS["caseworker"]), Colleague(node, 41110)
    r = pb.Request(version=1)
    r.watch.SetInParent()
    assert not anna.call(r).error and not bert.call(r).error
    node.k("staff", "end", "Anna De Wit")
    new = pb.Request(version=1)
    new.case_new.person.name = "Verzonnen Persoon"
    assert not Colleague(node, 41110).call(new).error
    assert pb.Reply.FromString(bert.read(int.from_bytes(bert.read(4), "big"))).changed.kinds
    with pytest.raises(OSError):
        anna.read(4)
    assert anna.call(r) is None and anna.call(r).code == "staff-unknown"


def test_a_refused_change_changes_no_right(node):
    """In one turn with others: what was undone is not what counts."""
    hire(node, "caseworker")
    root, worker = Colleague(node, 0), Colleague(node, UIDS["caseworker"])
    dry = root.ask("staff_end", dry_run=True, id="Collega caseworker")
    assert not dry.error and dry.dry_run
    assert not worker.ask("case_list").error
    assert root.ask("staff_add", name="Bert", uid=UIDS["caseworker"], roles=["reader"]).code == "staff-user-taken"
    assert not worker.ask("case_list").error


def test_a_reply_that_is_kept_is_for_whoever_asked(node):
    """Also when another user gives the same id of a request: with another command, and with the same one."""
    hire(node, "caseworker")
    hire(node, "caseworker", name="Bert Verzonnen", uid=41110)
    hire(node, "administrator")
    anna, bert, admin = (Colleague(node, uid) for uid in (UIDS["caseworker"], 41110, UIDS["administrator"]))
    new = pb.Request(version=1, request_id=b"0123456789abcdef")
    new.case_new.person.name = "Verzonnen Persoon"
    first = anna.call(new)
    assert not first.error and first.id and not first.repeated
    end = pb.Request(version=1, request_id=new.request_id)
    end.staff_end.id = "Niemand"
    got = admin.call(end)
    assert got.code == "staff-not-found" and not got.id and not got.repeated, got
    own = bert.call(new)
    assert not own.error and not own.repeated and own.id != first.id, own
    again = anna.call(new)
    assert again.repeated and again.id == first.id


def test_a_whole_id_is_no_other_persons_name(node):
    rik = hire(node, "reader", name="Rik")
    other = hire(node, "caseworker", name=rik["id"])
    assert Colleague(node, 0).ask("staff_end", id=rik["id"]).staff[0].name == "Rik"
    assert {x["id"]: bool(x["ended_ms"]) for x in node.k("staff", "list")["staff"]} == {rik["id"]: True, other["id"]: False}


def test_rights_outlive_the_process(node):
    hire(node, "reader", name="Élodie Müller")
    node.stop()
    node.start(wait=True)
    reader = Colleague(node, UIDS["reader"])
    assert not reader.ask("case_list").error
    assert reader.ask("case_new").code == "staff-no-right"
    assert Colleague(node, STRANGER).ask("status").code == "staff-unknown"
    assert node.k("staff", "list")["staff"][0]["name"] == "Élodie Müller"


def test_a_node_that_is_no_member_holds_no_cases(federation):
    fed = federation("Provincie", cls="coordinator")
    n = fed.nodes[0].start()
    fed.import_roster(n)
    assert n.k("status")["status"]["member"]
    for args in (("case", "list"), ("inbox",), ("today",), ("case", "new", "--name", "Verzonnen")):
        with pytest.raises(Refused) as e:
            n.k(*args)
        assert e.value.reply["code"] == "node-holds-no-cases"
