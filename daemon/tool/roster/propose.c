/* SPDX-License-Identifier: EUPL-1.2 */
/* A proposal is the next entry with its place in the chain, so signatures fit one roster only; when another entry was added
 * first it is made again.  What no node would take is refused before it is written: roots would sign it for nothing, and an
 * entry that is signed and refused would stop the roster. */
#include "tool/roster/propose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/date.h"
#include "core/disk/rosterfile.h"
#include "crypto/files/keyfile.h"
#include "crypto/identity.h"
#include "crypto/secret.h"
#include "domain/membership/names.h"
#include "proto/lists.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/nodedir.h"
#include "tool/roster/create.h"
#include "tool/roster/tools.h"

static_assert(65 * 1000 < UINT16_MAX, "the largest share in thousandths fits its field");

/* 0: no such class; no entry may have it. */
static uint8_t class_of(const char *name)
{
	static const struct {
		const char *name;
		uint8_t bits;
	} names[] = {{"member", WIRE_MEMBER},
		     {"coordinator", WIRE_COORDINATOR},
		     {"observer", WIRE_OBSERVER},
		     {"evaluator", WIRE_EVALUATOR},
		     {"relay", WIRE_RELAY}};

	require(name != NULL);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].bits;
	return 0;
}

/* A proposal that was overtaken is made again under its name; a key, a roster or anything else that lies there is no proposal. */
static bool free_for_proposal(const char *path)
{
	static uint8_t file[LIMIT_ROSTER_CARRIED];
	struct wire_roster e = {.sig_count = 0};
	struct stat sb;
	size_t len = 0;

	require(path != NULL);
	if (lstat(path, &sb) != 0)
		return true; /* and where it cannot be looked at it cannot be written */
	return S_ISREG(sb.st_mode) && keyfile_read_file(path, file, sizeof file, &len) == ERR_OK &&
	       len >= 4 && be32_get(file) == len - 4 &&
	       wire_roster_get(span_of(file + 4, len - 4), &e) == ERR_OK &&
	       e.op != WIRE_ROSTER_GENESIS;
}

/* Asked before anything is made; and once more when it is written, because what was made meanwhile may lie there. */
static int refuse_place(const struct tool_args *a)
{
	require(a->out != NULL);
	return free_for_proposal(a->out) ? 0 : tool_fail(TOOL_RULE, a->out, "stays-file");
}

/* The next place in the chain, payload filled in by the caller; written as a proposal. */
static int write_proposal(const struct tool_args *a, const struct rosterfile *f,
			  struct wire_roster *e)
{
	static uint8_t bytes[LIMIT_ROSTER_ENTRY]; /* lent to e until the next one */
	struct wr w = wr_of(bytes, sizeof bytes);
	char what[SAY_LEN];
	enum err rc;
	int bad;

	require(f->chain.begun); /* what rosterfile_read took in */
	bad = refuse_place(a);
	if (bad != 0)
		return bad;
	e->fed_id = f->chain.fed_id;
	e->seq = f->chain.seq + 1;
	e->prev_hash = f->chain.head;
	e->time_s = clock_wall_ms() / 1000;
	/* this machine's clock may be behind the one that made the last entry: time in a roster never runs back */
	if (e->time_s < f->chain.time_s)
		e->time_s = f->chain.time_s;
	e->valid_until_s = e->time_s + CHAIN_VALID_S;
	wire_roster_put(&w, e);
	e->signed_bytes = wr_span(&w);
	rc = w.over ? ERR_LIMIT : rosterfile_write(a->out, NULL, e);
	return rc == ERR_OK ? 0
			    : tool_fail_err(say_into(what, "proposal-not-written",
						     FILL({"path", a->out, 0})),
					    rc);
}

/* A proposal by itself changes nothing: what is left to do is said each time. */
static void say_next(const struct tool_args *a, const struct rosterfile *f)
{
	say_line("proposal-next", FILL({"n", NULL, f->chain.genesis.m}, {"path", a->out, 0},
				       {"roster", a->roster, 0}));
}

