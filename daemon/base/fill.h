/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fill - a sentence of a list with its values: "{n} {n:document;documents} for {partner}".
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  values may be names; they go where the caller wants them.
 *
 * {name} is the value of that name; {name:one;other} is the first form when that number is one, else the second.  Braces that
 * name no value are printed as they stand: a slip in a list shows, and nothing is lost.
 */
#ifndef KRING_BASE_FILL_H
#define KRING_BASE_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fill {
	const char *name; /* NULL: the end of the values */
	const char *text; /* NULL: number is the value */
	uint64_t number;
};

/** The values of one sentence: FILL({"partner", name}, {"n", NULL, count}), or FILL_NONE. */
#define FILL(...)                                                                                  \
	(const struct fill[])                                                                      \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			.name = NULL, .text = NULL                                                 \
		}                                                                                  \
	}
#define FILL_NONE                                                                                  \
	(const struct fill[])                                                                      \
	{                                                                                          \
		{                                                                                  \
			.name = NULL, .text = NULL                                                 \
		}                                                                                  \
	}

/** How a language counts. */
enum fill_plural {
	FILL_ONE_IS_ONE,     /* 1 document, 0 documents */
	FILL_ZERO_IS_ONE_TOO /* 0 document, as French has it */
};

/** On a person's screen; values are made safe as by text_print(). */
void fill_print(FILE *to, const char *text, const struct fill *values, enum fill_plural plural);
/** Into out, with a zero behind it; what does not fit is left out, whole characters only.  Returns out. */
char *fill_text(char *out, size_t cap, const char *text, const struct fill *values,
		enum fill_plural plural);

#endif /* KRING_BASE_FILL_H */
