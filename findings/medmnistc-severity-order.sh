#!/usr/bin/env bash
# One would guess: MedMNIST-C's severities run from 1 to 5, each stronger than the one before, on any picture.
# What happens, in the released registry for DermaMNIST: severity is an index from 0, and leaving it out means the strongest;
# "black_corner" hides more at its fourth step than at its fifth (factors 1.00, 0.90, 0.95: the last two stand the other way
# round); on a 600 x 450 picture its mildest step hides 31 % instead of 11 %, since the circle is that of the shorter side;
# "zoom_blur" fails on any picture that is not square, and "impulse_noise" fails unless somebody sets its rng.
# Version: medmnistc 0.1.0 (torchvision, which these corruptions do not use, is replaced by an empty module: 3 GB less).
# Why it matters: curves over severity, and "mean over five" on dermoscopy (3 : 2 or 4 : 3), are not what the paper's axis says.
# Debian: libmagickwand-6.q16-6 (for wand).
set -euo pipefail
dpkg-query -W -f '${Package} ${Version}\n' libmagickwand-6.q16-6 2>/dev/null || { echo "needs Debian's libmagickwand-6.q16-6" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" scikit-image==0.23.2 numpy==1.26.4 scipy==1.15.3 pillow==11.3.0 opencv-python-headless==4.11.0.86 Wand==0.6.13
"${pip[@]}" --no-deps medmnistc==0.1.0
"$work/venv/bin/python" -W ignore - <<'PY'
import sys
import types
from importlib.metadata import version

for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["torchvision"].transforms = sys.modules["torchvision.transforms"]
sys.modules["torchvision.transforms"].functional = sys.modules["torchvision.transforms.functional"]

import numpy as np
from medmnistc.corruptions.registry import CORRUPTIONS_DS
from PIL import Image

CORRUPTIONS = CORRUPTIONS_DS["dermamnist"]


def apply(name, height, width, **options):
    np.random.seed(65)
    return np.asarray(CORRUPTIONS[name].apply(Image.new("RGB", (width, height), (220, 170, 140)), **options))


def hidden(height, width):
    """Percent of a skin-coloured picture that black_corner hides, by index of severity."""
    return tuple(round(100 * float((apply("black_corner", height, width, severity=s).max(axis=2) < 40).mean())) for s in range(5))


def failure(name, height, width):
    try:
        apply(name, height, width, severity=0)
        return None
    except (ValueError, AttributeError) as error:
        return type(error).__name__


seen = {
    "version": version("medmnistc"),
    "without a severity it is the last": bool((apply("brightness_down", 224, 224) == apply("brightness_down", 224, 224, severity=4)).all()),
    "percent hidden, 224 x 224": hidden(224, 224),
    "percent hidden, 600 x 450": hidden(450, 600),
    "zoom_blur, 224 x 224 and 600 x 450": (failure("zoom_blur", 224, 224), failure("zoom_blur", 450, 600)),
    "impulse_noise, 224 x 224": failure("impulse_noise", 224, 224),
}
expected = {
    "version": "0.1.0",
    "without a severity it is the last": True,
    "percent hidden, 224 x 224": (11, 16, 22, 37, 30),
    "percent hidden, 600 x 450": (31, 36, 41, 53, 47),
    "zoom_blur, 224 x 224 and 600 x 450": (None, "ValueError"),
    "impulse_noise, 224 x 224": "AttributeError",
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
