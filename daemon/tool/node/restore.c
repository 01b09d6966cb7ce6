/* SPDX-License-Identifier: EUPL-1.2 */
/* A node comes back from its backup, offline.  It is built beside its place and moved there whole; what the
 * old directory still tells (erased cases, the incarnation's number) is kept.
 * The whole file is read once before anything is made: a damaged backup changes nothing.  Keys of erased cases are never
 * written, and what the backup has of such a case is erased again before the store can be read by anybody.  All that a
 * thief of the old disk would have is drawn again: wrap keys, unlock key, recovery code.  The node's own keys stay: partners
 * know it by them, and the new incarnation tells them that it may have forgotten something.
 * One rotation after the backup is made again, when the old directory tells of it: the sheet that opens the backup has the
 * key that took over.  What it promised after that is on a later sheet, so another one is promised. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "core/disk/cipher.h"
#include "core/ownrecord.h"
#include "crypto/files/backup.h"
#include "crypto/files/erasures.h"
#include "crypto/files/sheet.h"
#include "crypto/secret.h"
#include "domain/care/erase.h"
#include "domain/evidence/audit.h"
#include "domain/node.h"
#include "proto/wire_roster.h"
#include "roles/config.h"
#include "roles/configfile.h"
#include "roles/nodefiles.h"
#include "tool/cli/digest.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/nodedir.h"
#include "tool/node/tools.h"

enum { PATH_LEN = CONFIG_PATH_MAX + 64, BATCH = 500, DAY_S = 86400 };

struct restore {
	const struct tool_args *args;
	struct backup_in *in;
	struct backup_about about;
	char dir[PATH_LEN]; /* being built */
	struct keyfile keys;
	struct record_cipher cipher;
	struct store *store;
	struct store_txn *txn;
	struct erasures *ledger;
	unsigned in_txn;
	uint64_t rows, kept_away; /* case keys of erased cases */
	uint8_t code[KEYFILE_RECOVERY_LEN], seed[32], key[32];
	bool have_seed;		    /* the sheet's next key was readable ... */
	bool promise;		    /* ... or not, or it is not the one promised: another is */
	bool rotated;		    /* it signs since a time after the backup */
	struct id32 nk_pub;	    /* ... and this is its public half */
	struct keyfile_sheet sheet; /* the new one */
};

/* Code and next key of the sheet.  The code alone is enough: another key is promised then. */
static int read_sheet(struct restore *r)
{
	require(r->args->sheet != NULL);
	uint8_t text[SHEET_READ_MAX];
	size_t len = 0;
	const enum err rc = nodedir_sheet_read(r->args->sheet, text, &len);
	enum sheet_found code = SHEET_ABSENT, seed = SHEET_ABSENT;

	if (rc == ERR_OK) {
		code = sheet_code(span_of(text, len), r->code);
		seed = sheet_seed(span_of(text, len), r->seed);
	}
	secret_wipe(text, sizeof text);
	if (rc != ERR_OK)
		return rc == ERR_LIMIT /* a backup, say */
			       ? tool_fail(TOOL_USAGE, "no-sheet", r->args->sheet)
			       : tool_fail_err(r->args->sheet, rc);
	if (code == SHEET_MISTYPED)
		return tool_fail(TOOL_RULE, "code-mistyped", "compare-letters");
	if (code == SHEET_ABSENT)
		return tool_fail(TOOL_USAGE, "no-code-on-sheet", r->args->sheet);
	/* A slip in the key must be corrected or meant: another key would be promised, and all
	 * partners asked to compare digits. */
	if (seed == SHEET_MISTYPED && r->args->check == NULL)
		return tool_fail(TOOL_RULE, "next-key-mistyped", "next-key-mistyped-why");
	r->have_seed = seed == SHEET_FOUND;
	return 0;
}

/* ---- reading it through ---- */

/* What happened, and below it what to do now. */
static int fail_step(int code, const char *what, const char *why, const char *step, const char *dir)
{
	char helps[SAY_LEN];

	return tool_fail_next(code, what, why, say_into(helps, step, FILL({"dir", dir, 0})));
}

