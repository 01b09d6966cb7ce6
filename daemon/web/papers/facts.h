/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * facts - what a consent says, line by line: for a screen or a paper, in either's language.
 *
 * Layer:    web.
 * Owns:     nothing; texts lie in the arena of the visit.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  a consent names nobody.
 */
#ifndef KRING_WEB_PAPERS_FACTS_H
#define KRING_WEB_PAPERS_FACTS_H

#include "web/visit.h"

enum { FACTS = 12 };

struct fact {
	const char *label, *value;
};

/** Who reads it: staff of this node, or the person who gave the consent, who is not told of "the person". */
enum facts_reader { FACTS_STAFF, FACTS_PERSON };

/** Of a GrantRow as consent_show gives it, in the order in which a person asks: who, for whom, what for, what, how long.  Returns how
 *  many there are. */
size_t facts_of(struct visit *v, enum facts_reader reader, enum list_lang lang, const char *country,
		const struct msg *grant, struct fact out[FACTS]);

#endif /* KRING_WEB_PAPERS_FACTS_H */
