"""The SigLIP vision tower, its start from random weights, and the heads that teach it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn
from transformers import SiglipVisionConfig

from .geometry import GEOMETRY
from .measurement import MAPS

#: HAM10000's seven diagnoses; the first four are the codes in their order.
DIAGNOSES = ("mel", "nv", "bcc", "bkl", "akiec", "vasc", "df")
#: The exported tower's patches, in pixels; earlier stages may have larger ones (`train --patch`).
PATCH = 7
#: Side in pixels of what the projector pools into one image token.
TOKEN_SIDE = 28
#: The side of the exported model's images: the seed protocol's own, so that nothing is resized once more.
IMAGE_SIDE = 224
WIDTH = 192
LAYERS = 6
HEADS = 3


def tower_configuration(side: int = IMAGE_SIDE, patch: int = PATCH) -> SiglipVisionConfig:
    """Patches of width 192: small enough to learn from random weights on a CPU, where plain attention is the quickest."""
    return SiglipVisionConfig(hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=LAYERS,
                              num_attention_heads=HEADS, image_size=side, patch_size=patch,
                              vision_use_head=False, layer_norm_eps=1e-6, hidden_act="gelu_pytorch_tanh",
                              attn_implementation="eager")


def sinusoidal_positions(grid: int, width: int) -> torch.Tensor:
    """Two-dimensional sine and cosine positions (as in He et al. 2022), grid*grid x width."""
    quarter = width // 4
    frequency = 1 / 10000 ** (torch.arange(quarter) / quarter)
    y, x = torch.meshgrid(torch.arange(grid).float(), torch.arange(grid).float(), indexing="ij")
    parts = [f(c.reshape(-1, 1) * frequency) for c in (x, y) for f in (torch.sin, torch.cos)]
    return torch.cat(parts, 1)


#: The patch embedding's first output: standard deviation, and how many components come out alike.
PATCH_SCALE, EVEN_COMPONENTS = 0.5, 96


@torch.no_grad()
def start_patches(tower: nn.Module, pixels: torch.Tensor) -> None:
    """Principal components of the patches of N x 3 x side x side pixels, the fainter ones made stronger.

    Fine structure has little variance; beside smooth colour a random start would hardly show it. Components weaker than
    the 96th stay weaker, so that the sensor's noise is not blown up.
    """
    embedding = tower.embeddings.patch_embedding
    patch = embedding.weight.shape[-1]
    patches = F.unfold(pixels, patch, stride=patch).transpose(1, 2).reshape(-1, 3 * patch * patch).double()
    mean = patches.mean(0)
    values, vectors = torch.linalg.eigh((patches - mean).T @ (patches - mean) / len(patches))
    values, vectors = values.flip(0)[:WIDTH], vectors.flip(1)[:, :WIDTH]
    # A component's sign is nobody's choice: its strongest weight is made positive.
    vectors = vectors * vectors.gather(0, vectors.abs().argmax(0, keepdim=True)).sign()
    weight = vectors.T * (PATCH_SCALE / (values + values[EVEN_COMPONENTS]).sqrt())[:, None]
    if len(weight) < WIDTH:  # a small patch has fewer numbers than a token: mixtures of all components fill it up
        mixed = torch.randn(WIDTH - len(weight), len(weight), dtype=weight.dtype, generator=torch.Generator().manual_seed(4))
        weight = torch.cat([weight, mixed / math.sqrt(len(weight)) @ weight])
    embedding.weight.copy_(weight.reshape(embedding.weight.shape))
    embedding.bias.copy_(-weight @ mean)


@torch.no_grad()
def initialize_tower(vision: nn.Module) -> None:
    """Mimetic start (Trockman & Kolter 2023): attention begins local, values near a negative identity."""
    grid = math.isqrt(vision.embeddings.position_embedding.weight.shape[0])
    vision.embeddings.position_embedding.weight.copy_(0.5 * sinusoidal_positions(grid, WIDTH))
    size = WIDTH // HEADS
    for layer in vision.encoder.layers:
        attention = layer.self_attn
        for head in range(HEADS):
            z = torch.randn(WIDTH, WIDTH) / math.sqrt(WIDTH)
            u, s, v = torch.linalg.svd(0.7 * z + 0.7 * torch.eye(WIDTH))
            root = s[:size].sqrt()
            rows = slice(head * size, (head + 1) * size)
            attention.q_proj.weight[rows] = (u[:, :size] * root).T
            attention.k_proj.weight[rows] = v[:size] * root[:, None]
        z = torch.randn(WIDTH, WIDTH) / math.sqrt(WIDTH)
        u, s, v = torch.linalg.svd(0.4 * z - 0.4 * torch.eye(WIDTH))
        attention.v_proj.weight.copy_(v * s.sqrt()[:, None])
        attention.out_proj.weight.copy_(u * s.sqrt())
        for projection in (attention.q_proj, attention.k_proj, attention.v_proj, attention.out_proj):
            nn.init.zeros_(projection.bias)
        for linear in (layer.mlp.fc1, layer.mlp.fc2):
            nn.init.normal_(linear.weight, std=0.02 if linear is layer.mlp.fc1 else 0.02 / math.sqrt(2 * LAYERS))
            nn.init.zeros_(linear.bias)


@torch.no_grad()
def add_position_products(weight: torch.Tensor, amplitude: float = 0.5) -> None:
    """Adds x x, y y and x y of each patch to its position embedding, along three random directions, in place.

    Whether a lesion is longer in one direction than in another is a mean of these; sines of x and of y alone hold x y nowhere.
    """
    grid = math.isqrt(weight.shape[0])
    centres = (torch.arange(grid) + 0.5) / grid * 2 - 1
    y, x = (c.flatten() for c in torch.meshgrid(centres, centres, indexing="ij"))
    directions = torch.randint(0, 2, (3, weight.shape[1]), generator=torch.Generator().manual_seed(3)).float() * 2 - 1
    weight += amplitude * torch.stack([x * x - 1 / 3, y * y - 1 / 3, x * y], 1) @ directions


def resized_positions(weight: torch.Tensor, count: int) -> torch.Tensor:
    """Position embeddings for another grid, bicubic: the step from a small image to a larger one."""
    old, new = math.isqrt(weight.shape[0]), math.isqrt(count)
    if old == new:
        return weight
    square = weight.T.reshape(1, -1, old, old)
    return F.interpolate(square, size=(new, new), mode="bicubic", align_corners=False).reshape(-1, count).T.contiguous()


def smaller_patches(weight: torch.Tensor, patch: int) -> torch.Tensor:
    """A patch embedding for smaller patches that sees in them what it saw in larger ones: W x 3 x P x P to W x 3 x patch x patch.

    A small patch gives what the old embedding gave for that patch made larger (bilinear): the new weights are the old ones
    through the enlargement's transpose. Patches never become larger: a ValueError.
    """
    if weight.shape[-1] == patch:
        return weight
    if weight.shape[-1] < patch:
        raise ValueError(f"these weights have patches of {weight.shape[-1]}, from which none of {patch} can begin; see --patch")
    units = torch.eye(patch * patch).reshape(patch * patch, 1, patch, patch)
    enlarged = F.interpolate(units, size=weight.shape[-2:], mode="bilinear", align_corners=False)
    return torch.einsum("wcyx,pyx->wcp", weight, enlarged[:, 0]).unflatten(2, (patch, patch)).contiguous()


def some_of_every_block(images: int, grid: int, pool: int, share: float, generator: torch.Generator) -> torch.Tensor:
    """A share of the patches of each pool x pool block that the projector pools, drawn anew for each image and block: images x K, block by block."""
    corner = (torch.arange(0, grid, pool)[:, None] * grid + torch.arange(0, grid, pool)).flatten()
    inside = (torch.arange(pool)[:, None] * grid + torch.arange(pool)).flatten()
    drawn = torch.rand(images, len(corner), pool * pool, generator=generator).argsort(2)[..., : max(round(share * pool * pool), 1)]
    return (corner[:, None] + inside[drawn]).flatten(1)


def tower_tokens(tower: nn.Module, pixels: torch.Tensor, kept: torch.Tensor | None = None) -> torch.Tensor:
    """The tower's last tokens, N x patches x width; of N x K patches only, where `kept` names them."""
    tokens = tower.embeddings(pixels)
    if kept is not None:
        tokens = tokens.gather(1, kept[..., None].expand(-1, -1, tokens.shape[2]))
    return tower.post_layernorm(tower.encoder(inputs_embeds=tokens).last_hidden_state)


