/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

enum { CODE_MAX = 40 };

/* Decodes one character; returns its length, 0 when the bytes are not shortest-form UTF-8. */
static size_t decode(const uint8_t *p, size_t left, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n;

	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	if (n == 0 || p[0] > 0xf4 || n > left)
		return 0;
	*out = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*out = *out << 6 | (p[i] & 0x3fu);
	}
	if (*out < least[n] || *out > 0x10ffff || (*out >= 0xd800 && *out <= 0xdfff))
		return 0;
	return n;
}

static bool unwanted(uint32_t c)
{
	if (c < 0x20)
		return c != '\n' && c != '\t';
	return (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe;
}

bool text_valid(struct span s)
{
	size_t i = 0;

	while (i < s.len) {
		uint32_t c = 0;
		size_t n = decode(s.p + i, s.len - i, &c);

		if (n == 0 || unwanted(c))
			return false;
		i += n;
	}
	return true;
}

bool text_code(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > CODE_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		bool plain = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9');

		if (!plain && !(s[i] == '-' && s[i - 1] != '-'))
			return false;
	}
	return true;
}

static bool port_ok(const char *s)
{
	unsigned v = 0;

	if (*s < '1' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9' && v <= UINT16_MAX; s++)
		v = v * 10 + (unsigned)(*s - '0');
	return *s == '\0' && v <= UINT16_MAX;
}

bool text_endpoint(const char *s)
{
	const char *host, *colon;
	char name[INET6_ADDRSTRLEN + 2];
	unsigned char addr[16];
	size_t n;

	if (s[0] == '\0')
		return true;
	if (strncmp(s, "tcp://", 6) != 0)
		return false;
	host = s + 6;
	colon = strrchr(host, ':');
	if (colon == NULL || !port_ok(colon + 1))
		return false;
	n = (size_t)(colon - host);
	if (n == 0 || n >= sizeof name)
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	if (name[0] != '[')
		return inet_pton(AF_INET, name, addr) == 1;
	if (name[n - 1] != ']')
		return false;
	name[n - 1] = '\0';
	return inet_pton(AF_INET6, name + 1, addr) == 1;
}

void text_put(struct wr *w, const char *s)
{
	const size_t n = strlen(s);

	if (n > UINT8_MAX) {
		w->over = true;
		return;
	}
	wr_u8(w, (uint8_t)n);
	wr_put(w, s, n);
}

void text_get(struct rd *r, char *out, size_t cap)
{
	const size_t n = rd_u8(r);
	const uint8_t *p = rd_take(r, n);

	out[0] = '\0';
	if (p == NULL || n >= cap || !text_valid(span_of(p, n))) {
		r->bad = true;
		return;
	}
	if (n > 0)
		memcpy(out, p, n);
	out[n] = '\0';
}
