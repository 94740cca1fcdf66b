"""Prints the card's table from `dermgemma`'s own answers.

    python -m dermgemma_training.evaluate --data DIR --work DIR --dermgemma PATH --models DIR [--nevi N] [--card FILE]

Runs `dermgemma analyze --json` with the protocols `seed` (three phases), `direct` and `extended` (all questions), keeps the
answers under ``WORK/evaluation`` and goes on from there when run again. Intervals are 95 %: Wilson's for one share, percentile
bootstrap (lesions drawn within classes, fixed seed) for the rest. With ``--card`` the table replaces the one in the card.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import numpy as np

from . import dataset
from .answers import Program
from .calibrate import calibration_error, chance_calibration_error
from .ceiling import tree_probabilities
from .foreign import show_foreign
from .intervals import Table, bootstrap
from .vocabulary import PH2_COLOURS, QUESTIONS

#: Phantoms that nothing was taught with: those of the report, and others for every other split.
PHANTOM_SEED, OTHER_PHANTOM_SEED, PHANTOM_COUNT = 90210, 70707, 200
#: Real images of each code that are asked all seven questions.
EXTENDED_PER_CODE = 25
#: A group by site or sex is shown when it has so many of every code that a figure needs.
LEAST_OF_CODE = 15
TARGETS = {"direct": (0.70, 0.85), "three phases": (0.60, None)}
BEGIN, END = "<!-- figures: make model-figures -->", "<!-- end of figures -->"


def recall(truth: np.ndarray, guess: np.ndarray) -> float:
    """Balanced accuracy over the codes."""
    return float(np.mean([(guess[truth == k] == k).mean() for k in range(4)]))


def auc(truth: np.ndarray, p: np.ndarray) -> float:
    """Melanoma against the rest."""
    from sklearn.metrics import roc_auc_score
    return float(roc_auc_score(truth == 0, p[:, 0]))


class Codes:
    """The codes that one protocol gave, beside the truth."""

    def __init__(self, objects: dict[str, dict], labels: dict[str, int], records: dict[str, dataset.Record]):
        self.ids = list(labels)
        self.truth = np.array(list(labels.values()))
        self.code = np.array([dataset.CODES.index(o) if (o := objects[i]["diagnosis"]["code"]) in dataset.CODES else -1
                              for i in self.ids])
        self.p = np.array([[objects[i]["diagnosis"]["probabilities"][c] for c in dataset.CODES] for i in self.ids])
        self.lesion = np.array([records[i].group for i in self.ids])
        self.attributes = [records[i].attributes for i in self.ids]
        self.confirmed = np.array([dataset.is_confirmed(records[i]) for i in self.ids])

    def show(self, table: Table, title: str) -> None:
        """All images together, and code by code."""
        balanced, melanoma = TARGETS[title]
        numbers = lambda r: [recall(self.truth[r], self.code[r]), recall(self.truth[r], self.p[r].argmax(1)),
                             auc(self.truth[r], self.p[r]), calibration_error(self.p[r], self.truth[r])]
        n = len(self.ids)
        recorded, probable, area, error = bootstrap(numbers, self.truth, self.lesion)
        for name, found in (("recorded", recorded), ("most probable", probable)):
            table.add(f"{title}: balanced accuracy of the {name} code", n, found[0], found[1:], f"at least {balanced:.2f}",
                      found[0] >= balanced)
        table.add(f"{title}: melanoma AUC", n, area[0], area[1:], f"at least {melanoma:.2f}" if melanoma else "",
                  area[0] >= melanoma if melanoma else None)
        table.add(f"{title}: expected calibration error", n, error[0], error[1:], "at most 0.05", error[0] <= 0.05)
        chance, *ends = chance_calibration_error(self.p, self.truth)
        table.add(f"{title}: calibration error of perfect calibration, by chance", n, chance, tuple(ends))
        for k, c in enumerate(dataset.CODES):
            table.share(f"{title}: recall of {c}, most probable code", (self.p.argmax(1)[self.truth == k] == k).tolist())

    def show_confirmed(self, table: Table, title: str) -> None:
        """The lesions that were cut out and looked at, and melanomas beside the two kinds of nevi: how hard the home clinic's nevi are."""
        counts = np.bincount(self.truth[self.confirmed], minlength=4)
        if counts.min() >= LEAST_OF_CODE:
            rows = np.flatnonzero(self.confirmed)
            truth, p = self.truth[rows], self.p[rows]
            found = bootstrap(lambda r: [auc(truth[r], p[r]), recall(truth[r], p[r].argmax(1))], truth, self.lesion[rows])
            table.add(f"{title}, confirmed by pathology: melanoma AUC", len(rows), found[0][0], found[0][1:])
            table.add(f"{title}, confirmed by pathology: balanced accuracy of the most probable code", len(rows), found[1][0], found[1][1:])
        for kind, nevi in (("confirmed by pathology", self.confirmed), ("not so confirmed", ~self.confirmed)):
            rows = np.flatnonzero((self.truth == 0) | (self.truth == 1) & nevi)
            truth, p = self.truth[rows], self.p[rows]
            if np.bincount(truth, minlength=2).min() >= LEAST_OF_CODE:
                ((area, *ends),) = bootstrap(lambda r: [auc(truth[r], p[r])], truth, self.lesion[rows])
                table.add(f"{title}, melanomas and nevi {kind}: melanoma AUC", len(rows), area, tuple(ends))

    def show_groups(self, table: Table, title: str, key: str) -> None:
        """By site or sex, where there are enough images."""
        values = np.array([a[key] or "unknown" for a in self.attributes])
        for value in sorted(set(values.tolist())):
            rows = np.flatnonzero(values == value)
            truth, p, lesion = self.truth[rows], self.p[rows], self.lesion[rows]
            counts = np.bincount(truth, minlength=4)
            if min(counts[0], len(rows) - counts[0]) >= LEAST_OF_CODE:
                ((area, *ends),) = bootstrap(lambda r: [auc(truth[r], p[r])], truth, lesion)
                table.add(f"{title}, {key} {value}: melanoma AUC", len(rows), area, tuple(ends))
            if counts.min() >= LEAST_OF_CODE:
                ((value_here, *ends),) = bootstrap(lambda r: [recall(truth[r], p[r].argmax(1))], truth, lesion)
                table.add(f"{title}, {key} {value}: balanced accuracy of the most probable code", len(rows), value_here,
                          tuple(ends))


