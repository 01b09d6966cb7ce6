/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/print/figures.h"

#include <stdio.h>
#include <string.h>

#include "proto/lists.h"

/* Text of the list with {name} replaced; longer than out is cut at the end, which the test of the lists rules out. */
void figures_fill(const struct cli *c, const char *code, const struct figures_word *words,
		  char *out, size_t cap)
{
	const char *p = list_text(LIST_FIGURES, c->lang, code);
	size_t len = 0;

	while (*p != '\0' && len + 1 < cap) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		const struct figures_word *w = words;

		while (end != NULL && w->name != NULL &&
		       (strlen(w->name) != (size_t)(end - p - 1) ||
			strncmp(w->name, p + 1, (size_t)(end - p - 1)) != 0))
			w++;
		if (end == NULL || w->name == NULL) {
			out[len++] = *p++;
			continue;
		}
		len += (size_t)snprintf(out + len, cap - len, "%s", w->text);
		p = end + 1;
	}
	out[len < cap ? len : cap - 1] = '\0';
}

static uint64_t share_number(const struct msg *flow, const char *table, unsigned field)
{
	for (size_t i = 0; i < msg_count(flow, FLOW_SHARES); i++)
		if (strcmp(msg_text(msg_at(flow, FLOW_SHARES, i), FLOW_SHARE_TABLE), table) == 0)
			return msg_u64(msg_at(flow, FLOW_SHARES, i), field);
	return 0;
}

uint64_t figures_error(const struct msg *flow, const char *table)
{
	return share_number(flow, table, FLOW_SHARE_ERROR);
}

uint64_t figures_floor(const struct msg *flow, const char *table)
{
	return share_number(flow, table, FLOW_SHARE_FLOOR);
}
