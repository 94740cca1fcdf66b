#!/usr/bin/env bash
# One would guess: lmms-eval's MMMU tasks, of which a part is clinical medicine with pictures, count an answer to a multiple-choice
# question as right if it names the right letter or the right option. What names neither is drawn by lot: MMMU's paper says so.
# What happens: by lot go "melanoma" (any option's very words, in an answer of up to five words), "**C**", "C)", "C) melanoma" and
# "Answer: **C**" too: 1,000 such right answers score 0.25, as do 1,000 times "I cannot tell." A letter is looked for at the end of any
# word: "BCC" is always option C, "MELANOMA" always option A, "A pigmented lesion; I cannot say" is A. Of two options named in a
# sentence the last counts: "It is a melanoma, not a nevus." is nevus.
# Version: lmms-eval 0.7.3 (the parser that its tasks mmmu and mmmu_pro share), numpy 2.4.6.
# Why it matters: a model that answers tersely, in words, in bold or by dermatologists' abbreviations is scored by lot or by where an
# option stands, and a quarter of its refusals count as right. Read the answers themselves before the score.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps lmms-eval==0.7.3 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
import random
import re
from importlib.metadata import files, version
from importlib.util import module_from_spec, spec_from_file_location

# The parser's file alone: the tasks around it want PyTorch and the data sets.
paths = {str(path): path.locate() for path in files("lmms-eval")}
spec = spec_from_file_location("parser", paths["lmms_eval/tasks/_task_utils/mmmu_mcq_utils.py"])
parser = module_from_spec(spec)
spec.loader.exec_module(parser)
importers = [path.split("/")[2] for path, file in paths.items()
             if re.fullmatch(r"lmms_eval/tasks/mmmu\w*/utils\.py", path) and "parse_mmmu_multi_choice_response" in file.read_text()]

OPTIONS = ["nevus", "basal cell carcinoma", "melanoma", "seborrheic keratosis"]
answers, letters = parser.get_multi_choice_info(OPTIONS)


def read(answer, times=1000):
    """The letter that the answer is always read as, or how often it is read as C, melanoma."""
    random.seed(65)
    found = [parser.parse_mmmu_multi_choice_response(answer, letters, answers) for _ in range(times)]
    return found[0] if len(set(found)) == 1 else f"by lot, C in {found.count('C') / times:.2f}"


LOT = "by lot, C in 0.25"
expected = {
    "versions": "lmms-eval 0.7.3 numpy 2.4.6",
    "tasks with this parser": ["mmmu", "mmmu_pro"],
    "C": "C", "(C)": "C", "C.": "C", "Answer: C": "C",
    "C)": LOT, "C) melanoma": LOT, "**C**": LOT, "Answer: **C**": LOT, "melanoma": LOT, "This is a melanoma.": LOT, "I cannot tell.": LOT,
    "In my opinion this is a melanoma.": "C",
    "It is a melanoma, not a nevus.": "A",
    "BCC": "C", "The diagnosis is BCC.": "C", "MELANOMA": "A", "A pigmented lesion; I cannot say": "A",
}
seen = {
    "versions": f"lmms-eval {version('lmms-eval')} numpy {version('numpy')}",
    "tasks with this parser": sorted(importers),
    **{answer: read(answer) for answer in list(expected)[2:]},
}
print("options:", answers)
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
