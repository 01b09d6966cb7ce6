/* SPDX-License-Identifier: EUPL-1.2 */
#include "configs.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static void *seen;
static void **queue;
static size_t head, len, cap, one;

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, one);
}

void configs_visit(const void *c, size_t size)
{
	void *copy = malloc(size), **slot;

	require(copy != NULL && (one == 0 || one == size));
	one = size;
	memcpy(copy, c, size);
	slot = tsearch(copy, &seen, compare);
	require(slot != NULL);
	if (*slot != copy) {
		free(copy);
		return;
	}
	if (len == cap) {
		cap = cap == 0 ? 1024 : cap * 2;
		queue = realloc(queue, cap * sizeof *queue);
		require(queue != NULL);
	}
	queue[len++] = copy;
}

bool configs_next(void *c, size_t size)
{
	if (head == len) {
		free(queue);
		queue = NULL;
		head = len = cap = 0;
		return false;
	}
	require(size == one);
	memcpy(c, queue[head++], size);
	return true;
}
