/* SPDX-License-Identifier: EUPL-1.2 */
/* A frame is paid for by its length, but some parts cost a hundred times what they weigh: a signature to check, a page of
 * documents to look up, a row to write.  So what a frame may bring of each kind is what a node of this version ever puts
 * into one, with room to spare.  The rest is passed over: whatever repeats until it is answered comes again. */
#include "domain/stream/portion.h"

#include "base/check.h"
#include "base/limits.h"

static_assert(LIMIT_FRAME_DOCS <= UINT8_MAX && LIMIT_FRAME_PARTS <= UINT8_MAX,
	      "a count of parts is one byte");

static uint8_t most(uint8_t type)
{
	switch (type) {
	case WIRE_PART_CHUNK: /* one fills a frame */
	case WIRE_PART_CHUNK_REQ:
	case WIRE_PART_VERSION:
		return 1;
	case WIRE_PART_DOCUMENT:
	case WIRE_PART_RETURNED:
	case WIRE_PART_NODE_RECORD:
		return LIMIT_FRAME_DOCS;
	case WIRE_PART_OFFER_IDS: /* one page is open at a time */
	case WIRE_PART_VERDICTS:
	case WIRE_PART_WANT_VERDICTS:
		return 2;
	case WIRE_PART_THREAD_HEADS: /* a question, and answers */
	case WIRE_PART_PREKEYS:	     /* one for this line, one for when its owner is away */
	case WIRE_PART_LEDGER:
		return 4;
	case WIRE_PART_ROLLED_BACK:
	case WIRE_PART_AUDIT_HEAD:
	case WIRE_PART_PROPOSAL: /* so many are open */
		return 8;
	case WIRE_PART_ROSTER:
	case WIRE_PART_WITNESS:
		return 32;
	default:
		return LIMIT_FRAME_PARTS;
	}
}

bool portion_take(struct portion *p, uint8_t type)
{
	if (type >= sizeof p->seen)
		return true; /* of a later version: it costs nothing here */
	if (p->seen[type] >= most(type))
		return false;
	p->seen[type]++;
	return true;
}
