"""`--group-by`: views of one lesion put together, against SciPy and a bootstrap of its own."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

import program
import runs

stats = pytest.importorskip("scipy.stats")
CODES = runs.CODES


@pytest.fixture(scope="module")
def grouped(tmp_path_factory):
    """A run whose answers are known, grouped by lesion; some patients have several lesions."""
    folder = runs.make(tmp_path_factory.mktemp("grouped"))
    answers = runs.random_answers("lesions", 11)
    # Labels of one lesion agree, but for L1.
    truth = {}
    for place, details in enumerate(answers.details):
        lesion = details.get("lesion_id", f"alone {place}")
        answers.truth[place] = answers.truth[place] if lesion == "L1" else truth.setdefault(lesion, answers.truth[place])
        if lesion.startswith("L") and int(lesion[1:]) % 4:
            details["patient_id"] = f"P{int(lesion[1:]) % 12}"
    answers.put_into(folder)
    runs.validate(folder, "--resume", "--group-by", "lesion_id")
    before = {name: (folder / "out" / name).read_bytes() for name in ("lesions.csv", "lesions.json")}
    with open(folder / "out/lesions.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    yield folder, answers, rows, json.loads(before["lesions.json"]), before


def groups(answers) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, details in enumerate(answers.details):
        found.setdefault(details.get("lesion_id") or f"{runs.name(place)}.png", []).append(place)
    return found


def combined(answers, places: list[int]) -> tuple[str, np.ndarray]:
    """Most views, then the likelier; the normalised geometric mean."""
    mean = stats.gmean(np.maximum(answers.probabilities[places], 5e-7), axis=0)
    mean = (mean / mean.sum()).round(6) if len(places) > 1 else answers.probabilities[places[0]]
    votes = {code: sum(answers.codes[place] == code for place in places) for code in CODES}
    return max((code for code in CODES if votes[code] == max(votes.values())), key=lambda code: mean[CODES.index(code)]), mean


def test_each_lesion_has_the_rule_s_answer(grouped):
    _, answers, rows, document, _ = grouped
    expected = groups(answers)
    assert [row["lesion"] for row in rows] == sorted(expected) and len(rows) == document["lesions"]
    for row in rows:
        places = expected[row["lesion"]]
        code, mean = combined(answers, places)
        assert row["code"] == code and int(row["views"]) == len(places)
        assert np.abs(np.array([float(row[f"p_{one}"]) for one in CODES]) - mean).max() < 1.5e-6
        assert abs(float(row["dissent"]) - np.mean([answers.codes[place] != code for place in places])) < 1e-12
        if len(places) > 1:
            far = max(np.abs(answers.probabilities[a] - answers.probabilities[b]).sum() / 2 for a in places for b in places)
            assert abs(float(row["largest_distance"]) - far) < 1e-6
    assert document["lesions_of_several_views"] == sum(len(places) > 1 for places in expected.values())


def test_figures_and_intervals_are_by_patient(grouped):
    _, answers, rows, document, _ = grouped
    assert document["method"]["others"] == "percentile bootstrap by patient"
    expected = groups(answers)
    truth, codes, patients, keys = [], [], [], []
    for row in rows:
        places = expected[row["lesion"]]
        own = {answers.truth[place] for place in places if answers.truth[place]}
        assert row["truth"] == (own.pop() if len(own) == 1 else "")
        if row["truth"] in CODES:
            truth.append(row["truth"])
            codes.append(row["code"])
            patients.append(next((answers.details[place]["patient_id"] for place in places if "patient_id" in answers.details[place]), ""))
            keys.append(row["lesion"] + ("" if "lesion_id" in answers.details[places[0]] else "\0"))
    assert document["labelled"] == len(truth) and len(set(patients)) < len(truth)
    whole = runs.table(truth, codes, np.ones(len(truth)))
    figures = document["figures"]
    assert abs(figures["accuracy"]["value"] - runs.accuracy(whole)) < 1e-9
    assert abs(figures["balanced_accuracy"]["value"] - runs.balanced_accuracy(whole)) < 1e-9
    drawn = [runs.balanced_accuracy(runs.table(truth, codes, weights))
             for weights in runs.resamples(runs.lesions(patients, keys), document["method"], len(truth))]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    assert abs(figures["balanced_accuracy"]["low"] - low) < 1e-9 and abs(figures["balanced_accuracy"]["high"] - high) < 1e-9


def test_a_run_resumed_gives_the_same_bytes_and_one_without_grouping_none(grouped):
    folder, _, _, _, before = grouped
    runs.validate(folder, "--resume", "--group-by", "lesion_id")
    assert all((folder / "out" / name).read_bytes() == text for name, text in before.items())
    runs.validate(folder, "--resume")
    assert not any((folder / "out" / name).exists() for name in before)


def in_parts(folder, words: list) -> list[str]:
    """The lesions that two shards print; when they are told to go on, they print the same and read nothing but what failed."""
    def told(part: int) -> tuple[list[str], str]:
        done = program.subprocess.run(
            [program.BINARY, "analyze", folder / "images", "--json", "--group-by", "folder", "--records", folder / "records.sqlite",
             "--shard", str(part), "--of", "2", *map(str, words)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines(), done.stderr

    lines = []
    for part in range(2):
        first, _ = told(part)
        again, said = told(part)
        views = [view for line in first for view in json.loads(line)["views"]]
        assert again == first
        read = sum("error" not in view for view in views)
        assert read == 0 or f"{read} of {len(views)} images were read before" in said, said
        lines += first
    return lines


def test_analyze_gives_one_report_a_lesion(phantoms, tmp_path):
    """Views are what `analyze` gives without grouping; a broken one is said; the exit status too."""
    for place, path in enumerate(phantoms[:3]):
        target = tmp_path / f"images/{'one' if place < 2 else 'two'}/{place}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.open(path).save(target)
    (tmp_path / "images/one/9.png").write_bytes(b"broken")
    words = ["--protocol", "direct", "--threads", program.THREADS]
    done = program.subprocess.run(
        [program.BINARY, "analyze", tmp_path / "images", "--json", "--group-by", "folder", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 65, done.stderr
    lesions = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["lesion"]["id"].rsplit("/", 1)[1] for one in lesions] == ["one", "two"]
    assert lesions[0]["lesion"] | {"id": ""} == {"id": "", "grouped_by": "folder", "views": 3, "failed": 1, "repeats": 0}
    alone = json.loads(program.run("analyze", tmp_path / "images/one/0.png", "--json", *words))
    timeless = [{key: value for key, value in one.items() if key not in ("timings", "counts")} for one in (lesions[0]["views"][0], alone)]
    assert timeless[0] == timeless[1]
    assert lesions[0]["views"][2]["error"]["status"] == 65
    views = np.array([list(one["diagnosis"]["probabilities"].values()) for one in lesions[0]["views"][:2]])
    mean = stats.gmean(np.maximum(views, 5e-7), axis=0)
    assert np.abs(np.array(list(lesions[0]["diagnosis"]["probabilities"].values())) - mean / mean.sum()).max() < 1.5e-6
    parts = [json.loads(line) for line in in_parts(tmp_path, words)]

    def plain(all_lesions: list[dict]) -> list[dict]:
        """Without times and counts, which differ, by the lesions' names."""
        for lesion in all_lesions:
            for view in lesion["views"]:
                view.pop("timings", None), view.pop("counts", None), view.pop("report", None)
        return sorted(all_lesions, key=lambda lesion: lesion["lesion"]["id"])

    assert plain(parts) == plain(lesions)
    text = program.subprocess.run([program.BINARY, "analyze", tmp_path / "images/two", "--group-by", "folder", *map(str, words)],
                                  capture_output=True, text=True).stdout
    assert "1 view" in text and "For research. This is not a diagnosis." in text
