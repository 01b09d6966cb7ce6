/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "proto/lists.h"

static const struct list_entry *find(enum list_id list, const char *code)
{
	const struct list *l = &list_table[list];

	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->entries[i].code, code) == 0)
			return &l->entries[i];
	return NULL;
}

bool list_has(enum list_id list, const char *code)
{
	return find(list, code) != NULL;
}

const char *list_text(enum list_id list, enum list_lang lang, const char *code)
{
	const struct list_entry *e = find(list, code);

	return e == NULL ? code : e->text[lang];
}
