#!/bin/sh
# What the tests of the pages need: Chromium from Debian's packages, and axe-core, whose bytes package-lock.json names, in
# .tools/browser/. What is there already is left as it is.
set -eu
cd "$(dirname "$0")/../.."

wanted=
command -v chromium >/dev/null 2>&1 || wanted="chromium"
command -v npm >/dev/null 2>&1 || wanted="$wanted npm"
if [ -n "$wanted" ]; then
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
fi

place=.tools/browser
mkdir -p "$place"
if ! cmp -s tests/browser/package-lock.json "$place/package-lock.json" || [ ! -f "$place/node_modules/axe-core/axe.min.js" ]; then
	cp tests/browser/package.json tests/browser/package-lock.json "$place/"
	# `ci` takes what the lock file names and nothing else, and refuses other bytes.
	npm ci --prefix "$place" --ignore-scripts --no-audit --no-fund --silent || {
		rm -f "$place/package-lock.json"
		exit 1
	}
fi
