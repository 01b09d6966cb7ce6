/* SPDX-License-Identifier: EUPL-1.2 */
/* While somebody types, the case may move away, be closed or erased, and so may all else that a form is about.  Its page then says so, and
 * has no field for the words: they stand above, to be copied.  Every page is asked, so that none has to think of it. */
#include "web/kept/typed.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "web/kept/formkept.h"

enum { KEY = 64 };

/* By the words of people's records, or of these pages. */
const char *typed_label(struct visit *v, const char *field)
{
	char key[KEY];

	text_format(key, sizeof key, "field-%.40s", field);
	if (list_has(LIST_WEB, key))
		return list_text(LIST_WEB, v->lang, key);
	if (list_has(LIST_PERSON, field))
		return visit_capital(v, list_text(LIST_PERSON, v->lang, field));
	return list_text(LIST_WEB, v->lang, "field-any");
}

/* What is chosen of a list is soon chosen again. */
static bool is_words(const struct form_field *f)
{
	return (f->kind == FORM_LINE || f->kind == FORM_LINES) && strcmp(f->name, "to") != 0 &&
	       strcmp(f->name, "place") != 0;
}

/* One text as it was typed; several, each behind the name of its field. */
static const char *words_of(struct visit *v, const struct form *f)
{
	size_t count = 0, len = 1;
	const char *one = NULL, *colon = list_text(LIST_WEB, v->lang, "colon");
	char *out, *at;

	for (size_t i = 0; i < f->count; i++)
		if (is_words(&f->fields[i]) && f->values[i] != NULL && !text_blank(f->values[i])) {
			one = f->values[i];
			count++;
			len += strlen(typed_label(v, f->fields[i].name)) + strlen(colon) +
			       strlen(one) + 1;
		}
	if (count < 2)
		return one;
	out = at = arena_alloc(&v->a, len);
	for (size_t i = 0; out != NULL && i < f->count; i++)
		if (is_words(&f->fields[i]) && f->values[i] != NULL && !text_blank(f->values[i])) {
			text_format(at, len - (size_t)(at - out), "%s%s%s\n",
				    typed_label(v, f->fields[i].name), colon, f->values[i]);
			at += strlen(at);
		}
	return out;
}

/* A form has the address of its page. */
bool typed_has_page(const struct visit *v)
{
	bool other;
	const struct route *page = route_find(v->site->routes, v->site->count, false, &v->path,
					      &other);

	for (size_t i = 0; page != NULL && i < page->field_count; i++)
		if (strcmp(page->fields[i].name, "e") == 0)
			return true;
	return false;
}

/* The number of what is kept, which an address has under that name. */
static const char *kept_id(const struct visit *v)
{
	for (size_t i = 0; i < v->form.count; i++)
		if (strcmp(v->form.fields[i].name, "e") == 0 && v->form.values[i] != NULL)
			return v->form.values[i];
	return "";
}

/* The form that is sent to the address of this page. */
void typed_words(struct visit *v)
{
	struct span body, packed;
	const struct route *form;
	struct form typed;
	bool other;

	if (v->seen->post || kept_id(v)[0] == '\0')
		return;
	form = route_find(v->site->routes, v->site->count, true, &v->path, &other);
	if (form == NULL || form->who != ROUTE_SIGNED_IN ||
	    !formkept_find(v->site->kept, v->token, v->seen->path, kept_id(v), &body, &packed) ||
	    !visit_typed(v, &typed, form->fields, form->field_count, body))
		return;
	v->f.typed = words_of(v, &typed);
}
