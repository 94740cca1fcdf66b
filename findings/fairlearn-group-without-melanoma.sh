#!/usr/bin/env bash
# One would guess: a skin type of which the test set holds no melanoma has no sensitivity, so a gap in sensitivity between
# skin types leaves it out, or is NaN, or is refused.
# What happens: fairlearn takes its sensitivity for 0, so a flawless classifier gets a true positive rate difference of 1.0
# and an equalised odds difference of 1.0, the worst there is, with no warning from true_positive_rate. MetricFrame with
# scikit-learn's recall does the same (scikit-learn warns); the ratio is 0, the worst again.
# Version: fairlearn 0.15.0, scikit-learn 1.9.1.
# Why it matters: melanomas of dark skin are few in public dermoscopic sets (under 1 % of ISIC 2020 is said to be of type
# V-VI), so this is the usual case, and in a bootstrap it comes and goes with the resample. Count positives in each group
# first, and give recall zero_division=nan, which leaves the group out.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  fairlearn==0.15.0 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 narwhals==2.29.0
"$work/venv/bin/python" - <<'PY'
import warnings
from functools import partial
from importlib.metadata import version

from fairlearn.metrics import MetricFrame, equal_opportunity_difference, equalized_odds_difference
from sklearn.metrics import recall_score

melanoma = [1] * 4 + [0] * 4 + [0] * 6  # eight lesions of light skin, six of dark skin without a melanoma
verdict = list(melanoma)  # never wrong
skin = ["light"] * 8 + ["dark"] * 6


def frame(metric):
    return MetricFrame(metrics=metric, y_true=melanoma, y_pred=verdict, sensitive_features=skin)


with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    opportunity = equal_opportunity_difference(melanoma, verdict, sensitive_features=skin)
    odds = equalized_odds_difference(melanoma, verdict, sensitive_features=skin)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    recall = frame(recall_score)
    left_out = frame(partial(recall_score, zero_division=float("nan")))
seen = {
    "versions": f"fairlearn {version('fairlearn')} scikit-learn {version('scikit-learn')}",
    "errors of the classifier": sum(a != b for a, b in zip(melanoma, verdict)),
    "equal opportunity difference": float(opportunity),
    "equalised odds difference": float(odds),
    "warnings on the way": len(heard),
    "recall by group": {group: float(value) for group, value in recall.by_group.items()},
    "its difference and ratio": (float(recall.difference()), float(recall.ratio())),
    "difference with zero_division=nan": float(left_out.difference()),
}
expected = {
    "versions": "fairlearn 0.15.0 scikit-learn 1.9.1",
    "errors of the classifier": 0,
    "equal opportunity difference": 1.0,
    "equalised odds difference": 1.0,
    "warnings on the way": 0,
    "recall by group": {"dark": 0.0, "light": 1.0},
    "its difference and ratio": (1.0, 0.0),
    "difference with zero_division=nan": 0.0,
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
