"""HEIC, AVIF, JPEG 2000 and JPEG XL files made with Pillow and its plugins, and what they read back."""

import pathlib
from dataclasses import dataclass, field

import numpy
import pillow_heif
import pillow_jxl  # noqa: F401  registers JPEG XL
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()

WIDTH, HEIGHT = 75, 58  # odd, and no multiple of a codec's blocks


@dataclass
class Made:
    """A file: how it is written, and how far its pixels may be from what the other side reads."""

    name: str
    image: Image.Image
    options: dict = field(default_factory=dict)
    tolerance: int = 1
    """Grey levels."""


def photograph(mode: str = "RGB") -> Image.Image:
    """Skin with a lesion, smooth enough for a codec to keep."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    distance = numpy.hypot((x - WIDTH / 2) / WIDTH, (y - HEIGHT / 2) / HEIGHT)
    inside = numpy.clip((0.35 - distance) * 8, 0, 1)[..., None]
    pixels = inside * (110, 70, 50) + (1 - inside) * (225, 180, 160) + 12 * numpy.sin(x / 9 + y / 7)[..., None]
    image = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
    if mode == "RGBA":
        image.putalpha(Image.fromarray(numpy.where(x < WIDTH // 3, 0, 255).astype(numpy.uint8)))
    return image if mode in ("RGB", "RGBA") else image.convert(mode)


def turned(orientation: int) -> Image.Exif:
    """EXIF with an orientation only."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def made() -> list[Made]:
    """One file for each thing that a format can have."""
    rgb, rgba, grey = photograph(), photograph("RGBA"), photograph("L")
    files = [
        Made("lossless.jp2", rgb), Made("tiled.jp2", rgb, {"tile_size": (32, 32)}), Made("bare.j2k", rgb),
        Made("lossy.jp2", rgb, {"quality_mode": "dB", "quality_layers": [45], "irreversible": True}),
        Made("layers.jp2", rgb, {"quality_mode": "rates", "quality_layers": [8, 4, 2]}),
        Made("alpha.jp2", rgba), Made("grey.jp2", grey), Made("no-transform.jp2", rgb, {"mct": 0}),
        Made("lossless.jxl", rgb, {"lossless": True}), Made("lossy.jxl", rgb, {"quality": 95}, 2),
        Made("alpha.jxl", rgba, {"lossless": True}), Made("grey.jxl", grey, {"lossless": True}),
        Made("444.avif", rgb, {"quality": 95, "subsampling": "4:4:4"}, 3),
        Made("420.avif", rgb, {"quality": 80, "subsampling": "4:2:0"}, 12),
        Made("alpha.avif", rgba, {"quality": 95, "subsampling": "4:4:4"}, 3), Made("grey.avif", grey, {"quality": 95}, 3),
        Made("lossless.heic", rgb, {"quality": -1, "matrix_coefficients": 0, "chroma": 444}),
        Made("444.heic", rgb, {"quality": 95, "chroma": 444}, 3), Made("420.heic", rgb, {"quality": 90}, 12),
        Made("alpha.heic", rgba, {"quality": 95, "chroma": 444}, 3), Made("grey.heic", grey, {"quality": 95}, 3),
    ]
    for orientation in range(1, 9):
        exif = {"exif": turned(orientation)}
        files.append(Made(f"turned-{orientation}.avif", rgb, {"quality": 95, "subsampling": "4:4:4"} | exif, 3))
        files.append(Made(f"turned-{orientation}.heic", rgb, {"quality": 95, "chroma": 444} | exif, 3))
    return files


def write(file: Made, folder: pathlib.Path) -> pathlib.Path:
    """The file on the disk."""
    path = folder / file.name
    file.image.save(path, **file.options)
    return path


def by_pillow(path: pathlib.Path) -> numpy.ndarray:
    """Pillow's pixels: upright, over white."""
    with Image.open(path) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
    if "A" in upright.getbands():
        white = Image.new("RGBA", upright.size, (255, 255, 255, 255))
        upright = Image.alpha_composite(white, upright.convert("RGBA"))
    return numpy.asarray(upright.convert("RGB"))
