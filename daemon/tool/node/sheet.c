/* SPDX-License-Identifier: EUPL-1.2 */
/* Recovery sheets, offline: a new one, the new one confirmed, and the signing key that the present one promises
 * taking over.  Each prints a whole sheet: code and next key.
 * The order is always: the sheet under another name, the keys, the sheet in its place.  The code of the sheet before opens
 * the node until somebody typed the new one from paper, because a sheet that was never printed must not lock anybody out.
 * A signing key takes over by the promise that was published before it was needed: whoever stole the present key cannot
 * make that promise true. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "core/disk/unlock.h"
#include "core/ownrecord.h"
#include "crypto/files/keyfile.h"
#include "crypto/files/sheet.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "proto/wire_roster.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/nodedir.h"
#include "tool/node/tools.h"

enum { PATH_LEN = CONFIG_PATH_MAX + 32 };

/* By the ways that kringd itself has: who cannot start this node cannot change its keys. */
static int open_node(const struct tool_args *a, struct keyfile *k)
{
	struct config conf;
	struct err_text why = {""};
	enum err rc = config_read(&conf, a->dir, NULL, &why);

	if (rc == ERR_OK)
		rc = unlock_open(&conf, a->passphrase_file, k, &why);
	return rc == ERR_OK ? 0 : tool_fail_why("node-does-not-open", rc, &why);
}

/* The next signing key as the sheet has it; 0, or the exit code after telling why. */
static int seed_from(const char *file, uint8_t seed[32])
{
	uint8_t text[SHEET_READ_MAX];
	size_t len = 0;
	const enum err rc = nodedir_sheet_read(file, text, &len);
	const enum sheet_found found = rc == ERR_OK ? sheet_seed(span_of(text, len), seed)
						    : SHEET_ABSENT;

	secret_wipe(text, sizeof text);
	if (rc != ERR_OK)
		return rc == ERR_LIMIT ? tool_fail(TOOL_USAGE, "no-sheet", file)
				       : tool_fail_err(file, rc);
	if (found == SHEET_MISTYPED)
		return tool_fail(TOOL_RULE, "key-mistyped", "compare-letters");
	return found == SHEET_FOUND ? 0 : tool_fail(TOOL_USAGE, "no-key-on-sheet", file);
}

/* The digest of the next key is published beforehand, so that partners would refuse any other. */
static int not_promised(void)
{
	return tool_fail(TOOL_RULE, "key-not-promised", "key-not-promised-why");
}

/* Each record that partners must get in its order takes room until they have it. */
static int not_told(void)
{
	return tool_fail(TOOL_RULE, "partners-not-told", "partners-not-told-why");
}

/* No slot for the code was free, so nothing of the keys was changed. */
static int no_slot(const char *dir)
{
	nodedir_sheet_discard(dir);
	return tool_fail(TOOL_RULE, "slots-taken", "slots-taken-why");
}

static void say_sheet(const char *dir, const struct keyfile_sheet *s)
{
	char number[SHEET_NUMBER + 1], path[PATH_LEN];
	uint8_t pub[32], sec[32];

	require(dir != NULL && s != NULL);
	keyfile_recovery_pair(s->code, pub, sec);
	secret_wipe(sec, sizeof sec);
	sheet_number(pub, number);
	(void)snprintf(path, sizeof path, "%s/" NODEDIR_SHEET, dir);
	say_line("sheet-made", FILL({"sheet", number, 0}, {"path", path, 0}));
	say_line("sheet-opens", FILL_NONE);
	say_line("sheet-still", FILL({"dir", dir, 0}));
}

/* ---- rotation ---- */

/* The record is written after the key: a crash between leaves a node that rotates again from there. */
static int rotate(const struct tool_args *a, struct keyfile *k, struct keyfile_rotation *r)
{
	uint8_t bytes[WIRE_NODE_MAX], carried[WIRE_NODE_CARRIED_MAX], old_sig[WIRE_SIG],
		sig[WIRE_SIG], before[32];
	struct wr w = wr_of(carried, sizeof carried);
	struct span part = {bytes, 0};
	const struct id32 id = keybox_node_id(k->keybox);
	char org[LIMIT_ORG_NAME + 1];
	enum err rc = keyfile_rotation(k->keybox, clock_wall_ms() / 1000, r);
	int bad;

	if (rc == ERR_CRYPTO)
		return not_promised();
	memcpy(before, keybox_roots(k->keybox)->recovery_pub, sizeof before);
	nodedir_org(a->dir, &id, org);
	if (rc == ERR_OK)
		rc = nodedir_successor(a->dir, &r->nk_pub, &r->sheet.next_digest, bytes, &part.len);
	if (rc == ERR_BUSY)
		return not_told();
	if (rc == ERR_OK)
		rc = nodedir_sheet_prepare(a->dir, org, &r->sheet);
	if (rc == ERR_OK) {
		require(part.len > 0);
		keybox_sign(k->keybox, SIGN_NODE, &part, 1,
			    old_sig); /* while the old key is still here */
		rc = keyfile_rotate(a->dir, k->keybox, r);
	}
	if (rc == ERR_FULL)
		return no_slot(a->dir);
	if (rc != ERR_OK)
		return tool_fail_err("rotating", rc);
	/* opened again: what is on disk is what signs, and if it does not open we say so now */
	keyfile_close(k);
	bad = open_node(a, k);
	if (bad != 0)
		return bad;
	keybox_sign(k->keybox, SIGN_NODE, &part, 1, sig);
	/* With the old key's signature partners take the new one over by themselves; without it
	 * (the old key is in strange hands) people compare digits. */
	wire_node_carry(&w, part, sig, a->recovery != NULL ? NULL : old_sig);
	rc = w.over ? ERR_LIMIT : ownrecord_add(a->dir, wr_span(&w));
	if (rc == ERR_OK)
		rc = nodedir_sheet_place(a->dir, before);
	return rc == ERR_OK ? 0 : tool_fail_err("rotating", rc);
}

