# SPDX-License-Identifier: EUPL-1.2
"""A whole case moves to another node: one owner at every moment, and nothing of it is lost or opened before its time."""
import datetime
import os
import shutil
import signal
import subprocess

import pytest
from node import Clock, Refused, wait_for
from staff import UIDS, Colleague, hire
from test_state_loss import restore, settled

BERT = 41010
STORY = "identity,contact,household,needs,story"


def handed(n, ref):
    return n.k("handover", "show", ref)["handovers"][0]


def reaches(n, ref, state):
    n.await_handover(ref, state)


def refused(n, *args):
    with pytest.raises(Refused) as e:
        n.k(*args)
    return e.value.reply["code"]


def start(federation, *more, **fields):
    f = federation()
    a, b = f.start()
    case = a.new_case(phone="0113-000000", story="Lost her job.", **fields)
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    return f, a, b, case


def propose(a, b, case):
    ref = a.k("handover", "propose", case, "--to", b.name)["handovers"][0]["ref"]
    reaches(b, ref, "proposed")
    return ref


def until(a, b, ref, state):
    """As far as that, each step by whoever's move it is."""
    steps = [("agreed", b, ("agree",)), ("staged", a, ("send", "--notes")), ("ceded", a, ("cede", "--yes")), ("taken", b, ("take", "--yes"))]
    for reached, who, (step, *options) in steps:
        who.k("handover", step, ref, *options)
        for n in (a, b):
            reaches(n, ref, reached)
        if reached == state:
            return


def work(n):
    return {w["kind"] for w in n.k("today").get("work", [])}


def test_a_partner_that_was_removed_is_not_to_move(federation):
    f, a, b, case = start(federation)
    ref = propose(a, b, case)
    assert handed(a, ref)["next"] == "partner"
    proposal = a.k("partner", "remove", b.name)["proposal"]
    for r in (1, 2):
        a.k("approve", proposal, "--key", str(f.dir / f"roots/root{r}.key"))
    wait_for("it to be cut off", lambda: a.k("partner", "list")["partners"][0].get("standing") == "removed" or handed(a, ref)["next"] == "gone")
    assert handed(a, ref)["next"] == "gone"
    said = subprocess.run([str(f.bin / "kring"), "--dir", str(a.dir), "--lang", "en", "handover", "list"], capture_output=True, text=True).stdout
    assert "SMWO is no member any more" in said and "is to move" not in said, said


def test_happy(federation):
    f, a, b, case = start(federation, name="Fatima Verzonnen")
    a.k("case", "note", case, "--text", "She likes to be phoned after six.")
    ref = propose(a, b, case)
    assert "handover-answer" in work(b) and "handover-answer" not in work(a)
    b.k("handover", "agree", ref)
    reaches(a, ref, "agreed")
    assert "handover-send" in work(a)
    a.k("handover", "send", ref, "--notes")
    for n in (a, b):
        reaches(n, ref, "staged")
    assert "handover-cede" in work(a)
    there = handed(b, ref)["case_id"]
    assert "person" not in b.k("case", "show", there), "staged opens nowhere"
    # on its way nobody writes; what is noted goes along
    assert refused(a, "case", "edit", case, "--phone", "0113-111111") == "case-on-its-way"
    assert a.k("case", "show", case)["owner"] == {"who": "on-its-way", "partner": b.org, "phone": a.k("case", "show", case)["owner"]["phone"]}
    said = f.run("--dir", str(a.dir), "--lang", "en", "case", "note", case, "--text", "Her sister helps on Monday.")
    assert f"goes to {b.org}" in said and "do not see it" not in said
    a.k("handover", "cede", ref, "--yes")
    reaches(b, ref, "ceded")
    assert "handover-take" in work(b)
    b.k("handover", "take", ref, "--yes")
    reaches(a, ref, "taken")
    page = b.k("case", "show", there)
    assert page["owner"]["who"] == "us" and page["person"]["name"] == "Fatima Verzonnen" and page["person"]["story"] == "Lost her job."
    assert [e["text"].split(": ", 1)[1] for e in page["entries"] if e["what"] == "note"] in (
        ["She likes to be phoned after six.", "Her sister helps on Monday."], ["Her sister helps on Monday.", "She likes to be phoned after six."])
    assert not [e for e in page["entries"] if e["what"] == "note" and e.get("ref")]
    assert "progress" not in f.run("--dir", str(b.dir), "--lang", "en", "case", "show", there)  # as a note of a referral is called
    b.k("case", "edit", there, "--phone", "0113-222222")  # the new owner writes
    assert b.k("case", "show", there)["person"]["phone"] == "0113-222222"
    # the former one does not, and does not look into it either
    assert refused(a, "case", "show", case) == "sealed" and refused(a, "case", "edit", case, "--phone", "0") == "not-owner"
    assert [c["hollow"] for c in a.k("case", "list")["cases"]] == ["case-moved"]
    assert "Fatima" not in str(a.k("case", "list")) and not a.k("case", "search", "Fatima").get("cases")
    assert handed(a, ref)["closed_until"]
    # what it still learns goes there as an addition
    a.k("case", "note", case, "--text", "A letter came for her.")
    wait_for("the addition", lambda: "A letter came for her." in str(b.k("case", "show", there)))
    assert not work(a) & {"handover-send", "handover-cede"} and not work(b) & {"handover-take", "handover-answer"}


