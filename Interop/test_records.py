"""The database of kept examinations, read by Python's sqlite3."""

import json
import sqlite3

import program


def test_kept_examinations_are_sound_in_another_reader(phantoms, tmp_path, remark):
    """What `analyze --records` keeps is what it prints, in a database that passes SQLite's own checks."""
    path = tmp_path / "records.sqlite"
    lines = program.run("analyze", "--threads", program.THREADS, "--json", "--records", path, *phantoms).splitlines()
    printed = [json.loads(line) for line in lines]
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        bodies = [json.loads(body) for (body,) in database.execute("SELECT body FROM examinations ORDER BY position")]
        assert bodies == printed and len(bodies) == len(phantoms)
        rows = database.execute(
            "SELECT image_name, image_sha256, code, weights_sha256, protocol_sha256 FROM examinations ORDER BY position"
        ).fetchall()
        assert rows == [
            (
                report["image"]["name"],
                report["image"]["sha256"],
                report["diagnosis"]["code"],
                report["model"]["weights_sha256"],
                report["protocol"]["digest"],
            )
            for report in printed
        ]
        flags = database.execute("SELECT count(*) FROM flags").fetchone()[0]
        assert flags == sum(len(report["flags"]) for report in printed)
        assert database.execute("SELECT kind, state FROM runs").fetchall() == [("analyze", "finished")]
    exported = [json.loads(line) for line in program.run("records", "export", "--jsonl", "--records", path).splitlines()]
    assert [line["examination"] for line in sorted(exported, key=lambda line: line["position"])] == printed
    remark(f"records: {len(bodies)} examinations as printed, sound for Python's sqlite3 {sqlite3.sqlite_version}")
