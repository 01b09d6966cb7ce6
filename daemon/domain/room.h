/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * room - what an event, a command and a document may take of the store when that is full.
 *
 * Layer:    domain (base, proto, store).
 * Owns:     nothing; store.h holds what each use may take.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 *
 * Whatever writes is of one of three uses (enum store_use).  A step of a turn says its use before it writes, so that what a
 * partner or a worker brings in never takes the pages that its erasure needs.
 */
#ifndef KRING_DOMAIN_ROOM_H
#define KRING_DOMAIN_ROOM_H

#include "domain/turn.h"

/** Before it is known what is in it: of a request the table of commands says more (desk/table.c), of a document
 *  room_of_document. */
enum store_use room_of_event(enum event_type type);
/** Signed here (ours), or come in from a partner about a thread that we have (known) or not. */
enum store_use room_of_document(uint16_t type, bool ours, bool known);

/** There was none: ERR_FULL, in words for whoever asked. */
enum err room_refuse(struct turn *t);

#endif /* KRING_DOMAIN_ROOM_H */
