#!/usr/bin/env bash
# One would guess: when neither the reader nor the model outlined a lesion, the Dice coefficient is 1 (nothing missed,
# nothing invented), or the library refuses, or it says NaN everywhere.
# What happens, for two empty masks: isic-challenge-scoring 1 for both; medpy NaN for Dice (1 with numpy 2.2) and 1 for
# Jaccard; SimpleITK infinity for Dice and 1.797…e308 (the largest double) for Jaccard, no error, no warning. An empty
# mask against a true one is 0 in all of them.
# Version: isic-challenge-scoring 5.6.0, medpy 0.5.2, SimpleITK 2.5.7, numpy 2.4.6.
# Why it matters: attribute masks of ISIC 2018 (streaks, negative network, …) are empty for most pictures. One such pair
# makes a mean Dice infinite, and where NaN is skipped in the mean the easy pairs vanish without a word: three
# libraries, three figures for one model.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" isic-challenge-scoring==5.6.0 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 SimpleITK==2.5.7
"${pip[@]}" --no-deps medpy==0.5.2
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
import SimpleITK as sitk
from isic_challenge_scoring import metrics
from isic_challenge_scoring.confusion import create_binary_confusion_matrix
from medpy.metric import binary

empty = np.zeros((64, 64), bool)
lesion = empty.copy()
lesion[20:40, 20:40] = True


def by_simpleitk(truth, mask):
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(*(sitk.GetImageFromArray(m.astype(np.uint8)) for m in (truth, mask)))
    return overlap.GetDiceCoefficient(), overlap.GetJaccardCoefficient()


def by_isic(truth, mask):
    counts = create_binary_confusion_matrix(truth_binary_values=truth.ravel(), prediction_binary_values=mask.ravel(), name="x")
    return metrics.binary_dice(counts), metrics.binary_jaccard(counts)


def text(pair):
    return " ".join(f"{float(value):.4g}" for value in pair)


seen = {"versions": " ".join(f"{p} {version(p)}" for p in ("isic-challenge-scoring", "medpy", "SimpleITK", "numpy"))}
for name, pair in (("both empty", (empty, empty)), ("empty mask of a lesion", (lesion, empty)), ("equal", (lesion, lesion))):
    seen[f"{name}: isic"] = text(by_isic(*pair))
    seen[f"{name}: medpy"] = text((binary.dc(pair[1], pair[0]), binary.jc(pair[1], pair[0])))
    seen[f"{name}: SimpleITK"] = text(by_simpleitk(*pair))
expected = {
    "versions": "isic-challenge-scoring 5.6.0 medpy 0.5.2 SimpleITK 2.5.7 numpy 2.4.6",
    "both empty: isic": "1 1",
    "both empty: medpy": "nan 1",
    "both empty: SimpleITK": "inf 1.798e+308",
    **{f"empty mask of a lesion: {library}": "0 0" for library in ("isic", "medpy", "SimpleITK")},
    **{f"equal: {library}": "1 1" for library in ("isic", "medpy", "SimpleITK")},
}
print("Dice and Jaccard")
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
