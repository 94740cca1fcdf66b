"""The table of figures, on answers whose figures are known."""

import json
from pathlib import Path

import numpy as np
import pytest

from dermgemma_training import evaluate
from dermgemma_training.answers import Program
from dermgemma_training.dataset import CODES, Record
from dermgemma_training.intervals import Table, bootstrap, wilson


def answers(codes: list[int], sure: float = 0.7) -> dict[str, dict]:
    other = (1 - sure) / 3
    return {f"i{n}": {"diagnosis": {"code": CODES[c], "probabilities": {
        name: sure if k == c else other for k, name in enumerate(CODES)}}} for n, c in enumerate(codes)}


def labelled(truth: list[int]) -> tuple[dict[str, int], dict[str, Record]]:
    return ({f"i{n}": t for n, t in enumerate(truth)},
            {f"i{n}": Record("ham10000", f"i{n}", Path("x"), None, "", f"l{n // 2}", {"sex": ("male", "female")[n % 2], "site": ""})
             for n in range(len(truth))})


def line(table: Table, name: str) -> list[str]:
    return [c.strip() for c in next(l for l in table.lines if l.startswith(f"| {name} |")).split("|")[1:-1]]


def test_wilsons_interval_of_ten_in_twelve():
    assert wilson(10, 12) == pytest.approx((0.552, 0.953), abs=0.001)


def test_bootstrap_draws_whole_lesions_and_keeps_every_class():
    truth, groups = np.repeat([0, 1], 20), np.arange(40) // 4
    ((value, low, high),) = bootstrap(lambda r: [float((truth[r] == 0).mean())], truth, groups)
    assert value == low == high == 0.5
    sizes = []
    bootstrap(lambda r: [sizes.append(np.bincount(groups[r]) % 4) or 0.0], truth, groups)
    assert all((s == 0).all() for s in sizes), "a lesion's images come together"


def test_perfect_and_constant_answers():
    truth = [0, 0, 1, 1, 2, 2, 3, 3] * 10
    labels, records = labelled(truth)
    table = Table()
    evaluate.Codes(answers(truth), labels, records).show(table, "direct")
    assert line(table, "direct: balanced accuracy of the recorded code")[2:6] == ["1.000", "1.000 to 1.000", "at least 0.70", "yes"]
    assert line(table, "direct: expected calibration error")[2] == "0.300"
    assert line(table, "direct: expected calibration error")[5] == "no"
    table = Table()
    evaluate.Codes(answers([1] * 80), labels, records).show(table, "three phases")
    assert line(table, "three phases: balanced accuracy of the most probable code")[2] == "0.250"
    assert line(table, "three phases: recall of NV, most probable code")[2] == "1.000"
    assert line(table, "three phases: melanoma AUC")[2] == "0.500"


def test_confirmed_nevi_are_told_from_those_that_were_watched():
    truth = [0] * 20 + [1] * 40 + [2] * 20 + [3] * 20
    labels, records = labelled(truth)
    for n, i in enumerate(labels):  # half of the nevi were watched
        records[i].attributes["confirm"] = "serial imaging showing no change" if 20 <= n < 40 else "histopathology"
    # Confirmed nevi are taken for melanomas, watched ones for nevi.
    said = [0 if 40 <= n < 60 else t for n, t in enumerate(truth)]
    table = Table()
    evaluate.Codes(answers(said), labels, records).show_confirmed(table, "direct")
    assert line(table, "direct, melanomas and nevi confirmed by pathology: melanoma AUC")[1:3] == ["40", "0.500"]
    assert line(table, "direct, melanomas and nevi not so confirmed: melanoma AUC")[1:3] == ["40", "1.000"]
    assert line(table, "direct, confirmed by pathology: melanoma AUC")[1:3] == ["80", "0.833"]
    assert line(table, "direct, confirmed by pathology: balanced accuracy of the most probable code")[1:3] == ["80", "0.750"]
    table = Table()
    evaluate.Codes(answers(truth[:30]), dict(list(labels.items())[:30]), records).show_confirmed(table, "direct")
    assert len(table.lines) == 2  # too few of either kind


def test_groups_too_small_are_left_out():
    labels, records = labelled([0, 0, 1, 1, 2, 2, 3, 3] * 20)
    table = Table()
    codes = evaluate.Codes(answers(list(labels.values())), labels, records)
    codes.show_groups(table, "direct", "sex")
    assert line(table, "direct, sex female: balanced accuracy of the most probable code")[1:3] == ["80", "1.000"]
    few = Table()
    evaluate.Codes(answers([0] * 10), *labelled([0] * 5 + [1] * 5)).show_groups(few, "direct", "sex")
    assert len(few.lines) == 2


def test_ph2_beside_the_best_constant_answer():
    ids = [f"i{n}" for n in range(40)]
    labels = [{"dots_globules": ("absent", "typical")[n % 2], "streaks": "absent", "asymmetry": "0", "regression": "absent",
               "blue_whitish_veil": "absent", "colors": ("light-brown", "light-brown;black")[n % 2]} for n in range(40)]
    records = {i: Record("ph2", i, Path("x"), None, "", i, a) for i, a in zip(ids, labels)}
    seen = {i: {"observations": {q: {"value": v} for q, v in (
        ("Structures", ("none", "globules")[n % 2]), ("Architecture", "oval"), ("Regression", "no"),
        ("Colors", ("light brown", "light brown, black")[n % 2]))}} for n, i in enumerate(ids)}
    table = Table()
    evaluate.show_ph2(table, seen, records, ids)
    assert line(table, "PH2: dots or globules")[2:6] == ["1.000", "0.912 to 1.000", "above 0.500, the best constant answer", "yes"]
    assert line(table, "PH2: streaks")[5] == "no", "nothing is above a constant that is always right"
    assert line(table, "PH2: mean F1 of the colours")[2] == "1.000"


def test_answers_are_kept_for_the_same_images_and_weights_only(tmp_path):
    calls = tmp_path / "calls"
    program = tmp_path / "program"
    program.write_text(f"""#!/usr/bin/env python3
import hashlib, json, sys
open({str(calls)!r}, "a").write("x")
a = sys.argv
digest = hashlib.sha256(open(a[a.index("--model") + 1], "rb").read()).hexdigest()
for line in open(a[a.index("--files-from") + 1]):
    print(json.dumps({{"image": {{"name": line.strip().split("/")[-1]}}, "model": {{"weights_sha256": digest}}}}))
""")
    program.chmod(0o755)
    (tmp_path / "dermgemma-small.gguf").write_bytes(b"one")
    asked = Program(program, tmp_path, tmp_path)
    images = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    assert list(asked.analyze("some", "seed", images)) == ["a", "b"]
    asked.analyze("some", "seed", images)
    assert calls.read_text() == "x"
    asked.analyze("some", "seed", images[:1])
    (tmp_path / "dermgemma-small.gguf").write_bytes(b"two")
    asked.analyze("some", "seed", images[:1])
    assert calls.read_text() == "xxx"
    assert json.loads((tmp_path / "evaluation" / "some-seed.jsonl").read_text())["image"]["name"] == "a.jpg"
