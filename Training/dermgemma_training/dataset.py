"""The documented data layout, its lesion-disjoint splits, and the packed copy that training reads.

Layout of the data folder (``../shared/data`` beside the clone, or ``--data``)::

    ham10000/images/<image_id>.jpg   dermoscopic images
    ham10000/masks/<image_id>.png    one-bit lesion masks
    ham10000/labels.csv              image_id,dx,lesion_id,confirm,age,sex,site
    ph2/images/<image_id>.jpg
    ph2/attributes.csv               human attribute labels
    msk/images/<image_id>.jpg        dermoscopic images of another clinic
    msk/labels.csv                   image_id,dx,lesion_id (mostly empty)
    unlabelled/images/<image_id>.jpg dermoscopic images of several clinics, without a diagnosis
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from . import lookalikes

CODES = ("MEL", "NV", "BCC", "BKL")
#: HAM10000's `dx` values that have a code; the other three teach words only.
CODE_OF_DX = {"mel": 0, "nv": 1, "bcc": 2, "bkl": 3}
#: Side of the packed square images in pixels: the seed protocol's own size.
PACKED_SIDE = 224
#: The seed protocol's contrast factor about the mean grey.
SEED_CONTRAST = 1.4
#: The seed protocol's JPEG quality.
SEED_QUALITY = 90
#: Salt of the split: changing it changes every figure in the card, so it stays.
SPLIT_SALT = "dermgemma-split-1"
#: Shares of lesions for train / select and calibrate / report.
SPLIT_SHARES = (0.70, 0.10, 0.20)
#: Between an image's id and the number of an augmented copy of it (`offline_augmentation`).
AUGMENTED_MARK = "~"
#: Shares of MSK's lesions (or groups of look-alikes) for teach / select and calibrate / report.
MSK_SHARES = (0.60, 0.15, 0.25)
#: PH2 images that teach; the rest report.
PH2_TEACHING_COUNT = 60


@dataclass(frozen=True)
class Record:
    """One image with everything that the labels say of it."""

    source: str
    image_id: str
    path: Path
    mask_path: Path | None
    dx: str
    group: str
    attributes: dict[str, str]


def is_confirmed(record: Record) -> bool:
    """Whether a pathologist looked at the lesion (HAM10000 says it of each image).

    Most of its nevi were only watched, with one camera: telling those from melanomas is half telling cameras apart. Another clinic's nevi
    are mostly of the confirmed kind.
    """
    return record.attributes.get("confirm") == "histopathology"


def read_ham10000(data: Path) -> list[Record]:
    """All HAM10000 records in label order."""
    root = data / "ham10000"
    records = []
    with open(root / "labels.csv", newline="") as handle:
        for row in csv.DictReader(handle):
            image_id = row["image_id"]
            records.append(Record("ham10000", image_id, root / "images" / f"{image_id}.jpg",
                                  root / "masks" / f"{image_id}.png", row["dx"], row["lesion_id"], row))
    return records


def read_ph2(data: Path) -> list[Record]:
    """All PH2 records in label order, none where PH2 is not there. PH2's lesion masks are not part of the layout."""
    root = data / "ph2"
    if not (root / "attributes.csv").exists():
        return []
    with open(root / "attributes.csv", newline="") as handle:
        return [Record("ph2", row["image_id"], root / "images" / f"{row['image_id']}.jpg", None,
                       row["diagnosis"], row["image_id"], row) for row in csv.DictReader(handle)]


def read_msk(data: Path) -> list[Record]:
    """All records of MSK in label order, none where it is not there. The group is the lesion where it is known."""
    root = data / "msk"
    if not (root / "labels.csv").exists():
        return []
    with open(root / "labels.csv", newline="") as handle:
        return [Record("msk", row["image_id"], root / "images" / f"{row['image_id']}.jpg", None, row["dx"],
                       row["lesion_id"] or row["image_id"], row) for row in csv.DictReader(handle)]


def read_unlabelled(data: Path) -> list[Record]:
    """Images without a diagnosis by name, none where they are not there."""
    return [Record("unlabelled", path.stem, path, None, "", path.stem, {})
            for path in sorted((data / "unlabelled" / "images").glob("*.jpg"))]


def read_phantoms(folder: Path, parts: tuple[str, ...] = ("train", "report")) -> list[Record]:
    """Phantoms in those parts of the folder, with their own truth as attributes."""
    records = []
    for part in parts:
        path = folder / part / "attributes.csv"
        if path.exists():
            with open(path, newline="") as handle:
                for row in csv.DictReader(handle):
                    image = next(iter(sorted((folder / part).glob(row["image"] + ".*"))))
                    records.append(Record("phantoms", row["image"], image, None, row["code"], row["image"], row))
    return records


def read_augmented(folder: Path, originals: list[Record]) -> list[Record]:
    """The augmented copies in a folder, each with all that is known of its original."""
    original = {record.image_id: record for record in originals}
    records = []
    for path in sorted(folder.glob(f"*{AUGMENTED_MARK}*.png")):
        if not path.name.endswith(".mask.png"):
            if (of := original.get(original_of(path.stem))) is None:
                raise SystemExit(f"{path}: a copy of an image that the data folder does not have")
            mask = path.with_name(path.stem + ".mask.png")
            records.append(Record("augmented", path.stem, path, mask if mask.exists() else None, of.dx, of.group, of.attributes))
    return records