/* Was this member taken out again further on? */
static bool removed_after(const struct rosterfile *f, size_t at, const struct id32 *node)
{
	struct span carried;

	while (rosterfile_next(f, &at, &carried)) {
		struct wire_roster e = {.sig_count = 0};
		struct wire_remove r;

		if (wire_roster_get(carried, &e) == ERR_OK && e.op == WIRE_ROSTER_REMOVE &&
		    wire_remove_get(e.payload, &r) == ERR_OK && id32_equal(&r.node, node))
			return true;
	}
	return false;
}

/* The next member of the roster that was not taken out, from *at on. */
static bool next_member(const struct rosterfile *f, size_t *at, struct wire_add *add,
			struct id32 *node)
{
	struct span carried;

	while (rosterfile_next(f, at, &carried)) {
		struct wire_roster e = {.sig_count = 0};
		struct wire_node n;

		if (wire_roster_get(carried, &e) != ERR_OK || e.op != WIRE_ROSTER_ADD ||
		    wire_add_get(e.payload, add) != ERR_OK ||
		    wire_node_get(add->node, &n) != ERR_OK || removed_after(f, *at, &n.node))
			continue;
		*node = n.node;
		return true;
	}
	return false;
}

/* A name is no identity: two members whose names are typed alike would be mistaken for each other. */
static bool name_taken(const struct rosterfile *f, const char *org, char *taken)
{
	size_t at = 0;
	struct wire_add add;
	struct id32 node;

	require(org != NULL && taken != NULL);
	while (next_member(f, &at, &add, &node))
		if (names_same(add.org, org)) {
			memcpy(taken, add.org, sizeof add.org);
			return true;
		}
	return false;
}

/* The roots sign this for ever: only what an administrator stated, and "not stated" where nobody did. */
static int say_verified(const struct tool_args *a, char *out, size_t cap)
{
	static const char *const ways[] = {"in-person", "video", "telephone", "letter"};
	const bool named = a->verified_by != NULL && a->verified_by[0] != '\0';
	bool known = a->verified == NULL;
	int n;

	for (size_t i = 0; !known && i < sizeof ways / sizeof ways[0]; i++)
		known = strcmp(a->verified, ways[i]) == 0;
	if (!known)
		return tool_fail(TOOL_USAGE, "--verified", "verified-ways");
	if (a->verified != NULL)
		n = snprintf(out, cap, "%s%s%s", a->verified, named ? ", by " : "",
			     named ? a->verified_by : "");
	else
		n = snprintf(out, cap, "%s", named ? a->verified_by : "not stated");
	return n > 0 && (size_t)n < cap ? 0
					: tool_fail(TOOL_USAGE, "verified-by-long", a->verified_by);
}

