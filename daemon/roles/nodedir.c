/* SPDX-License-Identifier: EUPL-1.2 */
#include "roles/nodedir.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/rng.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "proto/wire_roster.h"
#include "roles/config.h"
#include "roles/unlock.h"

enum { LOCK_TRIES = 50, PATH_LEN = CONFIG_PATH_MAX + 32 };

bool nodedir_path(char *out, size_t cap, const char *dir, const char *name)
{
	const int n = snprintf(out, cap, "%s/%s", dir, name);

	return n > 0 && (size_t)n < cap;
}

int nodedir_lock(const char *dir)
{
	const struct timespec pause = {0, 100000000};
	char path[PATH_LEN];
	int fd = -1;

	if (nodedir_path(path, sizeof path, dir, "lock"))
		fd = open(path, O_RDWR | O_CREAT, 0600);
	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		(void)nanosleep(&pause, NULL);
	}
	return -1;
}

static enum err write_in(const char *dir, const char *name, struct span bytes)
{
	char path[PATH_LEN];

	return nodedir_path(path, sizeof path, dir, name) ? keyfile_write_file(path, bytes)
							  : ERR_LIMIT;
}

static enum err write_words(const struct tool_args *a, struct keybox *kb,
			    uint8_t join[NODEDIR_JOIN_MAX], size_t *join_len)
{
	uint8_t inception[IDENTITY_INCEPTION_LEN], node[WIRE_NODE_MAX], sig[WIRE_SIG];
	uint8_t carried[WIRE_NODE_CARRIED_MAX];
	struct wr nw = wr_of(node, sizeof node), w = wr_of(join, NODEDIR_JOIN_MAX);
	struct wr cw = wr_of(carried, sizeof carried);
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
	struct span part;
	enum err rc;

	(void)snprintf(n.endpoint, sizeof n.endpoint, "%s", a->address);
	wire_node_put(&nw, &n);
	part = wr_span(&nw);
	keybox_sign(kb, SIGN_NODE, &part, 1, sig);
	wire_node_carry(&cw, part, sig, NULL);
	identity_inception_bytes(keybox_inception(kb), inception);
	add.inception = span_of(inception, sizeof inception);
	add.node = part;
	(void)snprintf(add.country, sizeof add.country, "%s", a->country);
	(void)snprintf(add.org, sizeof add.org, "%s", a->org);
	(void)snprintf(add.phone, sizeof add.phone, "%s", a->phone == NULL ? "" : a->phone);
	wire_add_put(&w, &add);
	if (nw.over || w.over || cw.over)
		return ERR_LIMIT;
	*join_len = w.len;
	rc = write_in(a->dir, "join", wr_span(&w));
	return rc == ERR_OK ? write_in(a->dir, "record", wr_span(&cw)) : rc;
}

enum err nodedir_sheet(const char *dir, const char *org, const uint8_t *recovery,
		       const uint8_t *next_seed)
{
	char text[1024], hex[65] = "as on the sheet before",
			 code[KEYFILE_RECOVERY_TEXT + 1] = "as on the sheet before";
	enum err rc;
	int n;

	if (next_seed != NULL)
		bytes_hex(hex, next_seed, 32);
	if (recovery != NULL)
		keyfile_recovery_text(recovery, code);
	n = snprintf(text, sizeof text,
		     "Kring recovery sheet of %s\n"
		     "Print this, put it in a safe, then delete the file.\n\n"
		     "recovery code (opens this node when everything else is lost):\n  %s\n"
		     "next signing key (kring rotate, or after a theft):\n  %s\n",
		     org, code, hex);
	rc = n > 0 && (size_t)n < sizeof text
		     ? write_in(dir, "recovery-sheet.txt", span_of(text, (size_t)n))
		     : ERR_LIMIT;
	secret_wipe(text, sizeof text);
	secret_wipe(hex, sizeof hex);
	secret_wipe(code, sizeof code);
	return rc;
}

static enum err write_settings(const struct tool_args *a, const uint8_t key[32])
{
	char text[512];
	enum err rc = write_in(a->dir, "unlock.key", span_of(key, 32));
	int n = snprintf(text, sizeof text,
			 "[Node]\nListen=%s\nKeyFile=unlock.key\nLogLevel=notice\n", a->listen);

