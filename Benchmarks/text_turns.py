#!/usr/bin/env python3
"""Text of a model in turns: stock llama.cpp and builds of ours, by the stock `llama-bench` over each build's libraries.

    Benchmarks/text_turns.py stock=FOLDER ours=FOLDER [before=FOLDER] --model GGUF [--rounds 3] [--threads 2]

The folder of stock is where `scripts/llama-server.sh --stock` puts it; the others hold llama.cpp's libraries, as
`scripts/llama-cpp.sh --prefix` has them in `lib`. Each round measures every side once, in the opposite order of the one before:
288 tokens of a prompt, and one token (the mean of 16), three times each, of which the median counts. Ours runs without flash
attention, as the program does; stock runs with its defaults. A ratio is taken within a round.

Every weight is read once for a token, so memory bounds it: each round also times how soon as many threads add up the model's
bytes and do nothing else (memory.c, the median of 16 passes before the sides and 16 after them). "one token, stock / memory"
is the most that any program could gain on stock; "memory / ours" is the share of our token that memory needs.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

TOKENS = 16


def milliseconds(stock: pathlib.Path, libraries: pathlib.Path, options: argparse.Namespace) -> tuple[float, float]:
    """Of the prompt, and of one token."""
    command = ["-m", options.model, "-p", "288", "-n", str(TOKENS), "-t", str(options.threads), "-r", "3", "-o", "json"]
    with tempfile.TemporaryDirectory() as folder:
        # The program looks for its libraries beside itself first.
        beside = pathlib.Path(folder)
        (beside / "llama-bench").write_bytes((stock / "llama-bench").read_bytes())
        (beside / "llama-bench").chmod(0o755)
        for library in [*stock.glob("libllama-common*.so*"), *stock.glob("libllama-bench-impl*.so*"), *libraries.glob("*.so*")]:
            if not (beside / library.name).exists():
                (beside / library.name).symlink_to(library)
        command += [] if libraries == stock else ["-fa", "0"]
        done = subprocess.run([beside / "llama-bench", *command], env={**os.environ, "LD_LIBRARY_PATH": folder},
                              capture_output=True, text=True, check=True)
    prompt, token = json.loads(done.stdout)
    return statistics.median(prompt["samples_ns"]) / 1e6, statistics.median(token["samples_ns"]) / 1e6 / TOKENS


def reading(program: pathlib.Path, options: argparse.Namespace) -> list[float]:
    """Milliseconds in which memory gives the model's bytes, of each pass."""
    done = subprocess.run([program, options.model, str(options.threads), "16"], capture_output=True, text=True, check=True)
    return list(map(float, done.stdout.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sides", nargs="+", metavar="NAME=FOLDER", help="stock and ours among them")
    parser.add_argument("--model", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=pathlib.Path, help="where the figures go as JSON")
    options = parser.parse_args()
    sides = {name: pathlib.Path(folder).resolve() for name, folder in (side.split("=", 1) for side in options.sides)}
    if not {"stock", "ours"} <= sides.keys():
        parser.error("stock=FOLDER and ours=FOLDER are needed")
    ratios: dict[str, list[float]] = {}
    rounds = []
    scratch = tempfile.TemporaryDirectory()
    program = pathlib.Path(scratch.name) / "memory"
    source = pathlib.Path(__file__).with_name("memory.c")
    subprocess.run(["cc", "-O3", "-march=native", "-pthread", source, "-o", program], check=True)
    size = pathlib.Path(options.model).stat().st_size
    for number in range(options.rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
        passes = reading(program, options)
        took = {side: milliseconds(sides["stock"], sides[side], options) for side in order}
        memory = statistics.median(passes + reading(program, options))
        rounds.append({**took, "memory": memory})
        print("; ".join(f"{side} {took[side][0]:.0f} and {took[side][1]:.1f} ms" for side in sides)
              + f"; memory {memory:.1f} ms ({size / memory / 1e6:.0f} GB/s)", flush=True)
        ratios.setdefault("one token, memory / ours", []).append(memory / took["ours"][1])
        ratios.setdefault("one token, stock / memory", []).append(took["stock"][1] / memory)
        for side in sides:
            if side != "ours":
                for what, theirs, ours in zip(("288 tokens", "one token"), took[side], took["ours"]):
                    ratios.setdefault(f"{what}, {side} / ours", []).append(theirs / ours)
    for name, values in ratios.items():
        print(f"{name}: {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f}, {len(values)} rounds)")
    load = os.getloadavg()[0]
    print(f"load {load:.1f}")
    if options.out:
        kept = {"model": pathlib.Path(options.model).name, "threads": options.threads, "load": load, "rounds": rounds, "ratios": ratios}
        options.out.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
