#!/usr/bin/env python3
"""Sets what scripts/bench-shapes.sh measured beside its targets, as a Markdown table.

    python3 Benchmarks/figures.py FOLDER      the script's $OUT

A ratio is the median of the rounds', with the least, the most and how many there were. A figure of which there is nothing in the folder is
named with the command that measures it.
"""

import json
import pathlib
import statistics
import sys

SIZES = {"quarter": "a quarter of MedGemma", "medgemma": "MedGemma's size"}
WORDS = {"quarter": "SIZE=quarter ", "medgemma": "SIZE=medgemma "}


class Folder:
    """The JSON files of a folder."""

    def __init__(self, path: pathlib.Path):
        self.path = path

    def read(self, name: str) -> dict | None:
        """A file's contents, or nothing."""
        file = self.path / f"{name}.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else None

    def ratios(self, name: str, *keys: str) -> list[float]:
        """What lies at a place in a file; nothing when it is not there."""
        found = self.read(name)
        for key in keys:
            found = (found or {}).get(key)
        return found or []

    def examinations(self, name: str, protocol: str, ratio: str) -> list[float]:
        """A ratio of run.py's rounds."""
        rounds = self.ratios(name, "rounds", protocol)
        return [found["ratios"][ratio] for found in rounds if ratio in found["ratios"]]


def row(figure: str, target: str, values: list[float], command: str, unit: str = "") -> str:
    """A line of the table. A target begins with ≥ or ≤."""
    if not values:
        return f"| {figure} | {target} | not measured: `{command}` | |"
    middle = statistics.median(values)
    spread = f"{middle:.2f}{unit}" + (f" ({min(values):.2f}–{max(values):.2f}, n = {len(values)})" if len(values) > 1 else " (n = 1)")
    sign, bound = target[:1], target[2:].split()[0] if len(target) > 2 else ""
    verdict = "" if not bound else "reached" if (middle >= float(bound) if sign == "≥" else middle <= float(bound)) else "missed"
    return f"| {figure} | {target} | {spread} | {verdict} |"


def encoder(folder: Folder, size: str) -> list[str]:
    command = f"{WORDS[size]}scripts/bench-shapes.sh encoder"
    return [row(f"an encode, {SIZES[size]}: {theirs} ÷ {name}", target, folder.ratios(f"encoder-{size}", "ratios", f"{key} / {own}, by the clock"), more + command)
            for theirs, key, name, own, target, more in (
                ("OpenVINO", "openvino", "ours", "ours", "≥ 1.05", ""), ("ONNX Runtime", "onnxruntime", "ours", "ours", "–", ""),
                ("stock llama.cpp", "stock", "ours", "ours", "–", ""), ("the build before", "before", "ours", "ours", "≥ 1.40", "BEFORE=FOLDER "),
                ("the build before", "before", "ours in BF16", "ours-bf16", "≥ 1.8", "BEFORE=FOLDER "),
                ("the build before", "before", "ours in BF16, weights in Q8_0", "ours-8bit", "≥ 2.5", "BEFORE=FOLDER "),
                ("ours in 32 bits", "ours", "ours in BF16", "ours-bf16", "–", ""),
                ("ours in 32 bits", "ours", "ours in BF16, weights in Q8_0", "ours-8bit", "–", ""))]


def text(folder: Folder, size: str) -> list[str]:
    lines = []
    for kind, prompt, token in (("Q8_0", "≥ 1.15", "≥ 1.25"), ("Q4_K_M", "≥ 1.30", "≥ 1.5"), *((other, "–", "–") for other in ("Q5_K_M", "Q6_K", "IQ4_XS", "BF16"))):
        for what, target in (("288 tokens", prompt), ("one token", token)):
            values = folder.ratios(f"text-{size}-{kind}", "ratios", f"{what}, stock / ours")
            if values or target != "–":
                lines.append(row(f"{what}, {kind}, {SIZES[size]}: stock ÷ ours", target, values, f"TEXT={kind} {WORDS[size]}scripts/bench-shapes.sh text"))
        for name, ratio in (("stock ÷ what memory alone needs", "stock / memory"), ("what memory alone needs ÷ ours", "memory / ours")):
            values = folder.ratios(f"text-{size}-{kind}", "ratios", f"one token, {ratio}")
            if values:
                lines.append(row(f"one token, {kind}, {SIZES[size]}: {name}", "–", values, ""))
    return lines


