/* SPDX-License-Identifier: EUPL-1.2 */
/* A quarter's report as it would leave: terms, exact figures, noise, bytes.  Nothing is kept or sent here, so the privacy officer's
 * dry run and the real report are the same computation.
 *
 * The guarantee: whether one person was there or not changes the probability of any report by a factor of at most e^epsilon, with
 * the epsilon of the year's shares together.  It rests on four things that are each in one place: the cap (count.c), the noise
 * (noise.c), one noise for one truth (seed_of), and the year's budget (refusal_of).  A report that would break one of them
 * is made all the same, with its reason in place of figures: a silent gap could not be told from a lost one. */
#include "domain/flow/draft.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/agreement.h"
#include "domain/count/quarter.h"
#include "domain/count/underway.h"
#include "domain/documents/words.h"
#include "domain/flow/kept.h"
#include "domain/membership/roster.h"

enum {
	/* Art. 9 and 10: health, mental health, addiction, justice, origin, conviction */
	SPECIAL_CATS = 1 << 7 | 1 << 8 | 1 << 9 | 1 << 11 | 1 << 12 | 1 << 13,
	EXACT_BYTES = 4 * (COUNT_NEEDS * COUNT_REASONS + COUNT_WORDS + COUNT_ENDS),
};

/* The roster's policy says how much may be told; this node may tell less, never more. */
static enum err terms_of(struct turn *t, struct report_terms *out, uint32_t *year)
{
	const struct node *n = t->node;
	struct chain c;
	enum err rc = roster_chain(t, &c);

	if (rc != ERR_OK)
		return rc;
	if (!c.begun)
		c.policy = wire_policy_default;
	*year = c.policy.year;
	*out = (struct report_terms){.cap = c.policy.cap,
				     .k = c.policy.k > n->flow.k ? c.policy.k : n->flow.k,
				     .k_sensitive = c.policy.k_sensitive};
	if (out->k > out->k_sensitive)
		out->k_sensitive = out->k;
	for (size_t i = 0; i < WIRE_TABLES; i++)
		if (report_share_fields[i] != 0)
			out->share[i] = (uint16_t)(c.policy.share[i] * n->flow.percent / 100);
	return ERR_OK;
}

/* Which rows exist, and which of them tell by themselves what somebody needed. */
static enum err rows_of(struct turn *t, bool *possible, bool *sensitive)
{
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct consent_view send = {.granted = false}, receive = {.granted = false};
		enum err rc = consent_agreement(t, p->no, CONSENT_SEND, &send);

		if (rc == ERR_OK)
			rc = consent_agreement(t, p->no, CONSENT_RECEIVE, &receive);
		if (rc != ERR_OK)
			return rc;
		possible[i] = !p->self && (p->classes & WIRE_MEMBER) != 0;
		sensitive[i] = ((send.agreement_cats | receive.agreement_cats) & SPECIAL_CATS) != 0;
	}
	return ERR_OK;
}

/* One noise for one truth: the same figures give the same report for ever, and other figures (a restored
 * node, a late correction) share no noise with it, so that two of them cannot be subtracted. */
static enum err seed_of(struct turn *t, uint32_t quarter, const struct count *exact,
			struct id32 *seed)
{
	struct wr w = arena_wr(t->arena, 4 + 4 * exact->rows * COUNT_CELLS + EXACT_BYTES);
	uint8_t in[10 + 4 + 32] = "flow-noise";
	struct id32 hash;

	static_assert(sizeof "flow-noise" - 1 == 10, "the name fills its place");
	require(exact->flow != NULL);
	for (size_t i = 0; i < exact->rows; i++)
		for (size_t j = 0; j < COUNT_CELLS; j++)
			wr_u32(&w, exact->flow[i][j]);
	for (size_t i = 0; i < COUNT_NEEDS; i++)
		for (size_t j = 0; j < COUNT_REASONS; j++)
			wr_u32(&w, exact->needs[i][j]);
	for (size_t i = 0; i < COUNT_WORDS; i++)
		wr_u32(&w, exact->words[i]);
	for (size_t i = 0; i < COUNT_ENDS; i++)
		wr_u32(&w, exact->ends[i]);
	if (w.over)
		return ERR_NOMEM;
	hash = hash_one(HASH_FLOW, wr_span(&w));
	be32_put(in + 10, quarter);
	memcpy(in + 14, hash.b, 32);
	return record_secret(t->txn, span_of(in, sizeof in), seed);
}

/* Why this quarter has no figures; "" when it has. */
static enum err refusal_of(struct turn *t, uint32_t quarter, const struct report_terms *terms,
			   uint32_t year, const char **code)
{
	uint32_t spent, sum = 0;
	enum err rc = kept_spent(t, quarter, &spent);

	require(code != NULL);
	for (size_t i = 0; i < WIRE_TABLES; i++)
		sum += terms->share[i];
	*code = "";
	if (4 * sum > year || spent + sum > year)
		*code = "budget";
	else if (sum == 0)
		*code = "nothing-shared";
	else if (t->node->restored_ms >= quarter_ready_ms(quarter))
		*code = "state-lost"; /* it may have been published before the loss */
	return rc;
}

/* A refusal is a report too: who collects learns that there is none, and why. */
enum err draft_report(struct turn *t, uint32_t quarter, struct report *r, bool *over)
{
	const size_t rows = t->node->peer_count;
	bool *possible = arena_alloc(t->arena, rows + 1), *sens = arena_alloc(t->arena, rows + 1);
	struct noise_seed source;
	struct noise noise;
	struct count exact;
	struct id32 seed;
	uint32_t year;
	enum err rc;

	*over = true;
	*r = (struct report){.period = quarter, .refused = "", .sensitive = sens};
	if (possible == NULL || sens == NULL)
		return ERR_NOMEM;
	rc = terms_of(t, &r->terms, &year);
	if (rc == ERR_OK)
		rc = refusal_of(t, quarter, &r->terms, year, &r->refused);
	if (rc == ERR_OK)
		rc = count_create(t->arena, rows, &r->figures);
	if (rc == ERR_OK && r->refused[0] != '\0')
		return report_pack(t, r);
	if (rc == ERR_OK)
		rc = rows_of(t, possible, sens);
	if (rc == ERR_OK)
		rc = underway_count(t, quarter, r->terms.cap, &exact, over);
	if (rc != ERR_OK || !*over)
		return rc;
	rc = seed_of(t, quarter, &exact, &seed);
	if (rc != ERR_OK)
		return rc;
	noise = noise_of_seed(&source, &seed);
	report_noise(&r->figures, &exact, &r->terms, possible, sens, &noise);
	rc = report_pack(t, r);
	if (rc != ERR_OK || r->bytes.len <= LIMIT_BODY)
		return rc;
	r->refused = "too-long"; /* reported as missing, never cut */
	return report_pack(t, r);
}
