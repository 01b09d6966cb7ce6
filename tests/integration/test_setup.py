# SPDX-License-Identifier: EUPL-1.2
"""kring setup: from nothing to a partner, asked on a terminal or read from a file; broken off and typed again."""
import os
import re
import select
import shutil
import signal
import subprocess
import termios
import time

import pytest
from node import BIN, Node, free_port, wait_for
from term import Terminal


class Place:
    """Where the nodes of one test lie."""

    bin, made = BIN, None

    def __init__(self, directory):
        self.dir, self.made = directory, []

    def node(self, name):
        return Node(self, name, name, free_port())

    def secret(self, name, text):
        path = self.dir / name
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def stop(self):
        for n in self.made:
            n.stop()


@pytest.fixture
def place(workdir):
    p = Place(workdir)
    yield p
    Terminal.close_all()
    p.stop()


def answers(place, n, name="answers", **more):
    """A file of answers for a new federation; None leaves a line out."""
    said = dict(How="create", Federation="Zeeland", Roots="2/2", RootKeys=f"{place.dir}/roots", Organisation="Gemeente Goes", Country="NL",
                Listen=f"tcp://127.0.0.1:{n.port}", Key="file", KeyFile=f"{place.dir}/stick/kring.key", Sheet=f"{place.dir}/stick/sheet", **more)
    (place.dir / "stick").mkdir(exist_ok=True)
    (place.dir / name).write_text("# for the test\n" + "".join(f"{k}={v}\n" for k, v in said.items() if v is not None))
    return str(place.dir / name)


def set_up(n, *args, lang="en"):
    return subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, "setup", *args], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def until(t, pattern, seconds=60):
    """What the terminal showed, once that is in it."""
    end = time.time() + seconds
    while not re.search(pattern, t.text[t.seen:]):
        assert time.time() < end, t.text[t.seen:]
        if select.select([t.fd], [], [], 0.2)[0]:
            try:
                t.raw = getattr(t, "raw", b"") + os.read(t.fd, 65536)
            except OSError:
                raise AssertionError(f"it ended:\n{t.text[t.seen:]}") from None
            t.text = t.raw.decode(errors="replace").replace("\r\n", "\n")
    return re.search(pattern, t.text[t.seen:])


def say(t, line):
    t.seen = len(t.text)
    os.write(t.fd, (line + "\n").encode())


def tree(path):
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file() and not p.is_socket()} if path.exists() else {}


def begin(place, n):
    """Goes by a file of answers, as far as a machine without systemd comes; then started, and the same line again."""
    path = answers(place, n)
    r = set_up(n, "--answers", path)
    assert r.returncode == 4 and f"kringd --dir {n.dir}" in r.stdout, r
    n.start(binary="kringd")
    r = set_up(n, "--answers", path)
    assert r.returncode == 0, r
    return r.stdout


def test_two_nodes_find_each_other(place):
    """One begins the federation on a terminal in Dutch; the other joins on one in German, behind a passphrase."""
    goes, doel = place.node("goes"), place.node("doel")
    (place.dir / "stick").mkdir()
    t = Terminal(goes, "setup", seconds=60)
    t.play("?", "1", "Zeeland", "2/2", f"{place.dir}/roots", "Gemeente Goes", "", "0113-000000", f"tcp://127.0.0.1:{goes.port}", "")
    assert "Een nieuw netwerk begint met uw organisatie" in t.text
    assert "alleen voor het knooppunt in /var/lib/kring" in " ".join(t.text.split())  # why there is no credential for this one
    assert "bij wat het beschermt" in t.answer("3") + t.answer(f"{goes.dir}/key")
    assert "Hoe het knooppunt opengaat" in t.answer("<")  # one question back, what was chosen in brackets
    t.answer("")
    for x in (f"{place.dir}/stick/goes.key", "", "", "Ada Verzonnen", "3101", ""):
        t.answer(x)
    assert "Dit wordt gedaan" in t.text and not goes.dir.exists() and not (place.dir / "roots").exists()
    shown = t.answer("ja")
    assert "recovery code" in shown and "Staat dit nu op papier?" in shown
    assert f"kringd --dir {goes.dir} --config {goes.dir}/kring.conf" in t.answer("ja")
    assert not (goes.dir / "recovery-sheet.txt").exists() and not (goes.dir / "unlock.key").exists()
    goes.start(binary="kringd")
    t.answer("")
    assert t.code == 0 and "Klaar. Waar alles staat:" in t.text, t.text
    assert goes.k("staff", "list")["staff"][0]["name"] == "Ada Verzonnen"

    token = goes.k("invite", "--org", "Doel", "--at", f"tcp://127.0.0.1:{free_port()}")["token"]
    t = Terminal(doel, "setup", lang="de", seconds=60)
    t.play("2", "kring1falsch")
    assert "das ist keine Einladung" in t.text
    for x in (token, "Doel", "NL", "", f"tcp://127.0.0.1:{doel.port}", "", "passphrase"):
        t.answer(x)
    assert "vier fünf sechs" not in t.answer("vier fünf sechs") + t.answer("vier fünf sieben")
    assert "zwei verschiedene" in t.text
    for x in ("vier fünf sechs", "vier fünf sechs", f"{place.dir}/stick/doel-sheet", "", ""):
        t.answer(x)
    assert "Das wird getan" in t.text and token not in t.text.partition("Das wird getan")[2]
    say(t, "ja")
    digits = until(t, r"(\d{4} \d{4})")[1]
    proposal = goes.k("confirm", digits)["proposal"]
    for root in (1, 2):
        goes.k("approve", proposal, "--key", f"{place.dir}/roots/root{root}.key")
    until(t, r"Enter, wenn er läuft\.\s+> $")
    words = b"".join((place.dir / "doel" / f).read_bytes() for f in ("kring.conf", "slots"))
    assert b"sechs" not in words and not (doel.dir / "unlock.key").exists()
    doel.start(binary="kringd")  # it waits for its passphrase, which setup still has
    t.answer("")
    assert t.code == 0 and "Verbunden mit 1 Partner" in t.text, t.text
    assert oct((place.dir / "stick/doel-sheet").stat().st_mode)[-3:] == "600"


