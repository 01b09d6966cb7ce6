/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * dates - a moment that a partner's document names, as one that can be.
 *
 * Layer:    domain/documents (base).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     wall-clock milliseconds; heard_ms: when the document came to lie here.
 * Durable:  nothing.
 * Privacy:  none.
 *
 * A number of 64 bits says any year.  People act on days: a takeover in 1970, or an appointment in the year 9999, is shown to nobody.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_DATES_H
#define KRING_DOMAIN_DOCUMENTS_DATES_H

#include <stdint.h>

/** A day to which somebody looks forward (HOLD, an appointment, a takeover): LIMIT_DATE_DAYS ahead at most.  0: none is named, or one that
 *  lay more than LIMIT_RETAIN_DAYS back when it was heard, longer than any document is under way. */
uint64_t dates_ahead(uint64_t heard_ms, uint64_t date_ms);
/** When something was, by whoever says so; heard_ms where that cannot be: before there was a Kring, or later than it was heard. */
uint64_t dates_past(uint64_t heard_ms, uint64_t said_ms);

#endif /* KRING_DOMAIN_DOCUMENTS_DATES_H */
