/* SPDX-License-Identifier: EUPL-1.2 */
/* "field value", one a line; a further line of a text begins with a tab.  Names are those of the schema. */
#include "client/cli/notes.h"

#include <string.h>

#include "base/check.h"
#include "base/limits.h"

static const char note_name[] = "note";

struct out {
	char *p;
	size_t n;
	bool over;
};

static void add(struct out *o, const char *s, size_t n)
{
	if (o->over || o->n + n >= LIMIT_DRAFT) {
		o->over = true;
		return;
	}
	memcpy(o->p + o->n, s, n);
	o->n += n;
}

static void add_field(struct out *o, const char *name, const char *value)
{
	add(o, name, strlen(name));
	add(o, " ", 1);
	for (size_t n; *value != '\0'; value += n) {
		n = strcspn(value, "\n");
		add(o, value, n);
		if (value[n] == '\n') {
			add(o, "\n\t", 2);
			n++;
		}
	}
	add(o, "\n", 1);
}

char *notes_of_person(struct cli *c, const struct msg *person, const char *note)
{
	struct out o = {.p = arena_alloc(&c->arena, LIMIT_DRAFT)};
	struct msg_field f;

	require(person != NULL && note != NULL);
	if (o.p == NULL)
		return NULL;
	for (size_t i = 0; msg_field_at(person, i, &f); i++)
		if (msg_has(person, f.number))
			add_field(&o, f.name,
				  f.type == MSG_TYPE_TEXT	   ? msg_text(person, f.number)
				  : msg_u64(person, f.number) != 0 ? "yes"
								   : "no");
	if (note[0] != '\0')
		add_field(&o, note_name, note);
	o.p[o.n] = '\0';
	return o.over ? NULL : o.p;
}

static void take(struct cli *c, const char *name, const char *value, struct msg *person, char *note,
		 size_t cap)
{
	struct msg_field f;

	if (strcmp(name, note_name) == 0 && strlen(value) < cap)
		memcpy(note, value, strlen(value) + 1);
	for (size_t i = 0; msg_field_at(person, i, &f); i++) {
		if (strcmp(f.name, name) != 0)
			continue;
		if (f.type == MSG_TYPE_TEXT)
			msg_set_text(&c->arena, person, f.number, value);
		else
			msg_set_u64(person, f.number, strcmp(value, "yes") == 0 ? 1 : 0);
	}
}

/* The value is put together in a copy, which is never longer than the text. */
void notes_to_person(struct cli *c, const char *text, struct msg *person, char *note, size_t cap)
{
	char *copy = arena_text(&c->arena, text), *at = copy;

	require(person != NULL && note != NULL);
	while (at != NULL && *at != '\0') {
		char *name = at, *value, *to;

		value = strchr(at, ' ');
		if (value == NULL)
			return;
		*value++ = '\0';
		for (to = at = value; *at != '\0'; at++) {
			if (*at == '\n' && at[1] != '\t')
				break;
			*to++ = *at;
			at += *at == '\n' ? 1 : 0; /* the tab is no part of the text */
		}
		at += *at == '\n' ? 1 : 0;
		*to = '\0';
		take(c, name, value, person, note, cap);
	}
}
