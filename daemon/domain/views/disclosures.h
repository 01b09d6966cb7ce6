/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * disclosures - what left about a person, to whom, when and under which consent.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  categories and times; no content.
 */
#ifndef KRING_DOMAIN_VIEWS_DISCLOSURES_H
#define KRING_DOMAIN_VIEWS_DISCLOSURES_H

#include "domain/state.h"

/** All disclosures under the grants of a case, into reply. */
MUST_CHECK enum err view_disclosures(struct turn *t, const struct id16 *case_id, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_DISCLOSURES_H */
