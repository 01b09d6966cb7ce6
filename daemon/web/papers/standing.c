/* SPDX-License-Identifier: EUPL-1.2 */
/* The same sentences as on the command line. */
#include "web/papers/standing.h"

#include <string.h>

#include "base/check.h"
#include "client/words/withdrawn.h"
#include "web/page.h"

struct writing {
	struct visit *v;
	struct standing *out;
};

/* The first one is the partner's own. */
static void on_line(void *ctx, bool first, const char *text)
{
	struct writing *w = ctx;

	require(first == (w->out->count == 0));
	w->out->full = w->out->full || w->out->count == STANDING_LINES;
	if (!w->out->full)
		w->out->lines[w->out->count++] = visit_keep(w->v, text);
}

/* Core gives no holder of a consent that holds, and then there is nothing to say. */
void standing_of(struct visit *v, enum list_lang lang, const struct msg *row, struct standing *out)
{
	struct writing w = {v, out};

	*out = (struct standing){.count = 0};
	withdrawn_say(lang, row, on_line, &w);
}

/* One that was made narrower is called so: the person did not end it. */
const char *standing_short(struct visit *v, const struct msg *row)
{
	const char *state = msg_text(row, GRANT_ROW_STATE),
		   *day = page_day(v, msg_text(row, GRANT_ROW_LAST_DAY)), *key = "grant-ended";

	require(msg_kind_of(row) == MSG_GRANT_ROW && state[0] != '\0');
	if (strcmp(state, "living") == 0 || strcmp(state, "not-yet") == 0)
		key = "grant-until";
	if (strcmp(state, "withdrawn") == 0 || strcmp(state, "restricted") == 0) {
		key = msg_text(row, GRANT_ROW_SUCCESSOR)[0] != '\0' ? "grant-narrowed"
								    : "grant-withdrawn";
		day = page_day_of(v, msg_u64(row, GRANT_ROW_WITHDRAWN_MS));
	}
	return visit_say(v, LIST_WEB, key, FILL({"day", day, 0}));
}
