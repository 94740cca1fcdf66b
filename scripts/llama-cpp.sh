#!/usr/bin/env bash
# Fetches the pinned llama.cpp source, checks it, and builds it once into a cache outside the clone.
#
#   scripts/llama-cpp.sh            make sure that the build is there, for this processor at least
#   scripts/llama-cpp.sh --all      the same for every processor that we build for, as a tarball needs it
#   scripts/llama-cpp.sh --headers  make sure that Swift can compile against it; nothing can be linked yet
#   scripts/llama-cpp.sh --prefix   print the folder it is in
#   scripts/llama-cpp.sh --source   print the folder of its source tree
#   scripts/llama-cpp.sh --fetch    make sure that the source tree is there
#   scripts/llama-cpp.sh --variant  print the CPU variant for this processor
#   scripts/llama-cpp.sh --options  print CMake's options, one a line
#
# The source archive is llama-cpp-python's from PyPI, which carries a whole llama.cpp. It is refused when its
# SHA-256 is not the pinned one. The cache is $DERMGEMMA_CACHE, or dermgemma below $XDG_CACHE_HOME or ~/.cache;
# a build is keyed by version, options, compiler, recipe and our sources (kernels/, llama.cpp/). Its headers appear first, its libraries once
# all of them are there, and a processor's variant (pins.sh) whenever it is asked for: each takes about a minute to build.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=pins.sh
. "$here/pins.sh"

kernels=$here/../kernels
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
  "$(gcc -dumpfullversion 2>/dev/null || true)" "$(cat "$kernels"/*.h "$kernels"/*.cpp "$here"/llama.cpp/*.h)" | sha256sum | cut -c1-12)
prefix=$cache/llama.cpp-$LLAMA_CPP_PYTHON_VERSION-$key
source=$cache/llama-cpp-python-$LLAMA_CPP_PYTHON_VERSION-${LLAMA_CPP_PYTHON_SHA256:0:12}

case ${1:-} in
  --prefix) echo "$prefix"; exit ;;
  --source) echo "$source/vendor/llama.cpp"; exit ;;
  --options) printf '%s\n' "${options[@]}"; exit ;;
  ''|--all|--fetch|--headers|--variant) ;;
  *) echo "usage: scripts/llama-cpp.sh [--all|--fetch|--headers|--options|--prefix|--source|--variant]" >&2; exit 64 ;;
esac

# The variant that ggml would choose here: the last of the pinned ones that the processor can run. All of them where that is not known.
own_variant() {
  local flags variant found='' needed flag
  flags=" $(grep -m 1 -E '^flags' /proc/cpuinfo 2>/dev/null | cut -d: -f2) "
  for variant in $LLAMA_CPU_VARIANTS; do
    case $variant in
      x64) needed='lm' ;;
      sse42) needed='sse4_2' ;;
      haswell) needed='sse4_2 avx f16c fma avx2 bmi2' ;;
      skylakex) needed='sse4_2 avx f16c fma avx2 bmi2 avx512f avx512cd avx512vl avx512dq avx512bw' ;;
      icelake) needed='sse4_2 avx f16c fma avx2 bmi2 avx512f avx512cd avx512vl avx512dq avx512bw avx512vbmi avx512_vnni' ;;
      *) echo "$LLAMA_CPU_VARIANTS"; return ;;
    esac
    for flag in $needed; do
      case $flags in *" $flag "*) ;; *) continue 2 ;; esac
    done
    found=$variant
  done
  echo "${found:-$LLAMA_CPU_VARIANTS}"
}

# Those of the variants that are not built yet.
missing_variants() {
  local variant
  for variant in "$@"; do
    [ -e "$prefix/lib/libggml-cpu-$variant.so" ] || echo "$variant"
  done
}

