#!/usr/bin/env bash
# Prints the table of the embedded model's card from the program's own answers, each figure with its interval and target, and
# puts it into the card.
#
#   scripts/model-figures.sh [evaluate's options]
#
# Images lie in $DERMGEMMA_SHARED/data (default ../shared/data; layout: Training/README.md); answers are kept in
# $DERMGEMMA_MODEL_WORK (default .build/model). Where that is the folder that `prepare` filled, the boosted trees' figures are
# among the table. The program is .build/release/dermgemma, or $DERMGEMMA_PROGRAM; Python with the recipe's
# packages is $DERMGEMMA_TRAINING_PYTHON, or an environment made in .build/training-venv.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${DERMGEMMA_SHARED:-$root/../shared}/data
work=${DERMGEMMA_MODEL_WORK:-$root/.build/model}
program=${DERMGEMMA_PROGRAM:-$root/.build/release/dermgemma}
python=${DERMGEMMA_TRAINING_PYTHON:-$root/.build/training-venv/bin/python}
[ -d "$data/ham10000/images" ] || { echo "$data/ham10000/images: the images are not there" >&2; exit 66; }
[ -x "$program" ] || { echo "$program: not built; run make build" >&2; exit 66; }
mkdir -p "$work"
if [ ! -x "$python" ]; then
  [ -z "${DERMGEMMA_TRAINING_PYTHON:-}" ] || { echo "$python: no such program" >&2; exit 66; }
  echo "Installing the recipe's Python packages into .build/training-venv…" >&2
  python3 -m venv "$root/.build/training-venv"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$root/Training/requirements.txt" >&2
fi
models=$root/Models/dermgemma-small
cd "$root/Training"
exec "$python" -m dermgemma_training.evaluate --data "$data" --work "$work" --dermgemma "$program" --models "$models" \
  --card "$models/MODEL_CARD.md" "$@"
