"""Lays out images that `dermgemma datasets pull` fetched from the ISIC Archive as the data folder's ``ham10000``.

    cat splits/ham10000-*.txt > ids.txt
    dermgemma datasets pull --isic-ids ids.txt --out PULLED
    python -m dermgemma_training.arrange --pulled PULLED --data DATA [--masks FOLDER]

Pictures are shrunk to 300 x 225, the size that the committed weights were trained on. Lesion, age, sex and site come from the archive's
records, the diagnosis from the pull's labels. Masks are ``ID_segmentation.png`` or ``ID.png`` in the folder given
(HAM10000's are published apart from its images); where there is none, the lesion is found as on PH2's images. What
has no label is left out and counted. Goes on where it was.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

from .measurement import segment

SIZE, MASK_SIZE = (300, 225), (200, 150)
COLUMNS = ("image_id", "dx", "lesion_id", "confirm", "age", "sex", "site")
#: The archive's names for what the label file's columns hold, the first that is there.
NAMES = {"lesion_id": ("lesion_id",), "confirm": ("diagnosis_confirm_type",), "age": ("age_approx",), "sex": ("sex",),
         "site": ("anatom_site_general", "anatom_site_1")}


def details(record: dict) -> dict[str, str]:
    """A record's values by the label file's columns, empty where it has none."""
    groups = [g for g in (record.get("metadata") or {}).values() if isinstance(g, dict)]
    values = {name: value for group in groups for name, value in group.items()}
    found = {column: next((str(values[n]) for n in names if values.get(n) is not None), "") for column, names in NAMES.items()}
    # Without a lesion's name an image is a lesion of its own.
    return {**found, "lesion_id": found["lesion_id"] or record["isic_id"]}


def shrink(source: Path, target: Path) -> None:
    """Writes the smaller picture."""
    with Image.open(source) as image:
        image.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS).save(target, quality=95)


def write_mask(image_id: str, picture: Path, masks: Path | None, target: Path) -> bool:
    """Writes a one-bit mask; whether it was a given one."""
    names = (f"{image_id}_segmentation.png", f"{image_id}.png")
    given = next((masks / n for n in names if (masks / n).exists()), None) if masks else None
    if given:
        with Image.open(given) as image:
            mask = image.convert("L")
    else:
        with Image.open(picture) as image:
            mask = Image.fromarray(segment(np.asarray(image.convert("RGB"))).astype(np.uint8) * 255)
    mask.resize(MASK_SIZE, Image.Resampling.BILINEAR).point(lambda v: 255 * (v > 127)).convert("1").save(target)
    return given is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pulled", type=Path, required=True, help="the folder that `datasets pull` filled")
    parser.add_argument("--data", type=Path, required=True, help="the data folder to lay out")
    parser.add_argument("--masks", type=Path, help="a folder of lesion masks")
    options = parser.parse_args()
    root = options.data / "ham10000"
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True, exist_ok=True)
    with open(options.pulled / "labels.csv", newline="") as handle:
        codes = {row["Image"]: row["Dx"] for row in csv.DictReader(handle)}
    rows, given = [], 0
    pictures = sorted((options.pulled / "images").glob("*.jpg"))
    for picture in pictures:
        image_id = picture.stem
        if image_id not in codes:
            continue
        image, mask = root / "images" / picture.name, root / "masks" / f"{image_id}.png"
        if not image.exists():
            shrink(picture, image)
        if not mask.exists():
            given += write_mask(image_id, image, options.masks, mask)
        record = json.loads((options.pulled / "records" / f"{image_id}.json").read_text())
        rows.append({"image_id": image_id, "dx": codes[image_id], **details(record)})
    with open(root / "labels.csv", "w", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} images, {len(pictures) - len(rows)} without a label left out, {given} masks taken over.")


if __name__ == "__main__":
    main()
