"""Fits temperature and bias of both ways on the selection splits of HAM10000 and MSK, under a uniform prior.

    python -m dermgemma_training.calibrate --data DIR --work DIR [--dermgemma PROGRAM --models DIR]

With ``--dermgemma`` the program is asked with exported weights, whatever calibration they carry: what is calibrated is
then what users get, Phase 1 and 2 sampled as the protocol says. Without it a checkpoint answers, greedily.
Probabilities are softmax(log-probability / temperature + bias). The prior is uniform over the four codes: each
image counts by one over its class's number in its source, so that the most probable code is also the balanced choice.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from . import dataset
from .dataset import CODES

if TYPE_CHECKING:
    from .answers import Program
    from .truth import Truth

PRIOR = "uniform over MEL, NV, BCC, BKL"


def probabilities(scores: np.ndarray, temperature: float, bias: np.ndarray) -> np.ndarray:
    """Calibrated probabilities, N x 4."""
    z = scores / temperature + bias
    z -= z.max(1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(1, keepdims=True)


def class_weights(labels: np.ndarray) -> np.ndarray:
    """Each image's weight under the uniform prior; they sum to 1."""
    counts = np.bincount(labels, minlength=4)
    return (1 / np.maximum(counts, 1))[labels] / np.count_nonzero(counts)


