/* SPDX-License-Identifier: EUPL-1.2 */
/* An invariant that does not hold means that we no longer know what the store would receive: the process ends before the
 * transaction does, and the supervisor starts it again from what was committed.  The expression is printed, never a value:
 * values may be somebody's. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *expr, const char *file, int line)
{
	(void)fprintf(stderr, "error event=INVARIANT_BROKEN at=%s:%d expr=\"%s\"\n", file, line,
		      expr);
	abort();
}
