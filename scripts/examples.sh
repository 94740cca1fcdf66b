#!/usr/bin/env bash
# Compiles every example of the documentation (examples.py), against the modules of a build, in seconds.
#
#   scripts/examples.sh [--modules DIR] [FILE…]    DIR: .build/debug/Modules, or else .build/release/Modules
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
# shellcheck source=compiler-flags.sh
. "$root/scripts/compiler-flags.sh"

modules=''
if [ "${1:-}" = --modules ] && [ $# -ge 2 ]; then
  modules=$2
  shift 2
fi
for folder in "$root/.build/debug/Modules" "$root/.build/release/Modules"; do
  if [ -z "$modules" ] && [ -f "$folder/DermGemma.swiftmodule" ]; then modules=$folder; fi
done
if [ -z "$modules" ]; then
  echo "There are no modules of a build: run make build or make test first." >&2
  exit 66
fi
arguments=()
for flag in "${flags[@]}"; do arguments+=("--flag=$flag"); done
exec python3 "$root/scripts/examples.py" --modules "$modules" "${arguments[@]}" "$@"
