#!/usr/bin/env bash
# Fetches the pinned llama.cpp source, checks it, and builds it once into a cache outside the clone.
#
#   scripts/llama-cpp.sh            make sure that the build is there
#   scripts/llama-cpp.sh --prefix   print the folder it is in
#   scripts/llama-cpp.sh --source   print the folder of its source tree
#   scripts/llama-cpp.sh --fetch    make sure that the source tree is there
#   scripts/llama-cpp.sh --options  print CMake's options, one a line
#
# The source archive is llama-cpp-python's from PyPI, which carries a whole llama.cpp. It is refused when its
# SHA-256 is not the pinned one. The cache is $DERMGEMMA_CACHE, or dermgemma below $XDG_CACHE_HOME or ~/.cache;
# a build is keyed by version, options, compiler and recipe, and appears under its name only once it is whole.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=pins.sh
. "$here/pins.sh"

cache=${DERMGEMMA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dermgemma}

# GGML_CPU_REPACK chooses kernels by the batch's width; without it, and with tinyBLAS at every width (below), an answer
# has the same bits alone and in a batch (docs/DETERMINISM.md).
# shellcheck disable=SC2016 # $ORIGIN is for the loader.
options=(
  -DCMAKE_BUILD_TYPE=Release
  -DBUILD_SHARED_LIBS=ON
  -DGGML_BACKEND_DL=ON
  -DGGML_CPU_ALL_VARIANTS=ON
  -DGGML_NATIVE=OFF
  -DGGML_LLAMAFILE=ON
  -DGGML_CPU_REPACK=OFF
  -DLLAMA_BUILD_MTMD=ON
  -DLLAMA_BUILD_COMMON=OFF
  -DLLAMA_BUILD_TESTS=OFF
  -DLLAMA_BUILD_TOOLS=OFF
  -DLLAMA_BUILD_EXAMPLES=OFF
  -DLLAMA_BUILD_SERVER=OFF
  -DLLAMA_BUILD_APP=OFF
  -DLLAMA_OPENSSL=OFF
  '-DCMAKE_BUILD_RPATH=$ORIGIN'
  -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON
  '-DCMAKE_INSTALL_RPATH=$ORIGIN'
)
key=$(printf '%s\n' "$LLAMA_CPP_PYTHON_SHA256" "$LLAMA_CPU_VARIANTS" "$LLAMA_RECIPE" "${options[@]}" \
  "$(gcc -dumpfullversion 2>/dev/null || true)" | sha256sum | cut -c1-12)
prefix=$cache/llama.cpp-$LLAMA_CPP_PYTHON_VERSION-$key
source=$cache/llama-cpp-python-$LLAMA_CPP_PYTHON_VERSION-${LLAMA_CPP_PYTHON_SHA256:0:12}

case ${1:-} in
  --prefix) echo "$prefix"; exit ;;
  --source) echo "$source/vendor/llama.cpp"; exit ;;
  --options) printf '%s\n' "${options[@]}"; exit ;;
  ''|--fetch) ;;
  *) echo "usage: scripts/llama-cpp.sh [--prefix|--source|--fetch|--options]" >&2; exit 64 ;;
esac

mkdir -p "$cache"
exec 9>"$cache/.lock"
if ! flock -n 9; then
  echo "Another build of llama.cpp is under way; waiting for it." >&2
  flock 9
fi

fetch_source() {
  [ -f "$source/.complete" ] && return
  local work archive
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  archive=$work/download/llama_cpp_python-$LLAMA_CPP_PYTHON_VERSION.tar.gz
  if [ -n "${LLAMA_CPP_ARCHIVE:-}" ]; then
    mkdir -p "$work/download" && cp "$LLAMA_CPP_ARCHIVE" "$archive"
  else
    echo "Fetching llama-cpp-python $LLAMA_CPP_PYTHON_VERSION (source, 77 MB)…" >&2
    python3 -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check scikit-build-core >&2
    PATH=$work/venv/bin:$PATH "$work/venv/bin/python" -m pip download --quiet --disable-pip-version-check \
      --no-deps --no-binary :all: --no-build-isolation \
      --dest "$work/download" "llama-cpp-python==$LLAMA_CPP_PYTHON_VERSION" >&2
  fi
  local found
  found=$(sha256sum "$archive" | cut -d' ' -f1)
  if [ "$found" != "$LLAMA_CPP_PYTHON_SHA256" ]; then
    echo "The llama-cpp-python archive has SHA-256 $found, not the pinned $LLAMA_CPP_PYTHON_SHA256: refused." >&2
    exit 1
  fi
  tar -xzf "$archive" -C "$work"
  rm -rf "$source"
  mv "$work/llama_cpp_python-$LLAMA_CPP_PYTHON_VERSION" "$source"
  touch "$source/.complete"
  rm -rf "$work"
  trap - EXIT
}

