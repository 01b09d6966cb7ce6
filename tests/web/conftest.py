# SPDX-License-Identifier: EUPL-1.2
"""Tests in a real browser share what tests of real nodes have."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
