#!/usr/bin/env bash
# Adds a CPU backend with tinyBLAS for large projectors to the libraries beside .build/release/dermgemma, from the pinned
# tree. Text never runs on it: tinyBLAS chooses kernels by the batch's width (docs/DETERMINISM.md). Built once, some minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=environment.sh
. "$here/environment.sh"
folder=$(dirname "$prefix")/encoder-${prefix##*/llama.cpp-}
if [ ! -d "$folder" ]; then
  work=$(mktemp -d "$(dirname "$prefix")/build-encoder.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cp -r "$("$here/llama-cpp.sh" --source)" "$work/tree"
  # tinyBLAS has something for processors with AVX2 or more.
  list=$work/tree/ggml/src/CMakeLists.txt
  sed -i -E '/ggml_add_cpu_backend_variant\((haswell|skylakex|icelake)[ )]/! s/^( *)(ggml_add_cpu_backend_variant\()/\1#\2/' "$list"
  flags="-I$work/tree/ggml/include -include $here/encoder-threads.h"
  mapfile -t options < <(grep '^-D' "$prefix/options.txt" | grep -v GGML_LLAMAFILE)
  echo "Building the projector's CPU backend once, into $folder (some minutes)…" >&2
  cmake -S "$work/tree" -B "$work/build" -G Ninja "${options[@]}" -DGGML_LLAMAFILE=ON \
    "-DCMAKE_C_FLAGS=$flags" "-DCMAKE_CXX_FLAGS=$flags" >"$work/configure.log" 2>&1 ||
    { cat "$work/configure.log" >&2; exit 1; }
  cmake --build "$work/build" --target ggml-cpu-haswell ggml-cpu-skylakex ggml-cpu-icelake >"$work/build.log" 2>&1 ||
    { tail -n 60 "$work/build.log" >&2; exit 1; }
  mkdir "$work/stage"
  cp "$work"/build/bin/libggml-cpu-*.so "$work/stage/"
  mv "$work/stage" "$folder"
fi
mkdir -p "$root/.build/release/encoder"
cp -u "$folder"/*.so "$root/.build/release/encoder/"