static int say_damaged(const char *path)
{
	return fail_step(TOOL_DAMAGED, "backup-damaged", path, "backup-damaged-do", path);
}

/* Each piece is authenticated and bound to its place and to the head, so that reading to the end is the check. */
static enum err read_through(struct backup_in *in, uint64_t *rows)
{
	struct backup_item item;
	enum err rc;

	*rows = 0;
	while ((rc = backup_in_next(in, &item)) == ERR_OK)
		(*rows)++;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static char *about_text(const struct backup_about *about, char out[SAY_LEN])
{
	char number[SHEET_NUMBER + 1], print[IDENTITY_FINGERPRINT_LEN], when[32] = "";
	struct tm tm;

	sheet_number(about->recovery_pub, number);
	identity_fingerprint(print, &about->node_id);
	if (gmtime_r(&(time_t){(time_t)about->time_s}, &tm) != NULL)
		(void)strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm);
	(void)say_into(out, "backup-about",
		       FILL({"when", when, 0}, {"fingerprint", print, 0}, {"sheet", number, 0}));
	return out;
}

/* Typed right, but another sheet: what helps is the number that is printed on the right one. */
static int say_other_sheet(const struct restore *r)
{
	char number[SHEET_NUMBER + 1], what[SAY_LEN], about[SAY_LEN];
	uint8_t pub[32], sec[32];

	keyfile_recovery_pair(r->code, pub, sec);
	secret_wipe(sec, sizeof sec);
	sheet_number(pub, number);
	return tool_fail_do(TOOL_RULE, "backup-other-sheet",
			    say_into(what, "backup-other-sheet", FILL({"sheet", number, 0})),
			    about_text(&r->about, about));
}

static int say_unproven(const char *path)
{
	return fail_step(TOOL_NOT_FOUND, "backup-unproven", path, "backup-unproven-do", path);
}

/* Without a sheet the outside alone can be looked at: whose it is, and whether it still is what was written.
 * proven: what cannot be told is not good, and a program is told by the exit code. */
static int outside(const struct tool_args *a, bool proven)
{
	struct backup_about about;
	char text[SAY_LEN], id[65];
	const enum err rc = backup_in_about(a->file, &about);
	enum err same;

	if (rc == ERR_NOTFOUND || rc == ERR_IO)
		return tool_fail(rc == ERR_IO ? TOOL_RULE : TOOL_NOT_FOUND, a->file,
				 say_errno(errno));
	if (rc != ERR_OK)
		return tool_fail(TOOL_DAMAGED, "no-backup", a->file);
	bytes_hex(id, about.node_id.b, sizeof about.node_id.b);
	/* a node that is locked does not say who it is, and records nothing either */
	if (a->node != NULL && a->node[0] != '\0' && strcmp(a->node, id) != 0)
		return tool_fail(TOOL_RULE, "backup-of-another", a->file);
	same = digest_holds(a->file);
	/* a disk that does not give it back has spoiled it, too */
	if (same == ERR_CORRUPT || same == ERR_IO)
		return say_damaged(a->file);
	if (proven && same != ERR_OK)
		return say_unproven(a->file);
	(void)printf("%s\n", about_text(&about, text));
	say_line(same == ERR_OK ? "backup-same" : "backup-outside", FILL_NONE);
	return 0;
}

static int open_backup(struct restore *r)
{
	const enum err rc = backup_in_open(&r->in, r->args->file, r->code, &r->about);

	if (rc == ERR_CRYPTO)
		return say_other_sheet(r);
	if (rc == ERR_NOTFOUND)
		return tool_fail(TOOL_NOT_FOUND, "no-such-file", r->args->file);
	if (rc == ERR_IO)
		return tool_fail(TOOL_RULE, r->args->file, say_errno(errno));
	if (rc == ERR_CORRUPT)
		return say_damaged(r->args->file);
	if (rc == ERR_MALFORMED)
		return tool_fail(TOOL_DAMAGED, "no-backup", r->args->file);
	return rc == ERR_OK ? 0 : tool_fail_err("reading-backup", rc);
}

/* ---- a rotation that the backup does not know of ---- */

