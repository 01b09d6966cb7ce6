/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's directory from its first file to its sheet.  The sheet is written under another name and placed when the keys
 * are those of it, so that a crash leaves two sheets and never none that fits; one that was in force is kept by its number,
 * because it opens the backups of its time. */
#include "tool/node/nodedir.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/rng.h"
#include "base/text.h"
#include "core/disk/rosterfile.h"
#include "core/disk/unlock.h"
#include "core/ownrecord.h"
#include "crypto/files/keyfile.h"
#include "crypto/files/sheet.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "proto/lists.h"
#include "proto/wire_roster.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"

#define NEXT_SHEET "recovery-sheet.next"

enum { PATH_LEN = CONFIG_PATH_MAX + 64 };
static_assert(SHEET_TEXT_MAX <= SHEET_READ_MAX, "what is written can be read back");
static_assert((int)WIRE_ADD_MAX <= (int)NODEDIR_JOIN_MAX, "a join file of any content");

/* kringd holds the same lock while it runs: two writers of one set of keys would leave neither whole. */
int nodedir_lock_or_tell(const char *dir, int *fd)
{
	struct err_text why = {""};
	enum err rc = nodefiles_check(dir, &why);

	*fd = -1;
	if (rc != ERR_OK) /* and no lock is left behind where no node is */
		return tool_fail_why("node-does-not-open", rc, &why);
	*fd = nodefiles_lock(dir);
	if (*fd >= 0)
		return 0;
	if (errno == EACCES || errno == EPERM) {
		rc = nodefiles_explain(&why, ERR_IO, dir, "lock", errno);
		return tool_fail_why("node-unchangeable", rc, &why);
	}
	return tool_fail(TOOL_NOT_NOW, "node-running", "stop-first");
}

static enum err write_in(const char *dir, const char *name, struct span bytes)
{
	char path[PATH_LEN];

	return nodefiles_path(path, sizeof path, dir, name) ? keyfile_write_file(path, bytes)
							    : ERR_LIMIT;
}

/* The join request, for the roots, and the first node record, for partners, hold the same bytes under the same signature:
 * what the roots let in is what partners see. */
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

	require(a->address != NULL && a->country != NULL && a->org != NULL);
	(void)snprintf(n.endpoint, sizeof n.endpoint, "%s", a->address);
	wire_node_put(&nw, &n);
	part = wr_span(&nw);
	keybox_sign(kb, SIGN_NODE, &part, 1, sig);
	wire_node_carry(&cw, part, sig, NULL);
	/* The bytes that the node's id is the hash of: whoever gets the file can hold the id
	 * against them. */
	identity_inception_bytes(keybox_inception(kb), inception);
	add.inception = span_of(inception, sizeof inception);
	add.node = part;
	(void)snprintf(add.country, sizeof add.country, "%s", a->country);
	(void)snprintf(add.org, sizeof add.org, "%s", a->org);
	(void)snprintf(add.phone, sizeof add.phone, "%s", a->phone == NULL ? "" : a->phone);
	wire_add_put(&w, &add);
	require(add.node.len > 0);
	if (nw.over || w.over || cw.over)
		return ERR_LIMIT;
	*join_len = w.len;
	rc = write_in(a->dir, "record", wr_span(&cw));
	return rc == ERR_OK ? write_in(a->dir, "join", wr_span(&w)) : rc;
}

/* Only from a statement about this very node: the file may be of another. */
static bool org_of(struct span add_bytes, const struct id32 *node, char out[LIMIT_ORG_NAME + 1])
{
	struct wire_add add;
	struct wire_node n;

	if (wire_add_get(add_bytes, &add) != ERR_OK || wire_node_get(add.node, &n) != ERR_OK ||
	    !id32_equal(&n.node, node))
		return false;
	(void)snprintf(out, LIMIT_ORG_NAME + 1, "%s", add.org);
	return true;
}

