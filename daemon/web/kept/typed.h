/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * typed - words of a form that came back, on a page that has no form for them any more.
 *
 * Layer:    web.
 * Owns:     nothing; what is kept lies in formkept.h.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as formkept.h: whoever typed it reads it, and only in a session that core knows.
 */
#ifndef KRING_WEB_KEPT_TYPED_H
#define KRING_WEB_KEPT_TYPED_H

#include "web/visit.h"

/** A field of a form, as people call it. */
const char *typed_label(struct visit *v, const char *field);
/** Can a page show again what is sent to this address? */
bool typed_has_page(const struct visit *v);
/** The words of the form that brought a browser to this page, at the top of it (page_frame.typed); nothing, where there are none.  A page
 *  that shows the form itself has none there (again_open). */
void typed_words(struct visit *v);

#endif /* KRING_WEB_KEPT_TYPED_H */
