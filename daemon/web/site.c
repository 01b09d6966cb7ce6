/* SPDX-License-Identifier: EUPL-1.2 */
/* A page is a row here, its template in tpl/, and a function that asks core and fills the template's struct.  A row says nothing of
 * rights: core has the one table of those. */
#include "web/site.h"

#include "base/limits_screens.h"
#include "web/page.h"

static const struct form_field paging[] = {{"after", FORM_CODE, 80, false}};
static const struct form_field refused[] = {{"e", FORM_CODE, 40, false}};
static const struct form_field login[] = {
	{"name", FORM_LINE, 800, true},
	{"phrase", FORM_SECRET, LIMIT_PASSPHRASE * 4, true},
};
static const struct form_field first[] = {
	{"link", FORM_LINE, 300, true},
	{"phrase", FORM_SECRET, LIMIT_PASSPHRASE * 4, true},
};

#define FIELDS(table) table, sizeof(table) / sizeof(table)[0]
#define NO_FIELDS     NULL, 0

/* clang-format off */
static const struct route routes[] = {
	{false, "/", ROUTE_SIGNED_IN, FIELDS(paging), page_today_open},
	{false, "/in", ROUTE_SIGNED_IN, FIELDS(paging), page_received_open},
	{false, "/out", ROUTE_SIGNED_IN, FIELDS(paging), page_sent_open},
	{false, "/login", ROUTE_OPEN, FIELDS(refused), page_login_open},
	{true, "/login", ROUTE_OPEN, FIELDS(login), page_login_try},
	{false, "/login/first", ROUTE_OPEN, FIELDS(refused), page_first_open},
	{true, "/login/first", ROUTE_OPEN, FIELDS(first), page_first_try},
	{true, "/logout", ROUTE_SIGNED_IN, NO_FIELDS, page_logout_try},
	{false, "/healthz", ROUTE_OPEN, NO_FIELDS, page_healthz_open},
};
/* clang-format on */

const struct route *site_routes(size_t *count)
{
	*count = sizeof routes / sizeof routes[0];
	return routes;
}
