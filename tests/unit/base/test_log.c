/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever brings lines about: few of each event are written, and every one that was not is counted. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log/log.h"

enum { FLOOD = 21309, TEXT = 1 << 16 };

/* What is written to standard error from begin to end. */
struct heard {
	int file, was;
	char text[TEXT];
};

static void begin(struct heard *h)
{
	char name[] = "/tmp/kring-log-XXXXXX";

	h->file = mkstemp(name);
	assert_true(h->file >= 0 && unlink(name) == 0);
	h->was = dup(STDERR_FILENO);
	assert_true(h->was >= 0 && dup2(h->file, STDERR_FILENO) == STDERR_FILENO);
}

static void end(struct heard *h)
{
	ssize_t n;

	assert_int_equal(dup2(h->was, STDERR_FILENO), STDERR_FILENO);
	n = pread(h->file, h->text, sizeof h->text - 1, 0);
	assert_true(n >= 0 && n < (ssize_t)sizeof h->text - 1);
	h->text[n] = '\0';
	(void)close(h->file);
	(void)close(h->was);
}

/* Lines of that event: those that were written, and those that are said to be left out. */
static void count(const struct heard *h, const char *event, unsigned long *written,
		  unsigned long *left_out)
{
	char want[64];

	*written = *left_out = 0;
	(void)snprintf(want, sizeof want, "event=%s ", event);
	for (const char *p = strstr(h->text, want); p != NULL; p = strstr(p + 1, want)) {
		const char *said = p + strlen(want);

		if (strncmp(said, "left_out=", 9) == 0)
			*left_out += strtoul(said + 9, NULL, 10);
		else
			++*written;
	}
}

static void a_flood_is_a_few_lines_and_a_count(void **state)
{
	static struct heard h;
	unsigned long written, left_out;

	(void)state;
	begin(&h);
	for (unsigned i = 0; i < FLOOD; i++)
		log_write(LOG_WARN, LOG_FRAME_REFUSED, "peer=%u err=\"bad\"", i);
	log_write(LOG_ERROR, LOG_DISK, "waits=x"); /* another event has its own room */
	log_tell();
	log_tell(); /* once */
	end(&h);
	count(&h, "FRAME_REFUSED", &written, &left_out);
	assert_in_range(written, LIMIT_LOG_LINES, 8 * LIMIT_LOG_LINES);
	assert_int_equal(written + left_out, FLOOD);
	count(&h, "DISK", &written, &left_out);
	assert_int_equal(written, 1);
	assert_int_equal(left_out, 0);
}

static void a_long_line_ends(void **state)
{
	static struct heard h;
	char text[2048];

	(void)state;
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	begin(&h);
	log_write(LOG_WARN, LOG_STATE_LOSS, "why=%s", text);
	end(&h);
	assert_int_equal(strlen(h.text), 512);
	assert_int_equal(h.text[511], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_is_a_few_lines_and_a_count),
		cmocka_unit_test(a_long_line_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
