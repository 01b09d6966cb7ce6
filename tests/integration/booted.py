# SPDX-License-Identifier: EUPL-1.2
"""Debian machines with a running systemd (systemd-nspawn), on a network of their own: what an administrator types there is typed as root
of a booted machine, and systemd starts, stops and watches what it starts.  Their files are debootstrap's, with a layer over them that
goes with the test; what the package needs was fetched before, so that apt needs no network."""
import os
import pathlib
import shutil
import subprocess
import time

from node import wait_for

KEPT = pathlib.Path(os.environ.get("KRING_MACHINES", "/var/cache/kring-machines"))
NEEDED = {"bookworm": "libzmq5 libmicrohttpd12 libuv1 libprotobuf-c1 liblmdb0 libsodium23 libjansson4 libqrencode4 libutf8proc2 libssl3 libseccomp2",
          "trixie": "libzmq5 libmicrohttpd12t64 libuv1t64 libprotobuf-c1 liblmdb0 libsodium23 libjansson4 libqrencode4 libutf8proc3 libssl3t64 libseccomp2"}


def base(suite):
    """A fresh Debian, made once and kept; it takes a minute or two and a mirror."""
    root = KEPT / suite
    if not (root / "ready").exists():
        shutil.rmtree(root, ignore_errors=True)
        KEPT.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,iproute2,procps", suite, str(root)], check=True, capture_output=True)
        subprocess.run(["chroot", str(root), "apt-get", "install", "-y", "--download-only", *NEEDED[suite].split()], check=True, capture_output=True)
        (root / "ready").touch()
    return root


class Network:
    """A bridge that nothing else of this machine is on, and control groups of the kind that a new systemd wants."""

    def __enter__(self):
        up = "mount -t cgroup2 cgroup2 /sys/fs/cgroup && ip link add br0 type bridge && ip link set br0 up && echo up && exec sleep infinity"
        self.holder = subprocess.Popen(["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "umount -R /sys/fs/cgroup; " + up],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.holder.stdout.readline() == "up\n"
        self.pid = child(self.holder.pid, "sleep")
        self.machines = []
        return self

    def __exit__(self, *_):
        for m in self.machines:
            m.off()
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()

    def enter(self, *words):
        return ["nsenter", "-t", str(self.pid), "--mount", "--net", "--pid", *words]


def child(pid, name):
    """The one that is called so: what only helps to begin is gone by then."""
    def named():
        for c in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            try:
                if pathlib.Path(f"/proc/{c}/comm").read_text().strip() == name:
                    return int(c)
            except FileNotFoundError:
                pass
    return wait_for(f"{name} to run", named)


class Booted:
    def __init__(self, net, suite, directory, number):
        self.net, self.dir, self.name, self.address, self.boot = net, directory, f"k{number}", f"10.77.0.{number}", None
        for d in ("up", "work", "root"):
            (directory / d).mkdir(parents=True)
        subprocess.run(net.enter("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base(suite)},upperdir={directory}/up,workdir={directory}/work", str(directory / "root")), check=True)
        net.machines.append(self)
        self.on()

    def on(self):
        words = ["systemd-nspawn", "--quiet", f"--directory={self.dir}/root", "--boot", "--keep-unit", "--register=no", f"--machine={self.name}", "--network-bridge=br0", "--link-journal=no", "--capability=CAP_IPC_LOCK",
                 "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self"]
        # each in a control group of its own, as under a service manager
        script = f"mkdir -p /sys/fs/cgroup/{self.name} && echo $$ >/sys/fs/cgroup/{self.name}/cgroup.procs && exec \"$@\""
        self.boot = subprocess.Popen(self.net.enter("sh", "-c", script, "-", *words), stdin=subprocess.DEVNULL, stdout=open(self.dir / "console", "ab"), stderr=subprocess.STDOUT)
        self.leader = child(child(self.boot.pid, "systemd-nspawn"), "systemd")
        wait_for("systemd to be up", lambda: self.run("systemctl is-system-running").stdout.strip() in ("running", "degraded"), 60)
        self.good(f"ip addr replace {self.address}/24 dev host0 && ip link set host0 up")

    def off(self):
        if self.boot.poll() is None:
            self.run("systemctl poweroff")
            try:
                self.boot.wait(60)
            except subprocess.TimeoutExpired:
                self.boot.kill()
                self.boot.wait()

    def reboot(self):
        self.off()
        self.on()

    def words(self, line, user):
        as_user = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []
        home = f"/home/{user}" if user else "/root"
        return ["nsenter", "-t", str(self.leader), "--all", "--root", "env", "-i", "-C", home, f"HOME={home}", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *as_user, "bash", "-c", line]

    def run(self, line, user=None):
        return subprocess.run(self.words(line, user), capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def start(self, line):
        return subprocess.Popen(self.words(line, None), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def good(self, line, user=None):
        r = self.run(line, user)
        assert r.returncode == 0, (self.name, line, r.stdout[-3000:], r.stderr[-3000:])
        return r.stdout + r.stderr

    def put(self, name, text):
        path = self.dir / "up/root" / name
        subprocess.run(self.net.enter("sh", "-c", f"umask 077; cat >{self.dir}/root/root/{name}"), input=text, text=True, check=True)
        return path

    def bring(self, file):
        subprocess.run(self.net.enter("cp", str(file), f"{self.dir}/root/root/"), check=True)

    def active(self, unit="kringd"):
        return self.run(f"systemctl is-active {unit}").stdout.strip()
