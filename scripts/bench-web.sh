#!/usr/bin/env bash
# Measures the server: over loopback with the embedded model, then its memory over 10,000 jobs of an engine that answers at
# once, which is a test that is skipped otherwise. Needs `make build`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
results=Benchmarks/WEB-RESULTS.md
scripts/interop.sh --python Benchmarks/web.py
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! DERMGEMMA_TEST_WEB_MEMORY=1 scripts/swift.sh test --filter 'JobTests.*memory' >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  exit 1
fi
measured=$(grep -m 1 '^memory after' "$log" | sed 's/^memory after //')
echo "| memory over jobs of an engine that answers at once (debug build) | flat over 10,000 | after $measured |" | tee -a "$results"
