/* SPDX-License-Identifier: EUPL-1.2 */
/* Counted for people, and one by one.  A number is never better than what was signed: who did not answer counts as silent, and
 * whoever was passed the person by somebody who does not say to whom counts as missing there. */
#include "domain/grant/holders.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/documents/dates.h"
#include "domain/referral/calendar.h"

/* A code of a later version is shown as what every outcome is: an answer. */
static const char *outcome_of(const struct erasure_told *told)
{
	static const char *const outcomes[] = {[ERASURE_DONE] = "erased",
					       [ERASURE_RESTRICTED] = "restricted",
					       [ERASURE_NEVER_HELD] = "never-held"};

	return told->outcome >= ERASURE_DONE && told->outcome <= ERASURE_NEVER_HELD
		       ? outcomes[told->outcome]
		       : NULL;
}

/* The day is one of this place, as that of whoever reads it. */
static void put_law(struct turn *t, const struct erasure_told *told, struct msg *out,
		    unsigned statute, unsigned until)
{
	char day[DATE_TEXT];

	if (told->outcome != ERASURE_RESTRICTED)
		return;
	msg_set_text(t->arena, out, statute, told->statute);
	if (told->until_ms == 0)
		return;
	date_text(calendar_day(t->node->country, told->until_ms), day);
	msg_set_text(t->arena, out, until, day);
}

/* A number that nobody said is left out: 0 would be a claim. */
void holders_told(struct turn *t, const struct erasure_told *told, uint64_t since_ms,
		  struct msg *row)
{
	require(msg_kind_of(row) == MSG_GRANT_ROW);
	if (told->type == 0)
		msg_set_u64(row, GRANT_ROW_SILENT_SINCE_MS, since_ms);
	else
		msg_set_u64(row, GRANT_ROW_ANSWERED_MS, dates_past(t->wall_ms, told->at_ms));
	if (outcome_of(told) != NULL)
		msg_set_text(t->arena, row, GRANT_ROW_OUTCOME, outcome_of(told));
	put_law(t, told, row, GRANT_ROW_STATUTE, GRANT_ROW_KEPT_UNTIL);
	if (told->backup_until_ms != 0)
		msg_set_u64(row, GRANT_ROW_BACKUP_UNTIL_MS, told->backup_until_ms);
	if (told->own_notes)
		msg_set_u64(row, GRANT_ROW_OWN_NOTES, 1);
	if (told->onward != 0)
		msg_set_u64(row, GRANT_ROW_PASSED_ON, told->onward);
	if (told->bodies != 0)
		msg_set_u64(row, GRANT_ROW_BODIES, told->bodies);
}

/* One that left the federation long ago stays an id. */
static void put_name(struct turn *t, struct msg *out, unsigned field, const struct id32 *node)
{
	const struct peer *p = state_peer_by_id(t->node, node);
	char hex[2 * sizeof node->b + 1];

	bytes_hex(hex, node->b, sizeof node->b);
	msg_set_text(t->arena, out, field, p != NULL ? p->org : hex);
}

/* How many of them are how far. */
struct counts {
	uint64_t answered, kept, erasing, silent, unreachable, missing;
};

/* Who was removed answers nobody; who is behind another one is never silent by name: whoever it is, only that one knows. */
static const char *state_of(const struct holder *h, bool removed, struct counts *n)
{
	if (h->told.type == DOC_ERASED) {
		if (h->told.outcome == ERASURE_RESTRICTED)
			n->kept++;
		else
			n->answered++;
		return outcome_of(&h->told) == NULL ? "erased" : outcome_of(&h->told);
	}
	n->erasing += h->told.type == DOC_ERASING;
	n->unreachable += removed;
	n->silent += h->told.type == 0 && !removed;
	return removed ? "unreachable" : h->told.type == DOC_ERASING ? "erasing" : "silent";
}

/* Since when it is silent is since when it was told. */
static enum err put_holder(struct turn *t, const struct tree *tr, size_t at, uint64_t since_ms,
			   struct msg *row, struct counts *n)
{
	const struct holder *h = &tr->list[at], *above = &tr->list[h->above];
	const struct peer *p = state_peer_by_id(t->node, &h->node);
	struct msg *out = msg_add(t->arena, row, GRANT_ROW_HOLDERS);

	require(at < tr->count && h->above <= at);
	if (out == NULL)
		return ERR_NOMEM;
	put_name(t, out, HOLDER_ROW_NAME, &h->node);
	msg_set_u64(out, HOLDER_ROW_DEPTH, h->depth);
	if (h->depth > 1)
		put_name(t, out, HOLDER_ROW_VIA, &above->node);
	msg_set_text(t->arena, out, HOLDER_ROW_STATE, state_of(h, p == NULL || p->removed, n));
	msg_set_u64(out, HOLDER_ROW_AT_MS,
		    h->told.type != 0 ? dates_past(t->wall_ms, h->told.at_ms) : since_ms);
	put_law(t, &h->told, out, HOLDER_ROW_STATUTE, HOLDER_ROW_KEPT_UNTIL);
	if (h->told.onward != 0)
		msg_set_u64(out, HOLDER_ROW_PASSED_ON, h->told.onward);
	if (h->missing != 0)
		msg_set_u64(out, HOLDER_ROW_MISSING, h->missing);
	if (h->deeper)
		msg_set_u64(out, HOLDER_ROW_DEEPER, 1);
	n->missing += h->missing;
	return ERR_OK;
}

/* All who had it from here.  Nothing is complete while somebody may still give this node back what it passed on itself. */
enum err holders_put(struct turn *t, const struct thread *th, uint64_t since_ms, struct msg *row)
{
	struct counts n = {.answered = 0};
	struct tree tr;
	enum err rc = tree_of(t, th, &tr);

	for (size_t i = 0; rc == ERR_OK && i < tr.count; i++)
		rc = put_holder(t, &tr, i, since_ms, row, &n);
	if (rc != ERR_OK)
		return rc;
	holders_told(t, &tr.list[0].told, since_ms, row);
	msg_set_u64(row, GRANT_ROW_ANSWERED, n.answered);
	if (n.kept != 0)
		msg_set_u64(row, GRANT_ROW_KEPT, n.kept);
	msg_set_u64(row, GRANT_ROW_ERASING, n.erasing);
	msg_set_u64(row, GRANT_ROW_SILENT, n.silent);
	msg_set_u64(row, GRANT_ROW_UNREACHABLE, n.unreachable);
	if (n.missing != 0)
		msg_set_u64(row, GRANT_ROW_MISSING, n.missing);
	if (tr.refused + tr.astray != 0)
		msg_set_u64(row, GRANT_ROW_REFUSED, (uint64_t)tr.refused + tr.astray);
	msg_set_u64(row, GRANT_ROW_COMPLETE, tree_whole(&tr) && !t->node->quarantine);
	return ERR_OK;
}
