#!/usr/bin/env bash
# One would guess: dcmtk's img2dcm, which wraps a JPEG without touching its pixels, writes what the JPEG's header says: its
# colour model, its subsampling and which way is up.
# What happens: every colour JPEG is labelled YBR_FULL_422. A JPEG in RGB comes back from dcmtk's own dcmj2pnm with skin in light
# blue (189, 198, 239) instead of (200, 150, 120), exit status 0; pydicom with Pillow refuses it. A telephone's picture with
# EXIF orientation 6 lies on its side for good: the EXIF is left out and no attribute keeps what it said. A progressive JPEG
# gets a retired transfer syntax (.55) that pydicom cannot decode.
# Version: dcmtk 3.6.7 (Debian 12), pydicom 3.0.2, Pillow 13.0.0.
# Why it matters: it is a usual way for a clinic's photographs into a PACS. Turn, strip and write a baseline YCbCr JPEG first.
# Debian: dcmtk.
set -euo pipefail
dpkg-query -W -f '${Package} ${Version}\n' dcmtk 2>/dev/null || { echo "needs Debian's dcmtk" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PY'
import subprocess
from importlib.metadata import version

import pydicom
from PIL import Image, ImageOps

picture = Image.new("RGB", (64, 48), (200, 150, 120))
picture.paste((90, 50, 40), (20, 10, 40, 30))
exif = Image.Exif()
exif[0x0112], exif[0x010E] = 6, "words of the camera"
KINDS = {
    "YCbCr 4:4:4": {"subsampling": 0},
    "YCbCr 4:2:0": {"subsampling": 2},
    "RGB": {"keep_rgb": True},
    "orientation 6": {"exif": exif},
    "progressive": {"progressive": True},
}


def wrapped(kind, options):
    """Label, transfer syntax, size and first pixel by pydicom, first pixel by dcmj2pnm."""
    picture.save("in.jpg", quality=95, **options)
    subprocess.run(["img2dcm", "-vlp", "-k", "PatientName=Phantom", "in.jpg", "out.dcm"], check=True)
    subprocess.run(["dcmj2pnm", "+op", "out.dcm", "out.ppm"], check=True)
    image = pydicom.dcmread("out.dcm")
    try:
        pixels = image.pixel_array
        read = (pixels.shape[:2], tuple(int(value) for value in pixels[0, 0]))
    except (NotImplementedError, RuntimeError) as error:
        read = type(error).__name__
    return image.PhotometricInterpretation, image.file_meta.TransferSyntaxUID[-3:], read, Image.open("out.ppm").getpixel((0, 0))


seen = {"versions": f"pydicom {version('pydicom')} pillow {version('pillow')}"}
for kind, options in KINDS.items():
    seen[kind] = wrapped(kind, options)
    if kind == "orientation 6":
        upright = ImageOps.exif_transpose(Image.open("in.jpg"))
        seen["upright rows and columns, EXIF text still inside"] = (
            (upright.height, upright.width), b"words of the camera" in pydicom.dcmread("out.dcm").PixelData)
skin = (200, 151, 121)
expected = {
    "versions": "pydicom 3.0.2 pillow 13.0.0",
    "YCbCr 4:4:4": ("YBR_FULL_422", ".50", ((48, 64), skin), skin),
    "YCbCr 4:2:0": ("YBR_FULL_422", ".50", ((48, 64), skin), skin),
    "RGB": ("YBR_FULL_422", ".50", "RuntimeError", (189, 198, 239)),
    "orientation 6": ("YBR_FULL_422", ".50", ((48, 64), skin), skin),
    "upright rows and columns, EXIF text still inside": ((64, 48), False),
    "progressive": ("YBR_FULL_422", ".55", "NotImplementedError", skin),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
