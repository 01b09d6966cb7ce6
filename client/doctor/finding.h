/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * finding - what kring doctor found: one line each, the worst of them is the exit code.
 *
 * Layer:    client (base, proto).
 * Owns:     the rows of --json until finding_end().
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names partners, files and programs of this machine; people never.
 *
 * A code is a row of config/lists/doctor.psv; do-CODE is what helps, own-CODE what helps a node that no package started, tell-CODE what the
 * administrator of a partner is to be told.
 */
#ifndef KRING_CLIENT_DOCTOR_FINDING_H
#define KRING_CLIENT_DOCTOR_FINDING_H

#include "client/cli/cli.h"

/** As programs that watch a machine expect them. */
enum finding_level { FINDING_OK, FINDING_WARNING, FINDING_CRITICAL, FINDING_LEVELS };

struct json_t;
struct findings {
	const struct cli *c;
	bool tell; /* one partner is asked about: what to tell its administrator is said, too */
	bool mute; /* they are counted and not printed */
	struct json_t *rows;
	unsigned troubles; /* that are not well */
	enum finding_level worst;
};

/** Begins and ends the document of --json; the second returns the exit code. */
void finding_begin(struct findings *f, const struct cli *c);
int finding_end(struct findings *f);
/** topic: a row topic-TOPIC. */
void finding_add(struct findings *f, enum finding_level level, const char *topic, const char *code,
		 const struct fill *values);
/** The level of that name; false: there is none. */
bool finding_level_of(const char *name, enum finding_level *level);

#endif /* KRING_CLIENT_DOCTOR_FINDING_H */
