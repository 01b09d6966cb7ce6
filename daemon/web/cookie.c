/* SPDX-License-Identifier: EUPL-1.2 */
/* A token has one text and a cookie one value: what could be read in two ways is no token.  Nothing here knows whether a token is
 * good; core does. */
#include "web/cookie.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static_assert(sizeof alphabet == 65, "six bits a character");
static_assert(COOKIE_CODED == (COOKIE_TOKEN * 8 + 5) / 6, "a token and its text");

/* Six bits a character, from the highest on; without padding, which no cookie may hold. */
void cookie_encode(char *out, const uint8_t *p, size_t n)
{
	uint32_t bits = 0;
	unsigned have = 0;

	require(out != NULL && p != NULL);
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6; have -= 6)
			*out++ = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = alphabet[bits << (6 - have) & 63];
	*out = '\0';
}

/* Bits behind the last byte are noughts: else one token would have several texts. */
bool cookie_decode(uint8_t *out, size_t n, const char *s)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t at = 0;

	if (strlen(s) != (n * 8 + 5) / 6)
		return false;
	for (; *s != '\0'; s++) {
		const char *place = strchr(alphabet, *s);

		if (place == NULL)
			return false;
		bits = bits << 6 | (uint32_t)(place - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[at++] = (uint8_t)(bits >> have);
		}
	}
	return at == n && (bits & ((1u << have) - 1)) == 0;
}

/* The value of len characters.  Of two cookies of one name a browser may send either first, and one of them could have been planted:
 * then there is none. */
static bool value_of(const char *header, const char *name, char *out, size_t len)
{
	const size_t name_len = strlen(name);
	size_t found = 0, taken = 0;

	for (const char *p = header; p != NULL && *p != '\0';) {
		const size_t n = strcspn(p, ";");

		if (n > name_len && strncmp(p, name, name_len) == 0 && p[name_len] == '=') {
			found++;
			if (n - name_len - 1 == len) {
				memcpy(out, p + name_len + 1, len);
				taken++;
			}
		}
		p += n;
		p += strspn(p, "; ");
	}
	out[len] = '\0';
	return found == 1 && taken == 1;
}

bool cookie_token(const char *header, const char *name, uint8_t token[COOKIE_TOKEN])
{
	char coded[COOKIE_CODED + 1];
	const bool ok = value_of(header, name, coded, COOKIE_CODED) &&
			cookie_decode(token, COOKIE_TOKEN, coded);

	explicit_bzero(coded, sizeof coded);
	return ok;
}

/* Strict: a page of elsewhere that leads here finds nobody signed in.  Without an end of its own it goes with the browser, and core
 * ends the session long before. */
void cookie_line(char out[COOKIE_LINE], const char *name, const uint8_t *token)
{
	char coded[COOKIE_CODED + 1] = "";

	if (token != NULL)
		cookie_encode(coded, token, COOKIE_TOKEN);
	(void)snprintf(out, COOKIE_LINE, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", name,
		       coded, token == NULL ? "; Max-Age=0" : "");
	explicit_bzero(coded, sizeof coded);
}

void cookie_language(const char *header, char out[COOKIE_LANG + 1])
{
	if (!value_of(header, COOKIE_LANGUAGE, out, COOKIE_LANG))
		out[0] = '\0';
}

/* It says nothing of anybody, and stays for a year. */
void cookie_language_line(char out[COOKIE_LINE], const char *lang)
{
	require(strlen(lang) == COOKIE_LANG);
	(void)snprintf(out, COOKIE_LINE,
		       "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000",
		       COOKIE_LANGUAGE, lang);
}
