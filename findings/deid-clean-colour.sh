#!/usr/bin/env bash
# One would guess: deid, pydicom's tool for taking a patient out of DICOM files, blackens the rectangle that its recipe names (burned-in
# text) and leaves the other pixels of a colour photograph as they are.
# What happens: DicomCleaner writes red, green and blue side by side, and leaves standing what the file says about the pixels' order and
# colours. Stored plane by plane (PlanarConfiguration 1), skin of (200, 150, 120) around a lesion of (90, 50, 40) turns violet, from
# (150, 50, 150) to (200, 90, 200), the lesion grey, and the rectangle, of which nothing is left in the file, is not black. Stored uncompressed
# as YBR_FULL, skin turns blue, (190, 197, 241), lesion and rectangle green, (0, 180, 0) and (0, 135, 0). No word of it. RGB by pixel and JPEG come out right.
# Version: deid 0.4.13, pydicom 3.0.2, numpy 2.4.6.
# Why it matters: whole data sets are cleaned before anyone looks at a picture, and a lesion's colours are what a diagnosis goes by.
# Convert such files to RGB by pixel first, and compare the pixels outside the rectangle afterwards.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps deid==0.4.13 pydicom==3.0.2 numpy==2.4.6 pillow==13.0.0 \
  matplotlib==3.11.2 contourpy==1.3.3 cycler==0.12.1 fonttools==4.60.1 kiwisolver==1.4.9 packaging==25.0 pyparsing==3.2.5 \
  python-dateutil==2.9.0.post0 six==1.17.0
cd "$work"
export MPLCONFIGDIR="$work"
"$work/venv/bin/python" -W ignore - <<'PY'
import io
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom
from deid.dicom import DicomCleaner
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

SKIN, LESION = (200, 150, 120), (90, 50, 40)
# Blackens the upper left corner, 20 wide and 4 high, of dermoscopic images.
Path("recipe").write_text("FORMAT dicom\n\n%filter graylist\n\nLABEL Corner\ncontains Modality DMS\n  coordinates 0,0,20,4\n")


def picture():
    pixels = np.full((48, 64, 3), SKIN, np.uint8)
    pixels[16:32, 16:48] = LESION
    return pixels


def stored(name, colours="RGB", by_plane=False, jpeg=False):
    """A dermoscopic photograph (Dermoscopic Photography Image Storage)."""
    image = pydicom.Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = JPEGBaseline8Bit if jpeg else ExplicitVRLittleEndian
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.7"
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.PatientID, image.PatientName, image.Modality = "1", "Doe^Jane", "DMS"
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PlanarConfiguration = 3, colours, int(by_plane)
    image.Rows, image.Columns = picture().shape[:2]
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    pixels = convert_color_space(picture(), "RGB", colours) if colours == "YBR_FULL" else picture()
    if jpeg:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=95)
        image.PixelData = encapsulate([file.getvalue()])
        image["PixelData"].VR = "OB"
    else:
        image.PixelData = np.ascontiguousarray(pixels.transpose(2, 0, 1) if by_plane else pixels).tobytes()
    image.save_as(f"{name}.dcm", enforce_file_format=True)
    return f"{name}.dcm"


def read(path):
    """Skin at two places, the lesion's middle, and the blackened rectangle's."""
    pixels = pydicom.dcmread(path).pixel_array
    return tuple(tuple(int(value) for value in pixels[place]) for place in ((40, 8), (8, 8), (24, 32), (2, 10)))


def cleaned(path):
    cleaner = DicomCleaner(output_folder="cleaned", deid="recipe")
    cleaner.detect(path)
    cleaner.clean()
    result = cleaner.save_dicom()
    image = pydicom.dcmread(result)
    return read(result), image.PhotometricInterpretation, image.PlanarConfiguration


kinds = {
    "RGB by pixel": stored("pixel"),
    "RGB by plane": stored("plane", by_plane=True),
    "YBR_FULL by pixel": stored("ybr", colours="YBR_FULL"),
    "JPEG": stored("jpeg", colours="YBR_FULL_422", jpeg=True),
}
seen = {"versions": " ".join(f"{name} {version(name)}" for name in ("deid", "pydicom", "numpy"))}
for kind, path in kinds.items():
    seen[f"{kind}, before"], seen[f"{kind}, cleaned"] = read(path), cleaned(path)
BLACK, NEARLY = (0, 0, 0), (200, 151, 121)
expected = {
    "versions": "deid 0.4.13 pydicom 3.0.2 numpy 2.4.6",
    "RGB by pixel, before": (SKIN, SKIN, LESION, SKIN),
    "RGB by pixel, cleaned": ((SKIN, SKIN, LESION, BLACK), "RGB", 0),
    "RGB by plane, before": (SKIN, SKIN, LESION, SKIN),
    "RGB by plane, cleaned": (((200, 90, 200), (150, 50, 150), (120, 120, 120), (200, 90, 200)), "RGB", 1),
    "YBR_FULL by pixel, before": (NEARLY, NEARLY, LESION, NEARLY),
    "YBR_FULL by pixel, cleaned": (((190, 197, 241), (190, 197, 241), (0, 180, 0), (0, 135, 0)), "YBR_FULL", 0),
    "JPEG, before": (NEARLY, NEARLY, LESION, NEARLY),
    "JPEG, cleaned": ((NEARLY, NEARLY, LESION, BLACK), "RGB", 0),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
