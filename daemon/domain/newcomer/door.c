/* SPDX-License-Identifier: EUPL-1.2 */
/* Each invite names the address where its newcomer comes; invites that name the same one share it.  A port that nobody was
 * invited to is not open, so nobody can try it. */
#include "domain/newcomer/door.h"

#include "domain/newcomer/invite.h"

struct node_door *door_at(struct node *n, const char *at)
{
	for (size_t i = 0; i < n->door_count; i++)
		if (strcmp(n->doors[i].at, at) == 0)
			return &n->doors[i];
	return NULL;
}

bool door_room(struct node *n, const char *at)
{
	return n->door_count < LIMIT_ONBOARD_DOORS || door_at(n, at) != NULL;
}

struct doors {
	struct node_door all[LIMIT_ONBOARD_DOORS];
	size_t count;
};

/* One more invite at this address; what net said of it before stays said. */
static void open_at(struct node *n, const struct doors *before, const char *at)
{
	struct node_door *d = door_at(n, at);

	if (d == NULL) {
		/* admin_invite took no more than there is room for */
		if (n->door_count == LIMIT_ONBOARD_DOORS || strlen(at) >= sizeof d->at)
			return;
		d = &n->doors[n->door_count++];
		*d = (struct node_door){.invites = 0};
		memcpy(d->at, at, strlen(at) + 1);
		for (size_t i = 0; i < before->count; i++)
			if (strcmp(before->all[i].at, at) == 0)
				*d = before->all[i];
		d->invites = 0;
	}
	d->invites++;
}

/* From the rows of the invites, never from memory: so a port is open exactly while somebody is invited, after a crash too.  What is
 * known of an address that stays is kept. */
enum err door_load(struct turn *t, struct node *n)
{
	struct store_walk w = {.rc = ERR_OK};
	struct doors before = {.count = n->door_count};
	struct id16 id;
	struct msg *m;

	memcpy(before.all, n->doors, sizeof before.all);
	n->door_count = 0;
	n->doors_due_ms = 0;
	while (invite_each(t, &w, &id, &m)) {
		uint64_t until_ms;

		if (!invite_alive(t, m, &until_ms))
			continue;
		open_at(n, &before, msg_text(m, INVITE_RECORD_LISTEN));
		if (n->doors_due_ms == 0 || until_ms < n->doors_due_ms)
			n->doors_due_ms = until_ms;
	}
	return w.rc;
}

void door_said(struct node *n, const struct node_door *said)
{
	struct node_door *d = door_at(n, said->at);

	if (d == NULL)
		return;
	d->said = true;
	d->error = said->error;
	d->strangers = said->strangers;
	d->turned_away = said->turned_away;
	d->told_to_wait = said->told_to_wait;
}

void door_unsaid(struct node *n)
{
	for (size_t i = 0; i < n->door_count; i++)
		n->doors[i].said = false;
}

enum err door_tick(struct turn *t)
{
	const uint64_t due_ms = t->node->doors_due_ms;

	if (due_ms == 0 || t->wall_ms < due_ms)
		return ERR_OK;
	/* door_load, which follows, names the next */
	return turn_do(t, EFFECT_MEMBERS);
}
