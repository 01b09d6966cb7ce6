/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * attach - files of a case: those that people add, and those that partners' documents name.
 *
 * Layer:    domain/attach (base, proto, store; lower rooms).
 * Owns:     table ATTACHMENT.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  name and key of a file that was added here lie under its case's key; of one that came they stand in its document and
 *           nowhere else, so that both go with its body.
 */
#ifndef KRING_DOMAIN_ATTACH_ATTACH_H
#define KRING_DOMAIN_ATTACH_ATTACH_H

#include "domain/blob/blob.h"
#include "domain/documents/document.h"
#include "domain/documents/thread.h"

/* A file of a case, as it can be shown. */
struct attachment {
	struct id16 id;
	struct id32 blob;
	uint8_t key[CHUNKS_KEY];
	uint64_t size, added_ms;
	uint32_t no; /* in the list of its case, from 1 */
	uint32_t chunks, have;
	uint16_t peer; /* it came from there; 0: it was added here */
	bool added;    /* ... in an addition to a case that moved: it is one of that case's own */
	bool writing;  /* not all of it was added yet */
	bool missing;  /* its document, or its ciphertext, is not here */
	enum blob_state state; /* of its ciphertext, where that is known here */
	const char *mime;
	char name[LIMIT_FILE_NAME + 1]; /* harmless (attach_name) */
};

/** The last part of a name, and nothing of it that a file system or a screen could take for something else; never empty. */
void attach_name(const char *from, char out[LIMIT_FILE_NAME + 1]);
/** type/subtype, or application/octet-stream. */
const char *attach_mime(const char *from);
/** A body of INFO or ADDENDUM (type) either names no file, or all that it takes to open one. */
bool attach_sound(uint16_t type, const struct msg *body);
/** Does it name one?  The body is sound. */
bool attach_names(uint16_t type, const struct msg *body);
/** Blob, key, size, name and kind, as it names them. */
void attach_read(uint16_t type, const struct msg *body, struct attachment *a);
/** The fields that name it. */
void attach_put(struct turn *t, const struct attachment *a, uint16_t type, struct msg *body);

/** A file is added: its id.  ERR_LIMIT: too large, or too many in this case.  ERR_FULL, ERR_BUSY as blob_begin. */
MUST_CHECK enum err attach_begin(struct turn *t, const struct id16 *case_id,
				 const struct attachment *what, struct id16 *id);
/** Its next chunk; *next: which one is wanted then.  ERR_NOTFOUND: no such file is being added.  ERR_STATE: not the next one.
 *  ERR_INVAL: not of the length that the size says. */
MUST_CHECK enum err attach_more(struct turn *t, const struct id16 *case_id, const struct id16 *id,
				uint32_t no, struct span bytes, uint32_t *next);

/** A file that is here as a whole (blob, key, name, kind, size, added_ms) is one of the case from now on, and this node's own; one that
 *  the case has already is not added again. */
MUST_CHECK enum err attach_keep(struct turn *t, const struct id16 *case_id,
				const struct attachment *what);

/** The same of one that is still to be fetched from that partner, under this consent; one that the case has already is not asked for. */
MUST_CHECK enum err attach_late(struct turn *t, const struct id16 *case_id, uint16_t peer,
				const struct id16 *grant, const struct attachment *what);

/** As store_each, over the files of a case: those that were added here, then those of each partner. */
MUST_CHECK bool attach_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
			    struct attachment *a);
/** By its number in that list, its id or the beginning of it, or its name.  ERR_NOTFOUND; ERR_EXISTS: several are called so. */
MUST_CHECK enum err attach_find(struct turn *t, const struct id16 *case_id, const char *text,
				struct attachment *a);
/** One that was added here, by its id.  ERR_NOTFOUND. */
MUST_CHECK enum err attach_own(struct turn *t, const struct id16 *case_id, const struct id16 *id,
			       struct attachment *a);
/** One that this document names, whoever signed it; without a number.  ERR_NOTFOUND: its body is gone, or names none. */
MUST_CHECK enum err attach_of(struct turn *t, const struct doc_key *key, struct attachment *a);

/** An INFO or ADDENDUM of a partner that may name a file was stored. */
MUST_CHECK enum err attach_came(struct turn *t, const struct thread *th, const struct document *d,
				const struct msg *body);
/** An INFO of ours that names a file came back after a loss of state: the partner may fetch it as before, if it is still here. */
MUST_CHECK enum err attach_returned(struct turn *t, const struct thread *th,
				    const struct document *d, const struct msg *info);
/** Files that bodies named which went in this turn. */
MUST_CHECK enum err attach_emptied(struct turn *t);
/** The case is about to lose its keys. */
MUST_CHECK enum err attach_drop_case(struct turn *t, const struct id16 *case_id);

#endif /* KRING_DOMAIN_ATTACH_ATTACH_H */
