/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <assert.h>

/* clang-format off */
static const char *const texts[ERR_COUNT_] = {
	[ERR_OK] = "ok",
#define ERR_TEXT(name, text) [name] = (text),
	ERR_MAP(ERR_TEXT)
#undef ERR_TEXT
};
/* clang-format on */

static_assert(ERR_OK == 0, "a struct of zeros says that nothing went wrong");

const char *err_text(enum err e)
{
	/* A number that is none of ours is shown and no reason to stop: an error text is printed
	 * when things are bad already. */
	if ((int)e < 0 || e >= ERR_COUNT_)
		return "unknown error";
	return texts[e];
}

/* Both switches name every error, so that a new one is put on its side by whoever adds it. */
bool err_foreign(enum err e)
{
	switch (e) {
	case ERR_MALFORMED:
	case ERR_CRYPTO:
	case ERR_NOTFOUND: /* a member, a thread that we never heard of */
	case ERR_STALE:	   /* said before, or overtaken */
		return true;
	case ERR_OK:
	case ERR_NOMEM:
	case ERR_INVAL:
	case ERR_LIMIT:
	case ERR_EXISTS:
	case ERR_DENIED:
	case ERR_STATE:
	case ERR_FULL:
	case ERR_BUSY:
	case ERR_CORRUPT:
	case ERR_IO:
	case ERR_COUNT_:
		break;
	}
	return false;
}

bool err_fatal(enum err e)
{
	switch (e) {
	case ERR_NOMEM:
	case ERR_IO:
	case ERR_CORRUPT:
	case ERR_FULL:
		return true;
	case ERR_OK:
	case ERR_INVAL:
	case ERR_MALFORMED:
	case ERR_LIMIT:
	case ERR_NOTFOUND:
	case ERR_EXISTS:
	case ERR_DENIED:
	case ERR_STATE:
	case ERR_STALE:
	case ERR_BUSY:
	case ERR_CRYPTO:
	case ERR_COUNT_:
		break;
	}
	return false;
}