/* The newest record in the old directory, when it is of this node and of a later key than the backup's. */
static bool later_key(const struct restore *r, struct wire_node *rec)
{
	uint8_t file[OWNRECORD_FILE_MAX];
	struct wire_node_carried c;
	size_t len = 0;
	enum err rc;

	require(r->in != NULL);
	if (r->args->check != NULL)
		return false;
	rc = ownrecord_newest(r->args->dir, file, &len, &c);
	if ((rc != ERR_OK && rc != ERR_BUSY) || !id32_equal(&c.rec.node, &r->about.node_id))
		return false;
	*rec = c.rec;
	return rec->key_seq > backup_in_key_seq(r->in);
}

/* Partners take nothing that is signed with a key of before, so this node would come back for nothing. */
static int check_rotation(struct restore *r)
{
	struct wire_node rec;

	if (!later_key(r, &rec))
		return 0;
	if (rec.key_seq - backup_in_key_seq(r->in) > 1)
		return tool_fail(TOOL_RULE, "restore-rotated-twice", "restore-rotated-twice-why");
	if (!r->have_seed)
		return tool_fail(TOOL_RULE, "restore-no-key", "restore-no-key-why");
	if (!keyfile_promised(backup_in_next_digest(r->in), r->seed, &r->nk_pub) ||
	    !id32_equal(&r->nk_pub, &rec.nk_pub))
		return tool_fail(TOOL_RULE, "restore-other-key", "restore-rotated-twice-why");
	r->rotated = true;
	return 0;
}

/* What partners hear of it, as after a rotation: signed with the key before as well, for those that know no other yet. */
static enum err say_rotation(struct restore *r)
{
	uint8_t bytes[WIRE_NODE_MAX], carried[WIRE_NODE_CARRIED_MAX], old_sig[WIRE_SIG],
		sig[WIRE_SIG];
	struct wr w = wr_of(carried, sizeof carried);
	struct span part = {bytes, 0};
	enum err rc = nodedir_successor(r->dir, &r->nk_pub, &r->sheet.next_digest, bytes,
					&part.len);

	require(r->rotated && r->keys.keybox != NULL);
	if (rc != ERR_OK)
		return rc;
	backup_in_sign(r->in, SIGN_NODE, part, old_sig);
	keybox_sign(r->keys.keybox, SIGN_NODE, &part, 1, sig);
	wire_node_carry(&w, part, sig, old_sig);
	return w.over ? ERR_LIMIT : ownrecord_add(r->dir, wr_span(&w));
}

/* Nothing is touched before the whole file was found good. */
static int check(struct restore *r)
{
	const uint64_t now_s = clock_wall_ms() / 1000;
	char about[SAY_LEN];
	int bad = open_backup(r);

	if (bad != 0)
		return bad;
	if (read_through(r->in, &r->rows) != ERR_OK)
		return say_damaged(r->args->file);
	bad = check_rotation(r);
	backup_in_close(r->in);
	r->in = NULL;
	if (bad != 0)
		return bad;
	say_line("backup-whole",
		 FILL({"about", about_text(&r->about, about), 0}, {"rows", NULL, r->rows}));
	/* Asked of the clear head: it is bound to every chunk, so that a file with another time
	 * would not have been read. */
	if (r->about.time_s + (uint64_t)LIMIT_RETAIN_DAYS * DAY_S < now_s)
		return tool_fail(TOOL_RULE, "backup-too-old", "backup-too-old-why");
	return 0;
}

/* ---- building ---- */

static enum err begin_txn(struct restore *r)
{
	enum err rc = ERR_OK;

	require(r->store != NULL);
	/* many rows a transaction, but not all in one: the map grows between transactions only */
	if (r->txn != NULL && r->in_txn < BATCH)
		return ERR_OK;
	if (r->txn != NULL)
		rc = store_commit(r->txn);
	r->txn = NULL;
	r->in_txn = 0;
	if (rc == ERR_OK)
		rc = store_begin(r->store, true, &r->txn);
	if (rc == ERR_OK) /* all that there was comes back, also of a store that was full */
		store_use(r->txn, STORE_FREES);
	return rc;
}

static enum err put(struct restore *r, enum store_table t, struct span key, struct span val)
{
	enum err rc = begin_txn(r);

