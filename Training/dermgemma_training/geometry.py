"""Where each patch lies in its lesion: dense targets for shape, taken from the lesion's share of every patch.

Round, oval and irregular are matters of the whole outline. A tower that is only told the word hardly learns it; one that must say for
each patch how far it is from the lesion's centre, in units of the lesion's own size, has what the word is made of.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

#: What is taught of each patch of a lesion: its place from the centre, in units of the square root of the lesion's area; how much longer
#: than high the lesion is, the same along the diagonals, and how long whatever the direction (differences of second moments over their
#: sum: 0 round, 1 a line); whether the mirrored place is outside, about the axis that mirrors better and about the other.
GEOMETRY = ("x", "y", "longer than high", "longer diagonally", "long", "unmatched", "unmatched otherwise")
#: Pictures are stretched from 4:3 to a square.
ASPECT = 4 / 3
#: Lesions smaller than this share of the picture teach no shape.
LEAST_AREA = 0.01


def lesion_geometry(lesion: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """From the lesion's share of each patch (N x patches): targets N x patches x GEOMETRY, and which patches they hold for."""
    count, grid = len(lesion), math.isqrt(lesion.shape[1])
    share = torch.nan_to_num(lesion)
    centres = (torch.arange(grid) + 0.5) / grid
    y, x = torch.meshgrid(centres, centres * ASPECT, indexing="ij")
    x, y = x.reshape(1, -1), y.reshape(1, -1)
    mass = share.sum(1, keepdim=True).clamp(min=1e-3)
    area = mass / grid ** 2 * ASPECT
    cx, cy = (share * x).sum(1, keepdim=True) / mass, (share * y).sum(1, keepdim=True) / mass
    u, v = (x - cx) / area.sqrt(), (y - cy) / area.sqrt()
    mean = lambda values: (share * values).sum(1, keepdim=True) / mass
    both = (mean(u * u) + mean(v * v)).clamp(min=1e-6)
    level, diagonal = (mean(u * u) - mean(v * v)) / both, 2 * mean(u * v) / both
    turn = 0.5 * torch.atan2(diagonal, level)
    folds = []
    for angle in (turn, turn + math.pi / 2):
        # Mirrored about the line through the centre in that direction.
        c, s = torch.cos(2 * angle), torch.sin(2 * angle)
        mx, my = cx + area.sqrt() * (c * u + s * v), cy + area.sqrt() * (s * u - c * v)
        place = torch.stack([mx / ASPECT, my], -1) * 2 - 1
        there = F.grid_sample(share.reshape(count, 1, grid, grid), place[:, None], align_corners=False)[:, 0, 0]
        folds.append(1 - there)
    swapped = mean(folds[0]) > mean(folds[1])
    better, worse = torch.where(swapped, folds[1], folds[0]), torch.where(swapped, folds[0], folds[1])
    holds = (lesion > 0.5) & (mass / grid ** 2 > LEAST_AREA)
    whole = [value.expand_as(u) for value in (level, diagonal, torch.hypot(level, diagonal))]
    return torch.stack([u, v, *whole, better, worse], -1), holds
