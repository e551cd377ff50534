#!/bin/sh
# Redis and PostgreSQL for the tests of several machines, from Debian's packages; what is there already is left as it is.
# Nothing of it has to run: the tests start servers of their own, on loopback, in temporary folders.
set -eu

wanted=
command -v redis-server >/dev/null 2>&1 || wanted="redis-server"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted="$wanted postgresql"
[ -n "$wanted" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "These are missing, and there is no apt-get to install them with: $wanted" >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "Install as root: apt-get install --no-install-recommends $wanted" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # several words on purpose
apt-get install -y -qq --no-install-recommends $wanted >/dev/null
