/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables are short and are walked: the first row that fits is the one.  A pattern is compared segment by segment with a path that
 * was decoded already, so that no way of writing an address leads past a row. */
#include "web/route.h"

#include <string.h>

#include "base/check.h"

/* The length of the segment at p, and where the next one begins; NULL behind the last. */
static const char *next_of(const char *p, size_t *len)
{
	*len = strcspn(p, "/");
	return p[*len] == '/' ? p + *len + 1 : NULL;
}

/* A word in capitals stands for whatever is there; no page of ours has capitals in its address. */
static bool any(const char *p)
{
	return p[0] >= 'A' && p[0] <= 'Z';
}

/* As many segments, and each the same or anything. */
static bool fits(const char *pattern, const struct form_path *path)
{
	const char *p = pattern + 1, *next;
	size_t i = 0, len;

	require(pattern[0] == '/');
	if (p[0] == '\0')
		return path->count == 0;
	for (; p != NULL; p = next, i++) {
		next = next_of(p, &len);
		if (i == path->count || (!any(p) && (strlen(path->segment[i]) != len ||
						     strncmp(p, path->segment[i], len) != 0)))
			return false;
	}
	return i == path->count;
}

/* The other method is told apart, because a page that is there but only read answers 405 and not 404. */
const struct route *route_find(const struct route *table, size_t count, bool post,
			       const struct form_path *path, bool *other)
{
	*other = false;
	for (size_t i = 0; i < count; i++) {
		require(table[i].open != NULL && table[i].field_count <= FORM_FIELDS - 2);
		if (!fits(table[i].pattern, path))
			continue;
		if (table[i].post == post)
			return &table[i];
		*other = true;
	}
	return NULL;
}

const char *route_word(const struct route *r, const struct form_path *path, const char *word)
{
	const char *p = r->pattern + 1, *next;
	size_t len;

	require(word[0] != '\0' && any(word));
	for (size_t i = 0; p != NULL && i < path->count; p = next, i++) {
		next = next_of(p, &len);
		if (strlen(word) == len && strncmp(p, word, len) == 0)
			return path->segment[i];
	}
	return "";
}
