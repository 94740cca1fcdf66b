"""A PostgreSQL database that programs of ours share: a real server, asked by psql and pg_dump as well."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

import postgresql
import program

pytestmark = pytest.mark.skipif(postgresql.programs() is None, reason="PostgreSQL's server is not installed")


@pytest.fixture(scope="module")
def database():
    with postgresql.server("fsync=off") as running:
        yield running


@pytest.fixture(scope="module")
def environment(database, tmp_path_factory) -> dict[str, str]:
    return {**os.environ, **database.service(tmp_path_factory.mktemp("service"))}


def run(environment: dict[str, str], *words: object) -> str:
    done = subprocess.run([program.BINARY, *map(str, words)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def served(environment: dict[str, str], folder: pathlib.Path, *words: object):
    """A server of ours; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with (folder / f"serve-{port}.log").open("w") as log, subprocess.Popen(
            [program.BINARY, "serve", "--port", str(port), "--data", folder / f"data-{port}", *map(str, words)],
            env=environment, stderr=log) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/readyz", timeout=5).read()
                    break
                time.sleep(0.1)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def fetch(address: str, path: str, body: dict | None = None) -> dict:
    request = urllib.request.Request(
        address + path, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_two_servers_show_one_history(database, environment, phantoms, tmp_path, remark):
    """What one reads the other shows; the same pages, whichever is asked."""
    images = pathlib.Path(phantoms[0]).parent
    with (served(environment, tmp_path, "--records", "service=dermgemma", "--images", images, "--threads", "1") as one,
          served(environment, tmp_path, "--records", "service=dermgemma", "--images", images, "--threads", "1") as other):
        names = [pathlib.Path(path).name for path in [*phantoms, phantoms[0]]]
        jobs = [(address, fetch(address, "/api/analyze", {"filename": name})["job_id"])
                for name, address in zip(names, [one, other, one, other])]
        for address, job in jobs:
            urllib.request.urlopen(f"{address}/api/jobs/{job}/events", timeout=300).read()
        mine, theirs = fetch(one, "/api/examinations"), fetch(other, "/api/examinations")
    assert mine == theirs
    assert sorted(entry["examination"]["image"]["name"] for entry in mine["examinations"]) == sorted(names)
    assert database.psql("SELECT count(DISTINCT run), count(*) FROM dermgemma.examinations", "dermgemma") == "2|4"
    remark("shared records: two servers over one PostgreSQL database show one history of 4 examinations")


def test_a_copy_comes_back_as_it_was(environment, phantoms, tmp_path, remark):
    """File to PostgreSQL to file: the same export, line for line; copies are in the order of positions."""
    first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
    run(environment, "analyze", "--threads", program.THREADS, "--json", "--records", first, *phantoms)
    told = run(environment, "records", "copy", first, "service=dermgemma")
    assert re.match(r"Copied 3 examinations\. Both databases hold 3 of 1 run, SHA-256 [0-9a-f]{64}\.$", told), told
    assert "3 were there already" in run(environment, "records", "copy", first, "service=dermgemma")
    run_id = run(environment, "records", "runs", "--records", first).split()[0]

    def exported(*database: object) -> list[str]:
        return sorted(run(environment, "records", "export", "--jsonl", "--records", *database).splitlines())

    expected = exported(first)
    assert exported("service=dermgemma", "--run", run_id) == expected
    run(environment, "records", "backup", "--records", "service=dermgemma", second)
    assert exported(second, "--run", run_id) == expected
    assert "Sound" in run(environment, "records", "check", "--records", second)
    remark("shared records: 3 examinations copied into PostgreSQL and backed up from there, the same export each time")


def test_a_password_is_in_no_list_of_processes_record_or_message(database, phantoms, tmp_path):
    """Given in the location: it works, and nobody sees it."""
    location = f"postgresql://dermgemma:correct%20horse@127.0.0.1:{database.port}/dermgemma"
    with served(dict(os.environ), tmp_path, "--no-model", "--records", location) as address:
        assert fetch(address, "/api/examinations")["examinations"] is not None
        shown = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                shown.append(path.read_bytes())
        ours = [words for words in shown if b"dermgemma@127.0.0.1" in words and b"--no-model" in words]
        assert len(ours) == 1 and not any(b"correct%20horse" in words for words in shown)
        assert "horse" not in next(tmp_path.glob("serve-*.log")).read_text()
    run(dict(os.environ), "analyze", "--threads", program.THREADS, "--records", location, phantoms[0])
    commands = database.psql("SELECT command FROM dermgemma.runs", "dermgemma")
    assert "dermgemma@127.0.0.1" in commands and "horse" not in commands
    wrong = location.replace("horse", "cow")
    done = subprocess.run([program.BINARY, "records", "list", "--records", wrong], capture_output=True, text=True)
    assert done.returncode == 69
    assert done.stderr == (
        f"dermgemma: The database at 127.0.0.1:{database.port}/dermgemma cannot be reached (password authentication failed for "
        "user \"dermgemma\")\n")


def test_examinations_survive_a_killed_program_and_a_killed_server(environment, database, phantoms):
    """What was printed is stored, whichever side is killed."""
    words = [program.BINARY, "analyze", "--threads", "1", "--json", "--records", "service=dermgemma", *phantoms * 3]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        printed = [process.stdout.readline() for _ in range(3)]
        process.kill()
        printed += process.stdout.read().splitlines(keepends=True)
    printed = [json.loads(line) for line in printed if line.endswith("\n")]
    stored = database.psql(
        "SELECT body FROM dermgemma.examinations WHERE run = (SELECT max(number) FROM dermgemma.runs) ORDER BY position",
        "dermgemma").splitlines()
    assert len(printed) >= 3 and [json.loads(line) for line in stored][:len(printed)] == printed
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(2):
            assert process.stdout.readline()
        database.stop(signal.SIGKILL)
        # Its children end by themselves when they see that it is gone.
        for _ in range(100):
            try:
                database.start()
                break
            except AssertionError:
                time.sleep(0.2)
        process.communicate(timeout=120)
        assert process.returncode == 0
    count = database.psql(
        "SELECT count(*) FROM dermgemma.examinations WHERE run = (SELECT max(number) FROM dermgemma.runs)", "dermgemma")
    assert int(count) == len(phantoms) * 3
