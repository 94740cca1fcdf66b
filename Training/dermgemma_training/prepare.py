"""Prepares everything that training reads: splits checked, images packed, every image measured.

    python -m dermgemma_training.prepare --data DIR --work DIR

Measures in chunks and skips those that are done, so it can be stopped and run again. HAM10000 brings masks; PH2's lesions
are segmented here, as are phantoms' (``WORK/phantoms/train``, from ``dermgemma phantoms``), whose words are their own truth.
``WORK/augmented`` (from ``offline_augmentation``) are prepared too when they are there, and so are MSK's pictures, whose lesions are segmented
here, and those without a diagnosis, which are packed alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from . import dataset
from .measurement import MAP_SIDE, MAPS, measure_with_maps

CHUNK = 200


def measure_record(record: dataset.Record) -> tuple[dict[str, float], np.ndarray]:
    """The measurements of one image file, and the maps of what was found, in bytes."""
    with Image.open(record.path) as image:
        rgb = np.asarray(image.convert("RGB"))
    mask = None
    if record.mask_path is not None:
        with Image.open(record.mask_path) as stored:
            mask = np.asarray(stored.convert("L")) > 127
    found, maps = measure_with_maps(rgb, mask)
    return found, np.rint(maps * 255).astype(np.uint8)


def measure_chunk(job: tuple[Path, list[dataset.Record]]) -> None:
    """Measures some records into one file, unless it holds just these already."""
    path, records = job
    if path.exists() and np.load(path)["ids"].tolist() == [r.image_id for r in records]:
        return
    rows, maps = zip(*(measure_record(r) for r in records))
    names = sorted(rows[0])
    np.savez(path.with_suffix(".part.npz"), ids=np.array([r.image_id for r in records]), names=np.array(names),
             values=np.array([[row[n] for n in names] for row in rows], np.float32), maps=np.stack(maps))
    path.with_suffix(".part.npz").rename(path)


def write_maps(work: Path, source: str) -> None:
    """All measured maps of a source in the order of its packed images, beside them; zeros where one was not measured."""
    path, ids = work / "packed" / f"{source}-maps.npy", json.loads((work / "packed" / f"{source}.json").read_text())
    place = {i: n for n, i in enumerate(ids)}
    store = np.lib.format.open_memmap(path.with_suffix(".part.npy"), mode="w+", dtype=np.uint8,
                                      shape=(len(ids), len(MAPS), MAP_SIDE, MAP_SIDE))
    for chunk in chunks(work, source):
        store[[place[str(i)] for i in chunk["ids"]]] = chunk["maps"]
    store.flush()
    path.with_suffix(".part.npy").rename(path)


def read_maps(work: Path, source: str) -> np.ndarray | None:
    """N x MAPS x 32 x 32 bytes in the order of the packed images, memory-mapped; None where nothing was measured."""
    path = work / "packed" / f"{source}-maps.npy"
    return np.load(path, mmap_mode="r") if path.exists() else None


def chunks(work: Path, source: str) -> Iterator[np.lib.npyio.NpzFile]:
    """The finished chunks of a source, in their order."""
    for path in sorted((work / "measurements").glob(f"{source}-[0-9]*.npz")):
        if ".part" not in path.name:
            yield np.load(path)


def read_measurements(work: Path, source: str) -> tuple[list[str], list[str], np.ndarray]:
    """Ids, measurement names and N x M values of all finished chunks."""
    ids: list[str] = []
    values = []
    names: list[str] = []
    for stored in chunks(work, source):
        ids += [str(i) for i in stored["ids"]]
        names = [str(n) for n in stored["names"]]
        values.append(stored["values"])
    return ids, names, np.concatenate(values) if values else np.zeros((0, 0), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--nevi", type=int, help="measure at most so many of HAM10000's nevi, and no picture that only reports")
    options = parser.parse_args()
    folder = options.work / "measurements"
    folder.mkdir(parents=True, exist_ok=True)
    ham = dataset.read_ham10000(options.data)
    ph2 = dataset.read_ph2(options.data)
    phantoms = dataset.read_phantoms(options.work / "phantoms", ("train",))
    augmented = dataset.read_augmented(options.work / "augmented", ham + ph2)
    msk = dataset.read_msk(options.data)
    dataset.pack(msk, options.work / "packed", "msk")
    dataset.pack(dataset.read_unlabelled(options.data), options.work / "packed", "unlabelled")
    dataset.pack(ph2, options.work / "packed", "ph2")
    dataset.pack(phantoms, options.work / "packed", "phantoms")
    dataset.pack(augmented, options.work / "packed", "augmented")
    dataset.pack(ham, options.work / "packed", "ham10000")
    # What trains and selects before what reports, and the rarer diagnoses before nevi: training can begin meanwhile.
    reported = set(dataset.read_split(options.splits, "ham10000-report"))
    order = np.random.default_rng(0).permutation(len(ham))
    ham = sorted((ham[i] for i in order), key=lambda r: (r.image_id in reported, r.dx == "nv"))
    if options.nevi is not None:  # the first of them, and nothing that only reports
        nevi = [r for r in ham if r.dx == "nv" and r.image_id not in reported][: options.nevi]
        ham = [r for r in ham if r.dx != "nv" and r.image_id not in reported] + nevi
    if msk:
        taught = set(dataset.read_split(options.splits, "msk-teach") + dataset.read_split(options.splits, "msk-select"))
        msk = [r for r in msk if r.image_id in taught]
    jobs = [(folder / "ph2-0000.npz", ph2)] if ph2 else []
    jobs += [(folder / f"{name}-{n:04d}.npz", records[s:s + CHUNK]) for name, records in (("msk", msk), ("ham10000", ham), ("phantoms", phantoms), ("augmented", augmented))
             for n, s in enumerate(range(0, len(records), CHUNK))]
    with multiprocessing.Pool(options.processes) as pool:
        for _ in pool.imap(measure_chunk, jobs):
            pass
    for source, records in (("ham10000", ham), ("ph2", ph2), ("phantoms", phantoms), ("augmented", augmented), ("msk", msk)):
        if records:
            write_maps(options.work, source)


if __name__ == "__main__":
    main()
