# SPDX-License-Identifier: EUPL-1.2
"""A file for a case that moved: added by whoever has the pen no more, fetched by whoever has the case, or is to have it."""
import signal
import tempfile

import pytest
from node import Clock, Federation, Refused, wait_for
from test_attachments import WITH, files, made, taken, whole
from test_handover import STORY, TEN_WORKING_DAYS, handed, propose, reaches, refused, until

TICKED = STORY + ",attachments"


@pytest.fixture(scope="module")
def three():
    """Goes gives, SMWO takes and gives on, to the GGD."""
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, ("Goes", "SMWO", "GGD"))
        try:
            a, b, c = fed.start()
            for x, y in ((a, b), (b, a), (b, c), (c, b)):
                fed.agree(x, y, WITH, WITH)
            yield fed
        finally:
            fed.stop()


def begun(a, b, state, share=TICKED):
    """A new case, as far as that: its number here, the handover, its number there."""
    case = a.new_case(name="Fatima Verzonnen", story="Lost her job.")
    a.k("consent", "give", case, "--to", b.name, "--share", share, "--purpose", "handover", "--how", "written")
    ref = propose(a, b, case)
    until(a, b, ref, state)
    return case, ref, handed(b, ref)["case_id"]


def added(n, ref):
    return [(r.get("name", ""), r["size"], r["state"]) for r in n.k("handover", "show", ref).get("files", [])]


def test_a_file_is_added_behind_the_bundle_and_after_the_case_went(three, tmp_path):
    a, b, _ = three.nodes
    case, ref, there = begun(a, b, "staged")
    early, late = made(tmp_path, "letter.pdf", 3 * 49152 + 7), made(tmp_path, "answer.png", 1)
    said = three.run("--dir", str(a.dir), "--lang", "en", "case", "attach", case, str(early))
    assert "letter.pdf goes to SMWO" in " ".join(said.split()), said
    row = [("letter.pdf", early.stat().st_size, "whole")]
    assert added(a, ref) == row
    # it lies there by now, and nobody is shown it before the case is taken
    wait_for("all of it", lambda: added(b, ref) == [("", early.stat().st_size, "whole")])
    assert not files(b, there) and refused(b, "case", "detach", there, "1", "--out", str(tmp_path / "no")) == "file-unknown"
    a.k("handover", "cede", ref, "--yes")
    reaches(b, ref, "ceded")
    b.k("handover", "take", ref, "--yes")
    rows = whole(b, there)
    assert (rows[0]["name"], rows[0]["from"]) == ("letter.pdf", "Goes") and added(b, ref) == row
    assert [r["name"] for r in b.k("case", "show", there)["files"]] == ["letter.pdf"]
    assert "letter.pdf" in three.run("--dir", str(b.dir), "case", "show", there)
    assert taken(b, there, "letter.pdf", tmp_path / "out") == early.read_bytes()
    # whoever had the case opens nothing any more, and still passes on what it gets
    wait_for("it is sealed", lambda: handed(a, ref).get("sealed"))
    assert refused(a, "case", "attachments", case) == "sealed" and not any(r[0] for r in added(a, ref))
    a.k("case", "attach", case, str(late))
    whole(b, there, 2)
    assert taken(b, there, "answer.png", tmp_path / "out2") == late.read_bytes()
    # it came under the consent, and goes with what that brought
    gid = next(g["id"] for g in a.k("consent", "list", case)["grants"] if g["purpose"] == "handover")
    a.k("consent", "withdraw", gid, "--yes")
    wait_for("the files to go", lambda: not files(b, there))
    assert refused(a, "case", "attach", case, str(late)) in ("not-covered-withdrawn", "handover-consent-over")


