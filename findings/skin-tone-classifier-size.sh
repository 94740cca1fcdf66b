#!/usr/bin/env bash
# One would guess: whether a photograph is in colour or black and white does not depend on its size.
# What happens: skin-tone-classifier (`stone`) decides it by adding up the row and column NUMBERS of the grey pixels instead
# of counting them. So one dermoscopic picture with black corners is "color" at 800 x 600 and "bw" at 1200 x 900, its skin is
# then found by another method, and the lesion's colour (13 % of the dominant colours) is gone: label CG becomes BG. A picture
# that is nothing but grey is "color" up to 192 x 192 pixels, and "bw" from 193.
# Version: skin-tone-classifier 1.2.6, opencv-python-headless 4.11.0.86.
# Why it matters: skin tones of a data set with several cameras differ by the camera's resolution. Pass image_type="color".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" opencv-python-headless==4.11.0.86 numpy==2.2.6 colormath==3.0.0 networkx==3.6.1 tqdm==4.70.1 colorama==0.4.6 packaging==26.4 requests==2.34.2
"${pip[@]}" --no-deps skin-tone-classifier==1.2.6 # it asks for opencv with windows
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import cv2
import numpy as np
import stone
from stone.image import is_black_white


def dermoscopic(height, width):
    """A brown lesion on skin in a round field of view: BGR, black corners (21 % of the picture)."""
    picture = np.full((height, width, 3), (140, 170, 225), np.uint8)
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((y - height / 2) / height, (x - width / 2) / width)
    picture[radius < 0.18] = (40, 60, 110)
    picture[radius > 0.5] = 0
    return picture


def read(height, width, **options):
    name = f"lesion-{width}.png"
    cv2.imwrite(name, dermoscopic(height, width))
    answer = stone.process(name, **options)
    face = answer["faces"][0]
    return answer["image_type"], face["tone_label"], round(float(face["dominant_colors"][0]["percent"]), 1)


seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("skin-tone-classifier", "opencv-python-headless")),
    "800 x 600: type, label, share of the first colour": read(600, 800),
    "1200 x 900": read(900, 1200),
    "1200 x 900, said to be colour": read(900, 1200, image_type="color"),
    "grey is black and white at 64, 192, 193, 224 pixels": tuple(
        bool(is_black_white(np.full((n, n, 3), 128, np.uint8))) for n in (64, 192, 193, 224)),
}
expected = {
    "versions": "skin-tone-classifier 1.2.6 opencv-python-headless 4.11.0.86",
    "800 x 600: type, label, share of the first colour": ("color", "CG", 0.9),
    "1200 x 900": ("bw", "BG", 1.0),
    "1200 x 900, said to be colour": ("color", "CG", 0.9),
    "grey is black and white at 64, 192, 193, 224 pixels": (False, False, True, True),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
