#!/usr/bin/env bash
# The image encoder beside ONNX Runtime and OpenVINO, which it installs into an environment of their own. Arguments are
# Benchmarks/encoder_peers.py's; --stock here adds stock llama.cpp's encoder, which it builds (some minutes).
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
asked=()
for word in "$@"; do
  if [ "$word" = --stock ]; then asked+=(--build "stock=$(scripts/llama-server.sh --stock)"); else asked+=("$word"); fi
done
swift build -c release --static-swift-stdlib --product benchmark >&2
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
cp -u -P "$prefix"/lib/*.so* "$folder/"
environment=$(scripts/python-environment.sh encoder-peers Benchmarks/encoder-requirements.txt --no-deps)
export DERMGEMMA_BENCHMARK=$folder/benchmark PYTHONDONTWRITEBYTECODE=1
exec "$environment/bin/python" Benchmarks/encoder_peers.py "${asked[@]}"
