/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * terminal - the reader's screen: how wide and high it is, whether it shows colours; and text that keeps to its width.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  prints what it is asked to, and nothing else.
 */
#ifndef KRING_CLIENT_CLI_TERMINAL_H
#define KRING_CLIENT_CLI_TERMINAL_H

#include <stdio.h>

#include "client/cli/run.h"

/** What a word says besides its letters.  A reader without colours loses nothing: the word is there as well. */
enum terminal_mark { MARK_OFF, MARK_HEAD, MARK_LATE, MARK_ALARM };

/** Looks once, at the start, before anything takes the place of standard output. */
void terminal_look(struct cli *c);
/** For standard output; "" where there are no colours. */
const char *terminal_mark(const struct cli *c, enum terminal_mark mark);
/** Columns that the first len bytes of a text take: its characters, without marks. */
size_t terminal_columns(const char *text, size_t len);
/** text on standard output, word by word: it begins in column at, and its further lines in column indent.  Ends without a line feed. */
void terminal_fold(const struct cli *c, const char *text, size_t at, size_t indent);
/** One line (without its line feed) into f, no wider than the screen: what goes on below is indented, and marked where the line
 *  was.  Without blanks at its end.  A word is never cut, nor a command that somebody copies. */
void terminal_line(const struct cli *c, FILE *f, const char *line, size_t len);
/** The same for a line that is a sentence, also when it begins with a command. */
void terminal_sentence(const struct cli *c, FILE *f, const char *line, size_t len);

#endif /* KRING_CLIENT_CLI_TERMINAL_H */
