"""A network's last layer fitted again, on lesions that a pathologist confirmed (Kirichenko et al. 2022, arXiv 2204.02937).

    python -m dermgemma_training.last_layer --data DIR --work DIR --teacher foreign:128 --name foreign-last
    python -m dermgemma_training.last_layer --data DIR --work DIR --tower eye.pt --name eye-last

What a teacher, or a tower, has learnt to see is kept; how its diagnosis weighs that is learnt anew where the home clinic's habits tell less
(`dataset.is_confirmed`). No other clinic's label enters, and how firmly weights are held is chosen on confirmed lesions of HAM10000's selection
split. Takes a minute or two: nothing but the last layer learns. Writes ``WORK/NAME.pt``, which `left_out` measures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .augmentation import other_camera, random_affine, warp
from .device import best_device, has_quick_bfloat16, products
from .scoring import plain
from .teacher import SEED, SHARES, Pictures, auc_of, features, loaded
from .teacher import build as build_teacher
from .tower import DIAGNOSES, IMAGE_SIDE, tower_tokens
from .train import build, start_from
from .truth import Truth, read_truth

#: Inverse strengths of regularisation to choose among.
STRENGTHS = (0.0001, 0.0003, 0.001, 0.003)
#: Patches of each image that a tower reads.
PATCHES = 256


@torch.no_grad()
def read(network: torch.nn.Module, store: np.ndarray, rows: np.ndarray, side: int, batch: int = 50) -> np.ndarray:
    """Mean of what a teacher's last layer reads of each picture and of its mirror."""
    network.eval()
    out = []
    for start in range(0, len(rows), batch):
        shown = F.interpolate(loaded(store, rows[start: start + batch]), size=(side, side), mode="bilinear", antialias=True)
        out.append(((features(network, shown, 0) + features(network, shown.flip(3), 0)) / 2).numpy())
    return np.concatenate(out)


@torch.no_grad()
def read_changed(network: torch.nn.Module, store: np.ndarray, rows: np.ndarray, side: int, seed: int, batch: int = 50) -> np.ndarray:
    """What a teacher's last layer reads of each picture as another camera might have shown it: other lots for every seed."""
    network.eval()
    out, generator = [], torch.Generator().manual_seed(SEED + seed)
    for start in range(0, len(rows), batch):
        shown = warp(loaded(store, rows[start: start + batch]), random_affine(len(rows[start: start + batch]), generator), side)
        shown = other_camera(shown, shown[torch.randperm(len(shown), generator=generator)], generator)
        out.append(features(network, shown, 0).numpy())
    return np.concatenate(out)


@torch.no_grad()
def read_tower(network: torch.nn.ModuleDict, truth: Truth, rows: np.ndarray, batch: int = 24) -> np.ndarray:
    """What the diagnosis head reads of each picture, from some of its patches."""
    network.eval()
    out, generator = [], torch.Generator().manual_seed(0)
    hook = network["heads"].diagnosis[-1].register_forward_pre_hook(lambda _, read: out.append(read[0].float().numpy()))
    with products(best_device(), has_quick_bfloat16(best_device())):
        for start in range(0, len(rows), batch):
            images = plain(truth, rows[start: start + batch], IMAGE_SIDE)
            kept = torch.rand(len(images), 1024, generator=generator).argsort(1)[:, :PATCHES]
            network["heads"](tower_tokens(network["model"].model.vision_tower, images, kept))
    hook.remove()
    return np.concatenate(out)


def sample_weights(labels: np.ndarray, shares: dict[str, float]) -> np.ndarray:
    """Each diagnosis by its share, whatever number of pictures it has; the mean weight is 1."""
    weight = np.array([shares.get(dx, 0) / max(int((labels == k).sum()), 1) for k, dx in enumerate(DIAGNOSES)])[labels]
    return weight * len(labels) / weight.sum()


