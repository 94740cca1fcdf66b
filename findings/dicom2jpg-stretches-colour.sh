#!/usr/bin/env bash
# One would guess: dicom2jpg, which says that its files look as on DICOM viewers, writes an 8-bit RGB photograph, which has no
# window and no lookup table, with the colours that it has.
# What happens: it stretches every picture from its smallest to its largest value, all three channels by one scale. Skin of
# (200, 150, 120) around a lesion of (90, 50, 40) comes out as (255, 175, 127) and (79, 15, 0), in PNG, JPEG and its array alike;
# with one white and one black pixel in a corner the colours stay. A picture of one grey is divided by zero: black.
# Version: dicom2jpg 0.1.10, pydicom 3.0.2, opencv-python-headless 4.11.0.86, numpy 2.4.6.
# Why it matters: a lesion's colours are what a dermatologist or a model goes by, and here a glint or the black rim of a
# dermoscope decides about them. Write pydicom's own array.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps)
"${pip[@]}" dicom2jpg==0.1.10 pydicom==3.0.2 opencv-python-headless==4.11.0.86 numpy==2.4.6 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version
from pathlib import Path

import dicom2jpg
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

SKIN, LESION = (200, 150, 120), (90, 50, 40)


def picture(corners=False, grey=False):
    pixels = np.full((48, 64, 3), SKIN, np.uint8)
    pixels[16:32, 16:48] = LESION
    if corners:
        pixels[0, 0], pixels[0, -1] = 255, 0
    return np.full_like(pixels, 128) if grey else pixels


def stored(name, pixels):
    """An 8-bit RGB photograph (VL Photographic Image Storage), uncompressed."""
    image = pydicom.Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.4"
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.PatientID, image.StudyDate, image.StudyTime, image.Modality = name, "20261130", "120000", "XC"
    image.AccessionNumber, image.SeriesNumber, image.InstanceNumber = "1", 1, 1
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PlanarConfiguration = 3, "RGB", 0
    image.Rows, image.Columns = pixels.shape[:2]
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.PixelData = pixels.tobytes()
    image.save_as(f"{name}.dcm", enforce_file_format=True)
    return f"{name}.dcm"


def colours(pixels):
    """Skin beside the lesion, and the lesion's middle."""
    return tuple(tuple(int(value) for value in np.asarray(pixels)[place]) for place in ((40, 8), (24, 32)))


def written(kind, name):
    getattr(dicom2jpg, f"dicom2{kind}")(f"{name}.dcm", target_root=f"{name}-{kind}", multiprocessing=False)
    return Image.open(next(Path(f"{name}-{kind}").rglob(f"*.{kind}"))).convert("RGB")


plain, corners, grey = stored("plain", picture()), stored("corners", picture(corners=True)), stored("grey", picture(grey=True))
packages = ("dicom2jpg", "pydicom", "opencv-python-headless", "numpy")
seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in packages),
    "pydicom: skin, lesion": colours(pydicom.dcmread(plain).pixel_array),
    "dicom2jpg's array": colours(dicom2jpg.dicom2img(plain)),
    "dicom2jpg's PNG": colours(written("png", "plain")),
    "dicom2jpg's JPEG is within 4 of that": bool(
        np.abs(np.array(colours(written("jpg", "plain"))) - np.array(colours(written("png", "plain")))).max() <= 4),
    "with a white and a black corner": colours(dicom2jpg.dicom2img(corners)),
    "one grey of 128": colours(dicom2jpg.dicom2img(grey))[0],
}
expected = {
    "versions": "dicom2jpg 0.1.10 pydicom 3.0.2 opencv-python-headless 4.11.0.86 numpy 2.4.6",
    "pydicom: skin, lesion": ((200, 150, 120), (90, 50, 40)),
    "dicom2jpg's array": ((255, 175, 127), (79, 15, 0)),
    "dicom2jpg's PNG": ((255, 175, 127), (79, 15, 0)),
    "dicom2jpg's JPEG is within 4 of that": True,
    "with a white and a black corner": ((200, 150, 120), (90, 50, 40)),
    "one grey of 128": (0, 0, 0),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
