/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/signin/words.h"

#include <string.h>

#include "base/check.h"

enum { LETTERS = 2 };

/* So that a blank too many shuts nobody out. */
struct span signin_words(struct arena *a, const char *text)
{
	const size_t len = strlen(text);
	struct wr w = arena_wr(a, len + 1);

	for (const char *p = text + strspn(text, " "); *p != '\0';) {
		const size_t n = strcspn(p, " ");

		if (w.len > 0)
			wr_u8(&w, ' ');
		wr_put(&w, p, n);
		p += n;
		p += strspn(p, " ");
	}
	return w.over || w.len > LIMIT_PASSPHRASE ? span_of(NULL, 0) : wr_span(&w);
}

/* "aa aa aa aa" is one word. */
bool signin_words_enough(struct span words)
{
	struct span first = {NULL, 0};
	size_t count = 0, at = 0;
	bool differ = false;

	while (at < words.len) {
		const uint8_t *end = memchr(words.p + at, ' ', words.len - at);
		const struct span one = span_of(
			words.p + at, end == NULL ? words.len - at : (size_t)(end - words.p) - at);

		if (first.p == NULL)
			first = one;
		differ = differ || one.len != first.len || memcmp(one.p, first.p, one.len) != 0;
		count += one.len >= LETTERS;
		at += one.len + 1;
	}
	return count >= SIGNIN_WORDS && differ;
}

struct span signin_job_put(struct arena *a, const struct signin_job *j)
{
	const size_t kept = strlen(j->kept);
	struct wr w = arena_wr(a, SIGNIN_JOB);

	require(j->words.len <= LIMIT_PASSPHRASE);
	if (kept >= SIGNIN_KEPT) /* a row that is damaged is nobody's */
		return signin_job_put(a, &(struct signin_job){j->make, "", j->words});
	wr_u8(&w, j->make);
	wr_put(&w, j->kept, kept);
	wr_zero(&w, SIGNIN_KEPT - kept);
	wr_put(&w, j->words.p, j->words.len);
	return w.over ? span_of(NULL, 0) : wr_span(&w);
}

bool signin_job_read(struct span bytes, struct signin_job *j)
{
	if (bytes.len < 1 + SIGNIN_KEPT || bytes.len > SIGNIN_JOB || bytes.p[SIGNIN_KEPT] != 0)
		return false;
	*j = (struct signin_job){bytes.p[0] != 0, (const char *)bytes.p + 1,
				 span_of(bytes.p + 1 + SIGNIN_KEPT, bytes.len - 1 - SIGNIN_KEPT)};
	return true;
}
