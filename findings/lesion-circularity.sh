#!/usr/bin/env bash
# One would guess: circularity, 4 pi area / perimeter squared, of a perfect disc is 1 within a pixel's error, and nearer to 1 the
# larger the disc, in every library: it is the "border" of ABCD rules (compactness index, irregularity).
# What happens, for a digital disc of radius 100: scikit-image 0.90, OpenCV 0.89, SimpleITK 1.00 ("roundness", of perimeters),
# scikit-image with perimeter_crofton 0.99, mahotas 0.81, whose "roundness" is the fraction upside down, of counted border
# pixels: a square has 1.26. More pixels do not help: scikit-image falls from 0.94 (radius 5) to 0.90. OpenCV's contour runs
# through pixel centres, so its area is 19 % short of the mask's at radius 5.
# Version: scikit-image 0.26.0, opencv-python-headless 4.11.0.86, mahotas 1.4.19, SimpleITK 2.5.7, numpy 2.4.6.
# Why it matters: a threshold such as "below 0.85 the border is irregular", taken from a paper, calls a perfect circle regular,
# borderline or irregular by the library that measures it, and two cameras' resolutions shift it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" scikit-image==0.26.0 opencv-python-headless==4.11.0.86 mahotas==1.4.19 SimpleITK==2.5.7 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version
from math import pi

import cv2
import mahotas
import numpy as np
import SimpleITK as sitk
from skimage.measure import regionprops


def measured(radius, square=False):
    """Circularity of a disc (or a square) by each library, and OpenCV's area over the mask's."""
    y, x = np.mgrid[-radius - 5:radius + 6, -radius - 5:radius + 6]
    inside = np.maximum(abs(x), abs(y)) <= radius if square else x * x + y * y <= radius * radius
    disc = inside.astype(np.uint8)
    region = regionprops(disc.astype(int))[0]
    contour = cv2.findContours(disc, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(sitk.GetImageFromArray(disc))
    values = {
        "scikit-image": 4 * pi * region.area / region.perimeter**2,
        "scikit-image, Crofton": 4 * pi * region.area / region.perimeter_crofton**2,
        "OpenCV": 4 * pi * cv2.contourArea(contour) / cv2.arcLength(contour, True) ** 2,
        "mahotas": mahotas.features.roundness(disc),
        "SimpleITK": shape.GetRoundness(1),
        "OpenCV's area over the mask's": cv2.contourArea(contour) / disc.sum(),
    }
    return {name: round(float(value), 2) for name, value in values.items()}


packages = ("scikit-image", "opencv-python-headless", "mahotas", "SimpleITK")
seen = {"versions": " ".join(f"{name} {version(name)}" for name in packages), **{f"radius {r}": measured(r) for r in (5, 20, 100)}}
seen["square, 201 wide, mahotas and scikit-image"] = tuple(measured(100, square=True)[name] for name in ("mahotas", "scikit-image"))
names = ("scikit-image", "scikit-image, Crofton", "OpenCV", "mahotas", "SimpleITK", "OpenCV's area over the mask's")
expected = {
    "versions": "scikit-image 0.26.0 opencv-python-headless 4.11.0.86 mahotas 1.4.19 SimpleITK 2.5.7",
    "radius 5": dict(zip(names, (0.94, 0.88, 0.76, 0.77, 0.94, 0.81))),
    "radius 20": dict(zip(names, (0.91, 0.97, 0.87, 0.79, 0.98, 0.95))),
    "radius 100": dict(zip(names, (0.9, 0.99, 0.89, 0.81, 1.0, 0.99))),
    "square, 201 wide, mahotas and scikit-image": (1.26, 0.79),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
