/* SPDX-License-Identifier: EUPL-1.2 */
/* The public half of signing: anybody may ask it, also the domain, which knows no secret.  A signature that cannot be
 * checked for want of memory does not hold. */
#include "crypto/verify.h"

#include <sodium.h>
#include <stdlib.h>

#include "crypto/signed_bytes.h"

bool verify_sig(enum sign_label label, const struct span *parts, size_t n, const struct id32 *pub,
		const uint8_t sig[SIGN_LEN])
{
	struct signed_bytes sb;
	bool ok;

	if (!signed_bytes_make(&sb, label, parts, n))
		return false;
	/* libsodium also refuses keys of small order and signatures that are not in their one form. */
	ok = crypto_sign_verify_detached(sig, sb.p, sb.len, pub->b) == 0;
	signed_bytes_free(&sb);
	return ok;
}