# What names a case, or a referral of it, at the node that had it: C is the case, R a referral that is over, G a consent.
CLOSED = [
    ("sealed", "case show C"), ("sealed", "case export C"), ("sealed", "letter C"), ("sealed", "letter R"), ("sealed", "show R"), ("sealed", "case worker C"), ("sealed", "case erase C --yes"),
    ("not-owner", "case edit C --phone 0113-9"), ("not-owner", "case close C"), ("not-owner", "case reopen C"), ("not-owner", "case take C phone"),
    ("not-owner", "case new --name Fatima --same-as C"), ("not-owner", "consent give C --to P --share needs --how written"), ("not-owner", "refer C --to P --need food"),
    ("not-owner", "reopen R --reason not-better"), ("not-owner", "handover propose C --to P"),
    # what the law asks of whoever had it stays: whom it told, what was agreed to, and that a consent is taken back and a copy erased
    (None, "who C"), (None, "consent list C"), (None, "consent show G"), (None, "sent --all"), (None, "case note C --text Later."), (None, "consent withdraw G --yes"),
    (None, "revoke R --yes"),
]


def test_of_a_case_that_moved_away(federation):
    """Every command that takes a case or a referral of it: refused with its code, or shows nothing of the person."""
    f, a, b, case = start(federation, name="Fatima Verzonnen")
    g = a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--how", "written")["id"]
    r = a.refer(case, b.name)
    wait_for("it arrived", lambda: b.try_k("show", r))
    a.k("withdraw", r, "--reason", "no-longer-needed")
    for line in ("case note C --text Secret.", "letter C", "show R"):  # ... all of which it may before
        a.k(*(word for word in line.replace("C", case).replace("R", r).split()))
    until(a, b, propose(a, b, case), "taken")
    named = {"C": case, "R": r, "G": g, "P": b.name}
    for code, line in CLOSED:
        args = [named.get(word, word) for word in line.split()]
        if code is None:
            seen = str(a.k(*args))
            assert not any(word in seen for word in ("Fatima", "Secret", "0113-0", "Lost her job")), line
        else:
            assert (line, refused(a, *args)) == (line, code)


def attached(n, case):
    return [(r["name"], r["size"], r["state"]) for r in n.k("case", "attachments", case).get("files", [])]


