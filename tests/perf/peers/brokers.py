# SPDX-License-Identifier: EUPL-1.2
"""Two brokers of a kind on loopback, TLS between them, and what they do with the same load: RabbitMQ (quorum queues, a shovel that
confirms) and NATS JetStream (sources over a leaf node; what it writes is on the disk before it says so).

Debian packages: rabbitmq-server librabbitmq-dev nats-server libnats-dev.  Only processes started here are ended."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
SIZE, WINDOW = 2048, 256


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_port(port, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"peers: nobody listens on port {port}")


class Side:
    """One broker with all that it starts: its session."""

    def __init__(self, name, log):
        self.name, self.log, self.process = name, log, None

    def start(self, argv, **more):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more)

    def pids(self):
        out = []
        for p in pathlib.Path("/proc").iterdir():
            try:
                if p.name.isdigit() and self.process and os.getsid(int(p.name)) == self.process.pid:
                    out.append(int(p.name))
            except OSError:
                pass
        return out

    def spent(self):
        """(CPU seconds, with those of children that ended; bytes that went to the disk; MiB that are its own)"""
        cpu = written = own = 0
        for pid in self.pids():
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                io = dict(x.split(": ") for x in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines())
                status = dict(x.split(":", 1) for x in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
            except OSError:
                continue
            cpu += sum(int(x) for x in stat[11:15]) / TICK
            written += int(io["write_bytes"])
            own += int(status.get("RssAnon", "0 kB").split()[0]) / 1024
        return cpu, written, own

    def stop(self):
        for sig in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                os.kill(pid, sig)
            end = time.monotonic() + 20
            while self.pids() and time.monotonic() < end:
                if self.process:
                    self.process.poll()
                time.sleep(0.02)


class Broker:
    generator = ""

    def __init__(self, directory, bin_dir):
        self.dir, self.bin = pathlib.Path(directory), pathlib.Path(bin_dir)
        self.dir.mkdir()
        self.port = {"A": free_port(), "B": free_port(), "line": free_port()}
        self.side = {n: Side(n, self.dir / f"log-{n}") for n in "AB"}
        self.certificate()

    def certificate(self):
        def openssl(*args):
            subprocess.run(["openssl", *args], cwd=self.dir, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=peers", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", *new, "-subj", "/CN=localhost", "-keyout", "b.key", "-out", "b.csr")
        (self.dir / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
        openssl("x509", "-req", "-in", "b.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "b.pem")

    def load(self, mode, count, **more):
        return subprocess.Popen([str(self.bin / "tests" / self.generator), mode, str(count), str(SIZE), str(WINDOW), str(self.port["A"]),
                                 str(self.port["B"])], stdout=subprocess.PIPE, text=True, **more)

    def run(self, mode, count):
        p = self.load(mode, count)
        out = p.communicate(timeout=300)[0]
        if p.returncode:
            raise SystemExit(f"peers: {self.generator} {mode} ended with {p.returncode}; see {self.dir}/log-A and log-B")
        return [float(x) for x in out.split()]

    def start(self):
        self.start_side("B")
        self.start_side("A")
        self.run("setup", 1)
        self.joined()
        self.run("flow", 500)

    def joined(self):
        pass

    def stop(self):
        for s in self.side.values():
            s.stop()


class Rabbit(Broker):
    name, generator = "RabbitMQ quorum + shovel", "peer_amqp"

    def environment(self, n):
        d = self.dir / n
        return {**os.environ, "HOME": str(d), "RABBITMQ_HOME": "/usr/lib/rabbitmq", "RABBITMQ_NODENAME": f"peer-{n.lower()}@localhost",
                "RABBITMQ_MNESIA_BASE": f"{d}/mnesia", "RABBITMQ_LOG_BASE": f"{d}/log", "RABBITMQ_CONFIG_FILE": f"{d}/rabbitmq",
                "RABBITMQ_ADVANCED_CONFIG_FILE": f"{d}/advanced.config", "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                "RABBITMQ_ENABLED_PLUGINS_FILE": f"{d}/plugins", "RABBITMQ_GENERATED_CONFIG_DIR": f"{d}/made", "RABBITMQ_PID_FILE": f"{d}/pid",
                "RABBITMQ_DIST_PORT": str(self.dist[n]), "ERL_EPMD_PORT": str(self.epmd_port), "ERL_EPMD_ADDRESS": "127.0.0.1"}

    def start(self):
        self.dist, self.epmd_port = {n: free_port() for n in "AB"}, free_port()
        self.epmd = subprocess.Popen(["epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"], stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_port(self.epmd_port)
        super().start()

    def start_side(self, n):
        d = self.dir / n
        d.mkdir(exist_ok=True)
        text = f"listeners.tcp.1 = 127.0.0.1:{self.port[n]}\nvm_memory_high_watermark.relative = 0.4\ndisk_free_limit.absolute = 1GB\nlog.file.level = warning\n"
        if n == "B":
            text += (f"listeners.ssl.1 = 127.0.0.1:{self.port['line']}\nssl_options.cacertfile = {self.dir}/ca.pem\nssl_options.certfile = {self.dir}/b.pem\n"
                     f"ssl_options.keyfile = {self.dir}/b.key\nssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false\n")
        (d / "rabbitmq.conf").write_text(text)
        (d / "plugins").write_text("[rabbitmq_shovel].\n" if n == "A" else "[].\n")
        cookie = d / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text("PEERS")
            cookie.chmod(0o400)
        self.side[n].start(["/usr/lib/rabbitmq/bin/rabbitmq-server"], env=self.environment(n))
        await_port(self.port[n])

    def joined(self):
        shovel = {"src-protocol": "amqp091", "src-uri": f"amqp://127.0.0.1:{self.port['A']}", "src-queue": "out", "src-prefetch-count": 1000,
                  "dest-protocol": "amqp091", "dest-queue": "in", "ack-mode": "on-confirm", "reconnect-delay": 1,
                  "dest-uri": f"amqps://127.0.0.1:{self.port['line']}?cacertfile={self.dir}/ca.pem&verify=verify_peer&server_name_indication=localhost"}
        subprocess.run(["/usr/lib/rabbitmq/bin/rabbitmqctl", "set_parameter", "shovel", "to-b", json.dumps(shovel)], env=self.environment("A"),
                       check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        super().stop()
        self.epmd.kill()
        self.epmd.wait()


class Nats(Broker):
    name, generator = "NATS JetStream, synced", "peer_nats"

    def start_side(self, n):
        d = self.dir / n
        (d / "js").mkdir(parents=True, exist_ok=True)
        # below it every write is on the disk when it returns: this version has no setting for that
        subprocess.run(["chattr", "+S", str(d / "js")], check=True)
        text = (f'server_name: {n}\nlisten: 127.0.0.1:{self.port[n]}\njetstream {{ store_dir: "{d}/js", domain: {n}, max_mem: 256M, max_file: 8G }}\n'
                f'log_file: "{d}/log"\n')
        if n == "A":
            text += f'leafnodes {{ reconnect: 1, remotes: [ {{ url: "tls://127.0.0.1:{self.port["line"]}", tls {{ ca_file: "{self.dir}/ca.pem" }} }} ] }}\n'
        else:
            text += (f'leafnodes {{ listen: 127.0.0.1:{self.port["line"]}, tls {{ cert_file: "{self.dir}/b.pem", key_file: "{self.dir}/b.key", '
                     f'ca_file: "{self.dir}/ca.pem" }} }}\n')
        (d / "conf").write_text(text)
        self.side[n].start(["nats-server", "-c", str(d / "conf")])
        await_port(self.port[n])

    def start(self):
        self.start_side("B")
        self.start_side("A")
        time.sleep(2)  # the leaf node joins; streams that look for it before do not find it
        self.run("setup", 1)
        time.sleep(2)
        self.run("flow", 500)


def flow(broker, count):
    """(messages/s that arrived, CPU s for 1 000, KiB written at A, at B, MiB at A, at B)"""
    before = {n: s.spent() for n, s in broker.side.items()}
    rate = broker.run("flow", count)[1]
    time.sleep(0.3)
    now = {n: s.spent() for n, s in broker.side.items()}
    cpu = sum(now[n][0] - before[n][0] for n in "AB") * 1000 / count
    return rate, cpu, *((now[n][1] - before[n][1]) / 1024 / count for n in "AB"), *(now[n][2] for n in "AB")


def one(broker, count):
    """(p50, p99) in ms, until B's consumer has it"""
    return broker.run("one", count)


