# SPDX-License-Identifier: EUPL-1.2
"""What is measured here is the daemon that is shipped, with logs as large as in use: of build/release, unless KRING_BIN names
another directory.  Imported before anything else starts a node."""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("KRING_BIN", str(ROOT / "build/release"))
BIN = pathlib.Path(os.environ["KRING_BIN"])
if not (BIN / "kringd").exists():
    raise SystemExit(f'there is no {BIN}/kringd: "cmake --preset release && cmake --build build/release -j" makes one')
sys.path.insert(0, str(ROOT / "tests/integration"))
from node import Node  # noqa: E402
Node.start.__kwdefaults__["binary"] = "kringd"
