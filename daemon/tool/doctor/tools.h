/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tools - the half of kring doctor that needs no running node.
 *
 * Layer:    tool/doctor.
 * Owns:     nothing.
 * Threads:  one; a short-lived process.
 * Time:     the wall clock, beside the times of files.
 * Durable:  nothing is written.
 * Privacy:  opens no key and no store.
 */
#ifndef KRING_TOOL_DOCTOR_TOOLS_H
#define KRING_TOOL_DOCTOR_TOOLS_H

#include "tool/cli/args.h"

/** Rows on standard output (row.h), then a line "end". */
int tool_doctor(struct tool_args *a);

#endif /* KRING_TOOL_DOCTOR_TOOLS_H */
