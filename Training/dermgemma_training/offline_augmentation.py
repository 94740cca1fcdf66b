"""Augmented copies of teaching images, so that their words are measured anew and cannot be remembered.

    python -m dermgemma_training.offline_augmentation --data DIR --work DIR

Writes ``WORK/augmented/ID~N.png`` and, where the image has a mask, ``ID~N.mask.png``; `prepare` then packs and measures them as it
does all images. A copy shows a part of the picture enlarged, in other colours, and now and then less sharp. Its words are what
is measured on the copy itself; PH2's human labels, which hold in any light, and the diagnosis are those of the image.
"""

from __future__ import annotations

import argparse
import multiprocessing
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter

from . import dataset
from .images import other_colours
from .measurement import FRAME, segment

#: Copies of each teaching image by diagnosis; of nevi some have one. PH2's all have `PH2_AUGMENTED`.
AUGMENTED = {"mel": 2, "bkl": 2, "bcc": 3, "akiec": 3, "vasc": 3, "df": 3, "nv": 1}
MOST_NEVI, PH2_AUGMENTED = 1700, 6
#: What decides the copies that training reads.
SEED = 0
#: A copy shows at least this share of the picture's width, and no less than this share of the lesion.
LEAST_WIDTH, LEAST_LESION = 0.72, 0.97
#: How often a copy is less sharp, and by how much at most (spread of a Gauss, px of the common frame).
BLURRED, MOST_BLUR = 0.3, 0.8


def changed(image: Image.Image, mask: Image.Image, rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
    """A copy in the common frame: a part of the picture that holds the lesion, other colours, perhaps less sharp; and its mask."""
    whole = np.asarray(mask.resize(image.size)) > 127
    width, height = image.size
    box = (0.0, 0.0, float(width), float(height))
    for _ in range(12):
        share = rng.uniform(LEAST_WIDTH, 1)
        left, top = rng.uniform(0, (1 - share) * width), rng.uniform(0, (1 - share) * height)
        part = whole[round(top): round(top + share * height), round(left): round(left + share * width)]
        if part.sum() >= LEAST_LESION * whole.sum():
            box = (left, top, left + share * width, top + share * height)
            break
    copy = image.resize(FRAME, Image.Resampling.LANCZOS, box)
    if rng.random() < BLURRED:
        copy = copy.filter(ImageFilter.GaussianBlur(rng.uniform(0, MOST_BLUR)))
    pixels = torch.from_numpy(np.array(copy)).permute(2, 0, 1)[None].float() / 127.5 - 1
    pixels = other_colours(pixels, torch.Generator().manual_seed(int(rng.integers(1 << 62))))
    out = np.rint((pixels[0].permute(1, 2, 0).numpy() + 1) * 127.5).astype(np.uint8)
    scale = (mask.width / width, mask.height / height) * 2
    return Image.fromarray(out), mask.convert("L").resize(FRAME, Image.Resampling.BILINEAR, tuple(b * s for b, s in zip(box, scale)))


def write(job: tuple[dataset.Record, Path, int, int]) -> None:
    """Writes copies of one record into a folder; the seed and the record's id decide them."""
    record, folder, count, seed = job
    torch.set_num_threads(1)
    with Image.open(record.path) as stored:
        image = stored.convert("RGB")
    if record.mask_path is None:
        mask = Image.fromarray(segment(np.asarray(image.resize(FRAME, Image.Resampling.LANCZOS))).astype(np.uint8) * 255)
    else:
        with Image.open(record.mask_path) as stored:
            mask = stored.convert("L")
    rng = np.random.default_rng((seed, *record.image_id.encode()))
    for n in range(count):
        copy, its_mask = changed(image, mask, rng)
        stem = folder / f"{record.image_id}{dataset.AUGMENTED_MARK}{n}"
        if record.mask_path is not None:
            its_mask.save(stem.with_name(stem.name + ".mask.png"))
        # Under its name only when whole: `prepare` may come after a run that was stopped.
        partial = stem.with_name(stem.name + ".part")
        copy.save(partial, "PNG")
        partial.rename(stem.with_name(stem.name + ".png"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    folder = options.work / "augmented"
    folder.mkdir(parents=True, exist_ok=True)
    teach = set(dataset.read_split(options.splits, "ham10000-train")) | set(dataset.read_split(options.splits, "ph2-teach"))
    records = [r for r in dataset.read_ham10000(options.data) if r.image_id in teach]
    nevi = [n for n, r in enumerate(records) if r.dx == "nv"]
    left_out = set(np.random.default_rng(1).permutation(nevi)[MOST_NEVI:].tolist())
    jobs = [(r, folder, AUGMENTED[r.dx], SEED) for n, r in enumerate(records) if n not in left_out]
    jobs += [(r, folder, PH2_AUGMENTED, SEED) for r in dataset.read_ph2(options.data) if r.image_id in teach]
    with multiprocessing.Pool(options.processes) as pool:
        for _ in pool.imap(write, jobs, chunksize=20):
            pass


if __name__ == "__main__":
    main()
