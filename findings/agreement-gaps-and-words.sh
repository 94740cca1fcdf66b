#!/usr/bin/env bash
# One would guess: a reading that a dermatologist left out (NaN) is left out of Fleiss' kappa, and a quadratic kappa of "benign",
# "suspicious" and "malignant" is that of 0, 1 and 2, or else the library asks for the order of the words.
# What happens: to statsmodels' aggregate_raters, which counts the readings for fleiss_kappa, NaN is one more diagnosis, on which readers
# agree. Three readers have 0.47; if the third leaves out every second picture, 0.24 (irrCAC 0.51, krippendorff's alpha 0.50), and if
# all leave out the first hundred of 200 pictures, 0.74 (of the other hundred: 0.47). scikit-learn, statsmodels and irrCAC put the
# words into the alphabet's order, so that "malignant" lies between "benign" and "suspicious": 0.44 instead of 0.70 for two readers,
# and 0.35 instead of 0.68 for three. krippendorff asks for the order.
# Version: statsmodels 0.15.0, scikit-learn 1.9.1, irrCAC 0.4.4, krippendorff 0.9.0, pandas 3.1.1, numpy 2.4.6.
# Why it matters: agreement of readers is the bar that a model is held to, and reader studies have gaps. Drop pictures with gaps or
# take irrCAC or krippendorff; give numbers, or the words in order (labels, categories, value_domain).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps statsmodels==0.15.0 scikit-learn==1.9.1 krippendorff==0.9.0 \
  irrCAC==0.4.4 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 patsy==1.0.2 packaging==25.0 formulaic==1.2.1 joblib==1.5.2 \
  threadpoolctl==3.6.0 narwhals==2.12.0 python-dateutil==2.9.0.post0 six==1.17.0 tabulate==0.9.0
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa, to_table

ORDER = ["benign", "suspicious", "malignant"]
random = np.random.default_rng(65)
truth = random.integers(0, 3, 200)
# Three readers of 200 pictures: right, or one step off.
readings = np.array([np.clip(truth + random.choice([-1, 0, 0, 0, 1], 200), 0, 2) for _ in range(3)])
words = np.array(ORDER)[readings]


def gaps(which):
    left_out = readings.astype(float)
    left_out[which] = np.nan
    return left_out


def fleiss(of):
    """statsmodels' categories and Fleiss' kappa, irrCAC's Fleiss' kappa and krippendorff's alpha."""
    counts, categories = aggregate_raters(of.T)
    others = CAC(pd.DataFrame(of.T)).fleiss()["est"]["coefficient_value"], krippendorff.alpha(of, level_of_measurement="nominal")
    return str(categories), *(round(float(value), 2) for value in (fleiss_kappa(counts), *others))


def two(of, **options):
    """The first two readers' quadratic kappa, by scikit-learn and, where there are no options, by statsmodels."""
    values = [cohen_kappa_score(of[0], of[1], weights="quadratic", **options)]
    if not options:
        values.append(cohens_kappa(to_table(of[:2].T)[0], wt="quadratic", return_results=False))
    return tuple(round(float(value), 2) for value in values)


def three(of, **options):
    return round(float(CAC(pd.DataFrame(of.T), weights="quadratic", **options).fleiss()["est"]["coefficient_value"]), 2)


def alpha(**options):
    try:
        return round(float(krippendorff.alpha(words, level_of_measurement="ordinal", **options)), 2)
    except ValueError as error:
        return type(error).__name__


every_second, first_hundred = (2, slice(None, None, 2)), (slice(None), slice(100))
packages = ("statsmodels", "scikit-learn", "irrCAC", "krippendorff", "pandas", "numpy")
seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in packages),
    "no gaps": fleiss(readings),
    "the third leaves out every second picture": fleiss(gaps(every_second)),
    "all leave out the first hundred": fleiss(gaps(first_hundred)),
    "the other hundred alone": fleiss(readings[:, 100:]),
    "two readers in numbers, scikit-learn and statsmodels": two(readings),
    "two readers in words, scikit-learn and statsmodels": two(words),
    "two readers in words with their order, scikit-learn": two(words, labels=ORDER),
    "three readers in numbers, in words, in words with their order, irrCAC": (
        three(readings), three(words), three(words, categories=ORDER)),
    "three readers in words, in words with their order, krippendorff": (alpha(), alpha(value_domain=ORDER)),
}
expected = {
    "versions": "statsmodels 0.15.0 scikit-learn 1.9.1 irrCAC 0.4.4 krippendorff 0.9.0 pandas 3.1.1 numpy 2.4.6",
    "no gaps": ("[0 1 2]", 0.47, 0.47, 0.47),
    "the third leaves out every second picture": ("[ 0.  1.  2. nan]", 0.24, 0.51, 0.5),
    "all leave out the first hundred": ("[ 0.  1.  2. nan]", 0.74, 0.47, 0.47),
    "the other hundred alone": ("[0 1 2]", 0.47, 0.47, 0.47),
    "two readers in numbers, scikit-learn and statsmodels": (0.7, 0.7),
    "two readers in words, scikit-learn and statsmodels": (0.44, 0.44),
    "two readers in words with their order, scikit-learn": (0.7,),
    "three readers in numbers, in words, in words with their order, irrCAC": (0.68, 0.35, 0.68),
    "three readers in words, in words with their order, krippendorff": ("ValueError", 0.68),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