def original_of(image_id: str) -> str:
    """The id of the image that an augmented copy was made of; any other id as it is."""
    return image_id.split(AUGMENTED_MARK)[0]


def _fraction(key: str) -> float:
    """A number in [0, 1) that depends on nothing but the key."""
    digest = hashlib.sha256(f"{SPLIT_SALT}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def _split_by_group(records: list[Record], groups: list[str], names: tuple[str, str, str],
                    shares: tuple[float, float, float]) -> dict[str, list[str]]:
    """Image ids by split, disjoint by group and stratified by diagnosis.

    Within each diagnosis the groups are ordered by a salted hash and cut at the shares,
    so every class keeps its share and adding images never moves a group's neighbours at random.
    """
    diagnosis = {group: record.dx for record, group in zip(records, groups)}
    side: dict[str, str] = {}
    for dx in sorted(set(diagnosis.values())):
        ordered = sorted((group for group, d in diagnosis.items() if d == dx), key=_fraction)
        first, second = round(len(ordered) * shares[0]), round(len(ordered) * (shares[0] + shares[1]))
        for index, group in enumerate(ordered):
            side[group] = names[0] if index < first else names[1] if index < second else names[2]
    result: dict[str, list[str]] = {name: [] for name in names}
    for record, group in zip(records, groups):
        result[side[group]].append(record.image_id)
    return {name: sorted(ids) for name, ids in result.items()}


def split_ham10000(records: list[Record]) -> dict[str, list[str]]:
    """Image ids by split, disjoint by lesion and stratified by diagnosis."""
    return _split_by_group(records, [r.group for r in records], ("train", "select", "report"), SPLIT_SHARES)


def split_msk(records: list[Record]) -> dict[str, list[str]]:
    """The same of MSK, disjoint by lesion where it is known and by look-alikes."""
    ids = [r.image_id for r in records]
    found = lookalikes.groups(ids, [lookalikes.hashed(r.path) for r in records],
                              {r.image_id: r.group for r in records if r.group != r.image_id})
    return _split_by_group(records, [found[i] for i in ids], ("teach", "select", "report"), MSK_SHARES)


def split_ph2(records: list[Record]) -> dict[str, list[str]]:
    """PH2's 60 teaching and 40 reporting images, stratified by diagnosis through the same hash."""
    by_diagnosis: dict[str, list[str]] = {}
    for record in records:
        by_diagnosis.setdefault(record.dx, []).append(record.image_id)
    teach: list[str] = []
    for ids in by_diagnosis.values():
        ids.sort(key=_fraction)
        teach += ids[: round(len(ids) * PH2_TEACHING_COUNT / len(records))]
    report = [r.image_id for r in records if r.image_id not in set(teach)]
    return {"teach": sorted(teach), "report": sorted(report)}


def read_split(folder: Path, name: str) -> list[str]:
    """The committed ids of one split list, for example ``ham10000-train``."""
    return (folder / f"{name}.txt").read_text().split()


def write_splits(folder: Path, data: Path) -> None:
    """Writes the id lists; the committed ones must come out unchanged."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, ids in split_ham10000(read_ham10000(data)).items():
        (folder / f"ham10000-{name}.txt").write_text("\n".join(ids) + "\n")
    if msk := read_msk(data):
        for name, ids in split_msk(msk).items():
            (folder / f"msk-{name}.txt").write_text("\n".join(ids) + "\n")
    for name, ids in split_ph2(read_ph2(data)).items():
        (folder / f"ph2-{name}.txt").write_text("\n".join(ids) + "\n")


def square(image: Image.Image, side: int = PACKED_SIDE) -> np.ndarray:
    """The whole image stretched to a square by Lanczos, as both preparations begin."""
    return np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.LANCZOS))


def seed_prepared(pixels: np.ndarray) -> np.ndarray:
    """As the seed prepares its images: Pillow's contrast enhancement about the mean grey, then JPEG."""
    stored = io.BytesIO()
    ImageEnhance.Contrast(Image.fromarray(pixels)).enhance(SEED_CONTRAST).save(stored, "JPEG", quality=SEED_QUALITY)
    return np.asarray(Image.open(stored))


def pack(records: list[Record], folder: Path, name: str, side: int = PACKED_SIDE) -> None:
    """Writes ``NAME.npy`` and ``NAME-seed.npy`` (N x side x side x 3: plain, and as the seed prepares it), then each one's
    ``.json`` (ids); skips what is complete, and writes nothing for no records."""
    if not records:
        return
    folder.mkdir(parents=True, exist_ok=True)
    ids = [record.image_id for record in records]
    listings = [folder / f"{name}.json", folder / f"{name}-seed.json"]
    if all(path.exists() and json.loads(path.read_text()) == ids for path in listings):
        return
    stores = [np.lib.format.open_memmap(path.with_suffix(".npy"), mode="w+", dtype=np.uint8,
                                        shape=(len(records), side, side, 3)) for path in listings]
    for index, record in enumerate(records):
        with Image.open(record.path) as image:
            stores[0][index] = square(image, side)
        stores[1][index] = seed_prepared(stores[0][index])
    for path, store in zip(listings, stores):
        store.flush()
        path.write_text(json.dumps(ids))