def test_what_may_not_go_is_refused_and_leaves_nothing(three, tmp_path):
    a, b, _ = three.nodes
    small, big = made(tmp_path, "letter.pdf", 5), tmp_path / "big"
    with big.open("wb") as o:
        o.truncate(50 * 2**20 + 1)
    case, ref, there = begun(a, b, "staged", STORY)
    with pytest.raises(Refused) as e:  # this consent has no tick for files
        a.k("case", "attach", case, str(small))
    assert e.value.code == 1 and "attachments" in str(e.value.reply)
    with pytest.raises(Refused) as e:
        a.k("case", "attach", case, str(tmp_path / "none"))
    assert e.value.reply["code"] == "cannot-read"
    assert not files(a, case) and not added(a, ref) and not added(b, ref)
    a.k("handover", "abort", ref)

    case, ref, there = begun(a, b, "staged")
    with pytest.raises(Refused) as e:
        a.k("case", "attach", case, str(big))
    assert e.value.code == 2 and e.value.reply["code"] == "file-too-large"
    # it stays where the case stays
    a.k("case", "attach", case, str(small))
    wait_for("all of it", lambda: added(b, ref) == [("", 5, "whole")])
    a.k("handover", "abort", ref)
    reaches(b, ref, "aborted")
    wait_for("it is let go", lambda: added(b, ref) == [("", 5, "missing")])
    assert [r["name"] for r in files(a, case)] == ["letter.pdf"] and taken(a, case, 1, tmp_path / "own") == small.read_bytes()


def test_it_goes_on_after_a_crash_of_either_side(three, tmp_path):
    a, b, _ = three.nodes
    case, ref, there = begun(a, b, "taken")
    wait_for("it is sealed", lambda: handed(a, ref).get("sealed"))
    path = made(tmp_path, "letter.pdf", 12 * 2**20)
    a.k("case", "attach", case, str(path))
    for n in (b, a):
        before = (files(b, there) or [{}])[0].get("have", 0)
        wait_for("some chunks", lambda: (r := files(b, there)) and (r[0]["have"] > before or r[0]["state"] == "whole"))
        n.stop(signal.SIGKILL)
        n.start()
        assert files(b, there)[0]["have"] >= before
    whole(b, there)
    assert taken(b, there, 1, tmp_path / "out") == path.read_bytes()


def test_it_follows_the_case_further(three, tmp_path):
    """Given on since: what came before goes along with the case, what comes later goes after it."""
    a, b, c = three.nodes
    case, ref, middle = begun(a, b, "taken")
    paths = [made(tmp_path, "first.pdf", 100000), made(tmp_path, "second.pdf", 200000)]
    a.k("case", "attach", case, str(paths[0]))
    whole(b, middle)
    b.k("consent", "give", middle, "--to", c.name, "--share", TICKED, "--purpose", "handover", "--how", "written")
    onward = propose(b, c, middle)
    until(b, c, onward, "taken")
    last = handed(c, onward)["case_id"]
    a.k("case", "attach", case, str(paths[1]))
    whole(c, last, 2)
    for p in paths:
        assert taken(c, last, p.name, tmp_path / f"out {p.name}") == p.read_bytes()


def test_what_was_added_meanwhile_comes_back_with_the_case(federation, workdir, tmp_path):
    """Taken over while it was taken back: a file that was added there comes along with the notes; of the copy nothing else stays."""
    clock = Clock(workdir)
    f = federation()
    a, b = f.start(*clock.args)
    for x, y in ((a, b), (b, a)):
        f.agree(x, y, WITH, WITH)
    case, ref, there = begun(a, b, "ceded")
    a.stop()
    b.k("handover", "take", ref, "--yes")
    path = made(tmp_path, "letter.pdf", 100000)
    b.k("case", "attach", there, str(path))
    b.k("case", "note", there, "--text", "She brought a letter.")
    b.stop()
    clock.set(86400 * TEN_WORKING_DAYS)
    a.start(*clock.args)
    a.k("handover", "reclaim", ref, "--yes")
    b.start(*clock.args)
    whole(a, case)
    assert taken(a, case, "letter.pdf", tmp_path / "out") == path.read_bytes()
    wait_for("the note", lambda: "She brought a letter." in str(a.k("case", "show", case)))
    wait_for("the copy is closed", lambda: handed(b, ref).get("sealed"))
    assert refused(b, "case", "show", there) == refused(b, "case", "attachments", there) == "sealed"
    assert "Fatima" not in str(b.k("case", "list"))
    clock.days(36, f.nodes)
    wait_for("it is gone", lambda: refused(b, "case", "show", there) == "case-unknown", 90)
    assert files(a, case)[0]["state"] == "whole"