	r->in_txn++;
	return rc == ERR_OK ? store_put(r->txn, t, key, val) : rc;
}

/* The key of a case, or of a consent, that was erased since is never written: nothing brings it back. */
static enum err put_key(struct restore *r, const struct backup_item *item)
{
	uint8_t wrapped[KEYBOX_WRAPPED_LEN];
	const enum store_table table = item->cls == KEYBOX_CASE	   ? STORE_CASEKEY
				       : item->cls == KEYBOX_GRANT ? STORE_GRANTKEY
								   : STORE_AUDITKEY;

	require(r->ledger != NULL);
	if (item->cls != KEYBOX_AUDIT && erasures_has(r->ledger, &item->case_id)) {
		r->kept_away += item->cls == KEYBOX_CASE;
		return ERR_OK;
	}
	keybox_wrap(r->keys.keybox, item->cls, &item->case_id, item->key32, wrapped);
	return put(r, table, span_of(item->case_id.b, 16), span_of(wrapped, sizeof wrapped));
}

static enum err put_file(struct restore *r, const struct backup_item *item)
{
	/* Names from the file are only compared: a backup cannot write to a path of its own choice. */
	static const char *const known[] = {"record", "roster", "kring.conf", "join"};
	char path[PATH_LEN];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (item->key.len == strlen(known[i]) &&
		    memcmp(item->key.p, known[i], item->key.len) == 0)
			return nodefiles_path(path, sizeof path, r->dir, known[i])
				       ? keyfile_write_file(path, item->val)
				       : ERR_LIMIT;
	return ERR_OK;
}

static enum err take(struct restore *r, const struct backup_item *item)
{
	switch (item->type) {
	case BACKUP_ROW:
		return item->table < STORE_TABLE_COUNT && item->table != STORE_CASEKEY &&
				       item->table != STORE_AUDITKEY &&
				       item->table != STORE_GRANTKEY &&
				       item->key.len <= STORE_KEY_MAX
			       ? put(r, (enum store_table)item->table, item->key, item->val)
			       : ERR_CORRUPT;
	case BACKUP_KEY:
		return put_key(r, item);
	case BACKUP_FILE:
		return put_file(r, item);
	case BACKUP_IDENTITY:
	case BACKUP_END:
		break;
	}
	return ERR_OK;
}

/* The number of the last incarnation, when the old directory can still be read. */
static uint32_t old_number(const struct restore *r)
{
	const struct keyfile_unlock how = {KEYFILE_RECOVERY, span_of(r->code, sizeof r->code)};
	struct keyfile k = {.keybox = NULL};
	uint32_t no = 0;

	if (keyfile_open(r->args->dir, &how, &k) == ERR_OK)
		no = k.state.incarnation_no; /* 0: the backup's own number decides */
	keyfile_close(&k);
	return no;
}

/* Erased cases that the old directory knows of go into the new ledger. */
static enum err keep_ledger(struct restore *r)
{
	struct erasures *old;
	char path[PATH_LEN];
	enum err rc = erasures_open(&r->ledger, r->dir, backup_in_ledger_key(r->in));

	/* The key of the list is the node's and comes with the backup, so the old file opens here
	 * too; a new one has no old list. */
	if (rc != ERR_OK || !nodefiles_path(path, sizeof path, r->args->dir, "ledger") ||
	    access(path, R_OK) != 0)
		return rc;
	rc = erasures_open(&old, r->args->dir, backup_in_ledger_key(r->in));
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; rc == ERR_OK && erasures_at(old, i) != NULL; i++)
		rc = erasures_add(r->ledger, erasures_at(old, i));
	erasures_close(old);
	return rc;
}

static enum err make_node(struct restore *r)
{
	const struct keyfile_unlock how = {KEYFILE_KEY, span_of(r->key, sizeof r->key)};
	struct keyfile_new spec = {.key = span_of(r->key, sizeof r->key),
				   .recovery = span_of(r->sheet.code, sizeof r->sheet.code),
				   .next_digest = &r->sheet.next_digest};
	struct store_options o = {.cipher = &r->cipher, .log_bytes = LIMIT_LOG};
	char path[PATH_LEN];
	enum err rc;

