#!/usr/bin/env bash
# Runs Swift's package manager with the C libraries in reach.
#
#   scripts/swift.sh build          .build/release/dermgemma, with llama.cpp's libraries and the model beside it; the library DermGemma
#   scripts/swift.sh test [ARG…]    the tests, with swift test's own arguments
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

# What a program needs beside it is found through $ORIGIN; copies are made only of what changed. Libraries of another build of
# llama.cpp, the CUDA backend too, are taken away first: ggml would load whichever of them it finds.
lay_beside() {
  local folder=$1
  mkdir -p "$folder/Models"
  if [ "$(cat "$folder/llama.cpp.of" 2>/dev/null)" != "$prefix" ]; then
    if [ -e "$folder/libggml-cuda.so" ]; then
      echo "The CUDA backend in $folder belongs to another llama.cpp and is removed; make cuda builds it again." >&2
    fi
    rm -f "$folder"/lib{ggml,llama,mtmd}*.so*
    echo "$prefix" >"$folder/llama.cpp.of"
  fi
  cp -u -P "$prefix"/lib/*.so* "$folder/"
  if [ -d Models ]; then cp -u -r Models/. "$folder/Models/"; fi
}

# Swift needs llama.cpp's libraries only when it links, so that both are built at once where llama.cpp is not there yet. Swift's modules
# wait for one another, llama.cpp's files don't: these take the processors that those leave idle.
compile_beside_llama() {
  local libraries status=0
  if [ -e "$prefix/lib/libllama.so" ]; then
    scripts/llama-cpp.sh
    return
  fi
  scripts/llama-cpp.sh --headers
  nice -n 10 scripts/llama-cpp.sh &
  libraries=$!
  swift build -c release --static-swift-stdlib --target CommandLineTool || status=$?
  wait "$libraries" || status=$?
  return "$status"
}

# A build is repeated for modules that it left behind one that changed: FOLDER COMMAND…
whole() {
  local folder=$1 stale
  shift
  "$@"
  for _ in 1 2 3 4 5; do
    stale=$(scripts/stale-modules.sh "$folder") || return 0
    echo "Compiled again, because a module that they use by way of another changed: ${stale//$'\n'/, }." >&2
    "$@"
  done
}

build_release() {
  swift build -c release --static-swift-stdlib --product dermgemma
  # The library, which the program does without; its symbols are documented with the others.
  swift build -c release --static-swift-stdlib --target DermGemma
}

# Ends every process that has this in its environment.
end_marked() {
  local file process
  grep -lszxF "$1" /proc/[0-9]*/environ | while read -r file; do
    process=${file#/proc/}
    kill -KILL "${process%/environ}" 2>/dev/null || true
  done || true
}

case ${1:-} in
  build)
    compile_beside_llama
    folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
    whole "$folder" build_release
    lay_beside "$folder"
    ;;
  test)
    shift
    folder=$(swift build --show-bin-path)
    lay_beside "$folder"
    case "$*" in
      *--sanitize* | *--scratch-path* | *--skip-build*) ;;
      *) whole "$folder" swift build --build-tests ;;
    esac
    # The bound is there so that a test that hangs fails, and says which it was, instead of holding everything up.
    # Few tests at once: where all of them share two processors, each takes minutes, and what waits for something gives up.
    # Every process of a run carries its mark: one that outlives the run would keep its output open and its reader waiting.
    mark=DERMGEMMA_TEST_RUN=$$.$RANDOM$RANDOM
    trap 'end_marked "$mark"' EXIT
    env "$mark" "SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${DERMGEMMA_TEST_WIDTH:-4}" \
      timeout --kill-after=30 "${DERMGEMMA_TEST_MINUTES:-30}m" swift test "$@" </dev/null
    ;;
  *)
    echo "usage: scripts/swift.sh build | test [ARG…]" >&2
    exit 64
    ;;
esac
