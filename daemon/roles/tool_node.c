/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's directory, offline: made, and its signing key rotated. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "roles/config.h"
#include "roles/nodedir.h"
#include "roles/rosterfile.h"
#include "roles/unlock.h"

enum { PATH_LEN = CONFIG_PATH_MAX + 32, SHEET_MAX = 2048 };

static void say_made(const struct tool_args *a, const uint8_t *join, size_t len)
{
	char print[IDENTITY_FINGERPRINT_LEN];
	struct wire_add add;
	struct wire_node node;

	if (wire_add_get(span_of(join, len), &add) != ERR_OK ||
	    wire_node_get(add.node, &node) != ERR_OK)
		return;
	identity_fingerprint(print, &node.node);
	(void)printf("node of %s made in %s\nfingerprint: %s\n"
		     "print %s/recovery-sheet.txt and delete it\n",
		     a->org, a->dir, print, a->dir);
}

int tool_node_init(struct tool_args *a)
{
	uint8_t join[NODEDIR_JOIN_MAX];
	struct rosterfile f;
	struct err_text why = {""};
	char path[PATH_LEN];
	size_t len = 0;
	int bad = nodedir_check(a);

	if (bad == 0 && a->federation == NULL)
		bad = tool_fail(TOOL_USAGE, "a node needs --federation ROSTER",
				"or an invite: kring join TOKEN");
	if (bad != 0)
		return bad;
	if (rosterfile_read(a->federation, &f, &why) != ERR_OK)
		return tool_fail(TOOL_NOT_FOUND, "the federation's roster", why.text);
	bad = nodedir_make(a, &f.chain.fed_id, join, &len);
	if (bad == 0 && (!nodedir_path(path, sizeof path, a->dir, "roster") ||
			 keyfile_write_file(path, span_of(f.bytes, f.len)) != ERR_OK))
		bad = tool_fail(TOOL_RULE, "the roster could not be copied", a->dir);
	rosterfile_free(&f);
	if (bad != 0)
		return bad;
	say_made(a, join, len);
	(void)printf("next: send %s/join to a root of the federation\n", a->dir);
	return 0;
}

/* ---- rotation ---- */

/* The line after "next signing key" on the recovery sheet; or the 64 digits alone. */
static bool sheet_seed(const char *file, uint8_t seed[32])
{
	uint8_t text[SHEET_MAX + 1];
	size_t len = 0, run = 0;
	bool found = false;

	if (keyfile_read_file(file, text, SHEET_MAX, &len) != ERR_OK)
		return false;
	text[len] = '\0';
	for (size_t i = 0; i <= len && !found; i++) {
		const bool hex = (text[i] >= '0' && text[i] <= '9') ||
				 (text[i] >= 'a' && text[i] <= 'f');

		run = hex ? run + 1 : 0;
		if (run == 64) {
			char digits[65] = "";

			memcpy(digits, text + i - 63, 64);
			found = bytes_unhex(seed, 32, digits);
			secret_wipe(digits, sizeof digits);
		}
	}
	secret_wipe(text, sizeof text);
	return found;
}

static enum err new_record(const char *dir, const struct keyfile_rotation *r,
			   uint8_t bytes[WIRE_NODE_MAX], size_t *len)
{
	uint8_t old[WIRE_NODE_CARRIED_MAX];
	struct wr w = wr_of(bytes, WIRE_NODE_MAX);
	struct wire_node_carried c;
	char path[PATH_LEN];
	size_t n = 0;
	enum err rc = nodedir_path(path, sizeof path, dir, "record")
			      ? keyfile_read_file(path, old, sizeof old, &n)
			      : ERR_LIMIT;

	if (rc == ERR_OK)
		rc = wire_node_carried_get(span_of(old, n), &c);
	if (rc != ERR_OK)
		return rc;
	c.rec.prev_hash = hash_one(HASH_NODEREC, c.bytes);
	c.rec.version++;
	c.rec.key_seq++;
	c.rec.flags = 0; /* whoever has the promised key speaks for this node again */
	c.rec.nk_pub = r->nk_pub;
	c.rec.next_digest = r->next_digest;
	c.rec.time_s = clock_wall_ms() / 1000;
	wire_node_put(&w, &c.rec);
	*len = w.len;
	return w.over ? ERR_LIMIT : ERR_OK;
}

