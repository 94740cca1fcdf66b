#!/usr/bin/env bash
# The checks against other people's programs: llama-cpp-python over our llama.cpp, Pillow, Chromium, and the seed's 99 images
# where they lie beside the clone. Needs `make build`. Arguments are pytest's; after --python they
# are a program's of ours that wants the same environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/packages.sh chromium binutils curl dcmtk debootstrap groff jq libheif-examples munge orthanc orthanc-dicomweb patchelf slurm-client slurmctld slurmd
prefix=$(scripts/llama-cpp.sh --prefix)
package=$(cd "$(scripts/llama-cpp.sh --source)/../.." && pwd)
cache=$(dirname "$prefix")

environment=$(scripts/python-environment.sh interop Interop/requirements.txt --no-deps)

# llama-cpp-python's Python package as it lies in the checked source; pip would compile llama.cpp once more.
export PYTHONPATH=$package
export LLAMA_CPP_LIB_PATH=$prefix/lib MTMD_CPP_LIB=$prefix/lib
export DERMGEMMA_INTEROP_CACHE=$cache
# Checks against it are left out where it is not built.
DERMGEMMA_LLAMA_SERVER=$(scripts/llama-server.sh --program)
export DERMGEMMA_LLAMA_SERVER
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = --python ]; then
  shift
  exec "$environment/bin/python" "$@"
fi
exec "$environment/bin/python" -m pytest -c Interop/pytest.ini --rootdir Interop "$@" Interop
