/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * webauthn - what a browser says when a passkey is made or used: read strictly, and checked.
 *
 * Layer:    domain/signin (base, crypto).
 * Owns:     nothing; every span is borrowed.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  keys and names of machines.
 *
 * Only the form that browsers write today is read: clientDataJSON begins with type, challenge and origin in this order, and no JSON
 * or CBOR is taken apart.  The person must have been there and have shown who they are (UP, UV).
 */
#ifndef KRING_DOMAIN_SIGNIN_WEBAUTHN_H
#define KRING_DOMAIN_SIGNIN_WEBAUTHN_H

#include "base/bytes.h"
#include "base/limits_screens.h"

enum { WEBAUTHN_BASE64 = 43 /* of 32 bytes, without its "=" */ };

struct webauthn_proof {
	struct span auth, client, sig;
};

struct webauthn_made {
	struct span cred_id, auth, client, spki;
};

/** The challenge that it answers; false: this is no clientDataJSON of that type ("webauthn.get") from that origin. */
bool webauthn_client(struct span client, const char *type, const char *origin,
		     uint8_t challenge[32]);
/** Is it signed by this key, for this host, by a person who was there?  *counter: what the passkey counted. */
bool webauthn_proof_holds(const struct webauthn_proof *p, struct span spki, const char *host,
			  uint32_t *counter);
/** May this passkey be kept?  NULL, or the field (of PasskeyNew) that does not fit.  *counter as above. */
const char *webauthn_made_flaw(const struct webauthn_made *m, const char *host, uint32_t *counter);

/** base64url of 32 bytes, with a NUL. */
void webauthn_base64(const uint8_t in[32], char out[WEBAUTHN_BASE64 + 1]);

#endif /* KRING_DOMAIN_SIGNIN_WEBAUTHN_H */
