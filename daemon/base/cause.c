/* SPDX-License-Identifier: EUPL-1.2 */
/* A cause lies in its text as code, name, value, name, value, each with a zero behind it, and an empty name at the end: it is
 * copied, kept and handed on as a plain struct, and knows no language. */
#include "base/cause.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"

static_assert(sizeof((struct err_text *)0)->text >= 1024,
	      "a path of 512 bytes, and what was written");

/* One text more; the last byte stays zero, for the empty name. */
static bool put(struct err_text *out, size_t *len, const char *text)
{
	const size_t n = strlen(text) + 1;

	if (n > sizeof out->text - 1 - *len)
		return false;
	memcpy(out->text + *len, text, n);
	*len += n;
	return true;
}

enum err cause_set(struct err_text *out, enum err e, const char *code, const struct fill *values)
{
	size_t len = 0;

	require(code != NULL && values != NULL);
	/* who asked for no cause still gets the error, in one line of its caller */
	if (out == NULL)
		return e;
	/* all of it: what a longer cause left behind would be read as further values */
	memset(out->text, 0, sizeof out->text);
	require(put(out, &len, code));
	for (; values->name != NULL; values++) {
		const size_t before = len;
		char number[24];

		(void)snprintf(number, sizeof number, "%llu", (unsigned long long)values->number);
		if (put(out, &len, values->name) &&
		    put(out, &len, values->text != NULL ? values->text : number))
			continue;
		/* a name without its value would take the next name for it */
		memset(out->text + before, 0, sizeof out->text - before);
		break;
	}
	return e;
}

const char *cause_errno(int number)
{
	const char *name = strerrorname_np(number);

	/* Its name and not the words of libc, which has them in one language only. */
	return name == NULL || number == 0 ? "unknown error" : name;
}

/* A number is a number again, because plurals are chosen by it. */
static uint64_t number_of(const char *text)
{
	uint64_t n = 0;

	for (; *text >= '0' && *text <= '9' && n < UINT32_MAX; text++)
		n = n * 10 + (uint64_t)(*text - '0');
	return *text == '\0' ? n : 0;
}

void cause_values(const struct err_text *why, struct fill out[CAUSE_VALUES + 1])
{
	const char *p = why->text, *end = why->text + sizeof why->text - 1;
	size_t n = 0;

	require(*end == '\0');
	p += strlen(p) + 1;
	while (n < CAUSE_VALUES && p < end && *p != '\0') {
		const char *text = p + strlen(p) + 1;

		/* the last one was cut off with its buffer: what is left of it is no value */
		if (text >= end)
			break;
		out[n++] = (struct fill){p, text, number_of(text)};
		p = text + strlen(text) + 1;
	}
	out[n] = (struct fill){.name = NULL, .text = NULL};
}
