/* SPDX-License-Identifier: EUPL-1.2 */
/* Offline work that needs keys: making a node, making a federation, signing its roster.  Run by
 * kring, which checks nothing here again: every argument is checked here. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/keyfile.h"
#include "crypto/rootkey.h"
#include "crypto/secret.h"
#include "domain/membership/roster.h"
#include "roles/config.h"
#include "roles/roles.h"
#include "roles/unlock.h"

enum { FILE_MAX = 4 * 1024 * 1024, VALID_S = 90 * 86400, EXIT_RULE = 1, EXIT_USAGE = 2 };

struct tool_args {
	const char *dir, *org, *country, *listen, *address, *phone, *federation, *passphrase_file;
	const char *name, *roots, *out, *roster, *join, *class_name, *proposal, *key, *verified_by;
};

static int fail(int code, const char *what, const char *why)
{
	(void)fprintf(stderr, "! %s%s%s\n", what, why[0] == '\0' ? "" : ": ", why);
	return code;
}

static int fail_err(const char *what, enum err rc)
{
	return fail(rc == ERR_CORRUPT || rc == ERR_MALFORMED ? 5
		    : rc == ERR_NOTFOUND		     ? 3
							     : EXIT_RULE,
		    what, err_text(rc));
}

/* ---- roster files: len u32 | carried entry, again and again ---- */

struct roster_file {
	uint8_t *bytes;
	size_t len;
	struct roster_chain chain;
	size_t members;
};

static enum err roster_read(const char *path, struct roster_file *f, struct err_text *why)
{
	struct rd r;
	enum err rc;

	*f = (struct roster_file){.bytes = malloc(FILE_MAX)};
	if (f->bytes == NULL)
		return ERR_NOMEM;
	rc = keyfile_read_file(path, f->bytes, FILE_MAX, &f->len);
	if (rc != ERR_OK)
		return err_explain(why, rc, "cannot read %s", path);
	r = rd_of(span_of(f->bytes, f->len));
	while (r.left > 0) {
		const size_t n = rd_u32(&r);
		const uint8_t *p = rd_take(&r, n);
		struct wire_roster e;
		struct wire_add add;

		if (p == NULL || wire_roster_get(span_of(p, n), &e) != ERR_OK)
			return err_explain(why, ERR_MALFORMED, "%s: not a roster file", path);
		rc = roster_check(&f->chain, &e, &add, why);
		if (rc != ERR_OK)
			return rc;
		f->members += e.op == WIRE_ROSTER_ADD;
	}
	return f->chain.begun ? ERR_OK : err_explain(why, ERR_MALFORMED, "%s is empty", path);
}

static enum err carry_to_file(const char *path, const struct roster_file *before,
			      const struct wire_roster *e)
{
	uint8_t *buf = malloc(FILE_MAX);
	struct wr w = wr_of(buf, FILE_MAX);
	size_t at;
	enum err rc = ERR_NOMEM;

	if (buf != NULL) {
		if (before != NULL)
			wr_put(&w, before->bytes, before->len);
		at = w.len;
		wr_u32(&w, 0);
		wire_roster_carry(&w, e);
		be32_put(buf + at, (uint32_t)(w.len - at - 4));
		rc = w.over ? ERR_LIMIT : keyfile_write_file(path, wr_span(&w));
	}
	free(buf);
	return rc;
}

/* ---- federation create ---- */

static enum err make_roots(const struct tool_args *a, struct wire_genesis *g)
{
	char path[CONFIG_PATH_MAX + 32];
	enum err rc = ERR_OK;

	for (unsigned i = 0; i < g->n && rc == ERR_OK; i++) {
		(void)snprintf(path, sizeof path, "%s/root%u.key", a->out, i + 1);
		rc = rootkey_create(path, &g->roots[i]);
	}
	return rc;
}

