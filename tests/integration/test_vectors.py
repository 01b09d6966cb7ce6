# SPDX-License-Identifier: EUPL-1.2
"""The vectors in the tree are what the second implementation makes; the C side reads them in test_vectors."""
import pathlib
import subprocess
import sys


def test_vectors_are_reproduced():
    script = pathlib.Path(__file__).with_name("make_vectors.py")
    r = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert r.returncode == 0, r.stdout + r.stderr