def source_weights(labels: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """The same over several sources: each code's weight is shared alike by those that have it."""
    weight = np.zeros(len(labels))
    for code in np.unique(labels):
        there = np.unique(sources[labels == code])
        for source in there:
            rows = (labels == code) & (sources == source)
            weight[rows] = 1 / rows.sum() / len(there)
    return weight / weight.sum()


def fit(scores: np.ndarray, labels: np.ndarray, ridge: float = 1e-3, sources: np.ndarray | None = None) -> dict:
    """Minimises the weighted negative log-likelihood over log temperature and bias (bias sums to 0)."""
    weight = class_weights(labels) if sources is None else source_weights(labels, sources)
    scores = scores.astype(np.float64)  # the optimiser's finite differences need it

    def loss(x: np.ndarray) -> float:
        p = probabilities(scores, float(np.exp(x[0])), x[1:] - x[1:].mean())
        return float(-(weight * np.log(p[np.arange(len(labels)), labels] + 1e-12)).sum() + ridge * (x ** 2).sum())

    best = minimize(loss, np.zeros(5), method="L-BFGS-B").x
    bias = best[1:] - best[1:].mean()
    return {"temperature": float(np.exp(best[0])), "bias": [float(b) for b in bias]}


def calibration_error(probability: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the most probable code, under the uniform prior."""
    return _calibration_error(class_weights(labels), probability.max(1), probability.argmax(1) == labels, bins)


def _calibration_error(weight: np.ndarray, confidence: np.ndarray, correct: np.ndarray, bins: int) -> float:
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(place, weight * (correct - confidence), bins)).sum())


def chance_calibration_error(probability: np.ndarray, labels: np.ndarray, bins: int = 10, draws: int = 2000) -> tuple[float, float, float]:
    """What perfectly calibrated probabilities would show on as many images: mean and 95 % interval over labels that are
    drawn from the probabilities themselves, each image keeping its weight."""
    rng, weight, confidence = np.random.default_rng(0), class_weights(labels), probability.max(1)
    found = [_calibration_error(weight, confidence, rng.random(len(confidence)) < confidence, bins) for _ in range(draws)]
    return float(np.mean(found)), *map(float, np.quantile(found, (0.025, 0.975)))


def uncalibrated(probability: np.ndarray, temperature: float, bias: np.ndarray, least: float = 1e-6) -> np.ndarray:
    """Log-probabilities (but for a constant of each image) from calibrated ones, which the program prints to six places."""
    return temperature * (np.log(np.maximum(probability, least)) - bias)


def stored_calibration(weights: Path, way: str) -> tuple[float, np.ndarray]:
    """Temperature and bias in a text file's metadata; 1 and nothing where there are none."""
    import gguf
    fields = gguf.GGUFReader(weights).fields
    found = [fields.get(f"dermgemma.calibration.{way}.{name}") for name in ("temperature", "bias")]
    return (float(found[0].contents()) if found[0] else 1.0,
            np.array(found[1].contents(), float) if found[1] else np.zeros(len(CODES)))


def program_scores(program: Program, data: Path, ids: list[str], split: str) -> dict[str, np.ndarray]:
    """What the program's probabilities were before its weights' own calibration, N x 4 for each way."""
    image = {r.image_id: r.path for r in dataset.read_ham10000(data) + dataset.read_msk(data)}
    scores = {}
    for way, protocol in (("direct", "direct"), ("classification", "seed")):
        objects = program.analyze(f"calibrate-{split}", protocol, [image[i] for i in ids])
        p = np.array([[objects[i]["diagnosis"]["probabilities"][c] for c in CODES] for i in ids])
        scores[way] = uncalibrated(p, *stored_calibration(program.weights, way))
    return scores


def checkpoint_scores(work: Path, checkpoint: str, truth: Truth, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The same of a checkpoint, in PyTorch and greedily; prints some of what it says."""
    from .examine import direct_scores, examine
    from .export import load_model
    from .language import IMAGE_TOKENS
    from .curriculum import Curriculum
    from .scoring import plain
    from .tower import IMAGE_SIDE

    model, tokenizer = load_model(work, checkpoint)
    curriculum = Curriculum(tokenizer, IMAGE_TOKENS)
    # Each way with its own protocol's pictures: the three phases the seed's, the direct code the image as it is.
    found = examine(model, tokenizer, curriculum, plain(truth, rows, IMAGE_SIDE, True), curriculum.seed, direct=False)
    for f in found[:: max(len(found) // 4, 1)]:
        print(f.notes, "|", f.description)
    return {"direct": direct_scores(model, tokenizer, curriculum, plain(truth, rows, IMAGE_SIDE)),
            "classification": np.stack([f.classification for f in found])}


def show(title: str, p: np.ndarray, labels: np.ndarray) -> None:
    """Prints what calibrated probabilities of a part are worth; nothing for no images."""
    from .losses import figures
    if len(labels):
        print(title, len(labels), json.dumps(figures(p, labels)), "ece", round(calibration_error(p, labels), 4))


def main() -> None:
    import torch

    from .scoring import select_rows
    from .truth import SOURCES, read_truth

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--checkpoint", default="last.pt")
    parser.add_argument("--dermgemma", type=Path, help="the program that is asked instead of a checkpoint")
    parser.add_argument("--models", type=Path, help="the weights that it reads with")
    parser.add_argument("--nevi", type=int, default=200)
    parser.add_argument("--split", default="select", help="the split to fit on; others only to look at")
    options = parser.parse_args()
    if bool(options.dermgemma) != bool(options.models):
        parser.error("--dermgemma and --models go together")
    torch.set_num_threads(2)
    truth = read_truth(options.data, options.work, options.splits)
    rows = np.concatenate([select_rows(truth, options.split, options.nevi, source) for source in (0, 4)])
    labels, sources = truth.diagnosis[rows], truth.source[rows]
    if options.dermgemma:
        from .answers import Program
        program = Program(options.dermgemma.resolve(), options.models, options.work)
        scores = program_scores(program, options.data, [truth.ids[i] for i in rows], options.split)
    else:
        scores = checkpoint_scores(options.work, options.checkpoint, truth, rows)
    result = {way: fit(found, labels, sources=sources) for way, found in scores.items()} | {"prior": PRIOR, "prior_values": [0.25] * len(CODES)}
    if options.split == "select":
        (options.work / "calibration.json").write_text(json.dumps(result, indent=1))
    for name, found in scores.items():
        p = probabilities(found, result[name]["temperature"], np.array(result[name]["bias"]))
        print(name, json.dumps(result[name]))
        for source in np.unique(sources):
            show(f"{name} {SOURCES[source]}", p[sources == source], labels[sources == source])
        show(f"{name} confirmed", p[truth.confirmed[rows]], labels[truth.confirmed[rows]])


if __name__ == "__main__":
    main()
