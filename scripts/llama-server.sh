#!/usr/bin/env bash
# Builds llama-server from the pinned tree into the cache, for the benchmark and tests only.
#
#   scripts/llama-server.sh            make sure that it is there; it runs over our own llama.cpp libraries, so that both sides
#                                      compute with the same kernels
#   scripts/llama-server.sh --program  print where it is
#   scripts/llama-server.sh --stock    make sure that the stock one is there, and print its folder: the tree as it is, with its
#                                      own default options for this processor, as a newcomer gets it, with libllama, libmtmd
#                                      and llama-bench
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=pins.sh
. "$here/pins.sh"
prefix=$("$here/llama-cpp.sh" --prefix)
tree=$("$here/llama-cpp.sh" --source)
folder=$(dirname "$prefix")/llama-server-${prefix##*/llama.cpp-}

case ${1:-} in
  --program) echo "$folder/llama-server"; exit ;;
  --stock) folder=$(dirname "$prefix")/llama-stock-$LLAMA_CPP_PYTHON_VERSION-$(grep -m 1 flags /proc/cpuinfo | sha256sum | cut -c1-8) ;;
  '') ;;
  *) echo "usage: scripts/llama-server.sh [--program|--stock]" >&2; exit 64 ;;
esac
if [ "${1:-}" = --stock ]; then
  told=$folder
  "$here/llama-cpp.sh" --fetch
else
  told=''
  "$here/llama-cpp.sh"
fi
if [ -x "$folder/llama-server" ]; then
  if [ -n "$told" ]; then echo "$told"; fi
  exit 0
fi

exec 9>"$(dirname "$prefix")/.server.lock"
flock 9
if [ -x "$folder/llama-server" ]; then
  if [ -n "$told" ]; then echo "$told"; fi
  exit 0
fi
work=$(mktemp -d "$(dirname "$prefix")/build-server.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -r "$tree" "$work/tree"
if [ -n "$told" ]; then
  # Libraries lie beside the programs.
  # shellcheck disable=SC2016 # $ORIGIN is for the loader.
  options=(-DCMAKE_BUILD_TYPE=Release '-DCMAKE_BUILD_RPATH=$ORIGIN')
  targets=(llama-server llama-bench llama-quantize)
else
  # The CPU backends come from our own build: here one is compiled because the tree wants one, and left behind.
  sed -i -E '/ggml_add_cpu_backend_variant\(x64/! s/^( *)(ggml_add_cpu_backend_variant\()/\1#\2/' \
    "$work/tree/ggml/src/CMakeLists.txt"
  mapfile -t options < <(grep '^-D' "$prefix/options.txt" | grep -v LLAMA_BUILD_)
  targets=(llama-server)
fi
echo "Building llama-server once, into $folder (some minutes)…" >&2
cmake -S "$work/tree" -B "$work/build" -G Ninja "${options[@]}" -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON \
  -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
  -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF >"$work/configure.log" 2>&1 ||
  { cat "$work/configure.log" >&2; exit 1; }
cmake --build "$work/build" --target "${targets[@]}" >"$work/build.log" 2>&1 ||
  { tail -n 60 "$work/build.log" >&2; exit 1; }
mkdir "$work/stage"
if [ -n "$told" ]; then
  find "$work/build/bin" \( -type f -o -type l \) -exec cp -P {} "$work/stage/" \;
else
  find "$work/build/bin" \( -name 'llama-server' -o -name '*.so*' \) ! -name 'libggml*' ! -name 'libllama.so*' \
    ! -name 'libmtmd.so*' -exec cp -P {} "$work/stage/" \;
  ln -s "$prefix"/lib/*.so* "$work/stage/"
fi
rm -rf "$folder"
mv "$work/stage" "$folder"
if [ -n "$told" ]; then echo "$told"; fi
