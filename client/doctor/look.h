/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * look - where kring doctor looks: at this machine, at the running node, at its partners.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     asks once and waits once; of a node that takes its port just now, three seconds.
 * Durable:  nothing.
 * Privacy:  as finding.h.
 */
#ifndef KRING_CLIENT_DOCTOR_LOOK_H
#define KRING_CLIENT_DOCTOR_LOOK_H

#include "client/doctor/finding.h"

/** The first line: does the node answer, and is it well?  Its status, or NULL when there is none. */
const struct msg *look_node(struct findings *f, struct cli *c);
/** How the node is in whole, as kring status --check ends. */
enum finding_level look_level(const struct cli *c, const struct msg *status);
/** All that the status of a running node says is wrong, a line each. */
void look_status(struct findings *f, const struct msg *status);
/** Of it what a partner has to do with: until when the roster lets them speak, and how much a loss here would make them send again. */
void look_standing(struct findings *f, const struct msg *status);
/** Files, disk, address and port, which need no running node: kringd's tool looks, with the rights of whoever asks. */
void look_machine(struct findings *f, const struct cli *c);
/** One line a partner; of the one of that name alone, or of all (NULL).  The exit code when the node refuses to say. */
int look_partners(struct findings *f, struct cli *c, const char *name, const struct msg *status);

#endif /* KRING_CLIENT_DOCTOR_LOOK_H */
