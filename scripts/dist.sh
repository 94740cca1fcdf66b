#!/usr/bin/env bash
# Makes the tarball that runs without Swift, from what `make build` left: .build/dist/dermgemma-VERSION-linux-ARCH.tar.gz
#
#   scripts/dist.sh               the tarball, with its SHA-256 beside it
#   scripts/dist.sh --into DIR    only its content, into a new folder; the container images take it from there
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=environment.sh
. "$here/environment.sh"
"$here/packages.sh" binutils patchelf
build=$root/.build/release
if [ ! -x "$build/dermgemma" ]; then
  echo "There is no $build/dermgemma: run make build first." >&2
  exit 66
fi

# A tarball runs on other processors than this one.
"$here/llama-cpp.sh" --all
cp -u -P "$prefix"/lib/*.so* "$build/"

stage() {
  PYTHONDONTWRITEBYTECODE=1 python3 "$here/distribution/stage.py" "$(readlink -f "$build")" "$1" "$prefix/LICENSE"
}

case ${1:-} in
  --into)
    if [ -e "$2" ]; then echo "$2 is there already." >&2; exit 64; fi
    stage "$2"
    exit
    ;;
  '') ;;
  *) echo "usage: scripts/dist.sh [--into DIR]" >&2; exit 64 ;;
esac

name=dermgemma-$("$build/dermgemma" --version | cut -d' ' -f2)-linux-$(uname -m)
work=$(mktemp -d "$root/.build/dist.XXXXXX")
trap 'rm -rf "$work"' EXIT
stage "$work/$name"
# The same content gives the same bytes.
when=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)
tar --create --directory "$work" --sort=name --mtime="@$when" --owner=0 --group=0 --numeric-owner "$name" |
  gzip --no-name >"$work/$name.tar.gz"
mkdir -p "$root/.build/dist"
mv "$work/$name.tar.gz" "$root/.build/dist/"
(cd "$root/.build/dist" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$root/.build/dist/$name.tar.gz"
