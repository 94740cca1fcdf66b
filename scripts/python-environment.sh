#!/usr/bin/env bash
# Makes a virtual environment with the packages of a list, once, and prints its folder. It lies in llama.cpp's cache, keyed
# by Python and the list.
#
#   scripts/python-environment.sh NAME LIST [OPTION…]      options are pip's
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
name=$1 list=$2
shift 2
cache=$(dirname "$(scripts/llama-cpp.sh --prefix)")
mkdir -p "$cache"
python=$(command -v python3)
key=$({ cat "$list"; "$python" -c 'import sys; print(sys.base_prefix, sys.version)'; } | sha256sum | cut -c1-12)
environment=$cache/$name-venv-$key
exec 9>"$cache/.$name.lock"
flock 9
if [ ! -f "$environment/.complete" ]; then
  echo "Installing Python packages of $list, into $environment…" >&2
  rm -rf "$environment"
  "$python" -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@" --requirement "$list" >&2
  touch "$environment/.complete"
fi
echo "$environment"
