/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people type of a person is of its field's kind: a date is a date, a phone number can be dialled.  What is wrong is
 * refused where it was typed, since the partner that reads it cannot ask.  An empty field is an absent one and always right:
 * nobody has to make something up to get on.
 */
#include "domain/desk/typed.h"

#include "proto/person_kind.h"

/* The client asks the same before it sends; whoever speaks to the socket is asked here. */
enum err typed_person(struct turn *t, const struct msg *person)
{
	struct err_text what;
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++) {
		const char *remedy,
			*fault = f.type != MSG_TYPE_TEXT
					 ? NULL
					 : person_fault(f.number, msg_text(person, f.number),
							&remedy);

		if (fault == NULL)
			continue;
		(void)err_explain(&what, ERR_INVAL, "%s %s", f.name, fault);
		return turn_refuse_old(t, ERR_INVAL, what.text, "", remedy);
	}
	return ERR_OK;
}
