/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rights - who asks at the control socket, and what that person may do here.
 *
 * Layer:    domain/staff (base, proto's lists).
 * Owns:     struct rights, inside struct node: the table STAFF as every request needs it.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  nothing; read from the table STAFF, and again after it changed.
 * Privacy:  unix user ids and roles, no name.
 *
 * As long as nobody is named, whoever opens the socket may do everything.  From the first name on a user that is not named may
 * do nothing; root and the user that the node runs as look after it, and have no other role whatever the table says.
 */
#ifndef KRING_DOMAIN_STAFF_RIGHTS_H
#define KRING_DOMAIN_STAFF_RIGHTS_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "domain/staff/role.h"

struct turn;

/** Users that stand for no one person: what a kernel shows of a user that it cannot name, and "no user". */
enum { RIGHTS_UID_NOBODY = 65534 };
#define RIGHTS_UID_NONE UINT32_MAX /* of a person who only signs in at a screen */
/** So many users are counted apart when they ask for what they have no right to; further ones together. */
enum { RIGHTS_REFUSED = 64 };

/** Of one user: how often in this day (since 1970) something was refused for want of a right. */
struct rights_refused {
	uint32_t uid;
	uint32_t day;
	uint32_t count;
};

struct rights_row {
	struct id16 id; /* of the table STAFF */
	uint32_t uid;
	uint8_t roles;
	uint64_t until_ms;	  /* 0: no end */
	struct id16 deputy;	  /* who has this one's list, zeros: nobody ... */
	uint64_t deputy_until_ms; /* ... until then */
	bool came_back;		  /* staff_came_back(): no right yet */
};

struct rights {
	struct rights_row rows[LIMIT_STAFF]; /* of those who have not ended */
	size_t count;
	bool named;   /* somebody ever was */
	bool current; /* it is what the table says */
	bool changed; /* in this turn, which may still be undone */
	uint32_t own_uid;
	uint32_t
		older_no; /* the incarnation that began because the database was an older copy; 0: none did */
	struct rights_refused refused[RIGHTS_REFUSED]; /* forgotten when the process ends */
};

/** Who asks: roles 0: nobody who is known here; id zeros: not out of the table. */
struct rights_asker {
	struct id16 id;
	uint8_t roles;
	bool came_back; /* named here, in a backup, and not confirmed since */
};

/** Reads the table again if it changed since. */
MUST_CHECK enum err rights_load(struct turn *t, struct rights *r);
/** This turn changed the table: what comes after it in the same turn already goes by that, and if it is undone, so is this. */
void rights_changed(struct rights *r);
/** Of whoever has this user id, now.  After rights_load. */
void rights_of(const struct rights *r, uint32_t uid, uint64_t now_ms, struct rights_asker *out);
/** Of this person of the table, now; roles 0: without a right here.  After rights_load. */
void rights_of_staff(const struct rights *r, const struct id16 *id, uint64_t now_ms,
		     struct rights_asker *out);
/** Root, or the user that this process runs as. */
bool rights_keeper(const struct rights *r, uint32_t uid);
/** This user is refused something now: how often that was today, with this one. */
uint32_t rights_refused(struct rights *r, uint32_t uid, uint64_t now_ms);
/** People, besides except, who have one of these roles now. */
size_t rights_others(const struct rights *r, const struct id16 *except, uint8_t roles,
		     uint64_t now_ms);
/** Does this person have one of these roles now?  Root (zeros) has its own always. */
bool rights_holds(const struct rights *r, const struct id16 *id, uint8_t roles, uint64_t now_ms);
/** Does that other person stand in for this one now? */
bool rights_stands_in(const struct rights *r, const struct id16 *id, const struct id16 *other,
		      uint64_t now_ms);
/** May one account have these?  Whoever works with people decides nothing about the node's figures or its log. */
bool rights_together(uint8_t roles);
/** "caseworker reader": the codes; at least 64 bytes. */
void rights_codes(uint8_t roles, char out[64]);
/** One code; 0: there is no such role. */
uint8_t rights_role(const char *code);

#endif /* KRING_DOMAIN_STAFF_RIGHTS_H */
