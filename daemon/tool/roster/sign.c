/* SPDX-License-Identifier: EUPL-1.2 */
/* Whoever signs is told in words what the signature says, because a root signs for everybody.  The words are made of the bytes
 * that are signed, never of anything that came along with them.  An entry joins the roster file when it holds by the rules of
 * every node, and until then it is a proposal that goes on to the next root. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "core/disk/rosterfile.h"
#include "crypto/files/keyfile.h"
#include "crypto/files/rootkey.h"
#include "crypto/identity.h"
#include "crypto/secret.h"
#include "crypto/verify.h"
#include "domain/membership/proposal.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/cli/sure.h"
#include "tool/roster/create.h"
#include "tool/roster/propose.h"
#include "tool/roster/tools.h"

static_assert(LIMIT_ROOTS <= WIRE_ROOT_NEW, "an index leaves the bit of new roots free");

/* Which file it is about: a root has several sticks. */
static int refuse_key(const char *path, enum err rc)
{
	char what[SAY_LEN];

	if (rc == ERR_STATE || rc == ERR_CRYPTO)
		return tool_fail(
			TOOL_RULE,
			rc == ERR_STATE ? "root-passphrase-needed" : "root-passphrase-wrong", path);
	return tool_fail_err(say_into(what, "root-key", FILL({"path", path, 0})), rc);
}

/* The passphrase comes out of a file or of standard input, and is gone when this returns.  A key that lies in clear is signed with as
 * before, whatever passphrase came along. */
static int sign_with(const struct tool_args *a, struct span bytes, uint8_t sig[WIRE_SIG])
{
	char pass[CREATE_PASSPHRASE] = "";
	size_t len;
	enum err rc;
	const int bad = create_passphrase(a, pass, &len);

	if (bad != 0)
		return bad;
	rc = rootkey_sign(a->key, span_of(pass, len), bytes, sig);
	secret_wipe(pass, sizeof pass);
	return rc == ERR_OK ? 0 : refuse_key(a->key, rc);
}

/* -1: none of them. */
static int root_index(const struct wire_genesis *g, const struct id32 *pub)
{
	for (int i = 0; i < g->n; i++)
		if (id32_equal(&g->roots[i], pub))
			return i;
	return -1;
}

/* What a root puts its name to, in words; f: the roster that knows what a member is called, NULL where there is none. */
static void describe(const struct wire_roster *e, const struct rosterfile *f)
{
	char print[IDENTITY_FINGERPRINT_LEN], text[SAY_LEN], org[LIMIT_ORG_NAME + 1],
		day[DATE_TEXT];
	struct wire_add add;
	struct wire_node node;
	struct wire_remove rem;
	struct wire_policy policy;
	struct wire_genesis next;

	if (e->op == WIRE_ROSTER_ROOTS && wire_roots_get(e->payload, &next) == ERR_OK) {
		say_line("signing-roots", FILL({"m", NULL, next.m}, {"n", NULL, next.n}));
		for (unsigned i = 0; i < next.n; i++) {
			identity_fingerprint(print, &next.roots[i]);
			propose_say_row("row-root", print);
		}
		return;
	}
	if (e->op == WIRE_ROSTER_POLICY && wire_policy_get(e->payload, &policy) == ERR_OK) {
		say_line("signing-policy", FILL({"policy", propose_policy_text(&policy, text), 0}));
		return;
	}
	if (e->op == WIRE_ROSTER_ADD && wire_add_get(e->payload, &add) == ERR_OK &&
	    wire_node_get(add.node, &node) == ERR_OK) {
		identity_fingerprint(print, &node.node);
		/* Each on a row of its own: a name could say what stands behind it in a sentence. */
		say_line("signing-add", FILL({"org", add.org, 0}));
		propose_say_row("row-country", add.country);
		propose_say_row("row-fingerprint", print);
		propose_say_row("row-phone", add.phone[0] == '\0' ? "-" : add.phone);
		propose_say_row("row-verified", list_text(LIST_CODES, say_lang(), add.verified_by));
		return;
	}
	if ((e->op == WIRE_ROSTER_REMOVE || e->op == WIRE_ROSTER_SUSPEND) &&
	    wire_remove_get(e->payload, &rem) == ERR_OK) {
		identity_fingerprint(print, &rem.node);
		say_line("signing-about",
			 FILL({"op",
			       list_text(LIST_AUDIT, say_lang(),
					 rem.reason == WIRE_SUSPEND_LIFT ? "lift"
									 : chain_op_name(e->op)),
			       0},
			      {"fingerprint", print, 0}));
		if (f != NULL && propose_member_name(f, &rem.node, org))
			propose_say_row("row-org", org);
		if (e->op == WIRE_ROSTER_REMOVE && rem.effective_s > e->time_s) {
			date_text((int64_t)(rem.effective_s / (DAY_MS / 1000)), day);
			propose_say_row("row-from", day);
		}
		return;
	}
	say_line("signing-op",
		 FILL({"op", list_text(LIST_AUDIT, say_lang(), chain_op_name(e->op)), 0}));
}