	require(r->in != NULL && r->store == NULL);
	rng_fill(r->key, sizeof r->key);
	/* a key that signs is promised no more */
	backup_in_sheet(r->in, r->have_seed && !r->rotated ? r->seed : NULL, clock_wall_ms() / 1000,
			&r->sheet, &r->promise);
	if (r->rotated)
		spec.nk_seed = r->seed;
	spec.time_s = r->sheet.time_s;
	rc = backup_in_node(r->in, r->dir, &spec, old_number(r));
	if (rc == ERR_OK)
		rc = keyfile_open(r->dir, &how, &r->keys);
	if (rc == ERR_OK)
		rc = keep_ledger(r);
	if (rc == ERR_OK && nodefiles_path(path, sizeof path, r->dir, "unlock.key"))
		rc = keyfile_write_file(path, span_of(r->key, sizeof r->key));
	if (rc != ERR_OK)
		return rc;
	cipher_fill(&r->cipher, r->keys.keybox);
	if (!nodefiles_path(path, sizeof path, r->dir, "main"))
		return ERR_LIMIT;
	o.path = path;
	return store_open(&r->store, &o);
}

/* What was erased after the backup is erased again, before anything is readable. */
static enum err erase_all(struct restore *r)
{
	const struct inception *in = keybox_inception(r->keys.keybox);
	const struct node_identity who = {.fed_id = in->fed_id,
					  .node_id = keybox_node_id(r->keys.keybox),
					  .nk_pub = keybox_signing_pub(r->keys.keybox),
					  .key_seq = keybox_key_seq(r->keys.keybox),
					  .incarnation_no = r->keys.state.incarnation_no};
	const struct node_time now = {clock_wall_ms(), clock_mono_ms()};
	struct effects fx;
	struct arena arena;
	struct turn t = {.arena = &arena, .fx = &fx};
	struct node *n = NULL;
	enum err rc = arena_create(&arena, LIMIT_TURN_ARENA);

	if (rc != ERR_OK)
		return rc;
	require(r->ledger != NULL && r->store != NULL && r->txn == NULL);
	rc = node_create(&n, &who, now.mono_ms);
	for (size_t i = 0; rc == ERR_OK && erasures_at(r->ledger, i) != NULL; i++) {
		/* One transaction for each case, with effects that go nowhere: no partner is told
		 * by a tool, the node does that. */
		effects_init(&fx);
		node_turn_begin(n, &t, &now);
		rng_fill(t.seed.b, sizeof t.seed.b);
		rc = store_begin(r->store, true, &t.txn);
		if (rc != ERR_OK)
			break;
		store_use(t.txn, STORE_FREES);
		rc = erase_again(&t, erasures_at(r->ledger, i));
		if (rc == ERR_OK)
			rc = audit_settle(&t);
		if (rc == ERR_OK)
			rc = store_commit(t.txn);
		else
			store_abort(t.txn);
		arena_reset(&arena);
	}
	node_free(n);
	arena_free(&arena);
	return rc;
}

/* The identity is the first item: no row is taken before there is a node to put it into. */
static enum err build(struct restore *r)
{
	struct backup_item item;
	enum err rc = backup_in_next(r->in, &item); /* the identity comes first */

	if (rc == ERR_OK)
		rc = make_node(r);
	while (rc == ERR_OK && (rc = backup_in_next(r->in, &item)) == ERR_OK)
		rc = take(r, &item);
	if (rc == ERR_NOTFOUND)
		rc = ERR_OK;
	if (r->txn != NULL && rc == ERR_OK)
		rc = store_commit(r->txn);
	else if (r->txn != NULL)
		store_abort(r->txn);
	r->txn = NULL;
	require(rc != ERR_OK || r->ledger != NULL); /* the first item was the identity */
	return rc == ERR_OK ? erase_all(r) : rc;
}

static void close_all(struct restore *r)
{
	backup_in_close(r->in);
	store_close(r->store);
	erasures_close(r->ledger);
	keyfile_close(&r->keys);
	r->in = NULL;
	r->store = NULL;
	r->ledger = NULL;
}

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *at)
{
	(void)sb;
	(void)type;
	(void)at;
	return remove(path);
}

