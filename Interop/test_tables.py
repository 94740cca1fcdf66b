"""The tables that the program writes, read by pandas: what a model wrote comes back as it was, and is no formula."""

import io
import json
import sqlite3
import subprocess

import pytest

import program
import runs

pd = pytest.importorskip("pandas")

TEXTS = [
    "=HYPERLINK(\"http://x\")", "+1", "-1 mm", "@SUM(A1)", "\tled by a tab", "\rled by a return", "'=quoted", "''-twice", "'plain'",
    "it's", " spaces ", "a,b", "say \"no\"", "two\nlines", "größer", "NA", "", "null", "1.50", "plain",
]
GUARDED = r"^'(?='*[=+\-@\t\r])"


def read(path):
    """As docs/VALIDATION.md says."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table, table.replace(GUARDED, "", regex=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run whose descriptions are the texts above."""
    folder = runs.make(tmp_path_factory.mktemp("tables"))
    with sqlite3.connect(folder / "out/records.sqlite") as database:
        rows = database.execute("SELECT number, position, body FROM examinations ORDER BY position").fetchall()
        for number, position, body in rows:
            report, text = json.loads(body), TEXTS[position % len(TEXTS)]
            report["description"] = {"raw": text, "cleaned": text, "removed": []}
            report["diagnosis"]["raw"] = text
            database.execute("UPDATE examinations SET body = ? WHERE number = ?", (json.dumps(report), number))
    database.close()
    runs.validate(folder, "--resume")
    return folder


def test_phase_tables_give_back_what_the_model_wrote(folder):
    cells, originals = read(folder / "out/phase3_results.csv")
    assert len(cells) == runs.IMAGES
    for column in ("adj_desc", "raw_class_output"):
        expected = [TEXTS[place % len(TEXTS)] for place in range(runs.IMAGES)]
        assert originals[column].tolist() == expected
        assert not any(cell[:1] in set("=+-@\t\r") and cell for cell in cells[column])
    _, second = read(folder / "out/phase2_results.csv")
    assert second["adj_desc"].tolist() == originals["adj_desc"].tolist()


def test_the_records_export_follows_the_same_rule(folder):
    done = subprocess.run(
        [program.BINARY, "records", "export", "--csv", "--records", folder / "out/records.sqlite"], capture_output=True, check=True)
    cells, originals = read(io.BytesIO(done.stdout))
    found = dict(zip(originals["position"].astype(int), originals["description"]))
    assert [found[place] for place in range(runs.IMAGES)] == [TEXTS[place % len(TEXTS)] for place in range(runs.IMAGES)]
    assert not any(cell[:1] in set("=+-@\t\r") and cell for cell in cells["description"])
