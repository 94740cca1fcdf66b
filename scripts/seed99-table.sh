#!/usr/bin/env bash
# Validates the embedded model on the seed's 99 images and puts the table into README.md, between its two marks.
#
#   scripts/seed99-table.sh [FOLDER]    FOLDER holds images/, DermsGemms.csv and metadata.csv
#                                       (default: $DERMGEMMA_SHARED/data/seed99)
#
# The program is .build/release/dermgemma, or $DERMGEMMA_PROGRAM. Results stay in .build/seed99.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-${DERMGEMMA_SHARED:-$root/../shared}/data/seed99}
program=${DERMGEMMA_PROGRAM:-$root/.build/release/dermgemma}
results=$root/.build/seed99
mkdir -p "$root/.build"
[ -d "$folder/images" ] || { echo "$folder: the seed's images are not there" >&2; exit 66; }
[ -x "$program" ] || { echo "$program: not built; run make build" >&2; exit 66; }

for protocol in seed direct; do
  "$program" validate all --replace --protocol "$protocol" --images "$folder/images" \
    --labels "$folder/DermsGemms.csv" --metadata "$folder/metadata.csv" --out "$results/$protocol" \
    >"$results-$protocol.txt"
done
python3 "$root/scripts/seed99_table.py" "$results/seed/summary.json" "$results/direct/summary.json" "$root/README.md"