static int fed_create(const struct tool_args *a)
{
	struct wire_genesis g = {.min_suite = WIRE_SUITE_1};
	struct wire_roster e = {.op = WIRE_ROSTER_GENESIS};
	uint8_t payload[1024], bytes[2048], sigs[LIMIT_ROOTS][WIRE_SIG];
	struct wr pw = wr_of(payload, sizeof payload), bw = wr_of(bytes, sizeof bytes);
	struct id32 hash;
	unsigned m = 0, n = 0;
	char path[CONFIG_PATH_MAX + 32], hex[33];
	enum err rc;

	if (a->name == NULL || a->out == NULL || strlen(a->name) > LIMIT_ORG_NAME)
		return fail(EXIT_USAGE, "a federation needs --name and --out", "");
	if (sscanf(a->roots == NULL ? "2/3" : a->roots, "%u/%u", &m, &n) != 2 || m < 2 || n < m ||
	    n > LIMIT_ROOTS)
		return fail(EXIT_USAGE, "--roots M/N",
			    "at least 2 of N must sign, for example 2/3");
	(void)mkdir(a->out, 0700);
	g.m = (uint8_t)m;
	g.n = (uint8_t)n;
	memcpy(g.name, a->name, strlen(a->name) + 1);
	rc = make_roots(a, &g);
	if (rc != ERR_OK)
		return fail_err("root keys", rc);
	wire_genesis_put(&pw, &g);
	e.payload = wr_span(&pw);
	e.time_s = clock_wall_ms() / 1000;
	e.valid_until_s = e.time_s + VALID_S;
	wire_roster_put(&bw, &e); /* with a zero federation id: its hash is the id */
	e.signed_bytes = wr_span(&bw);
	hash = roster_hash(&e);
	memcpy(e.fed_id.b, hash.b, 16);
	bw.len = 0;
	wire_roster_put(&bw, &e);
	e.signed_bytes = wr_span(&bw);
	for (unsigned i = 0; i < n && rc == ERR_OK; i++) {
		(void)snprintf(path, sizeof path, "%s/root%u.key", a->out, i + 1);
		rc = rootkey_sign(path, e.signed_bytes, sigs[i]);
		e.sigs[i].root = (uint8_t)i;
		e.sigs[i].sig = sigs[i];
	}
	e.sig_count = n;
	(void)snprintf(path, sizeof path, "%s/roster", a->out);
	if (rc == ERR_OK)
		rc = carry_to_file(path, NULL, &e);
	if (rc != ERR_OK)
		return fail_err("roster", rc);
	bytes_hex(hex, e.fed_id.b, 16);
	(void)printf("federation %s: id %s, %u of %u roots sign\n"
		     "root keys: %s/root1.key ... give each to one organisation, on a stick\n"
		     "roster: %s\nnext: kring node init --federation %s ...\n",
		     a->name, hex, m, n, a->out, path, path);
	return 0;
}

/* ---- node init ---- */

static enum err write_join(const struct tool_args *a, struct keybox *kb)
{
	uint8_t inception[IDENTITY_INCEPTION_LEN], node[512], sig[WIRE_SIG], out[2048];
	struct wr nw = wr_of(node, sizeof node), w = wr_of(out, sizeof out);
	struct wire_node n = {
		.fed_id = keybox_inception(kb)->fed_id,
		.node = keybox_node_id(kb),
		.nk_pub = keybox_inception(kb)->nk_pub,
		.next_digest = keybox_inception(kb)->next_digest,
		.tk_pub = keybox_transport_pub(kb),
		.version = 1,
		.key_seq = 1,
		.time_s = clock_wall_ms() / 1000,
	};
	struct wire_add add = {.classes = WIRE_MEMBER, .node_sig = sig};
	char path[CONFIG_PATH_MAX + 32];
	struct span part;

	(void)snprintf(n.endpoint, sizeof n.endpoint, "%s", a->address);
	wire_node_put(&nw, &n);
	part = wr_span(&nw);
	keybox_sign(kb, SIGN_NODE, &part, 1, sig);
	identity_inception_bytes(keybox_inception(kb), inception);
	add.inception = span_of(inception, sizeof inception);
	add.node = part;
	(void)snprintf(add.country, sizeof add.country, "%s", a->country);
	(void)snprintf(add.org, sizeof add.org, "%s", a->org);
	(void)snprintf(add.phone, sizeof add.phone, "%s", a->phone == NULL ? "" : a->phone);
	wire_add_put(&w, &add);
	(void)snprintf(path, sizeof path, "%s/join", a->dir);
	return w.over ? ERR_LIMIT : keyfile_write_file(path, wr_span(&w));
}