def test_files_go_along(federation, tmp_path):
    """Those of the case: there before it is ceded, opened by nobody before it is taken, and given back after a restore."""
    f = federation()
    a, b = f.start()
    with_files = STORY + ",attachments"
    for x, y in ((a, b), (b, a)):
        f.agree(x, y, with_files, with_files)
        shutil.copy(x.dir / "recovery-sheet.txt", f.dir / f"sheet-{x.name}")
    paths = [tmp_path / "letter.pdf", tmp_path / "scan.png"]
    late = tmp_path / "late.pdf"
    late.write_bytes(os.urandom(60000))
    paths[0].write_bytes(os.urandom(70000))
    paths[1].write_bytes(os.urandom(3 * 2**20))
    case = a.new_case(name="Fatima Verzonnen")
    for p in paths:
        a.k("case", "attach", case, str(p))
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    ref = propose(a, b, case)
    b.k("handover", "agree", ref)
    reaches(a, ref, "agreed")
    with pytest.raises(Refused) as e:  # this consent has no tick for files
        a.k("handover", "send", ref)
    assert "attachments" in str(e.value.reply)
    a.k("handover", "send", ref, "--without", "attachments")
    reaches(b, ref, "staged")
    a.k("handover", "abort", ref)
    reaches(b, ref, "aborted")

    a.k("consent", "give", case, "--to", b.name, "--share", with_files, "--purpose", "handover", "--how", "written")
    ref = propose(a, b, case)
    until(a, b, ref, "ceded")
    there = handed(b, ref)["case_id"]
    assert not attached(b, there)
    assert handed(b, ref)["chunks"] == handed(b, ref)["have"] > 2 + 64
    a.k("case", "attach", case, str(late))  # nobody writes in it: this goes there as an addition
    paths.append(late)
    wait_for("the addition", lambda: b.k("handover", "show", ref).get("files"))
    b.k("backup", str(f.dir / "before"))
    b.k("handover", "take", ref, "--yes")
    reaches(a, ref, "taken")
    wait_for("receipts", lambda: settled(a, b))
    names = sorted((p.name, p.stat().st_size, "whole") for p in paths)
    wait_for("all of them", lambda: sorted(attached(b, there)) == names)
    assert refused(a, "case", "attachments", case) == refused(a, "case", "detach", case, "1") == "sealed"

    brought_back(f, b, ref, f.dir / "before", "taken")
    wait_for("the files to be given back", lambda: sorted(attached(b, there)) == names)
    for p in paths:
        b.k("case", "detach", there, p.name, "--out", str(tmp_path / "out"))
        assert (tmp_path / "out").read_bytes() == p.read_bytes()
        (tmp_path / "out").unlink()
    wait_for("both ends are compared", lambda: settled(a, b))

    # ... and back
    b.k("consent", "give", there, "--to", a.name, "--share", with_files, "--purpose", "handover", "--how", "written")
    again = propose(b, a, there)
    until(b, a, again, "taken")
    assert sorted(attached(a, handed(a, again)["case_id"])) == names
    assert refused(b, "case", "attachments", there) == "sealed"


def test_the_owner_sees_what_waits_and_what_a_withdrawal_ends(federation):
    """Today names the handover that the partner has to answer, by when; taking the consent back says that it ends, before and after."""
    f, a, b, case = start(federation, name="Fatima Verzonnen")
    nl = lambda n, *args: " ".join(f.run("--dir", str(n.dir), "--lang", "nl", *args).split())
    ref = a.k("handover", "propose", case, "--to", b.name, "--date", str(datetime.date.today() + datetime.timedelta(days=1)))["handovers"][0]["ref"]
    (row,) = a.k("today")["handovers"]
    assert (row["ref"], row["due_day"], row["next"]) == (ref, row["takeover_day"], "partner")
    page = nl(a, "today")
    assert "Partners zijn aan zet (1) Fatima Verzonnen" in page and "antwoorden op een overdracht, uiterlijk" in page and f"kring handover show {ref}" in page, page
    reaches(b, ref, "proposed")
    assert not b.k("today")["handovers"] and handed(b, ref)["due_day"] == row["due_day"]
    assert "(naam niet gedeeld)" in nl(b, "case", "list")
    grant = a.k("consent", "list", case)["grants"][0]["id"]
    tried = a.k("consent", "withdraw", grant, "--dry-run")
    assert [h["ref"] for h in tried["handovers"]] == [ref] and handed(a, ref)["state"] == "proposed"
    said = nl(a, "consent", "withdraw", grant, "--yes")
    assert f"De overdracht {ref} aan {b.org} eindigt dan ook; het dossier blijft hier." in said, said


