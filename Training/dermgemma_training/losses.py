"""The tower's own lessons, and the figures that a split is judged by."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from .dataset import CODES
from .sampling import softened
from .tower import DIAGNOSES
from .truth import Truth

#: Weights of the heads' losses.
HEAD_WEIGHT = {"diagnosis": 1.0, "coverage": 0.3, "measurements": 1.5, "attributes": 2.0}


def head_losses(out: dict[str, torch.Tensor], truth: Truth, rows: np.ndarray,
                coverage: torch.Tensor) -> tuple[torch.Tensor, list[float]]:
    """Diagnosis, coverage, measurements and the answers' words from the heads."""
    out = {name: value.float() for name, value in out.items()}
    place = lambda values: torch.from_numpy(values).to(coverage.device)
    real = place((truth.diagnosis[rows] >= 0) & (truth.source[rows] != 2))
    target = F.one_hot(torch.from_numpy(truth.diagnosis[rows]).clamp(min=0), len(DIAGNOSES)).float()
    for n, row in enumerate(rows):
        if 0 <= truth.diagnosis[row] < len(CODES):
            target[n, : len(CODES)] = torch.tensor(softened(int(truth.diagnosis[row]), truth.by_measurements[row]))
    target = target.to(coverage.device)
    known = ~torch.isnan(coverage).any(1)
    scores, attributes = place(truth.measurements[rows]), place(truth.attributes[rows])
    have = ~torch.isnan(scores)
    phantom = place(truth.source[rows] == 2)
    losses = {"diagnosis": F.cross_entropy(out["diagnosis"][real], target[real]),
              "coverage": F.binary_cross_entropy_with_logits(out["coverage"][known], coverage[known]),
              "measurements": F.smooth_l1_loss(out["measurements"][have], scores[have]),
              "attributes": F.binary_cross_entropy_with_logits(out["attributes"], attributes)}
    seen = [float(v.detach()) for v in losses.values()]
    if phantom.any():
        seen.append(float(F.binary_cross_entropy_with_logits(out["attributes"][phantom], attributes[phantom]).detach()))
    else:
        seen.append(float("nan"))
    return sum(HEAD_WEIGHT[name] * loss for name, loss in losses.items()), seen


def figures(probability: np.ndarray, labels: np.ndarray) -> dict:
    """Balanced accuracy, recall by code, melanoma AUC."""
    from sklearn.metrics import roc_auc_score
    recall = [float((probability[labels == c].argmax(1) == c).mean()) for c in range(4)]
    return {"balanced_accuracy": round(float(np.mean(recall)), 4), "recall": np.round(recall, 3).tolist(),
            "melanoma_auc": round(float(roc_auc_score(labels == 0, probability[:, 0])), 4)}
