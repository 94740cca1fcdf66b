"""What the model's own words alone tell of the diagnosis: out-of-fold probabilities that Phase 3 learns from.

    python -m dermgemma_training.said_words --data DIR --work DIR [--answers FILE.jsonl ...]

Phase 3 reads words only. An image's diagnosis, or a teacher's opinion of its pixels, says more than its words do, and a decoder that is taught
it learns images by heart. So a logistic regression and boosted trees on the words that were said for teaching images give each image what
others of its clinic with such words were (five folds, disjoint by lesion, codes balanced), written into ``WORK/self-distillation.jsonl`` as `by_words`.
With ``--answers`` that file is first made from `dermgemma analyze --json` lines.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from . import dataset
from .calibrate import source_weights
from .dataset import CODES
from .self_distillation import said

FOLDS = 5
#: Where a description's phrases end.
PHRASE = re.compile(r", | of | than the | in the | and ")


def features(record: dict) -> dict[str, float]:
    """One indicator for each word of each answer, and for each phrase of each sentence."""
    found = {f"{question}={word}": 1.0 for question, value in record["notes"].items() for word in value.split(", ")}
    for sentence in re.split(r"(?<=\.)\s+", record["description"].strip()):
        begin = sentence.split(" ")[0].rstrip(":")
        found.update({f"{begin}: {phrase.strip(' .')}": 1.0 for phrase in PHRASE.split(sentence)})
    return found


def classifiers() -> list:
    """What is averaged."""
    return [LogisticRegression(C=0.02, max_iter=3000),
            HistGradientBoostingClassifier(max_iter=80, learning_rate=0.05, max_leaf_nodes=8, l2_regularization=5.0, random_state=0)]


def fitted(words: list[dict[str, float]], labels: np.ndarray, sources: np.ndarray):
    """A function from words to N x 4 probabilities under a uniform prior in each clinic."""
    vectorizer = DictVectorizer(sparse=False)
    taught, weight = vectorizer.fit_transform(words), source_weights(labels, sources) * len(labels)
    models = [c.fit(taught, labels, sample_weight=weight) for c in classifiers()]

    def probabilities(others: list[dict[str, float]]) -> np.ndarray:
        shown, out = vectorizer.transform(others), np.zeros((len(others), len(CODES)))
        for model in models:
            out[:, model.classes_] += model.predict_proba(shown) / len(models)
        return out
    return probabilities


def out_of_fold(words: list[dict[str, float]], labels: np.ndarray, sources: np.ndarray, groups: list[str]) -> np.ndarray:
    """Each image's probabilities by what was fitted on its clinic without its lesion: a word tells another thing at another clinic."""
    out = np.zeros((len(words), len(CODES)))
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        for inside, outside in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(rows, labels[rows], [groups[i] for i in rows]):
            fit, of = rows[inside], rows[outside]
            out[of] = fitted([words[i] for i in fit], labels[fit], sources[fit])([words[i] for i in of])
    return out


def records_of(answers: list[Path]) -> list[dict]:
    """The program's lines as `self_distillation` writes them; what could not be read is left out."""
    objects = [json.loads(line) for path in answers for line in path.read_text().splitlines()]
    return [{"id": dataset.original_of(Path(o["image"]["name"]).stem), "protocol": o["protocol"]["id"], **said(o)} for o in objects if "error" not in o]


def main() -> None:
    from .losses import figures

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--answers", type=Path, nargs="+", help="the program's answers to make the file from")
    parser.add_argument("--look", type=Path, help="answers on other images, whose figures are printed")
    options = parser.parse_args()
    path = options.work / "self-distillation.jsonl"
    records = records_of(options.answers) if options.answers else [json.loads(line) for line in path.read_text().splitlines()]
    known = {r.image_id: r for r in dataset.read_ham10000(options.data) + dataset.read_msk(options.data)}
    of = lambda found: (np.array([dataset.CODE_OF_DX[known[r["id"]].dx] for r in found]), np.array([known[r["id"]].source for r in found]))
    records = [r for r in records if r["id"] in known and known[r["id"]].dx in dataset.CODE_OF_DX]
    words, (labels, sources) = [features(r) for r in records], of(records)
    found = out_of_fold(words, labels, sources, [known[r["id"]].group for r in records])
    for source in np.unique(sources):
        part = sources == source
        print("out of fold", source, part.sum(), json.dumps(figures(found[part], labels[part])))
    if options.look:
        others = records_of([options.look])
        shown, (truth, theirs) = [features(r) for r in others], of(others)
        for name, taught in [("all clinics", np.isin(sources, sources)), *((s, sources == s) for s in np.unique(sources))]:
            p = fitted([w for w, t in zip(words, taught) if t], labels[taught], sources[taught])(shown)
            for source in np.unique(theirs):
                part = theirs == source
                print("fitted on", name, "others", source, part.sum(), json.dumps(figures(p[part], truth[part])))
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps({**r, "by_words": np.round(p, 4).tolist()}) + "\n" for r, p in zip(records, found)))
    part.rename(path)


if __name__ == "__main__":
    main()
