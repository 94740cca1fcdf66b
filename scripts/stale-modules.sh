#!/usr/bin/env bash
# Finds modules that Swift's package manager left as they were although a module below them changed, and has them compiled again.
#
#   scripts/stale-modules.sh FOLDER    names them, one a line, and touches a source of each; 1 when there are none
#
# FOLDER is a build's: .build/release, .build/debug. The package manager compiles a module again when one that it imports by name
# changed. One that uses a structure through another module, whose interface reads as before, keeps the old layout, and reads the
# wrong bytes (Swift 6.3; swiftlang/swift-package-manager, issue 10502). The compiler lists every module that it loaded.
set -euo pipefail
if ! [ -d "${1:-}" ]; then
  echo "usage: scripts/stale-modules.sh FOLDER, which a build made" >&2
  exit 64
fi
found=1
for build in "$1"/*.build; do
  listed=$(find "$build" -maxdepth 1 -name '*.d' -print -quit)
  # What every compilation of the module writes; objects that would be the same are left as they were.
  last=$(find "$build" -maxdepth 1 \( -name '*.d' -o -name primary.priors \) -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
  if [ -z "$listed" ] || [ -z "$last" ]; then continue; fi
  name=$(basename "$build" .build)
  words=$(tr ' ' '\n' <"$listed")
  source=$(grep -m 1 '\.swift$' <<<"$words" || true)
  while read -r module; do
    if [ "${module##*/}" = "$name.swiftmodule" ] || ! [ "$module" -nt "$last" ] || ! [ -e "$source" ]; then continue; fi
    touch "$source"
    echo "$name"
    found=0
    break
  done < <(grep '/Modules/[A-Za-z]*\.swiftmodule$' <<<"$words")
done
exit "$found"
