"""Packed images, sampling shares and the augmentation that keeps words true."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import dataset
from .tower import DIAGNOSES, PATCH  # noqa: F401

#: Share of each batch by diagnosis: the four codes alike, the three others a little.
SAMPLING = {"mel": 0.23, "nv": 0.23, "bcc": 0.2, "bkl": 0.23, "akiec": 0.05, "vasc": 0.03, "df": 0.03}
MASK_SIDE = 56


def packed(work: Path, name: str) -> tuple[np.ndarray, dict[str, int]]:
    """Memory-mapped packed images and the row of each image id."""
    folder = work / "packed"
    return np.load(folder / f"{name}.npy", mmap_mode="r"), {
        i: n for n, i in enumerate(json.loads((folder / f"{name}.json").read_text()))}


def packed_masks(data: Path, work: Path) -> np.ndarray:
    """HAM10000's masks as N x 56 x 56 bytes of coverage, cached beside the packed images."""
    path = work / "packed" / "ham10000-masks.npy"
    if not path.exists():
        records = dataset.read_ham10000(data)
        masks = np.zeros((len(records), MASK_SIDE, MASK_SIDE), np.uint8)
        for n, record in enumerate(records):
            with Image.open(record.mask_path) as mask:
                masks[n] = np.asarray(mask.convert("L").resize((MASK_SIDE, MASK_SIDE), Image.Resampling.BOX))
        np.save(path, masks)
    return np.load(path, mmap_mode="r")


def contrast_about_mean(images: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """The seed's contrast on the chosen images of a float batch in [0, 255]."""
    grey = images[:, 0] * 0.299 + images[:, 1] * 0.587 + images[:, 2] * 0.114
    mean = grey.mean((1, 2)).round()[:, None, None, None]
    boosted = (mean + dataset.SEED_CONTRAST * (images - mean)).clamp(0, 255)
    return torch.where(chosen[:, None, None, None], boosted, images)


def augment(images: torch.Tensor, masks: torch.Tensor, side: int, generator: torch.Generator,
            crop: float = 0.9) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirrors, slight crops and the seed's contrast on half of the images: all words stay true.

    No quarter-turns, since pictures are stretched from 4:3 and shape words would not survive, and no colour
    jitter. Returns pixels in [-1, 1] and coverage per patch.
    """
    count = len(images)
    flip = torch.randint(0, 2, (count, 2), generator=generator).float() * 2 - 1
    zoom = crop + (1 - crop) * torch.rand(count, 2, generator=generator)
    offset = (torch.rand(count, 2, generator=generator) * 2 - 1) * (1 - zoom)
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom[:, 0] * flip[:, 0], zoom[:, 1] * flip[:, 1]
    matrix[:, :, 2] = offset
    grid = F.affine_grid(matrix, (count, 3, side, side), align_corners=False)
    pixels = contrast_about_mean(images, torch.rand(count, generator=generator) < 0.5)
    pixels = F.grid_sample(pixels, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    patches = side // PATCH
    mask_grid = F.affine_grid(matrix, (count, 1, patches * 2, patches * 2), align_corners=False)
    coverage = F.grid_sample(masks[:, None], mask_grid, mode="bilinear", padding_mode="border", align_corners=False)
    return pixels / 127.5 - 1, F.avg_pool2d(coverage, 2).flatten(1).clamp(0, 1)
