#!/usr/bin/env python3
"""What `--precision bf16` does to embeddings, answers and probabilities, on real images.

    scripts/interop.sh --python Benchmarks/precision_effect.py IMAGES... [--limit 500] [--protocols direct,seed] [--threads N]
        [--model GGUF --mmproj GGUF] [--program .build/release/dermgemma] [--benchmark .build/release/benchmark]

IMAGES are files and folders, whose images are taken by name, evenly over each list. Every image is encoded by bare llama.cpp calls in 32
bits and in bfloat16 (`benchmark encode`), and read twice by each protocol (`analyze --json`). Embeddings: the cosine of each token's
numbers, and how far a number moves, in standard deviations of the image's numbers. Answers: how many codes and observations differ.
Probabilities: how far they move. Prints a table. Needs `make build` and a processor with AVX512-BF16.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

import numpy
import PIL.Image

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
PRECISIONS = ("f32", "bf16")
root = pathlib.Path(__file__).resolve().parents[1]


def chosen(sources: list[pathlib.Path], limit: int) -> list[pathlib.Path]:
    images = []
    for source in sources:
        files = sorted(path for path in source.rglob("*") if path.suffix.lower() in ENDINGS) if source.is_dir() else [source]
        share = max(1, limit // len(sources))
        count = min(share, len(files))
        images += [files[number * len(files) // count] for number in range(count)]
    return images[:limit]


def embeddings(images: list[pathlib.Path], options: argparse.Namespace, desk: pathlib.Path) -> dict[str, numpy.ndarray]:
    """Of each precision, an array of images × tokens × numbers."""
    for number, image in enumerate(images):
        seen = desk / "seen.png"
        subprocess.run([options.program, "prepare", image, "--side", str(options.side), "--protocol", "seed", "--out", seen], check=True)
        PIL.Image.open(seen).convert("RGB").save(desk / f"{number:06}.ppm")
    found = {}
    for precision in PRECISIONS:
        out = desk / f"{precision}.embeddings"
        run = subprocess.run(
            [options.benchmark, "encode", "--model", options.model, "--mmproj", options.mmproj, "--threads", str(options.threads),
             "--pictures", desk, "--precision", precision, "--embeddings", out], check=True,
            stdout=subprocess.PIPE, text=True)
        width = json.loads(run.stdout)["width"]
        found[precision] = numpy.fromfile(out, dtype=numpy.float32).astype(numpy.float64).reshape(len(images), -1, width)
    return found


def reports(images: list[pathlib.Path], protocol: str, precision: str, options: argparse.Namespace, desk: pathlib.Path) -> list[dict]:
    names = desk / "names.txt"
    names.write_text("".join(f"{image}\n" for image in images))
    command = [options.program, "analyze", "--files-from", names, "--json", "--protocol", protocol, "--precision", precision,
               "--device", "cpu", "--threads", str(options.threads), "--model", options.model, "--mmproj", options.mmproj]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    if len(found) != len(images) or any("error" in one for one in found):
        raise SystemExit(f"{protocol}, {precision}: not every image was read")
    if any(one["model"].get("precision", "f32") != precision for one in found):
        raise SystemExit(f"{protocol}: a report does not name its precision")
    return found


def row(name: str, value: str) -> None:
    print(f"| {name} | {value} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="+", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--protocols", default="direct,seed")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--side", type=int, default=224, help="of the projector's input")
    small = root / "Models/dermgemma-small"
    parser.add_argument("--model", default=small / "dermgemma-small.gguf")
    parser.add_argument("--mmproj", default=small / "dermgemma-small-mmproj.gguf")
    parser.add_argument("--program", default=root / ".build/release/dermgemma")
    parser.add_argument("--benchmark", default=root / ".build/release/benchmark")
    options = parser.parse_args()
    images = chosen(options.images, options.limit)
    print(f"{len(images)} images\n\n| bf16 beside f32 | |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        desk = pathlib.Path(folder)
        (pictures := desk / "pictures").mkdir()
        both = embeddings(images, options, pictures)
        before, after = (both[precision] for precision in PRECISIONS)
        cosines = (before * after).sum(-1) / numpy.linalg.norm(before, axis=-1) / numpy.linalg.norm(after, axis=-1)
        moves = numpy.abs(after - before) / before.std(axis=(1, 2), keepdims=True)
        row("a token's embedding, cosine: median (least)", f"{numpy.median(cosines):.6f} ({cosines.min():.6f})")
        row("a number's move, standard deviations: median (largest)", f"{numpy.median(moves):.4f} ({moves.max():.3f})")
        for protocol in options.protocols.split(","):
            pairs = list(zip(*(reports(images, protocol, precision, options, desk) for precision in PRECISIONS)))
            codes = sum(one["diagnosis"]["code"] != other["diagnosis"]["code"] for one, other in pairs)
            row(f"{protocol}: codes that differ", f"{codes} of {len(pairs)}")
            notes = [one["observations"][name]["value"] != other["observations"].get(name, {}).get("value")
                     for one, other in pairs for name in one["observations"]]
            if notes:
                row(f"{protocol}: observations that differ", f"{sum(notes)} of {len(notes)}")
            moved = [max(abs(share - other["diagnosis"]["probabilities"][code]) for code, share in one["diagnosis"]["probabilities"].items())
                     for one, other in pairs]
            row(f"{protocol}: a picture's largest move of a probability: median (largest)",
                f"{100 * statistics.median(moved):.3f} ({100 * max(moved):.2f}) percentage points")


if __name__ == "__main__":
    main()
