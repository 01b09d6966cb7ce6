# SPDX-License-Identifier: EUPL-1.2
"""After a restore: a right that was ended meanwhile does not live again by itself.  What root asks, and what is judged at once."""
import subprocess

import pytest

from node import Clock, Refused
from staff import UIDS, Colleague, hire, kring

BERT, CAS, BRECHT = 41010, 41011, 41020


@pytest.fixture
def node(federation, workdir):
    fed = federation("Goes")
    n = fed.nodes[0]
    n.clock = Clock(workdir)
    n.start(*n.clock.args)
    fed.import_roster(n)
    return n


def restored(n, workdir, ended):
    """The node back from a copy that was made before somebody left."""
    n.k("backup", str(workdir / "copy"))
    n.k("staff", "end", ended)
    n.stop()
    home, n.dir = n.dir, workdir / "anew"
    subprocess.run([str(n.fed.bin / "kring"), "--dir", str(n.dir), "restore", str(workdir / "copy"), "--sheet", str(home / "recovery-sheet.txt")], check=True,
                   capture_output=True)
    n.start()


def test_who_left_after_the_backup_does_not_come_back_with_it(node, workdir):
    hire(node, "caseworker", name="Anna De Wit")
    hire(node, "caseworker", name="Bert Verzonnen", uid=BERT)
    hire(node, "administrator", name="Ada")
    hire(node, "administrator", name="Brecht", uid=BRECHT)
    restored(node, workdir, "Bert Verzonnen")
    anna, bert, ada, brecht = (Colleague(node, uid) for uid in (UIDS["caseworker"], BERT, UIDS["administrator"], BRECHT))
    for who in (anna, bert, ada, brecht):
        assert who.ask("status").code == "staff-came-back"  # whoever came back, the administrator too: one of them may have left
    seen = node.k("status")["status"]
    assert seen["came_back"] == ["Anna De Wit", "Bert Verzonnen", "Ada", "Brecht"] and "staff-came-back" in [a["what"] for a in seen["alarms"]]
    for lang in ("nl", "fr", "en", "de"):
        assert "Bert Verzonnen" in kring(node, 0, "--lang", lang, "status").stdout
        assert "kring staff confirm" in kring(node, UIDS["caseworker"], "--lang", lang, "today").stderr
    with pytest.raises(Refused) as e:
        node.k("staff", "confirm")
    assert e.value.reply["code"] == "staff-confirm-whom"
    node.k("staff", "end", "Bert Verzonnen")
    assert node.k("staff", "confirm", "Ada")["staff"][0]["name"] == "Ada"
    assert not ada.ask("status").error and anna.ask("today").code == "staff-came-back"
    # whoever came back is nobody's second person before that is confirmed
    asked = ada.ask("staff_role", who="Anna De Wit", roles=["reader"])
    assert asked.code == "second-person" and ada.ask("pending_confirm", id=asked.id).code == "pending-early"
    assert [s.name for s in ada.ask("staff_confirm", all=True).staff] == ["Anna De Wit", "Brecht"]
    assert ada.ask("pending_confirm", id=asked.id).code == "pending-own"
    assert not anna.ask("case_list").error and bert.ask("case_list").code == "staff-unknown"
    assert not node.k("status")["status"]["came_back"]
    assert ada.ask("staff_confirm", all=True).code == "staff-none-came-back"
    # a restart is no restore
    node.stop()
    node.start()
    assert not Colleague(node, UIDS["caseworker"]).ask("case_list").error


def test_whoever_is_named_after_the_restore_works_at_once(node, workdir):
    hire(node, "caseworker", name="Anna De Wit")
    restored(node, workdir, "Anna De Wit")
    hire(node, "caseworker", name="Cas Verzonnen", uid=CAS)
    assert not Colleague(node, CAS).ask("case_list").error and Colleague(node, UIDS["caseworker"]).ask("case_list").code == "staff-came-back"


def test_status_says_that_the_last_one_who_was_named_left(node):
    hire(node, "caseworker", name="Anna De Wit")
    node.k("staff", "add", "Bert Verzonnen", "--user", str(BERT), "--role", "caseworker", "--until", "tomorrow")
    alarms = lambda: [a["what"] for a in node.k("status")["status"].get("alarms", [])]
    assert "staff-all-left" not in alarms()
    node.k("staff", "end", "Anna De Wit")
    assert "staff-all-left" not in alarms()
    node.clock.set(3 * 86400)  # whose last day is over has left, too
    assert "staff-all-left" in alarms()
    assert "kring staff add" in kring(node, 0, "--lang", "en", "status").stdout
    hire(node, "caseworker", name="Cas Verzonnen", uid=CAS)
    assert "staff-all-left" not in alarms()


