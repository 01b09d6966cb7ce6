/* SPDX-License-Identifier: EUPL-1.2 */
/* Randomness of the kernel, which is never short of it once the machine has started.  Whoever fails to get it must not go
 * on with something weaker. */
#include "base/rng.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

#include "base/check.h"

void rng_fill(void *out, size_t n)
{
	uint8_t *p = out;

	while (n > 0) {
		/* Flags 0: it waits until the kernel's pool was filled once, early at the start of
		 * a machine, and never after that. */
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		require(got > 0);
		p += got;
		n -= (size_t)got;
	}
}
