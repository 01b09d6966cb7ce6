# SPDX-License-Identifier: EUPL-1.2
"""A machine of its own for what an administrator types as root: the files of this one with a layer over them, that goes with the test.
Its kring is installed where the package puts it.  systemd does not run there: what it would do at systemctl is done as the units say."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from node import BIN, wait_for

REAL_APT = bool(os.environ.get("KRING_LONG"))  # apt takes ten seconds to read what all is installed here
NEEDS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")


PEOPLE = ("ada", "anna", "bo")


def package(out, version=None):
    """The package as a file; with another version it is a newer one."""
    subprocess.run(["cpack", "-G", "DEB", "--config", str(BIN / "CPackConfig.cmake"), "-B", str(out), *(["-R", version] if version else [])], check=True, capture_output=True)
    return next(pathlib.Path(out).glob("*.deb"))


class Machine:
    """root$ of it is line(); what the machine runs ends with it."""

    def __init__(self, directory, stick, lower="/"):
        directory.mkdir()
        self.dir, self.stick, self.kringd = directory, stick, None
        up = f"""set -e
mount -t tmpfs tmpfs {directory}; cd {directory}; mkdir upper work root
mount -t overlay overlay -o lowerdir={lower},upperdir={directory}/upper,workdir={directory}/work root
cd root; mkdir -p stick
mount -t tmpfs -o mode=700 tmpfs root
mount -t proc proc proc; mount --rbind /dev dev; mount --bind {stick} stick; mount -t tmpfs tmpfs run
exec chroot . sh -c 'echo up; exec sleep infinity'"""
        self.holder = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", up], stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "up\n"
        child = pathlib.Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children").read_text().split()[0]
        assert os.readlink(f"/proc/{child}/root") == f"{directory}/root", "no line may reach the files of this machine"
        self.enter = ["nsenter", "-t", child, "--mount", "--pid", "--root", "env", "-i", "-C", "/", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
                      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()

    def run(self, line, user=None):
        home = f"/home/{user}" if user in PEOPLE else "/root" if user is None else "/"
        as_user = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []
        return subprocess.run([*self.enter, f"HOME={home}", *as_user, "bash", "-c", f"cd; {line}"], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def good(self, line, user=None):
        r = self.run(line, user)
        assert r.returncode == 0, (line, r.stdout, r.stderr)
        return r.stdout + r.stderr

    def install(self, deb):
        """apt install ./kring_*.deb; in short: its files, and what its postinst does with them."""
        if REAL_APT:
            shutil.copy(deb, self.stick / deb.name)
            self.good(f"apt-get install -y /stick/{deb.name}")
        else:
            tree = self.stick / "tree"
            if not tree.exists():
                subprocess.run(["cmake", "--install", str(BIN), "--prefix", "/usr"], check=True, capture_output=True, env={**os.environ, "DESTDIR": str(tree)})
            self.good("cp -a --remove-destination /stick/tree/usr / && systemd-sysusers kring.conf && systemd-tmpfiles --create kring.conf")

    def unit(self, name):
        """{key: value} of the last word on each; what is run one after the other, as one line."""
        words = re.findall(r"^(\w+)=(.*)$", self.good(f"cat /usr/lib/systemd/system/{name}"), re.M)
        return {**dict(words), "ExecStart": " && ".join(v for k, v in words if k == "ExecStart")}

    def systemctl(self, *words):
        """As the units say it."""
        verb, name = words[0], words[-1] if "." in words[-1] else words[-1] + ".service"
        if verb == "enable":
            self.good(f"systemctl enable {name}")
        if name != "kringd.service":
            u = self.unit(name.replace(".timer", ".service"))
            return self.good(u["ExecStart"], u["User"])
        if self.kringd and verb in ("stop", "restart"):
            self.good("kill $(cat /run/kringd.pid)")
            self.kringd.wait(10)
        if verb != "stop":
            self.start()
        return ""

    def start(self):
        u = self.unit("kringd.service")
        name, _, path = u["LoadCredentialEncrypted"].partition(":")
        held = "/run/credentials/kringd"
        self.good(f"""mkdir -p {held} /run/{u["RuntimeDirectory"]}; chown {u["User"]}:{u["Group"]} /run/{u["RuntimeDirectory"]}; chmod {u["RuntimeDirectoryMode"]} /run/{u["RuntimeDirectory"]}
if [ -e {path} ]; then systemd-creds decrypt --name={name} {path} {held}/{name}; else echo -n none >{held}/{name}; fi; chown -R {u["User"]} {held}""")
        self.kringd = subprocess.Popen([*self.enter, f"CREDENTIALS_DIRECTORY={held}", f"RUNTIME_DIRECTORY=/run/{u['RuntimeDirectory']}", "bash", "-c", "echo $$ >/run/kringd.pid; exec \"$@\"", "-", "setpriv", "--reuid", u["User"],
                                        "--regid", u["Group"], "--groups", u["Group"], *u["ExecStart"].split()], stdout=open(self.stick / "kringd.log", "ab"), stderr=subprocess.STDOUT)
        wait_for("the node to answer", lambda: self.kringd.poll() is not None or self.run("kring status").returncode == 0)
        assert self.kringd.poll() is None, (self.stick / "kringd.log").read_text()[-800:]
