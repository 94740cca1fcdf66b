#!/usr/bin/env bash
# One would guess: ImageNet-C's corruptions, severity 1 to 5, grow in one direction, and the same severity is about the same
# dose whatever the picture's size.
# What happens on a picture of a lesion on skin: "saturate" takes colour away at 1 and 2 and adds it from 3 on; "spatter"
# brightens up to 3 and darkens at 4 and 5 (water, then mud). Blur is in pixels: "defocus_blur" 3 changes a 224 x 224 picture
# 1.7 times as much as the same picture at 600 x 450. With today's numpy and scikit-image fog, glass_blur and gaussian_blur raise.
# Version: imagecorruptions 1.1.2, numpy 2.4.6, scikit-image 0.26.0.
# Why it matters: a curve over severity is no dose curve, a mean over five mixes opposite changes, and results at the model's
# own size and at the camera's cannot be compared.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" numpy==2.4.6 scikit-image==0.26.0 scipy==1.17.1 pillow==13.0.0 opencv-python-headless==4.13.0.92
"${pip[@]}" --no-deps imagecorruptions==1.1.2 # it asks for opencv with windows
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import imagecorruptions
import numpy as np


def lesion(height, width):
    picture = np.full((height, width, 3), (220, 170, 140), np.uint8)
    y, x = np.mgrid[:height, :width]
    picture[np.hypot(y - height / 2, x - width / 2) < min(height, width) / 4] = (110, 60, 40)
    return picture


def corrupt(name, severity, height=224, width=224):
    np.random.seed(65)
    return imagecorruptions.corrupt(lesion(height, width), severity=severity, corruption_name=name).astype(float)


def signs(measure):
    return "".join("+" if measure(severity) > 0 else "-" for severity in range(1, 6))


def colour(severity):
    changed, plain = corrupt("saturate", severity), lesion(224, 224).astype(float)
    return np.ptp(changed, axis=2).mean() - np.ptp(plain, axis=2).mean()


def change(name, severity, height=224, width=224):
    return np.abs(corrupt(name, severity, height, width) - lesion(height, width)).mean()


def fails(name):
    try:
        corrupt(name, 3)
        return False
    except Exception:
        return True


seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("imagecorruptions", "numpy", "scikit-image")),
    "saturate: colour at 1 to 5": signs(colour),
    "spatter: brightness at 1 to 5": signs(lambda severity: (corrupt("spatter", severity) - lesion(224, 224)).mean()),
    "defocus_blur 3, 224 x 224 over 600 x 450": round(float(change("defocus_blur", 3) / change("defocus_blur", 3, 450, 600)), 1),
    "those that raise": [name for name in imagecorruptions.get_corruption_names("all") if fails(name)],
}
expected = {
    "versions": "imagecorruptions 1.1.2 numpy 2.4.6 scikit-image 0.26.0",
    "saturate: colour at 1 to 5": "--+++",
    "spatter: brightness at 1 to 5": "+++--",
    "defocus_blur 3, 224 x 224 over 600 x 450": 1.7,
    "those that raise": ["glass_blur", "fog", "gaussian_blur"],
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