static enum err write_files(const struct tool_args *a, const uint8_t key[32],
			    const uint8_t next_seed[32])
{
	char path[CONFIG_PATH_MAX + 32], text[1024], hex[65];
	int n;
	enum err rc;

	(void)snprintf(path, sizeof path, "%s/unlock.key", a->dir);
	rc = keyfile_write_file(path, span_of(key, 32));
	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, next_seed, 32);
	n = snprintf(
		text, sizeof text,
		"Kring recovery sheet of %s\nPrint this, put it in a safe, then delete the file."
		"\nnext signing key: %s\n",
		a->org, hex);
	(void)snprintf(path, sizeof path, "%s/recovery-sheet.txt", a->dir);
	rc = keyfile_write_file(path, span_of(text, (size_t)n));
	secret_wipe(text, sizeof text);
	secret_wipe(hex, sizeof hex);
	if (rc != ERR_OK)
		return rc;
	n = snprintf(text, sizeof text, "[Node]\nListen=%s\nKeyFile=unlock.key\nLogLevel=notice\n",
		     a->listen);
	(void)snprintf(path, sizeof path, "%s/kring.conf", a->dir);
	return keyfile_write_file(path, span_of(text, (size_t)n));
}

static int check_init(struct tool_args *a)
{
	if (a->dir == NULL || a->org == NULL || a->country == NULL || a->federation == NULL ||
	    strlen(a->org) > LIMIT_ORG_NAME || strlen(a->dir) >= CONFIG_PATH_MAX ||
	    strlen(a->country) != 2)
		return fail(
			EXIT_USAGE,
			"a node needs --dir, --org, --country NL|BE|FR|UK and --federation ROSTER",
			"");
	if (a->listen == NULL)
		a->listen = "";
	if (a->address == NULL)
		a->address = a->listen;
	if (config_check_endpoint(a->listen) != ERR_OK ||
	    config_check_endpoint(a->address) != ERR_OK)
		return fail(EXIT_USAGE, "--listen and --address",
			    "like tcp://192.0.2.1:7001, numbers and no name");
	return 0;
}

static int node_init(struct tool_args *a)
{
	struct keyfile_new spec = {.passphrase = {NULL, 0}};
	struct keyfile_unlock how = {.kind = KEYFILE_KEY};
	struct keyfile_state state;
	struct roster_file f;
	struct keybox *kb = NULL;
	struct err_text why = {""};
	uint8_t key[32], next_seed[32];
	char pass[1024], print[IDENTITY_FINGERPRINT_LEN];
	struct id32 id;
	size_t len = 0;
	int bad = check_init(a);
	enum err rc;

	if (bad != 0)
		return bad;
	if (roster_read(a->federation, &f, &why) != ERR_OK)
		return fail(3, "the federation's roster", why.text);
	(void)mkdir(a->dir, 0700);
	if (a->passphrase_file != NULL &&
	    unlock_read_line(a->passphrase_file, pass, sizeof pass, &len) != ERR_OK)
		return fail(EXIT_USAGE, "the passphrase is empty or cannot be read", "");
	rng_fill(key, sizeof key);
	rng_fill(spec.org_uuid.b, 16);
	spec.fed_id = f.chain.fed_id;
	spec.passphrase = span_of(pass, len);
	spec.key = how.secret = span_of(key, sizeof key);
	rc = keyfile_create(a->dir, &spec, next_seed);
	if (rc == ERR_EXISTS)
		return fail(EXIT_RULE, "this directory holds a node already", a->dir);
	if (rc == ERR_OK)
		rc = keyfile_open(a->dir, &how, &kb, &state);
	if (rc == ERR_OK)
		rc = write_join(a, kb);
	if (rc == ERR_OK)
		rc = write_files(a, key, next_seed);
	secret_wipe(key, sizeof key);
	secret_wipe(pass, sizeof pass);
	secret_wipe(next_seed, sizeof next_seed);
	if (rc != ERR_OK)
		return fail_err("making the node", rc);
	id = keybox_node_id(kb);
	keybox_free(kb);
	identity_fingerprint(print, &id);
	(void)printf("node of %s made in %s\nfingerprint: %s\n"
		     "print %s/recovery-sheet.txt and delete it\n"
		     "next: send %s/join to a root of the federation\n",
		     a->org, a->dir, print, a->dir, a->dir);
	return 0;
}

