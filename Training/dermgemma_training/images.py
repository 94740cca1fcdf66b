"""Packed images and the augmentation that keeps words true."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .augmentation import other_camera, random_affine, warp
from .geometry import ASPECT
from .tower import PATCH


def packed(work: Path, name: str) -> tuple[np.ndarray, dict[str, int]]:
    """Memory-mapped packed images and the row of each image id."""
    folder = work / "packed"
    return np.load(folder / f"{name}.npy", mmap_mode="r"), {
        i: n for n, i in enumerate(json.loads((folder / f"{name}.json").read_text()))}


#: A picture is rotated only where at most this share of its lesion lies outside a circle of this radius about the middle, in half heights:
#: what lies further out could be cut off.
MOST_OUTSIDE, ROTATED_RADIUS = 0.01, 0.9


def rotations(lesion: torch.Tensor, chosen: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """N x 2 x 2 matrices of output places into input places (-1...1, of the stretched picture): any angle in true proportions
    for the chosen pictures whose lesion lies well within the frame, else none. `lesion` is N x any x any, NaN where not known."""
    side = lesion.shape[-1]
    place = (torch.arange(side) + 0.5) / side * 2 - 1
    y, x = torch.meshgrid(place, place * ASPECT, indexing="ij")
    outside = (lesion * (torch.hypot(x, y) > ROTATED_RADIUS)).sum((1, 2)) / lesion.sum((1, 2)).clamp(min=1e-6)
    angle = torch.rand(len(lesion), generator=generator) * (2 * math.pi)
    angle = torch.where(chosen & (outside <= MOST_OUTSIDE), angle, torch.zeros_like(angle))
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([torch.stack([c, -s / ASPECT], 1), torch.stack([s * ASPECT, c], 1)], 1)


def augment(images: torch.Tensor, maps: torch.Tensor, side: int, generator: torch.Generator,
            crop: float = 0.9, turns: bool = False, rotate: bool = False, patch: int = PATCH) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirrors, and for half of the images slight crops: all words stay true, and the other half stays sharp.

    `images` N x 3 x any x any in 0...255, `maps` N x M x any x any in [0, 1], the lesion's first. Returns pixels in [-1, 1] and the
    maps' share of each patch, N x patches x M. Crops keep proportions: a tenth in one direction would turn "round" into "oval".
    With `rotate` the cropped half is turned too, by any angle and in true proportions; the rim is drawn out into the corners
    (mirrored, a lesion would be there twice). Quarter-turns of the stretched picture only on demand, where no words are
    taught: they would not survive them. No colour jitter: see `other_colours`.
    """
    count = len(images)
    flip = torch.randint(0, 2, (count, 2), generator=generator).float() * 2 - 1
    changed = torch.rand(count, 1, generator=generator) < 0.5
    zoom = (1 - changed.float() * (1 - crop) * torch.rand(count, 1, generator=generator)).expand(-1, 2)
    offset = (torch.rand(count, 2, generator=generator) * 2 - 1) * (1 - zoom)
    turned = (torch.rand(count, generator=generator) < 0.5) & turns
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom[:, 0] * flip[:, 0], zoom[:, 1] * flip[:, 1]
    matrix[turned] = matrix[turned][:, [1, 0]]
    matrix[:, :, 2] = offset
    if rotate:
        rotation = rotations(maps[:, 0], changed[:, 0], generator)
        matrix[rotation[:, 0, 1] != 0, :, 2] = 0  # about the middle, or a part of the lesion could leave the frame
        matrix = rotation @ matrix
    if side < images.shape[-1]:
        images = F.interpolate(images, size=(side, side), mode="bilinear", antialias=True)
    grid = F.affine_grid(matrix, (count, 3, side, side), align_corners=False)
    pixels = F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
    patches = side // patch
    map_grid = F.affine_grid(matrix, (count, maps.shape[1], patches * 2, patches * 2), align_corners=False)
    shares = F.grid_sample(maps, map_grid, mode="bilinear", padding_mode="border", align_corners=False)
    return pixels / 127.5 - 1, F.avg_pool2d(shares, 2).flatten(2).transpose(1, 2).clamp(0, 1)


def augment_as_other_camera(images: torch.Tensor, maps: torch.Tensor, side: int, generator: torch.Generator,
                            patch: int = PATCH) -> tuple[torch.Tensor, torch.Tensor]:
    """`augment` by `augmentation`'s strong changes, after which the diagnosis and the lesion's place are still true, and no words."""
    matrix = random_affine(len(images), generator)
    pixels = warp(images / 255, matrix, side)
    pixels = other_camera(pixels, pixels[torch.randperm(len(pixels), generator=generator)], generator)
    shares = warp(maps, matrix, side // patch * 2)
    return pixels * 2 - 1, F.avg_pool2d(shares, 2).flatten(2).transpose(1, 2).clamp(0, 1)


#: How far colours are changed where only the diagnosis is taught: spreads of the logarithms of each channel's gain and of the exponent, and
#: bounds of the factors of saturation and contrast.
GAIN_SPREAD, EXPONENT_SPREAD, SATURATION, CONTRAST = 0.06, 0.12, (0.75, 1.25), (0.8, 1.25)


def other_colours(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """N x 3 x H x W pixels in [-1, 1] as another camera or light might have shown them. Words about colours are no longer true."""
    count = len(pixels)
    lot = lambda low, high: low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)
    values = ((pixels + 1) / 2).clamp(0, 1) ** torch.exp(EXPONENT_SPREAD * torch.randn(count, 1, 1, 1, generator=generator))
    values = values * torch.exp(GAIN_SPREAD * torch.randn(count, 3, 1, 1, generator=generator))
    grey = values.mean(1, keepdim=True)
    values = grey + (values - grey) * lot(*SATURATION)
    middle = values.mean((1, 2, 3), keepdim=True)
    return (middle + (values - middle) * lot(*CONTRAST)).clamp(0, 1) * 2 - 1
