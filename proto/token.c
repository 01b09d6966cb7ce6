/* SPDX-License-Identifier: EUPL-1.2 */
/* The invite token: everything a newcomer needs to find and to recognise the inviting node, as letters that people copy,
 * read aloud and scan.
 *
 * Alphabet and checksum are Bech32's (BIP 173): letters that look alike are left out, and up to four wrong characters are
 * always found, so a slip of the hand is told apart from an invite that is refused.  Longer than its 90 characters, where
 * that promise is weaker but still one in a billion.  ERR_MALFORMED: no token at all.  ERR_CRYPTO: a character is wrong.
 * ERR_STALE: of another version. */
#include "base/text.h"
#include "proto/wire_roster.h"

enum {
	CHECK = 6,
	PREFIX = 6,
	DATA_MAX = 1 + 16 + 32 + 32 + 1 + LIMIT_ENDPOINT + 16 + 4,
};
static const char prefix[] = "kring1";
static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static_assert(sizeof prefix == PREFIX + 1 && sizeof letters == 32 + 1, "five bits a letter");
static_assert(LIMIT_ENDPOINT <= UINT8_MAX, "the length of an address is one byte");

/* One more five-bit group into the remainder: arithmetic in a field of 32 elements, constants of BIP 173. */
static uint32_t step(uint32_t c, uint8_t v)
{
	static const uint32_t gen[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	const uint32_t top = c >> 25;

	c = (c & 0x1ffffff) << 5 ^ v;
	for (unsigned i = 0; i < 5; i++)
		if ((top >> i & 1) != 0)
			c ^= gen[i];
	return c;
}

/* The remainder after the prefix: the high bits of its letters, a zero, the low bits. */
static uint32_t begin(void)
{
	uint32_t c = 1;

	for (unsigned i = 0; i < PREFIX - 1; i++)
		c = step(c, (uint8_t)((uint8_t)prefix[i] >> 5));
	c = step(c, 0);
	for (unsigned i = 0; i < PREFIX - 1; i++)
		c = step(c, prefix[i] & 31);
	return c;
}

enum err wire_token_put(const struct wire_invite *v, char out[WIRE_TOKEN_MAX + 1])
{
	uint8_t b[DATA_MAX];
	struct wr w = wr_of(b, sizeof b);
	uint32_t c = begin();
	size_t n = PREFIX, bits;

	wr_u8(&w, WIRE_TOKEN_VERSION);
	wr_put(&w, v->fed_id.b, 16);
	wr_put(&w, v->genesis_hash.b, 32);
	wr_put(&w, v->tk_pub.b, 32);
	wr_u8(&w, (uint8_t)strlen(v->address));
	wr_put(&w, v->address, strlen(v->address));
	wr_put(&w, v->secret.b, 16);
	wr_u32(&w, v->expiry_s);
	/* Bits that fill up the last letter are zero; wire_token_get asks for that, so one invite
	 * has one text only. */
	bits = w.len * 8;
	if (w.over || n + (bits + 4) / 5 + CHECK > WIRE_TOKEN_MAX)
		return ERR_LIMIT;
	memcpy(out, prefix, PREFIX);
	for (size_t at = 0; at < bits; at += 5) {
		uint8_t group = 0;

		for (size_t i = at; i < at + 5; i++)
			group = (uint8_t)(group << 1 |
					  (i < bits ? b[i / 8] >> (7 - i % 8) & 1 : 0));
		out[n++] = letters[group];
		c = step(c, group);
	}
	/* six groups that make the remainder 1: a token of zeros alone is then no valid one */
	for (unsigned i = 0; i < CHECK; i++)
		c = step(c, 0);
	c ^= 1;
	for (unsigned i = 0; i < CHECK; i++)
		out[n++] = letters[c >> 5 * (CHECK - 1 - i) & 31];
	out[n] = '\0';
	return ERR_OK;
}

static enum err fields_get(struct span s, struct wire_invite *v)
{
	struct rd r = rd_of(s);
	const uint8_t version = rd_u8(&r);
	const uint8_t *text;
	size_t n;

	/* The version first: fields of another one may lie anywhere. */
	if (version != WIRE_TOKEN_VERSION)
		return ERR_STALE;
	v->fed_id = rd_id16(&r);
	v->genesis_hash = rd_id32(&r);
	v->tk_pub = rd_id32(&r);
	n = rd_u8(&r);
	text = rd_take(&r, n);
	if (text == NULL || n > LIMIT_ENDPOINT ||
	    text_fault(TEXT_LINE, span_of(text, n), NULL) != NULL)
		return ERR_MALFORMED;
	memcpy(v->address, text, n);
	v->address[n] = '\0';
	v->secret = rd_id16(&r);
	v->expiry_s = rd_u32(&r);
	return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

enum err wire_token_get(const char *text, struct wire_invite *v)
{
	uint8_t b[WIRE_TOKEN_MAX] = {0};
	const size_t len = strlen(text);
	const size_t data = len < PREFIX + CHECK ? 0 : len - PREFIX - CHECK;
	uint32_t c = begin();
	size_t bits = 0;

	if (len > WIRE_TOKEN_MAX || data == 0)
		return ERR_MALFORMED;
	for (size_t i = 0; i < len; i++) {
		/* capitals count as small letters: QR codes hold more of them, and people write as they like */
		const bool upper = text[i] >= 'A' && text[i] <= 'Z';
		const char ch = (char)(upper ? text[i] - 'A' + 'a' : text[i]);
		const char *at = strchr(letters, ch);

		if (i < PREFIX) {
			if (ch != prefix[i])
				return ERR_MALFORMED;
			continue;
		}
		/* strchr would find the end of its list for a NUL; a letter outside of the alphabet
		 * is a slip, and is told as one. */
		if (ch == '\0' || at == NULL)
			return ERR_CRYPTO;
		c = step(c, (uint8_t)(at - letters));
		for (unsigned k = 0; i < PREFIX + data && k < 5; k++, bits++)
			b[bits / 8] |= (uint8_t)(((at - letters) >> (4 - k) & 1) << (7 - bits % 8));
	}
	if (c != 1)
		return ERR_CRYPTO;
	/* what is left over of the last letter was filled up with zero bits */
	if (bits % 8 >= 5 || (bits % 8 != 0 && b[bits / 8] != 0))
		return ERR_MALFORMED;
	return fields_get(span_of(b, bits / 8), v);
}
