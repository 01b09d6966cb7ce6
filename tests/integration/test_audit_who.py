# SPDX-License-Identifier: EUPL-1.2
"""The log names the person who did each act, also after that person left."""
from staff import STRANGER, UIDS, Colleague, hire, kring


def start(federation):
    fed = federation("Goes")
    n = fed.nodes[0].start()
    fed.import_roster(n)
    return n


def entries(node):
    """Oldest first, as the privacy officer reads them."""
    return list(reversed(Colleague(node, UIDS["privacy"]).ask("audit_list").audit))


def test_who_did_each_act_is_shown(federation):
    n = start(federation)
    before = n.new_case()  # by whoever reached the socket, when nobody was named
    hire(n, "caseworker", name="Anna De Wit")
    hire(n, "caseworker", name="Bert Verzonnen", uid=41010)
    hire(n, "privacy", name="Odile Privé")
    anna, bert = Colleague(n, UIDS["caseworker"]), Colleague(n, 41010)
    anna.ask("case_note", id=before, text="eerste")
    assert not bert.ask("case_show", id=before).error
    n.k("staff", "end", "Anna De Wit")
    seen = [(e.event, e.actor) for e in entries(n)]
    assert ("create", "uid 00000000") in seen and ("change", "Anna De Wit") in seen and ("view", "Bert Verzonnen") in seen
    assert ("role", "uid 00000000") in seen
    assert next(e for e in entries(n) if e.actor == "Anna De Wit").staff == n.k("staff", "list")["staff"][0]["id"]
    for lang in ("nl", "fr", "en", "de"):  # with its name, and no number, also though she left
        out = kring(n, UIDS["privacy"], "--lang", lang, "audit", "list").stdout
        assert "Anna De Wit" in out and "Bert Verzonnen" in out and str(UIDS["caseworker"]) not in out


def test_an_account_that_became_anothers_takes_no_act_over(federation):
    n = start(federation)
    case = n.new_case()
    hire(n, "caseworker", name="Anna De Wit")
    hire(n, "privacy")
    worker = Colleague(n, UIDS["caseworker"])
    hire(n, "administrator", name="Ada")
    hire(n, "administrator", name="Brecht", uid=41020)
    worker.ask("case_show", id=case)
    n.k("staff", "end", "Anna De Wit")
    asked = Colleague(n, UIDS["administrator"]).ask("staff_add", name="Cas Verzonnen", uid=UIDS["caseworker"], roles=["reader"])
    assert not Colleague(n, 41020).ask("pending_confirm", id=asked.id).error
    Colleague(n, UIDS["caseworker"]).ask("case_show", id=case)
    names = {e.actor for e in entries(n) if e.staff}
    assert {"Anna De Wit", "Cas Verzonnen"} <= names


def test_the_chain_holds_over_entries_of_both_kinds_and_a_restart(federation):
    n = start(federation)
    case = n.new_case()
    hire(n, "caseworker")
    hire(n, "privacy")
    Colleague(n, UIDS["caseworker"]).ask("case_note", id=case, text="x")
    n.stop()
    n.start()
    assert not Colleague(n, UIDS["privacy"]).ask("audit_verify").error
    assert {"uid 00000000", "Collega caseworker"} <= {e.actor for e in entries(n)}


def test_who_tries_what_is_not_theirs_leaves_a_trace_that_is_bounded(federation):
    n = start(federation)
    case = n.new_case()
    hire(n, "caseworker", name="Anna De Wit")
    hire(n, "reader", name="Rik Verzonnen")
    hire(n, "privacy")
    rik, nobody = Colleague(n, UIDS["reader"]), Colleague(n, STRANGER)
    assert rik.ask("case_note", id=case, text="x").code == "staff-no-right"
    assert nobody.ask("case_show", id=case).code == "staff-unknown"
    refused = [(e.actor, e.detail, e.outcome) for e in entries(n) if e.event == "refused"]
    assert refused == [("Rik Verzonnen", "no-right", "refused by a rule"), (f"uid {STRANGER:08x}", "no-right", "refused by a rule")]
    for _ in range(130):
        assert nobody.ask("case_show", id=case).code == "staff-unknown"
    assert rik.ask("case_note", id=case, text="x").code == "staff-no-right"  # whoever floods hides nobody else
    refused = [(e.actor, e.detail) for e in entries(n) if e.event == "refused"]
    assert refused.count((f"uid {STRANGER:08x}", "no-right")) == 20 and refused.count((f"uid {STRANGER:08x}", "no-right-100")) == 1
    assert len(refused) == 23 and refused[-1] == ("Rik Verzonnen", "no-right")
    assert n.k("audit", "verify")
    assert "geen recht, vandaag 100 keer" in kring(n, UIDS["privacy"], "--lang", "nl", "audit", "list").stdout
