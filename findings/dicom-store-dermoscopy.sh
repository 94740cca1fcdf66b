#!/usr/bin/env bash
# One would guess: the two usual ends of DICOM storage, dcmtk's storescu and a node that offers pynetdicom's
# StoragePresentationContexts ("all of storage", as its examples do), pass every image class, dermoscopic photographs too.
# What happens: an association holds 128 classes, so both have a short list, and Dermoscopic Photography Image Storage
# (1.2.840.10008.5.1.4.1.1.77.1.7) is on neither, although ordinary VL photographs are. storescu
# fails with "No presentation context" even at a node that takes the class; storescu -R and dcmsend send it. pynetdicom's
# list (120 of its 170) accepts the association and rejects the one context that matters.
# Version: dcmtk 3.6.7 (Debian 12), pynetdicom 3.0.4, pydicom 3.0.2.
# Why it matters: a dermatoscope's pictures do not arrive, while the echo test and other classes work, and each side's message
# points at the other. Send with -R; add the class to the receiver by hand.
# Debian: dcmtk.
set -euo pipefail
dpkg-query -W -f '${Package} ${Version}\n' dcmtk 2>/dev/null || { echo "needs Debian's dcmtk" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pynetdicom==3.0.4 pydicom==3.0.2
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess

import pynetdicom
from pynetdicom import AE, AllStoragePresentationContexts, StoragePresentationContexts, evt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

DERMOSCOPIC, PHOTOGRAPHIC = "1.2.840.10008.5.1.4.1.1.77.1.7", "1.2.840.10008.5.1.4.1.1.77.1.4"


def listen(contexts):
    server = AE()
    server.supported_contexts = contexts
    return server.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda event: 0x0000)])


def accepted(contexts):
    """The classes of two that a node with these contexts accepts, on the loopback interface."""
    listening = listen(contexts)
    client = AE()
    for uid in (DERMOSCOPIC, PHOTOGRAPHIC):
        client.add_requested_context(uid)
    association = client.associate("127.0.0.1", listening.server_address[1])
    classes = sorted(context.abstract_syntax for context in association.accepted_contexts)
    established = association.is_established
    association.release()
    listening.shutdown()
    return established, classes


def sent(*command):
    """The exit status of a dcmtk sender with one dermoscopic object, at a node that takes its class."""
    item = Dataset()
    item.file_meta = FileMetaDataset()
    item.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    item.SOPClassUID, item.SOPInstanceUID, item.Modality = DERMOSCOPIC, generate_uid(), "DMS"
    item.PatientID, item.StudyInstanceUID, item.SeriesInstanceUID = "1", generate_uid(), generate_uid()
    item.save_as("lesion.dcm", enforce_file_format=True)
    listening = listen([pynetdicom.build_context(DERMOSCOPIC)])
    port = str(listening.server_address[1])
    ended = subprocess.run([*command, "127.0.0.1", port, "lesion.dcm"], check=False, stderr=subprocess.DEVNULL).returncode
    listening.shutdown()
    return ended


seen = {
    "version": pynetdicom.__version__,
    "exit status of storescu, storescu -R, dcmsend": (sent("storescu"), sent("storescu", "-R"), sent("dcmsend")),
    "classes in StoragePresentationContexts": len(StoragePresentationContexts),
    "classes in AllStoragePresentationContexts": len(AllStoragePresentationContexts),
    "accepted with the former": accepted(StoragePresentationContexts),
    "accepted with the dermoscopic class added": accepted(
        [*StoragePresentationContexts, pynetdicom.build_context(DERMOSCOPIC)]),
}
expected = {
    "version": "3.0.4",
    "exit status of storescu, storescu -R, dcmsend": (1, 0, 0),
    "classes in StoragePresentationContexts": 120,
    "classes in AllStoragePresentationContexts": 170,
    "accepted with the former": (True, [PHOTOGRAPHIC]),
    "accepted with the dermoscopic class added": (True, [PHOTOGRAPHIC, DERMOSCOPIC]),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
