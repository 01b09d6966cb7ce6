/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * names - which partner is meant.
 *
 * Layer:    domain/membership (base, crypto; domain/state).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  organisations only.
 *
 * A partner is named by its whole name, however it is accented, capitalised and spaced; by what lists show to
 * type; by its fingerprint or its id; and, where nobody is put out by it, by a beginning that one member alone has.
 * No other part of a name names anybody.  Members come before those that were
 * removed; of two that fit nobody is chosen, because what follows may send a person there.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_NAMES_H
#define KRING_DOMAIN_MEMBERSHIP_NAMES_H

#include "domain/state.h"

enum { NAMES_TYPED_LEN = LIMIT_ORG_NAME + 3 };

/** names_find(t, name, &p): this node counts too.  ERR_NOTFOUND, explained, with what was perhaps meant. */
MUST_CHECK enum err names_find(struct turn *t, const char *name, struct peer **p);
/** The same, of other nodes only; also by the beginning of a name, of three letters or more, that one member alone has. */
MUST_CHECK enum err names_partner(struct turn *t, const char *name, struct peer **p);
/** The member of today that this names, for a place in a body: *p NULL when it names none.  ERR_NOTFOUND, explained:
 *  several fit, or it is a part of names and names nobody. */
MUST_CHECK enum err names_member(struct turn *t, const char *name, const struct peer **p);
/** Would one name stand for both organisations? */
bool names_same(const char *one, const char *other);
/** What to type for p: its slug, or its fingerprint without blanks where that would name another too. */
void names_typed(const struct node *n, const struct peer *p, char out[NAMES_TYPED_LEN]);

#endif /* KRING_DOMAIN_MEMBERSHIP_NAMES_H */
