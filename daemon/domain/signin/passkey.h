/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * passkey - how one person signs in at a screen: passkeys, a passphrase, or first of all a link.
 *
 * Layer:    domain/signin (base, proto, store; staff, turn.h).
 * Owns:     the field signin of rows of STAFF.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  public keys, and hashes of secrets; sealed as node-wide records are.
 */
#ifndef KRING_DOMAIN_SIGNIN_PASSKEY_H
#define KRING_DOMAIN_SIGNIN_PASSKEY_H

#include "base/limits_screens.h"
#include "domain/staff/staff.h"

struct passkey {
	struct span cred_id, spki; /* borrowed, as name, from the turn */
	const char *name;
	uint32_t counter;
	uint64_t created_ms, used_ms;
};

struct signin {
	struct passkey keys[LIMIT_PASSKEYS];
	size_t count;
	struct id32 link; /* zeros: none is out */
	uint64_t link_until_ms;
	const char *passphrase; /* "": none */
	uint64_t last_ms;	/* 0: never */
};

/** ERR_CORRUPT: damaged; then nobody signs in by it. */
MUST_CHECK enum err signin_read(struct turn *t, const struct staff *s, struct signin *out);
/** Into s, which is saved: rights stay as they are. */
MUST_CHECK enum err signin_save(struct turn *t, struct staff *s, const struct signin *in);

/** What a session names it by, and a row that people see. */
struct id16 passkey_id(struct span cred_id);

/** Of whoever works here now: whose passkey this is, and which of theirs; place LIMIT_PASSKEYS: nobody's.  All rows are read, whether
 *  or not it was found. */
MUST_CHECK enum err signin_by_cred(struct turn *t, struct span cred_id, struct staff *s,
				   struct signin *in, size_t *place);
/** ... and whose link, which still holds; found false: nobody's. */
MUST_CHECK enum err signin_by_link(struct turn *t, struct span link, struct staff *s,
				   struct signin *in, bool *found);
/** A new link of this person, in place of one that was out; what its secret is. */
void signin_link(struct turn *t, struct signin *in, uint8_t secret[32]);

#endif /* KRING_DOMAIN_SIGNIN_PASSKEY_H */
