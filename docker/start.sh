#!/usr/bin/env bash
# Serves what lies in the container's folders; arguments are serve's, and go before what is found here.
#
#   data/images      pictures to choose from
#   data/labels.csv  what is known of them
#   models/          medgemma.gguf and medgemma-mmproj.gguf; without them the embedded model reads
set -euo pipefail
options=()
if [ -d data/images ]; then options+=(--images data/images); fi
if [ -f data/labels.csv ]; then options+=(--labels data/labels.csv); fi
exec dermgemma serve --host "${DERMGEMMA_HOST:-0.0.0.0}" --data data "${options[@]}" "$@"
