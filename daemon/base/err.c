/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

/* clang-format off */
static const char *const texts[ERR_COUNT_] = {
	[ERR_OK] = "ok",
#define ERR_TEXT(name, text) [name] = (text),
	ERR_MAP(ERR_TEXT)
#undef ERR_TEXT
};
/* clang-format on */

const char *err_text(enum err e)
{
	if ((int)e < 0 || e >= ERR_COUNT_)
		return "unknown error";
	return texts[e];
}

enum err err_explain(struct err_text *out, enum err e, const char *fmt, ...)
{
	va_list ap;

	if (out == NULL)
		return e;
	va_start(ap, fmt);
	(void)vsnprintf(out->text, sizeof out->text, fmt, ap);
	va_end(ap);
	return e;
}
