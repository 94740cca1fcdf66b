#!/usr/bin/env bash
# Fuzzes the reader of DICOM files with the toolchain's libFuzzer: scripts/fuzz.sh [SECONDS] [libFuzzer's options…].
# It begins with the files of Fuzzing/Corpus/DICOM, and keeps what it finds interesting in .build/fuzz/corpus. An input that
# fails is written to .build/fuzz, and the exit status is not 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-60}
shift || true
out=.build/fuzz
mkdir -p "$out/corpus"
libraries=()

# A module of ours, as a static library; -O with every check, as in the program.
module() {
  local name=$1 sources
  shift
  mapfile -t sources < <(find "Sources/$name" -name '*.swift' | sort)
  swiftc -swift-version 6 -O -parse-as-library -emit-library -static -emit-module -module-name "$name" \
    -emit-module-path "$out/$name.swiftmodule" -o "$out/lib$name.a" -I "$out" -I Sources/CZlib -I Sources/CCrypto "$@" \
    "${sources[@]}"
  libraries=("$out/lib$name.a" "${libraries[@]}")
}

module Faults
module Digests
module DICOM -sanitize=fuzzer
swiftc -swift-version 6 -O -parse-as-library -sanitize=fuzzer -I "$out" -I Sources/CZlib -I Sources/CCrypto \
  -o "$out/dicom" Fuzzing/DICOMFuzzer.swift "${libraries[@]}" -lz -lcrypto
exec "$out/dicom" "$out/corpus" Fuzzing/Corpus/DICOM -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
  -artifact_prefix="$out/" -print_final_stats=1 "$@"
