# SPDX-License-Identifier: EUPL-1.2
"""axe-core (MPL-2.0), which finds what people with a disability cannot use: fetched once into build/, held against its hash, never shipped."""
import hashlib
import io
import pathlib
import tarfile
import urllib.request

VERSION = "4.14.1"
HASH = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"  # of axe.min.js
KEPT = pathlib.Path(__file__).resolve().parents[2] / f"build/axe-{VERSION}.min.js"


def source():
    if not KEPT.exists() or hashlib.sha256(KEPT.read_bytes()).hexdigest() != HASH:
        with urllib.request.urlopen(f"https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz", timeout=60) as r:
            got = tarfile.open(fileobj=io.BytesIO(r.read())).extractfile("package/axe.min.js").read()
        assert hashlib.sha256(got).hexdigest() == HASH, "axe-core is not what it was"
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_bytes(got)
    return KEPT.read_text()
