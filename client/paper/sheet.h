/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sheet - one sheet of paper: headings, paragraphs, lists and tables, as text for the terminal or as a page for a printer.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; the file is the caller's.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what is on it is about one person; it goes where the caller says and nowhere else.
 *
 * The page is one file that needs nothing beside it: no script, no picture, no address.  Every text is escaped on its way out, so
 * that what somebody typed into a field stays what it is: letters.
 */
#ifndef KRING_CLIENT_PAPER_SHEET_H
#define KRING_CLIENT_PAPER_SHEET_H

#include <stdio.h>

#include "client/disk/newfile.h"

struct sheet {
	const struct cli *c;
	FILE *to;
	struct newfile file; /* where it goes to one */
	enum list_lang lang;
	bool html, list, table;
	bool fresh; /* nothing stands below the title yet */
};

/** title: of the page, and its first heading. */
void sheet_begin(struct sheet *s, const char *title);
void sheet_end(struct sheet *s);
void sheet_head(struct sheet *s, const char *text);
void sheet_text(struct sheet *s, const char *text);
/** One point of a list. */
void sheet_item(struct sheet *s, const char *text);
/** A row of paper.psv with its values, as a paragraph ... */
void sheet_say(struct sheet *s, const char *key, const struct fill *values);
/** ... or as one point of a list. */
void sheet_point(struct sheet *s, const char *key, const struct fill *values);
/** A line of a table: what, and its value. */
void sheet_pair(struct sheet *s, const char *label, const char *value);

#endif /* KRING_CLIENT_PAPER_SHEET_H */