def test_a_page_of_handovers_says_how_many_there_are_and_how_to_go_on(federation):
    f, a, b, case = start(federation, name="Fatima Verzonnen")
    refs = []
    for _ in range(5):
        refs.insert(0, a.k("handover", "propose", case, "--to", b.name)["handovers"][0]["ref"])
        if len(refs) < 5:
            a.k("handover", "abort", refs[0])
    got, after = [], ()
    for n in (2, 2, 1):
        page = a.k("handover", "list", "--limit", "2", *after)
        got += [h["ref"] for h in page["handovers"]]
        assert (len(page["handovers"]), page["truncated"]) == (n, n == 2) and page.get("total", 5) == 5
        after = ("--after", page.get("next", ""))
    assert got == refs, "what is not over stands first, and the newest"
    shown = f.run("--dir", str(a.dir), "--lang", "nl", "handover", "list", "--limit", "2", "--from", b.name)
    assert "2 van 5" in shown and f"kring handover list --limit 2 --from {b.name} --after {refs[1]}" in " ".join(shown.split()), shown
    assert refused(a, "handover", "list", "--after", "ffff") == "handover-unknown"


def test_without_consent_nothing_is_proposed(federation):
    f = federation()
    a, b = f.start()
    case = a.new_case()
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--how", "written")  # to refer, not to hand over
    assert refused(a, "handover", "propose", case, "--to", b.name) == "handover-consent-missing"


def test_what_is_refused_before_it_begins(federation):
    f, a, b, case = start(federation)
    ref = propose(a, b, case)
    assert refused(a, "handover", "propose", case, "--to", b.name) == "handover-there"
    assert refused(a, "handover", "agree", ref) == "handover-not-now" and refused(b, "handover", "cede", ref, "--yes") == "handover-not-now"
    assert refused(b, "handover", "show", "ZZZZ") == "handover-unknown"
    for n in (a, b):  # the other end would wait for ever
        assert refused(n, "case", "erase", handed(n, ref)["case_id"], "--yes") == "handover-there"
    assert refused(b, "handover", "propose", handed(b, ref)["case_id"], "--to", a.name) == "handover-not-ours"
    for n in (a, b):  # its reference names no referral
        assert refused(n, "accept", ref) == "referral-unknown" and refused(n, "show", ref) == "referral-unknown"


def test_the_longest_note_is_read_there(federation):
    """With the day in front of it it would be longer than any text that is read again, and the case would open for nobody."""
    f, a, b, case = start(federation)
    a.k("case", "note", case, "--text", "x" * 16384)
    ref = propose(a, b, case)
    until(a, b, ref, "taken")
    assert "x" * 16384 in [e.get("text") for e in b.k("case", "show", handed(b, ref)["case_id"])["entries"]]


def test_proposed_for_a_case_that_was_erased_there(federation):
    """Nobody is left there who could answer: the rule does, and at once."""
    f, a, b, case = start(federation)
    ref = propose(a, b, case)
    b.k("handover", "refuse", ref, "--reason", "no-room")
    reaches(a, ref, "refused")
    b.k("case", "erase", handed(b, ref)["case_id"], "--yes")
    again = a.k("handover", "propose", case, "--to", b.name)["handovers"][0]["ref"]
    reaches(a, again, "refused")
    a.k("case", "edit", case, "--phone", "0113-111111")


def test_refuse_after_cede(federation):
    f, a, b, case = start(federation)
    ref = propose(a, b, case)
    until(a, b, ref, "ceded")
    b.k("handover", "refuse", ref, "--reason", "no-room")
    reaches(a, ref, "refused")
    assert refused(b, "handover", "take", ref, "--yes") == "handover-not-now"
    a.k("case", "edit", case, "--phone", "0113-111111")  # it is ours again
    assert a.k("case", "show", case)["owner"]["who"] == "us"
    again = propose(a, b, case)  # and may be handed over anew
    until(a, b, again, "taken")
    assert b.k("case", "show", handed(b, again)["case_id"])["person"]["phone"] == "0113-111111"


