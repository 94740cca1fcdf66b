"""Processes killed at random moments, again and again: no image is lost, read twice or failed in silence.

`DERMGEMMA_KILLS` is the number of kills altogether (`make test-interop-kills`: 300). Each part does its share: shards of a
validation, analyses that share a file of records, the same with PostgreSQL, and a worker whose client starts it again.
"""

import collections
import json
import os
import pathlib
import queue
import random
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

import postgresql
import program
import shards

KILLS = int(os.environ.get("DERMGEMMA_KILLS", "12"))
PARTS = 4
SHARE = max(1, -(-KILLS // PARTS))
IMAGES = 16
# Each kill costs a start of the program.
pytestmark = pytest.mark.timeout(900 + 60 * KILLS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> pathlib.Path:
    """Phantoms and a picture that always fails, with an undisturbed validation in `whole` and an analysis in `whole.jsonl`."""
    folder = tmp_path_factory.mktemp("kills")
    program.run("phantoms", "--count", IMAGES, "--seed", 12, "--out", folder / "images")
    (folder / "images/attributes.csv").unlink()
    labels = (folder / "images/labels.csv").read_text("utf-8")
    (folder / "images/labels.csv").unlink()
    (folder / "labels.csv").write_text(labels + "broken,nv,\n", "utf-8")
    (folder / "images/broken.jpg").write_bytes(b"no picture at all")
    (folder / "metadata.csv").write_text("image_id,lesion_id\n", "utf-8")
    done = subprocess.run(
        [program.BINARY, *shards.arguments(folder, "whole", "--protocol", "direct")], capture_output=True, text=True)
    assert done.returncode == 65, done.stderr
    with open(folder / "whole.jsonl", "w") as out:
        subprocess.run([program.BINARY, *analysis(folder, "whole.sqlite")], stdout=out, stderr=subprocess.DEVNULL)
    return folder


def analysis(folder: pathlib.Path, records: object, *more: object) -> list[str]:
    location = records if "=" in str(records) else folder / str(records)
    return [str(word) for word in ["analyze", folder / "images", "--protocol", "direct", "--json", "--threads", program.THREADS,
                                   "--parallel", 2, "--records", location, *more]]


def said(report: dict) -> dict:
    """What a report says, without times and ids."""
    return {key: report.get(key) for key in ("observations", "description", "diagnosis", "flags")} | {
        "image": report["image"].get("sha256"), "error": bool(report.get("error"))}


def kill(process: subprocess.Popen) -> bool:
    """Whether the process was still there to be killed."""
    process.kill()
    process.wait()
    return process.returncode == -signal.SIGKILL


def kept(folder: pathlib.Path) -> int:
    """Examinations in a shard's records, looked at while it writes."""
    try:
        with sqlite3.connect(f"file:{folder / 'records.sqlite'}?mode=ro", uri=True, timeout=5) as records:
            count = records.execute("SELECT count(*) FROM examinations").fetchone()[0]
        records.close()
    except sqlite3.Error:
        return 0
    return count


def test_killed_shards_end_in_the_bytes_of_one_run(whole, remark):
    dice, killed, rounds = random.Random(1), 0, 0
    while killed < SHARE:
        rounds += 1
        for index in range(3):
            folder = whole / f"shards-{rounds}/{index}"
            words = [program.BINARY, *shards.arguments(
                whole, f"shards-{rounds}/{index}", "--protocol", "direct", "--shard", index, "--of", 3, "--resume", "--digests",
                whole / "digests.txt")]
            for _ in range(min(dice.randint(1, 5), SHARE - killed)):
                before = kept(folder)
                with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                    # Some in the middle of an image, some while the program starts or ends.
                    until = time.monotonic() + dice.uniform(0, 3)
                    while process.poll() is None and time.monotonic() < until and kept(folder) == before:
                        time.sleep(0.01)
                    time.sleep(dice.uniform(0, 0.1))
                    killed += kill(process)
            done = subprocess.run(words, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        merged = whole / f"merged-{rounds}"
        done = subprocess.run(
            [program.BINARY, "merge", *sorted((whole / f"shards-{rounds}").iterdir()), "--out", merged], capture_output=True, text=True)
        assert done.returncode == 65, done.stderr
        expected, found = shards.written(whole / "whole"), shards.written(merged)
        assert found.keys() == expected.keys()
        for name, content in expected.items():
            assert found[name] == content, name
    remark(f"kills: {killed} of shards of a validation in {rounds} runs: the bytes of one undisturbed run")


def read_shard(whole: pathlib.Path, records: object, index: int, environment: dict, dice: random.Random, kills: int) -> int:
    """Reads one of two shards into records that the other one uses too, killed some times on the way."""
    killed = 0
    words = [program.BINARY, *analysis(
        whole, records, "--resume", "--shard", index, "--of", 2, "--digests", whole / f"digests-{index}.txt")]
    for _ in range(kills):
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
            for _ in range(dice.randint(0, 2)):
                process.stdout.readline()
            time.sleep(dice.uniform(0, 0.2))
            killed += kill(process)
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and f"shard {index} of 2 is done" in done.stderr, done.stderr
    return killed


@pytest.mark.parametrize("kind", ["file", "postgresql"])
def test_killed_analyses_that_share_records_lose_and_repeat_nothing(whole, kind, remark, tmp_path):
    if kind == "postgresql" and postgresql.programs() is None:
        pytest.skip("PostgreSQL's server is not installed")
    dice, killed, rounds = random.Random(2), 0, 0
    expected = collections.Counter(json.dumps(said(json.loads(line))) for line in open(whole / "whole.jsonl"))
    while killed < SHARE:
        rounds += 1
        with postgresql.server() if kind == "postgresql" else open(os.devnull) as server:
            environment = dict(os.environ)
            records: object = f"{kind}-{rounds}.sqlite"
            if kind == "postgresql":
                environment |= server.service(tmp_path)
                records = "service=dermgemma"
            found: queue.Queue = queue.Queue()

            def work(index: int) -> None:
                try:
                    found.put(read_shard(whole, records, index, environment, random.Random(f"{rounds} {index}"), dice.randint(1, 4)))
                except BaseException as fault:
                    found.put(fault)

            threads = [threading.Thread(target=work, args=(index,)) for index in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for _ in threads:
                one = found.get()
                if isinstance(one, BaseException):
                    raise one
                killed += one
            location = ["--records", records if kind == "postgresql" else whole / str(records)]
            exported = subprocess.run(
                [program.BINARY, "records", "export", "--jsonl", *map(str, location)], capture_output=True, text=True, check=True,
                env=environment).stdout.splitlines()
        reports = [json.loads(line) for line in exported]
        assert len(reports) == IMAGES + 1
        assert len({report["run"] for report in reports}) == 2
        got = collections.Counter(
            json.dumps(said(report.get("examination") or {"image": {}, "error": report["error"]})) for report in reports)
        assert got == expected
    remark(f"kills: {killed} of analyses that share a {kind} of records, in {rounds} rounds: each image once, the answers of one "
           "undisturbed run")


def test_a_killed_worker_whose_client_starts_it_again_loses_and_repeats_nothing(whole, remark):
    dice, killed, rounds = random.Random(3), 0, 0
    images = sorted((whole / "images").iterdir())
    expected = {json.loads(line)["image"]["name"]: said(json.loads(line)) for line in open(whole / "whole.jsonl")}
    words = [str(word) for word in [program.BINARY, "worker", "--protocol", "direct", "--threads", program.THREADS, "--parallel", 2]]
    while killed < SHARE:
        rounds += 1
        waiting = {path.name: path for path in images}
        answered: dict[str, dict] = {}
        while waiting:
            with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                process.stdin.write(b"".join(
                    json.dumps({"id": name, "path": str(path)}).encode() + b"\n" for name, path in waiting.items()))
                process.stdin.close()
                last = dice.randint(1, 5) if killed < SHARE else len(waiting)
                for _ in range(min(last, len(waiting))):
                    line = process.stdout.readline()
                    if not line.endswith(b"\n"):
                        break
                    answer = json.loads(line)
                    name = answer["id"]
                    assert name in waiting, f"{name} was answered twice"
                    del waiting[name]
                    answered[name] = said(answer.get("examination") or {"image": {}, "error": answer["error"]})
                if waiting:
                    time.sleep(dice.uniform(0, 0.05))
                    killed += kill(process)
                else:
                    assert process.wait() == 0
        assert answered == expected
    remark(f"kills: {killed} of workers in {rounds} rounds: each request answered once, as in one undisturbed run")
