"""The whole model, in Hugging Face's own Gemma 3 classes, and one batched pass over rows of branches.

A row is an image's prefix and, after it, any number of branches (a question with its answer, a review, ...). Each branch sees
the prefix and itself, and its positions go on from the prefix: for the model every branch stands alone, as in use, but the
image is read once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import torch
from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3TextConfig

from .tower import IMAGE_SIDE, PATCH, TOKEN_SIDE, tower_configuration

CONTEXT = 2048
HIDDEN = 192
DECODER_LAYERS = 4
HEAD = 32
PROJECTION_STD = 0.05


def image_tokens(side: int = IMAGE_SIDE) -> int:
    """Tokens of an image: Gemma 3's projector pools squares of patches."""
    return (side // TOKEN_SIDE) ** 2


IMAGE_TOKENS = image_tokens()


def model_configuration(vocabulary: int, image_token: int, start_of_image: int, end_of_image: int,
                        end_of_turn: int, side: int = IMAGE_SIDE, patch: int = PATCH) -> Gemma3Config:
    """A small decoder beside the small tower: what two shared CPU cores can train from random weights."""
    text = Gemma3TextConfig(vocab_size=vocabulary, hidden_size=HIDDEN, intermediate_size=512, num_hidden_layers=DECODER_LAYERS,
                            num_attention_heads=6, num_key_value_heads=2, head_dim=HEAD,
                            max_position_embeddings=CONTEXT, sliding_window=CONTEXT, query_pre_attn_scalar=HEAD,
                            layer_types=["full_attention"] * DECODER_LAYERS, pad_token_id=0, eos_token_id=end_of_turn,
                            bos_token_id=2, tie_word_embeddings=True, attn_implementation="eager",
                            rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 10000.0},
                                             "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}})
    return Gemma3Config(text_config=text, vision_config=tower_configuration(side, patch), mm_tokens_per_image=image_tokens(side),
                        boi_token_index=start_of_image, eoi_token_index=end_of_image, image_token_index=image_token,
                        image_token_id=image_token, tie_word_embeddings=True, pad_token_id=0, bos_token_id=2,
                        eos_token_id=end_of_turn)


def build_model(configuration: Gemma3Config) -> Gemma3ForConditionalGeneration:
    """The model with small-model initial weights."""
    model = Gemma3ForConditionalGeneration(configuration)
    model.set_attn_implementation("eager")  # the configuration alone does not reach the tower
    torch.nn.init.normal_(model.model.multi_modal_projector.mm_input_projection_weight, std=PROJECTION_STD)
    return model


@dataclass
class Branch:
    """Ids after the prefix, of which the first `prompt` are given and the rest taught."""

    ids: list[int]
    prompt: int
    weight: float = 1.0
    soft: list[float] | None = None     #: target distribution over the codes for the first taught token


@dataclass
class Row:
    """One image's prefix (empty for text alone) and its branches; `image` is a row of the features, -1 for none."""

    prefix: list[int]
    branches: list[Branch]
    image: int = -1


@dataclass
class Sequences:
    """A padded batch of rows."""

    ids: torch.Tensor        #: B x T
    branch: torch.Tensor     #: B x T: 0 the prefix, 1... branches, -1 padding
    position: torch.Tensor   #: B x T
    image_row: torch.Tensor  #: B
    taught: torch.Tensor     #: B x T, the position's *next* token is taught
    owner: torch.Tensor      #: the branch (over the whole batch) of each taught position, in order
    first: torch.Tensor      #: whether a taught position is the first of its branch
    weight: torch.Tensor     #: of each branch
    soft: torch.Tensor       #: branches x codes, all 0 where there is none
    soft_ids: list[int] = field(default_factory=list)

    def to(self, device: torch.device) -> Sequences:
        """The same on another device."""
        moved = {f.name: v.to(device) for f in fields(self) if isinstance(v := getattr(self, f.name), torch.Tensor)}
        return replace(self, **moved)


def pad(rows: list[Row], soft_ids: list[int] | None = None) -> Sequences:
    """Lays the rows out side by side."""
    codes = soft_ids or [0]
    laid, owner, first, weight, soft = [], [], [], [], []
    for row in rows:
        ids, branch, taught = list(row.prefix), [0] * len(row.prefix), [False] * len(row.prefix)
        position = list(range(len(row.prefix)))
        for number, b in enumerate(row.branches):
            ids += b.ids
            branch += [number + 1] * len(b.ids)
            position += range(len(row.prefix), len(row.prefix) + len(b.ids))
            here = [b.prompt - 1 <= i < len(b.ids) - 1 for i in range(len(b.ids))]
            taught += here
            owner += [len(weight)] * sum(here)
            first += [i == 0 for i in range(sum(here))]
            weight.append(b.weight)
            soft.append(b.soft or [0.0] * len(codes))
        laid.append((ids, branch, position, taught))
    width = max(len(l[0]) for l in laid)
    fill = lambda column, value: torch.tensor([l[column] + [value] * (width - len(l[column])) for l in laid])
    return Sequences(fill(0, 0), fill(1, -1), fill(2, 0), torch.tensor([r.image for r in rows]), fill(3, False),
                     torch.tensor(owner), torch.tensor(first), torch.tensor(weight), torch.tensor(soft), codes)


def hidden_states(model: Gemma3ForConditionalGeneration, batch: Sequences, features: torch.Tensor | None) -> torch.Tensor:
    """Last hidden states; image tokens see each other both ways, as in llama.cpp's non-causal decoding.

    `features` is images x tokens x hidden, already projected.
    """
    ids = batch.ids
    embeddings = model.get_input_embeddings()(ids)
    is_image = ids == model.config.image_token_index
    if features is not None and bool(is_image.any()):
        chosen = features[batch.image_row[batch.image_row >= 0]]
        embeddings = embeddings.masked_scatter(is_image[..., None], chosen.to(embeddings.dtype))
    width, branch = ids.shape[1], batch.branch
    causal = torch.ones(width, width, dtype=torch.bool, device=ids.device).tril()
    related = (branch[:, None, :] == 0) | (branch[:, None, :] == branch[:, :, None])
    allowed = (causal[None] & related) | (is_image[:, :, None] & is_image[:, None, :])
    allowed = (allowed & (branch[:, None, :] >= 0)) | torch.eye(width, dtype=torch.bool, device=ids.device)[None]
    mask = torch.zeros(allowed.shape, device=ids.device).masked_fill(~allowed, torch.finfo(torch.float32).min)[:, None]
    if torch.is_autocast_enabled(ids.device.type):
        mask = mask.bfloat16()
    out = model.model.language_model(inputs_embeds=embeddings, position_ids=batch.position, use_cache=False,
                                     attention_mask={"full_attention": mask, "sliding_attention": mask})
    return out.last_hidden_state


def loss_of(model: Gemma3ForConditionalGeneration, batch: Sequences, hidden: torch.Tensor,
            z_weight: float, kept: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted cross-entropy over branches with a z-loss, and the unweighted loss of each branch.

    The z-loss keeps logsumexp at 0: a confident token then has a logit of 0, which the seed protocol's
    repeat penalty (a factor on logits) leaves alone. `kept`, taught positions x vocabulary, are probabilities to keep to instead of what is taught.
    """
    logits = model.lm_head(hidden[batch.taught]).float()
    target = batch.ids.roll(-1, 1)[batch.taught]
    normalizer = torch.logsumexp(logits, -1)
    cross = normalizer - logits.gather(1, target[:, None])[:, 0]
    if kept is not None:
        cross = normalizer - (kept * logits).sum(1)
        batch = replace(batch, soft=torch.zeros_like(batch.soft))
    # A teacher's probabilities replace the hard code on the first taught token of its branches.
    use = batch.first & (batch.soft.sum(1) > 0)[batch.owner]
    soft = batch.soft[batch.owner[use]]
    cross = cross.clone()
    cross[use] = normalizer[use] - (soft * logits[use][:, batch.soft_ids]).sum(1)
    nothing = torch.zeros(len(batch.weight), device=cross.device)
    count = nothing.index_add(0, batch.owner, torch.ones_like(cross)).clamp(min=1)
    total = nothing.index_add(0, batch.owner, cross)
    # Short answers by their sum, long texts by a damped sum: every decision counts, none drowns the codes.
    loss = (batch.weight * total / count.sqrt()).sum() / batch.weight.sum()
    return loss + z_weight * normalizer.square().mean(), (total / count).detach()
