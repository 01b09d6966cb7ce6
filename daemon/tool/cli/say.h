/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * say - what a tool tells people, in the language that kring asks for.
 *
 * Layer:    tool/cli.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  values may be names of files and organisations; never a secret, except digits that are to be read aloud.
 *
 * Sentences stand in config/lists/tool.psv.  Their language is KRING_LANG, which kring sets (nl, fr, de, else English).
 */
#ifndef KRING_TOOL_CLI_SAY_H
#define KRING_TOOL_CLI_SAY_H

#include <stdio.h>

#include "base/err.h"
#include "base/fill.h"
#include "proto/lists.h"

enum { SAY_LEN = 1024 };

enum list_lang say_lang(void);
/** The text of a row; what is no row (a name, a path) is itself. */
const char *say_word(const char *code);
/** What the system said (errno), and what an error of ours means. */
const char *say_errno(int number);
const char *say_err(enum err rc);
/** What endpoint_flaw found. */
const char *say_flaw(const char *flaw);
/** A row with its values on standard output, and the end of the line. */
void say_line(const char *code, const struct fill *values);
/** The same without the end of the line, anywhere. */
void say_to(FILE *to, const char *code, const struct fill *values);
/** Into out, which is returned. */
char *say_into(char out[SAY_LEN], const char *code, const struct fill *values);

#endif /* KRING_TOOL_CLI_SAY_H */