/* The roster decides last: the file beside the store may be from before this node was let in. */
void nodedir_org(const char *dir, const struct id32 *node, char out[LIMIT_ORG_NAME + 1])
{
	uint8_t join[NODEDIR_JOIN_MAX];
	char path[PATH_LEN];
	struct rosterfile f = {.bytes = NULL};
	struct err_text why;
	struct span carried;
	struct wire_roster e;
	size_t at = 0, len = 0;

	(void)snprintf(out, LIMIT_ORG_NAME + 1, "%s", say_word("this-node"));
	if (nodefiles_path(path, sizeof path, dir, "join") &&
	    keyfile_read_file(path, join, sizeof join, &len) == ERR_OK)
		(void)org_of(span_of(join, len), node, out);
	if (!nodefiles_path(path, sizeof path, dir, "roster") ||
	    rosterfile_read(path, &f, &why) != ERR_OK)
		return;
	while (rosterfile_next(&f, &at, &carried))
		if (wire_roster_get(carried, &e) == ERR_OK && e.op == WIRE_ROSTER_ADD)
			(void)org_of(e.payload, node, out); /* the last one counts */
	rosterfile_free(&f);
}

/* One that was written and not placed may be the one in force: a crash came between.  It is kept by its number. */
static enum err keep_unplaced(const char *dir)
{
	uint8_t text[SHEET_READ_MAX], code[KEYFILE_RECOVERY_LEN], pub[32], sec[32];
	char next[PATH_LEN], kept[PATH_LEN], number[SHEET_NUMBER + 1], name[64];
	size_t len = 0;
	bool whole;

	if (!nodefiles_path(next, sizeof next, dir, NEXT_SHEET))
		return ERR_LIMIT;
	whole = keyfile_read_file(next, text, sizeof text, &len) == ERR_OK &&
		sheet_code(span_of(text, len), code) == SHEET_FOUND;
	secret_wipe(text, sizeof text);
	if (!whole) /* nothing of it opens anything */
		return ERR_OK;
	keyfile_recovery_pair(code, pub, sec);
	secret_wipe(code, sizeof code);
	secret_wipe(sec, sizeof sec);
	/* named by what it opens: the number is printed on it, and in every backup that it opens */
	sheet_number(pub, number);
	(void)snprintf(name, sizeof name, "recovery-sheet-%s.txt", number);
	return nodefiles_path(kept, sizeof kept, dir, name) && rename(next, kept) == 0 ? ERR_OK
										       : ERR_IO;
}

void nodedir_sheet_discard(const char *dir)
{
	char path[PATH_LEN];

	if (nodefiles_path(path, sizeof path, dir, NEXT_SHEET))
		(void)unlink(path);
}

enum err nodedir_sheet_prepare(const char *dir, const char *org, const struct keyfile_sheet *s)
{
	struct sheet sheet = {.org = org, .made_s = s->time_s};
	char text[SHEET_TEXT_MAX];
	enum err rc;

	static_assert(sizeof sheet.code == sizeof s->code &&
			      sizeof sheet.seed == sizeof s->next_seed,
		      "one form");
	memcpy(sheet.code, s->code, sizeof sheet.code);
	memcpy(sheet.seed, s->next_seed, sizeof sheet.seed);
	/* Before the name is used again: the sheet that lies there may be the only one that opens
	 * the node. */
	rc = keep_unplaced(dir);
	if (rc == ERR_OK)
		rc = write_in(dir, NEXT_SHEET, span_of(text, sheet_write(&sheet, text)));
	secret_wipe(&sheet, sizeof sheet);
	secret_wipe(text, sizeof text);
	return rc;
}

/* The sheet before is kept under its number, because a backup names by number the sheet that opens it. */
enum err nodedir_sheet_place(const char *dir, const uint8_t before[32])
{
	char number[SHEET_NUMBER + 1], name[64], next[PATH_LEN], here[PATH_LEN], kept[PATH_LEN];

