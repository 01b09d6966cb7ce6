/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of sentences, and how they stand in a reply: one field of Value for each kind, so that a client knows what it got. */
#include "domain/say.h"

#include "base/check.h"

#include <string.h>

struct say say_text(const char *name, const char *text)
{
	require(name != NULL && text != NULL);
	return (struct say){.name = name, .type = SAY_TEXT, .text = text};
}

struct say say_number(const char *name, uint64_t number)
{
	require(name != NULL);
	return (struct say){.name = name, .type = SAY_NUMBER, .number = number};
}

struct say say_code(const char *name, enum list_id list, const char *code)
{
	require(name != NULL && list < LIST_COUNT && code != NULL);
	return (struct say){.name = name, .type = SAY_CODE, .text = code, .list = list};
}

struct say say_field(const char *name, const char *field, char buf[SAY_FIELD])
{
	static const char *const words[][2] = {
		{"who", "NAME"}, {"org", "NAME"},    {"id", "ID"},	     {"case_id", "CASE"},
		{"ref", "REF"},	 {"other", "OTHER"}, {"partner", "PARTNER"},
	};
	size_t n = 2;

	require(name != NULL && field != NULL && buf != NULL);
	if (list_has(LIST_PERSON, field))
		return say_code(name, LIST_PERSON, field);
	memcpy(buf, "--", 3);
	for (; n < SAY_FIELD - 1 && field[n - 2] != '\0'; n++)
		buf[n] = (char)(field[n - 2] == '_' ? '-' : field[n - 2]);
	buf[n] = '\0';
	if (list_has(LIST_OPTIONS, buf))
		return say_code(name, LIST_OPTIONS, buf);
	/* what stands behind the command has no name of its own there, but its place has one */
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(field, words[i][0]) == 0)
			return say_code(name, LIST_ARGUMENTS, words[i][1]);
	return say_code(name, LIST_ARGUMENTS, "TEXT");
}

struct say say_day(const char *name, const char *day)
{
	require(name != NULL && day != NULL);
	return (struct say){.name = name, .type = SAY_DAY, .text = day};
}

struct say say_moment(const char *name, uint64_t ms)
{
	require(name != NULL);
	return (struct say){.name = name, .type = SAY_MOMENT, .number = ms};
}

struct say say_seconds(const char *name, uint64_t seconds)
{
	require(name != NULL);
	return (struct say){.name = name, .type = SAY_SECONDS, .number = seconds};
}

void say_add(struct arena *a, struct msg *m, unsigned field, const struct say *v)
{
	struct msg *out;

	if (v->type == SAY_NOTHING)
		return;
	out = msg_add(a, m, field);
	msg_set_text(a, out, VALUE_NAME, v->name);
	switch (v->type) {
	case SAY_TEXT:
		msg_set_text(a, out, VALUE_TEXT, v->text);
		break;
	case SAY_CODE:
		msg_set_text(a, out, VALUE_LIST, list_name(v->list));
		msg_set_text(a, out, VALUE_CODE, v->text);
		break;
	case SAY_DAY:
		msg_set_text(a, out, VALUE_DAY, v->text);
		break;
	case SAY_NUMBER:
		msg_set_u64(out, VALUE_NUMBER, v->number);
		break;
	case SAY_MOMENT:
		msg_set_u64(out, VALUE_MOMENT_MS, v->number);
		break;
	case SAY_SECONDS:
		msg_set_u64(out, VALUE_SECONDS, v->number);
		break;
	case SAY_NOTHING:
		break;
	}
}
