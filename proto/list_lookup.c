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

static bool used(const struct list_entry *e, const char *use)
{
	const size_t n = strlen(use);

	if (n == 0 || e->uses[0] == '\0')
		return true;
	for (const char *at = e->uses; (at = strstr(at, use)) != NULL; at += n)
		if ((at == e->uses || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

const char *list_code(enum list_id list, const char *use, size_t i)
{
	const struct list *l = &list_table[list];

	for (size_t k = 0; k < l->count; k++)
		if (used(&l->entries[k], use) && i-- == 0)
			return l->entries[k].code;
	return NULL;
}

bool list_takes(enum list_id list, const char *use, const char *code)
{
	const struct list_entry *e = find(list, code);

	return e != NULL && used(e, use);
}

const char *list_text(enum list_id list, enum list_lang lang, const char *code)
{
	const struct list_entry *e = find(list, code);

	return e == NULL ? code : e->text[lang];
}
