#!/usr/bin/env bash
# The benchmark: the domain's time limits, then all sides over the embedded model, stock llama.cpp's too unless --no-server
# leaves them out. Arguments are Benchmarks/run.py's, for other weights; without any it prints what fits every machine.
set -euo pipefail
# shellcheck source=environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
[[ " $* " == *" --no-server "* || " $* " == *" --baseline "* ]] || scripts/llama-server.sh
if [[ " $* " != *" --no-server "* && " $* " != *" --baseline "* && " $* " != *" --stock "* ]]; then set -- --stock "$(scripts/llama-server.sh --stock)" "$@"; fi
swift build -c release --static-swift-stdlib --product benchmark
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
cp -u -P "$prefix"/lib/*.so* "$folder/"
"$folder/benchmark" cleaning
DERMGEMMA_BENCHMARK=$folder/benchmark
DERMGEMMA_LLAMA_SERVER=$(scripts/llama-server.sh --program)
export DERMGEMMA_BENCHMARK DERMGEMMA_LLAMA_SERVER
if [[ " $* " != *" --model "* ]]; then
  model=Models/dermgemma-small/dermgemma-small
  set -- --name dermgemma-small --threads 1 --processors "$(nproc)" --images 32 --parallel 16 \
    --model $model.gguf --mmproj $model-mmproj.gguf "$@"
fi
exec scripts/interop.sh --python Benchmarks/run.py "$@"
