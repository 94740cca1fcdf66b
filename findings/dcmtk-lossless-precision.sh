#!/usr/bin/env bash
# One would guess: a lossless JPEG or JPEG-LS frame in a DICOM file says in its own header how many bits its samples have, the
# same number as Bits Stored: a decoder then knows where white is.
# What happens: dcmtk's dcmcjpeg and dcmcjpls write a precision of 16 for every picture with 16 bits allocated, also for 8, 10 and 12
# bits stored (dcmcjpeg +tr, which leaves out unused bits, included). The samples are untouched. Scaled by the frame's own header
# a white of 12 bits is a grey of 16 of 255; a reader that wants header and Bits Stored to agree refuses the file.
# Version: dcmtk 3.6.7 (Debian 12), pydicom 3.0.2, pyjpegls 1.5.1.
# Why it matters: a camera's 10- or 12-bit photographs that went through dcmtk's compression look almost black wherever a viewer
# goes by the frame. Go by Bits Stored, and take any precision that holds the samples.
# Debian: dcmtk.
set -euo pipefail
dpkg-query -W -f '${Package} ${Version}\n' dcmtk 2>/dev/null || { echo "needs Debian's dcmtk" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 pyjpegls==1.5.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PY'
import subprocess
from importlib.metadata import version

import numpy
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

FRAMES = {0xC3: "lossless JPEG", 0xF7: "JPEG-LS"}


def written(stored):
    """A grey picture whose brightest sample is the greatest of its bits."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = SecondaryCaptureImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID, image.Modality = generate_uid(), generate_uid(), "OT"
    image.PatientID, image.PatientName = "P", "Phantom"
    image.Rows, image.Columns, image.SamplesPerPixel, image.PhotometricInterpretation = 32, 48, 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, stored, stored - 1, 0
    samples = numpy.linspace(0, (1 << stored) - 1, 32 * 48).astype("uint16").reshape(32, 48)
    image.PixelData = samples.tobytes()
    image["PixelData"].VR = "OW"
    image.save_as("in.dcm", enforce_file_format=True)
    return samples


def compressed(tool, stored):
    """The frame's kind, its precision, whether its samples are those that went in, and white scaled by the precision."""
    samples = written(stored)
    subprocess.run([tool, "in.dcm", "out.dcm"], check=True)
    image = pydicom.dcmread("out.dcm")
    frame = next(pydicom.encaps.generate_frames(image.PixelData, number_of_frames=1))
    marker, place = next((marker, frame.find(bytes([0xFF, marker]))) for marker in FRAMES if bytes([0xFF, marker]) in frame[:64])
    subprocess.run([tool.replace("dcmc", "dcmd"), "out.dcm", "back.dcm"], check=True)
    back = pydicom.dcmread("back.dcm").pixel_array
    precision = frame[place + 4]
    return FRAMES[marker], image.BitsStored, precision, bool((back == samples).all()), round(255 * int(back.max()) / ((1 << precision) - 1))


seen = {"versions": f"pydicom {version('pydicom')} pyjpegls {version('pyjpegls')}"}
for tool in ("dcmcjpeg", "dcmcjpls"):
    for stored in (8, 10, 12, 16):
        seen[f"{tool}, {stored} bits stored"] = compressed(tool, stored)
expected = {"versions": "pydicom 3.0.2 pyjpegls 1.5.1"}
for tool, kind in (("dcmcjpeg", "lossless JPEG"), ("dcmcjpls", "JPEG-LS")):
    for stored, white in ((8, 1), (10, 4), (12, 16), (16, 255)):
        expected[f"{tool}, {stored} bits stored"] = (kind, stored, 16, True, white)
print("frame, Bits Stored, precision in the frame's header, samples unchanged, white of 255 by that precision")
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
