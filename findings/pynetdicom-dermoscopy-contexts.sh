#!/usr/bin/env bash
# One would guess: a DICOM node that offers pynetdicom's StoragePresentationContexts ("all of storage", as its examples do)
# takes every image class of the standard, dermoscopic photographs too.
# What happens: that list holds 120 classes, since an association allows 128, and Dermoscopic Photography Image Storage
# (1.2.840.10008.5.1.4.1.1.77.1.7, in the standard since 2019) is not among them, although ordinary VL photographs are.
# It stands in AllStoragePresentationContexts (170) alone. Such a receiver accepts the association and rejects the one
# context that matters, so a sender that opened it gets an association on which nothing can be sent.
# Version: pynetdicom 3.0.4, pydicom 3.0.2.
# Why it matters: a dermatoscope's or an archive's pictures do not arrive, while the echo test and other classes work.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pynetdicom==3.0.4 pydicom==3.0.2
"$work/venv/bin/python" - <<'PY'
import pynetdicom
from pynetdicom import AE, AllStoragePresentationContexts, StoragePresentationContexts, evt

DERMOSCOPIC, PHOTOGRAPHIC = "1.2.840.10008.5.1.4.1.1.77.1.7", "1.2.840.10008.5.1.4.1.1.77.1.4"


def accepted(contexts):
    """The classes of two that a node with these contexts accepts, on the loopback interface."""
    server = AE()
    server.supported_contexts = contexts
    listening = server.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda event: 0x0000)])
    client = AE()
    for uid in (DERMOSCOPIC, PHOTOGRAPHIC):
        client.add_requested_context(uid)
    association = client.associate("127.0.0.1", listening.server_address[1])
    classes = sorted(context.abstract_syntax for context in association.accepted_contexts)
    established = association.is_established
    association.release()
    listening.shutdown()
    return established, classes


seen = {
    "version": pynetdicom.__version__,
    "classes in StoragePresentationContexts": len(StoragePresentationContexts),
    "classes in AllStoragePresentationContexts": len(AllStoragePresentationContexts),
    "accepted with the former": accepted(StoragePresentationContexts),
    "accepted with the dermoscopic class added": accepted(
        [*StoragePresentationContexts, pynetdicom.build_context(DERMOSCOPIC)]),
}
expected = {
    "version": "3.0.4",
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
