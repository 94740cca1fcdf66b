"""Everything that is known of each image, gathered once: pixels, masks, diagnosis, measurements, words."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import dataset
from .images import packed
from .measurement import MAP_SIDE, MAPS
from .prepare import read_maps, read_measurements
from .tower import DIAGNOSES
from .vocabulary import QUESTIONS, apply_ph2, ordered, words

#: PH2's diagnoses as codes.
PH2_CODES = {"melanoma": 0, "atypical-nevus": 1, "common-nevus": 1}
#: The single words of Phase 1's answers, as the tower's own head learns them.
ATTRIBUTES = tuple(f"{question}={word}" for question, found in {
    "Architecture": ("round", "oval", "irregular"), "Network": ("yes",), "Structures": ("dots", "globules", "streaks"),
    "Colors": ("light brown", "dark brown", "blue-gray", "black", "white", "red", "pink"),
    "Vessels": ("arborizing", "dotted", "linear"), "Regression": ("yes",), "Keratosis": ("yes",)}.items() for word in found)


def attribute_row(w: dict[str, str] | None) -> list[float]:
    """Which words the answers hold."""
    if w is None:
        return [float("nan")] * len(ATTRIBUTES)
    parts = [(name.split("=")[1], w[name.split("=")[0]].split(", ")) for name in ATTRIBUTES]
    return [float(word in found) for word, found in parts]


#: Sources in the order of their rows.
SOURCES = ("ham10000", "ph2", "phantoms", "augmented", "msk", "unlabelled")


@dataclass
class Truth:
    """Rows of all sources, one after the other."""

    images: list[tuple[np.ndarray, ...]]  #: packed images of each source, plain and as the seed prepares them; () where it is not there
    source: np.ndarray                   #: index into SOURCES
    origin: np.ndarray                   #: the same of the image that an augmented copy was made of
    row: np.ndarray                      #: row in the source's packed images
    ids: list[str]
    diagnosis: np.ndarray                #: index into DIAGNOSES, -1 where there is none to teach
    measurements: np.ndarray             #: standard normal scores, NaN where not measured
    names: list[str]
    words: list[dict[str, str] | None]
    maps: list[np.ndarray | None]         #: maps of each source by its rows, None where it is not there
    by_measurements: np.ndarray          #: N x 4 out-of-fold code probabilities of trees on measurements, NaN elsewhere
    by_words: np.ndarray                 #: the same of trees on the words
    by_teacher: np.ndarray               #: N x DIAGNOSES soft labels of the teacher, NaN elsewhere
    split: np.ndarray                    #: "train", "select", "report" or "unused"
    attributes: np.ndarray               #: N x ATTRIBUTES, 1 where a word of Phase 1 is true, NaN where unknown
    confirmed: np.ndarray                #: which of HAM10000's diagnoses a pathologist confirmed

    def pixels(self, indices: np.ndarray, seed: np.ndarray | None = None) -> np.ndarray:
        """N x 224 x 224 x 3 bytes; those marked in `seed` as the seed protocol prepares them."""
        marks = np.zeros(len(indices), int) if seed is None else seed.astype(int)
        return np.stack([self.images[self.source[i]][mark][self.row[i]] for i, mark in zip(indices, marks)])

    def map_shares(self, indices: np.ndarray) -> np.ndarray:
        """N x MAPS x 32 x 32 in [0, 1], NaN where an image was not measured."""
        out = np.full((len(indices), len(MAPS), MAP_SIDE, MAP_SIDE), np.nan, np.float32)
        for n, i in enumerate(indices):
            maps = self.maps[self.source[i]]
            if maps is not None and not np.isnan(self.measurements[i]).all():
                out[n] = maps[self.row[i]] / np.float32(255)
        return out


def normal_scores(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Each column by its rank among the reference rows, as a standard normal score."""
    from scipy.stats import norm
    out = np.full(values.shape, np.nan, np.float32)
    for column in range(values.shape[1]):
        known = np.sort(reference[~np.isnan(reference[:, column]), column])
        have = ~np.isnan(values[:, column])
        low = np.searchsorted(known, values[have, column], "left")
        high = np.searchsorted(known, values[have, column], "right")
        out[have, column] = norm.ppf(((low + high) / 2 + 0.5) / (len(known) + 1)).clip(-2.5, 2.5)
    return out


