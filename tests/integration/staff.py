# SPDX-License-Identifier: EUPL-1.2
"""Colleagues with users of their own, at the control socket: numbers that no account of this machine has."""
import contextlib
import ctypes
import os
import re
import subprocess

from ctl import ROOT, Control, pb

UIDS = {"caseworker": 41001, "reader": 41002, "coordinator": 41003, "administrator": 41004, "privacy": 41005}
STRANGER = 41999
_libc = ctypes.CDLL(None)


@contextlib.contextmanager
def as_user(uid):
    """Who connects within is this user to the kernel; files are still opened as before, so that no directory has to be opened up."""
    os.seteuid(uid)
    _libc.setfsuid(0)
    try:
        yield
    finally:
        os.seteuid(0)


class Colleague(Control):
    """Requests of one user, with a connection that stays."""

    def __init__(self, node, uid):
        super().__init__(node.dir / "core.sock")
        self.uid = uid

    def call(self, request):
        if self.sock is None:
            with as_user(self.uid):
                return super().call(request)
        return super().call(request)

    def ask(self, field, dry_run=False, **values):
        r = pb.Request(version=1, request_id=os.urandom(16), dry_run=dry_run)
        message = getattr(r, field)
        message.SetInParent()
        for k, v in values.items():
            if isinstance(v, list):
                getattr(message, k).extend(v)
            else:
                setattr(message, k, v)
        return self.call(r)


def hire(node, *roles, name=None, uid=None):
    """One person with these roles; the first one named shuts the node."""
    uid = uid or UIDS[roles[0]]
    return node.k("staff", "add", name or f"Collega {roles[0]}", "--user", str(uid), "--role", ",".join(roles))["staff"][0]


def kring(node, uid, *args, stdin=None):
    """The client as that user.  The directory of this node is opened up to it, as a package's socket in /run is."""
    for path, mode in ((node.fed.dir, 0o711), (node.dir, 0o711), (node.dir / "core.sock", 0o666)):
        path.chmod(mode)
    try:
        return subprocess.run([str(node.fed.bin / "kring"), "--dir", str(node.dir), *args], capture_output=True, text=True, input=stdin, user=uid, group=uid,
                              extra_groups=[], env={**os.environ, "XDG_STATE_HOME": "/nonexistent"})
    finally:
        node.dir.chmod(0o700)


def table():
    """{field of Request: roles} as the one table of commands has it."""
    text = (ROOT / "daemon/domain/desk/table.c").read_text()
    short = {"WORKER": {"caseworker"}, "CASES": {"caseworker", "reader"}, "ADMIN": {"administrator"}, "OFFICER": {"privacy"}, "ALL": set(UIDS)}
    rows = re.findall(r"^\tX\((\w+), \w+, \w+, ([A-Z_ |]+), \w+\)", text, re.M)
    assert len(rows) > 60, "the table is not read any more"
    return {f.lower(): set().union(*(short[r.strip()] for r in roles.split("|"))) for f, roles in rows}


def table_how():
    """{field of Request: what it takes of a session}."""
    text = (ROOT / "daemon/domain/desk/table.c").read_text()
    return {f.lower(): how for f, how in re.findall(r"^\tX\((\w+), \w+, \w+, [A-Z_ |]+, (\w+)\)", text, re.M)}
