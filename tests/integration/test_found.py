# SPDX-License-Identifier: EUPL-1.2
"""People are found however their name is typed: at once, after a restart, and where no memory may be locked for it."""
import os
import subprocess

import pytest

from node import wait_for
from test_tools import OTHER

WHO = {"Andr\u00e9e V\u00e9rzonnen": ("andree", "VERZONNEN ANDR\u00c9E", "Andre\u0301e"),
       "Fatima El Amrani": ("elamrani", "amrani, fatima", "EL AMRANI"),
       "Piet van 't Hart": ("hart", "Hart, van 't", "\u2019t Hart"),
       "\u0641\u0627\u0637\u0645\u0629 \u0623\u062d\u0645\u062f": ("\u0627\u062d\u0645\u062f",)}
PHONE = ("0113-00 00 88", "+31113000088", "0031 113 000088", "113000088")


def found(n, typed):
    return [c["name"] for c in n.k("case", "search", typed)["cases"]]


def everybody(n):
    for name, forms in WHO.items():
        for typed in (name, *forms):
            assert found(n, typed) == [name], typed
    for typed in PHONE:
        assert found(n, typed) == ["Fatima El Amrani"], typed
    assert not found(n, "amrani 1999") and found(n, "amrani 1980") == ["Fatima El Amrani"] == found(n, "el amrani 31-1-1980")


def people(n):
    for name in WHO:
        n.new_case(name=name, **({"born": "1980-01-31", "phone": PHONE[0]} if "Amrani" in name else {}))


def slow(n):
    return [x["what"] for x in n.k("status")["status"].get("alarms", []) if x["what"].startswith("search-slow")]


def test_people_are_found_however_they_are_typed(federation):
    f = federation("SMWO", "GGD")
    a, b = f.start()
    f.await_connected(a)
    f.agree(a, b)
    people(a)
    everybody(a)
    a.stop()
    a.start()
    everybody(a)  # perhaps while the index is still filled: the answers are the same
    assert not slow(a)
    case = a.k("case", "search", "elamrani")["cases"][0]["id"]
    a.k("case", "edit", case, "--name", "Fatima Bedacht", "--born", "", "--phone", "")
    assert found(a, "bedacht") == ["Fatima Bedacht"] and not found(a, "elamrani") and not found(a, "1980") and not found(a, PHONE[0])
    a.k("case", "erase", case)
    assert not found(a, "bedacht")
    # of a partner's person as much as its consents show, to whoever may see it now
    piet = a.k("case", "search", "hart")["cases"][0]["id"]
    a.k("consent", "give", piet, "--to", "ggd", "--share", "identity,needs", "--how", "written")
    ref = a.k("refer", piet, "--to", "ggd", "--need", "housing")["id"]
    b.await_state(ref, "offered")
    assert found(b, "hart") == ["Piet van 't Hart"]
    a.k("consent", "withdraw", piet, "--all", "--yes")
    wait_for("the consent to end there", lambda: not found(b, "hart"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user whose memory may not be locked")
def test_without_locked_memory_people_are_found_slowly_and_status_says_so(federation):
    f = federation("SMWO")
    (a,) = f.start()
    people(a)
    a.stop()
    f.dir.chmod(0o755)
    subprocess.run(["chown", "-R", f"{OTHER}:{OTHER}", str(a.dir)], check=True)
    drop = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
    a.proc = subprocess.Popen(["prlimit", "--memlock=0:0", *drop, str(f.bin / "kringd"), "--dir", str(a.dir)],
                              stdout=subprocess.DEVNULL, stderr=a.log.open("ab"))
    wait_for("it to answer", lambda: a.proc.poll() is not None or a.try_k("status"))
    wait_for("it to say so", lambda: slow(a) == ["search-slow-memory"])
    everybody(a)
    a.stop()
