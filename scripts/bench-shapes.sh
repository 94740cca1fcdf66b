#!/usr/bin/env bash
# The benchmark over every shape of weights that this machine can hold, unattended, one after the other: the embedded
# model, Gemma 3 270M's size with a synthetic projector, a quarter of MedGemma's blocks, and all of MedGemma 4B.
#
#   scripts/bench-shapes.sh [SHAPE…]      of: small 270m quarter medgemma; all of them without a word
#
# Every side gets the same number of threads and no flash attention (`-fa off`, `flash_attn` unset, disabled), but for the stock
# peers (scripts/llama-server.sh --stock), which keep their own defaults. A shape's output goes to $OUT/SHAPE.txt and .json; what
# is there already is not measured again. Environment:
#   OUT       where to (default .build/bench)
#   TEXT_270M the text weights of Gemma 3 270M; fetched like `make test-interop-270m` does when not given
#   ROUNDS    times that all sides are measured in turn (5 for small, 1 for 270m)
#   SERVER    0 leaves llama-server and the stock peers out
#   THREADS   for the large shapes (default: all processors)
#   PICTURES  for the two MedGemma shapes in the run over many images (default 2)
#
# On two quiet cores: small 15 minutes, 270m 16; reckoned and not measured: quarter 25, medgemma 60. Where a shape fails
# that is said, and the next one begins.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
root=$PWD
out=${OUT:-$root/.build/bench}
threads=${THREADS:-$(nproc)}
pictures=${PICTURES:-2}
mkdir -p "$out"
large=(--threads "$threads" --repeats 1 --many-repeats 1 --warm-ups 1 --images "$pictures" --parallel "$pictures"
  --side 896)
server=()
[ "${SERVER:-1}" = 0 ] && server=(--no-server)
# shellcheck source=environment.sh
. scripts/environment.sh
cd "$root" || exit

echo "Building the benchmark…" >&2
swift build -c release --static-swift-stdlib --product benchmark >&2 || exit 1
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
cp -u -P "$prefix"/lib/*.so* "$folder/"

# The real Gemma 3 270M: text weights, and the vocabulary of every synthetic file.
text_270m() {
  [ -n "${TEXT_270M:-}" ] && { echo "$TEXT_270M"; return; }
  scripts/interop.sh --python Interop/gemma270m.py | tail -n 1
}

# Weights of noise in a shape, made once.
synthetic() {
  local shape=$1 name=$2 vocabulary
  [ -e "$out/$name-mmproj.gguf" ] && return
  vocabulary=$(text_270m) || return 1
  "$folder/benchmark" synthesize --shape "$shape" --vocabulary "$vocabulary" --out "$out" >&2
}

measure() {
  local shape=$1
  case $shape in
    small)
      set -- --name dermgemma-small --threads 1 --processors "$(nproc)" --images 32 --parallel 16 \
        --rounds "${ROUNDS:-5}" --repeats 5 --model Models/dermgemma-small/dermgemma-small.gguf \
        --mmproj Models/dermgemma-small/dermgemma-small-mmproj.gguf ;;
    270m)
      synthetic 270m synthetic-270m || return 1
      set -- --name gemma-3-270m --threads "$threads" --rounds "${ROUNDS:-1}" --repeats 3 --images 8 --parallel 8 --model "$(text_270m)" \
        --mmproj "$out/synthetic-270m-mmproj.gguf" --side 448 ;;
    quarter)
      synthetic medgemma-quarter synthetic-medgemma-quarter || return 1
      set -- --name medgemma-quarter "${large[@]}" \
        --model "$out/synthetic-medgemma-quarter.gguf" --mmproj "$out/synthetic-medgemma-quarter-mmproj.gguf" ;;
    medgemma)
      synthetic medgemma synthetic-medgemma || return 1
      set -- --name medgemma-4b "${large[@]}" \
        --model "$out/synthetic-medgemma.gguf" --mmproj "$out/synthetic-medgemma-mmproj.gguf" ;;
    *) echo "no shape $shape" >&2; return 64 ;;
  esac
  scripts/bench.sh "${server[@]}" --out "$out/$shape.json.part" "$@" && mv "$out/$shape.json.part" "$out/$shape.json"
}

[ $# -gt 0 ] || set -- small 270m quarter medgemma
failed=0
for shape in "$@"; do
  if [ -e "$out/$shape.json" ]; then echo "$shape: measured already ($out/$shape.json)"; continue; fi
  echo "$shape: begins $(date -u +%H:%M), load $(cut -d' ' -f1-3 /proc/loadavg)"
  start=$SECONDS
  if measure "$shape" >"$out/$shape.txt" 2>"$out/$shape.err"; then
    echo "$shape: $((SECONDS - start)) s"
    cat "$out/$shape.txt"
  else
    echo "$shape: failed after $((SECONDS - start)) s: $(tail -n 3 "$out/$shape.err")"
    failed=1
  fi
done
exit $failed
