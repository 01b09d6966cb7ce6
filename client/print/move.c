/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose move it is, what may be done about it and how that is typed, as sentences.  The first of them is the same at a terminal and in a
 * browser and is made in client/words/whose.c; commands are a terminal's alone.  Values may be what a partner wrote: nothing of
 * them reaches the terminal but through text_print() or fill_print(). */
#include "client/print/move.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/whose.h"
#include "client/words/words.h"

enum { KEY_LEN = 64, LIST_LEN = 1024 };

/* A row of said.psv, to the terminal. */
static void say(const struct cli *c, const char *key, const struct fill *values)
{
	fill_print(stdout, list_text(LIST_SAID, c->lang, key), values, words_plural(c->lang));
}

/* Is that the code in this field? */
static bool is(const struct msg *row, unsigned field, const char *code)
{
	return strcmp(msg_text(row, field), code) == 0;
}

/* What was made is a line, and is printed as one: what turns it round or ends it is a question mark. */
void move_print(const struct cli *c, const struct msg *row)
{
	char out[WHOSE_LEN];

	require(c != NULL && row != NULL);
	text_print(stdout, whose_move(c->lang, row, out));
}

void move_command(const struct cli *c, const char *command, const char *ref, char *list, size_t cap)
{
	const size_t used = strlen(list), between = used == 0 ? 0 : 2;
	char key[KEY_LEN], words[WORDS_SHORT * 3];
	const char *text = command;

	require(command != NULL && ref != NULL && used < cap);
	(void)snprintf(key, sizeof key, "can-%s", command);
	if (list_has(LIST_SAID, key))
		text = list_text(LIST_SAID, c->lang, key);
	if (ref[0] != '\0')
		(void)snprintf(words, sizeof words, "%.96s (kring %.24s %.16s)", text, command,
			       ref);
	else
		(void)snprintf(words, sizeof words, "%.96s (%.24s)", text, command);
	/* what has no room is left out, and kring help has it */
	if (used + between + strlen(words) >= cap)
		return;
	memcpy(list + used, ", ", between);
	memcpy(list + used + between, words, strlen(words) + 1);
}

/* In the order in which the node gives them, what is done most first; the first one shows how all of them are typed.  Two commands do an act in a way of their own: a
 * message that says how to reach the person, and an end that takes back what went by mistake. */
void move_can(const struct cli *c, const struct msg *row)
{
	require(c != NULL && row != NULL);
	char list[LIST_LEN] = "";

	/* what was a mistake is gone at both ends: a consent that is taken back changes nothing there */
	if (is(row, REFERRAL_ROW_STATE, "error"))
		return;
	for (size_t i = 0; i < msg_count(row, REFERRAL_ROW_MAY); i++) {
		const char *command = msg_text(msg_at(row, REFERRAL_ROW_MAY, i), MAY_ROW_COMMAND);

		move_command(c, command, i == 0 ? msg_text(row, REFERRAL_ROW_REF) : "", list,
			     sizeof list);
		if (strcmp(command, "say") == 0)
			move_command(c, "contact", "", list, sizeof list);
	}
	if (msg_has(row, REFERRAL_ROW_RECALL_UNTIL_MS))
		move_command(c, "recall", list[0] == '\0' ? msg_text(row, REFERRAL_ROW_REF) : "",
			     list, sizeof list);
	if (list[0] == '\0')
		return;
	say(c, "can-do", FILL({"list", list, 0}));
	(void)putchar('\n');
}

/* Each on a line of its own, in capitals where the list has them: whoever reads one line only reads these. */
void move_heed(const struct cli *c, const struct msg *row, const char *safety)
{
	require(c != NULL && row != NULL);
	if (is(row, REFERRAL_ROW_URGENCY, "urgent")) {
		say(c, "urgent-first", FILL_NONE);
		(void)putchar('\n');
	}
	if (msg_u64(row, REFERRAL_ROW_DO_NOT_CONTACT) != 0) {
		say(c, "do-not-contact", FILL_NONE);
		(void)putchar('\n');
	}
	if (safety[0] != '\0') {
		say(c, "safety-first", FILL({"text", safety, 0}));
		(void)putchar('\n');
	}
}
