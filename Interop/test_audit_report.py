"""The report of an audit, and two audits compared: the JSON beside its schema and NumPy, the pages in a real Chromium."""

import copy
import json
import shutil
import time

import numpy as np
import pytest

import audit_answers as audit
import program
import runs

jsonschema = pytest.importorskip("jsonschema")
metrics = pytest.importorskip("sklearn.metrics")
test_report = pytest.importorskip("test_report", reason="playwright or axe is not installed")
from test_report import browser, opened  # noqa: E402, F401

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
REPLICATES = 200
LARGEST = 8_000_000
"""Bytes of a report of a thousand images."""
HOSTILE = "<script>alert(1)</script>"


def answered() -> list[dict]:
    """An audit that never took place."""
    rows = audit.table("plain", 7)
    # What a model may say.
    rows[0]["words"] = f"Network={HOSTILE}; Structures=yes; Colors=no"
    return rows


def better(rows: list[dict]) -> list[dict]:
    """The same audit of a model that is nearer to the truth on originals, and on changed pictures above all."""
    truth = {row["image"]: row["truth"] for row in rows if row["role"] == "control"}
    other = copy.deepcopy(rows)
    for row in other:
        if row["role"] in ("control", "camera") and truth[row["image"]] in audit.CODES:
            share = 0.3 if row["role"] == "control" else 0.6
            for code in audit.CODES:
                row[code] = f"{float(row[code]) * (1 - share) + share * (code == truth[row['image']]):.9f}"
    return other


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two audits that never took place, reported and compared."""
    folder = tmp_path_factory.mktemp("audits")
    for name, answers in (("first", answered()), ("second", better(answered()))):
        table = audit.write(answers, folder / f"{name}.csv")
        program.run("audit", "figures", table, "--out", folder / name, "--replicates", REPLICATES)
    program.run("compare", folder / "first", folder / "second", "--out", folder / "both")
    return folder


def document(path) -> dict:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path, schema", [
    ("first/audit.json", "audit"), ("second/audit.json", "audit"), ("both/comparison.json", "audit-comparison")])
def test_the_json_is_what_its_schema_says(folder, path, schema):
    schema = document(program.ROOT / f"docs/{schema}.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    said = document(folder / path)
    jsonschema.validate(said, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said | {"surprise": 1}, schema)


def test_the_report_has_the_figures_that_are_printed(folder):
    printed = json.loads(program.run("audit", "figures", folder / "first.csv", "--json", "--replicates", REPLICATES))
    said = document(folder / "first/audit.json")
    for key in ("figures", "scorecard", "risk_coverage", "reliability", "shifted_reliability", "images", "lesions"):
        assert said[key] == printed[key], key
    # The table of the folder is the table that was read.
    again = json.loads(program.run("audit", "figures", folder / "first/audit.csv", "--json", "--replicates", REPLICATES))
    assert again == printed


def test_views_and_words_are_numpy_s_means(folder):
    answers, said = audit.Answers(answered()), document(folder / "first/audit.json")
    melanoma = answers.truth == "MEL"
    for view in said["views"]:
        rows = answers.control() if view["role"] == "control" else answers.of(view["role"], view["arm"], view["dose"])
        score = audit.scores(rows)[:, 0]
        for key, places in (("melanomas", melanoma), ("others", answers.scope & ~melanoma)):
            assert abs(view[key]["value"] - np.nanmean(score[places])) < 1e-9, view
            assert view[key]["low"] < view[key]["value"] < view[key]["high"]
    for one in said["words"]:
        rows = [row for row in answers.control() if f"{one['question']}={one['word']}" in row["words"].split("; ")]
        assert one["images"] == len(rows)
        assert np.allclose(one["probabilities"], audit.scores(rows).mean(axis=0), atol=1e-9)


def test_the_worst_changes_are_melanomas_lost(folder):
    said = document(folder / "first/audit.json")
    for family in ("camera", "words"):
        changes = [one for one in said["changes"] if one["family"] == family]
        assert len(changes) == 5 and len({one["image"] for one in changes}) == 5
        assert all(one["truth"] == one["before"]["code"] == "MEL" != one["after"]["code"] for one in changes)
        moved = [np.abs(np.subtract(one["before"]["probabilities"], one["after"]["probabilities"])).sum() for one in changes]
        assert moved == sorted(moved, reverse=True)
    stayed = [one for one in said["changes"] if one["family"] == "looking"]
    assert stayed and all(one["before"]["code"] == one["after"]["code"] for one in stayed)


def test_differences_of_two_audits_have_the_paired_bootstrap_s_intervals(folder, remark):
    first = audit.Answers(answered())
    second = audit.Answers(better(answered()))
    said = document(folder / "both/comparison.json")
    method = {"replicates": 2000, "seed": document(folder / "first/audit.json")["method"]["seed"]}
    scope, truth = first.scope, first.truth[first.scope]

    def parts(answers):
        control = audit.verdicts(answers.control())[scope]
        arms = {}
        for arm, dose in answers.arms("camera"):
            arms.setdefault(arm, []).append(audit.verdicts(answers.of("camera", arm, dose))[scope])
        return control, arms

    def measured(control, arms, weights):
        def accuracy(verdicts):
            return runs.balanced_accuracy(runs.table(truth, verdicts, weights))

        clean = accuracy(control)
        return clean, np.mean([np.mean([clean - accuracy(one) for one in arm]) for arm in arms.values()])

    sides = [parts(answers) for answers in (first, second)]
    drawn = [[measured(*side, weights[scope]) for side in sides]
             for weights in runs.resamples(first.lesions, method, len(first))]
    differences = np.array([np.subtract(other, one) for one, other in drawn])
    entries = {one["number"]: one for one in said["scorecard"]}
    for place, number in enumerate((1, 2)):
        figure = entries[number]["figures"][0]
        ones = np.ones(len(truth), dtype=int)
        values = [measured(*side, ones)[place] for side in sides]
        for key, value in zip("ab", values):
            assert abs(figure[key]["value"] - value) < 1e-9
        ours = figure["difference"]
        assert abs(ours["value"] - (values[1] - values[0])) < 1e-9
        for key, share in (("low", 2.5), ("high", 97.5)):
            assert abs(ours[key] - np.percentile(differences[:, place], share)) < 1e-9, figure["measure"]
        assert entries[number]["better"] == "b"
    better_in = [one["better"] for one in said["scorecard"]]
    assert f"A is better in {better_in.count('a')}, B is better in {better_in.count('b')}, " in said["summary"]
    remark(f"compare: two audits of {len(first)} images as a paired bootstrap has them")


@pytest.mark.parametrize("change, reason", [
    (lambda rows: [row for row in rows if row["image"] != "i003"], "images that only A has: i003"),
    (lambda rows: [row for row in rows if row["arm"] != "jpeg"], "changes that only A has: camera jpeg 1, "),
])
def test_other_images_or_changes_are_refused_by_name(folder, tmp_path, change, reason):
    table = audit.write(change(answered()), tmp_path / "other.csv")
    program.run("audit", "figures", table, "--out", tmp_path / "other", "--replicates", 2)
    with pytest.raises(AssertionError, match=f"ended in 65: .*cannot be compared: {reason}"):
        program.run("compare", folder / "first", tmp_path / "other")


def test_a_report_of_a_thousand_images_is_small(tmp_path, remark):
    table = audit.write(audit.table("plain", 3, images=1000), tmp_path / "large.csv")
    begin = time.monotonic()
    program.run("audit", "figures", table, "--out", tmp_path / "large", "--replicates", REPLICATES)
    size = (tmp_path / "large/audit.html").stat().st_size
    assert size < LARGEST
    remark(f"audit.html of 1,000 images: {size / 1e6:.2f} MB without pictures, in {time.monotonic() - begin:.0f} s")


PAGES = ["first/audit.html", "both/comparison.html"]


@needs_chromium
@pytest.mark.parametrize("path", PAGES)
def test_it_opens_from_the_disk_and_fits_the_window(opened, path):
    page = opened(path)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("ol.scores > li").count() == 12
    assert page.get_by_text("Nothing on this page is a diagnosis").count() == 1
    if path.startswith("first"):
        # Two changes of the picture, what is shown, printed words, risk, reliability.
        assert page.locator("svg.plot").count() == 6
        assert "alert(1)" in page.locator("table.heat").inner_text()


@needs_chromium
@pytest.mark.parametrize("path", PAGES)
def test_the_accessibility_checker_finds_nothing(opened, path):
    page = opened(path)
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    violations = test_report.axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in violations] == []


@needs_chromium
def test_it_prints(browser, folder, tmp_path):
    page = browser.new_page(viewport={"width": 680, "height": 900})  # A4 within its margins.
    page.goto(f"file://{folder / 'first/audit.html'}")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.pdf(path=tmp_path / "audit.pdf", format="A4")
    assert (tmp_path / "audit.pdf").read_bytes().startswith(b"%PDF")
    page.close()
