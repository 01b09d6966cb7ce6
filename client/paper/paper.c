/* SPDX-License-Identifier: EUPL-1.2 */
/* A file that somebody prints is there when it is whole: half a person's file would be taken for all of it. */
#include "client/paper/paper.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/cli/page.h"
#include "client/print/print.h"
#include "client/words/letter.h"

enum list_lang paper_language(const struct cli *c, const struct msg *reply)
{
	const char *own = msg_text(msg_get(reply, REPLY_PERSON), PERSON_LANGUAGE);

	if (c->lang_asked)
		return c->lang;
	for (int l = 0; l < LIST_LANGS; l++)
		if (strncmp(own, list_langs[l], 2) == 0 && (own[2] == '\0' || own[2] == '-'))
			return (enum list_lang)l;
	return c->lang;
}

bool paper_open(struct cli *c, struct sheet *s, enum list_lang lang, int *code)
{
	const char *path = cli_option(c, "html");
	int fd;

	*s = (struct sheet){.c = c, .to = stdout, .lang = lang, .html = path != NULL};
	*code = CLI_DONE;
	if (path == NULL) {
		page_begin(c);
		return true;
	}
	*code = newfile_begin(c, &s->file, path);
	if (*code != CLI_DONE)
		return false;
	fd = dup(s->file.fd);
	s->to = fd < 0 ? NULL : fdopen(fd, "w");
	if (s->to != NULL)
		return true;
	*code = newfile_end(c, &s->file, newfile_unwritten(c, &s->file));
	return false;
}

void paper_damage(struct cli *c, struct msg *reply, const struct msg *from)
{
	for (size_t i = 0; i < msg_count(from, REPLY_DAMAGE); i++) {
		const struct msg *d = msg_at(from, REPLY_DAMAGE, i);
		bool had = false;

		for (size_t k = 0; !had && k < msg_count(reply, REPLY_DAMAGE); k++) {
			const struct msg *e = msg_at(reply, REPLY_DAMAGE, k);

			had = strcmp(msg_text(e, DAMAGE_ROW_KEY), msg_text(d, DAMAGE_ROW_KEY)) ==
				      0 &&
			      strcmp(msg_text(e, DAMAGE_ROW_TABLE),
				     msg_text(d, DAMAGE_ROW_TABLE)) == 0;
		}
		if (!had)
			msg_copy_fields(msg_add(&c->arena, reply, REPLY_DAMAGE), d);
	}
}

static int whole(const struct cli *c, const struct msg *reply)
{
	return msg_count(reply, REPLY_DAMAGE) > 0 ? print_damage(c, reply) : CLI_DONE;
}

int paper_json(const struct cli *c, const struct msg *req, const struct msg *reply)
{
	require(c->json);
	out_json(c, req, reply);
	return whole(c, reply);
}

int paper_close(struct cli *c, struct sheet *s, const struct msg *reply)
{
	const char *path = cli_option(c, "html");
	bool bad;
	int code;

	sheet_end(s);
	if (path == NULL) {
		page_end(c);
		return whole(c, reply);
	}
	bad = fflush(s->to) != 0 || ferror(s->to) != 0;
	code = bad ? newfile_unwritten(c, &s->file) : CLI_DONE;
	(void)fclose(s->to); /* of a copy: what it was about is told by the other one */
	code = newfile_end(c, &s->file, code);
	if (code != CLI_DONE)
		return code;
	print_say_line(c, "paper-made", FILL({"path", path, 0}));
	return whole(c, reply);
}

const char *paper_cats(const struct cli *c, enum list_lang lang, uint64_t cats,
		       char out[PAPER_LIST])
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++) {
		const char *word = cli_called(c, lang, LIST_CATEGORIES, msg_cat_name(bit));
		const size_t len = strlen(word);

		if ((cats >> bit & 1) == 0 || n + len + 3 > PAPER_LIST)
			continue;
		memcpy(out + n, ", ", 2);
		n += n == 0 ? 0 : 2;
		memcpy(out + n, word, len + 1);
		n += len;
	}
	return out;
}

void paper_from(struct sheet *s, const struct msg *reply)
{
	const struct msg *self = letter_self(reply);
	char day[WORDS_SHORT];

	require(s != NULL);
	if (self != NULL)
		sheet_say(s, "letter-from",
			  FILL({"org", msg_text(self, PARTNER_ROW_NAME), 0},
			       {"day", words_date(s->lang, msg_text(reply, REPLY_DAY), day), 0}));
}
