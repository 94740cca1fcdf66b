#!/usr/bin/env bash
# One would guess: imageio.v3.imread on one uncompressed RGB DICOM photograph gives height x width x 3, or says that it cannot,
# and reads that file alone.
# What happens: Planar Configuration is ignored. The bytes R, G, B, R, … (the usual way, 0) are cut as if they were three planes,
# and taken for slices: alone in its folder, or beside others of its series, the picture comes as height x width without colour,
# the first "plane": stripes of its upper third. Beside pictures of other series it is 3 x height x width, all three. No error.
# One read opens every file of the folder.
# Version: imageio 2.38.1 (its built-in DICOM plugin), pydicom 3.0.2 (which reads it right), numpy 2.4.6.
# Why it matters: a classifier fed through imageio sees stripes and answers all the same. Use pydicom.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check imageio==2.38.1 pydicom==3.0.2 numpy==2.4.6 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" -W ignore - 2>progress.log <<'PY'
import builtins
import contextlib
import io
import os
from importlib.metadata import version

import imageio.v3 as imageio
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

picture = np.full((48, 64, 3), (200, 150, 120), np.uint8)
picture[10:30, 20:40] = (90, 50, 40)


def write(name, series):
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID, image.Modality = "1.2.840.10008.5.1.4.1.1.77.1.7", generate_uid(), "DMS"
    image.StudyInstanceUID, image.SeriesInstanceUID, image.InstanceNumber = generate_uid(), series, 1
    image.PatientName, image.PatientID, image.ImageType = "Phantom", "1", ["ORIGINAL", "PRIMARY"]
    image.Rows, image.Columns = picture.shape[:2]
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PlanarConfiguration = 3, "RGB", 0
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    image.PixelData = picture.tobytes()
    image.save_as(name, enforce_file_format=True)


opened = set()
plain_open = builtins.open


def watched(name, *arguments, **options):
    opened.add(os.path.basename(str(name)))
    return plain_open(name, *arguments, **options)


def read(name):
    opened.clear()
    builtins.open = watched
    with contextlib.redirect_stdout(io.StringIO()):
        pixels = imageio.imread(name)
    builtins.open = plain_open
    planes = picture.reshape(3, 48, 64)
    return pixels.shape, bool((pixels == (planes if pixels.ndim == 3 else planes[0])).all()), len(
        [other for other in opened if other.endswith(".dcm")])


one = generate_uid()
for folder, series in (("alone", [one]), ("strangers", [generate_uid() for _ in range(5)]), ("series", [one] * 5)):
    os.mkdir(folder)
    for number, uid in enumerate(series):
        write(f"{folder}/{number}.dcm", uid)
seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in ("imageio", "pydicom", "numpy")),
    "pydicom is right": bool((pydicom.dcmread("alone/0.dcm").pixel_array == picture).all()),
    "imageio, alone: shape, bytes taken for planes, files opened": read("alone/0.dcm"),
    "imageio, beside four of other series": read("strangers/0.dcm"),
    "imageio, beside four of its series": read("series/0.dcm"),
}
expected = {
    "versions": "imageio 2.38.1 pydicom 3.0.2 numpy 2.4.6",
    "pydicom is right": True,
    "imageio, alone: shape, bytes taken for planes, files opened": ((48, 64), True, 1),
    "imageio, beside four of other series": ((3, 48, 64), True, 5),
    "imageio, beside four of its series": ((48, 64), True, 5),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
if changed:
    print("changed: " + "; ".join(changed))
    raise SystemExit(1)
PY
