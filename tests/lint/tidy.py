#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""clang-tidy over every file of daemon, proto, client and tests that the build compiles.
tests/lint/tidy.py [--deep] [BUILD [FILE...]]    --deep: also the checks that follow paths (clang-analyzer), ten times the time.
Newer versions have more checks under the same names: with another than VERSION findings are shown and fail nothing.
The build may be gcc's: flags that clang does not know are left out of a copy of its compile_commands.json."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEEP = "--deep" in sys.argv
ARGS = [a for a in sys.argv[1:] if a != "--deep"]
BUILD = (pathlib.Path(ARGS[0]) if ARGS else ROOT / "build/dev").resolve()
NOT_CLANGS = re.compile(r" (-Werror|-ftrivial-auto-var-init=\S+|-fzero-call-used-regs=\S+)(?= )")
BATCH = 4
VERSION = 14            # Debian 12's


def units(only):
    """One unit a file: the first, which is kringd's where kringd_dev has it too."""
    seen = {}
    for u in json.loads((BUILD / "compile_commands.json").read_text()):
        name = os.path.relpath(u["file"], ROOT)
        if re.match(r"(daemon|proto|client|tests)/", name) and (not only or name in only):
            seen.setdefault(name, {**u, "command": NOT_CLANGS.sub("", u["command"])})
    return seen


def main():
    seen = units({os.path.relpath(f, ROOT) for f in ARGS[1:]})
    if not ARGS[1:] and len(seen) < 100:
        print(f"{len(seen)} units in {BUILD}: configure and build first")
        return 1
    with tempfile.TemporaryDirectory() as d:
        (pathlib.Path(d) / "compile_commands.json").write_text(json.dumps(list(seen.values())))
        files = [str(ROOT / name) for name in seen]
        batches = [files[i:i + BATCH] for i in range(0, len(files), BATCH)]
        fast = ["--extra-arg=-Wno-unknown-warning-option", *([] if DEEP else ["--checks=-clang-analyzer-*"])]
        tidy = lambda batch: subprocess.run(["clang-tidy", "-p", d, "--quiet", *fast, *batch], capture_output=True, text=True)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            done = list(pool.map(tidy, batches))
    found = sorted({line for r in done for line in r.stdout.splitlines() if re.search(r"(error|warning): .*\[", line)})
    broken = [r for r in done if r.returncode != 0 and not r.stdout.strip()]
    print(*found, sep="\n")
    print(*(r.stderr for r in broken), sep="\n", end="")
    have = int(re.search(r"version (\d+)", subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True).stdout)[1])
    print(f"tidy {have}: {len(seen)} files, {len(found)} findings")
    return 1 if broken or (found and have == VERSION) else 0


if __name__ == "__main__":
    sys.exit(main())
