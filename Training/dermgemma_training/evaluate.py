"""Prints the card's table from `dermgemma`'s own answers.

    python -m dermgemma_training.evaluate --data DIR --work DIR --dermgemma PATH --models DIR [--nevi N]

Runs `dermgemma analyze --json` with the protocols `seed` (three phases), `direct` and `extended` (questions), keeps the
answers under ``WORK/evaluation`` and goes on from there when run again. Intervals are 95 %: Wilson's for one share,
percentile bootstrap (lesions drawn within classes, fixed seed) for the rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
from pathlib import Path

import numpy as np

from . import dataset
from .calibrate import calibration_error
from .export import NAME
from .vocabulary import PH2_COLOURS, QUESTIONS

BOOTSTRAPS = 1000


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if count == 0:
        return 0.0, 1.0
    z, p = 1.959964, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return middle - half, middle + half


def analyze(options: argparse.Namespace, name: str, protocol: str, paths: list[Path]) -> dict[str, dict]:
    """`dermgemma`'s objects by image name."""
    folder = options.work / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    stored = folder / f"{name}-{protocol}.jsonl"
    listing = folder / f"{name}.txt"
    listing.write_text("\n".join(str(p) for p in paths) + "\n")
    done = stored.read_text().split("\n")[:-1] if stored.exists() else []
    if done and not answered_by(done, options.models / f"{NAME}.gguf"):
        done = []
    if len(done) < len(paths):
        with open(stored, "w") as out:
            subprocess.run([str(options.dermgemma), "analyze", "--files-from", str(listing), "--json", "--protocol", protocol,
                            "--model", str(options.models / f"{NAME}.gguf"),
                            "--mmproj", str(options.models / f"{NAME}-mmproj.gguf")], stdout=out, check=True)
    objects = [json.loads(line) for line in stored.read_text().split("\n") if line]
    return {Path(o["image"]["name"]).stem: o for o in objects if "error" not in o}


def answered_by(lines: list[str], weights: Path) -> bool:
    """Whether stored answers are those of these very weights."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return all(o["model"]["weights_sha256"] == digest for o in map(json.loads, lines) if "error" not in o)


def interval(values: list[float]) -> str:
    """A bootstrap's 95 % interval."""
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{low:.3f} to {high:.3f}"


def code_table(title: str, objects: dict[str, dict], labels: dict[str, int], lesion: dict[str, str]) -> None:
    """Balanced accuracy by the recorded code, and AUC and calibration error by the probabilities."""
    from sklearn.metrics import roc_auc_score
    ids = [i for i in labels if i in objects]
    truth = np.array([labels[i] for i in ids])
    code = np.array([dataset.CODES.index(objects[i]["diagnosis"]["code"]) for i in ids])
    p = np.array([[objects[i]["diagnosis"]["probabilities"][c] for c in dataset.CODES] for i in ids])
    groups = np.array([lesion[i] for i in ids])

    def numbers(rows: np.ndarray) -> list[float]:
        t, c, q = truth[rows], code[rows], p[rows]
        recall = lambda guess: float(np.mean([(guess[t == k] == k).mean() for k in range(4)]))
        return [recall(c), recall(q.argmax(1)), float(roc_auc_score(t == 0, q[:, 0])), calibration_error(q, t)]

    rng = np.random.default_rng(0)
    rows_of = {g: np.flatnonzero(groups == g) for g in set(groups)}
    by_class = [[g for g in rows_of if truth[rows_of[g][0]] == k] for k in range(4)]
    drawn = []
    for _ in range(BOOTSTRAPS):
        picked = [rows_of[g[j]] for g in by_class for j in rng.integers(len(g), size=len(g))]
        drawn.append(numbers(np.concatenate(picked)))
    for name, value, values in zip(("balanced accuracy of the recorded code", "balanced accuracy of the most probable code",
                                    "melanoma AUC", "expected calibration error"), numbers(np.arange(len(ids))), zip(*drawn)):
        print(f"| {title}: {name} | {len(ids)} | {value:.3f} | {interval(values)} |")
    for k, c in enumerate(dataset.CODES):
        hits, count = int((p.argmax(1)[truth == k] == k).sum()), int((truth == k).sum())
        low, high = wilson(hits, count)
        print(f"| {title}: recall of {c}, most probable code | {count} | {hits / max(count, 1):.3f} | {low:.3f} to {high:.3f} |")


