/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * said - what a tool prints for people, as one document for programs: {"said": [each line]}.
 *
 * Layer:    tool/cli (base).
 * Owns:     a file without a name in memory, between the two calls.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what the tool printed, to whoever ran it.
 */
#ifndef KRING_TOOL_CLI_SAID_H
#define KRING_TOOL_CLI_SAID_H

/** Keeps standard output from here on; returns what said_end() needs, negative when nothing is kept. */
int said_begin(void);
/** Prints it: an object that the tool wrote itself (an error, or kring config) as it is, else its lines. */
void said_end(int kept);

#endif /* KRING_TOOL_CLI_SAID_H */
