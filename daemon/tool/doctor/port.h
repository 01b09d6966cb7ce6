/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * port - who listens on a port of this machine, and whether an address is here at all.
 *
 * Layer:    tool/doctor.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names of programs and users of this machine.
 */
#ifndef KRING_TOOL_DOCTOR_PORT_H
#define KRING_TOOL_DOCTOR_PORT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/endpoint.h"

struct port_owner {
	bool taken;
	uid_t uid;
	pid_t pid;     /* 0: this user may not see it */
	char name[32]; /* of the program; "": likewise */
	bool ours;     /* of the node in that directory */
};
/** Whatever stands in the way of listening there; *out says nobody when /proc cannot be read. */
void port_owner(const struct endpoint *at, const char *dir, struct port_owner *out);
/** Every address of this machine is here, too. */
bool port_address_here(const struct endpoint *at);

#endif /* KRING_TOOL_DOCTOR_PORT_H */