def share_line(title: str, hits: list[bool], constant: float | None = None) -> None:
    """One share with Wilson's interval, and the best constant answer beside it."""
    low, high = wilson(sum(hits), len(hits))
    beside = "" if constant is None else f" (best constant {constant:.3f})"
    print(f"| {title}{beside} | {len(hits)} | {np.mean(hits):.3f} | {low:.3f} to {high:.3f} |")


def parts(value: str) -> set[str]:
    return {w.strip() for w in value.split(",") if w.strip()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--dermgemma", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--split", default="report")
    parser.add_argument("--nevi", type=int, default=10 ** 6, help="at most so many nevi (the first by id)")
    options = parser.parse_args()
    records = {r.image_id: r for r in dataset.read_ham10000(options.data)}
    ids = [i for i in dataset.read_split(options.splits, f"ham10000-{options.split}") if records[i].dx in dataset.CODE_OF_DX]
    nevi = [i for i in ids if records[i].dx == "nv"]
    ids = [i for i in ids if records[i].dx != "nv"] + nevi[: options.nevi]
    labels = {i: dataset.CODE_OF_DX[records[i].dx] for i in ids}
    lesion = {i: records[i].group for i in ids}
    paths = [records[i].path for i in ids]
    print(f"| figure ({options.split} split) | n | value | 95 % interval |\n|---|---|---|---|")
    three = analyze(options, f"ham10000-{options.split}", "seed", paths)
    code_table("direct", analyze(options, f"ham10000-{options.split}", "direct", paths), labels, lesion)
    code_table("three phases (seed)", three, labels, lesion)
    share_line("clean examinations (no flags)", [not o["flags"] for o in three.values()])
    for q in ("Architecture", "Network", "Structures", "Colors"):
        values = [o["observations"][q]["value"] for o in three.values()]
        print(f"| commonest answer to {q} | {len(values)} | {max(map(values.count, set(values))) / len(values):.3f} | |")

    ph2 = {r.image_id: r for r in dataset.read_ph2(options.data)}
    reported = dataset.read_split(options.splits, "ph2-report")
    seen = analyze(options, "ph2-report", "extended", [ph2[i].path for i in reported])
    truth = {"dots or globules": [ph2[i].attributes["dots_globules"] != "absent" for i in reported],
             "streaks": [ph2[i].attributes["streaks"] == "present" for i in reported],
             "asymmetry as irregular shape": [ph2[i].attributes["asymmetry"] != "0" for i in reported],
             "regression or veil": ["present" in (ph2[i].attributes["regression"], ph2[i].attributes["blue_whitish_veil"])
                                    for i in reported]}
    value = lambda i, q: parts(seen[i]["observations"][q]["value"])
    said = {"dots or globules": [bool(value(i, "Structures") & {"dots", "globules"}) for i in reported],
            "streaks": ["streaks" in value(i, "Structures") for i in reported],
            "asymmetry as irregular shape": ["irregular" in value(i, "Architecture") for i in reported],
            "regression or veil": ["yes" in value(i, "Regression") for i in reported]}
    for name in truth:
        share_line(f"PH2: {name}", [a == b for a, b in zip(truth[name], said[name])],
                   max(np.mean(truth[name]), 1 - np.mean(truth[name])))
    scores = []
    for theirs, ours in PH2_COLOURS.items():
        t = np.array([theirs in ph2[i].attributes["colors"].split(";") for i in reported])
        g = np.array([ours in value(i, "Colors") for i in reported])
        scores.append(2 * (t & g).sum() / max(t.sum() + g.sum(), 1) if t.any() else np.nan)
    print(f"| PH2: mean F1 over colours present | {len(reported)} | {np.nanmean(scores):.3f} | |")

    phantoms = [r for r in dataset.read_phantoms(options.work / "phantoms") if r.path.parent.name == "report"]
    if phantoms:
        painted = analyze(options, "phantoms-report", "extended", [r.path for r in phantoms])
        for q in QUESTIONS:
            share_line(f"phantoms: {q}", [parts(painted[r.image_id]["observations"][q]["value"]) == parts(r.attributes[q])
                                          for r in phantoms])


if __name__ == "__main__":
    main()
