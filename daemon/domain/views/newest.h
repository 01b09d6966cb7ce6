/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * newest - the rows of an answer in the order in which things happened, the newest first.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  looks at times, and at names of organisations.
 *
 * Consents and what was disclosed are found by ids that are drawn: without this their order would say nothing, and be another
 * one for each person.
 */
#ifndef KRING_DOMAIN_VIEWS_NEWEST_H
#define KRING_DOMAIN_VIEWS_NEWEST_H

#include "domain/turn.h"

/** list: a repeated message of the reply; at_ms, name and id: fields of it.  Of equal times by name, then by id. */
void view_newest_first(struct msg *reply, unsigned list, unsigned at_ms, unsigned name,
		       unsigned id);

#endif
