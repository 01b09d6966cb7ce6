/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A message carries what two workers have to tell each other to do their work, and no more: it is short, so that nobody writes
 * a file in it, and of the person it names how to reach her and nothing else.  Its date has no category; so a message without
 * words, place and telephone is none, or it would pass where words are closed.  Asked before a message is signed and again
 * where one arrives, since the sender's daemon may be another one.
 */
#include "domain/documents/message.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

size_t message_length(const char *text)
{
	size_t n = 0;

	require(text != NULL);
	for (; *text != '\0'; text++)
		n += ((uint8_t)*text & 0xc0) != 0x80;
	return n;
}

/* The first field of the person that says more than how to reach her. */
static const char *more_than_contact(const struct msg *person)
{
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++)
		if (f.cat != MESSAGE_CONTACT && msg_has(person, f.number))
			return f.name;
	return NULL;
}

enum message_flaw message_flaw(const struct msg *body, const char **field)
{
	const struct msg *person = msg_get(body, MESSAGE_PERSON);
	const char *text = msg_text(body, MESSAGE_TEXT), *place = msg_text(body, MESSAGE_PLACE);

	require(msg_kind_of(body) == MSG_MESSAGE);
	*field = more_than_contact(person);
	if (*field != NULL)
		return MESSAGE_OF_PERSON;
	*field = "text";
	if (message_length(text) > LIMIT_MESSAGE)
		return MESSAGE_TEXT_LONG;
	*field = "place";
	if (message_length(place) > LIMIT_MESSAGE_PLACE)
		return MESSAGE_PLACE_LONG;
	*field = NULL;
	return text_blank(text) && text_blank(place) && (person == NULL || msg_cats(person) == 0)
		       ? MESSAGE_SAYS_NOTHING
		       : MESSAGE_SOUND;
}
