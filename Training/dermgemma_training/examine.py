"""The three phases and the direct code in PyTorch, greedily and in batches: for calibration and for checks.

The figures of the card come from `dermgemma` itself; this follows the same text format.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from transformers import DynamicCache

from .dataset import CODES
from .language import Branch, Row, hidden_states, pad
from .curriculum import Curriculum
from .protocol import Protocol
from .tokenizer import Tokenizer


@dataclass
class Examination:
    """What one protocol found on one image; scores are log-probabilities of the codes in their order."""

    notes: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    description: str = ""
    classification: np.ndarray | None = None
    direct: np.ndarray | None = None


@torch.no_grad()
def generate(model, tokenizer: Tokenizer, prompts: list[list[int]], features: torch.Tensor | None,
             limit: int) -> list[list[int]]:
    """Greedy continuations up to end of turn, left-padded, with a key-value cache."""
    count, width = len(prompts), max(map(len, prompts))
    ids = torch.zeros(count, width, dtype=torch.long)
    real = torch.zeros(count, width, dtype=torch.bool)
    for n, prompt in enumerate(prompts):
        ids[n, width - len(prompt):] = torch.tensor(prompt)
        real[n, width - len(prompt):] = True
    embeddings = model.get_input_embeddings()(ids)
    is_image = ids == tokenizer.image
    if features is not None:
        embeddings = embeddings.masked_scatter(is_image[..., None], features.to(embeddings.dtype))
    positions = (real.long().cumsum(1) - 1).clamp(min=0)
    allowed = torch.ones(width, width, dtype=torch.bool).tril()[None] | (is_image[:, :, None] & is_image[:, None])
    allowed = (allowed & real[:, None]) | torch.eye(width, dtype=torch.bool)[None]
    floor = torch.finfo(embeddings.dtype).min
    cache = DynamicCache()
    done = torch.zeros(count, dtype=torch.bool)
    out: list[list[int]] = [[] for _ in prompts]
    for step in range(limit):
        mask = torch.zeros(allowed.shape).masked_fill(~allowed, floor)[:, None]
        hidden = model.model.language_model(inputs_embeds=embeddings, position_ids=positions, past_key_values=cache,
                                            use_cache=True, attention_mask={"full_attention": mask,
                                                                            "sliding_attention": mask}).last_hidden_state
        token = model.lm_head(hidden[:, -1]).argmax(-1)
        for n in range(count):
            if not done[n] and int(token[n]) != tokenizer.end_of_turn:
                out[n].append(int(token[n]))
        done |= token == tokenizer.end_of_turn
        if bool(done.all()):
            break
        embeddings = model.get_input_embeddings()(token[:, None])
        positions = positions[:, -1:] + 1
        real = torch.cat([real, torch.ones(count, 1, dtype=torch.bool)], 1)
        allowed = real[:, None]
    return out


def accepted(text: str, values: list[str]) -> str:
    """The valid words of an answer in their order, or "unclear"."""
    words = [w.strip() for w in text.split(",")]
    kept = [w for w in dict.fromkeys(words) if w in values]
    return ", ".join(kept) or "unclear"


@torch.no_grad()
def code_scores(model, tokenizer: Tokenizer, prompts: list[list[int]], features: torch.Tensor | None) -> np.ndarray:
    """Log-probability of each whole code after each prompt, N x 4."""
    columns = []
    for code in CODES:
        pieces = tokenizer.encode(" " + code)
        rows = [Row([], [Branch(p + pieces, len(p))], n if features is not None else -1) for n, p in enumerate(prompts)]
        batch = pad(rows)
        hidden = hidden_states(model, batch, features)
        score = torch.zeros(len(rows))
        for offset, piece in enumerate(pieces):
            at = torch.tensor([len(p) - 1 + offset for p in prompts])
            logits = torch.log_softmax(model.lm_head(hidden[torch.arange(len(rows)), at]).float(), -1)
            score += logits[:, piece]
        columns.append(score)
    return torch.stack(columns, 1).numpy()


@torch.no_grad()
def examine(model, tokenizer: Tokenizer, curriculum: Curriculum, pixels: torch.Tensor, protocol: Protocol,
            batch: int = 48, direct: bool = True) -> list[Examination]:
    """Both ways on a batch of prepared images (N x 3 x S x S in [-1, 1])."""
    results: list[Examination] = []
    prefix = curriculum.prefix
    answer_prefix = curriculum.direct.answer_prefix
    for start in range(0, len(pixels), batch):
        part = pixels[start: start + batch]
        features = model.model.multi_modal_projector(model.model.vision_tower(pixel_values=part).last_hidden_state)
        found = [Examination() for _ in part]
        for question, prompt in protocol.questions.items():
            prompts = [prefix + tokenizer.visual_prompt(prompt, answer_prefix)] * len(part)
            for examination, ids in zip(found, generate(model, tokenizer, prompts, features, 32)):
                text = tokenizer.decode(ids).strip()
                examination.raw[question] = text
                examination.notes[question] = accepted(text, protocol.values[question])
        if protocol.review:
            prompts = [prefix + tokenizer.visual_prompt(protocol.review_prompt(f.notes), answer_prefix) for f in found]
            for examination, ids in zip(found, generate(model, tokenizer, prompts, features, 256)):
                examination.description = tokenizer.decode(ids).strip()
            prompts = [tokenizer.text_prompt(protocol.classification_prompt(f.notes, f.description), answer_prefix)
                       for f in found]
            for examination, row in zip(found, code_scores(model, tokenizer, prompts, None)):
                examination.classification = row
        if direct:
            prompts = [prefix + tokenizer.visual_prompt(curriculum.direct.classification, answer_prefix)] * len(part)
            for examination, row in zip(found, code_scores(model, tokenizer, prompts, features)):
                examination.direct = row
        results += found
    return results


@torch.no_grad()
def direct_scores(model, tokenizer: Tokenizer, curriculum: Curriculum, pixels: torch.Tensor, batch: int = 48) -> np.ndarray:
    """Log-probability of each whole code while looking at prepared images, N x 4."""
    prompt = curriculum.prefix + tokenizer.visual_prompt(curriculum.direct.classification, curriculum.direct.answer_prefix)
    found = []
    for start in range(0, len(pixels), batch):
        part = pixels[start: start + batch]
        features = model.model.multi_modal_projector(model.model.vision_tower(pixel_values=part).last_hidden_state)
        found.append(code_scores(model, tokenizer, [prompt] * len(part), features))
    return np.concatenate(found)