/* ---- roster add, sign, verify ---- */

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

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].bits;
	return 0;
}

static int roster_add(const struct tool_args *a)
{
	uint8_t join[2048], payload[4096], bytes[8192];
	struct wr pw = wr_of(payload, sizeof payload), bw = wr_of(bytes, sizeof bytes);
	struct wire_roster e = {.op = WIRE_ROSTER_ADD};
	struct wire_add add;
	struct wire_node node;
	struct roster_file f;
	struct err_text why = {""};
	char print[IDENTITY_FINGERPRINT_LEN];
	size_t len = 0;

	if (a->roster == NULL || a->join == NULL || a->out == NULL)
		return fail(EXIT_USAGE, "needs --roster, --join and --out", "");
	if (roster_read(a->roster, &f, &why) != ERR_OK)
		return fail(5, "roster", why.text);
	if (keyfile_read_file(a->join, join, sizeof join, &len) != ERR_OK ||
	    wire_add_get(span_of(join, len), &add) != ERR_OK)
		return fail(5, "not a join file", a->join);
	if (roster_check_node(&add, &f.chain.fed_id, &node, &why) != ERR_OK)
		return fail(EXIT_RULE, "the join file", why.text);
	add.classes = class_of(a->class_name == NULL ? "member" : a->class_name);
	if (add.classes == 0)
		return fail(EXIT_USAGE, "--class",
			    "member, coordinator, observer, evaluator or relay");
	(void)snprintf(add.verified_by, sizeof add.verified_by, "%s",
		       a->verified_by == NULL ? "in person" : a->verified_by);
	wire_add_put(&pw, &add);
	e.payload = wr_span(&pw);
	e.fed_id = f.chain.fed_id;
	e.seq = f.chain.seq + 1;
	e.prev_hash = f.chain.head;
	e.time_s = clock_wall_ms() / 1000;
	e.valid_until_s = e.time_s + VALID_S;
	wire_roster_put(&bw, &e);
	e.signed_bytes = wr_span(&bw);
	if (pw.over || bw.over || carry_to_file(a->out, NULL, &e) != ERR_OK)
		return fail(EXIT_RULE, "the proposal could not be written", a->out);
	identity_fingerprint(print, &node.node);
	(void)printf("proposal %s: %s (%s), fingerprint %s\n"
		     "next: %u roots sign it: kring roster sign %s --key root1.key --roster %s\n",
		     a->out, add.org, a->class_name == NULL ? "member" : a->class_name, print,
		     f.chain.genesis.m, a->out, a->roster);
	return 0;
}

static int root_index(const struct wire_genesis *g, const struct id32 *pub)
{
	for (int i = 0; i < g->n; i++)
		if (id32_equal(&g->roots[i], pub))
			return i;
	return -1;
}

/* Signs a proposal; when enough roots did, the entry joins the roster file. */
static int roster_sign(const struct tool_args *a)
{
	uint8_t file[8192], sig[WIRE_SIG];
	struct roster_file f;
	struct roster_chain next;
	struct wire_roster e;
	struct wire_add add = {.classes = 0};
	struct err_text why = {""};
	struct id32 pub;
	size_t len = 0;
	int root;
	enum err rc;

	if (a->proposal == NULL || a->key == NULL || a->roster == NULL)
		return fail(EXIT_USAGE, "needs PROPOSAL, --key and --roster", "");
	if (roster_read(a->roster, &f, &why) != ERR_OK)
		return fail(5, "roster", why.text);
	if (keyfile_read_file(a->proposal, file, sizeof file, &len) != ERR_OK || len < 4 ||
	    wire_roster_get(span_of(file + 4, len - 4), &e) != ERR_OK)
		return fail(5, "not a proposal", a->proposal);
	if (e.seq != f.chain.seq + 1 || !id32_equal(&e.prev_hash, &f.chain.head))
		return fail(EXIT_RULE, "this proposal lost its place",
			    "make it again: kring roster add");
	rc = rootkey_public(a->key, &pub);
	if (rc != ERR_OK)
		return fail_err("root key", rc);
	root = root_index(&f.chain.genesis, &pub);
	if (root < 0 || e.sig_count == LIMIT_ROOTS)
		return fail(EXIT_RULE, "this key is not a root of this federation", "");
	if (e.op == WIRE_ROSTER_ADD && wire_add_get(e.payload, &add) == ERR_OK)
		(void)printf("signing: add %s, verified %s\n", add.org, add.verified_by);
	rc = rootkey_sign(a->key, e.signed_bytes, sig);
	e.sigs[e.sig_count].root = (uint8_t)root;
	e.sigs[e.sig_count].sig = sig;
	e.sig_count++;
	next = f.chain;
	if (rc == ERR_OK && roster_check(&next, &e, &add, &why) == ERR_OK) {
		rc = carry_to_file(a->roster, &f, &e);
		if (rc == ERR_OK)
			(void)printf("complete: entry %llu joined %s\n", (unsigned long long)e.seq,
				     a->roster);
	} else if (rc == ERR_OK) {
		rc = carry_to_file(a->proposal, NULL, &e);
		(void)printf("%u of %u signatures: pass %s on to the next root\n", e.sig_count,
			     f.chain.genesis.m, a->proposal);
	}
	return rc == ERR_OK ? 0 : fail_err("signing", rc);
}

