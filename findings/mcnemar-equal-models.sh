#!/usr/bin/env bash
# One would guess: two classifiers that are right and wrong on the very same pictures do not differ: McNemar's p is 1.
# What happens: statsmodels' mcnemar(exact=False), the chi-squared form with continuity correction of the textbooks,
# gives a statistic of infinity and p = 0.0, "the strongest difference there is" (a divide warning of numpy at most: |0 - 0| - 1,
# squared, over 0). Without the correction it is NaN, and exact (the default) it is 1. One disagreement each way gives 0.48.
# Version: statsmodels 0.15.0, numpy 2.4.6.
# Why it matters: it is met when a new quantisation, cache or batch size changes no verdict, just the case in which one wants
# to show that nothing changed, and in subsets with few lesions. Use exact=True, or look at the disagreements first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from statsmodels.stats.contingency_tables import mcnemar


def p(first_only, second_only, **options):
    """p for two classifiers on 300 lesions: both right on 260, each alone on so many, both wrong on the rest."""
    both_wrong = 40 - first_only - second_only
    return round(float(mcnemar([[260, first_only], [second_only, both_wrong]], **options).pvalue), 3)


seen = {"versions": f"statsmodels {version('statsmodels')} numpy {version('numpy')}"}
for first_only, second_only in ((0, 0), (1, 1), (8, 2)):
    seen[f"{first_only} and {second_only} disagreements: exact, corrected, uncorrected"] = str((
        p(first_only, second_only), p(first_only, second_only, exact=False), p(first_only, second_only, exact=False, correction=False)))
expected = {
    "versions": "statsmodels 0.15.0 numpy 2.4.6",
    "0 and 0 disagreements: exact, corrected, uncorrected": "(1.0, 0.0, nan)",
    "1 and 1 disagreements: exact, corrected, uncorrected": "(1.0, 0.48, 1.0)",
    "8 and 2 disagreements: exact, corrected, uncorrected": "(0.109, 0.114, 0.058)",
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
