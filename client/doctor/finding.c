/* SPDX-License-Identifier: EUPL-1.2 */
/* The only printer of findings: whoever looked, this process or kringd's tool, gives a code and values, so that each
 * sentence stands once and in four languages.  A line is printed when it was found: what waits for a machine that does
 * not answer holds nothing back. */
#include "client/doctor/finding.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/cli/out.h"

enum { TEXT_LEN = 2 * WORDS_LONG, LEVEL_WIDTH = 9, TOPIC_WIDTH = 14, VALUES = 16 };

static const char *const levels[FINDING_LEVELS] = {"ok", "warning", "critical"};

bool finding_level_of(const char *name, enum finding_level *level)
{
	require(name != NULL && level != NULL);
	for (unsigned i = 0; i < FINDING_LEVELS; i++)
		if (strcmp(name, levels[i]) == 0) {
			*level = (enum finding_level)i;
			return true;
		}
	return false;
}

void finding_begin(struct findings *f, const struct cli *c)
{
	require(f != NULL && c != NULL);
	*f = (struct findings){.c = c, .rows = c->json ? json_array() : NULL};
}

int finding_end(struct findings *f)
{
	require(f != NULL && f->worst < FINDING_LEVELS);
	if (f->c->json)
		out_tree(f->c, json_pack("{s:o, s:i}", "findings", f->rows, "exit", (int)f->worst));
	return (int)f->worst;
}

/* The row PREFIX-CODE with its values; "" where the list has none. */
static const char *said(const struct findings *f, const char *prefix, const char *code,
			const struct fill *values, char out[TEXT_LEN])
{
	char row[64];
	const int n = snprintf(row, sizeof row, "%s%s", prefix, code);

	require(n > 0 && (size_t)n < sizeof row);
	out[0] = '\0';
	if (!list_has(LIST_DOCTOR, row))
		return out;
	return fill_text(out, TEXT_LEN, list_text(LIST_DOCTOR, f->c->lang, row), values,
			 words_plural(f->c->lang));
}

/* What helps.  A node in a directory of its own was started by hand: no unit of systemd knows it. */
static void what_helps(const struct findings *f, const char *code, const struct fill *values,
		       char out[TEXT_LEN])
{
	struct fill with[VALUES + 2];
	size_t n = 0;

	if (strcmp(f->c->dir, CLI_DIR) != 0) {
		for (; values[n].name != NULL; n++) {
			require(n < VALUES);
			with[n] = values[n];
		}
		with[n] = (struct fill){"place", f->c->dir, 0};
		with[n + 1] = (struct fill){.name = NULL};
		if (said(f, "own-", code, with, out)[0] != '\0')
			return;
	}
	(void)said(f, "do-", code, values, out);
}

/* A value may be a name of a file, which need not be UTF-8. */
static void member(json_t *row, const char *name, const char *text)
{
	json_t *value = json_string(text);

	(void)json_object_set_new(row, name, value == NULL ? json_string("?") : value);
}

/* Characters and not bytes are counted: an accent is one column. */
static void cell(const char *s, size_t width)
{
	size_t n = 0;

	for (const char *p = s; *p != '\0'; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	(void)fputs(s, stdout);
	do
		(void)putchar(' ');
	while (++n <= width);
}

void finding_add(struct findings *f, enum finding_level level, const char *topic, const char *code,
		 const struct fill *values)
{
	char text[TEXT_LEN], remedy[TEXT_LEN], tell[TEXT_LEN], name[TEXT_LEN];
	const struct cli *c = f->c;

	require(f->c != NULL);
	require(level < FINDING_LEVELS && topic != NULL && code != NULL && values != NULL);
	f->worst = level > f->worst ? level : f->worst;
	f->troubles += level != FINDING_OK;
	if (f->mute)
		return;
	(void)said(f, "", code, values, text);
	what_helps(f, code, values, remedy);
	(void)said(f, "tell-", code, values, tell);
	if (c->json) {
		json_t *row = json_object();

		member(row, "level", levels[level]);
		member(row, "topic", topic);
		member(row, "code", code);
		member(row, "text", text);
		member(row, "remedy", remedy);
		member(row, "tell", tell);
		(void)json_array_append_new(f->rows, row);
		return;
	}
	cell(said(f, "level-", levels[level], FILL_NONE, name), LEVEL_WIDTH);
	cell(said(f, "topic-", topic, FILL_NONE, name), TOPIC_WIDTH);
	text_print(stdout, text);
	if (remedy[0] != '\0') {
		(void)printf("%s%s%s", words_semicolon(c->lang),
			     list_text(LIST_UI, c->lang, "what-helps"), words_colon(c->lang));
		text_print(stdout, remedy);
	}
	(void)putchar('\n');
	if (f->tell && tell[0] != '\0') {
		cell("", LEVEL_WIDTH + TOPIC_WIDTH + 1);
		text_print(stdout, tell);
		(void)putchar('\n');
	}
	(void)fflush(stdout); /* the next one may take seconds */
}