	if (!nodefiles_path(next, sizeof next, dir, NEXT_SHEET) ||
	    !nodefiles_path(here, sizeof here, dir, NODEDIR_SHEET))
		return ERR_LIMIT;
	if (before != NULL && access(here, F_OK) == 0) {
		sheet_number(before, number);
		(void)snprintf(name, sizeof name, "recovery-sheet-%s.txt", number);
		if (!nodefiles_path(kept, sizeof kept, dir, name) || rename(here, kept) != 0)
			return ERR_IO;
		say_line("sheet-kept", FILL({"path", kept, 0}));
	}
	return rename(next, here) == 0 ? ERR_OK : ERR_IO;
}

enum err nodedir_sheet_read(const char *file, uint8_t *out, size_t *len)
{
	return keyfile_read_file(strcmp(file, "-") == 0 ? "/dev/stdin" : file, out, SHEET_READ_MAX,
				 len);
}

/* It follows our newest record and names its hash: partners can tell the next one from another one in the same place. */
enum err nodedir_promise(const char *dir, const struct keybox *kb, const struct id32 *next_digest)
{
	uint8_t old[OWNRECORD_FILE_MAX], bytes[WIRE_NODE_MAX], sig[WIRE_SIG];
	uint8_t carried[WIRE_NODE_CARRIED_MAX];
	struct wr w = wr_of(bytes, sizeof bytes), cw = wr_of(carried, sizeof carried);
	const uint64_t now_ms = clock_wall_ms();
	struct wire_node_carried c;
	struct span part;
	size_t n = 0;
	enum err rc = ownrecord_newest(dir, old, &n, &c);

	if (rc != ERR_OK)
		return rc;
	require(next_digest != NULL && kb != NULL);
	c.rec.prev_hash = hash_one(HASH_NODEREC, c.bytes);
	/* past any that a restore forgot */
	c.rec.version = c.rec.version + 1 > now_ms ? c.rec.version + 1 : now_ms;
	c.rec.next_digest = *next_digest;
	c.rec.flags |= WIRE_NODE_PROMISED;
	c.rec.time_s = now_ms / 1000;
	wire_node_put(&w, &c.rec);
	part = wr_span(&w);
	keybox_sign(kb, SIGN_NODE, &part, 1, sig);
	wire_node_carry(&cw, part, sig, NULL);
	return w.over || cw.over ? ERR_LIMIT : ownrecord_add(dir, wr_span(&cw));
}

/* Partners may have had this key from us before, when a restore forgot that it took over: then the record has a place behind all
 * that we said with it, and says that it may promise another key than we promised then.  Without both it would
 * contradict what they hold, and they would exchange nothing more. */
enum err nodedir_successor(const char *dir, const struct id32 *nk_pub,
			   const struct id32 *next_digest, uint8_t bytes[WIRE_NODE_MAX],
			   size_t *len)
{
	uint8_t old[OWNRECORD_FILE_MAX];
	struct wr w = wr_of(bytes, WIRE_NODE_MAX);
	const uint64_t now_ms = clock_wall_ms();
	struct wire_node_carried c;
	size_t n = 0;
	enum err rc = ownrecord_newest(dir, old, &n, &c);

	require(nk_pub != NULL && next_digest != NULL);
	if (rc != ERR_OK)
		return rc;
	if (c.rec.version == UINT64_MAX || c.rec.key_seq == UINT32_MAX)
		return ERR_CORRUPT; /* nobody got there by counting */
	if (c.rec.key_seq >= LIMIT_KEYS)
		return ERR_LIMIT; /* partners would not take it: this node joins anew */
	c.rec.prev_hash = hash_one(HASH_NODEREC, c.bytes);
	c.rec.version = c.rec.version + 1 > now_ms ? c.rec.version + 1 : now_ms;
	c.rec.key_seq++; /* partners know by it which key signed */
	/* not suspended any more: whoever has the promised key speaks for this node again */
	c.rec.flags = WIRE_NODE_PROMISED;
	c.rec.nk_pub = *nk_pub;
	c.rec.next_digest = *next_digest;
	c.rec.time_s = now_ms / 1000;
	wire_node_put(&w, &c.rec);
	*len = w.len;
	return w.over ? ERR_LIMIT : ERR_OK;
}

