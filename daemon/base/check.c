/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *expr, const char *file, int line)
{
	(void)fprintf(stderr, "error event=INVARIANT_BROKEN at=%s:%d expr=\"%s\"\n", file, line,
		      expr);
	abort();
}
