/* SPDX-License-Identifier: EUPL-1.2 */
/* Tabs part the values of a row, and a name of a file may hold one: what ends a value is a question mark in it. */
#include "tool/doctor/row.h"

#include <stdio.h>

#include "base/check.h"

void row_print(const char *level, const char *topic, const char *code, const struct fill *values)
{
	require(level != NULL && topic != NULL && code != NULL && values != NULL);
	(void)printf("%s\t%s\t%s", level, topic, code);
	for (; values->name != NULL; values++) {
		(void)printf("\t%s=", values->name);
		if (values->text == NULL)
			(void)printf("%llu", (unsigned long long)values->number);
		for (const char *p = values->text == NULL ? "" : values->text; *p != '\0'; p++)
			(void)putchar((unsigned char)*p < 0x20 ? '?' : *p);
	}
	(void)putchar('\n');
	(void)fflush(stdout);
}
