/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * formkept - what somebody typed and what core said of it, between a form and the page after it.
 *
 * Layer:    web (base).
 * Owns:     the bytes of a few forms, in locked memory; wiped when they go.
 * Threads:  the loop's.
 * Time:     monotonic milliseconds; each is let go after KEPT_MS.
 * Durable:  nothing.
 * Privacy:  forms are about people: they stay in the memory of this process, and only the session that sent one gets it back,
 *           or the same person in another one.
 *
 * A form is always answered with another address, so that no browser keeps what was sent.  That address names what lies here by a random
 * number, which is worth nothing without the session.
 */
#ifndef KRING_WEB_KEPT_FORMKEPT_H
#define KRING_WEB_KEPT_FORMKEPT_H

#include "base/bytes.h"
#include "base/err.h"
#include "web/cookie.h"
#include "web/csrf.h"

enum { KEPT_ID = 16, KEPT_FORMS = 32, KEPT_OWN = 4, KEPT_PATH = 128, KEPT_MS = 30 * 60 * 1000 };
enum { KEPT_PERSON = CSRF_TEXT + 1, KEPT_UNKNOWN = 8 };

/** A form as it came, for the page of that path, and the reply to it; all is copied. */
struct kept_form {
	const char *path;
	struct span body, reply;
};

struct formkept;

MUST_CHECK enum err formkept_create(struct formkept **out);
void formkept_free(struct formkept *k);

/** Core said so: this token signs in whoever has that id (StaffRow), "" nobody.  Of as many sessions as core has it is remembered, also when they are over. */
void formkept_signed_in(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *staff);
/** Of which person (csrf_whose), as far as it is known here; "": it is not.  Borrowed until the next formkept_signed_in, as in the next one. */
const char *formkept_person(struct formkept *k, const uint8_t token[COOKIE_TOKEN]);
/** ... of whose page a form of that path is which carries form_k. */
const char *formkept_whose(const struct formkept *k, const char *path, const char *form_k);

/** Of this session, and of its person if that is known.  One session or person has KEPT_OWN and the oldest goes, all together KEPT_FORMS.
 *  id: under which it is found again.  ERR_NOMEM; ERR_LIMIT: the path is longer than any of ours. */
MUST_CHECK enum err formkept_put(struct formkept *k, const uint8_t token[COOKIE_TOKEN],
				 const struct kept_form *form, char id[KEPT_ID + 1]);
/** ... of this person, in whichever session. */
MUST_CHECK enum err formkept_put_for(struct formkept *k, const char *person,
				     const struct kept_form *form, char id[KEPT_ID + 1]);
/** ... of whom the form itself says (csrf_page_of), whose session is not known here: since a restart all were unknown.  It waits for that person in
 *  the browser that sent it, which is known by a token; of such forms there are KEPT_UNKNOWN, and the oldest of them goes. */
MUST_CHECK enum err formkept_put_unknown(struct formkept *k, const uint8_t browser[COOKIE_TOKEN],
					 const char *says, const struct kept_form *form,
					 char id[KEPT_ID + 1]);
/** That browser signed in by that token: what waits there under that id is of its person, if it is the one whom the form names. */
void formkept_claim(struct formkept *k, const uint8_t browser[COOKIE_TOKEN],
		    const uint8_t token[COOKIE_TOKEN], const char *id);
/** Borrowed until the next formkept_put or formkept_drop.  False: there is none, or it is another session's or another path's. */
bool formkept_find(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		   const char *id, struct span *body, struct span *reply);
/** The path of whichever has that id and is this session's, or its person's; NULL: there is none.  Borrowed as above. */
const char *formkept_path(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *id);
/** The session is over. */
void formkept_drop(struct formkept *k, const uint8_t token[COOKIE_TOKEN]);

#endif /* KRING_WEB_KEPT_FORMKEPT_H */
