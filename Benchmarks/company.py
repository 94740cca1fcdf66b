#!/usr/bin/env python3
"""Measures what company on the machine costs: `benchmark floor` alone and beside busy processes, in turns.

    python3 Benchmarks/company.py --model TEXT.gguf --mmproj PROJECTOR.gguf --side 448 --rounds 3 [--baseline OTHER/benchmark]

As many processes as there are processors do nothing but compute beside it, so a fair share is twice the time. Each round runs
every build alone and in company; a figure is the median over rounds of the mean time. With --baseline, another build's
program is measured in the same rounds.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/release/benchmark"


@contextlib.contextmanager
def company(count: int):
    """Processes that compute."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def floor(program: pathlib.Path, asked) -> dict[str, float]:
    """Mean milliseconds by part."""
    output = subprocess.run(
        [program, "floor", "--model", asked.model, "--mmproj", asked.mmproj, "--side", asked.side, "--threads", str(asked.threads),
         "--repeats", "2", "--warm-ups", "1", "--steps", str(asked.steps)], check=True, capture_output=True, text=True).stdout
    found = json.loads(output)
    parts = {"prompt": found["prompt"], "four tokens at once": found["decodes"]["4"], "one token": found["decodes"]["1"],
             "encode": found["encode"], "an image's tokens": found["image"]}
    return {part: statistics.mean(times["milliseconds"]) for part, times in parts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--mmproj", required=True)
    parser.add_argument("--side", default="224", help="pixels of the picture")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--baseline", type=pathlib.Path, help="the benchmark program of another build")
    parser.add_argument("--out", type=pathlib.Path, help="where the ratios go as JSON")
    asked = parser.parse_args()
    builds = {"this build": PROGRAM} | ({"baseline": asked.baseline} if asked.baseline else {})
    times: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(asked.rounds):
        for name, program in builds.items():
            for where, others in (("quiet", 0), ("busy", os.cpu_count())):
                with company(others):
                    for part, mean in floor(program, asked).items():
                        times.setdefault((part, name, where), []).append(mean)
    print(f"{os.cpu_count()} processors, {asked.threads} threads, {asked.rounds} rounds; milliseconds, median (least to greatest)")
    found = {}
    for part, name in dict.fromkeys((part, name) for part, name, _ in times):
        quiet, busy = (times[part, name, where] for where in ("quiet", "busy"))
        ratios = found[f"{part}, {name}"] = [b / q for b, q in zip(busy, quiet, strict=True)]
        print(f"{part:20}{name:12}" + "".join(
            f"{where} {statistics.median(values):8.2f} ({min(values):.2f} to {max(values):.2f})  "
            for where, values in (("quiet", quiet), ("busy", busy))) + f"busy / quiet {statistics.median(ratios):.2f}")
    if asked.out:
        asked.out.write_text(json.dumps({"threads": asked.threads, "ratios": found}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
