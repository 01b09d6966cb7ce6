/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * lost - a form that could not be taken comes back as it was typed, to whoever typed it.
 *
 * Layer:    web.
 * Owns:     nothing; what is kept lies in formkept.h.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as formkept.h.
 */
#ifndef KRING_WEB_KEPT_LOST_H
#define KRING_WEB_KEPT_LOST_H

#include "web/visit.h"

/** Of visit_site.  True: the form is kept, the browser goes to where it stands again, and the visit is over. */
bool lost_form(struct visit *v, enum visit_lost why);

#endif /* KRING_WEB_KEPT_LOST_H */
