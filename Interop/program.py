"""Runs our own program, as anyone would."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / ".build/release/dermgemma"
SHARED = pathlib.Path(os.environ.get("DERMGEMMA_SHARED") or ROOT.parent / "shared")
"""Beside a developer's clone; absent elsewhere."""
SEED_IMAGES = SHARED / "data/seed99/images"
MODELS = pathlib.Path(os.environ.get("DERMGEMMA_MODELS") or ROOT / "Models")
EMBEDDED = MODELS / "dermgemma-small"
THREADS = 1
"""For both sides. One, because OpenMP's threads spin: more of them on a busy machine are slower by far."""


def run(*arguments: object) -> str:
    """What the program prints.

    Raises AssertionError, with what it complained of, when it does not end with exit status 0.
    """
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, f"dermgemma {arguments[0]} ended in {done.returncode}: {done.stderr.strip()}"
    return done.stdout


def ask(prompt: str, *arguments: object) -> dict:
    """`dermgemma ask --json`: prompt_tokens, tokens, text and stop of a greedy answer."""
    return json.loads(run("ask", "--json", "--threads", THREADS, *arguments, "--", prompt))


def builtin_protocol(name: str) -> dict:
    """A protocol document as the sources hold it."""
    return json.loads((ROOT / f"Sources/Dermoscopy/Protocols/{name}.json").read_text("utf-8"))
