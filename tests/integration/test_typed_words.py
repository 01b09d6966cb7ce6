# SPDX-License-Identifier: EUPL-1.2
"""Whatever happens to a case while somebody types in a form of it: the words are there afterwards, on a page that says what happened."""
import datetime
import html
import re
import tempfile

import pytest

import webmap
from browser import Browser, Page, await_web, with_web
from node import Federation, Node, Refused, offered, wait_for
from staff import Colleague, hire
from test_webrefer import colleague, start, step

WORDS = ("LINE", "LINES")
CHOSEN = ("to", "place", "do_not_contact")          # of a list, or ticked
NO_PERSON = re.compile("/(login|step-up|me|found|cases)")  # forms about no person
BERT = "Bert Bedacht"
ADMINISTRATORS = (41020, 41021)


@pytest.fixture(scope="module")
def two():
    with tempfile.TemporaryDirectory(prefix="kring-it-") as d:
        fed = Federation(d, orgs=("Goes", "SMWO", "De Mussen"))
        try:
            for n in fed.nodes[:2]:
                with_web(n)
            fed.start()
            for n in fed.nodes[:2]:
                await_web(n)
                colleague(n)
                n.link = n.k("staff", "add", BERT, "--role", "caseworker")["link"]
                assert BERT in Browser(n.web).first(n.link).text
            yield fed.nodes
        finally:
            fed.stop()


def signed_in(node):
    b = Browser(node.web)
    assert BERT in b.sign_in(BERT).text
    return b


def forms_with_words():
    """{pattern: fields} of every form about a person into which somebody types."""
    return {r.pattern: [f for f in r.fields if f.kind in WORDS and f.name not in CHOSEN] for r in webmap.routes()
            if r.method == "POST" and not NO_PERSON.match(r.pattern) and any(f.kind in WORDS and f.name not in CHOSEN for f in r.fields)}


def typed_of(pattern, field):
    if field.name == "birth_date":
        return "31-01-1990"
    if field.name == "day":
        return (datetime.date.today() + datetime.timedelta(days=60)).isoformat()
    return f"Getypt {field.name.replace('_', ' ')} {abs(hash(pattern)) % 997}"


class Form:
    """One that was opened before it happened, filled in, and is sent afterwards."""

    def __init__(self, b, pattern, path, *, page=None, only=None, **chosen):
        self.b, self.pattern, self.path, self.chosen = b, pattern, path, chosen
        self.words = {f.name: typed_of(pattern, f) for f in forms_with_words()[pattern] if only is None or f.name in only}
        self.page = self.b.get(page or path)
        assert path in self.page.forms, (path, self.page.text)

    def send(self, says=""):
        """What is wrong then: [], where the words are there and what happened is said, with this word."""
        b = self.b
        b.page = self.page
        b.post(self.path, follow=False, **self.words, **self.chosen)
        assert b.status == 303, (self.path, b.status)
        b.at = b.headers["Location"].split("#")[0]
        status, head, text = b.ask("GET", b.at)
        while status == 303 and not head["Location"].startswith("/login"):
            b.at = head["Location"].split("#")[0]
            status, head, text = b.ask("GET", b.at)
        if status == 303 or b.at.startswith("/login"):
            b.get(b.at)
            b.post("/login", follow=False, name=BERT, phrase="paard batterij nietje correct")
            b.at = b.headers["Location"].split("#")[0]
            status, _, text = b.ask("GET", b.at)
        whole = html.unescape(text)
        if "/refer/" in self.path and status == 200 and "/login" not in b.at:  # the draft keeps it, and its page shows it
            whole += html.unescape(b.ask("GET", self.path)[2])
        lost = [w for w in self.words.values() if w not in whole]
        twice = 'id="typed"' in text and self.words.keys() & {a.get("name") for t, a in Page(text).tags if t in ("input", "textarea")}
        said = re.search(r'class="(wrong|move|done)"|<h1>Niet gevonden</h1>', text)
        wrong = [f"lost: {', '.join(lost)}"] if lost else []
        wrong += [f"{says} is not said"] if says not in whole else []
        wrong += ["in its field and above it"] if twice else []
        wrong += [] if said or 'class="log"' in text else ["it does not say what happened"]
        return [f"{self.pattern}: {w} ({status} {b.at})" for w in wrong]


