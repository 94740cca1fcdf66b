#!/usr/bin/env bash
# Builds llama.cpp's CUDA backend from the pinned tree. Needs CUDA's compiler; says so where there is none.
#
#   scripts/cuda.sh              beside .build/release/dermgemma, which takes it at its next start
#   scripts/cuda.sh --into DIR   into a folder, for a program that was built elsewhere
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ $# -ne 0 ] && { [ "$1" != --into ] || [ $# -ne 2 ]; }; then
  echo "usage: scripts/cuda.sh [--into DIR]" >&2
  exit 64
fi
if ! command -v nvcc >/dev/null; then
  echo "No CUDA compiler (nvcc) was found, so no CUDA backend can be built. Everything works on the CPU without it." >&2
  exit 69
fi
"$here/llama-cpp.sh" --fetch
prefix=$("$here/llama-cpp.sh" --prefix)
library=$(dirname "$prefix")/cuda-${prefix##*/llama.cpp-}/libggml-cuda.so
if [ ! -f "$library" ]; then
  work=$(mktemp -d "$(dirname "$prefix")/build-cuda.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mapfile -t options < <("$here/llama-cpp.sh" --options)
  echo "Building llama.cpp's CUDA backend once (many minutes)…" >&2
  cmake -S "$("$here/llama-cpp.sh" --source)" -B "$work/build" -G Ninja "${options[@]}" -DGGML_CUDA=ON
  cmake --build "$work/build" --target ggml-cuda
  mkdir -p "$(dirname "$library")"
  cp "$(find "$work/build" -name libggml-cuda.so)" "$library.partial"
  mv "$library.partial" "$library"
fi
release=$here/../.build/release
if [ -n "${2:-}" ]; then
  mkdir -p "$2"
  cp "$library" "$2/"
elif [ -d "$release" ]; then
  cp -u "$library" "$release/"
fi
echo "The CUDA backend is at $library." >&2
