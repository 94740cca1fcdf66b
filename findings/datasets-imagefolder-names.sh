#!/usr/bin/env bash
# One would guess: load_dataset("imagefolder") on MEL/*.jpg and NV/*.jpg gives every picture, labelled by its folder.
# What happens: the words test, dev, eval, valid, validation, testing (…) between separators in ANY one file's name make
# that file a split, and then all pictures without such a word are dropped, and the labels too: 7 pictures become 1, no
# warning. A metadata.csv that lists 4 of 6 pictures drops the other two likewise, and the folders' labels vanish.
# Version: datasets 5.2.0 (huggingface_hub 2.4.0).
# Why it matters: such words come easily into names (a lesion called "…_test", a device "DEV-1", a test shot, a photographer's
# initials), and a fine-tuning run on one picture ends without an error. Count what was loaded, or pass
# data_files={"train": "**"}, which keeps all.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 huggingface_hub==2.4.0 pillow==13.0.0
export HF_HOME=$work/home HF_DATASETS_OFFLINE=1 HF_HUB_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import pathlib

import datasets
from PIL import Image

SIX = [f"MEL/ISIC_000000{i}.jpg" for i in range(3)] + [f"NV/ISIC_000000{i}.jpg" for i in range(3, 6)]
folders = 0


def load(pictures, metadata=None, **options):
    """What imagefolder finds: by split, the number of rows and the label names or None."""
    global folders
    folders += 1
    folder = pathlib.Path(f"set{folders}")
    for level, name in enumerate(pictures):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (level, 0, 0)).save(folder / name)
    if metadata:
        (folder / "metadata.csv").write_text(metadata)
    found = datasets.load_dataset("imagefolder", data_dir=str(folder), **options)
    return {split: (len(rows), getattr(rows.features.get("label"), "names", None)) for split, rows in found.items()}


header = "file_name,age\n"
seen = {
    "version": datasets.__version__,
    "six pictures": load(SIX),
    "and NV/ISIC_0000009_test.jpg": load([*SIX, "NV/ISIC_0000009_test.jpg"]),
    "and NV/dev-1.jpg": load([*SIX, "NV/dev-1.jpg"]),
    "and NV/attested.jpg": load([*SIX, "NV/attested.jpg"]),
    "with all files given as train": load([*SIX, "NV/dev-1.jpg"], data_files={"train": "**"}),
    "metadata.csv with four of six": load(SIX, header + "".join(f"{name},40\n" for name in SIX[:4])),
}
labels = ["MEL", "NV"]
expected = {
    "version": "5.2.0",
    "six pictures": {"train": (6, labels)},
    "and NV/ISIC_0000009_test.jpg": {"test": (1, None)},
    "and NV/dev-1.jpg": {"validation": (1, None)},
    "and NV/attested.jpg": {"train": (7, labels)},
    "with all files given as train": {"train": (7, labels)},
    "metadata.csv with four of six": {"train": (4, None)},
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
