/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * configfile - the text of kring.conf, line by line: sections, names, values, and what is none of these.
 *
 * Layer:    roles.
 * Owns:     nothing; the caller holds the text.
 * Threads:  before the loop starts.
 * Time:     none.
 * Durable:  read only.
 * Privacy:  settings are no secrets; a line is never repeated unless it is plain text.
 *
 * A line is empty, a remark (# or ; first), [Section] or Name=value.  Blanks around a name and a value do not
 * count, a value goes to the end of its line, and nothing continues on the next one.  Every line that is anything
 * else is a fault with its number: what is skipped here would be a wish that silently does not hold.
 */
#ifndef KRING_ROLES_CONFIGFILE_H
#define KRING_ROLES_CONFIGFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/** Larger is no settings file of ours; a backup takes it along in one record. */
enum { CONFIGFILE_MAX = 16384, CONFIGFILE_SECTION = 32 };

struct configfile {
	char text[CONFIGFILE_MAX + 1];
	size_t len, at;
	unsigned line;			  /* of the last one given, from 1 */
	char section[CONFIGFILE_SECTION]; /* the one that holds there; "": none yet */
	bool lost; /* below a heading that is none: settings there are not judged */
};

struct configfile_line {
	const char *name, *value; /* borrowed until the next line; value may be empty */
	/* Not NULL: the line is no setting.  A row of causes.psv; with "-do" behind it, what to do. */
	const char *flaw;
};

/** The whole file, a regular one of at most CONFIGFILE_MAX bytes.  On a failure *error is an errno, or 0 with the
 *  cause in why, without the path; ERR_LIMIT: too large. */
MUST_CHECK enum err configfile_read(struct configfile *f, const char *path, int *error,
				    struct err_text *why);
/** The same from a descriptor (borrowed, read from where it stands). */
MUST_CHECK enum err configfile_read_fd(struct configfile *f, int fd, int *error,
				       struct err_text *why);
/** The next setting or fault; remarks and empty lines are passed over, sections kept in f.  False: the end. */
bool configfile_next(struct configfile *f, struct configfile_line *out);

#endif /* KRING_ROLES_CONFIGFILE_H */
