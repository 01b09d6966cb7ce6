/* SPDX-License-Identifier: EUPL-1.2 */
/* What is signed is the label, a zero byte, and the parts one after the other.  Callers fix the length of all parts but the
 * last, so that no two lists of parts give the same bytes. */
#include "crypto/signed_bytes.h"

#include <stdlib.h>

#include "base/check.h"

/* clang-format off */
static const char *const labels[SIGN_LABEL_COUNT_] = {
#define SIGN_TEXT(name, text) [SIGN_##name] = (text),
	SIGN_LABELS(SIGN_TEXT)
#undef SIGN_TEXT
};
/* clang-format on */

bool signed_bytes_make(struct signed_bytes *sb, enum sign_label label, const struct span *parts,
		       size_t n)
{
	const char *text;
	size_t need;
	struct wr w;

	require(label < SIGN_LABEL_COUNT_);
	text = labels[label];
	/* With its zero byte: no label can be the beginning of another label and what follows it. */
	need = strlen(text) + 1;
	for (size_t i = 0; i < n; i++)
		need += parts[i].len;
	/* Most texts are short, so that signing works without an allocation; only long ones can fail. */
	sb->p = need <= sizeof sb->small ? sb->small : malloc(need);
	if (sb->p == NULL)
		return false;
	w = wr_of(sb->p, need);
	wr_put(&w, text, strlen(text) + 1);
	for (size_t i = 0; i < n; i++)
		wr_put(&w, parts[i].p, parts[i].len);
	require(!w.over && w.len == need);
	sb->len = w.len;
	return true;
}

void signed_bytes_free(struct signed_bytes *sb)
{
	if (sb->p != sb->small)
		free(sb->p);
}