/* Elsewhere than in the node's directory root writes them, and the node reads them: the file is its user's. */
enum err nodedir_settings(const char *dir, const char *path, struct span bytes)
{
	struct stat sb;
	enum err rc;

	require(dir != NULL && path != NULL);
	rc = keyfile_write_file(path, bytes);
	if (rc == ERR_OK && geteuid() == 0 && stat(dir, &sb) == 0 && sb.st_uid != 0 &&
	    chown(path, sb.st_uid, sb.st_gid) != 0)
		rc = ERR_IO;
	return rc;
}

/* With a key file the node starts without a person; who wants it otherwise takes that way off again (kring slot remove). */
static enum err write_settings(const struct tool_args *a, const uint8_t key[32])
{
	char text[512], path[PATH_LEN];
	enum err rc = write_in(a->dir, "unlock.key", span_of(key, 32));
	int n = snprintf(text, sizeof text,
			 "[Node]\nListen=%s\nKeyFile=unlock.key\nLogLevel=notice\n", a->listen);

	if (rc == ERR_OK && !config_path(path, sizeof path, a->dir))
		rc = ERR_LIMIT;
	return rc == ERR_OK ? nodedir_settings(a->dir, path, span_of(text, (size_t)n)) : rc;
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
		return tool_fail(TOOL_USAGE, "--listen", say_flaw(flaw));
	if (a->address == NULL && a->listen[0] != '\0' && listen.everywhere)
		return tool_fail(TOOL_USAGE, "listen-everywhere", "listen-everywhere-why");
	if (a->address == NULL)
		a->address = a->listen;
	if (strcmp(a->address, "none") == 0)
		a->address = "";
	flaw = endpoint_flaw(a->address, ENDPOINT_PUBLISH, NULL);
	return flaw == NULL ? 0 : tool_fail(TOOL_USAGE, "--address", say_flaw(flaw));
}

int nodedir_refuse_place(const char *place)
{
	char why[SAY_LEN], named[16];

	(void)snprintf(named, sizeof named, "%.8s", place);
	return tool_fail(TOOL_USAGE, "--country",
			 say_into(why, "place-unknown",
				  FILL({"place", named, 0}, {"known", list_country_names, 0})));
}

/* The character too: one that looks like another is not found by looking. */
static int refuse_flaw(const char *option, const char *flaw, uint32_t at)
{
	char why[SAY_LEN], code[16];

	if (flaw == NULL)
		return 0;
	(void)snprintf(code, sizeof code, "U+%04X", at);
	return tool_fail(
		TOOL_USAGE, option,
		at == 0 ? say_flaw(flaw)
			: say_into(why, "flaw-at",
				   FILL({"flaw", say_flaw(flaw), 0}, {"character", code, 0})));
}

int nodedir_name(const char *option, const char *name)
{
	uint32_t at;
	const char *flaw = text_name_fault(name, &at);

	return refuse_flaw(option, flaw, at);
}

static int refuse_phone(const char *phone)
{
	uint32_t at;
	const char *flaw = text_phone_fault(phone, &at);

	return refuse_flaw("--phone", flaw, at);
}

int nodedir_check(struct tool_args *a)
{
	int bad;

	if (a->dir == NULL || a->org == NULL || a->country == NULL)
		return tool_fail(TOOL_USAGE, "needs-node-options", list_country_names);
	if (strlen(a->dir) >= CONFIG_PATH_MAX)
		return tool_fail(TOOL_USAGE, "dir-too-long", "");
	bad = nodedir_name("--org", a->org);
	if (bad != 0)
		return bad;
	if (!list_has_place(a->country))
		return nodedir_refuse_place(a->country);
	if (a->phone != NULL && strlen(a->phone) >= sizeof((struct wire_add *)0)->phone)
		return tool_fail(TOOL_USAGE, "phone-too-long", a->phone);
	bad = a->phone == NULL ? 0 : refuse_phone(a->phone);
	if (bad != 0)
		return bad;
	return check_addresses(a);
}

struct secrets {
	uint8_t key[32];
	struct keyfile_sheet sheet;
	char pass[1024];
	size_t pass_len;
};

