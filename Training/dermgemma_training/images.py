"""Packed images and the augmentation that keeps words true."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import dataset
from .tower import PATCH

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


def augment(images: torch.Tensor, masks: torch.Tensor, side: int, generator: torch.Generator,
            crop: float = 0.9, turns: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirrors and slight crops: all words stay true. Returns pixels in [-1, 1] and coverage per patch.

    Quarter-turns only on demand, where no words are taught: pictures are stretched from 4:3, and "round" or "oval" would
    not survive them. No colour jitter at all.
    """
    count = len(images)
    flip = torch.randint(0, 2, (count, 2), generator=generator).float() * 2 - 1
    zoom = crop + (1 - crop) * torch.rand(count, 2, generator=generator)
    offset = (torch.rand(count, 2, generator=generator) * 2 - 1) * (1 - zoom)
    turned = (torch.rand(count, generator=generator) < 0.5) & turns
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom[:, 0] * flip[:, 0], zoom[:, 1] * flip[:, 1]
    matrix[turned] = matrix[turned][:, [1, 0]]
    matrix[:, :, 2] = offset
    images = F.interpolate(images, size=(side + 16,) * 2, mode="bilinear", antialias=True)
    grid = F.affine_grid(matrix, (count, 3, side, side), align_corners=False)
    pixels = F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    patches = side // PATCH
    mask_grid = F.affine_grid(matrix, (count, 1, patches * 2, patches * 2), align_corners=False)
    coverage = F.grid_sample(masks[:, None], mask_grid, mode="bilinear", padding_mode="border", align_corners=False)
    return pixels / 127.5 - 1, F.avg_pool2d(coverage, 2).flatten(1).clamp(0, 1)
