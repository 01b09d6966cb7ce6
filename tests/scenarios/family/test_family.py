# SPDX-License-Identifier: EUPL-1.2
"""A family of Goes is helped by three organisations, takes one consent back, and moves on to SMWO.

The people are invented.  Goes, SMWO and GGD Zeeland each run a node of their own in this test; what one of them is asked below is what its
`kring` says, and nobody looks into the node of another."""
import pytest
from node import CATS, Federation, wait_for
from story import given, then, when
from test_handover import handed, propose, reaches, refused
from test_withdrawal import shown, shred

STORY = "identity,contact,household,needs,story,attachments"
LITTLE = "identity,contact,needs"


@pytest.fixture
def region(workdir):
    f = Federation(workdir, ("Goes", "SMWO", "GGD Zeeland"))
    try:
        nodes = f.start()
        for a in nodes:
            for b in nodes:
                if a is not b:
                    f.agree(a, b, CATS + ",attachments", CATS + ",attachments")
        yield nodes
    finally:
        f.stop()


def agrees(n, case, to, share, purpose="refer"):
    return n.k("consent", "give", case, "--to", to.org, "--share", share, "--purpose", purpose, "--how", "written")["id"]


def asks(n, case, partner, need, *less):
    ref = n.k("refer", case, "--to", partner.org, "--need", need, *less)["id"]
    partner.await_state(ref, "offered")
    return ref


def begins(n, ref):
    n.k("accept", ref)
    n.k("start", ref)


def referral(n, ref):
    return n.k("show", ref)["referrals"][0]


def person(n, case):
    return n.k("case", "show", case).get("person", {})


def is_found(n, word):
    return n.k("case", "search", word).get("cases", [])


def files(n, case):
    return {f["name"]: f for f in n.k("case", "attachments", case).get("files", [])}


def moves(goes, smwo, case):
    """Proposed, agreed, sent, given up and taken.  The case at SMWO."""
    ref = propose(goes, smwo, case)
    for n, step, more, reached in ((smwo, "agree", (), "agreed"), (goes, "send", ("--notes",), "staged"), (goes, "cede", ("--yes",), "ceded"),
                                   (smwo, "take", ("--yes",), "taken")):
        n.k("handover", step, ref, *more)
        for x in (goes, smwo):
            reaches(x, ref, reached)
    return ref, handed(smwo, ref)["case_id"]


