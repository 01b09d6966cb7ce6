# SPDX-License-Identifier: EUPL-1.2
"""How tests/run counts: a check is judged by its own end, whatever its number was before or is afterwards."""
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKS = ROOT / "tests/lib/checks.sh"


def run(script, tmp_path, *before):
    text = f"set -uo pipefail\nLOGS={tmp_path} CORES=2\n. {CHECKS}\n{script}\n" + 'echo "$passed passed, $failed failed"\n'
    r = subprocess.run([*before, "bash", "-c", text], capture_output=True, text=True, timeout=60)
    return r.stdout.splitlines()


@pytest.mark.skipif(os.getuid() != 0 or shutil.which("unshare") is None, reason="process numbers of our own need root and unshare")
def test_a_number_that_comes_again_is_another_check(tmp_path):
    # numbers of our own, so that the next one can be chosen: planted faults are begun until one has the number of the check
    # before them that was well, or of the one that was not
    said = run("""
        beside "this one is well" "" true
        well=${sides[-1]}
        wait -n
        for back in $(seq 30); do
            echo $((well - back)) >/proc/sys/kernel/ns_last_pid
            beside "planted $back" caught sh -c 'echo caught; exit 1'
            planted=${sides[-1]}
            wait -n
            [ "$planted" != "$well" ] || break
        done
        [ "$planted" = "$well" ] && echo "one number for two"
        finish
        """, tmp_path, "unshare", "--fork", "--pid", "--mount-proc")
    assert "one number for two" in said, said
    assert "ok   this one is well" in said, said
    assert not [x for x in said if x.startswith("FAIL")], said


def test_each_end_is_counted(tmp_path):
    said = run("""
        beside "well" "" true
        beside "not well" "" sh -c 'echo why; exit 7'
        beside "planted and caught" "came twice" sh -c 'echo it came twice; exit 1'
        beside "planted, red for something else" "came twice" sh -c 'echo no such file; exit 1'
        beside "planted and not caught" "came twice" true
        beside "killed" "" sh -c 'kill -9 $$'
        finish
        """, tmp_path)
    assert said == ["ok   well", "FAIL not well (ended with 7)", "     why", "ok   planted and caught",
                    "FAIL planted, red for something else (red, but not for the planted fault)", "     no such file",
                    "FAIL planted and not caught (the planted fault was not caught)", "FAIL killed (ended with 137)"] + said[-2:], said
    assert "Killed" in said[-2] and said[-1] == "2 passed, 4 failed", said


def test_one_that_never_said_its_end_is_red(tmp_path):
    said = run("""
        beside "its shell is gone" "" sh -c 'kill -9 $PPID; sleep 0.2'
        finish
        """, tmp_path)
    assert said == ["FAIL its shell is gone (ended with 127)", "0 passed, 1 failed"], said
