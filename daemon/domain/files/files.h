/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * files - what people do with files of a case: added, listed, taken out, sent.
 *
 * Layer:    domain/files (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  names and contents pass through the turn's arena; who takes one out is written down as an export.
 *
 * Each is the handler of one command (desk/table.c).
 */
#ifndef KRING_DOMAIN_FILES_FILES_H
#define KRING_DOMAIN_FILES_FILES_H

#include "domain/attach/attach.h"

MUST_CHECK enum err desk_file_new(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_file_more(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_file_send(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_file_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_file_read(struct turn *t, const struct msg *req, struct msg *reply);

/** The file that a person means, refused in words when there is none or are several. */
MUST_CHECK enum err files_find(struct turn *t, const struct id16 *case_id, const char *text,
			       struct attachment *a);
/** Refuses one of which not all is here, or that is not what its name says. */
MUST_CHECK enum err files_whole(struct turn *t, const struct attachment *a);

#endif /* KRING_DOMAIN_FILES_FILES_H */
