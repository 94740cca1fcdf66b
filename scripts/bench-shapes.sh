#!/usr/bin/env bash
# The benchmark over every shape of weights that this machine can hold, and the figures that need commands of their own, unattended,
# one after the other.
#
#   scripts/bench-shapes.sh [WORD…]      without a word: small 270m quarter text encoder starts company
#
#   small 270m quarter medgemma   whole examinations by every side (run.py): the embedded model, Gemma 3 270M's size with a synthetic
#                                 projector, a quarter of MedGemma's blocks, and all of MedGemma 4B
#   text                          a prompt and a token of SIZE beside stock llama.cpp (text_turns.py), for each type in TEXT
#   encoder                       the image encoder of SIZE beside stock llama.cpp, ONNX Runtime and OpenVINO (encoder_peers.py), and in
#                                 BF16 and 8 bits where the processor has AVX512-BF16
#   starts                        start to first token beside llama-server, and memory, of SIZE (starts.py)
#   company                       the 270M shape beside busy processes (company.py)
#
# Every side gets the same number of threads and no flash attention (`-fa off`, `flash_attn` unset, disabled), but for the stock
# peers (scripts/llama-server.sh --stock), which keep their own defaults. A word's output goes to $OUT/WORD.txt and .json, named after
# SIZE, TEXT and PROJECTOR where they count; what is there already is not measured again. At the end Benchmarks/figures.py
# sets all of them beside their targets. Environment:
#   OUT       where to (default .build/bench)
#   SIZE      quarter (default) or medgemma
#   TEXT      the type of MedGemma's text weights: Q8_0 (default), Q4_K_M, Q5_K_M, Q6_K, IQ4_XS or BF16; `text` takes several
#             (default "Q8_0 Q4_K_M"). All but Q8_0 are made of it by the stock llama-quantize
#   PROJECTOR F16 (default), BF16 or Q8_0
#   TEXT_270M the text weights of Gemma 3 270M; fetched like `make test-interop-270m` does when not given
#   ROUNDS    times that all sides are measured in turn (5 for small, 1 for the other shapes, 3 for the rest)
#   SERVER    0 leaves llama-server and the stock peers out
#   PEERS     words of run.py's such as "--only-stock --no-reference", to measure fewer sides
#   BEFORE    the folder of another build's libraries, for `text` and `encoder`
#   THREADS   for the large shapes (default: all processors)
#   PICTURES  for the two MedGemma shapes in the run over many images (default 2)
#
# On two quiet cores: small 15 minutes, 270m 16; reckoned and not measured: quarter 25, medgemma 60. Where something fails
# that is said, and the next one begins.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
root=$PWD
out=${OUT:-$root/.build/bench}
size=${SIZE:-quarter}
projector=${PROJECTOR:-F16}
threads=${THREADS:-$(nproc)}
pictures=${PICTURES:-2}
mkdir -p "$out"
large=(--threads "$threads" --repeats 1 --many-repeats 1 --warm-ups 1 --images "$pictures" --parallel "$pictures"
  --rounds "${ROUNDS:-1}" --side 896)
read -r -a peers <<<"${PEERS:-}"
[ "${SERVER:-1}" = 0 ] && peers+=(--no-server)
case $size in quarter|medgemma) ;; *) echo "SIZE is quarter or medgemma, not $size" >&2; exit 64 ;; esac
case $projector in F16|BF16|Q8_0) ;; *) echo "PROJECTOR is F16, BF16 or Q8_0, not $projector" >&2; exit 64 ;; esac
for type in ${TEXT:-}; do
  case $type in
    Q8_0|Q4_K_M|Q5_K_M|Q6_K|IQ4_XS|BF16) ;;
    *) echo "TEXT is Q8_0, Q4_K_M, Q5_K_M, Q6_K, IQ4_XS or BF16, not $type" >&2; exit 64 ;;
  esac
done
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
  [ -e "$out/$name.made" ] && return
  vocabulary=$(text_270m) || return 1
  "$folder/benchmark" synthesize --shape "$shape" --vocabulary "$vocabulary" --out "$out" >&2 && touch "$out/$name.made"
}

shape_of() { if [ "$1" = quarter ]; then echo medgemma-quarter; else echo medgemma; fi; }

# The text weights of a shape in a type, made once; prints the file.
text_weights() {
  local name type=$2 made
  name=synthetic-$(shape_of "$1")
  synthetic "$(shape_of "$1")" "$name" || return 1
  [ "$type" = Q8_0 ] && { echo "$out/$name.gguf"; return; }
  made=$out/$name-$type.gguf
  if [ ! -e "$made" ]; then
    "$(scripts/llama-server.sh --stock)/llama-quantize" --allow-requantize "$out/$name.gguf" "$made.part" "$type" "$threads" >&2 || return 1
    mv "$made.part" "$made"
  fi
  echo "$made"
}

