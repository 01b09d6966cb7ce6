/* SPDX-License-Identifier: EUPL-1.2 */
/* Codes are shown in the reader's language; each act has its own list. */
#include "client/words/reason.h"

#include "base/check.h"
#include "proto/acts.h"

const char *reason_words(enum list_lang lang, const struct msg *row)
{
	const struct act *act = act_named(msg_text(row, LOG_ROW_ACT));
	enum list_id list = LIST_REASONS;

	require(msg_kind_of(row) == MSG_LOG_ROW);
	if (act != NULL && act->number == DOC_OFFER)
		list = LIST_NEEDS; /* what an offer is for stands in the place of a reason */
	else if (act != NULL && act->reasons != MSG_HOLDS_ANY)
		list = (enum list_id)act->reasons;
	return list_text(list, lang, msg_text(row, LOG_ROW_REASON));
}
