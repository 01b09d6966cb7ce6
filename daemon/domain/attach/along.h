/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * along - files of a case that go with it when it is handed over.
 *
 * Layer:    domain/attach (base, proto, store; lower rooms).
 * Owns:     nothing; the ciphertext is files of domain/blob, the list of them a field of the handover's row.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  names and keys of files are in the content of the bundle alone, so that they open no earlier than it does.
 *
 * They stay the files they are: nothing is sealed anew.  Each is fetched by its name before the case is ceded.
 */
#ifndef KRING_DOMAIN_ATTACH_ALONG_H
#define KRING_DOMAIN_ATTACH_ALONG_H

#include "domain/attach/attach.h"
#include "domain/documents/thread.h"

/** Those that people added here, with what opens them, into a HandoverContent.  ERR_FULL: too many, or too large together. */
MUST_CHECK enum err along_list(struct turn *t, const struct id16 *case_id, struct msg *content);
/** Those of them that went along once, by the row of that handover, and are here. */
MUST_CHECK enum err along_list_again(struct turn *t, const struct id16 *case_id,
				     const struct msg *record, struct msg *content);
/** One of them. */
void along_add(struct turn *t, const struct attachment *a, struct msg *content);
/** What BUNDLE says of them: names and lengths. */
void along_say(struct turn *t, const struct msg *content, struct msg *body);
/** Of a BUNDLE: a length for each name, and none that no file could have. */
bool along_sound(const struct msg *body);
/** Does the content name those that its BUNDLE said, and no others? */
bool along_named(const struct msg *content, const struct msg *record);
/** From a BUNDLE into the row of its handover. */
void along_learn(struct turn *t, const struct msg *body, struct msg *record);

/** They are kept for ref from now on, whatever becomes of the case. */
MUST_CHECK enum err along_hold(struct turn *t, const struct msg *record,
			       const struct blob_ref *ref);
/** The partner may fetch them; until_ms as blob_lend. */
MUST_CHECK enum err along_lend(struct turn *t, const struct thread *th, const struct msg *record,
			       uint64_t until_ms);
/** Asks for those that are not here; *whole: all of them are. */
MUST_CHECK enum err along_fetch(struct turn *t, const struct thread *th, const struct msg *record,
				bool *whole);
/** This handover needs them no longer; the case may. */
MUST_CHECK enum err along_release(struct turn *t, const struct thread *th,
				  const struct msg *record);
/** Those that are here are files of the case, as if somebody had added them; one that it has already stays the one it is. */
MUST_CHECK enum err along_import(struct turn *t, const struct id16 *case_id,
				 const struct msg *content);
/** Those that the former owner keeps of what was added behind the bundle: each is one of the case, and comes later. */
MUST_CHECK enum err along_late(struct turn *t, const struct thread *th, const struct msg *content);
/** How much of all of them there is, and how much is here: added to both. */
MUST_CHECK enum err along_count(struct turn *t, const struct msg *record, uint64_t *chunks,
				uint64_t *have);

#endif /* KRING_DOMAIN_ATTACH_ALONG_H */