def test_what_a_second_person_would_be_refused_is_refused_at_once(node):
    hire(node, "administrator", name="Ada")
    hire(node, "administrator", name="Brecht", uid=41020)
    hire(node, "reader", name="Rik")
    ada = Colleague(node, UIDS["administrator"])
    assert ada.ask("staff_role", who="Rik", roles=["caseworker", "coordinator"]).code == "staff-roles-apart"
    assert ada.ask("staff_role", who="Rik", roles=["caseworker", "geen-taak"]).code == "staff-role-unknown"
    assert ada.ask("staff_role", who="Niemand", roles=["caseworker"]).code == "staff-not-found"
    node.k("staff", "end", "Rik")
    assert ada.ask("staff_add", name="Rik Anders", uid=UIDS["reader"], roles=["administrator", "privacy"]).code == "staff-roles-apart"
    assert ada.ask("staff_add", name="Brecht", uid=UIDS["reader"], roles=["privacy"]).code == "staff-name-taken"
    assert ada.ask("staff_add", name="Rik Anders", uid=UIDS["reader"], roles=["privacy"], until_ms=1).code == "staff-until-past"
    assert not ada.ask("pending_list").pending  # nothing of it waits for anybody


def test_one_human_is_not_two_by_asking_as_root(node):
    hire(node, "administrator", name="Ada")
    hire(node, "reader", name="Rik")
    root, ada = Colleague(node, 0), Colleague(node, UIDS["administrator"])
    assert root.ask("staff_role", who="Rik", roles=["caseworker"]).code == "second-root"
    assert not ada.ask("pending_list").pending
    # where nobody has that right under a name, root is alone, and what it asked waits for nobody who is named later
    node.k("staff", "end", "Ada")
    asked = root.ask("staff_role", who="Rik", roles=["caseworker"])
    assert asked.code == "second-person"
    assert root.ask("pending_confirm", id=asked.id).code == "pending-early"
    hire(node, "administrator", name="Ook Ada", uid=41021)
    assert Colleague(node, 41021).ask("pending_confirm", id=asked.id).code == "second-root"
    assert root.ask("pending_confirm", id=asked.id).code == "second-root"
    node.k("staff", "end", "Ook Ada")
    node.clock.set(86400 + 60)
    node.k("status")
    assert not root.ask("pending_confirm", id=asked.id).error
    hire(node, "privacy", name="Odile")
    seen = [e for e in Colleague(node, UIDS["privacy"]).ask("audit_list").audit if e.event == "second-person"]
    assert {e.detail for e in seen} == {"asked", "alone"} and {e.actor for e in seen} == {"uid 00000000"} and not any(e.staff for e in seen)


def test_a_name_that_reads_the_same_is_the_same_colleague(node):
    """Blanks around it, capitals and accents are not what tells two people apart, neither where one is named nor where one is meant."""
    hire(node, "administrator", name="Ada")
    hire(node, "caseworker", name=" Zoë De Wit  ")
    ada, kept = Colleague(node, UIDS["administrator"]), [s.name for s in Colleague(node, 0).ask("staff_list").staff]
    assert kept == ["Ada", "Zoë De Wit"]
    for alike in ("Zoë De Wit ", "zoe de wit", "\u00a0ZOË DE WIT", "Zoë  De Wit"):
        said = ada.ask("staff_add", name=alike, uid=BERT, roles=["caseworker"])
        assert (said.code, said.values[0].text) == ("staff-name-taken", "Zoë De Wit"), (alike, said)
    for blank in ("", "  ", "\u00a0"):
        assert ada.ask("staff_add", name=blank, uid=BERT, roles=["caseworker"]).code == "staff-name-missing", blank
    hire(node, "caseworker", name="李", uid=BERT)
    assert ada.ask("staff_add", name="李 ", uid=CAS, roles=["caseworker"]).code == "staff-name-taken"
    assert not ada.ask("staff_add", name="王", uid=CAS, roles=["caseworker"]).error
    assert ada.ask("staff_end", id="zoe de wi").code == "staff-not-found"
    assert [s.name for s in ada.ask("staff_end", id="zoe de wit").staff] == ["Zoë De Wit"]
