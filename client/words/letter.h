/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * letter - what a person is told on paper, at a terminal and in a browser alike.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  a letter is about one person; it goes where the caller's functions put it.
 */
#ifndef KRING_CLIENT_WORDS_LETTER_H
#define KRING_CLIENT_WORDS_LETTER_H

#include "proto/lists.h"
#include "proto/msg.h"

/** Where it goes: headings, paragraphs and points in their order; a text lives until the call returns. */
struct letter_to {
	void *ctx;
	enum list_lang lang;
	const char *country; /* of the node; "": not known */
	void (*head)(void *ctx, const char *text);
	void (*text)(void *ctx, const char *text);
	void (*point)(void *ctx, const char *text);
};

/** Of a reply to ref_letter or case_letter, without its title. */
void letter_write(const struct letter_to *s, const struct msg *reply);

/** This node's own row of REPLY_PARTNERS, or the one of that name; NULL: there is none. */
const struct msg *letter_self(const struct msg *reply);
const struct msg *letter_partner(const struct msg *reply, const char *name);
/** Whether it is at the partner, as a person says it: a key of paper.psv. */
const char *letter_fate(const struct msg *disclosure);

#endif /* KRING_CLIENT_WORDS_LETTER_H */
