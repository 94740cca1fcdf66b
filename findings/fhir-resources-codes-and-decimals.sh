#!/usr/bin/env bash
# One would guess: a library that validates FHIR resources refuses a status outside the required value set, and keeps decimals
# as written, since FHIR says that 0.10 is not 0.1 (precision is to be kept).
# What happens: DiagnosticReport takes status "bogus" (codes are only strings here), an empty list is accepted and gone, and
# 0.10, 0.90 and 100.00 come back as 0.1, 0.9 and 100.0; twenty digits are cut to a double's. An empty conclusion is valid in
# R5 and refused in R4B, a conclusion of blanks is valid in both. The top-level module is R5.
# Version: fhir.resources 8.3.0 (fhir-core 1.1.12, pydantic 2.14.4).
# Why it matters: "it validates" says little about a report that a hospital's server will refuse, and a probability sent as
# 0.90 arrives with one digit less than was measured. Check codes yourself; send the exact text in a component or note.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fhir.resources==8.3.0 fhir-core==1.1.12 pydantic==2.14.4
"$work/venv/bin/python" - <<'PY'
import json
from importlib.metadata import version

from fhir.resources import get_fhir_model_class
from fhir.resources.diagnosticreport import DiagnosticReport as R5
from fhir.resources.observation import Observation
from fhir.resources.R4B.diagnosticreport import DiagnosticReport as R4B

assert get_fhir_model_class("Observation") is Observation


def report(kind, **fields):
    """What comes back of these fields, or "refused"."""
    try:
        read = kind.model_validate({"status": "final", "code": {"text": "dermoscopy"}, **fields})
    except ValueError:
        return "refused"
    back = json.loads(read.model_dump_json())
    return {name: back[name] for name in fields if name in back}


def decimal(written):
    text = '{"resourceType":"Observation","status":"final","code":{"text":"P(MEL)"},"valueQuantity":{"value":%s}}' % written
    return Observation.model_validate_json(text).model_dump_json().split('"value":')[1].rstrip("}")


seen = {
    "versions": f"fhir.resources {version('fhir.resources')}, default R5: {R5.get_resource_type()}",
    "status bogus, R5 and R4B": (report(R5, status="bogus"), report(R4B, status="bogus")),
    "no results, as a list": report(R5, result=[]),
    "empty conclusion, R5 and R4B": (report(R5, conclusion=""), report(R4B, conclusion="")),
    "blank conclusion, R5 and R4B": (report(R5, conclusion="  "), report(R4B, conclusion="  ")),
    "decimals": {written: decimal(written) for written in ("0.10", "0.90", "100.00", "0.12345678901234567890")},
}
expected = {
    "versions": "fhir.resources 8.3.0, default R5: DiagnosticReport",
    "status bogus, R5 and R4B": ({"status": "bogus"}, {"status": "bogus"}),
    "no results, as a list": {},
    "empty conclusion, R5 and R4B": ({"conclusion": ""}, "refused"),
    "blank conclusion, R5 and R4B": ({"conclusion": "  "}, {"conclusion": "  "}),
    "decimals": {"0.10": "0.1", "0.90": "0.9", "100.00": "100.0", "0.12345678901234567890": "0.12345678901234568"},
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
