"""Committed weights must give, taken back into PyTorch, the logits that were committed beside them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dermgemma_training.initialisation import read_tensors, read_weights, vocabulary_file
from dermgemma_training.export import NAME, SHARPENING
from dermgemma_training.language import Branch, Row, build_model, hidden_states, model_configuration, pad
from dermgemma_training.curriculum import Curriculum
from dermgemma_training.tokenizer import Tokenizer

MODELS = Path(__file__).resolve().parents[2] / "Models" / NAME


@pytest.fixture(scope="module")
def model_and_reference():
    reference = json.loads((MODELS / "reference" / "logits.json").read_text())
    state = {name.removeprefix("model."): value for name, value in read_weights(MODELS).items()}
    tokens = len(state["lm_head.weight"])
    grid = round(len(state["model.vision_tower.embeddings.position_embedding.weight"]) ** 0.5)
    start = reference["prompt_ids"].index(reference["image_token"])
    ids = reference["prompt_ids"]
    end = len(ids) - ids[::-1].index(reference["image_token"])
    patch = state["model.vision_tower.embeddings.patch_embedding.weight"].shape[-1]
    model = build_model(model_configuration(tokens, reference["image_token"], ids[start - 1], ids[end], 5, grid * patch, patch))
    model.load_state_dict(state)
    return model.eval(), reference


@torch.no_grad()
def test_the_weights_taken_back_give_the_committed_logits(model_and_reference):
    model, reference = model_and_reference
    prompt = reference["prompt_ids"]
    for record in reference["images"]:
        with Image.open(MODELS / "reference" / record["image"]) as image:
            pixels = torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)[None].float() / 127.5 - 1
        features = model.model.multi_modal_projector(model.model.vision_tower(pixel_values=pixels).last_hidden_state)
        hidden = hidden_states(model, pad([Row(prompt, [Branch([0], 1)], 0)]), features)[0, len(prompt) - 1]
        logits = SHARPENING * model.lm_head(hidden)
        assert float((logits - torch.tensor(record["logits"])).abs().max()) < 2e-3, record["image"]


def test_every_tensor_is_taken_back():
    taken = read_weights(MODELS)
    given = read_tensors(MODELS / f"{NAME}.gguf") | read_tensors(MODELS / f"{NAME}-mmproj.gguf")
    # The output's weights are the embeddings': one tensor in the file, two names here.
    assert len(taken) == len(given) + 1
    assert sum(t.numel() for t in given.values()) == sum(t.numel() for n, t in taken.items() if "lm_head" not in n)


def test_the_vocabulary_taken_back_cuts_text_as_the_committed_one(tmp_path, model_and_reference):
    (tmp_path / "tokenizer.model").write_bytes(vocabulary_file(MODELS))
    tokenizer, (model, reference) = Tokenizer(tmp_path / "tokenizer.model"), model_and_reference
    assert tokenizer.size == model.config.text_config.vocab_size
    curriculum = Curriculum(tokenizer, reference["prompt_ids"].count(reference["image_token"]))
    branch = curriculum.direct_code(0)
    assert curriculum.prefix + branch.ids[:branch.prompt] == reference["prompt_ids"]
    text = "user\n\n\nÄ 7 light brown\n"
    assert tokenizer.decode(tokenizer.encode(text)) == text and len(tokenizer.encode(text)) < len(text)
