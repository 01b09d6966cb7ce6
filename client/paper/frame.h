/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * frame - the head of a printed page: no words for people, but what tells a browser how to show and print it.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_PAPER_FRAME_H
#define KRING_CLIENT_PAPER_FRAME_H

/** Begins a page; the one %s is the code of its language.  Nothing is loaded and nothing runs, whatever a browser is asked. */
#define FRAME_HEAD                                                                                 \
	"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"                  \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "    \
	"'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
/** Its style, and the beginning of what is shown: A4, one column, black on white. */
extern const char *const frame_style;

#endif /* KRING_CLIENT_PAPER_FRAME_H */
