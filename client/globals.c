/* SPDX-License-Identifier: EUPL-1.2 */
/* client/args.c looks for each of these by its name; the manual and completion tell what stands here.  A test holds both
 * to each other. */
#include "client/globals.h"

const struct global globals[] = {
	{.name = "dir", .type = "DIR"},
	{.name = "socket", .type = "PATH"},
	{.name = "json", .type = ""},
	{.name = "jsonl", .type = ""},
	{.name = "lang", .type = "LANG"},
	{.name = "no-pager", .type = ""},
	{.name = "request-id", .type = "REQUEST"},
	{.name = "help", .type = "", .letter = 'h'},
	{.name = "version", .type = "", .letter = 'V', .alone = true},
};
const size_t globals_count = sizeof globals / sizeof globals[0];
