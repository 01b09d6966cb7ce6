/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of a case, each as a line. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"

enum { SIZE_CELL = 10, NAME_CELL = 36, FROM_CELL = 20 };

static const struct {
	const char *state, *say;
} states[] = {{"writing", "file-writing"}, {"waiting", "file-waiting"}, {"coming", "file-coming"},
	      {"wrong", "file-wrong"},	   {"missing", "file-missing"}, {"whole", "file-whole"}};

/* Number, name, size, from whom, and how far it is here: as much as is needed to call it. */
static void print_file(const struct cli *c, const struct msg *r)
{
	const char *from = msg_text(r, FILE_ROW_FROM);
	char no[16], size[WORDS_SHORT];

	/* of those of a handover the list of their case has the number */
	(void)snprintf(no, sizeof no, "%u", (unsigned)msg_u64(r, FILE_ROW_NO));
	if (msg_u64(r, FILE_ROW_NO) == 0)
		no[0] = '\0';
	print_cell(no, 5);
	print_cell(msg_text(r, FILE_ROW_NAME)[0] == '\0' ? words_of(c->lang, "file-unnamed")
							 : msg_text(r, FILE_ROW_NAME),
		   NAME_CELL);
	print_cell(words_size(c->lang, msg_u64(r, FILE_ROW_SIZE), size), SIZE_CELL);
	print_cell(from[0] == '\0' ? words_of(c->lang, "file-own") : from, FROM_CELL);
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i].state, msg_text(r, FILE_ROW_STATE)) == 0)
			print_say(c, states[i].say,
				  FILL({"have", NULL, msg_u64(r, FILE_ROW_HAVE)},
				       {"all", NULL, msg_u64(r, FILE_ROW_CHUNKS)}));
	(void)putchar('\n');
}

void print_files(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_FILES); i++)
		print_file(c, msg_at(reply, REPLY_FILES, i));
}
