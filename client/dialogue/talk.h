/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * talk - questions on a terminal and their answers, line by line.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; standard input and output are the process's.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what is typed goes into the caller's memory and nowhere else.
 *
 * Works on the simplest terminal: lines in, lines out, 80 columns.  Every question can be answered by a number or by words,
 * goes back by "<" or "b", and stops by "stop" or the end of the input.  The sentences are rows of config/lists/dialogue.psv.
 */
#ifndef KRING_CLIENT_DIALOGUE_TALK_H
#define KRING_CLIENT_DIALOGUE_TALK_H

#include "base/fill.h"
#include "client/cli/cli.h"

enum talk {
	TALK_OK,
	TALK_BACK, /* to the question before */
	TALK_STOP  /* stop, or no more input */
};

enum { TALK_LINE = 1024, TALK_NONE = 1000, TALK_ITEMS = 64 };

/** One that can be chosen. */
struct talk_item {
	const char *text;
	const char *off; /* why it cannot be chosen; NULL: it can */
};

/** Is anybody there to answer, who sees the questions? */
bool talk_possible(const struct cli *c);
/** A row of dialogue.psv. */
const char *talk_of(const struct cli *c, const char *key);
/** A row as a paragraph, with its values. */
void talk_say(const struct cli *c, const char *key, const struct fill *values);
/** text as a paragraph; its first line begins with mark, the others stand below the text. */
void talk_paragraph(const struct cli *c, const char *text, const char *mark);
/** A row as a heading, with an empty line above it. */
void talk_head(const struct cli *c, const char *key, const struct fill *values);

/** One line, without its ends; what Enter alone means is shown in brackets (usual may be NULL: Enter is an empty answer). */
enum talk talk_line(const struct cli *c, const char *usual, char out[TALK_LINE]);
/** A text of several lines, ended by an empty one; into out, at most cap - 1 bytes. */
enum talk talk_lines(const struct cli *c, char *out, size_t cap);
/** One of the items, by number or by the beginning of its words; usual: what Enter means, or TALK_NONE. */
enum talk talk_pick(const struct cli *c, const struct talk_item *items, size_t count, size_t usual,
		    size_t *out);
/** Which of the items those words mean; TALK_NONE: none of them, or several. */
size_t talk_which(const struct talk_item *items, size_t count, const char *typed);
/** Some of at most 64 items: "1 3".  usual: what Enter means; 0: nothing. */
enum talk talk_pick_some(const struct cli *c, const struct talk_item *items, size_t count,
			 uint64_t usual, uint64_t *out);
/** Marks that stay until they are typed again, Enter ends it; one that is off is shown and cannot be marked. */
enum talk talk_mark(const struct cli *c, const struct talk_item *items, size_t count,
		    uint64_t *marks);
/** Yes or no. */
enum talk talk_yes(const struct cli *c, bool usual, bool *yes);
/** The numbers of a list, as it is printed by the others: for lists that are shown and not chosen from. */
void talk_items(const struct cli *c, const struct talk_item *items, size_t count,
		const uint64_t *marks);

#endif /* KRING_CLIENT_DIALOGUE_TALK_H */