/* Under the lock from the first look to the last file: a node that runs would go on signing with the key before. */
int tool_rotate(struct tool_args *a)
{
	struct keyfile_rotation r = {.seed = {0}};
	struct keyfile k = {.keybox = NULL};
	int lock, bad;

	if (a->dir == NULL || a->sheet == NULL)
		return tool_fail(TOOL_USAGE, "needs-sheet", "needs-sheet-why");
	bad = nodedir_lock_or_tell(a->dir, &lock);
	if (bad != 0)
		return bad;
	bad = seed_from(a->sheet, r.seed);
	if (bad == 0)
		bad = open_node(a, &k);
	if (bad == 0)
		bad = rotate(a, &k, &r);
	if (bad == 0) {
		say_line(a->recovery != NULL ? "rotated-without" : "rotated", FILL_NONE);
		say_sheet(a->dir, &r.sheet);
		say_line("rotated-next", FILL_NONE);
	}
	keyfile_close(&k);
	secret_wipe(&r, sizeof r);
	(void)close(lock);
	return bad;
}

/* ---- a new sheet ---- */

/* Typed from paper, which shows that the paper is there and can be read.  Only now the sheet before unlocks nothing more. */
static int confirm(const struct tool_args *a)
{
	require(a->confirm != NULL && a->dir != NULL);
	uint8_t text[SHEET_READ_MAX], code[KEYFILE_RECOVERY_LEN];
	size_t len = 0;
	enum err rc = nodedir_sheet_read(a->confirm, text, &len);
	const enum sheet_found found = rc == ERR_OK ? sheet_code(span_of(text, len), code)
						    : SHEET_ABSENT;

	secret_wipe(text, sizeof text);
	if (rc == ERR_OK && found != SHEET_FOUND)
		return tool_fail(TOOL_RULE, "sheet-code-mistyped", "compare-letters");
	if (rc == ERR_OK)
		rc = keyfile_sheet_confirm(a->dir, code);
	secret_wipe(code, sizeof code);
	if (rc == ERR_CRYPTO)
		return tool_fail(TOOL_RULE, "other-sheet-code", "nothing-changed");
	if (rc == ERR_STALE)
		return tool_fail(TOOL_RULE, "sheet-before", "nothing-changed");
	if (rc != ERR_OK)
		return tool_fail_err("confirming", rc);
	say_line("sheet-confirmed", FILL_NONE);
	return 0;
}

/* Without the sheet before, its promise cannot be kept: another is made, and partners have to hear of it. */
static int make_sheet(const struct tool_args *a, struct keyfile *k, const uint8_t *seed,
		      struct keyfile_sheet *s)
{
	const struct id32 id = keybox_node_id(k->keybox);
	struct wire_node_carried newest;
	char org[LIMIT_ORG_NAME + 1];
	uint8_t before[32], file[OWNRECORD_FILE_MAX];
	size_t len = 0;
	enum err rc = keyfile_sheet_draw(k->keybox, seed, clock_wall_ms() / 1000, s);

	if (rc == ERR_CRYPTO)
		return not_promised();
	static_assert(sizeof before == sizeof keybox_roots(k->keybox)->recovery_pub,
		      "a public key");
	memcpy(before, keybox_roots(k->keybox)->recovery_pub, sizeof before);
	nodedir_org(a->dir, &id, org);
	if (rc == ERR_OK && seed == NULL)
		rc = ownrecord_newest(a->dir, file, &len, &newest);
	if (rc == ERR_BUSY)
		return not_told();
	if (rc == ERR_OK)
		rc = nodedir_sheet_prepare(a->dir, org, s);
	if (rc == ERR_OK)
		rc = keyfile_sheet_take(a->dir, k->keybox, s);
	if (rc == ERR_FULL)
		return no_slot(a->dir);
	if (rc == ERR_OK && seed == NULL)
		rc = nodedir_promise(a->dir, k->keybox, &s->next_digest);
	if (rc == ERR_OK)
		rc = nodedir_sheet_place(a->dir, before);
	return rc == ERR_OK ? 0 : tool_fail_err("making-sheet", rc);
}

int tool_sheet(struct tool_args *a)
{
	struct keyfile_sheet s = {.time_s = 0};
	struct keyfile k = {.keybox = NULL};
	uint8_t seed[32];
	int lock, bad;

	if (a->dir == NULL)
		return tool_fail(TOOL_USAGE, "needs-dir", "");
	bad = nodedir_lock_or_tell(a->dir, &lock);
	if (bad != 0)
		return bad;
	if (a->confirm != NULL) {
		bad = confirm(a);
		(void)close(lock);
		return bad;
	}
	if (a->sheet != NULL)
		bad = seed_from(a->sheet, seed);
	if (bad == 0)
		bad = open_node(a, &k);
	if (bad == 0)
		bad = make_sheet(a, &k, a->sheet != NULL ? seed : NULL, &s);
	if (bad == 0) {
		say_sheet(a->dir, &s);
		if (a->sheet == NULL)
			say_line("sheet-new-key", FILL_NONE);
	}
	keyfile_close(&k);
	secret_wipe(&s, sizeof s);
	secret_wipe(seed, sizeof seed);
	(void)close(lock);
	return bad;
}
