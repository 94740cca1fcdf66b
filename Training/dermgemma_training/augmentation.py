"""Strong augmentation: the same lesion as another clinic might have photographed it. The diagnosis stays true; words may not.

Geometry (`random_affine`), colour (`color_jitter`, `color_constancy`), style mixing between sources (`mix_style`, `mix_amplitudes`), and what a camera
or a clinic adds (`degrade`: blur, few pixels, noise, JPEG; `occlude`: dark corners, frames, hairs, rulers). All take batches N x 3 x H x W
in [0, 1] and a generator, and change each picture with its own lot.
"""

from __future__ import annotations

import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw

#: Width over height of the pictures that were stretched to squares.
ASPECT = 4 / 3


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> torch.Tensor:
    """`count` numbers, N x 1 x 1 x 1."""
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)


def chosen(count: int, share: float, generator: torch.Generator) -> torch.Tensor:
    """Row numbers of a random share of a batch."""
    return torch.nonzero(torch.rand(count, generator=generator) < share)[:, 0]


def random_affine(count: int, generator: torch.Generator, zoom: tuple[float, float] = (0.6, 1.1), aspect: float = 0.18,
                  rotated: float = 0.7) -> torch.Tensor:
    """N x 2 x 3 matrices of output places into input places: mirrors, any angle in true proportions, aspect jitter, crops.

    Half of the crops are wide (from 0.85 of the width on), so that whole pictures and close views are both seen.
    """
    lot = lambda low, high: low + (high - low) * torch.rand(count, generator=generator)
    sign = lambda: torch.randint(0, 2, (count,), generator=generator).float() * 2 - 1
    scale = torch.where(torch.rand(count, generator=generator) < 0.5, lot(0.85, zoom[1]), lot(zoom[0], 0.9))
    stretch = torch.exp(lot(-aspect, aspect) / 2)
    angle = lot(0, 2 * math.pi) * (torch.rand(count, generator=generator) < rotated)
    c, s = torch.cos(angle), torch.sin(angle)
    rotation = torch.stack([torch.stack([c, -s / ASPECT], 1), torch.stack([s * ASPECT, c], 1)], 1)
    diagonal = torch.diag_embed(torch.stack([scale * stretch * sign(), scale / stretch * sign()], 1))
    # The lesion is about the middle: a close crop may not miss it by much.
    room = (1 - scale).clamp(min=0)[:, None] * 0.6 + 0.04
    offset = (torch.rand(count, 2, generator=generator) * 2 - 1) * room
    return torch.cat([rotation @ diagonal, offset[..., None]], 2)


def color_jitter(images: torch.Tensor, generator: torch.Generator, strength: float = 1.0) -> torch.Tensor:
    """Another light or camera: exponent, gain of each channel, saturation, contrast, brightness."""
    n = len(images)
    gauss = lambda channels, spread: torch.exp(spread * strength * torch.randn(n, channels, 1, 1, generator=generator))
    values = images.clamp(1e-4, 1).pow_(gauss(1, 0.20)).mul_(gauss(3, 0.10) * gauss(1, 0.10))
    saturation = uniform(n, 1 - 0.4 * strength, 1 + 0.4 * strength, generator)
    contrast = uniform(n, 1 - 0.3 * strength, 1 + 0.4 * strength, generator)
    grey = values.mean(1, keepdim=True)
    middle = grey.mean((2, 3), keepdim=True)
    return values.mul_(saturation * contrast).add_(grey * ((1 - saturation) * contrast) + middle * (1 - contrast)).clamp_(0, 1)


def color_constancy(images: torch.Tensor, power: float = 6.0) -> torch.Tensor:
    """Shades of grey (Finlayson & Trezzi 2004): each channel divided by the picture's illuminant, brightness kept."""
    light = images.clamp(min=1e-3).pow(power).mean((2, 3), keepdim=True).pow(1 / power)
    return (images * light.mean(1, keepdim=True) / light).clamp(0, 1)