def read_soft_labels(work: Path, sources: list[str], ids: list[str], split: np.ndarray) -> np.ndarray:
    """The teacher's probabilities of teaching images (`teacher --soft-labels`), NaN elsewhere."""
    out = np.full((len(ids), len(DIAGNOSES)), np.nan, np.float32)
    path = work / "soft-labels.npz"
    if path.exists():
        stored = np.load(path)
        known = {(name, str(i)): p for name in SOURCES if name in stored for i, p in zip(stored[f"{name}-ids"], stored[name])}
        for n, key in enumerate(zip(sources, ids)):
            if split[n] == "train" and key in known:
                out[n] = known[key]
    return out


def read_truth(data: Path, work: Path, splits: Path) -> Truth:
    """All sources that are packed and measured."""
    split_of: dict[str, str] = {}
    for name in ("train", "select", "report"):
        split_of.update({i: name for i in dataset.read_split(splits, f"ham10000-{name}")})
    msk, unlabelled = dataset.read_msk(data), dataset.read_unlabelled(data)
    for name, there in (("teach", "train"), ("select", "select"), ("report", "report")) if msk else ():
        split_of.update({i: there for i in dataset.read_split(splits, f"msk-{name}")})
    split_of.update({r.image_id: "train" for r in unlabelled})
    split_of.update({i: "train" for i in dataset.read_split(splits, "ph2-teach")})
    split_of.update({i: "report" for i in dataset.read_split(splits, "ph2-report")})
    records = {r.image_id: r for r in dataset.read_ham10000(data) + dataset.read_ph2(data) + msk + unlabelled}
    phantom_attributes: dict[str, dict[str, str]] = {}
    for name in ("train", "report"):
        path = work / "phantoms" / name / "attributes.csv"
        if path.exists():
            with open(path, newline="") as handle:
                for row in csv.DictReader(handle):
                    phantom_attributes[row["image"]] = row
                    split_of[row["image"]] = name
    images, maps, source, rows, ids, measured, names = [], [], [], [], [], [], []
    for index, name in enumerate(SOURCES):
        if not (work / "packed" / f"{name}.json").exists():
            images.append(())
            maps.append(None)
            continue
        store, row_of = packed(work, name)
        images.append((store, packed(work, f"{name}-seed")[0]))
        # Only teaching images have copies.
        split_of.update({i: split_of[dataset.original_of(i)] for i in row_of if dataset.AUGMENTED_MARK in i})
        found, names_here, values = read_measurements(work, name)
        maps.append(read_maps(work, name))
        names = names_here or names
        place = {i: n for n, i in enumerate(found)}
        for image_id, row in row_of.items():
            ids.append(image_id); source.append(index); rows.append(row)
            measured.append(values[place[image_id]] if image_id in place else None)
    width = len(names)
    values = np.array([m if m is not None else np.full(width, np.nan) for m in measured], np.float32)
    split = np.array([split_of.get(i, "unused") for i in ids])
    source_array = np.array(source)
    reference = values[(source_array == 0) & (split == "train")]
    diagnosis = np.full(len(ids), -1)
    all_words: list[dict[str, str] | None] = []
    origin = source_array.copy()
    for n, copy_id in enumerate(ids):
        image_id = dataset.original_of(copy_id)
        w = words(dict(zip(names, map(float, values[n])))) if not np.isnan(values[n]).all() else None
        if source[n] == 2:
            attributes = phantom_attributes[image_id]
            diagnosis[n] = dataset.CODES.index(attributes["code"])
            w = {q: ordered(attributes[q]) for q in QUESTIONS}
            all_words.append(w)
            continue
        record = records[image_id]
        origin[n] = SOURCES.index(record.source)
        if record.source in ("ham10000", "msk"):
            diagnosis[n] = DIAGNOSES.index(record.dx)
        elif record.source == "ph2" and w is not None:
            w = apply_ph2(w, record.attributes)
            diagnosis[n] = PH2_CODES[record.dx]
        all_words.append(w)
    soft = {}
    for way in ("measurements", "words"):
        soft[way] = np.full((len(ids), len(dataset.CODES)), np.nan, np.float32)
        path = work / f"trees-{way}.json"
        if path.exists():
            stored = json.loads(path.read_text())
            for n, image_id in enumerate(map(dataset.original_of, ids)):
                if image_id in stored and split[n] == "train":
                    soft[way][n] = stored[image_id]
    by_teacher = read_soft_labels(work, [SOURCES[s] for s in source], ids, split)
    return Truth(images, source_array, origin, np.array(rows), ids, diagnosis, normal_scores(values, reference), names,
                 all_words, maps, soft["measurements"], soft["words"], by_teacher, split,
                 np.array([attribute_row(w) for w in all_words], np.float32),
                 np.array([i in records and dataset.is_confirmed(records[i]) for i in map(dataset.original_of, ids)]))
