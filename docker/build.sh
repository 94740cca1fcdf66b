#!/usr/bin/env bash
# The build steps of the images, in order; the Dockerfiles call nothing else. The same scripts are behind make's targets.
#
#   docker/build.sh packages      what building needs (Debian or Ubuntu)
#   docker/build.sh llama         llama.cpp
#   docker/build.sh program DIR   the program, and all that is installed, into DIR
#   docker/build.sh cuda DIR      llama.cpp's CUDA backend, into DIR
#   docker/build.sh runtime       what the finished image needs besides
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1:-} in
  packages) scripts/packages.sh binutils patchelf ;;
  llama) scripts/llama-cpp.sh --all ;;
  program)
    scripts/swift.sh build
    scripts/dist.sh --into "$2"
    ;;
  cuda) scripts/cuda.sh --into "$2" ;;
  runtime)
    # libstdc++ and libgcc are in Debian's base, and not in every CUDA image.
    apt-get update
    apt-get install -y --no-install-recommends ca-certificates libgcc-s1 libstdc++6
    rm -rf /var/lib/apt/lists/*
    ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 64
    ;;
esac