def test_a_passphrase_is_asked_for_once_the_screen_is_quiet(place):
    """Who answers at once, as a program does that types it, is neither shown nor lost."""
    n = place.node("goes")
    (place.dir / "stick").mkdir()
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(everywhere)})  # on one processor whoever waits for the question runs as soon as it is there
    t = Terminal(n, "setup", lang="en", seconds=60)
    with_echo = termios.tcgetattr(t.fd)
    with_echo[3] |= termios.ECHO
    termios.tcsetattr(t.fd, termios.TCSANOW, with_echo)
    t.play("1", "Zeeland", "2/2", f"{place.dir}/roots", "Gemeente Goes", "", "0113-000000", f"tcp://127.0.0.1:{n.port}", "", "passphrase")
    shown = []
    for _ in range(200):  # a question mark is answered with why, and the same question
        shown.append(bool(termios.tcgetattr(t.fd)[3] & termios.ECHO))
        assert t.text.endswith("Your passphrase > "), t.text
        t.answer("?")
    os.sched_setaffinity(0, everywhere)
    assert not any(shown)


def test_the_same_answers_in_a_file(place):
    """Behind a router: it listens here, and partners are told another address.  Done again it changes nothing."""
    n = place.node("goes")
    path = answers(place, n, Reachable="tcp://192.0.2.7:7001", Administrator="Ada Verzonnen", AdministratorUser="3101", Caseworker="Anna De Wit",
                   CaseworkerUser="3102")
    r = set_up(n, "--answers", path)
    assert r.returncode == 4 and "it stops here; 6 steps stand, of 10" in r.stderr, r
    assert "kringd" not in r.stderr and oct((place.dir / "stick/sheet").stat().st_mode)[-3:] == "600"
    n.start(binary="kringd")
    r = set_up(n, "--answers", path)
    assert r.returncode == 0 and r.stdout.count("already there") == 7, r
    wait_for("it to listen", lambda: n.k("status")["status"]["listen"])
    status = n.k("status")["status"]
    assert (status["listen"], status["address"]) == (f"tcp://127.0.0.1:{n.port}", "tcp://192.0.2.7:7001")
    assert {x["name"]: x["roles"] for x in n.k("staff", "list")["staff"]} == {"Ada Verzonnen": ["administrator"], "Anna De Wit": ["caseworker"]}
    assert not {"unlock.key", "recovery-sheet.txt"} & set(os.listdir(n.dir))  # nothing lies beside what it protects
    before = {**tree(place.dir / "roots"), **{k: v for k, v in tree(n.dir).items() if "/" not in k and k != "keyroot"}}
    r = set_up(n, "--answers", path)
    assert r.returncode == 0 and r.stdout.count("already there") == 9, r
    assert before == {**tree(place.dir / "roots"), **{k: v for k, v in tree(n.dir).items() if "/" not in k and k != "keyroot"}}
    other = answers(place, n, name="other")
    text = (place.dir / "other").read_text().replace("Gemeente Goes", "Iemand Anders")
    (place.dir / "other").write_text(text)
    r = set_up(n, "--answers", other)
    assert r.returncode == 1 and "Gemeente Goes" in r.stderr and "another directory" in r.stderr


