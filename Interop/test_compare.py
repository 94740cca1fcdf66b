"""`compare` against SciPy, scikit-learn and a bootstrap of its own."""

import json
import sqlite3

import numpy as np
import pytest

import program
import runs

metrics = pytest.importorskip("sklearn.metrics")
stats = pytest.importorskip("scipy.stats")
jsonschema = pytest.importorskip("jsonschema")

CODES = runs.CODES
TOLERANCE = 1e-9


def same(ours, theirs, what: str) -> None:
    assert abs(ours - theirs) <= TOLERANCE, f"{what}: {ours} here, {theirs} there"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Two runs over the same images, the second better than the first, and what `compare --json` says."""
    first = runs.make(tmp_path_factory.mktemp("first"))
    second = runs.copied(first, tmp_path_factory.mktemp("other") / "second")
    one, other = runs.random_answers("lesions", 3), runs.random_answers("plain", 4)
    other.truth, other.details = one.truth, [None] * runs.IMAGES
    one.codes = [CODES[place % 4] if place % 2 else code for place, code in enumerate(one.codes)]
    other.codes = [truth if place % 3 else code for place, (truth, code) in enumerate(zip(one.truth, other.codes))]
    one.put_into(first)
    other.put_into(second)
    # A run of its own: the same id would be the same run.
    with sqlite3.connect(second / "out/records.sqlite") as database:
        database.execute("UPDATE runs SET id = 'second'")
    database.close()
    page = first / "comparison"
    said = program.run("compare", first / "out", second / "out", "--json", "--out", page)
    assert json.loads((page / "comparison.json").read_text("utf-8")) == json.loads(said)
    return one, other, json.loads(said)


def test_mcnemar_s_test_is_scipy_s(compared):
    one, other, said = compared
    right = [np.array([code == truth for code, truth in zip(run.codes, run.truth)]) for run in (one, other)]
    melanoma = np.array([truth == "MEL" for truth in one.truth])
    called = [np.array([code == "MEL" for code in run.codes]) for run in (one, other)]
    clean = [np.array([not flags for flags in run.flags]) for run in (one, other)]
    for name, (first, second) in {
        "accuracy": right, "melanoma_sensitivity": [one[melanoma] for one in called],
        "melanoma_specificity": [~one[~melanoma] for one in called], "clean": clean,
    }.items():
        test = said["tests"][name]
        alone = int((first & ~second).sum()), int((~first & second).sum())
        assert (test["only_a"], test["only_b"]) == alone
        assert (test["both"], test["neither"]) == (int((first & second).sum()), int((~first & ~second).sum()))
        same(test["p"], stats.binomtest(alone[0], sum(alone)).pvalue if sum(alone) else 1, name)
    assert said["tests"]["accuracy"]["p"] < 0.05


def test_differences_have_the_paired_bootstrap_s_intervals(compared, remark):
    one, other, said = compared
    truth = np.array(one.truth)
    codes = [np.array(run.codes) for run in (one, other)]
    lesions = runs.lesions([details.get("lesion_id", "") for details in one.details], [str(place) for place in range(len(truth))])
    assert said["metrics"]["lesions"] == len(lesions) and said["metrics"]["images"] == len(truth)
    differences = {"balanced_accuracy": [], "kappa": [], "accuracy": []}
    clean = []
    functions = {
        "balanced_accuracy": metrics.balanced_accuracy_score, "kappa": metrics.cohen_kappa_score,
        "accuracy": metrics.accuracy_score}
    resampled = {"balanced_accuracy": runs.balanced_accuracy, "kappa": runs.kappa, "accuracy": runs.accuracy}
    flags = [np.array([not flags for flags in run.flags], dtype=int) for run in (one, other)]
    for weights in runs.resamples(lesions, said["metrics"]["method"], len(truth)):
        first, second = (runs.table(truth, run, weights) for run in codes)
        for measure, function in resampled.items():
            differences[measure].append(function(second) - function(first))
        clean.append(((flags[1] - flags[0]) * weights).sum() / weights.sum())
    for measure, function in functions.items():
        ours = said["metrics"]["figures"][measure]
        for side, run in zip("ab", codes):
            same(ours[side]["value"], function(truth, run), f"{measure} of {side}")
        same(ours["difference"]["value"], function(truth, codes[1]) - function(truth, codes[0]), measure)
        same(ours["difference"]["low"], np.percentile(differences[measure], 2.5), f"{measure}, lower end")
        same(ours["difference"]["high"], np.percentile(differences[measure], 97.5), f"{measure}, upper end")
    same(said["clean_rate"]["difference"]["low"], np.percentile(clean, 2.5), "clean rate, lower end")
    remark(f"compare: differences on {len(truth)} images of {len(lesions)} lesions as a paired bootstrap has them")


def test_agreement_is_scikit_learn_s(compared):
    one, other, said = compared
    codes = said["agreement"]["codes"]
    assert codes["table"] == metrics.confusion_matrix(one.codes, other.codes, labels=CODES).tolist()
    same(codes["kappa"]["value"], metrics.cohen_kappa_score(one.codes, other.codes), "kappa")
    same(codes["same"]["value"], metrics.accuracy_score(one.codes, other.codes), "same code")


def test_every_image_on_which_they_part_is_there_with_both_answers(compared):
    one, other, said = compared
    parted = [place for place, (first, second) in enumerate(zip(one.codes, other.codes)) if first != second]
    assert [image["image"] for image in said["parted"]] == [runs.name(place) + ".png" for place in parted]
    for place, image in zip(parted, said["parted"]):
        assert [image[side]["diagnosis"]["code"] for side in "ab"] == [one.codes[place], other.codes[place]]
        right = [run.codes[place] == run.truth[place] for run in (one, other)]
        assert image["verdict"] == {(True, False): "a", (False, True): "b", (False, False): "neither"}[tuple(right)]


def test_the_json_is_what_its_schema_says(compared):
    schema = json.loads((program.ROOT / "docs/comparison.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(compared[2], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(compared[2] | {"surprise": 1}, schema)
