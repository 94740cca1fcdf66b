#!/usr/bin/env bash
# One would guess: the ISIC challenge's own scorer treats a tie as a guess (1/7 for seven equal probabilities), a class that is
# never predicted as precision 0, takes hard 0/1 answers, and counts every picture.
# What happens: equal values at the top are "undecided", which is always wrong: uniform probabilities score 0 and not 1/7. A
# class that is never above 0.5 has PPV 1, so a submission that decides nothing leads the macro PPV table with 1.0. A column
# written 0 and 1, without a decimal point, is refused ("non-floating-point"); "0.0" passes. The picture ISIC_0035068 has
# weight 0, by name; and weights stay in the truth file's order while the rows are sorted, so that with this picture not at
# its sorted place another one loses its weight, and answers that are all right score 1.024 of 1.
# Version: isic-challenge-scoring 5.6.0 with pandas 2.3.3. With pandas 3, which its own requirements admit, every submission
# ends in AttributeError (DataFrame.applymap is gone).
# Why it matters: figures "by the challenge's rules" from elsewhere differ, rounding makes ties. Sort the truth by name.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" isic-challenge-scoring==5.6.0 pandas==2.3.3 numpy==2.2.6 scikit-learn==1.7.2 scipy==1.15.3
cat >"$work/score.py" <<'PY'
import io
import sys
import warnings

import pandas
from isic_challenge_scoring.classification import ClassificationMetric, ClassificationScore

warnings.simplefilter("ignore")
CODES = ["MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"]
NAMES = [f"ISIC_{number:07d}" for number in range(7, 28)]


def table(cell, names):
    rows = [",".join([name, *(cell(row, column) for column in range(7))]) for row, name in enumerate(names)]
    return io.StringIO("\n".join(["image," + ",".join(CODES), *rows]) + "\n")


def score(cell, names=NAMES):
    """Balanced accuracy and macro PPV, 21 pictures, three of each class; or the error."""
    truth = table(lambda row, column: "1.0" if column == row % 7 else "0.0", names)
    try:
        found = ClassificationScore.from_stream(truth, table(cell, names), ClassificationMetric.BALANCED_ACCURACY)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).split(' in ')[0]}"
    return round(float(found.overall), 3), round(float(found.macro_average["ppv"]), 3)


def right(row, column):
    return "0.9" if column == row % 7 else "0.0"


def last_wrong(row, column):
    return right(row + (row == 20), column)


seen = {"right answers": score(right)}
if sys.argv[1:] == ["all"]:
    seen |= {
        "one seventh each": score(lambda row, column: "0.142857"),
        "right, in whole numbers": score(lambda row, column: "1" if column == row % 7 else "0"),
        "right, as 0.0 and 1.0": score(lambda row, column: "1.0" if column == row % 7 else "0.0"),
        "the last picture wrong": score(last_wrong)[0],
        "the same, called ISIC_0035068": score(last_wrong, [*NAMES[:20], "ISIC_0035068"])[0],
        "all right, ISIC_0035068 first": score(right, ["ISIC_0035068", *NAMES[1:]])[0],
    }
for name, value in seen.items():
    print(f"pandas {pandas.__version__}, {name}: {value}")
PY
"$work/venv/bin/python" "$work/score.py" all | tee "$work/seen"
"${pip[@]}" --upgrade pandas==3.1.1
"$work/venv/bin/python" "$work/score.py" | tee -a "$work/seen"
cat >"$work/expected" <<'EXPECTED'
pandas 2.3.3, right answers: (1.0, 1.0)
pandas 2.3.3, one seventh each: (0.0, 1.0)
pandas 2.3.3, right, in whole numbers: ScoreError: CSV contains non-floating-point value(s)
pandas 2.3.3, right, as 0.0 and 1.0: (1.0, 1.0)
pandas 2.3.3, the last picture wrong: 0.952
pandas 2.3.3, the same, called ISIC_0035068: 1.0
pandas 2.3.3, all right, ISIC_0035068 first: 1.024
pandas 3.1.1, right answers: AttributeError: 'DataFrame' object has no attribute 'applymap'
EXPECTED
diff "$work/expected" "$work/seen" || { echo "changed: the lines above (< as found, > now)" >&2; exit 1; }
