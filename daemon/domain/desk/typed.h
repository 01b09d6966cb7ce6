/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * typed - what people type of a person has to be of its field's kind.
 *
 * Layer:    domain/desk (base, proto; turn.h).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  reads a person's own words; a refusal names the field, never what stands in it.
 */
#ifndef KRING_DOMAIN_DESK_TYPED_H
#define KRING_DOMAIN_DESK_TYPED_H

#include "domain/turn.h"

/** person: MSG_PERSON or NULL.  ERR_INVAL, said in t->refusal: the first field that is not of its kind. */
MUST_CHECK enum err typed_person(struct turn *t, const struct msg *person);

#endif /* KRING_DOMAIN_DESK_TYPED_H */
