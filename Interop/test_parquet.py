"""Parquet of the records, read by pyarrow and DuckDB: the values, types and missing ones of the CSV."""

import csv
import datetime
import io
import json
import sqlite3
import subprocess

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import program
import runs
from test_tables import TEXTS

TYPES = {"position": pa.int64(), "error_status": pa.int64(), "seed": pa.uint64(), "finished": pa.timestamp("ms", tz="UTC"),
         "elapsed_ms": pa.float64(), **dict.fromkeys(runs.CODES, pa.float64())}
ROWS_OF_GROUP = 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run with Unicode, missing probabilities, a failure, an emptied description and the largest seed."""
    folder = runs.make(tmp_path_factory.mktemp("parquet"))
    with sqlite3.connect(folder / "out/records.sqlite") as database:
        rows = database.execute("SELECT number, position, body FROM examinations ORDER BY position").fetchall()
        for number, position, body in rows:
            report = json.loads(body)
            text = (TEXTS + ["Läsion 🔬 黒子 مرحبا", "a\u0301\u200d", "x" * 70_000])[position % (len(TEXTS) + 3)]
            report["description"] = None if position == 5 else {"raw": text, "cleaned": text, "removed": []}
            if position % 7 == 3:
                report["diagnosis"] |= {"probabilities": None, "probabilities_missing": "no scores"}
            if position == 11:
                report["seed"] = 2**64 - 1
            database.execute("UPDATE examinations SET body = ?, finished_ms = finished_ms + ? WHERE number = ?",
                             (json.dumps(report), position * 37, number))
    database.close()
    (folder / "images/broken.png").write_bytes(b"no picture")
    failed = subprocess.run([program.BINARY, "analyze", folder / "images/broken.png", "--protocol", "direct", "--threads", str(program.THREADS),
                             "--records", folder / "out/records.sqlite"], capture_output=True)
    assert failed.returncode == 65, failed.stderr
    return folder


def export(database, path, *conditions: object) -> list[dict[str, str]]:
    """Writes the Parquet file; the rows of the CSV without its apostrophes."""
    program.run("records", "export", "--parquet", path, "--records", database, *conditions)
    done = subprocess.run([program.BINARY, "records", "export", "--csv", "--records", database, *map(str, conditions)],
                          capture_output=True, check=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
    return [{name: value[1:] if value.startswith("'") and value.lstrip("'")[:1] in set("=+-@\t\r") else value
             for name, value in row.items()} for row in rows]


def value(text: str, kind: pa.DataType) -> object:
    """What a field of the CSV is as a value of a type."""
    if text == "":
        return None
    if pa.types.is_timestamp(kind):
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.UTC)
    return int(text) if pa.types.is_integer(kind) else float(text) if pa.types.is_floating(kind) else text


def compare(path, rows: list[dict[str, str]], columns: list[str]) -> None:
    """Every value by both readers."""
    schema = pq.read_schema(path)
    assert schema.names == columns
    for field in schema:
        assert field.type == TYPES.get(field.name, pa.string()) and field.nullable, field
    expected = [tuple(value(row[name], schema.field(name).type) for name in columns) for row in rows]
    # pyarrow as it is when nothing helps: the schema is the file's, and each page is read.
    table = pq.ParquetFile(path).read()
    table.validate(full=True)
    assert list(zip(*(column.to_pylist() for column in table.columns))) == expected
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.read_parquet(str(path))
        kinds = dict(zip(found.columns, map(str, found.types)))
        assert kinds["finished"] == "TIMESTAMP WITH TIME ZONE" and kinds["seed"] == "UBIGINT" and kinds["position"] == "BIGINT"
        assert kinds["MEL"] == "DOUBLE" and kinds["description"] == "VARCHAR"
        epoch = "epoch_ms(finished)"
        names = ", ".join(epoch if name == "finished" else f'"{name}"' for name in columns)
        same = [tuple(round(one.timestamp() * 1000) if isinstance(one, datetime.datetime) else one for one in row) for row in expected]
        assert database.execute(f"SELECT {names} FROM read_parquet(?)", [str(path)]).fetchall() == same


def test_the_values_types_and_missing_ones_are_those_of_the_csv(folder, tmp_path, remark):
    path, database = tmp_path / "all.parquet", folder / "out/records.sqlite"
    rows = export(database, path)
    assert len(rows) == runs.IMAGES + 1
    compare(path, rows, list(rows[0]))
    table = pq.read_table(path)
    assert table["seed"].to_pylist().count(2**64 - 1) == 1
    assert table["MEL"].null_count == 1 + sum(place % 7 == 3 for place in range(runs.IMAGES))
    assert table["error_status"].to_pylist().count(65) == 1 and table["error"].null_count == runs.IMAGES
    # The moments are the database's, to a millisecond.
    with sqlite3.connect(database) as kept:
        times = dict(kept.execute("SELECT position, finished_ms FROM examinations WHERE image_name NOT LIKE 'broken%'").fetchall())
    database_times = [times[place] for place, name in zip(table["position"].to_pylist(), table["image"].to_pylist()) if "broken" not in name]
    found = [round(one.timestamp() * 1000) for one, name in zip(table["finished"].to_pylist(), table["image"].to_pylist())
             if "broken" not in name]
    assert found == database_times
    metadata = pq.read_metadata(path)
    assert metadata.created_by == "DermGemma version " + program.run("--version").split()[1]
    counts = [metadata.row_group(0).column(place).statistics.null_count for place in range(metadata.num_columns)]
    assert counts == [column.null_count for column in table.columns]
    remark(f"Parquet: {table.num_rows} rows of {table.num_columns} columns, equal to the CSV by pyarrow {pa.__version__} and "
           f"DuckDB {duckdb.__version__}")


def test_an_empty_table_has_its_columns(folder, tmp_path):
    path = tmp_path / "none.parquet"
    rows = export(folder / "out/records.sqlite", path, "--image", "no such image")
    assert rows == []
    columns = pq.read_table(folder_table(folder, tmp_path)).column_names
    compare(path, rows, columns)


def folder_table(folder, tmp_path):
    """The whole table's file."""
    path = tmp_path / "whole.parquet"
    program.run("records", "export", "--parquet", path, "--records", folder / "out/records.sqlite")
    return path


