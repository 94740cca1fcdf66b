# shellcheck disable=SC2034,SC2154 # $flags are for the scripts that source this; $root is from environment.sh.
# Sourced after environment.sh: what the compiler needs to find the modules of C that ours import, in $flags.
flags=()
for folder in "$root"/Sources/C*/ "$root"/Sources/C*/include/; do
  if [ -f "$folder/module.modulemap" ]; then flags+=(-I "$folder"); fi
done
read -ra includes < <(pkg-config --cflags-only-I dermgemma-llama dermgemma-vips libcrypto libcurl libpq sqlite3 libmicrohttpd zlib)
# The compiler wants each of clang's flags behind -Xcc.
for include in "${includes[@]}"; do flags+=(-Xcc "$include"); done