def parts(value: str) -> set[str]:
    """The words of an answer."""
    return {w.strip() for w in value.split(",") if w.strip()}


def answer(o: dict, question: str) -> str:
    """What was understood of an answer."""
    return o["observations"][question]["value"]


def show_ph2(table: Table, seen: dict[str, dict], records: dict[str, dataset.Record], reported: list[str]) -> None:
    """Phase 1 against PH2's human labels."""
    labels = [records[i].attributes for i in reported]
    value = lambda q: [parts(answer(seen[i], q)) for i in reported]
    structures = value("Structures")
    pairs = {"dots or globules": ([a["dots_globules"] != "absent" for a in labels],
                                  [bool(v & {"dots", "globules"}) for v in structures]),
             "streaks": ([a["streaks"] == "present" for a in labels], ["streaks" in v for v in structures]),
             "asymmetry as irregular shape": ([a["asymmetry"] != "0" for a in labels],
                                              ["irregular" in v for v in value("Architecture")]),
             "regression or veil": (["present" in (a["regression"], a["blue_whitish_veil"]) for a in labels],
                                    ["yes" in v for v in value("Regression")])}
    colours = value("Colors")
    for name, (truth, said) in pairs.items():
        table.share(f"PH2: {name}", [a == b for a, b in zip(truth, said)], constant=max(np.mean(truth), 1 - np.mean(truth)))
    pairs["blue-gray"] = ["blue-gray" in a["colors"].split(";") for a in labels], ["blue-gray" in v for v in colours]
    for name, (truth, said) in pairs.items():
        show_balanced(table, f"PH2: {name}", np.array(truth, int), np.array(said, int))
    truth = np.array([[c in a["colors"].split(";") for c in PH2_COLOURS] for a in labels])
    said = np.array([[c in v for c in PH2_COLOURS.values()] for v in colours])
    present = truth.any(0)

    def mean_f1(rows: np.ndarray, guess: np.ndarray) -> float:
        t, g = truth[rows][:, present], guess[rows][:, present]
        return float(np.mean(2 * (t & g).sum(0) / np.maximum(t.sum(0) + g.sum(0), 1)))

    one = np.zeros(len(reported), int)
    ((found, *ends),) = bootstrap(lambda r: [mean_f1(r, said)], one, np.arange(len(reported)))
    # A constant answer scores best where it names every colour.
    constant = mean_f1(np.arange(len(reported)), np.ones_like(said))
    table.add("PH2: mean F1 of the colours", len(reported), found, tuple(ends),
              f"above {constant:.3f}, the best constant answer", ends[0] > constant)


def show_balanced(table: Table, name: str, truth: np.ndarray, said: np.ndarray) -> None:
    """Mean of the shares right where something is there and where it is not: a constant answer has 0.5."""
    if len(np.unique(truth)) < 2:
        return
    balanced = lambda r: float(np.mean([(said[r][truth[r] == k] == k).mean() for k in (0, 1)]))
    ((found, *ends),) = bootstrap(lambda r: [balanced(r)], truth, np.arange(len(truth)))
    table.add(f"{name}, balanced accuracy", len(truth), found, tuple(ends), "at least 0.70", found >= 0.70)


