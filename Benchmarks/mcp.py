#!/usr/bin/env python3
"""Measures `read_lesion` over standard input and output against `analyze` in one process, on the same images, in turns.

    python3 Benchmarks/mcp.py --images 100 --rounds 7

Both begin with the start of the program and end with the last report. The ratio of each round is one measurement, of processor time and by the clock:
median, least and greatest are printed. By the clock, only a calm machine gives figures worth keeping. `--no-picture` leaves the picture out of the results.
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

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/release/dermgemma"


def children() -> float:
    """Seconds of processor time of the children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def analyzed(folder: pathlib.Path, options: list[str]) -> dict[str, str]:
    done = subprocess.run([PROGRAM, "analyze", folder, "--json", *options], capture_output=True, text=True, check=True)
    return {one["image"]["name"]: one["diagnosis"]["code"] for one in map(json.loads, done.stdout.splitlines())}


def called(folder: pathlib.Path, options: list[str], names: list[str], picture: bool) -> dict[str, str]:
    """The same by an agent that has at most as many calls under way as the server allows."""
    messages = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}]
    messages += [{"jsonrpc": "2.0", "id": place + 1, "method": "tools/call", "params": {
        "name": "read_lesion", "arguments": {"image": name, "picture": picture}}} for place, name in enumerate(names)]
    codes, waiting = {}, 0
    with subprocess.Popen([PROGRAM, "mcp", "--images", folder, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        while messages or waiting:
            while messages and waiting < 32:
                process.stdin.write(json.dumps(messages.pop(0)) + "\n")
                waiting += 1
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            waiting -= 1
            if said["id"]:
                found = said["result"]["structuredContent"]
                codes[found["image"]["name"]] = found["code"]
        process.stdin.close()
    assert process.returncode == 0
    return codes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--no-picture", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([PROGRAM, "phantoms", "--count", str(arguments.images), "--seed", "3", "--out", folder], check=True,
                       stdout=subprocess.DEVNULL)
        (folder / "labels.csv").unlink()
        names = sorted(path.name for path in folder.glob("*.png"))
        options = ["--threads", str(arguments.threads), "--parallel", str(arguments.parallel)]
        shares, ratios = [], []
        for turn in range(arguments.rounds):
            used, seconds, codes = {}, {}, {}
            for side in ("analyze", "mcp") if turn % 2 else ("mcp", "analyze"):
                before, began = children(), time.perf_counter()
                codes[side] = analyzed(folder, options) if side == "analyze" else called(folder, options, names, not arguments.no_picture)
                used[side], seconds[side] = children() - before, time.perf_counter() - began
            assert codes["mcp"] == codes["analyze"] and len(codes["mcp"]) == len(names)
            shares.append(used["mcp"] / used["analyze"])
            ratios.append(seconds["mcp"] / seconds["analyze"])
            print(f"{turn + 1}: {shares[-1]:.3f} of processor time ({used['analyze']:.2f} s), {ratios[-1]:.3f} by the clock", file=sys.stderr)
    print(f"read_lesion / analyze: {statistics.median(shares):.3f} ({min(shares):.3f} to {max(shares):.3f}) of processor time, "
          f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}) by the clock, {arguments.rounds} rounds, "
          f"{arguments.images} images, {arguments.threads} threads, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
