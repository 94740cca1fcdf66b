#!/usr/bin/env bash
# One would guess: dcurves' models_to_prob turns a score into a risk, for survival data into the probability of death by that
# time, as it turns it into the probability of a "yes" for a yes/no outcome.
# What happens: for survival data it gives the probability of being alive. Thickness, which decides how 400 simulated melanomas
# end, has a net benefit of 0.122 at a threshold of 0.4 by the outcome at five years, and of -0.121 by models_to_prob, below
# treating everybody (-0.058) and nobody (0); the risk of the same Cox model, fitted with lifelines outside, has 0.108.
# Version: dcurves 1.1.7, lifelines 0.30.3, pandas 2.3.3, numpy 2.4.6.
# Why it matters: a good prognostic score is given up as harmful, with no message. Fit the risk outside, and pass its column
# without models_to_prob.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dcurves==1.1.7 lifelines==0.30.3 statsmodels==0.15.0 \
  scipy==1.17.1 numpy==2.4.6 pandas==2.3.3
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
import pandas as pd
from dcurves import dca
from lifelines import CoxPHFitter

# 400 melanomas: the thicker, the sooner death; followed for ten years.
draws = np.random.default_rng(65)
thickness = draws.gamma(1.5, 1.2, 400)
death = draws.exponential(40 / (1 + thickness**1.5))
patients = pd.DataFrame({"died": death < 10, "years": np.minimum(death, 10), "thickness": thickness,
                         "by_five_years": (death < 5).astype(int)})
columns = ["years", "died", "thickness"]
alive = CoxPHFitter().fit(patients[columns], "years", "died").predict_survival_function(patients[columns], times=5)
patients["risk"] = 1 - alive.to_numpy()[0]
threshold = 0.4


def benefit(score, **options):
    """Net benefit of the score, and of treating all, at the threshold."""
    table = dca(patients, modelnames=[score], thresholds=[threshold], **options)
    return tuple(round(float(table.loc[table["model"] == name, "net_benefit"].iloc[0]), 3) for name in (score, "all"))


survival = {"outcome": "died", "time": 5, "time_to_outcome_col": "years"}
seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("dcurves", "lifelines", "pandas", "numpy")),
    "dead by five years": int(patients["by_five_years"].sum()),
    "yes/no outcome: thickness, all": benefit("thickness", models_to_prob=["thickness"], outcome="by_five_years"),
    "survival outcome: thickness, all": benefit("thickness", models_to_prob=["thickness"], **survival),
    "survival outcome: risk of lifelines' Cox model, all": benefit("risk", **survival),
}
expected = {
    "versions": "dcurves 1.1.7 lifelines 0.30.3 pandas 2.3.3 numpy 2.4.6",
    "dead by five years": 146,
    "yes/no outcome: thickness, all": (0.122, -0.058),
    "survival outcome: thickness, all": (-0.121, -0.058),
    "survival outcome: risk of lifelines' Cox model, all": (0.108, -0.058),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