def stay(place, n, path, said, code=1):
    """Each of the differences by its name and with what helps, and nothing is another afterwards."""
    def all_files():
        return {k: v for k, v in {**tree(n.dir), **tree(place.dir / "roots"), **tree(place.dir / "stick")}.items() if "/" not in k}
    before = all_files()
    r = set_up(n, "--answers", str(path))
    words = " ".join(r.stderr.split())
    assert r.returncode == code and [x for x in said if x not in words] == [] and "nothing was changed" in words and "[1/" not in r.stdout, (said, r)
    assert words.count("! ") == len(said) // 2 + 1, words
    assert all_files() == before


OTHER = {  # another answer -> what is said of it, and what changes it
    "Federation": ("Walcheren", "Federation: Zeeland stands here, Walcheren was answered", "another directory"),
    "Roots": ("2/3", "Roots: 2/2 stands here, 2/3 was answered", "--op rotate-roots"),
    "Country": ("BE", "Country: NL stands here, BE was answered", "no command changes it"),
    "Phone": ("0113-999", "Phone: 0113-000000 stands here, 0113-999 was answered", "no command changes it"),
    "Listen": ("tcp://127.0.0.1:7009", "tcp://127.0.0.1:7009 was answered", "below [Node]: Listen=tcp://127.0.0.1:7009;"),
    "Reachable": ("tcp://192.0.2.8:7001", "Reachable: tcp://192.0.2.7:7001 stands here, tcp://192.0.2.8:7001", "address tcp://192.0.2.8:7001"),
    "KeyFile": ("/media/other.key", "stick/kring.key stands here, /media/other.key was", "slot add --kind key-file --file /media/other.key"),
    "AdministratorUser": ("3109", "AdministratorUser: 3101 stands here, 3109 was answered", 'staff add "Ada Verzonnen" --user 3109 --role administrator'),
    "Caseworker": ("An Ders", "Caseworker: Anna De Wit stands here, An Ders was answered", 'staff end "Anna De Wit"'),
}


def test_another_answer_is_not_passed_over(place):
    """A node stands: whatever is answered otherwise is said by name, all of it at once, and nothing is changed."""
    n = place.node("goes")
    path = answers(place, n, Phone="0113-000000", Reachable="tcp://192.0.2.7:7001", Administrator="Ada Verzonnen", AdministratorUser="3101",
                   Caseworker="Anna De Wit", CaseworkerUser="3102")
    good = open(path).read()
    other = place.dir / "other"

    def say_otherwise(keys):
        text = good
        for key in keys:
            text = re.sub(rf"^{key}=.*$", f"{key}={OTHER[key][0]}", text, flags=re.M)
        other.write_text(text)
        return [x for key in keys for x in OTHER[key][1:]]

    assert set_up(n, "--answers", path).returncode == 4
    roster = place.dir / "roots/roster"
    away = roster.rename(place.dir / "roster.away")  # else another federation is refused before all this
    stay(place, n, other, say_otherwise(list(OTHER)[:7]))  # it never ran: its files tell
    n.start(binary="kringd")
    away.rename(roster)
    assert set_up(n, "--answers", path).returncode == 0
    away = roster.rename(place.dir / "roster.away")
    assert set_up(n, "--answers", path).stdout.count("already there") == 9  # the keys went to their roots: no federation begins anew
    stay(place, n, other, say_otherwise(OTHER))
    away.rename(roster)
    for key in [k for k in OTHER if k != "Federation"]:
        stay(place, n, other, say_otherwise([key]))
    other.write_text(good.replace("Key=file\n", "Key=passphrase\nPassphrase=" + place.secret("pass", "een twee drie vier") + "\n").replace("KeyFile=", "#"))
    stay(place, n, other, ["Key: file stands here, passphrase was answered", "slot add --kind passphrase"])
    # what is changed by its command is the answer that stands from then on
    n.k("address", "tcp://192.0.2.8:7001")
    subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "slot", "add", "--kind", "key-file", "--file", f"{place.dir}/stick/second.key"], check=True)
    slots = (n.dir / "slots").read_bytes()
    say_otherwise(["Reachable"])
    wait_for("its record", lambda: set_up(n, "--answers", str(other)).returncode == 0)
    assert (n.dir / "slots").read_bytes() == slots  # a way that somebody added stays
    # a line that is left out asks for nothing, and [Web] listens for itself
    other.write_text("".join(x + "\n" for x in good.splitlines() if x.partition("=")[0] not in ("Country", "Phone", "Reachable", "Roots")))
    conf = n.dir / "kring.conf"
    conf.write_text(conf.read_text().replace("Listen=", " Listen = ") + "[Web]\nListen=tcp://127.0.0.1:8780\n")
    r = set_up(n, "--answers", str(other))
    assert "answered" not in r.stderr, r


