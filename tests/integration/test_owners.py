# SPDX-License-Identifier: EUPL-1.2
"""After a restore a node writes in no older case before it has asked everybody whether it gave that case away."""
import shutil

from node import wait_for
from test_handover import STORY, handed, propose, reaches, refused, until
from test_state_loss import restore, settled


def brought_up_again(f, n, before):
    restore(n, before, f.dir / f"sheet-{n.name}")
    n.start()


def test_the_former_owner_restored_to_before_it_ceded(federation):
    """All of the handover went with the disk, and the new owner is away: until it was heard nothing is written here."""
    f = federation("Goes", "SMWO", "GGD")
    a, b, c = f.start()
    case, other = a.new_case(name="Fatima Verzonnen", phone="0113-000000"), a.new_case(name="Dirk Verzonnen")
    for n in (a, b):
        shutil.copy(n.dir / "recovery-sheet.txt", f.dir / f"sheet-{n.name}")
    a.k("backup", str(f.dir / "before"))
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    ref = propose(a, b, case)
    until(a, b, ref, "taken")
    wait_for("receipts", lambda: settled(a, b))
    b.stop()
    brought_up_again(f, a, f.dir / "before")
    f.await_connected(a, 1)
    for words in (("case", "edit", case, "--phone", "0"), ("case", "note", case, "--text", "She came by."), ("case", "close", case), ("refer", case, "--to", c.name, "--need", "food"),
                  ("consent", "give", case, "--to", c.name, "--share", STORY, "--how", "written"), ("handover", "propose", case, "--to", c.name)):
        assert refused(a, *words) == "case-perhaps-moved", words
    wait_for("the one that is there to be heard", lambda: a.k("status")["status"]["waiting_for"] == ["SMWO"])
    assert refused(a, "case", "edit", case, "--phone", "0") == "case-perhaps-moved"
    young = a.new_case(name="Eefje Verzonnen")  # of after the loss: nobody has it from here
    a.k("case", "edit", young, "--phone", "0113-111111")
    a.k("case", "release", other)  # somebody telephoned
    a.k("case", "edit", other, "--phone", "0113-222222")
    assert refused(a, "case", "edit", case, "--phone", "0") == "case-perhaps-moved"
    b.start()
    for n in (b, c):
        wait_for("the report of the restore", lambda n=n: n.try_k("partner", "restored", a.name) is not None)
    reaches(a, ref, "taken")
    assert refused(a, "case", "edit", case, "--phone", "0") == "not-owner"
    b.k("case", "edit", handed(b, ref)["case_id"], "--phone", "0113-333333")


def test_the_new_owner_restored_to_before_it_took(federation):
    """What it took comes back, and so does the pen; before that it is held by nobody else."""
    f = federation("Goes", "SMWO")
    a, b = f.start()
    case = a.new_case(name="Fatima Verzonnen", phone="0113-000000")
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    shutil.copy(b.dir / "recovery-sheet.txt", f.dir / f"sheet-{b.name}")
    ref = propose(a, b, case)
    until(a, b, ref, "ceded")
    b.k("backup", str(f.dir / "before"))
    there = handed(b, ref)["case_id"]
    b.k("handover", "take", ref, "--yes")
    reaches(a, ref, "taken")
    wait_for("receipts", lambda: settled(a, b))
    a.stop()
    brought_up_again(f, b, f.dir / "before")
    assert refused(b, "case", "edit", there, "--phone", "0") == "case-perhaps-moved"
    a.start()
    assert refused(a, "case", "edit", case, "--phone", "0") == "not-owner"
    wait_for("the report of the restore", lambda: a.try_k("partner", "restored", b.name) is not None)
    reaches(b, ref, "taken")
    wait_for("the pen is here again", lambda: b.try_k("case", "edit", there, "--phone", "0113-222222"))
    assert refused(a, "case", "edit", case, "--phone", "0") == "not-owner"
