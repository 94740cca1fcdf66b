#!/usr/bin/env bash
# Builds llama.cpp's CUDA backend from the pinned tree. Needs CUDA's compiler, on the PATH, in $CUDA_HOME/bin or in /usr/local/cuda/bin; says so
# where there is none. It is built for the GPUs of this machine, or for those in $DERMGEMMA_CUDA_ARCHITECTURES (as CMake takes them, such as
# "80;90"), or where neither is known for all that llama.cpp builds for, which takes several times as long.
#
#   scripts/cuda.sh              beside .build/release/dermgemma, which takes it at its next start
#   scripts/cuda.sh --into DIR   into a folder, for a program that was built elsewhere
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=pins.sh
. "$here/pins.sh"
if [ $# -ne 0 ] && { [ "$1" != --into ] || [ $# -ne 2 ]; }; then
  echo "usage: scripts/cuda.sh [--into DIR]" >&2
  exit 64
fi
if ! command -v nvcc >/dev/null; then
  for folder in "${CUDA_HOME:-}/bin" /usr/local/cuda/bin; do
    if [ -x "$folder/nvcc" ]; then
      export PATH="$folder:$PATH"
      break
    fi
  done
fi
if ! command -v nvcc >/dev/null; then
  echo "No CUDA compiler (nvcc) was found, so no CUDA backend can be built. Everything works on the CPU without it." >&2
  exit 69
fi
architectures=${DERMGEMMA_CUDA_ARCHITECTURES:-}
if [ -z "$architectures" ]; then
  # "9.0" of each GPU becomes "90"; without a driver there is nothing to ask.
  architectures=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -d ' .' | grep -E '^[0-9]+$' | sort -u | paste -sd ';' || true)
  known=$(nvcc --list-gpu-arch || true)
  for one in ${architectures//;/ }; do
    if [ -n "$known" ] && ! grep -qx "compute_$one" <<<"$known"; then
      echo "This CUDA compiler does not know a GPU of this machine (compute capability $one), so the backend is built for all kinds that it knows." >&2
      architectures=
      break
    fi
  done
fi
toolkit=$(nvcc --version | sed -n 's/.*, V\([0-9.]*\)$/\1/p')
# Where CUDA's own libraries are. The loader need not know that folder, and a backend that finds them not is left out in silence.
home=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
libraries=
for folder in "$home/lib64" "$home/targets/$(uname -m)-linux/lib" "$home/lib"; do
  if compgen -G "$folder/libcudart.so*" >/dev/null; then
    libraries=$folder
    break
  fi
done
"$here/llama-cpp.sh" --fetch
cache=$(dirname "$("$here/llama-cpp.sh" --prefix)")
mapfile -t options < <("$here/llama-cpp.sh" --options)
# The last of two that are alike counts. NCCL is for more GPUs than a model this small needs, and would have to be there at run time.
# shellcheck disable=SC2016 # $ORIGIN is for the loader.
options+=(-DGGML_CUDA=ON -DGGML_CUDA_NCCL=OFF '-DCMAKE_INSTALL_RPATH=$ORIGIN'"${libraries:+;$libraries}")
[ -z "$architectures" ] || options+=("-DCMAKE_CUDA_ARCHITECTURES=$architectures")
# By what it is made of: what our own build changes in the CPU's kernels does not concern it.
key=$(printf '%s\n' "$LLAMA_CPP_PYTHON_SHA256" "$toolkit" "${options[@]}" | sha256sum | cut -c1-12)
library=$cache/cuda-$LLAMA_CPP_PYTHON_VERSION-$key/libggml-cuda.so
if [ ! -f "$library" ]; then
  work=$(mktemp -d "$cache/build-cuda.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "Building llama.cpp's CUDA backend once, for ${architectures:-all kinds of GPU} (many minutes)…" >&2
  cmake -S "$("$here/llama-cpp.sh" --source)" -B "$work/build" -G Ninja "${options[@]}" "-DCMAKE_CUDA_COMPILER=$(command -v nvcc)"
  cmake --build "$work/build" --target ggml-cuda
  mkdir -p "$(dirname "$library")"
  cp "$(find "$work/build" -name libggml-cuda.so)" "$library.partial"
  mv "$library.partial" "$library"
fi
release=$here/../.build/release
if [ -n "${2:-}" ]; then
  mkdir -p "$2"
  cp --remove-destination "$library" "$2/"
elif [ -d "$release" ]; then
  # Not in place: a program that runs has the old one mapped.
  cp --remove-destination "$library" "$release/"
else
  echo "There is no $release yet: run make build, then make cuda again, which will not compile the backend again." >&2
fi
missing=$(ldd "$library" | awk '/not found/ && $1 !~ /^(libcuda\.so\.1|libggml-base\.so.*)$/ { print $1 }' | paste -sd ' ')
if [ -n "$missing" ]; then
  echo "Not found at run time, so that the program will go on on the CPU: $missing. Put their folder into LD_LIBRARY_PATH." >&2
fi
echo "The CUDA backend is at $library." >&2
