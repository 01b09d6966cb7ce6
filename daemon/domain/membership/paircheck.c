/* SPDX-License-Identifier: EUPL-1.2 */
/* Two members make sure by voice that each holds the other's true keys.  The roster and its witnesses say who is in; this says
 * it without them, for those who want to be sure (shelters, health services) and for a partner that came back with its promised
 * key alone.
 *
 * Each side reads one half aloud and types the half it hears, so nobody can agree without having listened: the half that is
 * shown is not the one that is asked for.  No commitment, hence sixteen digits (proto/PROTOCOL.md 3a).  A wrong answer is kept in the
 * audit log; it changes nothing else, for a mistake in typing is likelier than an attack. */
#include "domain/membership/paircheck.h"

#include "base/check.h"
#include <string.h>

#include "crypto/hash.h"
#include "domain/evidence/audit.h"
#include "domain/membership/members.h"
#include "domain/membership/noderecord.h"

enum { TEXT = PAIRCHECK_TEXT };
static_assert(TEXT == 4 * 5, "four groups, a blank after each, the last one a NUL");

/* Eight bytes as sixteen digits in groups that people can read out. */
static void half(char out[TEXT], const uint8_t *bytes)
{
	uint64_t v = be64_get(bytes) % UINT64_C(10000000000000000);

	for (int i = TEXT - 2; i >= 0; i--) {
		if (i % 5 == 4) {
			out[i] = ' ';
			continue;
		}
		out[i] = (char)('0' + v % 10);
		v /= 10;
	}
	out[TEXT - 1] = '\0';
}

/* Whose next key was promised again without a rotation: the digits confirm that too. */
static enum err promises_of(struct turn *t, const struct peer *p, bool first, struct id32 out[2],
			    size_t *count)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const struct peer *both[] = {first ? self : p, first ? p : self};

	*count = 0;
	for (size_t i = 0; i < 2; i++) {
		bool said = false;
		const enum err rc = both[i] == NULL ? ERR_OK
						    : noderecord_promise(t, both[i]->no, &said,
									 &out[*count]);

		if (rc != ERR_OK)
			return rc;
		*count += said;
	}
	return ERR_OK;
}

/* The lower node id comes first, so that both ends hash the same; each half goes to one reader. */
enum err paircheck_digits(struct turn *t, const struct peer *p, struct paircheck *out)
{
	const struct node *n = t->node;
	const bool first = memcmp(n->node_id.b, p->node_id.b, 32) < 0;
	const struct span ours[] = {{n->node_id.b, 32}, {n->nk_pub.b, 32}},
			  theirs[] = {{p->node_id.b, 32}, {p->nk_pub.b, 32}};
	struct id32 promise[2];
	const struct span parts[] = {{n->fed_id.b, 16},		  first ? ours[0] : theirs[0],
				     first ? ours[1] : theirs[1], first ? theirs[0] : ours[0],
				     first ? theirs[1] : ours[1], {promise[0].b, 32},
				     {promise[1].b, 32}};
	uint8_t h[16];
	size_t said; /* promises of a next key that the digits confirm too */
	const enum err rc = promises_of(t, p, first, promise, &said);

	require(!p->self);
	if (rc != ERR_OK)
		return rc;
	require(said <= 2);
	hash_parts(HASH_PAIR, span_of(NULL, 0), parts, 5 + said, h, sizeof h);
	half(first ? out->read : out->hear, h);
	half(first ? out->hear : out->read, h + 8);
	return ERR_OK;
}

/* The audit log keeps an attempt that failed: so such a turn ends well. */
enum err paircheck_heard(struct turn *t, struct peer *p, const struct paircheck *check,
			 const char *typed, bool *same)
{
	*same = paircheck_same_digits(typed, check->hear);
	if (*same)
		return members_check(t, p);
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
						  .outcome = ERR_DENIED,
						  .peer = p->no,
						  .detail = "pair-differs"});
}

bool paircheck_same_digits(const char *typed, const char *ours)
{
	for (;; typed++, ours++) {
		typed += strspn(typed, " -");
		ours += strspn(ours, " -");
		if (*typed != *ours)
			return false;
		if (*typed == '\0')
			return true;
	}
}
