/* SPDX-License-Identifier: EUPL-1.2 */
/* A federation is its first entry: name, roots, and how many of them decide.  The hash of that entry is the federation's id,
 * so nobody can change a letter of it later without making another federation.
 * Root keys never come near a node: each signs on its own machine, and files go from hand to hand. */
#include "tool/roster/create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/clock.h"
#include "core/disk/rosterfile.h"
#include "core/disk/unlock.h"
#include "crypto/files/rootkey.h"
#include "crypto/secret.h"
#include "roles/config.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/nodedir.h"
#include "tool/roster/tools.h"

/* All of them lie together once, here; each leaves on a stick for the organisation that is to hold it. */
enum err create_root_keys(const char *dir, struct span pass, struct wire_genesis *g)
{
	char path[CONFIG_PATH_MAX + 32];
	enum err rc = ERR_OK;

	require(g->n <= LIMIT_ROOTS && g->m <= g->n);
	(void)mkdir(dir, 0700); /* rootkey_create tells when it is not there */
	for (unsigned i = 0; i < g->n && rc == ERR_OK; i++) {
		(void)snprintf(path, sizeof path, "%s/root%u.key", dir, i + 1);
		rc = rootkey_create(path, pass, &g->roots[i]);
	}
	return rc;
}

/* Out of a file or of standard input, never out of an argument, which every user of the machine can read.  An empty one is refused: it
 * would look like protection and be none. */
int create_passphrase(const struct tool_args *a, char out[CREATE_PASSPHRASE], size_t *len)
{
	*len = 0;
	if (a->passphrase_file == NULL ||
	    unlock_read_line(a->passphrase_file, out, CREATE_PASSPHRASE, len) == ERR_OK)
		return 0;
	secret_wipe(out, CREATE_PASSPHRASE);
	return tool_fail(TOOL_USAGE, "passphrase-unreadable", "");
}

/* M/N: this many of so many roots sign. */
bool create_roots(const char *text, unsigned *m, unsigned *n)
{
	require(text != NULL);
	char *end;
	unsigned long need = strtoul(text, &end, 10), all = 0;

	if (*end == '/')
		all = strtoul(end + 1, &end, 10);
	*m = (unsigned)need;
	*n = (unsigned)all;
	/* Two at least: with one root a single stick that is lost or stolen would decide who is a
	 * member. */
	return *end == '\0' && need >= 2 && need <= all && all <= LIMIT_ROOTS;
}

static void made(const struct tool_args *a, const struct wire_roster *e,
		 const struct wire_genesis *g, const char *path)
{
	char hex[33];

	bytes_hex(hex, e->fed_id.b, 16);
	say_line("fed-made",
		 FILL({"name", a->name, 0}, {"id", hex, 0}, {"m", NULL, g->m}, {"n", NULL, g->n}));
	say_line("fed-keys", FILL({"dir", a->out, 0}));
	say_line("fed-roster", FILL({"path", path, 0}));
	/* not forbidden: two organisations that trust nobody else have no third */
	if (g->m == g->n)
		say_line("fed-all-needed", FILL({"n", NULL, g->n}));
	say_line("fed-next", FILL({"path", path, 0}));
}

/* With each of the keys that were just made, so that one that does not work is found before anybody relies on it. */
static enum err sign_first(const char *dir, struct span pass, unsigned n, struct wire_roster *e,
			   uint8_t sigs[LIMIT_ROOTS][WIRE_SIG])
{
	char path[CONFIG_PATH_MAX + 32];
	enum err rc = ERR_OK;

	require(n <= LIMIT_ROOTS);
	for (unsigned i = 0; i < n && rc == ERR_OK; i++) {
		(void)snprintf(path, sizeof path, "%s/root%u.key", dir, i + 1);
		rc = rootkey_sign(path, pass, e->signed_bytes, sigs[i]);
		e->sigs[i].root = (uint8_t)i;
		e->sigs[i].sig = sigs[i];
	}
	e->sig_count = n;
	return rc;
}

/* All roots sign the first entry, not only as many as later ones need: so each key is known to work before it is needed. */
int tool_fed_create(struct tool_args *a)
{
	struct wire_genesis g = {.min_suite = WIRE_SUITE_1};
	struct wire_roster e = {.op = WIRE_ROSTER_GENESIS};
	uint8_t payload[1024], bytes[2048], sigs[LIMIT_ROOTS][WIRE_SIG];
	struct wr pw = wr_of(payload, sizeof payload), bw = wr_of(bytes, sizeof bytes);
	struct id32 hash;
	unsigned m = 0, n = 0;
	size_t pass_len = 0;
	int bad;
	char pass[CREATE_PASSPHRASE] = "";
	char path[CONFIG_PATH_MAX + 32];
	enum err rc;

	if (a->name == NULL || a->out == NULL)
		return tool_fail(TOOL_USAGE, "needs-name-out", "");
	bad = nodedir_name("--name", a->name);
	if (bad != 0)
		return bad;
	if (!create_roots(a->roots == NULL ? "2/3" : a->roots, &m, &n))
		return tool_fail(TOOL_USAGE, "--roots M/N", "roots-number");
	require(n <= LIMIT_ROOTS); /* create_roots said so */
	g.m = (uint8_t)m;
	g.n = (uint8_t)n;
	memcpy(g.name, a->name, strlen(a->name) + 1);
	bad = create_passphrase(a, pass, &pass_len);
	if (bad != 0)
		return bad;
	rc = create_root_keys(a->out, span_of(pass, pass_len), &g);
	if (rc != ERR_OK)
		return tool_fail_err("root-keys", rc);
	wire_genesis_put(&pw, &g);
	require(!pw.over);
	e.payload = wr_span(&pw);
	e.time_s = clock_wall_ms() / 1000;
	e.valid_until_s = e.time_s + CHAIN_VALID_S;
	wire_roster_put(&bw, &e); /* with a zero federation id: its hash is the id */
	e.signed_bytes = wr_span(&bw);
	hash = chain_hash(&e);
	memcpy(e.fed_id.b, hash.b, 16);
	/* Written a second time with the id in it: the hash of the entry with zeros is the id, and
	 * signatures cover the id. */
	bw.len = 0;
	wire_roster_put(&bw, &e);
	e.signed_bytes = wr_span(&bw);
	rc = sign_first(a->out, span_of(pass, pass_len), n, &e, sigs);
	secret_wipe(pass, sizeof pass);
	(void)snprintf(path, sizeof path, "%s/roster", a->out);
	if (rc == ERR_OK)
		rc = rosterfile_write(path, NULL, &e);
	if (rc != ERR_OK)
		return tool_fail_err("roster", rc);
	made(a, &e, &g, path);
	return 0;
}