if [ "${1:-}" = --variant ]; then own_variant; exit; fi
if [ "${1:-}" = --all ]; then wanted=$LLAMA_CPU_VARIANTS; else wanted=$(own_variant); fi
# shellcheck disable=SC2086 # A list of words.
if [ -e "$prefix/lib/libllama.so" ] && [ -z "$(missing_variants $wanted)" ] && [ "${1:-}" != --fetch ]; then exit; fi
if [ "${1:-}" = --headers ] && [ -e "$prefix/lib/pkgconfig/dermgemma-llama.pc" ]; then exit; fi

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
# columns wait for memory. The rows that come next are asked for beforehand; no number changes (Benchmarks/HISTORY.md). Where a
# row is used for many columns one after the other, they would be asked for again each time.
ask_for_next_rows() {
  local file=$1/ggml/src/ggml-cpu/llamafile/sgemm.cpp ask='__builtin_prefetch(A + lda * (ii + i) + l);'
  change_line "$file" '                __m256i avec3 = load(A + lda \* (ii + 3) + l);' \
    "a\\                for (int64_t i = 4; xtiles < 3 && i < 8; ++i) $ask"
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

# Threads that wait for each other sleep after a while, so that company on the machine takes its share and no more.
sleep_at_barriers() {
  local file=$1/ggml/src/ggml-cpu/ggml-cpu.c
  cp "$here/llama.cpp/barrier.h" "$1/ggml/src/ggml-cpu/dermgemma-barrier.h"
  change_line "$file" 'void ggml_barrier(struct ggml_threadpool \* tp) {' \
    'i\#ifdef GGML_USE_OPENMP\n#include "dermgemma-barrier.h"\n#endif'
  change_line "$file" '    #pragma omp barrier' 's/#pragma omp barrier/ggml_barrier_wait(tp, n_threads);/'
}

# Our own kernels (kernels/) take the products and attention of an image's patches, and quantised weights at every width; where they
# return false (an old processor, another type), llama.cpp's own follow. Its tiles for quantised weights begin at eight columns and
# sum in another order than its kernel for a single one, so that all types are left to the latter.
take_our_kernels() {
  local folder=$1/ggml/src/ggml-cpu file arguments='(params, m, n, k, A, lda, B, ldb, C, ldc, Atype, Btype, Ctype)'
  mkdir "$folder/dermgemma"
  cp "$kernels"/*.h "$kernels"/*.cpp "$folder/dermgemma/"
  for file in "$kernels"/*.cpp; do
    change_line "$folder/CMakeLists.txt" '                    ggml-cpu/llamafile/sgemm.cpp' \
      "a\\                    ggml-cpu/dermgemma/${file##*/}"
  done
  change_line "$folder/llamafile/sgemm.cpp" '#include "sgemm.h"' 'a\#include "../dermgemma/dermgemma-kernels.h"'
  change_line "$folder/llamafile/sgemm.cpp" '    switch (Atype) {' \
    "i\\    if (dermgemma_image_product$arguments || dermgemma_block_product$arguments) return true;"
  change_line "$folder/ggml-cpu.c" '#include "traits.h"' 'a\#include "dermgemma/dermgemma-kernels.h"'
  change_line "$folder/ggml-cpu.c" '        const void\* wdata = (src1->type == vec_dot_type) ? src1->data : params->wdata;' \
    'a\        dermgemma_begin_products(ne12 * ne13);'
  change_line "$folder/ggml-cpu.cpp" '#include "repack.h"' 'a\#include "dermgemma/dermgemma-kernels.h"'
  change_line "$folder/ggml-cpu.cpp" '    if (strcmp(name, "ggml_backend_set_n_threads") == 0) {' \
    'i\    if (void * ours = dermgemma_function(name)) { return ours; }'
  change_line "$folder/tiled/tiled.cpp" '    return rows >= 8 .. ggml_tiled_matmul_forced();' 's/rows >= 8 || //'
  change_line "$folder/ops.cpp" '#include "ops.h"' 'a\#include "dermgemma/dermgemma-kernels.h"'
  change_line "$folder/ops.cpp" '            ggml_threadpool_chunk_set(params->threadpool, nth);' \
    'a\            dermgemma_begin_attention(dst);'
  change_line "$folder/ops.cpp" '            if (use_tiled) {' \
    'i\            if (use_tiled && dermgemma_image_attention(dst, ir0, ir1)) {} else'
  change_line "$folder/ops.cpp" '        ggml_vec_gelu_f32(nc,' \
    's/ggml_vec_gelu_f32/(dermgemma_is_image(nr) ? dermgemma_image_gelu : ggml_vec_gelu_f32)/'
}

