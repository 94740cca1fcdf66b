"""A last layer fitted again on features."""

import json

import numpy as np
import pytest
import torch

from dermgemma_training import last_layer
from dermgemma_training.tower import DIAGNOSES

SHARES = {"mel": 0.5, "nv": 0.25, "bkl": 0.25}


def lesions(count: int, seed: int, apart: float = 3) -> tuple[np.ndarray, np.ndarray]:
    """Three diagnoses, each with a direction of its own in features of very different sizes."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([DIAGNOSES.index(dx) for dx in SHARES], count, p=[0.1, 0.8, 0.1])
    x = rng.normal(size=(count, 6)) + apart * np.eye(6)[labels % 6]
    return x * np.array([1, 100, 1, 0.01, 1, 1]) + 5, labels


def test_each_diagnosis_counts_by_its_share_and_not_by_its_number():
    labels = np.array([0] * 10 + [1] * 80 + [3] * 10)
    weight = last_layer.sample_weights(labels, SHARES)
    assert weight.mean() == pytest.approx(1)
    assert [weight[labels == k].sum() / 100 for k in (0, 1, 3)] == pytest.approx([0.5, 0.25, 0.25])


def test_the_fitted_layer_reads_features_as_they_are_and_never_says_what_it_has_not_seen():
    x, labels = lesions(600, 0)
    found = last_layer.probabilities_of(*[lesions(400, 1)[0], last_layer.fitted(x, labels, SHARES, 0.01)])
    assert found.shape == (400, 7) and found.sum(1) == pytest.approx(np.ones(400))
    assert (found.argmax(1) == lesions(400, 1)[1]).mean() > 0.9
    assert found[:, [2, 4, 5, 6]].max() < 1e-3


def test_a_layer_is_refitted_by_its_selection_figures(capsys):
    layer = torch.nn.Linear(6, 7)
    (x, labels), (others, known) = lesions(120, 2, 1), lesions(300, 3, 1)  # so few that it matters how firmly weights are held
    others[known == 3], known[known == 3] = 0, 4  # another disease is no code: nothing is chosen by it
    last_layer.refit(layer, {"train": x, "select": others}, {"train": labels, "select": known})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(last_layer.STRENGTHS) and lines[0].startswith("before ")
    judged = [json.loads(l.split(" ", 1)[1]) for l in lines]
    assert all(j["n"] == (known < 4).sum() for j in judged)
    found = [j["melanoma_auc"] for j in judged]
    assert min(found[1:]) < max(found[1:]) > found[0]
    with torch.no_grad():
        said = layer(torch.from_numpy(others).float()).softmax(1).numpy()
    assert last_layer.auc_of(said[known < 4], known[known < 4])["melanoma_auc"] == pytest.approx(max(found), abs=1e-3)
