/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * infile - a file by its name, opened to be read, so that nobody waits for ever.
 *
 * Layer:    base.
 * Owns:     nothing; the caller closes what it gets.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none; names are said in no log.
 *
 * A pipe of that name would hold up whoever opens it until somebody writes, which may be never.  Here one that nobody writes to is
 * an empty file; one that somebody does write to, such as the shell's <(...), is read to its end.
 */
#ifndef KRING_BASE_DISK_INFILE_H
#define KRING_BASE_DISK_INFILE_H

#include <stdio.h>

/** A descriptor that is not handed on to other programs.  -1: errno says why. */
int infile_open(const char *path);
/** The same, to be read in lines.  NULL: errno says why. */
FILE *infile_stream(const char *path);

#endif /* KRING_BASE_DISK_INFILE_H */
