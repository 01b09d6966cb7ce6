/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cookie - the cookies of a browser: who is signed in, where a form came from before that, and a language.
 *
 * Layer:    web (base).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  a token signs somebody in: it stands in no log and in no page.
 *
 * Each name begins with __Host-, so that a browser takes them from this host alone, over TLS, for every path.
 */
#ifndef KRING_WEB_COOKIE_H
#define KRING_WEB_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COOKIE_SESSION "__Host-kring"
#define COOKIE_BEFORE  "__Host-kring-pre"

#define COOKIE_LANGUAGE "__Host-kring-lang"

enum { COOKIE_TOKEN = 32, COOKIE_CODED = 43, COOKIE_LINE = 160, COOKIE_LANG = 2 };

/** base64url without padding; out holds 4/3 of n and a NUL. */
void cookie_encode(char *out, const uint8_t *p, size_t n);
/** False unless s is n bytes in base64url, written the one way there is. */
bool cookie_decode(uint8_t *out, size_t n, const char *s);

/** The token of that name out of a Cookie header (NULL: there was none).  False: it is not there, is there twice, or is no token. */
bool cookie_token(const char *header, const char *name, uint8_t token[COOKIE_TOKEN]);
/** The value of a Set-Cookie header; token NULL: the browser forgets it. */
void cookie_line(char out[COOKIE_LINE], const char *name, const uint8_t *token);

/** The language that was chosen in this browser, two letters of whatever kind; "": none was. */
void cookie_language(const char *header, char out[COOKIE_LANG + 1]);
void cookie_language_line(char out[COOKIE_LINE], const char *lang);

#endif /* KRING_WEB_COOKIE_H */
