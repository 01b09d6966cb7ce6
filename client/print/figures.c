/* SPDX-License-Identifier: EUPL-1.2 */
/* Sentences about figures, and how sure a figure is.  The words stand in config/lists/figures.psv in four languages;
 * what is filled in are numbers and names, never words, so that no sentence is put together from halves of a language. */
#include "client/print/figures.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "proto/lists.h"

/* Longer than out is cut at the end; the test of the lists rules that out. */
void figures_fill(const struct cli *c, const char *code, const struct figures_word *words,
		  char *out, size_t cap)
{
	require(c != NULL && code != NULL && words != NULL);
	require(out != NULL && cap > 0);
	const char *p = list_text(LIST_FIGURES, c->lang, code);
	size_t len = 0;

	while (*p != '\0' && len + 1 < cap) {
		/* A brace without a name of ours is printed as it stands: a slip in the list shows
		 * on the page, and no figure is lost. */
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

/* A number about one table: its noise, or its floor; 0 when the table was not published. */
static uint64_t share_number(const struct msg *flow, const char *table, unsigned field)
{
	for (size_t i = 0; i < msg_count(flow, FLOW_SHARES); i++)
		if (strcmp(msg_text(msg_at(flow, FLOW_SHARES, i), FLOW_SHARE_TABLE), table) == 0)
			return msg_u64(msg_at(flow, FLOW_SHARES, i), field);
	return 0;
}

uint64_t figures_error(const struct msg *flow, const char *table)
{
	require(flow != NULL && table != NULL);
	return share_number(flow, table, FLOW_SHARE_ERROR);
}

uint64_t figures_floor(const struct msg *flow, const char *table)
{
	require(flow != NULL && table != NULL);
	return share_number(flow, table, FLOW_SHARE_FLOOR);
}

const char *figures_number(uint64_t v, char out[24])
{
	require(out != NULL);
	(void)snprintf(out, 24, "%llu", (unsigned long long)v);
	return out;
}
