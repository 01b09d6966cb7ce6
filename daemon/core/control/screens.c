/* SPDX-License-Identifier: EUPL-1.2 */
/* A client's number: the highest bit, how many lines there were, the tag of the question.  So an answer never goes to the question
 * of a later line that has the same tag.  Who asks more than LIMIT_QUESTIONS_CORE at a time, or twice under one tag, or says
 * anything else, is not the process that we started: the line is closed, and the supervisor makes another one. */
#include "core/control/screens.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "base/log/log.h"
#include "io/ipc.h"

#define SCREENS_BIT (UINT64_C(1) << 63)

enum { TAG_BITS = 16, PART = 128 * 1024 };

static_assert(PART < LIMIT_IPC_RECORD * 2, "a part fits a record");

struct screens {
	struct loop *loop;
	struct ipc *ipc; /* NULL: nobody is there */
	uint32_t line;	 /* counted up */
	screens_ask ask;
	void *ctx;
	uint16_t waiting[LIMIT_QUESTIONS_CORE]; /* tags */
	size_t count;
};

static uint64_t client_of(const struct screens *s, uint16_t tag)
{
	return SCREENS_BIT | (uint64_t)s->line << TAG_BITS | tag;
}

/* Few wait at a time; one behind the last: nobody waits under that tag. */
static size_t place_of(const struct screens *s, uint16_t tag)
{
	size_t i = 0;

	require(s->count <= LIMIT_QUESTIONS_CORE);
	while (i < s->count && s->waiting[i] != tag)
		i++;
	return i;
}

/* What is still worked on finds nobody who waits (screens_waits). */
static void hang_up(struct screens *s)
{
	ipc_close(s->ipc);
	s->ipc = NULL;
	s->count = 0;
}

static void on_record(void *ctx, uint8_t type, uint16_t tag, struct span bytes)
{
	struct screens *s = ctx;

	if (type != IPC_ASK || s->count == LIMIT_QUESTIONS_CORE || place_of(s, tag) < s->count) {
		log_write(LOG_WARN, LOG_CLIENT_DROPPED, "cause=screens type=%u waiting=%zu", type,
			  s->count);
		hang_up(s);
		return;
	}
	s->waiting[s->count++] = tag;
	s->ask(s->ctx, client_of(s, tag), bytes);
}

static void on_gone(void *ctx)
{
	hang_up(ctx);
}

enum err screens_create(struct loop *l, struct screens **out, screens_ask ask, void *ctx)
{
	struct screens *s = calloc(1, sizeof *s);

	require(ask != NULL);
	if (s == NULL)
		return ERR_NOMEM;
	s->loop = l;
	s->ask = ask;
	s->ctx = ctx;
	*out = s;
	return ERR_OK;
}

void screens_connect(struct screens *s, int fd)
{
	const struct ipc_calls calls = {on_record, on_gone, s};

	hang_up(s);
	s->line++;
	if (ipc_open(s->loop, &s->ipc, fd, &calls) != ERR_OK)
		s->ipc = NULL;
}

bool screens_waits(const struct screens *s, uint64_t client)
{
	const uint16_t tag = (uint16_t)client;

	require(screens_client(client));
	return s->ipc != NULL && client == client_of(s, tag) && place_of(s, tag) < s->count;
}

/* In parts, because a record of the line is shorter than a Reply may be. */
void screens_answer(struct screens *s, uint64_t client, struct span bytes)
{
	const uint16_t tag = (uint16_t)client;
	enum err rc = ERR_OK;

	if (!screens_waits(s, client))
		return;
	s->waiting[place_of(s, tag)] = s->waiting[s->count - 1];
	s->count--;
	for (size_t at = 0; rc == ERR_OK; at += PART) {
		const bool last = bytes.len - at <= PART;

		rc = ipc_put(s->ipc, last ? IPC_ANSWER : IPC_ANSWER_PART, tag,
			     span_of(bytes.p + at, last ? bytes.len - at : PART));
		if (last)
			break;
	}
	if (rc != ERR_OK)
		hang_up(s); /* half an answer is none */
	else
		ipc_flush(s->ipc);
}

void screens_tell(struct screens *s, uint32_t kinds)
{
	uint8_t bytes[4];

	if (s->ipc == NULL)
		return;
	be32_put(bytes, kinds);
	if (ipc_put(s->ipc, IPC_CHANGED, 0, span_of(bytes, sizeof bytes)) != ERR_OK)
		hang_up(s); /* it does not read */
	else
		ipc_flush(s->ipc);
}
