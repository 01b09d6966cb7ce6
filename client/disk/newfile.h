/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * newfile - a file that a command makes: for its owner alone, and there when it is whole.
 *
 * Layer:    client (base, proto).
 * Owns:     the descriptor, from begin to end.
 * Threads:  one.
 * Time:     none.
 * Durable:  on disk with its name when newfile_end() says CLI_DONE; what a stop leaves is PATH.PID.part.
 * Privacy:  what is written may be about people; nobody else reads it.
 */
#ifndef KRING_CLIENT_DISK_NEWFILE_H
#define KRING_CLIENT_DISK_NEWFILE_H

#include "client/cli/cli.h"

enum { NEWFILE_PATH = 4096 };

struct newfile {
	char path[NEWFILE_PATH], part[NEWFILE_PATH]; /* part: "" while it has no name */
	int fd;					     /* -1: there is none */
};

/** CLI_DONE, or the code after it was said: nothing is written over, whatever it is, and no link is followed. */
int newfile_begin(const struct cli *c, struct newfile *f, const char *path);
/** All of it.  False: errno; newfile_end() is still called. */
bool newfile_add(const struct newfile *f, struct span bytes);
/** CLI_NOT_NOW after errno was said: what was added is not on the disk. */
int newfile_unwritten(const struct cli *c, const struct newfile *f);
/** It gets its name when code is CLI_DONE, else it goes.  code, or what became of it. */
int newfile_end(const struct cli *c, struct newfile *f, int code);

#endif /* KRING_CLIENT_DISK_NEWFILE_H */