/* The join file is checked as every node will check it: own signature, this federation, a name that nobody has. */
int tool_roster_add(struct tool_args *a)
{
	uint8_t join[2048], payload[WIRE_ADD_MAX];
	struct wr pw = wr_of(payload, sizeof payload);
	struct wire_roster e = {.op = WIRE_ROSTER_ADD};
	struct wire_add add;
	struct wire_node node;
	struct rosterfile f;
	struct err_text why = {""};
	enum err rc;
	char print[IDENTITY_FINGERPRINT_LEN], taken[LIMIT_ORG_NAME + 1];
	size_t len = 0;
	int bad;

	if (a->roster == NULL || a->join == NULL || a->out == NULL)
		return tool_fail(TOOL_USAGE, "needs-roster-join-out", "");
	bad = refuse_place(a);
	if (bad != 0)
		return bad;
	rc = rosterfile_read(a->roster, &f, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(TOOL_DAMAGED, "roster", rc, &why);
	if (keyfile_read_file(a->join, join, sizeof join, &len) != ERR_OK ||
	    wire_add_get(span_of(join, len), &add) != ERR_OK)
		return tool_fail(TOOL_DAMAGED, "not-a-join-file", a->join);
	rc = chain_check_node(&add, &f.chain.fed_id, &node, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(TOOL_RULE, "join-file", rc, &why);
	if (name_taken(&f, add.org, taken))
		return tool_fail(TOOL_RULE, "name-taken", taken);
	if (!list_has_place(add.country))
		return nodedir_refuse_place(add.country);
	add.classes = class_of(a->class_name == NULL ? "member" : a->class_name);
	if (add.classes == 0)
		return tool_fail(TOOL_USAGE, "--class", "class-names");
	bad = say_verified(a, add.verified_by, sizeof add.verified_by);
	if (bad != 0)
		return bad;
	wire_add_put(&pw, &add);
	e.payload = wr_span(&pw);
	bad = pw.over ? tool_fail(TOOL_RULE, "proposal-too-long", "") : write_proposal(a, &f, &e);
	if (bad != 0)
		return bad;
	identity_fingerprint(print, &node.node);
	/* Each on a row of its own: the name is the newcomer's word. */
	say_line("proposal-member", FILL({"path", a->out, 0}, {"org", add.org, 0}));
	propose_say_row("row-class", list_text(LIST_AUDIT, say_lang(),
					       a->class_name == NULL ? "member" : a->class_name));
	propose_say_row("row-fingerprint", print);
	propose_say_row("row-verified", list_text(LIST_CODES, say_lang(), add.verified_by));
	say_next(a, &f);
	return 0;
}

bool propose_member_name(const struct rosterfile *f, const struct id32 *node,
			 char org[LIMIT_ORG_NAME + 1])
{
	struct wire_add add;
	struct id32 id;
	size_t at = 0;

	require(node != NULL && org != NULL);
	while (next_member(f, &at, &add, &id))
		if (id32_equal(&id, node)) {
			memcpy(org, add.org, sizeof add.org);
			return true;
		}
	return false;
}

/* A member by its whole name, or by the beginning of its fingerprint. */
static bool find_member(const struct rosterfile *f, const char *name, struct id32 *node, char *org)
{
	size_t at = 0, hits = 0;
	struct wire_add add;
	struct id32 id;

	require(name != NULL && org != NULL);
	while (next_member(f, &at, &add, &id)) {
		char print[IDENTITY_FINGERPRINT_LEN];

		identity_fingerprint(print, &id);
		if (!names_same(add.org, name) && strncmp(print, name, strlen(name)) != 0)
			continue;
		hits++;
		*node = id;
		memcpy(org, add.org, sizeof add.org);
	}
	/* two members may begin alike: then none is meant, and more digits are asked for */
	return hits == 1;
}

/* Names and what they stand for are in two columns, whatever the language. */
void propose_say_row(const char *code, const char *text)
{
	require(code != NULL && text != NULL);
	enum { COLUMN = 15 };
	const char *label = say_word(code);
	int n = 0;

	for (const char *p = label; *p != '\0'; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80; /* letters, not bytes */
	(void)printf("  %s%*s%s\n", label, n < COLUMN ? COLUMN - n : 1, "", text);
}

static void thousandths(uint16_t milli, char out[16])
{
	(void)snprintf(out, 16, "%u.%03u", milli / 1000u, milli % 1000u);
}

/* In the same words when it is proposed and when it is signed: a root compares the two. */
char *propose_policy_text(const struct wire_policy *p, char out[SAY_LEN])
{
	require(p != NULL && out != NULL);
	static const enum wire_table tables[] = {WIRE_TABLE_FLOW, WIRE_TABLE_NEEDS,
						 WIRE_TABLE_ANSWERS, WIRE_TABLE_ENDS,
						 WIRE_TABLE_OUTCOMES};
	enum { TABLES = sizeof tables / sizeof tables[0] };
	char shares[TABLES][16], year[16];

	for (size_t i = 0; i < TABLES; i++)
		thousandths(p->share[tables[i]], shares[i]);
	thousandths(p->year, year);
	return say_into(out, "policy",
			FILL({"flow", shares[0], 0}, {"needs", shares[1], 0},
			     {"answers", shares[2], 0}, {"ends", shares[3], 0},
			     {"outcomes", shares[4], 0}, {"year", year, 0}, {"cap", NULL, p->cap},
			     {"k", NULL, p->k}, {"ks", NULL, p->k_sensitive}));
}

/* New roots: keys are made here, old and new roots sign.  The old ones let them in; each new one shows by its signature that
 * its key is there and works. */
static int propose_roots(const struct tool_args *a, const struct rosterfile *f)
{
	struct wire_genesis g = f->chain.genesis;
	uint8_t payload[2 + 32 * LIMIT_ROOTS];
	struct wr pw = wr_of(payload, sizeof payload);
	struct wire_roster e = {.op = WIRE_ROSTER_ROOTS};
	unsigned m = 0, n = 0;
	char pass[CREATE_PASSPHRASE] = "";
	size_t pass_len = 0;
	int bad;

	if (a->keys == NULL || a->roots == NULL || !create_roots(a->roots, &m, &n))
		return tool_fail(TOOL_USAGE, "needs-new-roots", "needs-new-roots-why");
	g.m = (uint8_t)m;
	g.n = (uint8_t)n;
	bad = create_passphrase(a, pass, &pass_len);
	if (bad != 0)
		return bad;
	bad = create_root_keys(a->keys, span_of(pass, pass_len), &g);
	secret_wipe(pass, sizeof pass);
	if (bad != 0)
		return bad;
	wire_roots_put(&pw, &g);
	require(!pw.over);
	e.payload = wr_span(&pw);
	bad = write_proposal(a, f, &e);
	if (bad != 0) {
		create_take_back(a->keys, n);
		return bad;
	}
	say_line("proposal-roots",
		 FILL({"path", a->out, 0}, {"m", NULL, m}, {"n", NULL, n}, {"dir", a->keys, 0}));
	say_line("proposal-roots-next", FILL({"old", NULL, f->chain.genesis.m}, {"m", NULL, m}));
	return 0;
}

/* As config/lists/audit.psv names it. */
static const char *op_code(const char *op)
{
	return strcmp(op, "remove") == 0 ? "remove-node" : op;
}

/* Noon there: the same day wherever this federation is.  Its partners have until then to take back what they told it, and to hear
 * its answers. */
static int from_day(const struct tool_args *a, uint64_t *from_s)
{
	const uint64_t noon_s = 43200;
	const int64_t today = (int64_t)(clock_wall_ms() / DAY_MS);
	int64_t day;

	if (a->date == NULL)
		return 0;
	if (strcmp(a->op, "remove") != 0)
		return tool_fail(TOOL_USAGE, "date-of-removal", "");
	if (!date_parse(a->date, &day) || day <= today || day > today + (int64_t)LIMIT_DATE_DAYS)
		return tool_fail(TOOL_USAGE, "date-unfit", a->date);
	*from_s = (uint64_t)day * (DAY_MS / 1000) + noon_s;
	return 0;
}

/* Removed, suspended, or let in again: one form, told apart by operation and reason. */
static int propose_standing(const struct tool_args *a, const struct rosterfile *f, uint8_t op,
			    uint8_t reason)
{
	uint8_t payload[41];
	struct wr pw = wr_of(payload, sizeof payload);
	struct wire_roster e = {.op = op};
	struct wire_remove r = {.reason = reason, .effective_s = clock_wall_ms() / 1000};
	char org[LIMIT_ORG_NAME + 1];
	int bad;

	if (a->node == NULL || !find_member(f, a->node, &r.node, org))
		return tool_fail(TOOL_USAGE, "node-not-found", a->node == NULL ? "" : a->node);
	bad = from_day(a, &r.effective_s);
	if (bad != 0)
		return bad;
	wire_remove_put(&pw, &r);
	require(!pw.over);
	e.payload = wr_span(&pw);
	bad = write_proposal(a, f, &e);
	if (bad != 0)
		return bad;
	say_line("proposal-standing",
		 FILL({"path", a->out, 0},
		      {"op", list_text(LIST_AUDIT, say_lang(), op_code(a->op)), 0},
		      {"org", org, 0}));
	if (a->date != NULL)
		propose_say_row("row-from", a->date);
	say_next(a, f);
	return 0;
}

/* "flow=1.0 needs=0.5 k=5": what is not named stays as the roster has it. */
static bool policy_word(struct wire_policy *p, const char *name, const char *value)
{
	static const struct {
		const char *name;
		enum wire_table table;
	} shares[] = {{"flow", WIRE_TABLE_FLOW},
		      {"needs", WIRE_TABLE_NEEDS},
		      {"answers", WIRE_TABLE_ANSWERS},
		      {"ends", WIRE_TABLE_ENDS},
		      {"outcomes", WIRE_TABLE_OUTCOMES}};
	char *end;
	const double v = strtod(value, &end);

	/* written so that "nan" does not pass: it is neither more nor less than anything */
	if (*end != '\0' || !(v >= 0) || v > 255)
		return false;
	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
		if (strcmp(shares[i].name, name) == 0 && v <= 65) {
			/* thousandths, as the entry has them */
			p->share[shares[i].table] = (uint16_t)(v * 1000 + 0.5);
			return true;
		}
	if (strcmp(name, "year") == 0 && v <= 65)
		p->year = (uint16_t)(v * 1000 + 0.5);
	else if (strcmp(name, "cap") == 0)
		p->cap = (uint8_t)v;
	else if (strcmp(name, "k") == 0)
		p->k = (uint8_t)v;
	else if (strcmp(name, "sensitive") == 0)
		p->k_sensitive = (uint8_t)v;
	else
		return false;
	return true;
}

/* Beside what is named everything stays: a root that raises one share cannot lower another by forgetting it. */
static int propose_policy(const struct tool_args *a, const struct rosterfile *f)
{
	struct wire_policy p = f->chain.policy, again;
	uint8_t payload[WIRE_POLICY_LEN];
	struct wr pw = wr_of(payload, sizeof payload);
	struct wire_roster e = {.op = WIRE_ROSTER_POLICY};
	char text[256] = "", *word, *rest = text, shown[SAY_LEN];
	int bad;

	if (a->policy == NULL || strlen(a->policy) >= sizeof text)
		return tool_fail(TOOL_USAGE, "needs-policy", "needs-policy-why");
	memcpy(text, a->policy, strlen(a->policy) + 1);
	while ((word = strtok_r(rest, " ,", &rest)) != NULL) {
		char *value = strchr(word, '=');

		if (value != NULL)
			*value++ = '\0';
		if (value == NULL || !policy_word(&p, word, value))
			return tool_fail(TOOL_USAGE, "policy-unclear", word);
	}
	/* read back by the rules that every node follows: an entry that no node takes would stop the roster */
	wire_policy_put(&pw, &p);
	require(!pw.over);
	if (wire_policy_get(wr_span(&pw), &again) != ERR_OK)
		return tool_fail(TOOL_RULE, "policy-refused", "policy-refused-why");
	e.payload = wr_span(&pw);
	bad = write_proposal(a, f, &e);
	if (bad == 0) {
		say_line("proposal-policy",
			 FILL({"path", a->out, 0}, {"policy", propose_policy_text(&p, shown), 0}));
		say_next(a, f);
	}
	return bad;
}

/* The next entry depends on all before it, so the whole roster is checked first. */
int tool_roster_propose(struct tool_args *a)
{
	struct wire_roster renew = {.op = WIRE_ROSTER_RENEW};
	struct rosterfile f;
	struct err_text why = {""};
	enum err rc;
	int bad;

	if (a->roster == NULL || a->op == NULL || a->out == NULL)
		return tool_fail(TOOL_USAGE, "needs-roster-op-out", "operations");
	bad = refuse_place(a);
	if (bad != 0)
		return bad;
	rc = rosterfile_read(a->roster, &f, &why);
	if (rc != ERR_OK)
		return tool_fail_cause(TOOL_DAMAGED, "roster", rc, &why);
	if (strcmp(a->op, "remove") == 0)
		return propose_standing(a, &f, WIRE_ROSTER_REMOVE, 1);
	if (strcmp(a->op, "suspend") == 0)
		return propose_standing(a, &f, WIRE_ROSTER_SUSPEND, 1);
	if (strcmp(a->op, "lift") == 0)
		return propose_standing(a, &f, WIRE_ROSTER_SUSPEND, WIRE_SUSPEND_LIFT);
	if (strcmp(a->op, "rotate-roots") == 0)
		return propose_roots(a, &f);
	if (strcmp(a->op, "policy") == 0)
		return propose_policy(a, &f);
	/* nothing but its place and its time: the roster stays valid for longer */
	if (strcmp(a->op, "renew") != 0)
		return tool_fail(TOOL_USAGE, "no-such-operation", a->op);
	bad = write_proposal(a, &f, &renew);
	if (bad == 0) {
		say_line("proposal-renew", FILL({"path", a->out, 0}));
		say_next(a, &f);
	}
	return bad;
}
