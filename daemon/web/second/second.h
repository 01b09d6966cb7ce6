/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * second - what one person asked for and a second one has to confirm: all of it, and each with the two buttons.
 *
 * Layer:    web.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  names, as core shows them to whoever is signed in; an address holds the id of what was asked.
 *
 * Who may confirm is core's to say (PendingRow.stage).
 *
 *	/second		all that waits
 *	/second/ID	one of them; the form confirms it, or ends it
 */
#ifndef KRING_WEB_SECOND_SECOND_H
#define KRING_WEB_SECOND_SECOND_H

#include "web/visit.h"

enum { SECOND_FIELDS = 2 };
extern const struct form_field second_fields[SECOND_FIELDS];

/** Of a row of REPLY_PENDING: what was asked for; whose case, or who; whose move it is and until when; may whoever reads it say yes? */
const char *second_what(struct visit *v, const struct msg *row);
const char *second_who(struct visit *v, const struct msg *row);
const char *second_stands(struct visit *v, const struct msg *row);
bool second_may(const struct msg *row);

void second_list_open(struct visit *v);
void second_one_open(struct visit *v);
void second_one_try(struct visit *v);

#endif /* KRING_WEB_SECOND_SECOND_H */