def examinations(folder: Folder, size: str) -> list[str]:
    lines = []
    for kind, projector, protocol, side, target in (
            ("Q8_0", "F16", "seed", "stock llama-server", "≥ 1.8"), ("Q4_K_M", "F16", "seed", "stock llama-server", "≥ 1.8"),
            ("Q8_0", "F16", "seed", "stock reference", "≥ 4.5"), ("Q8_0", "F16", "extended", "stock reference", "≥ 6")):
        values = folder.examinations(f"{size}-{kind}-{projector}", protocol, f"{side}, one image / ours")
        name = {"stock reference": "stock llama-cpp-python"}.get(side, side)
        questions = {"seed": "four", "extended": "seven"}[protocol]
        lines.append(row(f"an examination, {questions} questions, {kind}, {SIZES[size]}: {name} ÷ ours", target, values,
                         f"TEXT={kind} scripts/bench-shapes.sh {size}"))
        by_choice = folder.examinations(f"{size}-{kind}-{projector}", protocol, f"{side}, one image / ours in BF16")
        if by_choice:
            lines.append(row(f"an examination, {questions} questions, {kind}, {SIZES[size]}: {name} ÷ ours in BF16", "–", by_choice,
                             f"TEXT={kind} PEERS=--bf16 scripts/bench-shapes.sh {size}"))
    lines.append(row(f"two images at once ÷ one, per image, Q8_0, {SIZES[size]}", "–",
                     folder.examinations(f"{size}-Q8_0-F16", "seed", "ours, many / ours, one image"), f"scripts/bench-shapes.sh {size}"))
    lines.append(row(f"two images at once ÷ the sum of the parts, Q8_0, {SIZES[size]}", "≤ 1.25",
                     folder.examinations(f"{size}-Q8_0-F16", "seed", "ours / floor, many"), f"scripts/bench-shapes.sh {size}"))
    return lines


def starts(folder: Folder, size: str) -> list[str]:
    name, command = f"starts-{size}-Q8_0-F16", f"{WORDS[size]}scripts/bench-shapes.sh starts"
    lines = [row(f"second start to first token, {what}, {SIZES[size]}: ours ÷ {side}", "≤ 1.3", folder.ratios(name, "ratios", f"ours / {side}, {what}"), command)
             for what in ("a picture", "text alone") for side in ("llama-server", "llama-server --no-warmup")]
    own = folder.ratios(name, "memory", "ours")
    return [*lines, row(f"memory that no file backs, one image, {SIZES[size]}", "≤ 1.1 GB", [own["RssAnon"]] if own else [], command, " GB")]


def small(folder: Folder) -> list[str]:
    return [row(f"embedded model, many images, {questions} questions: {name} ÷ ours", target, folder.examinations("small", protocol, f"{side}, many / ours"),
                "scripts/bench-shapes.sh small")
            for side, name, goal in (("stock reference", "stock llama-cpp-python", "≥ 5"), ("stock llama-server", "stock llama-server", "≥ 2"))
            for protocol, questions, target in (("seed", "four", goal), ("extended", "seven", goal))]


def company(folder: Folder) -> list[str]:
    return [row(f"Gemma 3 270M's size beside two busy processes ÷ quiet: {name}", "≤ 2.4", folder.ratios("company", "ratios", f"{part}, this build"),
                "scripts/bench-shapes.sh company")
            for part, name in (("prompt", "a prompt"), ("four tokens at once", "four tokens at once"), ("one token", "one token"),
                               ("encode", "an encode"), ("an image's tokens", "reading an image's tokens"))]


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: figures.py FOLDER")
    folder = Folder(pathlib.Path(sys.argv[1]))
    print("| figure | target | measured, median (least–most) | |\n|---|---|---|---|")
    # What was measured at MedGemma's size is told so; a quarter of it counts otherwise.
    for part in (encoder, text, examinations, starts):
        for size in SIZES:
            for line in part(folder, size):
                if size == "quarter" or "not measured" not in line:
                    print(line)
    print("\n".join([*company(folder), *small(folder)]))
    print(row("fresh clone to first report: this commit ÷ another", "≤ 0.60", folder.ratios("clone", "ratios"), "scripts/bench-clone.sh COMMIT"))
    print("| on a GPU, images per second: ours ÷ llama-server; ÷ the reference | ≥ 2; ≥ 20 | not measured: no GPU was at hand | |")


if __name__ == "__main__":
    main()
