#!/usr/bin/env bash
# The checks against other people's programs: llama-cpp-python over our llama.cpp, Pillow, Chromium, and the seed's 99 images
# where they lie beside the clone. Needs `make build`. Arguments are pytest's; after --python they
# are a program's of ours that wants the same environment.
#
# Python's packages go into a virtual environment in llama.cpp's cache, keyed by Python and the list of requirements.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/packages.sh chromium binutils curl debootstrap groff patchelf
prefix=$(scripts/llama-cpp.sh --prefix)
package=$(cd "$(scripts/llama-cpp.sh --source)/../.." && pwd)
cache=$(dirname "$prefix")

requirements=Interop/requirements.txt
python=$(command -v python3)
key=$({ cat "$requirements"; "$python" -c 'import sys; print(sys.base_prefix, sys.version)'; } | sha256sum | cut -c1-12)
environment=$cache/interop-venv-$key
exec 9>"$cache/.interop.lock"
flock 9
if [ ! -f "$environment/.complete" ]; then
  echo "Installing Python packages for the checks, into $environment…" >&2
  rm -rf "$environment"
  "$python" -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements" >&2
  touch "$environment/.complete"
fi
flock --unlock 9

# llama-cpp-python's Python package as it lies in the checked source; pip would compile llama.cpp once more.
export PYTHONPATH=$package
export LLAMA_CPP_LIB_PATH=$prefix/lib MTMD_CPP_LIB=$prefix/lib
export DERMGEMMA_INTEROP_CACHE=$cache
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --python ]; then
  shift
  exec "$environment/bin/python" "$@"
fi
exec "$environment/bin/python" -m pytest -c Interop/pytest.ini --rootdir Interop "$@" Interop
