# shellcheck disable=SC2034 # $root and $prefix are for the scripts that source this.
# Sourced: lets pkg-config find llama.cpp's build and a libvips description that Swift's package manager takes as it is.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
prefix=$("$here/llama-cpp.sh" --prefix)
descriptions=$root/.build/pkgconfig
mkdir -p "$descriptions"
# Debian's vips.pc asks for -pthread, which the package manager refuses with a warning; glibc needs it no longer.
if [ ! -s "$descriptions/dermgemma-vips.pc" ]; then
  cat >"$descriptions/dermgemma-vips.pc" <<PC
Name: dermgemma-vips
Description: libvips without compiler flags that change nothing
Version: $(pkg-config --modversion vips)
Cflags: $(pkg-config --cflags vips | sed 's/-pthread//g')
Libs: $(pkg-config --libs vips)
PC
fi
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig:$descriptions${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
