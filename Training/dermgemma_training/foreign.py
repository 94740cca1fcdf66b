"""Figures of pictures that are not of the home clinic: MSK's, and the home's and MSK's as another camera might have shown them.

    python -m dermgemma_training.foreign --data DIR --work DIR --dermgemma PATH --models DIR [--split select]

Prints what `evaluate` puts before all other figures of the card. By default the selection splits are asked, for choosing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from . import dataset
from .answers import Program
from .calibrate import calibration_error
from .corruptions import ARMS, corrupted
from .intervals import Table, bootstrap

#: Pictures of each code, of HAM10000 and of MSK, that the camera's arms change.
CAMERA_HOME, CAMERA_FOREIGN = 15, 12
#: Balanced accuracy (of MSK's three codes) and melanoma AUC that each way has to reach on MSK.
TARGETS = {"direct": (0.62, 0.82), "three phases": (None, None)}
CODE_OF_DX = dataset.CODE_OF_DX


def answered(objects: dict[str, dict], ids: list[str]) -> np.ndarray:
    """N x 4 probabilities."""
    return np.array([[objects[i]["diagnosis"]["probabilities"][c] for c in dataset.CODES] for i in ids])


def recall(truth: np.ndarray, p: np.ndarray) -> float:
    """Mean recall of the most probable of the four codes, over the codes that are there."""
    guess = p.argmax(1)
    return float(np.mean([(guess[truth == k] == k).mean() for k in np.unique(truth)]))


def auc(truth: np.ndarray, p: np.ndarray) -> float:
    """Melanoma against the rest."""
    from sklearn.metrics import roc_auc_score
    return float(roc_auc_score(truth == 0, p[:, 0]))


def show_msk(table: Table, program: Program, data: Path, splits: Path, split: str) -> None:
    """Both ways on a split of MSK."""
    records = {r.image_id: r for r in dataset.read_msk(data)}
    ids = dataset.read_split(splits, f"msk-{split}")
    truth = np.array([CODE_OF_DX[records[i].dx] for i in ids])
    group = np.array([records[i].group for i in ids])
    for title, protocol in (("direct", "direct"), ("three phases", "seed")):
        p = answered(program.analyze(f"msk-{split}", protocol, [records[i].path for i in ids]), ids)
        moles = truth < 2
        numbers = lambda r: [recall(truth[r], p[r]), auc(truth[r], p[r]), auc(truth[r][moles[r]], p[r][moles[r]]),
                             calibration_error(p[r], truth[r])]
        found = bootstrap(numbers, truth, group)
        balanced, area = TARGETS[title]
        reached = lambda value, least: None if least is None else value >= least
        wanted = lambda least: "" if least is None else f"at least {least:.2f}"
        table.add(f"MSK, {title}: balanced accuracy over MEL, NV, BKL of the most probable of four", len(ids), found[0][0], found[0][1:],
                  wanted(balanced), reached(found[0][0], balanced))
        table.add(f"MSK, {title}: melanoma AUC", len(ids), found[1][0], found[1][1:], wanted(area), reached(found[1][0], area))
        table.add(f"MSK, {title}: melanoma AUC against nevi alone", int(moles.sum()), found[2][0], found[2][1:])
        table.add(f"MSK, {title}: expected calibration error", len(ids), found[3][0], found[3][1:])
        for k in np.unique(truth):
            table.share(f"MSK, {title}: recall of {dataset.CODES[k]}", (p.argmax(1)[truth == k] == k).tolist())


def camera_images(data: Path, splits: Path, split: str) -> tuple[list[dataset.Record], np.ndarray, np.ndarray]:
    """The pictures whose copies are asked, their codes, and their lesions: each code of both clinics as often."""
    chosen = []
    for records, name, count in ((dataset.read_ham10000(data), f"ham10000-{split}", CAMERA_HOME),
                                 (dataset.read_msk(data), f"msk-{split}", CAMERA_FOREIGN)):
        if records:
            by_id = {r.image_id: r for r in records}
            there = [by_id[i] for i in dataset.read_split(splits, name)]
            for dx in CODE_OF_DX:
                chosen += [r for r in there if r.dx == dx][:count]
    return chosen, np.array([CODE_OF_DX[r.dx] for r in chosen]), np.array([r.group for r in chosen])


def show_cameras(table: Table, program: Program, data: Path, work: Path, splits: Path, split: str) -> None:
    """What each arm of another camera costs `direct`; the clean pictures go the same way through the code."""
    records, truth, group = camera_images(data, splits, split)
    ids = [r.image_id for r in records]
    p = {}
    for arm in ("clean", *ARMS):
        folder = work / "cameras" / split / arm
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{i}.png" for i in ids]
        for record, path in zip(records, paths):
            if not path.exists():
                with Image.open(record.path) as image:
                    rgb = dataset.square(image)
                copy = Image.fromarray(rgb) if arm == "clean" else corrupted(rgb, arm, record.image_id)
                copy.save(path.with_suffix(".part"), "PNG")
                path.with_suffix(".part").rename(path)
        p[arm] = answered(program.analyze(f"camera-{split}-{arm}", "direct", paths), ids)
    drop = lambda arm: lambda r: recall(truth[r], p["clean"][r]) - recall(truth[r], p[arm][r])
    numbers = lambda r: [recall(truth[r], p["clean"][r]), *(drop(arm)(r) for arm in ARMS),
                         float(np.mean([drop(arm)(r) for arm in ARMS]))]
    found = bootstrap(numbers, truth, group)
    table.add("cameras, direct: balanced accuracy on the clean pictures", len(ids), found[0][0], found[0][1:])
    table.add(f"cameras, direct: mean drop of balanced accuracy over {len(ARMS)} corruptions at severity 3", len(ids), found[-1][0], found[-1][1:])
    for arm, values in zip(ARMS, found[1:-1]):
        table.add(f"cameras, direct: drop under {arm.replace('_', ' ')}", len(ids), values[0], values[1:])


def show_foreign(table: Table, program: Program, data: Path, work: Path, splits: Path, split: str) -> None:
    """Everything of this file, as far as the pictures are there."""
    if (data / "msk" / "labels.csv").exists():
        show_msk(table, program, data, splits, split)
    show_cameras(table, program, data, work, splits, split)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "work", "dermgemma", "models"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--split", default="select")
    options = parser.parse_args()
    table = Table()
    show_foreign(table, Program(options.dermgemma.resolve(), options.models, options.work), options.data, options.work, options.splits,
                 options.split)
    print(table)


if __name__ == "__main__":
    main()
