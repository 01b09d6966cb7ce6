/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages work without it.  With it: what went wrong has the focus, whoever is about to be signed out is asked, and what is new is told. */
"use strict";
(() => {
	const wrong = document.querySelector(".wrong:not([hidden])");
	if (wrong) wrong.focus();

	const box = document.getElementById("ends"), stay = document.getElementById("ends-stay");
	if (!box) return;
	const ASK = 120;
	let left = Number(document.body.dataset.ends), since = Date.now(), had = null;
	const others = new BroadcastChannel("kring");
	const count = (seconds) => {
		left = seconds;
		since = Date.now();
		if (box.hidden) return;
		box.hidden = true;
		if (had) had.focus();
	};
	/* a page that was opened beside this one counts for both */
	others.onmessage = (e) => count(e.data);
	others.postMessage(left);
	const typed = () => document.getElementById("typed") !== null || [...document.querySelectorAll("main input:not([type=hidden]), main textarea")]
		.some((e) => e.value !== e.defaultValue || e.checked !== e.defaultChecked);
	setInterval(() => {
		const rest = left - (Date.now() - since) / 1000;
		/* nobody is there: what is on the page goes, but for what somebody typed, which can still be sent */
		if (rest <= 0 && !typed()) location.replace("/login?e=session-over");
		if (rest > Math.min(ASK, left / 2) || !box.hidden) return;
		had = document.activeElement;
		box.hidden = false;
		stay.focus();
	}, 1000);
	stay.addEventListener("click", async () => {
		const r = await fetch("/still", {cache: "no-store"});
		if (r.redirected || !r.ok) {
			location.href = "/login?e=session-over";
			return;
		}
		count(Number(await r.text()));
		others.postMessage(left);
	});

	/* Whoever leaves with words that were not sent is asked by the browser, also with those that came back; a tick, or what somebody looks
	 * for, is soon made again. */
	let sent = false;
	const words = () => [...document.querySelectorAll("main form:not([action='/cases/find']) :is(input[type=text], textarea)")]
		.some((e) => e.value !== (wrong ? "" : e.defaultValue));
	addEventListener("submit", (e) => sent = e.target.closest("main") !== null);
	addEventListener("pageshow", () => sent = false);
	addEventListener("beforeunload", (e) => {
		/* a browser asks nobody who did not touch the page, and complains of whoever tries */
		if (!sent && navigator.userActivation?.hasBeenActive !== false && words()) e.preventDefault();
	});

	/* A line says that there is something new; nothing on the page changes by itself but the numbers of the menu.  A page that is not
	 * looked at is told nothing, and asks when it is looked at again. */
	const live = document.body.dataset.live.split(" "), counts = {};
	let source = null, seen = null;
	const say = (name) => {
		const line = document.querySelector(`[data-news=${name}]`);
		/* what somebody typed stays where it is */
		if (typed()) line.querySelector("a").target = "_blank";
		line.hidden = false;
	};
	const changed = (e) => {
		const now = JSON.parse(e.data), first = seen === null;
		seen = now.n;
		document.body.dataset.heard = seen;
		for (const at of document.querySelectorAll("[data-count]")) {
			const name = at.dataset.count, more = Number.parseInt(now[name]) > Number.parseInt(counts[name] || 0);
			at.textContent = counts[name] = now[name];
			if (!first && more && live[0] === "") say("waits");
		}
		if (live[0] !== "" && now.kinds.some((k) => live.includes(k))) say("page");
	};
	const stop = () => {
		if (source) source.close();
		source = null;
	};
	const listen = () => {
		if (source || document.visibilityState === "hidden") return;
		source = new EventSource(`/events?n=${document.body.dataset.now}`);
		source.addEventListener("changed", changed);
		source.addEventListener("full", stop);
		source.addEventListener("over", () => {
			stop();
			if (!typed()) location.replace("/login?e=session-over");
		});
	};
	document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" ? stop() : listen());
	/* whoever signs out on this page is led away by that, and not by being told of it */
	addEventListener("submit", stop);
	addEventListener("pagehide", stop);
	listen();
})();
