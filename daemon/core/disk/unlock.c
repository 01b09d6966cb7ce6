/* SPDX-License-Identifier: EUPL-1.2 */
/* Three ways to the keys: a key file or systemd credential for starts without a person, a passphrase, and the code of the
 * recovery sheet.  What does not open says as much as check letters can tell, because somebody with a sheet in hand wants to
 * know whether it was mistyped or is the wrong one; it never says which of several secrets was nearer. */
#include "core/disk/unlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "crypto/files/sheet.h"
#include "crypto/secret.h"
#include "roles/nodefiles.h"

enum { PASSPHRASE_MAX = 1024, CODE_LETTERS = 36 };
static_assert((int)CODE_LETTERS == (int)SHEET_CODE_TEXT - 8,
	      "the letters of a code, without its dashes");
static_assert((int)PASSPHRASE_MAX > (int)SHEET_CODE_TEXT && PASSPHRASE_MAX >= 32, "all three fit");

static enum err read_stdin(uint8_t *buf, size_t cap, size_t *len)
{
	*len = 0;
	while (*len < cap) {
		/* One byte at a time: what stands behind the line is for whoever reads the same
		 * input next. */
		ssize_t n = read(STDIN_FILENO, buf + *len, 1);

		if (n < 0)
			return ERR_IO;
		if (n == 0 || buf[*len] == '\n')
			return ERR_OK;
		(*len)++;
	}
	return ERR_LIMIT;
}

/* Editors end a file with an end of line that nobody typed as part of a secret. */
enum err unlock_read_line(const char *file, char *buf, size_t cap, size_t *len)
{
	const char *nl;
	enum err rc = strcmp(file, "-") == 0
			      ? read_stdin((uint8_t *)buf, cap - 1, len)
			      : keyfile_read_file(file, (uint8_t *)buf, cap - 1, len);

	if (rc != ERR_OK)
		return rc;
	require(*len < cap);
	nl = memchr(buf, '\n', *len);
	if (nl != NULL)
		*len = (size_t)(nl - buf);
	buf[*len] = '\0';
	return *len == 0 ? ERR_INVAL : ERR_OK;
}

/* deploy/kringd.service puts that word there where no credential was made: systemd has no other way to say that one may be absent. */
static bool is_none(const char *path)
{
	uint8_t word[8];
	size_t len = 0;

	require(path != NULL);
	return keyfile_read_file(path, word, sizeof word, &len) == ERR_OK && len == 4 &&
	       memcmp(word, "none", 4) == 0;
}

static bool key_path(const struct config *c, char *out, size_t cap, enum keyfile_slot *kind)
{
	const char *handed = getenv("CREDENTIALS_DIRECTORY");
	int n;

	require(cap > 0);
	*kind = KEYFILE_CREDENTIAL;
	/* What systemd hands over lies in memory: it is tried before a file beside the data. */
	if (handed != NULL) {
		n = snprintf(out, cap, "%s/kring.key", handed);
		if (n > 0 && (size_t)n < cap && access(out, R_OK) == 0 && !is_none(out))
			return true;
	}
	*kind = KEYFILE_KEY;
	n = snprintf(out, cap, "%s%s%s", c->key_file[0] == '/' ? "" : c->dir,
		     c->key_file[0] == '/' ? "" : "/", c->key_file);
	return n > 0 && (size_t)n < cap && access(out, R_OK) == 0;
}

bool unlock_unattended(const struct config *c)
{
	char path[2 * CONFIG_PATH_MAX + 2];
	enum keyfile_slot kind;

	return key_path(c, path, sizeof path, &kind);
}

/* The file to blame, what is wrong with it, and a way on that destroys nothing. */
static enum err explain(const struct config *c, const struct keyfile *k, enum err rc,
			struct err_text *why)
{
	if (k->bad == NULL)
		return cause_set(why, rc, "error", FILL({"error", err_text(rc), 0}));
	return nodefiles_explain(why, rc, c->dir, k->bad,
				 rc == ERR_NOTFOUND ? ENOENT
				 : rc == ERR_IO	    ? errno
						    : 0);
}

