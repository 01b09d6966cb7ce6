/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * files - files of a case: said on its pages, and saved by a browser.
 *
 * Layer:    web.
 * Owns:     what is being saved, each with the token of its session, which is wiped with it.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  papers about people, a piece at a time; the name that a browser saves one under names nobody.
 */
#ifndef KRING_WEB_FILES_FILES_H
#define KRING_WEB_FILES_FILES_H

#include "web/visit.h"

/* list.c: parts of a FileRow, as people read them */
/** Its name, or that it has none here. */
const char *files_name(struct visit *v, const struct msg *row);
/** "45 kB, van SMWO": how large, and from whom. */
const char *files_what(struct visit *v, const struct msg *row);
/** How far it is here. */
const char *files_stand(struct visit *v, const struct msg *row);
/** All of it is here, and may be given out. */
bool files_whole(const struct msg *row);

/* save.c */
struct saves;
MUST_CHECK enum err saves_create(struct webline *line, struct saves **out);
/** The session of that token goes on under another one: so do its saves.  Both of COOKIE_TOKEN bytes. */
void saves_renew(struct saves *all, const uint8_t *was, const uint8_t *is);
/** GET /c/ID/files/FILE. */
void files_save_open(struct visit *v);

#endif /* KRING_WEB_FILES_FILES_H */
