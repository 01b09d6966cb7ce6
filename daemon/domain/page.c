/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/page.h"

#include <string.h>

enum err page_limit(struct turn *t, uint64_t asked, size_t *limit)
{
	*limit = asked == 0 ? LIMIT_LIST_ROWS : (size_t)asked;
	if (asked <= LIMIT_LIST_ROWS)
		return ERR_OK;
	return turn_refuse(t, ERR_LIMIT, "a list shows at most 500 rows at a time", "",
			   "ask for the next ones with --after");
}
static_assert(LIMIT_LIST_ROWS == 500, "the sentence above names it");

enum err page_begin(struct turn *t, struct page *p, uint64_t asked)
{
	enum err rc;

	memset(p, 0, sizeof *p);
	rc = page_limit(t, asked, &p->limit);
	if (rc != ERR_OK)
		return rc;
	p->items = arena_keep(t->arena, p->limit * sizeof *p->items);
	return p->items == NULL ? ERR_NOMEM : ERR_OK;
}

void page_after(struct page *p, uint64_t rank, struct span key)
{
	p->behind = true;
	p->after = (struct page_item){.rank = rank};
	key_put(&p->after.key, key.p, key.len);
}

static bool before(const struct page_item *x, const struct page_item *y)
{
	const size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
	const int c = memcmp(x->key.b, y->key.b, n);

	if (x->rank != y->rank)
		return x->rank < y->rank;
	return c != 0 ? c < 0 : x->key.len < y->key.len;
}

/* Not by qsort: for larger arrays glibc asks the system how much memory there is, which the sandbox ends. */
void page_offer(struct page *p, uint64_t rank, struct span key)
{
	struct page_item one = {.rank = rank};
	size_t i;

	p->total++;
	key_put(&one.key, key.p, key.len);
	if (p->behind && !before(&p->after, &one))
		return;
	p->more = p->more || p->count == p->limit;
	if (p->count == p->limit && !before(&one, &p->items[p->count - 1]))
		return;
	i = p->count < p->limit ? p->count++ : p->count - 1;
	for (; i > 0 && before(&one, &p->items[i - 1]); i--)
		p->items[i] = p->items[i - 1];
	p->items[i] = one;
}

void page_end(struct turn *t, const struct page *p, struct msg *reply, const char *last)
{
	msg_set_u64(reply, REPLY_TOTAL, p->total);
	if (!p->more)
		return;
	msg_set_u64(reply, REPLY_TRUNCATED, 1);
	msg_set_text(t->arena, reply, REPLY_NEXT, last);
}
