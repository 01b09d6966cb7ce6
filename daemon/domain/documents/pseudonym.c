/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person has another name with each partner, derived under the key of the case: two partners cannot tell that they speak
 * of the same person, and erasing the case ends the only link between the names.  The labels keep the names apart.
 */
#include "domain/documents/pseudonym.h"

#include "base/check.h"

#include <string.h>

enum err pseudonym_subject(struct turn *t, const struct id16 *case_id, const struct peer *p,
			   struct id16 *subject)
{
	uint8_t in[6 + 32];

	require(p != NULL && !p->self);
	memcpy(in, "person", 6);
	memcpy(in + 6, p->node_id.b, 32);
	return record_derive(t->txn, case_id, span_of(in, sizeof in), subject);
}

enum err pseudonym_thread(struct turn *t, const struct id16 *case_id, const struct peer *p,
			  const struct id16 *first, struct id16 *id)
{
	uint8_t in[6 + 32 + 16];

	require(p != NULL && !p->self);
	memcpy(in, "thread", 6);
	memcpy(in + 6, p->node_id.b, 32);
	memcpy(in + 38, first->b, 16);
	return record_derive(t->txn, case_id, span_of(in, sizeof in), id);
}