# Much of the compiler's time went into what runs once or hardly computes: reading files, and describing the graphs of some two hundred
# models. That is optimised less, and mtmd's models are compiled together. ggml, and what llama.cpp does for each token, stay as they
# were. Repacking is off and not compiled at all; the tiled products run only where an environment variable forces them.
compile_in_less_time() {
  local folder=$1/ggml/src/ggml-cpu file
  for file in repack.cpp arch/x86/repack.cpp; do
    change_line "$folder/CMakeLists.txt" " *ggml-cpu/$file" d
  done
  cat >>"$1/ggml/src/CMakeLists.txt" <<'CMAKE'
set_source_files_properties(ggml-cpu/tiled/tiled.cpp ggml-cpu/tiled/tiled-kernel.cpp PROPERTIES COMPILE_OPTIONS -O1)
CMAKE
  cat >>"$1/src/CMakeLists.txt" <<'CMAKE'
target_compile_options(llama PRIVATE -O1)
set_source_files_properties(llama-batch.cpp llama-context.cpp llama-grammar.cpp llama-graph.cpp llama-kv-cache.cpp llama-kv-cache-iswa.cpp
  llama-sampler.cpp llama-vocab.cpp unicode.cpp PROPERTIES COMPILE_OPTIONS -O3)
CMAKE
  cat >>"$1/tools/mtmd/CMakeLists.txt" <<'CMAKE'
target_compile_options(mtmd PRIVATE -O1)
get_target_property(sources mtmd SOURCES)
list(FILTER sources EXCLUDE REGEX "^models/")
set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set_target_properties(mtmd PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
CMAKE
}

# A copy of the tree in $work/tree, changed as above, that knows the given CPU variants only: the tree itself offers no choice.
configure() {
  local variant list=$work/tree/ggml/src/CMakeLists.txt
  cp -r "$source/vendor/llama.cpp" "$work/tree"
  sed -i -E 's/^( *)(ggml_add_cpu_backend_variant\()/\1#KEEP? \2/' "$list"
  for variant in "$@"; do
    sed -i -E "s/#KEEP\? (ggml_add_cpu_backend_variant\(${variant}[ )])/\1/" "$list"
  done
  take_every_width "$work/tree"
  ask_for_next_rows "$work/tree"
  take_our_kernels "$work/tree"
  take_larger_tiles "$work/tree"
  sleep_at_barriers "$work/tree"
  compile_in_less_time "$work/tree"
  cmake -S "$work/tree" -B "$work/build" -G Ninja "${options[@]}" >"$work/configure.log" 2>&1 ||
    { cat "$work/configure.log" >&2; exit 1; }
}

# Says every 20 seconds how far Ninja is, until it is ended.
report_progress() {
  local started=$SECONDS made all
  while sleep 20 >/dev/null 2>&1 9>&-; do
    read -r made all < <(tail -n 1 "$1" | sed -n -E 's|^\[([0-9]+)/([0-9]+)\].*|\1 \2|p') || continue
    echo "llama.cpp: $made of $all steps, about $(((SECONDS - started) * (all - made) / made + 1)) s left" >&2
  done
}

# compile TARGET…
compile() {
  local reporter status=0
  : >"$work/build.log"
  report_progress "$work/build.log" &
  reporter=$!
  cmake --build "$work/build" --target "$@" >"$work/build.log" 2>&1 || status=$?
  kill "$reporter" 2>/dev/null
  wait "$reporter" 2>/dev/null || true
  if [ "$status" != 0 ]; then
    tail -n 60 "$work/build.log" >&2
    exit 1
  fi
}

# What a compiler needs, without what a linker needs.
lay_headers() {
  local tree=$source/vendor/llama.cpp
  mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
  cp "$tree"/include/llama.h "$tree"/ggml/include/*.h "$tree"/tools/mtmd/mtmd.h "$tree"/tools/mtmd/mtmd-helper.h "$prefix/include/"
  cp "$tree/LICENSE" "$prefix/LICENSE"
  printf '%s\n' "${options[@]}" "variants: $LLAMA_CPU_VARIANTS" >"$prefix/options.txt"
  cat >"$work/dermgemma-llama.pc" <<PC
prefix=$prefix
Name: dermgemma-llama
Description: llama.cpp, shared, with loadable backends
Version: $LLAMA_CPP_PYTHON_VERSION
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lllama -lmtmd -lggml -lggml-base
PC
  mv "$work/dermgemma-llama.pc" "$prefix/lib/pkgconfig/"
}

# Puts libraries that were built where they belong, the one that tells that all are there last.
lay_libraries() {
  local stage=$prefix/lib/.new
  rm -rf "$stage"
  mkdir -p "$stage"
  find "$work/build" -name "$1" \( -type f -o -type l \) -exec cp -P {} "$stage/" \;
  find "$stage" -mindepth 1 ! -name libllama.so -exec mv -t "$prefix/lib/" {} +
  if [ -L "$stage/libllama.so" ]; then mv "$stage/libllama.so" "$prefix/lib/"; fi
  rmdir "$stage"
}

fetch_source
if [ "${1:-}" = --fetch ]; then exit; fi
work=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [ ! -e "$prefix/lib/pkgconfig/dermgemma-llama.pc" ]; then lay_headers; fi
if [ "${1:-}" = --headers ]; then exit; fi
# shellcheck disable=SC2086 # A list of words.
mapfile -t variants < <(missing_variants $wanted)
if [ ! -e "$prefix/lib/libllama.so" ]; then
  echo "Building llama.cpp once, into $prefix (some minutes)…" >&2
  configure "${variants[@]}"
  compile llama mtmd
  lay_libraries '*.so*'
elif [ ${#variants[@]} -gt 0 ]; then
  echo "Building llama.cpp for other processors (${variants[*]}; a minute each)…" >&2
  configure "${variants[@]}"
  compile "${variants[@]/#/ggml-cpu-}"
  lay_libraries 'libggml-cpu-*.so'
fi
