/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * msg - messages by field number: made, read, packed and unpacked without generated structs.
 *
 * Layer:    proto (base only).  protobuf-c and its generated code stay behind this header.
 * Owns:     nothing; every message lives in the arena that made it.
 * Threads:  any, one arena at a time.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  bodies are personal; the arena is wiped on reset.
 *
 * Fields are named by the constants of fields.h (OFFER_NEED, ...), which carry the message they belong
 * to.  Another message's constant, a bare number, or a field read as another type is a mistake of ours
 * and ends the process (require), in the product as in tests: it would write to, or read from, a field
 * that nobody meant.  A NULL message has no fields and is not checked.
 */
#ifndef KRING_PROTO_MSG_H
#define KRING_PROTO_MSG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "proto/fields.h"

struct msg;

enum { MSG_CAT_OPEN = 63 };

/** Empty message; NULL when the arena is full (setters and msg_pack then report it). */
struct msg *msg_new(struct arena *a, enum msg_kind kind);
enum msg_kind msg_kind_of(const struct msg *m);

/** Untrusted bytes: walked first, then unpacked into the arena.  ERR_MALFORMED and ERR_LIMIT name the
 *  field in why.  ERR_NOMEM: over the arena. */
MUST_CHECK enum err msg_parse(struct arena *a, enum msg_kind kind, struct span bytes,
			      struct msg **out, struct err_text *why);
/** ERR_NOMEM when this arena ran short here or at any setter before. */
MUST_CHECK enum err msg_pack(struct arena *a, const struct msg *m, struct span *out);

/* Setters copy into the arena; a NULL message or NULL text is a no-op.  msg_add*: only on messages that msg_new made, or
 * msg_reopen: the lists of one that msg_parse made have no room for more. */
void msg_set_u64(struct msg *m, unsigned field, uint64_t v);
void msg_set_text(struct arena *a, struct msg *m, unsigned field, const char *s);
void msg_set_bytes(struct arena *a, struct msg *m, unsigned field, struct span s);
void msg_add_text(struct arena *a, struct msg *m, unsigned field, const char *s);
void msg_add_bytes(struct arena *a, struct msg *m, unsigned field, struct span s);
/** Room for more in the lists of a message that msg_parse made (not of those inside it).  ERR_NOMEM. */
MUST_CHECK enum err msg_reopen(struct arena *a, struct msg *m);
/** The sub-message of a field, made when absent. */
struct msg *msg_sub(struct arena *a, struct msg *m, unsigned field);
/** A new element of a repeated sub-message. */
struct msg *msg_add(struct arena *a, struct msg *m, unsigned field);
/** Put an existing message of the right kind in place (borrowed, same arena). */
void msg_put_sub(struct msg *m, unsigned field, const struct msg *sub);
void msg_clear(struct msg *m, unsigned field);
/** The i-th of a repeated sub-message, to be filled in further. */
struct msg *msg_edit(struct msg *m, unsigned field, size_t i);
/** Another message (borrowed, same arena) for the i-th of a repeated sub-message. */
void msg_replace(struct msg *m, unsigned field, size_t i, const struct msg *sub);
/** Shallow copy of every present field of from that to's schema has under the same number. */
void msg_copy_fields(struct msg *to, const struct msg *from);

/* Getters: absent reads as 0, "" , empty span, NULL. */
bool msg_has(const struct msg *m, unsigned field);
uint64_t msg_u64(const struct msg *m, unsigned field);
const char *msg_text(const struct msg *m, unsigned field);
struct span msg_bytes(const struct msg *m, unsigned field);
const struct msg *msg_get(const struct msg *m, unsigned field);
size_t msg_count(const struct msg *m, unsigned field);
const struct msg *msg_at(const struct msg *m, unsigned field, size_t i);
const char *msg_text_at(const struct msg *m, unsigned field, size_t i);
struct span msg_bytes_at(const struct msg *m, unsigned field, size_t i);

/* What a message is made of, for filters and printers. */
enum msg_type {
	MSG_TYPE_NUMBER,
	MSG_TYPE_BOOL,
	MSG_TYPE_ENUM,
	MSG_TYPE_TEXT,
	MSG_TYPE_BYTES,
	MSG_TYPE_SUB
};
enum { MSG_HOLDS_ANY = -1, MSG_HOLDS_ACT = -2, MSG_HOLDS_PARTNER = -3 };
struct msg_field {
	unsigned number; /* its constant in fields.h */
	const char *name;
	enum msg_type type;
	uint8_t cat;
	bool repeated;
	int holds;	 /* of a text: enum list_id, or MSG_HOLDS_* */
	const char *use; /* ... and which rows of that list; "": all */
	uint32_t size;	 /* bytes have this many; 0: any */
	enum text_class text;
	enum msg_kind sub; /* of a MSG_TYPE_SUB: the kind of what it holds; else MSG_KIND_COUNT_ */
};
/** The i-th field of messages of this kind; false past the last. */
bool msg_kind_field(enum msg_kind kind, size_t i, struct msg_field *out);
/** The same of a message; of NULL there is none.  Looks its kind up each time. */
bool msg_field_at(const struct msg *m, size_t i, struct msg_field *out);
/** Name of an enum field's value, or "". */
const char *msg_enum_name(const struct msg *m, unsigned field);
/** OR of 1 << category over every present personal field, sub-messages included. */
uint64_t msg_cats(const struct msg *m);
/** Empty is absent: texts without a letter and what is not so are cleared, also in sub-messages (not in lists). */
void msg_drop_empty(struct msg *m);
/** Lower-case names of the categories, in the order of their bits; NULL past the last. */
const char *msg_cat_name(unsigned bit);

#endif /* KRING_PROTO_MSG_H */
