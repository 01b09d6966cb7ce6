/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/signon/phrase.h"

#include <string.h>

#include "base/check.h"
#include "domain/signin/words.h"
#include "domain/signon/login.h"
#include "domain/state.h"

/* Who sees figures or cases, and nobody who looks after the node or its log: a sentence can be overheard. */
enum { MAY_TYPE = ROLE_CASEWORKER | ROLE_READER | ROLE_COORDINATOR };

static enum err allowed(struct turn *t)
{
	if (t->node->web.origin[0] != '\0' && t->node->web.passphrase)
		return ERR_OK;
	return turn_refuse(t, ERR_STATE, REFUSAL_PASSPHRASES_OFF);
}

static enum err work_out(struct turn *t, const struct signin_job *j)
{
	struct effect *e = turn_effect(t, EFFECT_HASH);

	require(t->ev != NULL && t->ev->worked.len == 0);
	if (e == NULL)
		return ERR_NOMEM;
	e->ev = t->ev;
	e->bytes = signin_job_put(t->arena, j);
	t->elsewhere = true;
	return e->bytes.p == NULL ? ERR_NOMEM : ERR_OK;
}

/* By the whole name, or the user of this machine.  Two who are called so are nobody. */
static enum err by_name(struct turn *t, const char *name, struct staff *s, bool *found)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff one;
	size_t count = 0;

	while (staff_each(t, &w, &one)) {
		if (one.roles == 0 || name[0] == '\0' || !staff_works(&one, t->wall_ms) ||
		    staff_came_back(&one, t->node->rights.older_no) ||
		    (strcmp(one.name, name) != 0 && strcmp(one.user, name) != 0))
			continue;
		*s = one;
		count++;
	}
	*found = count == 1;
	return w.rc;
}

enum err admin_login_passphrase(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct span words = signin_words(t->arena,
					       msg_text(req, LOGIN_PASSPHRASE_PASSPHRASE));
	struct signin in = {.passphrase = ""};
	struct staff s;
	bool found = false, right;
	enum err rc = allowed(t);

	require(msg_kind_of(req) == MSG_LOGIN_PASSPHRASE);
	if (rc == ERR_OK)
		rc = by_name(t, msg_text(req, LOGIN_PASSPHRASE_NAME), &s, &found);
	if (rc == ERR_OK && found)
		rc = signin_read(t, &s, &in);
	if (rc == ERR_CORRUPT)
		rc = ERR_OK; /* nobody signs in by it */
	if (rc != ERR_OK)
		return rc;
	if (found && (s.roles & ~(unsigned)MAY_TYPE) != 0)
		in.passphrase = "";
	if (t->ev->worked.len == 0)
		return work_out(t, &(struct signin_job){false, in.passphrase, words});
	/* what it was compared with is still what is kept: it may have been replaced meanwhile, or the name be another's */
	right = in.passphrase[0] != '\0' &&
		strcmp((const char *)t->ev->worked.p, in.passphrase) == 0;
	if (!found || !right || failing_shut(t, &s.id))
		return login_fail(t, found ? &s : NULL, "sign-in-failed", reply);
	return login_let_in(t, &s, &in, &(struct session){.how = SESSION_PASSPHRASE},
			    "passphrase-used", reply);
}

enum err phrase_take(struct turn *t, const struct staff *s, const char *text, struct signin *in)
{
	const struct span words = signin_words(t->arena, text);
	enum err rc = allowed(t);

	if (rc != ERR_OK)
		return rc;
	if ((s->roles & ~(unsigned)MAY_TYPE) != 0)
		return turn_refuse(t, ERR_DENIED, REFUSAL_PASSPHRASE_ROLE);
	if (!signin_words_enough(words))
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_PASSPHRASE_SHORT,
					say_number("count", SIGNIN_WORDS),
					say_number("most", LIMIT_PASSPHRASE));
	if (t->ev->worked.len == 0)
		return work_out(t, &(struct signin_job){true, "", words});
	in->passphrase = (const char *)t->ev->worked.p; /* with its NUL */
	return in->passphrase[0] == '\0' ? ERR_NOMEM : ERR_OK;
}
