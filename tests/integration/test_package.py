# SPDX-License-Identifier: EUPL-1.2
"""The Debian package: what is in it, where its node has its settings, and what systemd is told."""
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess

import pytest
from node import BIN, ROOT, free_port, wait_for

ROOT_ONLY = pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")


def run(*args, **kw):
    r = subprocess.run([str(x) for x in args], capture_output=True, text=True, **kw)
    assert r.returncode == 0, (args, r.stdout, r.stderr)
    return r.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    if shutil.which("cpack") is None or shutil.which("dpkg-deb") is None:
        pytest.skip("a Debian package is made on Debian")
    out = tmp_path_factory.mktemp("package")
    run("cpack", "-G", "DEB", "--config", BIN / "CPackConfig.cmake", "-B", out)
    deb, = out.glob("*.deb")
    run("dpkg-deb", "-x", deb, out / "files")
    run("dpkg-deb", "-e", deb, out / "control")
    return deb, out / "files", out / "control"


def test_the_package_has_all_that_a_node_needs(package, tmp_path):
    deb, files, control = package
    wanted = ["usr/sbin/kringd", *(f"usr/sbin/kringd-{x}" for x in ("net", "web", "join")), "usr/bin/kring", "usr/share/bash-completion/completions/kring", "usr/lib/systemd/system/kringd.service",
              *(f"usr/lib/systemd/system/kring-{x}" for x in ("backup.service", "backup.timer", "metrics.service", "metrics.timer")), "usr/lib/sysusers.d/kring.conf",
              "usr/lib/tmpfiles.d/kring.conf", "usr/share/doc/kring/copyright", "usr/share/doc/kring/changelog.gz", *(f"usr/share/doc/kring/{x}.md" for x in ("onboarding", "first-federation", "upgrade", "backup")), *(f"usr/share/doc/kring/says{x}.txt" for x in ("", ".nl", ".fr", ".de")), "usr/share/doc/kring/proxy.md",
              *(f"usr/share/doc/kring/examples/proxy/{x.name}" for x in (ROOT / "deploy/proxy").iterdir())]
    wanted += [f"usr/share/man/{lang}{page}.gz" for lang in ("", "nl/", "fr/", "de/") for page in ("man1/kring.1", "man8/kringd.8", "man8/kringd-net.8", "man5/kring.conf.5")]
    assert [w for w in wanted if not (files / w).is_file()] == []
    assert not (files / "etc").exists() and not (files / "var").exists(), "what people wrote is no part of a package"
    told = run("dpkg-deb", "-f", deb)
    assert all(x in told for x in ("Package: kring\n", "libzmq5", "liblmdb0", "libsodium23", "debconf"))
    for script in ("config", "postinst", "prerm", "postrm"):
        run("sh", "-n", control / script)
    # a purge without a yes leaves every case where it is
    assert re.search(r"^Default: false$", (control / "templates").read_text(), re.M)
    assert re.search(r'"\$erase" = true \] \|\| \[ ! -e /var/lib/kring/identity', (control / "postrm").read_text())
    # the command line finds the daemon beside it, wherever both were unpacked
    other = files / "usr/bin/kring"
    assert "kringd cannot be run" not in subprocess.run([str(other), "--dir", str(tmp_path), "config", "check"], capture_output=True, text=True).stderr
    assert run(files / "usr/sbin/kringd", "--version").startswith("kringd ")
    if shutil.which("lintian") and os.environ.get("KRING_LONG"):  # tests/run --long
        r = subprocess.run(["lintian", "--fail-on", "error,warning", str(deb)], capture_output=True, text=True)
        assert r.returncode == 0, r.stdout


def test_its_unit_users_and_places_are_understood(package, tmp_path):
    _, files, _ = package
    unit = (files / "usr/lib/systemd/system/kringd.service").read_text()
    assert "ExecStart=/usr/sbin/kringd --dir /var/lib/kring --config /etc/kring/kring.conf\n" in unit
    assert all(x in unit for x in ("Type=notify\n", "WatchdogSec=", "RuntimeDirectory=kring\n", "SetCredential=kring.key:none\n"))
    if shutil.which("systemd-sysusers") is None:
        pytest.skip("systemd is not here")
    root = tmp_path / "root"
    shutil.copytree(files, root)
    (root / "etc").mkdir()
    run("systemd-sysusers", f"--root={root}", "kring.conf")
    assert re.search(r"^kring:.*:/var/lib/kring:", (root / "etc/passwd").read_text(), re.M) and re.search(r"^kring-staff:.*:kring$", (root / "etc/group").read_text(), re.M)
    (root / "bin").mkdir()
    shutil.copy("/bin/kill", root / "bin/kill")
    units = sorted(p.name for p in (root / "usr/lib/systemd/system").iterdir())
    r = subprocess.run(["systemd-analyze", "verify", f"--root={root}", "--recursive-errors=no", "--man=no", *units], capture_output=True, text=True)
    assert len(units) == 5 and not [x for x in r.stderr.splitlines() if "kring" in x], r.stderr
    # nothing runs because the package is there: each is enabled by whoever wants it
    assert not [p for p in files.rglob("*") if p.is_symlink() and p.parent.name.endswith(".wants")]
    if os.getuid() == 0:
        run("systemd-tmpfiles", f"--root={root}", "--create", "kring.conf")
        assert (root / "var/lib/kring").stat().st_mode & 0o777 == 0o700 and (root / "etc/kring").is_dir()


