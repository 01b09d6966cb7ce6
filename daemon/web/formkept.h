/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * formkept - what somebody typed and what core said of it, between a form and the page after it.
 *
 * Layer:    web (base).
 * Owns:     the bytes of a few forms, in locked memory; wiped when they go.
 * Threads:  the loop's.
 * Time:     monotonic milliseconds; each is let go after KEPT_MS.
 * Durable:  nothing.
 * Privacy:  forms are about people: they stay in the memory of this process, and only the session that sent one gets it back.
 *
 * A form is always answered with another address, so that no browser keeps what was sent.  That address names what lies here by a random
 * number, which is worth nothing without the session.
 */
#ifndef KRING_WEB_FORMKEPT_H
#define KRING_WEB_FORMKEPT_H

#include "base/bytes.h"
#include "base/err.h"
#include "web/cookie.h"

enum { KEPT_ID = 16, KEPT_FORMS = 32, KEPT_OWN = 4, KEPT_PATH = 128, KEPT_MS = 30 * 60 * 1000 };

struct formkept;

MUST_CHECK enum err formkept_create(struct formkept **out);
void formkept_free(struct formkept *k);

/** A form as it came, and the reply to it as it came from core, both copied; of one session KEPT_OWN are kept and the oldest goes, of all KEPT_FORMS.
 *  id: under which it is found again.  ERR_NOMEM; ERR_LIMIT: the path is longer than any of ours. */
MUST_CHECK enum err formkept_put(struct formkept *k, const uint8_t token[COOKIE_TOKEN],
				 const char *path, struct span body, struct span reply,
				 char id[KEPT_ID + 1]);
/** Borrowed until the next formkept_put or formkept_drop.  False: there is none, or it is another session's or another path's. */
bool formkept_find(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		   const char *id, struct span *body, struct span *reply);
/** The session is over. */
void formkept_drop(struct formkept *k, const uint8_t token[COOKIE_TOKEN]);

#endif /* KRING_WEB_FORMKEPT_H */
