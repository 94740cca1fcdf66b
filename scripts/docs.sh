#!/usr/bin/env bash
# Builds the symbol documentation of every module, from what `make build` left, as one static site: .build/docs.
# docs/README.md says how to browse it.
#
#   scripts/docs.sh                    the site, after checking that every public symbol is documented
#   scripts/docs.sh --into DIR         the same into another folder, which is replaced
#   scripts/docs.sh --graphs DIR …     from symbol graphs that lie there, if there are any; else they are left there
#
# A warning of docc is an error: a link to a symbol that is not there, a parameter that does not exist, or one without a word
# where others have one.
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
# shellcheck source=compiler-flags.sh
. "$root/scripts/compiler-flags.sh"
cd "$root"

into=.build/docs graphs=''
while [ $# -gt 0 ]; do
  case $1:$# in
    --into:1 | --graphs:1) echo "$1 needs a folder." >&2; exit 64 ;;
    --into:*) into=$2 ;;
    --graphs:*) graphs=$2 ;;
    *) echo "usage: scripts/docs.sh [--graphs DIR] [--into DIR]" >&2; exit 64 ;;
  esac
  shift 2
done

work=$(mktemp -d "$root/.build/docs.XXXXXX")
trap 'rm -rf "$work"' EXIT
graphs=${graphs:-$work/graphs}

extract() {
  local modules=.build/release/Modules folder module target
  target=$(swiftc -print-target-info | python3 -c 'import json, sys; print(json.load(sys.stdin)["target"]["triple"])')
  mkdir -p "$graphs"
  for folder in Sources/*/; do
    module=$(basename "$folder")
    # Modules of C have a map in place of sources; the program itself is nobody's library.
    if [ -f "$folder/module.modulemap" ] || [ -d "$folder/include" ] || [ "$module" = dermgemma ]; then continue; fi
    if [ ! -f "$modules/$module.swiftmodule" ]; then
      echo "There is no $modules/$module.swiftmodule: run make build first." >&2
      exit 66
    fi
    swift symbolgraph-extract -module-name "$module" -I "$modules" "${flags[@]}" -target "$target" \
      -minimum-access-level public -skip-synthesized-members -output-dir "$graphs"
  done
}

if ! compgen -G "$graphs/*.symbols.json" >/dev/null; then extract; fi
python3 scripts/undocumented.py "$graphs"
docc convert Documentation/DermGemma.docc --additional-symbol-graph-dir "$graphs" --warnings-as-errors \
  --transform-for-static-hosting --output-path "$work/site" >&2
rm -rf "$into"
mkdir -p "$(dirname "$into")"
mv "$work/site" "$into"
echo "$into/documentation/overview/index.html"