def test_an_installation_elsewhere_finds_itself(tmp_path):
    run("cmake", "--install", BIN, "--prefix", tmp_path)
    unit = (tmp_path / "lib/systemd/system/kringd.service").read_text()
    assert f"ExecStart={tmp_path}/sbin/kringd --dir" in unit
    r = subprocess.run([str(tmp_path / "bin/kring"), "--dir", str(tmp_path / "n"), "slot", "list"], capture_output=True, text=True)
    assert "no node in" in r.stderr, r


# ---- where the settings stand ----
NAMESPACE = """set -e
cp -a /etc {tmp}/etc; mkdir {tmp}/lib
mount --bind {tmp}/etc /etc; mount --bind {tmp}/lib /var/lib
mkdir /etc/kring; mkdir -m 700 /var/lib/kring
chown 65534:65534 /var/lib/kring
exec bash -euxc '{script}'
"""


@ROOT_ONLY
def test_the_node_of_the_package_has_its_settings_in_etc(federation, tmp_path):
    f = federation("Goes")
    script = f"""
kring() {{ {BIN}/kring --lang en "$@"; }}
kring node init --org SMWO --country NL --listen tcp://127.0.0.1:{free_port()} --federation {f.roster}
test -f /etc/kring/kring.conf -a ! -e /var/lib/kring/kring.conf
test "$(stat -c %U:%a /etc/kring/kring.conf)" = nobody:600
kring config check | grep -x "/etc/kring/kring.conf: nothing is wrong"
kring doctor | grep "settings .*/etc/kring/kring.conf"
cp /etc/kring/kring.conf /var/lib/kring/kring.conf
! kring config check 2>twice
grep "/etc/kring/kring.conf and in /var/lib/kring/kring.conf" twice
! {BIN}/kringd --dir /var/lib/kring --config /etc/kring/kring.conf 2>twice
grep "/etc/kring/kring.conf and in /var/lib/kring/kring.conf" twice
kring doctor | grep "CRITICAL .*settings .*remove /var/lib/kring/kring.conf"
rm /var/lib/kring/kring.conf
echo "# a remark of ours" >>/etc/kring/kring.conf
{BIN}/kringd --dir /var/lib/kring --config /etc/kring/kring.conf 2>log &
for i in $(seq 100); do kring status >/dev/null 2>&1 && break; sleep 0.1; done
kring backup {tmp_path}/b
kill -TERM %1; wait %1
cp /var/lib/kring/recovery-sheet.txt {tmp_path}/sheet
echo "# of the new machine" >/etc/kring/kring.conf
kring restore {tmp_path}/b --sheet {tmp_path}/sheet
grep "a remark of ours" /etc/kring/kring.conf
grep "of the new machine" /etc/kring/kring.conf.before-restore-*
test ! -e /var/lib/kring/kring.conf
rm -r /var/lib/kring; mkdir /var/lib/kring
! kring node init --org SMWO --country NL --listen tcp://127.0.0.1:1 --federation {f.roster} 2>stays
grep "/etc/kring/kring.conf: these settings are there already" stays
"""
    r = subprocess.run(["unshare", "--mount", "bash", "-c", NAMESPACE.format(tmp=tmp_path, script=script.replace("'", "'\\''"))], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert r.returncode == 0, r.stdout[-2000:] + r.stderr[-3000:]


# ---- what systemd is told ----
def test_systemd_hears_when_people_can_ask_and_that_it_goes_on(federation, monkeypatch):
    f = federation("Goes")
    n = f.nodes[0]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(f.dir / "notify"))
        heard.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(f.dir / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        n.start(wait=False)
        assert heard.recv(64) == b"READY=1" and n.try_k("status"), "people can ask by then"
        assert [heard.recv(64) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        # the unit has NotifyAccess=main: of another process systemd takes no word
        heard.recv(64)
        _, control, _, _ = heard.recvmsg(64, socket.CMSG_SPACE(12))
        assert struct.unpack("iII", control[0][2])[0] == n.proc.pid
        os.kill(n.children()["core"], 9)
        while heard.recv(64) != b"READY=1":
            pass


def test_a_credential_may_be_absent(federation, monkeypatch):
    f = federation("Goes")
    n = f.nodes[0]
    (f.dir / "handed").mkdir()
    (f.dir / "handed/kring.key").write_text("none")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(f.dir / "handed"))
    n.start()
    assert not n.k("status")["status"].get("locked"), "the key file opens it"
    n.stop()
    pathlib.Path(n.dir / "unlock.key").rename(f.dir / "elsewhere")
    n.start()
    assert n.k("status")["status"]["locked"]
    n.stop()
    shutil.copy(f.dir / "elsewhere", f.dir / "handed/kring.key")
    n.start(wait=False)
    assert wait_for("it to end", lambda: n.proc.poll()) == 78, "a key that is no credential's is not taken for none"
