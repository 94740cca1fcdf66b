"""The whole model, in Hugging Face's own Gemma 3 classes, and one batched pass over (image, text) sequences."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3TextConfig

from .tower import tower_configuration

IMAGE_TOKENS = 16
CONTEXT = 2048
HIDDEN = 160
DECODER_LAYERS = 4


def model_configuration(vocabulary: int, image_token: int, start_of_image: int, end_of_image: int,
                        end_of_turn: int) -> Gemma3Config:
    """A small decoder beside the small tower: what two shared CPU cores can train from random weights."""
    text = Gemma3TextConfig(vocab_size=vocabulary, hidden_size=HIDDEN, intermediate_size=480, num_hidden_layers=DECODER_LAYERS,
                            num_attention_heads=4, num_key_value_heads=2, head_dim=40,
                            max_position_embeddings=CONTEXT, sliding_window=CONTEXT, query_pre_attn_scalar=40,
                            layer_types=["full_attention"] * DECODER_LAYERS, pad_token_id=0, eos_token_id=end_of_turn,
                            bos_token_id=2, tie_word_embeddings=True, attn_implementation="sdpa",
                            rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 10000.0},
                                             "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}})
    return Gemma3Config(text_config=text, vision_config=tower_configuration(), mm_tokens_per_image=IMAGE_TOKENS,
                        boi_token_index=start_of_image, eoi_token_index=end_of_image, image_token_index=image_token,
                        image_token_id=image_token, tie_word_embeddings=True, pad_token_id=0, bos_token_id=2,
                        eos_token_id=end_of_turn)


def build_model(configuration: Gemma3Config) -> Gemma3ForConditionalGeneration:
    """The model with small-model initial weights."""
    model = Gemma3ForConditionalGeneration(configuration)
    torch.nn.init.normal_(model.model.multi_modal_projector.mm_input_projection_weight, std=WIDTH_STD)
    return model


WIDTH_STD = 0.05


@dataclass
class Sequences:
    """A padded batch: ids, which positions are image tokens, the image of each row, and taught positions."""

    ids: torch.Tensor        #: B x T
    image_row: torch.Tensor  #: B, index into the image batch, -1 for text only
    taught: torch.Tensor     #: B x T, the position's *next* token is taught
    length: torch.Tensor     #: B
    weight: torch.Tensor     #: B, weight of the sequence's mean loss
    soft: torch.Tensor | None = None   #: B x K teacher probabilities for the first taught position
    soft_ids: torch.Tensor | None = None


def pad(rows: list[tuple[list[int], int]], images: list[int], weights: list[float],
        soft: list[list[float] | None] | None = None, soft_ids: list[int] | None = None) -> Sequences:
    """Rows are (ids, length of the prompt); everything after the prompt is taught.

    `soft` holds a row's target distribution over `soft_ids` for its first taught token, where it has one.
    """
    width = max(len(ids) for ids, _ in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    taught = torch.zeros(len(rows), width, dtype=torch.bool)
    for n, (row, prompt) in enumerate(rows):
        ids[n, : len(row)] = torch.tensor(row)
        taught[n, prompt - 1: len(row) - 1] = True
    sequences = Sequences(ids, torch.tensor(images), taught, torch.tensor([len(r) for r, _ in rows]), torch.tensor(weights))
    if soft is not None and any(s is not None for s in soft):
        sequences.soft = torch.tensor([s if s is not None else [0.0] * len(soft_ids) for s in soft])
        sequences.soft_ids = torch.tensor(soft_ids)
    return sequences


def hidden_states(model: Gemma3ForConditionalGeneration, batch: Sequences, features: torch.Tensor | None) -> torch.Tensor:
    """Last hidden states; image tokens see each other both ways, as in llama.cpp's non-causal decoding.

    `features` is images x 16 x hidden, already projected.
    """
    ids = batch.ids.to(model.device)
    image_token = model.config.image_token_index
    embeddings = model.get_input_embeddings()(ids.clamp(max=model.config.text_config.vocab_size - 1))
    is_image = ids == image_token
    if features is not None and bool(is_image.any()):
        rows = batch.image_row.to(ids.device)
        chosen = features[rows[rows >= 0]]
        embeddings = embeddings.masked_scatter(is_image[..., None], chosen.to(embeddings.dtype))
    width = ids.shape[1]
    causal = torch.ones(width, width, dtype=torch.bool, device=ids.device).tril()
    allowed = causal[None] | (is_image[:, :, None] & is_image[:, None, :])
    allowed = allowed & (torch.arange(width, device=ids.device)[None, None] < batch.length.to(ids.device)[:, None, None])
    allowed = allowed | torch.eye(width, dtype=torch.bool, device=ids.device)[None]
    mask = torch.zeros_like(allowed, dtype=embeddings.dtype).masked_fill(~allowed, torch.finfo(embeddings.dtype).min)
    mask = mask[:, None]
    positions = torch.arange(width, device=ids.device)[None]
    out = model.model.language_model(inputs_embeds=embeddings, position_ids=positions, use_cache=False,
                                     attention_mask={"full_attention": mask, "sliding_attention": mask})
    return out.last_hidden_state


def loss_of(model: Gemma3ForConditionalGeneration, batch: Sequences, hidden: torch.Tensor,
            z_weight: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted cross-entropy over sequences with a z-loss, and the unweighted loss of each sequence.

    The z-loss keeps logsumexp at 0: a confident token then has a logit of 0, which the seed protocol's
    repeat penalty (a factor on logits) leaves alone.
    """
    taught = batch.taught.to(hidden.device)
    picked = hidden[taught]
    logits = model.lm_head(picked).float()
    target = batch.ids.to(hidden.device).roll(-1, 1)[taught]
    normalizer = torch.logsumexp(logits, -1)
    cross = normalizer - logits.gather(1, target[:, None])[:, 0]
    row = torch.arange(len(taught), device=hidden.device)[:, None].expand_as(taught)[taught]
    if batch.soft is not None:
        # A teacher's probabilities replace the hard code on the first taught token of its sequences.
        first = torch.ones_like(row, dtype=torch.bool)
        first[1:] = row[1:] != row[:-1]
        has = (batch.soft.sum(1) > 0).to(hidden.device)
        use = first & has[row]
        soft = batch.soft.to(hidden.device)[row[use]]
        codes = logits[use][:, batch.soft_ids.to(hidden.device)]
        cross = cross.clone()
        cross[use] = normalizer[use] - (soft * codes).sum(1)
    count = torch.zeros(len(taught), device=hidden.device).index_add_(0, row, torch.ones_like(cross))
    per_sequence = torch.zeros(len(taught), device=hidden.device).index_add_(0, row, cross) / count.clamp(min=1)
    total = torch.zeros(len(taught), device=hidden.device).index_add_(0, row, cross)
    weight = batch.weight.to(hidden.device)
    # Short answers by their sum, long texts by a damped sum: every decision counts, none drowns the codes.
    loss = (weight * total / count.clamp(min=1).sqrt()).sum() / weight.sum()
    return loss + z_weight * normalizer.square().mean(), per_sequence.detach()