def test_abort_keeps_the_case_and_its_copy_opens_nowhere(federation):
    f, a, b, case = start(federation)
    ref = propose(a, b, case)
    until(a, b, ref, "staged")
    assert refused(a, "case", "erase", case, "--yes") == "case-on-its-way"
    tried = f.run("--dir", str(a.dir), "--lang", "nl", "handover", "abort", ref, "--dry-run")
    assert "afgebroken" in tried and handed(a, ref)["state"] == "staged", tried
    a.k("handover", "abort", ref)
    reaches(b, ref, "aborted")
    a.k("case", "edit", case, "--phone", "0113-111111")
    assert refused(b, "handover", "take", ref, "--yes") == "handover-not-now"
    assert "person" not in b.k("case", "show", handed(b, ref)["case_id"])
    assert not handed(b, ref).get("chunks")



def test_kill_9_at_each_act_on_both_sides(federation):
    f, a, b, case = start(federation, name="Fatima Verzonnen")
    ref = propose(a, b, case)
    for state, who, step in (("agreed", b, ("agree",)), ("staged", a, ("send",)), ("ceded", a, ("cede", "--yes")), ("taken", b, ("take", "--yes"))):
        who.k("handover", step[0], ref, *step[1:])
        who.stop(signal.SIGKILL)
        other = b if who is a else a
        other.stop(signal.SIGKILL)
        for n in (a, b):
            n.start()
        for n in (a, b):
            reaches(n, ref, state)
    there = handed(b, ref)["case_id"]
    assert b.k("case", "show", there)["person"]["name"] == "Fatima Verzonnen"
    assert refused(a, "case", "edit", case, "--phone", "0") == "not-owner"


def test_chain_of_three(federation):
    f = federation("Goes", "SMWO", "GGD")
    a, b, c = f.start()
    case = a.new_case(name="Fatima Verzonnen", phone="0113-000000")
    for giver, taker in ((a, b), (b, c), (c, a)):
        giver.k("consent", "give", case, "--to", taker.name, "--share", STORY, "--purpose", "handover", "--how", "written")
        ref = propose(giver, taker, case)
        until(giver, taker, ref, "taken")
        assert refused(giver, "case", "edit", case, "--phone", "0") == "not-owner"
        case = handed(taker, ref)["case_id"]
        assert taker.k("case", "show", case)["person"]["name"] == "Fatima Verzonnen"
        taker.k("case", "edit", case, "--phone", f"0113-{taker.port}")


def brought_back(f, n, ref, before, state):
    """n is restored to the copy that was made before: what came after it comes back from its partner."""
    restore(n, before, f.dir / f"sheet-{n.name}")
    n.start()
    other = next(o for o in f.nodes if o is not n)
    wait_for("the report of the restore", lambda: other.try_k("partner", "restored", n.name) is not None)
    reaches(n, ref, state)


@pytest.mark.parametrize("side", ["from", "to"])
@pytest.mark.parametrize("state", ["staged", "ceded", "taken"])
def test_restore_of_either_side(federation, side, state):
    """To before the last act: exactly one of them may write in the end, and the case opens there whole."""
    f, a, b, case = start(federation, name="Fatima Verzonnen")
    for n in (a, b):
        shutil.copy(n.dir / "recovery-sheet.txt", f.dir / f"sheet-{n.name}")
    ref = propose(a, b, case)
    until(a, b, ref, {"staged": "agreed", "ceded": "staged", "taken": "ceded"}[state])
    n = a if side == "from" else b
    n.k("backup", str(f.dir / "before"))
    {"staged": lambda: a.k("handover", "send", ref), "ceded": lambda: a.k("handover", "cede", ref, "--yes"), "taken": lambda: b.k("handover", "take", ref, "--yes")}[state]()
    for both in (a, b):
        reaches(both, ref, state)
    wait_for("receipts", lambda: settled(a, b))
    if (side, state) == ("from", "staged"):  # the file went with the disk: it is told so, and the case stays
        brought_back(f, n, ref, f.dir / "before", "aborted")
        reaches(b, ref, "aborted")
        a.k("case", "edit", case, "--phone", "0113-111111")
        return
    brought_back(f, n, ref, f.dir / "before", state)
    wait_for("both ends are compared", lambda: settled(a, b))
    if state == "staged":
        a.k("handover", "cede", ref, "--yes")
        reaches(b, ref, "ceded")
    if state != "taken":
        wait_for("the case is taken", lambda: b.try_k("handover", "take", ref, "--yes"))
        reaches(a, ref, "taken")
    there = handed(b, ref)["case_id"]
    wait_for("the case is whole there", lambda: b.k("case", "show", there).get("person", {}).get("name") == "Fatima Verzonnen")
    b.k("case", "edit", there, "--phone", "0113-222222")
    wait_for("it is closed at the former owner", lambda: a.try_k("case", "show", case) is None)
    assert refused(a, "case", "edit", case, "--phone", "0") == "not-owner"


