/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * staff - the people of this organisation who may use this node: one row each, for ever.
 *
 * Layer:    domain/staff (base, proto, store; turn.h).
 * Owns:     table STAFF.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  names of workers, sealed as node-wide records are.  A row stays when its person left: the log names whom it was.
 */
#ifndef KRING_DOMAIN_STAFF_STAFF_H
#define KRING_DOMAIN_STAFF_STAFF_H

#include "domain/turn.h"

enum { STAFF_NAME = 120, STAFF_USER = 64, STAFF_LANGUAGES = 24 };

struct staff {
	struct id16 id;		   /* zeros: a new one */
	char name[STAFF_NAME + 1]; /* as colleagues call the person */
	char user[STAFF_USER + 1]; /* the unix user, as it was named here; uid is what counts */
	char languages[STAFF_LANGUAGES + 1]; /* codes with blanks between; "" not said */
	uint32_t uid;  /* RIGHTS_UID_NONE: the person signs in at a screen alone */
	uint8_t roles; /* enum role, at least one */
	uint64_t added_ms;
	uint64_t until_ms;	  /* last millisecond; 0: no end */
	uint64_t ended_ms;	  /* 0: it has not */
	struct id16 deputy;	  /* who has this person's list; zeros: nobody ... */
	uint64_t deputy_until_ms; /* ... until then */
	uint32_t incarnation;	  /* of this node, when the roles were given or confirmed */
	struct span signin; /* packed SigninRecord (signin/passkey.h), borrowed from the turn */
};

/** Saved under its id, which is drawn for a new one; rights_changed is told.  ERR_FULL: LIMIT_STAFF rows are there. */
MUST_CHECK enum err staff_put(struct turn *t, struct staff *s);
MUST_CHECK enum err staff_get(struct turn *t, const struct id16 *id, struct staff *s);
/** Every row, in the order in which they were added; one that is damaged has no roles.  False at the end, or when w->rc is an error. */
MUST_CHECK bool staff_each(struct turn *t, struct store_walk *w, struct staff *s);
/** Not ended, and in time. */
bool staff_works(const struct staff *s, uint64_t now_ms);
/** Does the row come from an older copy of the database, in which somebody may still stand who left since?  Then it gives no right
 *  until an administrator confirmed it (kring staff confirm).  older_no: as in struct rights. */
bool staff_came_back(const struct staff *s, uint32_t older_no);
/** What to show for it: the name, or "" when there is no such row. */
MUST_CHECK enum err staff_name(struct turn *t, const struct id16 *id, char out[STAFF_NAME + 1]);

#endif /* KRING_DOMAIN_STAFF_STAFF_H */
