#!/usr/bin/env bash
# What "constrained": true costs a token, in processor time: the embedded pair on a picture, and Gemma 3 270M's 262,144 pieces on text, where
# its file lies in the cache (`make test-interop-270m` downloads it). Arguments are benchmark's, such as --rounds 9.
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
swift build -c release --static-swift-stdlib --product benchmark >&2
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
cp -u -P "$prefix"/lib/*.so* "$folder/"
pair=Models/dermgemma-small/dermgemma-small
"$folder/benchmark" constrained --model $pair.gguf --mmproj $pair-mmproj.gguf "$@" | python3 Benchmarks/constrained.py "dermgemma-small, a picture"
large=$(dirname "$prefix")/a5fd3b62230a-gemma-3-270m-q4_k_m.gguf
if [ -f "$large" ]; then
  "$folder/benchmark" constrained --model "$large" "$@" | python3 Benchmarks/constrained.py "Gemma 3 270M Q4_K_M, text"
else
  echo "Gemma 3 270M is not in the cache, so it is left out; make test-interop-270m downloads it." >&2
fi