static int roster_verify(const struct tool_args *a)
{
	struct roster_file f;
	struct err_text why = {""};
	char hex[65];

	if (a->roster == NULL)
		return fail(EXIT_USAGE, "needs --roster", "");
	if (roster_read(a->roster, &f, &why) != ERR_OK)
		return fail(5, "the roster does not hold", why.text);
	bytes_hex(hex, f.chain.head.b, 32);
	(void)printf("roster of %s holds: %zu members, entry %llu, head %s\n", f.chain.genesis.name,
		     f.members, (unsigned long long)f.chain.seq, hex);
	return 0;
}

/* ---- arguments ---- */

enum { A_FIRST = 256 };
/* clang-format off */
#define ARGS(X)                                                                                 \
	X(dir, "dir") X(org, "org") X(country, "country") X(listen, "listen")                   \
	X(address, "address") X(phone, "phone") X(federation, "federation")                     \
	X(passphrase_file, "passphrase-file") X(name, "name") X(roots, "roots") X(out, "out")   \
	X(roster, "roster") X(join, "join") X(class_name, "class") X(proposal, "proposal")      \
	X(key, "key") X(verified_by, "verified-by")

enum arg_no {
#define ARG_ENUM(field, text) ARG_##field,
	ARGS(ARG_ENUM)
#undef ARG_ENUM
	ARG_COUNT
};
/* clang-format on */

static int parse(int argc, char **argv, struct tool_args *a)
{
	/* clang-format off */
	static const struct option options[] = {
#define ARG_OPTION(field, text) {text, required_argument, NULL, A_FIRST + ARG_##field},
		ARGS(ARG_OPTION)
#undef ARG_OPTION
			{NULL, 0, NULL, 0}};
	const char **slots[ARG_COUNT] = {
#define ARG_SLOT(field, text) &a->field,
		ARGS(ARG_SLOT)
#undef ARG_SLOT
	};
	/* clang-format on */
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c < A_FIRST || c >= A_FIRST + ARG_COUNT)
			return EXIT_USAGE;
		*slots[c - A_FIRST] = optarg;
	}
	return optind == argc ? 0 : EXIT_USAGE;
}

int tool_main(int argc, char **argv)
{
	struct tool_args a = {.dir = NULL};
	const char *verb = argc > 1 ? argv[1] : "";

	(void)umask(0077);
	if (secret_init() != ERR_OK)
		return ROLES_FAILED;
	if (argc < 2 || parse(argc - 1, argv + 1, &a) != 0)
		return fail(EXIT_USAGE, "arguments not understood", "see: kring help");
	if (strcmp(verb, "node-init") == 0)
		return node_init(&a);
	if (strcmp(verb, "fed-create") == 0)
		return fed_create(&a);
	if (strcmp(verb, "roster-add") == 0)
		return roster_add(&a);
	if (strcmp(verb, "roster-sign") == 0)
		return roster_sign(&a);
	if (strcmp(verb, "roster-verify") == 0)
		return roster_verify(&a);
	return fail(EXIT_USAGE, "no such tool", verb);
}
