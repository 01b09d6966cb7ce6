#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The picture of README.md, out of the demonstration that deploy/quickstart left running.  Usage: tests/web/picture.py [PORT] [OUT]"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

from chromium import Chrome  # noqa: E402

NAME = "Kees Verzinsel"  # whose passphrase is that of all tests, and of the demonstration


def main(port="7781", out=ROOT / "deploy/today.png"):
    c = Chrome(port)
    try:
        c.at = f"http://smwo.localhost:{port}"
        c.look("en", "light", 1000)
        c.d.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 1000, "height": 420, "deviceScaleFactor": 1, "mobile": False})
        c.sign_in(NAME)
        c.d.save_screenshot(str(out))
    finally:
        c.d.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
