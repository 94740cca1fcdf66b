#!/usr/bin/env bash
# Builds llama-server from the pinned tree into the cache, for the benchmark only; it runs over our own llama.cpp
# libraries, so that both sides compute with the same kernels.
#
#   scripts/llama-server.sh            make sure that it is there
#   scripts/llama-server.sh --program  print where it is
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=pins.sh
. "$here/pins.sh"
prefix=$("$here/llama-cpp.sh" --prefix)
tree=$("$here/llama-cpp.sh" --source)
folder=$(dirname "$prefix")/llama-server-${prefix##*/llama.cpp-}

case ${1:-} in
  --program) echo "$folder/llama-server"; exit ;;
  '') ;;
  *) echo "usage: scripts/llama-server.sh [--program]" >&2; exit 64 ;;
esac
[ -x "$folder/llama-server" ] && exit 0
"$here/llama-cpp.sh"

exec 9>"$(dirname "$prefix")/.server.lock"
flock 9
[ -x "$folder/llama-server" ] && exit 0
work=$(mktemp -d "$(dirname "$prefix")/build-server.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -r "$tree" "$work/tree"
# The CPU backends come from our own build: here one is compiled because the tree wants one, and left behind.
sed -i -E '/ggml_add_cpu_backend_variant\(x64/! s/^( *)(ggml_add_cpu_backend_variant\()/\1#\2/' \
  "$work/tree/ggml/src/CMakeLists.txt"
echo "Building llama-server once, into $folder (some minutes)…" >&2
mapfile -t options < <(grep '^-D' "$prefix/options.txt" | grep -v LLAMA_BUILD_)
cmake -S "$work/tree" -B "$work/build" -G Ninja "${options[@]}" -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON \
  -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
  -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF >"$work/configure.log" 2>&1 ||
  { cat "$work/configure.log" >&2; exit 1; }
cmake --build "$work/build" --target llama-server >"$work/build.log" 2>&1 ||
  { tail -n 60 "$work/build.log" >&2; exit 1; }
mkdir "$work/stage"
find "$work/build/bin" \( -name 'llama-server' -o -name '*.so*' \) ! -name 'libggml*' ! -name 'libllama.so*' \
  ! -name 'libmtmd.so*' -exec cp -P {} "$work/stage/" \;
ln -s "$prefix"/lib/*.so* "$work/stage/"
rm -rf "$folder"
mv "$work/stage" "$folder"
