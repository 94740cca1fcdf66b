#!/usr/bin/env bash
# One would guess: a reader of DICOM images reads by the pixel module (rows, columns, samples, bits); the SOP class is
# a label. An uncompressed 8-bit RGB picture is the plainest there is.
# What happens: SimpleITK ("Unable to determine ImageIO reader") and python-gdcm (Read() is False) refuse a Dermoscopic
# Photography Image (1.2.840.10008.5.1.4.1.1.77.1.7). The same pixels in the class of an ordinary VL photograph
# (…77.1.4) are read, every sample right. GDCM's table of storage classes lacks the dermoscopic one.
# Version: SimpleITK 2.5.7, python-gdcm 3.2.6, pydicom 3.0.2 (which reads both).
# Why it matters: pipelines that read DICOM through ITK or GDCM (most of medical imaging's) see no dermoscopy at all,
# and the message blames the file's format. Read it with pydicom, or hand the frame to an image decoder.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 python-gdcm==3.2.6 pydicom==3.0.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import gdcm
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

sitk.ProcessObject.SetGlobalWarningDisplay(False)
gdcm.Trace.WarningOff()
gdcm.Trace.ErrorOff()
picture = np.full((48, 64, 3), (200, 150, 120), np.uint8)
picture[10:30, 20:40] = (90, 50, 40)


def write(name, sop_class, modality):
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = sop_class, generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.PatientName, image.PatientID, image.Modality = "Phantom", "1", modality
    image.InstanceNumber, image.ImageType = 1, ["ORIGINAL", "PRIMARY"]
    image.Rows, image.Columns = picture.shape[:2]
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PlanarConfiguration = 3, "RGB", 0
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    image.PixelData = picture.tobytes()
    image.save_as(name, enforce_file_format=True)


def by_simpleitk(name):
    try:
        return bool((sitk.GetArrayFromImage(sitk.ReadImage(name)).squeeze() == picture).all())
    except RuntimeError as error:
        return str(error).strip().split("ERROR: ")[-1].split(' for "')[0]


def by_gdcm(name):
    reader = gdcm.ImageReader()
    reader.SetFileName(name)
    return reader.Read()


seen = {"versions": " ".join(f"{p} {version(p)}" for p in ("SimpleITK", "python-gdcm", "pydicom"))}
for kind, sop_class, modality in (("dermoscopic", "1.2.840.10008.5.1.4.1.1.77.1.7", "DMS"),
                                  ("photographic", "1.2.840.10008.5.1.4.1.1.77.1.4", "XC")):
    write(f"{kind}.dcm", sop_class, modality)
    seen[f"{kind}: pydicom, SimpleITK, GDCM"] = (
        bool((pydicom.dcmread(f"{kind}.dcm").pixel_array == picture).all()), by_simpleitk(f"{kind}.dcm"), by_gdcm(f"{kind}.dcm"))
expected = {
    "versions": "SimpleITK 2.5.7 python-gdcm 3.2.6 pydicom 3.0.2",
    "dermoscopic: pydicom, SimpleITK, GDCM": (True, "Unable to determine ImageIO reader", False),
    "photographic: pydicom, SimpleITK, GDCM": (True, True, True),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
