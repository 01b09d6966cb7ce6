/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages work without it.  With it: what went wrong has the focus, and whoever is about to be signed out is asked. */
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
	const typed = () => [...document.querySelectorAll("main input:not([type=hidden]), main textarea")]
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
})();
