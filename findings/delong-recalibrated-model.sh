#!/usr/bin/env bash
# One would guess: temperature scaling changes no order, so the AUC stays, and DeLong's test of a model against its recalibrated
# self gives p = 1, or says that there is nothing to test.
# What happens: MLstatkit's Delong_test gives z = 0.0 and p = 0.0: the variance is 0, so it goes over to a bootstrap of its own,
# whose p is twice the share of differences above 0, and there are none. pyroc gives NaN. On two models that differ they agree.
# rocauc-comparison, given the labels as uint8 (as masks and Parquet columns hold them), takes other lesions for the melanomas,
# since the negative of 1 is 255 there: an AUC of 0.421 instead of 0.882, and no message.
# Version: MLstatkit 0.1.91, pyroc 0.1.1, rocauc-comparison 0.1.1, numpy 2.4.6.
# Why it matters: whoever recalibrates, rounds or quantises a model tests that its AUC did not suffer, and reads p < 0.05.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check MLstatkit==0.1.91 pyroc==0.1.1 rocauc-comparison==0.1.1 \
  scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 pandas==2.3.3 matplotlib==3.11.2
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
import pyroc
from MLstatkit.delong import Delong_test
from rocauc_comparison import delong_roc_variance

# 30 melanomas and 170 nevi, shuffled, as a model's log-odds; the other model is a noisier one.
draws = np.random.default_rng(65)
melanoma = draws.permutation(np.repeat([1, 0], [30, 170]))
odds = draws.normal(2 * melanoma - 1, 1.2)
noisier = odds + draws.normal(0, 1, 200)


def probability(odds, temperature=1.0):
    return 1 / (1 + np.exp(-odds / temperature))


def p_values(first, second):
    """p by MLstatkit (after its z) and by pyroc."""
    z, p = Delong_test(melanoma, first, second, return_ci=False, return_auc=False, random_state=65)
    contrast = pyroc.ROC(melanoma, {"first": first, "second": second}).compare(np.array([[1, -1]]))[0]
    return tuple(str(round(float(value), 3)) for value in (z, p, contrast))


def auc(labels):
    return round(float(delong_roc_variance(labels, probability(odds))[0]), 3)


def exact_auc():
    above = odds[melanoma == 1][:, None] - odds[melanoma == 0]
    return round(float((above > 0).mean() + (above == 0).mean() / 2), 3)


seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("MLstatkit", "pyroc", "rocauc_comparison", "numpy")),
    "another model: MLstatkit's z and p, pyroc's p": p_values(probability(odds), probability(noisier)),
    "temperature 2: MLstatkit's z and p, pyroc's p": p_values(probability(odds), probability(odds, 2.0)),
    "AUC by counting pairs": exact_auc(),
    "rocauc-comparison's AUC: int64, int8, uint8 labels": tuple(auc(melanoma.astype(kind)) for kind in ("int64", "int8", "uint8")),
}
expected = {
    "versions": "MLstatkit 0.1.91 pyroc 0.1.1 rocauc_comparison 0.1.1 numpy 2.4.6",
    "another model: MLstatkit's z and p, pyroc's p": ("-1.703", "0.088", "0.088"),
    "temperature 2: MLstatkit's z and p, pyroc's p": ("0.0", "0.0", "nan"),
    "AUC by counting pairs": 0.882,
    "rocauc-comparison's AUC: int64, int8, uint8 labels": (0.882, 0.882, 0.421),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
