/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * person_kind - what each text of a person must look like, where people type it.
 *
 * Layer:    proto (base only); asked by the client before anything is sent, and by the daemon before it is kept.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  reads what was typed about a person; what it answers never repeats it.
 *
 * What a partner sends is shown as it is, if only its class is right (proto/walk.h): its people may write otherwise, and a
 * person waits behind it.
 */
#ifndef KRING_PROTO_PERSON_PERSON_KIND_H
#define KRING_PROTO_PERSON_PERSON_KIND_H

#include <stdbool.h>

/** May this field of MSG_PERSON (PERSON_...) have several lines? */
bool person_lines(unsigned field);
/** A day that exists, a month or a year: 1980-01-31, 1980-01, 1980; from 1850 on. */
bool person_day(const char *text);
/** What is wrong with this text in that field, to be read behind its name; NULL: nothing, as with an empty text.
 *  remedy (not NULL) then shows a right one. */
const char *person_fault(unsigned field, const char *text, const char **remedy);

#endif /* KRING_PROTO_PERSON_PERSON_KIND_H */
