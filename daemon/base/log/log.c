/* SPDX-License-Identifier: EUPL-1.2 */
/* One line a record, key=value, to standard error: journald keeps it and knows the time.  No text from outside is
 * written, only ids, counts and words of ours, so a log can be sent to somebody who may not see a case. */
#include "base/log/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum { LINE_MAX_LEN = 512 };

/* Set once before the loop starts, and read by every function: tests/lint/lint.py allows these two and no others. */
static const char *log_role = "kring";
static enum log_level log_max = LOG_NOTICE;

static const char *const level_names[] = {"error", "warn", "notice", "info", "debug"};
/* clang-format off */
static const char *const event_names[LOG_EVENT_COUNT_] = {
#define LOG_NAME(name) [LOG_##name] = #name,
	LOG_EVENTS(LOG_NAME)
#undef LOG_NAME
};
/* clang-format on */

static_assert(sizeof level_names / sizeof level_names[0] == LOG_DEBUG + 1, "a word for each level");

void log_init(const char *role, enum log_level level)
{
	require(role != NULL && level <= LOG_DEBUG);
	log_role = role;
	log_max = level;
}

void log_write(enum log_level level, enum log_event event, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	size_t len;
	va_list ap;

	require(event < LOG_EVENT_COUNT_);
	require(level <= LOG_DEBUG && fmt != NULL);
	if (level > log_max)
		return;
	(void)snprintf(line, sizeof line, "%s role=%s event=%s ", level_names[level], log_role,
		       event_names[event]);
	len = strlen(line);
	va_start(ap, fmt);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 forgets va_start when it reads several files */
	(void)vsnprintf(line + len, sizeof line - len - 1, fmt, ap);
	va_end(ap);
	len = strlen(line);
	/* In the place of the NUL, and one write for the whole line: lines of two processes do not
	 * mix. */
	line[len] = '\n';
	/* A log that cannot be written must not stop a referral. */
	if (write(STDERR_FILENO, line, len + 1) < 0)
		return;
}
