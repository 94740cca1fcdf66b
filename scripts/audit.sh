#!/usr/bin/env bash
# Audits the embedded model: on report images of HAM10000 (the clinic it was taught on), on those of another clinic, and on
# phantoms, whose truth is known.
#
#   scripts/audit.sh [--out DIR] [audit's options]      DIR is .build/audit; audits that are there are continued
#
# Images lie in $DERMGEMMA_SHARED/data (default ../shared/data; layout: Training/README.md); sets that are not there are left
# out, and said so. Options replace --quick: `scripts/audit.sh --budget 8h` asks more.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${DERMGEMMA_SHARED:-$root/../shared}/data
program=${DERMGEMMA_PROGRAM:-$root/.build/release/dermgemma}
out=$root/.build/audit
if [ "${1:-}" = --out ]; then out=${2:?a folder after --out}; shift 2; fi
[ $# -gt 0 ] || set -- --quick
[ -x "$program" ] || { echo "$program: not built; run make build" >&2; exit 66; }
mkdir -p "$out"

audit() {
  local name=$1 count=$2
  shift 2
  echo "== $name"
  "$program" audit --images "$out/$name.images" --images-limit "$count" --out "$out/$name" --resume "$@"
}

# A folder of links to the report images of a set, which the model has never seen.
report_images() {
  local name=$1 from=$2 id
  mkdir -p "$out/$name.images"
  while read -r id; do
    if [ -n "$id" ] && [ -e "$from/$id.jpg" ]; then ln -sfn "$(realpath "$from/$id.jpg")" "$out/$name.images/$id.jpg"; fi
  done <"$root/Training/splits/$name-report.txt"
}

for name in ham10000 msk; do
  if [ ! -d "$data/$name/images" ]; then
    echo "$data/$name/images: not there, so $name is left out" >&2
    continue
  fi
  report_images "$name" "$data/$name/images"
  masks=()
  if [ -d "$data/$name/masks" ]; then masks=(--masks "$data/$name/masks"); fi
  audit "$name" 200 --labels "$data/$name/labels.csv" "${masks[@]}" "$@"
done
if [ ! -e "$out/phantoms.images/labels.csv" ]; then
  "$program" phantoms --count 500 --seed 20 --out "$out/phantoms.images"
fi
audit phantoms 500 --labels "$out/phantoms.images/labels.csv" "$@"