def fitted(x: np.ndarray, labels: np.ndarray, shares: dict[str, float], strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (DIAGNOSES x features) and bias of a logistic regression on standardised features, for the features as they are."""
    from sklearn.linear_model import LogisticRegression
    middle, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=1000).fit((x - middle) / spread, labels, sample_weight=sample_weights(labels, shares))
    weights, bias = np.zeros((len(DIAGNOSES), x.shape[1])), np.full(len(DIAGNOSES), -20.0)  # a diagnosis that is not there is never said
    weights[model.classes_] = model.coef_ / spread
    bias[model.classes_] = model.intercept_ - weights[model.classes_] @ middle
    return weights, bias


def probabilities_of(x: np.ndarray, layer: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """N x DIAGNOSES."""
    return torch.from_numpy(x @ layer[0].T + layer[1]).softmax(1).numpy()


def refit(layer: torch.nn.Linear, x: dict[str, np.ndarray], labels: dict[str, np.ndarray]) -> None:
    """Fits the layer on the training features; how firmly, by the melanoma AUC on the selection ones. Prints every try."""
    before = (layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy())
    known = labels["select"] < 4
    judged = lambda found: auc_of(probabilities_of(x["select"][known], found), labels["select"][known])
    print("before", json.dumps(judged(before)), flush=True)
    tried = [(strength, fitted(x["train"], labels["train"], SHARES["ham10000"], strength)) for strength in STRENGTHS]
    for strength, found in tried:
        print(strength, json.dumps(judged(found)), flush=True)
    best = max(tried, key=lambda pair: judged(pair[1])["melanoma_auc"])[1]
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(best[0]))
        layer.bias.copy_(torch.from_numpy(best[1]))


def teacher_refitted(options: argparse.Namespace) -> torch.nn.Module:
    """The teacher with a new last layer."""
    name, _, side = options.teacher.partition(":")
    network = build_teacher(options.architecture, None, int(side))
    network.load_state_dict(torch.load(options.work / f"{name}.pt", map_location="cpu")["average"])
    home = Pictures(options.data, options.work, options.splits, "ham10000")
    rows = {split: home.split[split][home.confirmed[home.split[split]]] for split in ("train", "select")}
    x, labels = {s: read(network, home.store, r, int(side)) for s, r in rows.items()}, {s: home.diagnosis[r] for s, r in rows.items()}
    changed = [read_changed(network, home.store, rows["train"], int(side), n) for n in range(options.changed)]
    x["train"], labels["train"] = np.concatenate([x["train"], *changed]), np.tile(labels["train"], 1 + options.changed)
    refit(network._fc, x, labels)
    return network


def tower_refitted(options: argparse.Namespace) -> torch.nn.Module:
    """The model and its heads, of which the diagnosis is new."""
    truth = read_truth(options.data, options.work, options.splits)
    *_, network = build(options.work, truth, IMAGE_SIDE)
    start_from(network, options.work / options.tower)
    rows = {split: np.flatnonzero((truth.source == 0) & (truth.split == split) & truth.confirmed) for split in ("train", "select")}
    refit(network["heads"].diagnosis[-1], {s: read_tower(network, truth, r) for s, r in rows.items()},
          {s: truth.diagnosis[r] for s, r in rows.items()})
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("--teacher", help="NAME:SIDE of a teacher in WORK")
    of.add_argument("--tower", help="a checkpoint of `train` in WORK that has heads")
    parser.add_argument("--architecture", default="efficientnet-lite0", help="the teacher's")
    parser.add_argument("--changed", type=int, default=0, help="a teacher's: copies of each picture under strong augmentation besides")
    parser.add_argument("--name", required=True, help="name of the result")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.teacher and not options.teacher.partition(":")[2].isdigit():
        parser.error(f"--teacher {options.teacher}: NAME:SIDE is wanted")
    network = teacher_refitted(options) if options.teacher else tower_refitted(options)
    torch.save({"average": network.state_dict()}, options.work / f"{options.name}.pt")


if __name__ == "__main__":
    main()
