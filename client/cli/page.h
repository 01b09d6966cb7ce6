/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * page - what is printed for people: kept until it is whole, made to fit the screen, through a pager when it is longer.
 *
 * Layer:    client (base, proto).
 * Owns:     a file without a name in memory, while a page is open.
 * Threads:  one.
 * Time:     waits for the reader, as long as the pager runs.
 * Durable:  nothing.
 * Privacy:  what is shown goes to the terminal and to the pager alone; the pager is told to keep nothing.
 */
#ifndef KRING_CLIENT_CLI_PAGE_H
#define KRING_CLIENT_CLI_PAGE_H

#include "client/cli/run.h"

/** From here on standard output is kept.  Nothing may be asked, and no other program run, until page_end(): the reader would
 *  not see it.  Pages do not nest: the second one is part of the first. */
void page_begin(struct cli *c);
void page_end(struct cli *c);

#endif /* KRING_CLIENT_CLI_PAGE_H */
