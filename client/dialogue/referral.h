/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * referral - one referral while it is made: to whom, for what, what each partner will see, under which consent.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; all of it lies in the invocation's arena.
 * Threads:  one.
 * Time:     days; today is asked once.
 * Durable:  as a draft at the node (draft.c).
 * Privacy:  names a person and what partners will see of them; wiped with the arena.
 */
#ifndef KRING_CLIENT_DIALOGUE_REFERRAL_H
#define KRING_CLIENT_DIALOGUE_REFERRAL_H

#include "client/cli/cli.h"

enum { REFERRAL_TO_MAX = 16, REFERRAL_NAME = 256, REFERRAL_CODE = 48, DRAFT_ID = 40 };

/** How far one partner's part is. */
enum referral_part { PART_OPEN, PART_SENT, PART_FAILED };

struct referral_to {
	char typed[REFERRAL_NAME]; /* as one writes it in commands */
	char name[REFERRAL_NAME];
	uint64_t may;		 /* categories that the agreement allows there */
	uint64_t share;		 /* ... and those that were chosen */
	bool chosen;		 /* somebody looked at share */
	bool covered;		 /* a living consent covers them */
	bool again;		 /* although one for the same need is open */
	char how[REFERRAL_CODE]; /* of the consent given now; "": none was given */
	bool noted;		 /* ... and is written down */
	enum referral_part part;
	int code;		 /* exit code of what was asked last ... */
	const struct msg *reply; /* ... and its reply, or NULL */
};

struct referral {
	char case_id[64], need[REFERRAL_CODE], service[REFERRAL_NAME];
	bool urgent;
	struct referral_to to[REFERRAL_TO_MAX];
	size_t to_count;
	char witness[REFERRAL_NAME], given_by[REFERRAL_CODE];
	int64_t today, until;	    /* days; until 0: as the node has it */
	enum list_lang speaks;	    /* in which the consent was asked for */
	const struct msg *person;   /* MSG_PERSON of the case, or NULL */
	const struct msg *shown;    /* the reply that showed the case, or NULL */
	const struct msg *partners; /* the reply that listed partners, or NULL */
	char draft[DRAFT_ID];	    /* "": none is kept */
	const char
		*knowing; /* the partner had the person before: why it is right; NULL: not said */
	unsigned step;	  /* of the dialogue */
};

/** Categories in which the case holds something. */
uint64_t referral_known(const struct referral *r);
/** A moment of that day which is the same day everywhere; 0 for 0. */
uint64_t referral_ms(int64_t day);

/* send.c */
/** Of each partner: may it be sent as it stands?  *bad: the first that is refused for another reason than a missing consent, its
 *  refusal in its reply; NULL when none is.  covered is set.  CLI_DONE, or what a failure that was printed ended with. */
int referral_check(struct cli *c, struct referral *r, struct referral_to **bad);
/** Consents that were given now are written down; all that is to go is tried once more; then it is sent, one after the other.
 *  Nothing is sent before everything was tried.  What was done stands in part and reply of each; the exit code is that of the
 *  first refusal, which *bad names. */
int referral_send(struct cli *c, struct referral *r, struct referral_to **bad);

/* draft.c */
/** Kept at the node under its id, which is filled in ("": a new one); case_id NULL: about nobody yet.  A node that keeps no more
 *  drafts stops nobody. */
void draft_keep(struct cli *c, char id[DRAFT_ID], const char *form, const char *label,
		const char *case_id, const char *text);
/** "" stays "". */
void draft_forget(struct cli *c, char id[DRAFT_ID]);
/** A referral as such a draft, under r->draft. */
void referral_keep(struct cli *c, struct referral *r, const char *label);
/** What a draft holds, into r; false: it is none of ours. */
bool referral_recall(struct referral *r, const char *text);

#endif /* KRING_CLIENT_DIALOGUE_REFERRAL_H */