def of_case(a, case):
    """Every form of a case of ours that holds words; a draft for each of the steps."""
    b = signed_in(a)

    def draft(upto):
        d = start(a, b, case)
        for name, said in (("need", {"need": "income-debt"}), ("partner", {"to": "smwo"}), ("share", {"identity": 1, "needs": 1, "how": "written", "day": "", "month": "", "year": ""}), ("message", {}))[:upto]:
            step(b, d, name, **said)
        return d
    share, message, knowing = draft(2), draft(3), draft(4)
    made = [Form(b, "/c/ID/edit", f"/c/{case}/edit"), Form(b, "/c/ID/note", f"/c/{case}/note"),
            Form(b, "/c/ID/consent", f"/c/{case}/consent", page=f"/c/{case}/consent?to=smwo", to="smwo", identity=1, how="oral"),
            Form(b, "/c/CASE/handover", f"/c/{case}/handover", to="smwo", how="oral"),
            Form(b, "/refer/DRAFT/share", f"{share}/share", identity=1, how="oral"), Form(b, "/refer/DRAFT/message", f"{message}/message")]
    # the question is asked on the last step, where a partner had the person before
    k = Form(b, "/refer/DRAFT/share", f"{knowing}/share", identity=1, how="oral")
    k.pattern, k.path = "/refer/DRAFT/knowing", f"{knowing}/knowing"
    k.words, k.chosen = {"knowing": "Getypt omdat het nu anders is"}, {}
    k.page.forms[k.path] = {"k": webmap.k_of(k.b.cookies["__Host-kring"], k.path)}
    return [*made, k]


def of_ref(node, ref, *acts):
    b = signed_in(node)
    return [Form(b, "/r/REF/ACT", f"/r/{ref}/{act}", only=names, **chosen) for act, names, chosen in acts]


SENT = (("message", ("text", "at"), {}), ("contact", ("phone", "email", "address"), {}), ("withdraw", ("text",), {"reason": "other"}))
GOT = (("ask", ("text",), {"reason": "other"}), ("decline", ("text", "outside"), {"reason": "no-capacity"}), ("message", ("text",), {}), ("hold", ("text",), {}))


def send_all(made, says=""):
    wrong = [w for f in made for w in f.send(says)]
    assert not wrong, "\n".join(wrong)
    assert made


def offer(a, b, case):
    a.k("consent", "give", case, "--to", b.name, "--purpose", "handover", "--share", "identity,contact,needs", "--how", "written")
    return a.k("handover", "propose", case, "--to", b.name)["handovers"][0]["ref"]


def ceded(a, b, case):
    ref = offer(a, b, case)
    wait_for("the proposal", lambda: b.try_k("handover", "show", ref))
    b.k("handover", "agree", ref)
    a.await_handover(ref, "agreed")
    a.k("handover", "send", ref)
    a.await_handover(ref, "staged")
    a.k("handover", "cede", ref, "--yes")
    return ref


def moved(a, b, case):
    ref = ceded(a, b, case)
    b.await_handover(ref, "ceded")
    b.k("handover", "take", ref, "--yes")
    a.await_handover(ref, "taken")


def fresh(a, name):
    return a.new_case(name=name, phone="000-111", goals="rust")


def test_every_form_with_words_is_walked():
    """One that comes later has to be walked here, too."""
    assert set(forms_with_words()) == {"/case/new", "/c/ID/edit", "/c/ID/note", "/c/ID/consent", "/refer/CASE", "/refer/DRAFT/partner", "/refer/DRAFT/share", "/refer/DRAFT/message",
                                       "/refer/DRAFT/knowing", "/c/CASE/handover", "/r/REF/done", "/r/REF/ACT"} - {"/refer/CASE", "/refer/DRAFT/partner"}


@pytest.mark.parametrize("what", ["closed", "ceded", "moved", "erased"])
def test_words_typed_into_a_case(two, what):
    a, b = two[:2]
    case = fresh(a, f"Getypt {what.title()}")
    made = of_case(a, case)
    if what in ("closed", "ceded"):  # it stands in the draft, and is asked for where a partner had the person before
        made.pop()
    if what == "closed":
        a.k("case", "close", case)
    elif what == "ceded":
        ceded(a, b, case)
    elif what == "moved":
        moved(a, b, case)
    else:
        a.k("case", "erase", case, "--yes")
    send_all(made, {"closed": "afgesloten"}.get(what, ""))  # and not what else may be wrong with them


