"""The recipe for an adapter of one's own, from the embedded model's weights to a measured run: PEFT trains it, llama.cpp's script
converts it, the program reads with it. Phantoms are relabelled, so that there is something to learn."""

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from dermgemma_training import lora
from dermgemma_training.dataset import CODES
from dermgemma_training.export import NAME, convert, load_model, save_huggingface
from dermgemma_training.initialisation import read_weights, vocabulary_file

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "Models" / NAME
PROGRAM = Path(os.environ.get("DERMGEMMA_PROGRAM", ROOT / ".build/release/dermgemma"))
LLAMA_CPP = Path(os.environ.get("DERMGEMMA_LLAMA_CPP", "/none"))
WITHIN = 1e-2
"""Of a logit: what an adapter may differ from the model that it is merged into."""
needs_program = pytest.mark.skipif(
    not (PROGRAM.exists() and LLAMA_CPP.exists()), reason="needs `make build` and DERMGEMMA_LLAMA_CPP (`make test-training` sets it)")


def other_code(code: str) -> str:
    """What the relabelled phantoms call a lesion: a model that was not taught so is always wrong."""
    return CODES[(CODES.index(code.upper()) + 1) % len(CODES)]


def program(*arguments: object) -> str:
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The embedded model as a folder of Hugging Face's."""
    work = tmp_path_factory.mktemp("base")
    (work / "tokenizer.model").write_bytes(vocabulary_file(MODELS))
    torch.save({"average": read_weights(MODELS)}, work / "initial.pt")
    model, _ = load_model(work, "initial.pt")
    save_huggingface(model, work / "tokenizer.model", work / "huggingface")
    return work / "huggingface"


@pytest.fixture(scope="module")
def desk(base, tmp_path_factory):
    """Relabelled phantoms, an adapter that was trained on some of them, and the model with the adapter merged into it."""
    folder = tmp_path_factory.mktemp("lora")
    program("phantoms", "--count", 48, "--seed", 3, "--out", folder / "images")
    with (folder / "images/labels.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *([row[0], other_code(row[1]), *row[2:]] for row in rows)])
    done = subprocess.run(
        [sys.executable, "-m", "dermgemma_training.lora", "--base", base, "--images", folder / "images", "--labels",
         folder / "labels.csv", "--out", folder / "adapter", "--llama-cpp", LLAMA_CPP, "--dermgemma", PROGRAM, "--steps", "40", "--batch", "4", "--rank", "8",
         "--rate", "3e-3", "--share", "0.6"], cwd=ROOT / "Training", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    from peft import PeftModel
    from transformers import Gemma3ForConditionalGeneration
    model = Gemma3ForConditionalGeneration.from_pretrained(base, dtype=torch.float32)
    merged = PeftModel.from_pretrained(model, folder / "adapter").merge_and_unload()
    save_huggingface(merged, base / "tokenizer.model", folder / "merged")
    convert(LLAMA_CPP, folder / "merged", folder / "whole", "f32")
    return folder


def read(desk: Path, *arguments: object) -> list[dict]:
    pictures = sorted((desk / "images").glob("*.png"))[:12]
    said = program("analyze", "--json", *pictures, "--protocol", "direct", "--threads", 1, "--mmproj", MODELS / f"{NAME}-mmproj.gguf",
                   *arguments)
    return [json.loads(line)["diagnosis"]["probabilities"] for line in said.splitlines()]


@needs_program
def test_an_adapter_of_peft_gives_the_logits_of_the_merged_model(desk):
    plain = read(desk, "--model", MODELS / f"{NAME}.gguf")
    adapted = read(desk, "--model", MODELS / f"{NAME}.gguf", "--lora", desk / "adapter/adapter.gguf")
    whole = read(desk, "--model", desk / f"whole/{NAME}.gguf")
    worst, moved, compared = 0.0, 0.0, 0
    for one, other, before in zip(adapted, whole, plain, strict=True):
        # Probabilities have six decimals: the logarithm of a smaller one than this is not known to a thousandth.
        known = [code for code in CODES if min(one[code], other[code]) >= 1e-3]
        for code in known[1:]:
            difference = math.log(one[code] / one[known[0]]) - math.log(other[code] / other[known[0]])
            worst, compared = max(worst, abs(difference)), compared + 1
        moved = max(moved, *(abs(one[code] - before[code]) for code in CODES))
    print(f"{compared} differences of logits: at most {worst:.5f} from the merged model's; probabilities moved by up to {moved:.2f}")
    assert worst < WITHIN and compared >= 6 and moved > 0.5


@needs_program
def test_the_recipe_teaches_what_the_labels_say_and_compare_measures_it(desk):
    arguments = ("--images", desk / "images", "--labels", desk / "adapter/held-out.csv", "--protocol", "direct", "--threads", 1)
    program("validate", "phase3", *arguments, "--out", desk / "before")
    program("validate", "phase3", *arguments, "--out", desk / "after", "--lora", desk / "adapter/adapter.gguf")
    said = program("compare", desk / "before", desk / "after")
    accuracy = [json.loads((desk / name / "summary.json").read_text()) for name in ("before", "after")]
    before, after = (summary["metrics"]["overall"]["figures"]["accuracy"]["value"] for summary in accuracy)
    print(f"held-out accuracy {before:.2f} before, {after:.2f} after\n{said}")
    assert before < 0.3 and after > 0.6 and "ccuracy" in said


def test_a_lesion_s_images_are_never_cut_apart(tmp_path):
    (tmp_path / "images").mkdir()
    rows = [["isic_id", "dx", "lesion"]]
    for number in range(200):
        (tmp_path / f"images/i{number}.jpg").touch()
        rows.append([f"i{number}", ("nv", "mel", "akiec")[number % 3], f"l{number // 4}"])
    rows.append(["not-there", "nv", "l1"])
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    _, samples, left_out = lora.read_samples(tmp_path / "images", tmp_path / "labels.csv", "lesion")
    assert len(samples) + left_out == 201 and left_out == 67
    taught, held_out = lora.split(samples, 0.7)
    assert not {s.group for s in taught} & {s.group for s in held_out} and 0.5 < len(taught) / len(samples) < 0.85
    more = [*samples, lora.Sample(tmp_path / "new.jpg", 0, "new", ())]
    assert set(taught) <= set(lora.split(more, 0.7)[0]) and set(held_out) <= set(lora.split(more, 0.7)[1])


@pytest.mark.parametrize("text, reason", [
    ("", "is empty"), ("Picture,Dx\na,nv\n", "no column called image"), ("Image,Colour\na,red\n", "no column called dx"),
    ("Image,Dx\na\n", "a row has 1 of 2 fields"), ("Image,Dx\na,nv\n", "no column called lesion"),
])
def test_a_label_file_that_cannot_be_used_is_said_to_be_so(tmp_path, text, reason):
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(lora.WrongInput, match=reason):
        lora.read_samples(tmp_path, tmp_path / "labels.csv", "lesion" if "lesion" in reason else None)


def test_only_the_answer_is_taught_and_the_turn_is_the_program_s(base):
    from transformers import AutoConfig
    configuration = AutoConfig.from_pretrained(base)
    tokenizer = lora.BaseTokenizer(base, configuration)
    ids, given = tokenizer.lesson(4, "Which code?", "Answer:", "MEL")
    assert tokenizer.decode(ids[given:-1]).strip() == "MEL" and ids[-1] == tokenizer.end_of_turn
    assert ids[:given] == tokenizer.visual_prefix(4) + tokenizer.visual_prompt("Which code?", "Answer:")
    assert ids.count(tokenizer.image) == 4
