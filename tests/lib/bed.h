/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * bed - one node with two partners and a store in memory, for tests of single modules of the domain.
 *
 * Layer:    tests.
 * Owns:     a node, its store and one turn at a time.
 * Threads:  one.
 * Time:     bed->now_ms stands still unless a test moves it.
 * Durable:  in memory; bed_turn() ends the turn before.
 * Privacy:  invented data only.
 *
 * Signatures are hashes (tests/model/fake_crypto.c).  Numbers of peers: 1 this node, 2 and 3 partners.
 */
#ifndef KRING_TESTS_BED_H
#define KRING_TESTS_BED_H

#include "domain/exchange/hooks.h"
#include "domain/node.h"
#include "domain/state.h"
#include "fake_crypto.h"

enum { BED_SELF = 1, BED_PARTNER = 2, BED_OTHER = 3 };

struct bed {
	struct node *node;
	struct store *store;
	struct record_cipher cipher;
	struct arena arena;
	struct effects fx;
	struct turn t;
	uint64_t now_ms, turns;	     /* no turn draws what another drew */
	struct exchange_hooks hooks; /* nothing follows from anything, and every call is counted */
	const struct exchange_hooks *product; /* those that a node has */
};

/** How often the hooks were called since bed_setup(). */
struct bed_calls {
	unsigned judge, stored, settled, recovered, returned, shelved, receipted, flagged;
};
extern struct bed_calls bed_calls;

int bed_setup(void **state);
int bed_teardown(void **state);
/** Sign what was made in the turn at hand, commit it, and begin the next one. */
struct turn *bed_turn(struct bed *b);
/** A document head from sender to recipient, of this thread and place; filled in as a test likes. */
struct wire_head bed_head(const struct bed *b, uint16_t from, uint16_t to, struct id16 thread,
			  uint32_t no);
/** The document with that head and no body, signed by who its head names, as it travels. */
struct span bed_document(struct bed *b, const struct wire_head *h, struct id32 *hash);
struct id16 bed_id(uint8_t first);

#endif /* KRING_TESTS_BED_H */