@pytest.mark.parametrize("state", ["proposed", "agreed", "staged", "ceded"])
def test_withdrawal_at_each_state(federation, workdir, state):
    """Before it is taken over the case stays where it is, whichever end hears of it first, and its copy opens nowhere."""
    clock = Clock(workdir)
    f = federation()
    a, b = f.start(*clock.args)
    case = a.new_case(name="Fatima Verzonnen", phone="0113-000000")
    grant = a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")["id"]
    ref = propose(a, b, case)
    if state != "proposed":
        until(a, b, ref, state)
    a.k("consent", "withdraw", grant, "--yes")
    # at once, and not when the timer looks: nobody's hand moves it on, and nothing more of the person goes there
    forward = {"agreed": "send", "staged": "cede"}.get(state)
    assert not forward or refused(a, "handover", forward, ref, *(["--yes"] if forward == "cede" else [])) == "handover-consent-over"
    if state in ("staged", "ceded"):
        assert refused(a, "case", "note", case, "--text", "She moved.") == "handover-consent-over"
    over = ("aborted", "refused")
    clock.set(40)  # by then the timer looked
    for n in (a, b):
        wait_for("it to end", lambda: handed(n, ref)["state"] in over)
    assert refused(b, "handover", "take", ref, "--yes") == "handover-not-now"
    assert "person" not in b.k("case", "show", handed(b, ref)["case_id"]) and not handed(b, ref).get("have")
    a.k("case", "edit", case, "--phone", "0113-111111")
    assert a.k("case", "show", case)["owner"]["who"] == "us"


