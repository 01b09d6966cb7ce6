/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes a challenge to the passkey, and what the passkey says into the form, which then goes as any other. */
"use strict";
(() => {
	const CODED = 43;
	const link = document.getElementById("link"), form = document.getElementById("passkey");
	const other = document.getElementById("with-passkey");

	/* the secret stands behind the #, where no server and no log sees it; from here on it is in no address */
	const take = () => {
		const secret = location.hash.slice(1);
		if (secret.length !== CODED) return;
		if (!link) {
			location.replace("/login/first" + location.hash);
			return;
		}
		link.value = secret;
		history.replaceState(null, "", location.pathname + location.search);
	};
	take();
	addEventListener("hashchange", take);
	if (other) other.addEventListener("click", () => {
		const secret = link.value.slice(link.value.lastIndexOf("#") + 1);
		if (secret.length === CODED) other.href += "#" + secret;
	});
	if (!form) return;

	const show = (id) => {
		for (const e of document.querySelectorAll(".wrong")) e.hidden = true;
		document.getElementById(id).hidden = false;
		document.getElementById(id).focus();
	};
	if (!window.PublicKeyCredential) {
		show("passkey-none");
		return;
	}
	const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
	const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

	const ask = async () => {
		const body = new URLSearchParams({k: form.dataset.k});
		if (link) body.set("link", link.value);
		const r = await fetch(form.dataset.begin, {method: "POST", body});
		if (r.redirected) {
			location.href = r.url;
			return null;
		}
		if (!r.ok) throw new Error("no challenge");
		const said = new URLSearchParams(await r.text());
		if (!said.has("e")) return said;
		const back = new URL(location.href);
		back.searchParams.set("e", said.get("e"));
		location.href = back.href;
		return null;
	};
	const show_it = (said) => navigator.credentials.get({publicKey: {
		challenge: bytes(said.get("challenge")),
		rpId: said.get("rp"),
		allowCredentials: said.getAll("id").map((i) => ({type: "public-key", id: bytes(i)})),
		userVerification: "required",
	}});
	const make_it = (said) => navigator.credentials.create({publicKey: {
		challenge: bytes(said.get("challenge")),
		rp: {id: said.get("rp"), name: "Kring"},
		user: {id: bytes(said.get("user")), name: said.get("name"), displayName: said.get("name")},
		pubKeyCredParams: [{type: "public-key", alg: -7}, {type: "public-key", alg: -257}],
		excludeCredentials: said.getAll("id").map((i) => ({type: "public-key", id: bytes(i)})),
		authenticatorSelection: {residentKey: "required", userVerification: "required"},
		attestation: "none",
	}});
	const run = async () => {
		const said = await ask();
		if (!said) return;
		const made = form.dataset.make ? await make_it(said) : await show_it(said);
		const r = made.response;
		const fields = {cred: made.rawId, client: r.clientDataJSON};
		if (form.dataset.make) Object.assign(fields, {auth: r.getAuthenticatorData(), spki: r.getPublicKey()});
		else Object.assign(fields, {auth: r.authenticatorData, sig: r.signature});
		for (const [name, value] of Object.entries(fields)) form.elements[name].value = text(value);
		form.submit();
	};
	form.addEventListener("submit", (e) => {
		e.preventDefault();
		run().catch(() => show("passkey-failed"));
	});
})();
