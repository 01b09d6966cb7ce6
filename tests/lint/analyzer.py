#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""gcc -fanalyzer over every file that ships (minutes, so only with --long).  analyzer.py BUILD

What it finds is mended, or stands in analyzer.txt with the reason why it is none; a line there that nothing matches is a finding, too."""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
KNOWN = pathlib.Path(__file__).with_suffix(".txt")


def analyse(entry):
    words = [w for w in shlex.split(entry["command"]) if not w.endswith("ccache") and w not in ("-Werror", "-MD") and not w.startswith("-MF")]
    words[words.index("-o") + 1] = "/dev/null"
    r = subprocess.run([*words, "-fanalyzer", "-Wno-error"], cwd=entry["directory"], capture_output=True, text=True)
    name = os.path.relpath(entry["file"], ROOT)
    return {f"{name} {what}" for what in re.findall(r"\[-W(analyzer-[\w-]+)\]", r.stderr)}


def main():
    entries = {e["file"]: e for e in json.loads((pathlib.Path(sys.argv[1]) / "compile_commands.json").read_text())
               if re.match(r"(daemon|client|proto)/", os.path.relpath(e["file"], ROOT))}
    known = {" ".join(x.split()[:2]) for x in KNOWN.read_text().splitlines() if x and not x.startswith("#")}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = set().union(*pool.map(analyse, entries.values()))
    for f in sorted(found - known):
        print("found:", f)
    for f in sorted(known - found):
        print("no longer found, so not to be listed:", f)
    print(f"analyzer: {len(entries)} files, {len(found - known)} findings")
    return 1 if found != known or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
