#!/bin/sh
# The engine of the page of SQL: DuckDB-WASM, whose bytes package-lock.json names, bundled into pipelines/site/engine/,
# which git ignores. What is there already and of the same versions is left as it is.
set -eu
cd "$(dirname "$0")/../.."

here=deploy/engine
work=.tools/engine
place=pipelines/site/engine

if [ -f "$place/made_of" ] && cat "$here/package-lock.json" "$here/entry.js" "$here/make.sh" | cmp -s - "$place/made_of"; then
	exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
	if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
		echo "npm is missing. Install it; on Debian as root: apt-get install --no-install-recommends npm" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
fi

mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$here/entry.js" "$work/"
# `ci` takes what the lock file names and nothing else, and refuses other bytes; no package runs anything of its own.
npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --silent

# Made beside its place, and moved there whole.
rm -rf "$place.new"
mkdir -p "$place.new"
dist="$work/node_modules/@duckdb/duckdb-wasm/dist"
"$work/node_modules/.bin/esbuild" "$work/entry.js" --bundle --format=esm --minify --log-level=warning --outfile="$place.new/duckdb.js"
# Without the line that names a source map, which is not published.
sed '/^\/\/# sourceMappingURL=/d' "$dist/duckdb-browser-eh.worker.js" >"$place.new/duckdb.worker.js"
# A quarter of the bytes, also from a host that compresses nothing; -n keeps the time out, so that it is the same twice.
gzip -9 -n -c "$dist/duckdb-eh.wasm" >"$place.new/duckdb.wasm.gz"
{
	cat "$here/LICENSES.txt"
	for it in apache-arrow/LICENSE.txt apache-arrow/NOTICE.txt flatbuffers/LICENSE tslib/LICENSE.txt; do
		printf '\n\n======== %s\n\n' "$it"
		cat "$work/node_modules/$it"
	done
} >"$place.new/LICENSES.txt"
cat "$here/package-lock.json" "$here/entry.js" "$here/make.sh" >"$place.new/made_of"
rm -rf "$place"
mv "$place.new" "$place"