/* What was built goes again: it holds keys, and would stand in the way of the next try.  What to do now. */
static char *undo(const struct restore *r, char helps[SAY_LEN])
{
	enum { DIRS = 8 };
	bool gone;

	require(r->store == NULL && r->ledger == NULL); /* nothing in it is open any more */
	gone = nftw(r->dir, remove_one, DIRS, FTW_DEPTH | FTW_PHYS) == 0;
	return say_into(helps, gone ? "restore-again" : "restoring-do", FILL({"dir", r->dir, 0}));
}

static int undo_build(const struct restore *r, enum err rc, int number)
{
	char helps[SAY_LEN];

	(void)undo(r, helps);
	errno = number;
	return tool_fail_err_next(r->args->dir, rc, helps);
}

static int undo_move(const struct restore *r, const char *what)
{
	char helps[SAY_LEN];
	const char *why = say_errno(errno);

	return tool_fail_next(TOOL_RULE, what, why, undo(r, helps));
}

/* ---- taking its place ---- */

/* A directory that was typed wrongly may be that of another node: whose it was is said before it has another name. */
static void say_other(const struct restore *r)
{
	char org[LIMIT_ORG_NAME + 1], print[IDENTITY_FINGERPRINT_LEN];
	struct id32 node;

	if (!keyfile_whose(r->args->dir, &node) || id32_equal(&node, &r->about.node_id))
		return;
	nodedir_org(r->args->dir, &node, org);
	identity_fingerprint(print, &node);
	say_line("old-dir-other",
		 FILL({"dir", r->args->dir, 0}, {"org", org, 0}, {"fingerprint", print, 0}));
}

static int move_in(const struct restore *r)
{
	char before[PATH_LEN];
	struct stat sb;
	int no, n = snprintf(before, sizeof before, "%s.before-restore-%llu", r->args->dir,
			     (unsigned long long)(clock_wall_ms() / 1000));

	require(r->store == NULL && r->keys.keybox == NULL); /* nothing in it is open any more */
	if (n < 0 || (size_t)n >= sizeof before)
		return tool_fail(TOOL_USAGE, "dir-too-long", r->args->dir);
	say_other(r);
	/* the old one first: a crash between the two leaves both whole, under names that say what they are */
	if (stat(r->args->dir, &sb) == 0 && rename(r->args->dir, before) != 0)
		return undo_move(r, "old-dir-stays");
	if (rename(r->dir, r->args->dir) != 0) {
		no = errno;
		(void)rename(before, r->args->dir);
		errno = no;
		return undo_move(r, "new-dir-stays");
	}
	if (stat(before, &sb) == 0)
		say_line("old-dir", FILL({"path", before, 0}));
	return 0;
}

/* A node of packages has its settings elsewhere.  Those that stand there are moved aside, as the old directory is. */
static int move_settings(const struct restore *r)
{
	char path[PATH_LEN], own[PATH_LEN], before[PATH_LEN + 64];
	uint8_t text[CONFIGFILE_MAX];
	size_t len = 0;
	enum err rc;

	require(r->args->dir != NULL);
	if (!config_path(path, sizeof path, r->args->dir) ||
	    !nodefiles_path(own, sizeof own, r->args->dir, "kring.conf") ||
	    strcmp(path, own) == 0 || access(own, F_OK) != 0)
		return 0;
	rc = keyfile_read_file(own, text, sizeof text, &len);
	(void)snprintf(before, sizeof before, "%s.before-restore-%llu", path,
		       (unsigned long long)(clock_wall_ms() / 1000));
	if (rc == ERR_OK && access(path, F_OK) == 0) {
		if (rename(path, before) != 0)
			return tool_fail(TOOL_RULE, path, say_errno(errno));
		say_line("old-dir", FILL({"path", before, 0}));
	}
	if (rc == ERR_OK)
		rc = nodedir_settings(r->args->dir, path, span_of(text, len));
	if (rc == ERR_OK && unlink(own) != 0)
		rc = ERR_IO;
	return rc == ERR_OK ? 0 : tool_fail_err(path, rc);
}

static enum err new_sheet(const struct restore *r)
{
	char org[LIMIT_ORG_NAME + 1];
	struct id32 id;
	enum err rc;

