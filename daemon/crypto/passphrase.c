/* SPDX-License-Identifier: EUPL-1.2 */
/* The cost is written into what is kept, so that it can be raised later.  What was kept under another cost than ours is not looked at:
 * a row that somebody changed must not make a check dear. */
#include "crypto/passphrase.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/check.h"

enum { PASSES = 2, MEMORY = 64 * 1024 * 1024 };
static_assert((int)PASSPHRASE_KEPT == (int)crypto_pwhash_argon2id_STRBYTES, "it fits, and no more");

/* Of no sentence: its salt and its hash are letters. */
#define COST "$argon2id$v=19$m=65536,t=2,p=1$"
static const char nobody[] = COST
	"bm9ib2R5bm9ib2R5bm9iZA$bm9ib2R5bm9ib2R5bm9ib2R5bm9ib2R5bm9ib2R5bm8";

enum err passphrase_make(struct span words, char out[PASSPHRASE_KEPT])
{
	require(words.p != NULL && words.len > 0);
	if (crypto_pwhash_argon2id_str(out, (const char *)words.p, words.len, PASSES, MEMORY) != 0)
		return ERR_NOMEM;
	require(strncmp(out, COST, sizeof COST - 1) == 0);
	return ERR_OK;
}

bool passphrase_holds(const char *kept, struct span words)
{
	const bool one = strncmp(kept, COST, sizeof COST - 1) == 0 &&
			 strlen(kept) < PASSPHRASE_KEPT;
	const bool same = crypto_pwhash_argon2id_str_verify(one ? kept : nobody,
							    (const char *)words.p, words.len) == 0;

	require(words.p != NULL || words.len == 0);
	return one && same;
}
