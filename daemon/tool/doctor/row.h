/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * row - what kringd's tool finds for kring doctor, as rows of LEVEL, TOPIC, CODE and values; the words are found there.
 *
 * Layer:    tool/doctor.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names of files, programs and users of this machine.
 */
#ifndef KRING_TOOL_DOCTOR_ROW_H
#define KRING_TOOL_DOCTOR_ROW_H

#include "base/fill.h"

/** level: ok, warning or critical.  The code is a row of config/lists/doctor.psv. */
void row_print(const char *level, const char *topic, const char *code, const struct fill *values);

#endif /* KRING_TOOL_DOCTOR_ROW_H */
