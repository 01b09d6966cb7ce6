/* SPDX-License-Identifier: EUPL-1.2 */
/* Sentences about figures, and how sure a figure is.  The words stand in config/lists/figures.psv in four languages;
 * what is filled in are numbers and names, never words, so that no sentence is put together from halves of a language. */
#include "client/flow/figures.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "proto/lists.h"

/* Longer than out is cut at the end; the test of the lists rules that out. */
void figures_fill(const struct cli *c, const char *code, const struct fill *words, char *out,
		  size_t cap)
{
	require(c != NULL && code != NULL && words != NULL);
	require(out != NULL && cap > 0);
	(void)fill_text(out, cap, list_text(LIST_FIGURES, c->lang, code), words,
			words_plural(c->lang));
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
