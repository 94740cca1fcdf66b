"""A validation over a real Slurm cluster, disturbed in every way that was seen to lose images, and on this machine:
the same bytes as one undisturbed run."""

import json
import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

import program
import shards
import slurm

# `make test-interop-cluster` reads more, and kills more.
FULL = os.environ.get("DERMGEMMA_CLUSTER_TEST") == "full"
IMAGES, SHARDS, KILLS = (500, 8, 10) if FULL else (40, 4, 3)
GROUPED = ["--group-by", "folder"]
pytestmark = pytest.mark.timeout(7200 if FULL else 900)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> pathlib.Path:
    """Phantoms, one picture that always fails, and an undisturbed run over them in `whole`."""
    folder = tmp_path_factory.mktemp("cluster")
    program.run("phantoms", "--count", IMAGES, "--seed", 4, "--out", folder / "images")
    (folder / "images/attributes.csv").unlink()
    labels = (folder / "images/labels.csv").read_text("utf-8")
    (folder / "images/labels.csv").unlink()
    (folder / "labels.csv").write_text(labels + "broken,nv,\n", "utf-8")
    (folder / "images/broken.jpg").write_bytes(b"no picture at all")
    (folder / "metadata.csv").write_text("image_id,lesion_id\n", "utf-8")
    done = subprocess.run([program.BINARY, *shards.arguments(folder, "whole", *GROUPED)], capture_output=True, text=True)
    assert done.returncode == 65, done.stderr
    return folder


def dermgemma(environment: dict[str, str], *words: object) -> subprocess.CompletedProcess:
    return subprocess.run([program.BINARY, *map(str, words)], capture_output=True, text=True, env=environment)


def setup(folder: pathlib.Path, out: pathlib.Path) -> list[str]:
    """Options of the run, without the one that `shards.arguments` ends with."""
    return shards.arguments(folder, "none", *GROUPED)[2:-2] + ["--out", str(out)]


def status(environment: dict[str, str], folder: pathlib.Path) -> dict:
    done = dermgemma(environment, "cluster", "status", folder, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def workers(folder: pathlib.Path) -> list[int]:
    """Processes of ours that read a shard of a run."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"/dermgemma") and words[1] == b"validate" and any(word.startswith(str(folder).encode()) for word in words):
                found.append(int(entry.name))
    return found


def kill_workers(folder: pathlib.Path, times: int, seed: int) -> int:
    """Kills workers at random moments, until the run ends or enough were killed."""
    dice = random.Random(seed)
    killed, seen = 0, time.monotonic()
    # Between two tries of a shard there may be no worker for some seconds.
    while killed < times and time.monotonic() < seen + 15:
        time.sleep(dice.uniform(0.3, 1.5))
        if processes := workers(folder):
            seen = time.monotonic()
            try:
                os.kill(dice.choice(processes), signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
    return killed


def assert_merged(whole: pathlib.Path, folder: pathlib.Path) -> None:
    expected, found = shards.written(whole / "whole"), shards.written(folder / "merged")
    assert found.keys() == expected.keys()
    for name, content in expected.items():
        assert found[name] == content, name


def test_a_run_over_slurm_survives_everything(whole, cluster, remark):
    folder = whole / "run"
    done = dermgemma(cluster.environment, "cluster", "slurm", *setup(whole, folder), "--of", SHARDS, "--cpus", 1, "--tries", 3)
    assert done.returncode == 0 and "submit.sh" in done.stdout, done.stderr
    before = status(cluster.environment, folder)
    assert before["not_begun"] == before["missing"] == list(range(SHARDS)) and "queued" not in before, before

    # One shard's disk is full from the start.
    full = folder / "parts" / "1"
    full.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "none", full], capture_output=True).returncode == 0
    try:
        done = subprocess.run(["bash", folder / "submit.sh"], capture_output=True, text=True, env=cluster.environment)
        assert done.returncode == 0 and "merge: job" in done.stdout, done.stderr
        cluster.wait(lambda: workers(folder))
        now = status(cluster.environment, folder)
        assert now["queued"] and not now["complete"], now
        killed = kill_workers(folder, KILLS, seed=7)

        # A task is requeued by hand; a node is lost and comes back.
        running = [line.split()[0] for line in cluster.jobs() if "_" in line and line.endswith("RUNNING")]
        if running:
            cluster.out("scontrol", "requeue", running[0])
        cluster.processes["n2"].kill()
        cluster.processes["n2"].wait()
        time.sleep(3)
        cluster.node(2)

        def ended() -> bool:
            cluster.hasten()
            return not cluster.jobs()

        cluster.wait(ended, 900)
        after = status(cluster.environment, folder)
        if mounted:
            assert 1 in after["missing"] and not after["merged"], after
            subprocess.run(["mount", "-o", "remount,size=64m", full], check=True)
        rounds = 0
        while not after["merged"] and rounds < 5:
            rounds += 1
            done = dermgemma(cluster.environment, "cluster", "retry", folder)
            assert done.returncode == 0, done.stderr
            cluster.wait(ended, 900)
            after = status(cluster.environment, folder)
        assert after["complete"] and after["merged"] and after["failed"] == 1, after
        assert after["read"] == IMAGES, after
        assert_merged(whole, folder)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", full], check=True)
    disk = "one disk full, " if mounted else ""
    remark(f"Slurm: {SHARDS} shards of {IMAGES + 1} images, {killed} workers killed, {disk}one task requeued, one node lost, "
           f"{rounds} retries: the bytes of one undisturbed run")


def test_a_run_on_this_machine_survives_kills(whole, remark):
    folder = whole / "local"
    words = [program.BINARY, "cluster", "local", *setup(whole, folder), "--workers", "2", "--of", str(SHARDS)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        killed = kill_workers(folder, KILLS, seed=8)
        out, errors = process.communicate()
    assert process.returncode in (65, 69), errors
    if process.returncode == 69:
        assert "'cluster retry" in errors, errors
        process = dermgemma(dict(os.environ), "cluster", "retry", folder)
        out, errors = process.stdout, process.stderr
    assert process.returncode == 65 and "Merged: " in out, errors
    assert_merged(whole, folder)
    remark(f"cluster local: {SHARDS} shards, {killed} workers killed: the bytes of one undisturbed run")


def test_an_interrupted_run_stops_its_workers_and_continues(whole):
    folder = whole / "interrupted"
    words = [program.BINARY, "cluster", "local", *setup(whole, folder), "--workers", "2", "--of", "3"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not workers(folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        errors = process.communicate()[1]
    assert process.returncode == 130 and "interrupted" in errors, errors
    assert not workers(folder)
    done = dermgemma(dict(os.environ), "cluster", "status", folder)
    assert done.returncode == 0 and "cluster retry" in done.stdout, done.stdout
    done = dermgemma(dict(os.environ), "cluster", "retry", folder)
    assert done.returncode == 65, done.stderr
    assert_merged(whole, folder)


def test_a_shard_that_cannot_succeed_ends_at_once(whole):
    folder = whole / "hopeless"
    words = [*setup(whole, folder), "--workers", "1", "--of", "2", "--model", whole / "labels.csv", "--mmproj", whole / "labels.csv"]
    done = dermgemma(dict(os.environ), "cluster", "local", *words)
    assert done.returncode == 69 and "shards 0-1 did not end" in done.stderr, done.stderr
    log = (folder / "logs/0.log").read_text("utf-8")
    assert log.count("is not a GGUF file") == 1 and "try 2" not in log, log
