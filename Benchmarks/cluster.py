#!/usr/bin/env python3
"""Compares `cluster local` of two workers with one `validate` over the same phantoms, in turns.

    python3 Benchmarks/cluster.py --images 500 --of 8 --rounds 3

Both have the machine's processors: `validate` makes an engine of each, `cluster local` gives each worker its share. What it
costs on top is the start of a process a shard and the merge. Printed, round by round: seconds by the clock and of processor time,
and their ratios. Other work on the machine moves the clock of both, and the ratio less.
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/release/dermgemma"


def timed(*words: object) -> tuple[float, float]:
    """Seconds by the clock, and of processor time of the program and its children."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([PROGRAM, *map(str, words)], stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"{words[0]} ended in {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--of", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        timed("phantoms", "--count", options.images, "--seed", 4, "--out", folder / "images")
        images = ["--images", folder / "images", "--labels", folder / "images/labels.csv"]
        sides = {"one run": ["validate", "all", *images, "--out", folder / "one"],
                 "shards": ["cluster", "local", *images, "--workers", options.workers, "--of", options.of, "--out", folder / "shards"]}
        for number in range(options.rounds):
            took = {}
            for name in sorted(sides, reverse=number % 2 == 0):
                took[name] = timed(*sides[name])
                shutil.rmtree(sides[name][-1])
            ratios.append(tuple(shards / one for shards, one in zip(took["shards"], took["one run"])))
            print(json.dumps({"round": number + 1, "load": os.getloadavg()[0]} | {
                f"{name}, {what}": round(value, 1) for name, both in took.items() for what, value in zip(("clock_s", "processor_s"), both)}
                | {"clock": round(ratios[-1][0], 3), "processor": round(ratios[-1][1], 3)}), flush=True)
    for what, values in zip(("clock", "processor time"), zip(*ratios)):
        print(f"{options.of} shards, {options.workers} at once, ÷ one run, {what}: median {statistics.median(values):.3f} "
              f"({min(values):.3f} to {max(values):.3f})")


if __name__ == "__main__":
    main()
