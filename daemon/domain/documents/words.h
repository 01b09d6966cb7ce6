/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * words - what a body may say outside every category of personal data.
 *
 * Layer:    domain/documents (base, proto; document, state).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  a text without a category passes no consent and stands in no ledger, so it is never free: a code of its
 *           list (partner.proto names it), none, outside, or a partner as the roster calls it.  Asked before a
 *           body is packed and after one arrived.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_WORDS_H
#define KRING_DOMAIN_DOCUMENTS_WORDS_H

#include "domain/documents/document.h"
#include "proto/lists.h"

enum { WORDS_NAME = -9 };
/** The rows of a list that one field takes. */
struct words {
	int holds; /* enum list_id; MSG_HOLDS_ANY: nothing at all, MSG_HOLDS_PARTNER: partners; WORDS_NAME */
	const char *use; /* "": every row; "+code": every row, and this code */
};
/** The reasons, or questions, of a document type. */
struct words words_of_act(uint16_t type);
bool words_take(const struct words *w, const char *code);
/** "a, b, c", whole codes only: for a refusal; "" where no list holds. */
void words_list(const struct words *w, char *out, size_t cap);
/** The same as the value "codes" of a sentence, of a list; buf must last until turn_refuse has returned. */
struct say words_codes(const struct words *w, char *buf, size_t cap);
/** The name of a place outside the federation, or of a service: one short line that is no sentence. */
bool words_place(const char *name);

struct words_fault {
	const char *field; /* as partner.proto has it */
	struct words words;
};
/** Does every field of this body hold what it may?  *fault: the first that does not. */
bool words_check(struct turn *t, uint16_t type, const struct msg *body, struct words_fault *fault);
/** ERR_INVAL, with the option and what it takes. */
enum err words_refuse(struct turn *t, const struct words_fault *fault);
/** A body from outside.  ERR_MALFORMED, ERR_LIMIT; ERR_NOMEM: over the arena. */
MUST_CHECK enum err words_parse(struct turn *t, uint16_t type, struct span bytes,
				struct msg **body);

/** The categories of personal data that a body of this type stands for: those of its fields, and those that a bundle names. */
uint64_t words_cats(uint16_t type, const struct msg *body);
/** What a bundle opens to (MSG_HANDOVER_CONTENT).  ERR_MALFORMED. */
MUST_CHECK enum err words_parse_content(struct turn *t, struct span bytes, struct msg **content);

#endif /* KRING_DOMAIN_DOCUMENTS_WORDS_H */
