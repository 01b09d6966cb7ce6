/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rows - to whom went what came under a partner's consent, and under which consent of ours.
 *
 * Layer:    domain/onward (base, proto, store; lower rooms).
 * Owns:     tables ONWARD, key grant 16 | child grant 16, and ABOVE, child grant 16 | grant 16.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction; a row outlives the case and both consents, until somebody removes it.
 * Privacy:  ids only.
 */
#ifndef KRING_DOMAIN_ONWARD_ROWS_H
#define KRING_DOMAIN_ONWARD_ROWS_H

#include "domain/turn.h"

/** What came under grant (a partner's) went to peer under child (ours).  Said twice it is one row. */
MUST_CHECK enum err onward_put(struct turn *t, const struct id16 *grant, const struct id16 *child,
			       uint16_t peer);
/** As store_each, over those that have the person under this grant. */
MUST_CHECK bool onward_each(struct turn *t, const struct id16 *grant, struct store_walk *w,
			    struct id16 *child, uint16_t *peer);
/** As store_each, over the partners' consents under which the person came that went on under child. */
MUST_CHECK bool onward_above(struct turn *t, const struct id16 *child, struct store_walk *w,
			     struct id16 *grant);
/** It was taken back there, and the answer came.  One that is not there is no error. */
MUST_CHECK enum err onward_drop(struct turn *t, const struct id16 *grant, const struct id16 *child);

#endif /* KRING_DOMAIN_ONWARD_ROWS_H */
