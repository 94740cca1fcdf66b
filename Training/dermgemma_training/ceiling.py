"""Ceiling of what the true words tell: boosted trees on them, for the images on which the three phases are judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from . import dataset
from .prepare import read_measurements
from .trees import trees, word_features
from .vocabulary import words


def tree_probabilities(work: Path, splits: Path, labels: dict[str, int], train: dict[str, int]) -> np.ndarray | None:
    """N x 4 of trees fitted on the training split's true words, in the order of `labels`; `None` before `prepare`."""
    ids, names, values = read_measurements(work, "ham10000")
    said = {i: words(dict(zip(names, map(float, row)))) for i, row in zip(ids, values)}
    if not set(labels) <= set(said):
        return None
    known = [i for i in dataset.read_split(splits, "ham10000-train") if i in train and i in said]
    vectorizer = DictVectorizer(sparse=False)
    taught = vectorizer.fit_transform([word_features(said[i]) for i in known])
    fitted = trees().fit(taught, np.array([train[i] for i in known]))
    return fitted.predict_proba(vectorizer.transform([word_features(said[i]) for i in labels]))
