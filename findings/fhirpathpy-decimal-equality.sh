#!/usr/bin/env bash
# One would guess: a probability of 0.7 in a FHIR report equals 0.7 in a FHIRPath expression, as it is >= 0.7 and not > 0.7.
# What happens: fhirpathpy's = compares the binary double that json.loads made with the exact decimal of the path, while <, >, >=
# and <= convert it first. 0.7 = 0.7 is false, != is true, >= is true and > is false; of the probabilities 0.01 to 0.99
# three equal themselves (0.25, 0.5, 0.75). A whole number does, and so does every decimal when the file is loaded with
# parse_float=Decimal.
# Version: fhirpathpy 2.2.4.
# Why it matters: where(probability = 0.9), an invariant that compares a decimal, or a test of one's own reports by FHIRPath comes
# out empty or false.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fhirpathpy==2.2.4 antlr4-python3-runtime==4.13.2 \
  python-dateutil==2.9.0.post0
"$work/venv/bin/python" -W ignore - <<'PY'
import json
from decimal import Decimal
from importlib.metadata import version

from fhirpathpy import evaluate
from fhirpathpy.models import models

REPORT = """{"resourceType": "RiskAssessment", "status": "final", "subject": {"display": "lesion 1"}, "prediction": [
  {"outcome": {"text": "melanoma"}, "probabilityDecimal": %s}]}"""


def answer(sign, probability, **loading):
    """What the path says of the melanoma's probability against the same number written in the path."""
    report = json.loads(REPORT % probability, **loading)
    found = evaluate(report, f"RiskAssessment.prediction.probability {sign} {probability}", model=models["r4"])
    return found[0] if len(found) == 1 else found


def found(probability, **loading):
    path = f"RiskAssessment.prediction.where(probability = {probability}).outcome.text"
    return evaluate(json.loads(REPORT % probability, **loading), path, model=models["r4"])


SIGNS = ("=", "!=", ">=", "<=", ">", "<")
hundredths = [f"0.{hundredth:02}".rstrip("0") for hundredth in range(1, 100)]
seen = {
    "versions": f"fhirpathpy {version('fhirpathpy')}",
    **{f"{number} {' '.join(SIGNS)} itself": tuple(answer(sign, number) for sign in SIGNS) for number in ("0.7", "0.5", "1")},
    "0.7, loaded as decimals": tuple(answer(sign, "0.7", parse_float=Decimal) for sign in SIGNS),
    "found where probability = 0.7": found("0.7"),
    "found, loaded as decimals": found("0.7", parse_float=Decimal),
    "of 0.01 to 0.99, those that equal themselves": [number for number in hundredths if answer("=", number) is True],
    "those that are >= themselves": sum(answer(">=", number) is True for number in hundredths),
}
expected = {
    "versions": "fhirpathpy 2.2.4",
    "0.7 = != >= <= > < itself": (False, True, True, True, False, False),
    "0.5 = != >= <= > < itself": (True, False, True, True, False, False),
    "1 = != >= <= > < itself": (True, False, True, True, False, False),
    "0.7, loaded as decimals": (True, False, True, True, False, False),
    "found where probability = 0.7": [],
    "found, loaded as decimals": ["melanoma"],
    "of 0.01 to 0.99, those that equal themselves": ["0.25", "0.5", "0.75"],
    "those that are >= themselves": 99,
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
