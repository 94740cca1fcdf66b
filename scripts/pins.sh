# shellcheck disable=SC2034 # Read by the scripts that source this.
# What is fetched from outside, by version and checksum. Sourced by the other scripts.
LLAMA_CPP_PYTHON_VERSION=0.3.36
LLAMA_CPP_PYTHON_SHA256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

# The CPU backends that are built: the plainest x86-64, SSE 4.2, AVX2, and two steps of AVX-512.
# ggml picks the best one that the processor supports when a program starts.
LLAMA_CPU_VARIANTS="x64 sse42 haswell skylakex icelake"

# Raised when this folder's scripts change what lands in the cache.
LLAMA_RECIPE=6
