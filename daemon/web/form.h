/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * form - what a browser sends, read strictly: the fields of a form, the segments of a path, a query.
 *
 * Layer:    web (base).
 * Owns:     nothing; values lie in the arena.
 * Threads:  any, one arena at a time.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  values are about people, and one is a passphrase; the arena is wiped.
 *
 * A form has the fields of its table, each once and within its size.  One that is unknown, doubled, too long or no text of its kind
 * is refused with the form: nothing of ours sends such a thing.
 */
#ifndef KRING_WEB_FORM_H
#define KRING_WEB_FORM_H

#include "base/arena.h"
#include "base/bytes.h"

enum form_kind {
	FORM_LINE,   /* one line of text */
	FORM_LINES,  /* several; CR LF becomes LF, as a browser sends it */
	FORM_CODE,   /* letters, digits, - _ . */
	FORM_NUMBER, /* digits */
	FORM_SECRET  /* one line, and not trimmed of anything */
};

struct form_field {
	const char *name;
	enum form_kind kind;
	uint16_t max; /* bytes of the value */
	bool needed;  /* absent is a fault; it may still be empty */
};

enum { FORM_FIELDS = 64 };

/** The values of a form, in the order of its table; NULL: it was not sent. */
struct form {
	const struct form_field *fields;
	size_t count;
	const char *values[FORM_FIELDS];
	const char *
		flaw; /* the field that is wrong, "" when it is none of the table; NULL: nothing is */
};

/** Bytes of a body (application/x-www-form-urlencoded) or of a query, by a table of count rows.  ERR_MALFORMED: flaw says
 *  where; ERR_NOMEM. */
MUST_CHECK enum err form_read(struct form *f, const struct form_field *fields, size_t count,
			      struct span body, struct arena *a);
/** The same of a form that is only shown again: a text may be longer than its field and has no sign in it that may not stand there, which are
 *  left out; what is no code or no number is empty. */
MUST_CHECK enum err form_typed(struct form *f, const struct form_field *fields, size_t count,
			       struct span body, struct arena *a);
/** The value of a field of its table; "" when it was not sent. */
const char *form_value(const struct form *f, const char *name);

enum { FORM_SEGMENTS = 4, FORM_SEGMENT = 96 };

/** "/r/TBG4-6JSA-Q/accept" in its segments, decoded once.  "/" has none. */
struct form_path {
	size_t count;
	char segment[FORM_SEGMENTS][FORM_SEGMENT + 1];
};

/** False: no path of ours, by its form: an empty segment, too many, too long, a byte that is no text, NUL or a / behind a %. */
bool form_path(struct form_path *out, const char *raw);

#endif /* KRING_WEB_FORM_H */
