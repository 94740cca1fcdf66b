#!/usr/bin/env bash
# A fresh clone's `make run` of this commit and of another, in turns: from nothing but Debian's packages to the first report.
#
#   scripts/bench-clone.sh COMMIT [ROUNDS]      one round (a quarter of an hour for each commit on two cores)
#
# Each clone has a cache of its own, so llama.cpp is fetched and built too. Debian's packages are already there. $OUT (default .build/bench)
# gets clone.json, with this commit's seconds over the other's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -ge 1 ] || { echo "usage: scripts/bench-clone.sh COMMIT [ROUNDS]" >&2; exit 64; }
other=$(git rev-parse --verify "$1^{commit}") own=$(git rev-parse HEAD) out=${OUT:-.build/bench}
mkdir -p "$out"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Seconds of one commit.
first_run() {
  local folder=$scratch/clone start
  rm -rf "$folder" "$scratch/cache"
  git clone --quiet . "$folder"
  git -C "$folder" checkout --quiet "$1"
  start=$(date +%s%N)
  DERMGEMMA_CACHE=$scratch/cache make -C "$folder" run >"$scratch/run.log" 2>&1 || { tail -n 30 "$scratch/run.log" >&2; return 1; }
  echo $((($(date +%s%N) - start) / 1000000))
}

ratios=()
for round in $(seq "${2:-1}"); do
  if [ $((round % 2)) = 1 ]; then before=$(first_run "$other"); now=$(first_run "$own"); else now=$(first_run "$own"); before=$(first_run "$other"); fi
  ratios+=("$(python3 -c "print(round($now / $before, 3))")")
  echo "round $round: ${1} $((before / 1000)) s, this commit $((now / 1000)) s, ratio ${ratios[-1]}, load $(cut -d' ' -f1 /proc/loadavg)"
done
(IFS=,; echo "{\"ratios\": [${ratios[*]}]}") >"$out/clone.json"
