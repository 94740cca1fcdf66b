"""Packed images and the augmentation that keeps words true."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import dataset
from .tower import PATCH

MASK_SIDE = 56
#: Width over height of the pictures before they were stretched to a square.
ASPECT = 4 / 3


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


def placements(count: int, generator: torch.Generator, crop: float, tilt: float, turns: bool) -> torch.Tensor:
    """Affine maps from output to input coordinates (N x 2 x 3): mirrors for all, for half also a crop and a tilt.

    A tilt turns the picture as it was, 4:3, before it was stretched to a square.
    """
    uniform = lambda *shape: torch.rand(*shape, generator=generator)
    flip = (uniform(count, 2) < 0.5).float() * 2 - 1
    moved = (uniform(count) < 0.5).float()
    zoom = 1 - (1 - crop) * uniform(count, 2) * moved[:, None]
    offset = (uniform(count, 2) * 2 - 1) * (1 - zoom)
    angle = (uniform(count) * 2 - 1) * math.radians(tilt) * moved
    cosine, sine = angle.cos(), angle.sin()
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = cosine * zoom[:, 0] * flip[:, 0], -sine / ASPECT * zoom[:, 1] * flip[:, 1]
    matrix[:, 1, 0], matrix[:, 1, 1] = sine * ASPECT * zoom[:, 0] * flip[:, 0], cosine * zoom[:, 1] * flip[:, 1]
    turned = (uniform(count) < 0.5) & turns
    matrix[turned] = matrix[turned][:, [1, 0]]
    matrix[:, :, 2] = offset
    return matrix


def augment(images: torch.Tensor, masks: torch.Tensor, side: int, generator: torch.Generator,
            crop: float = 0.9, tilt: float = 20, turns: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirrors, slight crops and tilts (degrees): all words stay true. Returns pixels in [-1, 1] and coverage per patch.

    Quarter-turns only on demand, where no words are taught: pictures are stretched from 4:3, and "round" or "oval" would
    not survive them. No colour jitter at all. What is only mirrored stays as sharp as in use.
    """
    count = len(images)
    matrix = placements(count, generator, crop, tilt, turns)
    if side < images.shape[-1]:
        images = F.interpolate(images, size=(side, side), mode="bicubic", antialias=True)
    grid = F.affine_grid(matrix, (count, 3, side, side), align_corners=False)
    pixels = F.grid_sample(images, grid, mode="bicubic", padding_mode="reflection", align_corners=False).clamp(0, 255)
    patches = side // PATCH
    mask_grid = F.affine_grid(matrix, (count, 1, patches * 2, patches * 2), align_corners=False)
    coverage = F.grid_sample(masks[:, None], mask_grid, mode="bilinear", padding_mode="border", align_corners=False)
    return pixels / 127.5 - 1, F.avg_pool2d(coverage, 2).flatten(1).clamp(0, 1)
