/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * message - what a message between two workers may hold: few words, a day, a place, how to reach the person.
 *
 * Layer:    domain/documents (base, proto).
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  reads a body; its words are category 20, what it says of the person category 1, and nothing else passes.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_MESSAGE_H
#define KRING_DOMAIN_DOCUMENTS_MESSAGE_H

#include "proto/msg.h"

/** The bit of the category that says how a person is reached. */
enum { MESSAGE_CONTACT = 1 };
/** Which rule a body of MSG_MESSAGE breaks. */
enum message_flaw {
	MESSAGE_SOUND,
	MESSAGE_SAYS_NOTHING, /* neither words nor a place nor how to reach the person */
	MESSAGE_TEXT_LONG,    /* more characters than LIMIT_MESSAGE */
	MESSAGE_PLACE_LONG,   /* more characters than LIMIT_MESSAGE_PLACE */
	MESSAGE_OF_PERSON     /* a field of the person that is not of MESSAGE_CONTACT */
};
/** The first rule that it breaks; *field: the field, as partner.proto calls it (borrowed, constant), NULL without one. */
enum message_flaw message_flaw(const struct msg *body, const char **field);
/** Characters, not bytes. */
size_t message_length(const char *text);

#endif /* KRING_DOMAIN_DOCUMENTS_MESSAGE_H */
