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
#include "base/clock.h"
#include "base/limits.h"

enum { LINE_MAX_LEN = 512 };

/* Set once before the loop starts, and read by every function: tests/lint/lint.py allows these and no others. */
static const char *log_role = "kring";
static enum log_level log_max = LOG_NOTICE;

/* Of each event what was written lately, and what was not: nearly every line can be brought about by bytes from outside, and a journal
 * that is full of one of them, or that threw away others because of it, tells of nothing. */
struct log_lately {
	uint64_t part; /* of the monotonic clock: each LIMIT_LOG_MS long */
	unsigned long left_out[LOG_EVENT_COUNT_];
	unsigned written[LOG_EVENT_COUNT_]; /* LIMIT_LOG_LINES at most */
};
static struct log_lately log_now;

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

/* One write for the whole line: lines of two processes do not mix. */
PRINTF_LIKE(3, 0)
static void line(enum log_level level, enum log_event event, const char *fmt, va_list ap)
{
	char text[LINE_MAX_LEN];
	size_t len;

	require(event < LOG_EVENT_COUNT_ && level <= LOG_DEBUG);
	(void)snprintf(text, sizeof text, "%s role=%s event=%s ", level_names[level], log_role,
		       event_names[event]);
	len = strlen(text);
	(void)vsnprintf(text + len, sizeof text - len, fmt, ap);
	len = strlen(text);
	text[len] = '\n'; /* in the place of the NUL */
	/* A log that cannot be written must not stop a referral. */
	if (write(STDERR_FILENO, text, len + 1) < 0)
		return;
}

PRINTF_LIKE(3, 4)
static void line_of(enum log_level level, enum log_event event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 forgets va_start when it reads several files */
	line(level, event, fmt, ap);
	va_end(ap);
}

void log_tell(void)
{
	for (unsigned i = 0; i < LOG_EVENT_COUNT_; i++) {
		const unsigned long more = log_now.left_out[i];

		log_now.left_out[i] = 0;
		if (more != 0)
			line_of(LOG_WARN, (enum log_event)i, "left_out=%lu", more);
	}
}

/* May this line be written? */
static bool has_room(enum log_event event)
{
	const uint64_t part = clock_mono_ms() / LIMIT_LOG_MS;

	require(event < LOG_EVENT_COUNT_);
	if (part != log_now.part) {
		log_tell();
		memset(log_now.written, 0, sizeof log_now.written);
		log_now.part = part;
	}
	if (log_now.written[event] < LIMIT_LOG_LINES) {
		log_now.written[event]++;
		return true;
	}
	log_now.left_out[event]++;
	return false;
}

void log_write(enum log_level level, enum log_event event, const char *fmt, ...)
{
	va_list ap;

	require(event < LOG_EVENT_COUNT_);
	require(level <= LOG_DEBUG && fmt != NULL);
	if (level > log_max || !has_room(event))
		return;
	va_start(ap, fmt);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 forgets va_start when it reads several files */
	line(level, event, fmt, ap);
	va_end(ap);
}
