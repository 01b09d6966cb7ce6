/* SPDX-License-Identifier: EUPL-1.2 */
/* Everything is opened before the walls close: afterwards there is no file, no new socket and no thread.  Core may end and begin
 * again; then the supervisor sends another end of a line to it, and until then every page says that the node does not answer. */
#include "web/web.h"

#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log/log.h"
#include "io/fdpass.h"
#include "io/http/http.h"
#include "io/http/webline.h"
#include "roles/causes.h"
#include "roles/config.h"
#include "roles/sandbox.h"
#include "web/events.h"
#include "web/files/files.h"
#include "web/kept/lost.h"
#include "web/kept/typed.h"
#include "web/site.h"
#include "web/visit.h"

struct web {
	struct config config;
	struct loop *loop;
	struct http *http;
	struct visit_site site;
};

static void on_line(void *ctx, int fd, uint32_t what)
{
	struct web *w = ctx;

	if (what == FDPASS_SCREENS)
		webline_connect(w->site.line, fd);
	else
		(void)close(fd);
}

static void on_supervisor_gone(void *ctx)
{
	struct web *w = ctx;

	loop_stop(w->loop, ROLES_FAILED);
}

static enum err start(struct web *w, struct err_text *why)
{
	const struct fdpass_calls calls = {on_line, on_supervisor_gone, w};
	enum err rc = sandbox_begin(why);

	/* pages show people: they do not go to the swap either */
	if (!sandbox_lock_memory())
		log_write(LOG_NOTICE, LOG_NOT_LOCKED, "screens=1");
	tzset(); /* the only file that would be asked for later: moments are shown as people here have them */
	if (rc == ERR_OK)
		rc = loop_create(&w->loop);
	if (rc == ERR_OK)
		rc = loop_signals(w->loop);
	if (rc == ERR_OK)
		rc = webline_create(w->loop, &w->site.line);
	if (rc == ERR_OK)
		rc = aside_create(&w->site.aside);
	if (rc == ERR_OK)
		rc = events_create(w->loop, w->site.line, &w->site.events);
	if (rc == ERR_OK)
		rc = saves_create(w->site.line, &w->site.saves);
	if (rc == ERR_OK)
		rc = fdpass_listen(w->loop, ROLES_FD_SUPERVISOR, &calls);
	if (rc == ERR_OK)
		rc = formkept_create(&w->site.kept);
	if (rc == ERR_OK)
		rc = tries_create(&w->site.tries);
	w->site.origin = w->config.origin;
	w->site.lost = lost_form;
	w->site.typed = typed_words;
	w->site.now = events_now(w->site.events);
	w->site.routes = site_routes(&w->site.count);
	if (rc == ERR_OK)
		rc = http_open(
			w->loop, &w->http,
			&(struct http_at){ROLES_FD_PEER, w->config.origin, visit_begin, &w->site});
	return rc == ERR_OK ? sandbox_enter(SANDBOX_WEB, NULL, why) : rc;
}

int web_main(const struct role_options *opt)
{
	struct web w = {.loop = NULL};
	struct err_text why = {""};
	char text[CAUSES_LEN];
	enum err rc = config_read(&w.config, opt->dir, opt->config, &why);

	log_init("web", (enum log_level)w.config.log_level);
	if (rc == ERR_OK && w.config.origin[0] == '\0')
		rc = ERR_INVAL;
	if (rc == ERR_OK)
		rc = start(&w, &why);
	if (rc != ERR_OK) {
		log_write(LOG_ERROR, LOG_FAILED, "step=web err=\"%s\" why=\"%s\"", err_text(rc),
			  causes_log(&why, text));
		return ROLES_FAILED;
	}
	log_write(LOG_NOTICE, LOG_STARTED, "screens=1");
	return loop_run(w.loop);
}
