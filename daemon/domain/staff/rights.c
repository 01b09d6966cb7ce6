/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table is small and is asked at every request: it stands in memory, and nothing is opened for a request.  A turn that
 * changes it may be undone, so that both what changed it and what undid it only mark it as old.
 */
#include "domain/staff/rights.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "domain/staff/staff.h"
#include "proto/lists.h"

static_assert(sizeof(struct id16) == 16 && LIMIT_STAFF <= UINT16_MAX, "its shape in the store");

void rights_changed(struct rights *r)
{
	r->current = false;
	r->changed = true;
}

enum err rights_load(struct turn *t, struct rights *r)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff s;

	if (r->current)
		return ERR_OK;
	r->count = 0;
	r->named = false;
	while (staff_each(t, &w, &s)) {
		r->named = true;
		if (s.roles == 0 || s.ended_ms != 0 || r->count == LIMIT_STAFF)
			continue;
		r->rows[r->count++] = (struct rights_row){s.id,
							  s.uid,
							  s.roles,
							  s.until_ms,
							  s.deputy,
							  s.deputy_until_ms,
							  staff_came_back(&s, r->older_no)};
	}
	r->current = w.rc == ERR_OK;
	return w.rc;
}

static bool holds(const struct rights_row *row, uint64_t now_ms)
{
	return !row->came_back && (row->until_ms == 0 || now_ms <= row->until_ms);
}

/*	somebody is named	who asks			roles
 *	no			anybody				all
 *	yes			root, the node's own user	administrator
 *	yes			a user in the table, in time	as it stands there
 *	yes			... that came back with a backup	none, until that is confirmed
 *	yes			anybody else			none */
void rights_of(const struct rights *r, uint32_t uid, uint64_t now_ms, struct rights_asker *out)
{
	require(r->current && r->count <= LIMIT_STAFF);
	*out = (struct rights_asker){.roles = 0};
	if (!r->named) {
		out->roles = ROLE_ALL;
		return;
	}
	if (rights_keeper(r, uid)) {
		out->roles = ROLE_ADMINISTRATOR;
		return;
	}
	if (uid == RIGHTS_UID_NONE)
		return;
	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i].uid == uid && r->rows[i].came_back) {
			out->came_back = true;
		} else if (r->rows[i].uid == uid && holds(&r->rows[i], now_ms)) {
			out->came_back = false;
			out->id = r->rows[i].id;
			out->roles = r->rows[i].roles;
			return;
		}
}

void rights_of_staff(const struct rights *r, const struct id16 *id, uint64_t now_ms,
		     struct rights_asker *out)
{
	require(r->current && r->count <= LIMIT_STAFF);
	*out = (struct rights_asker){.roles = 0};
	for (size_t i = 0; i < r->count; i++)
		if (id16_equal(&r->rows[i].id, id) && holds(&r->rows[i], now_ms)) {
			out->id = *id;
			out->roles = r->rows[i].roles;
			return;
		}
}

bool rights_keeper(const struct rights *r, uint32_t uid)
{
	return uid == 0 || uid == r->own_uid;
}

size_t rights_others(const struct rights *r, const struct id16 *except, uint8_t roles,
		     uint64_t now_ms)
{
	size_t n = 0;

	require(r->current && r->count <= LIMIT_STAFF);
	for (size_t i = 0; i < r->count; i++)
		n += (r->rows[i].roles & roles) != 0 && holds(&r->rows[i], now_ms) &&
		     !id16_equal(&r->rows[i].id, except);
	return n;
}

bool rights_holds(const struct rights *r, const struct id16 *id, uint8_t roles, uint64_t now_ms)
{
	require(r->current && r->count <= LIMIT_STAFF);
	if (bytes_zero(id->b, sizeof id->b))
		return (roles & ROLE_ADMINISTRATOR) != 0;
	for (size_t i = 0; i < r->count; i++)
		if (id16_equal(&r->rows[i].id, id))
			return (r->rows[i].roles & roles) != 0 && holds(&r->rows[i], now_ms);
	return false;
}

bool rights_stands_in(const struct rights *r, const struct id16 *id, const struct id16 *other,
		      uint64_t now_ms)
{
	require(r->current && r->count <= LIMIT_STAFF);
	if (bytes_zero(other->b, sizeof other->b))
		return false;
	for (size_t i = 0; i < r->count; i++)
		if (id16_equal(&r->rows[i].id, id))
			return id16_equal(&r->rows[i].deputy, other) &&
			       now_ms <= r->rows[i].deputy_until_ms;
	return false;
}

/* The user's own place, else one that is of no use today, else the last one, which is then everybody's. */
uint32_t rights_refused(struct rights *r, uint32_t uid, uint64_t now_ms)
{
	const uint32_t day = (uint32_t)(now_ms / DAY_MS);
	struct rights_refused *row = NULL;

	require(r != NULL);
	for (size_t i = 0; i < RIGHTS_REFUSED && row == NULL; i++)
		if (r->refused[i].day == day && r->refused[i].uid == uid && r->refused[i].count > 0)
			row = &r->refused[i];
	for (size_t i = 0; i < RIGHTS_REFUSED && row == NULL; i++)
		if (r->refused[i].day != day || r->refused[i].count == 0)
			row = &r->refused[i];
	if (row == NULL)
		row = &r->refused[RIGHTS_REFUSED - 1];
	if (row->day != day)
		*row = (struct rights_refused){.uid = uid, .day = day};
	row->uid = row->count == 0 ? uid : row->uid;
	row->count += row->count < UINT32_MAX;
	return row->count;
}

bool rights_together(uint8_t roles)
{
	const bool cases = (roles & (ROLE_CASEWORKER | ROLE_READER)) != 0;

	return !(cases && (roles & ROLE_COORDINATOR) != 0) &&
	       !((roles & ROLE_ADMINISTRATOR) != 0 && (roles & ROLE_PRIVACY) != 0);
}

void rights_codes(uint8_t roles, char out[64])
{
	size_t n = 0;

	require((roles & ~(unsigned)ROLE_ALL) == 0);
	out[0] = '\0';
	for (unsigned bit = 0; (1u << bit) <= ROLE_ALL; bit++) {
		const char *code = list_code(LIST_ROLES, "", bit);
		const size_t len = strlen(code);

		if ((roles >> bit & 1) == 0)
			continue;
		require(n + 1 + len < 64);
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, code, len + 1);
		n += len;
	}
}

uint8_t rights_role(const char *code)
{
	for (unsigned bit = 0; (1u << bit) <= ROLE_ALL; bit++)
		if (strcmp(list_code(LIST_ROLES, "", bit), code) == 0)
			return (uint8_t)(1u << bit);
	return 0;
}
