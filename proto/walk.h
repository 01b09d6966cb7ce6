/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * walk - is this a message that may be unpacked?  Bounded, by the schema, before protobuf-c sees it.
 *
 * Layer:    proto (base only); internal to proto/ and to the fuzzers.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  explains with field names and byte offsets, never with content.
 */
#ifndef KRING_PROTO_WALK_H
#define KRING_PROTO_WALK_H

#include "base/bytes.h"
#include "base/err.h"
#include "proto/fields.h"

/** walk_check(kind, bytes, why): depth, counts and lengths within limits.h, every field known and of
 *  its wire type, no field twice that is not repeated, enumerators known, texts of the class that
 *  their field has (base/text.h).  ERR_MALFORMED or ERR_LIMIT leave the name of the field in why; a text of MSG_REQUEST
 *  that a person has to write otherwise is ERR_INVAL. */
MUST_CHECK enum err walk_check(enum msg_kind kind, struct span bytes, struct err_text *why);

#endif /* KRING_PROTO_WALK_H */
