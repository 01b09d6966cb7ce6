/* SPDX-License-Identifier: EUPL-1.2 */
/* The same words as on the command line, out of the same lists. */
#include "web/files/files.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"

enum { KEY = 48 };

/* One without a name is shown to be there, and is not given out: core would say no. */
bool files_whole(const struct msg *row)
{
	return strcmp(msg_text(row, FILE_ROW_STATE), "whole") == 0 &&
	       msg_text(row, FILE_ROW_NAME)[0] != '\0';
}

const char *files_name(struct visit *v, const struct msg *row)
{
	const char *name = msg_text(row, FILE_ROW_NAME);

	return name[0] != '\0' ? name : list_text(LIST_SAY, v->lang, "file-unnamed");
}

/* In brackets behind the name. */
const char *files_what(struct visit *v, const struct msg *row)
{
	const char *from = msg_text(row, FILE_ROW_FROM);
	char size[WORDS_SHORT];

	(void)words_size(v->lang, msg_u64(row, FILE_ROW_SIZE), size);
	if (from[0] == '\0')
		return visit_say(v, LIST_WEB, "file-own", FILL({"size", size, 0}));
	return visit_say(v, LIST_WEB, "file-from", FILL({"size", size, 0}, {"partner", from, 0}));
}

/* A file that comes from a partner takes its time; here it is said how much of it there is. */
const char *files_stand(struct visit *v, const struct msg *row)
{
	char key[KEY];

	require(msg_kind_of(row) == MSG_FILE_ROW);
	(void)snprintf(key, sizeof key, "file-%.32s", msg_text(row, FILE_ROW_STATE));
	return visit_say(v, LIST_SAY, key,
			 FILL({"have", NULL, msg_u64(row, FILE_ROW_HAVE)},
			      {"all", NULL, msg_u64(row, FILE_ROW_CHUNKS)}));
}
