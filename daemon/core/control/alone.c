/* SPDX-License-Identifier: EUPL-1.2 */
#include "core/control/alone.h"

#include <string.h>

#include "base/cause.h"
#include "base/check.h"
#include "domain/say.h"
#include "proto/lists.h"
#include "proto/msg.h"

/* A code, and what its words name: {error} is a code, too. */
static void add_cause(struct arena *a, struct msg *reply, const struct err_text *why)
{
	const struct say cause = say_code("cause", LIST_CAUSES, why->text);
	struct fill values[CAUSE_VALUES + 1];

	cause_values(why, values);
	say_add(a, reply, REPLY_VALUES, &cause);
	for (const struct fill *v = values; v->name != NULL; v++) {
		const struct say s = strcmp(v->name, "error") == 0
					     ? say_code(v->name, LIST_ERRORS, v->text)
					     : say_text(v->name, v->text);

		say_add(a, reply, REPLY_VALUES, &s);
	}
}

/* Either an error with its code, or the state of the node and nothing else of it. */
enum err alone_pack(struct arena *a, const struct alone *x, struct span *out)
{
	struct msg *reply = msg_new(a, MSG_REPLY);

	require(x->error == NULL || x->code != REFUSAL_NONE);
	if (x->error != NULL) {
		msg_set_text(a, reply, REPLY_ERROR, x->error);
		msg_set_text(a, reply, REPLY_CODE, list_refusal_codes[x->code]);
		if (x->why != NULL)
			add_cause(a, reply, x->why);
	} else {
		msg_set_u64(msg_sub(a, reply, REPLY_STATUS), STATUS_LOCKED, x->locked);
	}
	return msg_pack(a, reply, out);
}
