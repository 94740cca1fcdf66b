"""The corruptions by which robustness to another camera is measured: MedMNIST-C's for dermoscopy at severity 3, white balance and hairs.

Parameters: Di Salvo et al. 2024 (arXiv 2406.17536), for pictures of 224 x 224, at which they are applied here. Every picture's lots
follow from its id and the corruption alone. `augmentation` teaches changes of the same kinds from wider and other lots.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from .augmentation import ASPECT

Pixels = np.ndarray  #: H x W x 3 in [0, 1]
Corruption = Callable[[Pixels, np.random.Generator], Pixels]


def pixelate(x: Pixels, rng: np.random.Generator) -> Pixels:
    side = round(x.shape[0] * 0.4)
    small = picture(x).resize((side, side), Image.Resampling.BOX)
    return pixels(small.resize(x.shape[1::-1], Image.Resampling.NEAREST))


def jpeg(x: Pixels, rng: np.random.Generator) -> Pixels:
    stored = io.BytesIO()
    picture(x).save(stored, "JPEG", quality=15)
    return pixels(Image.open(stored))


def gaussian_noise(x: Pixels, rng: np.random.Generator) -> Pixels:
    return x + rng.normal(0, 0.12, x.shape)


def speckle_noise(x: Pixels, rng: np.random.Generator) -> Pixels:
    return x + x * rng.normal(0, 0.2, x.shape)


def impulse_noise(x: Pixels, rng: np.random.Generator) -> Pixels:
    hit = rng.random(x.shape) < 0.06
    return np.where(hit, rng.random(x.shape) < 0.5, x)


def shot_noise(x: Pixels, rng: np.random.Generator) -> Pixels:
    return rng.poisson(np.clip(x, 0, 1) * 18) / 18


def defocus_blur(x: Pixels, rng: np.random.Generator) -> Pixels:
    y, z = np.mgrid[-6:7, -6:7]
    disc = (y ** 2 + z ** 2 <= 36).astype(float)
    return np.stack([ndimage.convolve(x[..., c], disc / disc.sum(), mode="nearest") for c in range(3)], -1)


def motion_blur(x: Pixels, rng: np.random.Generator) -> Pixels:
    place, angle = np.arange(-15, 16), rng.uniform(-math.pi / 4, math.pi / 4)
    weight = np.exp(-0.5 * (place / 8) ** 2) * (place >= 0)
    steps = [(np.round(p * math.sin(angle)), np.round(p * math.cos(angle))) for p in place]
    return sum(w * ndimage.shift(x, (*s, 0), order=0, mode="nearest") for w, s in zip(weight, steps) if w > 0) / weight.sum()


def zoom_blur(x: Pixels, rng: np.random.Generator) -> Pixels:
    side, factors = x.shape[0], np.arange(1, 1.2, 0.02)
    total = np.zeros_like(x)
    for factor in factors:
        margin = side * (1 - 1 / factor) / 2
        total += pixels(picture(x).resize((side, side), Image.Resampling.BILINEAR, (margin, margin, side - margin, side - margin)))
    return total / len(factors)


def brighter(x: Pixels, rng: np.random.Generator) -> Pixels:
    return x * 1.3


def darker(x: Pixels, rng: np.random.Generator) -> Pixels:
    return x * 0.7


def more_contrast(x: Pixels, rng: np.random.Generator) -> Pixels:
    return x.mean() + (x - x.mean()) * 1.3


def less_contrast(x: Pixels, rng: np.random.Generator) -> Pixels:
    return x.mean() + (x - x.mean()) * 0.6


def black_corner(x: Pixels, rng: np.random.Generator) -> Pixels:
    place = (np.arange(x.shape[0]) + 0.5) / x.shape[0] * 2 - 1
    return x * (np.hypot(place[:, None], place[None] * ASPECT) < ASPECT * 0.9)[..., None]


def white_balance(x: Pixels, rng: np.random.Generator) -> Pixels:
    warm = 1.15 if rng.random() < 0.5 else 1 / 1.15
    return x * np.array([warm, 1, 1 / warm])


def hairs(x: Pixels, rng: np.random.Generator) -> Pixels:
    shown = picture(x)
    pen, side = ImageDraw.Draw(shown), x.shape[0]
    for _ in range(16):
        (a, b), angle, bend, points = rng.uniform(0, side, 2), rng.uniform(0, 2 * math.pi), rng.uniform(-0.06, 0.06), []
        for _ in range(14):
            points.append((a, b))
            a, b, angle = a + 8 * math.cos(angle), b + 8 * math.sin(angle), angle + bend
        pen.line(points, fill=(50, 38, 30), width=2)
    return pixels(shown)


#: The arms in the order of the card.
ARMS: dict[str, Corruption] = {f.__name__: f for f in (
    pixelate, jpeg, gaussian_noise, speckle_noise, impulse_noise, shot_noise, defocus_blur, motion_blur, zoom_blur, brighter, darker,
    more_contrast, less_contrast, black_corner, white_balance, hairs)}


def picture(x: Pixels) -> Image.Image:
    """As a picture of bytes."""
    return Image.fromarray(np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8))


def pixels(image: Image.Image) -> Pixels:
    """In [0, 1]."""
    return np.asarray(image.convert("RGB"), np.float64) / 255


def corrupted(rgb: np.ndarray, arm: str, image_id: str) -> Image.Image:
    """A picture of bytes under one arm."""
    rng = np.random.default_rng(zlib.crc32(f"{arm}:{image_id}".encode()))
    return picture(ARMS[arm](rgb / 255.0, rng))