/* The record is written after the key: a crash between leaves a node that rotates again from there. */
static enum err rotate(const char *dir, const struct config *conf, const char *passphrase_file,
		       bool recovery, struct keyfile_rotation *r)
{
	uint8_t bytes[WIRE_NODE_MAX], carried[WIRE_NODE_CARRIED_MAX], old_sig[WIRE_SIG],
		sig[WIRE_SIG];
	struct wr w = wr_of(carried, sizeof carried);
	struct keyfile k = {.keybox = NULL};
	struct err_text why = {""};
	struct span part = {bytes, 0};
	char path[PATH_LEN];
	enum err rc = unlock_open(conf, passphrase_file, &k, &why);

	if (rc != ERR_OK)
		return rc;
	rc = keyfile_rotation(k.keybox, r);
	if (rc == ERR_OK)
		rc = new_record(dir, r, bytes, &part.len);
	if (rc == ERR_OK) {
		keybox_sign(k.keybox, SIGN_NODE, &part, 1, old_sig);
		rc = keyfile_rotate(dir, k.keybox, r);
	}
	keyfile_close(&k);
	if (rc == ERR_OK)
		rc = unlock_open(conf, passphrase_file, &k, &why);
	if (rc != ERR_OK)
		return rc;
	keybox_sign(k.keybox, SIGN_NODE, &part, 1, sig);
	keyfile_close(&k);
	wire_node_carry(&w, part, sig, recovery ? NULL : old_sig);
	if (w.over || !nodedir_path(path, sizeof path, dir, "record"))
		return ERR_LIMIT;
	return keyfile_write_file(path, wr_span(&w));
}

int tool_rotate(struct tool_args *a)
{
	struct keyfile_rotation r;
	struct config conf;
	struct err_text why = {""};
	int lock;
	enum err rc;

	if (a->dir == NULL || a->sheet == NULL)
		return tool_fail(
			TOOL_USAGE, "needs --sheet FILE",
			"the recovery sheet, or its line of 64 digits, - for standard input");
	if (config_read(&conf, a->dir, NULL, &why) != ERR_OK)
		return tool_fail(TOOL_NOT_FOUND, "no node here", why.text);
	lock = nodedir_lock(a->dir);
	if (lock < 0)
		return tool_fail(TOOL_NOT_NOW, "this node is running", "stop kringd first");
	if (!sheet_seed(strcmp(a->sheet, "-") == 0 ? "/dev/stdin" : a->sheet, r.seed))
		return tool_fail(TOOL_USAGE, "no signing key on this sheet", a->sheet);
	rc = rotate(a->dir, &conf, a->passphrase_file, a->recovery != NULL, &r);
	if (rc == ERR_OK)
		rc = nodedir_sheet(a->dir, "this node", NULL, r.next_seed);
	secret_wipe(&r, sizeof r);
	(void)close(lock);
	if (rc == ERR_CRYPTO)
		return tool_fail(TOOL_RULE, "this is not the key this node promised",
				 "take the newest recovery sheet");
	if (rc != ERR_OK)
		return tool_fail_err("rotating", rc);
	(void)printf("the signing key was rotated%s\n"
		     "print the new %s/recovery-sheet.txt and delete it; the old sheet is "
		     "worthless now\n"
		     "next: start kringd; partners learn it by themselves\n",
		     a->recovery != NULL
			     ? " without the old one: partners are asked to compare digits"
			     : "",
		     a->dir);
	return 0;
}
