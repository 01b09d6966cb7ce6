/* SPDX-License-Identifier: EUPL-1.2 */
#include "load.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STANDS_STILL_S = 300 };

_Noreturn void load_fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "peers: %s: %s\n", what, why);
	exit(1);
}

void load_open(struct load *l, int argc, char **argv)
{
	if (argc != 7)
		load_fail("arguments", "MODE COUNT SIZE WINDOW PORT_A PORT_B");
	l->mode = argv[1];
	l->count = strtoul(argv[2], NULL, 10);
	l->size = strtoul(argv[3], NULL, 10);
	l->window = strtoul(argv[4], NULL, 10);
	l->port_a = (int)strtol(argv[5], NULL, 10);
	l->port_b = (int)strtol(argv[6], NULL, 10);
	l->body = malloc(l->size + 1);
	if (l->body == NULL || l->count == 0 || l->window == 0 || sem_init(&l->came, 0, 0) != 0)
		load_fail("arguments", "COUNT and WINDOW are at least 1");
	for (size_t i = 0; i < l->size; i++)
		l->body[i] = (char)('A' + (i * 7 + i / 26) % 26);
	l->body[l->size] = '\0';
}

void load_close(struct load *l)
{
	(void)sem_destroy(&l->came);
	free(l->body);
}

bool load_is(const struct load *l, const char *mode)
{
	return strcmp(l->mode, mode) == 0;
}

void load_wait(struct load *l)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STANDS_STILL_S;
	if (sem_timedwait(&l->came, &until) != 0)
		load_fail("receipt", "nothing came for five minutes");
}

static int compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

void load_print_times(uint64_t *took_ns, size_t count)
{
	if (count == 0)
		load_fail("times", "nothing was measured");
	qsort(took_ns, count, sizeof *took_ns, compare);
	(void)printf("%.3f %.3f\n", (double)took_ns[count / 2] / 1e6,
		     (double)took_ns[count * 99 / 100] / 1e6);
}

void load_print_rates(const struct load *l, uint64_t accepted_ns, uint64_t arrived_ns)
{
	(void)printf("%.1f", (double)l->count * 1e9 / (double)accepted_ns);
	if (arrived_ns != 0)
		(void)printf(" %.1f", (double)l->count * 1e9 / (double)arrived_ns);
	(void)printf("\n");
}

bool load_wanted(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char byte;

	return poll(&in, 1, 20) == 0 || read(STDIN_FILENO, &byte, 1) > 0;
}
