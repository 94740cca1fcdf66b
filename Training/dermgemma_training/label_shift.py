"""How frequent each code is at a clinic, from what a network says of its pictures, without a label.

A network that was taught codes in equal shares says what is likely where they are equally frequent. Where its pictures look alike and
only frequencies differ (label shift), expectation maximisation finds those that make its answers likeliest (Saerens, Latinne and
Decaestecker 2002, Neural Computation 14:21-41); answers are then weighed by them. `left_out --label-shift` does so for networks, and
for what the program says of a folder of pictures

    dermgemma analyze --protocol direct --json FOLDER > answers.jsonl
    python -m dermgemma_training.label_shift --answers answers.jsonl --labels labels.csv --out weighed.csv

prints the frequencies and, where labels (image_id, dx and, if known, lesion_id) are given, the figures before and after; OUT gets each picture's probabilities.
The answers have to be the embedded model's, or another's whose probabilities were calibrated for codes equally frequent.
The estimate is right only where a code looks alike at both places; where it doesn't, it may be far off and still rank melanomas better.
Rare codes are the most probable ones less often then: use weighed answers to rank, and mind what is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np

from .dataset import CODES
from .foreign import auc
from .intervals import Table, bootstrap

#: The program's calibrated probabilities are those of codes equally frequent.
UNIFORM = np.full(len(CODES), 1 / len(CODES))


def at_frequencies(p: np.ndarray, taught: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """N x codes probabilities, of a network taught by codes in the shares `taught`, where codes are as frequent as `frequencies` says.

    >>> at_frequencies(np.array([[0.5, 0.5]]), np.array([0.5, 0.5]), np.array([0.2, 0.8])).round(3).tolist()
    [[0.2, 0.8]]
    """
    weighed = p * (frequencies / taught)
    return weighed / weighed.sum(1, keepdims=True)


def estimated_frequencies(p: np.ndarray, taught: np.ndarray, steps: int = 500) -> np.ndarray:
    """The codes' frequencies, adding up to 1, under which N x codes probabilities are likeliest; begins from `taught`."""
    found = taught / taught.sum()
    for _ in range(steps):
        found = at_frequencies(p, taught, found).mean(0)
    return found


def text_of(path: Path) -> str:
    """A file's contents; ends the program where it can't be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise SystemExit(f"{path}: can't be read ({fault})") from None


def read_answers(path: Path) -> tuple[list[str], np.ndarray]:
    """Pictures' names without their ending, and N x codes probabilities, of `dermgemma analyze --json`."""
    names, found, failed = [], [], 0
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
            if "error" in answer:
                failed += 1
                continue
            names.append(Path(answer["image"]["name"]).stem)
            found.append([float(answer["diagnosis"]["probabilities"][code]) for code in CODES])
            if not (min(found[-1]) >= 0 and abs(sum(found[-1]) - 1) < 0.01):
                raise ValueError(f"probabilities {found[-1]}")
        except (ValueError, KeyError, TypeError) as fault:
            raise SystemExit(f"{path}, line {number}: not a report with a probability of every code ({fault!r})") from None
    if failed:
        print(f"{path}: pictures that could not be read and are left out: {failed}", file=sys.stderr)
    if not names:
        raise SystemExit(f"{path}: there is no answer in it")
    return names, np.array(found)


def add_figures(table: Table, name: str, p: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> None:
    """How often the most probable code is right, and the melanoma AUC, of N x codes probabilities."""
    numbers = lambda rows: [float((p[rows].argmax(1) == truth[rows]).mean()), auc(truth[rows], p[rows])]
    for what, (value, low, high) in zip(("the most probable code is right", "melanoma AUC"), bootstrap(numbers, truth, groups)):
        table.add(f"{name}: {what}", len(truth), value, (low, high))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=Path, required=True, help="lines of `dermgemma analyze --json`")
    parser.add_argument("--labels", type=Path, help="CSV with image_id, dx and perhaps lesion_id")
    parser.add_argument("--out", type=Path, help="CSV of each picture's probabilities, weighed")
    options = parser.parse_args()
    names, p = read_answers(options.answers)
    frequencies = estimated_frequencies(p, UNIFORM)
    weighed = at_frequencies(p, UNIFORM, frequencies)
    print(f"{len(names)} pictures; estimated: " + ", ".join(f"{code} {share:.3f}" for code, share in zip(CODES, frequencies)))
    if options.labels:
        table = csv.DictReader(text_of(options.labels).splitlines())
        if not {"image_id", "dx"} <= set(table.fieldnames or []):
            raise SystemExit(f"{options.labels}: columns image_id and dx are needed")
        rows = {row["image_id"]: row for row in table if (row["dx"] or "").upper() in CODES}
        known = [n for n, name in enumerate(names) if name in rows]
        truth = np.array([CODES.index(rows[names[n]]["dx"].upper()) for n in known])
        if not 0 < int((truth == 0).sum()) < len(known):
            raise SystemExit(f"{options.labels}: of {len(names)} pictures {len(known)} have one of the four codes; melanomas and others are needed")
        groups = np.array([rows[names[n]].get("lesion_id") or names[n] for n in known])
        table = Table()
        add_figures(table, "as answered", p[known], truth, groups)
        add_figures(table, "weighed", weighed[known], truth, groups)
        print(table)
    if options.out:
        with open(options.out, "w", newline="", encoding="utf-8") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(["image_id", *CODES])
            out.writerows([name, *(f"{value:.6f}" for value in row)] for name, row in zip(names, weighed))


if __name__ == "__main__":
    main()