# The projector of a shape in PROJECTOR's type, made once; prints the file.
projector_weights() {
  local name made
  name=synthetic-$(shape_of "$1")
  synthetic "$(shape_of "$1")" "$name" || return 1
  [ "$projector" = F16 ] && { echo "$out/$name-mmproj.gguf"; return; }
  made=$out/$name-mmproj-$projector.gguf
  if [ ! -e "$made" ]; then
    scripts/interop.sh --python Benchmarks/precision.py "$out/$name-mmproj.gguf" "$made.part" "${projector,,}" >&2 || return 1
    mv "$made.part" "$made"
  fi
  echo "$made"
}

# Runs run.py over a shape.
examinations() {
  local shape=$1 text='' tower=''
  case $shape in
    small)
      set -- --name dermgemma-small --threads 1 --processors "$(nproc)" --images 32 --parallel 16 \
        --rounds "${ROUNDS:-5}" --repeats 5 --model Models/dermgemma-small/dermgemma-small.gguf \
        --mmproj Models/dermgemma-small/dermgemma-small-mmproj.gguf ;;
    270m)
      synthetic 270m synthetic-270m || return 1
      set -- --name gemma-3-270m --threads "$threads" --rounds "${ROUNDS:-1}" --repeats 3 --images 8 --parallel 8 --model "$(text_270m)" \
        --mmproj "$out/synthetic-270m-mmproj.gguf" --side 448 ;;
    quarter|medgemma)
      text=$(text_weights "$shape" "${TEXT:-Q8_0}") || return 1
      tower=$(projector_weights "$shape") || return 1
      set -- --name "medgemma-${shape/medgemma/4b} ${TEXT:-Q8_0} $projector" "${large[@]}" --model "$text" --mmproj "$tower" ;;
  esac
  scripts/bench.sh "${peers[@]}" --out "$to.json.part" "$@"
}

measure() {
  local word=$1 to=$2 text='' tower='' before=()
  case $word in
    text)
      text=$(text_weights "$size" "$3") || return 1
      [ -n "${BEFORE:-}" ] && before=("before=$BEFORE")
      python3 Benchmarks/text_turns.py "stock=$(scripts/llama-server.sh --stock)" "ours=$prefix/lib" "${before[@]}" --model "$text" \
        --rounds "${ROUNDS:-3}" --threads "$threads" --out "$to.json.part" ;;
    encoder)
      [ -n "${BEFORE:-}" ] && before=(--build "before=$BEFORE")
      [ "${SERVER:-1}" = 0 ] || before+=(--stock)
      grep -q -w avx512_bf16 /proc/cpuinfo && before+=(--narrow)
      scripts/bench-encoder.sh --layers "$([ "$size" = quarter ] && echo 7 || echo 27)" --rounds "${ROUNDS:-3}" --threads "$threads" \
        --folder "$out/encoder-$size" "${before[@]}" --out "$to.json.part" ;;
    starts)
      swift build -c release --static-swift-stdlib --product dermgemma >&2 || return 1
      text=$(text_weights "$size" "${TEXT:-Q8_0}") || return 1
      tower=$(projector_weights "$size") || return 1
      python3 Benchmarks/starts.py --model "$text" --mmproj "$tower" --threads "$threads" --rounds "${ROUNDS:-3}" \
        --server "$(scripts/llama-server.sh --stock)/llama-server" --out "$to.json.part" ;;
    company)
      synthetic 270m synthetic-270m || return 1
      python3 Benchmarks/company.py --model "$(text_270m)" --mmproj "$out/synthetic-270m-mmproj.gguf" --side 448 \
        --rounds "${ROUNDS:-3}" --threads "$threads" --out "$to.json.part" ;;
    *) examinations "$word" ;;
  esac && mv "$to.json.part" "$to.json"
}

# Measures a word unless it is measured: its name, and the type of text weights for `text`.
once() {
  local word=$1 name=$2 start=$SECONDS
  if [ -e "$out/$name.json" ]; then echo "$name: measured already ($out/$name.json)"; return; fi
  echo "$name: begins $(date -u +%H:%M), load $(cut -d' ' -f1-3 /proc/loadavg)"
  if measure "$word" "$out/$name" "${3:-}" >"$out/$name.txt" 2>"$out/$name.err"; then
    echo "$name: $((SECONDS - start)) s"
    cat "$out/$name.txt"
  else
    echo "$name: failed after $((SECONDS - start)) s: $(tail -n 3 "$out/$name.err")"
    failed=1
  fi
}

[ $# -gt 0 ] || set -- small 270m quarter text encoder starts company
failed=0
for word in "$@"; do
  case $word in
    small|270m|company) once "$word" "$word" ;;
    quarter|medgemma) once "$word" "$word-${TEXT:-Q8_0}-$projector" ;;
    text) for type in ${TEXT:-Q8_0 Q4_K_M}; do once text "text-$size-$type" "$type"; done ;;
    starts) once starts "starts-$size-${TEXT:-Q8_0}-$projector" ;;
    encoder) once encoder "encoder-$size" ;;
    *) echo "no shape or figure $word" >&2; failed=1 ;;
  esac
done
python3 Benchmarks/figures.py "$out"
exit $failed