	return rc == ERR_OK ? write_in(a->dir, "kring.conf", span_of(text, (size_t)n)) : rc;
}

/* Where this machine listens, and where partners find it: the first may be everywhere, the second may not. */
static int check_addresses(struct tool_args *a)
{
	struct endpoint listen = {.everywhere = false};
	const char *flaw;

	if (a->listen == NULL)
		a->listen = "";
	flaw = endpoint_flaw(a->listen, ENDPOINT_LISTEN, &listen);
	if (flaw != NULL)
		return tool_fail(TOOL_USAGE, "--listen", flaw);
	if (a->address == NULL && a->listen[0] != '\0' && listen.everywhere)
		return tool_fail(TOOL_USAGE,
				 "--listen is every address of this machine: which one do partners "
				 "reach?",
				 "add --address tcp://192.0.2.1:7001, or --address none: this node "
				 "dials, nobody dials it");
	if (a->address == NULL)
		a->address = a->listen;
	if (strcmp(a->address, "none") == 0)
		a->address = "";
	flaw = endpoint_flaw(a->address, ENDPOINT_PUBLISH, NULL);
	return flaw == NULL ? 0 : tool_fail(TOOL_USAGE, "--address", flaw);
}

int nodedir_check(struct tool_args *a)
{
	if (a->dir == NULL || a->org == NULL || a->country == NULL ||
	    strlen(a->org) > LIMIT_ORG_NAME || strlen(a->dir) >= CONFIG_PATH_MAX ||
	    strlen(a->country) != 2)
		return tool_fail(TOOL_USAGE, "a node needs --dir, --org and --country NL|BE|FR|UK",
				 "");
	if (a->phone != NULL && strlen(a->phone) >= sizeof((struct wire_add *)0)->phone)
		return tool_fail(TOOL_USAGE, "--phone is too long", a->phone);
	return check_addresses(a);
}

struct secrets {
	uint8_t key[32], next_seed[32], recovery[KEYFILE_RECOVERY_LEN];
	char pass[1024];
	size_t pass_len;
};

static enum err make_keys(const struct tool_args *a, const struct id16 *fed_id, struct secrets *s,
			  struct keyfile *k)
{
	const struct keyfile_unlock how = {KEYFILE_KEY, span_of(s->key, sizeof s->key)};
	struct keyfile_new spec = {.fed_id = *fed_id};
	enum err rc;

	rng_fill(s->key, sizeof s->key);
	rng_fill(s->recovery, sizeof s->recovery);
	rng_fill(spec.org_uuid.b, 16);
	spec.passphrase = span_of(s->pass, s->pass_len);
	spec.key = span_of(s->key, sizeof s->key);
	spec.recovery = span_of(s->recovery, sizeof s->recovery);
	rc = keyfile_create(a->dir, &spec, s->next_seed);
	return rc == ERR_OK ? keyfile_open(a->dir, &how, k) : rc;
}

int nodedir_make(const struct tool_args *a, const struct id16 *fed_id,
		 uint8_t join[NODEDIR_JOIN_MAX], size_t *join_len)
{
	struct secrets s = {.pass_len = 0};
	struct keyfile k = {.keybox = NULL};
	enum err rc;

	(void)mkdir(a->dir, 0700);
	if (a->passphrase_file != NULL &&
	    unlock_read_line(a->passphrase_file, s.pass, sizeof s.pass, &s.pass_len) != ERR_OK)
		return tool_fail(TOOL_USAGE, "the passphrase is empty or cannot be read", "");
	rc = make_keys(a, fed_id, &s, &k);
	if (rc == ERR_OK)
		rc = write_words(a, k.keybox, join, join_len);
	if (rc == ERR_OK)
		rc = write_settings(a, s.key);
	if (rc == ERR_OK)
		rc = nodedir_sheet(a->dir, a->org, s.recovery, s.next_seed);
	secret_wipe(&s, sizeof s);
	keyfile_close(&k);
	if (rc == ERR_EXISTS)
		return tool_fail(TOOL_RULE, "this directory holds a node already", a->dir);
	return rc == ERR_OK ? 0 : tool_fail_err("making the node", rc);
}
