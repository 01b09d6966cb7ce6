/* SPDX-License-Identifier: EUPL-1.2 */
/* A federation is its first entry: name, roots, and how many of them decide.  The hash of that entry is the federation's id,
 * so nobody can change a letter of it later without making another federation.
 * Root keys never come near a node: each signs on its own machine, and files go from hand to hand. */
#include "tool/roster/create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

enum { KEY_PATH = CONFIG_PATH_MAX + 32 };

static void key_path(char out[KEY_PATH], const char *dir, unsigned i)
{
	require(i < LIMIT_ROOTS);
	(void)snprintf(out, KEY_PATH, "%s/root%u.key", dir, i + 1);
}

/* A root's key that is written over is gone for ever, and with it a federation in which all must sign: so where any key lies none is
 * made, also when the others are away with their organisations.  roster: nor where one lies. */
static int refuse_held(const char *dir, bool roster)
{
	char path[KEY_PATH];
	struct stat sb;
	bool held = false;

	for (unsigned i = 0; i < LIMIT_ROOTS && !held; i++) {
		key_path(path, dir, i);
		held = lstat(path, &sb) == 0;
	}
	if (!held && roster) {
		(void)snprintf(path, sizeof path, "%s/roster", dir);
		held = lstat(path, &sb) == 0;
	}
	return held ? tool_fail(TOOL_RULE, path, "stays-directory") : 0;
}

/* They would stand in the way of the next try. */
void create_take_back(const char *dir, unsigned made)
{
	char path[KEY_PATH];

	require(dir != NULL && made <= LIMIT_ROOTS);
	while (made > 0) {
		key_path(path, dir, --made);
		(void)unlink(path);
	}
	(void)rmdir(dir); /* unless something else lies there */
}

/* All of them lie together once, here; each leaves on a stick for the organisation that is to hold it. */
int create_root_keys(const char *dir, struct span pass, struct wire_genesis *g)
{
	char path[KEY_PATH];
	enum err rc = ERR_OK;
	unsigned made = 0;
	int bad = refuse_held(dir, false);

	require(g->n <= LIMIT_ROOTS && g->m <= g->n);
	if (bad != 0)
		return bad;
	(void)mkdir(dir, 0700); /* rootkey_create tells when it is not there */
	while (made < g->n && rc == ERR_OK) {
		key_path(path, dir, made);
		rc = rootkey_create(path, pass, &g->roots[made]);
		made += rc == ERR_OK;
	}
	if (rc == ERR_OK)
		return 0;
	bad = tool_fail_err(path, rc);
	create_take_back(dir, made);
	return bad;
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

/* All that can be wrong with what was typed, before a key is drawn. */
static int asked(const struct tool_args *a, unsigned *m, unsigned *n)
{
	int bad;

	if (a->name == NULL || a->out == NULL)
		return tool_fail(TOOL_USAGE, "needs-name-out", "");
	bad = nodedir_name("--name", a->name);
	if (bad != 0)
		return bad;
	if (!create_roots(a->roots == NULL ? "2/3" : a->roots, m, n))
		return tool_fail(TOOL_USAGE, "--roots M/N", "roots-number");
	return refuse_held(a->out, true);
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
	char pass[CREATE_PASSPHRASE] = "";
	char path[CONFIG_PATH_MAX + 32];
	enum err rc;
	int bad = asked(a, &m, &n);

	if (bad != 0)
		return bad;
	require(n <= LIMIT_ROOTS); /* create_roots said so */
	g.m = (uint8_t)m;
	g.n = (uint8_t)n;
	memcpy(g.name, a->name, strlen(a->name) + 1);
	bad = create_passphrase(a, pass, &pass_len);
	if (bad != 0)
		return bad;
	bad = create_root_keys(a->out, span_of(pass, pass_len), &g);
	if (bad != 0)
		return bad;
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
	if (rc != ERR_OK) {
		bad = tool_fail_err("roster", rc);
		create_take_back(a->out, n);
		return bad;
	}
	made(a, &e, &g, path);
	return 0;
}