class Heads(nn.Module):
    """Training-only heads on the tower's tokens: diagnosis, each patch's share of the maps and place in the lesion,
    measurements, answers' words."""

    def __init__(self, measurements: int, attributes: int):
        super().__init__()
        self.diagnosis = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * WIDTH, len(DIAGNOSES)))
        self.maps = nn.Linear(WIDTH, len(MAPS))
        self.geometry = nn.Linear(WIDTH, len(GEOMETRY))
        self.measurements = nn.Linear(2 * WIDTH, measurements)
        self.attributes = nn.Linear(3 * WIDTH, attributes)
        for module in (self.diagnosis[-1], self.maps, self.geometry, self.measurements, self.attributes):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)
        nn.init.constant_(self.maps.bias, -2.0)  # most patches show nothing

    def forward(self, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        maps = self.maps(tokens)
        # A mean over the picture beside a mean over what the tower itself takes for the lesion.
        weight = torch.softmax(maps[..., :1].detach().clamp(-4, 4), dim=1)
        pooled = torch.cat([tokens.mean(1), (tokens * weight).sum(1)], dim=1)
        return {"diagnosis": self.diagnosis(pooled), "maps": maps, "geometry": self.geometry(tokens),
                "measurements": self.measurements(pooled),
                "attributes": self.attributes(torch.cat([pooled, tokens.amax(1)], dim=1))}
