/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * route - which page answers an address: one table, a row for each method and pattern.
 *
 * Layer:    web (base).
 * Owns:     nothing; tables are constant.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  addresses hold references and no names.
 *
 * "/r/REF/letter": what is in capitals stands for any one segment.
 */
#ifndef KRING_WEB_ROUTE_H
#define KRING_WEB_ROUTE_H

#include "web/form.h"

struct visit;

/** ROUTE_OPEN: nobody need be signed in.  ROUTE_SCRIPT: somebody has to be, and a script asks, which no page would help: what went wrong is
 *  told by an answer of nothing. */
enum route_who { ROUTE_SIGNED_IN, ROUTE_OPEN, ROUTE_SCRIPT };

struct route {
	bool post;
	const char *pattern;
	enum route_who who;
	const struct form_field
		*fields; /* of the form, or of the query; besides k and i, which every form has */
	size_t field_count;
	void (*open)(struct visit *v);
};

/** The row; NULL: there is none.  *other: one with the other method is there. */
const struct route *route_find(const struct route *table, size_t count, bool post,
			       const struct form_path *path, bool *other);
/** The segment of the path that stands for that word of the pattern; "" when the pattern has no such word. */
const char *route_word(const struct route *r, const struct form_path *path, const char *word);

#endif /* KRING_WEB_ROUTE_H */