enum err unlock_open(const struct config *c, const char *passphrase_file, struct keyfile *out,
		     struct err_text *why)
{
	char secret[PASSPHRASE_MAX], path[2 * CONFIG_PATH_MAX + 2] = "";
	struct keyfile_unlock how = {.kind = KEYFILE_PASSPHRASE};
	size_t len = 0;
	enum err rc = nodefiles_check(c->dir, why);

	*out = (struct keyfile){.keybox = NULL};
	if (rc != ERR_OK)
		return rc;
	errno = ENOENT;
	rc = ERR_NOTFOUND;
	if (passphrase_file != NULL)
		rc = unlock_read_line(passphrase_file, secret, sizeof secret, &len);
	else if (key_path(c, path, sizeof path, &how.kind))
		rc = keyfile_read_file(path, (uint8_t *)secret, 32, &len);
	if (rc != ERR_OK && passphrase_file != NULL)
		return cause_set(
			why, rc, rc == ERR_INVAL ? "passphrase-empty" : "passphrase-unread",
			FILL({"path", passphrase_file, 0}, {"error", cause_errno(errno), 0}));
	if (rc != ERR_OK)
		return cause_set(why, rc, rc == ERR_LIMIT ? "key-none" : "key-unread",
				 FILL({"path", path, 0}, {"error", cause_errno(errno), 0},
				      {"dir", c->dir, 0}));
	how.secret = span_of(secret, len);
	rc = keyfile_open(c->dir, &how, out);
	secret_wipe(secret, sizeof secret);
	if (rc == ERR_CRYPTO)
		return cause_set(why, rc,
				 passphrase_file != NULL ? "passphrase-wrong" : "key-wrong",
				 FILL({"path", path, 0}, {"dir", c->dir, 0}));
	return rc == ERR_OK ? rc : explain(c, out, rc, why);
}

/* About as many letters as a code has, and nothing else but its dashes. */
static bool like_a_code(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		const char c = *s;

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			n++;
		else if (c != '-' && c != ' ')
			return false;
	}
	return n >= CODE_LETTERS - 3 && n <= CODE_LETTERS + 3;
}

/* What nothing opened, told apart as far as check letters tell. */
static enum refusal not_opened(enum sheet_found found, bool bare, const char *secret)
{
	require(secret != NULL);
	if (found == SHEET_FOUND)
		return REFUSAL_UNLOCK_OTHER_SHEET;
	if (bare)
		return REFUSAL_UNLOCK_CODE_SHORT;
	return found == SHEET_MISTYPED && like_a_code(secret) ? REFUSAL_UNLOCK_CODE_MISTYPED
							      : REFUSAL_UNLOCK_WRONG;
}

enum err unlock_typed(const struct config *c, const char *secret, struct keyfile *out,
		      enum refusal *code, struct err_text *why)
{
	uint8_t typed[KEYFILE_RECOVERY_LEN];
	struct keyfile_unlock how = {KEYFILE_RECOVERY, {typed, sizeof typed}};
	enum sheet_found found;
	bool bare;
	enum err rc = nodefiles_check(c->dir, why);

	*out = (struct keyfile){.keybox = NULL};
	if (rc != ERR_OK)
		return rc;
	rc = ERR_CRYPTO;
	found = sheet_code(span_of(secret, strlen(secret)), typed);
	bare = found != SHEET_FOUND && sheet_code_bare(secret, typed); /* here a wrong one shows */
	if (found == SHEET_FOUND || bare)
		rc = keyfile_open(c->dir, &how, out);
	secret_wipe(typed, sizeof typed);
	/* A passphrase may look like a code: it is tried last, because its hash takes a second. */
	if (rc == ERR_CRYPTO) {
		how = (struct keyfile_unlock){KEYFILE_PASSPHRASE, span_of(secret, strlen(secret))};
		rc = keyfile_open(c->dir, &how, out);
	}
	if (rc == ERR_CRYPTO) {
		*code = not_opened(found, bare, secret);
		return rc;
	}
	return rc == ERR_OK ? rc : explain(c, out, rc, why);
}
