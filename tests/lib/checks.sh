# SPDX-License-Identifier: EUPL-1.2
# Checks, one after another or beside each other, and how they are counted.  Sourced by tests/run, not run.
# What a command ended with stands in a file beside its log.  `wait NUMBER` cannot say it: numbers of processes come again, after
# 32 768 of them on most machines, and a run starts more than that; the shell then answers with what another check ended with.
# shellcheck shell=bash
passed=0 failed=0
sides=() names=() words=()

add() { passed=$((passed + $1)) failed=$((failed + $2)); }
pass() { add 1 0; echo "ok   $1"; }
# What a fuzzer says of itself stands above what its library writes behind it.
fail() {
	add 0 1
	echo "FAIL $1"
	[ -f "${2:-}" ] || return 0
	{ grep -am3 -E '^fuzz_[a-z]+: ' "$2"; tail -15 "$2"; } | sed 's/^/     /'
}
log_of() { echo "$LOGS/$(echo "$1" | tr -c 'a-zA-Z0-9\n' _).log"; }

# judge NAME WORDS STATUS LOG: without words the command had to succeed; with them it is a planted fault that must be
# caught and say so in these words: a program that is missing or breaks for another reason proves nothing.
judge() {
	if [ -z "$2" ]; then
		if [ "$3" -eq 0 ]; then pass "$1"; else fail "$1 (ended with $3)" "$4"; fi
	elif [ "$3" -eq 0 ]; then
		fail "$1 (the planted fault was not caught)"
	elif grep -qE "$2" "$4"; then
		pass "$1"
	else
		fail "$1 (red, but not for the planted fault)" "$4"
	fi
}
check() {
	"${@:2}" >"$(log_of "$1")" 2>&1
	judge "$1" "" $? "$(log_of "$1")"
}
check_red() {
	"${@:3}" >"$(log_of "$1")" 2>&1
	judge "$1" "$2" $? "$(log_of "$1")"
}
# side LOG COMMAND...: on whichever core is free; LOG.rc says what it ended with.  sides_ended waits for all of them.
side() {
	rm -f "$1.rc"
	while [ "$(jobs -rp | wc -l)" -ge "$CORES" ]; do wait -n; done
	("${@:2}"; echo $? >"$1.rc") >"$1" 2>&1 & # a shell between us: what it says of one that aborted is no result
	sides+=($!)
}
sides_ended() {
	[ "${#sides[@]}" -eq 0 ] || wait "${sides[@]}"
	sides=()
}
# ended LOG: what its command ended with; 127 where it never said
ended() {
	local rc=127
	[ -f "$1.rc" ] && read -r rc <"$1.rc"
	echo "$rc"
}
# beside NAME WORDS COMMAND...: judged with others at once, in their order, by finish
beside() {
	side "$(log_of "$1")" "${@:3}"
	names+=("$1") words+=("$2")
}
finish() {
	local i log
	sides_ended
	for i in "${!names[@]}"; do
		log=$(log_of "${names[$i]}")
		judge "${names[$i]}" "${words[$i]}" "$(ended "$log")" "$log"
	done
	names=() words=()
}
