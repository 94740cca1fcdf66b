#!/usr/bin/env bash
# Adds llama.cpp's CUDA backend, from the pinned tree, to the libraries beside .build/release/dermgemma. The program stays
# as it is and takes the backend at its next start. Needs CUDA's compiler; says so where there is none.
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
if ! command -v nvcc >/dev/null; then
  echo "No CUDA compiler (nvcc) was found, so no CUDA backend can be built. Everything works on the CPU without it." >&2
  exit 69
fi
library=$prefix/lib/libggml-cuda.so
if [ ! -f "$library" ]; then
  work=$(mktemp -d "$(dirname "$prefix")/build-cuda.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mapfile -t options < <(grep '^-D' "$prefix/options.txt")
  echo "Building llama.cpp's CUDA backend once (many minutes)…" >&2
  cmake -S "$("$root/scripts/llama-cpp.sh" --source)" -B "$work/build" -G Ninja "${options[@]}" -DGGML_CUDA=ON
  cmake --build "$work/build" --target ggml-cuda
  cp "$(find "$work/build" -name libggml-cuda.so)" "$library.partial"
  mv "$library.partial" "$library"
fi
if [ -d "$root/.build/release" ]; then cp -u "$library" "$root/.build/release/"; fi
echo "The CUDA backend is at $library." >&2