	require(r->keys.keybox != NULL);
	id = keybox_node_id(r->keys.keybox);
	nodedir_org(r->dir, &id, org);
	rc = nodedir_sheet_prepare(r->dir, org, &r->sheet);
	return rc == ERR_OK ? nodedir_sheet_place(r->dir, NULL) : rc;
}

/* Root brings back what belonged to the daemon's user. */
static void own(const struct restore *r)
{
	struct stat sb;

	if (geteuid() == 0 && stat(r->args->dir, &sb) == 0 &&
	    chown(r->dir, sb.st_uid, sb.st_gid) == 0)
		nodefiles_own(r->dir);
}

/* All of it, or nothing is left. */
static int make(struct restore *r)
{
	enum err rc = build(r);
	int no, bad;

	if (rc == ERR_OK && r->rotated)
		rc = say_rotation(r);
	else if (rc == ERR_OK && r->promise)
		rc = nodedir_promise(r->dir, r->keys.keybox, &r->sheet.next_digest);
	if (rc == ERR_OK)
		rc = new_sheet(r);
	no = errno;
	close_all(r);
	if (rc != ERR_OK)
		return undo_build(r, rc, no);
	own(r);
	bad = move_in(r);
	return bad == 0 ? move_settings(r) : bad;
}

static int restore(struct restore *r)
{
	int lock, n = snprintf(r->dir, sizeof r->dir, "%s.restoring", r->args->dir);
	struct stat sb;
	int bad;

	if (n < 0 || (size_t)n >= sizeof r->dir - 32)
		return tool_fail(TOOL_USAGE, "dir-too-long", r->args->dir);
	if (stat(r->dir, &sb) == 0)
		return fail_step(TOOL_RULE, "restore-broken-off", r->dir, "restoring-do", r->dir);
	lock = nodefiles_any(r->args->dir) != NULL ? nodefiles_lock(r->args->dir) : 0;
	if (lock < 0 && errno != EWOULDBLOCK)
		return tool_fail(TOOL_RULE, r->args->dir, say_errno(errno));
	if (lock < 0)
		return tool_fail(TOOL_NOT_NOW, "node-running", "stop-kringd");
	/* The lock first: a node that runs would go on writing to the directory that is about to be
	 * moved away. */
	bad = check(r);
	if (bad == 0)
		bad = open_backup(r);
	if (bad == 0 && mkdir(r->dir, 0700) != 0)
		bad = fail_step(TOOL_RULE, "dir-not-made", say_errno(errno), "restore-again",
				r->dir);
	if (bad == 0)
		bad = make(r);
	if (lock > 0)
		(void)close(lock);
	return bad;
}

int tool_restore(struct tool_args *a)
{
	struct restore r = {.args = a};
	int bad;

	if (a->file == NULL || (a->sheet == NULL && a->check == NULL) ||
	    (a->dir == NULL && a->check == NULL))
		return tool_fail(TOOL_USAGE, "needs-backup", "needs-backup-why");
	if (a->sheet == NULL)
		return outside(a, false);
	bad = read_sheet(&r);
	if (bad == 0)
		bad = a->check != NULL ? check(&r) : restore(&r);
	close_all(&r);
	if (bad == 0 && a->check == NULL) {
		say_line("restored", FILL({"dir", a->dir, 0}, {"n", NULL, r.kept_away}));
		say_line("restored-sheet", FILL({"dir", a->dir, 0}));
		if (r.rotated)
			say_line("restored-rotated", FILL_NONE);
		else if (r.promise)
			say_line("restored-promise", FILL_NONE);
		say_line("restored-settings", FILL_NONE);
		if (!r.rotated) /* it may lie in what was lost */
			say_line("restored-rotate", FILL({"dir", a->dir, 0}));
		say_line("restored-next", FILL_NONE);
	}
	secret_wipe(&r, sizeof r);
	return bad;
}

/* For kring backup --check, which tells the node. */
int tool_backup_check(struct tool_args *a)
{
	return a->file == NULL ? tool_fail(TOOL_USAGE, "needs-backup", "--file") : outside(a, true);
}
