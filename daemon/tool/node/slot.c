/* SPDX-License-Identifier: EUPL-1.2 */
/* Ways to unlock a node: listed, added, removed.  The last way without a person, and the recovery code, stay: a node that
 * nobody can unlock any more is lost with all its cases.  A way is taken away by its number in the list, and the node is
 * tried at once: whoever took the wrong one learns it now and not at the next start of the machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/rng.h"
#include "core/disk/unlock.h"
#include "crypto/files/keyfile.h"
#include "crypto/secret.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/tools.h"

enum { PASS_MAX = 1024 };

static_assert(PASS_MAX > 32, "longer than a key");

static const char *kind_name(uint8_t kind)
{
	switch ((enum keyfile_slot)kind) {
	case KEYFILE_PASSPHRASE:
		return "passphrase";
	case KEYFILE_CREDENTIAL:
		return "credential";
	case KEYFILE_KEY:
		return "key-file";
	case KEYFILE_RECOVERY:
		return "recovery-code";
	}
	return "unknown";
}

/* Counted from 1 in the order of the file, as slot remove counts them. */
int tool_slot_list(struct tool_args *a)
{
	uint8_t kinds[KEYFILE_SLOTS_MAX];
	struct err_text why = {""};
	enum err rc;
	unsigned n;

	if (a->dir == NULL)
		return tool_fail(TOOL_USAGE, "needs-dir", "");
	rc = nodefiles_check(a->dir, &why);
	n = rc == ERR_OK ? keyfile_slots(a->dir, kinds) : 0;
	if (rc == ERR_OK && n == 0)
		rc = nodefiles_explain(&why, ERR_CORRUPT, a->dir, "slots", 0);
	if (rc != ERR_OK)
		return tool_fail_why("node-does-not-open", rc, &why);
	require(n <= KEYFILE_SLOTS_MAX);
	for (unsigned i = 0; i < n; i++)
		(void)printf("%u  %s\n", i + 1,
			     list_text(LIST_CODES, say_lang(), kind_name(kinds[i])));
	return 0;
}

/* A key of 32 bytes in a file: drawn when the file is not there yet. */
static enum err key_in(const char *file, uint8_t key[32], bool *drawn)
{
	size_t len = 0;
	enum err rc = keyfile_read_file(file, key, 32, &len);

	/* Drawn and not typed: 32 bytes that somebody makes up are worth far less than they look. */
	if (rc == ERR_NOTFOUND) {
		rng_fill(key, 32);
		*drawn = true;
		return keyfile_write_file(file, span_of(key, 32));
	}
	return rc == ERR_OK && len != 32 ? ERR_INVAL : rc;
}

static enum err add(const struct tool_args *a, struct keyfile *k, enum keyfile_slot kind)
{
	uint8_t key[32];
	char pass[PASS_MAX];
	size_t len = 0;
	struct keyfile_unlock how = {kind, {key, sizeof key}};
	bool drawn = false;
	enum err rc;
	int no;

	require(a->file != NULL && a->dir != NULL);
	require(kind != KEYFILE_RECOVERY); /* kring sheet makes those */
	if (kind == KEYFILE_PASSPHRASE) {
		rc = unlock_read_line(a->file, pass, sizeof pass, &len);
		how.secret = span_of(pass, len);
	} else {
		rc = key_in(a->file, key, &drawn);
	}
	if (rc == ERR_OK)
		rc = keyfile_slot_add(a->dir, k->keybox, &how);
	no = errno;
	if (rc != ERR_OK && drawn)
		(void)unlink(a->file); /* it opens nothing */
	errno = no;		       /* of what failed: the caller says it */
	secret_wipe(key, sizeof key);
	secret_wipe(pass, sizeof pass);
	return rc;
}

int tool_slot_add(struct tool_args *a)
{
	const bool pass = a->kind != NULL && strcmp(a->kind, "passphrase") == 0;
	const bool cred = a->kind != NULL && strcmp(a->kind, "credential") == 0;
	const bool key = a->kind != NULL && strcmp(a->kind, "key-file") == 0;
	struct keyfile k = {.keybox = NULL};
	struct config conf;
	struct err_text why = {""};
	enum err rc;

	if (a->dir == NULL || a->file == NULL || !(pass || cred || key))
		return tool_fail(TOOL_USAGE, "needs-slot-kind", "needs-slot-kind-why");
	rc = config_read(&conf, a->dir, NULL, &why);
	if (rc != ERR_OK)
		return tool_fail_why("node-does-not-open", rc, &why);
	rc = unlock_open(&conf, a->passphrase_file, &k, &why);
	if (rc != ERR_OK)
		return tool_fail_why("not-unlocked", rc, &why);
	rc = add(a, &k, pass ? KEYFILE_PASSPHRASE : cred ? KEYFILE_CREDENTIAL : KEYFILE_KEY);
	keyfile_close(&k);
	if (rc != ERR_OK)
		return tool_fail_err("adding-slot", rc);
	say_line("slot-added", FILL({"dir", a->dir, 0}));
	return 0;
}

/* Whoever took the wrong one away learns it now, not at the next start of the machine. */
static void say_start(const char *dir)
{
	struct keyfile k = {.keybox = NULL};
	struct err_text why = {""};
	struct config conf;

	if (config_read(&conf, dir, NULL, &why) == ERR_OK &&
	    unlock_open(&conf, NULL, &k, &why) == ERR_OK)
		keyfile_close(&k);
	else
		say_line("slot-no-key", FILL_NONE);
}

int tool_slot_remove(struct tool_args *a)
{
	struct err_text why = {""};
	const unsigned long no = a->number == NULL ? 0 : strtoul(a->number, NULL, 10);
	enum err rc;

	if (a->dir == NULL || no == 0 || no > KEYFILE_SLOTS_MAX)
		return tool_fail(TOOL_USAGE, "needs-slot-number", "needs-slot-number-why");
	rc = nodefiles_check(a->dir, &why);
	if (rc != ERR_OK)
		return tool_fail_why("node-does-not-open", rc, &why);
	/* Nothing of the node is opened for this: whoever may write its directory may also take a
	 * way away. */
	rc = keyfile_slot_remove(a->dir, (unsigned)no - 1);
	if (rc == ERR_STATE)
		return tool_fail(TOOL_RULE, "slot-stays", "slot-stays-why");
	if (rc != ERR_OK)
		return tool_fail_err("removing-slot", rc);
	say_line("slot-removed", FILL({"dir", a->dir, 0}));
	say_start(a->dir);
	return 0;
}
