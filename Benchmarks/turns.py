#!/usr/bin/env python3
"""Two builds of the benchmark in turns, by processor time: what one more encode of an image costs.

    Benchmarks/turns.py BEFORE NOW --model GGUF --mmproj GGUF [--side 896] [--threads 1] [--rounds 3] [--precisions f32 bf16]

BEFORE and NOW are folders with the program `benchmark` and llama.cpp's libraries. Each round runs both with one encode and with
three; half of the difference is an encode without the start. With --precisions BEFORE's and NOW's arithmetic (of a build that has both,
the folders may be the same). Processor time is little disturbed by what else the machine does.
"""

import argparse
import os
import pathlib
import statistics
import subprocess


def processor_seconds(folder: pathlib.Path, precision: str, repeats: int, options: argparse.Namespace) -> float:
    command = [folder / "benchmark", "encode", "--repeats", str(repeats), "--threads", str(options.threads)]
    command += ["--side", str(options.side), "--model", options.model, "--mmproj", options.mmproj]
    command += ["--precision", precision]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]}: exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=pathlib.Path)
    parser.add_argument("now", type=pathlib.Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--mmproj", required=True)
    parser.add_argument("--side", type=int, default=896)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precisions", nargs=2, default=("f32", "f32"), choices=("f32", "bf16"))
    options = parser.parse_args()
    ratios = []
    for _ in range(options.rounds):
        seconds = []
        for folder, precision in zip((options.before.resolve(), options.now.resolve()), options.precisions):
            once, often = (processor_seconds(folder, precision, repeats, options) for repeats in (1, 3))
            seconds.append((often - once) / 2)
        ratios.append(seconds[0] / seconds[1])
        print(f"before {seconds[0]:.3f} s, now {seconds[1]:.3f} s, before ÷ now {ratios[-1]:.2f}", flush=True)
    print(f"before ÷ now: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")


if __name__ == "__main__":
    main()
