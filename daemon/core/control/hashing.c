/* SPDX-License-Identifier: EUPL-1.2 */
/* The thread waits for a job, does it, and wakes the loop.  It shares one place with the loop, under a lock; all else is the loop's.  It
 * lives as long as the process, which ends it. */
#include "core/control/hashing.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "core/control/screens.h"
#include "crypto/passphrase.h"
#include "domain/signin/words.h"

struct item {
	struct item *next;
	uint64_t client;
	uint32_t uid;
	size_t len, job_len;
	uint8_t bytes[];
};

enum place { PLACE_FREE, PLACE_JOB, PLACE_DONE };

struct hashing {
	struct item *first; /* the one at work, and those behind it */
	size_t count;
	hashing_done done;
	void *ctx;
	struct loop_wake *wake;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	/* under the lock */
	enum place place;
	bool ready; /* the thread runs: what begins one is not allowed later */
	uint8_t job[SIGNIN_JOB];
	size_t job_len;
	char result[PASSPHRASE_KEPT];
};

static void work(const uint8_t *job, size_t len, char result[PASSPHRASE_KEPT])
{
	struct signin_job j;

	result[0] = '\0';
	if (!signin_job_read(span_of(job, len), &j))
		return;
	if (j.make)
		(void)!(passphrase_make(j.words, result) == ERR_OK);
	else if (passphrase_holds(j.kept, j.words)) /* which is then shorter than a result */
		memcpy(result, j.kept, strlen(j.kept) + 1);
}

static void *run(void *ctx)
{
	struct hashing *h = ctx;
	uint8_t job[SIGNIN_JOB];
	char result[PASSPHRASE_KEPT];
	size_t len;

	pthread_mutex_lock(&h->lock);
	h->ready = true;
	pthread_cond_broadcast(&h->turn);
	for (;;) {
		while (h->place != PLACE_JOB)
			pthread_cond_wait(&h->turn, &h->lock);
		len = h->job_len;
		memcpy(job, h->job, len);
		pthread_mutex_unlock(&h->lock);
		work(job, len, result);
		explicit_bzero(job, sizeof job);
		pthread_mutex_lock(&h->lock);
		memcpy(h->result, result, sizeof result);
		h->place = PLACE_DONE;
		loop_wake(h->wake);
	}
	return NULL;
}

/* The next one, if the thread has nothing to do. */
static void give(struct hashing *h)
{
	const struct item *i = h->first;

	pthread_mutex_lock(&h->lock);
	if (i != NULL && h->place == PLACE_FREE) {
		require(i->job_len <= sizeof h->job);
		memcpy(h->job, i->bytes + i->len, i->job_len);
		h->job_len = i->job_len;
		h->place = PLACE_JOB;
		pthread_cond_signal(&h->turn);
	}
	pthread_mutex_unlock(&h->lock);
}

static void on_wake(void *ctx)
{
	struct hashing *h = ctx;
	struct item *i = h->first;
	char result[PASSPHRASE_KEPT] = "";
	bool done;

	pthread_mutex_lock(&h->lock);
	done = h->place == PLACE_DONE;
	if (done) {
		memcpy(result, h->result, sizeof result);
		explicit_bzero(h->job, sizeof h->job);
		h->place = PLACE_FREE;
	}
	pthread_mutex_unlock(&h->lock);
	if (!done)
		return;
	require(i != NULL && h->count > 0);
	h->first = i->next;
	h->count--;
	/* never empty: so the handler knows that it was worked on */
	h->done(h->ctx, &(struct event){.type = EVENT_REQUEST,
					.client = i->client,
					.uid = i->uid,
					.screens = screens_client(i->client),
					.bytes = span_of(i->bytes, i->len),
					.worked = span_of(result, strlen(result) + 1)});
	explicit_bzero(i, sizeof *i + i->len + i->job_len);
	free(i);
	give(h);
}

enum err hashing_start(struct hashing **out, struct loop *l, hashing_done done, void *ctx)
{
	struct hashing *h = calloc(1, sizeof *h);
	pthread_t thread;
	enum err rc;

	require(done != NULL);
	if (h == NULL)
		return ERR_NOMEM;
	h->done = done;
	h->ctx = ctx;
	rc = loop_wake_create(l, &h->wake, on_wake, h);
	if (rc == ERR_OK &&
	    (pthread_mutex_init(&h->lock, NULL) != 0 || pthread_cond_init(&h->turn, NULL) != 0 ||
	     pthread_create(&thread, NULL, run, h) != 0))
		rc = ERR_NOMEM;
	if (rc != ERR_OK)
		return rc; /* the process ends */
	pthread_mutex_lock(&h->lock);
	while (!h->ready)
		pthread_cond_wait(&h->turn, &h->lock);
	pthread_mutex_unlock(&h->lock);
	*out = h;
	return rc;
}

enum err hashing_add(struct hashing *h, const struct event *ev, struct span job)
{
	struct item **at = &h->first, *i;

	require(ev->type == EVENT_REQUEST && job.len <= SIGNIN_JOB);
	if (h->count >= LIMIT_HASHING)
		return ERR_FULL;
	i = calloc(1, sizeof *i + ev->bytes.len + job.len);
	if (i == NULL)
		return ERR_NOMEM;
	i->client = ev->client;
	i->uid = ev->uid;
	i->len = ev->bytes.len;
	i->job_len = job.len;
	memcpy(i->bytes, ev->bytes.p, ev->bytes.len);
	memcpy(i->bytes + i->len, job.p, job.len);
	while (*at != NULL)
		at = &(*at)->next;
	*at = i;
	h->count++;
	give(h);
	return ERR_OK;
}
