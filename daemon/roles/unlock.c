/* SPDX-License-Identifier: EUPL-1.2 */
#include "roles/unlock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"

enum { PASSPHRASE_MAX = 1024 };

static enum err read_stdin(uint8_t *buf, size_t cap, size_t *len)
{
	*len = 0;
	while (*len < cap) {
		ssize_t n = read(STDIN_FILENO, buf + *len, 1);

		if (n < 0)
			return ERR_IO;
		if (n == 0 || buf[*len] == '\n')
			return ERR_OK;
		(*len)++;
	}
	return ERR_LIMIT;
}

enum err unlock_read_line(const char *file, char *buf, size_t cap, size_t *len)
{
	const char *nl;
	enum err rc = strcmp(file, "-") == 0
			      ? read_stdin((uint8_t *)buf, cap - 1, len)
			      : keyfile_read_file(file, (uint8_t *)buf, cap - 1, len);

	if (rc != ERR_OK)
		return rc;
	nl = memchr(buf, '\n', *len);
	if (nl != NULL)
		*len = (size_t)(nl - buf);
	buf[*len] = '\0';
	return *len == 0 ? ERR_INVAL : ERR_OK;
}

enum err unlock_open(const struct config *c, const char *passphrase_file, struct keybox **out,
		     struct keyfile_state *state, struct err_text *why)
{
	char secret[PASSPHRASE_MAX], path[2 * CONFIG_PATH_MAX + 2];
	struct keyfile_unlock how = {.kind = KEYFILE_PASSPHRASE};
	size_t len = 0;
	enum err rc;

	if (passphrase_file != NULL) {
		rc = unlock_read_line(passphrase_file, secret, sizeof secret, &len);
	} else {
		how.kind = KEYFILE_KEY;
		(void)snprintf(path, sizeof path, "%s%s%s", c->key_file[0] == '/' ? "" : c->dir,
			       c->key_file[0] == '/' ? "" : "/", c->key_file);
		rc = keyfile_read_file(path, (uint8_t *)secret, 32, &len);
	}
	if (rc != ERR_OK)
		return err_explain(why, rc,
				   passphrase_file != NULL
					   ? "the passphrase could not be read"
					   : "no key file: start with --passphrase-file");
	how.secret = span_of(secret, len);
	rc = keyfile_open(c->dir, &how, out, state);
	secret_wipe(secret, sizeof secret);
	if (rc == ERR_CRYPTO)
		return err_explain(why, rc, "this does not unlock the node");
	if (rc == ERR_NOTFOUND)
		return err_explain(why, rc, "no node in this directory: kring node init");
	return rc;
}
