#!/usr/bin/env bash
# One would guess: a bootstrap interval of the AUC on 43 lesions with 3 melanomas is wide; a resample that happens to hold no
# melanoma raises an error or is left out.
# What happens: roc_auc_score no longer raises there, it gives NaN with a warning, and one NaN among the resamples
# makes scipy's whole interval (nan, nan). 4.5 % of resamples hold no melanoma, so of 200 some do nearly surely.
# average_precision_score gives 0.0 for the same resample, which no check finds: it pulls the lower end down. With seven codes,
# a code that a resample lacks makes the one-versus-rest mean NaN; multi_class="ovo" goes on and gives a number.
# Version: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.
# Why it matters: the rare class is the one asked about, and a handler of ValueError never runs. Resample
# within each class (and by lesion).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

melanoma = np.repeat([1, 0], [3, 40])
probability = np.r_[0.9, 0.7, 0.5, np.linspace(0.0, 0.6, 40)]


def interval(metric):
    found = stats.bootstrap((melanoma, probability), metric, paired=True, vectorized=False, n_resamples=200,
                            method="percentile", rng=np.random.default_rng(65)).confidence_interval
    return bool(np.isnan(found.low)), bool(np.isnan(found.high))


four = np.random.default_rng(65).dirichlet(np.ones(4), 6)
two_codes = np.array([0, 1, 0, 1, 1, 0])
seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("scikit-learn", "scipy", "numpy")),
    "resamples without a melanoma": f"{(40 / 43) ** 43:.1%}",
    "AUC without a melanoma": str(float(roc_auc_score(np.zeros(43, int), probability))),
    "average precision without a melanoma": str(float(average_precision_score(np.zeros(43, int), probability))),
    "is the AUC's interval NaN, low and high": interval(roc_auc_score),
    "is the average precision's": interval(average_precision_score),
    "four codes, two there: one-versus-rest is NaN": bool(np.isnan(
        roc_auc_score(two_codes, four, multi_class="ovr", labels=[0, 1, 2, 3]))),
    "the same, one-versus-one is NaN": bool(np.isnan(roc_auc_score(two_codes, four, multi_class="ovo", labels=[0, 1, 2, 3]))),
}
expected = {
    "versions": "scikit-learn 1.9.1 scipy 1.17.1 numpy 2.4.6",
    "resamples without a melanoma": "4.5%",
    "AUC without a melanoma": "nan",
    "average precision without a melanoma": "0.0",
    "is the AUC's interval NaN, low and high": (True, True),
    "is the average precision's": (False, False),
    "four codes, two there: one-versus-rest is NaN": True,
    "the same, one-versus-one is NaN": False,
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