def backlog(broker, count):
    """(seconds from the start of the other end until its consumer has all, p99 in ms of a confirmation meanwhile)"""
    broker.side["B"].stop()
    broker.run("send", count)
    take = broker.load("take", count)
    began = time.monotonic()
    broker.start_side("B")
    beside = broker.load("slow", 100000, stdin=subprocess.PIPE)
    if take.wait(600) != 0:
        raise SystemExit("peers: the backlog did not arrive")
    took = time.monotonic() - began
    out = beside.communicate(timeout=60)[0]
    if beside.returncode:
        raise SystemExit("peers: no message was taken meanwhile")
    return took, float(out.split()[1])


def missing(bin_dir):
    """What is not there to measure with, in words; "" nothing."""
    absent = [x for x in ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/sbin/nats-server", "/usr/bin/nats-server") if pathlib.Path(x).exists()]
    if len(absent) < 2 or not shutil.which("epmd"):
        return "the brokers are not there: apt install rabbitmq-server nats-server"
    if not all((pathlib.Path(bin_dir) / "tests" / k.generator).exists() for k in KINDS):
        return "their load generators are not built: apt install librabbitmq-dev libnats-dev, then cmake --preset release -DKRING_PEERS=ON"
    if os.getuid() != 0:
        return "chattr +S needs root"
    return ""


KINDS = (Rabbit, Nats)
