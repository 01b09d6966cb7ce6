/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * bundle - a case as a file: made at the node that gives it, opened and taken in at the one that takes it.
 *
 * Layer:    domain/bundle (base, proto, store; crypto/hash; lower rooms).
 * Owns:     nothing; the ciphertext is a file of domain/blob.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  the whole person.  It is ciphertext wherever it lies; its key is in the row of its handover, under the case's key.
 */
#ifndef KRING_DOMAIN_BUNDLE_BUNDLE_H
#define KRING_DOMAIN_BUNDLE_BUNDLE_H

#include "domain/blob/blob.h"
#include "domain/documents/thread.h"

enum { BUNDLE_NOTES = 256 };

/** A note of a timeline, as it travels: when it was written, wherever that was, and its words. */
struct bundle_note {
	uint64_t at_ms;
	const char *text;
	bool came;  /* written elsewhere */
	bool there; /* of one that is to be put down: it stands already */
};
/** The words of a note in a timeline, as they travel: one that was written elsewhere has its day before it, where people read it. */
const char *bundle_words(const struct turn *t, const struct msg *entry);
/** Is this moment in the list of a row (HANDOVER_RECORD_WORDS_PUT)? */
bool bundle_names_time(struct span all, uint64_t at_ms);
/** The next note of a case, among the newest LIMIT_TURN_ROWS entries; false at the end, or when w->rc is an error. */
MUST_CHECK bool bundle_note_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
				 struct bundle_note *note);

/** What the case takes along: the person and the files without these categories, and the newest BUNDLE_NOTES own notes if they are
 *  wanted.  ERR_FULL: more files than go along (along.h). */
MUST_CHECK enum err bundle_content(struct turn *t, const struct id16 *case_id, uint64_t without,
				   bool notes, struct msg **content);
/** Written as a file that the partner of this thread may fetch; key and names into its row, body: what BUNDLE says of it.
 *  ERR_LIMIT: larger than LIMIT_BUNDLE. */
MUST_CHECK enum err bundle_write(struct turn *t, const struct thread *th, const struct msg *content,
				 struct msg *record, struct msg **body);
/** A content as a file of this handover; key: what opens it.  ERR_LIMIT. */
MUST_CHECK enum err bundle_file(struct turn *t, const struct thread *th, const struct msg *content,
				uint8_t key[CHUNKS_KEY], struct blob *b);
/** What the bundle of this handover would hold now, within what it named, because its file went with a disk.  ERR_NOTFOUND: the person is
 *  not known here any more, or the consent is over. */
MUST_CHECK enum err bundle_again(struct turn *t, const struct thread *th, const struct msg *record,
				 struct msg **content);
/** Are the file of this handover and its key here? */
bool bundle_opens(struct turn *t, const struct msg *record);
/** Does what the former owner keeps hold all of the case, and not only what was added? */
bool bundle_is_kept(const struct msg *record);
/** What was added behind the bundle, out of the file that the former owner keeps of it; none, or another key: nothing.  Once: the key
 *  goes from the record, and those that came to the case by this stand in it. */
MUST_CHECK enum err bundle_added(struct turn *t, const struct thread *th, struct msg *record);
/** ERR_STATE: not all of it is here.  ERR_CRYPTO: another key, or not what its digest says.  ERR_MALFORMED: it opens to something
 *  else, or to more than its document named; of what a former owner keeps, notes of which neither the
 *  consent nor a document speaks stay out. */
MUST_CHECK enum err bundle_open(struct turn *t, const struct thread *th, const struct msg *record,
				struct msg **content);
/** The case here becomes our own, with all of it, and with what was added since. */
MUST_CHECK enum err bundle_import(struct turn *t, const struct thread *th,
				  const struct msg *content);
/** What we added behind the bundle of a case that stays with us after all: its words become notes of ours, each once.  any: there were
 *  some.  Those of the turn at hand are not read before the next one. */
MUST_CHECK enum err bundle_stays(struct turn *t, const struct thread *th, bool *any);
/** One addition that came later. */
MUST_CHECK enum err bundle_add(struct turn *t, const struct thread *th, const struct doc_key *key);

#endif /* KRING_DOMAIN_BUNDLE_BUNDLE_H */