def test_a_family_of_goes_moves_to_smwo(region, tmp_path):
    goes, smwo, ggd = region
    letter = tmp_path / "brief van de verhuurder.pdf"
    letter.write_bytes(b"A letter that nobody wrote. " * 4000)

    with given("Fatima Verzonnen and her son Sami are known to Goes, and the letter of her landlord lies in her case"):
        fatima = goes.new_case(name="Fatima Verzonnen", phone="0113-000001", story="Three months behind with the rent.")
        sami = goes.new_case(name="Sami Verzonnen", phone="0113-000001", story="Does not sleep.")
        goes.k("case", "attach", fatima, str(letter))
        goes.k("case", "note", fatima, "--text", "Phone her after six.")

    with given("Fatima agrees that SMWO hears her story, and that GGD Zeeland hears little of her and of Sami"):
        agrees(goes, fatima, smwo, STORY)
        of_fatima = agrees(goes, fatima, ggd, LITTLE)
        agrees(goes, sami, ggd, LITTLE)

    with when("Goes refers her to SMWO for her debts, and both of them to GGD Zeeland"):
        debts = asks(goes, fatima, smwo, "income-debt")
        worries = asks(goes, fatima, ggd, "mental-health", "--without", "story")
        sleep = asks(goes, sami, ggd, "children", "--without", "story")

    with then("each of them sees what she agreed to, and no more"):
        assert person(smwo, referral(smwo, debts)["case_id"])["story"] == "Three months behind with the rent."
        at_ggd = referral(ggd, worries)["case_id"]
        assert person(ggd, at_ggd)["name"] == "Fatima Verzonnen" and "story" not in person(ggd, at_ggd)
        assert not is_found(smwo, "Sami"), "SMWO knows nothing of Sami"

    with when("all three begin to help"):
        for n, ref in ((smwo, debts), (ggd, worries), (ggd, sleep)):
            begins(n, ref)
            goes.await_state(ref, "active")

    with when("Fatima no longer wants GGD Zeeland to know of her, and takes that consent back"):
        goes.k("consent", "withdraw", of_fatima, "--yes")

    with then("GGD Zeeland shows nothing of Fatima any more, and Goes does not call it erased yet"):
        wait_for("GGD Zeeland to forget her", lambda: not is_found(ggd, "Fatima") and not person(ggd, at_ggd).get("name"))
        assert not shown(goes, of_fatima)["complete"]

    with when("the night has destroyed it on the disk of GGD Zeeland, too"):
        shred(ggd)

    with then("Goes can show Fatima that all of it is erased"):
        wait_for("the receipt", lambda: shown(goes, of_fatima)["complete"])
        assert shown(goes, of_fatima)["outcome"] == "erased" and goes.state(worries) not in ("active", "offered")

    with then("for Sami and at SMWO everything goes on"):
        assert is_found(ggd, "Sami") and referral(ggd, sleep)["state"] == "active"
        assert referral(smwo, debts)["state"] == "active" and is_found(smwo, "Fatima")

    with when("the family agrees that SMWO takes over both cases, and Goes hands them over with all papers"):
        for case in (fatima, sami):
            agrees(goes, case, smwo, STORY, "handover")
        _, fatima_there = moves(goes, smwo, fatima)
        handover, sami_there = moves(goes, smwo, sami)

    with then("SMWO works in both cases; Goes writes and reads no more, and is told whom to ask"):
        smwo.k("case", "note", fatima_there, "--text", "Spoke with her at home.")
        assert person(smwo, sami_there)["name"] == "Sami Verzonnen"
        assert refused(goes, "case", "edit", fatima, "--phone", "0113-000002") == "not-owner"
        assert refused(goes, "case", "show", fatima) == "sealed"

    with then("the letter of the landlord lies there, byte for byte, and so does the note"):
        wait_for("the letter", lambda: files(smwo, fatima_there).get(letter.name, {}).get("state") == "whole")
        out = tmp_path / "letter"
        smwo.k("case", "detach", fatima_there, letter.name, "--out", str(out))
        assert out.read_bytes() == letter.read_bytes()
        assert "Phone her after six." in str(smwo.k("case", "show", fatima_there))

    with then("GGD Zeeland hears that Sami's case is with SMWO now, and SMWO sees that GGD Zeeland helps him"):
        ggd.await_state(sleep, "moved")
        assert referral(ggd, sleep)["moved_to"] == smwo.org and is_found(ggd, "Sami")
        wait_for("SMWO to see it", lambda: [(r["partner"], r["need"]) for r in handed(smwo, handover).get("runs", [])] == [(ggd.org, "children")])

    with when("Sami's mother agrees that SMWO and GGD Zeeland go on together, and SMWO refers him"):
        agrees(smwo, sami_there, ggd, LITTLE)
        goes_on = smwo.refer(sami_there, ggd.org, "--without", "story", need="children")

    with then("GGD Zeeland goes on where it was, in the same case, and tells SMWO how it ended"):
        ggd.await_state(goes_on, "active")
        assert referral(ggd, goes_on)["case_id"] == referral(ggd, sleep)["case_id"]
        ggd.k("outcome", goes_on, "--code", "helped")
        smwo.await_state(goes_on, "outcome")
        smwo.k("ack", goes_on)
        ggd.await_state(goes_on, "closed")

    with then("what Fatima took back is still gone, at GGD Zeeland and at SMWO's new case"):
        assert not is_found(ggd, "Fatima")
        assert of_fatima not in {g["id"] for g in smwo.k("consent", "list", fatima_there).get("grants", []) if g["state"] == "living"}
