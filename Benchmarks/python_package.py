#!/usr/bin/env python3
"""Measures the Python package against the command line: `read_many` and `analyze` on the same images, in turns.

    make wheel && python3 -m venv /tmp/venv && /tmp/venv/bin/pip install .build/dist/dermgemma-*.whl
    /tmp/venv/bin/python Benchmarks/python_package.py --images 200 --rounds 7

Both begin with the start of the program and end with the last report as an object, which for `analyze` is its parsed line. The ratio of each round
is one measurement: median, least and greatest are printed, for the time by the clock and for processor time, Python's included. By the clock, only a
calm machine gives figures worth keeping.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import dermgemma
from dermgemma import _program


def analyzed(program: pathlib.Path, folder: pathlib.Path, options: list[str]) -> list[dict]:
    """The reports of `analyze --json`, as they come."""
    with subprocess.Popen([program, "analyze", folder, "--json", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=_program.environment(program)) as process:
        found = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    return found


def processor_time() -> float:
    """Seconds of this process and of those that it waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parallel", type=int, default=4)
    arguments = parser.parse_args()
    program = _program.find()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([program, "phantoms", "--count", str(arguments.images), "--seed", "3", "--out", folder], check=True,
                       stdout=subprocess.DEVNULL)
        (folder / "labels.csv").unlink()
        paths = sorted(folder.glob("*.png"))
        options = ["--threads", str(arguments.threads), "--parallel", str(arguments.parallel)]
        ratios, shares, times = [], [], []
        for turn in range(arguments.rounds):
            seconds, used = {}, {}
            for side in ("analyze", "read_many") if turn % 2 else ("read_many", "analyze"):
                began, used[side] = time.perf_counter(), -processor_time()
                if side == "analyze":
                    codes = [one["diagnosis"]["code"] for one in analyzed(program, folder, options)]
                else:
                    with dermgemma.Reader(threads=arguments.threads, parallel=arguments.parallel) as reader:
                        codes = [outcome.get().code for outcome in reader.read_many(paths, progress=False)]
                seconds[side] = time.perf_counter() - began
                used[side] += processor_time()
                assert len(codes) == len(paths)
            ratios.append(seconds["read_many"] / seconds["analyze"])
            shares.append(used["read_many"] / used["analyze"])
            times.append(seconds)
            print(f"{turn + 1}: analyze {seconds['analyze']:.2f} s, read_many {seconds['read_many']:.2f} s, ratio {ratios[-1]:.3f}, "
                  f"of processor time {shares[-1]:.3f}", file=sys.stderr)
    print(f"read_many / analyze: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}) by the clock, "
          f"{statistics.median(shares):.3f} ({min(shares):.3f} to {max(shares):.3f}) of processor time, {arguments.rounds} rounds, "
          f"{arguments.images} images, {arguments.threads} threads, load {os.getloadavg()[0]:.1f}; "
          f"analyze {statistics.median(one['analyze'] for one in times):.2f} s, read_many {statistics.median(one['read_many'] for one in times):.2f} s")


if __name__ == "__main__":
    main()