/* An entry with its length before it, as in a roster file. */
static int read_proposal(const char *path, uint8_t *file, size_t cap, struct wire_roster *e)
{
	size_t len = 0;

	if (keyfile_read_file(path, file, cap, &len) != ERR_OK || len < 4 ||
	    wire_roster_get(span_of(file + 4, len - 4), e) != ERR_OK)
		return tool_fail(TOOL_DAMAGED, "not-a-proposal", path);
	return 0;
}

/* Index among the roots as they are; for ROTATE_ROOTS also among those to come.  -1: neither. */
static int signer_of(const struct chain *c, const struct wire_roster *e, const struct id32 *pub)
{
	struct wire_genesis next = c->genesis;
	int root = root_index(&c->genesis, pub);

	/* A key that is in both sets signs as an old root: it counts for the quorum of the old
	 * ones, which decides first. */
	if (root >= 0 || e->op != WIRE_ROSTER_ROOTS || wire_roots_get(e->payload, &next) != ERR_OK)
		return root;
	root = root_index(&next, pub);
	return root < 0 ? root : root | WIRE_ROOT_NEW;
}

/* Before the key is looked at: a signature that fits no roster is not made. */
static int look_at_place(const struct chain *c, const struct wire_roster *e, const char *path)
{
	if (e->seq != c->seq + 1 || !id32_equal(&e->prev_hash, &c->head))
		return tool_fail(TOOL_RULE, "entry-overtaken", "entry-overtaken-why");
	if (chain_follows(c, e) != ERR_OK)
		return tool_fail(TOOL_DAMAGED, "not-a-proposal", path);
	if (e->sig_count == sizeof e->sigs / sizeof e->sigs[0])
		return tool_fail(TOOL_RULE, "proposal-full", "proposal-again");
	return 0;
}

/* What the proposal came with is looked at before anything is added: a signature that does not count would be counted aloud all the
 * same, and the roots would pass the file on and on.  Each is of a root and right, none is there twice, and none is of this one. */
static int look_at_signatures(const struct chain *c, const struct wire_roster *e, int root)
{
	struct wire_genesis set[] = {c->genesis, c->genesis};
	bool seen[2 * WIRE_ROOT_NEW] = {false};

	require(root >= 0 && (size_t)root < sizeof seen);
	if (e->op != WIRE_ROSTER_ROOTS || wire_roots_get(e->payload, &set[1]) != ERR_OK)
		set[1].n = 0;
	for (unsigned i = 0; i < e->sig_count; i++) {
		const uint8_t by = e->sigs[i].root, no = by & (uint8_t)~WIRE_ROOT_NEW;
		const struct wire_genesis *roots = &set[(by & WIRE_ROOT_NEW) != 0];

		if (no >= roots->n || seen[by] ||
		    !verify_sig(SIGN_ROSTER, &e->signed_bytes, 1, &roots->roots[no],
				e->sigs[i].sig))
			return tool_fail(TOOL_DAMAGED, "proposal-signature", "proposal-again");
		seen[by] = true;
	}
	return seen[root] ? tool_fail(TOOL_RULE, "root-signed", "root-signed-why") : 0;
}

/* Where the roots change, the present ones and those to come are counted apart: enough of one kind says
 * nothing of the other. */
static void say_more(struct proposal_count have, const char *path)
{
	say_line(have.next_needed > 0 ? "sign-more-new" : "sign-more",
		 FILL({"n", NULL, have.present}, {"needed", NULL, have.present_needed},
		      {"new", NULL, have.next}, {"of", NULL, have.next_needed}, {"path", path, 0}));
}

/* The proposal has the signature in any case: with the last one it goes back to a node, too.  Tried on a copy: the entry joins when it
 * holds. */
