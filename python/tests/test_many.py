"""Many images: order, one error for one image, how far ahead, tables, progress."""

import csv
import io
import pickle
import sys

import pytest

import dermgemma
from dermgemma import _rows
from dermgemma.progress import Progress


def test_outcomes_come_in_order_and_one_bad_image_is_one_error(phantoms, reader, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    images = [phantoms[0], tmp_path / "broken.jpg", phantoms[1], b"", 5, phantoms[0].read_bytes(), tmp_path / "none.jpg", phantoms[2]]
    outcomes = list(reader.read_many(images))
    assert [outcome.index for outcome in outcomes] == list(range(8))
    assert [outcome.ok for outcome in outcomes] == [True, False, True, False, False, True, False, True]
    assert [outcome.error.status for outcome in outcomes if outcome.error] == [65, 65, 65, 66]
    assert outcomes[0].get().observations == outcomes[5].get().observations
    with pytest.raises(dermgemma.ReadError):
        outcomes[1].get()
    assert pickle.loads(pickle.dumps(outcomes))[6].error.status == 66
    with pytest.raises(TypeError, match="several"):
        reader.read_many("folder")
    assert list(reader.read_many([])) == []


def test_each_image_is_what_it_is_alone(phantoms, reader):
    together = {outcome.name: outcome.get() for outcome in reader.read_many(phantoms, seed=3)}
    assert len(together) == len(phantoms)
    for path in phantoms[:3]:
        assert together[str(path)] == reader.read(path, seed=3)


def test_the_input_is_taken_only_a_little_ahead(phantoms, reader):
    taken = []

    def endless():
        while True:
            taken.append(len(taken))
            yield phantoms[len(taken) % len(phantoms)]

    readings = reader.read_many(endless())
    for expected in range(3):
        assert next(readings).index == expected
        assert len(taken) <= reader.info.ahead + expected + 1
    readings.close()
    # What was under way is cancelled, and does not hold the next one up.
    assert reader.read(phantoms[0]).code and reader.starts == 1


def test_an_input_that_fails_passes_its_error_on(phantoms, reader):
    def failing():
        yield phantoms[0]
        raise RuntimeError("the list broke")

    with pytest.raises(RuntimeError, match="the list broke"):
        list(reader.read_many(failing()))
    assert reader.read(phantoms[0]).code


def test_a_csv_file_has_every_row_and_no_formula(phantoms, reader, tmp_path):
    named = tmp_path / "=2+3.png"
    named.write_bytes(phantoms[0].read_bytes())
    target = tmp_path / "table.csv"
    assert reader.read_many([named, tmp_path / "none.jpg"]).to_csv(target) == 2
    with open(target, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["name"] == "'=2+3.png" and rows[0]["code"] in dermgemma.CODES and rows[0]["status"] == "0"
    assert rows[1]["status"] == "66" and "none.jpg" in rows[1]["error"] and rows[1]["code"] == ""
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_table_has_a_row_for_each_image(phantoms, reader, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = reader.read_many([*phantoms[:3], tmp_path / "none.jpg"]).to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == 4
    assert list(frame["path"]) == [*map(str, phantoms[:3]), str(tmp_path / "none.jpg")]
    assert list(frame["status"]) == [0, 0, 0, 66] and frame["Architecture"].notna().sum() == 3
    assert frame.loc[0, "p_NV"] == reader.read(phantoms[0]).probabilities["NV"]
    empty = reader.read_many([]).to_pandas()
    assert len(empty) == 0 and "code" in empty.columns


def test_progress_is_told_in_words(monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    quiet = Progress(3)
    quiet.step(True)
    quiet.close()
    assert told.getvalue() == "", "nobody watches"
    shown = Progress(3, True)
    for ok in (True, False, True):
        shown.step(ok)
    shown.close()
    assert "3 of 3 images, 1 failed" in told.getvalue() and told.getvalue().endswith("\n")
    assert Progress(None, False).text.startswith("0 images")


def test_a_cluster_run_is_counted(phantoms, reader, tmp_path):
    images = _rows.numbered([*phantoms[:2], tmp_path / "none.jpg"])
    rows = list(_rows.rows(reader, images))
    assert [row["index"] for row in rows] == [0, 1, 2] and [row["status"] for row in rows] == [0, 0, 66]
    assert all(list(row) == [name for name, _ in _rows.FIELDS] for row in rows) and rows[2]["examination"] is None
    _rows.check(images, [2, 0, 1])
    for got, words in (([0, 2], "1 missing.*" + phantoms[1].name), ([0, 1, 1, 2], "1 more than once"), ([0, 1, 2, 9], "1 strange")):
        with pytest.raises(dermgemma.IncompleteError, match=words):
            _rows.check(images, got)
