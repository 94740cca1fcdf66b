"""Packed images and the augmentation that keeps words true."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .tower import PATCH


def packed(work: Path, name: str) -> tuple[np.ndarray, dict[str, int]]:
    """Memory-mapped packed images and the row of each image id."""
    folder = work / "packed"
    return np.load(folder / f"{name}.npy", mmap_mode="r"), {
        i: n for n, i in enumerate(json.loads((folder / f"{name}.json").read_text()))}


def augment(images: torch.Tensor, maps: torch.Tensor, side: int, generator: torch.Generator,
            crop: float = 0.9, turns: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirrors, and for half of the images slight crops: all words stay true, and the other half stays sharp.

    `images` N x 3 x any x any in 0...255, `maps` N x M x any x any in [0, 1]. Returns pixels in [-1, 1] and the maps' share of each
    patch, N x patches x M. Quarter-turns only on demand, where no words are taught: pictures are stretched from 4:3, and "round"
    or "oval" would not survive them. No colour jitter at all.
    """
    count = len(images)
    flip = torch.randint(0, 2, (count, 2), generator=generator).float() * 2 - 1
    cut = (torch.rand(count, 1, generator=generator) < 0.5).float() * (1 - crop)
    zoom = 1 - cut * torch.rand(count, 2, generator=generator)
    offset = (torch.rand(count, 2, generator=generator) * 2 - 1) * (1 - zoom)
    turned = (torch.rand(count, generator=generator) < 0.5) & turns
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom[:, 0] * flip[:, 0], zoom[:, 1] * flip[:, 1]
    matrix[turned] = matrix[turned][:, [1, 0]]
    matrix[:, :, 2] = offset
    if side < images.shape[-1]:
        images = F.interpolate(images, size=(side, side), mode="bilinear", antialias=True)
    grid = F.affine_grid(matrix, (count, 3, side, side), align_corners=False)
    pixels = F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    patches = side // PATCH
    map_grid = F.affine_grid(matrix, (count, maps.shape[1], patches * 2, patches * 2), align_corners=False)
    shares = F.grid_sample(maps, map_grid, mode="bilinear", padding_mode="border", align_corners=False)
    return pixels / 127.5 - 1, F.avg_pool2d(shares, 2).flatten(2).transpose(1, 2).clamp(0, 1)
