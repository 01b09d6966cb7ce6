/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * exposition - numbers about this node, in the text format of Prometheus or as one document of --json.
 *
 * Layer:    client (base, proto).
 * Owns:     the text until exposition_end().
 * Threads:  one.
 * Time:     none.
 * Durable:  DIR/kring.prom, which appears whole or not at all.
 * Privacy:  names partners by how they are typed; people never.
 *
 * A family is a name, what it counts (config/lists/metrics.psv) and its samples, one behind the other.  One without samples is not
 * written: a number that is not known is not nought.
 */
#ifndef KRING_CLIENT_DOCTOR_EXPOSITION_H
#define KRING_CLIENT_DOCTOR_EXPOSITION_H

#include <stdio.h>

#include "client/cli/cli.h"

struct json_t;
struct exposition {
	const struct cli *c;
	FILE *out;
	char *text; /* of out */
	size_t len;
	struct json_t *rows;
	const char *name, *type; /* of the family that is open */
	bool said;		 /* its head is written */
};

/** False: there is no memory for it; nothing needs to be ended. */
bool exposition_begin(struct exposition *e, const struct cli *c);
/** type: gauge or counter; both borrowed until the next family. */
void exposition_family(struct exposition *e, const char *name, const char *type);
/* A label and what it is of, which may hold any text. */
struct exposition_label {
	const char *name, *of;
};
enum { EXPOSITION_LABELS = 2 };
/** So many labels; none: NULL and 0. */
void exposition_put(struct exposition *e, const struct exposition_label *labels, size_t count,
		    int64_t value);
/** To standard output, or into DIR/kring.prom; the exit code. */
int exposition_end(struct exposition *e, const char *into);

#endif /* KRING_CLIENT_DOCTOR_EXPOSITION_H */
