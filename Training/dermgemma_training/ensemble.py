"""Mean of several teachers' soft labels, and of the small model's own where no diagnosis is known (ensemble distillation).

    python -m dermgemma_training.ensemble --data DIR --work DIR --labels FIRST.npz SECOND.npz [--student more-eye.pt]

The files are what ``teacher --soft-labels`` wrote; the result replaces ``WORK/soft-labels.npz``. A source takes the mean of the files
that have it. With ``--student``, the unlabelled images take half of the last file's labels and half of what that checkpoint's diagnosis
head says of them, mirrored and not: at home the small model knows more than its teacher, and nobody can have memorised these images.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from .scoring import head_probabilities
from .tower import IMAGE_SIDE
from .train import build, start_from
from .truth import SOURCES, read_truth

#: Patches of each image that the student reads.
PATCHES = 256


def mean_labels(files: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """One file's content from several. Throws ValueError where two list other images of a source."""
    result: dict[str, np.ndarray] = {}
    for source in dict.fromkeys(name for file in files for name in file if not name.endswith("-ids")):
        having = [file for file in files if source in file]
        ids = having[0][f"{source}-ids"]
        if any(not np.array_equal(file[f"{source}-ids"], ids) for file in having):
            raise ValueError(f"{source}: the files list different images")
        result[source], result[f"{source}-ids"] = np.mean([file[source] for file in having], axis=0).astype(np.float32), ids
    return result


def student_labels(data: Path, work: Path, splits: Path, checkpoint: str) -> dict[str, np.ndarray]:
    """The diagnosis head's probabilities of the unlabelled images, a mean over the image and its mirror."""
    truth = read_truth(data, work, splits)
    *_, network = build(work, truth, IMAGE_SIDE)
    start_from(network, work / checkpoint)
    network.eval()
    rows = np.flatnonzero(truth.source == SOURCES.index("unlabelled"))
    return {"unlabelled": head_probabilities(network, truth, rows, PATCHES), "unlabelled-ids": np.array([truth.ids[row] for row in rows])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--labels", type=Path, nargs="+", required=True, help="files of soft labels, the best teacher's last")
    parser.add_argument("--student", help="a checkpoint in WORK, whose head labels the unlabelled images too")
    options = parser.parse_args()
    files = [dict(np.load(path)) for path in options.labels]
    try:
        result = mean_labels(files)
        if options.student:
            unlabelled = {n: v for n, v in files[-1].items() if n.startswith("unlabelled")}
            result |= mean_labels([unlabelled, student_labels(options.data, options.work, options.splits, options.student)])
    except ValueError as problem:
        parser.error(str(problem))
    np.savez(options.work / "soft-labels.part.npz", **result)
    (options.work / "soft-labels.part.npz").rename(options.work / "soft-labels.npz")


if __name__ == "__main__":
    main()
