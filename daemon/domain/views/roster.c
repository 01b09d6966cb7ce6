/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/views/roster.h"

#include "domain/membership/roster.h"

enum err view_roster(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	return roster_list(t, reply);
}
