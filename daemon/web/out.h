/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * out - a page as it grows: bytes of ours as they are, everything else escaped.
 *
 * Layer:    web (base).
 * Owns:     its bytes, which are wiped whenever they move or go.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  pages show people.
 *
 * Templates write by these alone (tpl.py), so that no text becomes a tag, an attribute or a scheme.
 */
#ifndef KRING_WEB_OUT_H
#define KRING_WEB_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out {
	uint8_t *p;
	size_t len, cap;
	bool failed; /* it did not fit: nothing of it is sent */
};

void out_free(struct out *o);
/** Bytes of a template. */
void out_raw(struct out *o, const char *p, size_t len);
/** In the text of a page and between quotes.  NULL writes nothing.  What no page may hold (a control character, half a
 *  character of UTF-8) is U+FFFD. */
void out_text(struct out *o, const char *s);
/** The same in running text of ours: a number is not parted from what stands beside it where a line ends. */
void out_prose(struct out *o, const char *s);
/** As one segment of an address: all but letters, digits and -._~ is %XX, so also / and :. */
void out_segment(struct out *o, const char *s);
/** NULL, or nothing in it. */
bool out_empty(const char *s);

#endif /* KRING_WEB_OUT_H */
