/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The roster as it is signed: entries in their order.
 */
#include "domain/oversight/roster.h"

#include "domain/membership/roster.h"

enum err view_roster(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	return roster_list(t, reply);
}
