"""Validation runs whose answers are known: a run over small pictures, its kept examinations rewritten by hand.

`validate --resume` on a finished run reads no image again and computes every table from the records, so that whatever is
put there is measured by the program itself.
"""

import csv
import json
import pathlib
import shutil
import sqlite3

import numpy as np
from PIL import Image

import program

CODES = ["MEL", "NV", "BCC", "BKL"]
SEVEN = ["MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"]
"""The categories of the ISIC 2018 challenge, in its order."""
IMAGES = 90


def name(index: int) -> str:
    return f"ISIC_{index:07d}"


def make(folder: pathlib.Path) -> pathlib.Path:
    """A finished run in `folder/out`, by the protocol `direct`; labels go through the seven categories."""
    rng = np.random.default_rng(99)
    (folder / "images").mkdir()
    for index in range(IMAGES):
        Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(folder / f"images/{name(index)}.png")
    with open(folder / "labels.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Image", "Dx", " Lesion attributes"])
        table.writerows([name(index), SEVEN[index % 7].lower(), ""] for index in range(IMAGES))
    validate(folder, "--isic-csv", folder / "isic.csv")
    return folder


def validate(folder: pathlib.Path, *arguments: object) -> dict:
    """Runs or resumes the validation; what `summary.json` says."""
    program.run(
        "validate", "all", "--protocol", "direct", "--images", folder / "images", "--labels", folder / "labels.csv", "--out",
        folder / "out", "--threads", program.THREADS, *arguments)
    return json.loads((folder / "out/summary.json").read_text("utf-8"))


def copied(folder: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    """The same run in another folder; the images stay where they are."""
    to.mkdir()
    shutil.copytree(folder / "out", to / "out")
    for kept in ("images", "labels.csv"):
        (to / kept).symlink_to(folder / kept)
    return to


class Answers:
    """What a run is made to say: for each image truth, code, four probabilities, flags and metadata."""

    def __init__(self, truth, codes, probabilities, flags=None, details=None):
        self.truth = list(truth)
        """Codes; None without a label."""
        self.codes = list(codes)
        self.probabilities = np.asarray(probabilities, dtype=float)
        self.flags = list(flags) if flags is not None else [[] for _ in self.truth]
        self.details = list(details) if details is not None else [None for _ in self.truth]

    def put_into(self, folder: pathlib.Path) -> None:
        """Rewrites the run's examinations."""
        with sqlite3.connect(folder / "out/records.sqlite") as database:
            rows = database.execute("SELECT number, position, body FROM examinations ORDER BY position").fetchall()
            assert [row[1] for row in rows] == list(range(len(self.truth)))
            for number, position, body in rows:
                report = json.loads(body)
                truth = self.truth[position]
                report["ground_truth"] = truth and {"code": truth, "attribute": None}
                report["diagnosis"]["code"] = self.codes[position]
                report["diagnosis"]["probabilities"] = dict(zip(CODES, self.probabilities[position].tolist()))
                report["flags"] = self.flags[position]
                details = self.details[position]
                database.execute(
                    "UPDATE examinations SET body = ?, code = ?, truth = ?, details = ? WHERE number = ?",
                    (json.dumps(report), self.codes[position], truth, details and json.dumps(details), number))
        database.close()

    @property
    def measured(self) -> np.ndarray:
        """Places of the images that metrics count."""
        return np.array([index for index, truth in enumerate(self.truth) if truth in CODES])


def random_answers(kind: str, seed: int) -> Answers:
    """Answers with a certain difficulty: `plain`, `ties`, `rare`, `perfect`, `others`, `lesions`."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(CODES, IMAGES, p=[0.2, 0.5, 0.1, 0.2])
    if kind == "rare":
        truth = np.array(["NV"] * (IMAGES - 3) + ["BCC", "BCC", "MEL"])
        rng.shuffle(truth)
    right = np.array([[code == one for code in CODES] for one in truth], dtype=float)
    sureness = 40 if kind == "perfect" else 1
    probabilities = rng.dirichlet([1] * 4, IMAGES) + sureness * right
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    probabilities = probabilities.round(1 if kind == "ties" else 6)
    codes = np.array(CODES)[probabilities.argmax(axis=1)]
    if kind not in ("perfect", "plain"):
        codes = np.where(rng.random(IMAGES) < 0.2, rng.choice(CODES, IMAGES), codes)
    truth = truth.astype(object)
    if kind == "others":
        truth[::9], truth[1::11], truth[2::13] = "AKIEC", "DF", None
    details = None
    if kind == "lesions":
        details = [
            {"lesion_id": f"L{rng.integers(0, 40)}" if rng.random() < 0.9 else None,
             "site": rng.choice(["trunk", "face", "arm"]), "sex": rng.choice(["female", "male"]),
             "age": int(rng.integers(15, 90))} for _ in range(IMAGES)]
        details = [{key: value for key, value in one.items() if value is not None} for one in details]
    flags = [["too_short"] if rng.random() < 0.1 else [] for _ in range(IMAGES)]
    return Answers(truth, codes, probabilities, flags, details)


class SplitMix64:
    """Steele, Lea and Flood, 2014: where the bootstrap's random numbers come from."""

    def __init__(self, seed: int):
        self.state = seed

    def below(self, bound: int) -> int:
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & mask
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
        return ((bits ^ (bits >> 31)) * bound) >> 64


def resamples(lesions: list[list[int]], method: dict, size: int):
    """Weights of images, as often as the method says: lesions drawn with replacement."""
    generator = SplitMix64(method["seed"])
    for _ in range(method["replicates"]):
        weights = np.zeros(size, dtype=int)
        for _ in lesions:
            weights[lesions[generator.below(len(lesions))]] += 1
        yield weights


def table(truth, codes, weights) -> np.ndarray:
    """Weights by truth (rows) and answer (columns)."""
    counts = np.zeros((4, 4))
    np.add.at(counts, ([CODES.index(one) for one in truth], [CODES.index(one) for one in codes]), weights)
    return counts


def accuracy(counts: np.ndarray) -> float:
    return np.trace(counts) / counts.sum()


def balanced_accuracy(counts: np.ndarray) -> float:
    there = counts.sum(axis=1) > 0
    return (np.diag(counts)[there] / counts.sum(axis=1)[there]).mean()


def kappa(counts: np.ndarray) -> float:
    chance = counts.sum(axis=1) @ counts.sum(axis=0) / counts.sum() ** 2
    return (accuracy(counts) - chance) / (1 - chance)


def area(positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> float:
    """Mann and Whitney's: pairs in the right order, ties as halves."""
    mine, others = scores[positive][:, None], scores[~positive][None, :]
    wins = (mine > others) + 0.5 * (mine == others)
    return weights[positive] @ wins @ weights[~positive] / (weights[positive].sum() * weights[~positive].sum())


def lesions(names: list[str], keys: list[str]) -> list[list[int]]:
    """Places of the images of each lesion, in the program's order: by lesion, then by `keys`; "" is one of its own."""
    order = sorted(range(len(names)), key=lambda place: (names[place], keys[place]))
    groups: list[list[int]] = []
    for place in order:
        if groups and names[place] and names[groups[-1][0]] == names[place]:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
