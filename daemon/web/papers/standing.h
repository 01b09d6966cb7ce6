/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * standing - how a consent stands, as a few sentences: until when it holds, or who erased what came under it.
 *
 * Layer:    web.
 * Owns:     nothing; texts lie in the arena of the visit.
 * Threads:  the loop's.
 * Time:     days in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  names partners; nothing of the person.
 */
#ifndef KRING_WEB_PAPERS_STANDING_H
#define KRING_WEB_PAPERS_STANDING_H

#include "web/visit.h"

enum {
	STANDING_LINES = 136
}; /* of one consent: 64 holders, each with what it said and what it passed on; a few of the whole */

struct standing {
	const char *lines[STANDING_LINES];
	size_t count;
	bool full; /* there were more */
};

/** Of a GrantRow.  The first line is the partner's own, those behind it whoever got the person from there; none of a consent that was
 *  not taken back, or that a partner collected. */
void standing_of(struct visit *v, enum list_lang lang, const struct msg *row, struct standing *out);
/** "tot en met 27 nov. 2026", "ingetrokken op ...", or what else holds of a GrantRow as a whole. */
const char *standing_short(struct visit *v, const struct msg *row);

#endif /* KRING_WEB_PAPERS_STANDING_H */
