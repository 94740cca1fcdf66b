"""The metrics of `validate` against isic-challenge-scoring where it computes the same thing, scikit-learn and SciPy."""

import io
import json
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest

import program
import runs

pd = pytest.importorskip("pandas")
metrics = pytest.importorskip("sklearn.metrics")
calibration = pytest.importorskip("sklearn.calibration")
stats = pytest.importorskip("scipy.stats")
isic = pytest.importorskip("isic_challenge_scoring.classification")
jsonschema = pytest.importorskip("jsonschema")

CODES = runs.CODES
TOLERANCE = 1e-9
KINDS = ["plain", "ties", "rare", "perfect", "others", "lesions"]


def same(ours, theirs, what: str) -> None:
    assert ours is not None, what
    assert abs(ours - theirs) <= TOLERANCE, f"{what}: {ours} here, {theirs} there"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return runs.make(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module", params=KINDS)
def measured(request, finished):
    """Answers, and what the program says of them."""
    answers = runs.random_answers(request.param, 1)
    answers.put_into(finished)
    return request.param, answers, runs.validate(finished, "--resume")


def four(answers):
    """Truth, code and probabilities of the images that count."""
    places = answers.measured
    return (
        np.array([answers.truth[place] for place in places]), np.array([answers.codes[place] for place in places]),
        answers.probabilities[places])


def panel_of(summary, code=None):
    panel = summary["metrics"]["overall"]
    return panel["figures"] if code is None else next(one for one in panel["codes"] if one["code"] == code)["figures"]


def test_answers_are_measured_as_scikit_learn_does(measured, remark):
    kind, answers, summary = measured
    truth, codes, _ = four(answers)
    overall = panel_of(summary)
    same(overall["accuracy"]["value"], metrics.accuracy_score(truth, codes), "accuracy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same(overall["balanced_accuracy"]["value"], metrics.balanced_accuracy_score(truth, codes), "balanced accuracy")
    same(overall["kappa"]["value"], metrics.cohen_kappa_score(truth, codes), "kappa")
    table = metrics.confusion_matrix(truth, codes, labels=CODES)
    assert [row["counts"] for row in summary["metrics"]["overall"]["confusion"]["rows"][:4]] == table.tolist()
    for place, code in enumerate(CODES):
        figures = panel_of(summary, code)
        hits, misses, alarms = table[place, place], table[place].sum(), table[:, place].sum()
        expected = {
            "sensitivity": (hits, misses), "ppv": (hits, alarms),
            "specificity": (table.sum() - misses - alarms + hits, table.sum() - misses),
            "npv": (table.sum() - misses - alarms + hits, table.sum() - alarms),
        }
        for measure, (part, whole) in expected.items():
            ours = figures[measure]
            if whole == 0:
                assert ours["value"] is None and ours["reason"], (code, measure)
                continue
            same(ours["value"], part / whole, f"{code} {measure}")
            wilson = stats.binomtest(int(part), int(whole)).proportion_ci(method="wilson")
            same(ours["low"], wilson.low, f"{code} {measure}, lower end")
            same(ours["high"], wilson.high, f"{code} {measure}, upper end")
        if hits + misses + alarms > 0 and misses + alarms > 0:
            same(figures["f1"]["value"], metrics.f1_score(truth == code, codes == code), f"{code} F1")
    remark(f"metrics: {kind}, {len(truth)} images as scikit-learn and SciPy have them")


def test_probabilities_are_measured_as_scikit_learn_does(measured):
    _, answers, summary = measured
    truth, _, probabilities = four(answers)
    areas = []
    for place, code in enumerate(CODES):
        figures, positive, scores = panel_of(summary, code), truth == code, probabilities[:, place]
        if not positive.any():
            assert figures["auc"]["value"] is None and figures["average_precision"]["value"] is None
            continue
        same(figures["average_precision"]["value"], metrics.average_precision_score(positive, scores), f"{code} AP")
        areas.append(metrics.roc_auc_score(positive, scores))
        same(figures["auc"]["value"], areas[-1], f"{code} AUC")
        alarms, hits, _ = metrics.roc_curve(positive, scores, drop_intermediate=False)
        for specificity in (80, 95):
            allowed = np.round(alarms * (~positive).sum()) * 100 <= (100 - specificity) * (~positive).sum()
            same(
                figures[f"sensitivity_at_{specificity}_specificity"]["value"], hits[allowed].max(),
                f"{code} sensitivity at {specificity} %")
    overall = panel_of(summary)
    if len(areas) == 4:
        same(overall["macro_auc"]["value"], np.mean(areas), "mean AUC")
    else:
        assert overall["macro_auc"]["value"] is None
    right = np.array([[code == one for code in CODES] for one in truth], dtype=float)
    same(overall["brier"]["value"], ((probabilities - right) ** 2).sum(axis=1).mean(), "Brier")


def test_calibration_is_scikit_learn_s(measured):
    _, answers, summary = measured
    truth, _, probabilities = four(answers)
    highest = probabilities.max(axis=1)
    hits = np.array(CODES)[probabilities.argmax(axis=1)] == truth
    shares, means = calibration.calibration_curve(hits, highest, n_bins=10, strategy="uniform")
    bins = [one for one in summary["metrics"]["overall"]["calibration"] if one["images"]]
    assert len(bins) == len(shares)
    for one, share, mean in zip(bins, shares, means):
        same(one["hits"] / one["images"], share, "share in a bin")
        same(one["probability_sum"] / one["images"], mean, "mean in a bin")
    sizes = np.array([one["images"] for one in bins])
    same(panel_of(summary)["ece"]["value"], (sizes * np.abs(shares - means)).sum() / sizes.sum(), "ECE")


def test_what_the_isic_challenge_scores_is_scored_alike(measured):
    kind, answers, summary = measured
    truth, _, probabilities = four(answers)
    if len(set(truth)) < 4:  # isic-challenge-scoring needs an image of each category; we say what is missing.
        missing = [code for code in CODES if code not in truth]
        assert missing and all("BKL" in panel_of(summary, code)["auc"]["reason"] for code in missing)
        assert panel_of(summary)["macro_auc"]["value"] is None
        return
    names = [runs.name(place) for place in answers.measured]
    right = [[float(code == one) for code in CODES] for one in truth]
    files = [
        io.StringIO(pd.DataFrame(rows, columns=CODES, index=pd.Index(names, name="image")).to_csv())
        for rows in (right, probabilities)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = isic.ClassificationScore.from_stream(*files, isic.ClassificationMetric.BALANCED_ACCURACY)
    for code in CODES:
        figures, theirs = panel_of(summary, code), score.per_category.loc[code]
        for ours, name in (("auc", "auc"), ("auc_above_80_sensitivity", "auc_sens_80"), ("average_precision", "ap")):
            same(figures[ours]["value"], theirs[name], f"{code} {ours}")
    same(panel_of(summary)["macro_auc"]["value"], score.macro_average["auc"], "mean AUC")
    if kind in ("plain", "perfect"):  # Elsewhere the code is not the most probable one, or several are.
        same(panel_of(summary)["balanced_accuracy"]["value"], score.overall, "balanced accuracy")


def test_groups_are_measured_by_themselves(finished):
    answers = runs.random_answers("lesions", 6)
    answers.put_into(finished)
    summary = runs.validate(finished, "--resume")
    groupings = {one["key"]: one["groups"] for one in summary["metrics"]["groupings"]}
    assert set(groupings) == {"site", "sex", "age"}
    bands = {"0–29": (0, 30), "30–44": (30, 45), "45–59": (45, 60), "60–74": (60, 75), "75 and over": (75, 200)}
    for key, groups in groupings.items():
        assert sum(group["panel"]["images"] for group in groups) == len(answers.measured)
        for group in groups:
            def belongs(details):
                if key == "age":
                    low, high = bands[group["value"]]
                    return low <= details["age"] < high
                return details[key] == group["value"]

            places = [place for place in answers.measured if belongs(answers.details[place])]
            hits = sum(answers.truth[place] == answers.codes[place] for place in places)
            assert group["panel"]["images"] == len(places)
            same(group["panel"]["figures"]["accuracy"]["value"], hits / len(places), f"{key} {group['value']}")


def test_intervals_are_the_percentiles_of_resampled_lesions(finished):
    answers = runs.random_answers("lesions", 5)
    answers.put_into(finished)
    summary = runs.validate(finished, "--resume")
    truth, codes, probabilities = four(answers)
    names = [answers.details[place].get("lesion_id", "") for place in answers.measured]
    lesions = runs.lesions(names, [runs.name(place) + ".png" for place in answers.measured])
    assert summary["metrics"]["overall"]["lesions"] == len(lesions) < len(truth)
    ones, positive = np.ones(len(truth)), truth == "MEL"
    whole = runs.table(truth, codes, ones)
    same(runs.kappa(whole), metrics.cohen_kappa_score(truth, codes), "the resamples' own kappa")
    same(runs.balanced_accuracy(whole), metrics.balanced_accuracy_score(truth, codes), "their balanced accuracy")
    same(runs.area(positive, probabilities[:, 0], ones), metrics.roc_auc_score(positive, probabilities[:, 0]), "their AUC")
    kappa, balanced, area = [], [], []
    for weights in runs.resamples(lesions, summary["metrics"]["method"], len(truth)):
        counts = runs.table(truth, codes, weights)
        kappa.append(runs.kappa(counts))
        balanced.append(runs.balanced_accuracy(counts))
        area.append(runs.area(positive, probabilities[:, 0], weights))
    for ours, theirs in (
        (panel_of(summary)["kappa"], kappa), (panel_of(summary)["balanced_accuracy"], balanced),
        (panel_of(summary, "MEL")["auc"], area),
    ):
        low, high = np.nanpercentile(theirs, [2.5, 97.5])
        if low == high:
            # Certainty is not what so few images show: there is no interval.
            assert ours["low"] is None and ours["high"] is None
            continue
        same(ours["low"], low, "lower end")
        same(ours["high"], high, "upper end")


def test_summary_json_is_what_its_schema_says(measured):
    schema = json.loads((program.ROOT / "docs/summary.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(measured[2], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(measured[2] | {"surprise": 1}, schema)


def test_the_isic_csv_is_accepted(tmp_path, remark):
    """By the challenge's own program, with a truth of all seven categories."""
    folder = runs.make(tmp_path)
    truth = tmp_path / "truth.csv"
    rows = [[float(runs.SEVEN[index % 7] == code) for code in runs.SEVEN] for index in range(runs.IMAGES)]
    names = pd.Index([runs.name(index) for index in range(runs.IMAGES)], name="image")
    pd.DataFrame(rows, columns=runs.SEVEN, index=names).to_csv(truth)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "isic_challenge_scoring", "--output", "json", "classification", truth,
         folder / "isic.csv"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    score = json.loads(done.stdout)
    remark(f"isic-challenge-scoring takes --isic-csv: balanced accuracy {score['overall']:.3f} on noise")
    header, first = (folder / "isic.csv").read_text().splitlines()[:2]
    assert header == "image," + ",".join(runs.SEVEN) and first.startswith("ISIC_0000000,")


def test_ties_and_the_image_without_weight_are_scored_as_the_challenge_does(tmp_path, remark):
    """On the four codes: `metrics.challenge`, and what the program itself makes of `--isic-csv`."""
    folder = runs.make(tmp_path)
    answers = runs.random_answers("ties", 3)
    weightless = "ISIC_0035068"
    shutil.move(folder / f"images/{runs.name(IMAGES_MOVED)}.png", folder / f"images/{weightless}.png")
    labels = folder / "labels.csv"
    labels.write_text(labels.read_text().replace(runs.name(IMAGES_MOVED) + ",", weightless + ","))
    runs.validate(folder, "--replace", "--isic-csv", folder / "isic.csv")
    names = sorted(path.stem for path in (folder / "images").glob("*.png"))
    # True ties, and two that differ in the seventh decimal: rounding must not make a tie of them.
    answers.probabilities[0] = [0.5, 0.5, 0, 0]
    answers.probabilities[1] = [0.49999984, 0.49999976, 0.0000004, 0]
    answers.truth[0] = answers.truth[1] = answers.codes[0] = answers.codes[1] = "MEL"
    answers.truth[names.index(weightless)] = "BCC"
    answers.put_into(folder)
    summary = runs.validate(folder, "--resume", "--isic-csv", folder / "isic.csv")
    predicted = pd.read_csv(folder / "isic.csv", index_col="image")
    assert list(predicted.index) == names
    places = answers.measured
    truth = pd.DataFrame(
        [[float(code == answers.truth[place]) for code in CODES] for place in places], columns=CODES,
        index=pd.Index([names[place] for place in places], name="image"))
    chosen = predicted.loc[truth.index, CODES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = isic.ClassificationScore.from_stream(
            io.StringIO(truth.to_csv()), io.StringIO(chosen.to_csv(float_format="%.6f")),
            isic.ClassificationMetric.BALANCED_ACCURACY)
    challenge = summary["metrics"]["challenge"]
    same(challenge["balanced_accuracy"]["value"], score.overall, "the challenge's balanced accuracy")
    assert challenge["left_out"] == [weightless + ".png"] and challenge["images"] == len(places) - 1
    tied = (chosen.drop(weightless).to_numpy() == chosen.drop(weightless).max(axis=1).to_numpy()[:, None]).sum(axis=1) > 1
    # The one true tie; rounding adds none.
    assert challenge["undecided"] == tied.sum() == 1
    assert predicted.loc[names[1], "MEL"] > predicted.loc[names[1], "NV"]
    remark(f"isic-challenge-scoring: {tied.sum()} ties count as wrong, {weightless} counts for nothing, here as there")


IMAGES_MOVED = 17
"""The image that is given the name of the one without weight."""


def test_a_failed_image_has_a_row_and_one_name_twice_is_refused(tmp_path):
    program.run("phantoms", "--count", 14, "--seed", 2, "--out", tmp_path / "images")
    (tmp_path / "images/broken.jpg").write_bytes(b"no picture")
    command = [
        program.BINARY, "validate", "all", "--protocol", "direct", "--images", tmp_path / "images", "--threads", "1",
        "--isic-csv", tmp_path / "isic.csv"]
    done = subprocess.run([*command, "--out", tmp_path / "out"], capture_output=True, text=True)
    assert done.returncode == 65 and "1 unread images are in" in done.stdout, done.stderr
    names = ["broken"] + sorted(path.stem for path in (tmp_path / "images").glob("*.png"))
    rows = [[float(runs.SEVEN[index % 7] == code) for code in runs.SEVEN] for index in range(len(names))]
    pd.DataFrame(rows, columns=runs.SEVEN, index=pd.Index(names, name="image")).to_csv(tmp_path / "truth.csv")
    scored = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "isic_challenge_scoring", "classification", tmp_path / "truth.csv",
         tmp_path / "isic.csv"], capture_output=True, text=True)
    assert scored.returncode == 0, scored.stderr
    (tmp_path / "images/again").mkdir()
    shutil.copy(tmp_path / f"images/{names[1]}.png", tmp_path / f"images/again/{names[1]}.png")
    refused = subprocess.run([*command, "--out", tmp_path / "other"], capture_output=True, text=True)
    assert refused.returncode == 65 and f"would all be {names[1]} there" in refused.stderr, refused.stderr
    assert not (tmp_path / "other/phase3_results.csv").exists()