static int kept(const struct tool_args *a, struct rosterfile *f, const struct wire_roster *e)
{
	struct chain next = f->chain;
	struct chain_change change = {.quorum = false};
	struct err_text why = {""};
	enum err rc = rosterfile_write(a->proposal, NULL, e);

	if (rc == ERR_OK && chain_check(&next, e, &change, &why) == ERR_OK) {
		rc = rosterfile_write(a->roster, f, e);
		if (rc == ERR_OK)
			say_line("sign-complete",
				 FILL({"entry", NULL, e->seq}, {"path", a->roster, 0}));
	} else if (rc == ERR_OK) {
		say_more(proposal_count(&f->chain, e), a->proposal);
	}
	return rc == ERR_OK ? 0 : tool_fail_err("signing", rc);
}

/* Signs a proposal; when enough roots did, the entry joins the roster file. */
int tool_roster_sign(struct tool_args *a)
{
	static uint8_t file[LIMIT_ROSTER_CARRIED];
	uint8_t sig[WIRE_SIG];
	struct rosterfile f;
	struct wire_roster e = {.sig_count = 0};
	struct err_text why = {""};
	struct id32 pub;
	int root, bad;
	enum err rc;

	if (a->proposal == NULL || a->key == NULL || a->roster == NULL)
		return tool_fail(TOOL_USAGE, "needs-proposal-key-roster", "");
	rc = rosterfile_read(a->roster, &f, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(TOOL_DAMAGED, "roster", rc, &why);
	if (read_proposal(a->proposal, file, sizeof file, &e) != 0)
		return TOOL_DAMAGED;
	bad = look_at_place(&f.chain, &e, a->proposal);
	if (bad != 0)
		return bad;
	rc = rootkey_public(a->key, &pub);
	if (rc != ERR_OK)
		return refuse_key(a->key, rc);
	root = signer_of(&f.chain, &e, &pub);
	if (root < 0)
		return tool_fail(TOOL_RULE, "not-a-root", "");
	bad = look_at_signatures(&f.chain, &e, root);
	if (bad != 0)
		return bad;
	describe(&e, &f);
	propose_say_row("row-federation", f.chain.genesis.name);
	bad = tool_sure(a);
	if (bad == 0)
		bad = sign_with(a, e.signed_bytes, sig);
	if (bad != 0)
		return bad;
	require(e.sig_count < sizeof e.sigs / sizeof e.sigs[0]); /* said above */
	e.sigs[e.sig_count].root = (uint8_t)root;
	e.sigs[e.sig_count].sig = sig;
	e.sig_count++;
	return kept(a, &f, &e);
}

/* For `kring approve`: one signature into PROPOSAL.sig (public key, signature); the daemon that made
 * the proposal knows which root this is. */
int tool_root_sign(struct tool_args *a)
{
	static uint8_t file[LIMIT_ROSTER_CARRIED];
	uint8_t out[32 + WIRE_SIG];
	struct wire_roster e = {.sig_count = 0};
	struct id32 pub;
	enum err rc;
	int bad;

	if (a->proposal == NULL || a->key == NULL || a->out == NULL)
		return tool_fail(TOOL_USAGE, "needs-proposal-key-out", "");
	if (read_proposal(a->proposal, file, sizeof file, &e) != 0)
		return TOOL_DAMAGED;
	rc = rootkey_public(a->key, &pub);
	if (rc != ERR_OK)
		return refuse_key(a->key, rc);
	describe(&e, NULL);
	memcpy(out, pub.b, 32);
	bad = tool_sure(a);
	if (bad == 0)
		bad = sign_with(a, e.signed_bytes, out + 32);
	if (bad != 0)
		return bad;
	rc = keyfile_write_file(a->out, span_of(out, sizeof out));
	return rc == ERR_OK ? 0 : tool_fail_err("signing", rc);
}

/* From the first entry on, by the rules of every node.  The head is what two people compare when they doubt. */
int tool_roster_verify(struct tool_args *a)
{
	struct rosterfile f;
	struct err_text why = {""};
	char hex[65];
	enum err rc;

	if (a->roster == NULL)
		return tool_fail(TOOL_USAGE, "needs-roster", "");
	rc = rosterfile_read(a->roster, &f, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(TOOL_DAMAGED, "roster-broken", rc, &why);
	require(f.chain.begun);
	bytes_hex(hex, f.chain.head.b, 32);
	say_line("roster-holds",
		 FILL({"name", f.chain.genesis.name, 0}, {"members", NULL, f.members},
		      {"entry", NULL, f.chain.seq}, {"head", hex, 0}));
	return 0;
}
