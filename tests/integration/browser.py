# SPDX-License-Identifier: EUPL-1.2
"""A browser without a screen: cookies, forms with what they carry, addresses that lead on; and raw bytes for what no browser sends."""
import gzip
import html.parser
import http.client
import re
import socket
import urllib.parse

from node import free_port, wait_for
from passkeys import ORIGIN, screens

HOST = ORIGIN.split("//")[1]
PHRASE = "paard batterij nietje correct"


class Page(html.parser.HTMLParser):
    """What stands on a page: text, forms with their hidden fields, links, rows of tables; done: what it says was done a moment ago."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self.rows, self.words, self.tags, self._row, self.lang, self.done, self._done = {}, [], [], [], [], None, "", "", False
        self.feed(text)
        self.close()
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.tags.append((tag, a))
        if tag == "html":
            self.lang = a["lang"]
        if tag == "form":
            self.form = self.forms[a["action"]] = {}
        if tag == "input" and a["type"] == "hidden":
            self.form[a["name"]] = a["value"]
        if tag == "a":
            self.links.append(a["href"])
        if tag == "p":
            self._done = a.get("class") == "done"
        if tag == "tr":
            self._row = []
            self.rows.append(self._row)
        if tag in ("td", "th") and self._row is not None:
            self._row.append("")

    def handle_endtag(self, tag):
        if tag == "p":
            self._done = False
        if tag == "tr":
            self._row = None

    def handle_data(self, data):
        self.words.append(data)
        if self._done:
            self.done += data
        if self._row:
            self._row[-1] = (self._row[-1] + data).strip()


class ToFile(http.client.HTTPConnection):
    """A line to a socket that stands in a directory, as a proxy has it."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Browser:
    def __init__(self, port, language="nl", host=HOST):
        self.port, self.language, self.host, self.cookies = port, language, host, {}

    def ask(self, method, path, body=None, **headers):
        """(status, headers, text)"""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20) if isinstance(self.port, int) else ToFile(self.port, 20)
        c.putrequest(method, path.split("#")[0], skip_host=True, skip_accept_encoding=True)
        given = {"Host": self.host, "Accept-Language": self.language, "Sec-Fetch-Site": "same-origin", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.cookies:
            given.setdefault("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if body is not None:
            given.setdefault("Content-Type", "application/x-www-form-urlencoded")
            given.setdefault("Content-Length", str(len(body)))
        for k, v in given.items():
            if v is not None:
                c.putheader(k, v)
        c.endheaders(body)
        r = c.getresponse()
        raw = r.read()
        c.close()
        for line in r.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        if r.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        self.status, self.headers = r.status, r.headers
        return r.status, r.headers, raw.decode()

    def get(self, path, follow=True, **headers):
        self.at = path.split("#")[0]
        status, head, text = self.ask("GET", self.at, **headers)
        while follow and status == 303:
            self.at = head["Location"].split("#")[0]
            status, head, text = self.ask("GET", self.at, **headers)
        self.page = Page(text)
        return self.page

    def post(self, path, follow=True, headers=None, **fields):
        """The form of the page that is open, filled in."""
        fields = {**getattr(self, "page", Page("")).forms.get(path, {}), **fields}
        status, head, text = self.ask("POST", path, urllib.parse.urlencode(fields).encode(), **(headers or {}))
        if follow and status == 303:
            return self.get(head["Location"].split("#")[0])
        self.page = Page(text)
        return self.page

    def sign_in(self, name, phrase=PHRASE):
        self.get("/login")
        return self.post("/login", name=name, phrase=phrase)

    def first(self, link, phrase=PHRASE):
        self.get("/login/first")
        return self.post("/login/first", link=link, phrase=phrase)


def raw(port, sent, seconds=5):
    """What comes back for these bytes until the line ends or nothing comes any more."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as s:
        s.sendall(sent)
        got = b""
        try:
            while True:
                more = s.recv(65536)
                if not more:
                    break
                got += more
                head, _, body = got.partition(b"\r\n\r\n")
                n = re.search(rb"(?i)content-length: (\d+)", head)
                if n and len(body) >= int(n[1]):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def with_web(node, **settings):
    """The node of this directory answers browsers; returns the port."""
    node.web = free_port()
    screens(node, **{"Listen": f"tcp://127.0.0.1:{node.web}", "Login": "passphrase", **settings})
    return node.web


def await_web(node, word="ok\n", host=HOST):
    def up():
        try:
            return Browser(node.web, host=host).ask("GET", "/healthz")[2] == word
        except OSError:
            return False
    wait_for(f"{node.name} to answer browsers: {word}", up)