def test_sealed_at_the_former_owner_and_given_back_to_the_new_one(federation, tmp_path):
    """Nobody opens it where it was: neither the person nor what was written of her.  The new one, restored to before it came, gets all of it."""
    f = federation()
    a, b = f.start()
    shares = STORY + ",attachments"
    for x, y in ((a, b), (b, a)):
        f.agree(x, y, shares, shares)
    shutil.copy(b.dir / "recovery-sheet.txt", f.dir / f"sheet-{b.name}")
    path = tmp_path / "letter.pdf"
    path.write_bytes(os.urandom(2**20))
    case = a.new_case(name="Fatima Verzonnen", phone="0113-000000", story="Lost her job.")
    a.k("case", "note", case, "--text", "She likes to be phoned after six.")
    a.k("case", "attach", case, str(path))
    a.k("consent", "give", case, "--to", b.name, "--share", shares, "--purpose", "handover", "--how", "written")
    ref = propose(a, b, case)
    b.k("handover", "agree", ref)
    reaches(a, ref, "agreed")
    wait_for("receipts", lambda: settled(a, b))
    b.k("backup", str(f.dir / "before"))
    a.k("handover", "send", ref, "--notes")
    for n in (a, b):
        reaches(n, ref, "staged")
    a.k("case", "note", case, "--text", "Her sister helps on Monday.")
    (tmp_path / "late.pdf").write_bytes(os.urandom(60000))
    a.k("case", "attach", case, str(tmp_path / "late.pdf"))
    a.k("handover", "cede", ref, "--yes")
    reaches(b, ref, "ceded")
    b.k("handover", "take", ref, "--yes")
    wait_for("it is sealed", lambda: handed(a, ref).get("sealed"))
    assert "u kunt het niet openen" in " ".join(f.run("--dir", str(a.dir), "--lang", "nl", "handover", "list").split())
    assert a.k("verify")["count"] > 0  # all that is left there opens
    assert refused(a, "case", "show", case) == "sealed" and not a.k("case", "search", "Fatima").get("cases")
    assert a.k("consent", "list", case)["grants"] and a.k("who", case)
    a.k("case", "note", case, "--text", "A letter came for her.")
    there = handed(b, ref)["case_id"]
    wait_for("the addition", lambda: "A letter came for her." in str(b.k("case", "show", there)))
    wait_for("receipts", lambda: settled(a, b))

    brought_back(f, b, ref, f.dir / "before", "taken")
    there = handed(b, ref)["case_id"]
    wait_for("the case is whole there", lambda: b.k("case", "show", there).get("person", {}).get("name") == "Fatima Verzonnen")
    wait_for("its files", lambda: sorted(attached(b, there)) == [("late.pdf", 60000, "whole"), ("letter.pdf", 2**20, "whole")])
    for text in ("She likes to be phoned after six.", "Her sister helps on Monday.", "A letter came for her."):
        wait_for(text, lambda: text in str(b.k("case", "show", there)))
    wait_for("both ends are compared", lambda: settled(a, b))
    b.k("case", "edit", there, "--phone", "0113-222222")
    assert refused(a, "case", "show", case) == "sealed"


# ---- taken back ----

TEN_WORKING_DAYS = 15