@pytest.mark.parametrize("what", ["closed", "ceded", "offered"])
def test_what_is_known_is_said_before_anything_is_asked(two, what):
    """No form is filled in for nothing: of a case in which nothing can be written its page says so, and has no form."""
    a, b = two[:2]
    case, x = fresh(a, f"Bekend {what.title()}"), signed_in(a)
    says = {"closed": "afgesloten", "ceded": "Onderweg naar SMWO", "offered": "SMWO"}[what]
    if what == "closed":
        a.k("case", "close", case)
    elif what == "ceded":
        ceded(a, b, case)
    else:
        offer(a, b, case)
    shut = {"closed": ("edit", "note", "consent", "handover"), "ceded": ("edit", "consent", "handover"), "offered": ("handover",)}[what]
    for form in ("edit", "note", "consent", "handover"):
        page = x.get(f"/c/{case}/{form}")
        if form in shut:
            assert f"/c/{case}/{form}" not in page.forms and says in page.text and f"/c/{case}" in page.links, page.text
    if what == "closed":  # and nobody looks for a partner first
        with pytest.raises(Refused) as e:
            a.k("handover", "propose", case, "--to", "niemand")
        assert e.value.reply["code"] == "case-closed"


@pytest.mark.parametrize("what", ["withdrawn", "closed", "erased-there", "recalled"])
def test_words_typed_into_a_referral(two, what):
    a, b = two[:2]
    case, ref = offered(a, b, share="identity,contact,needs,story", name=f"Getypt {what.title()}", phone="000-111", story="lang")
    made = of_ref(a, ref, *(() if what in ("closed",) else SENT)) + of_ref(b, ref, *GOT[:3])
    if what == "withdrawn":
        a.k("consent", "withdraw", a.k("consent", "list", case)["grants"][0]["id"], "--yes")
        b.await_state(ref, "revoked")
    elif what == "closed":
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
        a.await_state(ref, "declined")
    elif what == "erased-there":
        b.k("decline", ref, "--reason", "no-capacity", "--alternative", "none")
        a.await_state(ref, "declined")
        b.k("case", "erase", b.k("show", ref)["referrals"][0]["case_id"], "--yes")
    else:
        a.k("recall", ref, "--yes")
        b.await_state(ref, "error")
    send_all(made)


def test_words_typed_for_a_partner_that_was_removed(two):
    a, gone = two[0], two[2]
    case, b = fresh(a, "Getypt Partner Weg"), signed_in(a)
    d = start(a, b, case)
    step(b, d, "need", need="income-debt")
    step(b, d, "partner", to="de-mussen")
    made = [Form(b, "/c/ID/consent", f"/c/{case}/consent", page=f"/c/{case}/consent?to=de-mussen", to="de-mussen", identity=1, how="oral"),
            Form(b, "/c/CASE/handover", f"/c/{case}/handover", to="de-mussen", how="oral"), Form(b, "/refer/DRAFT/share", f"{d}/share", identity=1, how="oral")]
    proposal = Node.k(a, "partner", "remove", gone.name)["proposal"]
    for r in (1, 2):
        Node.k(a, "approve", proposal, "--key", str(a.fed.dir / f"roots/root{r}.key"))
    wait_for("it to be out", lambda: "De Mussen" not in b.get(f"/c/{case}/consent").text)
    send_all(made)


def test_words_typed_before_somebody_may_do_it_no_more(two):
    a = two[0]
    case = fresh(a, "Getypt Zonder Taak")
    made = of_case(a, case)
    for uid in ADMINISTRATORS:
        hire(a, "administrator", name=f"Beheer {uid}", uid=uid)
    ada, brecht = (Colleague(a, uid) for uid in ADMINISTRATORS)
    asked = ada.ask("staff_role", who=BERT, roles=["coordinator"])
    assert asked.code == "second-person" and not brecht.ask("pending_confirm", id=asked.id).error
    send_all(made)
