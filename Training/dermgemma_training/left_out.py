"""What networks that never saw a clinic's labels know of its pictures: MSK left out (leave one source out).

    python -m dermgemma_training.left_out --data DIR --work DIR --teachers abroad:160 --towers abroad-eye.pt [--split select]

Prints each network's figures, a teacher's (NAME:SIDE, as `teacher` made it) or the diagnosis head's of a tower (a checkpoint of `train`), and
those of their mean; of a tower from a quarter of the patches. It is for the person who runs it to know that no label of MSK entered:
`teacher --sources ham10000`, and `train` without `--msk` in a WORK whose soft labels come from such a teacher.
``--split all`` takes every picture of MSK, which then nothing was chosen by.

``--label-shift`` also prints the figures with answers weighed by how frequent each code is at that clinic, which is estimated from what the
network says of the clinic's teaching pictures, without their labels (`label_shift`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import dataset
from .foreign import auc
from .images import packed
from .intervals import Table, bootstrap
from .label_shift import at_frequencies, estimated_frequencies
from .last_layer import PATCHES
from .scoring import head_probabilities
from .teacher import SHARES
from .teacher import build as build_teacher
from .teacher import probabilities
from .tower import DIAGNOSES, IMAGE_SIDE
from .train import build, start_from
from .truth import SOURCES, read_truth

#: The melanoma AUC that a recipe is to reach on a clinic that it was not taught with.
TARGET = 0.72


def four(p: np.ndarray) -> np.ndarray:
    """N x 4 code probabilities of N x DIAGNOSES ones."""
    return p[:, :4] / p[:, :4].sum(1, keepdims=True)


def show(table: Table, name: str, p: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> None:
    """One network's figures: N x DIAGNOSES probabilities, codes, and lesions or look-alikes."""
    p, there = four(p), np.unique(truth)
    of_three = np.where(np.isin(np.arange(4), there), p, 0).argmax(1)
    moles = truth < 2
    recall = lambda rows: float(np.mean([(of_three[rows][truth[rows] == k] == k).mean() for k in there]))
    odds = p[:, :1] / (p[:, :1] + p[:, 1:2])
    numbers = lambda r: [auc(truth[r], p[r]), auc(truth[r][moles[r]], p[r][moles[r]]), recall(r), auc(truth[r], odds[r])]
    found = bootstrap(numbers, truth, groups)
    table.add(f"{name}: melanoma AUC", len(truth), found[0][0], found[0][1:], f"at least {TARGET:.2f}", found[0][0] >= TARGET)
    table.add(f"{name}: melanoma AUC against nevi alone", int(moles.sum()), found[1][0], found[1][1:])
    table.add(f"{name}: melanoma AUC by the odds of melanoma against nevus", len(truth), found[3][0], found[3][1:])
    table.add(f"{name}: balanced accuracy over MEL, NV, BKL, the most probable of the three", len(truth), found[2][0], found[2][1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--split", choices=("teach", "select", "report", "all"), default="select")
    parser.add_argument("--teachers", nargs="*", default=[], help="NAME:SIDE of teachers in WORK")
    parser.add_argument("--towers", nargs="*", default=[], help="checkpoints in WORK")
    parser.add_argument("--architecture", default="efficientnet-lite0", help="the teachers'")
    parser.add_argument("--views", type=int, default=4, help="of each picture for a teacher: itself, its three mirrors, then crops")
    parser.add_argument("--label-shift", action="store_true", help="also weigh answers by the codes' frequencies there, estimated without labels")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if not options.teachers + options.towers:
        parser.error("name a network: --teachers or --towers")
    torch.set_num_threads(options.threads)
    records = {r.image_id: r for r in dataset.read_msk(options.data)}
    names = ("teach", "select", "report") if options.split == "all" else (options.split,)
    judged = [i for name in names for i in dataset.read_split(options.splits, f"msk-{name}")]
    unlabelled = dataset.read_split(options.splits, "msk-teach") if options.label_shift else []
    ids = judged + unlabelled
    truth, groups = np.array([DIAGNOSES.index(records[i].dx) for i in judged]), np.array([records[i].group for i in judged])
    table, said = Table(), []

    def add(name: str, p: np.ndarray) -> None:
        show(table, name, p[:len(judged)], truth, groups)
        if options.label_shift:
            p, taught = four(p), np.array([SHARES["ham10000"][dx] for dx in DIAGNOSES[:4]])
            frequencies = estimated_frequencies(p[len(judged):], taught / taught.sum())
            found = ", ".join(f"{dx.upper()} {share:.2f}" for dx, share in zip(DIAGNOSES, frequencies))
            show(table, f"{name}, weighed by {found}", at_frequencies(p[:len(judged)], taught / taught.sum(), frequencies), truth, groups)

    store, row = packed(options.work, "msk")
    for named in options.teachers:
        name, _, side = named.partition(":")
        if not side.isdigit():
            parser.error(f"--teachers {named}: NAME:SIDE is wanted")
        network = build_teacher(options.architecture, None, int(side))
        network.load_state_dict(torch.load(options.work / f"{name}.pt", map_location="cpu")["average"])
        said.append(probabilities(network, store, np.array([row[i] for i in ids]), options.views, int(side)))
        add(f"teacher {name}, {side} px", said[-1])
    if options.towers:
        everything = read_truth(options.data, options.work, options.splits)
        place = {i: n for n, i in enumerate(everything.ids) if everything.source[n] == SOURCES.index("msk")}
        *_, network = build(options.work, everything, IMAGE_SIDE)
        for checkpoint in options.towers:
            start_from(network, options.work / checkpoint)
            network.eval()
            said.append(head_probabilities(network, everything, np.array([place[i] for i in ids]), PATCHES))
            add(f"tower {checkpoint}", said[-1])
    if len(said) > 1:
        add(f"mean of the {len(said)}", np.mean(said, axis=0))
    print(table)


if __name__ == "__main__":
    main()
