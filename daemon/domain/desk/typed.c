/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people type of a person is of its field's kind: a date is a date, a phone number can be dialled.  What is wrong is
 * refused where it was typed, since the partner that reads it cannot ask.  An empty field is an absent one and always right:
 * nobody has to make something up to get on.
 */
#include "domain/desk/typed.h"

#include "proto/person/person_kind.h"

/* The client asks the same before it sends; whoever speaks to the socket is asked here. */
enum err typed_person(struct turn *t, const struct msg *person)
{
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++) {
		const char *remedy,
			*fault = f.type != MSG_TYPE_TEXT
					 ? NULL
					 : person_fault(f.number, msg_text(person, f.number),
							&remedy);

		if (fault == NULL)
			continue;
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_FIELD_WRONG,
					say_code("field", LIST_PERSON, f.name),
					say_code("fault", LIST_ERRORS, fault),
					say_code("like", LIST_ERRORS, remedy));
	}
	return ERR_OK;
}
