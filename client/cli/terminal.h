/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * terminal - how wide the reader's screen is, and text that keeps to it.
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

#include <stddef.h>

/** Columns: COLUMNS, else what the terminal on standard output says, else 80. */
size_t terminal_width(void);
/** Columns that a text takes: its characters. */
size_t terminal_columns(const char *text);
/** text on standard output, word by word: it begins in column at, and its further lines in column indent.  Ends without a line feed. */
void terminal_fold(const char *text, size_t at, size_t indent);

#endif /* KRING_CLIENT_CLI_TERMINAL_H */