def test_more_rows_than_a_row_group(folder, tmp_path, remark):
    """The rows of a run many times over; conditions and --limit hold."""
    many = tmp_path / "many.sqlite"
    with sqlite3.connect(folder / "out/records.sqlite") as database:
        database.execute("VACUUM INTO ?", (str(many),))
    database.close()
    count = 2 * ROWS_OF_GROUP + 123
    with sqlite3.connect(many) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(examinations)") if row[1] != "number"]
        picked = ", ".join({"id": "lower(hex(randomblob(16)))", "position": "place.value"}.get(name, f"e.{name}") for name in columns)
        database.execute("CREATE TEMP TABLE place AS WITH RECURSIVE n(value) AS (SELECT 1000 UNION ALL SELECT value + 1 FROM n "
                         f"WHERE value < {1000 + count - runs.IMAGES - 2}) SELECT value FROM n")
        database.execute(f"INSERT INTO examinations ({', '.join(columns)}) SELECT {picked} FROM place JOIN examinations e "
                         "ON e.position = place.value % 17 AND e.run = (SELECT number FROM runs WHERE kind LIKE 'validate%')")
    database.close()
    path = tmp_path / "many.parquet"
    rows = export(many, path)
    assert len(rows) == count
    compare(path, rows, list(rows[0]))
    metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
    assert sizes == [ROWS_OF_GROUP, ROWS_OF_GROUP, 123]
    limited = tmp_path / "limited.parquet"
    compare(limited, export(many, limited, "--limit", 7, "--code", "NV"), list(rows[0]))
    remark(f"Parquet: {count} rows in {len(sizes)} row groups, equal to the CSV")


def test_a_pipe_is_written_to_and_a_failed_export_leaves_the_file(folder, tmp_path):
    database = folder / "out/records.sqlite"
    done = subprocess.run([program.BINARY, "records", "export", "--parquet", "/dev/stdout", "--records", database], capture_output=True)
    assert done.returncode == 0 and pq.read_table(pa.BufferReader(done.stdout)).num_rows == runs.IMAGES + 1
    missing = subprocess.run([program.BINARY, "records", "export", "--parquet", tmp_path / "no/such/folder.parquet", "--records", database],
                             capture_output=True, text=True)
    assert missing.returncode == 74 and missing.stderr.count("\n") == 1, missing.stderr
