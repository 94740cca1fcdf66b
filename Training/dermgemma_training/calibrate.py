"""Fits temperature and bias of both ways on the selection split, under a uniform prior.

    python -m dermgemma_training.calibrate --data DIR --work DIR

Probabilities are softmax(log-probability / temperature + bias). The prior is uniform over the four codes: each
image counts by one over its class's number, so that the most probable code is also the balanced choice.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from .dataset import CODES

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


def fit(scores: np.ndarray, labels: np.ndarray, ridge: float = 1e-3) -> dict:
    """Minimises the weighted negative log-likelihood over log temperature and bias (bias sums to 0)."""
    weight = class_weights(labels)
    scores = scores.astype(np.float64)  # the optimiser's finite differences need it

    def loss(x: np.ndarray) -> float:
        p = probabilities(scores, float(np.exp(x[0])), x[1:] - x[1:].mean())
        return float(-(weight * np.log(p[np.arange(len(labels)), labels] + 1e-12)).sum() + ridge * (x ** 2).sum())

    best = minimize(loss, np.zeros(5), method="L-BFGS-B").x
    bias = best[1:] - best[1:].mean()
    return {"temperature": float(np.exp(best[0])), "bias": [float(b) for b in bias]}


def calibration_error(probability: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the most probable code, under the uniform prior."""
    weight, confidence = class_weights(labels), probability.max(1)
    correct = probability.argmax(1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(sum(abs((weight * (correct - confidence))[place == b].sum()) for b in range(bins)))


def main() -> None:
    import torch

    from .examine import direct_scores, examine
    from .export import load_model
    from .language import IMAGE_TOKENS
    from .lessons import Lessons
    from .losses import figures
    from .scoring import plain, select_rows
    from .tower import IMAGE_SIDE
    from .truth import read_truth

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--checkpoint", default="last.pt")
    parser.add_argument("--nevi", type=int, default=200)
    parser.add_argument("--split", default="select", help="the split to fit on; others only to look at")
    options = parser.parse_args()
    torch.set_num_threads(2)
    truth = read_truth(options.data, options.work, options.splits)
    rows = select_rows(truth, options.split, options.nevi)
    labels = truth.diagnosis[rows]
    model, tokenizer = load_model(options.work, options.checkpoint)
    lessons = Lessons(tokenizer, IMAGE_TOKENS)
    # Each way with its own protocol's pictures: the three phases the seed's, the direct code the image as it is.
    found = examine(model, tokenizer, lessons, plain(truth, rows, IMAGE_SIDE, True), lessons.seed, direct=False)
    direct = direct_scores(model, tokenizer, lessons, plain(truth, rows, IMAGE_SIDE))
    phase3 = np.stack([f.classification for f in found])
    result = {"direct": fit(direct, labels), "classification": fit(phase3, labels), "prior": PRIOR,
              "prior_values": [0.25] * len(CODES)}
    if options.split == "select":
        (options.work / "calibration.json").write_text(json.dumps(result, indent=1))
    for name, scores in (("direct", direct), ("classification", phase3)):
        p = probabilities(scores, result[name]["temperature"], np.array(result[name]["bias"]))
        print(name, len(labels), json.dumps(figures(p, labels)), "ece", round(calibration_error(p, labels), 4),
              json.dumps(result[name]))
    for f in found[:: max(len(found) // 4, 1)]:
        print(f.notes, "|", f.description)


if __name__ == "__main__":
    main()
