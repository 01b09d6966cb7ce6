/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * state - what of a setup is already there, seen from its files and from the node itself.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  reads only.
 * Privacy:  names of organisations; of keys only their kinds.
 */
#ifndef KRING_CLIENT_STANDING_STATE_H
#define KRING_CLIENT_STANDING_STATE_H

#include "base/slots.h"
#include "client/standing/setup.h"
#include "proto/wire_roster.h"

/** DIR/NAME in out, which is returned; a path that is too long is cut, and leads nowhere. */
char *state_path(const char *dir, const char *name, char out[SETUP_PATH]);
bool state_file(const char *dir, const char *name);
/** A node stands in the directory: made whole, or with a store of its own. */
bool state_node(const struct setup *s);
/** Files of a node lie there, and they are none: it was begun and not finished, and holds no case. */
bool state_half(const struct setup *s);
/** What the node that stands there is called; "": that is not known. */
void state_org(const struct setup *s, char out[LIMIT_ORG_NAME + 1]);
/** As the roots were asked to let it in; add points into bytes. */
bool state_request(const struct setup *s, char bytes[2048], struct wire_add *add);
/** The node's newest record: what partners are told of it.  false: there is none, or it cannot be read. */
bool state_record(const struct setup *s, struct wire_node *own);
/** The federation whose root keys and roster lie in that directory; false: none does. */
bool state_federation(const char *dir, struct wire_genesis *g);
/** This node stands in that roster. */
bool state_member(const struct setup *s, const char *roster);
/** The digits of its invite were confirmed. */
bool state_confirmed(const struct setup *s);
/** How many ways of that kind open the node, and the number of the first one, from 1. */
unsigned state_slots(const struct setup *s, enum slots_kind kind, unsigned *first);
/** A line "NAME=value" below [Node] of the node's settings; "": there is none. */
void state_setting(struct setup *s, const char *name, char out[SETUP_ANSWER]);
/** Finds the node's settings (s->settings); false after it was said what is wrong with them. */
bool state_settings(struct setup *s);
/** Reads at most cap - 1 bytes of a file, with a zero behind them; -1: it cannot be read, or is longer. */
long state_read(const char *path, char *out, size_t cap);

enum state_of_node { NODE_SILENT, NODE_LOCKED, NODE_RUNS };
/** Asked of the node itself; members and connected partners when it runs (may be NULL). */
enum state_of_node state_running(struct setup *s, unsigned *members, unsigned *connected);
/** Somebody of that name works here, or did. */
bool state_named(struct setup *s, const char *name);

enum state_person {
	PERSON_NEW,
	PERSON_NAMED,	   /* with that user, or no longer here */
	PERSON_OTHER_USER, /* other: the user that counts for the name */
	PERSON_OTHER_NAME  /* other: the name for which the user counts */
};
/** Asked of the node; one that is silent or locked knows nobody. */
enum state_person state_person(struct setup *s, const char *name, const char *user,
			       char other[SETUP_ANSWER]);

#endif /* KRING_CLIENT_STANDING_STATE_H */