def test_a_node_that_joined_stays_where_it_is(place):
    """Another invite, or the beginning of a federation: neither is silently left, and no keys of roots are made."""
    goes, doel, elders = (place.node(x) for x in ("goes", "doel", "elders"))
    begin(place, goes)
    other = open(answers(place, elders, name="elders.answers")).read().replace(f"{place.dir}/roots", f"{place.dir}/wortels").replace("/stick/", "/stick/e-")
    (place.dir / "elders.answers").write_text(other)
    assert set_up(elders, "--answers", str(place.dir / "elders.answers")).returncode == 4
    elders.start(binary="kringd")
    assert set_up(elders, "--answers", str(place.dir / "elders.answers")).returncode == 0
    tokens = [x.k("invite", "--org", "Doel", "--at", f"tcp://127.0.0.1:{free_port()}")["token"] for x in (goes, elders)]
    invites = [place.secret(f"invite{i}", t + "\n") for i, t in enumerate(tokens)]
    base = f"Organisation=Doel\nCountry=NL\nListen=tcp://127.0.0.1:{doel.port}\nKey=file\nKeyFile={place.dir}/stick/doel.key\nSheet={place.dir}/stick/doel-sheet\n"
    path = place.dir / "doel.answers"
    path.write_text(f"How=join\nInvite={invites[0]}\n" + base)
    p = subprocess.Popen([str(BIN / "kring"), "--dir", str(doel.dir), "--lang", "en", "setup", "--answers", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shown = ""
    while not re.search(r"\b\d{4} \d{4}\b", shown):
        line = p.stdout.readline()
        assert line, shown
        shown += line
    goes.k("confirm", re.search(r"\b(\d{4} \d{4})\b", shown)[1])
    rest = p.communicate()[0]
    assert p.returncode == 4 and "kringd --dir" in rest, rest
    path.write_text(f"How=join\nInvite={invites[1]}\n" + base)
    stay(place, doel, path, ["Invite: Zeeland stands here", "another directory"])
    path.write_text(f"How=create\nFederation=Doel\nRoots=2/2\nRootKeys={place.dir}/nieuw\n" + base)
    stay(place, doel, path, ["How: join stands here, create was answered", "another directory"])
    assert not (place.dir / "nieuw").exists()


BAD = {  # what is put into the file -> what is said of it
    "Wat=1": "line 12: Wat is asked nowhere", "How=join": "line 12: How stands there twice", "geen regel": "line 12: this is no Name=value",
    "Backup=/x": "line 12: Backup does not belong to the other answers", "Administrator=Ada": "AdministratorUser is missing",
}
WRONG = {
    "Country": ("XX", "no holidays"), "Listen": ("tcp://kring.example:7001", "line 8: Listen:"), "Roots": ("1/2", "line 4: Roots: this is no M/N"),
    "KeyFile": ("{dir}/key", "beside what it protects"), "Sheet": ("show", "only to somebody who sits there"), "Key": ("credential", "only for the node in /var/lib/kring"),
    "How": ("maybe", "must be one of: create|join|restore"), "Organisation": ("Goes\u0430", "line 6: Organisation:"),
}


def test_answers_that_do_not_hold_change_nothing(place):
    n = place.node("goes")
    good = open(answers(place, n)).read()
    path = place.dir / "bad"
    for line, said in BAD.items():
        path.write_text(good + line + "\n")
        r = set_up(n, "--answers", str(path))
        assert r.returncode == 2 and said in " ".join(r.stderr.split()) and "nothing was changed" in r.stderr, (line, r.stderr)
    for key, (value, said) in WRONG.items():
        path.write_text(re.sub(rf"^{key}=.*$", f"{key}={value.format(dir=n.dir)}", good, flags=re.M))
        r = set_up(n, "--answers", str(path))
        assert r.returncode == 2 and said in " ".join(r.stderr.split()), (key, r.stderr)
    for key, value in (("How", "Create"), ("Key", "files")):  # others depend on it: it alone is named
        path.write_text(re.sub(rf"^{key}=.*$", f"{key}={value}", good, flags=re.M))
        r = set_up(n, "--answers", str(path))
        assert r.returncode == 2 and r.stderr.count("! ") == 2 and f": {key}: must be one of" in r.stderr and "1 answer does not hold" in r.stderr, r.stderr
    open_one = place.dir / "pass"
    open_one.write_text("een twee drie\n")
    open_one.chmod(0o644)
    path.write_text(re.sub("Key=file\nKeyFile=.*", f"Key=passphrase\nPassphrase={open_one}", good))
    assert f"others can read {open_one}" in set_up(n, "--answers", str(path)).stderr
    assert set_up(n, "--answers", str(place.dir / "none")).returncode == 3 and set_up(n).returncode == 2
    assert not n.dir.exists() and not (place.dir / "roots").exists() and not os.listdir(place.dir / "stick")


@pytest.mark.parametrize("seen", ["roots.part/root1.key", "roots/roster", "goes/slots", "goes/identity", "goes/join", "roots/proposal", "stick/kring.key", "stick/sheet"])
def test_killed_halfway_and_typed_again(place, seen):
    """Whatever it had reached: the same line goes on, what was made stays, what was half-made is named and kept."""
    n = place.node("goes")
    path = answers(place, n)
    p = subprocess.Popen([str(BIN / "kring"), "--dir", str(n.dir), "setup", "--answers", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         start_new_session=True)
    end = time.time() + 20
    while not (place.dir / seen).exists() and p.poll() is None and time.time() < end:
        pass
    os.killpg(p.pid, signal.SIGKILL)
    p.wait()
    was = (place.dir / "roots/root1.key").read_bytes() if (place.dir / "roots/root1.key").exists() else None
    begun = begin(place, n)
    assert "Done. What stands where:" in begun
    assert was is None or (place.dir / "roots/root1.key").read_bytes() == was
    status = n.k("status")["status"]
    assert status["members"] == 1 and not (n.dir / "unlock.key").exists()
    slots = n.k("slot", "list")["said"]
    assert [x.split()[-1] for x in slots] in (["key-file", "recovery-code"], ["recovery-code", "key-file"])


def test_come_back_from_a_backup(place):
    n = place.node("goes")
    begin(place, n)
    n.k("backup", str(place.dir / "nights"))
    case = n.new_case()
    n.stop()
    shutil.rmtree(n.dir)
    t = Terminal(n, "setup", lang="en", seconds=60)
    t.play("3", f"{place.dir}/gone")
    assert "cannot be read" in t.text
    for x in (f"{place.dir}/nights", f"{place.dir}/stick/sheet", "3", f"{place.dir}/stick/new.key", "later", "", ""):
        t.answer(x)
    assert "This will be done" in t.text
    assert "restored into" in t.answer("yes") and "Start the node" in t.text, t.text
    n.start(binary="kringd")
    t.answer("")
    assert t.code == 0 and f"the recovery sheet: {n.dir}/recovery-sheet.txt" in " ".join(t.text.split()), t.text
    assert n.try_k("case", "show", case) is None  # it was made after the backup
    assert n.k("status")["status"]["org"] == "Gemeente Goes"
    path = answers(place, n)
    stay(place, n, path, [f"KeyFile: {place.dir}/stick/new.key stands here", "slot add --kind key-file"])
    (place.dir / "answers").write_text(open(path).read().replace("stick/kring.key", "stick/new.key"))
    r = set_up(n, "--answers", path)
    # a node that stands there is not made again, and the sheet of before is not written over
    assert "The node\n  already there" in r.stdout and (r.returncode, "this file already exists: " in r.stderr and "stick/sheet\n" in r.stderr) == (1, True), r.stderr


@pytest.mark.parametrize("lang,asks,nothing", [("nl", "Wat wilt u doen", "Er is niets gewijzigd"), ("fr", "Que voulez-vous faire", "Rien n'a été changé"),
                                               ("en", "What do you want to do", "Nothing was changed"), ("de", "Was möchten Sie tun", "Es wurde nichts geändert")])
def test_each_language_has_its_words(place, lang, asks, nothing):
    n = place.node("goes")
    t = Terminal(n, "setup", lang=lang)
    assert asks in t.read() and nothing in t.answer("stop")
    assert t.code == 1 and not n.dir.exists()
    path = place.dir / f"{lang}.answers"
    assert set_up(n, "--write-answers", str(path), lang=lang).returncode == 0 and asks in path.read_text()
    assert set_up(n, "--write-answers", str(path), lang=lang).returncode == 1  # none is written over
