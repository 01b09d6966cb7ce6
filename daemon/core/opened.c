/* SPDX-License-Identifier: EUPL-1.2 */
/* What a crash interrupted is finished before anything is answered: a shred, the two halves of a keyroot, an incarnation that
 * was drawn and not written down.  Two numbers are kept outside the database as well, because it may be put back. */
#include "core/opened.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log/log.h"
#include "core/disk/nodestore.h"
#include "core/disk/prekeys.h"
#include "core/disk/rosterfile.h"
#include "core/disk/settings.h"
#include "core/ownrecord.h"
#include "crypto/files/sheet.h"
#include "crypto/secret.h"
#include "roles/nodefiles.h"

void opened_push(struct opened *o, const struct event *ev)
{
	require(o->engine != NULL);
	if (engine_push(o->engine, ev) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "event=%d", (int)ev->type);
}

/* The number of our incarnation is also kept outside the database, so that an older one is noticed.
 * Without it we must not go on: the next start would take the same number for another life. */
enum err opened_keep_incarnation(struct opened *o)
{
	uint32_t no;

	require(o->engine != NULL && o->keys.root != NULL);
	no = engine_node(o->engine)->inc.no;
	if (no <= o->keys.state.incarnation_no)
		return ERR_OK;
	o->keys.state.incarnation_no = no;
	return keyroot_write(o->keys.root, keybox_roots(o->keys.keybox), &o->keys.state);
}

/* The highest entry seen is also kept outside the database, so that a rolled-back one is noticed. */
void opened_tell_shred(const struct opened *o, struct node *node)
{
	node_set_shred(node, o->erasing.waits_ms, o->erasing.damaged);
	node_set_epoch(node, keybox_roots(o->keys.keybox)->case_epoch);
}

void opened_keep_roster_seq(struct opened *o)
{
	const uint64_t seq = engine_node(o->engine)->roster_seq;

	if (seq <= o->keys.state.roster_seq_max)
		return;
	o->keys.state.roster_seq_max = seq;
	if (keyroot_write(o->keys.root, keybox_roots(o->keys.keybox), &o->keys.state) != ERR_OK)
		log_write(LOG_ERROR, LOG_FAILED, "step=keyroot seq=%llu", (unsigned long long)seq);
}

static enum err open_stores(struct opened *o, const struct config *config, struct err_text *why)
{
	struct nodestore got;
	enum err rc;

	cipher_fill(&o->cipher, o->keys.keybox);
	rc = nodestore_open(&got, config, &o->keys, &o->cipher, why);
	o->main = got.main;
	o->prekeys = got.prekeys;
	o->ledger = got.ledger;
	return rc;
}

/* What the administrator put beside the store: roster entries not yet in it, and our own record. */
static enum err read_words(struct opened *o, const char *dir, const struct node_time *now)
{
	uint8_t records[OWNRECORD_FILE_MAX];
	struct rosterfile f = {.bytes = NULL};
	struct wire_node_carried rec;
	struct err_text why;
	struct span carried;
	char path[CONFIG_PATH_MAX + 32];
	size_t at = 0, len = 0;
	enum err rc = ERR_OK;

	if (nodefiles_path(path, sizeof path, dir, "roster") &&
	    rosterfile_read(path, &f, &why) == ERR_OK) {
		while (rc == ERR_OK && rosterfile_next(&f, &at, &carried)) {
			opened_push(o, &(struct event){.type = EVENT_ROSTER, .bytes = carried});
			rc = engine_turn(o->engine, now);
		}
	}
	rosterfile_free(&f);
	if (rc == ERR_OK && nodefiles_path(path, sizeof path, dir, "record") &&
	    keyfile_read_file(path, records, sizeof records, &len) == ERR_OK) {
		carried = span_of(records, len);
		while (rc == ERR_OK && carried.len > 0 &&
		       wire_node_carried_next(&carried, &rec) == ERR_OK) {
			opened_push(o, &(struct event){.type = EVENT_RECORD, .bytes = rec.whole});
			rc = engine_turn(o->engine, now);
		}
	}
	return rc == ERR_OK ? engine_turn(o->engine, now) : rc;
}

/* Small files that belong into a backup; after the sandbox they could not be read. */
static enum err read_files(struct opened *o, const struct opened_from *from)
{
	static const char *const names[] = {"record", "roster", "kring.conf", "join"};
	enum err rc = ERR_OK;
	size_t n = 0;

