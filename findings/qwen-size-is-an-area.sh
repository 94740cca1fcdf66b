#!/usr/bin/env bash
# One would guess: size={"shortest_edge": 448, "longest_edge": 1024} gives a Qwen2-VL image processor the edges between which a
# picture is to lie, as in other processors of transformers; a size that cannot be meant raises.
# What happens: under these names lie areas, the least and the most pixels of the whole picture. A dermoscopic picture of 1024 x
# 768 becomes 28 x 28 pixels, one image token (of 999 by default), without a word, in the constructor as in the call.
# Version: transformers 5.24.0 (its Pillow backend: no torch is needed), pillow 13.0.0, numpy 2.4.6.
# Why it matters: the model answers all the same, about a thumbnail in which no structure is left, and a comparison of models or
# of resolutions measures that. Write areas (448 * 448, 1024 * 1024) and look at image_grid_thw.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 pillow==13.0.0 numpy==2.4.6
HF_HUB_OFFLINE=1 "$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from PIL import Image
from transformers import Qwen2VLImageProcessorPil

EDGES = {"shortest_edge": 448, "longest_edge": 1024}
AREAS = {"shortest_edge": 448 * 448, "longest_edge": 1024 * 1024}


def result(made=None, called=None, width=1024, height=768):
    """Width and height that the model gets, and its image tokens."""
    picture = Image.new("RGB", (width, height), (200, 150, 120))
    processor = Qwen2VLImageProcessorPil(**({"size": made} if made else {}))
    _, rows, columns = processor(picture, **({"size": called} if called else {}))["image_grid_thw"][0]
    return int(columns) * 14, int(rows) * 14, int(rows * columns) // 4


seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("transformers", "pillow", "numpy")),
    "by default: width, height, tokens": result(),
    "size of 448 and 1024": result(made=EDGES),
    "the same, in the call": result(called=EDGES),
    "the same, 4000 x 3000": result(made=EDGES, width=4000, height=3000),
    "size of 448 * 448 and 1024 * 1024": result(made=AREAS),
}
expected = {
    "versions": "transformers 5.24.0 pillow 13.0.0 numpy 2.4.6",
    "by default: width, height, tokens": (1036, 756, 999),
    "size of 448 and 1024": (28, 28, 1),
    "the same, in the call": (28, 28, 1),
    "the same, 4000 x 3000": (28, 28, 1),
    "size of 448 * 448 and 1024 * 1024": (1036, 756, 999),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
