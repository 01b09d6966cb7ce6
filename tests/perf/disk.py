# SPDX-License-Identifier: EUPL-1.2
"""What really goes to the disk.  The kernel's own count of a process takes ext4's large folios as a whole from Linux 6.16 on,
however little of one was written; a device counts what it gets, the file system's journal included."""
import os
import pathlib
import subprocess


class Disk:
    """A file system of its own in an image file, behind a loop device; takes root."""
    SIZE = 16 << 30  # sparse

    def __init__(self, image, place):
        if os.geteuid() != 0:
            raise SystemExit("a file system of its own for each node takes root")
        with open(image, "wb") as f:
            f.truncate(self.SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image], check=True)
        place.mkdir()
        subprocess.run(["mount", "-o", "loop", image, place], check=True)
        self.place = place
        (place / "lost+found").rmdir()
        dev = place.stat().st_dev
        self.counts = pathlib.Path(f"/sys/dev/block/{os.major(dev)}:{os.minor(dev)}/stat")

    def written(self):
        """Bytes since it was made; what waits in memory is brought there first."""
        subprocess.run(["sync", "-f", self.place], check=True)
        return int(self.counts.read_text().split()[6]) * 512

    def gone(self):
        subprocess.run(["umount", self.place], check=True)
