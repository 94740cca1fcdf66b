"""The model's own words on training images, so that Phase 3 can also learn from what it will really read.

    python -m dermgemma_training.self_distillation --data DIR --work DIR --count N [--dermgemma PROGRAM --models DIR [--augmented K]]

Writes ``WORK/self-distillation.jsonl``; goes on where it was. The words are a checkpoint's or, with ``--dermgemma``, those that the
program says with exported weights, which takes a fraction of the time. With ``--augmented`` it looks at so many augmented copies of each
image instead, with which nothing was taught: what is said of a teaching image itself is remembered, and truer than what is said of any other.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from . import dataset
from .answers import Program
from .offline_augmentation import write
from .examine import examine
from .export import load_model
from .language import image_tokens
from .curriculum import Curriculum
from .scoring import plain
from .tower import IMAGE_SIDE
from .truth import Truth, read_truth

#: Images that are examined together, by one protocol.
BATCH = 40
#: Seed of copies that nothing is taught with; training's have 0.
FRESH = 1


def chosen_rows(truth: Truth, count: int, whole_msk: bool = False) -> list[int]:
    """Training images of the four codes alike, half of each code's of MSK where it has it, in a fixed order; with `whole_msk` all of MSK's
    and `count` of HAM10000's."""
    rng = np.random.default_rng(7)
    rows: list[int] = []
    for code in range(4):
        home, foreign = (rng.permutation(np.flatnonzero((truth.split == "train") & (truth.source == source) & (truth.diagnosis == code)))
                         for source in (0, 4))
        foreign = foreign if whole_msk else foreign[: count // 8]
        rows += [*home[: count // 4 - (0 if whole_msk else len(foreign))], *foreign]
    return rng.permutation(rows).tolist()


def said(o: dict) -> dict:
    """Notes and description of one of the program's objects."""
    return {"notes": {q: a["value"] for q, a in o["observations"].items()}, "description": o["description"]["cleaned"]}


def fresh_augmented(data: Path, work: Path, ids: list[str], count: int) -> dict[str, list[Path]]:
    """Copies of each of these images, other ones than training has (`offline_augmentation`)."""
    folder, wanted = work / "fresh-augmented", set(ids)
    folder.mkdir(exist_ok=True)
    for record in dataset.read_ham10000(data) + dataset.read_msk(data):
        if record.image_id in wanted:
            write((record, folder, count, FRESH))
    return {i: [folder / f"{i}{dataset.AUGMENTED_MARK}{n}.png" for n in range(count)] for i in ids}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--checkpoint", default="joint.pt")
    parser.add_argument("--dermgemma", type=Path, help="the program that is asked instead of a checkpoint")
    parser.add_argument("--models", type=Path, help="the weights that it reads with")
    parser.add_argument("--augmented", "--copies", type=int, default=0, help="new copies of each image that the program is shown instead of it")
    parser.add_argument("--side", type=int, default=IMAGE_SIDE)
    parser.add_argument("--count", type=int, default=1600)
    parser.add_argument("--whole-msk", action="store_true", help="all of MSK's teaching images, and --count of HAM10000's beside them")
    options = parser.parse_args()
    if bool(options.dermgemma) != bool(options.models):
        parser.error("--dermgemma and --models go together")
    if options.augmented < 0 or options.augmented and not options.dermgemma:
        parser.error("--augmented is a number of copies, and goes with --dermgemma")
    torch.set_num_threads(2)
    truth = read_truth(options.data, options.work, options.splits)
    rows = chosen_rows(truth, options.count, options.whole_msk)
    protocol_of = lambda start: ("seed", "extended")[(start // BATCH) % 4 == 3]
    path = options.work / "self-distillation.jsonl"
    if options.dermgemma:
        program = Program(options.dermgemma.resolve(), options.models, options.work)
        if options.augmented:
            shown = fresh_augmented(options.data, options.work, [truth.ids[row] for row in rows], options.augmented)
        else:
            shown = {r.image_id: [r.path] for r in dataset.read_ham10000(options.data) + dataset.read_msk(options.data)}
        with open(path, "w") as out:
            for name in ("seed", "extended"):
                ids = [truth.ids[row] for n, row in enumerate(rows) if protocol_of(n) == name]
                for image_id, o in program.analyze("self-distillation", name, [path for i in ids for path in shown[i]]).items():
                    out.write(json.dumps({"id": dataset.original_of(image_id), "protocol": name, **said(o)}) + "\n")
        return
    model, tokenizer = load_model(options.work, options.checkpoint, side=options.side)
    curriculum = Curriculum(tokenizer, image_tokens(options.side))
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with open(path, "a", buffering=1) as out:
        for start in range(done, len(rows), BATCH):
            part, name = rows[start: start + BATCH], protocol_of(start)
            protocol = getattr(curriculum, name)
            for row, found in zip(part, examine(model, tokenizer, curriculum, plain(truth, np.array(part), options.side, name == "seed"),
                                                protocol, direct=False)):
                out.write(json.dumps({"id": truth.ids[row], "protocol": name, "notes": found.notes,
                                      "description": found.description}) + "\n")


if __name__ == "__main__":
    main()
