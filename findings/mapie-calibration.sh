#!/usr/bin/env bash
# One would guess: of MAPIE's measures of calibration a test finds a model whose risks are wrong, whichever way, and the expected
# calibration error (ECE) does not depend on the order of the lesions.
# What happens: spiegelhalter_p_value is one-sided, and its help does not say so. A model that names twice the true risk of melanoma
# (z = -10.8) gets p = 1.00, one that names two thirds of it p = 0.00; the other two tests find both. expected_calibration_error with
# split_strategy="array split" splits the lesions in the order they come: an overconfident model has 0.005, and 0.150 once they are
# sorted by risk. top_label_ece is the plain mean over the called classes, though its documentation has a sum weighted by their sizes:
# where 105 of 10,000 lesions are called melanoma, a calibrated model has 0.036 instead of 0.004.
# Version: mapie 1.6.0, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.
# Why it matters: overcalled melanomas are what a cautious model produces, and a p of 1.00 reads as proof that it is calibrated. Take
# the statistic's size for a two-sided p, "uniform" or "quantile" bins, and top_label_ece by class.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps mapie==1.6.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 \
  joblib==1.5.2 threadpoolctl==3.6.0 narwhals==2.12.0
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from mapie.metrics import calibration
from scipy.stats import norm

TESTS = "true risk {} times the named: z, and p by Spiegelhalter, Kolmogorov-Smirnov, Kuiper, two-sided Spiegelhalter"
random = np.random.default_rng(65)


def drawn(truth):
    return (random.uniform(size=len(truth)) < truth).astype(int)


def tests(factor):
    """2,000 lesions of a named risk of 5 to 45 %, the true one being that times a factor: the tests' p, and a two-sided one."""
    named = random.uniform(0.05, 0.45, 2000)
    melanoma = drawn(named * factor)
    z = calibration.spiegelhalter_statistic(melanoma, named)
    p = [getattr(calibration, f"{name}_p_value")(melanoma, named) for name in ("spiegelhalter", "kolmogorov_smirnov", "kuiper")]
    return tuple(round(float(value), 2) + 0.0 for value in (z, *p, 2 * norm.sf(abs(z))))


def overconfident():
    named = random.uniform(size=20000)
    melanoma = drawn(0.3 + 0.4 * named)
    orders = slice(None), np.argsort(named)
    return {
        strategy: tuple(round(calibration.expected_calibration_error(
            melanoma[order], named[order], num_bins=10, split_strategy=strategy), 3) for order in orders)
        for strategy in ("uniform", "quantile", "array split")
    }


def rarely_called():
    """A calibrated model that calls 1 lesion in 100 a melanoma: its error, by called class, and weighted by their numbers."""
    size = 10000
    risk = np.where(random.uniform(size=size) < 0.01, random.uniform(0.5, 1, size), random.uniform(0, 0.5, size))
    melanoma, both = drawn(risk), np.column_stack((1 - risk, risk))
    called = both.argmax(axis=1)
    errors = np.array([calibration.expected_calibration_error(
        (melanoma[called == code] == code).astype(int), both[called == code].max(axis=1), num_bins=10) for code in (0, 1)])
    numbers = np.bincount(called)
    figures = calibration.top_label_ece(melanoma, both, num_bins=10), *errors, errors @ numbers / size
    return tuple(numbers.tolist()), tuple(round(float(value), 3) for value in figures)


seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("mapie", "scikit-learn", "scipy", "numpy")),
    **{TESTS.format(factor): tests(factor) for factor in (0.5, 1, 1.5)},
    "ECE, by split strategy: as they come, sorted by risk": overconfident(),
    "called nevus and melanoma; top_label_ece, of nevus, of melanoma, weighted": rarely_called(),
}
expected = {
    "versions": "mapie 1.6.0 scikit-learn 1.9.1 scipy 1.17.1 numpy 2.4.6",
    TESTS.format(0.5): (-10.79, 1.0, 0.0, 0.0, 0.0),
    TESTS.format(1): (-0.09, 0.53, 0.87, 0.68, 0.93),
    TESTS.format(1.5): (11.34, 0.0, 0.0, 0.0, 0.0),
    "ECE, by split strategy: as they come, sorted by risk": {
        "uniform": (0.149, 0.149), "quantile": (0.149, 0.149), "array split": (0.005, 0.15)},
    "called nevus and melanoma; top_label_ece, of nevus, of melanoma, weighted": ((9895, 105), (0.036, 0.003, 0.07, 0.004)),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
