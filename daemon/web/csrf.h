/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * csrf - a form came from a page of ours, of this person, for this address.
 *
 * Layer:    web (base, crypto/hash).
 * Owns:     nothing: what a form carries follows from the cookie and the path, so that no table of forms is kept.
 * Threads:  any.
 * Time:     none; it holds as long as the cookie.
 * Durable:  nothing.
 * Privacy:  none; a token cannot be found out of it.
 */
#ifndef KRING_WEB_CSRF_H
#define KRING_WEB_CSRF_H

#include <stdbool.h>

#include "web/cookie.h"

enum { CSRF_TEXT = 22, CSRF_KEY = 32, CSRF_K = 2 * CSRF_TEXT };

/** Under which all forms of a session are made.  Whoever has it can tell its forms, and cannot sign in. */
void csrf_key(const uint8_t token[COOKIE_TOKEN], uint8_t key[CSRF_KEY]);
/** As csrf_holds, by that key. */
bool csrf_holds_by(const uint8_t key[CSRF_KEY], const char *path, const char *k);

/** What the form of that path carries as its field k. */
void csrf_make(const uint8_t token[COOKIE_TOKEN], const char *path, char out[CSRF_TEXT + 1]);
/** Whoever has that id in the table of staff, in a form that is the same after everything was started again. */
void csrf_whose(const char *id, char out[CSRF_TEXT + 1]);
/** Behind csrf_make() stands on whose page the form of that path was (csrf_whose).  It proves nothing: a form that is not of this session
 *  is never acted on, and this says to whom it may be shown again. */
void csrf_page_of(const char *whose, const char *path, char out[CSRF_TEXT + 1]);
/** ... of a k that came back; "": it says nobody. */
const char *csrf_says(const char *k);
/** In the same time whatever was sent. */
bool csrf_holds(const uint8_t token[COOKIE_TOKEN], const char *path, const char *k);
/** What the browser says of where the form was: fetch_site and origin are headers, NULL where there was none; own is our address.
 *	Sec-Fetch-Site		Origin		ours
 *	same-origin		any		yes
 *	another			any		no
 *	none sent		equal to own	yes
 *	none sent		else, none	no */
bool csrf_same_site(const char *fetch_site, const char *origin, const char *own);

#endif /* KRING_WEB_CSRF_H */
