/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * again - a form that comes back as it was typed, with what is wrong above it; and a page that says what was done.
 *
 * Layer:    web.
 * Owns:     nothing; what is kept lies in formkept.h.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as formkept.h.
 *
 * A form in five lines: its GET row takes the field of AGAIN_FIELD in its query, its POST row has the fields of the form;
 * the GET calls again_open() and shows form_value() of what it gets in each field, and visit_once() as i;
 * the POST, in the function that core's reply comes to, calls again_refused() and returns when that is true;
 * else it goes on by visit_go(), or by again_go() where the next page says what was done.
 */
#ifndef KRING_WEB_AGAIN_H
#define KRING_WEB_AGAIN_H

#include "web/visit.h"

/** Of the query of a page that again_go may lead to. */
#define AGAIN_FIELD                                                                                \
	{                                                                                          \
		"e", FORM_CODE, KEPT_ID, false                                                     \
	}

/** What brought a browser to this page: the reply of core to the form that was sent before, NULL when there is none; where it was refused its
 *  words stand at the top of the page.  fields: of the form as its POST row has them; *typed: their values as they were sent, else "". */
struct msg *again_open(struct visit *v, const struct form_field *fields, size_t count,
		       struct form *typed);
/** The form that this page is sent as, as it was typed; its words stand at the top of the page.  False: nothing was. */
bool again_form(struct visit *v, struct form *typed);
/** The form of this visit and the reply are kept, and the browser goes to the page of that address, which finds them.  The visit is over. */
void again_go(struct visit *v, struct msg *reply, const char *to);
/** What this form asked for is done: the page of that address says so once, by this row (again_did).  The visit is over. */
void again_done(struct visit *v, const char *key, const char *to);
/** What brought a browser to this page, as a line of it: the row that again_done() named, of web.psv, else of said.psv.  Nothing where
 *  nothing was done. */
void again_did(struct visit *v, const struct msg *before, const char *partner, const char *ref);
/** A reply that was refused: back to the page of the form, which has the address it was sent to; of what waits for a second person now, to
 *  its own page.  True: it was one, and the visit is over. */
bool again_refused(struct visit *v, struct msg *reply);

#endif /* KRING_WEB_AGAIN_H */