def show_variety(table: Table, objects: dict[str, dict], questions: tuple[str, ...], of: str) -> None:
    """How often the commonest answer is given."""
    for q in questions:
        values = [answer(o, q) for o in objects.values()]
        share = max(map(values.count, set(values))) / len(values)
        table.add(f"commonest answer to {q}, {of}", len(values), share, None, "below 1", share < 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "work", "dermgemma", "models"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--split", default="report")
    parser.add_argument("--nevi", type=int, default=200, help="at most so many nevi (the first by id); the rest are read whole")
    parser.add_argument("--card", type=Path, help="a file whose table is replaced")
    options = parser.parse_args()
    program = Program(options.dermgemma.resolve(), options.models, options.work)
    records = {r.image_id: r for r in dataset.read_ham10000(options.data)}
    coded = {i: dataset.CODE_OF_DX[r.dx] for i, r in records.items() if r.dx in dataset.CODE_OF_DX}
    ids = [i for i in dataset.read_split(options.splits, f"ham10000-{options.split}") if i in coded]
    ids = [i for i in ids if coded[i] != 1] + [i for i in ids if coded[i] == 1][: options.nevi]
    labels = {i: coded[i] for i in ids}
    paths = [records[i].path for i in ids]
    table, name = Table(), f"ham10000-{options.split}"
    # What a stranger meets comes first.
    show_foreign(table, program, options.data, options.work, options.splits, options.split)

    direct = Codes(program.analyze(name, "direct", paths), labels, records)
    examined = program.analyze(name, "seed", paths)
    three = Codes(examined, labels, records)
    direct.show(table, "direct")
    three.show(table, "three phases")
    carried = tree_probabilities(options.work, options.splits, labels, coded)
    if carried is not None:
        ratio = lambda guess: lambda r: [recall(three.truth[r], carried[r].argmax(1)), auc(three.truth[r], carried[r]),
                                         recall(three.truth[r], guess[r]) / recall(three.truth[r], carried[r].argmax(1))]
        found = bootstrap(ratio(three.p.argmax(1)), three.truth, three.lesion)
        table.add("boosted trees on the true words: balanced accuracy", len(ids), found[0][0], found[0][1:])
        table.add("boosted trees on the true words: melanoma AUC", len(ids), found[1][0], found[1][1:])
        table.add("three phases as a share of the trees' balanced accuracy, most probable code", len(ids), found[2][0],
                  found[2][1:], "at least 0.95", found[2][0] >= 0.95)
    direct.show_confirmed(table, "direct")
    three.show_confirmed(table, "three phases")
    for key in ("sex", "site"):
        direct.show_groups(table, "direct", key)
        three.show_groups(table, "three phases", key)
    clean = [not o["flags"] and not o["description"]["removed"] for o in examined.values()]
    table.share("clean examinations: no flags, nothing cut from the description", clean, least=0.97)
    show_variety(table, examined, ("Architecture", "Network", "Structures", "Colors"), "seed")
    few = [i for k in range(4) for i in [i for i in ids if labels[i] == k][:EXTENDED_PER_CODE]]
    show_variety(table, program.analyze(f"{name}-few", "extended", [records[i].path for i in few]), QUESTIONS, "extended")

    # What is reported once is not looked at while choosing.
    reporting = options.split == "report"
    ph2 = {r.image_id: r for r in dataset.read_ph2(options.data)}
    if ph2 and reporting:
        reported = dataset.read_split(options.splits, "ph2-report")
        show_ph2(table, program.analyze("ph2-report", "extended", [ph2[i].path for i in reported]), ph2, reported)

    kind = "report" if reporting else "select"
    folder = options.work / "phantoms" / kind
    if not (folder / "attributes.csv").exists():
        seed = PHANTOM_SEED if reporting else OTHER_PHANTOM_SEED
        subprocess.run([str(program.path), "phantoms", "--count", str(PHANTOM_COUNT), "--seed", str(seed), "--out",
                        str(folder)], check=True, stdout=subprocess.DEVNULL)
    phantoms = dataset.read_phantoms(options.work / "phantoms", (kind,))
    painted = program.analyze(f"phantoms-{kind}", "extended", [r.path for r in phantoms])
    for q in QUESTIONS:
        table.share(f"phantoms: {q}", [parts(answer(painted[r.image_id], q)) == parts(r.attributes[q]) for r in phantoms],
                    least=0.95)
    times = program.milliseconds([records[i].path for i in few[:20]])
    table.add("one examination (seed) on one core, median seconds", len(times), float(np.median(times)) / 1000, None,
              "at most 1.0", float(np.median(times)) <= 1000)
    print(table)
    if options.card:
        text = options.card.read_text()
        head, tail = text.split(BEGIN)[0], text.split(END)[1]
        options.card.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")


if __name__ == "__main__":
    main()