	static_assert(sizeof names / sizeof names[0] < sizeof o->words / sizeof o->words[0],
		      "the last word stays empty: it ends the list");
	for (size_t i = 0; i < sizeof names / sizeof names[0] && rc == ERR_OK; i++) {
		uint8_t *room = malloc(LIMIT_RECORD);
		char path[CONFIG_PATH_MAX + 32];
		/* the settings that are followed, wherever they lie */
		const char *file = i == 2 ? from->config->path : path;
		size_t len = 0;

		if (room != NULL &&
		    nodefiles_path(path, sizeof path, from->config->dir, names[i]) &&
		    keyfile_read_file(file, room, LIMIT_RECORD, &len) == ERR_OK)
			o->words[n++] = (struct backup_files){names[i], span_of(room, len)};
		else
			free(room);
		rc = room == NULL ? ERR_NOMEM : ERR_OK;
	}
	return rc;
}

static enum err open_record(struct opened *o, const char *dir, struct err_text *why)
{
	const enum err rc = ownrecord_open(dir, &o->record_fd);

	return rc == ERR_IO ? nodefiles_explain(why, rc, dir, "record", errno) : rc;
}

#define RAISE "raise RLIMIT_MEMLOCK (LimitMEMLOCK=infinity, ulimit -l unlimited)\""

void opened_swappable(struct opened *o)
{
	struct node *n;

	require(o->engine != NULL);
	n = engine_node(o->engine);
	if (!n->swappable) /* said once, however often net starts */
		log_write(LOG_WARN, LOG_NOT_LOCKED,
			  "why=\"net, which has the transport key, could not lock its memory, and "
			  "there is a swap: " RAISE);
	n->swappable = true;
}

enum err opened_start(struct opened *o, const struct opened_from *from, struct err_text *why)
{
	const struct inception *in = keybox_inception(o->keys.keybox);
	struct node_identity who = {.fed_id = in->fed_id,
				    .memory = {secret_take, secret_give, NULL},
				    .node_id = keybox_node_id(o->keys.keybox),
				    .nk_pub = keybox_signing_pub(o->keys.keybox),
				    .key_seq = keybox_key_seq(o->keys.keybox),
				    .incarnation_no = o->keys.state.incarnation_no,
				    .settings = settings_of(from->config),
				    .roster_floor = o->keys.state.roster_seq_max,
				    .own_uid = getuid()};
	struct engine_parts parts = {.keybox = o->keys.keybox, .calls = *from->calls};
	const struct node_time *now = &from->now;
	uint8_t record[WIRE_PREKEY_LEN];
	bool announces = false;
	enum err rc = open_stores(o, from->config, why);

	require(o->keys.keybox != NULL && o->engine == NULL);
	o->erasing = (struct erasing){.store = o->main, .keys = &o->keys, .ledger = o->ledger};
	if (rc == ERR_OK)
		rc = erasing_start(&o->erasing, now->wall_ms);
	sheet_number(keybox_roots(o->keys.keybox)->recovery_pub, who.sheet.number);
	who.sheet.since_s = keybox_roots(o->keys.keybox)->sheet_s;
	who.swappable = !keybox_locked(o->keys.keybox);
	if (who.swappable)
		log_write(LOG_WARN, LOG_NOT_LOCKED,
			  "why=\"the keys could not be locked in memory and may be written to the "
			  "swap: " RAISE);
	if (rc == ERR_OK)
		rc = prekeys_start(o->prekeys, &o->keys, now->wall_ms / 1000, record, &announces);
	if (rc == ERR_OK)
		rc = node_create(&parts.node, &who, now->mono_ms);
	if (rc != ERR_OK)
		return rc;
	if (announces)
		node_set_prekey(parts.node, record);
	opened_tell_shred(o, parts.node);
	node_set_rest(parts.node, NODE_REST_MS);
	parts.store = o->main;
	rc = engine_create(&o->engine, &parts);
	if (rc == ERR_OK)
		rc = engine_reload(o->engine, now, true);
	if (rc == ERR_OK) /* drawn just now, or before a crash could write it down */
		rc = opened_keep_incarnation(o);
	if (rc == ERR_OK)
		rc = read_files(o, from);
	if (rc == ERR_OK)
		rc = read_words(o, from->config->dir, now);
	if (rc == ERR_OK)
		rc = open_record(o, from->config->dir, why);
	return rc == ERR_OK ? ownrecord_keep(o->engine, o->record_fd) : rc;
}

void opened_close(struct opened *o)
{
	erasures_close(o->ledger);
	store_close(o->main);
	store_close(o->prekeys);
	keyfile_close(&o->keys);
}
