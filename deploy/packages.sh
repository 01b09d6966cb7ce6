# SPDX-License-Identifier: EUPL-1.2
# Debian packages, one list for quickstart, tests and CI.  Sourced, not run.
# shellcheck shell=bash disable=SC2034
BUILD_PACKAGES="ca-certificates cmake ninja-build gcc libc6-dev pkg-config libzmq3-dev libprotobuf-c-dev protobuf-c-compiler
protobuf-compiler libprotobuf-dev libsodium-dev libutf8proc-dev liblmdb-dev libuv1-dev libmicrohttpd-dev libjansson-dev libqrencode-dev libseccomp-dev libssl-dev libcmocka-dev
python3 python3-protobuf"
TEST_PACKAGES="clang lld libclang-rt-dev clang-format clang-tidy git python3-pytest python3-pytest-xdist python3-zmq python3-nacl python3-cryptography iproute2 cppcheck valgrind maude nftables systemd xfsprogs e2fsprogs
mount util-linux procps less scdoc mandoc man-db nginx-light openssl file dpkg-dev
tmux faketime chromium chromium-driver python3-selenium" # tests/scenarios: a real terminal, and the same ten days in each run; tests/web: a real browser

# install_packages LIST: only what is missing; as root, else says what to run as root.
install_packages() {
	local missing="" p
	for p in $1; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "! these packages are missing; run as root:" >&2
		echo "  apt-get install --no-install-recommends$missing" >&2
		return 1
	fi
	echo "installing:$missing"
	export DEBIAN_FRONTEND=noninteractive
	local log
	log=$(mktemp)
	# shellcheck disable=SC2086
	{ apt-get -qq -o DPkg::Lock::Timeout=300 update &&
		apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing; } >"$log" 2>&1 ||
		{ tail -5 "$log" >&2; rm -f "$log"; return 1; }
	rm -f "$log"
}
