"""The model's own words on training images, so that Phase 3 can also learn from what it will really read.

    python -m dermgemma_training.own_words --data DIR --work DIR --count N

Writes ``WORK/own-words.jsonl``; goes on where it was.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .examine import examine
from .export import load_model
from .language import image_tokens
from .lessons import Lessons
from .scoring import plain
from .tower import IMAGE_SIDE
from .truth import read_truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--checkpoint", default="joint.pt")
    parser.add_argument("--side", type=int, default=IMAGE_SIDE)
    parser.add_argument("--count", type=int, default=1600)
    options = parser.parse_args()
    torch.set_num_threads(2)
    truth = read_truth(options.data, options.work, options.splits)
    model, tokenizer = load_model(options.work, options.checkpoint, side=options.side)
    lessons = Lessons(tokenizer, image_tokens(options.side))
    rng = np.random.default_rng(7)
    rows = []
    for code in range(4):
        pool = np.flatnonzero((truth.split == "train") & (truth.source == 0) & (truth.diagnosis == code))
        rows += rng.permutation(pool)[: options.count // 4].tolist()
    rows = rng.permutation(rows)
    path = options.work / "own-words.jsonl"
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with open(path, "a", buffering=1) as out:
        for start in range(done, len(rows), 40):
            part = rows[start: start + 40]
            protocol, name = ((lessons.seed, "seed"), (lessons.extended, "extended"))[(start // 40) % 4 == 3]
            for row, found in zip(part, examine(model, tokenizer, lessons, plain(truth, part, options.side, name == "seed"), protocol, direct=False)):
                out.write(json.dumps({"id": truth.ids[row], "protocol": name, "notes": found.notes,
                                      "description": found.description}) + "\n")


if __name__ == "__main__":
    main()
