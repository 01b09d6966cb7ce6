/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * signin - signing in and out, showing once more who it is, and what everybody may do about their own way in.
 *
 * Layer:    web (base, proto).
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  a passphrase or a link is handed on and wiped with its visit; what a passkey says is no secret.
 *
 * Whether a passkey, a passphrase or a link is good is for core to say (domain/signon).  A page asks for a challenge when somebody
 * presses its button, so that it never waits on the page until it is too old.
 */
#ifndef KRING_WEB_SIGNIN_SIGNIN_H
#define KRING_WEB_SIGNIN_SIGNIN_H

#include "base/limits_screens.h"
#include "web/visit.h"

/* login.c */
void signin_open(struct visit *v);
void signin_phrase_try(struct visit *v);
void signin_passkey_try(struct visit *v);
void signin_first_open(struct visit *v);
void signin_first_try(struct visit *v);
void signin_out_try(struct visit *v);
void signin_healthz_open(struct visit *v);
/** Core said who has the token that it just made. */
void signin_known(struct visit *v, const struct msg *reply);
/** What is asked of a passkey, for a script: to sign in, or with a link to make one. */
void signin_begin(struct visit *v);

/* stepup.c */
void signin_again_open(struct visit *v);
void signin_again_begin(struct visit *v);
void signin_again_try(struct visit *v);
/** Somebody is still there: how many seconds more. */
void signin_still(struct visit *v);

/* me.c */
void signin_me_open(struct visit *v);
void signin_add_open(struct visit *v);
void signin_add_begin(struct visit *v);
void signin_add_try(struct visit *v);
void signin_remove_open(struct visit *v);
void signin_remove_try(struct visit *v);
void signin_everywhere_try(struct visit *v);
void signin_language_try(struct visit *v);

/* passkey.c */
/** The fields that a script fills in.  max is of base64url. */
/* clang-format off */
#define SIGNIN_PROOF_FIELDS \
	{"cred", FORM_CODE, 344, false}, {"auth", FORM_CODE, 1368, false}, \
	{"client", FORM_CODE, 2732, false}, {"sig", FORM_CODE, 684, false}
#define SIGNIN_NEW_FIELDS \
	{"cred", FORM_CODE, 344, false}, {"auth", FORM_CODE, 1368, false}, \
	{"client", FORM_CODE, 2732, false}, {"spki", FORM_CODE, 800, false}, \
	{"device", FORM_LINE, LIMIT_PASSKEY_NAME * 4, false}
/* clang-format on */
/** ... into a PasskeyProof, a PasskeyNew.  What is no base64url is left out, and core refuses the rest. */
void signin_put_proof(struct visit *v, struct msg *proof);
void signin_put_new(struct visit *v, struct msg *made);
/** The reply of a question for a challenge, as the script reads it; a refusal is its code alone. */
void signin_told_ask(struct visit *v, struct msg *reply);
/** The words of what was refused before, which stands behind ?e=; a code that is none of ours says nothing. */
void signin_show_refusal(struct visit *v);
/** Back to a page of ours with that code. */
void signin_back(struct visit *v, const char *path, const char *code);

#endif /* KRING_WEB_SIGNIN_SIGNIN_H */
