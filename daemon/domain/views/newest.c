/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * By insertion: one case has a few rows, and the most that an answer holds is moved in some milliseconds.
 */
#include "domain/views/newest.h"

#include <string.h>

static bool before(const struct msg *a, const struct msg *b, unsigned at_ms, unsigned name,
		   unsigned id)
{
	int order;

	if (msg_u64(a, at_ms) != msg_u64(b, at_ms))
		return msg_u64(a, at_ms) > msg_u64(b, at_ms);
	order = strcmp(msg_text(a, name), msg_text(b, name));
	return order == 0 ? strcmp(msg_text(a, id), msg_text(b, id)) < 0 : order < 0;
}

void view_newest_first(struct msg *reply, unsigned list, unsigned at_ms, unsigned name, unsigned id)
{
	for (size_t i = 1; i < msg_count(reply, list); i++) {
		const struct msg *row = msg_at(reply, list, i);
		size_t to = i;

		for (; to > 0 && before(row, msg_at(reply, list, to - 1), at_ms, name, id); to--)
			msg_replace(reply, list, to, msg_at(reply, list, to - 1));
		msg_replace(reply, list, to, row);
	}
}