def mix_style(images: torch.Tensor, others: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Mean and spread of each channel moved a random part of the way to another picture's (Reinhard 2001; MixStyle, Zhou 2021)."""
    share = uniform(len(images), 0.2, 1.0, generator)
    some, some_other = images[..., ::4, ::4], others[..., ::4, ::4]
    mean, spread = some.mean((2, 3), keepdim=True), some.std((2, 3), keepdim=True) + 1e-3
    to_mean, to_spread = some_other.mean((2, 3), keepdim=True), some_other.std((2, 3), keepdim=True) + 1e-3
    factor = 1 + share * (to_spread / spread - 1)
    return (images * factor + (mean + share * (to_mean - mean) - mean * factor)).clamp_(0, 1)


def mix_amplitudes(images: torch.Tensor, others: torch.Tensor, generator: torch.Generator, cutoff: float = 0.1) -> torch.Tensor:
    """Fourier amplitudes below a frequency moved a random part of the way to another picture's; phases, and with them outlines, stay.

    After Yang & Soatto 2020 (FDA), with the random parts of Xu et al. 2021. `cutoff` is in cycles per pixel, of at most 0.5; each picture takes a random part of it.
    """
    height, width = images.shape[-2:]
    of, of_other = torch.fft.rfft2(images), torch.fft.rfft2(others)
    frequency = torch.maximum(torch.fft.fftfreq(height).abs()[:, None], torch.fft.rfftfreq(width)[None])
    below = (frequency <= uniform(len(images), 0, cutoff, generator)).float()
    share = uniform(len(images), 0.2, 1.0, generator) * below
    amplitude = of.abs()
    return torch.fft.irfft2(of * (1 + share * (of_other.abs() / amplitude.clamp(min=1e-6) - 1)), s=(height, width)).clamp_(0, 1)


def gaussian_blur(images: torch.Tensor, spread: torch.Tensor) -> torch.Tensor:
    """Each picture by its own spread in pixels (N), in one grouped convolution."""
    n, channels, height, width = images.shape
    radius = max(1, math.ceil(2.5 * float(spread.max())))
    place = torch.arange(-radius, radius + 1).float()
    kernel = torch.exp(-0.5 * (place / spread.clamp(min=1e-3)[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    flat = F.pad(images.reshape(1, n * channels, height, width), (radius,) * 4, mode="replicate")
    flat = F.conv2d(flat, kernel[:, None, None, :], groups=n * channels)
    return F.conv2d(flat, kernel[:, None, :, None], groups=n * channels).reshape(images.shape)


def jpeg(image: torch.Tensor, quality: int) -> torch.Tensor:
    """One picture stored and read again."""
    stored = io.BytesIO()
    Image.fromarray((image.permute(1, 2, 0).numpy() * 255).astype(np.uint8)).save(stored, "JPEG", quality=quality)
    return torch.from_numpy(np.array(Image.open(stored))).permute(2, 0, 1).float() / 255


def degrade(images: torch.Tensor, generator: torch.Generator, share: float = 0.25) -> torch.Tensor:
    """Blur, few pixels, noise and JPEG, each in a share of the pictures."""
    n, _, height, width = images.shape
    images = images.clone()
    if len(rows := chosen(n, share, generator)):
        images[rows] = gaussian_blur(images[rows], 0.3 + 1.9 * torch.rand(len(rows), generator=generator))
    for row in chosen(n, share / 2, generator).tolist():
        factor = 0.25 + 0.4 * float(torch.rand(1, generator=generator))
        small = F.interpolate(images[row: row + 1], scale_factor=factor, mode="area")
        images[row] = F.interpolate(small, size=(height, width), mode=("nearest", "bilinear")[row % 2])[0]
    if len(rows := chosen(n, share, generator)):
        spread = uniform(len(rows), 0.01, 0.14, generator) ** 1.3 * 1.8
        grain = torch.randn(len(rows), 3, height, width, generator=generator)
        by_light = uniform(len(rows), 0, 1, generator) > 0.5
        images[rows] = (images[rows] + grain * spread * torch.where(by_light, 1.6 * images[rows], torch.ones(()))).clamp(0, 1)
    for row in chosen(n, share, generator).tolist():
        images[row] = jpeg(images[row], int(torch.randint(8, 70, (1,), generator=generator)))
    return images


def dark_corners(side: int, count: int, generator: torch.Generator) -> torch.Tensor:
    """Factors N x 1 x side x side: a circle in true proportions, dark beyond, its rim sharp or soft."""
    place = (torch.arange(side) + 0.5) / side * 2 - 1
    y, x = torch.meshgrid(place, place * ASPECT, indexing="ij")
    distance = torch.hypot(x[None, None] - uniform(count, -0.1, 0.1, generator), y[None, None] - uniform(count, -0.1, 0.1, generator))
    radius, soft = uniform(count, 0.95, 1.6, generator), uniform(count, 0.01, 0.3, generator) ** 1.5
    floor = uniform(count, 0, 0.3, generator)
    return floor + (1 - floor) * torch.sigmoid((radius - distance) / soft)


def drawn_lines(image: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Some hairs, or a ruler's ticks, on one picture."""
    side = image.shape[-1]
    picture = Image.fromarray((image.permute(1, 2, 0).numpy() * 255).astype(np.uint8))
    pen, lot = ImageDraw.Draw(picture), lambda low, high: low + (high - low) * float(torch.rand(1, generator=generator))
    if lot(0, 1) < 0.75:
        for _ in range(int(lot(3, 28))):
            shade = lot(0, 90)
            x, y, angle, bend = lot(0, side), lot(0, side), lot(0, 2 * math.pi), lot(-0.08, 0.08)
            points = []
            for _ in range(int(lot(5, 18))):
                points.append((x, y))
                x, y, angle = x + 8 * math.cos(angle), y + 8 * math.sin(angle), angle + bend
            pen.line(points, fill=(int(shade * 1.2), int(shade), int(shade * 0.8)), width=1 if lot(0, 1) < 0.75 else 2)
    else:
        edge, step = lot(0.03, 0.16) * side, lot(4, 12)
        for n in range(int(side / step)):
            long = edge * (1 if n % 5 == 0 else 0.6)
            pen.line([(n * step, 0), (n * step, long)] if edge % 2 < 1 else [(0, n * step), (long, n * step)], fill=(20, 20, 20))
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def occlude(images: torch.Tensor, generator: torch.Generator, share: float = 0.15) -> torch.Tensor:
    """Dark corners, hairs and rulers, and erased patches, each in a share of the pictures."""
    n, _, side, _ = images.shape
    images = images.clone()
    if len(rows := chosen(n, share, generator)):
        images[rows] = images[rows] * dark_corners(side, len(rows), generator)
    for row in chosen(n, share, generator).tolist():
        images[row] = drawn_lines(images[row], generator)
    for row in chosen(n, share / 2, generator).tolist():
        height, width = (int(v) for v in torch.randint(side // 10, side // 3, (2,), generator=generator))
        top, left = int(torch.randint(0, side - height, (1,), generator=generator)), int(torch.randint(0, side - width, (1,), generator=generator))
        images[row, :, top: top + height, left: left + width] = torch.rand(3, 1, 1, generator=generator)
    return images


def other_camera(images: torch.Tensor, others: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """All but the geometry: colours of four pictures in five, style, constancy, then what camera and clinic add."""
    n = len(images)
    images = images.clone()
    if len(rows := chosen(n, 0.3, generator)):
        images[rows] = mix_style(images[rows], others[rows], generator)
    if len(rows := chosen(n, 0.15, generator)):
        images[rows] = color_constancy(images[rows])
    if len(rows := chosen(n, 0.8, generator)):
        images[rows] = color_jitter(images[rows], generator)
    return degrade(occlude(images, generator), generator)


def mild_camera(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Small changes in a part of the pictures, after which words are as true as measurements on a copy are: light, dark corners, hairs."""
    images = images.clamp(0, 1).clone()
    if len(rows := chosen(len(images), 0.5, generator)):
        images[rows] = color_jitter(images[rows], generator, 0.3)
    if len(rows := chosen(len(images), 0.06, generator)):
        images[rows] = images[rows] * dark_corners(images.shape[-1], len(rows), generator)
    for row in chosen(len(images), 0.06, generator).tolist():
        images[row] = drawn_lines(images[row], generator)
    return images


def warp(images: torch.Tensor, matrix: torch.Tensor, side: int) -> torch.Tensor:
    """The pictures by those matrices, the rim drawn out, at `side` pixels."""
    grid = F.affine_grid(matrix, (len(images), images.shape[1], side, side), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
