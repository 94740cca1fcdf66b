"""Boosted trees of our own on measurements and on words: the ceiling of what each tells, and soft codes to teach with.

    python -m dermgemma_training.trees --data DIR --work DIR

Prints balanced accuracy on the selection split (``--split report`` once, at the end) and writes out-of-fold
probabilities of the training split (five folds, disjoint by lesion) to ``WORK/trees-*.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import StratifiedGroupKFold

from . import dataset
from .losses import figures
from .truth import read_truth


def word_features(words: dict[str, str]) -> dict[str, float]:
    """One indicator for each word of each kind."""
    return {f"{kind}={part}": 1.0 for kind, value in words.items() for part in value.split(", ")}


def trees() -> HistGradientBoostingClassifier:
    """The classifier of both ways, classes weighted alike."""
    return HistGradientBoostingClassifier(max_iter=120, learning_rate=0.06, max_leaf_nodes=12, l2_regularization=1.0,
                                          class_weight="balanced", random_state=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--split", default="select")
    options = parser.parse_args()
    truth = read_truth(options.data, options.work, options.splits)
    lesion = {r.image_id: r.group for r in dataset.read_ham10000(options.data)}

    def rows_of(split: str) -> np.ndarray:
        known = np.array([w is not None for w in truth.words])
        return np.flatnonzero((truth.source == 0) & (truth.split == split) & known & (truth.diagnosis < 4))

    train, test = rows_of("train"), rows_of(options.split)
    groups = [lesion[truth.ids[i]] for i in train]
    vectorizer = DictVectorizer(sparse=False)
    by_words = vectorizer.fit_transform([word_features(truth.words[i]) for i in train])
    inputs = {"measurements": (truth.measurements[train], truth.measurements[test]),
              "words": (by_words, vectorizer.transform([word_features(truth.words[i]) for i in test]))}
    labels = truth.diagnosis[train]
    for way, (x, x_test) in inputs.items():
        print(way, options.split, len(test), json.dumps(figures(trees().fit(x, labels).predict_proba(x_test),
                                                                truth.diagnosis[test])), flush=True)
        if options.split == "select":
            out = np.zeros((len(train), 4))
            for inside, outside in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(x, labels, groups):
                out[outside] = trees().fit(x[inside], labels[inside]).predict_proba(x[outside])
            (options.work / f"trees-{way}.json").write_text(json.dumps(
                {truth.ids[i]: np.round(p, 4).tolist() for i, p in zip(train, out)}))


if __name__ == "__main__":
    main()
