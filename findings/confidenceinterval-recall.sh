#!/usr/bin/env bash
# One would guess: confidenceinterval, which takes over scikit-learn's names, gives recall_score(y, p) of a binary test as
# scikit-learn does, that is the sensitivity, with a 95 % interval as wide as repeated studies spread.
# What happens: its default is the micro average, so recall_score, precision_score and f1_score all three give the accuracy: of
# 100 melanomas 40 are missed, and the "recall" is 0.87 instead of 0.60. average="binary" raises for recall and precision, unless
# a method is named too. The macro average of the precision is given as 0.650 to 0.703, where repeated studies spread from 0.64 to
# 0.72; that of F1 comes out too wide.
# Version: confidenceinterval 1.0.5, scikit-learn 1.9.1, numpy 2.4.6.
# Why it matters: papers print such intervals, and the mistake is on the flattering side where melanomas are rare. tpr_score is
# right; take the bootstrap for averages.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check confidenceinterval==1.0.5 scikit-learn==1.9.1 \
  statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import confidenceinterval
import numpy as np
from sklearn import metrics

# 1,000 lesions, 100 melanomas: 60 found, 40 missed, 90 false alarms.
counts = np.array([60, 40, 90, 810])
melanoma, called = np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)
NAMES = ("recall_score", "precision_score", "f1_score")


def rounded(found):
    """The figure, and the interval where there is one."""
    if isinstance(found, tuple):
        return round(float(found[0]), 3), tuple(round(float(end), 3) for end in found[1])
    return round(float(found), 3)


def attempt(name, **options):
    try:
        return rounded(getattr(confidenceinterval, name)(melanoma, called, **options))
    except AssertionError:
        return "AssertionError"


def simulated(name, average, rounds=4000):
    """Middle 95 % of scikit-learn's figure when such a study is repeated, from the four cells' exact distribution."""
    found, missed, alarms, quiet = np.random.default_rng(65).multinomial(1000, counts / 1000, rounds).T
    if name == "recall_score":
        melanomas, nevi = found / (found + missed), quiet / (quiet + alarms)
    elif name == "precision_score":
        melanomas, nevi = found / (found + alarms), quiet / (quiet + missed)
    else:
        melanomas, nevi = 2 * found / (2 * found + alarms + missed), 2 * quiet / (2 * quiet + alarms + missed)
    figure = melanomas if average == "binary" else (melanomas + nevi) / 2
    return tuple(round(float(end), 2) for end in np.quantile(figure, (0.025, 0.975)))


seen = {"versions": " ".join(f"{name} {version(name)}" for name in ("confidenceinterval", "scikit-learn", "numpy"))}
for name in NAMES:
    seen[f"{name}, default, and scikit-learn's"] = (attempt(name), rounded(getattr(metrics, name)(melanoma, called)))
    seen[f"{name}, binary"] = attempt(name, average="binary")
    seen[f"{name}, macro, and repeated studies"] = (attempt(name, average="macro"), simulated(name, "macro"))
seen["f1_score, binary: repeated studies"] = simulated("f1_score", "binary")
seen["tpr_score"] = rounded(confidenceinterval.tpr_score(melanoma, called))
expected = {
    "versions": "confidenceinterval 1.0.5 scikit-learn 1.9.1 numpy 2.4.6",
    "recall_score, default, and scikit-learn's": ((0.87, (0.849, 0.891)), 0.6),
    "recall_score, binary": "AssertionError",
    "recall_score, macro, and repeated studies": ((0.75, (0.708, 0.792)), (0.7, 0.8)),
    "precision_score, default, and scikit-learn's": ((0.87, (0.849, 0.891)), 0.4),
    "precision_score, binary": "AssertionError",
    "precision_score, macro, and repeated studies": ((0.676, (0.65, 0.703)), (0.64, 0.72)),
    "f1_score, default, and scikit-learn's": ((0.87, (0.849, 0.891)), 0.48),
    "f1_score, binary": (0.48, (0.404, 0.556)),
    "f1_score, macro, and repeated studies": ((0.703, (0.652, 0.753)), (0.66, 0.74)),
    "f1_score, binary: repeated studies": (0.4, 0.56),
    "tpr_score": (0.6, (0.502, 0.691)),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