# Changes the one line of a file that reads so (a basic regular expression) by sed's command.
change_line() {
  local file=$1 line=$2 command=$3
  if [ "$(grep -c -x -e "$line" "$file")" != 1 ]; then
    echo "This llama.cpp is not as expected: no single line '$line' in $file." >&2
    exit 1
  fi
  sed -i "\\|^$line\$|$command" "$file"
}

# tinyBLAS sums each element of a product in the same order whatever the tile, but leaves a lone column to other kernels,
# which sum in another. It takes every width here, so that a token has the same bits alone and beside others.
take_every_width() {
  change_line "$1/ggml/src/ggml-cpu/llamafile/sgemm.cpp" '    if (n < 2)' 's/2/1/'
}

# tinyBLAS goes through four rows of weights at once, each too short for the processor to see the pattern in time, so that a few
# columns wait for memory. The rows that come next are asked for beforehand; no number changes (Benchmarks/RESULTS.md).
ask_for_next_rows() {
  local file=$1/ggml/src/ggml-cpu/llamafile/sgemm.cpp ask='__builtin_prefetch(A + lda * (ii + i) + l);'
  change_line "$file" '                __m256i avec3 = load(A + lda \* (ii + 3) + l);' \
    "a\\                for (int64_t i = 4; i < 8; ++i) $ask"
  change_line "$file" '            // help compiler for op order.' "i\\            for (int64_t i = RM; i < 2 * RM; ++i) $ask"
}

# An image's attention converts keys and values again for every tile of patches. Tiles are larger here, and the kernel's own tile
# leaves a smaller remainder at head sizes like MedGemma's 72. No number changes either.
take_larger_tiles() {
  local folder=$1/ggml/src/ggml-cpu
  change_line "$folder/common.h" '#define GGML_FA_TILE_Q  64' 's/64/128/'
  change_line "$folder/simd-gemm.h" '    static constexpr int GEMM_RM = 4;' 's/4/8/'
  change_line "$folder/simd-gemm.h" '    static constexpr int GEMM_RN = 4; // 16+4+1 = 25/32' 's/RN = 4.*/RN = 2;/'
}

build() {
  local tree=$source/vendor/llama.cpp work variant
  work=$(mktemp -d "$cache/build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # The tree offers no choice of CPU variants, and every one costs a minute: keep the pinned few in a copy of the list.
  cp -r "$tree" "$work/tree"
  local list=$work/tree/ggml/src/CMakeLists.txt
  sed -i -E 's/^( *)(ggml_add_cpu_backend_variant\()/\1#KEEP? \2/' "$list"
  for variant in $LLAMA_CPU_VARIANTS; do
    sed -i -E "s/#KEEP\? (ggml_add_cpu_backend_variant\(${variant}[ )])/\1/" "$list"
  done
  take_every_width "$work/tree"
  ask_for_next_rows "$work/tree"
  take_larger_tiles "$work/tree"
  cmake -S "$work/tree" -B "$work/build" -G Ninja "${options[@]}" >"$work/configure.log" 2>&1 ||
    { cat "$work/configure.log" >&2; exit 1; }
  echo "Building llama.cpp once, into $prefix (some minutes)…" >&2
  cmake --build "$work/build" --target llama mtmd >"$work/build.log" 2>&1 ||
    { tail -n 60 "$work/build.log" >&2; exit 1; }
  mkdir -p "$work/stage/lib/pkgconfig" "$work/stage/include"
  find "$work/build" -name '*.so*' \( -type f -o -type l \) -exec cp -P {} "$work/stage/lib/" \;
  cp "$tree"/include/llama.h "$tree"/ggml/include/*.h "$tree"/tools/mtmd/mtmd.h "$tree"/tools/mtmd/mtmd-helper.h \
    "$work/stage/include/"
  cp "$tree/LICENSE" "$work/stage/LICENSE"
  printf '%s\n' "${options[@]}" "variants: $LLAMA_CPU_VARIANTS" >"$work/stage/options.txt"
  cat >"$work/stage/lib/pkgconfig/dermgemma-llama.pc" <<PC
prefix=$prefix
Name: dermgemma-llama
Description: llama.cpp, shared, with loadable backends
Version: $LLAMA_CPP_PYTHON_VERSION
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lllama -lmtmd -lggml -lggml-base
PC
  rm -rf "$prefix"
  mv "$work/stage" "$prefix"
  rm -rf "$work"
  trap - EXIT
}

fetch_source
if [ "${1:-}" = --fetch ]; then exit; fi
[ -f "$prefix/lib/pkgconfig/dermgemma-llama.pc" ] || build
