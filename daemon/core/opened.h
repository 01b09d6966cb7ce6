/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * opened - a node whose keys are in hand: its stores, its ledger, its engine.
 *
 * Layer:    core.
 * Owns:     all of it, from opened_start to opened_close.
 * Threads:  core process, event-loop thread only.
 * Time:     handed in.
 * Durable:  numbers of the incarnation and of the roster's last entry, beside the store.
 * Privacy:  the node's keys.
 */
#ifndef KRING_CORE_OPENED_H
#define KRING_CORE_OPENED_H

#include "core/disk/backup.h"
#include "core/disk/cipher.h"
#include "core/disk/erasing.h"
#include "core/engine.h"
#include "crypto/files/erasures.h"
#include "crypto/files/keyfile.h"
#include "roles/config.h"

struct opened {
	struct keyfile
		keys; /* opened before the rest, by whoever has the secret (core/disk/unlock.h) */
	struct record_cipher cipher;
	struct store *main, *prekeys;
	struct erasures *ledger; /* outlives a store that is put back */
	struct erasing erasing;
	struct engine *engine;
	struct backup_files words[5]; /* what lies beside the store, as read at the start */
	int record_fd;		      /* the file `record`; -1 */
};

struct opened_from {
	const struct config *config;
	const struct engine_calls *calls; /* copied */
	struct node_time now;
};

/** With o->keys open: everything else, ready for its first turn; why names what is missing or damaged.  After an error
 *  the process ends. */
MUST_CHECK enum err opened_start(struct opened *o, const struct opened_from *from,
				 struct err_text *why);
/** net's memory may be written to the swap: said in the journal, and in kring status until the next start. */
void opened_swappable(struct opened *o);
/** Into the queue; one that finds no room is logged and dropped: its sender asks again. */
void opened_push(struct opened *o, const struct event *ev);
/** The number of our incarnation, kept outside the database too.  An error ends the process: the next start would take
 *  the same number for another life. */
MUST_CHECK enum err opened_keep_incarnation(struct opened *o);
/** The highest entry of the roster seen, kept likewise. */
void opened_keep_roster_seq(struct opened *o);
/** The node hears what waits to be shredded, how many keys are damaged, and how many shreds there were. */
void opened_tell_shred(const struct opened *o, struct node *node);
void opened_close(struct opened *o);

#endif /* KRING_CORE_OPENED_H */