def clocked(federation, workdir, *orgs):
    clock = Clock(workdir)
    f = federation(*orgs)
    f.start(*clock.args)
    a, b = f.nodes[:2]
    case = a.new_case(name="Fatima Verzonnen", phone="0113-000000")
    a.k("consent", "give", case, "--to", b.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    return clock, f, case


def test_taken_back_when_nobody_takes_it(federation, workdir):
    """Given over, and no word for ten working days: two persons take it back, and it is written here alone again."""
    clock, f, case = clocked(federation, workdir)
    a, b = f.nodes
    ref = propose(a, b, case)
    assert refused(a, "handover", "reclaim", ref, "--yes") == "handover-not-now"
    until(a, b, ref, "ceded")
    assert refused(a, "handover", "reclaim", ref, "--yes") == "reclaim-too-early"
    assert refused(b, "handover", "reclaim", ref, "--yes") == "handover-not-now"
    clock.days(TEN_WORKING_DAYS, f.nodes)
    hire(a, "caseworker", name="Anna De Wit")
    hire(a, "caseworker", name="Bert Verzonnen", uid=BERT)
    anna, bert = Colleague(a, UIDS["caseworker"]), Colleague(a, BERT)
    step = {"ref": ref, "step": "reclaim", "reason": "no-answer"}
    asked = anna.ask("handover_step", **step)
    assert asked.code == "second-person" and anna.ask("handover_show", id=ref).handovers[0].state == "ceded"
    row = bert.ask("pending_list").pending[0]
    assert (row.act, row.asked_by, row.case_id) == ("handover-reclaim", "Anna De Wit", case)
    assert anna.ask("pending_confirm", id=asked.id).code == "pending-own"
    assert not bert.ask("pending_confirm", id=asked.id).error
    reaches(b, ref, "reclaimed")
    assert anna.ask("handover_show", id=ref).handovers[0].state == "reclaimed"
    assert anna.ask("case_show", id=case).owner.who == "us"
    written = anna.ask("case_note", id=case, text="She is here again.")
    assert not written.error and not written.handovers  # into the file, and as an addition to nobody
    assert refused(b, "handover", "take", ref, "--yes") == "handover-not-now" and not handed(b, ref).get("have")


def test_taken_back_while_it_was_taken_over(federation, workdir):
    """Both words cross: one writes in the end, who has it back; what the other one wrote comes as an addition, and its copy goes."""
    clock, f, case = clocked(federation, workdir)
    a, b = f.nodes
    ref = propose(a, b, case)
    until(a, b, ref, "ceded")
    a.stop()
    b.k("handover", "take", ref, "--yes")
    there = handed(b, ref)["case_id"]
    b.k("case", "note", there, "--text", "She has a new address.")
    b.k("case", "edit", there, "--phone", "0113-222222", "--address", "Markt 1", "--email", "f@example.org")
    b.k("case", "edit", there, "--address", "Markt 2")
    b.stop()
    clock.set(86400 * TEN_WORKING_DAYS)
    a.start(*clock.args)
    a.k("handover", "reclaim", ref, "--yes")
    a.k("case", "edit", case, "--phone", "0113-111111")
    b.start(*clock.args)
    for n in (a, b):
        reaches(n, ref, "reclaimed")
    wait_for("what was written there", lambda: "She has a new address." in str(a.k("case", "show", case)))
    assert sum("new address" in str(e) for e in a.k("case", "show", case)["entries"]) == 1
    # what was changed of the person there stands beside what is known here, also where nothing was; nobody's words are replaced by it
    back = {"phone": "0113-222222", "address": "Markt 2", "email": "f@example.org"}
    page = wait_for("what was changed there", lambda: (p := a.k("case", "show", case)).get("told") == back and p)
    assert page["owner"]["who"] == "us" and page["person"] == {"name": "Fatima Verzonnen", "phone": "0113-111111"}
    a.k("case", "take", case, "address", "email")
    page = a.k("case", "show", case)
    assert page["told"] == {"phone": "0113-222222"} and page["person"] == {"name": "Fatima Verzonnen", "phone": "0113-111111", "address": "Markt 2", "email": "f@example.org"}
    wait_for("the copy there is erased", lambda: b.try_k("case", "show", there) is None and "Fatima" not in str(b.k("case", "list")))
    wait_for("it is gone", lambda: refused(b, "case", "show", there) == "case-unknown")


def test_taken_back_from_a_chain_of_three(federation, workdir):
    """S to R to T, and S takes it back: the word goes down the chain, and what T wrote comes up it."""
    clock, f, case = clocked(federation, workdir, "Goes", "SMWO", "GGD")
    s, r, t = f.nodes
    ref = propose(s, r, case)
    until(s, r, ref, "ceded")
    s.stop()
    r.k("handover", "take", ref, "--yes")
    middle = handed(r, ref)["case_id"]
    r.k("consent", "give", middle, "--to", t.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    onward = propose(r, t, middle)
    until(r, t, onward, "taken")
    last = handed(t, onward)["case_id"]
    t.k("case", "note", last, "--text", "She was here on Monday.")
    t.k("case", "edit", last, "--phone", "0113-333333")
    r.stop()
    clock.set(86400 * TEN_WORKING_DAYS)
    s.start(*clock.args)
    s.k("handover", "reclaim", ref, "--yes")
    r.start(*clock.args)
    for n in (s, r):
        reaches(n, ref, "reclaimed")
    for n in (r, t):
        reaches(n, onward, "superseded")
    wait_for("what the last one wrote", lambda: "She was here on Monday." in str(s.k("case", "show", case)))
    wait_for("what it changed", lambda: s.k("case", "show", case).get("told") == {"phone": "0113-333333"})
    s.k("case", "edit", case, "--phone", "0113-111111")
    for n, there in ((r, middle), (t, last)):
        assert refused(n, "case", "edit", there, "--phone", "0") in ("not-owner", "case-unknown")
        assert n.try_k("case", "show", there) is None and "Fatima" not in str(n.k("case", "list"))
    # ... and handed over anew it is written there again
    s.k("consent", "give", case, "--to", t.name, "--share", STORY, "--purpose", "handover", "--how", "written")
    again = propose(s, t, case)
    until(s, t, again, "taken")
    assert t.k("case", "show", handed(t, again)["case_id"])["person"]["phone"] == "0113-111111"
