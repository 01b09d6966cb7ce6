/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * schema - the generated table of messages, fields and categories.
 *
 * Layer:    proto (base only); internal to proto/: others use msg.h.
 * Owns:     nothing; the table is constant (gen_schema.py writes schema.c).
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  says which field holds which category.
 */
#ifndef KRING_PROTO_SCHEMA_H
#define KRING_PROTO_SCHEMA_H

#include <protobuf-c/protobuf-c.h>

#include "base/text.h"
#include "proto/fields.h"

/* What a text may hold, where it is no list of lists.h. */
enum { SCHEMA_ANY = -1, SCHEMA_ACT = -2, SCHEMA_PARTNER = -3 };

struct schema_field {
	uint32_t number; /* its constant in fields.h */
	uint8_t cat;	 /* MSG_CAT_OPEN: not personal */
	uint16_t sub;	 /* the kind of the message that it holds; else MSG_KIND_COUNT_ */
	int holds;	 /* enum list_id, or one of the above */
	const char *use; /* the list's column "uses" has this word; "": any row */
	uint32_t size;	 /* of bytes; 0: not fixed here */
	enum text_class text;
};

struct schema {
	const ProtobufCMessageDescriptor *desc;
	const struct schema_field *fields; /* in the order of desc->fields */
	unsigned count;
};

extern const struct schema schema_table[MSG_KIND_COUNT_];

#endif /* KRING_PROTO_SCHEMA_H */
