"""Answers of an audit that never took place, in the layout of audit.csv, and what the program computes from them."""

import csv
import json
import pathlib

import numpy as np

import program

CODES = ["MEL", "NV", "BCC", "BKL"]
QUESTIONS = ["Network", "Structures", "Colors"]
COLUMNS = [
    "image", "role", "arm", "dose", "seed", "lesion", "group", "truth", "code", *CODES, "target", "attribute", "words",
    "names_structure", "flagged", "skin_l", "skin_b", *(f"raw_{code}" for code in CODES)]


def probabilities(rng, truth: str | None, sureness: float, ties: bool) -> np.ndarray:
    drawn = rng.dirichlet([0.8] * 4)
    if truth in CODES:
        drawn[CODES.index(truth)] += sureness * rng.random()
    drawn /= drawn.sum()
    if not ties:
        return drawn.round(6)
    tenths = np.floor(drawn * 10)
    tenths[drawn.argmax()] += 10 - tenths.sum()
    return tenths / 10


def table(kind: str, seed: int, images: int = 200) -> list[dict]:
    """Rows for every role: `plain`, `ties` (tenths, so that many probabilities are equal), `sparse` (answers missing), `raw`
    (scores before a calibration, where a prompt of another order or wording is compared by them)."""
    rng = np.random.default_rng(seed)
    ties = kind == "ties"
    rows = []

    def words(changed: str | None = None) -> str:
        said = {one: str(rng.choice(["yes", "no", "unclear"], p=[0.7, 0.2, 0.1])) for one in QUESTIONS}
        return "; ".join(f"{one}={word}" for one, word in said.items())

    for index in range(images):
        truth = str(rng.choice([*CODES, "DF"], p=[0.25, 0.35, 0.15, 0.15, 0.1]))
        lesion = f"L{rng.integers(0, images // 2):03d}" if rng.random() < 0.8 else ""
        base = {
            "image": f"i{index:03d}", "lesion": lesion, "truth": truth,
            "group": str(rng.choice(["I", "II", "III"])) if rng.random() < 0.9 else ""}

        def add(role, sureness=1.0, arm="", dose=0, **rest):
            if kind == "sparse" and role != "control" and rng.random() < 0.3:
                return
            drawn = probabilities(rng, truth, sureness, ties)
            rows.append(
                base | {"role": role, "arm": arm, "dose": dose, "code": CODES[drawn.argmax()]}
                | {code: f"{value:.6f}" for code, value in zip(CODES, drawn)} | rest)
            # Not of the laymen's opinions, so that some answers to other prompts are compared as calibrated.
            if kind == "raw" and (role in ("control", "order", "paraphrase") or arm == "expert"):
                rows[-1] |= {f"raw_{code}": f"{value:.6f}" for code, value in zip(CODES, probabilities(rng, truth, sureness, ties))}

        for one in range(4 if kind != "sparse" or index % 3 else 1):
            add("control", seed=one, words=words(), code=str(rng.choice(CODES)))
        for arm in ("jpeg", "blur"):
            for dose in (1, 3, 5):
                add("camera", 1 - dose / 8, arm, dose)
        add("view", arm="mirror")
        for arm in ("card", "noise", "none"):
            add("null", 0.1, arm, names_structure=int(rng.random() < 0.3))
        for role in ("other_image", "erased", "lesion_only", "silhouette", "shuffled"):
            add(role, 0.4, role)
        for dose in (2, 8):
            add("printed", 0.3, "word", dose, target=str(rng.choice(CODES)))
            add("neutral", 0.9, "word", dose)
        for dose in range(4):
            add("order", 0.7, "cyclic", dose)
        for arm in ("terse", "polite"):
            add("paraphrase", 0.9, arm)
        for arm in ("layman", "expert"):
            add("opinion", 0.3, arm, target=str(rng.choice(CODES)))
        for arm in ("Network", "Colors"):
            add("note", 0.5, arm, target=str(rng.choice(CODES)))
            add("planted", 0.5, arm, flagged=int(rng.random() < 0.5))
        add("untouched", flagged=int(rng.random() < 0.3))
        add("swap", 0.2, target=str(rng.choice(CODES)))
        for dose in (1, 3):
            add("intervention", dose / 3, "truth", dose)
        for question in QUESTIONS:
            add("phantom", arm=question, attribute=question, words=words())
    for index in range(12):
        drawn = probabilities(rng, None, 0, ties)
        rows.append(
            {"image": f"thing{index}", "role": "out_of_scope", "arm": "coin" if index % 2 else "blank"}
            | {code: f"{value:.6f}" for code, value in zip(CODES, drawn)})
    return rows


def write(rows: list[dict], path: pathlib.Path) -> pathlib.Path:
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, restval="")
        out.writeheader()
        out.writerows(rows)
    return path


def figures(rows: list[dict], path: pathlib.Path, replicates: int = 200) -> dict:
    """What `audit figures --json` says of the rows."""
    return json.loads(program.run("audit", "figures", write(rows, path), "--json", "--replicates", replicates))


class Answers:
    """The rows as arrays over the images, in the program's order of resampling."""

    def __init__(self, rows: list[dict]):
        control = {}
        for row in rows:
            if row["role"] == "control" and row["image"] not in control:
                control[row["image"]] = row
        # By lesion, then by its first image; an image without a lesion is one of its own, and comes first.
        self.order = sorted(control, key=lambda image: (control[image]["lesion"], image))
        self.place = {image: index for index, image in enumerate(self.order)}
        self.truth = np.array([control[image]["truth"] for image in self.order])
        self.group = np.array([control[image]["group"] for image in self.order])
        self.lesion = [control[image]["lesion"] for image in self.order]
        self.lesions: list[list[int]] = []
        for index, lesion in enumerate(self.lesion):
            if self.lesions and lesion and self.lesion[self.lesions[-1][0]] == lesion:
                self.lesions[-1].append(index)
            else:
                self.lesions.append([index])
        self.rows = rows
        self.scope = np.isin(self.truth, CODES)

    def __len__(self) -> int:
        return len(self.order)

    def arms(self, role: str) -> list[tuple[str, int]]:
        return sorted({(row["arm"], row["dose"]) for row in self.rows if row["role"] == role})

    def of(self, role: str, arm: str = "", dose: int = 0, seed: int | None = None) -> list[dict | None]:
        """An arm's rows by image; None where it has none."""
        found: list[dict | None] = [None] * len(self)
        for row in self.rows:
            if row["role"] != role or row["arm"] != arm or row["dose"] != dose:
                continue
            if seed is None or row["seed"] == seed:
                found[self.place[row["image"]]] = row
        return found

    def control(self, seed: int = 0) -> list[dict | None]:
        return self.of("control", seed=seed)


def raw(rows: list[dict | None]) -> list[dict | None]:
    """The rows with raw scores in the place of calibrated ones, where they have them."""
    return [row | {code: row[f"raw_{code}"] for code in CODES} if row and "raw_MEL" in row else row for row in rows]


def scores(rows: list[dict | None]) -> np.ndarray:
    """Four probabilities by image; NaN where there is no row."""
    return np.array([[np.nan] * 4 if row is None else [float(row[code]) for code in CODES] for row in rows])


def verdicts(rows: list[dict | None]) -> np.ndarray:
    """The most probable code by image, the first of equal ones; "" where there is no row."""
    return np.array(["" if row is None else CODES[int(np.argmax([float(row[code]) for code in CODES]))] for row in rows])