static enum err make_keys(const struct tool_args *a, const struct id16 *fed_id, struct secrets *s,
			  struct keyfile *k)
{
	const struct keyfile_unlock how = {KEYFILE_KEY, span_of(s->key, sizeof s->key)};
	struct keyfile_new spec = {.fed_id = *fed_id};
	enum err rc;

	require(s->pass_len < sizeof s->pass);
	/* A key file as well as the passphrase: a machine that starts at night has nobody to type one. */
	rng_fill(s->key, sizeof s->key);
	rng_fill(s->sheet.code, sizeof s->sheet.code);
	s->sheet.time_s = spec.time_s = clock_wall_ms() / 1000;
	rng_fill(spec.org_uuid.b, 16);
	spec.passphrase = span_of(s->pass, s->pass_len);
	spec.key = span_of(s->key, sizeof s->key);
	spec.recovery = span_of(s->sheet.code, sizeof s->sheet.code);
	rc = keyfile_create(a->dir, &spec, s->sheet.next_seed);
	return rc == ERR_OK ? keyfile_open(a->dir, &how, k) : rc;
}

static int refuse_held(const char *dir, const char *held)
{
	char what[SAY_LEN], helps[SAY_LEN];

	return tool_fail_do(TOOL_RULE, "node-held",
			    say_into(what, "node-held", FILL({"dir", dir, 0}, {"held", held, 0})),
			    say_into(helps, "node-held-do", FILL({"dir", dir, 0})));
}

void nodedir_unmake(const char *dir, bool made)
{
	static const char *const files[] = {"join",	"record",     "recovery-sheet.txt",
					    NEXT_SHEET, "unlock.key", "identity",
					    "slots",	"keyroot"};
	char path[PATH_LEN];

	require(dir != NULL);
	if (config_path(path, sizeof path, dir))
		(void)unlink(path);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (nodefiles_path(path, sizeof path, dir, files[i]))
			(void)unlink(path);
	if (made)
		(void)rmdir(dir);
}

/* Keys, then their sheet, and the join request when all else is there: kring join goes on with a node that has one, and a
 * node whose sheet was never written is lost with its disk. */
int nodedir_make(const struct tool_args *a, const struct id16 *fed_id,
		 uint8_t join[NODEDIR_JOIN_MAX], size_t *join_len)
{
	struct secrets s = {.pass_len = 0};
	struct keyfile k = {.keybox = NULL};
	const char *held = nodefiles_any(a->dir);
	char path[PATH_LEN];
	bool made;
	enum err rc;
	int bad;

	if (held != NULL)
		return refuse_held(a->dir, held);
	if (config_path(path, sizeof path, a->dir) && access(path, F_OK) == 0)
		return tool_fail(TOOL_RULE, path, "settings-stay");
	if (a->passphrase_file != NULL &&
	    unlock_read_line(a->passphrase_file, s.pass, sizeof s.pass, &s.pass_len) != ERR_OK)
		return tool_fail(TOOL_USAGE, "passphrase-unreadable", "");
	/* An empty directory may exist: a package makes it for the daemon's user before there is a
	 * node. */
	made = mkdir(a->dir, 0700) == 0;
	if (!made && errno != EEXIST) {
		secret_wipe(&s, sizeof s);
		return tool_fail(TOOL_RULE, a->dir, say_errno(errno));
	}
	rc = make_keys(a, fed_id, &s, &k);
	if (rc == ERR_OK)
		rc = write_settings(a, s.key);
	if (rc == ERR_OK)
		rc = nodedir_sheet_prepare(a->dir, a->org, &s.sheet);
	if (rc == ERR_OK)
		rc = nodedir_sheet_place(a->dir, NULL);
	if (rc == ERR_OK)
		rc = write_words(a, k.keybox, join, join_len);
	bad = rc == ERR_OK ? 0 : tool_fail_err("making-node", rc);
	secret_wipe(&s, sizeof s);
	keyfile_close(&k);
	if (bad != 0)
		nodedir_unmake(a->dir, made);
	return bad;
}
