# SPDX-License-Identifier: EUPL-1.2
"""deploy/proxy/nginx.conf before a real node: pages, addresses that are the proxy's word, nothing compressed, other names refused."""
import http.client
import pathlib
import signal
import ssl
import subprocess

from browser import HOST, Browser, await_web
from node import ROOT, free_port, wait_for
from passkeys import screens

CONF = ROOT / "deploy/proxy/nginx.conf"


def through(port, method="GET", path="/", body=None, **headers):
    c = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=ssl._create_unverified_context())
    given = {"Host": HOST, "Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip", **{k.replace("_", "-"): v for k, v in headers.items()}}
    c.request(method, path, body, given)
    r = c.getresponse()
    got = r.status, r.headers, r.read()
    c.close()
    return got


def test_nginx_before_a_node(federation):
    n = federation("Goes").nodes[0]
    d = n.fed.dir
    n.web = str(d / "web.sock")
    screens(n, Listen=f"unix:{n.web}", Login="passphrase")
    n.start()
    await_web(n)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(d / "key.pem"), "-out", str(d / "cert.pem"),
                    "-subj", f"/CN={HOST}", "-days", "2"], check=True, capture_output=True)
    port, plain = free_port(), free_port()
    site = CONF.read_text()
    for there, here in (("unix:/run/kring-web/sock", f"unix:{n.web}"), ("listen 443 ", f"listen 127.0.0.1:{port} "), ("listen 80;", f"listen 127.0.0.1:{plain};"),
                        ("/etc/letsencrypt/live/kring.goes.example/fullchain.pem", str(d / "cert.pem")), ("/etc/letsencrypt/live/kring.goes.example/privkey.pem", str(d / "key.pem")),
                        ("kring.goes.example", HOST)):
        assert there in site, there
        site = site.replace(there, here)
    (d / "nginx.conf").write_text(f"daemon off;\npid {d}/nginx.pid;\nerror_log {d}/nginx.log;\n" + ("user root;\n" if pathlib.Path("/proc/self").owner() == "root" else "")
                                  + f"events {{}}\nhttp {{\ngzip on;\ngzip_types *;\nclient_body_temp_path {d}/t1;\nproxy_temp_path {d}/t2;\nfastcgi_temp_path {d}/t3;\n"
                                  f"uwsgi_temp_path {d}/t4;\nscgi_temp_path {d}/t5;\n{site}\n}}\n")
    tested = subprocess.run(["nginx", "-t", "-c", str(d / "nginx.conf")], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    proxy = subprocess.Popen(["nginx", "-c", str(d / "nginx.conf")])
    try:
        def up():
            try:
                return through(port, path="/healthz")[2] == b"ok\n"
            except OSError:
                return False
        wait_for("the proxy", up)
        status, head, body = through(port, path="/login")
        assert status == 200 and b"Uw wachtzin" in body and "Content-Encoding" not in head and head["Strict-Transport-Security"] and head["Cache-Control"] == "no-store"
        assert through(port, "POST", "/login", b"x" * 70000, Content_Type="application/x-www-form-urlencoded")[0] == 413
        b = Browser(n.web)
        for i in range(10):  # each with another address of its own making: the proxy's word is what counts
            b.get("/login")
            k, cookie = b.page.forms["/login"]["k"], f"__Host-kring-pre={b.cookies['__Host-kring-pre']}"
            status, head, _ = through(port, "POST", "/login", f"name=Niemand&phrase=een+twee+drie+vier&k={k}".encode(), Cookie=cookie,
                                      Content_Type="application/x-www-form-urlencoded", X_Forwarded_For=f"203.0.113.{i}")
            assert (status, head["Location"]) == (303, "/login?e=sign-in-failed"), i
        status, head, _ = through(port, "POST", "/login", f"name=Niemand&phrase=een+twee+drie+vier&k={k}".encode(), Cookie=cookie,
                                  Content_Type="application/x-www-form-urlencoded", X_Forwarded_For="203.0.113.99")
        assert head["Location"] == "/login?e=tries-many"
        assert not [x for x in d.glob("**/access*")]
    finally:
        proxy.send_signal(signal.SIGTERM)
        proxy.wait()


def test_the_others_say_the_same():
    """No program of theirs is here: what matters stands in each."""
    apache, caddy = ((ROOT / "deploy/proxy" / x).read_text() for x in ("apache.conf", "Caddyfile"))
    for line in ("ProxyPreserveHost On", "RequestHeader unset X-Forwarded-For early", "SetEnv no-gzip 1", "unix:/run/kring-web/sock|http://kring/", "CustomLog /dev/null"):
        assert line in apache, line
    assert "unix//run/kring-web/sock" in caddy and "encode" not in caddy and "log" not in caddy.split("kring.goes.example {")[1] and "trusted_proxies" not in caddy
