/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * authData := SHA-256 of the host 32 | flags u8 | counter u32 | with AT: maker 16 | len u16 | cred_id | its key, in CBOR | with ED: more
 *
 * What is signed is authData and the hash of clientDataJSON; that the challenge is ours and fresh is for whoever asks.
 */
#include "domain/signin/webauthn.h"

#include "base/check.h"
#include "crypto/foreign.h"
#include "crypto/hash.h"

enum {
	AUTH_HASH = 32,
	AUTH_FLAGS = 32,
	AUTH_COUNTER = 33,
	AUTH_LEN = 37,
	AUTH_CRED_LEN = AUTH_LEN + 16,
	AUTH_CRED = AUTH_CRED_LEN + 2,
	FLAG_UP = 1,
	FLAG_UV = 4,
	FLAG_AT = 64,
	FLAG_ED = 128
};
static_assert(AUTH_CRED + LIMIT_CRED_ID < LIMIT_AUTH_DATA, "a name fits");

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void webauthn_base64(const uint8_t in[32], char out[WEBAUTHN_BASE64 + 1])
{
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < 32; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			out[n++] = letters[bits >> (have - 6) & 63];
	}
	out[n++] = letters[bits << (6 - have) & 63];
	require(n == WEBAUTHN_BASE64);
	out[n] = '\0';
}

/* In the one way in which it is written. */
static bool base64_read(const uint8_t *text, uint8_t out[32])
{
	char again[WEBAUTHN_BASE64 + 1];
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < WEBAUTHN_BASE64; i++) {
		const char *at = text[i] == '\0' ? NULL : strchr(letters, text[i]);

		if (at == NULL)
			return false;
		bits = bits << 6 | (uint32_t)(at - letters);
		have += 6;
		if (have >= 8 && n < 32) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	webauthn_base64(out, again);
	return n == 32 && memcmp(again, text, WEBAUTHN_BASE64) == 0;
}

/* Takes text off the front. */
static bool eat(struct span *s, const char *text)
{
	const size_t n = strlen(text);

	if (s->len < n || memcmp(s->p, text, n) != 0)
		return false;
	*s = span_of(s->p + n, s->len - n);
	return true;
}

static bool holds_text(struct span s, const char *text)
{
	const size_t n = strlen(text);

	for (size_t i = 0; i + n <= s.len; i++)
		if (memcmp(s.p + i, text, n) == 0)
			return true;
	return false;
}

/* Browsers may say more behind the three; not one of them again, nor that another site's frame asked. */
static bool rest_ok(struct span rest)
{
	if (rest.len == 0 || rest.p[rest.len - 1] != '}' || (rest.len > 1 && rest.p[0] != ',') ||
	    holds_text(rest, "\"crossOrigin\":true"))
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (rest.p[i] < ' ')
			return false;
	return !holds_text(rest, "\"type\"") && !holds_text(rest, "\"challenge\"") &&
	       !holds_text(rest, "\"origin\"");
}

bool webauthn_client(struct span client, const char *type, const char *origin,
		     uint8_t challenge[32])
{
	struct span s = client;

	require(type != NULL && origin != NULL && origin[0] != '\0');
	if (s.p == NULL || s.len > LIMIT_CLIENT_DATA)
		return false;
	if (!eat(&s, "{\"type\":\"") || !eat(&s, type) || !eat(&s, "\",\"challenge\":\"") ||
	    s.len < WEBAUTHN_BASE64 || !base64_read(s.p, challenge))
		return false;
	s = span_of(s.p + WEBAUTHN_BASE64, s.len - WEBAUTHN_BASE64);
	return eat(&s, "\",\"origin\":\"") && eat(&s, origin) && eat(&s, "\"") && rest_ok(s);
}

/* False: without memory, too. */
static bool sha256(struct span s, uint8_t out[32])
{
	struct hash_sha256 *h = hash_sha256_begin();

	if (h == NULL)
		return false;
	hash_sha256_add(h, s);
	hash_sha256_end(h, out);
	return true;
}

/* Of this host, with a person who was there; what follows the counter only where a flag says that something does. */
static bool auth_ok(struct span auth, const char *host, uint8_t also, uint32_t *counter)
{
	uint8_t hash[32];
	uint8_t flags;

	if (auth.p == NULL || auth.len < AUTH_LEN || auth.len > LIMIT_AUTH_DATA ||
	    !sha256(span_of(host, strlen(host)), hash))
		return false;
	flags = auth.p[AUTH_FLAGS];
	*counter = be32_get(auth.p + AUTH_COUNTER);
	return memcmp(hash, auth.p, AUTH_HASH) == 0 &&
	       (flags & (FLAG_UP | FLAG_UV | also)) == (FLAG_UP | FLAG_UV | also) &&
	       ((flags & (FLAG_AT | FLAG_ED)) != 0 || auth.len == AUTH_LEN);
}

bool webauthn_proof_holds(const struct webauthn_proof *p, struct span spki, const char *host,
			  uint32_t *counter)
{
	uint8_t message[LIMIT_AUTH_DATA + 32];
	const bool fits = p->auth.p != NULL && p->auth.len <= LIMIT_AUTH_DATA;
	bool signed_by;

	/* checked in any case, so that who is refused does not learn by the time why */
	if (fits)
		memcpy(message, p->auth.p, p->auth.len);
	if (!sha256(p->client, message + (fits ? p->auth.len : 0)))
		return false;
	signed_by = foreign_holds(spki, span_of(message, (fits ? p->auth.len : 0) + 32), p->sig);
	*counter = 0;
	return fits && signed_by && auth_ok(p->auth, host, 0, counter);
}

const char *webauthn_made_flaw(const struct webauthn_made *m, const char *host, uint32_t *counter)
{
	if (m->cred_id.len < 16 || m->cred_id.len > LIMIT_CRED_ID)
		return "cred_id";
	if (!auth_ok(m->auth, host, FLAG_AT, counter) || m->auth.len < AUTH_CRED + m->cred_id.len ||
	    be16_get(m->auth.p + AUTH_CRED_LEN) != m->cred_id.len ||
	    memcmp(m->auth.p + AUTH_CRED, m->cred_id.p, m->cred_id.len) != 0)
		return "authenticator_data";
	return foreign_key(m->spki) ? NULL : "spki";
}
