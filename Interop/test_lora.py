"""LoRA adapters of the embedded model, written by llama.cpp's own gguf package, beside the models that they are merged into."""

import hashlib
import json
import math
import subprocess

import pytest

import endpoints
import program
from adapters import adapter, merged

IMAGES = 12
WITHIN = 1e-2
"""Of a logit."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lora")
    program.run("phantoms", "--count", IMAGES, "--seed", 3, "--out", folder / "images")
    adapter(folder / "first.gguf", 1)
    adapter(folder / "second.gguf", 2)
    return folder


def read(desk, *arguments: object, model: object = endpoints.PAIR[0]) -> list[dict]:
    said = program.run(
        "analyze", "--json", desk / "images", "--threads", program.THREADS, "--protocol", "direct", "--model", model,
        "--mmproj", endpoints.PAIR[1], *arguments)
    return [json.loads(line) for line in said.splitlines()]


LEAST = 1e-3
"""Probabilities have six decimals: the logarithm of a smaller one is not known to a thousandth."""


def logits(report: dict, codes: list[str]) -> list[float]:
    """Of codes, up to a constant."""
    shares = report["diagnosis"]["probabilities"]
    values = [math.log(max(shares[code], 1e-6)) for code in codes]
    return [value - max(values) for value in values]


def known(*reports: dict) -> list[str]:
    """The codes that are probable enough in all reports."""
    every = [report["diagnosis"]["probabilities"] for report in reports]
    return [code for code in every[0] if all(shares[code] >= LEAST for shares in every)]


@pytest.mark.parametrize("adapters", [[(1, 1.0)], [(1, 0.5)], [(1, 0.75), (2, -0.5)]])
def test_an_adapter_gives_the_logits_of_the_merged_model(desk, adapters, remark):
    names = {1: "first.gguf", 2: "second.gguf"}
    options = [word for seed, scale in adapters for word in ("--lora", f"{desk / names[seed]}={scale}")]
    adapted = read(desk, *options)
    whole = read(desk, model=merged(desk / f"merged-{len(adapters)}-{adapters[0][1]}.gguf", adapters))
    base = read(desk)
    worst, moved, compared = 0.0, 0.0, 0
    for one, other, plain in zip(adapted, whole, base, strict=True):
        codes = known(one, other)
        if len(codes) < 2:
            continue
        compared += len(codes)
        for first, second in zip(logits(one, codes), logits(other, codes), strict=True):
            worst = max(worst, abs(first - second))
        every = list(plain["diagnosis"]["probabilities"])
        moved = max(moved, *(abs(first - second) for first, second in zip(logits(one, every), logits(plain, every), strict=True)))
        assert one["model"]["weights_sha256"] == plain["model"]["weights_sha256"]
        assert [found["name"] for found in one["model"]["adapters"]] == [names[seed] for seed, _ in adapters]
        assert [found["scale"] for found in one["model"]["adapters"]] == [scale for _, scale in adapters]
        assert "adapters" not in plain["model"]
    remark(f"lora, {adapters}: {compared} logits at most {worst:.4f} from the merged model's, {moved:.2f} from the base's")
    assert worst < WITHIN < moved and compared >= 4


def test_an_adapter_belongs_to_a_run(desk):
    """A run with an adapter goes on with the same adapter at the same scale only, and its shards fit no other's."""
    arguments = ["validate", "phase3", "--images", desk / "images", "--labels", desk / "images/labels.csv", "--protocol",
                 "direct", "--threads", program.THREADS, "--model", endpoints.PAIR[0], "--mmproj", endpoints.PAIR[1]]
    out = desk / "run"
    program.run(*arguments, "--limit", 2, "--out", out, "--lora", desk / "first.gguf")
    assert "first.gguf × 1.0" in (out / "summary.json").read_text("utf-8")
    assert "first.gguf × 1.0" in (out / "report.html").read_text("utf-8")
    program.run(*arguments, "--limit", 2, "--out", out, "--lora", desk / "first.gguf", "--resume")
    for others in ([], ["--lora", desk / "first.gguf=0.5"], ["--lora", desk / "second.gguf"]):
        refused = subprocess.run(
            [program.BINARY, *map(str, [*arguments, "--limit", 2, "--out", out, *others, "--resume"])],
            capture_output=True, text=True)
        assert refused.returncode == 65 and "the model changed" in refused.stderr, refused.stderr
    shards = [desk / "shard-0", desk / "shard-1"]
    for number, (shard, scale) in enumerate(zip(shards, [1, 0.5])):
        program.run(*arguments, "--shard", number, "--of", 2, "--out", shard, "--lora", f"{desk / 'first.gguf'}={scale}")
    refused = subprocess.run(
        [program.BINARY, "merge", *map(str, shards), "--out", str(desk / "merged-run")], capture_output=True, text=True)
    assert refused.returncode == 65 and "the model (" in refused.stderr, refused.stderr


def test_a_worker_names_its_adapters(desk):
    words = ["worker", "--threads", program.THREADS, "--model", endpoints.PAIR[0], "--mmproj", endpoints.PAIR[1]]

    def info(*more: object) -> dict:
        done = subprocess.run([program.BINARY, *map(str, [*words, *more])], input='{"id": 1, "info": true}\n', capture_output=True,
                              text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["info"]

    adapters = info("--lora", f"{desk / 'first.gguf'}=0.5", "--lora", desk / "second.gguf")["adapters"]
    digests = [hashlib.sha256((desk / name).read_bytes()).hexdigest() for name in ("first.gguf", "second.gguf")]
    assert adapters == [{"name": "first.gguf", "sha256": digests[0], "scale": 0.5},
                        {"name": "second.gguf", "sha256": digests[1], "scale": 1}]
    assert "adapters" not in info()


def test_an_adapter_s_faults_are_told_before_anything_is_read(desk):
    broken = adapter(desk / "broken.gguf", 1, alpha=float("nan"))
    for words, status, reason in (
            (["--lora", broken], 78, "adapter.lora.alpha is nan"),
            (["--lora", desk / "none.gguf"], 78, "cannot be read"),
            (["--lora", endpoints.PAIR[0]], 78, "is a whole model; give it with --model"),
            (["--lora", f"{desk / 'first.gguf'}=inf"], 64, "finite"),
            (["--lora", desk / "first.gguf", "--lora", desk / "first.gguf"], 64, "twice"),
            (["--lora", desk / "first.gguf", "--endpoint", "http://127.0.0.1:9/v1"], 64, "start the server with its adapters")):
        done = subprocess.run(
            [program.BINARY, "analyze", *map(str, [desk / "images", *words])], capture_output=True, text=True)
        assert done.returncode == status and reason in done.stderr, (words, done.returncode, done.stderr)
