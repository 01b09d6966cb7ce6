/* SPDX-License-Identifier: EUPL-1.2 */
/* The lists of config/, compiled in.  They are short and asked for rarely: a linear search is all there is.  A code that is in
 * no list is shown as it is (list_text), for a partner of a newer release may use one that we do not know. */
#include <string.h>

#include "base/check.h"
#include "proto/list_table.h"

size_t list_place(enum list_id list, const char *code)
{
	const struct list *l = &list_table[list];
	size_t i = 0;

	require(list < LIST_COUNT && code != NULL);
	while (i < l->count && strcmp(list_words + l->entries[i].code, code) != 0)
		i++;
	return i;
}

/* NULL: there is none of that code. */
static const struct list_entry *find(enum list_id list, const char *code)
{
	const size_t i = list_place(list, code);

	return i == list_table[list].count ? NULL : &list_table[list].entries[i];
}

bool list_has(enum list_id list, const char *code)
{
	return find(list, code) != NULL;
}

const char *list_name(enum list_id list)
{
	require(list < LIST_COUNT);
	return list_names[list];
}

bool list_named(const char *name, enum list_id *list)
{
	require(name != NULL && list != NULL);
	for (size_t i = 0; i < LIST_COUNT; i++)
		if (strcmp(list_names[i], name) == 0) {
			*list = (enum list_id)i;
			return true;
		}
	return false;
}

/* Does the column "uses" name this use?  An entry without uses, and a question without one, fit each other: the column narrows
 * a list, it does not switch entries on. */
static bool used(const struct list_entry *e, const char *use)
{
	const char *uses = list_words + e->uses;
	const size_t n = strlen(use);

	if (n == 0 || uses[0] == '\0')
		return true;
	for (const char *at = uses; (at = strstr(at, use)) != NULL; at += n)
		if ((at == uses || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

const char *list_code(enum list_id list, const char *use, size_t i)
{
	const struct list *l;

	require(list < LIST_COUNT && use != NULL);
	l = &list_table[list];
	for (size_t k = 0; k < l->count; k++)
		if (used(&l->entries[k], use) && i-- == 0)
			return list_words + l->entries[k].code;
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

	require(lang < LIST_LANGS);
	return e == NULL ? code : list_words + e->text[lang];
}

/* Places are "NL" or, where holidays differ within a country, "BE-VLG". */
const struct holiday_country *list_country(const char *place)
{
	require(place != NULL);
	/* strncmp stops at the end of a shorter place, so nothing behind it is read. */
	for (size_t i = 0; i < list_country_count; i++)
		if (strncmp(list_countries[i].country, place, 2) == 0)
			return &list_countries[i];
	return NULL;
}

const char *list_region(const char *place)
{
	/* "NL-" has no region: the letters must follow. */
	return strlen(place) > 3 && place[2] == '-' ? place + 3 : "";
}

bool list_word(const char *words, const char *code)
{
	const size_t n = strlen(code);

	/* A whole word: "nl" must not be found in "nl-zeeland", whichever of the two comes first. */
	for (const char *at = words; n > 0 && (at = strstr(at, code)) != NULL; at += n)
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

bool list_has_place(const char *place)
{
	const struct holiday_country *c = list_country(place);

	return c != NULL && (place[2] == '\0' || list_word(c->regions, list_region(place)));
}
