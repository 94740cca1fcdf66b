#!/usr/bin/env bash
# Makes the Python wheel of python/ from what `make build` left: .build/dist/dermgemma-VERSION-py3-none-manylinux_2_35_ARCH.whl
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
environment=$("$here/python-environment.sh" python-package "$root/Interop/python-package-requirements.txt" --no-deps)
mkdir -p "$root/.build/dist"
work=$(mktemp -d "$root/.build/wheel.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$here/dist.sh" --into "$work/staged"
# The same content gives the same bytes.
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 315532800)
export SOURCE_DATE_EPOCH DERMGEMMA_STAGED=$work/staged PYTHONDONTWRITEBYTECODE=1
(cd "$root/python" && "$environment/bin/python" -m hatchling build --target wheel --directory "$work/made" >"$work/log" 2>&1) || {
  cat "$work/log" >&2
  exit 1
}
name=$(cd "$work/made" && ls)
mv "$work/made/$name" "$root/.build/dist/"
echo "$root/.build/dist/$name"
