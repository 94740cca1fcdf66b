#!/usr/bin/env bash
# One would guess: ISIC's own validator of metadata knows the archive's columns and the field's words, and a path of its
# taxonomy that says "nevus" is a nevus.
# What happens: "melanoma", "Melanoma", "nevus", "Dysplastic nevus" are refused ("Nevus", "Melanoma, NOS" pass), while sex is
# taken in any case. A column that it does not know is put aside without a word, also age_approx, which the archive itself
# publishes: the row is valid, without an age. "9.96mm" becomes 10.0, "9.96" stays. Of 418 paths 22 say "nevus" outside the
# benign melanocytic nevi: 13 benign (flat spots "not melanocytic nevus", nevus sebaceus), 1 indeterminate, 8 malignant.
# Version: isic-metadata 4.12.0.
# Why it matters: a lesion mapped to NV because its diagnosis contains "nevus" may be a melanoma; and a table that validates
# may have lost its ages. Map by the whole path, and look at what ends in `unstructured`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check isic-metadata==4.12.0 pydantic==2.14.4
"$work/venv/bin/python" - <<'PY'
from collections import Counter
from importlib.metadata import version

from isic_metadata.fields import DiagnosisEnum
from isic_metadata.metadata import MetadataRow


def row(**fields):
    """The fields that are kept, or None for a row that is refused."""
    try:
        kept = MetadataRow(**fields).model_dump(mode="json")
    except ValueError:
        return None
    return {name: value for name, value in kept.items() if value is not None}


words = ("Nevus", "nevus", "Dysplastic nevus", "Melanoma", "melanoma", "Melanoma, NOS", "basal cell carcinoma", "Basal cell carcinoma")
paths = [path.value for path in DiagnosisEnum]
outside = [path for path in paths if "nevus" in path.lower() and not path.startswith("Benign:Benign melanocytic proliferations:Nevus")]
seen = {
    "version": version("isic-metadata"),
    "words taken": [word for word in words if row(diagnosis=word)],
    "sex FEMALE": row(sex="FEMALE"),
    "age and age_approx": (row(age="60"), row(age_approx="60")),
    "9.96mm and 9.96": (row(clin_size_long_diam_mm="9.96mm"), row(clin_size_long_diam_mm="9.96")),
    "paths": len(paths),
    "paths with nevus outside the benign nevi": dict(Counter(path.split(":")[0] for path in outside)),
}
for path in outside[:4] + outside[-4:]:
    print(f"such as {path}")
expected = {
    "version": "4.12.0",
    "words taken": ["Nevus", "Melanoma, NOS", "Basal cell carcinoma"],
    "sex FEMALE": {"sex": "female"},
    "age and age_approx": ({"age": 60}, {}),
    "9.96mm and 9.96": ({"clin_size_long_diam_mm": "10.0"}, {"clin_size_long_diam_mm": "9.96"}),
    "paths": 418,
    "paths with nevus outside the benign nevi": {"Benign": 13, "Indeterminate": 1, "Malignant": 8},
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
