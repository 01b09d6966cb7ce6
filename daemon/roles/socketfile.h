/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * socketfile - where people of this machine ask a node, and which group may.
 *
 * Layer:    roles.
 * Owns:     the link in the node's directory that leads to a socket elsewhere.
 * Threads:  before the loop starts.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 *
 * The node's directory is its user's alone, so that colleagues cannot reach a socket in it.  Under systemd the socket stands in
 * the unit's directory of /run, which the group kring-staff may enter; the node's directory then has a link to it.
 */
#ifndef KRING_ROLES_SOCKETFILE_H
#define KRING_ROLES_SOCKETFILE_H

#include <stddef.h>

/** $RUNTIME_DIRECTORY/core.sock, else DIR/core.sock; "": too long. */
void socketfile_path(char *out, size_t cap, const char *dir);
/** Puts the link into dir, when the socket stands elsewhere. */
void socketfile_link(const char *dir);
/** Of the group kring-staff; -1: this machine has none.  Looked up before the walls stand. */
long socketfile_group(void);

#endif /* KRING_ROLES_SOCKETFILE_H */
