#!/usr/bin/env python3
"""Compares the seed protocol's image preparation with Pillow's.

Pillow's side is what the seed system did before its JPEG step: RGB, 224 x 224 with LANCZOS, contrast 1.4. Ours is

    BINARY prepare IMAGE --protocol seed --out FILE.png

Fails when any image is below 45 dB of peak signal-to-noise ratio. Needs Pillow and NumPy.

usage: compare_with_pillow.py BINARY [--images FOLDER]
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageEnhance, ImageOps

SIDE = 224  # pixels
CONTRAST = 1.4
MINIMUM = 45.0  # dB
FORMATS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}


def by_pillow(path: pathlib.Path) -> numpy.ndarray:
    with Image.open(path) as image:
        picture = ImageOps.exif_transpose(image).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return numpy.asarray(ImageEnhance.Contrast(picture).enhance(CONTRAST))


def by_us(binary: str, path: pathlib.Path, folder: pathlib.Path) -> numpy.ndarray:
    out = folder / "prepared.png"
    out.unlink(missing_ok=True)
    subprocess.run([binary, "prepare", str(path), "--protocol", "seed", "--out", str(out)], check=True)
    with Image.open(out) as image:
        return numpy.asarray(image.convert("RGB"))


def decibels(ours: numpy.ndarray, theirs: numpy.ndarray) -> float:
    """Peak signal-to-noise ratio; infinite for the same bytes."""
    error = numpy.mean((ours.astype(numpy.float64) - theirs.astype(numpy.float64)) ** 2)
    return float("inf") if error == 0 else 10 * numpy.log10(255**2 / error)


def synthesise(folder: pathlib.Path) -> None:
    """Pictures with smooth shading, sharp edges and noise, larger and smaller than the target, in every format."""
    random = numpy.random.default_rng(7)
    sizes = [(600, 450), (1024, 768), (450, 600), (97, 53), (224, 224), (640, 224), (31, 400), (8, 8), (1500, 20)]
    for index, (width, height) in enumerate(sizes):
        y, x = numpy.mgrid[0:height, 0:width]
        distance = numpy.hypot((x - width / 2) / width, (y - height / 2) / height)
        lesion = distance < 0.3 + 0.05 * numpy.sin(7 * numpy.arctan2(y - height / 2, x - width / 2))
        base = numpy.where(lesion[..., None], (110, 70, 50), (225, 180, 160)) + 30 * numpy.sin(x / 9 + y / 7)[..., None]
        pixels = numpy.clip(base + random.normal(0, 12, (height, width, 3)), 0, 255).astype(numpy.uint8)
        image = Image.fromarray(pixels)
        image.save(folder / f"{index}.png")
        image.save(folder / f"{index}.bmp")
        image.save(folder / f"{index}.tif")
        image.save(folder / f"{index}.jpg", quality=90)
        image.save(folder / f"{index}.webp", quality=90)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--images", type=pathlib.Path, help="default: the seed's images if there, else synthesised")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        images = arguments.images
        if images is None:
            seed = pathlib.Path(__file__).resolve().parents[3] / "shared/data/seed99/images"
            images = seed if seed.is_dir() else folder / "synthesised"
            if images is not seed:
                images.mkdir()
                synthesise(images)
        paths = sorted(path for path in images.iterdir() if path.suffix.lower() in FORMATS)
        if not paths:
            print(f"{images}: no images", file=sys.stderr)
            return 1
        ratios = {path: decibels(by_us(arguments.binary, path, folder), by_pillow(path)) for path in paths}

    worst = min(ratios, key=lambda path: ratios[path])
    identical = sum(ratio == float("inf") for ratio in ratios.values())
    print(
        f"{len(ratios)} images of {images}: minimum {ratios[worst]:.2f} dB ({worst.name}), "
        f"median {statistics.median(ratios.values()):.2f} dB, {identical} identical"
    )
    failed = [path for path in paths if ratios[path] < MINIMUM]
    for path in failed:
        print(f"{path.name}: {ratios[path]:.2f} dB is below {MINIMUM} dB", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
