"""The tower's own tasks, and the figures that a split is judged by."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from .dataset import CODES
from .measurement import MAPS
from .sampling import DISTILLED, softened
from .tower import DIAGNOSES
from .truth import Truth

#: Weights of the heads' losses.
HEAD_WEIGHT = {"diagnosis": 1.0, "maps": 3.0, "geometry": 5.0, "measurements": 1.5, "attributes": 2.0}


#: What is small or thin never fills a patch: factors on its share, so that a patch where it is plainly there counts as full.
MAP_FACTOR = {"hair": 2.0, "lines": 2.0, "streaks": 3.0, "red lines": 3.0,
              **{f"{kind} {size}": 4.0 for kind in ("dark", "bright") for size in ("dots", "globules", "openings")},
              "round small": 6.0, "round large": 4.0, "red dots": 6.0}


def map_targets(shares: torch.Tensor) -> torch.Tensor:
    """What the maps' head is to say of each patch, from the maps' shares."""
    return (shares * torch.tensor([MAP_FACTOR.get(name, 1.0) for name in MAPS], device=shares.device)).clamp(max=1)


def head_losses(out: dict[str, torch.Tensor], truth: Truth, rows: np.ndarray,
                shares: torch.Tensor, geometry: tuple[torch.Tensor, torch.Tensor],
                recoloured: torch.Tensor | None = None) -> tuple[torch.Tensor, list[float]]:
    """Diagnosis, maps, geometry, measurements and the answers' words from the heads.

    `shares` is N x patches x MAPS, `geometry` what `lesion_geometry` gives for the same patches. Images marked in `recoloured` (N)
    teach diagnosis and geometry alone.
    """
    out = {name: value.float() for name, value in out.items()}
    place = lambda values: torch.from_numpy(values).to(shares.device)
    distilled = ~np.isnan(truth.by_teacher[rows]).any(1)
    real = place(((truth.diagnosis[rows] >= 0) | distilled) & (truth.source[rows] != 2))
    target = F.one_hot(torch.from_numpy(truth.diagnosis[rows]).clamp(min=0), len(DIAGNOSES)).float()
    for n, row in enumerate(rows):
        if distilled[n]:
            share = DISTILLED if truth.diagnosis[row] >= 0 else 1.0
            target[n] = (1 - share) * target[n] + share * torch.from_numpy(truth.by_teacher[row])
        elif 0 <= truth.diagnosis[row] < len(CODES):
            target[n, : len(CODES)] = torch.tensor(softened(int(truth.diagnosis[row]), truth.by_measurements[row]))
    target = target.to(shares.device)
    true_colours = torch.ones(len(rows), dtype=torch.bool, device=shares.device) if recoloured is None else ~recoloured.to(shares.device)
    known = true_colours & ~torch.isnan(shares).flatten(1).any(1)
    scores, attributes = place(truth.measurements[rows]), place(truth.attributes[rows])
    have = ~torch.isnan(scores) & true_colours[:, None]
    places, holds = geometry
    phantom = place(truth.source[rows] == 2)
    losses = {"diagnosis": F.cross_entropy(out["diagnosis"][real], target[real]),
              "maps": F.binary_cross_entropy_with_logits(out["maps"][known], map_targets(shares[known])),
              "geometry": F.smooth_l1_loss(out["geometry"][holds], places[holds], beta=0.2) if holds.any() else out["geometry"].sum() * 0,
              "measurements": F.smooth_l1_loss(out["measurements"][have], scores[have]),
              "attributes": F.binary_cross_entropy_with_logits(out["attributes"][true_colours], attributes[true_colours])}
    seen = [float(v.detach()) for v in losses.values()]
    if phantom.any():
        seen.append(float(F.binary_cross_entropy_with_logits(out["attributes"][phantom], attributes[phantom]).detach()))
    else:
        seen.append(float("nan"))
    losses = {name: loss if torch.isfinite(loss) else out[name].sum() * 0 for name, loss in losses.items()}
    return sum(HEAD_WEIGHT[name] * loss for name, loss in losses.items()), seen


def figures(probability: np.ndarray, labels: np.ndarray) -> dict:
    """Balanced accuracy, recall by code, melanoma AUC; of melanomas and nevi alone by their odds, where both are there."""
    from sklearn.metrics import roc_auc_score
    there = np.unique(labels)  # another clinic may lack a code
    probability = np.where(np.isin(np.arange(4), there), probability, 0)
    recall = [float((probability[labels == c].argmax(1) == c).mean()) for c in there]
    found = {"balanced_accuracy": round(float(np.mean(recall)), 4), "recall": np.round(recall, 3).tolist(),
             "melanoma_auc": round(float(roc_auc_score(labels == 0, probability[:, 0])), 4)}
    moles = labels < 2
    if {0, 1} <= set(there.tolist()):
        odds = probability[moles, 0] / (probability[moles, 0] + probability[moles, 1] + 1e-12)
        found["mel_nv_auc"] = round(float(roc_auc_score(labels[moles] == 0, odds)), 4)
    return found
