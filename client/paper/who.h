/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * who - who saw what of a person, asked page by page and said in one list.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names partners, staff and categories.
 */
#ifndef KRING_CLIENT_PAPER_WHO_H
#define KRING_CLIENT_PAPER_WHO_H

#include "client/paper/sheet.h"

/** All pages as one reply.  The exit code; an error was printed. */
int who_ask(struct cli *c, const char *id, struct msg **out);
/** Of which other cases of the same person it tells as well. */
void who_same(struct sheet *s, const struct msg *reply);
/** What went to partners ... */
void who_partners(struct sheet *s, const struct msg *reply);
/** ... and who looked here, the newest first. */
void who_here(struct sheet *s, const struct msg *reply);

#endif /* KRING_CLIENT_PAPER_WHO_H */
