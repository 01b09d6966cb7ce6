/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * consent - one consent with everything that its document says, a line for each thing.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  a consent names partners and categories, never the person.
 */
#ifndef KRING_CLIENT_PAPER_CONSENT_H
#define KRING_CLIENT_PAPER_CONSENT_H

#include "client/paper/paper.h"

enum { CONSENT_VALUE = PAPER_LIST }; /* the longest is a list of categories */

/** Who reads it; person: whoever gave the consent, who is called so. */
struct consent_reader {
	const struct cli *c;
	enum list_lang lang;
	bool person;
};

/** The i-th line of a GrantRow that has something to say: its label and its value in that language; false at the end.  Fields that
 *  the row does not have are passed over: *i is where to go on. */
bool consent_line(const struct consent_reader *to, const struct msg *row, size_t *i,
		  const char **label, char value[CONSENT_VALUE]);

#endif /* KRING_CLIENT_PAPER_CONSENT_H */
