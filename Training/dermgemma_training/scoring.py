"""How a state of the model does on plain images of the selection split while it is trained."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from .dataset import CODES
from .device import has_quick_bfloat16, products
from .language import Row, hidden_states, pad
from .curriculum import Curriculum
from .losses import figures
from .tokenizer import Tokenizer
from .tower import IMAGE_SIDE, tower_tokens
from .truth import ATTRIBUTES, Truth
from .vocabulary import QUESTIONS


def select_rows(truth: Truth, split: str = "select", nevi: int = 200, source: int = 0) -> np.ndarray:
    """The rare codes of a source's split and its first nevi: enough to choose by, quick to score."""
    rows = np.flatnonzero((truth.split == split) & (truth.source == source) & (truth.diagnosis >= 0) & (truth.diagnosis < 4))
    nv = rows[truth.diagnosis[rows] == 1][:nevi]
    return np.concatenate([rows[truth.diagnosis[rows] != 1], nv])


def plain(truth: Truth, rows: np.ndarray, side: int, seed: bool = False) -> torch.Tensor:
    """Unaugmented pixels in [-1, 1] at the tower's side."""
    batch = torch.from_numpy(truth.pixels(rows, np.full(len(rows), seed))).permute(0, 3, 1, 2).float()
    return F.interpolate(batch, size=(side, side), mode="bicubic", antialias=True).clamp(0, 255) / 127.5 - 1


def projected(model, tokens: torch.Tensor) -> torch.Tensor:
    """Pooled, normalised and projected: N x image tokens x hidden."""
    return model.model.multi_modal_projector(tokens)


def projected_blocks(model, tokens: torch.Tensor) -> torch.Tensor:
    """The same where only some patches of each block were read, as `some_of_every_block` lays them: each token a mean over those."""
    projector = model.model.multi_modal_projector
    pooled = projector.mm_soft_emb_norm(tokens.unflatten(1, (model.config.mm_tokens_per_image, -1)).mean(2))
    return (pooled @ projector.mm_input_projection_weight).type_as(tokens)


@torch.no_grad()
def direct_log_probabilities(model, tokenizer: Tokenizer, curriculum: Curriculum, features: torch.Tensor) -> np.ndarray:
    """Log-probability of each code while looking at the image; every code is one piece."""
    branch = curriculum.direct_code(0)
    batch = pad([Row(curriculum.prefix, [branch], n) for n in range(len(features))]).to(features.device)
    hidden = hidden_states(model, batch, features)
    logits = torch.log_softmax(model.lm_head(hidden[:, len(curriculum.prefix) + branch.prompt - 1]).float(), -1)
    return logits[:, [tokenizer.encode(" " + code)[0] for code in CODES]].cpu().numpy()


@torch.no_grad()
def head_probabilities(network, truth: Truth, rows: np.ndarray, patches: int | None = None, batch: int = 24) -> np.ndarray:
    """N x DIAGNOSES of the diagnosis head, a mean over each image and its mirror; of that many random patches of each, or of all."""
    generator, out = torch.Generator().manual_seed(0), []
    device = next(network.parameters()).device
    with products(device, has_quick_bfloat16(device)):
        for start in range(0, len(rows), batch):
            images, views = plain(truth, rows[start: start + batch], IMAGE_SIDE), []
            for view in (images, images.flip(3)):
                kept = None if patches is None else torch.rand(len(view), 1024, generator=generator).argsort(1)[:, :patches].to(device)
                tokens = tower_tokens(network["model"].model.vision_tower, view.to(device), kept)
                views.append(network["heads"](tokens)["diagnosis"].float().softmax(1).cpu().numpy())
            out.append(np.mean(views, axis=0))
    return np.concatenate(out)


def right_words(said: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Share of images for which exactly the true words of a question are said; of shapes the head may name several."""
    right = {}
    for question in QUESTIONS:
        columns = [n for n, name in enumerate(ATTRIBUTES) if name.startswith(question + "=")]
        right[question] = round(float((said[:, columns] == (true[:, columns] > 0.5)).all(1).mean()), 3)
    return right


def confirmed_rows(truth: Truth, split: str = "select") -> np.ndarray:
    """The rows of HAM10000's four codes that a pathologist confirmed: what telling lesions apart is worth where somebody had doubts."""
    return np.flatnonzero((truth.split == split) & (truth.source == 0) & truth.confirmed & (truth.diagnosis >= 0) & (truth.diagnosis < 4))


@torch.no_grad()
def score(network, truth: Truth, parts: dict[str, np.ndarray], tokenizer: Tokenizer, curriculum: Curriculum, side: int,
          decoder: bool = True) -> dict[str, dict]:
    """Of each named part that has rows: head and direct figures, and how often the head's words are all those of an answer."""
    heads, words, direct = [], [], []
    device = next(network.parameters()).device
    rows = np.unique(np.concatenate(list(parts.values())))
    for start in range(0, len(rows), 48):
        with products(device, has_quick_bfloat16(device)):
            tokens = tower_tokens(network["model"].model.vision_tower, plain(truth, rows[start: start + 48], side).to(device))
            out = network["heads"](tokens)
            heads.append(out["diagnosis"][:, :4].float().softmax(1).cpu().numpy())
            words.append((out["attributes"] > 0).cpu().numpy())
            if decoder:
                direct.append(direct_log_probabilities(network["model"], tokenizer, curriculum,
                                                       projected(network["model"], tokens)))
    found = {}
    for name, of in parts.items():
        if not len(of):
            continue
        place, labels = np.searchsorted(rows, of), truth.diagnosis[of]
        found[name] = {"head": figures(np.concatenate(heads)[place], labels),
                       "words": right_words(np.concatenate(words)[place], truth.attributes[of])}
        if decoder:
            found[name]["direct"] = figures(np.exp(np.concatenate(direct))[place], labels)
    return found
