#!/usr/bin/env bash
# One would guess: at a threshold of 0.5 a probability of exactly 0.5 is a melanoma or is none, in every figure of one library,
# and sensitivity + false negative rate is 1.
# What happens: statkit counts it as a melanoma in the sensitivity and as none in the specificity. A test that says 0.5 of every
# lesion has sensitivity 1, specificity 1 and Youden's J 1, the marks of a perfect one, with an AUC of 0.5, and a false negative
# rate of 1 beside that sensitivity. In decision curves two packages differ: dcurves biopsies at a probability that equals the
# threshold, statkit does not: a net benefit of 0.125 and of 0.075 for the same answers.
# Version: statkit 1.1.0, dcurves 1.1.7, scikit-learn 1.9.1, numpy 2.4.6.
# Why it matters: exact ties with the threshold are common here: two of four votes, a model that says "50 %" in words, yes and no
# with equal odds. Compute both figures from one set of calls.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check statkit==1.1.0 dcurves==1.1.7 scikit-learn==1.9.1 \
  lifelines==0.30.3 statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 pandas==2.3.3
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
import pandas as pd
from dcurves import dca
from sklearn.metrics import roc_auc_score
from statkit import decision, metrics

melanoma = np.repeat([1, 0], [10, 30])
halves = np.full(40, 0.5)
# The share of four readers who say melanoma, for 10 melanomas and 30 nevi.
votes = np.r_[np.repeat([1.0, 0.5, 0.0], [4, 4, 2]), np.repeat([1.0, 0.5, 0.0], [1, 2, 27])]
FIGURES = ("sensitivity", "specificity", "youden_j", "false_negative_rate", "false_positive_rate")


def figures(probability):
    return tuple(round(float(getattr(metrics, name)(melanoma, probability)), 3) for name in FIGURES)


def dcurves_benefit(probability, threshold):
    table = dca(pd.DataFrame({"melanoma": melanoma, "reader": probability}), "melanoma", ["reader"], thresholds=[threshold])
    return round(float(table.loc[table["model"] == "reader", "net_benefit"].iloc[0]), 3)


def statkit_benefit(probability, threshold):
    return round(float(decision.net_benefit(melanoma, probability, np.array([threshold]))[1][0]), 3)


seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("statkit", "dcurves", "scikit-learn", "numpy")),
    f"always 0.5: {', '.join(FIGURES)}": figures(halves),
    "always 0.5: AUC": float(roc_auc_score(melanoma, halves)),
    f"votes of four: {', '.join(FIGURES)}": figures(votes),
    "votes of four, 0.5 is a melanoma: sensitivity, specificity": (
        float((votes >= 0.5)[melanoma == 1].mean()), float((votes < 0.5)[melanoma == 0].mean())),
    "votes of four, 0.5 is none: sensitivity, specificity": (
        float((votes > 0.5)[melanoma == 1].mean()), round(float((votes <= 0.5)[melanoma == 0].mean()), 3)),
    "votes of four, net benefit at 0.5: dcurves, statkit": (dcurves_benefit(votes, 0.5), statkit_benefit(votes, 0.5)),
    "votes of four, net benefit at 0.4: dcurves, statkit": (dcurves_benefit(votes, 0.4), statkit_benefit(votes, 0.4)),
}
expected = {
    "versions": "statkit 1.1.0 dcurves 1.1.7 scikit-learn 1.9.1 numpy 2.4.6",
    "always 0.5: sensitivity, specificity, youden_j, false_negative_rate, false_positive_rate": (1.0, 1.0, 1.0, 1.0, 0.0),
    "always 0.5: AUC": 0.5,
    "votes of four: sensitivity, specificity, youden_j, false_negative_rate, false_positive_rate": (0.8, 0.967, 0.767, 0.6, 0.033),
    "votes of four, 0.5 is a melanoma: sensitivity, specificity": (0.8, 0.9),
    "votes of four, 0.5 is none: sensitivity, specificity": (0.4, 0.967),
    "votes of four, net benefit at 0.5: dcurves, statkit": (0.125, 0.075),
    "votes of four, net benefit at 0.4: dcurves, statkit": (0.15, 0.15),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
